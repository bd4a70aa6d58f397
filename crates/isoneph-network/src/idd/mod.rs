//! Interval decision diagrams: hash-consed, ordered, multi-terminal.
//!
//! A node tests one whole field; its edges are `(upper bound, child)` pairs in rising order that cover the field's line
//! from 0 to [`Bound::MAX`]. Neighbouring edges never share a child, and a node never has a single edge, so the diagram
//! of a function is canonical: two functions are equal exactly when their [`Id`]s are.
//!
//! Three terminals serve both uses: [`EMPTY`] (not in the set, denied), [`FULL`] (in the set, permitted) and [`NONE`] (no
//! rule has matched yet). A policy composed down to its default has no `NONE` left and *is* the set it permits.

mod apply;
mod walk;

pub use apply::Operation;

/// A node of a diagram. Ids below 3 are the terminals.
pub type Id = u32;

/// The terminal "not in the set", "denied".
pub const EMPTY: Id = 0;
/// The terminal "in the set", "permitted".
pub const FULL: Id = 1;
/// The terminal "no rule has matched".
pub const NONE: Id = 2;

const TERMINALS: usize = 3;
/// The level of terminals: below every field.
const BOTTOM: u32 = 0xff;
/// Bits of a node's second word that hold its number of edges.
const LENGTH_BITS: u32 = 24;

/// Work that a budget did not allow: the question stays undecided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Exhausted {
    /// The diagram would need more edges than allowed.
    #[error("the packet sets need more than {0} edges")]
    Edges(u64),
    /// The operation would need more steps than allowed.
    #[error("comparing the packet sets needs more than {0} steps")]
    Steps(u64),
    /// More boxes than allowed would be needed to write the answer down.
    #[error("the answer needs more than {0} boxes")]
    Boxes(u64),
}

/// How much a diagram may grow and work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Edges over the life of the diagram (8 bytes each in compressed diagrams, 32 in uncompressed ones).
    pub edges: u64,
    /// Steps (pairs of nodes opened) over the life of the diagram.
    pub steps: u64,
}

impl Budget {
    /// For policies worth so many rules: as much a rule as the default allows for 10,000, and never less than 600 rules would
    /// get. A short list whose rules cut addresses bit by bit is then given up within seconds.
    #[must_use]
    pub fn for_rules(count: usize) -> Self {
        let most = Self::default();
        let share = |whole: u64| whole.min(whole / 10_000 * (count as u64).max(600));
        Self { edges: share(most.edges), steps: share(most.steps) }
    }
}

impl Default for Budget {
    /// 64 million edges, 1,000 million steps: beyond any policy pair of 10,000 rules measured, within minutes and 2 GB.
    fn default() -> Self {
        Self { edges: 64 << 20, steps: 1_000_000_000 }
    }
}

/// A coordinate on a field's line.
pub trait Bound: Copy + Ord {
    /// The least coordinate.
    const MIN: Self;
    /// The greatest coordinate: the bound of every node's last edge.
    const MAX: Self;
    /// The coordinate after this one; [`Bound::MAX`] stays itself.
    fn next(self) -> Self;
    /// The coordinate before this one; [`Bound::MIN`] stays itself.
    fn before(self) -> Self;
    /// Bits for hashing.
    fn bits(self) -> u64;
}

impl Bound for u32 {
    const MIN: Self = 0;
    const MAX: Self = Self::MAX;
    #[inline]
    fn next(self) -> Self {
        self.saturating_add(1)
    }
    #[inline]
    fn before(self) -> Self {
        self.saturating_sub(1)
    }
    #[inline]
    fn bits(self) -> u64 {
        u64::from(self)
    }
}

impl Bound for u128 {
    const MIN: Self = 0;
    const MAX: Self = Self::MAX;
    #[inline]
    fn next(self) -> Self {
        self.saturating_add(1)
    }
    #[inline]
    fn before(self) -> Self {
        self.saturating_sub(1)
    }
    #[inline]
    fn bits(self) -> u64 {
        // Both halves matter; the odd factor keeps (high, low) and (low, high) apart.
        (self as u64) ^ ((self >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// Takes a box, as inclusive intervals by level, and says whether to go on.
pub type BoxVisitor<'a, B> = &'a mut dyn FnMut(&[(B, B)]) -> bool;

#[derive(Clone, Copy)]
struct Node {
    offset: u32,
    /// Level in the high 8 bits, number of edges in the low 24.
    shape: u32,
}

#[derive(Clone, Copy)]
struct CacheEntry {
    left: Id,
    right: Id,
    operation: u32,
    result: Id,
}

const NO_ENTRY: CacheEntry = CacheEntry { left: 0, right: 0, operation: u32::MAX, result: 0 };
/// A free slot of the unique table: no node has the id 0.
const FREE: u64 = 0;

/// The diagrams of one analysis: nodes, their unique table and the cache of operations done.
pub struct Diagrams<B> {
    nodes: Vec<Node>,
    edges: Vec<(B, Id)>,
    /// Slots of the unique table: hash in the high 32 bits, id in the low 32.
    unique: Vec<u64>,
    cache: Vec<CacheEntry>,
    /// Edges of the nodes under construction, one stack for the whole recursion.
    pending: Vec<(B, Id)>,
    budget: Budget,
    steps: u64,
}

impl<B: Bound> Diagrams<B> {
    /// No diagrams yet, room for about `expected` edges without growing.
    pub fn new(budget: Budget, expected: usize) -> Self {
        let slots = expected.clamp(256, 1 << 22).next_power_of_two();
        let terminal = Node { offset: 0, shape: BOTTOM << LENGTH_BITS };
        Self {
            nodes: vec![terminal; TERMINALS],
            edges: Vec::with_capacity(slots),
            unique: vec![FREE; slots],
            cache: vec![NO_ENTRY; slots],
            pending: Vec::new(),
            budget,
            steps: 0,
        }
    }

    /// Nodes made so far, terminals included.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Edges made so far.
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// The level a node tests; [`None`] for a terminal.
    pub fn level(&self, id: Id) -> Option<u8> {
        let level = self.raw_level(id);
        (level != BOTTOM).then_some(level as u8)
    }

    /// The edges of a node: upper bounds in rising order, with children. Empty for a terminal.
    pub fn edges(&self, id: Id) -> &[(B, Id)] {
        let (start, end) = self.span(id);
        &self.edges[start..end]
    }

    #[inline]
    fn raw_level(&self, id: Id) -> u32 {
        self.nodes[id as usize].shape >> LENGTH_BITS
    }

    #[inline]
    fn span(&self, id: Id) -> (usize, usize) {
        let node = self.nodes[id as usize];
        let start = node.offset as usize;
        (start, start + (node.shape & ((1 << LENGTH_BITS) - 1)) as usize)
    }

    /// The diagram that is `inside` where the field of `level` lies in one of `intervals` (inclusive, sorted, disjoint)
    /// and `outside` elsewhere. Both must lie below `level`.
    pub fn test(&mut self, level: u8, intervals: &[(B, B)], inside: Id, outside: Id) -> Result<Id, Exhausted> {
        let mark = self.pending.len();
        let mut next = Some(B::MIN);
        for &(low, high) in intervals {
            debug_assert!(low <= high && next.is_some_and(|n| n <= low));
            if next.is_some_and(|n| n < low) {
                self.push_edge(mark, low.before(), outside);
            }
            self.push_edge(mark, high, inside);
            next = (high < B::MAX).then(|| high.next());
        }
        if next.is_some() {
            self.push_edge(mark, B::MAX, outside);
        }
        self.close_node(level, mark)
    }

    /// Adds an edge to the node under construction that began at `mark`, joining it to its neighbour of equal child.
    #[inline]
    fn push_edge(&mut self, mark: usize, bound: B, child: Id) {
        let length = self.pending.len();
        if length > mark && self.pending[length - 1].1 == child {
            self.pending[length - 1].0 = bound;
        } else {
            self.pending.push((bound, child));
        }
    }

    /// Turns the pending edges from `mark` on into a node, or finds the node that has these edges already.
    fn close_node(&mut self, level: u8, mark: usize) -> Result<Id, Exhausted> {
        let length = self.pending.len() - mark;
        if length == 1 {
            let child = self.pending[mark].1;
            self.pending.truncate(mark);
            return Ok(child);
        }
        let shape = (u32::from(level) << LENGTH_BITS) | length as u32;
        let hash = hash_edges(shape, &self.pending[mark..]);
        let mask = self.unique.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let entry = self.unique[slot];
            if entry == FREE {
                break;
            }
            let id = entry as u32;
            if (entry >> 32) as u32 == hash && self.nodes[id as usize].shape == shape {
                let start = self.nodes[id as usize].offset as usize;
                if self.edges[start..start + length] == self.pending[mark..] {
                    self.pending.truncate(mark);
                    return Ok(id);
                }
            }
            slot = (slot + 1) & mask;
        }
        self.check_room(length)?;
        let id = self.nodes.len() as Id;
        self.nodes.push(Node { offset: self.edges.len() as u32, shape });
        self.edges.extend_from_slice(&self.pending[mark..]);
        self.pending.truncate(mark);
        self.unique[slot] = (u64::from(hash) << 32) | u64::from(id);
        if self.nodes.len() * 2 > self.unique.len() {
            self.grow();
        }
        Ok(id)
    }

    fn check_room(&self, length: usize) -> Result<(), Exhausted> {
        let limit = self.budget.edges.min(u64::from(u32::MAX) - 1);
        let fits = (self.edges.len() + length) as u64 <= limit && length < 1 << LENGTH_BITS;
        if fits { Ok(()) } else { Err(Exhausted::Edges(limit)) }
    }

    /// Doubles the unique table and the cache with it.
    fn grow(&mut self) {
        let slots = self.unique.len() * 2;
        let mut unique = vec![FREE; slots];
        for &entry in self.unique.iter().filter(|entry| **entry != FREE) {
            let mut slot = (entry >> 32) as usize & (slots - 1);
            while unique[slot] != FREE {
                slot = (slot + 1) & (slots - 1);
            }
            unique[slot] = entry;
        }
        self.unique = unique;
        self.grow_cache(slots);
    }
}

impl<B> std::fmt::Debug for Diagrams<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Diagrams").field("nodes", &self.nodes.len()).field("edges", &self.edges.len()).finish()
    }
}

#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product as u64) ^ ((product >> 64) as u64)
}

#[inline]
fn hash_edges<B: Bound>(shape: u32, edges: &[(B, Id)]) -> u32 {
    let mut state = u64::from(shape) ^ 0x243f_6a88_85a3_08d3;
    for &(bound, child) in edges {
        state = fold(state ^ bound.bits(), (u64::from(child) << 32 | 0x1319_8a2f) ^ 0xa409_3822_299f_31d1)
            .wrapping_add(state.rotate_left(23));
    }
    (fold(state, 0x9e37_79b9_7f4a_7c15) >> 16) as u32
}
