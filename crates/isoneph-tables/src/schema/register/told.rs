//! What a provider tells and offers its customers.

use crate::cell::Instant;
use crate::table;

table! {
    /// What a provider tells, gives or documents for its customers.
    pub struct Disclosure = "disclosure" {
        /// The control.
        control: String, none "never: always set";
        /// The requirement of the cell that it answers.
        requirement: String, none "''";
        /// What is told, in short; `''` while nothing is.
        what: String, none "''";
        /// Whether the document is named that tells it.
        documented: bool, none "false";
        /// The document's title.
        document: String, none "''";
        /// The document's version.
        document_version: String, none "''";
        /// Where it can be read.
        document_url: String, none "''";
        /// Whether that version has a day.
        has_dated: bool, none "false";
        /// The day of that version.
        dated: Instant, none "has_dated = false";
        /// `public`, `customers`, `on-request`, `named`, `internal`.
        audience: String, none "''";
        /// The parties, where the audience is named.
        named: Vec<String>, none "[]";
        /// How many times it was sent.
        deliveries: i64, none "0";
        /// Whether it was ever looked over.
        has_reviewed: bool, none "false";
        /// When it was last looked over.
        reviewed: Instant, none "has_reviewed = false";
        /// The customer that holds it on file, where a customer records what it received.
        held_by: String, none "''";
        /// Who is accountable.
        owner: String, none "''";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// What a service lets its customers do for their security, or that it does not.
    pub struct Capability = "capability" {
        /// What it is: `monitoring`, `log-delivery`, `own-keys`, `second-factor` …
        topic: String, none "never: always set";
        /// Whether it is offered.
        offered: bool, none "false";
        /// What it does, in short.
        what: String, none "''";
        /// The controls that it serves.
        controls: Vec<String>, none "[]";
        /// The requirement of a provider's cell that it answers.
        requirement: String, none "''";
        /// What it covers.
        covers: Vec<String>, none "[]";
        /// What it cannot do.
        limits: String, none "''";
        /// Whether it is said for how long what it yields is kept.
        has_retention: bool, none "false";
        /// For how many days.
        retention_days: i64, none "has_retention = false";
        /// Whether it is said how soon it shows.
        has_latency: bool, none "false";
        /// In how many minutes.
        latency_minutes: i64, none "has_latency = false";
        /// Whether a tenant sees its own things only.
        tenant_limited: bool, none "never: NULL where the register does not say";
        /// The title of the document that describes it.
        document: String, none "''";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// What one party told another on a day.
    pub struct Notice = "notice" {
        /// `change`, `responsibilities`, `supplier`, `incident`, `vulnerability`, `location`, `end-of-service`, `other`.
        topic: String, none "never: always set";
        /// When it was sent or received.
        noticed_on: Instant, none "never: always set";
        /// The parties it went to; empty for all customers.
        recipients: Vec<String>, none "[]";
        /// What it says, in short.
        what: String, none "''";
        /// The version that it announces.
        version: String, none "''";
        /// The name of the change that it announces.
        change: String, none "''";
        /// Whether it says when that begins.
        has_begins: bool, none "false";
        /// The first moment of what it announces.
        begins: Instant, none "has_begins = false";
        /// Whether it says when that ends.
        has_ends: bool, none "false";
        /// The last moment of it.
        ends: Instant, none "has_ends = false";
        /// Whether it is said when the provider knew.
        has_known: bool, none "false";
        /// When the provider knew of it.
        known_at: Instant, none "has_known = false";
        /// Whether the moment of sending is said.
        has_sent: bool, none "false";
        /// The moment of sending.
        sent_at: Instant, none "has_sent = false";
        /// The controls.
        controls: Vec<String>, none "[]";
        /// Whether whoever received it judged its impact.
        assessed: bool, none "false";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// A provider's answer to one question of a questionnaire.
    pub struct Answer = "answer" {
        /// The questionnaire: `caiq`, `isoneph`, or its own name.
        questionnaire: String, none "never: always set";
        /// Its version.
        questionnaire_version: String, none "''";
        /// The id of the question.
        question: String, none "never: always set";
        /// `yes`, `no`, `partial`, `not-applicable`.
        answer: String, none "never: always set";
        /// Who owns the control, as answered: as `responsibility.holder`.
        ownership: String, none "''";
        /// What the provider does, as answered.
        implementation: String, none "''";
        /// What it leaves to the customer, as answered.
        customer_duty: String, none "''";
        /// The area of responsibilities that it belongs to.
        area: String, none "''";
        /// The controls that it bears on.
        controls: Vec<String>, none "[]";
        /// The requirement of a provider's cell that it answers.
        requirement: String, none "''";
        /// Whether it is said when it was answered.
        has_answered: bool, none "false";
        /// When it was answered.
        answered_on: Instant, none "has_answered = false";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}
