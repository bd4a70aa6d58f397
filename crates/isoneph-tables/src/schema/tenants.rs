//! What tenants share beside the network.

use crate::table;

table! {
    /// What lets others in to a tenant's own: one row for each permitting statement, entry of an access list or binding on a resource, and for each snapshot or image, in an account that a declared tenant calls its own, or whose account is not known.
    pub struct TenantGrant = "tenant_grant" {
        /// What it is: `policy`, `acl`, `binding`, or `snapshot` for a snapshot or image that can be shared.
        kind: String, none "never: always set";
        /// Whom it lets in, as written, sorted.
        lets_in: Vec<String>, none "[]";
        /// Other tenants of whose accounts it lets somebody in, sorted. NULL where it is not known whom it lets in, or, if it names a tenant, whose it is.
        others: Vec<String>, none "[]";
        /// Whether it lets everybody in, without a limiting condition.
        everybody: bool, none "false";
    }
}
