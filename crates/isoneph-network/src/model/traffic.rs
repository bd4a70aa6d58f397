//! Exact sets of what a packet carries beside its addresses: protocol, source port, destination port.
//!
//! A [`Traffic`] is a partition of the protocols, each with a partition of the source ports, each with a set of
//! destination ports. For ICMP (1) and ICMPv6 (58) the two lines are type and code; protocols without ports use neither.
//! Neighbours that hold the same are merged, so equal sets are equal values.

use std::fmt;

use serde::{Serialize, Serializer};

/// Protocol number of ICMP.
pub const ICMP: u8 = 1;
/// Protocol number of TCP.
pub const TCP: u8 = 6;
/// Protocol number of UDP.
pub const UDP: u8 = 17;
/// Protocol number of ICMPv6.
pub const ICMP6: u8 = 58;
/// Protocol number of SCTP.
pub const SCTP: u8 = 132;

/// One partition of a line: rising upper bounds, the last one the greatest coordinate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Line<T>(Vec<(u16, T)>);

/// What a line may hold: a truth, or another line.
trait Layer: Clone + PartialEq {
    fn combine(&self, other: &Self, keep: fn(bool, bool) -> bool) -> Self;
    fn any(&self) -> bool;
}

impl Layer for bool {
    fn combine(&self, other: &Self, keep: fn(Self, Self) -> Self) -> Self {
        keep(*self, *other)
    }
    fn any(&self) -> bool {
        *self
    }
}

impl<T: Layer> Layer for Line<T> {
    fn combine(&self, other: &Self, keep: fn(bool, bool) -> bool) -> Self {
        let (mut left, mut right) = (0, 0);
        let mut out: Vec<(u16, T)> = Vec::with_capacity(self.0.len().max(other.0.len()));
        while let (Some((a, x)), Some((b, y))) = (self.0.get(left), other.0.get(right)) {
            let value = x.combine(y, keep);
            let bound = *a.min(b);
            match out.last_mut() {
                Some(last) if last.1 == value => last.0 = bound,
                _ => out.push((bound, value)),
            }
            left += usize::from(*a == bound);
            right += usize::from(*b == bound);
        }
        Self(out)
    }
    fn any(&self) -> bool {
        self.0.iter().any(|(_, value)| value.any())
    }
}

impl<T: Layer> Line<T> {
    fn whole(max: u16, value: T) -> Self {
        Self(vec![(max, value)])
    }

    fn only(low: u16, high: u16, max: u16, inside: T, outside: T) -> Self {
        let mut out = Vec::with_capacity(3);
        if low > 0 {
            out.push((low - 1, outside.clone()));
        }
        out.push((high, inside));
        if high < max {
            out.push((max, outside));
        }
        if out.windows(2).all(|pair| pair[0].1 == pair[1].1) {
            out.drain(..out.len() - 1);
        }
        Self(out)
    }

    fn at(&self, coordinate: u16) -> Option<&T> {
        let place = self.0.partition_point(|(bound, _)| *bound < coordinate);
        self.0.get(place).map(|(_, value)| value)
    }

    /// The pieces as (first, last, value).
    fn pieces(&self) -> impl Iterator<Item = (u16, u16, &T)> {
        let mut first = 0;
        self.0.iter().map(move |(bound, value)| {
            let piece = (first, *bound, value);
            first = bound.saturating_add(1);
            piece
        })
    }
}

type Ports = Line<bool>;
type Pairs = Line<Ports>;

/// An exact set of (protocol, source port, destination port); for ICMP (protocol, type, code).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Traffic(Line<Pairs>);

/// One box of a [`Traffic`]: inclusive ranges. For ICMP `source` is the type and `destination` the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TrafficBox {
    /// Protocol numbers.
    pub protocol: (u8, u8),
    /// Source ports, or ICMP types.
    pub source: (u16, u16),
    /// Destination ports, or ICMP codes.
    pub destination: (u16, u16),
}

/// What one packet carries: a point of a [`Traffic`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Parcel {
    /// Protocol number.
    pub protocol: u8,
    /// Source port, or ICMP type; 0 where the protocol has neither.
    pub source: u16,
    /// Destination port, or ICMP code; 0 where the protocol has neither.
    pub destination: u16,
}

fn has_ports(protocol: u8) -> bool {
    matches!(protocol, TCP | UDP | SCTP | 33 | 136)
}

fn is_icmp(protocol: u8) -> bool {
    matches!(protocol, ICMP | ICMP6)
}

impl Traffic {
    fn constant(value: bool) -> Self {
        Self(Line::whole(255, Line::whole(u16::MAX, Line::whole(u16::MAX, value))))
    }

    /// No packet.
    #[must_use]
    pub fn none() -> Self {
        Self::constant(false)
    }

    /// Every packet.
    #[must_use]
    pub fn all() -> Self {
        Self::constant(true)
    }

    /// The packets in a box. Empty ranges (first above last) give the empty set.
    #[must_use]
    pub fn of(piece: TrafficBox) -> Self {
        let (TrafficBox { protocol, source, destination }, off) = (piece, false);
        if protocol.0 > protocol.1 || source.0 > source.1 || destination.0 > destination.1 {
            return Self::none();
        }
        let ports = Line::only(destination.0, destination.1, u16::MAX, true, off);
        let nothing = Line::whole(u16::MAX, Line::whole(u16::MAX, false));
        let pairs = Line::only(source.0, source.1, u16::MAX, ports, Line::whole(u16::MAX, false));
        Self(Line::only(u16::from(protocol.0), u16::from(protocol.1), 255, pairs, nothing))
    }

    /// Every packet of one protocol.
    #[must_use]
    pub fn protocol(number: u8) -> Self {
        Self::ports(number, 0, u16::MAX)
    }

    /// Packets of one protocol to a range of destination ports (ICMP: codes) from any source port.
    #[must_use]
    pub fn ports(protocol: u8, first: u16, last: u16) -> Self {
        Self::of(TrafficBox { protocol: (protocol, protocol), source: (0, u16::MAX), destination: (first, last) })
    }

    /// ICMP packets of one type (or any) and code (or any).
    #[must_use]
    pub fn icmp(protocol: u8, kind: Option<u16>, code: Option<u16>) -> Self {
        Self::of(TrafficBox {
            protocol: (protocol, protocol),
            source: kind.map_or((0, u16::MAX), |value| (value, value)),
            destination: code.map_or((0, u16::MAX), |value| (value, value)),
        })
    }

    /// One packet.
    #[must_use]
    pub fn one(parcel: Parcel) -> Self {
        Self::of(TrafficBox {
            protocol: (parcel.protocol, parcel.protocol),
            source: (parcel.source, parcel.source),
            destination: (parcel.destination, parcel.destination),
        })
    }

    /// The packets in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.combine(&other.0, |a, b| a && b))
    }

    /// The packets in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.combine(&other.0, |a, b| a || b))
    }

    /// The packets here and not there.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self(self.0.combine(&other.0, |a, b| a && !b))
    }

    /// The packets not here.
    #[must_use]
    pub fn not(&self) -> Self {
        Self::all().minus(self)
    }

    /// Whether no packet is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.0.any()
    }

    /// Whether every packet is in it.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::all()
    }

    /// Whether every packet here is there too.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.minus(other).is_empty()
    }

    /// Whether a packet is in it.
    #[must_use]
    pub fn contains(&self, parcel: Parcel) -> bool {
        self.0
            .at(u16::from(parcel.protocol))
            .and_then(|pairs| pairs.at(parcel.source))
            .and_then(|ports| ports.at(parcel.destination))
            .copied()
            .unwrap_or(false)
    }

    /// The set as disjoint boxes, in rising order.
    #[must_use]
    pub fn boxes(&self) -> Vec<TrafficBox> {
        let mut out = Vec::new();
        for (low, high, pairs) in self.0.pieces() {
            // Protocol bounds were built from bytes, so they fit.
            let protocol = (low.min(255) as u8, high.min(255) as u8);
            for (from, to, ports) in pairs.pieces() {
                for (first, last, inside) in ports.pieces() {
                    if *inside {
                        out.push(TrafficBox { protocol, source: (from, to), destination: (first, last) });
                    }
                }
            }
        }
        out
    }

    /// A packet of the set that a reader knows at once: TCP before UDP before others, an ephemeral source port and a low
    /// destination port where the set allows.
    #[must_use]
    pub fn witness(&self) -> Option<Parcel> {
        let rank = |protocol: u8| match protocol {
            TCP => 0,
            UDP => 1,
            ICMP => 2,
            ICMP6 => 3,
            _ => 4,
        };
        let mut best: Option<(u8, Parcel)> = None;
        for piece in self.boxes() {
            for known in [TCP, UDP, ICMP, ICMP6, SCTP, piece.protocol.0] {
                if known < piece.protocol.0 || known > piece.protocol.1 {
                    continue;
                }
                let parcel = pick(known, piece);
                let key = rank(known);
                if best.is_none_or(|(other, _)| key < other) {
                    best = Some((key, parcel));
                }
            }
        }
        best.map(|(_, parcel)| parcel)
    }

    /// What the sender must be able to receive so that a packet of this set is answered, seen from the sender: given the
    /// packets `replies` that come back, the packets of `self` whose answer is among them. TCP, UDP and SCTP answers swap
    /// the ports; an echo request (ICMP 8, ICMPv6 128) needs an echo reply; other packets need no answer.
    #[must_use]
    pub fn answered_by(&self, replies: &Self) -> Self {
        let mut allowed = Self::none();
        for piece in replies.boxes() {
            for protocol in [TCP, UDP, SCTP, 33, 136] {
                if piece.protocol.0 <= protocol && protocol <= piece.protocol.1 {
                    allowed = allowed.or(&Self::of(TrafficBox {
                        protocol: (protocol, protocol),
                        source: piece.destination,
                        destination: piece.source,
                    }));
                }
            }
        }
        for protocol in [ICMP, ICMP6] {
            let (request, reply) = if protocol == ICMP { (8, 0) } else { (128, 129) };
            allowed = allowed.or(&Self::protocol(protocol));
            if !replies.contains(Parcel { protocol, source: reply, destination: 0 }) {
                allowed = allowed.minus(&Self::icmp(protocol, Some(request), None));
            }
        }
        let portless = [TCP, UDP, SCTP, 33, 136, ICMP, ICMP6]
            .iter()
            .fold(Self::all(), |rest, protocol| rest.minus(&Self::protocol(*protocol)));
        self.and(&allowed.or(&portless.and(replies)))
    }

    /// The answer to a packet: swapped ports, or the echo reply.
    #[must_use]
    pub fn answer_to(parcel: Parcel) -> Parcel {
        match (parcel.protocol, parcel.source) {
            (ICMP, 8) => Parcel { protocol: ICMP, source: 0, destination: 0 },
            (ICMP6, 128) => Parcel { protocol: ICMP6, source: 129, destination: 0 },
            (ICMP | ICMP6, _) => parcel,
            _ => Parcel { protocol: parcel.protocol, source: parcel.destination, destination: parcel.source },
        }
    }
}

fn pick(protocol: u8, piece: TrafficBox) -> Parcel {
    let near = |range: (u16, u16), wish: u16| wish.clamp(range.0, range.1);
    if has_ports(protocol) {
        let destination = [22, 443, 80, 3389]
            .into_iter()
            .find(|port| piece.destination.0 <= *port && *port <= piece.destination.1)
            .unwrap_or_else(|| near(piece.destination, 1));
        Parcel { protocol, source: near(piece.source, 49152), destination }
    } else if is_icmp(protocol) {
        let echo = if protocol == ICMP { 8 } else { 128 };
        Parcel { protocol, source: near(piece.source, echo), destination: near(piece.destination, 0) }
    } else {
        Parcel { protocol, source: near(piece.source, 0), destination: near(piece.destination, 0) }
    }
}

/// The usual name of a protocol, or its number.
#[must_use]
pub fn protocol_name(number: u8) -> String {
    match number {
        ICMP => "icmp".into(),
        TCP => "tcp".into(),
        UDP => "udp".into(),
        ICMP6 => "icmpv6".into(),
        SCTP => "sctp".into(),
        47 => "gre".into(),
        50 => "esp".into(),
        51 => "ah".into(),
        _ => format!("protocol {number}"),
    }
}

/// The number of a protocol given by usual name or number; `None` for words that name none. "all" is not a protocol.
#[must_use]
pub fn protocol_number(text: &str) -> Option<u8> {
    match text.trim().to_ascii_lowercase().as_str() {
        "icmp" => Some(ICMP),
        "igmp" => Some(2),
        "ipip" => Some(94),
        "tcp" => Some(TCP),
        "udp" => Some(UDP),
        "icmpv6" | "icmp6" | "ipv6-icmp" => Some(ICMP6),
        "sctp" => Some(SCTP),
        "gre" => Some(47),
        "esp" => Some(50),
        "ah" => Some(51),
        "dccp" => Some(33),
        "udplite" => Some(136),
        "vrrp" => Some(112),
        other => other.parse().ok(),
    }
}

fn range(low: u16, high: u16) -> String {
    if low == high { low.to_string() } else { format!("{low}-{high}") }
}

impl fmt::Display for Traffic {
    /// Short and complete: `tcp 22,80-90; udp 53`, `all`, `none`; source ports are named only where they are not all:
    /// `tcp 80,443 (from source ports 1024-65535)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("all");
        }
        let mut parts: Vec<String> = Vec::new();
        for (low, high, pairs) in self.0.pieces() {
            let name = if low == high { protocol_name(low.min(255) as u8) } else { format!("protocols {low}-{high}") };
            for (from, to, ports) in pairs.pieces() {
                let list: Vec<String> =
                    ports.pieces().filter(|(_, _, inside)| **inside).map(|(a, b, _)| range(a, b)).collect();
                if list.is_empty() {
                    continue;
                }
                let icmp = low == high && is_icmp(low as u8);
                let mut part = name.clone();
                let some = (from, to) != (0, u16::MAX);
                if some && icmp {
                    part += &format!(" type {}", range(from, to));
                }
                if list != ["0-65535"] {
                    part += if icmp { " code " } else { " " };
                    part += &list.join(",");
                }
                if some && !icmp {
                    let ports = if from == to { "port" } else { "ports" };
                    part += &format!(" (from source {ports} {})", range(from, to));
                }
                parts.push(part);
            }
        }
        f.write_str(if parts.is_empty() { "none".into() } else { parts.join("; ") }.as_str())
    }
}

impl Serialize for Traffic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
