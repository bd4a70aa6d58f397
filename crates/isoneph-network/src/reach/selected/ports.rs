//! Sets of ports, by number: each set is kept once, over pieces of the line that no rule splits.

use std::collections::BTreeMap;

use super::SelectedPolicy;

/// The number of the set of all ports.
pub(super) const ALL: u32 = 0;

/// The sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ports {
    cuts: Vec<u32>,
    sets: Vec<Vec<u64>>,
    numbers: BTreeMap<Vec<u64>, u32>,
    joined: BTreeMap<(u32, u32), u32>,
}

impl Ports {
    /// Pieces of the line for the rules of some policies.
    pub(super) fn of(policies: &[SelectedPolicy]) -> Self {
        let mut cuts: Vec<u32> = vec![0];
        let rules = policies.iter().flat_map(|policy| policy.ingress.iter().chain(&policy.egress)).flatten();
        for (first, last) in rules.flat_map(|rule| &rule.ports) {
            cuts.push(*first);
            cuts.extend(last.checked_add(1));
        }
        cuts.sort_unstable();
        cuts.dedup();
        let mut out = Self { cuts, sets: Vec::new(), numbers: BTreeMap::new(), joined: BTreeMap::new() };
        out.number(&[(0, u32::MAX)]);
        out
    }

    /// The set of some ranges; [`None`] where they hold nothing.
    pub(super) fn number(&mut self, ranges: &[(u32, u32)]) -> Option<u32> {
        let mut set = vec![0_u64; self.cuts.len().div_ceil(64)];
        for (first, last) in ranges {
            let low = self.cuts.partition_point(|cut| cut < first);
            let high = self.cuts.partition_point(|cut| cut <= last);
            (low..high).for_each(|piece| set[piece / 64] |= 1 << (piece % 64));
        }
        set.iter().any(|word| *word != 0).then(|| self.keep(set))
    }

    fn keep(&mut self, set: Vec<u64>) -> u32 {
        if let Some(known) = self.numbers.get(&set) {
            return *known;
        }
        let number = self.sets.len() as u32;
        self.sets.push(set.clone());
        self.numbers.insert(set, number);
        number
    }

    /// Both sets in one.
    pub(super) fn join(&mut self, one: u32, other: u32) -> u32 {
        if one == other || one == ALL {
            return one;
        }
        if let Some(known) = self.joined.get(&(one, other)) {
            return *known;
        }
        let set = self.sets[one as usize].iter().zip(&self.sets[other as usize]).map(|(a, b)| a | b).collect();
        let number = self.keep(set);
        self.joined.insert((one, other), number);
        number
    }

    /// Whether the sets have a port in common.
    pub(super) fn meet(&self, one: u32, other: u32) -> bool {
        self.sets[one as usize].iter().zip(&self.sets[other as usize]).any(|(a, b)| a & b != 0)
    }
}
