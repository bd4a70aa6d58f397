//! What third parties say.

use crate::cell::Instant;
use crate::table;

table! {
    /// A certificate, report or declaration. One row a service that it is held for.
    pub struct Assurance = "assurance" {
        /// What it is called.
        title: String, none "never: always set";
        /// `accredited-certificate`, `unaccredited-certificate`, `extension`, `attestation-report`, `self-declaration`.
        type_of_assurance: String, none "never: always set";
        /// The party that it is about.
        holder: String, none "never: always set";
        /// The holder's name in law as it stands on it.
        holder_name: String, none "''";
        /// Its number.
        number: String, none "''";
        /// The standard.
        standard: String, none "''";
        /// The standard's edition or year.
        edition: String, none "''";
        /// `provider`, `customer`, `both`.
        role: String, none "''";
        /// The name of the base certificate in the register.
        base: String, none "''";
        /// The number of the base certificate.
        base_number: String, none "''";
        /// Whether the last day of the base certificate is told on it.
        has_base_expiry: bool, none "false";
        /// The last day of the base certificate, as told on it.
        base_expires_on: Instant, none "has_base_expiry = false";
        /// Its scope, as written.
        scope: String, none "''";
        /// The controls that it speaks to.
        controls: Vec<String>, none "[]";
        /// The regions in scope for all products alike.
        regions: Vec<String>, none "[]";
        /// The version of the statement of applicability it refers to.
        soa_version: String, none "''";
        /// The body that issued it.
        body: String, none "''";
        /// `yes`, `no`, `unknown`: whether the body is accredited for it.
        accredited: String, none "''";
        /// Whether its day of issue is told.
        has_issued: bool, none "false";
        /// When it was issued.
        issued_on: Instant, none "has_issued = false";
        /// Whether its last day is told.
        has_expiry: bool, none "false";
        /// The last day it holds.
        expires_on: Instant, none "has_expiry = false";
        /// Whether a surveillance audit is told.
        has_surveillance: bool, none "false";
        /// The last surveillance audit.
        surveillance_on: Instant, none "has_surveillance = false";
        /// `valid`, `suspended`, `withdrawn`, `expired`.
        status: String, none "never: NULL where nobody has looked";
        /// Whether somebody looked how it stands.
        has_verified: bool, none "false";
        /// When somebody looked.
        verified_on: Instant, none "has_verified = false";
        /// Whether it is a report on a period.
        has_period: bool, none "false";
        /// The first day of the report's period.
        period_from: Instant, none "has_period = false";
        /// The last day of the report's period.
        period_until: Instant, none "has_period = false";
        /// 1 or 2; 0 where it is no report.
        report_type: i64, none "0";
        /// How many exceptions the auditor found.
        exceptions: i64, none "never: NULL where nobody has counted";
        /// Whether the opinion is qualified.
        qualified: bool, none "never: NULL where the register does not say";
        /// `carve-out`, `inclusive`, `none`.
        subservice_method: String, none "''";
        /// The services below that are named.
        subservices: Vec<String>, none "[]";
        /// Whether a letter bridges to a later day.
        has_bridge: bool, none "false";
        /// The last day that the letter speaks of.
        bridge_until: Instant, none "has_bridge = false";
        /// Whether a later version stands in the register.
        superseded: bool, none "false";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// A product in the scope of an assurance. Not by service.
    pub struct AssuranceScope = "assurance_scope" {
        /// The name of the assurance.
        assurance: String, none "never: always set";
        /// The product, as the document names it.
        offering: String, none "never: always set";
        /// The environment; `''` for the usual one.
        environment: String, none "''";
        /// The regions in scope; empty where it names none.
        regions: Vec<String>, none "[]";
    }
}

table! {
    /// One thing an assurance says, for a time. One row a service.
    pub struct AssuranceClaim = "assurance_claim" {
        /// The name of the assurance.
        assurance: String, none "never: always set";
        /// What it is about.
        topic: String, none "never: always set";
        /// What it says.
        claim: String, none "never: always set";
        /// The controls.
        controls: Vec<String>, none "[]";
        /// The requirement of a cell that it answers.
        requirement: String, none "''";
        /// Whether the time it speaks of is told, its own or the assurance's.
        has_period: bool, none "false";
        /// The first day it speaks of.
        period_from: Instant, none "has_period = false";
        /// The last day it speaks of.
        period_until: Instant, none "has_period = false";
    }
}

table! {
    /// A control that a report leaves to user entities. One row a service.
    pub struct ComplementaryControl = "complementary_control" {
        /// The name of the assurance.
        assurance: String, none "never: always set";
        /// Its id in the report.
        id: String, none "never: always set";
        /// What the user entity is to do.
        duty: String, none "never: always set";
        /// The controls that it belongs to.
        controls: Vec<String>, none "[]";
        /// The area of responsibilities that it belongs to.
        area: String, none "''";
    }
}
