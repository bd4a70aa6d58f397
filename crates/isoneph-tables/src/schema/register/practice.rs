//! What parties have written down, do and claim.

use crate::cell::Instant;
use crate::table;

table! {
    /// A procedure or policy. One row a service that it covers.
    pub struct Procedure = "procedure" {
        /// What it is called.
        title: String, none "never: always set";
        /// The party whose it is.
        party: String, none "''";
        /// The controls that it serves.
        controls: Vec<String>, none "[]";
        /// The topics that it settles.
        covers: Vec<String>, none "[]";
        /// The title of its text.
        document: String, none "''";
        /// The version of its text.
        document_version: String, none "''";
        /// Who is accountable.
        owner: String, none "''";
        /// Who approved it.
        approved_by: String, none "''";
        /// Whether it was approved.
        has_approved: bool, none "false";
        /// When it was approved.
        approved_on: Instant, none "has_approved = false";
        /// Whether it was ever reviewed.
        has_reviewed: bool, none "false";
        /// When it was last reviewed.
        reviewed: Instant, none "has_reviewed = false";
        /// Whether its next review is set.
        has_next_review: bool, none "false";
        /// When it is to be reviewed next.
        next_review: Instant, none "has_next_review = false";
        /// For whom it can be read: as `disclosure.audience`.
        audience: String, none "''";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// An operation whose failure could not be undone, as a procedure names it. One row a service.
    pub struct DocumentedOperation = "documented_operation" {
        /// The name of the procedure.
        procedure: String, none "never: always set";
        /// What it is.
        operation: String, none "never: always set";
        /// The calls that it is made of, as the log names them; `*` stands for any text.
        calls: Vec<String>, none "[]";
        /// Who supervises it.
        supervisor: String, none "''";
    }
}

table! {
    /// A critical operation of a service, with the document that tells customers how to do it. Its `service` is the service.
    pub struct ServiceOperation = "service_operation" {
        /// What it is.
        operation: String, none "never: always set";
        /// What is lost where it fails.
        loss: String, none "''";
        /// Whether whoever keeps the register provides the service.
        provided: bool, none "false";
        /// The procedure of the service's provider that names it: one that customers can read, where there is one.
        procedure: String, none "''";
        /// The title of that procedure's text.
        document: String, none "''";
        /// For whom that can be read: as `disclosure.audience`.
        audience: String, none "''";
    }
}

table! {
    /// A change, with who approved it and when it may be carried out. One row a service.
    pub struct Change = "change" {
        /// What it is.
        title: String, none "never: always set";
        /// The ticket, merge request or commit by which it is known.
        reference: String, none "''";
        /// The commit that carries it.
        commit_id: String, none "''";
        /// Who asked for it.
        requested_by: String, none "''";
        /// Who approved it.
        approved_by: Vec<String>, none "[]";
        /// Who may carry it out, as the log names them; `*` stands for any text.
        actors: Vec<String>, none "[]";
        /// The calls that it may make, as the log names them; `*` stands for any text.
        calls: Vec<String>, none "[]";
        /// The accounts that it touches.
        accounts: Vec<String>, none "[]";
        /// Whether it has a first moment.
        has_from: bool, none "false";
        /// The moment from which it may be carried out.
        starts_at: Instant, none "has_from = false";
        /// Whether it has a last moment.
        has_until: bool, none "false";
        /// The moment until which it may be carried out.
        ends_at: Instant, none "has_until = false";
        /// The name of the procedure that it follows.
        procedure: String, none "''";
        /// Whether it may hurt customers.
        affects_customers: bool, none "never: NULL where the register does not say";
        /// How many times it was announced.
        deliveries: i64, none "0";
        /// What came of it.
        outcome: String, none "''";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// Training for a group. One row a service.
    pub struct Awareness = "awareness" {
        /// What it is called.
        title: String, none "never: always set";
        /// The group of people.
        audience_group: String, none "never: always set";
        /// The party whose people they are.
        party: String, none "''";
        /// The topics it covers.
        topics: Vec<String>, none "[]";
        /// The controls.
        controls: Vec<String>, none "[]";
        /// Whether it was held.
        has_held: bool, none "false";
        /// The day of the last completion that is counted.
        held_on: Instant, none "has_held = false";
        /// Whether the group was counted.
        has_expected: bool, none "false";
        /// How many are in the group.
        expected: i64, none "has_expected = false";
        /// Whether completions were counted.
        has_completed: bool, none "false";
        /// How many of them completed it.
        completed: i64, none "has_completed = false";
        /// Whether it has to be repeated.
        has_repeat: bool, none "false";
        /// In how many days.
        repeat_days: i64, none "has_repeat = false";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// A review, evaluation, comparison or rehearsal. One row a service.
    pub struct Review = "review" {
        /// What was reviewed.
        title: String, none "never: always set";
        /// `independent`, `own`, `evaluation`, `comparison`, `rehearsal`.
        type_of_review: String, none "never: always set";
        /// The day that it happened.
        reviewed_on: Instant, none "never: always set";
        /// Who did it.
        reviewed_by: String, none "''";
        /// The party for which it was done.
        party: String, none "''";
        /// The controls that it was about.
        controls: Vec<String>, none "[]";
        /// The requirement of a cell that it answers.
        requirement: String, none "''";
        /// `provider`, `customer`.
        role: String, none "''";
        /// The name of the agreement that was looked at.
        agreement: String, none "''";
        /// The name of the assurance that was looked at.
        assurance: String, none "''";
        /// The version of the provider's document that was looked at.
        version: String, none "''";
        /// `satisfactory`, `with-conditions`, `unsatisfactory`.
        result: String, none "''";
        /// Whether the next one is set.
        has_next: bool, none "false";
        /// When the next one is to be.
        next_on: Instant, none "has_next = false";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// What a party claims of a control, in a role, for a service. One row a service.
    pub struct Statement = "statement" {
        /// The control, as the statement numbers it.
        control: String, none "never: always set";
        /// The party that claims.
        party: String, none "''";
        /// `provider`, `customer`; `''` where the control has no roles.
        role: String, none "''";
        /// The requirement of the cell, where it is about one of them.
        requirement: String, none "''";
        /// Whether it applies.
        applicable: bool, none "false";
        /// Why it applies: `legal`, `contractual`, `risk`, `best-practice`, `customer`.
        reasons: Vec<String>, none "[]";
        /// Why it does not apply.
        exclusion: String, none "''";
        /// `implemented`, `partial`, `planned`, `alternative`, `inherited`, `not-implemented`.
        status: String, none "''";
        /// How it is done.
        how: String, none "''";
        /// Who is accountable.
        owner: String, none "''";
        /// The risks that it treats.
        risks: Vec<String>, none "[]";
        /// Who approved the treatment.
        approved_by: String, none "''";
        /// The procedures that it rests on.
        procedures: Vec<String>, none "[]";
        /// The service whose control is taken over, where it is inherited.
        inherited_from: String, none "''";
        /// Whether it was ever reviewed.
        has_reviewed: bool, none "false";
        /// When it was last reviewed.
        reviewed: Instant, none "has_reviewed = false";
        /// Whether its next review is set.
        has_next_review: bool, none "false";
        /// When it is to be reviewed next.
        next_review: Instant, none "has_next_review = false";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}
