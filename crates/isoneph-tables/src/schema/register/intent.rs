//! What is meant to be: segregation, purposes, needs.

use crate::cell::Instant;
use crate::table;

table! {
    /// A zone of the intended segregation.
    pub struct Zone = "zone" {
        /// What it is for.
        title: String, none "never: always set";
        /// The zone that it is a part of.
        part_of: String, none "''";
        /// Address blocks, in CIDR.
        addresses: Vec<String>, none "[]";
        /// Networks, subnets, namespaces or machines; `*` stands for any text.
        members: Vec<String>, none "[]";
        /// Accounts whose things belong to it.
        accounts: Vec<String>, none "[]";
        /// Tags (`key=value`) whose bearers belong to it.
        member_tags: Vec<String>, none "[]";
        /// How far it is trusted, in the organisation's own words.
        trust: String, none "''";
        /// Whether it is the world outside.
        outside: bool, none "false";
        /// Whether flows between its own members are free.
        inner_flows: bool, none "never: NULL where the register does not say";
        /// Whose use it serves, where it is no tenant's: `administration`, `shared`, `internal`.
        purpose: String, none "''";
    }
}

table! {
    /// A flow that is intended between two zones.
    pub struct IntendedFlow = "intended_flow" {
        /// The zone that opens it.
        from_zone: String, none "never: always set";
        /// The zone that answers.
        to_zone: String, none "never: always set";
        /// `allow`, `deny`.
        action: String, none "never: always set";
        /// The protocol; `''` for any.
        protocol: String, none "''";
        /// Ports and ranges; empty for any.
        ports: Vec<String>, none "[]";
        /// What it is for.
        purpose: String, none "''";
        /// Who is accountable.
        owner: String, none "''";
        /// Whether it is meant for a time.
        has_until: bool, none "false";
        /// The last day that it is meant.
        until_day: Instant, none "has_until = false";
    }
}

table! {
    /// What machine images are for. One row a service.
    pub struct ImagePurpose = "image_purpose" {
        /// What they are for.
        purpose: String, none "never: always set";
        /// The images; `*` stands for any text.
        images: Vec<String>, none "never: always set";
        /// Whether nothing may listen.
        listens_to_nothing: bool, none "false";
        /// Services of the guest system that may run.
        guest_services: Vec<String>, none "[]";
        /// Accounts that may sign in.
        sign_in: Vec<String>, none "[]";
        /// Why anti-malware does not fit, where there is none.
        no_malware_protection_because: String, none "''";
        /// Who is accountable.
        owner: String, none "''";
        /// Whether it was ever reviewed.
        has_reviewed: bool, none "false";
        /// When it was last reviewed.
        reviewed: Instant, none "has_reviewed = false";
    }
}

table! {
    /// A port that images of a purpose may listen on. Not by service.
    pub struct ImageListener = "image_listener" {
        /// The name of the purpose.
        image_purpose: String, none "never: always set";
        /// The number of the port.
        port: i64, none "never: always set";
        /// `tcp` or `udp`.
        protocol: String, none "never: always set";
        /// The address that it is bound to; `''` for any.
        address: String, none "''";
        /// What it is there for.
        purpose: String, none "''";
    }
}

table! {
    /// How the tenants of a service are kept apart on one layer.
    pub struct IsolationLayer = "isolation_layer" {
        /// `compute`, `network`, `storage`, `database`, `identity-and-keys`, `application`, `administration`.
        layer: String, none "never: always set";
        /// `silo`, `pool`, `bridge`.
        tenancy: String, none "never: always set";
        /// What keeps them apart.
        how: String, none "''";
        /// The service below whose assurance this rests on.
        inherited_from: String, none "''";
        /// Whether tests across the boundary were run.
        has_tested: bool, none "false";
        /// When the last run was.
        tested_on: Instant, none "has_tested = false";
        /// How many tests of the last run found no way through.
        tests_passed: i64, none "0";
        /// How many tests of the last run found one.
        tests_failed: i64, none "0";
        /// The release that was tried in the last run.
        release: String, none "''";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// A test across the boundary between tenants, as a test runner reported it.
    ///
    /// `name` is that of the test.
    pub struct BoundaryTest = "boundary_test" {
        /// The suite that it stands in.
        suite: String, none "''";
        /// The layer whose boundary it tries, as in `isolation_layer.layer`.
        layer: String, none "never: always set";
        /// `passed` (no way through), `failed` (a way through), `errored` (it broke off), `skipped`.
        verdict: String, none "never: always set";
        /// The isolation of the register that claims that tenants are kept apart on this layer.
        claimed_by: String, none "''";
        /// When the suite ran.
        ran_at: Instant, none "never: NULL where the results do not say";
    }
}

table! {
    /// What a customer has to be able to watch.
    pub struct MonitoringNeed = "monitoring_need" {
        /// What has to be seen.
        topic: String, none "never: always set";
        /// The party that needs it.
        party: String, none "''";
        /// The controls.
        controls: Vec<String>, none "[]";
        /// Whether it has to be kept for a time.
        has_retention: bool, none "false";
        /// For how many days.
        retention_days: i64, none "has_retention = false";
        /// Whether it has to show within a time.
        has_latency: bool, none "false";
        /// In how many minutes.
        latency_minutes: i64, none "has_latency = false";
        /// The name of the capability that meets it.
        met_by: String, none "''";
        /// Whether that capability is offered, and keeps and shows it as needed; false where none is named.
        met: bool, none "false";
        /// The measure where none does; `''` also where a word stands for none (`none`, `TBD`).
        own_measure: String, none "''";
        /// Who is accountable.
        owner: String, none "''";
    }
}
