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
        /// Who manages the key that encrypts it: `customer` or `provider`.
        key_manager: String, none "never: always set";
        /// The `uid` or identifier of the bucket or store that it is kept in.
        destination: String, none "''";
        /// Whether it is also sent to where rules can watch it (a log group, a workspace, an event hub).
        watched: bool, none "false";
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
    }
}

table! {
    /// A rule that tells somebody: an alarm, an alert, a metric filter, a budget.
    pub struct AlertRule = "alert_rule" {
        /// What it watches: `administrative-activity`, `identity-changes`, `network-changes`, `logging-changes`, `sign-in`, `threat-findings`, `capacity`, `spend`, `availability`, `other`.
        watches: String, none "never: always set";
        /// Whether it is in force.
        enabled: bool, none "false";
        /// Whether anybody is told.
        has_receiver: bool, none "false";
        /// What it looks for, as written.
        pattern: String, none "''";
    }
}

table! {
    /// A service that looks for trouble by itself, as switched on or off for an account.
    pub struct Protection = "protection" {
        /// `threat-detection`, `vulnerability-scanning`, `posture`, `data-discovery`, `configuration-record`.
        kind: String, none "never: always set";
        /// What it looks at: `account`, `vm`, `container`, `storage`, `database`, `registry`, `kubernetes`.
        target: String, none "never: always set";
        /// Whether it is on.
        enabled: bool, none "false";
    }
}
