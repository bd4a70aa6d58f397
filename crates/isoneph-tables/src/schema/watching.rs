//! What is recorded and who is told.

use crate::table;

table! {
    /// A trail that records what is done in an account: CloudTrail, an export of the activity log, an audit-log sink.
    pub struct AuditTrail = "audit_trail" {
        /// Whether it records now.
        enabled: bool, none "false";
        /// Whether it records every region.
        all_regions: bool, none "false";
        /// Whether it records for a whole organisation.
        organisation: bool, none "false";
        /// Whether management operations (administration, policy changes) are recorded, reads and writes.
        management_events: bool, none "false";
        /// Whether accesses to data are recorded.
        data_events: bool, none "false";
        /// Whether a changed or missing record would be seen (digest chain, immutable store).
        integrity_protected: bool, none "false";
        /// Who manages the key that encrypts it: `customer` or `provider`; `''` where the store that it is kept in decides.
        key_manager: String, none "''";
        /// The `uid` or identifier of the bucket or store that it is kept in.
        destination: String, none "''";
        /// Whether it is also sent to where rules can watch it (a log group, a workspace, an event hub).
        watched: bool, none "false";
        /// Whether this kind of record can hold accesses to data at all; Azure's activity log cannot.
        can_hold_data_events: bool, none "false";
    }
}

table! {
    /// A store of logs: a log group, a workspace, a log bucket.
    pub struct LogStore = "log_store" {
        /// Whether records go by themselves after some time.
        has_expiry: bool, none "false";
        /// Days that records are kept, where `has_expiry`.
        retention_days: i64, none "has_expiry = false";
        /// The `uid` of the key, or its identifier.
        key: String, none "''";
        /// Who manages the key that encrypts it: `customer` or `provider`.
        key_manager: String, none "never: always set";
        /// Whether its retention can no longer be shortened.
        locked: bool, none "false";
        /// Whether it can be queried or written to from public networks.
        public: bool, none "false";
        /// Whether an order to delete it is refused.
        deletion_protected: bool, none "false";
        /// Whether a trail that the evidence shows sends its records here.
        receives_audit_trail: bool, none "false";
    }
}

table! {
    /// A rule that tells somebody: an alarm, an alert, a metric filter, a budget.
    pub struct AlertRule = "alert_rule" {
        /// What it watches: `administrative-activity`, `identity-changes`, `network-changes`, `logging-changes`, `sign-in`, `threat-findings`, `capacity`, `spend`, `availability`, `provider-notices`, `other`.
        watches: String, none "never: always set";
        /// Whether it is in force.
        enabled: bool, none "false";
        /// Whether anybody is told, or something is set going.
        has_receiver: bool, none "false";
        /// What it looks for, as written.
        pattern: String, none "''";
        /// Whether it watches all accounts of an organisation or of a payer, not its own alone.
        organisation: bool, none "false";
    }
}

table! {
    /// A service that looks for trouble by itself, as switched on or off for an account.
    pub struct Protection = "protection" {
        /// `threat-detection`, `vulnerability-scanning`, `posture`, `data-discovery`, `configuration-record`, `access-analysis`.
        kind: String, none "never: always set";
        /// What it looks at: `account`, `vm`, `container`, `storage`, `database`, `registry`, `kubernetes`.
        target: String, none "never: always set";
        /// Whether it is on.
        enabled: bool, none "false";
        /// Whether it is switched on or off for all accounts of an organisation, not for its own alone.
        organisation: bool, none "false";
    }
}
