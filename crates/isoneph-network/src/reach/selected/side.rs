//! One direction: pods as near ends in classes, by the rules of the policies that select them.

use std::collections::BTreeMap;

use super::bits::Bits;
use super::labels::Selections;
use super::ports::{ALL, Ports};
use super::{PodSelector, SelectedPod, SelectedPolicy, SelectedRule};

/// A permit: the number of a set of far ends, and the number of a set of ports.
pub(super) type Permit = (u32, u32);

/// One direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    /// The class of each pod.
    class_of: Vec<u32>,
    /// What each class permits; [`None`]: everything, since no policy selects it.
    permits: Vec<Option<Vec<Permit>>>,
    /// Pods by class, and within a class by namespace: what a policy names lies close together then.
    order: Vec<u32>,
    /// The place of each pod in that order.
    rank_of: Vec<u32>,
    /// The first rank of each class, and the number of pods.
    starts: Vec<u32>,
    /// Selectors of far ends: any of each list; none in a list: everybody.
    peers: Vec<Vec<PodSelector>>,
    /// The sets of far ends, by their ranks in the other direction.
    far: Vec<Bits>,
}

impl Side {
    /// Puts pods into classes by the rules that `rules` gives of a policy; none where it leaves the direction alone.
    pub(super) fn of<'a>(
        namespaces: &[Vec<(u32, u32)>],
        pods: &[SelectedPod],
        policies: &'a [SelectedPolicy],
        ports: &mut Ports,
        rules: impl Fn(&'a SelectedPolicy) -> Option<&'a Vec<SelectedRule>>,
    ) -> Self {
        let held: Vec<(&PodSelector, &[SelectedRule])> = policies
            .iter()
            .filter_map(|policy| rules(policy).map(|rules| (&policy.selects, rules.as_slice())))
            .collect();
        let mut numbers: BTreeMap<&[PodSelector], u32> = BTreeMap::new();
        let mut peers: Vec<Vec<PodSelector>> = Vec::new();
        let permits: Vec<Vec<Permit>> = held
            .iter()
            .map(|(_, rules)| {
                let read = rules.iter().filter_map(|rule| {
                    let open = rule.ports.is_empty();
                    let ports = if open { ALL } else { ports.number(&rule.ports)? };
                    let far = *numbers.entry(&rule.peers).or_insert_with(|| {
                        peers.push(rule.peers.clone());
                        peers.len() as u32 - 1
                    });
                    Some((far, ports))
                });
                read.collect()
            })
            .collect();
        let plain: Vec<u32> = (0..pods.len() as u32).collect();
        let mut selections = Selections::of(namespaces, pods, &plain, held.iter().map(|(selects, _)| *selects));
        let mut classes = Classes::of(pods.len());
        for (number, (selects, _)) in (0..).zip(&held) {
            classes.split(&selections.set(selects), number);
        }
        let (class_of, permits) = classes.by_permits(&permits);
        Self::sorted(pods, class_of, permits, peers)
    }

    fn sorted(
        pods: &[SelectedPod],
        class_of: Vec<u32>,
        permits: Vec<Option<Vec<Permit>>>,
        peers: Vec<Vec<PodSelector>>,
    ) -> Self {
        let mut order: Vec<u32> = (0..class_of.len() as u32).collect();
        order.sort_unstable_by_key(|pod| (class_of[*pod as usize], pods[*pod as usize].namespace, *pod));
        let mut rank_of = vec![0; order.len()];
        let mut starts = vec![0; permits.len() + 1];
        for (rank, pod) in (0..).zip(&order) {
            rank_of[*pod as usize] = rank;
            starts[class_of[*pod as usize] as usize + 1] = rank + 1;
        }
        Self { class_of, permits, order, rank_of, starts, peers, far: Vec::new() }
    }

    /// Finds the far ends, whose ranks `order` tells: that of the other direction.
    pub(super) fn find_far_ends(&mut self, namespaces: &[Vec<(u32, u32)>], pods: &[SelectedPod], order: &[u32]) {
        let mut selections = Selections::of(namespaces, pods, order, self.peers.iter().flatten());
        let everybody = Bits::below(order.len() as u32);
        let sets = self.peers.iter().map(|peers| {
            let mut set = if peers.is_empty() { everybody.clone() } else { Bits::default() };
            peers.iter().for_each(|peer| set.join(&selections.set(peer)));
            set
        });
        self.far = sets.collect();
    }

    pub(super) fn classes(&self) -> usize {
        self.permits.len()
    }

    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    pub(super) fn rank(&self, pod: usize) -> u32 {
        self.rank_of[pod]
    }

    /// The first rank of each class, and the number of pods.
    pub(super) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// The sets of ports on which a pod permits a far end of a rank.
    pub(super) fn permitted(&self, pod: usize, far: u32) -> impl Iterator<Item = u32> {
        let permits = &self.permits[self.class_of[pod] as usize];
        let held = permits.iter().flatten().filter(move |(set, _)| self.far[*set as usize].holds(far));
        held.map(|(_, ports)| *ports).chain(permits.is_none().then_some(ALL))
    }

    /// Far ends of a class in groups by the ports that it permits them; who is permitted nothing is in none.
    pub(super) fn groups(&self, class: usize, everybody: &Bits, ports: &mut Ports) -> Vec<(u32, Bits)> {
        let Some(permits) = &self.permits[class] else { return vec![(ALL, everybody.clone())] };
        let mut rest = everybody.clone();
        let mut groups: Vec<(u32, Bits)> = Vec::new();
        for (set, more) in permits {
            let far = &self.far[*set as usize];
            let mut moved = vec![(*more, rest.take(far))];
            for (held, members) in &mut groups {
                let joined = ports.join(*held, *more);
                if joined != *held {
                    moved.push((joined, members.take(far)));
                }
            }
            for (held, members) in moved.into_iter().filter(|(_, members)| !members.is_empty()) {
                match groups.iter_mut().find(|(known, _)| *known == held) {
                    Some((_, known)) => known.join(&members),
                    None => groups.push((held, members)),
                }
            }
            groups.retain(|(_, members)| !members.is_empty());
        }
        groups
    }
}

/// Pods by the set of policies that select them.
struct Classes {
    class_of: Vec<u32>,
    sizes: Vec<u32>,
    policies: Vec<Vec<u32>>,
    /// How many pods of each class the set at hand holds; 0 between sets.
    hits: Vec<u32>,
    /// Where pods of each class in the set at hand go.
    into: Vec<u32>,
}

impl Classes {
    fn of(count: usize) -> Self {
        Self {
            class_of: vec![0; count],
            sizes: vec![count as u32],
            policies: vec![Vec::new()],
            hits: vec![0],
            into: vec![0],
        }
    }

    /// Tells pods that a policy selects from those that it does not. A class that lies wholly in the set stays, so
    /// there are never more classes than pods.
    fn split(&mut self, set: &Bits, policy: u32) {
        let mut met: Vec<u32> = Vec::new();
        for pod in set.ranks() {
            let class = self.class_of[pod as usize];
            if self.hits[class as usize] == 0 {
                met.push(class);
            }
            self.hits[class as usize] += 1;
        }
        for class in met {
            let place = class as usize;
            let hits = std::mem::take(&mut self.hits[place]);
            if hits == self.sizes[place] {
                self.policies[place].push(policy);
                self.into[place] = class;
                continue;
            }
            self.into[place] = self.sizes.len() as u32;
            self.sizes[place] -= hits;
            self.sizes.push(hits);
            let policies = self.policies[place].iter().copied().chain([policy]).collect();
            self.policies.push(policies);
            self.hits.push(0);
            self.into.push(0);
        }
        for pod in set.ranks() {
            let class = &mut self.class_of[pod as usize];
            *class = self.into[*class as usize];
        }
    }

    /// Joins classes whose policies come to the same: (class of each pod, what each class permits).
    fn by_permits(self, permits: &[Vec<Permit>]) -> (Vec<u32>, Vec<Option<Vec<Permit>>>) {
        let mut known: BTreeMap<Option<Vec<Permit>>, u32> = BTreeMap::new();
        let numbers: Vec<u32> = self
            .policies
            .iter()
            .map(|policies| {
                let joined = (!policies.is_empty()).then(|| {
                    let mut held: Vec<Permit> =
                        policies.iter().flat_map(|policy| &permits[*policy as usize]).copied().collect();
                    held.sort_unstable();
                    held.dedup();
                    held
                });
                let next = known.len() as u32;
                *known.entry(joined).or_insert(next)
            })
            .collect();
        let mut out = vec![None; known.len()];
        known.into_iter().for_each(|(permits, number)| out[number as usize] = permits);
        (self.class_of.iter().map(|class| numbers[*class as usize]).collect(), out)
    }
}
