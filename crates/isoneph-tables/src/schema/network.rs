//! Networks, what they let through, and what listens on them. The network engine has a model of its own; these tables
//! are its projection for SQL.

use crate::cell::Instant;
use crate::table;

table! {
    /// A virtual network or a subnet of one.
    pub struct Network = "network" {
        /// `network` or `subnet`.
        kind: String, none "never: always set";
        /// The `uid` of the network that a subnet is part of.
        parent: String, none "''";
        /// Its address ranges in CIDR notation, sorted.
        cidrs: Vec<String>, none "[]";
        /// Whether the provider made it by default, not the customer on purpose.
        is_default: bool, none "false";
        /// Whether machines placed in it get a public address by themselves.
        assigns_public_address: bool, none "false";
        /// Whether its traffic is recorded (flow logs), on it or on the network around it.
        flow_log: bool, none "false";
        /// The time servers it hands to its machines; of none the machines' own settings decide.
        time_servers: Vec<String>, none "[]";
        /// Whether a set of packet filters of its own (network security group, network ACL) is tied to it.
        has_own_filter: bool, none "false";
    }
}

table! {
    /// One rule of a packet filter: a security group, network ACL, network security group or firewall.
    pub struct FirewallRule = "firewall_rule" {
        /// The `uid` of the filter it is part of.
        filter: String, none "never: always set";
        /// `security-group`, `network-acl`, `network-security-group`, `firewall`.
        filter_kind: String, none "never: always set";
        /// `ingress` or `egress`.
        direction: String, none "never: always set";
        /// `allow` or `deny`.
        action: String, none "never: always set";
        /// `tcp`, `udp`, `icmp`, `icmpv6`, `any`, or a protocol number.
        protocol: String, none "never: always set";
        /// The lowest port; 0 where every port is meant.
        from_port: i64, none "0";
        /// The highest port; 65535 where every port is meant.
        to_port: i64, none "65535";
        /// The address ranges at the other end, in CIDR notation, sorted. `0.0.0.0/0` and `::/0` are everybody.
        peer_cidrs: Vec<String>, none "[]";
        /// Other filters, tags or named lists at the other end, sorted.
        peer_references: Vec<String>, none "[]";
        /// Whether everybody on the internet is at the other end.
        peer_anywhere: bool, none "false";
        /// The rule's place in the order of its filter, lower first; 0 where order does not matter.
        priority: i64, none "0";
        /// Whether it is in force.
        enabled: bool, none "false";
        /// Whether it says what it is for.
        has_description: bool, none "false";
    }
}

table! {
    /// A packet filter or a network is tied to something.
    pub struct Attachment = "attachment" {
        /// The `uid` of what is tied (a security group, a subnet).
        what: String, none "never: always set";
        /// `filter`, `subnet`, `address`, `disk`, `identity`.
        kind: String, none "never: always set";
        /// The `uid` of what it is tied to. NULL when that could not be resolved.
        target: String, none "''";
    }
}

table! {
    /// A route of a route table.
    pub struct Route = "route" {
        /// The `uid` of the route table.
        route_table: String, none "never: always set";
        /// The destination in CIDR notation, or a prefix list.
        destination: String, none "''";
        /// `internet-gateway`, `nat-gateway`, `peering`, `transit`, `endpoint`, `virtual-appliance`, `vpn`, `local`, `none`, `other`.
        target_kind: String, none "never: always set";
        /// The `uid` or identifier of the target.
        target: String, none "''";
    }
}

table! {
    /// Something that takes connections: a listener of a load balancer, a web application, an API, a cluster's API, a distribution.
    pub struct Endpoint = "endpoint" {
        /// `load-balancer`, `web-application`, `api`, `cluster-api`, `distribution`, `storage`, `cache`, `queue`, `search`, `other`.
        kind: String, none "never: always set";
        /// The `uid` of the resource that it belongs to.
        resource: String, none "never: always set";
        /// Whether it can be reached from the internet.
        public: bool, none "false";
        /// Whether, though public, only listed addresses are let in.
        restricted: bool, none "false";
        /// The port; 0 where it has none of its own.
        port: i64, none "0";
        /// Whether connections are encrypted (TLS), or are redirected to where they are.
        tls: bool, none "false";
        /// The lowest version of TLS it accepts: `1.0`, `1.1`, `1.2`, `1.3`.
        tls_min: String, none "''";
        /// Whether a web application firewall stands before it.
        has_waf: bool, none "false";
        /// Whether its accesses are logged.
        access_log: bool, none "false";
        /// Whether callers must authenticate.
        authenticated: bool, none "false";
        /// When its certificate ends, where the evidence says.
        certificate_expires_at: Instant, none "tls = false";
    }
}
