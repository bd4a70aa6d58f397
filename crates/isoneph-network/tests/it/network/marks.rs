//! Groups, tags and accounts that a plan does not show of a machine: it may be one of those that rules name.

use serde_json::{Value, json};

use super::references::{Held, plan, refers};
use super::{check, model};

#[track_caller]
fn asked(resources: &[Held], lines: &str) {
    check(&model(&plan(resources).to_string()), lines);
}

#[test]
fn a_machine_whose_groups_are_not_shown_may_be_in_those_that_rules_name() {
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let within = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let port = |number: u16| json!({"constant_value": number});
    let rule = json!([{"protocol": {"constant_value": "tcp"}, "from_port": port(5432), "to_port": port(5432),
        "security_groups": refers(&["aws_security_group.app.id"])}]);
    let ingress = json!([{"protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_blocks": []}]);
    let machine = |address: &'static str, mut more: Value| -> Held {
        more["subnet_id"] = refers(&["aws_subnet.s.id"]);
        (address, json!({"tags": {"Name": address.split_once('.').unwrap().1}}), more)
    };
    let of = |groups: Value| json!({"vpc_security_group_ids": groups});
    asked(
        &[
            ("aws_vpc.v", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
            ("aws_subnet.s", json!({"cidr_block": "10.0.1.0/24"}), within()),
            ("aws_security_group.app", json!({"name": "app", "ingress": [], "egress": all}), within()),
            (
                "aws_security_group.db",
                json!({"name": "db", "ingress": ingress, "egress": all}),
                json!({"vpc_id": refers(&["aws_vpc.v.id"]), "ingress": rule}),
            ),
            ("aws_launch_template.t", json!({"name": "t"}), of(refers(&["aws_security_group.app.id"]))),
            machine("aws_instance.db", of(refers(&["aws_security_group.db.id"]))),
            machine(
                "aws_instance.by_template",
                json!({"launch_template": [{"id": refers(&["aws_launch_template.t.id"])}]}),
            ),
            machine("aws_instance.by_local", of(json!({"references": ["local.groups"]}))),
            ("aws_eks_node_group.nodes", json!({}), json!({"subnet_ids": refers(&["aws_subnet.s.id"])})),
        ],
        "permit by_template -> db tcp/5432
         undecided by_local -> db tcp/5432 : the peer's security groups are not all known
         undecided aws_eks_node_group.nodes -> db tcp/5432
         deny by_local -> db tcp/22
         deny db -> db tcp/5432",
    );
}

fn google(more: Vec<Held>) -> Vec<Held> {
    let subnet = json!({"name": "s", "project": "p", "region": "r", "ip_cidr_range": "10.0.0.0/24"});
    let mut out: Vec<Held> = vec![
        ("google_compute_network.a", json!({"name": "vpc-a", "project": "p"}), json!({})),
        ("google_compute_subnetwork.a", subnet, json!({"network": refers(&["google_compute_network.a.id"])})),
        machine("google_compute_instance.x", json!([]), Value::Null),
        machine("google_compute_instance.y", json!([]), Value::Null),
    ];
    out.extend(more);
    out
}

fn machine(address: &'static str, account: Value, email: Value) -> Held {
    let name = address.split_once('.').unwrap().1;
    let mut written = json!({"network_interface": [{"subnetwork": refers(&["google_compute_subnetwork.a.id"])}]});
    if !email.is_null() {
        written["service_account"] = json!([{"email": email}]);
    }
    (address, json!({"name": name, "project": "p", "network_interface": [{}], "service_account": account}), written)
}

fn firewall(address: &'static str, port: &str, written: Value) -> Held {
    let name = address.split_once('.').unwrap().1;
    let mut values = json!({"name": name, "project": "p", "direction": "INGRESS", "priority": 1000, "allow": [{"protocol": "tcp", "ports": [port]}]});
    if written.get("source_service_accounts").is_none() {
        values["source_ranges"] = json!(["0.0.0.0/0"]);
    }
    (address, values, written)
}

#[test]
fn a_machine_whose_account_is_not_shown_may_have_the_one_that_rules_name() {
    let network = || refers(&["google_compute_network.a.id"]);
    let account = || refers(&["google_service_account.s.email"]);
    asked(
        &google(vec![
            ("google_service_account.s", json!({"account_id": "s", "project": "p"}), json!({})),
            machine("google_compute_instance.z", json!([{"scopes": []}]), json!({"references": ["local.account"]})),
            firewall(
                "google_compute_firewall.in",
                "22",
                json!({"network": network(), "target_service_accounts": account()}),
            ),
            firewall(
                "google_compute_firewall.from",
                "80",
                json!({"network": network(), "source_service_accounts": account()}),
            ),
        ]),
        "undecided x -> z tcp/22 : which tags and account the machine has
         deny z -> x tcp/22
         undecided z -> x tcp/80 : the peer's tags and account are not all known
         deny y -> x tcp/80",
    );
}

#[test]
fn a_rule_of_a_network_that_nothing_shows_may_be_of_any() {
    let local = || json!({"references": ["local.network"]});
    asked(
        &google(vec![firewall("google_compute_firewall.f", "22", json!({"network": local()}))]),
        "undecided x -> y tcp/22 : which network\ndeny x -> y tcp/23",
    );
    let policy = refers(&["google_compute_network_firewall_policy.p.name"]);
    let said = json!([{"src_ip_ranges": ["0.0.0.0/0"], "layer4_configs": [{"ip_protocol": "tcp", "ports": ["443"]}]}]);
    let rule = json!({"rule_name": "r", "priority": 1, "direction": "INGRESS", "action": "allow", "match": said});
    asked(
        &google(vec![
            ("google_compute_network_firewall_policy.p", json!({"name": "policy", "project": "p"}), json!({})),
            ("google_compute_network_firewall_policy_rule.r", rule, json!({"firewall_policy": policy.clone()})),
            (
                "google_compute_network_firewall_policy_association.a",
                json!({"project": "p", "firewall_policy": "policy"}),
                json!({"firewall_policy": policy, "attachment_target": local()}),
            ),
        ]),
        "undecided x -> y tcp/443 : whether firewall policy policy holds there\ndeny x -> y tcp/23",
    );
}

#[test]
fn a_policy_that_is_associated_and_not_shown_may_say_anything() {
    let association = json!({"attachment_target": refers(&["google_compute_network.a.id"])});
    asked(
        &google(vec![(
            "google_compute_network_firewall_policy_association.a",
            json!({"project": "p", "firewall_policy": "baseline"}),
            association,
        )]),
        "undecided x -> y tcp/22 : baseline",
    );
}

#[test]
fn networks_of_one_name_are_told_apart_by_what_the_configuration_names_and_by_project() {
    let mut all: Vec<Held> = Vec::new();
    for (network, subnet, machines, project) in [
        (
            "google_compute_network.a",
            "google_compute_subnetwork.a",
            ["google_compute_instance.a1", "google_compute_instance.a2"],
            "p-a",
        ),
        (
            "google_compute_network.b",
            "google_compute_subnetwork.b",
            ["google_compute_instance.b1", "google_compute_instance.b2"],
            "p-b",
        ),
    ] {
        let block = if project == "p-a" { "10.0.0.0/24" } else { "10.1.0.0/24" };
        let values = json!({"name": "s", "project": project, "network": "vpc", "region": "r", "ip_cidr_range": block});
        all.push((network, json!({"name": "vpc", "project": project}), json!({})));
        all.push((subnet, values, json!({"network": refers(&[&format!("{network}.name")])})));
        for address in machines {
            let name = address.split_once('.').unwrap().1;
            let written = json!({"network_interface": [{"subnetwork": refers(&[&format!("{subnet}.id")])}]});
            all.push((address, json!({"name": name, "project": project, "network_interface": [{}]}), written));
        }
    }
    let open = |written: Value| -> Held {
        let allow = json!([{"protocol": "tcp", "ports": ["22"]}]);
        let values = json!({"name": "f", "project": "p-b", "network": "vpc", "direction": "INGRESS", "priority": 1000, "source_ranges": ["0.0.0.0/0"], "allow": allow});
        ("google_compute_firewall.f", values, written)
    };
    for written in
        [json!({"network": refers(&["google_compute_network.b.name"])}), json!({"network": {"constant_value": "vpc"}})]
    {
        let mut held = all.clone();
        held.push(open(written));
        asked(&held, "permit b1 -> b2 tcp/22\ndeny a1 -> a2 tcp/22");
    }
}

fn azure(more: Vec<Held>) -> Vec<Held> {
    let named = |name: &str| json!({"name": name, "resource_group_name": "rg"});
    let with = |name: &str, more: Value| {
        let mut out = named(name);
        out.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        out
    };
    let subnet = |name: &str, block: &str| with(name, json!({"address_prefixes": [block]}));
    let within = || json!({"virtual_network_name": refers(&["azurerm_virtual_network.v.name"])});
    let nic = |address: &'static str, subnet: &str| -> Held {
        let values = with(address.split_once('.').unwrap().1, json!({"ip_configuration": [{"name": "i"}]}));
        (address, values, json!({"ip_configuration": [{"subnet_id": refers(&[subnet])}]}))
    };
    let mut out = vec![
        ("azurerm_virtual_network.v", with("v", json!({"address_space": ["10.0.0.0/16"]})), json!({})),
        ("azurerm_subnet.s", subnet("s", "10.0.1.0/24"), within()),
        ("azurerm_subnet.t", subnet("t", "10.0.2.0/24"), within()),
        nic("azurerm_network_interface.x", "azurerm_subnet.s.id"),
        nic("azurerm_network_interface.y", "azurerm_subnet.t.id"),
    ];
    out.extend(more);
    out
}

#[test]
fn an_interface_that_nothing_shows_may_be_in_an_application_group() {
    let rule = |name: &str, priority: u16, access: &str, port: &str| {
        json!({"name": name, "priority": priority, "direction": "Inbound", "access": access, "protocol": "*", "source_port_range": "*",
            "destination_port_range": port, "source_address_prefix": "*", "network_security_group_name": "n", "resource_group_name": "rg"})
    };
    let group = || refers(&["azurerm_network_security_group.n.name"]);
    let mut deny = rule("d", 200, "Deny", "*");
    deny["destination_address_prefix"] = json!("*");
    let web = refers(&["azurerm_application_security_group.web.id"]);
    asked(
        &azure(vec![
            ("azurerm_application_security_group.web", json!({"name": "web", "resource_group_name": "rg"}), json!({})),
            (
                "azurerm_network_interface_application_security_group_association.a",
                json!({}),
                json!({"network_interface_id": {"references": ["local.nic"]}, "application_security_group_id": web.clone()}),
            ),
            (
                "azurerm_network_security_group.n",
                json!({"name": "n", "resource_group_name": "rg", "security_rule": []}),
                json!({}),
            ),
            (
                "azurerm_subnet_network_security_group_association.a",
                json!({}),
                json!({"subnet_id": refers(&["azurerm_subnet.t.id"]), "network_security_group_id": refers(&["azurerm_network_security_group.n.id"])}),
            ),
            ("azurerm_network_security_rule.d", deny, json!({"network_security_group_name": group()})),
            (
                "azurerm_network_security_rule.a",
                rule("a", 100, "Allow", "22"),
                json!({"network_security_group_name": group(), "destination_application_security_group_ids": web}),
            ),
        ]),
        "undecided x -> y tcp/22 : which application groups the peer is in\ndeny x -> y tcp/23",
    );
}

#[test]
fn a_route_of_a_table_that_nothing_shows_may_be_of_any() {
    let route =
        json!({"name": "r", "address_prefix": "10.0.2.0/24", "next_hop_type": "None", "resource_group_name": "rg"});
    asked(
        &azure(vec![
            ("azurerm_route_table.r", json!({"name": "r", "resource_group_name": "rg", "route": []}), json!({})),
            (
                "azurerm_subnet_route_table_association.a",
                json!({}),
                json!({"subnet_id": refers(&["azurerm_subnet.s.id"]), "route_table_id": refers(&["azurerm_route_table.r.id"])}),
            ),
            ("azurerm_route.r", route, json!({"route_table_name": {"references": ["local.table"]}})),
        ]),
        "undecided x -> y tcp/22 : azurerm_route.r\npermit y -> y tcp/22",
    );
}

#[test]
fn what_has_interfaces_and_is_not_read_is_named() {
    let given = |key: &str| json!({key: {"references": ["local.x"]}});
    let named = |held: Held| -> bool {
        let kind = held.0.split_once('.').unwrap().0.to_owned();
        model(&plan(&[held]).to_string()).unsupported.iter().any(|one| one.kind == kind)
    };
    for (address, written) in [
        ("aws_emr_studio.x", given("subnet_ids")),
        ("aws_vpclattice_service.x", json!({})),
        ("aws_vpc_endpoint_service.x", json!({})),
        ("azurerm_container_group.x", given("subnet_ids")),
        ("azurerm_postgresql_flexible_server.x", given("delegated_subnet_id")),
        ("google_sql_database_instance.x", json!({})),
        ("google_vpc_access_connector.x", json!({})),
    ] {
        assert!(named((address, json!({}), written)), "{address}");
    }
    for (address, written) in [
        ("aws_db_subnet_group.x", given("subnet_ids")),
        ("azurerm_subnet_route_table_association.x", given("subnet_id")),
        ("azurerm_postgresql_virtual_network_rule.x", given("subnet_id")),
    ] {
        assert!(!named((address, json!({}), written)), "{address}");
    }
}

#[test]
fn a_public_address_of_which_nothing_shows_who_holds_it_may_be_anybodys() {
    let within = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let web = json!([{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}]);
    let route = json!({"vpc_id": refers(&["aws_vpc.v.id"]),
        "route": [{"cidr_block": {"constant_value": "0.0.0.0/0"}, "gateway_id": refers(&["aws_internet_gateway.i.id"])}]});
    let machine = |address: &'static str| -> Held {
        let written = json!({"subnet_id": refers(&["aws_subnet.s.id"]), "vpc_security_group_ids": refers(&["aws_security_group.g.id"])});
        (address, json!({"tags": {"Name": address.split_once('.').unwrap().1}}), written)
    };
    let made = |holder: Value| -> Vec<Held> {
        vec![
            ("aws_vpc.v", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
            ("aws_subnet.s", json!({"cidr_block": "10.0.1.0/24"}), within()),
            ("aws_internet_gateway.i", json!({}), within()),
            ("aws_route_table.t", json!({"route": [{"cidr_block": "0.0.0.0/0"}]}), route.clone()),
            (
                "aws_route_table_association.t",
                json!({}),
                json!({"subnet_id": refers(&["aws_subnet.s.id"]), "route_table_id": refers(&["aws_route_table.t.id"])}),
            ),
            ("aws_security_group.g", json!({"name": "g", "ingress": web, "egress": all}), within()),
            machine("aws_instance.a"),
            machine("aws_instance.b"),
            ("aws_eip.e", json!({"domain": "vpc"}), holder),
        ]
    };
    asked(
        &made(json!({"instance": refers(&["aws_instance.a.id"])})),
        "permit internet -> a tcp/443\ndeny internet -> b tcp/443\npermit a -> 8.8.8.8 tcp/53\ndeny b -> 8.8.8.8 tcp/53",
    );
    asked(&made(json!({})), "deny internet -> a tcp/443\ndeny a -> 8.8.8.8 tcp/53");
    asked(
        &made(json!({"instance": {"references": ["local.which"]}})),
        "undecided internet -> a tcp/443 : aws_eip.e
         undecided a -> 8.8.8.8 tcp/53 : who holds aws_eip.e
         deny internet -> a tcp/22",
    );
}
