//! Tenants, where their data rests, and what becomes of it.

use crate::cell::Instant;
use crate::table;

table! {
    /// A tenant of a service. Its `tenant` is its own name.
    pub struct Tenant = "tenant" {
        /// The customer whose tenant it is.
        party: String, none "''";
        /// The name of the agreement that it is under.
        agreement: String, none "''";
        /// `planned`, `active`, `ended`.
        status: String, none "''";
        /// Whether its agreement has ended.
        has_ended: bool, none "false";
        /// The last day of its agreement.
        ended_on: Instant, none "has_ended = false";
        /// How its things are marked.
        marks: Vec<String>, none "[]";
        /// Accounts that are its own.
        accounts: Vec<String>, none "[]";
    }
}

table! {
    /// A place where data of tenants rests.
    pub struct TenantDataStore = "tenant_data_store" {
        /// `database`, `objects`, `search-index`, `cache`, `queue`, `backup`, `log`, `analytics`, `keys`, `accounts`, `other`.
        type_of_store: String, none "never: always set";
        /// `silo`, `pool`, `bridge`.
        tenancy: String, none "never: always set";
        /// The thing in the inventory.
        resource: String, none "''";
        /// The name of the store that it holds copies of.
        copy_of: String, none "''";
        /// What tells tenants apart.
        partition_key: String, none "''";
        /// Whether it is said for how long copies outlive a deletion.
        has_retention: bool, none "false";
        /// For how many days.
        retention_days: i64, none "has_retention = false";
        /// Whether it is said for how long what was deleted can be brought back.
        has_recoverable: bool, none "false";
        /// For how many days.
        recoverable_days: i64, none "has_recoverable = false";
        /// What it holds.
        data_classes: Vec<String>, none "[]";
        /// Who is accountable.
        owner: String, none "''";
    }
}

table! {
    /// How much of a tenant's was in a store on a day. Its `tenant` is the tenant counted.
    pub struct ResidueCount = "residue_count" {
        /// The name of the store.
        store: String, none "never: always set";
        /// How many records, objects or copies.
        left_over: i64, none "never: always set";
        /// When they were counted.
        counted_on: Instant, none "never: always set";
        /// What was counted.
        unit: String, none "''";
        /// The digest of the query that counted.
        query_sha256: String, none "''";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// Assets were handed back to a customer.
    pub struct AssetReturn = "asset_return" {
        /// When they were handed over.
        handed_over_on: Instant, none "never: always set";
        /// What was returned.
        assets: Vec<String>, none "[]";
        /// In which format.
        format: String, none "''";
        /// Whether it was acknowledged as complete.
        has_acknowledged: bool, none "false";
        /// When it was acknowledged.
        acknowledged_on: Instant, none "has_acknowledged = false";
        /// Whether the customer had nothing to be returned, or waived it.
        waived: bool, none "false";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// Assets of a customer were removed from one store. A record without a store has one row with `store` empty.
    pub struct AssetRemoval = "asset_removal" {
        /// The name of the record.
        record: String, none "never: always set";
        /// The name of the store.
        store: String, none "''";
        /// Whether the day is told.
        has_removed: bool, none "false";
        /// The day that it happened.
        removed_on: Instant, none "has_removed = false";
        /// `deletion`, `overwrite`, `cryptographic-erasure`, `physical-destruction`, `expiry`.
        method: String, none "''";
        /// Whether it can be brought back until a day that is told.
        has_recoverable: bool, none "false";
        /// The last day on which it can be brought back.
        recoverable_until: Instant, none "has_recoverable = false";
        /// Whether somebody verified that nothing is left.
        has_verified: bool, none "false";
        /// When that was verified.
        verified_on: Instant, none "has_verified = false";
        /// Whether it was confirmed to the customer.
        has_confirmed: bool, none "false";
        /// When it was confirmed.
        confirmed_on: Instant, none "has_confirmed = false";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}
