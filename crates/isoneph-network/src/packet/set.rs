//! Exact sets of packets over uncompressed coordinates: for sets that are built step by step.
//!
//! All sets of one [`PacketSpace`] share its diagrams; a [`PacketSet`] is a small handle into it and means nothing in
//! another space. Handles are canonical: two sets of one space are equal exactly when `==` says so.

use std::collections::HashMap;

use super::{DEFAULT_ORDER, Family, Field, Match, Order, Packet, Ranges, describe_match, names};
use crate::idd::{Budget, Diagrams, EMPTY, Exhausted, FULL, Id, NONE, Operation};

/// A set of packets, by its root in a [`PacketSpace`]. Equality of handles is equality of sets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketSet(Id);

impl PacketSet {
    /// No packet. The same in every space.
    pub const EMPTY: Self = Self(EMPTY);
    /// Every packet of both families. The same in every space.
    pub const ALL: Self = Self(FULL);

    /// Whether no packet is in.
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    /// Whether every packet is in.
    pub fn is_all(self) -> bool {
        self == Self::ALL
    }
}

/// The arena of packet sets: every operation that may grow it is fallible, and a failure means undecided.
#[derive(Debug)]
pub struct PacketSpace {
    diagrams: Diagrams<u128>,
    order: Order,
    /// The level of each field, by its place in [`super::FIELDS`].
    levels: [u8; 7],
}

impl Default for PacketSpace {
    fn default() -> Self {
        Self::new(Budget::default())
    }
}

impl PacketSpace {
    /// An empty space that tests addresses before ports.
    pub fn new(budget: Budget) -> Self {
        Self::with_order(budget, DEFAULT_ORDER)
    }

    /// An empty space that tests fields in the given order, which must name each field once.
    pub fn with_order(budget: Budget, order: Order) -> Self {
        let mut levels = [0; 7];
        for (level, field) in order.into_iter().enumerate() {
            levels[field as usize] = level as u8;
        }
        Self { diagrams: Diagrams::new(budget, 0), order, levels }
    }

    /// The packets a condition matches.
    pub fn matching(&mut self, one: &Match) -> Result<PacketSet, Exhausted> {
        let mut set = EMPTY;
        for cube in one.raw_cubes() {
            let lists: Vec<_> = self.order.iter().map(|field| cube[*field as usize].as_deref()).collect();
            let part = self.diagrams.product(&lists, FULL, EMPTY)?;
            set = self.diagrams.apply(Operation::Or, set, part)?;
        }
        Ok(PacketSet(set))
    }

    /// The packets any of the conditions matches.
    pub fn matching_any<'a>(&mut self, matches: impl IntoIterator<Item = &'a Match>) -> Result<PacketSet, Exhausted> {
        let sets = matches.into_iter().map(|one| self.matching(one)).collect::<Result<Vec<_>, _>>()?;
        self.union_all(sets)
    }

    /// The set that holds one packet.
    pub fn single(&mut self, packet: &Packet) -> Result<PacketSet, Exhausted> {
        self.matching(&Match::of(packet))
    }

    /// Packets in either set.
    pub fn union(&mut self, left: PacketSet, right: PacketSet) -> Result<PacketSet, Exhausted> {
        self.diagrams.apply(Operation::Or, left.0, right.0).map(PacketSet)
    }

    /// Packets in any of the sets.
    pub fn union_all(&mut self, sets: impl IntoIterator<Item = PacketSet>) -> Result<PacketSet, Exhausted> {
        let ids = sets.into_iter().map(|set| set.0).collect();
        self.diagrams.fold_balanced(Operation::Or, ids, EMPTY).map(PacketSet)
    }

    /// Packets in both sets.
    pub fn intersection(&mut self, left: PacketSet, right: PacketSet) -> Result<PacketSet, Exhausted> {
        self.diagrams.apply(Operation::And, left.0, right.0).map(PacketSet)
    }

    /// Packets in the left set and not in the right.
    pub fn difference(&mut self, left: PacketSet, right: PacketSet) -> Result<PacketSet, Exhausted> {
        self.diagrams.apply(Operation::Minus, left.0, right.0).map(PacketSet)
    }

    /// Packets in exactly one of the sets.
    pub fn symmetric_difference(&mut self, left: PacketSet, right: PacketSet) -> Result<PacketSet, Exhausted> {
        self.diagrams.apply(Operation::Xor, left.0, right.0).map(PacketSet)
    }

    /// Packets not in the set.
    pub fn complement(&mut self, set: PacketSet) -> Result<PacketSet, Exhausted> {
        self.diagrams.complement(set.0).map(PacketSet)
    }

    /// Whether the sets share a packet.
    pub fn intersects(&mut self, left: PacketSet, right: PacketSet) -> Result<bool, Exhausted> {
        Ok(!self.intersection(left, right)?.is_empty())
    }

    /// Whether every packet of `inner` is in `outer`.
    pub fn is_subset(&mut self, inner: PacketSet, outer: PacketSet) -> Result<bool, Exhausted> {
        Ok(self.difference(inner, outer)?.is_empty())
    }

    /// Whether the packet is in the set.
    pub fn contains(&self, set: PacketSet, packet: &Packet) -> bool {
        let raw = packet.raw();
        let point = self.order.map(|field| raw[field as usize]);
        self.diagrams.evaluate(set.0, &point) == FULL
    }

    /// The packets of which some packet in the set differs in this field only: the field is forgotten. Forgetting the
    /// family is refused by doing nothing, since addresses have no meaning without it.
    pub fn forget(&mut self, set: PacketSet, field: Field) -> Result<PacketSet, Exhausted> {
        if field == Field::Family {
            return Ok(set);
        }
        self.diagrams.project(set.0, self.levels[field as usize]).map(PacketSet)
    }

    /// Replaces what the packets have in fields by what `condition` says there, as address translation does: forgets
    /// each of `fields`, then keeps what `condition` matches.
    pub fn rewrite(&mut self, set: PacketSet, fields: &[Field], condition: &Match) -> Result<PacketSet, Exhausted> {
        let mut rewritten = set;
        for field in fields {
            rewritten = self.forget(rewritten, *field)?;
        }
        let condition = self.matching(condition)?;
        self.intersection(rewritten, condition)
    }

    /// The packets that answer those of the set: source and destination swapped in address and port, established; ICMP
    /// types are swapped for echo only (request and reply), other ICMP messages and protocols keep theirs.
    pub fn replies(&mut self, set: PacketSet, box_limit: u64) -> Result<PacketSet, Exhausted> {
        let mut parts = Vec::new();
        for one in self.boxes(set, box_limit)? {
            parts.extend(reply_matches(&one));
        }
        self.matching_any(&parts)
    }

    /// A packet of the set; [`None`] when it is empty. Prefers what a reader expects: TCP, a new connection, an
    /// ephemeral source port; otherwise the least coordinates.
    pub fn witness(&self, set: PacketSet) -> Option<Packet> {
        let mut point = [0_u128; 7];
        find_point(&self.diagrams, set.0, &self.order, &mut point).then(|| Packet::from_raw(&point))
    }

    /// Disjoint boxes that make up the set (in an order that tests protocols before ports), at most `limit`.
    pub fn boxes(&self, set: PacketSet, limit: u64) -> Result<Vec<Match>, Exhausted> {
        let mut boxes = Vec::new();
        let complete = self.diagrams.each_box(set.0, 7, &mut |levels| {
            boxes.extend(Match::from_raw_box(&self.by_field(levels)));
            (boxes.len() as u64) <= limit
        });
        if complete { Ok(boxes) } else { Err(Exhausted::Boxes(limit)) }
    }

    /// The first boxes of the set, about `limit`, and whether there are more.
    pub fn first_boxes(&self, set: PacketSet, limit: u64) -> (Vec<Match>, bool) {
        let mut boxes = Vec::new();
        let mut more = false;
        self.diagrams.each_box(set.0, 7, &mut |levels| {
            more = boxes.len() as u64 >= limit;
            if !more {
                boxes.extend(Match::from_raw_box(&self.by_field(levels)));
            }
            !more
        });
        (boxes, more)
    }

    fn by_field(&self, levels: &[(u128, u128)]) -> [(u128, u128); 7] {
        let mut raw = [(0, u128::MAX); 7];
        for (level, field) in self.order.iter().enumerate() {
            raw[*field as usize] = levels[level];
        }
        raw
    }

    /// A product that holds the set, as tight as one interval a field can be; [`None`] for the empty set. Ports are
    /// left free unless every packet has a protocol with ports.
    pub fn hull(&self, set: PacketSet) -> Option<Match> {
        if set.is_empty() {
            return None;
        }
        let levels = self.diagrams.hull(set.0, 7);
        let raw = self.by_field(&levels);
        let loose = |field: Field| raw[field as usize] == (0, u128::MAX);
        let mut hull = Match::any();
        let (low, high) = raw[Field::Protocol as usize];
        hull.protocol = Ranges::between(low.min(255) as u8, high.min(255) as u8);
        if hull.protocol.is_single() || (loose(Field::SourcePort) && loose(Field::DestinationPort)) {
            return match <[Match; 1]>::try_from(Match::from_raw_box(&raw)) {
                Ok([one]) => Some(one),
                Err(_) => Some(hull),
            };
        }
        let mut addresses = raw;
        addresses[Field::SourcePort as usize] = (0, u128::MAX);
        addresses[Field::DestinationPort as usize] = (0, u128::MAX);
        Match::from_raw_box(&addresses).into_iter().next().or(Some(hull))
    }

    /// A short text: the few boxes of the set, or the first of them and how many there are.
    pub fn describe(&self, set: PacketSet) -> String {
        const SHOWN: usize = 3;
        const COUNTED: u64 = 1000;
        if set.is_empty() {
            return "nothing".to_owned();
        }
        if set.is_all() {
            return "everything".to_owned();
        }
        let mut texts = Vec::new();
        let mut count: u64 = 0;
        let complete = self.diagrams.each_box(set.0, 7, &mut |levels| {
            count += 1;
            if texts.len() < SHOWN {
                texts.extend(Match::from_raw_box(&self.by_field(levels)).iter().map(describe_match));
            }
            count < COUNTED
        });
        let hidden = count.saturating_sub(SHOWN as u64);
        let mut text = texts.join("; ");
        match (hidden, complete) {
            (0, _) => {}
            (more, true) => text.push_str(&format!("; and {more} more")),
            (more, false) => text.push_str(&format!("; and at least {more} more")),
        }
        text
    }

    /// One rule as a partial policy: its terminal where it matches, no decision elsewhere.
    pub(crate) fn partial(&mut self, one: &Match, permit: bool) -> Result<Id, Exhausted> {
        let terminal = if permit { FULL } else { EMPTY };
        let mut id = NONE;
        for cube in one.raw_cubes() {
            let lists: Vec<_> = self.order.iter().map(|field| cube[*field as usize].as_deref()).collect();
            let part = self.diagrams.product(&lists, terminal, NONE)?;
            id = self.diagrams.apply(Operation::FirstMatch, id, part)?;
        }
        Ok(id)
    }

    /// A policy of its default alone.
    pub(crate) fn total(permit: bool) -> Id {
        if permit { FULL } else { EMPTY }
    }

    /// The set permitted by partial policies tried in order, of which the last decides everything.
    pub(crate) fn first_match(&mut self, leaves: Vec<Id>) -> Result<PacketSet, Exhausted> {
        self.diagrams.fold_balanced(Operation::FirstMatch, leaves, NONE).map(PacketSet)
    }

    /// Copies a set out of compressed diagrams of one family, which test `order` from level 1 on; `end_of` gives the
    /// coordinate where a compressed interval ends.
    pub(crate) fn import(
        &mut self,
        from: &Diagrams<u32>,
        root: Id,
        family: Family,
        end_of: &dyn Fn(Field, u32) -> u128,
    ) -> Result<PacketSet, Exhausted> {
        let mut done = HashMap::new();
        let inner = self.import_node(from, root, end_of, &mut done)?;
        let line: &[(u128, u128)] = if family == Family::V4 { &[(0, 0)] } else { &[(1, u128::MAX)] };
        self.diagrams.test(self.levels[Field::Family as usize], line, inner, EMPTY).map(PacketSet)
    }

    fn import_node(
        &mut self,
        from: &Diagrams<u32>,
        id: Id,
        end_of: &dyn Fn(Field, u32) -> u128,
        done: &mut HashMap<Id, Id>,
    ) -> Result<Id, Exhausted> {
        let Some(level) = from.level(id) else { return Ok(id) };
        if let Some(copy) = done.get(&id) {
            return Ok(*copy);
        }
        let field = self.order[level as usize];
        let mut edges = Vec::with_capacity(from.edges(id).len());
        for &(bound, child) in from.edges(id) {
            edges.push((end_of(field, bound), self.import_node(from, child, end_of, done)?));
        }
        let copy = self.diagrams.node(level, &edges)?;
        done.insert(id, copy);
        Ok(copy)
    }

    /// Edges made so far: what the budget counts.
    pub fn edge_count(&self) -> usize {
        self.diagrams.edge_count()
    }
}

/// What answers a condition's packets.
fn reply_matches(one: &Match) -> Vec<Match> {
    let swapped = Match {
        source: one.destination.clone(),
        destination: one.source.clone(),
        source_port: one.destination_port.clone(),
        destination_port: one.source_port.clone(),
        established: Some(true),
        ..one.clone()
    };
    let mut replies = Vec::new();
    let kinds = one.effective_protocols();
    for (protocol, request, reply) in [(names::ICMP, 8, 0), (names::ICMP6, 128, 129)] {
        if kinds.contains(protocol) {
            let others = one.icmp_type.difference(&Ranges::single(request));
            let answered = if one.icmp_type.contains(request) { others.union(&Ranges::single(reply)) } else { others };
            replies.push(Match { protocol: Ranges::single(protocol), icmp_type: answered, ..swapped.clone() });
        }
    }
    let icmp = Ranges::from_intervals([names::ICMP, names::ICMP6].map(|number| (number, number)));
    replies.push(Match { protocol: kinds.difference(&icmp), ..swapped });
    replies
}

/// Preferred coordinates of a field, tried in order before its least.
fn preferred(field: Field, protocol: Option<u128>) -> &'static [u128] {
    match (field, protocol) {
        (Field::Protocol, _) => &[6, 17, 1, 58],
        (Field::SourcePort, Some(1)) => &[8],
        (Field::SourcePort, Some(58)) => &[128],
        (Field::SourcePort, _) => &[49152, 1024],
        (Field::DestinationPort, Some(6 | 17)) => &[443, 80, 22],
        _ => &[],
    }
}

/// Finds a point of the set, preferring some coordinates; the point's fields are by [`super::FIELDS`].
fn find_point(diagrams: &Diagrams<u128>, id: Id, order: &Order, point: &mut [u128; 7]) -> bool {
    let mut chosen = [None; 7];
    if !descend(diagrams, id, order, &mut chosen) {
        return false;
    }
    let protocol = chosen[Field::Protocol as usize].unwrap_or(6);
    for (field, slot) in super::FIELDS.into_iter().zip(point.iter_mut()) {
        let fallback = match field {
            Field::Protocol => protocol,
            _ => preferred(field, Some(protocol)).first().copied().unwrap_or(0),
        };
        *slot = chosen[field as usize].unwrap_or(fallback);
    }
    true
}

/// Depth-first with at most a few wishes a level. A node of a canonical set is never EMPTY below, so the first edge
/// with a child that is not EMPTY always succeeds and nothing is searched twice.
fn descend(diagrams: &Diagrams<u128>, id: Id, order: &Order, chosen: &mut [Option<u128>; 7]) -> bool {
    let Some(level) = diagrams.level(id) else { return id == FULL };
    let field = order[level as usize];
    let edges = diagrams.edges(id);
    for &wish in preferred(field, chosen[Field::Protocol as usize]) {
        let index = edges.partition_point(|(bound, _)| *bound < wish);
        chosen[field as usize] = Some(wish);
        if descend(diagrams, edges[index].1, order, chosen) {
            return true;
        }
    }
    let mut low = 0;
    for &(bound, child) in edges {
        chosen[field as usize] = Some(low);
        if descend(diagrams, child, order, chosen) {
            return true;
        }
        low = bound.saturating_add(1);
    }
    chosen[field as usize] = None;
    false
}
