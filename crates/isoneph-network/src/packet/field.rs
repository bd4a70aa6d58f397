//! The fields a diagram may test, and the order in which it tests them.

/// A field of a packet. Ports and ICMP type and code share two fields: no packet has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// 0 IPv4, 1 IPv6.
    Family,
    /// Source address as a number.
    Source,
    /// Destination address as a number.
    Destination,
    /// Protocol number.
    Protocol,
    /// Source port, or ICMP type.
    SourcePort,
    /// Destination port, or ICMP code.
    DestinationPort,
    /// 0 opens a connection or stands alone, 1 belongs to an established one.
    Established,
}

/// All fields, in the order of raw points and cubes.
pub const FIELDS: [Field; 7] = [
    Field::Family,
    Field::Source,
    Field::Destination,
    Field::Protocol,
    Field::SourcePort,
    Field::DestinationPort,
    Field::Established,
];

/// The field each level tests, from the root down. The family is always first.
pub type Order = [Field; 7];

/// Addresses before ports: what access lists and reachability want.
pub const DEFAULT_ORDER: Order = FIELDS;
