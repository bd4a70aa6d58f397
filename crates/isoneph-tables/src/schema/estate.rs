//! The estate as a whole: accounts, everything in them, and how things hang together.

use crate::table;

table! {
    /// An account, subscription or project: the unit that a provider bills and isolates.
    pub struct Account = "account" {
        /// Whether every trail-worthy action of the account is recorded by at least one audit trail that the source shows.
        has_audit_trail: bool, none "false";
        /// Whether new disks are encrypted by default.
        default_disk_encryption: bool, none "false";
        /// Whether public access to object storage is blocked for the account as a whole.
        public_access_blocked: bool, none "false";
        /// Whether the serial console of virtual machines is open to the account.
        serial_console_access: bool, none "false";
        /// Whether the evidence shows how the account as a whole is set up: the account itself, a trail, a protection service, a budget or a setting of it. NULL where only things inside it are seen, as in the plan of one application: then what it lacks proves nothing.
        settings_seen: bool, none "false";
        /// Whether the provider itself records the administration of the account, keeps the record for more than a year, and lets nobody switch it off.
        recorded_by_provider: bool, none "false";
    }
}

table! {
    /// Anything that exists in the estate, of whatever type: one row a resource, also for types that have a table of their own.
    pub struct Resource = "resource" {
        /// The kind of thing: the name of the table that describes it, or `other`.
        kind: String, none "never: always set";
        /// The owner that its tags or labels name (keys `owner`, `team`, `contact`, `managed-by-team` in any case).
        owner: String, none "''";
        /// The information classification that its tags or labels name (keys `classification`, `data-classification`, `sensitivity`, `confidentiality` in any case).
        classification: String, none "''";
        /// The environment that its tags or labels name (keys `environment`, `env`, `stage` in any case).
        environment: String, none "''";
        /// Whether the type can carry tags or labels at all.
        taggable: bool, none "false";
        /// Whether it holds data of its own (a bucket, a disk, a database …).
        holds_data: bool, none "false";
        /// What the source is about to do with it: `create`, `update`, `replace`, `delete`, `none`.
        change: String, none "'none'";
        /// Whether the declaration refuses to destroy it (Terraform `prevent_destroy`, a management lock).
        destroy_prevented: bool, none "false";
        /// For how many days its service keeps it after its deletion, as it was set for the thing (soft deletion): so long the
        /// deletion can be taken back. 0 where that was switched off.
        kept_days: i64, none "never: NULL where nothing was set";
    }
}

table! {
    /// One thing refers to another: a log bucket to the bucket it serves, a trail to its bucket, a policy to its resource.
    pub struct Relation = "relation" {
        /// The `uid` of the thing that refers.
        from_uid: String, none "never: always set";
        /// The `uid` of the thing referred to. NULL when the reference could not be resolved.
        to_uid: String, none "''";
        /// What the reference is for: the attribute that holds it (`bucket`, `kms_key_id`, `vpc_id` …).
        kind: String, none "never: always set";
        /// The native type of the thing that refers.
        from_type: String, none "never: always set";
    }
}
