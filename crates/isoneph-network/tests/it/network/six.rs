//! Public addresses of IPv6: Azure translates them one to one, Google gives them to the machine itself.

use serde_json::{Value, json};

use super::azure::{group, id, network, nic, plain, subnet};
use super::google::{self, estate, link, rule};
use super::{check, model};

/// A machine with an address of each family in a dual network; `more` stands beside its address of IPv6.
fn dual(name: &str, number: u32, more: &Value) -> Value {
    let mut nic = nic(name, "n", "s", &format!("10.0.1.{number}"), plain());
    let mut six = nic["properties"]["ipConfigurations"][0].clone();
    six["name"] = json!("six");
    six["properties"]["privateIPAddress"] = json!(format!("fd00:db8:0:1::{number}"));
    six["properties"]["privateIPAddressVersion"] = json!("IPv6");
    for (key, held) in more.as_object().unwrap() {
        six["properties"][key] = held.clone();
    }
    nic["properties"]["ipConfigurations"].as_array_mut().unwrap().push(six);
    nic
}

/// A network of both families with a machine that has a public address of IPv6 and one that has none.
fn azure(public: Value, more: Vec<Value>) -> String {
    let mut net = network("n", "10.0.0.0/16", vec![subnet("n", "s", "10.0.1.0/24", plain())], vec![]);
    net["properties"]["addressSpace"]["addressPrefixes"] = json!(["10.0.0.0/16", "fd00:db8::/48"]);
    net["properties"]["subnets"][0]["properties"] = json!({"addressPrefixes": ["10.0.1.0/24", "fd00:db8:0:1::/64"],
        "networkSecurityGroup": id("networkSecurityGroups", "g")});
    let mut address = json!({"type": "Microsoft.Network/publicIPAddresses", "name": "p6", "sku": {"name": "Standard"}, "properties": public});
    address["id"] = id("publicIPAddresses", "p6")["id"].clone();
    let mut all = vec![
        net,
        dual("b", 4, &json!({"publicIPAddress": id("publicIPAddresses", "p6")})),
        dual("a", 5, &plain()),
        address,
        group("g", &["ssh 100 In Allow Tcp ::/0 * 22"]),
    ];
    all.extend(more);
    json!(all).to_string()
}

#[test]
fn azure_translates_a_public_address_of_the_sixth_version_both_ways() {
    check(
        &model(&azure(json!({"ipAddress": "2603:1020::1"}), vec![])),
        "permit 2001:4860::1 -> 2603:1020::1 tcp/22
         deny 2001:4860::1 -> 2603:1020::1 tcp/80 : DenyAllInBound
         permit internet -> b tcp/22
         deny 8.8.8.8 -> b tcp/22
         permit b -> 2001:4860::1 tcp/443
         deny internet -> a tcp/22 : no public address",
    );
}

#[test]
fn an_address_of_a_family_that_is_not_known_yet_is_one_of_that_family() {
    let text = azure(json!({"publicIPAddressVersion": "IPv6"}), vec![]);
    check(&model(&text), "permit 2001:4860::1 -> b tcp/22\ndeny 8.8.8.8 -> b tcp/22\npermit b -> 2001:4860::1 tcp/443");
}

#[test]
fn azure_lends_addresses_of_the_fourth_version_alone() {
    let text = azure(json!({"ipAddress": "2603:1020::1"}), vec![]);
    check(&model(&text), "deny a -> 2001:4860::1 tcp/443 : no public address\npermit a -> 8.8.8.8 tcp/443");
    let gateway = |public: Value| {
        let gateway = json!({"type": "Microsoft.Network/natGateways", "name": "nat", "id": id("natGateways", "nat")["id"], "properties": public});
        let mut held: Value =
            serde_json::from_str(&azure(json!({"ipAddress": "2603:1020::1"}), vec![gateway])).unwrap();
        held[0]["properties"]["subnets"][0]["properties"]["natGateway"] = id("natGateways", "nat");
        held.to_string()
    };
    let unknown = gateway(json!({"publicIpAddresses": [id("publicIPAddresses", "elsewhere")]}));
    check(&model(&unknown), "undecided a -> 2001:4860::1 tcp/443 : has an address of IPv6");
    let known = gateway(json!({"publicIpAddressesV6": [id("publicIPAddresses", "p6")]}));
    check(&model(&known), "permit a -> 2001:4860::1 tcp/443");
}

#[test]
fn the_internet_reaches_no_machine_of_azure_by_an_address_of_its_network() {
    let text = azure(json!({"ipAddress": "2603:1020::1"}), vec![]).replace("fd00:db8", "2a00:db8");
    check(&model(&text), "deny 2001:4860::1 -> 2a00:db8:0:1::5 tcp/22 : no public address");
}

#[test]
fn a_load_balancer_of_the_sixth_version_leads_to_addresses_of_it() {
    let pool = id("loadBalancers", "lb/backendAddressPools/b");
    let balancer = json!({"type": "Microsoft.Network/loadBalancers", "id": id("loadBalancers", "lb")["id"], "name": "lb", "properties": {
        "frontendIPConfigurations": [{"name": "f", "properties": {"publicIPAddress": id("publicIPAddresses", "p7")}}],
        "backendAddressPools": [{"id": pool["id"], "properties": {"backendIPConfigurations": [id("networkInterfaces", "a/ipConfigurations/six")]}}],
        "loadBalancingRules": [{"properties": {"protocol": "Tcp", "frontendPort": 443, "backendPort": 22, "backendAddressPool": pool}}]}});
    let address = json!({"type": "Microsoft.Network/publicIPAddresses", "id": id("publicIPAddresses", "p7")["id"], "name": "p7",
        "sku": {"name": "Standard"}, "properties": {"ipAddress": "2603:1020::7"}});
    let text = azure(json!({"ipAddress": "2603:1020::1"}), vec![balancer, address]);
    check(
        &model(&text),
        "permit 2001:4860::1 -> 2603:1020::7 tcp/443
         permit 2001:4860::1 -> a tcp/443
         permit a -> 2001:4860::1 tcp/443
         deny a -> 2001:4860::1 udp/443 : lb takes only tcp",
    );
}

/// A subnet with addresses that the internet routes, and a machine with one of them.
fn outside(prefix: &str, address: &Value) -> String {
    let mut subnet = google::subnet("n", "10.0.0.0/16");
    subnet["ipv6AccessType"] = json!("EXTERNAL");
    subnet[prefix] = json!("2600:1900:4000:abc::/64");
    let mut machine = google::machine("six", "n", "10.0.0.9", None, &[], "six@p");
    machine["networkInterfaces"][0]["ipv6AccessConfigs"] = json!([address]);
    let route = json!({"kind": "compute#route", "name": "six", "selfLink": link("global/routes", "six"), "network": link("global/networks", "n"),
        "destRange": "::/0", "priority": 1000, "nextHopGateway": link("global/gateways", "default-internet-gateway")});
    estate(vec![subnet, machine, route, rule("ssh 1000 INGRESS allow tcp:22 ::/0")])
}

#[test]
fn a_machine_of_google_has_its_public_address_of_the_sixth_version_itself() {
    for prefix in ["ipv6CidrRange", "externalIpv6Prefix"] {
        let address = json!({"externalIpv6": "2600:1900:4000:abc:0:0:0:0", "externalIpv6PrefixLength": 96});
        check(
            &model(&outside(prefix, &address)),
            "permit 2001:4860::1 -> 2600:1900:4000:abc:: tcp/22
             permit 2001:4860::1 -> six tcp/22
             undecided internet -> six tcp/22
             deny 2001:4860::1 -> six tcp/80 : implied ingress
             permit six -> 2001:4860::1 tcp/443",
        );
    }
}

#[test]
fn a_public_address_of_the_sixth_version_that_is_not_shown_is_one_nevertheless() {
    check(
        &model(&outside("ipv6CidrRange", &json!({}))),
        "permit 2001:4860::1 -> six tcp/22\ndeny internet -> six tcp/80",
    );
}

#[test]
fn without_a_list_of_routes_the_way_out_of_the_sixth_version_is_open_too() {
    let mut all: Vec<Value> =
        serde_json::from_str(&outside("ipv6CidrRange", &json!({"externalIpv6": "2600:1900:4000:abc::"}))).unwrap();
    all.retain(|held| held["kind"] != "compute#route");
    check(&model(&json!(all).to_string()), "undecided six -> 2001:4860::1 tcp/443 : the routes of");
}

#[test]
fn a_public_address_of_a_plan_is_of_the_family_that_it_says() {
    let with = |version: &Value| {
        let resource = |address: &str, values: Value| {
            let (kind, name) = address.split_once('.').unwrap();
            json!({"address": address, "mode": "managed", "type": kind, "name": name, "values": values})
        };
        let state = json!({"format_version": "1.0", "values": {"root_module": {"resources": [
            resource("azurerm_virtual_network.n", json!({"id": "/vnet/n", "name": "n", "address_space": ["10.0.0.0/16", "fd00:db8::/48"]})),
            resource("azurerm_subnet.s", json!({"id": "/vnet/n/s", "name": "s", "virtual_network_name": "n", "address_prefixes": ["10.0.1.0/24", "fd00:db8:0:1::/64"]})),
            resource("azurerm_public_ip.p", json!({"id": "/pip/p", "name": "p", "sku": "Basic", "ip_version": version})),
            resource("azurerm_network_interface.a", json!({"id": "/nic/a", "name": "a", "ip_configuration": [
                {"subnet_id": "/vnet/n/s", "private_ip_address": "10.0.1.4", "public_ip_address_id": "/pip/p"},
                {"subnet_id": "/vnet/n/s", "private_ip_address": "fd00:db8:0:1::4", "public_ip_address_id": "/pip/p"}]})),
        ]}}});
        model(&state.to_string())
    };
    check(&with(&json!("IPv6")), "permit 2001:4860::1 -> a tcp/22\ndeny 8.8.8.8 -> a tcp/22 : no public address");
    check(&with(&Value::Null), "permit 8.8.8.8 -> a tcp/22\ndeny 2001:4860::1 -> a tcp/22 : no public address");
}
