//! What binds the parties.

use crate::cell::Instant;
use crate::table;

table! {
    /// A contract. One row a service.
    pub struct Agreement = "agreement" {
        /// What it is called.
        title: String, none "never: always set";
        /// The party that provides.
        provider_party: String, none "never: always set";
        /// The party that uses; `''` for terms that hold for every customer.
        customer_party: String, none "''";
        /// The title of its text.
        document: String, none "''";
        /// The version of its text.
        document_version: String, none "''";
        /// Whether it was signed or accepted.
        has_signed: bool, none "false";
        /// When it was signed or accepted.
        signed_on: Instant, none "has_signed = false";
        /// Whether its first day is told.
        has_from: bool, none "false";
        /// Its first day.
        valid_from: Instant, none "has_from = false";
        /// Whether it ends on a day; if not, it runs on.
        has_until: bool, none "false";
        /// Its last day.
        valid_until: Instant, none "has_until = false";
        /// The laws that govern it.
        law: Vec<String>, none "[]";
        /// The topics of its terms, sorted; those it leaves open are not among them.
        topics: Vec<String>, none "[]";
        /// Whether it says what happens at its end.
        exit_told: bool, none "false";
        /// The clause on its end.
        exit_clause: String, none "''";
        /// The assets that its end covers.
        exit_assets: Vec<String>, none "[]";
        /// The formats in which assets are returned.
        return_formats: Vec<String>, none "[]";
        /// Whether a time for the return is set.
        has_return_days: bool, none "false";
        /// In how many days after its end assets are returned.
        return_days: i64, none "has_return_days = false";
        /// Whether a time for the removal is set.
        has_removal_days: bool, none "false";
        /// In how many days after its end assets are removed.
        removal_days: i64, none "has_removal_days = false";
        /// Whether a time for the removal from backups is set.
        has_backup_removal_days: bool, none "false";
        /// In how many days after its end assets are gone from backups too.
        backup_removal_days: i64, none "has_backup_removal_days = false";
        /// Whether removal is confirmed in writing.
        removal_confirmed: bool, none "never: NULL where the register does not say";
        /// Whether a new supplier below is announced some days ahead.
        has_supplier_notice_days: bool, none "false";
        /// How many days ahead.
        supplier_notice_days: i64, none "has_supplier_notice_days = false";
        /// Whether the customer may audit, and how.
        audit_right: String, none "''";
        /// Who is accountable.
        owner: String, none "''";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// What an agreement says of one topic. One row a service.
    pub struct AgreementTerm = "agreement_term" {
        /// The name of the agreement.
        agreement: String, none "never: always set";
        /// The topic it is about.
        topic: String, none "never: always set";
        /// The clause.
        clause: String, none "''";
        /// What it comes to.
        text: String, none "''";
        /// Which side it puts the duty on: as `responsibility.holder`.
        holder: String, none "''";
        /// The controls.
        controls: Vec<String>, none "[]";
        /// Whether the agreement leaves the topic open.
        open: bool, none "false";
        /// The measure the customer has of its own where it is open; `''` also where a word stands for none (`none`, `TBD`).
        own_measure: String, none "''";
    }
}

table! {
    /// A law, regulation or contract that binds a party. One row a service.
    pub struct Obligation = "obligation" {
        /// What it is.
        title: String, none "never: always set";
        /// The party that it binds.
        party: String, none "never: always set";
        /// Its country or union.
        jurisdiction: String, none "''";
        /// What it is about.
        topic: String, none "''";
        /// Whether it sets a time.
        has_clock: bool, none "false";
        /// In how many hours the party has to act.
        clock_hours: i64, none "has_clock = false";
        /// From when the clock runs.
        clock_from: String, none "''";
        /// The countries in which it permits data; empty for any.
        permitted_countries: Vec<String>, none "[]";
        /// Whether it says for how long records have to be kept.
        has_retention: bool, none "false";
        /// For how many days.
        retention_days: i64, none "has_retention = false";
        /// The controls that it bears on.
        controls: Vec<String>, none "[]";
        /// Whether it was ever reviewed.
        has_reviewed: bool, none "false";
        /// When it was last reviewed.
        reviewed: Instant, none "has_reviewed = false";
        /// Who is accountable.
        owner: String, none "''";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}
