//! Private endpoints of Azure: the platform's routes to them, and that they open no connections.

use serde_json::{Value, json};

use super::azure::{group, id, network, nic, peering, plain, subnet};
use super::references::{Held, plan, refers};
use super::{check, model};

const STORE: &str = "/subscriptions/1/resourceGroups/x/providers/Microsoft.Storage/storageAccounts/s";

fn endpoint(interface: &str, of: &str) -> Value {
    json!({"type": "Microsoft.Network/privateEndpoints", "id": id("privateEndpoints", interface)["id"], "name": interface, "properties": {
        "networkInterfaces": [id("networkInterfaces", interface)],
        "privateLinkServiceConnections": [{"properties": {"privateLinkServiceId": of, "privateLinkServiceConnectionState": {"status": "Approved"}}}]}})
}

fn table(routes: &[(&str, &str)]) -> Value {
    let routes: Vec<Value> = routes
        .iter()
        .map(|(prefix, kind)| json!({"name": prefix, "properties": {"addressPrefix": prefix, "nextHopType": kind, "nextHopIpAddress": "10.7.0.4"}}))
        .collect();
    json!({"type": "Microsoft.Network/routeTables", "id": id("routeTables", "t")["id"], "name": "t", "properties": {"routes": routes}})
}

/// A machine in a subnet with routes of its own, and an endpoint beside another machine in a subnet behind a closed group.
fn estate(policies: Option<&str>, routes: &[(&str, &str)], peered: bool) -> String {
    let mut more = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
    if let Some(word) = policies {
        more["privateEndpointNetworkPolicies"] = json!(word);
    }
    let far = subnet("n", "far", "10.0.1.0/24", more);
    let with = json!({"routeTable": id("routeTables", "t")});
    let mut all = if peered {
        vec![
            network("n", "10.0.0.0/16", vec![far], vec![peering("m", true)]),
            network("m", "10.9.0.0/16", vec![subnet("m", "near", "10.9.1.0/24", with)], vec![peering("n", true)]),
            nic("a", "m", "near", "10.9.1.4", plain()),
        ]
    } else {
        vec![
            network("n", "10.0.0.0/16", vec![far, subnet("n", "near", "10.0.2.0/24", with)], vec![]),
            nic("a", "n", "near", "10.0.2.4", plain()),
        ]
    };
    all.extend([
        table(routes),
        nic("b", "n", "far", "10.0.1.4", plain()),
        nic("door", "n", "far", "10.0.1.5", plain()),
        endpoint("door", STORE),
        group("g", &["shut 100 In Deny Tcp * * 1-1000"]),
    ]);
    all.iter_mut()
        .filter(|held| held["name"] == "door" && held["properties"].get("ipConfigurations").is_some())
        .for_each(|held| held["properties"]["privateEndpoint"] = id("privateEndpoints", "door"));
    json!(all).to_string()
}

#[test]
fn routes_of_users_hold_for_no_answer_of_a_private_endpoint_for_sure() {
    for peered in [false, true] {
        let back = if peered { "10.9.0.0/16" } else { "10.0.2.0/24" };
        let with = |word: &str, back: &str| {
            let mut all: Value = serde_json::from_str(&estate(Some(word), &[], peered)).unwrap();
            let shut = table(&[(back, "None")]).to_string().replace("/t\"", "/back\"");
            all[0]["properties"]["subnets"][0]["properties"]["routeTable"] = id("routeTables", "back");
            all.as_array_mut().unwrap().push(serde_json::from_str(&shut).unwrap());
            model(&all.to_string())
        };
        for word in ["Disabled", "NetworkSecurityGroupEnabled"] {
            check(&with(word, back), "permit a -> 10.0.1.5 tcp/2000\ndeny a -> b tcp/2000 : leads nowhere");
        }
        for word in ["RouteTableEnabled", "Enabled"] {
            check(&with(word, "0.0.0.0/0"), "permit a -> 10.0.1.5 tcp/2000\npermit a -> b tcp/2000");
            // Of a table that is not shown nothing is known.
            let mut hidden: Value = serde_json::from_str(&estate(Some(word), &[], peered)).unwrap();
            hidden[0]["properties"]["subnets"][0]["properties"]["routeTable"] = id("routeTables", "hidden");
            check(&model(&hidden.to_string()), "undecided a -> 10.0.1.5 tcp/2000 : route table");
            check(
                &with(word, back),
                "undecided a -> 10.0.1.5 tcp/2000 : whether users' routes hold for answers of private endpoints",
            );
        }
    }
}

#[test]
fn the_platforms_route_to_a_private_endpoint_holds_before_shorter_ones_of_users() {
    for (peered, prefix) in [(false, "10.0.1.0/24"), (false, "10.0.0.0/16"), (true, "10.0.0.0/16"), (true, "0.0.0.0/0")]
    {
        for word in ["Disabled", "NetworkSecurityGroupEnabled"] {
            let held = model(&estate(Some(word), &[(prefix, "None")], peered));
            let port = 2000;
            check(&held, &format!("permit a -> 10.0.1.5 tcp/{port}"));
            if prefix != "0.0.0.0/0" {
                check(&held, &format!("deny a -> b tcp/{port} : leads nowhere"));
            }
        }
    }
}

#[test]
fn a_route_to_the_endpoint_alone_holds_before_the_platforms() {
    check(
        &model(&estate(Some("Disabled"), &[("10.0.1.5/32", "None")], false)),
        "deny a -> 10.0.1.5 tcp/2000 : leads nowhere",
    );
}

#[test]
fn routes_hold_for_private_endpoints_where_the_subnet_says_so_and_they_are_as_long_as_the_networks_block() {
    for word in ["Enabled", "RouteTableEnabled"] {
        for peered in [false, true] {
            let with = |prefix: &str| model(&estate(Some(word), &[(prefix, "None")], peered));
            check(&with("10.0.1.0/24"), "deny a -> 10.0.1.5 tcp/2000 : leads nowhere");
            check(&with("10.0.0.0/16"), "deny a -> 10.0.1.5 tcp/2000 : leads nowhere");
            check(&with("0.0.0.0/0"), "permit a -> 10.0.1.5 tcp/2000");
        }
    }
}

#[test]
fn where_the_subnet_does_not_say_whether_routes_hold_for_its_endpoints_it_is_open() {
    let text = estate(None, &[("10.0.1.0/24", "None")], false);
    check(
        &model(&text),
        "undecided a -> 10.0.1.5 tcp/2000 : hold for private endpoints in subnet far\ndeny a -> b tcp/2000",
    );
    check(&model(&estate(None, &[("0.0.0.0/0", "None")], false)), "permit a -> b tcp/2000");
}

#[test]
fn traffic_for_an_endpoint_goes_round_the_firewall_that_routes_name() {
    let text = estate(Some("Disabled"), &[("10.0.0.0/16", "VirtualAppliance")], false);
    check(&model(&text), "permit a -> 10.0.1.5 tcp/2000\nundecided a -> b tcp/2000 : 10.7.0.4");
}

#[test]
fn an_endpoint_whose_address_is_not_known_may_be_reached_past_users_routes() {
    let mut all: Vec<Value> =
        serde_json::from_str(&estate(Some("Disabled"), &[("10.0.1.0/24", "None")], false)).unwrap();
    for held in all.iter_mut().filter(|held| held["name"] == "door") {
        if let Some(place) = held["properties"].pointer_mut("/ipConfigurations/0/properties") {
            place.as_object_mut().unwrap().remove("privateIPAddress");
        }
    }
    check(&model(&json!(all).to_string()), "undecided a -> door tcp/2000\ndeny a -> b tcp/2000 : leads nowhere");
}

#[test]
fn a_private_endpoint_opens_no_connections() {
    let held = model(&estate(Some("Disabled"), &[], false));
    check(
        &held,
        "permit a -> door tcp/443
         deny door -> a tcp/443 : opens no connections
         deny door -> 8.8.8.8 tcp/443 : opens no connections
         permit b -> a tcp/443",
    );
}

#[test]
fn what_the_interface_of_an_endpoint_is_of_is_open_where_nothing_says_so() {
    let mut all: Vec<Value> = serde_json::from_str(&estate(Some("Disabled"), &[], true)).unwrap();
    all.retain(|held| held["type"] != "Microsoft.Network/privateEndpoints");
    for held in &mut all {
        if let Some(peerings) = held["properties"].get_mut("virtualNetworkPeerings") {
            *peerings = json!([]);
        }
    }
    // It may be of a private link service in the other network.
    check(&model(&json!(all).to_string()), "undecided b -> a tcp/443 : a private endpoint\ndeny door -> a tcp/443");
    let door = all.iter_mut().find(|held| held["name"] == "door").unwrap();
    door["properties"]["ipConfigurations"][0]["properties"]["privateLinkConnectionProperties"] =
        json!({"groupId": "blob"});
    check(&model(&json!(all).to_string()), "deny b -> a tcp/443 : DenyAllOutBound\ndeny door -> a tcp/443");
}

#[test]
fn a_plan_may_write_which_addresses_an_endpoint_has_and_a_state_tells_them() {
    let with = |told: Value| {
        let of_subnet = || refers(&["azurerm_subnet.s.id", "azurerm_subnet.s"]);
        let mut endpoint = json!({"name": "door"});
        endpoint.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        let rule = json!({"name": "r", "priority": 100, "direction": "Outbound", "access": "Deny", "protocol": "*", "source_port_range": "*",
            "destination_port_range": "*", "source_address_prefix": "*", "destination_address_prefix": "10.0.1.9"});
        let all: Vec<Held> = vec![
            ("azurerm_virtual_network.v", json!({"name": "v", "address_space": ["10.0.0.0/16"]}), json!({})),
            (
                "azurerm_subnet.s",
                json!({"name": "s", "virtual_network_name": "v", "address_prefixes": ["10.0.1.0/24"],
                    "private_endpoint_network_policies": "Disabled"}),
                json!({}),
            ),
            ("azurerm_network_security_group.g", json!({"name": "g", "security_rule": [rule]}), json!({})),
            (
                "azurerm_subnet_network_security_group_association.g",
                json!({}),
                json!({"subnet_id": of_subnet(), "network_security_group_id": refers(&["azurerm_network_security_group.g.id", "azurerm_network_security_group.g"])}),
            ),
            (
                "azurerm_network_interface.a",
                json!({"name": "a", "ip_configuration": [{"name": "c", "private_ip_address": "10.0.1.4"}]}),
                json!({"ip_configuration": [{"subnet_id": of_subnet()}]}),
            ),
            ("azurerm_private_endpoint.door", endpoint, json!({"subnet_id": of_subnet()})),
        ];
        model(&plan(&all).to_string())
    };
    for address in ["10.0.1.9", "10.0.1.8"] {
        let answer = if address == "10.0.1.9" { "deny" } else { "permit" };
        let written = json!({"ip_configuration": [{"name": "c", "private_ip_address": address}]});
        check(&with(written), &format!("{answer} a -> door tcp/443"));
        let given = json!({"custom_dns_configs": [{"fqdn": "x", "ip_addresses": [address]}]});
        check(&with(given), &format!("{answer} a -> door tcp/443"));
    }
    check(&with(json!({})), "undecided a -> door tcp/443");
    // Of several the one that is not known may be any.
    let in_part = json!({"ip_configuration": [{"name": "c", "private_ip_address": "10.0.1.8"}, {"name": "d"}]});
    check(&with(in_part), "undecided a -> door tcp/443");
}
