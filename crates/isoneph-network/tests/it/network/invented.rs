//! Ways are told in what the input shows: no address, and no route, that is not there.

use isoneph_network::reach::reach;
use serde_json::json;

use super::google::{estate, link, machine, network, nothing, rule, subnet};
use super::model;

/// What packets from one to another meet, a line each.
fn met(text: &str, from: &str, to: &str) -> Vec<String> {
    let found = reach(&model(text), from, to, None).unwrap();
    let hops = found.ways.into_iter().flat_map(|way| way.path);
    hops.map(|hop| format!("{} {}", hop.what, hop.name)).collect()
}

#[test]
fn each_subnet_of_a_network_has_a_route_of_its_own() {
    let mut beside = subnet("n", "10.0.1.0/24");
    (beside["name"], beside["selfLink"]) = (json!("o"), json!(link("regions/r/subnetworks", "o")));
    let held = json!([
        network("n", &[]),
        subnet("n", "10.0.0.0/24"),
        beside,
        machine("web", "n", "10.0.0.2", None, &[], "a"),
        machine("db", "n", "10.0.0.3", None, &[], "a"),
        nothing("route"),
        nothing("router"),
        rule("a 1000 INGRESS allow tcp 10.0.0.0/16"),
    ]);
    let met = met(&held.to_string(), "web", "db");
    assert!(met.iter().any(|hop| hop.contains("10.0.0.0/24")), "{met:?}");
    assert!(!met.iter().any(|hop| hop.contains("10.0.0.0/23")), "{met:?}");
}

#[test]
fn an_address_that_is_not_known_is_not_told_as_all_addresses() {
    let router = json!({"kind": "compute#router", "name": "r", "selfLink": link("regions/r/routers", "r"),
        "network": link("global/networks", "n"), "region": link("regions", "r"),
        "nats": [{"name": "nat", "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}]});
    let met = met(&estate(vec![router]), "db", "internet");
    assert!(met.iter().any(|hop| hop == "source becomes an address that is not shown of nat"), "{met:?}");
}
