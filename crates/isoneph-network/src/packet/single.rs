//! One packet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

use super::{Family, Field, names};

/// What follows the network header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    /// Ports, of TCP, UDP, DCCP, SCTP and UDP-Lite.
    Ports {
        /// Source port.
        source: u16,
        /// Destination port.
        destination: u16,
    },
    /// A message of ICMP or ICMPv6.
    Icmp {
        /// Type.
        kind: u8,
        /// Code.
        code: u8,
    },
    /// A protocol without either.
    Other,
}

/// Why no such packet exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// Source and destination are of two families.
    #[error("a packet's source and destination are of one family")]
    MixedFamilies,
    /// The payload does not fit the protocol.
    #[error("protocol {0} does not have this payload")]
    Payload(u8),
}

/// One packet: both addresses of one family, a payload that fits the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Packet {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    payload: Payload,
    established: bool,
}

impl Packet {
    /// A packet that opens a connection or stands alone.
    pub fn new(source: IpAddr, destination: IpAddr, protocol: u8, payload: Payload) -> Result<Self, PacketError> {
        if source.is_ipv4() != destination.is_ipv4() {
            return Err(PacketError::MixedFamilies);
        }
        let fits = match payload {
            Payload::Ports { .. } => names::has_ports(protocol),
            Payload::Icmp { .. } => names::is_icmp(protocol),
            Payload::Other => !names::has_ports(protocol) && !names::is_icmp(protocol),
        };
        if !fits {
            return Err(PacketError::Payload(protocol));
        }
        Ok(Self { source, destination, protocol, payload, established: false })
    }

    /// The same packet as part of an established connection (for TCP: with ACK or RST).
    #[must_use]
    pub fn established(self, established: bool) -> Self {
        Self { established, ..self }
    }

    /// The answer to this packet: addresses and ports swapped, established. An echo request is answered by an echo reply.
    #[must_use]
    pub fn reply(self) -> Self {
        let payload = match (self.protocol, self.payload) {
            (_, Payload::Ports { source, destination }) => Payload::Ports { source: destination, destination: source },
            (names::ICMP, Payload::Icmp { kind: 8, code }) => Payload::Icmp { kind: 0, code },
            (names::ICMP6, Payload::Icmp { kind: 128, code }) => Payload::Icmp { kind: 129, code },
            (_, payload) => payload,
        };
        Self { source: self.destination, destination: self.source, payload, established: true, ..self }
    }

    /// Source address.
    pub fn source(&self) -> IpAddr {
        self.source
    }

    /// Destination address.
    pub fn destination(&self) -> IpAddr {
        self.destination
    }

    /// Protocol number.
    pub fn protocol(&self) -> u8 {
        self.protocol
    }

    /// Ports, or ICMP type and code.
    pub fn payload(&self) -> Payload {
        self.payload
    }

    /// Whether it belongs to an established connection.
    pub fn is_established(&self) -> bool {
        self.established
    }

    /// The coordinates by [`super::FIELDS`].
    pub fn raw(&self) -> [u128; 7] {
        let number = |address: IpAddr| match address {
            IpAddr::V4(v4) => u128::from(u32::from(v4)),
            IpAddr::V6(v6) => u128::from(v6),
        };
        let (first, second) = match self.payload {
            Payload::Ports { source, destination } => (source.into(), destination.into()),
            Payload::Icmp { kind, code } => (kind.into(), code.into()),
            Payload::Other => (0, 0),
        };
        [
            u128::from(Family::of(self.source) == Family::V6),
            number(self.source),
            number(self.destination),
            self.protocol.into(),
            first,
            second,
            u128::from(self.established),
        ]
    }

    /// The packet at raw coordinates; those beyond a field's width stand for its greatest value, and ports of a protocol
    /// without ports are dropped. That is how every point of the diagrams' space names a packet.
    pub fn from_raw(raw: &[u128; 7]) -> Self {
        let at = |field: Field| raw[field as usize];
        let address = |field: Field| -> IpAddr {
            match at(Field::Family) {
                0 => Ipv4Addr::from(at(field).min(u32::MAX.into()) as u32).into(),
                _ => Ipv6Addr::from(at(field)).into(),
            }
        };
        let protocol = at(Field::Protocol).min(255) as u8;
        let (first, second) = (at(Field::SourcePort), at(Field::DestinationPort));
        let payload = if names::has_ports(protocol) {
            Payload::Ports {
                source: first.min(u16::MAX.into()) as u16,
                destination: second.min(u16::MAX.into()) as u16,
            }
        } else if names::is_icmp(protocol) {
            Payload::Icmp { kind: first.min(255) as u8, code: second.min(255) as u8 }
        } else {
            Payload::Other
        };
        Self {
            source: address(Field::Source),
            destination: address(Field::Destination),
            protocol,
            payload,
            established: at(Field::Established) != 0,
        }
    }
}

impl std::fmt::Display for Packet {
    /// `tcp 10.0.0.1:1024 -> 10.0.1.5:443`, `icmp echo-request 10.0.0.1 -> 10.0.1.5`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let protocol = names::protocol_name(self.protocol);
        match self.payload {
            Payload::Ports { source, destination } => {
                let end = |address: IpAddr, port: u16| std::net::SocketAddr::new(address, port);
                write!(f, "{protocol} {} -> {}", end(self.source, source), end(self.destination, destination))?;
            }
            Payload::Icmp { kind, code } => {
                let kind = names::icmp_name(self.protocol, kind);
                write!(f, "{protocol} {kind} code {code} {} -> {}", self.source, self.destination)?;
            }
            Payload::Other => write!(f, "{protocol} {} -> {}", self.source, self.destination)?,
        }
        if self.established { write!(f, " (established)") } else { Ok(()) }
    }
}
