//! Blocks of a plan that `dynamic` writes, and what is made over a map, as Terraform shows them.

use serde_json::{Value, json};

use super::terraform::{base, plan, refers};
use super::{check, model};

type Held = (&'static str, Value, Value);

/// A plan of `base` and `more`, which says of each (address, field) what is known only after apply.
fn shown(more: Vec<Held>, fields: &[(&str, &str, Value)]) -> String {
    let mut all = base();
    all.retain(|(address, ..)| !more.iter().any(|(other, ..)| other == address));
    all.extend(more);
    changed(&plan(&all), fields)
}

fn changed(plan: &str, fields: &[(&str, &str, Value)]) -> String {
    let mut out: Value = serde_json::from_str(plan).unwrap();
    let change = |(address, field, held): &(&str, &str, Value)| json!({"address": address, "change": {"actions": ["create"], "after_unknown": {*field: held}}});
    out["resource_changes"] = fields.iter().map(change).collect();
    out.to_string()
}

fn machine(name: &'static str, group: &[&str]) -> Held {
    let groups: Vec<String> = group.iter().flat_map(|name| [format!("{name}.id"), (*name).to_owned()]).collect();
    let subnet = json!({"references": ["aws_subnet.one.id", "aws_subnet.one"]});
    let written = json!({"subnet_id": subnet, "vpc_security_group_ids": {"references": groups}});
    (name, json!({"tags": {"Name": name.split_once('.').unwrap().1}}), written)
}

#[test]
fn rules_of_which_the_number_is_unknown_are_one_of_which_nothing_is_known() {
    // What `dynamic "ingress"` over an unknown list looks like: one element, and nothing in the configuration.
    let fields = ["cidr_blocks", "from_port", "protocol", "to_port"];
    let unknown: Value =
        fields.iter().map(|field| ((*field).to_owned(), json!(true))).collect::<serde_json::Map<_, _>>().into();
    let placeholder =
        json!({"description": "", "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": [], "self": false});
    let known = json!({"cidr_blocks": ["10.0.0.0/8"], "from_port": 443, "protocol": "tcp", "to_port": 443, "ipv6_cidr_blocks": [],
        "prefix_list_ids": [], "security_groups": [], "self": false});
    for (ingress, answer) in [(json!([placeholder, known]), "undecided"), (json!([known]), "deny"), (json!([]), "deny")]
    {
        let held = shown(
            vec![
                (
                    "aws_security_group.some",
                    json!({"name": "some", "ingress": ingress}),
                    refers(&[("vpc_id", "aws_vpc.main")]),
                ),
                machine("aws_instance.box", &["aws_security_group.some"]),
            ],
            &[("aws_security_group.some", "ingress", json!([unknown, {}]))],
        );
        check(
            &model(&held),
            &format!("{answer} web -> box tcp/22\n{answer} internet -> box tcp/22")
                .replace("undecided internet", "deny internet"),
        );
    }
    // A group that writes no rules has none, though a plan says that they are known after apply.
    let held = shown(
        vec![
            ("aws_security_group.none", json!({"name": "none"}), refers(&[("vpc_id", "aws_vpc.main")])),
            machine("aws_instance.box", &["aws_security_group.none"]),
        ],
        &[("aws_security_group.none", "ingress", json!(true))],
    );
    check(&model(&held), "deny web -> box tcp/22");
}

#[test]
fn entries_and_routes_of_which_the_number_is_unknown_leave_their_list_open() {
    let entry = json!({"action": true, "cidr_block": true, "from_port": true, "protocol": true, "rule_no": true, "to_port": true});
    let held = shown(
        vec![(
            "aws_network_acl.some",
            json!({"ingress": [{"icmp_code": null, "icmp_type": null, "ipv6_cidr_block": ""}]}),
            refers(&[("vpc_id", "aws_vpc.main"), ("subnet_ids", "aws_subnet.two")]),
        )],
        &[("aws_network_acl.some", "ingress", json!([entry]))],
    );
    check(&model(&held), "undecided web -> db tcp/5432");
    let held = shown(
        vec![
            (
                "aws_route_table.some",
                json!({"route": [{"gateway_id": null, "nat_gateway_id": ""}]}),
                refers(&[("vpc_id", "aws_vpc.main")]),
            ),
            (
                "aws_route_table_association.some",
                json!({}),
                refers(&[("subnet_id", "aws_subnet.one"), ("route_table_id", "aws_route_table.some")]),
            ),
        ],
        &[("aws_route_table.some", "route", json!([{"cidr_block": true, "gateway_id": true}]))],
    );
    check(&model(&held), "undecided web -> 8.8.8.8 tcp/443");
}

#[test]
fn of_what_a_map_is_made_of_each_instance_has_a_part_only() {
    // `for_each = {a = sg_a.id, b = sg_b.id}` and `vpc_security_group_ids = [each.value]`: which is whose, no plan shows.
    let open = json!([{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}]);
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let in_vpc = || refers(&[("vpc_id", "aws_vpc.main")]);
    let mut resources = base();
    resources.extend([
        ("aws_security_group.a", json!({"name": "a", "ingress": open, "egress": all}), in_vpc()),
        ("aws_security_group.b", json!({"name": "b", "ingress": [], "egress": all}), in_vpc()),
    ]);
    for (over, answer) in [
        (
            vec!["aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b"],
            "undecided",
        ),
        (vec!["aws_security_group.a.id", "aws_security_group.a"], "permit"),
    ] {
        let mut held: Value = serde_json::from_str(&plan(&resources)).unwrap();
        let instances = ["a", "b"].map(|key| {
            json!({"address": format!("aws_instance.many[{key:?}]"), "mode": "managed", "type": "aws_instance", "name": "many", "index": key,
                "values": {"tags": {"Name": format!("box-{key}")}}})
        });
        let planned = held["planned_values"]["root_module"]["resources"].as_array_mut().unwrap();
        planned.extend(instances);
        let written = json!({"address": "aws_instance.many", "mode": "managed", "type": "aws_instance", "name": "many",
            "for_each_expression": {"references": over},
            "expressions": {"subnet_id": {"references": ["aws_subnet.one.id", "aws_subnet.one"]},
                "vpc_security_group_ids": {"references": ["each.value"]}}});
        held["configuration"]["root_module"]["resources"].as_array_mut().unwrap().push(written);
        check(&model(&held.to_string()), &format!("{answer} web -> box-a tcp/22\n{answer} web -> box-b tcp/22"));
    }
}

#[test]
fn a_listener_whose_target_no_plan_shows_may_lead_to_any() {
    let listener = |values: Value, written: Value| -> String {
        let mut expressions = refers(&[("load_balancer_arn", "aws_lb.front")]);
        expressions.as_object_mut().unwrap().extend(written.as_object().unwrap().clone());
        shown(
            vec![
                (
                    "aws_lb.front",
                    json!({"name": "front", "load_balancer_type": "network", "internal": false}),
                    refers(&[("subnets", "aws_subnet.one")]),
                ),
                (
                    "aws_lb_target_group.web",
                    json!({"name": "web", "port": 443, "protocol": "TCP", "target_type": "instance"}),
                    in_vpc(),
                ),
                (
                    "aws_lb_target_group_attachment.web",
                    json!({"port": 443}),
                    refers(&[("target_group_arn", "aws_lb_target_group.web"), ("target_id", "aws_instance.web")]),
                ),
                ("aws_lb_listener.front", values, expressions),
            ],
            &[("aws_lb_listener.front", "default_action", json!([{"target_group_arn": true}]))],
        )
    };
    let target = json!({"references": ["aws_lb_target_group.web.arn", "aws_lb_target_group.web"]});
    let action = json!([{"type": "forward"}]);
    for (values, written, answer) in [
        (
            json!({"port": 443, "protocol": "TCP", "default_action": action}),
            json!({"default_action": [{"target_group_arn": target}]}),
            "permit",
        ),
        // As `dynamic` writes it: nothing of the action stands in the configuration.
        (json!({"port": 443, "protocol": "TCP", "default_action": action}), json!({}), "undecided"),
        (json!({"port": 443, "protocol": "TCP"}), json!({}), "undecided"),
    ] {
        check(&model(&listener(values, written)), &format!("{answer} internet -> front tcp/443"));
    }
}

fn in_vpc() -> Value {
    refers(&[("vpc_id", "aws_vpc.main")])
}

#[test]
fn google_rules_of_unknown_blocks_may_allow_and_deny() {
    let network = || refers(&[("network", "google_compute_network.n")]);
    let machine = |address: &'static str, ip: &str| -> Held {
        let written = json!({"network_interface": [{"subnetwork": {"references": ["google_compute_subnetwork.s.id", "google_compute_subnetwork.s"]}}]});
        let name = address.split_once('.').unwrap().1;
        (
            address,
            json!({"name": name, "zone": "z", "project": "p", "network_interface": [{"network_ip": ip}]}),
            written,
        )
    };
    let rule = |values: Value| -> Held {
        let mut held = json!({"name": "f", "project": "p", "direction": "INGRESS", "source_ranges": ["10.0.0.0/8"]});
        held.as_object_mut().unwrap().extend(values.as_object().unwrap().clone());
        ("google_compute_firewall.f", held, network())
    };
    let below: Held = (
        "google_compute_firewall.all",
        json!({"name": "all", "project": "p", "direction": "INGRESS", "priority": 2000, "source_ranges": ["10.0.0.0/8"], "allow": [{"protocol": "all"}]}),
        network(),
    );
    for (values, field, held, lower, answer) in [
        (json!({"deny": []}), "allow", json!(true), false, "undecided"),
        (json!({"allow": []}), "deny", json!(true), true, "undecided"),
        (json!({"allow": [{"protocol": "tcp", "ports": ["22"]}]}), "description", json!(true), false, "permit"),
        (json!({"deny": [{"protocol": "tcp", "ports": ["22"]}]}), "description", json!(true), true, "deny"),
    ] {
        let mut all = vec![
            ("google_compute_network.n", json!({"name": "n", "project": "p"}), json!({})),
            (
                "google_compute_subnetwork.s",
                json!({"name": "s", "ip_cidr_range": "10.0.0.0/24", "region": "r", "project": "p"}),
                network(),
            ),
            machine("google_compute_instance.a", "10.0.0.2"),
            machine("google_compute_instance.b", "10.0.0.3"),
            rule(values),
        ];
        all.extend(Some(below.clone()).filter(|_| lower));
        let held = changed(&plan(&all), &[("google_compute_firewall.f", field, held)]);
        check(&model(&held), &format!("{answer} a -> b tcp/22"));
    }
}

/// Two networks of a provider with a machine `a` and `c` in one and `b` in the other, and what joins them.
fn joined(base: &[(&str, Value, Value)], more: &[(&str, Value, Value)], answer: &str) {
    let all: Vec<(&str, Value, Value)> = base.iter().chain(more).cloned().collect();
    check(&model(&plan(&all)), &format!("{answer} a -> b tcp/22\npermit c -> a tcp/22"));
}

#[test]
fn azure_networks_that_a_hub_or_a_network_manager_joins_are_not_apart() {
    let network =
        |block: &str| json!({"name": block, "resource_group_name": "g", "location": "l", "address_space": [block]});
    let subnet = |block: &str| json!({"name": "s", "resource_group_name": "g", "address_prefixes": [block]});
    let of = |name: &str| refers(&[("virtual_network_name", name)]);
    let machine = |name: &str, address: &str| {
        json!({"name": name, "resource_group_name": "g", "location": "l",
        "ip_configuration": [{"name": "i", "private_ip_address": address, "private_ip_address_allocation": "Static"}]})
    };
    let inside = |subnet: &str| json!({"ip_configuration": [refers(&[("subnet_id", subnet)])]});
    let base = [
        ("azurerm_virtual_network.v1", network("10.1.0.0/16"), json!({})),
        ("azurerm_virtual_network.v2", network("10.2.0.0/16"), json!({})),
        ("azurerm_subnet.s1", subnet("10.1.0.0/24"), of("azurerm_virtual_network.v1")),
        ("azurerm_subnet.s2", subnet("10.2.0.0/24"), of("azurerm_virtual_network.v2")),
        ("azurerm_network_interface.a", machine("a", "10.1.0.4"), inside("azurerm_subnet.s1")),
        ("azurerm_network_interface.c", machine("c", "10.1.0.5"), inside("azurerm_subnet.s1")),
        ("azurerm_network_interface.b", machine("b", "10.2.0.4"), inside("azurerm_subnet.s2")),
    ];
    let to_hub =
        |network: &str| refers(&[("virtual_hub_id", "azurerm_virtual_hub.h"), ("remote_virtual_network_id", network)]);
    joined(&base, &[], "deny");
    joined(
        &base,
        &[
            ("azurerm_virtual_hub.h", json!({"name": "h"}), json!({})),
            ("azurerm_virtual_hub_connection.one", json!({"name": "1"}), to_hub("azurerm_virtual_network.v1")),
            ("azurerm_virtual_hub_connection.two", json!({"name": "2"}), to_hub("azurerm_virtual_network.v2")),
        ],
        "undecided",
    );
    let mesh = json!({"name": "m", "connectivity_topology": "Mesh"});
    joined(&base, &[("azurerm_network_manager_connectivity_configuration.m", mesh, json!({}))], "undecided");
}

#[test]
fn an_azure_admin_rule_of_a_collection_that_is_not_shown_may_come_before_every_group() {
    let shut = json!([{"name": "shut", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "*", "source_port_range": "*",
        "destination_port_range": "*", "source_address_prefix": "*", "destination_address_prefix": "*"}]);
    let machine = |name: &str, address: &str| {
        json!({"name": name, "resource_group_name": "g", "location": "l",
        "ip_configuration": [{"name": "i", "private_ip_address": address, "private_ip_address_allocation": "Static"}]})
    };
    let inside = || json!({"ip_configuration": [refers(&[("subnet_id", "azurerm_subnet.s")])]});
    let any = json!([{"address_prefix_type": "IPPrefix", "address_prefix": "*"}]);
    let all = [
        (
            "azurerm_virtual_network.v",
            json!({"name": "v", "location": "l", "address_space": ["10.1.0.0/16"]}),
            json!({}),
        ),
        (
            "azurerm_subnet.s",
            json!({"name": "s", "address_prefixes": ["10.1.0.0/24"]}),
            refers(&[("virtual_network_name", "azurerm_virtual_network.v")]),
        ),
        ("azurerm_network_security_group.n", json!({"name": "n", "location": "l", "security_rule": shut}), json!({})),
        (
            "azurerm_subnet_network_security_group_association.n",
            json!({}),
            refers(&[
                ("subnet_id", "azurerm_subnet.s"),
                ("network_security_group_id", "azurerm_network_security_group.n"),
            ]),
        ),
        ("azurerm_network_interface.a", machine("a", "10.1.0.4"), inside()),
        ("azurerm_network_interface.b", machine("b", "10.1.0.5"), inside()),
        (
            "azurerm_network_manager_admin_rule.r",
            json!({"name": "r", "action": "AlwaysAllow", "direction": "Inbound", "priority": 1, "protocol": "Tcp",
                "destination_port_ranges": ["22"], "source_port_ranges": ["0-65535"], "source": any, "destination": any}),
            json!({"admin_rule_collection_id": {"references": ["var.collection"]}}),
        ),
    ];
    check(&model(&plan(&all)), "undecided a -> b tcp/22\ndeny a -> b tcp/80");
}

#[test]
fn google_networks_that_a_vpn_or_a_hub_joins_are_not_apart() {
    let network = |name: &str| refers(&[("network", name)]);
    let subnet = |name: &str, block: &str| json!({"name": name, "ip_cidr_range": block, "region": "r", "project": "p"});
    let rule = |name: &str| json!({"name": name, "project": "p", "direction": "INGRESS", "source_ranges": ["10.0.0.0/8"], "allow": [{"protocol": "all"}]});
    let machine = |name: &str, address: &str| json!({"name": name, "zone": "z", "project": "p", "network_interface": [{"network_ip": address}]});
    let inside = |subnet: &str| json!({"network_interface": [refers(&[("subnetwork", subnet)])]});
    let (one, two) = ("google_compute_network.n1", "google_compute_network.n2");
    let base = [
        (one, json!({"name": "n1", "project": "p"}), json!({})),
        (two, json!({"name": "n2", "project": "p"}), json!({})),
        ("google_compute_subnetwork.s1", subnet("s1", "10.1.0.0/24"), network(one)),
        ("google_compute_subnetwork.s2", subnet("s2", "10.2.0.0/24"), network(two)),
        ("google_compute_firewall.f1", rule("f1"), network(one)),
        ("google_compute_firewall.f2", rule("f2"), network(two)),
        ("google_compute_instance.a", machine("a", "10.1.0.2"), inside("google_compute_subnetwork.s1")),
        ("google_compute_instance.c", machine("c", "10.1.0.3"), inside("google_compute_subnetwork.s1")),
        ("google_compute_instance.b", machine("b", "10.2.0.2"), inside("google_compute_subnetwork.s2")),
    ];
    joined(&base, &[], "deny");
    let spoke = |network: &str| json!({"linked_vpc_network": [refers(&[("uri", network)])]});
    joined(
        &base,
        &[
            ("google_network_connectivity_spoke.one", json!({"linked_vpc_network": [{}]}), spoke(one)),
            ("google_network_connectivity_spoke.two", json!({"linked_vpc_network": [{}]}), spoke(two)),
        ],
        "undecided",
    );
    joined(&base, &[("google_compute_ha_vpn_gateway.one", json!({"name": "g"}), network(one))], "undecided");
    let attachment = refers(&[("router", "google_compute_router.one")]);
    joined(
        &base,
        &[
            ("google_compute_router.one", json!({"name": "r"}), network(one)),
            ("google_compute_interconnect_attachment.one", json!({"name": "i"}), attachment),
        ],
        "undecided",
    );
}
