//! Cloud NAT of machines whose subnets no list shows, and policies above projects that no list shows.

use isoneph_network::model::{InputFile, Model, Unsupported};
use serde_json::{Value, json};

use super::google::{link, machine, network};
use super::references::{Held, plan, refers};
use super::{check, model};

const OUT: &str = "db -> 8.8.8.8 tcp/443";

fn all() -> Value {
    json!({"name": "nat", "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES", "type": "PUBLIC"})
}

fn of(subnet: &str) -> Value {
    json!({"name": "nat", "sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS", "type": "PUBLIC",
        "subnetworks": [{"name": link("regions/r/subnetworks", subnet)}]})
}

/// A machine without a public address, whose subnet is not in the input, and a router with a gateway.
fn without_subnets(nat: &Value, region: &str) -> Model {
    let routed = json!({"kind": "compute#router", "name": "router", "selfLink": link(&format!("regions/{region}/routers"), "router"),
        "region": link("regions", region), "network": link("global/networks", "n"), "nats": [nat]});
    let route = json!({"kind": "compute#route", "name": "d", "selfLink": link("global/routes", "d"), "network": link("global/networks", "n"),
        "destRange": "0.0.0.0/0", "priority": 1000, "nextHopGateway": link("global/gateways", "default-internet-gateway")});
    let rules = json!({"kind": "compute#firewallList", "selfLink": link("global", "firewalls")});
    let mut own = network("n", &[]);
    own["subnetworks"] = json!([link("regions/r/subnetworks", "n")]);
    model(&json!([own, machine("db", "n", "10.0.0.3", None, &[], "db@p"), routed, route, rules]).to_string())
}

#[test]
fn a_machine_whose_subnet_no_list_shows_gets_out_as_the_gateway_says() {
    check(&without_subnets(&all(), "r"), &format!("permit {OUT}"));
    check(&without_subnets(&all(), "elsewhere"), &format!("deny {OUT} : no public address"));
    check(&without_subnets(&of("n"), "r"), &format!("permit {OUT}"));
    check(&without_subnets(&of("another"), "r"), &format!("deny {OUT} : no public address"));
}

/// A plan of an automatic network, in which machines name no subnet.
fn automatic(zone: Value) -> Model {
    let of_network = || refers(&["google_compute_network.n.id", "google_compute_network.n"]);
    let all: Vec<Held> = vec![
        ("google_compute_network.n", json!({"name": "n", "auto_create_subnetworks": true}), json!({})),
        ("google_compute_router.r", json!({"name": "r", "region": "europe-west1"}), json!({"network": of_network()})),
        (
            "google_compute_router_nat.nat",
            json!({"name": "nat", "region": "europe-west1", "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}),
            json!({"router": refers(&["google_compute_router.r.name", "google_compute_router.r"])}),
        ),
        (
            "google_compute_instance.db",
            json!({"name": "db", "zone": zone, "network_interface": [{"access_config": []}]}),
            json!({"network_interface": [{"network": of_network()}]}),
        ),
    ];
    model(&plan(&all).to_string())
}

#[test]
fn in_an_automatic_network_the_zone_says_which_subnet_a_machine_is_in() {
    check(&automatic(json!("europe-west1-b")), &format!("permit {OUT}"));
    check(&automatic(json!("us-east1-b")), &format!("deny {OUT}"));
    check(&automatic(Value::Null), &format!("undecided {OUT} : whether Cloud NAT nat is for db"));
}

/// What of the input is told as a list that was not given.
fn lacks(files: &[(&str, Value)]) -> Vec<String> {
    let file =
        |(path, value): &(&str, Value)| InputFile { path: (*path).into(), bytes: value.to_string().into_bytes() };
    let (model, problems) = Model::read(files.iter().map(file).collect());
    assert_eq!(problems, Vec::new());
    model.unsupported.into_iter().filter(Unsupported::is_lack).map(|held| held.effect).collect()
}

#[test]
fn policies_above_projects_that_no_list_shows_are_taken_as_none_which_is_told() {
    let own = ("networks.json", json!([network("n", &[])]));
    let told = lacks(std::slice::from_ref(&own));
    assert!(matches!(told.as_slice(), [one] if one.contains("folders and organisations")), "{told:?}");
    let policy = |associations: Value| {
        json!([{"kind": "compute#firewallPolicy", "name": "1", "selfLink": "https://www.googleapis.com/compute/v1/locations/global/firewallPolicies/1",
        "parent": "organizations/7", "associations": associations, "rules": []}])
    };
    let held = |file: &'static str, value: Value| lacks(&[own.clone(), (file, value)]);
    let none: Vec<String> = Vec::new();
    assert_eq!(held("policies.json", policy(json!([{"attachmentTarget": "organizations/7"}]))), none);
    assert_eq!(held("policies.json", policy(json!([]))), none);
    assert_eq!(held("firewall-policies.json", json!([])), none);
    let asset = |of: &str, ancestors: Value| {
        json!([{"name": format!("//cloudresourcemanager.googleapis.com/{of}"),
        "assetType": "cloudresourcemanager.googleapis.com/Thing", "ancestors": ancestors, "resource": {"data": {}}}])
    };
    // All that an organisation has is exported with what is its own.
    assert_eq!(held("assets.json", asset("organizations/7", json!(["organizations/7"]))), none);
    assert_eq!(held("assets.json", asset("projects/p", json!(["projects/p", "organizations/7"]))).len(), 1);
}

#[test]
fn a_gateway_for_further_ranges_of_a_subnet_alone_or_of_which_its_subnets_are_not_shown_is_open() {
    let ranges = |words: Value| {
        let mut held = of("n");
        held["subnetworks"][0]["sourceIpRangesToNat"] = words;
        without_subnets(&held, "r")
    };
    for word in ["ALL_IP_RANGES", "PRIMARY_IP_RANGE"] {
        check(&ranges(json!([word])), &format!("permit {OUT}"));
    }
    check(&ranges(json!(["LIST_OF_SECONDARY_IP_RANGES"])), &format!("undecided {OUT} : Cloud NAT nat"));
    for field in ["sourceSubnetworkIpRangesToNat", "subnetworks"] {
        let mut held = of("n");
        held.as_object_mut().unwrap().remove(field);
        check(&without_subnets(&held, "r"), &format!("undecided {OUT} : Cloud NAT nat"));
    }
}
