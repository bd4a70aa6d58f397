//! ClusterNetworkPolicy: what came after AdminNetworkPolicy and its baseline. The flows follow the API's conformance suite.

use isoneph_network::model::{InputFile, Model};

use super::{check, model};

/// A pod in each of four namespaces.
fn four(more: &str) -> String {
    let one = |name: &str| {
        format!(
            "{{kind: Namespace, apiVersion: v1, metadata: {{name: {name}, labels: {{team: {name}}}}}}}\n---\n\
             {{kind: Pod, apiVersion: v1, metadata: {{name: p, namespace: {name}, labels: {{app: p}}}}, spec: {{containers: \
             [{{name: c, ports: [{{name: web, containerPort: 80}}]}}]}}}}\n---\n"
        )
    };
    format!("# Four pods.\n{}{more}", ["red", "blue", "green", "gray"].map(one).concat())
}

fn policy(name: &str, spec: &str) -> String {
    let version = "policy.networking.k8s.io/v1alpha2";
    format!(
        "{{kind: ClusterNetworkPolicy, apiVersion: {version}, metadata: {{name: {name}}}, spec: {{{spec}}}}}\n---\n"
    )
}

/// Namespaces of a team.
fn of(team: &str) -> String {
    format!("{{namespaces: {{matchLabels: {{team: {team}}}}}}}")
}

fn port(protocol: &str, number: u16) -> String {
    format!("protocols: [{{{protocol}: {{destinationPort: {{number: {number}}}}}}}]")
}

#[test]
fn rules_hold_in_their_order_within_the_tier_of_the_administrator() {
    let (red, green, blue, gray) = (of("red"), of("green"), of("blue"), of("gray"));
    let rules = |ends: &str| {
        format!(
            "[{{name: first, action: Accept, {ends}: [{gray}]}}, {{action: Deny, {ends}: [{gray}]}},
              {{action: Deny, {ends}: [{green}], {}}}, {{action: Pass, {ends}: [{green}], {}}},
              {{action: Accept, {ends}: [{blue}], {}}}, {{action: Deny, {ends}: [{blue}]}}]",
            port("tcp", 80),
            port("tcp", 80),
            port("udp", 53)
        )
    };
    let both =
        format!("tier: Admin, priority: 15, subject: {red}, ingress: {}, egress: {}", rules("from"), rules("to"));
    let asked = "permit red/p -> gray/p tcp/80
         permit gray/p -> red/p sctp/9
         deny red/p -> green/p tcp/80 : egress/2
         permit red/p -> green/p tcp/81
         deny green/p -> red/p tcp/80
         permit blue/p -> red/p udp/53
         deny blue/p -> red/p udp/54
         deny red/p -> blue/p tcp/53
         permit green/p -> blue/p any
         permit gray/p -> green/p any";
    check(&model(&four(&policy("p", &both))), asked);
    check(&model(&four(&policy("p", &both).replace("v1alpha2", "v1beta1"))), asked);
}

#[test]
fn a_range_of_ports_is_of_its_protocol_and_a_named_one_the_receivers() {
    let ranges = format!(
        "tier: Admin, priority: 9, subject: {}, egress: [
         {{action: Accept, to: [{}], protocols: [{{tcp: {{destinationPort: {{range: {{start: 80, end: 90}}}}}}}}, {{sctp: {{destinationPort: {{number: 7}}}}}}]}},
         {{action: Accept, to: [{}], protocols: [{{destinationNamedPort: web}}]}},
         {{action: Deny, to: [{{namespaces: {{matchExpressions: [{{key: team, operator: Exists}}]}}}}]}}]",
        of("red"),
        of("blue"),
        of("green")
    );
    check(
        &model(&four(&policy("p", &ranges))),
        "permit red/p -> blue/p tcp/80-90
         deny red/p -> blue/p tcp/91
         deny red/p -> blue/p udp/80
         permit red/p -> blue/p sctp/7
         permit red/p -> green/p tcp/80
         deny red/p -> green/p tcp/81
         deny red/p -> gray/p tcp/80
         permit red/p -> 8.8.8.8 tcp/80",
    );
    // The first drafts had ports as those of the forerunners.
    let draft = format!(
        "tier: Admin, priority: 9, subject: {}, ingress: [{{action: Deny, from: [{}], ports: [{{portNumber: {{protocol: TCP, port: 1}}}}, {{portRange: {{start: 5, end: 6}}}}]}}]",
        of("red"),
        of("blue")
    );
    check(
        &model(&four(&policy("p", &draft))),
        "deny blue/p -> red/p tcp/1\ndeny blue/p -> red/p tcp/6\npermit blue/p -> red/p tcp/2\npermit blue/p -> red/p udp/1",
    );
}

#[test]
fn a_pass_leaves_it_to_network_policies_and_then_to_the_baseline() {
    let rule = |tier: &str, action: &str| {
        let (red, blue) = (of("red"), of("blue"));
        let spec = format!(
            "tier: {tier}, priority: 10, subject: {red}, ingress: [{{action: {action}, from: [{blue}]}}], egress: [{{action: {action}, to: [{blue}]}}]"
        );
        policy(&tier.to_lowercase(), &spec)
    };
    let allowed = "{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {name: own, namespace: red}, spec: {podSelector: {}, \
                   policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}}]}], \
                   egress: [{to: [{namespaceSelector: {matchLabels: {team: blue}}}]}]}}\n";
    let (deny, pass, base) = (rule("Admin", "Deny"), rule("Admin", "Pass"), rule("Baseline", "Deny"));
    for (policies, answers) in [
        (deny + allowed, "deny red/p -> blue/p any\ndeny blue/p -> red/p any"),
        (pass.clone() + &base, "deny red/p -> blue/p any\ndeny blue/p -> red/p any : baseline"),
        (pass.clone() + &base + allowed, "permit red/p -> blue/p any\ndeny red/p -> gray/p any : end of red/own"),
        (pass + &rule("Baseline", "Pass"), "permit red/p -> blue/p any\npermit blue/p -> red/p any"),
    ] {
        check(&model(&four(&policies)), answers);
    }
}

#[test]
fn of_one_priority_only_what_two_policies_contradict_each_other_in_is_open() {
    let rule = |name: &str, subject: &str, action: &str, peer: &str, number: u16| {
        let rules = format!("[{{action: {action}, from: [{}], {}}}]", of(peer), port("tcp", number));
        policy(name, &format!("tier: Admin, priority: 15, subject: {}, ingress: {rules}", of(subject)))
    };
    let (first, third) = (rule("a", "red", "Deny", "blue", 80), rule("c", "green", "Accept", "blue", 80));
    let apart = [first.clone(), rule("b", "red", "Accept", "green", 80), third.clone()].concat();
    check(
        &model(&four(&apart)),
        "deny blue/p -> red/p tcp/80\npermit green/p -> red/p tcp/80\npermit blue/p -> green/p tcp/80\npermit blue/p -> red/p tcp/81",
    );
    let against = [first, rule("b", "red", "Accept", "blue", 80), third].concat();
    check(
        &model(&four(&against)),
        "undecided blue/p -> red/p tcp/80 : another ClusterNetworkPolicy has priority 15 too
         permit blue/p -> green/p tcp/80
         permit green/p -> red/p tcp/80",
    );
    // Between the API's kinds no order is defined, whatever their priorities are.
    let older = "{kind: AdminNetworkPolicy, apiVersion: policy.networking.k8s.io/v1alpha1, metadata: {name: o}, spec: {priority: 99, \
                 subject: {namespaces: {}}, ingress: [{action: Allow, from: [{namespaces: {}}]}]}}\n";
    check(
        &model(&four(&(rule("a", "red", "Deny", "blue", 80) + older))),
        "undecided blue/p -> red/p tcp/80 : comes first is not defined\npermit green/p -> red/p tcp/80",
    );
}

#[test]
fn pods_are_selected_with_their_namespaces_and_never_on_the_hosts_network() {
    let agent = "{kind: Pod, apiVersion: v1, metadata: {name: agent, namespace: red, labels: {app: p}}, spec: {hostNetwork: true}}\n---\n";
    let spec = "tier: Admin, priority: 1, subject: {pods: {podSelector: {matchLabels: {app: p}}, namespaceSelector: {matchLabels: {team: red}}}},
        ingress: [{action: Deny, from: [{pods: {podSelector: {matchLabels: {app: p}}}}]}]";
    check(
        &model(&four(&(agent.to_owned() + &policy("p", spec)))),
        "deny blue/p -> red/p tcp/1\npermit blue/p -> green/p tcp/1\npermit blue/p -> red/agent tcp/1",
    );
}

#[test]
fn which_addresses_are_of_nodes_and_of_names_is_not_shown() {
    let spec = |rules: &str| format!("tier: Admin, priority: 1, subject: {{namespaces: {{}}}}, egress: [{rules}]");
    let deny = "{action: Deny, to: [{networks: [0.0.0.0/0, '::/0']}]}";
    let nodes = model(&four(&policy("p", &spec(&format!("{{action: Accept, to: [{{nodes: {{}}}}]}}, {deny}")))));
    check(&nodes, "undecided red/p -> 8.8.8.8 tcp/1 : one of a node's\ndeny red/p -> blue/p tcp/1");
    let names =
        spec(&format!("{{action: Accept, to: [{{domainNames: ['*.example.org']}}], {}}}, {deny}", port("tcp", 443)));
    check(
        &model(&four(&policy("p", &names))),
        "undecided red/p -> 8.8.8.8 tcp/443 : the addresses of *.example.org\ndeny red/p -> 8.8.8.8 tcp/80",
    );
}

#[test]
fn beyond_its_subject_a_policy_of_another_version_or_tier_leaves_nothing_open() {
    let spec = format!(
        "tier: Admin, priority: 1, subject: {}, ingress: [{{action: Deny, from: [{}]}}]",
        of("red"),
        of("blue")
    );
    for policy in [
        policy("p", &spec).replace("v1alpha2", "v9"),
        policy("p", &spec).replace("tier: Admin", "tier: Other"),
        policy("p", &spec).replace("policy.networking.k8s.io/v1alpha2", "networking.k8s.aws/v1alpha1"),
    ] {
        check(
            &model(&four(&policy)),
            "undecided blue/p -> red/p tcp/1 : ClusterNetworkPolicy p\npermit blue/p -> green/p tcp/1\npermit gray/p -> green/p tcp/1",
        );
    }
}

#[test]
fn a_policy_that_the_server_would_refuse_may_hold_or_not() {
    let plain = format!(
        "tier: Admin, priority: 1, subject: {}, ingress: [{{action: Deny, from: [{}]}}]",
        of("red"),
        of("blue")
    );
    let (open, nothing) = ("undecided", "permit");
    for (from, to, told, answer) in [
        ("action: Deny", "action: Drop", "spec.ingress[0].action is none of Accept, Deny, Pass", nothing),
        ("action: Deny, ", "", "missing field spec.ingress[0].action", nothing),
        ("priority: 1,", "priority: 2000,", "spec.priority is no number of 0 to 1000", open),
        ("priority: 1, ", "", "missing field spec.priority", open),
        (
            "namespaces: {matchLabels: {team: blue}}",
            "services: {}",
            "unknown field spec.ingress[0].from[0].services",
            open,
        ),
        ("from: [", "protocols: [{tcp: {}}], from: [", "spec.ingress[0].protocols[0].tcp is not exactly one", open),
        ("ingress:", "ingres:", "unknown field spec.ingres", nothing),
        ("from: [", "from: [], form: [", "spec.ingress[0].from is empty", nothing),
    ] {
        let text = four(&policy("p", &plain.replacen(from, to, 1)));
        let (model, problems) = Model::read(vec![InputFile { path: "c.yaml".into(), bytes: text.into_bytes() }]);
        assert!(problems.iter().any(|held| held.message.contains(told)), "{told}: {problems:?}");
        check(&model, &format!("{answer} blue/p -> red/p tcp/1\npermit blue/p -> green/p tcp/1"));
    }
}
