//! Google Cloud VPC networks.

use serde_json::{Value, json};

use super::{check, model, models};

pub(super) fn link(kind: &str, name: &str) -> String {
    format!("https://www.googleapis.com/compute/v1/projects/p/{kind}/{name}")
}

pub(super) fn network(name: &str, peers: &[&str]) -> Value {
    let peerings: Vec<Value> =
        peers.iter().map(|peer| json!({"name": format!("{name}-{peer}"), "network": link("global/networks", peer), "state": "ACTIVE"})).collect();
    json!({"kind": "compute#network", "name": name, "selfLink": link("global/networks", name), "peerings": peerings})
}

pub(super) fn subnet(network: &str, range: &str) -> Value {
    json!({"kind": "compute#subnetwork", "name": network, "selfLink": link("regions/r/subnetworks", network),
        "network": link("global/networks", network), "region": link("regions", "r"), "ipCidrRange": range})
}

pub(super) fn machine(
    name: &str,
    network: &str,
    address: &str,
    public: Option<&str>,
    tags: &[&str],
    account: &str,
) -> Value {
    let mut nic = json!({"network": link("global/networks", network), "subnetwork": link("regions/r/subnetworks", network), "networkIP": address});
    if let Some(public) = public {
        nic["accessConfigs"] = json!([{"natIP": public}]);
    }
    json!({"kind": "compute#instance", "name": name, "selfLink": link("zones/z/instances", name), "networkInterfaces": [nic],
        "canIpForward": false, "tags": {"items": tags}, "serviceAccounts": [{"email": account}]})
}

/// A rule `NAME PRIORITY INGRESS|EGRESS allow|deny PROTOCOL[:PORT] FROM`, from a block, `tag:NAME` or `sa:NAME`; then a target.
pub(super) fn rule(text: &str) -> Value {
    let words: Vec<&str> = text.split(' ').collect();
    let (protocol, port) = words[4].split_once(':').unwrap_or((words[4], ""));
    let ports: Vec<&str> = [port].into_iter().filter(|port| !port.is_empty()).collect();
    let mut out = json!({"kind": "compute#firewall", "name": words[0], "selfLink": link("global/firewalls", words[0]),
        "network": link("global/networks", "n"), "priority": words[1].parse::<i64>().unwrap(), "direction": words[2], "disabled": false,
        (if words[3] == "allow" { "allowed" } else { "denied" }): [{"IPProtocol": protocol, "ports": ports}]});
    let side = if words[2] == "INGRESS" { "sourceRanges" } else { "destinationRanges" };
    match words[5].split_once(':') {
        Some(("tag", tag)) => out["sourceTags"] = json!([tag]),
        Some(("sa", account)) => out["sourceServiceAccounts"] = json!([account]),
        _ => out[side] = json!([words[5]]),
    }
    if let Some(tag) = words.get(6) {
        out["targetTags"] = json!([tag]);
    }
    out
}

fn default_route() -> Value {
    json!({"kind": "compute#route", "name": "default", "selfLink": link("global/routes", "default"), "network": link("global/networks", "n"),
        "destRange": "0.0.0.0/0", "priority": 1000, "nextHopGateway": link("global/gateways", "default-internet-gateway")})
}

/// A list of a project that holds nothing.
pub(super) fn nothing(kind: &str) -> Value {
    json!({"kind": format!("compute#{kind}List"), "selfLink": link("global", &format!("{kind}s"))})
}

/// Two machines in a network, and more; what is named again stands in the place of what it names.
pub(super) fn estate(more: Vec<Value>) -> String {
    let mut all = vec![
        network("n", &[]),
        subnet("n", "10.0.0.0/16"),
        machine("web", "n", "10.0.0.2", Some("34.1.1.1"), &["web"], "web@p"),
        machine("db", "n", "10.0.0.3", None, &["db"], "db@p"),
        default_route(),
        nothing("firewall"),
        nothing("router"),
    ];
    all.retain(|held| more.iter().all(|other| other["selfLink"] != held["selfLink"]));
    all.extend(more);
    json!(all).to_string()
}

#[test]
fn ingress_is_denied_and_egress_allowed_where_no_rule_says_otherwise() {
    check(
        &model(&estate(vec![])),
        "deny web -> db tcp/22 : implied ingress\npermit web -> 8.8.8.8 tcp/443\ndeny 8.8.8.8 -> 34.1.1.1 tcp/22",
    );
}

#[test]
fn the_lower_number_decides_and_deny_wins_a_tie() {
    let text = estate(vec![
        rule("a 1000 INGRESS allow tcp 10.0.0.0/16"),
        rule("b 1000 INGRESS deny tcp:22 10.0.0.0/16"),
        rule("c 900 INGRESS deny tcp:80 10.0.0.0/16"),
        rule("d 800 INGRESS allow tcp:80 10.0.0.2/32"),
    ]);
    check(
        &model(&text),
        "deny web -> db tcp/22 : 1000 b
         permit web -> db tcp/443
         permit web -> db tcp/80
         deny db -> web tcp/80 : 900 c",
    );
}

#[test]
fn targets_and_sources_by_tag_and_account_mean_machines_of_the_network() {
    let text = estate(vec![
        rule("a 1000 INGRESS allow tcp:5432 tag:web db"),
        rule("b 1000 INGRESS allow tcp:5433 sa:web@p db"),
    ]);
    check(
        &model(&text),
        "permit web -> db tcp/5432
         permit web -> db tcp/5433
         deny db -> web tcp/5432
         deny 8.8.8.8 -> 34.1.1.1 tcp/5432",
    );
}

#[test]
fn egress_rules_look_at_the_destination() {
    let text =
        estate(vec![rule("a 1000 INGRESS allow tcp 10.0.0.0/16"), rule("b 1000 EGRESS deny tcp:22 10.0.0.3/32")]);
    check(&model(&text), "deny web -> db tcp/22 : 1000 b\npermit web -> db tcp/23\npermit db -> web tcp/22");
}

#[test]
fn a_policy_of_the_organisation_comes_first_and_may_hand_on() {
    let policy = json!({"kind": "compute#firewallPolicy", "name": "1", "shortName": "org", "selfLink": link("global/firewallPolicies", "1"),
        "associations": [{"attachmentTarget": "organizations/1"}], "parent": "organizations/1", "rules": [
            {"priority": 1, "direction": "INGRESS", "action": "allow", "match": {"srcIpRanges": ["10.0.0.0/8"], "layer4Configs": [{"ipProtocol": "tcp", "ports": ["1"]}]}},
            {"priority": 2, "direction": "INGRESS", "action": "goto_next", "match": {"srcIpRanges": ["10.0.0.0/8"], "layer4Configs": [{"ipProtocol": "tcp", "ports": ["2"]}]}},
            {"priority": 3, "direction": "INGRESS", "action": "deny", "match": {"srcIpRanges": ["0.0.0.0/0"], "layer4Configs": [{"ipProtocol": "all"}]}}]});
    let text = estate(vec![
        policy,
        rule("a 1000 INGRESS deny tcp:1 10.0.0.0/16"),
        rule("b 1001 INGRESS allow tcp 10.0.0.0/16"),
    ]);
    check(
        &models(&[&text, &in_nodes(&["organizations/1"])]),
        "permit web -> db tcp/1
         permit web -> db tcp/2
         deny web -> db tcp/3 : 3",
    );
}

/// What `gcloud projects get-ancestors` answers with.
fn in_nodes(above: &[&str]) -> String {
    let node = |name: &&str| {
        let (kind, id) = name.split_once('/').unwrap();
        json!({"id": id, "type": kind.trim_end_matches('s')})
    };
    json!([json!({"id": "p", "type": "project"})].into_iter().chain(above.iter().map(node)).collect::<Vec<_>>())
        .to_string()
}

#[test]
fn a_network_policy_stands_after_classic_rules_unless_the_network_says_before() {
    let policy = json!({"kind": "compute#firewallPolicy", "name": "np", "selfLink": link("global/firewallPolicies", "np"),
        "associations": [{"attachmentTarget": link("global/networks", "n")}], "rules": [
            {"priority": 1, "direction": "INGRESS", "action": "allow", "match": {"srcIpRanges": ["10.0.0.0/8"], "layer4Configs": [{"ipProtocol": "tcp"}]}}]});
    let classic = rule("a 1000 INGRESS deny tcp:22 10.0.0.0/16");
    let text = estate(vec![policy, classic]);
    check(&model(&text), "deny web -> db tcp/22\npermit web -> db tcp/23");
    let before = text.replace(
        r#""kind":"compute#network""#,
        r#""networkFirewallPolicyEnforcementOrder":"BEFORE_CLASSIC_FIREWALL","kind":"compute#network""#,
    );
    check(&model(&before), "permit web -> db tcp/22");
}

#[test]
fn peering_joins_two_networks_from_both_ends_and_leads_no_farther() {
    let all = |back: &[&str]| {
        json!([
            nothing("route"),
            nothing("router"),
            network("n", &["m"]),
            network("m", back),
            network("o", &["m"]),
            subnet("n", "10.1.0.0/16"),
            subnet("m", "10.2.0.0/16"),
            subnet("o", "10.3.0.0/16"),
            machine("in-n", "n", "10.1.0.2", None, &["x"], "a"),
            machine("in-m", "m", "10.2.0.2", None, &["x"], "a"),
            machine("in-o", "o", "10.3.0.2", None, &["x"], "a"),
            json!({"kind": "compute#firewall", "name": "f", "selfLink": link("global/firewalls", "f"), "network": link("global/networks", "m"),
                "direction": "INGRESS", "disabled": false, "priority": 1, "allowed": [{"IPProtocol": "tcp"}], "sourceRanges": ["10.0.0.0/8"]}),
            json!({"kind": "compute#firewall", "name": "g", "selfLink": link("global/firewalls", "g"), "network": link("global/networks", "m"),
                "direction": "INGRESS", "disabled": false, "priority": 1, "allowed": [{"IPProtocol": "udp"}], "sourceTags": ["x"]}),
        ])
        .to_string()
    };
    check(
        &model(&all(&["n", "o"])),
        "permit in-n -> in-m tcp/22
         deny in-n -> in-m udp/53
         deny in-n -> in-o tcp/22 : no route",
    );
    check(&model(&all(&[])), "deny in-n -> in-m tcp/22 : not made from both ends");
}

#[test]
fn without_a_public_address_the_internet_needs_cloud_nat() {
    check(&model(&estate(vec![])), "deny db -> 8.8.8.8 tcp/443 : no public address");
    let nat = json!({"kind": "compute#router", "name": "r", "selfLink": link("regions/r/routers", "r"), "network": link("global/networks", "n"),
        "region": link("regions", "r"), "nats": [{"name": "nat", "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}]});
    check(&model(&estate(vec![nat])), "permit db -> 8.8.8.8 tcp/443\ndeny 8.8.8.8 -> db tcp/443");
}

#[test]
fn a_route_with_a_tag_holds_for_machines_that_carry_it() {
    let mut route = default_route();
    route["tags"] = json!(["db"]);
    route["selfLink"] = json!(link("global/routes", "default"));
    check(&model(&estate(vec![route])), "deny web -> 8.8.8.8 tcp/443 : no route");
}

#[test]
fn the_metadata_server_is_always_there() {
    check(
        &model(&estate(vec![rule("a 1 EGRESS deny all 0.0.0.0/0")])),
        "permit web -> 169.254.169.254 tcp/80\ndeny web -> 8.8.8.8 tcp/80",
    );
}

#[test]
fn a_load_balancer_that_is_not_modelled_leaves_the_outside_open() {
    let forwarding = json!({"kind": "compute#forwardingRule", "name": "fr", "selfLink": link("regions/r/forwardingRules", "fr"), "loadBalancingScheme": "EXTERNAL"});
    let text = estate(vec![forwarding, rule("a 1 INGRESS allow tcp:80 0.0.0.0/0")]);
    let model = model(&text);
    check(&model, "undecided 8.8.8.8 -> db tcp/80 : p/r/fr lets in\ndeny 8.8.8.8 -> db tcp/81");
    assert_eq!(model.unsupported.iter().filter(|held| !held.is_lack()).count(), 1);
}

#[test]
fn terraform_says_the_same() {
    let resource = |address: &str, values: Value| {
        let (kind, name) = address.split_once('.').unwrap();
        json!({"address": address, "mode": "managed", "type": kind, "name": name, "values": values})
    };
    let refer = |target: &str| json!({"references": [format!("{target}.id"), target]});
    let plan = json!({"format_version": "1.2", "planned_values": {"root_module": {"resources": [
        resource("google_compute_network.n", json!({"name": "n"})),
        resource("google_compute_subnetwork.s", json!({"name": "s", "ip_cidr_range": "10.0.0.0/24", "region": "r"})),
        resource("google_compute_instance.web", json!({"name": "web", "tags": ["web"], "network_interface": [{"access_config": [{}]}]})),
        resource("google_compute_instance.db", json!({"name": "db", "network_interface": [{}]})),
        resource("google_compute_firewall.a", json!({"name": "a", "direction": "INGRESS", "allow": [{"protocol": "tcp", "ports": ["5432"]}], "source_tags": ["web"]})),
    ]}}, "configuration": {"root_module": {"resources": [
        {"type": "google_compute_subnetwork", "name": "s", "mode": "managed", "expressions": {"network": refer("google_compute_network.n")}},
        {"type": "google_compute_instance", "name": "web", "mode": "managed", "expressions": {"network_interface": [{"subnetwork": refer("google_compute_subnetwork.s")}]}},
        {"type": "google_compute_instance", "name": "db", "mode": "managed", "expressions": {"network_interface": [{"subnetwork": refer("google_compute_subnetwork.s")}]}},
        {"type": "google_compute_firewall", "name": "a", "mode": "managed", "expressions": {"network": refer("google_compute_network.n")}}]}}});
    check(
        &model(&plan.to_string()),
        "permit web -> db tcp/5432
         deny db -> web tcp/5432
         permit web -> 8.8.8.8 tcp/443
         deny db -> 8.8.8.8 tcp/443",
    );
}

/// A firewall policy of one rule for `tcp:22` from anywhere.
fn one_rule(kind: &str, action: &str, more: Value, about: Value) -> Value {
    let mut rule = json!({"priority": 1, "direction": "INGRESS", "action": action,
        "match": {"srcIpRanges": ["0.0.0.0/0"], "layer4Configs": [{"ipProtocol": "tcp", "ports": ["22"]}]}});
    rule.as_object_mut().unwrap().extend(about.as_object().unwrap().clone());
    let mut out = json!({"kind": "compute#firewallPolicy", "name": "p", "selfLink": link(kind, "p"), "rules": [rule]});
    out.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    out
}

fn of_network() -> Value {
    json!({"associations": [{"attachmentTarget": link("global/networks", "n")}]})
}

#[test]
fn a_hierarchical_policy_holds_where_it_is_associated() {
    let with = |to: Value, nodes: &[&str]| {
        let policy = one_rule(
            "locations/global/firewallPolicies",
            "deny",
            json!({"parent": "organizations/1", "associations": to}),
            json!({}),
        );
        let text = estate(vec![rule("ssh 1000 INGRESS allow tcp:22 10.0.0.0/8"), policy]);
        if nodes.is_empty() { model(&text) } else { models(&[&text, &in_nodes(nodes)]) }
    };
    let to = |node: &str| json!([{"attachmentTarget": node}]);
    // Which projects an organisation or a folder holds, only the ancestry of the project says.
    let open = "undecided web -> db tcp/22 : whether firewall policy p holds for the project";
    for node in ["organizations/1", "folders/5"] {
        check(&with(to(node), &[]), open);
        check(&with(to(node), &["folders/5", "organizations/1"]), "deny web -> db tcp/22");
        check(&with(to(node), &["folders/6", "organizations/2"]), "permit web -> db tcp/22");
    }
    check(&with(json!([]), &[]), "permit web -> db tcp/22");
}

#[test]
fn a_rule_for_secure_tags_or_scopes_is_not_for_everybody() {
    for about in [
        json!({"targetSecureTags": [{"name": "tagValues/1"}]}),
        json!({"match": {"srcIpRanges": ["0.0.0.0/0"], "srcNetworkScope": "INTERNET", "layer4Configs": [{"ipProtocol": "tcp"}]}}),
        json!({"match": {"srcIpRanges": ["0.0.0.0/0"], "srcRegionCodes": ["NZ"], "layer4Configs": [{"ipProtocol": "tcp"}]}}),
    ] {
        let policy = one_rule("global/firewallPolicies", "allow", of_network(), about);
        check(&model(&estate(vec![policy])), "undecided web -> db tcp/22\ndeny web -> db udp/22");
    }
}

#[test]
fn regional_policies_come_before_classic_rules_where_the_network_says_so() {
    let with = |order: &str| {
        let mut more = of_network();
        more["region"] = json!(link("regions", "r"));
        let policy = one_rule("regions/r/firewallPolicies", "deny", more, json!({}));
        let mut own = network("n", &[]);
        own["networkFirewallPolicyEnforcementOrder"] = json!(order);
        model(&estate(vec![own, rule("ssh 1000 INGRESS allow tcp:22 10.0.0.0/8"), policy]))
    };
    check(&with("BEFORE_CLASSIC_FIREWALL"), "deny web -> db tcp/22");
    check(&with("AFTER_CLASSIC_FIREWALL"), "permit web -> db tcp/22");
}

#[test]
fn subnets_of_one_name_in_two_regions_are_two() {
    let elsewhere = json!({"kind": "compute#subnetwork", "name": "n", "selfLink": link("regions/z/subnetworks", "n"),
        "network": link("global/networks", "n"), "region": link("regions", "z"), "ipCidrRange": "10.9.0.0/20"});
    let mut far = machine("far", "n", "10.9.0.2", None, &[], "far@p");
    far["networkInterfaces"][0]["subnetwork"] = json!(link("regions/z/subnetworks", "n"));
    let text = estate(vec![elsewhere, far, rule("ssh 1000 INGRESS allow tcp:22 10.0.0.0/8")]);
    check(&model(&text), "permit db -> far tcp/22\npermit far -> db tcp/22");
}

#[test]
fn routes_that_a_peering_imports_may_lead_anywhere_private() {
    let with = |imports: bool| {
        let mut own = network("n", &["m"]);
        own["peerings"][0]["importCustomRoutes"] = json!(imports);
        let mut other = network("m", &["n"]);
        other["peerings"][0]["exportCustomRoutes"] = json!(true);
        model(&estate(vec![own, other, subnet("m", "10.1.0.0/16")]))
    };
    check(&with(true), "undecided db -> 8.8.8.8 tcp/443 : announces");
    check(&with(false), "deny db -> 8.8.8.8 tcp/443");
}

#[test]
fn a_machine_of_an_automatic_network_stands_in_one_of_its_subnets() {
    let (kind, name) = ("google_compute_network", "n");
    let machine = |name: &str| {
        json!({"address": format!("google_compute_instance.{name}"), "mode": "managed", "type": "google_compute_instance",
        "name": name, "values": {"name": name, "network_interface": [{"network": "n"}]}})
    };
    let plan = json!({"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"resources": [
        {"address": "google_compute_network.n", "mode": "managed", "type": kind, "name": name, "values": {"name": "n", "auto_create_subnetworks": true}},
        {"address": "google_compute_firewall.f", "mode": "managed", "type": "google_compute_firewall", "name": "f", "values": {"name": "f", "network": "n",
            "direction": "INGRESS", "allow": [{"protocol": "tcp", "ports": ["22"]}], "source_ranges": ["10.128.0.0/9"]}},
        machine("a"), machine("b")]}}});
    check(&model(&plan.to_string()), "permit a -> b tcp/22\ndeny a -> b tcp/80");
}

#[test]
fn the_internet_finds_a_machine_by_its_public_address_alone() {
    let text = estate(vec![rule("a 1000 INGRESS allow tcp:22 0.0.0.0/0")]);
    check(
        &model(&text),
        "deny 8.8.8.8 -> 10.0.0.3 tcp/22 : no public address
         permit 8.8.8.8 -> 34.1.1.1 tcp/22
         permit 8.8.8.8 -> web tcp/22
         undecided 8.8.8.8 -> 10.0.0.99 tcp/22 : does not show all its interfaces
         undecided 8.8.8.8 -> 10.77.0.1 tcp/22 : no network of the model holds",
    );
}

#[test]
fn networks_with_a_gateway_or_a_router_that_learns_routes_are_not_apart() {
    let base = || {
        let block = |name: &str| {
            let mut out = rule(&format!("{name}-in 1000 INGRESS allow all 10.0.0.0/8"));
            out["network"] = json!(link("global/networks", name));
            out
        };
        vec![
            nothing("route"),
            nothing("router"),
            network("n", &[]),
            network("far", &[]),
            subnet("n", "10.0.0.0/16"),
            subnet("far", "10.1.0.0/16"),
            machine("a", "n", "10.0.0.2", None, &[], "a@p"),
            machine("c", "n", "10.0.0.3", None, &[], "c@p"),
            machine("b", "far", "10.1.0.2", None, &[], "b@p"),
            block("n"),
            block("far"),
        ]
    };
    let of = |kind: &str, more: Value| {
        let mut out = json!({"kind": kind, "name": "x", "selfLink": link("regions/r/things", "x"), "network": link("global/networks", "n")});
        out.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        out
    };
    for (more, answer) in [
        (None, "deny"),
        (Some(of("compute#router", json!({"nats": []}))), "deny"),
        (Some(of("compute#router", json!({"bgpPeers": [{"name": "p"}]}))), "undecided"),
        (Some(of("compute#vpnGateway", json!({}))), "undecided"),
        (Some(of("compute#targetVpnGateway", json!({}))), "undecided"),
    ] {
        let mut all = base();
        all.extend(more);
        check(&model(&Value::Array(all).to_string()), &format!("{answer} a -> b tcp/22\npermit c -> a tcp/22"));
    }
}
