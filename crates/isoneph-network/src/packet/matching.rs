//! What a rule's condition matches: a product of sets, one a field.

use super::{AddressSet, FIELDS, Family, Field, Packet, Payload, Ranges, names};

/// A product of sets: the packets whose every field lies in the given set.
///
/// A limited port set matches only packets that have ports, a limited ICMP type or code only ICMP and ICMPv6 packets;
/// with both limited nothing matches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Match {
    /// Source addresses, both families.
    pub source: AddressSet,
    /// Destination addresses, both families.
    pub destination: AddressSet,
    /// Protocol numbers.
    pub protocol: Ranges<u8>,
    /// Source ports.
    pub source_port: Ranges<u16>,
    /// Destination ports.
    pub destination_port: Ranges<u16>,
    /// ICMP and ICMPv6 types.
    pub icmp_type: Ranges<u8>,
    /// ICMP and ICMPv6 codes.
    pub icmp_code: Ranges<u8>,
    /// Whether the packet must (not) belong to an established connection; `None`: either.
    pub established: Option<bool>,
}

/// One product as intervals by [`FIELDS`], `None` where a field is free.
pub type RawCube = [Option<Vec<(u128, u128)>>; 7];

impl Match {
    /// Every packet.
    pub fn any() -> Self {
        Self {
            source: AddressSet::any(),
            destination: AddressSet::any(),
            protocol: Ranges::any(),
            source_port: Ranges::any(),
            destination_port: Ranges::any(),
            icmp_type: Ranges::any(),
            icmp_code: Ranges::any(),
            established: None,
        }
    }

    /// One packet.
    pub fn of(packet: &Packet) -> Self {
        let base = Self::any()
            .with_source(packet.source())
            .with_destination(packet.destination())
            .with_protocol(packet.protocol())
            .with_established(packet.is_established());
        match packet.payload() {
            Payload::Ports { source, destination } => {
                base.with_source_ports(Ranges::single(source)).with_destination_ports(Ranges::single(destination))
            }
            Payload::Icmp { kind, code } => base.with_icmp(Ranges::single(kind), Ranges::single(code)),
            Payload::Other => base,
        }
    }

    /// The same with these sources.
    #[must_use]
    pub fn with_source(self, source: impl Into<AddressSet>) -> Self {
        Self { source: source.into(), ..self }
    }

    /// The same with these destinations.
    #[must_use]
    pub fn with_destination(self, destination: impl Into<AddressSet>) -> Self {
        Self { destination: destination.into(), ..self }
    }

    /// The same with this protocol only.
    #[must_use]
    pub fn with_protocol(self, protocol: u8) -> Self {
        Self { protocol: Ranges::single(protocol), ..self }
    }

    /// The same with these source ports.
    #[must_use]
    pub fn with_source_ports(self, ports: Ranges<u16>) -> Self {
        Self { source_port: ports, ..self }
    }

    /// The same with these destination ports.
    #[must_use]
    pub fn with_destination_ports(self, ports: Ranges<u16>) -> Self {
        Self { destination_port: ports, ..self }
    }

    /// The same with these ICMP types and codes.
    #[must_use]
    pub fn with_icmp(self, icmp_type: Ranges<u8>, icmp_code: Ranges<u8>) -> Self {
        Self { icmp_type, icmp_code, ..self }
    }

    /// The same for packets that (do not) belong to an established connection.
    #[must_use]
    pub fn with_established(self, established: bool) -> Self {
        Self { established: Some(established), ..self }
    }

    /// The packets both match.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut both = Self {
            source: self.source.intersection(&other.source),
            destination: self.destination.intersection(&other.destination),
            protocol: self.protocol.intersection(&other.protocol),
            source_port: self.source_port.intersection(&other.source_port),
            destination_port: self.destination_port.intersection(&other.destination_port),
            icmp_type: self.icmp_type.intersection(&other.icmp_type),
            icmp_code: self.icmp_code.intersection(&other.icmp_code),
            established: self.established.or(other.established),
        };
        if self.established.zip(other.established).is_some_and(|(own, others)| own != others) {
            both.protocol = Ranges::none();
        }
        both
    }

    /// The packets this matches and `other` does not, as disjoint products: at most one a field.
    pub fn difference(&self, other: &Self) -> Vec<Self> {
        let mut rest = self.clone();
        rest.protocol = self.effective_protocols();
        let mut parts = Vec::new();
        let mut peel = |part: Self| {
            if !part.is_nothing() {
                parts.push(part);
            }
        };
        peel(Self { source: rest.source.difference(&other.source), ..rest.clone() });
        rest.source = rest.source.intersection(&other.source);
        peel(Self { destination: rest.destination.difference(&other.destination), ..rest.clone() });
        rest.destination = rest.destination.intersection(&other.destination);
        let protocols = other.effective_protocols();
        peel(Self { protocol: rest.protocol.difference(&protocols), ..rest.clone() });
        rest.protocol = rest.protocol.intersection(&protocols);
        peel(Self { source_port: rest.source_port.difference(&other.source_port), ..rest.clone() });
        rest.source_port = rest.source_port.intersection(&other.source_port);
        peel(Self { destination_port: rest.destination_port.difference(&other.destination_port), ..rest.clone() });
        rest.destination_port = rest.destination_port.intersection(&other.destination_port);
        peel(Self { icmp_type: rest.icmp_type.difference(&other.icmp_type), ..rest.clone() });
        rest.icmp_type = rest.icmp_type.intersection(&other.icmp_type);
        peel(Self { icmp_code: rest.icmp_code.difference(&other.icmp_code), ..rest.clone() });
        rest.icmp_code = rest.icmp_code.intersection(&other.icmp_code);
        if let Some(wanted) = other.established
            && rest.established != Some(wanted)
        {
            peel(Self { established: Some(!wanted), ..rest });
        }
        parts
    }

    /// Whether some packet may match both, judged field by field: false is sure, true nearly always right.
    pub fn overlaps(&self, other: &Self) -> bool {
        let v4 = self.source.v4.overlaps(&other.source.v4) && self.destination.v4.overlaps(&other.destination.v4);
        let addresses =
            v4 || self.source.v6.overlaps(&other.source.v6) && self.destination.v6.overlaps(&other.destination.v6);
        addresses
            && self.protocol.overlaps(&other.protocol)
            && self.destination_port.overlaps(&other.destination_port)
            && self.source_port.overlaps(&other.source_port)
            && self.icmp_type.overlaps(&other.icmp_type)
            && self.icmp_code.overlaps(&other.icmp_code)
            && self.established.zip(other.established).is_none_or(|(own, others)| own == others)
    }

    /// How many intervals it holds in addresses, ports and protocols.
    pub fn intervals(&self) -> usize {
        let addresses =
            [&self.source, &self.destination].map(|set| set.v4.intervals().len() + set.v6.intervals().len());
        let ports = self.source_port.intervals().len() + self.destination_port.intervals().len();
        addresses.iter().sum::<usize>() + ports + self.protocol.intervals().len()
    }

    /// Whether no packet matches.
    pub fn is_nothing(&self) -> bool {
        let no_addresses = (self.source.v4.is_none() || self.destination.v4.is_none())
            && (self.source.v6.is_none() || self.destination.v6.is_none());
        no_addresses || self.has_empty_payload() || self.has_no_protocol()
    }

    fn has_empty_payload(&self) -> bool {
        self.source_port.is_none()
            || self.destination_port.is_none()
            || self.icmp_type.is_none()
            || self.icmp_code.is_none()
    }

    fn has_no_protocol(&self) -> bool {
        match self.protocol.intervals() {
            [(low, high)] if low == high => {
                (self.limits_ports() && !names::has_ports(*low)) || (self.limits_icmp() && !names::is_icmp(*low))
            }
            _ => self.effective_protocols().is_none(),
        }
    }

    fn limits_ports(&self) -> bool {
        !self.source_port.is_any() || !self.destination_port.is_any()
    }

    fn limits_icmp(&self) -> bool {
        !self.icmp_type.is_any() || !self.icmp_code.is_any()
    }

    /// The protocols that can match, given what else is limited.
    pub fn effective_protocols(&self) -> Ranges<u8> {
        let with_ports = || Ranges::from_intervals(names::PORT_PROTOCOLS.map(|number| (number, number)));
        let with_types = || Ranges::from_intervals([names::ICMP, names::ICMP6].map(|number| (number, number)));
        match (self.limits_ports(), self.limits_icmp()) {
            (false, false) => self.protocol.clone(),
            (true, false) => self.protocol.intersection(&with_ports()),
            (false, true) => self.protocol.intersection(&with_types()),
            (true, true) => Ranges::none(),
        }
    }

    /// Whether the packet matches: the naive reading, field by field, that checks the diagrams.
    pub fn contains(&self, packet: &Packet) -> bool {
        let payload = match packet.payload() {
            Payload::Ports { source, destination } => {
                !self.limits_icmp() && self.source_port.contains(source) && self.destination_port.contains(destination)
            }
            Payload::Icmp { kind, code } => {
                !self.limits_ports() && self.icmp_type.contains(kind) && self.icmp_code.contains(code)
            }
            Payload::Other => !self.limits_ports() && !self.limits_icmp(),
        };
        payload
            && self.source.contains(packet.source())
            && self.destination.contains(packet.destination())
            && self.protocol.contains(packet.protocol())
            && self.established.is_none_or(|wanted| wanted == packet.is_established())
    }

    /// The products of raw intervals this stands for: none, one, or one a family.
    ///
    /// Raw lines are wider than most fields. An interval that reaches a field's greatest value reaches to the end of the
    /// line, so that each raw point stands for the packet [`Packet::from_raw`] makes of it, and equal sets of packets are
    /// equal sets of points.
    pub fn raw_cubes(&self) -> Vec<RawCube> {
        if self.is_nothing() {
            return Vec::new();
        }
        if self.source.is_any() && self.destination.is_any() {
            let mut cube = self.raw_cube(Family::V4);
            cube[Field::Family as usize] = None;
            return vec![cube];
        }
        [Family::V4, Family::V6]
            .into_iter()
            .filter(|family| self.reaches(*family))
            .map(|family| self.raw_cube(family))
            .collect()
    }

    /// Whether packets of the family can match, as far as addresses decide.
    pub fn reaches(&self, family: Family) -> bool {
        match family {
            Family::V4 => !self.source.v4.is_none() && !self.destination.v4.is_none(),
            Family::V6 => !self.source.v6.is_none() && !self.destination.v6.is_none(),
        }
    }

    fn raw_cube(&self, family: Family) -> RawCube {
        FIELDS.map(|field| {
            let mut intervals = Vec::new();
            self.raw_intervals(family, field, &mut intervals);
            (!intervals.is_empty()).then_some(intervals)
        })
    }

    /// Appends the raw intervals of a field within one family; nothing when the field is free.
    pub(crate) fn raw_intervals(&self, family: Family, field: Field, into: &mut Vec<(u128, u128)>) {
        let address = |set: &AddressSet, into: &mut Vec<(u128, u128)>| match family {
            Family::V4 => saturate(&set.v4, into),
            Family::V6 => saturate(&set.v6, into),
        };
        match field {
            Field::Family => into.push(if family == Family::V4 { (0, 0) } else { (1, u128::MAX) }),
            Field::Source => address(&self.source, into),
            Field::Destination => address(&self.destination, into),
            Field::Protocol if !self.limits_ports() && !self.limits_icmp() => saturate(&self.protocol, into),
            Field::Protocol if self.protocol.is_single() => saturate(&self.protocol, into),
            Field::Protocol => saturate(&self.effective_protocols(), into),
            Field::SourcePort if self.limits_icmp() => saturate(&self.icmp_type, into),
            Field::DestinationPort if self.limits_icmp() => saturate(&self.icmp_code, into),
            Field::SourcePort => saturate(&self.source_port, into),
            Field::DestinationPort => saturate(&self.destination_port, into),
            Field::Established => match self.established {
                Some(true) => into.push((1, u128::MAX)),
                Some(false) => into.push((0, 0)),
                None => {}
            },
        }
    }

    /// The product at raw intervals by [`FIELDS`]: the inverse of [`Match::raw_cubes`] for one box of a diagram.
    pub fn from_raw_box(raw: &[(u128, u128); 7]) -> Vec<Self> {
        let clamp = |field: Field, greatest: u128| {
            let (low, high) = raw[field as usize];
            (low <= greatest).then(|| (low, high.min(greatest)))
        };
        let addresses = |field: Field| {
            let mut set = AddressSet::none();
            let (low, high) = raw[Field::Family as usize];
            if low == 0
                && let Some((first, last)) = clamp(field, u32::MAX.into())
            {
                set.v4 = Ranges::between(first as u32, last as u32);
            }
            if high > 0 {
                let (first, last) = raw[field as usize];
                set.v6 = Ranges::between(first, last);
            }
            set
        };
        let Some((low, high)) = clamp(Field::Protocol, 255) else { return Vec::new() };
        let protocol = Ranges::between(low as u8, high as u8);
        let established = match raw[Field::Established as usize] {
            (0, 0) => Some(false),
            (0, _) => None,
            _ => Some(true),
        };
        let base = Self {
            source: addresses(Field::Source),
            destination: addresses(Field::Destination),
            protocol,
            established,
            ..Self::any()
        };
        let free = |field: Field| raw[field as usize] == (0, u128::MAX);
        if free(Field::SourcePort) && free(Field::DestinationPort) {
            return vec![base];
        }
        let only = |protocols: &[u8]| Ranges::from_intervals(protocols.iter().map(|number| (*number, *number)));
        let (with_ports, with_types) = (only(&names::PORT_PROTOCOLS), only(&[names::ICMP, names::ICMP6]));
        let mut matches = Vec::new();
        if let (Some(source), Some(destination)) =
            (clamp(Field::SourcePort, 65535), clamp(Field::DestinationPort, 65535))
        {
            matches.push(Self {
                protocol: base.protocol.intersection(&with_ports),
                source_port: Ranges::between(source.0 as u16, source.1 as u16),
                destination_port: Ranges::between(destination.0 as u16, destination.1 as u16),
                ..base.clone()
            });
        }
        if let (Some(kind), Some(code)) = (clamp(Field::SourcePort, 255), clamp(Field::DestinationPort, 255)) {
            matches.push(Self {
                protocol: base.protocol.intersection(&with_types),
                icmp_type: Ranges::between(kind.0 as u8, kind.1 as u8),
                icmp_code: Ranges::between(code.0 as u8, code.1 as u8),
                ..base.clone()
            });
        }
        // Where ports are tested above the protocol, a box may hold protocols that have none: these are in as a whole.
        let plain = with_ports.union(&with_types).complement();
        matches.push(Self { protocol: base.protocol.intersection(&plain), ..base });
        matches.retain(|one| !one.is_nothing());
        matches
    }
}

impl Default for Match {
    fn default() -> Self {
        Self::any()
    }
}

/// Appends the intervals on the raw line; none when they leave the field free.
fn saturate<T: super::Coordinate>(ranges: &Ranges<T>, into: &mut Vec<(u128, u128)>) {
    if !ranges.is_any() {
        let top = |high: T| if high == T::MAX { u128::MAX } else { high.widen() };
        into.extend(ranges.intervals().iter().map(|(low, high)| (low.widen(), top(*high))));
    }
}
