//! Azure virtual networks.

use serde_json::{Value, json};

use super::{check, model};

const BASE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network";

pub(super) fn id(kind: &str, name: &str) -> Value {
    json!({"id": format!("{BASE}/{kind}/{name}")})
}

pub(super) fn subnet(network: &str, name: &str, prefix: &str, more: Value) -> Value {
    let mut properties = json!({"addressPrefix": prefix});
    properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"id": format!("{BASE}/virtualNetworks/{network}/subnets/{name}"), "name": name, "properties": properties})
}

pub(super) fn network(name: &str, space: &str, subnets: Vec<Value>, peerings: Vec<Value>) -> Value {
    json!({"type": "Microsoft.Network/virtualNetworks", "id": format!("{BASE}/virtualNetworks/{name}"), "name": name,
        "properties": {"addressSpace": {"addressPrefixes": [space]}, "subnets": subnets, "virtualNetworkPeerings": peerings}})
}

pub(super) fn peering(to: &str, access: bool) -> Value {
    json!({"name": format!("to-{to}"), "properties": {"remoteVirtualNetwork": id("virtualNetworks", to),
        "allowVirtualNetworkAccess": access, "peeringState": "Connected"}})
}

pub(super) fn nic(name: &str, network: &str, subnet: &str, address: &str, more: Value) -> Value {
    let mut configuration = json!({"subnet": {"id": format!("{BASE}/virtualNetworks/{network}/subnets/{subnet}")}, "privateIPAddress": address});
    let mut properties = json!({});
    for (key, held) in more.as_object().unwrap() {
        let target = if key == "networkSecurityGroup" || key == "enableIPForwarding" {
            &mut properties
        } else {
            &mut configuration
        };
        target[key] = held.clone();
    }
    properties["ipConfigurations"] = json!([{"name": "c", "properties": configuration}]);
    json!({"type": "Microsoft.Network/networkInterfaces", "id": format!("{BASE}/networkInterfaces/{name}"), "name": name, "properties": properties})
}

/// A security group; rules are `NAME PRIORITY In|Out Allow|Deny PROTOCOL SOURCE DESTINATION PORT`.
pub(super) fn group(name: &str, rules: &[&str]) -> Value {
    let rule = |text: &&str| {
        let words: Vec<&str> = text.split(' ').collect();
        let mut held = json!({"priority": words[1].parse::<i64>().unwrap(), "direction": format!("{}bound", words[2]), "access": words[3],
            "protocol": words[4], "sourcePortRange": "*", "destinationPortRange": words[7]});
        for (key, word) in [("source", words[5]), ("destination", words[6])] {
            match word.strip_prefix("asg:") {
                Some(asg) => {
                    held[format!("{key}ApplicationSecurityGroups")] = json!([id("applicationSecurityGroups", asg)]);
                }
                None => held[format!("{key}AddressPrefix")] = json!(word),
            }
        }
        json!({"name": words[0], "properties": held})
    };
    json!({"type": "Microsoft.Network/networkSecurityGroups", "id": format!("{BASE}/networkSecurityGroups/{name}"), "name": name,
        "properties": {"securityRules": rules.iter().map(rule).collect::<Vec<_>>()}})
}

fn public(name: &str, address: &str, sku: &str) -> Value {
    json!({"type": "Microsoft.Network/publicIPAddresses", "id": format!("{BASE}/publicIPAddresses/{name}"), "name": name,
        "sku": {"name": sku}, "properties": {"ipAddress": address}})
}

pub(super) fn plain() -> Value {
    json!({})
}

/// Two subnets of one network, a machine in each, groups as given for the receiving side.
pub(super) fn pair(at_subnet: Value, at_nic: Value, more: Vec<Value>) -> String {
    let mut all = vec![
        network(
            "n",
            "10.0.0.0/16",
            vec![subnet("n", "one", "10.0.1.0/24", plain()), subnet("n", "two", "10.0.2.0/24", at_subnet)],
            vec![],
        ),
        nic("left", "n", "one", "10.0.1.4", plain()),
        nic("right", "n", "two", "10.0.2.4", at_nic),
        nic("beside", "n", "two", "10.0.2.5", plain()),
    ];
    all.extend(more);
    json!(all).to_string()
}

#[test]
fn the_lowest_priority_number_decides_and_default_rules_come_last() {
    let held = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
    let text = pair(
        plain(),
        held,
        vec![group(
            "g",
            &[
                "allow 200 In Allow Tcp 10.0.1.0/24 * 22",
                "deny 100 In Deny Tcp 10.0.1.4 * 22",
                "shut 300 In Deny Tcp * * 23",
            ],
        )],
    );
    check(
        &model(&text),
        "deny left -> right tcp/22 : 100 deny
         permit beside -> right tcp/22
         deny left -> right tcp/23
         permit left -> right tcp/24
         permit left -> right icmp",
    );
}

#[test]
fn a_rule_for_icmp_that_names_ports_may_hold_or_not_and_one_for_all_protocols_means_those_with_ports() {
    let held = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
    let with = |rules: &[&str]| model(&pair(plain(), held.clone(), vec![group("g", rules)]));
    let shut = "shut 200 In Deny * * * *";
    check(
        &with(&["ping 100 In Allow Icmp * * 22", shut]),
        "undecided left -> right icmp : whether rule ping\ndeny left -> right tcp/22",
    );
    for ports in ["*", "0-65535"] {
        check(
            &with(&[&format!("ping 100 In Allow Icmp * * {ports}"), shut]),
            "permit left -> right icmp\ndeny left -> right tcp/22",
        );
    }
    check(&with(&["any 100 In Allow * * * 22", shut]), "deny left -> right icmp\npermit left -> right tcp/22");
}

#[test]
fn both_groups_must_allow_and_the_subnets_holds_inside_the_subnet_too() {
    let held = json!({"networkSecurityGroup": id("networkSecurityGroups", "sub")});
    let nic = json!({"networkSecurityGroup": id("networkSecurityGroups", "nic")});
    let text = pair(
        held,
        nic,
        vec![
            group("sub", &["a 100 In Allow Tcp * * 22", "b 110 In Deny * * * *"]),
            group("nic", &["a 100 In Allow Tcp * * 80", "c 105 In Allow Tcp 10.0.1.4 * 22", "b 110 In Deny * * * *"]),
        ],
    );
    check(
        &model(&text),
        "permit left -> right tcp/22
         deny left -> right tcp/80 : sub inbound 110
         deny beside -> right tcp/22 : nic inbound 110",
    );
}

#[test]
fn the_tag_of_the_network_takes_in_peers_unless_access_is_off() {
    let both = |access: bool| {
        json!([
            network("a", "10.1.0.0/16", vec![subnet("a", "s", "10.1.1.0/24", plain())], vec![peering("b", access)]),
            network(
                "b",
                "10.2.0.0/16",
                vec![subnet("b", "s", "10.2.1.0/24", plain())],
                vec![peering("a", access), peering("c", true)]
            ),
            network("c", "10.3.0.0/16", vec![subnet("c", "s", "10.3.1.0/24", plain())], vec![peering("b", true)]),
            group("g", &[]),
            nic("in-a", "a", "s", "10.1.1.4", plain()),
            nic("in-b", "b", "s", "10.2.1.4", json!({"networkSecurityGroup": id("networkSecurityGroups", "g")})),
            nic("in-c", "c", "s", "10.3.1.4", plain()),
        ])
        .to_string()
    };
    check(
        &model(&both(true)),
        "permit in-a -> in-b tcp/22
         permit in-c -> in-b tcp/22
         deny in-a -> in-c tcp/22 : private addresses outside the network",
    );
    check(&model(&both(false)), "deny in-a -> in-b tcp/22 : DenyAllInBound\npermit in-c -> in-b tcp/22");
}

#[test]
fn a_peering_made_from_one_end_only_carries_nothing() {
    let text = json!([
        network("a", "10.1.0.0/16", vec![subnet("a", "s", "10.1.1.0/24", plain())], vec![peering("b", true)]),
        network("b", "10.2.0.0/16", vec![subnet("b", "s", "10.2.1.0/24", plain())], vec![]),
        nic("in-a", "a", "s", "10.1.1.4", plain()),
        nic("in-b", "b", "s", "10.2.1.4", plain()),
    ]);
    check(&model(&text.to_string()), "deny in-a -> in-b tcp/22 : not connected both ways");
}

#[test]
fn a_standard_public_address_is_closed_without_a_group_and_a_basic_one_open() {
    let with = |sku: &str, more: Vec<Value>| {
        let mut held = vec![public("p", "20.1.1.1", sku)];
        held.extend(more);
        pair(plain(), json!({"publicIPAddress": id("publicIPAddresses", "p")}), held)
    };
    check(&model(&with("Standard", vec![])), "deny 8.8.8.8 -> right tcp/22\npermit left -> right tcp/22");
    check(&model(&with("Basic", vec![])), "permit 8.8.8.8 -> 20.1.1.1 tcp/22");
    let open = json!({"publicIPAddress": id("publicIPAddresses", "p"), "networkSecurityGroup": id("networkSecurityGroups", "g")});
    let grouped = pair(
        plain(),
        open,
        vec![public("p", "20.1.1.1", "Standard"), group("g", &["ssh 100 In Allow Tcp Internet * 22"])],
    );
    check(
        &model(&grouped),
        "permit 8.8.8.8 -> 20.1.1.1 tcp/22
         deny 8.8.8.8 -> 20.1.1.1 tcp/23 : DenyAllInBound
         permit right -> 8.8.8.8 tcp/443",
    );
}

#[test]
fn application_groups_hold_within_one_network() {
    let held = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
    let mut text: Value = serde_json::from_str(&pair(
        plain(),
        held,
        vec![group("g", &["a 100 In Allow Tcp asg:web * 22", "b 110 In Deny * * * *"])],
    ))
    .unwrap();
    text[1]["properties"]["ipConfigurations"][0]["properties"]["applicationSecurityGroups"] =
        json!([id("applicationSecurityGroups", "web")]);
    check(&model(&text.to_string()), "permit left -> right tcp/22\ndeny beside -> right tcp/22");
}

#[test]
fn an_unknown_service_tag_leaves_the_answer_open() {
    let held = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
    let text = pair(plain(), held, vec![group("g", &["a 100 In Deny Tcp Storage.WestEurope * 22"])]);
    check(
        &model(&text),
        "undecided left -> right tcp/22 : service tag Storage.WestEurope\npermit left -> right tcp/23",
    );
}

#[test]
fn a_users_route_holds_before_the_systems_and_an_appliance_leaves_it_open() {
    let table = |kind: &str, next: &str| {
        json!({"type": "Microsoft.Network/routeTables", "id": format!("{BASE}/routeTables/r"), "name": "r", "properties": {"routes": [
            {"name": "x", "properties": {"addressPrefix": "10.0.0.0/16", "nextHopType": kind, "nextHopIpAddress": next}}]}})
    };
    let estate = |kind: &str, next: &str| {
        json!([
            network(
                "n",
                "10.0.0.0/16",
                vec![
                    subnet("n", "one", "10.0.1.0/24", json!({"routeTable": id("routeTables", "r")})),
                    subnet("n", "two", "10.0.2.0/24", plain())
                ],
                vec![]
            ),
            nic("left", "n", "one", "10.0.1.4", plain()),
            nic("right", "n", "two", "10.0.2.4", plain()),
            nic("box", "n", "two", "10.0.2.9", json!({"enableIPForwarding": true})),
            table(kind, next),
        ])
        .to_string()
    };
    check(&model(&estate("None", "")), "deny left -> right tcp/22 : leads nowhere");
    check(&model(&estate("VirtualAppliance", "10.0.2.9")), "undecided left -> right tcp/22 : what box passes on");
    check(&model(&estate("VirtualAppliance", "10.0.9.9")), "undecided left -> right tcp/22 : next hop 10.0.9.9");
}

#[test]
fn a_load_balancer_lets_clients_in_as_themselves() {
    let nic_id = format!("{BASE}/networkInterfaces/right");
    let balancer = json!({"type": "Microsoft.Network/loadBalancers", "id": format!("{BASE}/loadBalancers/lb"), "name": "lb", "properties": {
        "frontendIPConfigurations": [{"name": "f", "properties": {"publicIPAddress": id("publicIPAddresses", "p")}}],
        "backendAddressPools": [{"id": format!("{BASE}/loadBalancers/lb/backendAddressPools/b"), "properties": {"backendIPConfigurations": [{"id": format!("{nic_id}/ipConfigurations/c")}]}}],
        "loadBalancingRules": [{"properties": {"protocol": "Tcp", "frontendPort": 80, "backendPort": 8080,
            "backendAddressPool": {"id": format!("{BASE}/loadBalancers/lb/backendAddressPools/b")}}}]}});
    let held = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
    let text = pair(
        plain(),
        held,
        vec![balancer, public("p", "20.1.1.1", "Standard"), group("g", &["a 100 In Allow Tcp 8.8.0.0/16 * 8080"])],
    );
    check(
        &model(&text),
        "permit 8.8.8.8 -> 20.1.1.1 tcp/80
         permit 8.8.8.8 -> right tcp/80
         deny 9.9.9.9 -> 20.1.1.1 tcp/80
         deny 9.9.9.9 -> right tcp/80
         deny 8.8.8.8 -> 20.1.1.1 tcp/8080",
    );
}

#[test]
fn a_managers_rules_come_before_every_group() {
    let resource = |address: &str, values: Value| {
        let (kind, name) = address.split_once('.').unwrap();
        json!({"address": address, "mode": "managed", "type": kind, "name": name, "values": values})
    };
    let rule = |action: &str, port: &str, priority: i64| {
        json!({"id": format!("/rules/{action}"), "name": action, "priority": priority, "direction": "Inbound", "action": action, "protocol": "Tcp",
            "admin_rule_collection_id": "/collections/c", "destination_port_ranges": [port], "source_port_ranges": ["*"],
            "source": [{"address_prefix_type": "IPPrefix", "address_prefix": "*"}], "destination": []})
    };
    let state = json!({"format_version": "1.0", "values": {"root_module": {"resources": [
        resource("azurerm_virtual_network.n", json!({"id": "/vnet/n", "name": "n", "address_space": ["10.0.0.0/16"]})),
        resource("azurerm_subnet.s", json!({"id": "/vnet/n/s", "name": "s", "virtual_network_name": "n", "address_prefixes": ["10.0.1.0/24"]})),
        resource("azurerm_network_interface.a", json!({"id": "/nic/a", "name": "a", "ip_configuration": [{"subnet_id": "/vnet/n/s", "private_ip_address": "10.0.1.4"}]})),
        resource("azurerm_network_interface.b", json!({"id": "/nic/b", "name": "b", "ip_configuration": [{"subnet_id": "/vnet/n/s", "private_ip_address": "10.0.1.5"}]})),
        resource("azurerm_network_security_group.g", json!({"id": "/nsg/g", "name": "g", "security_rule": [
            {"name": "no", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "source_address_prefix": "*",
             "destination_address_prefix": "*", "source_port_range": "*", "destination_port_range": "22"}]})),
        resource("azurerm_network_interface_security_group_association.g", json!({"network_interface_id": "/nic/b", "network_security_group_id": "/nsg/g"})),
        resource("azurerm_network_manager_static_member.m", json!({"network_group_id": "/groups/g", "target_virtual_network_id": "/vnet/n"})),
        resource("azurerm_network_manager_admin_rule_collection.c", json!({"id": "/collections/c", "network_group_ids": ["/groups/g"]})),
        resource("azurerm_network_manager_admin_rule.one", rule("AlwaysAllow", "22", 1)),
        resource("azurerm_network_manager_admin_rule.two", rule("Deny", "23", 2)),
        resource("azurerm_network_manager_admin_rule.three", rule("Allow", "24", 3)),
    ]}}});
    check(
        &model(&state.to_string()),
        "permit a -> b tcp/22
         deny a -> b tcp/23 : security admin rule 2
         permit a -> b tcp/24",
    );
}

#[test]
fn the_internet_finds_nobody_by_a_private_address() {
    let text = pair(plain(), plain(), vec![]);
    check(
        &model(&text),
        "deny 8.8.8.8 -> 10.0.2.4 tcp/22 : no public address
         undecided 8.8.8.8 -> 10.0.2.99 tcp/22 : does not show all its interfaces
         undecided 8.8.8.8 -> 10.77.0.1 tcp/22 : no network of the model holds",
    );
}
