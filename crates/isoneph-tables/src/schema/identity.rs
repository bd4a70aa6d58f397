//! Who may do what: principals, their credentials, the rules for signing in, and grants.

use crate::cell::Instant;
use crate::table;

table! {
    /// Somebody or something that can be granted rights: a user, group, role, service account, managed identity.
    pub struct Principal = "principal" {
        /// `user`, `group`, `role`, `service`.
        kind: String, none "never: always set";
        /// Whether it can sign in to the provider's console with a password.
        console_access: bool, none "false";
        /// Whether multi-factor authentication is needed to act as it.
        mfa_required: bool, none "false";
        /// Whether principals of other accounts may act as it.
        external_trust: bool, none "false";
        /// Whether everybody may act as it (a trust policy open to `*` without a condition).
        public_trust: bool, none "false";
        /// Whether it is limited by a permissions boundary or an equal ceiling.
        has_boundary: bool, none "false";
        /// The longest session that acting as it gives, in seconds.
        max_session_seconds: i64, none "0";
    }
}

table! {
    /// Something that proves an identity: an access key, a password, a client secret, a service-account key, an SSH key.
    pub struct Credential = "credential" {
        /// The `uid` of the principal.
        principal: String, none "''";
        /// `access-key`, `password`, `client-secret`, `certificate`, `service-account-key`, `ssh-key`.
        kind: String, none "never: always set";
        /// Whether it can be used now.
        active: bool, none "false";
        /// Whether it is long-lived: valid until somebody revokes or rotates it, not a session of hours.
        long_lived: bool, none "false";
        /// Whether it stops to be valid by itself.
        has_expiry: bool, none "false";
        /// When it stops to be valid, where `has_expiry`.
        expires_at: Instant, none "has_expiry = false";
        /// When it was made.
        created_at: Instant, none "never: what exists was made";
        /// Whether its secret part stands in clear in the evidence or in the state of the tool that made it.
        secret_in_state: bool, none "false";
    }
}

table! {
    /// A rule for signing in: an account's password policy, a user pool, a conditional-access policy, an identity platform.
    pub struct AuthPolicy = "auth_policy" {
        /// `account-passwords`, `user-pool`, `conditional-access`, `identity-platform`, `database-passwords`.
        kind: String, none "never: always set";
        /// Whom it is for: `administrators`, `staff`, `end-users`, `everybody`.
        audience: String, none "never: always set";
        /// Whether it is in force.
        enabled: bool, none "false";
        /// Whether it demands a second factor of everybody it covers.
        mfa_required: bool, none "false";
        /// Whether it has a rule on passwords at all.
        has_password_rule: bool, none "false";
        /// The fewest characters of a password, where `has_password_rule`.
        min_length: i64, none "0";
        /// How many of the four classes (lower case, upper case, digit, symbol) a password needs.
        character_classes: i64, none "0";
        /// How many old passwords may not come back.
        reuse_prevented: i64, none "0";
        /// Whether passwords expire.
        has_max_age: bool, none "false";
        /// After how many days, where `has_max_age`.
        max_age_days: i64, none "has_max_age = false";
        /// Whether those it covers can sign in with a second factor, demanded or not.
        mfa_offered: bool, none "false";
    }
}

table! {
    /// A right given to a principal: an attached or inline policy statement, a role assignment, an IAM binding. One row for each statement or binding.
    pub struct Grant = "grant" {
        /// The `uid` of the principal, or its name as written when it is not part of the estate (`user:ana@example.com`).
        principal: String, none "''";
        /// The kind of principal: `user`, `group`, `role`, `service`, `everybody`.
        principal_kind: String, none "never: always set";
        /// `allow` or `deny`.
        effect: String, none "never: always set";
        /// The role given, where the provider gives roles (`roles/owner`, `Contributor`, the name of a managed policy).
        role_name: String, none "''";
        /// The actions, in the provider's spelling, sorted; of a named role none are listed.
        actions: Vec<String>, none "[]";
        /// What it reaches: `organisation`, `account`, `group` (resource group, folder), `resource`.
        reach: String, none "never: always set";
        /// The things it is limited to, as written; `*` for everything.
        resources: Vec<String>, none "[]";
        /// Whether it comes to full control of an account: every action on everything, or a role that says so (owner).
        full_admin: bool, none "false";
        /// Whether it allows managing rights themselves (writing policies, passing roles, assigning roles).
        manages_access: bool, none "false";
        /// Whether it applies under a condition.
        has_condition: bool, none "false";
        /// Whether its condition demands multi-factor authentication.
        mfa_condition: bool, none "false";
        /// Whether it ends by itself.
        has_expiry: bool, none "false";
    }
}

table! {
    /// Who else may reach a resource: the statements of its own policy, its ACL, its public bindings. One row for each statement, ACL entry or binding.
    pub struct ResourcePolicy = "resource_policy" {
        /// The `uid` of the resource it stands on. NULL when that could not be resolved.
        resource: String, none "''";
        /// `policy`, `acl`, `binding`.
        kind: String, none "never: always set";
        /// `allow` or `deny`.
        effect: String, none "never: always set";
        /// Whom it names, as written, sorted.
        principals: Vec<String>, none "[]";
        /// The actions or role, in the provider's spelling, sorted.
        actions: Vec<String>, none "[]";
        /// Whether it lets everybody in: `*`, `allUsers`, `allAuthenticatedUsers`, AllUsers of an ACL, without a limiting condition.
        public: bool, none "false";
        /// Whether it lets principals of other accounts in.
        cross_account: bool, none "false";
        /// Whether it lets somebody write or delete.
        allows_write: bool, none "false";
        /// Whether it applies under a condition.
        has_condition: bool, none "false";
        /// Whether it refuses requests without TLS.
        requires_tls: bool, none "false";
    }
}
