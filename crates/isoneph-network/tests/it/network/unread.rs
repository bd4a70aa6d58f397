//! Resources of a plan that nothing reads: what they name is open because of them, and they are listed.

use serde_json::{Value, json};

use super::references::{Held, machine, plan, refers};
use super::{check, model};

fn one(address: &'static str, values: Value, expressions: Value) -> Held {
    (address, values, expressions)
}

/// A network with two machines, of which one group lets in nothing and the other HTTPS from everywhere.
fn aws(more: Vec<Held>) -> Value {
    let egress = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let web = json!([{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}]);
    let of = json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let mut all = vec![
        one("aws_vpc.v", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
        one("aws_subnet.s", json!({"cidr_block": "10.0.1.0/24"}), of.clone()),
        one("aws_security_group.shut", json!({"name": "shut", "ingress": [], "egress": egress}), of.clone()),
        one("aws_security_group.web", json!({"name": "web", "ingress": web, "egress": egress}), of),
        machine("aws_instance.a", refers(&["aws_subnet.s.id"]), refers(&["aws_security_group.shut.id"])),
        machine("aws_instance.b", refers(&["aws_subnet.s.id"]), refers(&["aws_security_group.web.id"])),
    ];
    all.extend(more);
    plan(&all)
}

fn listed(plan: &Value) -> Vec<String> {
    model(&plan.to_string()).unsupported.into_iter().map(|held| held.kind).collect()
}

#[track_caller]
fn asked(plan: &Value, lines: &str) {
    check(&model(&plan.to_string()), lines);
}

#[test]
fn a_rule_of_another_provider_opens_the_group_that_it_names() {
    asked(&aws(vec![]), "deny b -> a tcp/22\ndeny a -> b tcp/22");
    let rule = one(
        "awscc_ec2_security_group_ingress.r",
        json!({"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ip": "0.0.0.0/0"}),
        json!({"group_id": refers(&["aws_security_group.shut.id"])}),
    );
    let with = aws(vec![rule]);
    asked(&with, "undecided b -> a tcp/22 : awscc_ec2_security_group_ingress.r\ndeny a -> b tcp/22");
    assert_eq!(listed(&with), ["awscc_ec2_security_group_ingress"]);
}

#[test]
fn what_names_a_subnet_at_any_depth_may_stand_in_it() {
    for (address, expressions) in [
        ("aws_quantum_fleet.x", json!({"launch": [{"place": [{"subnet": refers(&["aws_subnet.s.id"])}]}]})),
        ("aws_spot_fleet_request.x", json!({"launch_specification": [{"subnet_id": refers(&["aws_subnet.s.id"])}]})),
        ("awscc_ec2_instance.x", json!({"subnet_id": refers(&["aws_subnet.s.id"])})),
        ("aws_networkfirewall_firewall.x", json!({"subnet_mapping": [{"subnet_id": refers(&["aws_subnet.s.id"])}]})),
    ] {
        let with = aws(vec![one(address, json!({}), expressions)]);
        asked(&with, &format!("undecided {address} -> b tcp/443\nundecided a -> {address} tcp/22\ndeny b -> a tcp/22"));
        assert_eq!(listed(&with), [address.split('.').next().unwrap()]);
    }
}

#[test]
fn what_names_a_template_or_a_group_of_subnets_stands_where_that_says() {
    let template = one(
        "aws_launch_template.t",
        json!({"name": "t", "network_interfaces": [{}]}),
        json!({"network_interfaces": [{"subnet_id": refers(&["aws_subnet.s.id"])}]}),
    );
    let named = json!({"launch_template_config": [{"id": refers(&["aws_launch_template.t.id"])}]});
    let with = aws(vec![template, one("aws_ec2_fleet.x", json!({}), named)]);
    asked(&with, "undecided a -> aws_ec2_fleet.x tcp/22");
    assert_eq!(listed(&with), ["aws_ec2_fleet"]);
}

#[test]
fn what_only_looks_at_a_network_is_neither_listed_nor_opens_it() {
    let with = aws(vec![
        one("aws_flow_log.l", json!({}), json!({"vpc_id": refers(&["aws_vpc.v.id"])})),
        one("aws_s3_bucket_policy.p", json!({}), json!({"policy": refers(&["aws_vpc.v.id"])})),
        one("aws_quantum_rule.c", json!({}), json!({"cidr_blocks": refers(&["aws_vpc.v.cidr_block"])})),
        one("aws_quantum_disk.d", json!({}), json!({"zone": refers(&["aws_subnet.s.availability_zone"])})),
        one("aws_cloudwatch_alarm.a", json!({}), json!({"dimensions": refers(&["aws_security_group.shut.id"])})),
    ]);
    assert_eq!(listed(&with), Vec::<String>::new());
    asked(&with, "deny b -> a tcp/22");
}

#[test]
fn routes_and_tables_of_another_provider_are_open() {
    let own = || {
        vec![
            one("aws_route_table.t", json!({"route": []}), json!({"vpc_id": refers(&["aws_vpc.v.id"])})),
            one(
                "aws_route_table_association.t",
                json!({}),
                json!({"subnet_id": refers(&["aws_subnet.s.id"]), "route_table_id": refers(&["aws_route_table.t.id"])}),
            ),
        ]
    };
    asked(&aws(own()), "deny a -> 8.8.8.8 tcp/443");
    let route = one(
        "awscc_ec2_route.r",
        json!({"destination_cidr_block": "0.0.0.0/0"}),
        json!({"route_table_id": refers(&["aws_route_table.t.id"])}),
    );
    let with = aws([own(), vec![route]].concat());
    asked(&with, "undecided a -> 8.8.8.8 tcp/443 : awscc_ec2_route.r");
    let table =
        json!({"subnet_id": refers(&["aws_subnet.s.id"]), "route_table_id": refers(&["awscc_ec2_route_table.x.id"])});
    let far = aws(vec![
        one("awscc_ec2_route_table.x", json!({}), json!({"vpc_id": refers(&["aws_vpc.v.id"])})),
        one("aws_route_table_association.x", json!({}), table),
    ]);
    asked(&far, "undecided a -> 8.8.8.8 tcp/443");
}

/// A scaling group with a template of two interfaces, the second of which has the group that lets HTTPS in.
fn scaled(zones: Value, subnet: Value) -> Value {
    let interface = |group: &str| json!({"security_groups": refers(&[group]), "subnet_id": subnet});
    aws(vec![
        one(
            "aws_launch_template.t",
            json!({"name": "t", "network_interfaces": [{"device_index": 0}, {"device_index": 1}]}),
            json!({"network_interfaces": [interface("aws_security_group.shut.id"), interface("aws_security_group.web.id")]}),
        ),
        one(
            "aws_autoscaling_group.g",
            json!({"name": "g", "launch_template": [{}]}),
            json!({"launch_template": [{"id": refers(&["aws_launch_template.t.id"])}], "vpc_zone_identifier": zones}),
        ),
    ])
}

#[test]
fn every_interface_of_a_launch_template_stands_in_the_network() {
    for (zones, subnet) in [
        (refers(&["aws_subnet.s.id"]), json!({})),
        (json!({}), refers(&["aws_subnet.s.id"])),
        (refers(&["aws_subnet.s.id"]), refers(&["aws_subnet.s.id"])),
    ] {
        let held = model(&scaled(zones.clone(), subnet).to_string());
        let own = held.parts.endpoints.iter().filter(|held| held.name == "aws_autoscaling_group.g").count();
        assert_eq!(own, 2, "{zones}");
        assert_eq!(held.unsupported.len(), 0);
    }
    // One of which no input shows the subnets is named.
    assert_eq!(listed(&scaled(json!({}), json!({}))), ["aws_autoscaling_group"]);
}

#[test]
fn a_service_of_which_the_subnets_are_not_shown_is_named() {
    let lambda = |expressions: Value| aws(vec![one("aws_lambda_function.f", json!({}), expressions)]);
    let config = |subnets: Value| json!({"vpc_config": [{"subnet_ids": subnets}]});
    assert_eq!(listed(&lambda(config(json!({"references": ["data.aws_subnets.x.ids"]})))), ["aws_lambda_function"]);
    assert_eq!(listed(&lambda(config(refers(&["aws_subnet.s.id"])))), Vec::<String>::new());
    assert_eq!(listed(&lambda(json!({}))), Vec::<String>::new());
}

/// An Azure network with two machines, of which no group of the subnet lets anything in.
fn azure(more: Vec<Held>) -> Value {
    let deny = json!([{"name": "d", "priority": 200, "direction": "Inbound", "access": "Deny", "protocol": "*", "source_port_range": "*",
        "destination_port_range": "*", "source_address_prefix": "*", "destination_address_prefix": "*"}]);
    let nic = |address: &'static str, subnet: &str| {
        let name = address.split_once('.').unwrap().1;
        let expressions = json!({"ip_configuration": [{"subnet_id": refers(&[subnet])}]});
        one(address, json!({"name": name, "ip_configuration": [{"name": "c"}]}), expressions)
    };
    let associated = json!({"subnet_id": refers(&["azurerm_subnet.s.id"]), "network_security_group_id": refers(&["azurerm_network_security_group.g.id"])});
    let mut all = vec![
        one("azurerm_virtual_network.v", json!({"name": "v", "address_space": ["10.0.0.0/16"]}), json!({})),
        one(
            "azurerm_subnet.s",
            json!({"name": "s", "virtual_network_name": "v", "address_prefixes": ["10.0.1.0/24"]}),
            json!({}),
        ),
        one(
            "azurerm_subnet.o",
            json!({"name": "o", "virtual_network_name": "v", "address_prefixes": ["10.0.2.0/24"]}),
            json!({}),
        ),
        one("azurerm_network_security_group.g", json!({"name": "g", "security_rule": deny}), json!({})),
        one("azurerm_subnet_network_security_group_association.s", json!({}), associated),
        nic("azurerm_network_interface.a", "azurerm_subnet.o.id"),
        nic("azurerm_network_interface.b", "azurerm_subnet.s.id"),
    ];
    all.extend(more);
    plan(&all)
}

fn azapi(kind: &str, expressions: Value) -> Held {
    one("azapi_resource.x", json!({"type": format!("Microsoft.Network/{kind}@2023-09-01"), "name": "x"}), expressions)
}

#[test]
fn what_is_written_in_the_words_of_arm_opens_what_it_is_a_part_of() {
    asked(&azure(vec![]), "deny a -> b tcp/22\npermit b -> a tcp/22\ndeny a -> 192.168.1.1 tcp/22");
    let of = |reference: &str| json!({"parent_id": refers(&[reference])});
    let rule = azure(vec![azapi("networkSecurityGroups/securityRules", of("azurerm_network_security_group.g.id"))]);
    asked(&rule, "undecided a -> b tcp/22 : azapi_resource.x\nundecided b -> a tcp/22");
    assert_eq!(listed(&rule), ["microsoft.network/networksecuritygroups/securityrules"]);
    let peering = azure(vec![azapi("virtualNetworks/virtualNetworkPeerings", of("azurerm_virtual_network.v.id"))]);
    asked(&peering, "undecided a -> 192.168.1.1 tcp/22\ndeny a -> b tcp/22");
    let told_anew = one(
        "azapi_update_resource.x",
        json!({"type": "Microsoft.Network/virtualNetworks/subnets@2023-09-01"}),
        json!({"resource_id": refers(&["azurerm_subnet.o.id"])}),
    );
    asked(&azure(vec![told_anew]), "undecided b -> a tcp/22 : azapi_update_resource.x");
    let card = json!({"body": refers(&["azurerm_subnet.s.id"])});
    asked(&azure(vec![azapi("networkInterfaces", card)]), "undecided azapi_resource.x -> a tcp/22");
    // What is no part of a network is nothing of it.
    let other = one("azapi_resource.y", json!({"type": "Microsoft.Storage/storageAccounts@2023-01-01"}), json!({}));
    assert_eq!(listed(&azure(vec![other])), Vec::<String>::new());
    // One of which the kind is known after apply may be of a network.
    let unknown = one("azapi_resource.z", json!({"name": "z"}), json!({"type": {"references": ["var.kind"]}}));
    assert_eq!(listed(&azure(vec![unknown])).len(), 1);
}

#[test]
fn what_names_a_subnet_of_azure_at_any_depth_may_stand_in_it() {
    let named = |subnet: &str| json!({"a": [{"b": [{"subnet": refers(&[subnet])}]}]});
    let with = azure(vec![
        one("azurerm_quantum_pool.x", json!({}), named("azurerm_subnet.o.id")),
        one("azurerm_quantum_pool.y", json!({}), named("azurerm_subnet.s.id")),
    ]);
    // Its own group may close what the subnet's lets through, and not open what that closes.
    asked(&with, "undecided b -> azurerm_quantum_pool.x tcp/22\ndeny a -> azurerm_quantum_pool.y tcp/22");
    assert_eq!(listed(&with), ["azurerm_quantum_pool", "azurerm_quantum_pool"]);
    let asked_only = json!({"network_acls": [{"virtual_network_subnet_ids": refers(&["azurerm_subnet.s.id"])}]});
    assert_eq!(listed(&azure(vec![one("azurerm_key_vault.k", json!({}), asked_only)])), Vec::<String>::new());
}

#[test]
fn every_interface_of_a_scale_set_stands_in_the_network() {
    for kind in ["azurerm_linux_virtual_machine_scale_set.set", "azurerm_orchestrated_virtual_machine_scale_set.set"] {
        let place = |subnet: &str| json!({"ip_configuration": [{"subnet_id": refers(&[subnet])}]});
        let values = json!({"name": "set", "network_interface": [{"name": "i", "ip_configuration": [{"name": "c"}]},
            {"name": "j", "ip_configuration": [{"name": "c", "public_ip_address": [{"name": "p"}]}]}]});
        let expressions = json!({"network_interface": [place("azurerm_subnet.s.id"), place("azurerm_subnet.o.id")]});
        let held = model(&azure(vec![one(kind, values, expressions)]).to_string());
        let own = held.parts.endpoints.iter().filter(|held| held.name == "set");
        let public: Vec<bool> = own.map(|held| held.places[0].public.is_some()).collect();
        assert_eq!(public, [false, true], "{kind}");
        assert_eq!(held.unsupported.len(), 0);
    }
}

#[test]
fn a_public_address_of_the_sixth_version_is_one_of_that_family() {
    let six = json!({"name": "p", "ip_version": "IPv6", "sku": "Standard"});
    let configurations = json!([{"name": "c", "private_ip_address": "10.0.3.4"},
        {"name": "six", "private_ip_address_version": "IPv6", "private_ip_address": "fd00::4"}]);
    let expressions = json!({"ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.six.id"])},
        {"subnet_id": refers(&["azurerm_subnet.six.id"]), "public_ip_address_id": refers(&["azurerm_public_ip.p.id"])}]});
    let allow = json!([{"name": "r", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "*", "source_port_range": "*",
        "destination_port_range": "22", "source_address_prefix": "::/0", "destination_address_prefix": "*"}]);
    let of = json!({"network_interface_id": refers(&["azurerm_network_interface.six.id"]),
        "network_security_group_id": refers(&["azurerm_network_security_group.six.id"])});
    let prefixes = json!(["10.0.3.0/24", "fd00::/64"]);
    let with = azure(vec![
        one(
            "azurerm_subnet.six",
            json!({"name": "six", "virtual_network_name": "v", "address_prefixes": prefixes}),
            json!({}),
        ),
        one("azurerm_public_ip.p", six, json!({})),
        one("azurerm_network_interface.six", json!({"name": "six", "ip_configuration": configurations}), expressions),
        one("azurerm_network_security_group.six", json!({"name": "six", "security_rule": allow}), json!({})),
        one("azurerm_network_interface_security_group_association.six", json!({}), of),
    ]);
    asked(&with, "permit 2001:4860::1 -> six tcp/22\ndeny 2001:4860::1 -> six tcp/80\ndeny 8.8.8.8 -> six tcp/22");
}

/// A network of Google with two machines that hear nobody.
fn google(more: Vec<Held>) -> Value {
    let machine = |address: &'static str, tail: u8| {
        let name = address.split_once('.').unwrap().1;
        let held = json!({"network_ip": format!("10.0.1.{tail}")});
        let expressions = json!({"network_interface": [{"subnetwork": refers(&["google_compute_subnetwork.s.id"])}]});
        one(address, json!({"name": name, "project": "p", "network_interface": [held]}), expressions)
    };
    let of = json!({"network": refers(&["google_compute_network.n.id"])});
    let mut all = vec![
        one(
            "google_compute_network.n",
            json!({"name": "n", "project": "p", "auto_create_subnetworks": false}),
            json!({}),
        ),
        one("google_compute_subnetwork.s", json!({"name": "s", "project": "p", "ip_cidr_range": "10.0.1.0/24"}), of),
        machine("google_compute_instance.a", 4),
        machine("google_compute_instance.b", 5),
    ];
    all.extend(more);
    plan(&all)
}

#[test]
fn what_names_a_subnet_or_network_of_google_at_any_depth_may_stand_in_it() {
    let subnet = json!({"a": [{"b": [{"subnetwork": refers(&["google_compute_subnetwork.s.id"])}]}]});
    let network = json!({"networks": [{"network": refers(&["google_compute_network.n.name"])}]});
    for expressions in [subnet, network] {
        let with = google(vec![one("google_quantum_computer.x", json!({}), expressions)]);
        asked(
            &with,
            "undecided a -> google_quantum_computer.x tcp/22\nundecided internet -> google_quantum_computer.x tcp/22",
        );
        asked(&with, "deny a -> b tcp/22\ndeny internet -> b tcp/22\ndeny a -> 8.8.8.8 tcp/443");
        assert_eq!(listed(&with), ["google_quantum_computer"]);
    }
    // What is of networks by its name may change them: what they let through, and where they lead.
    let rules = json!({"network": refers(&["google_compute_network.n.id"])});
    let with = google(vec![one("google_compute_quantum_rule.r", json!({}), rules.clone())]);
    asked(&with, "undecided a -> b tcp/22 : google_compute_quantum_rule.r\nundecided a -> 8.8.8.8 tcp/443");
    for kind in ["google_dns_policy.x", "google_compute_global_address.x"] {
        assert_eq!(listed(&google(vec![one(kind, json!({}), rules.clone())])), Vec::<String>::new());
    }
}

#[test]
fn a_machines_public_address_of_the_sixth_version_is_its_own() {
    let allow = json!({"name": "f", "project": "p", "allow": [{"protocol": "tcp", "ports": ["22"]}], "source_ranges": ["::/0"]});
    let of = json!({"network": refers(&["google_compute_network.n.id"])});
    let subnet = json!({"name": "six", "project": "p", "ip_cidr_range": "10.0.2.0/24", "ipv6_access_type": "EXTERNAL", "stack_type": "IPV4_IPV6"});
    let machine = |access: Value| {
        let held = json!({"network_ip": "10.0.2.4", "stack_type": "IPV4_IPV6", "ipv6_access_config": access});
        let expressions = json!({"network_interface": [{"subnetwork": refers(&["google_compute_subnetwork.six.id"])}]});
        google(vec![
            one("google_compute_subnetwork.six", subnet.clone(), of.clone()),
            one("google_compute_firewall.f", allow.clone(), of.clone()),
            one(
                "google_compute_instance.six",
                json!({"name": "six", "project": "p", "network_interface": [held]}),
                expressions,
            ),
        ])
    };
    asked(
        &machine(json!([{"network_tier": "PREMIUM"}])),
        "permit 2001:4860::1 -> six tcp/22\ndeny 2001:4860::1 -> six tcp/80\ndeny 8.8.8.8 -> six tcp/22",
    );
    asked(&machine(json!([])), "deny 2001:4860::1 -> six tcp/22");
}

#[test]
fn a_private_translation_leads_to_no_internet() {
    let router = one(
        "google_compute_router.r",
        json!({"name": "r", "project": "p"}),
        json!({"network": refers(&["google_compute_network.n.id"])}),
    );
    let nat = |values: Value| {
        let router_of = json!({"router": refers(&["google_compute_router.r.name"])});
        google(vec![router.clone(), one("google_compute_router_nat.n", values, router_of)])
    };
    let all = "ALL_SUBNETWORKS_ALL_IP_RANGES";
    asked(&nat(json!({"name": "n", "source_subnetwork_ip_ranges_to_nat": all})), "permit a -> 8.8.8.8 tcp/443");
    let private = json!({"name": "n", "type": "PRIVATE", "source_subnetwork_ip_ranges_to_nat": all});
    asked(&nat(private), "deny a -> 8.8.8.8 tcp/443");
}

#[test]
fn a_plan_tells_which_folders_its_projects_are_in() {
    let allow = json!({"name": "f", "project": "p", "allow": [{"protocol": "tcp"}], "source_ranges": ["0.0.0.0/0"]});
    let deny = json!({"priority": 1, "action": "deny", "direction": "INGRESS", "match": [{"src_ip_ranges": ["0.0.0.0/0"],
        "layer4_configs": [{"ip_protocol": "all"}]}]});
    let with = |folder: &str, policy: Option<&str>| {
        let mut all = vec![
            one(
                "google_compute_firewall.f",
                allow.clone(),
                json!({"network": refers(&["google_compute_network.n.id"])}),
            ),
            one("google_folder.top", json!({"display_name": "top", "parent": "organizations/1"}), json!({})),
            one(
                "google_folder.one",
                json!({"display_name": "one"}),
                json!({"parent": refers(&["google_folder.top.name"])}),
            ),
            one("google_folder.two", json!({"display_name": "two", "parent": "organizations/1"}), json!({})),
            one("google_project.p", json!({"project_id": "p"}), json!({"folder_id": refers(&[folder])})),
            one(
                "google_compute_firewall_policy_association.a",
                json!({}),
                json!({"attachment_target": refers(&["google_folder.top.name"]),
                    "firewall_policy": refers(&["google_compute_firewall_policy.d.id"])}),
            ),
        ];
        if policy.is_some() {
            all.push(one(
                "google_compute_firewall_policy.d",
                json!({"short_name": "d", "parent": "organizations/1"}),
                json!({}),
            ));
            let of = json!({"firewall_policy": refers(&["google_compute_firewall_policy.d.id"])});
            all.push(one("google_compute_firewall_policy_rule.r", deny.clone(), of));
        }
        google(all)
    };
    asked(&with("google_folder.one.name", Some("d")), "deny a -> b tcp/22");
    asked(&with("google_folder.two.name", Some("d")), "permit a -> b tcp/22");
    // Where a folder that is not shown is, nobody knows; nor what a policy says that is not shown.
    asked(&with("google_folder.far.name", Some("d")), "undecided a -> b tcp/22");
    asked(&with("google_folder.one.name", None), "undecided a -> b tcp/22 : google_compute_firewall_policy");
    asked(&with("google_folder.two.name", None), "permit a -> b tcp/22");
}

#[test]
fn a_block_that_another_plan_gives_a_network_is_the_networks_whichever_is_read_first() {
    let of = json!({"vpc_id": "vpc-0a1b2c3d"});
    let second = plan(&[one(
        "aws_vpc_ipv4_cidr_block_association.b",
        json!({"vpc_id": "vpc-0a1b2c3d", "cidr_block": "10.9.0.0/16"}),
        json!({}),
    )]);
    let network = plan(&[
        one("aws_vpc.v", json!({"id": "vpc-0a1b2c3d", "cidr_block": "10.0.0.0/16"}), json!({})),
        one(
            "aws_subnet.s",
            json!({"id": "subnet-0a1b2c3d", "vpc_id": of["vpc_id"], "cidr_block": "10.0.1.0/24"}),
            json!({}),
        ),
    ]);
    for order in [[&second, &network], [&network, &second]] {
        let texts = order.map(Value::to_string);
        let held = super::models(&[&texts[0], &texts[1]]);
        let blocks: Vec<String> = held.parts.networks[0].ranges.ranges().iter().map(ToString::to_string).collect();
        assert_eq!(blocks, ["10.0.0.0/16", "10.9.0.0/16"]);
    }
}
