//! Machines of several interfaces: asked by its name, a machine is all of them.

use serde_json::{Value, json};

use super::references::{Held, plan, refers};
use super::{check, model};

#[track_caller]
fn asked(resources: &[Held], lines: &str) {
    check(&model(&plan(resources).to_string()), lines);
}

#[test]
fn a_machine_is_reached_by_any_of_its_interfaces() {
    let machine = |address: &'static str, public: [bool; 2]| -> Held {
        let card = |tail: u8, public: bool| {
            let access = if public { json!([{"network_tier": "PREMIUM"}]) } else { json!([]) };
            json!({"network_ip": format!("10.0.{tail}.4"), "access_config": access})
        };
        let values =
            json!({"name": "m", "project": address, "network_interface": [card(1, public[0]), card(2, public[1])]});
        let subnet = |name: &str| json!({"subnetwork": refers(&[name])});
        let cards = json!([subnet("google_compute_subnetwork.s.id"), subnet("google_compute_subnetwork.t.id")]);
        (address, values, json!({"network_interface": cards}))
    };
    let of = |network: &str| json!({"network": refers(&[network])});
    let allow = json!({"name": "f", "project": "p", "allow": [{"protocol": "tcp", "ports": ["22"]}], "source_ranges": ["0.0.0.0/0"]});
    let base = || -> Vec<Held> {
        vec![
            ("google_compute_network.n", json!({"name": "n", "project": "p"}), json!({})),
            ("google_compute_network.o", json!({"name": "o", "project": "p"}), json!({})),
            (
                "google_compute_subnetwork.s",
                json!({"name": "s", "project": "p", "ip_cidr_range": "10.0.1.0/24"}),
                of("google_compute_network.n.id"),
            ),
            (
                "google_compute_subnetwork.t",
                json!({"name": "t", "project": "p", "ip_cidr_range": "10.0.2.0/24"}),
                of("google_compute_network.o.id"),
            ),
            ("google_compute_firewall.f", allow.clone(), of("google_compute_network.o.id")),
        ]
    };
    let one = || machine("google_compute_instance.one", [false, true]);
    let other = || machine("google_compute_instance.two", [true, false]);
    asked(&[base(), vec![one()]].concat(), "permit internet -> m tcp/22\ndeny internet -> m tcp/80");
    // Two machines of one name are two: what is sure is sure of both.
    asked(
        &[base(), vec![one(), other()]].concat(),
        "undecided internet -> m tcp/22
         permit internet -> google_compute_instance.one tcp/22
         deny internet -> google_compute_instance.two tcp/22",
    );
}

#[test]
fn a_virtual_machine_of_azure_is_reached_by_any_of_its_interfaces() {
    let nic = |address: &'static str, public: bool| -> Held {
        let mut expressions = json!({"subnet_id": refers(&["azurerm_subnet.s.id"])});
        if public {
            expressions["public_ip_address_id"] = refers(&["azurerm_public_ip.p.id"]);
        }
        (
            address,
            json!({"name": address, "ip_configuration": [{"name": "c"}]}),
            json!({"ip_configuration": [expressions]}),
        )
    };
    let cards = refers(&["azurerm_network_interface.a.id", "azurerm_network_interface.b.id"]);
    let all: Vec<(&'static str, Value, Value)> = vec![
        ("azurerm_virtual_network.v", json!({"name": "v", "address_space": ["10.0.0.0/16"]}), json!({})),
        (
            "azurerm_subnet.s",
            json!({"name": "s", "virtual_network_name": "v", "address_prefixes": ["10.0.1.0/24"]}),
            json!({}),
        ),
        ("azurerm_public_ip.p", json!({"name": "p", "sku": "Basic"}), json!({})),
        nic("azurerm_network_interface.a", false),
        nic("azurerm_network_interface.b", true),
        ("azurerm_linux_virtual_machine.m", json!({"name": "m"}), json!({"network_interface_ids": cards})),
    ];
    asked(&all, "permit internet -> m tcp/22\ndeny internet -> azurerm_network_interface.a tcp/22");
}
