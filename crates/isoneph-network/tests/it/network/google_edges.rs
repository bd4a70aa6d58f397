//! What of Google Cloud tells apart less than it seems: alias ranges, rules for balancers, subnets with public addresses.

use serde_json::{Value, json};

use super::google::{estate, link, machine, network, nothing, rule, subnet};
use super::{check, model};

/// A machine with a tag, an account and a range of aliases.
fn with_aliases(range: &str) -> Value {
    let mut held = machine("web", "n", "10.0.0.2", None, &["web"], "web@p");
    held["networkInterfaces"][0]["aliasIpRanges"] = json!([{"ipCidrRange": range}]);
    held
}

#[test]
fn sources_by_tag_or_account_are_not_the_alias_ranges_of_a_machine() {
    for source in ["tag:web", "sa:web@p"] {
        let deny = estate(vec![
            with_aliases("10.0.5.7/32"),
            rule(&format!("a 100 INGRESS deny tcp {source}")),
            rule("b 200 INGRESS allow tcp 10.0.0.0/16"),
        ]);
        check(
            &model(&deny),
            "deny 10.0.0.2 -> db tcp/22 : 100 a
             permit 10.0.5.7 -> db tcp/22
             permit web -> db tcp/22",
        );
        let allow = estate(vec![with_aliases("10.0.5.7/32"), rule(&format!("a 100 INGRESS allow tcp {source}"))]);
        check(&model(&allow), "permit 10.0.0.2 -> db tcp/22\ndeny 10.0.5.7 -> db tcp/22 : implied ingress");
    }
}

#[test]
fn a_whole_alias_range_of_a_tagged_machine_is_past_the_rule_too() {
    let text = estate(vec![
        with_aliases("10.0.5.0/24"),
        rule("a 100 INGRESS deny tcp tag:web"),
        rule("b 200 INGRESS allow tcp 10.0.0.0/16"),
    ]);
    check(&model(&text), "permit web -> db tcp/22\ndeny 10.0.0.2 -> db tcp/22");
}

#[test]
fn a_target_by_tag_is_the_machine_by_any_of_its_addresses() {
    let text = estate(vec![with_aliases("10.0.5.7/32"), rule("a 100 INGRESS allow tcp 10.0.0.0/16 web")]);
    check(&model(&text), "permit db -> 10.0.5.7 tcp/22\npermit db -> 10.0.0.2 tcp/22");
}

fn policy(more: &Value) -> String {
    let mut one = json!({"priority": 1, "direction": "INGRESS", "action": "deny",
        "match": {"srcIpRanges": ["0.0.0.0/0"], "layer4Configs": [{"ipProtocol": "all"}]}});
    for (key, held) in more.as_object().unwrap() {
        one[key] = held.clone();
    }
    let policy = json!({"kind": "compute#firewallPolicy", "name": "np", "selfLink": link("global/firewallPolicies", "np"),
        "associations": [{"attachmentTarget": link("global/networks", "n")}], "rules": [one]});
    estate(vec![policy, rule("a 1000 INGRESS allow tcp 10.0.0.0/16")]).replace(
        r#""kind":"compute#network""#,
        r#""networkFirewallPolicyEnforcementOrder":"BEFORE_CLASSIC_FIREWALL","kind":"compute#network""#,
    )
}

#[test]
fn a_rule_for_load_balancers_is_not_about_machines() {
    let with = |more: Value| model(&policy(&more));
    check(&with(json!({})), "deny web -> db tcp/22");
    check(&with(json!({"targetType": "INSTANCES"})), "deny web -> db tcp/22");
    check(&with(json!({"targetType": "INTERNAL_MANAGED_LB"})), "permit web -> db tcp/22");
    check(&with(json!({"targetType": "SOMETHING_NEW"})), "undecided web -> db tcp/22 : targetType of a rule of np");
    check(&with(json!({"targetWeather": ["rain"]})), "undecided web -> db tcp/22 : targetWeather of a rule of np");
    check(&with(json!({"targetWeather": [], "enableLogging": false, "ruleTupleCount": 3})), "deny web -> db tcp/22");
}

#[test]
fn a_machine_that_is_stopped_will_have_a_public_address() {
    let mut stopped = machine("web", "n", "10.0.0.2", None, &["web"], "web@p");
    stopped["networkInterfaces"][0]["accessConfigs"] = json!([{"type": "ONE_TO_ONE_NAT", "name": "external-nat"}]);
    stopped["status"] = json!("TERMINATED");
    let text = estate(vec![stopped, rule("a 100 INGRESS allow tcp:22 0.0.0.0/0")]);
    check(
        &model(&text),
        "permit 8.8.8.8 -> web tcp/22
         deny 8.8.8.8 -> db tcp/22 : no public address
         permit web -> 8.8.8.8 tcp/443",
    );
}

fn peered(flags: [Value; 2]) -> String {
    let mut all: Vec<Value> = serde_json::from_str(&estate(vec![rule("a 1000 INGRESS allow tcp 0.0.0.0/0")])).unwrap();
    all.retain(|held| held["kind"] != "compute#network");
    for ((name, other), [import, export]) in
        [("n", "m"), ("m", "n")].into_iter().zip([flags.clone(), [flags[0].clone(), flags[1].clone()]])
    {
        let mut held = network(name, &[other]);
        held["peerings"][0]["importSubnetRoutesWithPublicIp"] = import;
        held["peerings"][0]["exportSubnetRoutesWithPublicIp"] = export;
        all.push(held);
    }
    let mut second = subnet("m", "10.9.0.0/16");
    second["selfLink"] = json!(link("regions/r/subnetworks", "private"));
    let mut near = machine("near", "m", "10.9.0.2", None, &[], "m@p");
    near["networkInterfaces"][0]["subnetwork"] = json!(link("regions/r/subnetworks", "private"));
    let mut open = rule("m 1000 INGRESS allow tcp 0.0.0.0/0");
    open["network"] = json!(link("global/networks", "m"));
    all.extend([
        subnet("m", "30.0.1.0/24"),
        second,
        near,
        machine("far", "m", "30.0.1.5", None, &[], "m@p"),
        open,
        nothing("route"),
    ]);
    json!(all).to_string()
}

#[test]
fn subnets_with_public_addresses_pass_a_peering_where_both_ends_say_so() {
    let no = model(&peered([json!(false), json!(true)]));
    check(&no, "deny web -> far tcp/22\npermit web -> near tcp/22");
    check(&model(&peered([json!(true), json!(false)])), "deny web -> far tcp/22\npermit web -> near tcp/22");
    check(&model(&peered([json!(true), json!(true)])), "permit web -> far tcp/22\npermit web -> near tcp/22");
    check(
        &model(&peered([Value::Null, Value::Null])),
        "undecided web -> far tcp/22 : takes public addresses\npermit web -> near tcp/22",
    );
}

#[test]
fn private_nat_is_no_way_to_the_internet() {
    let router = |kind: &str| {
        let nats =
            json!([{"name": "nat", "type": kind, "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}]);
        json!({"kind": "compute#router", "name": "r", "selfLink": link("regions/r/routers", "r"), "network": link("global/networks", "n"),
            "region": link("regions", "r"), "nats": nats})
    };
    check(&model(&estate(vec![router("PRIVATE")])), "deny db -> 8.8.8.8 tcp/443 : no public address");
    check(&model(&estate(vec![router("PUBLIC")])), "permit db -> 8.8.8.8 tcp/443");
}

#[test]
fn a_peering_takes_subnets_of_the_sixth_version_where_both_ends_say_so() {
    let with = |own: Option<&str>, other: Option<&str>| {
        let end = |name: &str, peer: &str, word: Option<&str>| {
            let mut held = network(name, &[peer]);
            held["peerings"][0]["stackType"] = json!(word);
            held
        };
        let six = |name: &str, block: &str, range: &str, address: &str| {
            let mut subnet = subnet(name, range);
            subnet["ipv6CidrRange"] = json!(block);
            subnet["ipv6AccessType"] = json!("INTERNAL");
            let mut machine =
                machine(&format!("six-{name}"), name, &range.replace("0.0/16", "0.9"), None, &[], "six@p");
            machine["networkInterfaces"][0]["ipv6Address"] = json!(address);
            vec![subnet, machine]
        };
        let mut rule = rule("six 1000 INGRESS allow tcp:22 fd20::/16");
        rule["network"] = json!(link("global/networks", "m"));
        let ends = vec![end("n", "m", own), end("m", "n", other), rule];
        model(&estate(
            [
                ends,
                six("n", "fd20:1::/64", "10.0.0.0/16", "fd20:1::9"),
                six("m", "fd20:2::/64", "10.1.0.0/16", "fd20:2::9"),
            ]
            .concat(),
        ))
    };
    let (four, both) = (Some("IPV4_ONLY"), Some("IPV4_IPV6"));
    check(&with(both, both), "permit fd20:1::9 -> fd20:2::9 tcp/22");
    check(&with(both, four), "deny fd20:1::9 -> fd20:2::9 tcp/22");
    check(&with(four, None), "deny fd20:1::9 -> fd20:2::9 tcp/22");
    check(&with(both, None), "undecided fd20:1::9 -> fd20:2::9 tcp/22 : takes IPv6");
}

#[test]
fn an_export_of_assets_is_read_as_the_answers_it_is_made_of() {
    let text = estate(vec![rule("ssh 1000 INGRESS allow tcp:22 0.0.0.0/0 web")]);
    let plain: Value = serde_json::from_str(&text).unwrap();
    let asset = |(index, value): (usize, &Value)| {
        let kind = value["kind"].as_str()?.strip_prefix("compute#")?;
        let (first, rest) = kind.split_at(1);
        let mut data = value.clone();
        data.as_object_mut().unwrap().remove("kind");
        let name =
            value["selfLink"].as_str()?.replace("https://www.googleapis.com/compute/v1", "//compute.googleapis.com");
        let of = if index % 2 == 0 { "assetType" } else { "asset_type" };
        let kind = format!("compute.googleapis.com/{}{rest}", first.to_uppercase());
        (!kind.ends_with("List")).then(|| json!({"name": name, of: kind, "resource": {"data": data}, "ancestors": ["projects/1", "organizations/2"]}))
    };
    let held = plain.as_array().unwrap();
    let mut assets: Vec<Value> = held.iter().enumerate().filter_map(asset).collect();
    // What stores something neither lets in nor out.
    assets.push(json!({"name": "//compute.googleapis.com/projects/p/zones/z/disks/d", "assetType": "compute.googleapis.com/Disk", "resource": {"data": {"name": "d"}}}));
    assets.push(json!({"name": "//storage.googleapis.com/b", "assetType": "storage.googleapis.com/Bucket"}));
    let lines: String = assets.iter().map(|asset| format!("{asset}\n")).collect();
    for text in [lines, json!(assets).to_string()] {
        check(&model(&text), "permit internet -> web tcp/22\npermit db -> web tcp/22\ndeny web -> db tcp/22");
    }
    let bare = json!([{"name": "//compute.googleapis.com/projects/p/global/networks/n", "assetType": "compute.googleapis.com/Network"}]);
    let file = isoneph_network::model::InputFile { path: "a.json".into(), bytes: bare.to_string().into_bytes() };
    let (_, problems) = isoneph_network::model::Model::read(vec![file]);
    assert!(problems[0].message.contains("--content-type=resource"), "{problems:?}");
    // What a search finds is an inventory, and no network.
    let found = json!([{"name": "//compute.googleapis.com/projects/p/global/networks/n", "assetType": "compute.googleapis.com/Network", "displayName": "n"}]);
    let file = isoneph_network::model::InputFile { path: "a.json".into(), bytes: found.to_string().into_bytes() };
    let (_, problems) = isoneph_network::model::Model::read(vec![file]);
    assert!(!problems.iter().any(|problem| problem.message.contains("--content-type")), "{problems:?}");
}
