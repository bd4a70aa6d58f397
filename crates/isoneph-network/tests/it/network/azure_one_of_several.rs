//! Interfaces of Azure in one of several subnets, of which a plan does not show which: what a module gives out is a whole map.

use serde_json::{Value, json};

use super::references::{Held, plan, refers};
use super::{check, model};

/// Two subnets, of which one lets in 443 and the other 443 and 22; a client, and machines that stand in one of the two.
fn estate(machine: Value) -> String {
    let subnet = |address: &'static str, name: &str, block: &str| -> Held {
        (address, json!({"name": name, "virtual_network_name": "v", "address_prefixes": [block]}), json!({}))
    };
    let group = |address: &'static str, ports: &[&str]| -> Held {
        let rule = |(at, port): (usize, &&str)| {
            json!({"name": port, "priority": 100 + at, "direction": "Inbound", "access": "Allow", "protocol": "*", "source_port_range": "*",
                "destination_port_range": port, "source_address_prefix": "*", "destination_address_prefix": "*"})
        };
        let mut rules: Vec<Value> = ports.iter().enumerate().map(rule).collect();
        rules.push(json!({"name": "rest", "priority": 900, "direction": "Inbound", "access": "Deny", "protocol": "*", "source_port_range": "*",
            "destination_port_range": "*", "source_address_prefix": "*", "destination_address_prefix": "*"}));
        (address, json!({"name": address, "security_rule": rules}), json!({}))
    };
    let associated = |address: &'static str, subnet: &str, group: &str| -> Held {
        let id = |of: &str| refers(&[&format!("{of}.id"), of]);
        (address, json!({}), json!({"subnet_id": id(subnet), "network_security_group_id": id(group)}))
    };
    let nic = |address: &'static str, held: Value, subnets: &[&str]| -> Held {
        let name = address.split_once('.').unwrap().1;
        (
            address,
            json!({"name": name, "ip_configuration": [held]}),
            json!({"ip_configuration": [{"subnet_id": refers(subnets)}]}),
        )
    };
    let either = ["azurerm_subnet.web.id", "azurerm_subnet.db.id"];
    let all: Vec<Held> = vec![
        ("azurerm_virtual_network.v", json!({"name": "v", "address_space": ["10.0.0.0/16"]}), json!({})),
        subnet("azurerm_subnet.client", "client", "10.0.0.0/24"),
        subnet("azurerm_subnet.web", "web", "10.0.1.0/24"),
        subnet("azurerm_subnet.db", "db", "10.0.2.0/24"),
        group("azurerm_network_security_group.web", &["443"]),
        group("azurerm_network_security_group.db", &["443", "22"]),
        associated(
            "azurerm_subnet_network_security_group_association.web",
            "azurerm_subnet.web",
            "azurerm_network_security_group.web",
        ),
        associated(
            "azurerm_subnet_network_security_group_association.db",
            "azurerm_subnet.db",
            "azurerm_network_security_group.db",
        ),
        nic(
            "azurerm_network_interface.client",
            json!({"name": "c", "private_ip_address": "10.0.0.4"}),
            &["azurerm_subnet.client.id"],
        ),
        nic("azurerm_network_interface.m", machine, &either),
    ];
    plan(&all).to_string()
}

#[test]
fn what_holds_in_each_of_the_subnets_is_sure() {
    check(
        &model(&estate(json!({"name": "c"}))),
        "permit client -> m tcp/443
         undecided client -> m tcp/22
         deny client -> m tcp/80
         permit m -> client tcp/80",
    );
}

#[test]
fn an_address_is_its_subnets() {
    let at = |address: &str| model(&estate(json!({"name": "c", "private_ip_address": address})));
    check(&at("10.0.1.4"), "permit client -> m tcp/443\ndeny client -> m tcp/22");
    check(&at("10.0.2.4"), "permit client -> m tcp/443\npermit client -> m tcp/22");
}
