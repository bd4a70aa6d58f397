//! Names of protocols, ports and ICMP types, as devices and IANA write them.

use std::borrow::Cow;

/// ICMP.
pub const ICMP: u8 = 1;
/// TCP.
pub const TCP: u8 = 6;
/// UDP.
pub const UDP: u8 = 17;
/// ICMPv6.
pub const ICMP6: u8 = 58;
/// SCTP.
pub const SCTP: u8 = 132;

/// Protocols whose packets have ports: TCP, UDP, DCCP, SCTP, UDP-Lite.
pub const PORT_PROTOCOLS: [u8; 5] = [TCP, UDP, 33, SCTP, 136];

/// Whether packets of the protocol have ports.
pub fn has_ports(protocol: u8) -> bool {
    PORT_PROTOCOLS.contains(&protocol)
}

/// Whether packets of the protocol have an ICMP type and code.
pub fn is_icmp(protocol: u8) -> bool {
    protocol == ICMP || protocol == ICMP6
}

/// Names of protocols (IANA protocol numbers), first name preferred for display.
const PROTOCOLS: &[(u8, &[&str])] = &[
    (0, &["hopopt", "hop-by-hop", "hbh"]),
    (1, &["icmp"]),
    (2, &["igmp"]),
    (3, &["ggp"]),
    (4, &["ipip", "ipencap", "ipinip", "ip-in-ip"]),
    (6, &["tcp"]),
    (8, &["egp"]),
    (9, &["igrp", "igp"]),
    (12, &["pup"]),
    (17, &["udp"]),
    (20, &["hmp"]),
    (22, &["xns-idp"]),
    (27, &["rdp"]),
    (29, &["iso-tp4"]),
    (33, &["dccp"]),
    (36, &["xtp"]),
    (37, &["ddp"]),
    (38, &["idpr-cmtp"]),
    (41, &["ipv6", "ip6in4"]),
    (43, &["ipv6-route"]),
    (44, &["ipv6-frag", "fragment"]),
    (45, &["idrp"]),
    (46, &["rsvp"]),
    (47, &["gre"]),
    (50, &["esp", "ipsec-esp", "ipv6-crypt"]),
    (51, &["ah", "ahp", "ipv6-auth"]),
    (57, &["skip"]),
    (58, &["icmpv6", "icmp6", "ipv6-icmp"]),
    (59, &["ipv6-nonxt", "no-next-header"]),
    (60, &["ipv6-opts", "dstopts"]),
    (73, &["rspf"]),
    (81, &["vmtp"]),
    (88, &["eigrp"]),
    (89, &["ospf", "ospfigp"]),
    (93, &["ax.25"]),
    (94, &["nos"]),
    (97, &["etherip"]),
    (98, &["encap"]),
    (103, &["pim"]),
    (108, &["pcp", "ipcomp"]),
    (112, &["vrrp"]),
    (115, &["l2tp"]),
    (124, &["isis"]),
    (132, &["sctp"]),
    (133, &["fc"]),
    (136, &["udplite", "udp-lite"]),
    (137, &["mpls-in-ip"]),
    (138, &["manet"]),
    (139, &["hip"]),
    (140, &["shim6"]),
    (142, &["rohc"]),
];

/// Names of ports that rule files use, with the protocols they name a port of (`tcp`, `udp` or both).
const PORTS: &[(&str, u16)] = &[
    ("tcpmux", 1),
    ("echo", 7),
    ("discard", 9),
    ("systat", 11),
    ("daytime", 13),
    ("chargen", 19),
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("time", 37),
    ("nameserver", 42),
    ("nicname", 43),
    ("whois", 43),
    ("tacacs", 49),
    ("tacacs-ds", 49),
    ("domain", 53),
    ("dns", 53),
    ("sqlnet", 1521),
    ("bootps", 67),
    ("bootpc", 68),
    ("tftp", 69),
    ("gopher", 70),
    ("finger", 79),
    ("www", 80),
    ("http", 80),
    ("kerberos", 88),
    ("kerberos-sec", 88),
    ("hostname", 101),
    ("pop2", 109),
    ("pop3", 110),
    ("sunrpc", 111),
    ("portmapper", 111),
    ("ident", 113),
    ("auth", 113),
    ("nntp", 119),
    ("ntp", 123),
    ("msrpc", 135),
    ("epmap", 135),
    ("netbios-ns", 137),
    ("netbios-dgm", 138),
    ("netbios-ssn", 139),
    ("netbios-ss", 139),
    ("imap", 143),
    ("imap2", 143),
    ("imap4", 143),
    ("snmp", 161),
    ("snmptrap", 162),
    ("snmp-trap", 162),
    ("xdmcp", 177),
    ("bgp", 179),
    ("irc", 194),
    ("dnsix", 195),
    ("mobile-ip", 434),
    ("ldap", 389),
    ("https", 443),
    ("microsoft-ds", 445),
    ("cifs", 3020),
    ("isakmp", 500),
    ("exec", 512),
    ("biff", 512),
    ("login", 513),
    ("who", 513),
    ("rip", 520),
    ("syslog", 514),
    ("cmd", 514),
    ("rsh", 514),
    ("shell", 514),
    ("lpd", 515),
    ("printer", 515),
    ("talk", 517),
    ("uucp", 540),
    ("klogin", 543),
    ("kshell", 544),
    ("rtsp", 554),
    ("submission", 587),
    ("ldaps", 636),
    ("msdp", 639),
    ("ldp", 646),
    ("rsync", 873),
    ("telnets", 992),
    ("imaps", 993),
    ("pop3s", 995),
    ("socks", 1080),
    ("openvpn", 1194),
    ("lotusnotes", 1352),
    ("ms-sql-s", 1433),
    ("ms-sql-m", 1434),
    ("citrix-ica", 1494),
    ("radius-old", 1645),
    ("radius-acct", 1813),
    ("radius", 1812),
    ("h323", 1720),
    ("pptp", 1723),
    ("nfs", 2049),
    ("ctiqbe", 2748),
    ("mysql", 3306),
    ("rdp", 3389),
    ("ms-wbt-server", 3389),
    ("drip", 3949),
    ("non500-isakmp", 4500),
    ("ipsec-nat-t", 4500),
    ("sip", 5060),
    ("sips", 5061),
    ("aol", 5190),
    ("postgresql", 5432),
    ("pcanywhere-data", 5631),
    ("pcanywhere-status", 5632),
    ("secureid-udp", 5510),
    ("vxlan", 4789),
    ("http-alt", 8080),
    ("onep-plain", 15001),
    ("onep-tls", 15002),
];

/// ICMP types by name.
const ICMP_TYPES: &[(&str, u8)] = &[
    ("echo-reply", 0),
    ("unreachable", 3),
    ("destination-unreachable", 3),
    ("source-quench", 4),
    ("redirect", 5),
    ("alternate-address", 6),
    ("echo-request", 8),
    ("echo", 8),
    ("ping", 8),
    ("pong", 0),
    ("router-advertisement", 9),
    ("router-solicitation", 10),
    ("time-exceeded", 11),
    ("ttl-exceeded", 11),
    ("parameter-problem", 12),
    ("timestamp-request", 13),
    ("timestamp-reply", 14),
    ("information-request", 15),
    ("information-reply", 16),
    ("mask-request", 17),
    ("address-mask-request", 17),
    ("mask-reply", 18),
    ("address-mask-reply", 18),
    ("traceroute", 30),
    ("conversion-error", 31),
    ("mobile-redirect", 32),
];

/// ICMPv6 types by name.
const ICMP6_TYPES: &[(&str, u8)] = &[
    ("destination-unreachable", 1),
    ("unreachable", 1),
    ("packet-too-big", 2),
    ("time-exceeded", 3),
    ("ttl-exceeded", 3),
    ("parameter-problem", 4),
    ("echo-request", 128),
    ("echo", 128),
    ("ping", 128),
    ("echo-reply", 129),
    ("pong", 129),
    ("multicast-listener-query", 130),
    ("membership-query", 130),
    ("mld-query", 130),
    ("multicast-listener-report", 131),
    ("membership-report", 131),
    ("mld-report", 131),
    ("multicast-listener-done", 132),
    ("membership-reduction", 132),
    ("mld-reduction", 132),
    ("router-solicit", 133),
    ("router-solicitation", 133),
    ("router-advertisement", 134),
    ("neighbor-solicit", 135),
    ("neighbor-solicitation", 135),
    ("neighbour-solicitation", 135),
    ("nd-ns", 135),
    ("neighbor-advertisement", 136),
    ("neighbor-advertisment", 136),
    ("neighbour-advertisement", 136),
    ("nd-na", 136),
    ("redirect", 137),
    ("redirect-message", 137),
    ("router-renumbering", 138),
    ("icmp-node-information-query", 139),
    ("icmp-node-information-response", 140),
    ("inverse-neighbor-discovery-solicitation", 141),
    ("inverse-neighbor-discovery-advertisement", 142),
    ("version-2-multicast-listener-report", 143),
    ("mldv2-report", 143),
    ("home-agent-address-discovery-request", 144),
    ("home-agent-address-discovery-reply", 145),
    ("mobile-prefix-solicitation", 146),
    ("mobile-prefix-advertisement", 147),
    ("certificate-path-solicitation", 148),
    ("certificate-path-advertisement", 149),
    ("multicast-router-advertisement", 151),
    ("multicast-router-solicitation", 152),
    ("multicast-router-termination", 153),
];

/// ICMP types that names give together with a code.
const ICMP_CODES: &[(&str, u8, u8)] = &[
    ("net-unreachable", 3, 0),
    ("network-unreachable", 3, 0),
    ("host-unreachable", 3, 1),
    ("protocol-unreachable", 3, 2),
    ("port-unreachable", 3, 3),
    ("packet-too-big", 3, 4),
    ("fragmentation-needed", 3, 4),
    ("source-route-failed", 3, 5),
    ("network-unknown", 3, 6),
    ("host-unknown", 3, 7),
    ("host-isolated", 3, 8),
    ("dod-net-prohibited", 3, 9),
    ("network-prohibited", 3, 9),
    ("dod-host-prohibited", 3, 10),
    ("host-prohibited", 3, 10),
    ("net-tos-unreachable", 3, 11),
    ("tos-network-unreachable", 3, 11),
    ("host-tos-unreachable", 3, 12),
    ("tos-host-unreachable", 3, 12),
    ("administratively-prohibited", 3, 13),
    ("communication-prohibited", 3, 13),
    ("host-precedence-unreachable", 3, 14),
    ("host-precedence-violation", 3, 14),
    ("precedence-unreachable", 3, 15),
    ("precedence-cutoff", 3, 15),
    ("net-redirect", 5, 0),
    ("network-redirect", 5, 0),
    ("host-redirect", 5, 1),
    ("net-tos-redirect", 5, 2),
    ("tos-network-redirect", 5, 2),
    ("host-tos-redirect", 5, 3),
    ("tos-host-redirect", 5, 3),
    ("ttl-zero-during-transit", 11, 0),
    ("ttl-zero-during-reassembly", 11, 1),
    ("reassembly-timeout", 11, 1),
    ("general-parameter-problem", 12, 0),
    ("ip-header-bad", 12, 0),
    ("option-missing", 12, 1),
    ("required-option-missing", 12, 1),
    ("no-room-for-option", 12, 2),
];

/// ICMPv6 types that names give together with a code.
const ICMP6_CODES: &[(&str, u8, u8)] = &[
    ("no-route", 1, 0),
    ("no-admin", 1, 1),
    ("communication-prohibited", 1, 1),
    ("beyond-scope", 1, 2),
    ("address-unreachable", 1, 3),
    ("addr-unreachable", 1, 3),
    ("port-unreachable", 1, 4),
    ("failed-policy", 1, 5),
    ("reject-route", 1, 6),
    ("hop-limit", 3, 0),
    ("ttl-zero-during-transit", 3, 0),
    ("reassembly-timeout", 3, 1),
    ("ttl-zero-during-reassembly", 3, 1),
    ("header", 4, 0),
    ("bad-header", 4, 0),
    ("next-header", 4, 1),
    ("unknown-header-type", 4, 1),
    ("parameter-option", 4, 2),
    ("unknown-option", 4, 2),
];

/// The ICMP (or ICMPv6) type and code of a name that stands for both.
pub fn icmp_name_with_code(protocol: u8, text: &str) -> Option<(u8, u8)> {
    let text = text.to_ascii_lowercase();
    let table = if protocol == ICMP6 { ICMP6_CODES } else { ICMP_CODES };
    table.iter().find(|(name, _, _)| *name == text).map(|(_, kind, code)| (*kind, *code))
}

/// The protocol of a name or number. `ip`, `any` and `all` name no single protocol.
pub fn protocol(text: &str) -> Option<u8> {
    let text = text.to_ascii_lowercase();
    text.parse().ok().or_else(|| PROTOCOLS.iter().find(|(_, names)| names.contains(&text.as_str())).map(|(n, _)| *n))
}

/// The port of a name or number.
pub fn port(text: &str) -> Option<u16> {
    let text = text.to_ascii_lowercase();
    text.parse().ok().or_else(|| PORTS.iter().find(|(name, _)| *name == text).map(|(_, port)| *port))
}

/// The ICMP (or ICMPv6) type of a name or number; `_` in names counts as `-`.
pub fn icmp_type(protocol: u8, text: &str) -> Option<u8> {
    let text = text.to_ascii_lowercase().replace('_', "-");
    let table = if protocol == ICMP6 { ICMP6_TYPES } else { ICMP_TYPES };
    text.parse().ok().or_else(|| table.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind))
}

/// The name of a protocol, or its number.
pub fn protocol_name(protocol: u8) -> Cow<'static, str> {
    match PROTOCOLS.iter().find(|(number, _)| *number == protocol) {
        Some((_, names)) => Cow::Borrowed(names[0]),
        None => Cow::Owned(format!("protocol {protocol}")),
    }
}

/// The name of an ICMP or ICMPv6 type, or `type N`.
pub fn icmp_name(protocol: u8, kind: u8) -> Cow<'static, str> {
    let table = if protocol == ICMP6 { ICMP6_TYPES } else { ICMP_TYPES };
    match table.iter().find(|(_, number)| *number == kind) {
        Some((name, _)) => Cow::Borrowed(*name),
        None => Cow::Owned(format!("type {kind}")),
    }
}
