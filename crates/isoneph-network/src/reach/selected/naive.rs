//! The question of [`super::all_pairs`], answered pod by pod.

use super::{LabelTest, PodSelector, SelectedPod, SelectedPolicy};

/// The same count pod by pod, rule by rule: what [`super::all_pairs`] is held against.
#[must_use]
pub fn pairs_one_by_one(namespaces: &[Vec<(u32, u32)>], pods: &[SelectedPod], policies: &[SelectedPolicy]) -> u64 {
    let mut count = 0;
    each_pair_one_by_one(namespaces, pods, policies, |_, _| count += 1);
    count
}

/// Every pair (sender, receiver) of different pods between which something passes, found rule by rule.
pub fn each_pair_one_by_one(
    namespaces: &[Vec<(u32, u32)>],
    pods: &[SelectedPod],
    policies: &[SelectedPolicy],
    mut found: impl FnMut(usize, usize),
) {
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
    for (from, sender) in pods.iter().enumerate() {
        for (to, receiver) in pods.iter().enumerate().filter(|(to, _)| *to != from) {
            let (out, into) = (permitted(sender, receiver, false), permitted(receiver, sender, true));
            let meets = |left: &(u32, u32), right: &(u32, u32)| left.0.max(right.0) <= left.1.min(right.1);
            if out.iter().any(|left| into.iter().any(|right| meets(left, right))) {
                found(from, to);
            }
        }
    }
}
