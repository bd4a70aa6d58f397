//! From rules to compressed coordinates: each field's line is cut where some rule begins or ends, and the pieces are
//! numbered. Inside the diagrams an IPv6 address costs what an IPv4 address costs.

use super::dimensions::{Dimensions, Places};
use super::flat::{FLAT_GREATEST, FlatRule};
use super::{Action, Certainty, Policy, Rule, State};
use crate::idd::{Diagrams, EMPTY, Exhausted, FULL, Id, NONE};
use crate::packet::{FIELDS, Family, Field, Match, Order};

/// Which reading of uncertain rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// What may be permitted: uncertain permits match, uncertain denials do not.
    May,
    /// What must be permitted: uncertain denials match, uncertain permits do not.
    Must,
}

impl Reading {
    /// Whether a rule counts in this reading, of packets of which no more is said than a state.
    pub(crate) fn counts_in(self, rule: &Rule, state: State) -> bool {
        rule.plainly(state).is_some_and(|certainty| self.counts(rule.action, certainty))
    }

    /// Whether a rule so well known counts in this reading.
    pub(crate) fn counts(self, action: Action, certainty: Certainty) -> bool {
        match (certainty, self) {
            (Certainty::Exact, _) => true,
            (Certainty::AtMost, Self::May) => action == Action::Permit,
            (Certainty::AtMost, Self::Must) => action == Action::Deny,
        }
    }
}

/// The fields a compiled cube limits: all but the family, by which cubes are split before.
const LIMITED: [Field; 6] =
    [Field::Source, Field::Destination, Field::Protocol, Field::SourcePort, Field::DestinationPort, Field::Established];

/// One product in raw coordinates: a span of [`Cubes::intervals`] a field; an empty span leaves the field free.
#[derive(Clone, Copy)]
struct Cube {
    spans: [(u32, u32); 6],
    /// What lies on the lines beyond the fields: a span of [`Cubes::beyond`].
    beyond: (u32, u32),
    terminal: Id,
}

/// The rules of some policies, of one family, as products in the order they are tried.
pub(crate) struct Cubes {
    intervals: Vec<(u128, u128)>,
    /// Lines, and the pieces of them that are limited to.
    beyond: Vec<(usize, Places)>,
    cubes: Vec<Cube>,
}

/// The first level below the fields: there the lines begin that lie beyond them.
pub(crate) const BEYOND: u8 = FIELDS.len() as u8;

/// The rules of one policy in [`Cubes`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct CubeSpan {
    start: usize,
    end: usize,
    /// Every how many products one counts: 1 but for samples.
    step: usize,
    default: Id,
}

impl Cubes {
    pub(crate) fn new() -> Self {
        Self { intervals: Vec::new(), beyond: Vec::new(), cubes: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.cubes.len()
    }

    /// Adds the rules at `indices` of a policy, limited to `within` when given.
    pub(crate) fn add(
        &mut self,
        policy: &Policy,
        indices: &[u32],
        reading: Reading,
        family: Family,
        dimensions: &Dimensions,
        within: Option<&Match>,
    ) -> CubeSpan {
        let start = self.cubes.len();
        'rules: for index in indices {
            let rule = &policy.rules[*index as usize];
            let Some(placed) = dimensions.place(rule).filter(|held| reading.counts(rule.action, held.certainty)) else {
                continue;
            };
            let terminal = terminal_of(rule.action);
            let beyond = self.limit(&placed.limits);
            for one in &rule.matches {
                let Some(within) = within else {
                    self.add_match(one, family, beyond, terminal);
                    continue;
                };
                let part = one.intersection(within);
                self.add_match(&part, family, beyond, terminal);
                if part == *within && placed.limits.is_empty() {
                    // It matches all that is looked at: what follows it decides nothing.
                    break 'rules;
                }
            }
        }
        CubeSpan { start, end: self.cubes.len(), step: 1, default: terminal_of(policy.default) }
    }

    /// Adds products that only bound what is looked at: nothing outside of them is in.
    pub(crate) fn add_bounds(&mut self, bounds: &[(Match, usize, Places)], family: Family) -> CubeSpan {
        let start = self.cubes.len();
        for (one, axis, places) in bounds {
            let beyond = self.limit(&[(*axis, places.clone())]);
            self.add_match(one, family, beyond, FULL);
        }
        CubeSpan { start, end: self.cubes.len(), step: 1, default: EMPTY }
    }

    fn limit(&mut self, limits: &[(usize, Places)]) -> (u32, u32) {
        let start = self.beyond.len() as u32;
        self.beyond.extend_from_slice(limits);
        (start, self.beyond.len() as u32)
    }

    fn add_match(&mut self, one: &Match, family: Family, beyond: (u32, u32), terminal: Id) {
        if one.is_nothing() || !one.reaches(family) {
            return;
        }
        let spans = LIMITED.map(|field| {
            let start = self.intervals.len() as u32;
            one.raw_intervals(family, field, &mut self.intervals);
            (start, self.intervals.len() as u32)
        });
        self.cubes.push(Cube { spans, beyond, terminal });
    }

    /// Adds rules over five plain numbers.
    pub(crate) fn add_flat(&mut self, rules: &[FlatRule]) -> CubeSpan {
        let start = self.cubes.len();
        for rule in rules {
            let mut spans = [(0, 0); 6];
            for ((span, bounds), greatest) in spans.iter_mut().zip(rule.bounds).zip(FLAT_GREATEST) {
                let from = self.intervals.len() as u32;
                if bounds != (0, greatest) {
                    let high = if bounds.1 == greatest { u128::MAX } else { bounds.1.into() };
                    self.intervals.push((bounds.0.into(), high));
                }
                *span = (from, self.intervals.len() as u32);
            }
            let terminal = if rule.permit { FULL } else { EMPTY };
            self.cubes.push(Cube { spans, beyond: (0, 0), terminal });
        }
        CubeSpan { start, end: self.cubes.len(), step: 1, default: EMPTY }
    }

    /// Cuts every field's line where a product begins or ends, and numbers the pieces.
    pub(crate) fn compress(&self) -> Compressed {
        let mut cuts: [Vec<u128>; 6] = Default::default();
        for cube in &self.cubes {
            for (field, &(start, end)) in cube.spans.iter().enumerate() {
                for &(low, high) in &self.intervals[start as usize..end as usize] {
                    cuts[field].push(low);
                    if high < u128::MAX {
                        cuts[field].push(high + 1);
                    }
                }
            }
        }
        for cut in &mut cuts {
            cut.push(0);
            cut.sort_unstable();
            cut.dedup();
        }
        let mut ranked = vec![(0, 0); self.intervals.len()];
        for cube in &self.cubes {
            for (field, &(start, end)) in cube.spans.iter().enumerate() {
                let span = start as usize..end as usize;
                for (ranks, (low, high)) in ranked[span.clone()].iter_mut().zip(&self.intervals[span]) {
                    *ranks = (rank(&cuts[field], *low), rank_of_end(&cuts[field], *high));
                }
            }
        }
        Compressed { cuts, ranked }
    }
}

fn terminal_of(action: Action) -> Id {
    match action {
        Action::Permit => FULL,
        Action::Deny => EMPTY,
    }
}

fn rank(cuts: &[u128], low: u128) -> u32 {
    cuts.partition_point(|cut| *cut < low) as u32
}

fn rank_of_end(cuts: &[u128], high: u128) -> u32 {
    if high == u128::MAX { u32::MAX } else { rank(cuts, high + 1) - 1 }
}

/// The cut points of each limited field, and the intervals of [`Cubes`] as ranks.
pub(crate) struct Compressed {
    cuts: [Vec<u128>; 6],
    ranked: Vec<(u32, u32)>,
}

impl Compressed {
    /// The last coordinate of the piece with this rank.
    pub(crate) fn end_of(&self, field: Field, rank: u32) -> u128 {
        if rank == u32::MAX {
            return u128::MAX;
        }
        let cuts = &self.cuts[field as usize - 1];
        cuts.get(rank as usize + 1).map_or(u128::MAX, |next| next - 1)
    }

    /// The diagrams of the products of `span`, one each, in order; with `default` last.
    pub(crate) fn leaves(
        &self,
        cubes: &Cubes,
        span: CubeSpan,
        order: &Order,
        diagrams: &mut Diagrams<u32>,
    ) -> Result<Vec<Id>, Exhausted> {
        let mut leaves = Vec::with_capacity(span.end - span.start + 1);
        // Equal products have one diagram, and of those the first alone decides.
        let mut met: Vec<bool> = Vec::new();
        for cube in cubes.cubes[span.start..span.end].iter().step_by(span.step) {
            let mut id = cube.terminal;
            for (axis, places) in cubes.beyond[cube.beyond.0 as usize..cube.beyond.1 as usize].iter().rev() {
                id = diagrams.test(BEYOND + *axis as u8, places.intervals(), id, NONE)?;
            }
            for (level, field) in order.iter().enumerate().skip(1).rev() {
                let (start, end) = cube.spans[*field as usize - 1];
                if start < end {
                    id = diagrams.test(level as u8, &self.ranked[start as usize..end as usize], id, NONE)?;
                }
            }
            let place = id as usize;
            if place >= met.len() {
                met.resize(place + 1, false);
            }
            if !std::mem::replace(&mut met[place], true) {
                leaves.push(id);
            }
        }
        leaves.push(span.default);
        Ok(leaves)
    }
}

impl CubeSpan {
    /// With no answer for what none of the products matches: other products follow.
    pub(crate) fn undecided(self) -> Self {
        Self { default: NONE, ..self }
    }

    /// About `count` of the products, evenly spread.
    pub(crate) fn sample(self, count: usize) -> Self {
        Self { step: self.len().div_ceil(count.max(1)).max(1), ..self }
    }

    pub(crate) fn len(self) -> usize {
        self.end - self.start
    }
}
