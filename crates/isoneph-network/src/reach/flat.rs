//! All pairs of one flat network at once: groups with rules, no routes. No work is done pair by pair.
//!
//! Endpoints are ordered by address, so that a block of addresses is an interval of ranks. Egress is turned round: senders
//! with one permit in common (the same interval of receivers, the same ports) are one kind, a bitset. Receivers are then
//! taken in order; where an ingress rule meets the ports of a kind that sends to this receiver, the kind's bits between the
//! rule's bounds are joined to the receiver's row word by word.

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
        // Most of a row is empty, and finding eight words empty costs less than counting one.
        let held = self.rows.chunks(8).filter(|words| words.iter().fold(0, |all, word| all | word) != 0);
        held.flatten().map(|word| u64::from(word.count_ones())).sum()
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

/// A permit as intervals: of ranks, the end left out, and of ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    first: u32,
    last: u32,
    ports: (u32, u32),
}

impl Span {
    fn meets(&self, ports: (u32, u32)) -> bool {
        self.ports.0.max(ports.0) <= self.ports.1.min(ports.1)
    }
}

struct Ranks {
    order: Vec<u32>,
    addresses: Vec<u32>,
    /// Intervals of ranks of the members of each group, rising, the ends left out.
    members: Vec<Vec<(u32, u32)>>,
}

impl Ranks {
    fn of(network: &FlatNetwork) -> Self {
        let mut order: Vec<u32> = (0..network.endpoints.len()).map(|index| index as u32).collect();
        order.sort_by_key(|index| (network.endpoints[*index as usize].address, *index));
        let addresses = order.iter().map(|index| network.endpoints[*index as usize].address).collect();
        let mut members: Vec<Vec<(u32, u32)>> = vec![Vec::new(); network.groups.len()];
        for (rank, index) in (0..).zip(&order) {
            for group in &network.endpoints[*index as usize].groups {
                let Some(runs) = members.get_mut(*group as usize) else { continue };
                match runs.last_mut() {
                    Some(run) if run.1 >= rank => run.1 = rank + 1,
                    _ => runs.push((rank, rank + 1)),
                }
            }
        }
        Self { order, addresses, members }
    }

    /// What a rule permits. Bounds the wrong way round permit nothing.
    fn spans(&self, rule: &FlatRule, take: &mut impl FnMut(Span)) {
        let ports = rule.ports;
        if ports.0 > ports.1 {
            return;
        }
        match rule.peer {
            FlatPeer::Any => take(Span { first: 0, last: self.order.len() as u32, ports }),
            FlatPeer::Block(low, high) => {
                let first = self.addresses.partition_point(|address| *address < low) as u32;
                let last = self.addresses.partition_point(|address| *address <= high) as u32;
                if first < last {
                    take(Span { first, last, ports });
                }
            }
            FlatPeer::Group(group) => {
                for (first, last) in self.members.get(group as usize).into_iter().flatten() {
                    take(Span { first: *first, last: *last, ports });
                }
            }
        }
    }
}

/// Senders with one permit in common.
struct Kind {
    to: Span,
    /// Where its bits begin and end in [`Kinds::words`].
    words: (usize, usize),
}

/// The kinds of senders, by the first receiver they send to.
struct Kinds {
    kinds: Vec<Kind>,
    /// Numbers of words that are not empty, rising within a kind, and their bits.
    words: Vec<(u32, u64)>,
}

impl Kinds {
    fn of(network: &FlatNetwork, ranks: &Ranks) -> Self {
        let mut permits: Vec<(Span, u32)> = Vec::new();
        for (number, group) in network.groups.iter().enumerate() {
            for rule in &group.egress {
                ranks.spans(rule, &mut |span| permits.push((span, number as u32)));
            }
        }
        permits.sort_unstable();
        permits.dedup();
        let mut out = Self { kinds: Vec::new(), words: Vec::new() };
        let mut senders: Vec<u32> = Vec::new();
        for held in permits.chunk_by(|one, next| one.0 == next.0) {
            senders.clear();
            let runs = held.iter().flat_map(|(_, group)| &ranks.members[*group as usize]);
            senders.extend(runs.flat_map(|(first, last)| *first..*last));
            senders.sort_unstable();
            let start = out.words.len();
            for sender in &senders {
                let (word, bit) = (sender / 64, 1 << (sender % 64));
                match out.words[start..].last_mut() {
                    Some(last) if last.0 == word => last.1 |= bit,
                    _ => out.words.push((word, bit)),
                }
            }
            out.kinds.push(Kind { to: held[0].0, words: (start, out.words.len()) });
        }
        out
    }

    fn words(&self, kind: &Kind) -> &[(u32, u64)] {
        &self.words[kind.words.0..kind.words.1]
    }
}

/// Finds all pairs.
#[must_use]
pub fn all_pairs(network: &FlatNetwork) -> FlatReach {
    let ranks = Ranks::of(network);
    let kinds = Kinds::of(network, &ranks);
    let count = ranks.order.len();
    let width = count.div_ceil(64);
    let mut rows = vec![0_u64; width * count];
    // Kinds that send to the receiver at hand, and how many kinds have had their first receiver.
    let (mut sending, mut met): (Vec<&Kind>, usize) = (Vec::new(), 0);
    for (rank, row) in rows.chunks_exact_mut(width.max(1)).enumerate() {
        sending.retain(|kind| kind.to.last as usize > rank);
        while let Some(kind) = kinds.kinds.get(met).filter(|kind| kind.to.first as usize <= rank) {
            sending.push(kind);
            met += 1;
        }
        let endpoint = &network.endpoints[ranks.order[rank] as usize];
        for group in endpoint.groups.iter().filter_map(|group| network.groups.get(*group as usize)) {
            for rule in &group.ingress {
                ranks.spans(rule, &mut |from| {
                    for kind in sending.iter().filter(|kind| kind.to.meets(from.ports)) {
                        join(row, kinds.words(kind), from.first, from.last);
                    }
                });
            }
        }
        row[rank / 64] &= !(1 << (rank % 64));
    }
    FlatReach { order: ranks.order, width, rows }
}

/// Joins what of some bits lies from `first` to before `last` to a row.
fn join(row: &mut [u64], words: &[(u32, u64)], first: u32, last: u32) {
    let (low, high) = (first / 64, (last - 1) / 64);
    let Some((base, _)) = words.first() else { return };
    // Numbers of words rise by one at least, so the first that counts stands here or before; mostly here.
    let guess = low.saturating_sub(*base) as usize;
    let from = match words.get(guess) {
        Some((word, _)) if guess == 0 || *word == low => guess,
        _ => words[..guess.min(words.len())].partition_point(|(word, _)| *word < low),
    };
    for (word, bits) in words[from..].iter().take_while(|(word, _)| *word <= high) {
        let head = if *word == low { u64::MAX << (first % 64) } else { u64::MAX };
        let tail = if *word == high { u64::MAX >> (63 - (last - 1) % 64) } else { u64::MAX };
        row[*word as usize] |= bits & head & tail;
    }
}

/// The same count pair by pair, rule by rule: what [`all_pairs`] is held against.
#[must_use]
pub fn pairs_one_by_one(network: &FlatNetwork) -> u64 {
    let mut count = 0;
    each_pair_one_by_one(network, |_, _| count += 1);
    count
}

/// Every pair (sender, receiver) of different endpoints between which something passes, found rule by rule.
pub fn each_pair_one_by_one(network: &FlatNetwork, mut found: impl FnMut(usize, usize)) {
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
    for (to, receiver) in network.endpoints.iter().enumerate() {
        let ingress = rules(receiver, true);
        for (from, sender) in network.endpoints.iter().enumerate().filter(|(from, _)| *from != to) {
            let passes = ingress.iter().filter(|rule| means(rule.peer, sender)).any(|into| {
                egress[from].iter().any(|out| {
                    let meet = into.ports.0.max(out.ports.0) <= into.ports.1.min(out.ports.1);
                    meet && into.ports.0 <= into.ports.1 && out.ports.0 <= out.ports.1 && means(out.peer, receiver)
                })
            });
            if passes {
                found(from, to);
            }
        }
    }
}
