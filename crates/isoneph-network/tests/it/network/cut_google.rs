//! Answers of Google that lack fields which it always writes, and two answers that do not agree.

use isoneph_network::model::{InputFile, Model};
use serde_json::{Value, json};

use super::estate::cut;
use super::google::{estate, link, machine, network, nothing, rule, subnet};
use super::{check, model};

/// What is open where a field of a rule that denies 22 is cut off; another allows all.
#[track_caller]
fn without(field: &str, object: &str) {
    let mut denies = rule("a 500 INGRESS deny tcp:22 10.0.0.0/16");
    let allows = rule("b 1000 INGRESS allow tcp 10.0.0.0/16");
    check(&model(&estate(vec![denies.clone(), allows.clone()])), "deny web -> db tcp/22 : 500 a");
    cut(&mut denies, &[field]);
    let lines = format!("undecided web -> db tcp/22 : {object} of rule a, which the input does not show");
    check(&model(&estate(vec![denies, allows])), &lines);
}

#[test]
fn a_rule_without_a_part_of_it_may_say_anything() {
    without("denied", "allowed or denied");
    for field in ["direction", "priority", "disabled", "network", "sourceRanges"] {
        without(field, field);
    }
}

#[test]
fn a_policy_without_its_rules_or_parts_of_them_may_say_anything() {
    let policy = |rules: Value| {
        let mut out = json!({"kind": "compute#firewallPolicy", "name": "p", "selfLink": link("global/firewallPolicies", "p"),
            "associations": [{"attachmentTarget": link("global/networks", "n")}]});
        if !rules.is_null() {
            out["rules"] = rules;
        }
        model(&estate(vec![out]))
    };
    let whole = json!({"priority": 1, "direction": "INGRESS", "action": "allow",
        "match": {"srcIpRanges": ["0.0.0.0/0"], "layer4Configs": [{"ipProtocol": "tcp", "ports": ["22"]}]}});
    check(&policy(json!([whole])), "permit web -> db tcp/22\ndeny web -> db tcp/23");
    check(&policy(Value::Null), "undecided web -> db tcp/23 : rules of p, which the input does not show");
    for field in ["priority", "direction", "action", "match"] {
        let mut part = whole.clone();
        cut(&mut part, &[field]);
        check(&policy(json!([part])), &format!("undecided web -> db tcp/22 : {field} of a rule of p"));
    }
}

#[test]
fn a_machine_without_its_tags_may_carry_any() {
    let mut text: Value = serde_json::from_str(&estate(vec![rule("a 500 INGRESS allow tcp:22 tag:web db")])).unwrap();
    check(&model(&text.to_string()), "permit web -> db tcp/22\ndeny db -> web tcp/22");
    cut(&mut text, &["tags"]);
    check(&model(&text.to_string()), "undecided web -> db tcp/22\nundecided db -> web tcp/22");
}

#[test]
fn what_two_answers_say_differently_of_a_rule_is_an_error_and_open() {
    let read = |first: &str, second: &str| {
        let file = |(path, text): (&str, String)| InputFile { path: path.into(), bytes: text.into_bytes() };
        let today = ("today.json", estate(vec![rule(first)]));
        Model::read([today, ("before.json", json!([rule(second)]).to_string())].map(file).to_vec())
    };
    let (allow, deny) = ("a 500 INGRESS allow tcp:22 10.0.0.0/16", "a 500 INGRESS deny tcp:22 10.0.0.0/16");
    for (first, second) in [(allow, deny), (deny, allow)] {
        let (found, problems) = read(first, second);
        assert!(problems.len() == 1 && problems[0].message.contains("today.json"), "{problems:?}");
        check(&found, "undecided web -> db tcp/22 : which of the two descriptions of p/a holds");
    }
    let (found, problems) = read(allow, allow);
    assert_eq!(problems, Vec::new());
    check(&found, "permit web -> db tcp/22");
}

#[test]
fn a_peering_without_its_state_may_join_or_not() {
    let mut held = json!([
        nothing("route"),
        nothing("router"),
        nothing("firewall"),
        network("n", &["m"]),
        network("m", &["n"]),
        subnet("n", "10.1.0.0/16"),
        subnet("m", "10.2.0.0/16"),
        machine("a", "n", "10.1.0.2", None, &[], "a"),
        machine("b", "m", "10.2.0.2", None, &[], "b"),
        json!({"kind": "compute#firewall", "name": "f", "selfLink": link("global/firewalls", "f"), "network": link("global/networks", "m"),
            "direction": "INGRESS", "disabled": false, "priority": 1, "allowed": [{"IPProtocol": "tcp"}], "sourceRanges": ["10.0.0.0/8"]}),
    ]);
    check(&model(&held.to_string()), "permit a -> b tcp/22");
    cut(&mut held, &["peerings", "state"]);
    check(&model(&held.to_string()), "undecided a -> b tcp/22");
}
