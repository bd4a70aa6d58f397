//! What can reach what, and where policies differ: worked out from network models, exactly or not at all.

use crate::table;

table! {
    /// What the network lets pass from one zone to another: one row an ordered pair. Of other layers (identity, storage, application) it says nothing.
    pub struct Reach = "reach" {
        /// The zone that packets come from.
        from_zone: String, none "never: always set";
        /// The zone that they go to.
        to_zone: String, none "never: always set";
        /// The tenant of the first zone.
        from_tenant: String, none "''";
        /// The tenant of the second zone.
        to_tenant: String, none "''";
        /// What the first zone is: `tenant`, `administration`, `shared`, `internal`, `outside`.
        from_kind: String, none "never: always set";
        /// What the second zone is.
        to_kind: String, none "never: always set";
        /// Whether a packet can pass. NULL where an object that is not understood decides.
        passes: bool, none "false";
        /// Whether everything that passes is intended by a declared flow; NULL where what passes is not known.
        intended: bool, none "false";
        /// Whether somebody declares the zones and the flows between them. NULL where only tags suggest the zones.
        declared: bool, none "never: NULL where nobody declares them";
        /// A packet that passes and is not intended, in words.
        witness: String, none "''";
        /// The hops and deciding rules of that packet.
        path: Vec<String>, none "[]";
        /// What keeps the answer open, by name.
        open_because: String, none "''";
        /// The SHA-256 of the model that the answer holds for.
        model: String, none "never: always set";
        /// Whether it is the `virtual` network that answers, as configured in a cloud or cluster, or a `physical` device.
        layer: String, none "never: always set";
        /// The device's policy; of the virtual network, the file that shows it.
        policy: String, none "never: always set";
        /// Intended flows, of those that hold, of which no packet passes.
        blocked: Vec<String>, none "[]";
    }
}

table! {
    /// Packets on which a policy departs from another, or from the declared intent: one row a region.
    pub struct PolicyDifference = "policy_difference" {
        /// The policy looked at.
        policy: String, none "never: always set";
        /// What it is compared with: another policy, or `intent`.
        against: String, none "never: always set";
        /// Whether the policy is of the `virtual` network or of the `physical` one.
        layer: String, none "never: always set";
        /// `permits-more` or `permits-less`.
        direction: String, none "never: always set";
        /// A packet of the region, in words.
        packet: String, none "never: always set";
        /// The rules responsible.
        rules: Vec<String>, none "[]";
    }
}
