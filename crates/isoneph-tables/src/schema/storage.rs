//! Where data rests: buckets, databases, backups.

use crate::table;

table! {
    /// A container of objects in an object store; on Azure, a storage account.
    pub struct Bucket = "bucket" {
        /// The cipher that encrypts objects at rest: `aws:kms`, `AES256`, or the provider's own word.
        cipher: String, none "''";
        /// Whether objects are encrypted at rest.
        encrypted: bool, none "false";
        /// The `uid` of the key, or its identifier when it is not part of the estate.
        key: String, none "''";
        /// Who manages the key: `customer` or `provider`.
        key_manager: String, none "''";
        /// Whether it is declared to hold customer data (tags `customer-data`, `holds-customer-data`, `data-owner = customer`).
        holds_customer_data: bool, none "false";
        /// Whether a guard refuses every public access, whatever policies and ACLs say; the account's guard counts.
        public_access_blocked: bool, none "false";
        /// Whether such a guard is declared for the bucket itself.
        own_public_access_block: bool, none "false";
        /// Whether its ACL lets everybody in.
        public_acl: bool, none "false";
        /// Whether its policy or a binding lets everybody in.
        public_policy: bool, none "false";
        /// Whether rights come from policies and identities alone: no per-object ACL, no shared account key.
        uniform_access: bool, none "false";
        /// Whether requests without TLS are refused.
        tls_required: bool, none "false";
        /// The lowest version of TLS it accepts; `''` where the provider's own floor decides.
        tls_min: String, none "''";
        /// Whether old versions of objects are kept.
        versioning: bool, none "false";
        /// Whether a deletion needs a second factor.
        mfa_delete: bool, none "false";
        /// Days in which a deleted object or bucket can be brought back by the service.
        recovery_days: i64, none "0";
        /// Whether its accesses are logged.
        access_log: bool, none "false";
        /// The `uid` or name of where they are logged to.
        log_target: String, none "''";
        /// Whether a retention rule or lock keeps objects from being changed or deleted.
        retention_lock: bool, none "false";
        /// Whether that rule itself can no longer be shortened (compliance mode, a locked policy).
        retention_locked: bool, none "false";
        /// Whether a rule deletes objects after some time.
        has_expiry_rule: bool, none "false";
        /// The regions that its objects are copied to, sorted.
        replicated_to: Vec<String>, none "[]";
        /// Whether it is deleted with everything in it on one order.
        force_destroy: bool, none "false";
        /// Whether only listed networks reach it.
        network_restricted: bool, none "false";
        /// Whether it is declared to hold records that must be kept (tags `holds-records`, `record-class`, `records`).
        holds_records: bool, none "false";
    }
}

table! {
    /// A managed database: relational, document, key-value, warehouse, cache.
    pub struct Database = "database" {
        /// The engine: `postgres`, `mysql`, `sqlserver`, `dynamodb` …
        engine: String, none "never: always set";
        /// The engine's version, as written.
        version: String, none "''";
        /// `instance`, `cluster`, `replica` (a copy to read from), `cache`, `warehouse`; `table` for what is reached through the provider's API alone (DynamoDB, BigQuery); where a server and its databases are set up apart (Azure SQL), `server` and `database`.
        kind: String, none "never: always set";
        /// Whether it is encrypted at rest.
        encrypted: bool, none "false";
        /// The `uid` of the key, or its identifier when it is not part of the estate.
        key: String, none "''";
        /// Who manages the key: `customer` or `provider`.
        key_manager: String, none "''";
        /// Whether it can be reached from the internet (it has a public address or a public endpoint).
        public: bool, none "false";
        /// Whether a rule lets everybody on the internet connect.
        open_to_world: bool, none "false";
        /// Whether it refuses connections without TLS.
        tls_required: bool, none "false";
        /// The lowest version of TLS it accepts; `''` where the provider's own floor decides.
        tls_min: String, none "''";
        /// Whether identities of the cloud can sign in.
        identity_login: bool, none "false";
        /// Whether backups are made by themselves.
        backups: bool, none "false";
        /// Days that they are kept, where `backups`.
        backup_days: i64, none "0";
        /// Whether any moment of the recent past can be restored.
        point_in_time_recovery: bool, none "false";
        /// Whether backups are copied to another region.
        backup_copied: bool, none "false";
        /// Whether a last backup is left when it is deleted.
        final_backup: bool, none "false";
        /// Whether an order to delete it is refused.
        deletion_protected: bool, none "false";
        /// Whether it runs in more than one zone.
        multi_zone: bool, none "false";
        /// Whether minor versions are upgraded by themselves.
        automatic_minor_upgrades: bool, none "false";
        /// Whether its own logs (audit, errors, connections) are sent to a log store.
        log_export: bool, none "false";
        /// Whether its storage grows by itself.
        storage_grows: bool, none "false";
        /// Whether its performance is watched.
        monitored: bool, none "false";
        /// The other regions that its data is copied to (replicas, backups in another region), sorted.
        replicated_to: Vec<String>, none "[]";
        /// The port it listens on; 0 where it has none of its own.
        port: i64, none "0";
    }
}

table! {
    /// An arrangement for backups: a plan, a policy, a vault, a schedule.
    pub struct Backup = "backup" {
        /// `plan`, `vault`, `schedule`.
        kind: String, none "never: always set";
        /// The `uid`s of what it covers, sorted; `*` where a rule selects by tags.
        covers: Vec<String>, none "[]";
        /// Whether copies go by themselves after some time.
        has_expiry: bool, none "false";
        /// Days that copies are kept, where `has_expiry`.
        retention_days: i64, none "0";
        /// Whether copies cannot be deleted before their time (a vault lock, immutability).
        locked: bool, none "false";
        /// Whether a deleted copy can be brought back for some days.
        soft_delete: bool, none "false";
        /// Whether copies go to another region or account.
        copied_elsewhere: bool, none "false";
        /// Who manages the key that encrypts the copies: `customer` or `provider`.
        key_manager: String, none "never: always set";
        /// Hours between copies, where a schedule says.
        interval_hours: i64, none "0";
        /// The other regions that copies go to, sorted.
        replicated_to: Vec<String>, none "[]";
    }
}

table! {
    /// A queue, topic or stream: data rests in it until somebody takes it.
    pub struct Queue = "queue" {
        /// `queue`, `topic`, `stream`.
        kind: String, none "never: always set";
        /// Whether what it holds is encrypted at rest.
        encrypted: bool, none "false";
        /// The `uid` of the key, or its identifier when it is not part of the estate.
        key: String, none "''";
        /// Who manages the key: `customer` or `provider`.
        key_manager: String, none "''";
        /// Whether its policy or a binding lets everybody in.
        public_policy: bool, none "false";
        /// Whether it refuses connections without TLS.
        tls_required: bool, none "false";
        /// Whether only listed networks reach it.
        network_restricted: bool, none "false";
    }
}

table! {
    /// A file system that machines mount over the network.
    pub struct FileStore = "file_store" {
        /// Whether it is encrypted at rest.
        encrypted: bool, none "false";
        /// The `uid` of the key, or its identifier when it is not part of the estate.
        key: String, none "''";
        /// Who manages the key: `customer` or `provider`.
        key_manager: String, none "''";
        /// Whether everybody who reaches it over the network may mount it.
        open_to_all: bool, none "false";
        /// Whether it refuses connections that are not encrypted.
        tls_required: bool, none "false";
        /// Whether backups of it are arranged.
        backups: bool, none "false";
        /// Days that they are kept, where `backups`.
        backup_days: i64, none "0";
        /// Whether it is kept in more than one zone.
        multi_zone: bool, none "false";
        /// Whether an order to delete it is refused.
        deletion_protected: bool, none "false";
    }
}
