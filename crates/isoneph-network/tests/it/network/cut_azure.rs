//! Answers of Azure that lack fields which it always writes, and two answers that do not agree.

use isoneph_network::model::{InputFile, Model};
use serde_json::{Value, json};

use super::azure::{group, id, network, nic, pair, peering, plain, subnet};
use super::estate::cut;
use super::{asked, check, model};

const RULES: &[&str] = &["allow 200 In Allow Tcp 10.9.0.0/16 * 22", "deny 4000 In Deny * * * *"];

fn guarded() -> String {
    let held = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
    pair(plain(), held, vec![group("g", RULES)])
}

#[test]
fn a_rule_without_a_part_of_it_may_say_anything() {
    check(&model(&guarded()), "deny left -> right tcp/22 : 4000 deny");
    for part in ["access", "priority", "direction", "protocol", "sourceAddressPrefix", "destinationPortRange"] {
        let mut text: Value = serde_json::from_str(&guarded()).unwrap();
        cut(&mut text, &["properties", "securityRules", "properties", part]);
        let lines = format!("undecided left -> right tcp/22 : {part} of rule");
        // What a rule that denies all would say elsewhere is no doubt about what it says: both are cut.
        check(&model(&text.to_string()), &lines);
    }
}

#[test]
fn a_group_without_its_rules_and_a_table_without_its_routes_may_say_anything() {
    let mut text: Value = serde_json::from_str(&guarded()).unwrap();
    cut(&mut text, &["properties", "securityRules"]);
    check(
        &model(&text.to_string()),
        "undecided left -> right tcp/22 : securityRules of g, which the input does not show",
    );
    let table = |more: Value| json!({"type": "Microsoft.Network/routeTables", "id": id("routeTables", "t")["id"], "name": "t", "properties": more});
    let routed = |table: Value| {
        let own = subnet("n", "one", "10.0.1.0/24", json!({"routeTable": id("routeTables", "t")}));
        let two = subnet("n", "two", "10.0.2.0/24", plain());
        let held = [
            network("n", "10.0.0.0/16", vec![own, two], vec![]),
            nic("left", "n", "one", "10.0.1.4", plain()),
            nic("right", "n", "two", "10.0.2.4", plain()),
            table,
        ];
        model(&json!(held).to_string())
    };
    check(&routed(table(json!({"routes": []}))), "permit left -> right tcp/22");
    check(&routed(table(json!({}))), "undecided left -> right tcp/22 : routes of t, which the input does not show");
}

#[test]
fn networks_without_their_peerings_are_not_apart() {
    let peered = |left: Vec<Value>, right: Vec<Value>| {
        json!([
            network("a", "10.1.0.0/16", vec![subnet("a", "a", "10.1.0.0/24", plain())], left),
            network("b", "10.2.0.0/16", vec![subnet("b", "b", "10.2.0.0/24", plain())], right),
            nic("a", "a", "a", "10.1.0.4", plain()),
            nic("b", "b", "b", "10.2.0.4", plain()),
        ])
    };
    check(&model(&peered(vec![], vec![]).to_string()), "deny a -> b tcp/22");
    let mut none = peered(vec![], vec![]);
    cut(&mut none, &["properties", "virtualNetworkPeerings"]);
    check(&model(&none.to_string()), "undecided a -> b tcp/22 : virtualNetworkPeerings of");
    let mut one = peered(vec![peering("b", true)], vec![]);
    one[1]["properties"].as_object_mut().unwrap().remove("virtualNetworkPeerings");
    check(&model(&one.to_string()), "undecided a -> b tcp/22");
    let mut both = peered(vec![peering("b", true)], vec![peering("a", true)]);
    check(&model(&both.to_string()), "permit a -> b tcp/22");
    cut(&mut both, &["properties", "virtualNetworkPeerings", "properties", "peeringState"]);
    check(&model(&both.to_string()), "undecided a -> b tcp/22");
}

#[test]
fn what_two_answers_say_differently_of_a_group_is_an_error_and_open() {
    let read = |texts: [&str; 2]| {
        let file =
            |(at, text): (usize, &&str)| InputFile { path: format!("{at}.json"), bytes: text.as_bytes().to_vec() };
        Model::read(texts.iter().enumerate().map(file).collect())
    };
    let other = json!([group("g", &["allow 200 In Allow Tcp * * 22"])]).to_string();
    let (found, problems) = read([&guarded(), &other]);
    assert!(
        problems.len() == 1 && problems[0].path == "1.json" && problems[0].message.contains("0.json"),
        "{problems:?}"
    );
    assert!(asked(&found, "left -> right tcp/22").1.contains("securityRules of g"));
    // The command line lifts what stands under `properties`, and adds what nobody asked for.
    let mut lifted: Value = serde_json::from_str(&guarded()).unwrap();
    for held in lifted.as_array_mut().unwrap() {
        let own = held.as_object_mut().unwrap().remove("properties").unwrap();
        held.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        for rule in held.get_mut("securityRules").and_then(Value::as_array_mut).into_iter().flatten() {
            let own = rule["properties"].take();
            rule.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            rule.as_object_mut().unwrap().remove("properties");
            rule["sourceAddressPrefixes"] = json!([]);
            rule["etag"] = json!("W/1");
        }
    }
    let (found, problems) = read([&guarded(), &lifted.to_string()]);
    assert_eq!(problems, Vec::new());
    check(&found, "deny left -> right tcp/22 : 4000 deny");
}

#[test]
fn what_the_routes_of_a_table_that_is_not_shown_add_to_the_network_is_open() {
    let with = |tables: Vec<Value>| {
        let routed = json!({"routeTable": id("routeTables", "t")});
        let guarded = json!({"networkSecurityGroup": id("networkSecurityGroups", "g"), "publicIPAddress": id("publicIPAddresses", "p")});
        let mut all = vec![
            network("n", "10.0.0.0/16", vec![subnet("n", "s", "10.0.1.0/24", routed)], vec![]),
            nic("a", "n", "s", "10.0.1.4", guarded),
            group("g", &[]),
            json!({"type": "Microsoft.Network/publicIPAddresses", "id": id("publicIPAddresses", "p")["id"], "name": "p", "sku": {"name": "Basic"},
                "properties": {"ipAddress": "20.1.1.1"}}),
        ];
        all.extend(tables);
        model(&Value::Array(all).to_string())
    };
    let table = |routes: Value| {
        let properties = if routes.is_null() { json!({}) } else { json!({"routes": routes}) };
        json!({"type": "Microsoft.Network/routeTables", "id": id("routeTables", "t")["id"], "name": "t", "properties": properties})
    };
    let route = json!({"name": "r", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.2.4"}});
    let asked = |tables: Vec<Value>, word: &str| check(&with(tables), &word.replace('*', "8.8.8.8 -> 20.1.1.1 tcp/22"));
    asked(vec![table(json!([]))], "deny * : DenyAllInBound");
    asked(vec![], "undecided * : the routes of");
    asked(vec![table(Value::Null)], "undecided * : routes of t");
    // A route for everything makes the outside a part of the network.
    asked(vec![table(json!([route]))], "deny * : packets arrive one way");
}
