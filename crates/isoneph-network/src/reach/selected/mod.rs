//! All pairs of pods under policies that select by label, at once, and without a row for each pod.
//!
//! What a pod may receive hangs on the policies that select it, and there are few different sets of those, whatever labels
//! the pods carry; the same holds, apart from it, for what a pod may send. So pods fall into few classes of receivers and few
//! classes of senders. For a class of receivers, senders fall into groups by the ports on which the class lets them in;
//! of each group it is counted how many belong to which class of senders. The same is done the other way round. Then pairs
//! are counted class by class: where the ports of both sides meet, every sender of the one group reaches every receiver of
//! the other.

mod bits;
mod count;
mod labels;
mod naive;
mod ports;
mod side;

pub use naive::{each_pair_one_by_one, pairs_one_by_one};

use ports::Ports;
use side::Side;

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

/// Which pods reach which, on some port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedReach {
    /// What receivers let in.
    into: Side,
    /// What senders may send.
    out: Side,
    ports: Ports,
    pairs: u64,
}

impl SelectedReach {
    /// Ordered pairs of different pods between which something passes.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.pairs
    }

    /// How many different sets of rules pods receive by, and send by.
    #[must_use]
    pub fn classes(&self) -> (usize, usize) {
        (self.into.classes(), self.out.classes())
    }

    /// Whether a pod reaches a pod, both by number.
    #[must_use]
    pub fn reaches(&self, sender: usize, receiver: usize) -> bool {
        let (from, to) = (self.out.rank(sender), self.into.rank(receiver));
        self.into.permitted(receiver, from).any(|one| {
            let mut out = self.out.permitted(sender, to);
            out.any(|other| self.ports.meet(one, other))
        })
    }
}

/// Finds all pairs. `namespaces` holds the labels of each namespace.
#[must_use]
pub fn all_pairs(namespaces: &[Vec<(u32, u32)>], pods: &[SelectedPod], policies: &[SelectedPolicy]) -> SelectedReach {
    let mut ports = Ports::of(policies);
    let mut into = Side::of(namespaces, pods, policies, &mut ports, |policy| policy.ingress.as_ref());
    let mut out = Side::of(namespaces, pods, policies, &mut ports, |policy| policy.egress.as_ref());
    into.find_far_ends(namespaces, pods, out.order());
    out.find_far_ends(namespaces, pods, into.order());
    let mut reach = SelectedReach { into, out, ports, pairs: 0 };
    let all = count::pairs(&reach.into, &reach.out, &mut reach.ports);
    let own = (0..pods.len()).filter(|pod| reach.reaches(*pod, *pod)).count() as u64;
    reach.pairs = all - own;
    reach
}
