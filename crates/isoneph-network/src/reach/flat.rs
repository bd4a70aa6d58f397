//! All pairs of one flat network at once: groups with rules, no routes. No work is done pair by pair.
//!
//! Endpoints are ordered by address, so that a block of addresses is an interval of ranks. Ports become atoms (pieces that
//! no rule splits) and a rule's ports a mask over them. For each receiver the ingress rules become runs: intervals of senders
//! with one mask. Senders whose egress goes everywhere fall into few kinds by mask, each a bitset that is joined to a run
//! word by word; egress to somewhere in particular is turned round and looked up for each receiver it names.

/// Who a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlatPeer {
    /// The members of a group. One that the network does not hold has none.
    Group(u32),
    /// A block of addresses, both ends included.
    Block(u32, u32),
    /// Everybody.
    Any,
}

/// A permit: who, and which ports on the line `protocol << 16 | port`, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlatRule {
    /// The far end.
    pub peer: FlatPeer,
    /// First and last coordinate.
    pub ports: (u32, u32),
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlatEndpoint {
    /// Its address.
    pub address: u32,
    /// The groups it is in: whoever is permitted one of them is permitted it, and their rules are its own.
    pub groups: Vec<u32>,
}

/// A group's rules: permits only; what none permits is denied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlatGroup {
    /// What members may receive.
    pub ingress: Vec<FlatRule>,
    /// What members may send.
    pub egress: Vec<FlatRule>,
}

/// A flat network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlatNetwork {
    /// The endpoints.
    pub endpoints: Vec<FlatEndpoint>,
    /// The groups.
    pub groups: Vec<FlatGroup>,
}

/// Which endpoint reaches which, on some port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatReach {
    /// Endpoints in the order of addresses: rows and bits are numbered in it.
    pub order: Vec<u32>,
    /// Words of a row.
    width: usize,
    /// One row a receiver: the bits of senders.
    rows: Vec<u64>,
}

impl FlatReach {
    /// Ordered pairs of different endpoints between which something passes.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.rows.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The senders of the receiver of a rank, as bits.
    #[must_use]
    pub fn row(&self, receiver: usize) -> &[u64] {
        &self.rows[receiver * self.width..(receiver + 1) * self.width]
    }

    /// Whether the sender of a rank reaches the receiver of a rank.
    #[must_use]
    pub fn reaches(&self, sender: usize, receiver: usize) -> bool {
        self.row(receiver)[sender / 64] >> (sender % 64) & 1 == 1
    }
}

/// A set of port atoms.
trait Mask: Clone + Ord {
    fn none(atoms: usize) -> Self;
    fn join_range(&mut self, first: usize, last: usize);
    fn join(&mut self, other: &Self);
    fn meets(&self, other: &Self) -> bool;
    fn is_none(&self) -> bool;
}

impl Mask for u128 {
    fn none(_: usize) -> Self {
        0
    }
    fn join_range(&mut self, first: usize, last: usize) {
        *self |= (Self::MAX >> (127 - last)) & (Self::MAX << first);
    }
    fn join(&mut self, other: &Self) {
        *self |= other;
    }
    fn meets(&self, other: &Self) -> bool {
        self & other != 0
    }
    fn is_none(&self) -> bool {
        *self == 0
    }
}

impl Mask for Vec<u64> {
    fn none(atoms: usize) -> Self {
        vec![0; atoms.div_ceil(64)]
    }
    fn join_range(&mut self, first: usize, last: usize) {
        for atom in first..=last {
            self[atom / 64] |= 1 << (atom % 64);
        }
    }
    fn join(&mut self, other: &Self) {
        for (own, more) in self.iter_mut().zip(other) {
            *own |= more;
        }
    }
    fn meets(&self, other: &Self) -> bool {
        self.iter().zip(other).any(|(own, more)| own & more != 0)
    }
    fn is_none(&self) -> bool {
        self.iter().all(|word| *word == 0)
    }
}

/// Finds all pairs.
#[must_use]
pub fn all_pairs(network: &FlatNetwork) -> FlatReach {
    let mut cuts: Vec<u32> = vec![0];
    for rule in network.groups.iter().flat_map(|group| group.ingress.iter().chain(&group.egress)) {
        cuts.push(rule.ports.0);
        cuts.extend(rule.ports.1.checked_add(1));
    }
    cuts.sort_unstable();
    cuts.dedup();
    if cuts.len() <= 128 { solve::<u128>(network, &cuts) } else { solve::<Vec<u64>>(network, &cuts) }
}

/// A rule in ranks and atoms.
#[derive(Clone)]
struct Reading<M> {
    /// Intervals of ranks, the end left out.
    spans: Vec<(u32, u32)>,
    mask: M,
}

struct Ranks {
    order: Vec<u32>,
    addresses: Vec<u32>,
    /// Ranks of the members of each group, rising.
    members: Vec<Vec<u32>>,
}

impl Ranks {
    fn of(network: &FlatNetwork) -> Self {
        let mut order: Vec<u32> = (0..network.endpoints.len()).map(|index| index as u32).collect();
        order.sort_by_key(|index| (network.endpoints[*index as usize].address, *index));
        let addresses = order.iter().map(|index| network.endpoints[*index as usize].address).collect();
        let mut members = vec![Vec::new(); network.groups.len()];
        for (rank, index) in order.iter().enumerate() {
            for group in &network.endpoints[*index as usize].groups {
                if let Some(list) = members.get_mut(*group as usize) {
                    list.push(rank as u32);
                }
            }
        }
        members.iter_mut().for_each(Vec::dedup);
        Self { order, addresses, members }
    }

    /// Intervals of the ranks that a peer means.
    fn spans(&self, peer: FlatPeer, out: &mut Vec<(u32, u32)>) {
        match peer {
            FlatPeer::Any => out.push((0, self.order.len() as u32)),
            FlatPeer::Block(low, high) => {
                let first = self.addresses.partition_point(|address| *address < low) as u32;
                let last = self.addresses.partition_point(|address| *address <= high) as u32;
                if first < last {
                    out.push((first, last));
                }
            }
            FlatPeer::Group(group) => {
                for rank in self.members.get(group as usize).into_iter().flatten() {
                    match out.last_mut() {
                        Some(span) if span.1 == *rank => span.1 = rank + 1,
                        _ => out.push((*rank, rank + 1)),
                    }
                }
            }
        }
    }
}

fn readings<M: Mask>(rules: &[FlatRule], ranks: &Ranks, cuts: &[u32]) -> Vec<Reading<M>> {
    rules
        .iter()
        .filter(|rule| rule.ports.0 <= rule.ports.1)
        .map(|rule| {
            let mut mask = M::none(cuts.len());
            let atom = |coordinate: u32| cuts.partition_point(|cut| *cut <= coordinate) - 1;
            mask.join_range(atom(rule.ports.0), atom(rule.ports.1));
            let mut spans = Vec::new();
            ranks.spans(rule.peer, &mut spans);
            Reading { spans, mask }
        })
        .collect()
}

/// Senders whose egress to everywhere has one mask.
struct Kind<M> {
    mask: M,
    bits: Vec<u64>,
}

fn solve<M: Mask>(network: &FlatNetwork, cuts: &[u32]) -> FlatReach {
    let ranks = Ranks::of(network);
    let count = ranks.order.len();
    let width = count.div_ceil(64);
    let ingress: Vec<Vec<Reading<M>>> =
        network.groups.iter().map(|group| readings(&group.ingress, &ranks, cuts)).collect();
    let (kinds, narrow) = egress::<M>(network, &ranks, cuts, width);
    let mut rows = vec![0_u64; width * count];
    let mut runs: Vec<(u32, u32, M)> = Vec::new();
    let mut spans: Vec<(u32, u32, &M)> = Vec::new();
    for (rank, row) in rows.chunks_exact_mut(width.max(1)).enumerate() {
        let endpoint = &network.endpoints[ranks.order[rank] as usize];
        spans.clear();
        for reading in endpoint.groups.iter().filter_map(|group| ingress.get(*group as usize)).flatten() {
            spans.extend(reading.spans.iter().map(|(first, last)| (*first, *last, &reading.mask)));
        }
        cut_runs(&spans, &mut runs);
        for (first, last, mask) in &runs {
            for kind in kinds.iter().filter(|kind| kind.mask.meets(mask)) {
                join_bits(row, &kind.bits, *first as usize, *last as usize);
            }
        }
        for (sender, mask) in &narrow[rank] {
            let run = runs.partition_point(|(_, last, _)| last <= sender);
            if runs.get(run).is_some_and(|(first, _, held)| first <= sender && held.meets(mask)) {
                row[*sender as usize / 64] |= 1 << (sender % 64);
            }
        }
        row[rank / 64] &= !(1 << (rank % 64));
    }
    FlatReach { order: ranks.order, width, rows }
}

/// (kinds of senders by what they may send everywhere, what narrower egress permits by receiver).
#[expect(clippy::type_complexity, reason = "two tables, taken apart at once")]
fn egress<M: Mask>(
    network: &FlatNetwork,
    ranks: &Ranks,
    cuts: &[u32],
    width: usize,
) -> (Vec<Kind<M>>, Vec<Vec<(u32, M)>>) {
    let count = ranks.order.len() as u32;
    let all: Vec<Vec<Reading<M>>> = network.groups.iter().map(|group| readings(&group.egress, ranks, cuts)).collect();
    let mut kinds: Vec<Kind<M>> = Vec::new();
    let mut narrow: Vec<Vec<(u32, M)>> = vec![Vec::new(); ranks.order.len()];
    for (rank, index) in ranks.order.iter().enumerate() {
        let held = &network.endpoints[*index as usize].groups;
        let mut everywhere = M::none(cuts.len());
        for reading in held.iter().filter_map(|group| all.get(*group as usize)).flatten() {
            if reading.spans.as_slice() == [(0, count)] {
                everywhere.join(&reading.mask);
                continue;
            }
            for receiver in reading.spans.iter().flat_map(|(first, last)| *first..*last) {
                narrow[receiver as usize].push((rank as u32, reading.mask.clone()));
            }
        }
        if everywhere.is_none() {
            continue;
        }
        let kind = match kinds.iter().position(|kind| kind.mask == everywhere) {
            Some(kind) => kind,
            None => {
                kinds.push(Kind { mask: everywhere, bits: vec![0; width] });
                kinds.len() - 1
            }
        };
        kinds[kind].bits[rank / 64] |= 1 << (rank % 64);
    }
    (kinds, narrow)
}

/// Overlapping intervals with masks, as disjoint rising runs.
fn cut_runs<M: Mask>(spans: &[(u32, u32, &M)], runs: &mut Vec<(u32, u32, M)>) {
    runs.clear();
    let mut cuts: Vec<u32> = Vec::with_capacity(spans.len() * 2);
    cuts.extend(spans.iter().flat_map(|(first, last, _)| [*first, *last]));
    cuts.sort_unstable();
    cuts.dedup();
    for pair in cuts.windows(2) {
        let mut mask: Option<M> = None;
        for (first, last, held) in spans {
            if *first <= pair[0] && pair[1] <= *last {
                match &mut mask {
                    Some(mask) => mask.join(held),
                    None => mask = Some((*held).clone()),
                }
            }
        }
        if let Some(mask) = mask {
            match runs.last_mut() {
                Some(run) if run.1 == pair[0] && run.2 == mask => run.1 = pair[1],
                _ => runs.push((pair[0], pair[1], mask)),
            }
        }
    }
}

/// Joins the bits of an interval, the end left out.
fn join_bits(row: &mut [u64], bits: &[u64], first: usize, last: usize) {
    let (low, high) = (first / 64, (last - 1) / 64);
    let head = u64::MAX << (first % 64);
    let tail = u64::MAX >> (63 - (last - 1) % 64);
    if low == high {
        row[low] |= bits[low] & head & tail;
        return;
    }
    row[low] |= bits[low] & head;
    for (own, more) in row[low + 1..high].iter_mut().zip(&bits[low + 1..high]) {
        *own |= more;
    }
    row[high] |= bits[high] & tail;
}

/// The same count pair by pair, rule by rule: what [`all_pairs`] is held against.
#[must_use]
pub fn pairs_one_by_one(network: &FlatNetwork) -> u64 {
    let means = |peer: FlatPeer, endpoint: &FlatEndpoint| match peer {
        FlatPeer::Any => true,
        FlatPeer::Block(low, high) => low <= endpoint.address && endpoint.address <= high,
        FlatPeer::Group(group) => (group as usize) < network.groups.len() && endpoint.groups.contains(&group),
    };
    let rules = |endpoint: &FlatEndpoint, ingress: bool| -> Vec<FlatRule> {
        let held = endpoint.groups.iter().filter_map(|group| network.groups.get(*group as usize));
        held.flat_map(|group| if ingress { &group.ingress } else { &group.egress }).copied().collect()
    };
    let egress: Vec<Vec<FlatRule>> = network.endpoints.iter().map(|endpoint| rules(endpoint, false)).collect();
    let mut count = 0;
    for (to, receiver) in network.endpoints.iter().enumerate() {
        let ingress = rules(receiver, true);
        for (from, sender) in network.endpoints.iter().enumerate().filter(|(from, _)| *from != to) {
            let passes = ingress.iter().filter(|rule| means(rule.peer, sender)).any(|into| {
                egress[from].iter().any(|out| {
                    let meet = into.ports.0.max(out.ports.0) <= into.ports.1.min(out.ports.1);
                    meet && into.ports.0 <= into.ports.1 && out.ports.0 <= out.ports.1 && means(out.peer, receiver)
                })
            });
            count += u64::from(passes);
        }
    }
    count
}
