//! Who carries which duties.

use crate::cell::Instant;
use crate::table;

table! {
    /// A row of a shared-responsibility matrix, as one party sees it.
    pub struct Responsibility = "responsibility" {
        /// The area of duties.
        area: String, none "never: always set";
        /// `provider`, `customer`, `shared`, `third-party`, `nobody`, `not-applicable`.
        holder: String, none "never: always set";
        /// The party whose view it is: the one named, or else whoever keeps the register.
        stated_by: String, none "''";
        /// The customer that it holds for; `''` for all.
        customer: String, none "''";
        /// The controls that it is about.
        controls: Vec<String>, none "[]";
        /// What the provider does.
        provider_duty: String, none "''";
        /// What the customer does.
        customer_duty: String, none "''";
        /// The other party that carries it, or a part of it.
        third_party: String, none "''";
        /// What that party does.
        third_party_duty: String, none "''";
        /// The service below to which the provider hands its part on.
        handed_to: String, none "''";
        /// `contract`, `published-document`, `questionnaire-answer`, `own-reading`.
        basis: String, none "''";
        /// The name of the agreement that it rests on.
        agreement: String, none "''";
        /// The clause or question that it rests on.
        clause: String, none "''";
        /// The title of the document that it rests on.
        document: String, none "''";
        /// The version of that document.
        document_version: String, none "''";
        /// The version of the split that it belongs to.
        version: String, none "''";
        /// Whether that version has a day.
        has_dated: bool, none "false";
        /// The day of that version.
        dated: Instant, none "has_dated = false";
        /// How many parties agreed to it.
        agreed: i64, none "0";
        /// How many times it was published or sent.
        deliveries: i64, none "0";
        /// How many links to evidence it has.
        evidence: i64, none "0";
        /// Which incidents are reported (16.1.1).
        incidents_reported: String, none "''";
        /// How openly detection and handling are disclosed (16.1.1).
        incident_disclosure: String, none "''";
        /// Whether a target time of notice is told (16.1.1).
        has_notice_hours: bool, none "false";
        /// In how many hours customers are told of an incident.
        notice_hours: i64, none "has_notice_hours = false";
        /// By which procedure they are told (16.1.1).
        incident_procedure: String, none "''";
        /// The contact (16.1.1).
        incident_contact: String, none "''";
        /// What is offered in remedy (16.1.1).
        incident_remedies: String, none "''";
        /// Who is accountable inside the holder.
        owner: String, none "''";
    }
}

table! {
    /// A party agreed to a row of a matrix.
    pub struct ResponsibilityAgreed = "responsibility_agreed" {
        /// The name of the row of the matrix.
        responsibility: String, none "never: always set";
        /// The party concerned.
        party: String, none "never: always set";
        /// The version that it agreed to.
        version: String, none "never: always set";
        /// The day that it happened.
        agreed_on: Instant, none "never: always set";
        /// The version of the row itself.
        current_version: String, none "''";
    }
}
