//! Fields that no policy has: the API server refuses the policy, or leaves them out; either way somebody is told.

use isoneph_network::model::{InputFile, Model};

use super::check;

const PODS: &str = "# Two pods.
{kind: Pod, apiVersion: v1, metadata: {name: web, namespace: a, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{kind: Pod, apiVersion: v1, metadata: {name: db, namespace: b, labels: {app: db}}, spec: {containers: [{name: c}]}}
---
";

fn read(policy: &str) -> (Model, Vec<String>) {
    let text = format!("{PODS}{policy}");
    let (model, problems) = Model::read(vec![InputFile { path: "cluster.yaml".into(), bytes: text.into_bytes() }]);
    (model, problems.into_iter().map(|held| format!("{}: {}", held.path, held.message)).collect())
}

fn network(spec: &str) -> String {
    format!(
        "{{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {{name: p, namespace: b, annotations: {{any: thing}}}}, {spec}}}"
    )
}

fn admin(spec: &str) -> String {
    format!(
        "{{kind: AdminNetworkPolicy, apiVersion: policy.networking.k8s.io/v1alpha1, metadata: {{name: p}}, {spec}}}"
    )
}

#[test]
fn a_policy_with_a_field_that_none_has_may_hold_or_not() {
    for (policy, field) in [
        (network("spec: {podSelectr: {matchLabels: {app: other}}, ingress: []}"), "unknown field spec.podSelectr"),
        (network("sepc: {podSelector: {matchLabels: {app: other}}}"), "unknown field sepc"),
        (network("spec: {podSelector: {matchLables: {app: other}}}"), "unknown field spec.podSelector.matchLables"),
        (network("spec: {podSelector: {}, ingres: [{}]}"), "unknown field spec.ingres"),
        (
            network("spec: {podSelector: {}, ingress: [{form: [{podSelector: {}}], ports: [{port: 1}]}]}"),
            "unknown field spec.ingress[0].form",
        ),
        (network("spec: {podSelector: {}, ingress: {from: []}}"), "spec.ingress is no list"),
        (network("spec: {podSelector: [app], ingress: []}"), "spec.podSelector is no object"),
        (
            admin(
                "spec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], port: []}]}",
            ),
            "unknown field spec.ingress[0].port",
        ),
    ] {
        let (model, problems) = read(&policy);
        assert!(
            problems.len() == 1 && problems[0].contains(field) && problems[0].starts_with("cluster.yaml"),
            "{field}: {problems:?}"
        );
        check(&model, &format!("undecided a/web -> b/db tcp/22 : with its {field}"));
    }
}

#[test]
fn a_policy_of_fields_that_there_are_is_taken_at_its_word() {
    let whole = "spec: {podSelector: {matchLabels: {app: db}, matchExpressions: [{key: app, operator: In, values: [db]}]},
        policyTypes: [Ingress, Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: []}}], ports: [{port: 1, endPort: 2, protocol: TCP}]}],
        ingress: [{from: [{podSelector: {}, namespaceSelector: {}}], ports: [{port: 22}]}]}, status: {conditions: []}";
    let (model, problems) = read(&network(whole));
    assert_eq!(problems, Vec::<String>::new());
    check(&model, "permit a/web -> b/db tcp/22\ndeny a/web -> b/db tcp/23");
    let whole = "spec: {priority: 1, subject: {pods: {podSelector: {}, namespaceSelector: {}}}, egress: [{name: n, action: Pass,
        to: [{nodes: {}}, {networks: [10.0.0.0/8]}]}], ingress: [{action: Deny, from: [{pods: {podSelector: {}, namespaceSelector: {}}}],
        ports: [{portNumber: {protocol: TCP, port: 22}}, {portRange: {start: 30, end: 31}}, {namedPort: x}]}]}";
    let (model, problems) = read(&admin(whole));
    assert_eq!(problems, Vec::<String>::new());
    check(&model, "deny a/web -> b/db tcp/22\npermit a/web -> b/db tcp/24");
}
