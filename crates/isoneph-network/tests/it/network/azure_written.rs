//! Identifiers that a plan of Azure writes out, of what it is only to make.

use serde_json::{Value, json};

use super::references::{Held, plan, refers};
use super::{check, model};

const BASE: &str = "/subscriptions/0000/resourceGroups/G/providers/Microsoft.Network";

/// Two machines of one subnet, a group that denies, and what associates the two.
fn guarded(association: Value, expressions: Value) -> Vec<Held> {
    let deny = json!({"name": "r", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "*", "source_port_range": "*",
        "destination_port_range": "22", "source_address_prefix": "*", "destination_address_prefix": "*"});
    let nic = |address: &'static str| {
        let name = address.split_once('.').unwrap().1;
        let values = json!({"name": name, "resource_group_name": "g", "ip_configuration": [{"name": "c"}]});
        (address, values, json!({"ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.s.id"])}]}))
    };
    vec![
        (
            "azurerm_virtual_network.v",
            json!({"name": "v", "resource_group_name": "g", "address_space": ["10.0.0.0/16"]}),
            json!({}),
        ),
        (
            "azurerm_subnet.s",
            json!({"name": "s", "resource_group_name": "g", "virtual_network_name": "v", "address_prefixes": ["10.0.1.0/24"]}),
            json!({}),
        ),
        (
            "azurerm_network_security_group.n",
            json!({"name": "n", "resource_group_name": "g", "security_rule": [deny]}),
            json!({}),
        ),
        ("azurerm_subnet_network_security_group_association.a", association, expressions),
        nic("azurerm_network_interface.a"),
        nic("azurerm_network_interface.b"),
    ]
}

fn asked(resources: &[Held], lines: &str) {
    check(&model(&plan(resources).to_string()), lines);
}

#[test]
fn an_identifier_put_together_from_names_may_be_that_of_what_is_made_under_them() {
    let given = json!({"references": ["each.value.id", "each.value"]});
    let (subnet, group) = (format!("{BASE}/virtualNetworks/V/subnets/s"), format!("{BASE}/networkSecurityGroups/n"));
    let both = json!({"subnet_id": given, "network_security_group_id": given});
    asked(&guarded(json!({"subnet_id": subnet, "network_security_group_id": group}), both), "undecided a -> b tcp/22");
    let half = json!({"subnet_id": refers(&["azurerm_subnet.s.id"]), "network_security_group_id": given});
    asked(&guarded(json!({"network_security_group_id": group}), half), "undecided a -> b tcp/22");
    let half =
        json!({"subnet_id": given, "network_security_group_id": refers(&["azurerm_network_security_group.n.id"])});
    asked(&guarded(json!({"subnet_id": subnet}), half.clone()), "undecided a -> b tcp/22");
    // Of another name it is something else.
    asked(&guarded(json!({"subnet_id": subnet.replace("/V/", "/w/")}), half), "permit a -> b tcp/22");
}

#[test]
fn a_peering_with_an_identifier_put_together_from_names_may_answer_the_other() {
    let network = |address: &'static str, name: &str, block: &str| {
        (address, json!({"name": name, "resource_group_name": "g", "address_space": [block]}), json!({}))
    };
    let subnet = |address: &'static str, of: &str, block: &str| {
        let values =
            json!({"name": "s", "resource_group_name": "g", "virtual_network_name": of, "address_prefixes": [block]});
        (address, values, json!({}))
    };
    let nic = |address: &'static str, subnet: &str| {
        let name = address.split_once('.').unwrap().1;
        let expressions = json!({"ip_configuration": [{"subnet_id": refers(&[subnet])}]});
        (address, json!({"name": name, "ip_configuration": [{"name": "c"}]}), expressions)
    };
    let all = vec![
        network("azurerm_virtual_network.one", "one", "10.1.0.0/16"),
        network("azurerm_virtual_network.two", "two", "10.2.0.0/16"),
        subnet("azurerm_subnet.one", "one", "10.1.1.0/24"),
        subnet("azurerm_subnet.two", "two", "10.2.1.0/24"),
        nic("azurerm_network_interface.a", "azurerm_subnet.one.id"),
        nic("azurerm_network_interface.b", "azurerm_subnet.two.id"),
        (
            "azurerm_virtual_network_peering.one",
            json!({"name": "p", "resource_group_name": "g", "virtual_network_name": "one"}),
            json!({"remote_virtual_network_id": refers(&["azurerm_virtual_network.two.id"])}),
        ),
        (
            "azurerm_virtual_network_peering.two",
            json!({"name": "q", "resource_group_name": "g", "virtual_network_name": "two",
                "remote_virtual_network_id": format!("{BASE}/virtualNetworks/one")}),
            json!({"remote_virtual_network_id": {"references": ["each.value"]}}),
        ),
    ];
    asked(&all, "undecided a -> b tcp/22");
}
