//! The difference of two policies: what one permits and the other denies, and the reverse.

use std::borrow::Cow;

use super::compile::{Compressed, CubeSpan, Cubes};
use super::condition::Condition;
use super::dimensions::{Dimensions, MAX_UNKNOWN, track};
use super::explain::{Explanation, Finding, explain};
use super::quantify::{self, Quantifier};
use super::{Certainty, Policy, Reading, Rule, align, compose, order};
use crate::idd::{Budget, Diagrams, EMPTY, Exhausted, Id, Operation};
use crate::packet::{DEFAULT_ORDER, Family, Match, Order, PacketSet, PacketSpace};

/// Why two policies could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// The budget ran out.
    #[error(transparent)]
    Budget(#[from] Exhausted),
    /// They govern packets of different families.
    #[error("the one is about {0} only and the other about {1} only: they have no packet in common")]
    NothingCommon(Family, Family),
    /// The naive evaluator does not confirm a packet the diagrams give: a fault of this program.
    #[error("rule by rule, {0} is not decided as the packet sets say; please report this")]
    Unconfirmed(String),
}

/// How a difference is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// What the diagrams may grow to.
    pub budget: Budget,
    /// How much is written out.
    pub explanation: Explanation,
    /// Which method; [`Method::Auto`] unless methods are compared.
    pub method: Method,
    /// The order of fields; chosen by sample when [`None`].
    pub order: Option<Order>,
}

/// How the region that may differ is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Near copies by alignment, others as a whole.
    #[default]
    Auto,
    /// Both policies are built as a whole.
    Whole,
}

/// One direction of a difference.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// Surely permitted by the one and denied by the other.
    pub certain: PacketSet,
    /// Possibly so: holds `certain`.
    pub possible: PacketSet,
    /// The parts by deciding rules, shortest first.
    pub findings: Vec<Finding>,
    /// Whether the findings are all there are.
    pub complete: bool,
}

/// What two policies decide differently.
#[derive(Debug)]
pub struct Difference {
    /// The space of the sets below.
    pub space: PacketSpace,
    /// Permitted by the first, denied by the second.
    pub only_first: Side,
    /// Permitted by the second, denied by the first.
    pub only_second: Side,
    /// How it was found.
    pub statistics: Statistics,
}

/// How a difference was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Edges made in compressed diagrams.
    pub edges: u64,
    /// Whether alignment left only parts of the policies to compare.
    pub aligned: bool,
    /// The order of fields used (the last, where parts chose for themselves).
    pub order: Option<Order>,
}

impl Difference {
    /// Whether the policies surely decide every packet alike.
    pub fn is_equal(&self) -> bool {
        self.only_first.possible.is_empty() && self.only_second.possible.is_empty()
    }

    /// Whether the policies surely differ somewhere.
    pub fn is_different(&self) -> bool {
        !self.only_first.certain.is_empty() || !self.only_second.certain.is_empty()
    }
}

/// At most this many unaligned rules are compared one region each.
const ALIGNED_LIMIT: usize = 64;

/// Compares two policies. Every witness in the answer is confirmed rule by rule.
pub fn difference(first: &Policy, second: &Policy, options: &Options) -> Result<Difference, Undecided> {
    if let (Some(one), Some(other)) = (first.family, second.family)
        && one != other
    {
        return Err(Undecided::NothingCommon(one, other));
    }
    let (first, second) = as_named(first, second);
    compare(&first, &second, options)
}

/// Both policies, with unknown conditions that are only their own where what is written alike may mean something else.
pub(super) fn as_named<'a>(first: &'a Policy, second: &'a Policy) -> (Cow<'a, Policy>, Cow<'a, Policy>) {
    if first.names_the_same(second) {
        return (Cow::Borrowed(first), Cow::Borrowed(second));
    }
    (Cow::Owned(named_apart(first, "A")), Cow::Owned(named_apart(second, "B")))
}

/// The policy with unknown conditions that are only its own.
fn named_apart(policy: &Policy, side: &str) -> Policy {
    let mut own = policy.clone();
    for condition in own.rules.iter_mut().flat_map(|rule| &mut rule.conditions) {
        if let Condition::Unknown { text, .. } = condition {
            text.push_str(&format!(" (in {side})"));
        }
    }
    own
}

fn compare(first: &Policy, second: &Policy, options: &Options) -> Result<Difference, Undecided> {
    let mut run = Run::new(first, second, options);
    let regions = match options.method {
        Method::Auto => near_copy_regions(first, second),
        Method::Whole => None,
    };
    run.statistics.aligned = regions.is_some();
    match regions {
        Some(regions) => regions.iter().try_for_each(|region| run.compare(Some(region)))?,
        None => run.compare(None)?,
    }
    run.finish()
}

/// The matches of unaligned rules, where the policies are near copies.
fn near_copy_regions(first: &Policy, second: &Policy) -> Option<Vec<Match>> {
    if first.default != second.default {
        return None;
    }
    let rules = |policy: &'_ Policy| -> Vec<usize> {
        policy.deciding_order().into_iter().map(|index| index as usize).collect()
    };
    let (left_order, right_order) = (rules(first), rules(second));
    let left: Vec<&Rule> = left_order.iter().map(|index| &first.rules[*index]).collect();
    let right: Vec<&Rule> = right_order.iter().map(|index| &second.rules[*index]).collect();
    let unaligned = align::unaligned(&left, &right, ALIGNED_LIMIT)?;
    let of_left = unaligned.left.iter().flat_map(|index| &left[*index].matches);
    let of_right = unaligned.right.iter().flat_map(|index| &right[*index].matches);
    let mut regions: Vec<Match> = Vec::new();
    for one in of_left.chain(of_right) {
        if !regions.contains(one) {
            regions.push(one.clone());
        }
    }
    (regions.len() <= ALIGNED_LIMIT).then_some(regions)
}

/// A comparison on its way: region by region into one answer.
pub(super) struct Run<'a> {
    first: &'a Policy,
    second: &'a Policy,
    options: &'a Options,
    space: PacketSpace,
    order: Option<Order>,
    only_first: Side,
    only_second: Side,
    statistics: Statistics,
}

impl<'a> Run<'a> {
    pub(super) fn new(first: &'a Policy, second: &'a Policy, options: &'a Options) -> Self {
        Self {
            first,
            second,
            options,
            space: PacketSpace::with_order(options.budget, options.order.unwrap_or(DEFAULT_ORDER)),
            order: options.order,
            only_first: Side::default(),
            only_second: Side::default(),
            statistics: Statistics::default(),
        }
    }

    /// Compares the policies within a region, or everywhere.
    pub(super) fn compare(&mut self, region: Option<&Match>) -> Result<(), Exhausted> {
        let indices = |policy: &Policy| -> Vec<u32> {
            let mut order = policy.deciding_order();
            if let Some(region) = region {
                order.retain(|index| policy.rules[*index as usize].matches.iter().any(|one| one.overlaps(region)));
            }
            order
        };
        let (first, second) = (indices(self.first), indices(self.second));
        let rules = self.rules(&first, &second);
        let dimensions = Dimensions::of(rules, track(self.first, self.second), MAX_UNKNOWN);
        for family in self.first.families_with(self.second) {
            if region.is_some_and(|region| !region.reaches(family)) {
                continue;
            }
            match self.compare_family([&first, &second], family, region, &dimensions) {
                // Too many lines for the budget: what is not known is then open rule by rule.
                Err(_) if !dimensions.axes().is_empty() => {
                    self.compare_family([&first, &second], family, region, &Dimensions::loose())?;
                }
                done => done?,
            }
        }
        Ok(())
    }

    fn rules(&self, first: &[u32], second: &[u32]) -> impl Iterator<Item = &'a Rule> {
        let (one, other) = (self.first, self.second);
        let first: Vec<&Rule> = first.iter().map(|index| &one.rules[*index as usize]).collect();
        first.into_iter().chain(second.iter().map(|index| &other.rules[*index as usize]).collect::<Vec<_>>())
    }

    fn compare_family(
        &mut self,
        [first, second]: [&[u32]; 2],
        family: Family,
        region: Option<&Match>,
        dimensions: &Dimensions,
    ) -> Result<(), Exhausted> {
        let is_exact = |rule: &Rule| dimensions.place(rule).is_none_or(|held| held.certainty == Certainty::Exact);
        let exact = self.rules(first, second).all(is_exact);
        let readings: &[Reading] = if exact { &[Reading::May] } else { &[Reading::May, Reading::Must] };
        // What both begin with is read and composed once.
        let same = |(left, right): &(&u32, &u32)| {
            self.first.rules[**left as usize].means_the_same(&self.second.rules[**right as usize])
        };
        let shared = first.iter().zip(second).take_while(same).count();
        let mut cubes = Cubes::new();
        let spans: Vec<[CubeSpan; 3]> = readings
            .iter()
            .map(|reading| {
                let head = cubes.add(self.first, &first[..shared], *reading, family, dimensions, region).undecided();
                let left = cubes.add(self.first, &first[shared..], *reading, family, dimensions, region);
                [head, left, cubes.add(self.second, &second[shared..], *reading, family, dimensions, region)]
            })
            .collect();
        let bounds = quantify::bounds(dimensions).map(|bounds| cubes.add_bounds(&bounds, family));
        let compressed = cubes.compress();
        let order = self.settle_order(&cubes, &compressed, &spans)?;
        let mut diagrams = Diagrams::new(self.options.budget, cubes.len() * 8);
        let mut roots = Vec::new();
        for [head, left, right] in spans {
            let mut composed = |span| {
                let leaves = compressed.leaves(&cubes, span, &order, &mut diagrams)?;
                compose::compose(&mut diagrams, leaves)
            };
            let (head, left, right) = (composed(head)?, composed(left)?, composed(right)?);
            let left = diagrams.apply(Operation::FirstMatch, head, left)?;
            roots.push((left, diagrams.apply(Operation::FirstMatch, head, right)?));
        }
        let (may, must) = (roots[0], roots[roots.len() - 1]);
        let minus = |diagrams: &mut Diagrams<u32>, a: Id, b: Id| diagrams.apply(Operation::Minus, a, b);
        let quantifier = Quantifier::new(dimensions, &order, (&cubes, &compressed, bounds), &mut diagrams)?;
        let mut side = |must: Id, may: Id, other_may: Id, other_must: Id| {
            let surely = minus(&mut diagrams, must, other_may)?;
            let perhaps = minus(&mut diagrams, may, other_must)?;
            quantifier.packets(&mut diagrams, surely, perhaps)
        };
        let (certain, possible) = side(must.0, may.0, may.1, must.1)?;
        let (other_certain, other_possible) = side(must.1, may.1, may.0, must.0)?;
        let parts = [certain, possible, other_certain, other_possible];
        self.statistics.edges += diagrams.edge_count() as u64;
        if parts == [EMPTY; 4] {
            return Ok(());
        }
        self.keep(&diagrams, &compressed, parts, family, region)
    }

    /// Brings the parts of one family and region into the space of the answer.
    fn keep(
        &mut self,
        diagrams: &Diagrams<u32>,
        compressed: &Compressed,
        parts: [Id; 4],
        family: Family,
        region: Option<&Match>,
    ) -> Result<(), Exhausted> {
        let within = match region {
            Some(region) => self.space.matching(region)?,
            None => PacketSet::ALL,
        };
        let targets = [
            &mut self.only_first.certain,
            &mut self.only_first.possible,
            &mut self.only_second.certain,
            &mut self.only_second.possible,
        ];
        for (part, target) in parts.into_iter().zip(targets) {
            let part = self.space.import(diagrams, part, family, &|field, rank| compressed.end_of(field, rank))?;
            let part = self.space.intersection(part, within)?;
            *target = self.space.union(*target, part)?;
        }
        Ok(())
    }

    /// One order serves the whole run, since all its sets meet in one space.
    fn settle_order(
        &mut self,
        cubes: &Cubes,
        compressed: &Compressed,
        spans: &[[CubeSpan; 3]],
    ) -> Result<Order, Exhausted> {
        let order = match self.order {
            Some(order) => order,
            None => order::choose(cubes, compressed, &spans[0])?,
        };
        if self.order.is_none() && order != DEFAULT_ORDER {
            self.space = PacketSpace::with_order(self.options.budget, order);
        }
        self.order = Some(order);
        self.statistics.order = Some(order);
        Ok(order)
    }

    pub(super) fn finish(mut self) -> Result<Difference, Undecided> {
        let limits = self.options.explanation;
        let (findings, complete) = explain(&mut self.space, self.first, self.second, &self.only_first, limits)?;
        (self.only_first.findings, self.only_first.complete) = (findings, complete);
        let (findings, complete) = explain(&mut self.space, self.second, self.first, &self.only_second, limits)?;
        (self.only_second.findings, self.only_second.complete) = (findings, complete);
        Ok(Difference {
            space: self.space,
            only_first: self.only_first,
            only_second: self.only_second,
            statistics: self.statistics,
        })
    }
}
