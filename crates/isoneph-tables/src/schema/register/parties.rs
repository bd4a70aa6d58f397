//! Who is who, and what is in scope.

use crate::cell::Instant;
use crate::table;

table! {
    /// What is declared to be in scope.
    pub struct DeclaredScope = "declared_scope" {
        /// What it is called, as on the certificate.
        title: String, none "never: always set";
        /// The party whose assessment it is.
        organisation: String, none "never: always set";
        /// The services in scope, sorted.
        services: Vec<String>, none "[]";
        /// The accounts in scope, sorted.
        accounts: Vec<String>, none "[]";
        /// The regions in scope, in each provider's own spelling; empty for any.
        regions: Vec<String>, none "[]";
        /// Whether a period is declared.
        has_period: bool, none "false";
        /// The first day that records are to cover.
        period_from: Instant, none "has_period = false";
        /// The last day that records are to cover.
        period_until: Instant, none "has_period = false";
        /// What is left out, and why.
        exclusions: String, none "''";
    }
}

table! {
    /// An organisation: provider, customer, supplier, authority.
    pub struct Party = "party" {
        /// What people call it.
        title: String, none "never: always set";
        /// Its name in law.
        legal_name: String, none "''";
        /// `organisation`, `authority`, `assurance-body`, `unit`.
        type_of_party: String, none "''";
        /// Whether it keeps the register.
        keeper: bool, none "false";
        /// The party that it is a part of.
        part_of: String, none "''";
        /// The country of its seat (ISO 3166-1, two letters).
        country: String, none "''";
        /// The countries in which it may keep customers' data (ISO 3166-1, two letters), sorted.
        data_countries: Vec<String>, none "[]";
    }
}

table! {
    /// A cloud service, in one environment of its provider. Its `service` is its own name.
    pub struct CloudService = "cloud_service" {
        /// What people call it.
        title: String, none "never: always set";
        /// `iaas`, `paas`, `saas`.
        model: String, none "never: always set";
        /// The party that provides it.
        provider_party: String, none "never: always set";
        /// Whether whoever keeps the register provides it.
        provided: bool, none "false";
        /// Whether whoever keeps the register uses it.
        used: bool, none "false";
        /// The environment of the provider's cloud; `''` for the usual one.
        environment: String, none "''";
        /// The services that it is built on, sorted.
        built_on: Vec<String>, none "[]";
        /// The parties that use it, sorted.
        customers: Vec<String>, none "[]";
        /// The provider's products in use under this name, sorted.
        offerings: Vec<String>, none "[]";
        /// The regions in use, in the provider's own spelling, sorted.
        regions: Vec<String>, none "[]";
        /// The classes of data that it holds, sorted.
        data_classes: Vec<String>, none "[]";
        /// Who is accountable for it.
        owner: String, none "''";
        /// How much hangs on it, in the organisation's own words.
        criticality: String, none "''";
        /// `planned`, `active`, `ended`.
        status: String, none "''";
        /// The version of the provider's split of responsibilities that now holds.
        responsibilities_version: String, none "''";
        /// How many critical operations of it are listed (CLD.12.1.5).
        critical_operations: i64, none "0";
        /// The country in which its provider sits (ISO 3166-1, two letters).
        provider_country: String, none "''";
        /// The countries in which its provider may keep customers' data (ISO 3166-1, two letters), sorted.
        provider_data_countries: Vec<String>, none "[]";
    }
}

table! {
    /// Whom to reach for what. One row a service.
    pub struct Contact = "contact" {
        /// The party concerned.
        party: String, none "never: always set";
        /// `security-incident`, `authority`, `support`, `abuse`, `privacy`, `intellectual-property`, `evidence`, `vulnerability`, `other`.
        purpose: String, none "never: always set";
        /// Whether an address, a number or a page is given.
        reachable: bool, none "false";
        /// When somebody answers.
        hours: String, none "''";
        /// The country whose authority it is (ISO 3166-1, two letters).
        country: String, none "''";
        /// The controls that it serves.
        controls: Vec<String>, none "[]";
        /// Whether it was ever tried.
        has_verified: bool, none "false";
        /// When it was last tried.
        verified_on: Instant, none "has_verified = false";
    }
}
