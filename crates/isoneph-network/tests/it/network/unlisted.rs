//! Answers of an API of which lists are missing: what is in none of the lists at hand is not thereby absent.

use isoneph_network::model::{InputFile, Model};
use serde_json::{Value, json};

use super::{check, model};

/// One model of files with names.
fn named(files: &[(&str, &Value)]) -> Model {
    let file =
        |(path, held): &(&str, &Value)| InputFile { path: (*path).to_owned(), bytes: held.to_string().into_bytes() };
    let (model, problems) = Model::read(files.iter().map(file).collect());
    assert_eq!(problems, Vec::new());
    model
}

fn link(rest: &str) -> String {
    format!("https://www.googleapis.com/compute/v1/projects/p/{rest}")
}

fn instance(name: &str, address: &str, public: Option<&str>) -> Value {
    let access: Vec<Value> = public.iter().map(|address| json!({"natIP": address})).collect();
    let nic = json!({"network": link("global/networks/n"), "subnetwork": link("regions/r/subnetworks/s"),
        "networkIP": address, "accessConfigs": access});
    json!({"kind": "compute#instance", "name": name, "selfLink": link(&format!("zones/z/instances/{name}")), "networkInterfaces": [nic]})
}

/// Networks, subnets, machines, routes and rules of a project, each as a file of `gcloud compute … list`.
fn google() -> Vec<(&'static str, Value)> {
    let network = json!([{"kind": "compute#network", "name": "n", "selfLink": link("global/networks/n"),
        "subnetworks": [link("regions/r/subnetworks/s")]}]);
    let subnet = json!([{"kind": "compute#subnetwork", "name": "s", "selfLink": link("regions/r/subnetworks/s"),
        "network": link("global/networks/n"), "region": link("regions/r"), "ipCidrRange": "10.0.0.0/24"}]);
    let route = json!([{"kind": "compute#route", "name": "d", "selfLink": link("global/routes/d"), "network": link("global/networks/n"),
        "destRange": "0.0.0.0/0", "priority": 1000, "nextHopGateway": link("global/gateways/default-internet-gateway")}]);
    let rule = json!([{"kind": "compute#firewall", "name": "f", "selfLink": link("global/firewalls/f"), "network": link("global/networks/n"),
        "direction": "INGRESS", "priority": 1000, "allowed": [{"IPProtocol": "tcp", "ports": ["443"]}], "sourceRanges": ["10.0.0.0/24"]}]);
    let machines = json!([instance("a", "10.0.0.2", Some("34.1.1.1")), instance("b", "10.0.0.3", None)]);
    vec![
        ("networks.json", network),
        ("subnets.json", subnet),
        ("instances.json", machines),
        ("routes.json", route),
        ("firewall-rules.json", rule),
        ("routers.json", json!([])),
    ]
}

#[track_caller]
fn without(file: &str, lines: &str) {
    let all = google();
    let held: Vec<(&str, &Value)> =
        all.iter().filter(|(name, _)| *name != file).map(|(name, held)| (*name, held)).collect();
    check(&named(&held), lines);
}

#[test]
fn of_a_project_each_list_is_needed() {
    without(
        "",
        "permit a -> b tcp/443
         deny a -> b tcp/22 : implied ingress rule
         permit a -> 8.8.8.8 tcp/443
         deny b -> 8.8.8.8 tcp/443 : no public address
         deny 8.8.8.8 -> a tcp/22",
    );
    without(
        "firewall-rules.json",
        "undecided a -> b tcp/443 : the firewall rules of p/n, of which the input has no list
         undecided a -> b tcp/22 : the firewall rules of p/n
         undecided 8.8.8.8 -> a tcp/22 : the firewall rules of p/n",
    );
    without(
        "routes.json",
        "undecided a -> 8.8.8.8 tcp/443 : the routes of p/n, of which the input has no list
         permit a -> b tcp/443",
    );
    without(
        "routers.json",
        "undecided b -> 8.8.8.8 tcp/443 : the routers of p/n, of which the input has no list
         permit a -> 8.8.8.8 tcp/443",
    );
    without("subnets.json", "undecided a -> 10.0.9.9 tcp/443");
}

#[test]
fn a_list_of_the_api_says_that_nothing_is_in_it_and_a_page_of_several_does_not() {
    let mut all = google();
    let rules = json!({"kind": "compute#firewallList", "id": "projects/p/global/firewalls"});
    let routers = json!({"kind": "compute#routerAggregatedList", "id": "projects/p/aggregated/routers",
        "items": {"regions/r": {"warning": {"code": "NO_RESULTS_ON_PAGE"}}}});
    let machines =
        json!({"kind": "compute#instanceAggregatedList", "items": {"zones/z": {"instances": all[2].1.clone()}}});
    (all[4].1, all[5].1, all[2].1) = (rules, routers, machines);
    let files = |all: &[(&'static str, Value)]| {
        let held: Vec<Value> = all.iter().map(|(_, held)| held.clone()).collect();
        let names: Vec<String> = (0..held.len()).map(|at| format!("page{at}.json")).collect();
        let pairs: Vec<(&str, &Value)> = names.iter().map(String::as_str).zip(&held).collect();
        named(&pairs)
    };
    check(
        &files(&all),
        "deny a -> b tcp/443 : implied ingress rule
         deny b -> 8.8.8.8 tcp/443 : no public address",
    );
    all[4].1["nextPageToken"] = json!("more");
    check(&files(&all), "undecided a -> b tcp/443 : the firewall rules of p/n");
}

#[test]
fn a_network_names_its_policy_though_the_input_does_not_show_it() {
    let mut all = google();
    all[0].1[0]["firewallPolicy"] = json!(link("global/firewallPolicies/np"));
    let held: Vec<(&str, &Value)> = all.iter().map(|(name, held)| (*name, held)).collect();
    check(&named(&held), "undecided a -> b tcp/22 : firewall policy p/np, which is not in the input");
}

/// Pods as the server shows them, and whatever more.
fn pods(more: &str) -> String {
    let pod = |space: &str, name: &str| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": space, "resourceVersion": "7"},
            "spec": {"containers": [{"name": "c"}]}, "status": {"phase": "Running", "podIP": "10.8.0.9"}})
    };
    let pods = json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [pod("shop", "web"), pod("ops", "db")]});
    format!("---\n{pods}\n---\n{more}\n")
}

#[test]
fn of_a_running_cluster_the_policies_are_needed() {
    check(&model(&pods("")), "undecided shop/web -> ops/db tcp/80 : the network policies of the cluster");
    let policy = |more: &str| {
        format!(
            r#"{{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "metadata": {{"resourceVersion": "9"{more}}}, "items": [
            {{"metadata": {{"name": "p", "namespace": "ops", "resourceVersion": "8"}}, "spec": {{"podSelector": {{}}}}}}]}}"#
        )
    };
    check(&model(&pods(&policy(""))), "deny shop/web -> ops/db tcp/80\npermit ops/db -> shop/web tcp/80");
    check(&model(&pods(&policy(r#", "continue": "x""#))), "undecided shop/web -> ops/db tcp/80");
    for none in [
        r#"{"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": []}"#,
        r#"{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "metadata": {"resourceVersion": "9"}, "items": []}"#,
    ] {
        check(&model(&pods(none)), "permit shop/web -> ops/db tcp/80");
    }
}
