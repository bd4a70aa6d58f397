//! Machines, their disks, and what runs on them.

use crate::cell::Instant;
use crate::table;

table! {
    /// A virtual machine, or the template that a group of machines is made from.
    pub struct Vm = "vm" {
        /// `machine` or `template`.
        kind: String, none "never: always set";
        /// The image it starts from, as written.
        image: String, none "''";
        /// Whether that image is named by what never changes (an id, a version), not by a family or `latest`.
        image_pinned: bool, none "false";
        /// The operating system family: `linux`, `windows`.
        os: String, none "''";
        /// Whether it has a public address.
        public_address: bool, none "false";
        /// Whether its metadata service refuses requests without a session token (IMDSv2, or a provider whose service demands a header).
        metadata_protected: bool, none "false";
        /// Whether secure boot is on.
        secure_boot: bool, none "false";
        /// Whether it has a virtual trusted platform module.
        vtpm: bool, none "false";
        /// Whether its memory is encrypted against the host (confidential computing).
        confidential: bool, none "false";
        /// Whether a password opens a remote session on it.
        password_login: bool, none "false";
        /// Whether people sign in with identities of the cloud (OS Login, Entra ID login, Session Manager) rather than keys on the machine.
        identity_login: bool, none "false";
        /// Whether its serial console takes connections.
        serial_console: bool, none "false";
        /// Whether patches are assessed or applied by a service (patch mode, patch policy).
        patch_managed: bool, none "false";
        /// Whether a secret was found in what it is started with (user data, custom data, startup script). The secret is never kept.
        secret_in_startup: bool, none "false";
        /// The `uid` of the identity it runs as, or its identifier.
        identity: String, none "''";
        /// Whether that identity is the provider's default one, shared by many.
        default_identity: bool, none "false";
        /// Whether an order to delete it is refused.
        deletion_protected: bool, none "false";
        /// Whether detailed monitoring is on.
        monitored: bool, none "false";
        /// Whether it may forward packets that are not its own.
        ip_forwarding: bool, none "false";
        /// Whether a backup of it is arranged.
        has_backup: bool, none "false";
        /// The `uid`s of the subnets it is in, sorted.
        subnets: Vec<String>, none "[]";
    }
}

table! {
    /// A disk of a virtual machine, its own resource or part of the machine's definition.
    pub struct Disk = "disk" {
        /// The `uid` of the machine it belongs to.
        vm: String, none "''";
        /// `boot` or `data`.
        kind: String, none "never: always set";
        /// Whether it is encrypted at rest.
        encrypted: bool, none "false";
        /// The `uid` of the key, or its identifier when it is not part of the estate.
        key: String, none "''";
        /// Who manages the key: `customer` or `provider`.
        key_manager: String, none "''";
        /// Its size in GiB.
        size_gib: i64, none "never: a disk has a size";
        /// Whether it goes when its machine goes.
        deleted_with_vm: bool, none "false";
        /// Whether it can be reached or exported from outside the cloud's own network.
        public_access: bool, none "false";
        /// Whether a backup or snapshot schedule covers it.
        has_backup: bool, none "false";
    }
}

table! {
    /// A snapshot or image of a disk or of a database.
    pub struct DiskSnapshot = "disk_snapshot" {
        /// `snapshot`, `image` or `database-snapshot`.
        kind: String, none "never: always set";
        /// The `uid` of the disk, machine or database it was made from.
        source: String, none "''";
        /// Whether it is encrypted.
        encrypted: bool, none "false";
        /// Who manages the key: `customer` or `provider`.
        key_manager: String, none "''";
        /// Whether everybody may copy it.
        public: bool, none "false";
        /// The accounts it is shared with, sorted.
        shared_with: Vec<String>, none "[]";
        /// When it was made.
        created_at: Instant, none "never: what exists was made";
    }
}

table! {
    /// Something that runs code without being a machine of one's own: a function, a container service, a cluster, a node pool, a group of machines, a web application, a build.
    pub struct Workload = "workload" {
        /// `function`, `container-service`, `cluster`, `node-pool`, `vm-group`, `web-application`, `batch`, `build`.
        kind: String, none "never: always set";
        /// The runtime or platform version, as written.
        runtime: String, none "''";
        /// The `uid` of the identity it runs as, or its identifier.
        identity: String, none "''";
        /// Whether that identity is the provider's default one, shared by many.
        default_identity: bool, none "false";
        /// Whether a secret was found in its plain settings (environment variables, app settings). The secret is never kept.
        secret_in_settings: bool, none "false";
        /// Whether a container of it runs privileged.
        privileged: bool, none "false";
        /// Whether it is placed in a network of the customer's own.
        in_own_network: bool, none "false";
        /// Whether its control plane or its executions are logged.
        logging: bool, none "false";
        /// Whether its platform is upgraded by itself.
        automatic_upgrades: bool, none "false";
        /// Whether secrets it keeps are encrypted under a customer's key (a cluster's envelope encryption).
        secrets_encrypted: bool, none "false";
        /// Whether rights in it come from identities of the cloud (a cluster's RBAC integration) and local accounts are off.
        identity_integrated: bool, none "false";
        /// Whether its network policy engine is on.
        network_policy: bool, none "false";
        /// Whether its metadata service is protected from the code it runs.
        metadata_protected: bool, none "false";
        /// Whether it grows and shrinks with demand.
        scales: bool, none "false";
        /// The most instances it grows to, where `scales`.
        max_instances: i64, none "0";
        /// Whether it is spread over more than one zone.
        multi_zone: bool, none "false";
        /// Whether an order to delete it is refused.
        deletion_protected: bool, none "false";
    }
}

table! {
    /// A registry or repository of container images or packages.
    pub struct ImageRegistry = "image_registry" {
        /// Whether images are scanned for vulnerabilities when they arrive.
        scan_on_push: bool, none "false";
        /// Whether a tag, once given, stays with its image.
        tags_immutable: bool, none "false";
        /// Whether anybody may pull.
        public: bool, none "false";
        /// Whether a built-in administrator account with a password is on.
        admin_account: bool, none "false";
        /// Who manages the key that encrypts it: `customer` or `provider`.
        key_manager: String, none "never: always set";
        /// Whether old images go by themselves.
        has_expiry_rule: bool, none "false";
    }
}
