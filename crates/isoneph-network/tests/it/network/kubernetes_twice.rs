//! Objects of a cluster that are given more than once: copies are one, and of those that differ nobody knows which holds.

use isoneph_network::model::{InputFile, Model};

use super::check;

const PODS: &str = "# Two pods.
{kind: Namespace, apiVersion: v1, metadata: {name: a, labels: {team: red}}}
---
{kind: Namespace, apiVersion: v1, metadata: {name: b, labels: {team: blue, tier: web}}}
---
{kind: Pod, apiVersion: v1, metadata: {name: web, namespace: a, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{kind: Pod, apiVersion: v1, metadata: {name: db, namespace: b, labels: {app: db}}, spec: {containers: [{name: c}]}}
---
";

fn read(files: &[&str]) -> (Model, Vec<String>) {
    let file = |(at, text): (usize, &&str)| InputFile {
        path: format!("{at}.yaml"),
        bytes: format!("# YAML\n{text}").into_bytes(),
    };
    let (model, problems) = Model::read([PODS].iter().chain(files).enumerate().map(file).collect());
    (model, problems.into_iter().map(|held| format!("{}: {}", held.path, held.message)).collect())
}

fn policy(spec: &str) -> String {
    format!(
        "{{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {{name: p, namespace: b}}, spec: {{{spec}}}}}\n---\n"
    )
}

#[test]
fn of_two_policies_of_one_name_that_differ_nobody_knows_which_holds() {
    let (shut, other) = (policy("podSelector: {}"), policy("podSelector: {matchLabels: {app: other}}"));
    for files in [vec![shut.as_str(), other.as_str()], vec![other.as_str(), shut.as_str()]] {
        let (model, problems) = read(&files);
        check(&model, "undecided a/web -> b/db tcp/22 : which NetworkPolicy b/p holds\npermit b/db -> a/web tcp/22");
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("1.yaml: NetworkPolicy b/p is given more than once"), "{problems:?}");
    }
}

#[test]
fn copies_of_a_policy_are_one_though_one_writes_what_the_other_leaves_out() {
    let long = policy("podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 22, protocol: TCP}]}]");
    let short = policy("podSelector: {}, ingress: [{ports: [{port: 22}]}]");
    let (model, problems) = read(&[&long, &short]);
    assert_eq!(problems, Vec::<String>::new());
    check(&model, "permit a/web -> b/db tcp/22\ndeny a/web -> b/db tcp/23");
}

#[test]
fn of_a_namespace_given_twice_the_labels_count_that_both_give() {
    let rule = |label: &str| {
        policy(&format!(
            "podSelector: {{}}, ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{{label}}}}}}}]}}]"
        ))
    };
    let again = "{kind: Namespace, apiVersion: v1, metadata: {name: a, labels: {team: green, zone: x}}}\n---\n";
    let same = "{kind: Namespace, apiVersion: v1, metadata: {name: a, labels: {team: red}}}\n---\n";
    for (label, more, expected) in [
        ("team: red", same, "permit"),
        ("team: red", again, "undecided"),
        ("team: green", again, "undecided"),
        ("kubernetes.io/metadata.name: a", again, "permit"),
        ("team: blue", same, "deny"),
    ] {
        let (model, _) = read(&[&rule(label), more]);
        check(&model, &format!("{expected} a/web -> b/db tcp/22"));
    }
}
