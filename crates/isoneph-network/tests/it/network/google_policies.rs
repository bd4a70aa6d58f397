//! Firewall policies of Google whose rules are written within them, in plans.

use serde_json::{Value, json};

use super::references::{Held, plan, refers};
use super::{check, model};

/// A network with a policy of some rules, associated with it, and two machines.
fn with(kind: &'static str, rules: Value, open: bool) -> String {
    let nic = |address: &'static str, inside: &str, tag: &str| -> Held {
        let name = address.split_once('.').unwrap().1;
        let held = json!([{"network_ip": inside, "access_config": []}]);
        let place = json!({"network_interface": [{"subnetwork": refers(&["google_compute_subnetwork.s.id", "google_compute_subnetwork.s"])}]});
        (address, json!({"name": name, "zone": "r-b", "tags": [tag], "network_interface": held}), place)
    };
    let of_network = || refers(&["google_compute_network.n.id", "google_compute_network.n"]);
    let policy = format!("{kind}.p");
    let association = if kind.contains("region") {
        "google_compute_region_network_firewall_policy_association.a"
    } else {
        "google_compute_network_firewall_policy_association.a"
    };
    let mut values = json!({"name": "p", "region": "r"});
    let mut written = json!({});
    if open {
        written["rule"] = refers(&["var.rules"]);
    } else {
        values["rule"] = rules;
    }
    let all: Vec<Held> = vec![
        ("google_compute_network.n", json!({"name": "n", "auto_create_subnetworks": false}), json!({})),
        (
            "google_compute_subnetwork.s",
            json!({"name": "s", "region": "r", "ip_cidr_range": "10.0.0.0/24"}),
            json!({"network": of_network()}),
        ),
        nic("google_compute_instance.web", "10.0.0.2", "web"),
        nic("google_compute_instance.db", "10.0.0.3", "db"),
        (Box::leak(policy.clone().into_boxed_str()), values, written),
        (
            association,
            json!({"name": "a", "region": "r"}),
            json!({"firewall_policy": refers(&[&format!("{policy}.name"), &policy]), "attachment_target": of_network()}),
        ),
    ];
    plan(&all).to_string()
}

fn rule(priority: u16, action: &str, port: &str, source: &str) -> Value {
    json!({"priority": priority, "action": action, "direction": "INGRESS", "disabled": false, "match": [
        {"src_ip_ranges": [source], "layer4_config": [{"ip_protocol": "tcp", "ports": [port]}]}]})
}

#[test]
fn rules_within_a_policy_are_read() {
    for kind in [
        "google_compute_network_firewall_policy_with_rules",
        "google_compute_region_network_firewall_policy_with_rules",
    ] {
        let rules = json!([rule(10, "deny", "22", "10.0.0.2/32"), rule(20, "allow", "20-30", "10.0.0.0/24")]);
        let held = model(&with(kind, rules, false));
        check(&held, "deny web -> db tcp/22\npermit web -> db tcp/23\npermit db -> web tcp/22\ndeny web -> db tcp/80");
        let mut tagged = rule(10, "allow", "80", "10.0.0.0/24");
        tagged["target_secure_tag"] = json!([{"name": "tagValues/1"}]);
        check(
            &model(&with(kind, json!([tagged]), false)),
            "undecided web -> db tcp/80 : target_secure_tag\ndeny web -> db tcp/22",
        );
    }
}

#[test]
fn rules_within_a_policy_that_are_known_after_apply_may_say_anything() {
    let kind = "google_compute_network_firewall_policy_with_rules";
    check(&model(&with(kind, Value::Null, true)), "undecided web -> db tcp/22");
    check(&model(&with(kind, json!([]), false)), "deny web -> db tcp/22");
}
