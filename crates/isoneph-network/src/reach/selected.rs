//! All pairs of pods under policies that select by label, at once.
//!
//! Pods with equal labels in one namespace are one; of those, pods that every selector treats alike are one class. A selector
//! is a conjunction of sets of pods, each read from an index of labels, never from the pods one by one. Rows of senders are
//! joined for classes, once without and once with each further piece of the ports that policies cut.

use std::collections::BTreeMap;

/// A test of one label: interned key and values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelTest {
    /// The key has one of the values.
    In(u32, Vec<u32>),
    /// The key is absent or has none of the values.
    NotIn(u32, Vec<u32>),
    /// The key is there.
    Exists(u32),
    /// The key is absent.
    Absent(u32),
}

/// Which pods: in one namespace or in namespaces by label, with labels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct PodSelector {
    /// One namespace by number.
    pub namespace: Option<u32>,
    /// Tests of the namespace's labels.
    pub namespaces: Vec<LabelTest>,
    /// Tests of the pod's labels.
    pub pods: Vec<LabelTest>,
}

/// A permit: from or to whom (empty: everybody), and which ports on the line `protocol << 16 | port` (empty: all).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SelectedRule {
    /// The far end: any of these.
    pub peers: Vec<PodSelector>,
    /// First and last coordinates.
    pub ports: Vec<(u32, u32)>,
}

/// A policy: whom it selects, and what it permits them; `None` where it says nothing of a direction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SelectedPolicy {
    /// Whom it selects.
    pub selects: PodSelector,
    /// What they may receive.
    pub ingress: Option<Vec<SelectedRule>>,
    /// What they may send.
    pub egress: Option<Vec<SelectedRule>>,
}

/// A pod: its namespace, and its labels as (key, value) in rising order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct SelectedPod {
    /// The namespace by number.
    pub namespace: u32,
    /// The labels.
    pub labels: Vec<(u32, u32)>,
}

/// Which class of pods reaches which, on some port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedReach {
    /// The class of each pod.
    pub class_of: Vec<u32>,
    /// How many pods are in each class.
    pub sizes: Vec<u32>,
    width: usize,
    rows: Vec<u64>,
}

impl SelectedReach {
    /// Whether pods of a class reach pods of a class (another pod, where the two are one class).
    #[must_use]
    pub fn reaches(&self, sender: usize, receiver: usize) -> bool {
        self.rows[receiver * self.width + sender / 64] >> (sender % 64) & 1 == 1
    }

    /// Ordered pairs of different pods between which something passes.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        let mut count = 0;
        for (receiver, row) in self.rows.chunks_exact(self.width.max(1)).enumerate() {
            let mut senders = 0_u64;
            for (place, word) in row.iter().enumerate() {
                let mut rest = *word;
                while rest != 0 {
                    senders += u64::from(self.sizes[place * 64 + rest.trailing_zeros() as usize]);
                    rest &= rest - 1;
                }
            }
            let own = u64::from(self.reaches(receiver, receiver));
            count += u64::from(self.sizes[receiver]) * (senders - own);
        }
        count
    }
}

#[derive(Clone, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Bits {
    fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }
    fn all(count: usize) -> Self {
        let mut out = Self(vec![u64::MAX; count.div_ceil(64)]);
        if let Some(last) = out.0.last_mut().filter(|_| !count.is_multiple_of(64)) {
            *last = (1 << (count % 64)) - 1;
        }
        out
    }
    fn set(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }
    fn join(&mut self, other: &Self) {
        for (own, more) in self.0.iter_mut().zip(&other.0) {
            *own |= more;
        }
    }
    fn keep(&mut self, other: &Self) {
        for (own, more) in self.0.iter_mut().zip(&other.0) {
            *own &= more;
        }
    }
    fn drop(&mut self, other: &Self) {
        for (own, more) in self.0.iter_mut().zip(&other.0) {
            *own &= !more;
        }
    }
    fn places(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(place, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    place * 64 + bit
                })
            })
        })
    }
}

/// Which of some labelled things have a label, and which have a key.
struct LabelIndex {
    count: usize,
    pairs: BTreeMap<(u32, u32), Vec<u32>>,
    keys: BTreeMap<u32, Vec<u32>>,
}

impl LabelIndex {
    fn of<'a>(labels: impl Iterator<Item = &'a [(u32, u32)]>) -> Self {
        let mut out = Self { count: 0, pairs: BTreeMap::new(), keys: BTreeMap::new() };
        for (place, held) in labels.enumerate() {
            out.count = place + 1;
            for (key, value) in held {
                out.pairs.entry((*key, *value)).or_default().push(place as u32);
                out.keys.entry(*key).or_default().push(place as u32);
            }
        }
        out
    }

    fn bits(&self, places: Option<&Vec<u32>>) -> Bits {
        let mut out = Bits::none(self.count);
        places.into_iter().flatten().for_each(|place| out.set(*place as usize));
        out
    }

    fn matching(&self, tests: &[LabelTest]) -> Bits {
        let mut out = Bits::all(self.count);
        for test in tests {
            match test {
                LabelTest::In(key, values) | LabelTest::NotIn(key, values) => {
                    let mut held = Bits::none(self.count);
                    values.iter().for_each(|value| held.join(&self.bits(self.pairs.get(&(*key, *value)))));
                    if matches!(test, LabelTest::In(..)) { out.keep(&held) } else { out.drop(&held) }
                }
                LabelTest::Exists(key) => out.keep(&self.bits(self.keys.get(key))),
                LabelTest::Absent(key) => out.drop(&self.bits(self.keys.get(key))),
            }
        }
        out
    }
}

/// Selectors evaluated over distinct pods.
struct Selections {
    index: BTreeMap<PodSelector, usize>,
    sets: Vec<Bits>,
}

impl Selections {
    fn add(&mut self, selector: &PodSelector, pods: &LabelIndex, spaces: &LabelIndex, of_space: &[Bits]) -> usize {
        if let Some(known) = self.index.get(selector) {
            return *known;
        }
        let mut set = pods.matching(&selector.pods);
        match selector.namespace {
            Some(space) => match of_space.get(space as usize) {
                Some(held) => set.keep(held),
                None => set = Bits::none(pods.count),
            },
            None if !selector.namespaces.is_empty() => {
                let mut inside = Bits::none(pods.count);
                for space in spaces.matching(&selector.namespaces).places() {
                    if let Some(held) = of_space.get(space) {
                        inside.join(held);
                    }
                }
                set.keep(&inside);
            }
            None => {}
        }
        self.sets.push(set);
        self.index.insert(selector.clone(), self.sets.len() - 1);
        self.sets.len() - 1
    }
}

/// Finds all pairs. `namespaces` holds the labels of each namespace.
#[must_use]
pub fn all_pairs(namespaces: &[Vec<(u32, u32)>], pods: &[SelectedPod], policies: &[SelectedPolicy]) -> SelectedReach {
    let mut known: BTreeMap<&SelectedPod, u32> = BTreeMap::new();
    let mut distinct: Vec<&SelectedPod> = Vec::new();
    let mut counts: Vec<u32> = Vec::new();
    let kind_of: Vec<u32> = pods
        .iter()
        .map(|pod| {
            let kind = *known.entry(pod).or_insert_with(|| {
                distinct.push(pod);
                counts.push(0);
                distinct.len() as u32 - 1
            });
            counts[kind as usize] += 1;
            kind
        })
        .collect();
    let index = LabelIndex::of(distinct.iter().map(|pod| pod.labels.as_slice()));
    let spaces = LabelIndex::of(namespaces.iter().map(Vec::as_slice));
    let mut of_space = vec![Bits::none(distinct.len()); namespaces.len()];
    for (place, pod) in distinct.iter().enumerate() {
        if let Some(held) = of_space.get_mut(pod.namespace as usize) {
            held.set(place);
        }
    }
    let mut selections = Selections { index: BTreeMap::new(), sets: Vec::new() };
    let mut select = |selector: &PodSelector| selections.add(selector, &index, &spaces, &of_space);
    let read: Vec<Read> = policies.iter().map(|policy| Read::of(policy, &mut select)).collect();
    let (class_of_kind, sizes, sets) = classes(&selections.sets, &counts, distinct.len());
    let class_of = kind_of.iter().map(|kind| class_of_kind[*kind as usize]).collect();
    let width = sizes.len().div_ceil(64);
    let rows = solve(&read, &sets, sizes.len(), width);
    SelectedReach { class_of, sizes, width, rows }
}

/// A rule: selections of its peers, and its ports.
type ReadRule = (Vec<usize>, Vec<(u32, u32)>);

/// A policy with its selectors evaluated.
struct Read {
    selects: usize,
    ingress: Option<Vec<ReadRule>>,
    egress: Option<Vec<ReadRule>>,
}

impl Read {
    fn of(policy: &SelectedPolicy, select: &mut impl FnMut(&PodSelector) -> usize) -> Self {
        let selects = select(&policy.selects);
        let mut side = |rules: &Option<Vec<SelectedRule>>| {
            let read = |rule: &SelectedRule, select: &mut dyn FnMut(&PodSelector) -> usize| {
                (rule.peers.iter().map(select).collect(), rule.ports.clone())
            };
            rules.as_ref().map(|rules| rules.iter().map(|rule| read(rule, select)).collect())
        };
        Self { selects, ingress: side(&policy.ingress), egress: side(&policy.egress) }
    }
}

/// (class of each distinct pod, pods of each class, every selection over classes).
fn classes(sets: &[Bits], counts: &[u32], count: usize) -> (Vec<u32>, Vec<u32>, Vec<Bits>) {
    let mut signatures: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (number, set) in sets.iter().enumerate() {
        set.places().for_each(|place| signatures[place].push(number as u32));
    }
    let mut known: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
    let mut sizes: Vec<u32> = Vec::new();
    let class_of: Vec<u32> = signatures
        .into_iter()
        .zip(counts)
        .map(|(signature, pods)| {
            let class = *known.entry(signature).or_insert_with(|| {
                sizes.push(0);
                sizes.len() as u32 - 1
            });
            sizes[class as usize] += pods;
            class
        })
        .collect();
    let mut over: Vec<Bits> = vec![Bits::none(sizes.len()); sets.len()];
    for (signature, class) in &known {
        for set in signature {
            over[*set as usize].set(*class as usize);
        }
    }
    (class_of, sizes, over)
}

fn solve(policies: &[Read], sets: &[Bits], count: usize, width: usize) -> Vec<u64> {
    // One coordinate a piece of the ports that no rule splits; what no rule names is one piece more.
    let mut cuts: Vec<u32> = vec![0];
    let rules = policies.iter().flat_map(|policy| policy.ingress.iter().chain(&policy.egress)).flatten();
    for (first, last) in rules.flat_map(|(_, ports)| ports) {
        cuts.push(*first);
        cuts.extend(last.checked_add(1));
    }
    cuts.sort_unstable();
    cuts.dedup();
    // Pieces that the same rules hold give the same rows.
    let mut pieces: BTreeMap<Vec<bool>, u32> = BTreeMap::new();
    let all: Vec<&Vec<(u32, u32)>> = policies
        .iter()
        .flat_map(|policy| policy.ingress.iter().chain(&policy.egress))
        .flatten()
        .map(|(_, ports)| ports)
        .filter(|ports| !ports.is_empty())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    for cut in cuts {
        let holds = all.iter().map(|ports| ports.iter().any(|(first, last)| *first <= cut && cut <= *last)).collect();
        pieces.entry(holds).or_insert(cut);
    }
    let mut out = vec![0_u64; width * count];
    for piece in pieces.values() {
        let into = side(policies, sets, count, width, *piece, true);
        let outward = transpose(&side(policies, sets, count, width, *piece, false), count, width);
        for (word, (left, right)) in out.iter_mut().zip(into.iter().zip(&outward)) {
            *word |= left & right;
        }
    }
    out
}

/// Rows of one direction: for each class the classes at the far end, on one piece of the ports.
fn side(policies: &[Read], sets: &[Bits], count: usize, width: usize, piece: u32, ingress: bool) -> Vec<u64> {
    let everybody = Bits::all(count);
    let mut rows = vec![0_u64; width * count];
    let mut isolated = Bits::none(count);
    for policy in policies {
        let Some(rules) = (if ingress { &policy.ingress } else { &policy.egress }) else { continue };
        let selected = &sets[policy.selects];
        isolated.join(selected);
        let mut far = Bits::none(count);
        for (peers, ports) in rules {
            if !ports.is_empty() && !ports.iter().any(|(first, last)| *first <= piece && piece <= *last) {
                continue;
            }
            if peers.is_empty() {
                far.join(&everybody);
            }
            peers.iter().for_each(|peer| far.join(&sets[*peer]));
        }
        for class in selected.places() {
            for (own, more) in rows[class * width..(class + 1) * width].iter_mut().zip(&far.0) {
                *own |= more;
            }
        }
    }
    let mut open = everybody.clone();
    open.drop(&isolated);
    for class in open.places() {
        rows[class * width..(class + 1) * width].copy_from_slice(&everybody.0);
    }
    rows
}

/// Turns a square of bits over its diagonal, 64 by 64.
fn transpose(rows: &[u64], count: usize, width: usize) -> Vec<u64> {
    let mut out = vec![0_u64; rows.len()];
    let mut block = [0_u64; 64];
    for top in 0..width {
        for left in 0..width {
            for (line, word) in block.iter_mut().enumerate() {
                let row = top * 64 + line;
                *word = if row < count { rows[row * width + left] } else { 0 };
            }
            turn(&mut block);
            for (line, word) in block.iter().enumerate() {
                let row = left * 64 + line;
                if row < count {
                    out[row * width + top] = *word;
                }
            }
        }
    }
    out
}

/// Turns 64 words of 64 bits over their diagonal, by halves.
fn turn(block: &mut [u64; 64]) {
    let (mut step, mut mask) = (32, 0x0000_0000_ffff_ffff_u64);
    while step != 0 {
        let mut line = 0;
        while line < 64 {
            let held = ((block[line] >> step) ^ block[line | step]) & mask;
            block[line] ^= held << step;
            block[line | step] ^= held;
            line = ((line | step) + 1) & !step;
        }
        step >>= 1;
        mask ^= mask << step;
    }
}

/// The same count pod by pod, rule by rule: what [`all_pairs`] is held against.
#[must_use]
pub fn pairs_one_by_one(namespaces: &[Vec<(u32, u32)>], pods: &[SelectedPod], policies: &[SelectedPolicy]) -> u64 {
    let test = |tests: &[LabelTest], labels: &[(u32, u32)]| {
        tests.iter().all(|test| match test {
            LabelTest::In(key, values) => labels.iter().any(|(own, value)| own == key && values.contains(value)),
            LabelTest::NotIn(key, values) => !labels.iter().any(|(own, value)| own == key && values.contains(value)),
            LabelTest::Exists(key) => labels.iter().any(|(own, _)| own == key),
            LabelTest::Absent(key) => !labels.iter().any(|(own, _)| own == key),
        })
    };
    let selects = |selector: &PodSelector, pod: &SelectedPod| {
        selector.namespace.is_none_or(|space| space == pod.namespace)
            && (selector.namespace.is_some()
                || selector.namespaces.is_empty()
                || namespaces.get(pod.namespace as usize).is_some_and(|labels| test(&selector.namespaces, labels)))
            && test(&selector.pods, &pod.labels)
    };
    let permitted = |near: &SelectedPod, far: &SelectedPod, ingress: bool| -> Vec<(u32, u32)> {
        let (mut out, mut isolated) = (Vec::new(), false);
        for policy in policies.iter().filter(|policy| selects(&policy.selects, near)) {
            let Some(rules) = (if ingress { &policy.ingress } else { &policy.egress }) else { continue };
            isolated = true;
            for rule in
                rules.iter().filter(|rule| rule.peers.is_empty() || rule.peers.iter().any(|peer| selects(peer, far)))
            {
                if rule.ports.is_empty() { out.push((0, u32::MAX)) } else { out.extend(&rule.ports) }
            }
        }
        if isolated { out } else { vec![(0, u32::MAX)] }
    };
    let mut count = 0;
    for (from, sender) in pods.iter().enumerate() {
        for (_, receiver) in pods.iter().enumerate().filter(|(to, _)| *to != from) {
            let (out, into) = (permitted(sender, receiver, false), permitted(receiver, sender, true));
            let meets = |left: &(u32, u32), right: &(u32, u32)| left.0.max(right.0) <= left.1.min(right.1);
            count += u64::from(out.iter().any(|left| into.iter().any(|right| meets(left, right))));
        }
    }
    count
}
