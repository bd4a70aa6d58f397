//! What the columns of a CSV of rules hold, by their names.

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Action,
    Protocol,
    Source,
    SourcePort,
    Destination,
    DestinationPort,
    /// Protocols and ports together.
    Service,
    IcmpType,
    IcmpCode,
    Established,
    /// Whether the rule is switched on.
    Enabled,
    /// Whether it is switched off.
    Disabled,
    Name,
    /// The place of the rule among the others.
    Number,
    /// Carries no condition.
    Remark,
    Unknown,
}

/// Names of columns, in small letters, words joined by `_`.
const NAMES: &[(Column, &[&str])] = &[
    (Column::Action, &["action", "verdict", "rule_action"]),
    (Column::Protocol, &["protocol", "proto", "ip_protocol"]),
    (
        Column::Source,
        &["src", "source", "source_address", "src_ip", "src_addr", "source_ip", "sources", "source_addresses"],
    ),
    (Column::SourcePort, &["sport", "src_port", "source_port", "source_ports"]),
    (
        Column::Destination,
        &[
            "dst",
            "dest",
            "destination",
            "destination_address",
            "dst_ip",
            "dst_addr",
            "destination_ip",
            "destinations",
            "destination_addresses",
        ],
    ),
    (
        Column::DestinationPort,
        &["dport", "dst_port", "dest_port", "destination_port", "destination_ports", "port", "ports"],
    ),
    (Column::Service, &["service", "services"]),
    (Column::IcmpType, &["icmp_type"]),
    (Column::IcmpCode, &["icmp_code"]),
    (Column::Established, &["established"]),
    (Column::Enabled, &["enabled", "enable", "active", "status"]),
    (Column::Disabled, &["disabled", "disable", "inactive"]),
    (Column::Name, &["name", "id", "rule", "rule_id", "rule_name", "uid", "uuid"]),
    (
        Column::Number,
        &["no", "no.", "nr", "nr.", "number", "rule_number", "seq", "sequence", "order", "line", "position"],
    ),
    (
        Column::Remark,
        &[
            "comment",
            "comments",
            "remark",
            "remarks",
            "description",
            "note",
            "notes",
            "owner",
            "ticket",
            "reason",
            "purpose",
            "justification",
            "change",
            "requester",
            "hit",
            "hits",
            "hit_count",
            "hit_counts",
            "hitcount",
            "hitcnt",
            "hits_count",
            "last_hit",
            "first_hit",
            "bytes",
            "packets",
            "log",
            "logging",
            "created",
            "created_by",
            "created_on",
            "modified",
            "modified_by",
            "modified_on",
            "last_modified",
        ],
    ),
];

/// Words of a cell that says yes.
pub(super) const YES: &[&str] = &["yes", "y", "true", "1", "on", "enabled", "active"];
/// Words of a cell that says no.
pub(super) const NO: &[&str] = &["no", "n", "false", "0", "off", "disabled", "inactive"];

pub(super) fn column(name: &str) -> Column {
    let name = name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map_or(Column::Unknown, |(column, _)| *column)
}
