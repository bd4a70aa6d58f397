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
fn a_policy_with_a_word_that_the_api_server_refuses_may_hold_or_not() {
    let ports = |port: &str| format!("spec: {{podSelector: {{}}, ingress: [{{ports: [{port}]}}]}}");
    let peer = |peer: &str| format!("spec: {{podSelector: {{}}, ingress: [{{from: [{peer}]}}]}}");
    let labels = |labels: &str| peer(&format!("{{podSelector: {{matchLabels: {{{labels}}}}}}}"));
    let expression = |one: &str| peer(&format!("{{podSelector: {{matchExpressions: [{{key: a, {one}}}]}}}}"));
    let at = |part: &str| format!("spec.ingress[0].from[0].podSelector.{part}");
    for (spec, what) in [
        (ports("{port: '8080'}"), "spec.ingress[0].ports[0].port is no port and no name of one".to_owned()),
        (ports("{port: HTTP}"), "spec.ingress[0].ports[0].port is no port and no name of one".to_owned()),
        (ports("{port: abcdefghijklmnop}"), "spec.ingress[0].ports[0].port is no port and no name of one".to_owned()),
        (ports("{port: 80.5}"), "spec.ingress[0].ports[0].port is no port and no name of one".to_owned()),
        (
            "spec: {podSelector: {}, policyTypes: [Ingress, ingress]}".to_owned(),
            "spec.policyTypes[1] is none of".to_owned(),
        ),
        (labels("app: 1"), at("matchLabels.app is no value of a label")),
        (labels("app: yes"), at("matchLabels.app is no value of a label")),
        (labels("app: a b"), at("matchLabels.app is no value of a label")),
        (labels("a b: x"), at("matchLabels.a b is no key of a label")),
        (expression("operator: Equals, values: [x]"), at("matchExpressions[0].operator is none of")),
        (expression("operator: In, values: []"), at("matchExpressions[0] has no values")),
        (expression("operator: Exists, values: [x]"), at("matchExpressions[0] has values")),
        (expression("values: [x]"), "missing field ".to_owned() + &at("matchExpressions[0].operator")),
        (peer("{}"), "spec.ingress[0].from[0] means nobody".to_owned()),
        (
            peer("{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}"),
            "spec.ingress[0].from[0] means both addresses and pods".to_owned(),
        ),
        (
            peer("{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}"),
            "spec.ingress[0].from[0].ipBlock has an exception that is no part of it".to_owned(),
        ),
    ] {
        let (model, problems) = read(&network(&spec));
        assert!(problems.len() == 1 && problems[0].contains(&what), "{spec}: {problems:?}");
        check(&model, &format!("undecided a/web -> b/db tcp/22 : {what}"));
    }
    let named = network("spec: {podSelector: {}, ingress: []}");
    for name in ["Upper", "under_score", "-p"] {
        let (model, problems) = read(&named.replace("name: p,", &format!("name: {name},")));
        assert!(problems[0].contains("metadata.name is no name of an object"), "{problems:?}");
        check(&model, "undecided a/web -> b/db tcp/22 : metadata.name is no name");
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
