//! Links and names by which Google's resources refer to each other, and what goes by them.

use serde_json::{Value, json};

use super::google::{link, machine, network, rule, subnet};
use super::references::{Held, plan, refers};
use super::{check, model, models};

/// A machine of a plan's network, with a rule that lets it be reached, whose network is written as given.
fn written(network: &Value, project: Value) -> Vec<Held> {
    let nic = |address: &'static str, inside: &str| {
        let name = address.split_once('.').unwrap().1;
        let values = json!({"name": name, "project": "p", "network_interface": [{"network_ip": inside}]});
        (address, values, json!({"network_interface": [{"subnetwork": refers(&["google_compute_subnetwork.s.id"])}]}))
    };
    let allow = json!({"name": "r", "project": "p", "network": network, "direction": "INGRESS", "priority": 1000,
        "allow": [{"protocol": "tcp", "ports": ["22"]}], "source_ranges": ["0.0.0.0/0"]});
    let mut made = json!({"name": "vpc", "auto_create_subnetworks": false});
    if !project.is_null() {
        made["project"] = project;
    }
    vec![
        ("google_compute_network.n", made, json!({})),
        (
            "google_compute_subnetwork.s",
            json!({"name": "s", "project": "p", "region": "r", "ip_cidr_range": "10.0.0.0/24"}),
            json!({"network": refers(&["google_compute_network.n.id"])}),
        ),
        ("google_compute_firewall.f", allow, json!({"network": {"references": ["each.value"]}})),
        nic("google_compute_instance.a", "10.0.0.2"),
        nic("google_compute_instance.b", "10.0.0.3"),
    ]
}

#[test]
fn a_link_put_together_from_names_is_that_of_what_a_plan_makes_under_them() {
    let links = [
        "https://www.googleapis.com/compute/v1/projects/p/global/networks/vpc",
        "projects/p/global/networks/vpc",
        "global/networks/vpc",
        "vpc",
    ];
    for link in links {
        let text = plan(&written(&json!(link), json!("p"))).to_string();
        check(&model(&text), "permit a -> b tcp/22\ndeny a -> b tcp/23");
    }
    let other = plan(&written(&json!("projects/other/global/networks/vpc"), json!("p"))).to_string();
    check(&model(&other), "deny a -> b tcp/22");
    // Of which project the network is the plan does not show.
    let unclear = plan(&written(&json!("projects/p/global/networks/vpc"), Value::Null)).to_string();
    check(&model(&unclear), "undecided a -> b tcp/22");
}

#[test]
fn a_route_by_policy_may_take_what_it_is_about_past_all_others() {
    let held = || {
        vec![
            network("n", &[]),
            subnet("n", "10.0.0.0/24"),
            machine("a", "n", "10.0.0.2", None, &[], "x"),
            machine("b", "n", "10.0.0.3", None, &[], "x"),
            rule("in 1000 INGRESS allow tcp:22 0.0.0.0/0"),
        ]
    };
    let empty = json!({"kind": "compute#routeList", "id": "projects/p/global/routes", "items": []}).to_string();
    let plain = Value::Array(held()).to_string();
    check(&models(&[&plain, &empty]), "permit a -> b tcp/22");
    let by_policy = json!([{"kind": "networkconnectivity#policyBasedRoute", "name": "projects/p/locations/global/policyBasedRoutes/r",
        "network": link("global/networks", "n"), "nextHopIlbIp": "10.0.0.9", "filter": {"srcRange": "10.0.0.0/24"}}]);
    check(
        &models(&[&plain, &empty, &by_policy.to_string()]),
        "undecided a -> b tcp/22 : policyBasedRoutes/r\ndeny a -> b tcp/23",
    );
}

#[test]
fn a_route_by_policy_of_a_plan_may_take_what_it_is_about() {
    let mut all = written(&json!("vpc"), json!("p"));
    all.push((
        "google_network_connectivity_policy_based_route.r",
        json!({"name": "r", "next_hop_ilb_ip": "10.0.0.9", "filter": [{"src_range": "10.0.0.0/24"}]}),
        json!({"network": refers(&["google_compute_network.n.id"])}),
    ));
    check(&model(&plan(&all).to_string()), "undecided a -> b tcp/22\ndeny a -> b tcp/23");
}

#[test]
fn what_a_project_is_in_decides_for_its_own_machines_alone() {
    let above = |project: &str, folders: &[&str]| {
        let folders = folders.iter().map(|folder| json!({"type": "folder", "id": folder}));
        let all: Vec<Value> = std::iter::once(json!({"type": "project", "id": project}))
            .chain(folders)
            .chain([json!({"type": "organization", "id": "1"})])
            .collect();
        Value::Array(all).to_string()
    };
    let policy = json!({"kind": "compute#firewallPolicy", "name": "77", "shortName": "locked", "parent": "organizations/1",
        "selfLink": "https://www.googleapis.com/compute/v1/locations/global/firewallPolicies/77",
        "associations": [{"attachmentTarget": "folders/5"}],
        "rules": [{"priority": 1, "direction": "INGRESS", "action": "deny", "match": {"srcIpRanges": ["0.0.0.0/0"], "layer4Configs": [{"ipProtocol": "all"}]}}]});
    let mut guest = machine("c", "n", "10.0.0.4", None, &[], "x");
    guest["selfLink"] = json!("https://www.googleapis.com/compute/v1/projects/q/zones/z/instances/c");
    let all = json!([
        network("n", &[]),
        subnet("n", "10.0.0.0/24"),
        machine("a", "n", "10.0.0.2", None, &[], "x"),
        machine("b", "n", "10.0.0.3", None, &[], "x"),
        guest,
        rule("in 1000 INGRESS allow tcp:22 0.0.0.0/0"),
        policy,
    ]);
    check(
        &models(&[&all.to_string(), &above("p", &["5"]), &above("q", &[])]),
        "deny a -> b tcp/22\nundecided a -> c tcp/22 : locked",
    );
}
