//! Gateways of Azure's networks: what they may hand on beside what is written for them, and what keeps it out.

use serde_json::{Value, json};

use super::azure::{group, id, network, nic, peering, plain, subnet};
use super::references::{Held, plan, refers};
use super::{check, model};

/// A hub with a gateway of some properties, and a spoke that uses it where `remote`, with a table of some properties.
fn hub(gateway: Value, table: Value, remote: bool, more: Vec<Value>) -> String {
    let configurations =
        json!({"ipConfigurations": [{"id": id("virtualNetworkGateways", "vng/ipConfigurations/c")["id"]}]});
    let mut out = peering("hub", true);
    out["properties"]["useRemoteGateways"] = json!(remote);
    let routed = if table.is_null() { plain() } else { json!({"routeTable": id("routeTables", "t")}) };
    let subnets =
        vec![subnet("hub", "GatewaySubnet", "10.0.0.0/27", configurations), subnet("hub", "s", "10.0.1.0/24", plain())];
    let mut all = vec![
        network("hub", "10.0.0.0/16", subnets, vec![peering("spoke", true)]),
        network("spoke", "10.1.0.0/16", vec![subnet("spoke", "s", "10.1.1.0/24", routed)], vec![out]),
        nic("a", "hub", "s", "10.0.1.4", plain()),
        nic("b", "spoke", "s", "10.1.1.4", plain()),
    ];
    if gateway.is_object() {
        let mut held = json!({"ipConfigurations": [{"properties": {"subnet": id("virtualNetworks", "hub/subnets/GatewaySubnet")}}]});
        held.as_object_mut().unwrap().extend(gateway.as_object().unwrap().clone());
        all.push(json!({"type": "Microsoft.Network/virtualNetworkGateways", "name": "vng", "id": id("virtualNetworkGateways", "vng")["id"], "properties": held}));
    }
    if table.is_object() {
        all.push(json!({"type": "Microsoft.Network/routeTables", "name": "t", "id": id("routeTables", "t")["id"], "properties": table}));
    }
    all.extend(more);
    Value::Array(all).to_string()
}

fn vpn(bgp: bool) -> Value {
    json!({"gatewayType": "Vpn", "vpnType": "RouteBased", "enableBgp": bgp})
}

fn site(name: &str, blocks: &[&str]) -> Value {
    json!({"type": "Microsoft.Network/localNetworkGateways", "name": name, "id": id("localNetworkGateways", name)["id"],
        "properties": {"localNetworkAddressSpace": {"addressPrefixes": blocks}}})
}

fn connection(name: &str, gateway: &str, site: &str) -> Value {
    json!({"type": "Microsoft.Network/connections", "name": name, "id": id("connections", name)["id"],
        "properties": {"connectionType": "IPsec", "virtualNetworkGateway1": id("virtualNetworkGateways", gateway),
            "localNetworkGateway2": id("localNetworkGateways", site)}})
}

#[test]
fn a_gateway_that_learns_routes_may_take_the_way_to_the_internet() {
    let default_site =
        json!({"gatewayType": "Vpn", "enableBgp": false, "gatewayDefaultSite": id("localNetworkGateways", "x")});
    for (gateway, answer) in [
        (vpn(false), "permit"),
        (vpn(true), "undecided"),
        (json!({"gatewayType": "ExpressRoute", "enableBgp": false}), "undecided"),
        (default_site, "undecided"),
        // One whose kind is not shown, and one that is not shown itself.
        (json!({"enableBgp": false}), "undecided"),
        (json!({"gatewayType": "Vpn"}), "undecided"),
        (Value::Null, "undecided"),
    ] {
        let held = model(&hub(gateway.clone(), Value::Null, true, vec![]));
        check(&held, &format!("{answer} a -> 8.8.8.8 tcp/443\n{answer} b -> 8.8.8.8 tcp/443"));
        // The platform's own routes of networks and peerings come first, and private addresses were never the internet's.
        check(&held, "permit a -> b tcp/22\npermit b -> a tcp/22\nundecided b -> 172.16.0.1 tcp/22");
        // Who does not use the gateway learns nothing of it.
        check(
            &model(&hub(gateway, Value::Null, false, vec![])),
            "permit b -> 8.8.8.8 tcp/443\ndeny b -> 172.16.0.1 tcp/22",
        );
    }
}

#[test]
fn a_table_that_keeps_out_routes_of_gateways_or_has_one_for_everything_decides() {
    let shut = |shut: bool| json!({"disableBgpRoutePropagation": shut, "routes": []});
    let held = model(&hub(vpn(true), shut(true), true, vec![]));
    check(&held, "permit b -> 8.8.8.8 tcp/443\ndeny b -> 172.16.0.1 tcp/22 : no route leads");
    check(&model(&hub(vpn(true), shut(false), true, vec![])), "undecided b -> 8.8.8.8 tcp/443");
    for (kind, answer) in [("Internet", "permit"), ("None", "deny"), ("VirtualNetworkGateway", "undecided")] {
        let route = json!({"name": "r", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": kind}});
        let table = json!({"disableBgpRoutePropagation": false, "routes": [route]});
        check(&model(&hub(vpn(true), table, true, vec![])), &format!("{answer} b -> 8.8.8.8 tcp/443"));
    }
    // Half of everything is not everything.
    let route = json!({"name": "r", "properties": {"addressPrefix": "8.0.0.0/8", "nextHopType": "Internet"}});
    let held = model(&hub(vpn(true), json!({"routes": [route]}), true, vec![]));
    check(&held, "permit b -> 8.8.8.8 tcp/443\nundecided b -> 9.9.9.9 tcp/443");
}

#[test]
fn what_is_written_for_a_gateway_goes_to_it_whatever_it_learns() {
    let halves = ["0.0.0.0/1", "10.1.0.0/16"];
    let with = |more: Vec<Value>| model(&hub(vpn(false), Value::Null, true, more));
    let held = with(vec![site("dc", &halves), connection("c", "vng", "dc")]);
    check(
        &held,
        "undecided b -> 8.8.8.8 tcp/443 : what vng leads to\npermit b -> 203.0.113.9 tcp/443\npermit a -> b tcp/22",
    );
    // Another gateway's.
    check(&with(vec![site("dc", &halves), connection("c", "other", "dc")]), "permit b -> 8.8.8.8 tcp/443");
    // Nobody's, as far as is shown: it may be this one's.
    check(&with(vec![site("dc", &halves)]), "undecided b -> 8.8.8.8 tcp/443");
    // A site that no input shows may have any blocks.
    check(&with(vec![connection("c", "vng", "dc")]), "undecided b -> 203.0.113.9 tcp/443 : connection c");
    check(
        &with(vec![site("dc", &["192.168.0.0/16"]), connection("c", "vng", "dc")]),
        "permit b -> 203.0.113.9 tcp/443",
    );
}

#[test]
fn answers_to_the_internet_may_be_taken_as_well() {
    let address = json!({"type": "Microsoft.Network/publicIPAddresses", "id": id("publicIPAddresses", "p")["id"], "name": "p",
        "sku": {"name": "Basic"}, "properties": {"ipAddress": "20.1.1.1"}});
    for (bgp, answer) in [(true, "undecided"), (false, "permit")] {
        let public = nic("c", "hub", "s", "10.0.1.5", json!({"publicIPAddress": id("publicIPAddresses", "p")}));
        let held = model(&hub(vpn(bgp), Value::Null, true, vec![public, address.clone()]));
        check(&held, &format!("{answer} 8.8.8.8 -> 20.1.1.1 tcp/443"));
    }
}

#[test]
fn a_route_server_tells_any_route() {
    let standing = json!({"ipConfigurations": [{"id": id("virtualHubs", "rs/ipConfigurations/c")["id"]}]});
    let with = |standing: Value| {
        let all = json!([
            network(
                "n",
                "10.0.0.0/16",
                vec![
                    subnet("n", "RouteServerSubnet", "10.0.0.0/27", standing),
                    subnet("n", "s", "10.0.1.0/24", plain())
                ],
                vec![]
            ),
            nic("a", "n", "s", "10.0.1.4", plain()),
        ]);
        model(&all.to_string())
    };
    check(&with(standing), "undecided a -> 8.8.8.8 tcp/443 : RouteServerSubnet");
    check(&with(plain()), "permit a -> 8.8.8.8 tcp/443");
}

/// A plan of a hub and a spoke with some more resources, and values of the peering and of the spoke's route table.
fn planned(more: &[Held], table: Value) -> String {
    let of = |name: &str| {
        refers(&[&format!("azurerm_virtual_network.{name}.name"), &format!("azurerm_virtual_network.{name}")])
    };
    let network = |address: &'static str, name: &str, space: &str| -> Held {
        (address, json!({"name": name, "address_space": [space]}), json!({}))
    };
    let subnet = |address: &'static str, name: &str, network: &str, block: &str| -> Held {
        (address, json!({"name": name, "address_prefixes": [block]}), json!({"virtual_network_name": of(network)}))
    };
    let peering = |address: &'static str, from: &str, to: &str, remote: bool| -> Held {
        let to = refers(&[&format!("azurerm_virtual_network.{to}.id"), &format!("azurerm_virtual_network.{to}")]);
        (
            address,
            json!({"name": "p", "use_remote_gateways": remote}),
            json!({"virtual_network_name": of(from), "remote_virtual_network_id": to}),
        )
    };
    let card = json!({"ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.s.id", "azurerm_subnet.s"])}]});
    let mut all = vec![
        network("azurerm_virtual_network.hub", "hub", "10.0.0.0/16"),
        network("azurerm_virtual_network.spoke", "spoke", "10.1.0.0/16"),
        subnet("azurerm_subnet.gateways", "GatewaySubnet", "hub", "10.0.0.0/27"),
        subnet("azurerm_subnet.s", "s", "spoke", "10.1.1.0/24"),
        peering("azurerm_virtual_network_peering.out", "spoke", "hub", true),
        peering("azurerm_virtual_network_peering.back", "hub", "spoke", false),
        (
            "azurerm_network_interface.a",
            json!({"name": "a", "ip_configuration": [{"name": "c", "private_ip_address": "10.1.1.4"}]}),
            card,
        ),
    ];
    if table.is_object() {
        all.push(("azurerm_route_table.t", table, json!({})));
        let expressions = json!({"subnet_id": refers(&["azurerm_subnet.s.id", "azurerm_subnet.s"]),
            "route_table_id": refers(&["azurerm_route_table.t.id", "azurerm_route_table.t"])});
        all.push(("azurerm_subnet_route_table_association.t", json!({}), expressions));
    }
    all.extend(more.iter().cloned());
    plan(&all).to_string()
}

fn made(values: Value) -> Held {
    let place = json!({"ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.gateways.id", "azurerm_subnet.gateways"])}]});
    ("azurerm_virtual_network_gateway.vng", values, place)
}

#[test]
fn plans_say_what_a_gateway_learns_and_which_tables_keep_it_out() {
    let gateway = |kind: &str, bgp: bool| made(json!({"name": "vng", "type": kind, "bgp_enabled": bgp}));
    for (held, answer) in [
        (vec![gateway("Vpn", false)], "permit"),
        (vec![gateway("Vpn", true)], "undecided"),
        (vec![made(json!({"name": "vng", "type": "Vpn", "enable_bgp": true}))], "undecided"),
        (vec![gateway("ExpressRoute", false)], "undecided"),
        (vec![made(json!({"name": "vng", "type": "Vpn", "default_local_network_gateway_id": "x"}))], "undecided"),
        // The subnet is there for a gateway that somebody else makes.
        (vec![], "undecided"),
    ] {
        let asked = format!("{answer} a -> 8.8.8.8 tcp/443");
        check(&model(&planned(&held, Value::Null)), &asked);
        check(&model(&planned(&held, json!({"name": "t", "bgp_route_propagation_enabled": true}))), &asked);
        for table in [
            json!({"name": "t", "bgp_route_propagation_enabled": false}),
            json!({"name": "t", "disable_bgp_route_propagation": true}),
        ] {
            check(&model(&planned(&held, table)), "permit a -> 8.8.8.8 tcp/443\ndeny a -> 172.16.0.1 tcp/22");
        }
    }
}

#[test]
fn plans_say_what_is_behind_a_gateway() {
    let site = |blocks: Value| -> Held {
        ("azurerm_local_network_gateway.dc", json!({"name": "dc", "address_space": blocks}), json!({}))
    };
    let tunnel: Held = (
        "azurerm_virtual_network_gateway_connection.c",
        json!({"name": "c", "type": "IPsec"}),
        json!({"virtual_network_gateway_id": refers(&["azurerm_virtual_network_gateway.vng.id", "azurerm_virtual_network_gateway.vng"]),
            "local_network_gateway_id": refers(&["azurerm_local_network_gateway.dc.id", "azurerm_local_network_gateway.dc"])}),
    );
    let vng = || made(json!({"name": "vng", "type": "Vpn", "bgp_enabled": false}));
    let with = |more: &[Held]| model(&planned(more, Value::Null));
    check(
        &with(&[vng(), site(json!(["192.168.0.0/16", "198.51.100.0/24"])), tunnel.clone()]),
        "permit a -> 8.8.8.8 tcp/443\nundecided a -> 198.51.100.7 tcp/443 : what vng leads to",
    );
    check(&with(&[vng(), tunnel]), "undecided a -> 8.8.8.8 tcp/443");
}

#[test]
fn a_hub_of_a_virtual_wan_gives_its_route_for_everything_to_those_alone_that_take_it() {
    for (taken, answer) in [(true, "undecided"), (false, "permit")] {
        let joined: Held = (
            "azurerm_virtual_hub_connection.h",
            json!({"name": "h", "internet_security_enabled": taken}),
            json!({"remote_virtual_network_id": refers(&["azurerm_virtual_network.v.id", "azurerm_virtual_network.v"])}),
        );
        let card = json!({"ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.s.id", "azurerm_subnet.s"])}]});
        let all: Vec<Held> = vec![
            ("azurerm_virtual_network.v", json!({"name": "v", "address_space": ["10.0.0.0/16"]}), json!({})),
            (
                "azurerm_subnet.s",
                json!({"name": "s", "virtual_network_name": "v", "address_prefixes": ["10.0.1.0/24"]}),
                json!({}),
            ),
            ("azurerm_network_interface.a", json!({"name": "a", "ip_configuration": [{"name": "c"}]}), card),
            joined,
        ];
        check(
            &model(&plan(&all).to_string()),
            &format!("{answer} a -> 8.8.8.8 tcp/443\nundecided a -> 172.16.0.1 tcp/22"),
        );
    }
}

#[test]
fn private_addresses_behind_a_gateway_may_belong_to_the_network_and_public_ones_that_are_written_or_learned() {
    let with = |gateway: Value, sites: Vec<Value>| {
        let guarded = json!({"networkSecurityGroup": id("networkSecurityGroups", "g"), "publicIPAddress": id("publicIPAddresses", "p")});
        let mut more = vec![
            nic("c", "hub", "s", "10.0.1.5", guarded),
            group("g", &[]),
            json!({"type": "Microsoft.Network/publicIPAddresses", "id": id("publicIPAddresses", "p")["id"], "name": "p", "sku": {"name": "Basic"},
                "properties": {"ipAddress": "20.1.1.1"}}),
        ];
        more.extend(sites);
        model(&hub(gateway, Value::Null, true, more))
    };
    check(
        &with(vpn(false), vec![]),
        "deny 8.8.8.8 -> 20.1.1.1 tcp/22 : DenyAllInBound
         permit b -> c tcp/22
         permit a -> c tcp/22
         undecided 192.168.5.5 -> c tcp/22",
    );
    let written = || vec![site("dc", &["8.8.8.0/24"]), connection("c", "vng", "dc")];
    check(
        &with(vpn(false), written()),
        "deny 8.8.8.8 -> 20.1.1.1 tcp/22 : packets arrive one way\ndeny 9.9.9.9 -> 20.1.1.1 tcp/22 : DenyAllInBound",
    );
    for gateway in [vpn(true), json!({"gatewayType": "ExpressRoute", "enableBgp": false}), Value::Null] {
        check(&with(gateway, vec![]), "undecided 8.8.8.8 -> 20.1.1.1 tcp/22");
    }
}
