//! What passes between two parties in each of two states.

use std::collections::{BTreeMap, BTreeSet};

use super::joint::{Joint, known_by};
use super::state::{Asked, State};
use super::unknown::{hang_on_apply, ways};
use super::{Change, Changes, MAX_TOLD};
use crate::model::address::AddressRange;
use crate::model::form::EndpointId;
use crate::model::traffic::Traffic;
use crate::reach::expect::Questions;
use crate::reach::path::{Passage, TraceHop};
use crate::reach::walk::{Goal, Start};

/// A pair of parties, asked about in both states.
pub(super) struct Pair<'p> {
    states: &'p [State<'p>; 2],
    from: &'p Joint,
    to: &'p Joint,
    asked: [Vec<Asked>; 2],
    passes: [Passage; 2],
}

/// By which addresses of the two: as both states know them.
type Key = (String, String);

/// What passes by one pair of addresses in each state, and what the addresses are there.
type Line = [Option<(Passage, String)>; 2];

/// What passes in one state only: surely, and perhaps.
#[derive(Clone, PartialEq, Eq)]
struct Gap {
    surely: Traffic,
    perhaps: Traffic,
}

impl Gap {
    fn of(here: &Passage, there: &Passage) -> Self {
        let perhaps = here.may.minus(&there.must);
        let surely = here.must.minus(&there.may);
        // What both leave open alike is another question: whether the same is unknown.
        let alike = surely.is_empty() && here == there;
        Self { perhaps: if alike { Traffic::none() } else { perhaps }, surely }
    }

    fn is_empty(&self) -> bool {
        self.perhaps.is_empty()
    }

    /// What is in it beside another.
    fn beside(&self, other: &Self) -> Self {
        let surely = self.surely.minus(&other.surely);
        let perhaps = self.perhaps.minus(&other.perhaps).or(&surely);
        Self { surely, perhaps }
    }
}

impl<'p> Pair<'p> {
    pub(super) fn ask(
        states: &'p [State<'p>; 2],
        questions: &mut [Questions<'_>; 2],
        from: &'p Joint,
        to: &'p Joint,
    ) -> Self {
        let mut asked = [Vec::new(), Vec::new()];
        for (state, questions) in questions.iter_mut().enumerate() {
            let (Some(sender), Some(receiver)) = (&from.classes[state], &to.classes[state]) else { continue };
            if sender.outside.is_none() || receiver.outside.is_none() {
                asked[state] = states[state].ask(questions, sender, receiver);
            }
        }
        let passes = asked
            .each_ref()
            .map(|asked| asked.iter().fold(Passage::none(), |sum, (_, _, _, connection)| sum.or(&connection.arrives)));
        Self { states, from, to, asked, passes }
    }

    /// Whether something unknown decides in either state.
    pub(super) fn is_open(&self) -> bool {
        self.passes.iter().any(is_open)
            || self.asked.iter().flatten().any(|(_, _, _, connection)| is_open(&connection.arrives))
    }

    /// Adds what is not the same. `same_input` says whether both states were read from the same files.
    pub(super) fn compare(&self, same_input: bool, out: &mut Changes) {
        let whole = [0, 1].map(|state| Gap::of(&self.passes[state], &self.passes[1 - state]));
        let lines = self.by_address();
        let mut alike = true;
        for state in [1, 0] {
            let list = if state == 1 { &mut out.gained } else { &mut out.lost };
            if !whole[state].is_empty() {
                list.push(self.change(state, &whole[state], None, list.len()));
            }
            let by_address = self.gaps(state, &lines, &whole[state]);
            alike &= whole[state].is_empty() && by_address.is_empty();
            for (gap, keys) in by_address {
                list.push(self.change(state, &gap, Some(&(&lines, keys)), list.len()));
            }
        }
        if alike && self.is_open() && self.hangs_on_something_else(same_input) {
            for (state, list) in [(1, &mut out.gained), (0, &mut out.lost)] {
                let passes = self.asked[state].iter().map(|(_, _, _, held)| held.arrives.may.minus(&held.arrives.must));
                let perhaps = passes.fold(Traffic::none(), |sum, more| sum.or(&more));
                list.push(self.change(state, &Gap { surely: Traffic::none(), perhaps }, None, list.len()));
            }
        }
    }

    /// Whether what is unknown between the two is not surely the same in both states.
    fn hangs_on_something_else(&self, same_input: bool) -> bool {
        let [before, after] = [0, 1].map(|state| ways(&self.states[state], &self.asked[state]));
        before != after || (!same_input && hang_on_apply(self.states[0].model, &before))
    }

    /// What passes by each pair of addresses. What others hand on is one.
    fn by_address(&self) -> BTreeMap<Key, Line> {
        let mut out: BTreeMap<Key, Line> = BTreeMap::new();
        for (state, asked) in self.asked.iter().enumerate() {
            for (start, goal, range, connection) in asked {
                let (key, told) = self.key(state, *start, *goal, *range);
                let line = &mut out.entry(key).or_default()[state];
                *line = Some(match line.take() {
                    None => (connection.arrives.clone(), told),
                    Some((passes, told)) => (passes.or(&connection.arrives), told),
                });
            }
        }
        out
    }

    fn key(&self, state: usize, start: Start, goal: Goal, range: AddressRange) -> (Key, String) {
        let known = |joint: &Joint, endpoint: EndpointId, range: AddressRange| {
            let other = joint.counterpart(state, endpoint).map(|id| &self.states[1 - state].model.parts.endpoints[id]);
            known_by(range, &self.states[state].model.parts.endpoints[endpoint], other)
        };
        let inside = |endpoint: EndpointId, place: usize| {
            self.states[state].model.parts.endpoints[endpoint].places[place].inside
        };
        let (from, from_text) = match start {
            Start::Endpoint(endpoint, place) => {
                let own = inside(endpoint, place);
                (known(self.from, endpoint, own), own.to_string())
            }
            Start::Outside(range) => (String::new(), range.to_string()),
        };
        let (to, to_text) = match goal {
            Goal::Endpoint(endpoint, _) => (known(self.to, endpoint, range), range.to_string()),
            Goal::Behind { .. } => ("handed on".to_owned(), "what hands on to it".to_owned()),
            Goal::Anybody | Goal::Outside => (String::new(), range.to_string()),
        };
        ((from, to), format!("{from_text} -> {to_text}"))
    }

    /// What is not the same by some addresses, beside what the pair as a whole shows; alike ones together.
    fn gaps<'l>(&self, state: usize, lines: &'l BTreeMap<Key, Line>, whole: &Gap) -> Vec<(Gap, Vec<&'l Key>)> {
        let mut out: Vec<(Gap, Vec<&Key>)> = Vec::new();
        if lines.len() < 2 {
            return out;
        }
        let none = Passage::none();
        for (key, line) in lines {
            let of = |state: usize| line[state].as_ref().map_or(&none, |(passes, _)| passes);
            let gap = Gap::of(of(state), of(1 - state)).beside(whole);
            if gap.is_empty() {
                continue;
            }
            match out.iter_mut().find(|(known, _)| *known == gap) {
                Some((_, keys)) => keys.push(key),
                None => out.push((gap, vec![key])),
            }
        }
        out
    }

    fn change(&self, state: usize, gap: &Gap, by: Option<&(&BTreeMap<Key, Line>, Vec<&Key>)>, before: usize) -> Change {
        let keys: Option<BTreeSet<&Key>> = by.map(|(_, keys)| keys.iter().copied().collect());
        let told = |(lines, keys): &(&BTreeMap<Key, Line>, Vec<&Key>)| -> Vec<String> {
            let lines = keys.iter().filter_map(|key| lines.get(*key)?[state].as_ref());
            lines.map(|(_, told)| told.clone()).collect()
        };
        let (path, because) = if before < MAX_TOLD { self.tell(state, gap, keys.as_ref()) } else { Default::default() };
        Change {
            from: self.from.name(),
            to: self.to.name(),
            addresses: by.map(told).unwrap_or_default(),
            surely: gap.surely.clone(),
            perhaps: gap.perhaps.clone(),
            path,
            because,
        }
    }

    /// A packet of the gap, on its way in this state.
    fn tell(&self, state: usize, gap: &Gap, keys: Option<&BTreeSet<&Key>>) -> (Vec<TraceHop>, Vec<String>) {
        let Some(parcel) = gap.surely.witness().or_else(|| gap.perhaps.witness()) else { return Default::default() };
        let asked = self.asked[state].iter().filter(|(start, goal, range, _)| {
            keys.is_none_or(|keys| keys.contains(&self.key(state, *start, *goal, *range).0))
        });
        let model = self.states[state].model;
        let traces = asked
            .flat_map(|(_, _, _, connection)| &connection.ways)
            .map(|way| way.path.trace(model, parcel))
            .filter(|trace| trace.arrives != Some(false));
        traces
            .min_by_key(|trace| (trace.arrives.is_none(), trace.hops.len()))
            .map(|trace| (trace.hops, trace.because))
            .unwrap_or_default()
    }
}

fn is_open(passes: &Passage) -> bool {
    passes.may != passes.must
}
