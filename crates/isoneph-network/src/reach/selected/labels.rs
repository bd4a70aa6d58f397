//! Which pods a selector means, read from an index of labels and namespaces, never from the pods one by one.

use std::collections::{BTreeMap, BTreeSet};

use super::bits::Bits;
use super::{LabelTest, PodSelector, SelectedPod};

/// Labels as (key, value).
type Labels = [(u32, u32)];

/// Which of some labelled things have the labels and the keys that tests ask for, as rows of bits.
struct LabelIndex {
    count: usize,
    pairs: Vec<((u32, u32), Vec<u64>)>,
    keys: Vec<(u32, Vec<u64>)>,
}

impl LabelIndex {
    fn of<'a>(count: usize, labels: impl Iterator<Item = &'a Labels>, tests: &[&LabelTest]) -> Self {
        let (mut pairs, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for test in tests {
            match test {
                LabelTest::In(key, values) | LabelTest::NotIn(key, values) => {
                    pairs.extend(values.iter().map(|value| (*key, *value)));
                }
                LabelTest::Exists(key) | LabelTest::Absent(key) => keys.extend([*key]),
            }
        }
        let row = || vec![0_u64; count.div_ceil(64)];
        let mut out = Self {
            count,
            pairs: pairs.into_iter().map(|pair| (pair, row())).collect(),
            keys: keys.into_iter().map(|key| (key, row())).collect(),
        };
        for (place, held) in labels.enumerate() {
            for (key, value) in held {
                mark(&mut out.pairs, &(*key, *value), place);
                mark(&mut out.keys, key, place);
            }
        }
        out
    }

    fn pair(&self, key: u32, value: u32) -> Option<&Vec<u64>> {
        find(&self.pairs, &(key, value))
    }

    /// Whether the thing of a place passes all tests.
    fn passes(&self, tests: &[LabelTest], place: u32) -> bool {
        let bit = |row: Option<&Vec<u64>>| row.is_some_and(|row| row[place as usize / 64] >> (place % 64) & 1 == 1);
        tests.iter().all(|test| match test {
            LabelTest::In(key, values) => values.iter().any(|value| bit(self.pair(*key, *value))),
            LabelTest::NotIn(key, values) => !values.iter().any(|value| bit(self.pair(*key, *value))),
            LabelTest::Exists(key) => bit(find(&self.keys, key)),
            LabelTest::Absent(key) => !bit(find(&self.keys, key)),
        })
    }

    /// Keeps of a row what passes all tests.
    fn keep(&self, tests: &[LabelTest], row: &mut [u64]) {
        for test in tests {
            let (rows, wanted): (Vec<&Vec<u64>>, bool) = match test {
                LabelTest::In(key, values) => {
                    (values.iter().filter_map(|value| self.pair(*key, *value)).collect(), true)
                }
                LabelTest::NotIn(key, values) => {
                    (values.iter().filter_map(|value| self.pair(*key, *value)).collect(), false)
                }
                LabelTest::Exists(key) => (find(&self.keys, key).into_iter().collect(), true),
                LabelTest::Absent(key) => (find(&self.keys, key).into_iter().collect(), false),
            };
            let turn = if wanted { 0 } else { u64::MAX };
            for (place, word) in row.iter_mut().enumerate() {
                *word &= rows.iter().fold(0, |all, held| all | held[place]) ^ turn;
            }
        }
    }

    fn all(&self) -> Vec<u64> {
        let mut row = vec![u64::MAX; self.count.div_ceil(64)];
        if let Some(last) = row.last_mut().filter(|_| !self.count.is_multiple_of(64)) {
            *last = (1 << (self.count % 64)) - 1;
        }
        row
    }
}

fn find<'a, K: Ord>(rows: &'a [(K, Vec<u64>)], key: &K) -> Option<&'a Vec<u64>> {
    rows.binary_search_by(|(held, _)| held.cmp(key)).ok().map(|at| &rows[at].1)
}

fn mark<K: Ord>(rows: &mut [(K, Vec<u64>)], key: &K, place: usize) {
    if let Ok(at) = rows.binary_search_by(|(held, _)| held.cmp(key)) {
        rows[at].1[place / 64] |= 1 << (place % 64);
    }
}

/// Selectors over pods in one order: sets are of ranks in it.
pub(super) struct Selections {
    pods: LabelIndex,
    /// Ranks of the pods of each namespace.
    members: BTreeMap<u32, Vec<u32>>,
    spaces: LabelIndex,
    /// Pods in the namespaces that pass some tests, as rows.
    inside: BTreeMap<Vec<LabelTest>, Vec<u64>>,
}

impl Selections {
    /// An index for some selectors. `order` holds the number of the pod of each rank.
    pub(super) fn of<'a>(
        namespaces: &[Vec<(u32, u32)>],
        pods: &[SelectedPod],
        order: &[u32],
        selectors: impl Iterator<Item = &'a PodSelector> + Clone,
    ) -> Self {
        let tests: Vec<&LabelTest> = selectors.clone().flat_map(|selector| &selector.pods).collect();
        let labels = order.iter().map(|pod| pods[*pod as usize].labels.as_slice());
        let index = LabelIndex::of(order.len(), labels, &tests);
        let tests: Vec<&LabelTest> = selectors.flat_map(|selector| &selector.namespaces).collect();
        let spaces = LabelIndex::of(namespaces.len(), namespaces.iter().map(Vec::as_slice), &tests);
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (rank, pod) in (0..).zip(order) {
            members.entry(pods[*pod as usize].namespace).or_default().push(rank);
        }
        Self { pods: index, members, spaces, inside: BTreeMap::new() }
    }

    /// Which pods a selector means.
    pub(super) fn set(&mut self, selector: &PodSelector) -> Bits {
        if let Some(space) = selector.namespace {
            let mut out = Bits::default();
            let members = self.members.get(&space).into_iter().flatten();
            members.filter(|rank| self.pods.passes(&selector.pods, **rank)).for_each(|rank| out.push(*rank));
            return out;
        }
        let mut row =
            if selector.namespaces.is_empty() { self.pods.all() } else { self.inside(&selector.namespaces).clone() };
        self.pods.keep(&selector.pods, &mut row);
        Bits::from_row(&row)
    }

    fn inside(&mut self, tests: &[LabelTest]) -> &Vec<u64> {
        if !self.inside.contains_key(tests) {
            let mut row = vec![0_u64; self.pods.count.div_ceil(64)];
            let mut spaces = self.spaces.all();
            self.spaces.keep(tests, &mut spaces);
            for space in Bits::from_row(&spaces).ranks() {
                for rank in self.members.get(&space).into_iter().flatten() {
                    row[*rank as usize / 64] |= 1 << (rank % 64);
                }
            }
            self.inside.insert(tests.to_vec(), row);
        }
        &self.inside[tests]
    }
}
