//! Two states of a network of which something is not understood: they are the same where surely the same is unknown.

use isoneph_network::model::{InputFile, Model};
use isoneph_network::reach::{Changes, changes};

use super::estate::Estate;
use super::{model, models};

fn compared(first: &Model, second: &Model) -> Changes {
    let found = changes(first, second).unwrap();
    for state in [first, second] {
        let same = changes(state, state).unwrap();
        assert!(same.is_equal(), "a state is the same as itself: {same:?}");
    }
    found
}

/// Asserts that nobody can say whether two states are the same, and that some reason holds each of the words.
#[track_caller]
fn undecided(first: &Model, second: &Model, words: &[&str]) {
    let found = compared(first, second);
    assert!(!found.is_equal() && !found.is_different(), "{found:?}");
    let told = found.gained.iter().chain(&found.lost).flat_map(|change| &change.because);
    let told: Vec<&String> = told.chain(&found.undecided).collect();
    for word in words {
        assert!(told.iter().any(|why| why.contains(word)), "{word:?} is not in {told:?}");
    }
}

const PODS: &str = "apiVersion: v1
kind: Pod
metadata: {name: a, namespace: default, labels: {app: a}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: default, labels: {app: b}}
spec: {containers: [{name: c, image: i}]}
";

fn pods(policy: &str) -> Model {
    model(&format!("{PODS}---\n{policy}"))
}

/// A policy of another maker, on top of what differs every time a cluster is asked.
fn calico(action: &str, version: u32) -> Model {
    pods(&format!(
        "apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {{name: d, resourceVersion: '{version}'}}
spec: {{selector: app == 'b', types: [Ingress], ingress: [{{action: {action}}}]}}
"
    ))
}

#[test]
fn a_policy_of_another_maker_that_says_something_else_leaves_it_open_whether_the_states_are_the_same() {
    undecided(&calico("Deny", 1), &calico("Allow", 1), &["GlobalNetworkPolicy d"]);
    assert!(compared(&calico("Deny", 1), &calico("Deny", 2)).is_equal());
}

fn names(domain: &str) -> Model {
    pods(&format!(
        "apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {{name: x}}
spec:
  priority: 1
  subject: {{namespaces: {{}}}}
  egress:
  - {{action: Allow, to: [{{domainNames: ['{domain}']}}]}}
  - {{action: Deny, to: [{{networks: [0.0.0.0/0, '::/0']}}]}}
"
    ))
}

#[test]
fn a_peer_that_is_not_understood_is_only_the_same_where_its_policy_is() {
    undecided(&names("*.good.example"), &names("*.evil.example"), &["AdminNetworkPolicy x"]);
    assert!(compared(&names("*.good.example"), &names("*.good.example")).is_equal());
}

#[test]
fn policies_that_are_understood_may_be_written_otherwise() {
    let policy = |peers: &str| {
        pods(&format!(
            "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: x, namespace: default}}
spec: {{podSelector: {{matchLabels: {{app: b}}}}, policyTypes: [Ingress], ingress: [{peers}]}}
"
        ))
    };
    let one = policy("{from: [{podSelector: {matchLabels: {app: a}}}]}");
    let other = policy("{from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [a]}]}}]}");
    assert!(compared(&one, &other).is_equal());
}

/// A machine that lets in a prefix list that no input shows, beside other rules.
fn listed(rules: &[&str]) -> Estate {
    Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "0.0.0.0/0 igw-a"])
        .group("web", "a", rules, &[])
        .eni("web", "one", "10.0.1.10", Some("198.51.100.1"), &["web"])
}

#[test]
fn another_list_whose_content_nobody_shows_may_be_another_set_of_addresses() {
    let of = |rules: &[&str]| model(&listed(rules).text());
    undecided(&of(&["tcp 22 pl-111"]), &of(&["tcp 22 pl-222"]), &["pl-111", "pl-222"]);
    // What is understood may be written otherwise around it.
    let plain = of(&["tcp 22 pl-111", "tcp 80-81 203.0.113.0/24"]);
    let split = of(&["tcp 22 pl-111", "tcp 80 203.0.113.0/24", "tcp 81 203.0.113.0/24"]);
    assert!(compared(&plain, &split).is_equal());
}

#[test]
fn an_object_that_is_not_followed_and_that_one_state_alone_has_leaves_it_open() {
    let plain = listed(&["tcp 22 203.0.113.0/24"]).text();
    let firewall = |name: &str| format!(r#"{{"VpnConnections": [{{"VpnConnectionId": "{name}"}}]}}"#);
    let with = |name: &str| models(&[&plain, &firewall(name)]);
    assert!(!with("vpn-1").unsupported.is_empty(), "the reader follows it now: take another kind");
    undecided(&model(&plain), &with("vpn-1"), &["not followed"]);
    undecided(&with("vpn-1"), &with("vpn-2"), &["not followed"]);
}

/// A plan whose group takes what is known after apply from some address.
fn planned(source: &str) -> Model {
    model(&plan(source))
}

fn plan(source: &str) -> String {
    let rule = r#"{"protocol": "tcp", "from_port": 22, "to_port": 22, "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": [], "self": false}"#;
    let open = r#"{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}"#;
    let value = |address: &str, kind: &str, name: &str, values: &str| {
        format!(
            r#"{{"address": "{address}", "mode": "managed", "type": "{kind}", "name": "{name}", "values": {values}}}"#
        )
    };
    let resources = [
        value("aws_vpc.v", "aws_vpc", "v", r#"{"cidr_block": "10.0.0.0/16"}"#),
        value("aws_subnet.s", "aws_subnet", "s", r#"{"cidr_block": "10.0.1.0/24"}"#),
        value(
            "aws_security_group.g",
            "aws_security_group",
            "g",
            &format!(r#"{{"ingress": [{rule}], "egress": [{open}]}}"#),
        ),
        value("aws_instance.x", "aws_instance", "x", r#"{"private_ip": "10.0.1.10"}"#),
        value("aws_instance.y", "aws_instance", "y", r#"{"private_ip": "10.0.1.11"}"#),
    ];
    let refers = |address: &str, kind: &str, name: &str, expressions: &str| {
        format!(
            r#"{{"address": "{address}", "mode": "managed", "type": "{kind}", "name": "{name}", "expressions": {expressions}}}"#
        )
    };
    let machine = r#"{"subnet_id": {"references": ["aws_subnet.s.id", "aws_subnet.s"]}, "vpc_security_group_ids": {"references": ["aws_security_group.g.id", "aws_security_group.g"]}}"#;
    let configuration = [
        refers("aws_vpc.v", "aws_vpc", "v", "{}"),
        refers("aws_subnet.s", "aws_subnet", "s", r#"{"vpc_id": {"references": ["aws_vpc.v.id", "aws_vpc.v"]}}"#),
        refers(
            "aws_security_group.g",
            "aws_security_group",
            "g",
            &format!(
                r#"{{"vpc_id": {{"references": ["aws_vpc.v.id", "aws_vpc.v"]}}, "ingress": {{"references": ["{source}"]}}}}"#
            ),
        ),
        refers("aws_instance.x", "aws_instance", "x", machine),
        refers("aws_instance.y", "aws_instance", "y", machine),
    ];
    format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.9.0",
            "planned_values": {{"root_module": {{"resources": [{}]}}}},
            "resource_changes": [{{"address": "aws_security_group.g", "change": {{"after_unknown": {{"id": true, "ingress": [{{"cidr_blocks": true}}]}}}}}}],
            "configuration": {{"root_module": {{"resources": [{}]}}}}}}"#,
        resources.join(","),
        configuration.join(",")
    )
}

#[test]
fn what_is_known_after_apply_is_only_the_same_in_the_same_plan() {
    undecided(&planned("data.http.office"), &planned("data.http.world"), &["aws_security_group.g ingress"]);
    // The same words may be `"${x}/32"` and `"${x}/8"`: a plan shows neither.
    let again = model(&plan("data.http.office").replace("1.9.0", "1.9.1"));
    undecided(&planned("data.http.office"), &again, &["aws_security_group.g"]);
}

#[test]
fn descriptions_that_contradict_each_other_are_only_the_same_where_the_files_are() {
    let subnet = |range: &str| {
        let base = Estate::new().vpc("a", "10.0.0.0/16").subnet("a", "one", "10.0.1.0/24", "z1", &[]);
        base.eni("web", "one", range, None, &["web"]).text()
    };
    let of = |address: &str| {
        let texts = [listed(&["tcp 22 203.0.113.0/24"]).text(), subnet(address)];
        let file =
            |(at, text): (usize, &String)| InputFile { path: format!("f{at}"), bytes: text.clone().into_bytes() };
        Model::read(texts.iter().enumerate().map(file).collect()).0
    };
    let (one, other) = (of("10.0.1.11"), of("10.0.1.12"));
    undecided(&one, &other, &["eni-web"]);
}

#[test]
fn nothing_is_compared_where_nothing_could_be_read_of_one_state() {
    let (nothing, _) = Model::read(Vec::new());
    for (first, second) in [(&nothing, &calico("Deny", 1)), (&calico("Deny", 1), &nothing), (&nothing, &nothing)] {
        let found = changes(first, second).unwrap();
        assert!(!found.is_equal() && !found.is_different());
        assert!(found.undecided.iter().all(|why| why.contains("nothing is compared")), "{found:?}");
        assert!(found.gained.is_empty() && found.lost.is_empty() && found.unpaired.is_empty());
    }
}

#[test]
fn what_a_policy_says_of_pods_that_are_not_shown_is_not_called_the_same() {
    let policy = |space: &str, selector: &str, ingress: &str| {
        pods(&format!(
            "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: {space}}}
spec: {{podSelector: {{{selector}}}, policyTypes: [Ingress], ingress: {ingress}}}
"
        ))
    };
    let from = |app: &str| format!("[{{from: [{{podSelector: {{matchLabels: {{app: {app}}}}}}}]}}]");
    let told = ["of pods that are not shown"];
    // It selects nobody, or names nobody.
    undecided(&policy("elsewhere", "", "[]"), &policy("elsewhere", "", "[{}]"), &told);
    undecided(
        &policy("default", "matchLabels: {app: z}", "[]"),
        &policy("default", "matchLabels: {app: z}", "[{}]"),
        &told,
    );
    undecided(&policy("default", "", &from("x")), &policy("default", "", &from("z")), &told);
    undecided(&pods(""), &policy("elsewhere", "", "[]"), &told);
    assert!(compared(&policy("default", "", &from("x")), &policy("default", "", &from("x"))).is_equal());
    assert!(compared(&policy("elsewhere", "", "[]"), &policy("elsewhere", "", "[]")).is_equal());
}

#[test]
fn what_a_policy_says_of_pods_that_are_not_shown_is_the_same_in_other_words() {
    let policy = |space: &str, rules: &str| {
        pods(&format!(
            "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: {space}}}
spec: {{podSelector: {{}}, policyTypes: [Ingress], ingress: {rules}}}
"
        ))
    };
    let first = "[{from: [{podSelector: {matchLabels: {app: x}}}, {podSelector: {matchLabels: {app: z}}}], ports: [{port: 80}, {port: 443, protocol: TCP}]}, {ports: [{port: 22}]}]";
    let second = "[{ports: [{protocol: TCP, port: 22}]}, {ports: [{port: 443}, {port: 80}, {port: 80}], from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [z]}]}}, {podSelector: {matchExpressions: [{key: app, operator: In, values: [x, x]}]}}]}]";
    for space in ["default", "elsewhere"] {
        let found = compared(&policy(space, first), &policy(space, second));
        assert!(found.is_equal(), "{space}: {found:?}");
        for other in [
            second.replace("values: [z]", "values: [z, w]"),
            second.replace("port: 443", "port: 444"),
            second.replace("{port: 443}", "{port: 443, protocol: UDP}"),
        ] {
            assert!(!compared(&policy(space, first), &policy(space, &other)).is_equal(), "{space}: {other}");
        }
    }
}

#[test]
fn what_one_state_lets_pass_is_not_sure_where_a_file_of_the_other_could_not_be_read() {
    let of = |texts: &[&str]| {
        let file =
            |(at, text): (usize, &&str)| InputFile { path: format!("f{at}.yaml"), bytes: text.as_bytes().to_vec() };
        Model::read(texts.iter().enumerate().map(file).collect()).0
    };
    let closed = "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: default}
spec: {podSelector: {}, policyTypes: [Ingress]}
";
    let two = PODS;
    let broken = "kind: [";
    let found = changes(&of(&[two]), &of(&[two, closed])).unwrap();
    assert!(found.is_different(), "{found:?}");
    for (first, second) in [(vec![broken], vec![closed]), (vec![], vec![closed, broken])] {
        let [first, second] = [first, second].map(|more| of(&[vec![two], more].concat()));
        let found = changes(&first, &second).unwrap();
        assert!(!found.is_different() && !found.is_equal(), "{found:?}");
        assert!(found.lost.iter().all(|held| held.because.iter().any(|why| why.contains("could not be read"))));
    }
    let found = changes(&of(&[two, broken]), &of(&[two, closed, broken])).unwrap();
    assert!(found.is_different(), "{found:?}");
}
