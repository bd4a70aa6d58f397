//! The engines that answer all pairs at once, against the loop over pairs.

use std::collections::BTreeSet;

use isoneph_network::reach::flat::{self, FlatEndpoint, FlatGroup, FlatNetwork, FlatPeer, FlatRule};
use isoneph_network::reach::selected::{self, LabelTest, PodSelector, SelectedPod, SelectedPolicy, SelectedRule};
use proptest::prelude::*;

fn flat_rule() -> impl Strategy<Value = FlatRule> {
    let peer = prop_oneof![
        (0..8_u32).prop_map(FlatPeer::Group),
        (0..40_u32, 0..40_u32).prop_map(|(low, high)| FlatPeer::Block(low, high)),
        Just(FlatPeer::Any),
    ];
    (peer, 0..30_u32, 0..30_u32).prop_map(|(peer, first, last)| FlatRule { peer, ports: (first, last) })
}

fn flat_network() -> impl Strategy<Value = FlatNetwork> {
    let group = (prop::collection::vec(flat_rule(), 0..5), prop::collection::vec(flat_rule(), 0..4));
    let groups = prop::collection::vec(group.prop_map(|(ingress, egress)| FlatGroup { ingress, egress }), 7);
    let endpoint = (0..40_u32, prop::collection::btree_set(0..9_u32, 0..3));
    let endpoints = prop::collection::vec(endpoint, 0..90);
    (groups, endpoints).prop_map(|(groups, endpoints)| FlatNetwork {
        groups,
        endpoints: endpoints
            .into_iter()
            .map(|(address, groups)| FlatEndpoint { address, groups: groups.into_iter().collect() })
            .collect(),
    })
}

fn test() -> impl Strategy<Value = LabelTest> {
    let values = || prop::collection::vec(0..3_u32, 1..3);
    prop_oneof![
        (0..4_u32, values()).prop_map(|(key, held)| LabelTest::In(key, held)),
        (0..4_u32, values()).prop_map(|(key, held)| LabelTest::NotIn(key, held)),
        (0..4_u32).prop_map(LabelTest::Exists),
        (0..4_u32).prop_map(LabelTest::Absent),
    ]
}

fn selector() -> impl Strategy<Value = PodSelector> {
    let tests = || prop::collection::vec(test(), 0..3);
    (prop::option::of(0..4_u32), tests(), tests()).prop_map(|(namespace, namespaces, pods)| PodSelector {
        namespace,
        namespaces,
        pods,
    })
}

fn labels() -> impl Strategy<Value = Vec<(u32, u32)>> {
    prop::collection::btree_map(0..4_u32, 0..3_u32, 0..4).prop_map(|held| held.into_iter().collect())
}

fn side() -> impl Strategy<Value = Option<Vec<SelectedRule>>> {
    let ports = prop::collection::vec((0..20_u32, 0..20_u32).prop_map(|(a, b)| (a.min(b), a.max(b))), 0..2);
    let rule =
        (prop::collection::vec(selector(), 0..3), ports).prop_map(|(peers, ports)| SelectedRule { peers, ports });
    prop::option::of(prop::collection::vec(rule, 0..3))
}

/// Labels of namespaces, pods, policies.
type Cluster = (Vec<Vec<(u32, u32)>>, Vec<SelectedPod>, Vec<SelectedPolicy>);

fn cluster() -> impl Strategy<Value = Cluster> {
    let pod = (0..4_u32, labels()).prop_map(|(namespace, labels)| SelectedPod { namespace, labels });
    let policy = (selector(), side(), side());
    let policy = policy.prop_map(|(selects, ingress, egress)| SelectedPolicy { selects, ingress, egress });
    // One namespace fewer than pods say they are in: of the last nobody knows the labels.
    (prop::collection::vec(labels(), 3), prop::collection::vec(pod, 0..150), prop::collection::vec(policy, 0..7))
}

proptest! {
    #[test]
    fn groups_all_at_once_count_what_the_loop_counts(network in flat_network()) {
        prop_assert_eq!(flat::all_pairs(&network).pairs(), flat::pairs_one_by_one(&network));
    }

    #[test]
    fn groups_all_at_once_find_the_pairs_that_the_loop_finds(network in flat_network()) {
        let found = flat::all_pairs(&network);
        let mut pairs = BTreeSet::new();
        flat::each_pair_one_by_one(&network, |from, to| pairs.extend([(from as u32, to as u32)]));
        for (sender, from) in found.order.iter().enumerate() {
            for (receiver, to) in found.order.iter().enumerate() {
                prop_assert_eq!(found.reaches(sender, receiver), pairs.contains(&(*from, *to)), "{} -> {}", from, to);
            }
        }
    }

    #[test]
    fn many_ports_make_no_difference(mut network in flat_network()) {
        let many = (0..150).map(|port| FlatRule { peer: FlatPeer::Group(3), ports: (1000 + port, 1000 + port) });
        network.groups[0].ingress.extend(many);
        prop_assert_eq!(flat::all_pairs(&network).pairs(), flat::pairs_one_by_one(&network));
    }

    #[test]
    fn pods_all_at_once_find_the_pairs_that_the_loop_finds((namespaces, pods, policies) in cluster()) {
        let found = selected::all_pairs(&namespaces, &pods, &policies);
        let mut pairs = BTreeSet::new();
        selected::each_pair_one_by_one(&namespaces, &pods, &policies, |from, to| pairs.extend([(from, to)]));
        prop_assert_eq!(found.pairs(), pairs.len() as u64);
        for (from, to) in (0..pods.len()).flat_map(|from| (0..pods.len()).map(move |to| (from, to))) {
            prop_assert!(from == to || found.reaches(from, to) == pairs.contains(&(from, to)), "{} -> {}", from, to);
        }
    }
}

#[test]
fn no_pods_at_all_make_no_pairs() {
    let policy = SelectedPolicy { ingress: Some(vec![SelectedRule::default()]), ..SelectedPolicy::default() };
    assert_eq!(selected::all_pairs(&[], &[], &[policy]).pairs(), 0);
}

#[test]
fn pods_that_no_policy_selects_are_counted_by_their_number_alone() {
    let pods = vec![SelectedPod::default(); 70_000];
    assert_eq!(selected::all_pairs(&[], &pods, &[]).pairs(), 70_000 * 69_999);
}
