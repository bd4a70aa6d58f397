//! What a plan looks up and does not make: it stood before, and others have given it things that the plan does not show.

use serde_json::{Value, json};

use super::references::{Held, plan, refers};
use super::{check, model};

/// A plan that makes `made` and has looked up `data` (addresses without `data.`).
fn shown(made: &[Held], data: &[Held]) -> String {
    let mut out = plan(made);
    let looked_up = |(address, values, _): &Held| {
        let (kind, name) = address.split_once('.').unwrap();
        json!({"address": format!("data.{address}"), "mode": "data", "type": kind, "name": name, "values": values.clone()})
    };
    let held: Vec<Value> = data.iter().map(looked_up).collect();
    out["prior_state"] = json!({"values": {"root_module": {"resources": held}}});
    out.to_string()
}

#[track_caller]
fn asked(made: &[Held], data: &[Held], lines: &str) {
    check(&model(&shown(made, data)), lines);
}

fn group(name: &'static str, vpc: Value, port: u16) -> Held {
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let open = json!([{"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["0.0.0.0/0"]}]);
    (name, json!({"name": "g", "ingress": open, "egress": all}), json!({"vpc_id": vpc}))
}

fn machine(address: &'static str, subnet: &str, values: Value) -> Held {
    let mut values = values;
    values["tags"] = json!({"Name": address.split_once('.').unwrap().1});
    let groups = refers(&["aws_security_group.g.id"]);
    (address, values, json!({"subnet_id": refers(&[subnet]), "vpc_security_group_ids": groups}))
}

fn aws_network() -> Vec<Held> {
    let blocks = json!([{"cidr_block": "10.0.0.0/16"}, {"cidr_block": "100.64.0.0/16"}]);
    let vpc = json!({"id": "vpc-1", "cidr_block": "10.0.0.0/16", "cidr_block_associations": blocks});
    let subnet = |id: &str, block: &str| json!({"id": id, "vpc_id": "vpc-1", "cidr_block": block});
    vec![
        ("aws_vpc.v", vpc, json!({})),
        ("aws_subnet.a", subnet("subnet-a", "10.0.1.0/24"), json!({})),
        ("aws_subnet.b", subnet("subnet-b", "100.64.1.0/24"), json!({})),
    ]
}

fn aws_machines() -> Vec<Held> {
    vec![
        group("aws_security_group.g", refers(&["data.aws_vpc.v.id"]), 443),
        machine("aws_instance.a", "data.aws_subnet.a.id", json!({"subnet_id": "subnet-a"})),
        machine("aws_instance.b", "data.aws_subnet.b.id", json!({"subnet_id": "subnet-b"})),
    ]
}

#[test]
fn tables_and_lists_of_subnets_that_are_looked_up_are_not_the_ones_that_nobody_changed() {
    asked(
        &aws_machines(),
        &aws_network(),
        "undecided a -> 8.8.8.8 tcp/443 : the route table of subnet subnet-a
         undecided a -> b tcp/443
         deny a -> b tcp/22 : end of aws_security_group.g ingress
         undecided internet -> a tcp/443 : gateways of vpc-1 that are not shown",
    );
    // A table that is looked up says itself what it holds, and for whom.
    let mut data = aws_network();
    let routes = json!([{"cidr_block": "10.9.0.0/16", "nat_gateway_id": "nat-1", "gateway_id": ""}]);
    let of = json!([{"subnet_id": "subnet-a", "main": false, "gateway_id": ""}]);
    let table = json!({"id": "rtb-1", "vpc_id": "vpc-1", "routes": routes, "associations": of});
    data.push(("aws_route_table.t", table, json!({})));
    asked(
        &aws_machines(),
        &data,
        "deny a -> 8.8.8.8 tcp/443 : rtb-1 has no route
         undecided a -> 10.9.0.1 tcp/443 : nat-1",
    );
}

#[test]
fn what_is_made_in_a_network_that_is_looked_up_has_what_it_is_given() {
    let mut data = aws_network();
    let attached = json!([{"state": "available", "vpc_id": "vpc-1"}]);
    data.push(("aws_internet_gateway.i", json!({"id": "igw-1", "attachments": attached}), json!({})));
    let mut made = aws_machines();
    let within = || json!({"vpc_id": refers(&["data.aws_vpc.v.id"])});
    let route = json!([{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]);
    let entry = |number: u16| json!({"rule_no": number, "action": "allow", "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_block": "0.0.0.0/0"});
    let list = json!({"vpc_id": "vpc-1", "ingress": [entry(1)], "egress": [entry(1)]});
    made.extend([
        ("aws_subnet.n", json!({"vpc_id": "vpc-1", "cidr_block": "10.0.9.0/24"}), within()),
        ("aws_route_table.n", json!({"vpc_id": "vpc-1", "route": route}), within()),
        (
            "aws_network_acl.n",
            list,
            json!({"vpc_id": refers(&["data.aws_vpc.v.id"]), "subnet_ids": refers(&["aws_subnet.n.id"])}),
        ),
        (
            "aws_route_table_association.n",
            json!({}),
            json!({"subnet_id": refers(&["aws_subnet.n.id"]), "route_table_id": refers(&["aws_route_table.n.id"])}),
        ),
        machine("aws_instance.n", "aws_subnet.n.id", json!({"associate_public_ip_address": true})),
    ]);
    asked(
        &made,
        &data,
        "permit n -> 8.8.8.8 tcp/443
         permit internet -> n tcp/443
         deny internet -> n tcp/22
         undecided n -> a tcp/443 : the subnet's network ACL is not in the input",
    );
}

#[test]
fn the_default_network_has_more_than_a_plan_gives_it() {
    let vpc = ("aws_default_vpc.v", json!({"cidr_block": "172.31.0.0/16"}), json!({}));
    let subnet = json!({"cidr_block": "172.31.0.0/20", "map_public_ip_on_launch": true});
    let made = [
        vpc,
        ("aws_default_subnet.s", subnet, json!({"vpc_id": refers(&["aws_default_vpc.v.id"])})),
        group("aws_security_group.g", refers(&["aws_default_vpc.v.id"]), 443),
        machine("aws_instance.a", "aws_default_subnet.s.id", json!({})),
    ];
    asked(&made, &[], "undecided a -> 8.8.8.8 tcp/443\nundecided internet -> a tcp/443\ndeny internet -> a tcp/22");
}

#[test]
fn a_network_of_which_a_plan_shows_the_identifier_alone_may_have_any_routes() {
    let subnet = |block: &str| json!({"vpc_id": "vpc-9", "cidr_block": block});
    let made = [
        ("aws_subnet.a", subnet("10.0.1.0/24"), json!({})),
        ("aws_subnet.b", subnet("10.0.2.0/24"), json!({})),
        group("aws_security_group.g", json!({"constant_value": "vpc-9"}), 443),
        machine("aws_instance.a", "aws_subnet.a.id", json!({})),
        machine("aws_instance.b", "aws_subnet.b.id", json!({})),
    ];
    asked(&made, &[], "undecided a -> b tcp/443\ndeny a -> b tcp/22");
}

#[test]
fn of_a_hub_that_is_looked_up_others_hold_tables_and_attachments() {
    let hub = |word: &str| {
        let standard =
            json!({"id": "tgw-1", "default_route_table_association": word, "default_route_table_propagation": word});
        [("aws_ec2_transit_gateway.t", standard, json!({}))]
    };
    let hub_of = || refers(&["data.aws_ec2_transit_gateway.t.id"]);
    let net = |n: usize| -> Vec<Held> {
        let [vpc, subnet, table, association, attachment, group, machine] = [
            [
                "aws_vpc.v1",
                "aws_subnet.s1",
                "aws_route_table.t1",
                "aws_route_table_association.t1",
                "aws_ec2_transit_gateway_vpc_attachment.a1",
                "aws_security_group.g1",
                "aws_instance.m1",
            ],
            [
                "aws_vpc.v2",
                "aws_subnet.s2",
                "aws_route_table.t2",
                "aws_route_table_association.t2",
                "aws_ec2_transit_gateway_vpc_attachment.a2",
                "aws_security_group.g2",
                "aws_instance.m2",
            ],
        ][n];
        let id = |name: &str| refers(&[&format!("{name}.id")]);
        let block = json!({"constant_value": "10.0.0.0/8"});
        let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
        vec![
            (vpc, json!({"cidr_block": format!("10.{n}.0.0/16")}), json!({})),
            (
                subnet,
                json!({"cidr_block": format!("10.{n}.0.0/24"), "availability_zone": "a"}),
                json!({"vpc_id": id(vpc)}),
            ),
            (
                table,
                json!({"route": [{"cidr_block": "10.0.0.0/8"}]}),
                json!({"vpc_id": id(vpc), "route": [{"cidr_block": block, "transit_gateway_id": hub_of()}]}),
            ),
            (association, json!({}), json!({"subnet_id": id(subnet), "route_table_id": id(table)})),
            (
                attachment,
                json!({"transit_gateway_id": "tgw-1"}),
                json!({"vpc_id": id(vpc), "subnet_ids": id(subnet), "transit_gateway_id": hub_of()}),
            ),
            (group, json!({"name": "g", "ingress": all, "egress": all}), json!({"vpc_id": id(vpc)})),
            (
                machine,
                json!({"tags": {"Name": machine.split_once('.').unwrap().1}}),
                json!({"subnet_id": id(subnet), "vpc_security_group_ids": id(group)}),
            ),
        ]
    };
    let both: Vec<Held> = net(0).into_iter().chain(net(1)).collect();
    asked(&both, &hub("disable"), "undecided m1 -> m2 tcp/80 : the tables of tgw-1");
    // Whoever accepts another account's attachment says what it is tied to.
    let mut hub_made: Vec<Held> = both.clone();
    let standard = json!({"default_route_table_association": "enable", "default_route_table_propagation": "enable"});
    hub_made.push(("aws_ec2_transit_gateway.t", standard, json!({})));
    for held in &mut hub_made {
        held.1.as_object_mut().unwrap().remove("transit_gateway_id");
        held.2 = serde_json::from_str(&held.2.to_string().replace("data.aws_ec2", "aws_ec2")).unwrap();
    }
    asked(&hub_made, &[], "permit m1 -> m2 tcp/80");
    let apart = json!({"transit_gateway_default_route_table_association": true, "transit_gateway_default_route_table_propagation": false});
    let of = json!({"transit_gateway_attachment_id": refers(&["aws_ec2_transit_gateway_vpc_attachment.a2.id"])});
    hub_made.push(("aws_ec2_transit_gateway_vpc_attachment_accepter.a2", apart, of));
    asked(&hub_made, &[], "deny m1 -> m2 tcp/80 : has no route");
    // The other network may be attached elsewhere.
    let one: Vec<Held> = both.into_iter().filter(|(name, ..)| !name.ends_with("attachment.a2")).collect();
    asked(&one, &hub("enable"), "undecided m1 -> m2 tcp/80 : the routes of default table of tgw-1");
}

#[test]
fn what_one_document_makes_is_whole_though_another_looks_it_up() {
    let made = |id: bool| -> Vec<Held> {
        let named = |mut values: Value, own: &str| {
            if id {
                values["id"] = json!(own);
            }
            values
        };
        vec![
            ("aws_vpc.v", named(json!({"cidr_block": "10.0.0.0/16"}), "vpc-1"), json!({})),
            ("aws_subnet.a", named(json!({"vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24"}), "subnet-a"), json!({})),
        ]
    };
    let state = json!({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": plan(&made(true))["planned_values"]["root_module"]}});
    let state = state.to_string();
    let mut data = aws_network();
    data.remove(2);
    let mut machines = aws_machines();
    machines.remove(2);
    let app = shown(&machines, &data);
    for texts in [[&state, &app], [&app, &state]] {
        let model = super::models(&texts.map(String::as_str));
        check(&model, "deny a -> 8.8.8.8 tcp/443\ndeny internet -> a tcp/443");
    }
}

fn google(machines: &[(&'static str, &'static str)]) -> Vec<Held> {
    let of = |(address, subnet): &(&'static str, &'static str)| -> Held {
        let name = address.split_once('.').unwrap().1;
        let written = json!({"network_interface": [{"subnetwork": refers(&[subnet])}]});
        (address, json!({"name": name, "project": "svc", "network_interface": [{}]}), written)
    };
    machines.iter().map(of).collect()
}

#[test]
fn a_shared_network_has_rules_and_routes_of_its_host() {
    let link = |rest: &str| format!("https://www.googleapis.com/compute/v1/projects/host/{rest}");
    let data = [
        (
            "google_compute_network.n",
            json!({"self_link": link("global/networks/shared"), "name": "shared", "project": "host"}),
            json!({}),
        ),
        (
            "google_compute_subnetwork.s",
            json!({"self_link": link("regions/r/subnetworks/s"), "name": "s", "project": "host", "region": "r",
                "network": link("global/networks/shared"), "ip_cidr_range": "10.5.0.0/24"}),
            json!({}),
        ),
    ];
    let of = "data.google_compute_subnetwork.s.self_link";
    let machines = google(&[("google_compute_instance.x", of), ("google_compute_instance.y", of)]);
    asked(
        &machines,
        &data,
        "undecided x -> y tcp/22 : firewall rules of host/shared that are not shown
         undecided x -> 8.8.8.8 tcp/443
         undecided internet -> x tcp/22",
    );
}

const AZURE: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network";

fn azure_nic(address: &'static str, subnet: &str) -> Held {
    let name = address.split_once('.').unwrap().1;
    let written = json!({"ip_configuration": [{"subnet_id": refers(&[subnet])}]});
    (address, json!({"name": name, "resource_group_name": "rg", "ip_configuration": [{"name": "i"}]}), written)
}

fn azure_network(more: Value) -> Vec<Held> {
    let hub = json!({"id": format!("{AZURE}/virtualNetworks/hub"), "name": "hub", "address_space": ["10.0.0.0/16"], "resource_group_name": "rg"});
    let mut subnet = json!({"id": format!("{AZURE}/virtualNetworks/hub/subnets/b"), "name": "b", "address_prefixes": ["10.0.2.0/24"],
        "virtual_network_name": "hub", "resource_group_name": "rg"});
    subnet.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    vec![("azurerm_virtual_network.hub", hub, json!({})), ("azurerm_subnet.b", subnet, json!({}))]
}

#[test]
fn a_subnet_that_is_looked_up_names_its_group_and_table() {
    let nics = [
        azure_nic("azurerm_network_interface.x", "data.azurerm_subnet.b.id"),
        azure_nic("azurerm_network_interface.y", "data.azurerm_subnet.b.id"),
    ];
    asked(
        &nics,
        &azure_network(json!({"network_security_group_id": "", "route_table_id": ""})),
        "permit x -> y tcp/22",
    );
    let group = format!("{AZURE}/networkSecurityGroups/n");
    asked(
        &nics,
        &azure_network(json!({"network_security_group_id": group.clone()})),
        "undecided x -> y tcp/22 : networksecuritygroups/n",
    );
    let deny = json!({"name": "d", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "*", "source_port_range": "*",
        "destination_port_range": "22", "source_address_prefix": "*", "destination_address_prefix": "*"});
    let mut known = azure_network(json!({"network_security_group_id": group.clone()}));
    known.push((
        "azurerm_network_security_group.n",
        json!({"id": group, "name": "n", "resource_group_name": "rg", "security_rule": [deny]}),
        json!({}),
    ));
    asked(&nics, &known, "deny x -> y tcp/22\npermit x -> y tcp/80");
}

#[test]
fn the_far_end_of_a_peering_may_be_made_by_those_whose_network_it_is() {
    let made = [
        (
            "azurerm_virtual_network.spoke",
            json!({"name": "spoke", "address_space": ["10.1.0.0/16"], "resource_group_name": "rg"}),
            json!({}),
        ),
        (
            "azurerm_subnet.s",
            json!({"name": "s", "address_prefixes": ["10.1.1.0/24"], "resource_group_name": "rg", "virtual_network_name": "spoke"}),
            json!({"virtual_network_name": refers(&["azurerm_virtual_network.spoke.name"])}),
        ),
        (
            "azurerm_virtual_network_peering.p",
            json!({"name": "p", "resource_group_name": "rg", "virtual_network_name": "spoke", "remote_virtual_network_id": format!("{AZURE}/virtualNetworks/hub")}),
            json!({"virtual_network_name": refers(&["azurerm_virtual_network.spoke.name"])}),
        ),
        azure_nic("azurerm_network_interface.x", "azurerm_subnet.s.id"),
        azure_nic("azurerm_network_interface.y", "data.azurerm_subnet.b.id"),
    ];
    asked(
        &made,
        &azure_network(json!({})),
        "undecided x -> y tcp/22 : peering p, whose other end is not shown
         undecided y -> x tcp/22",
    );
}
