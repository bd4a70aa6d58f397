//! What is made over a map, as plans write it: which part of the map each instance has, a plan does not show.

use serde_json::{Value, json};

use super::references::{Held, plan, refers};
use super::{check, model};

const EVERYBODY: &str = "0.0.0.0/0";

/// Two networks, a machine in each.
fn networks() -> Vec<Held> {
    let group = || {
        let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": [EVERYBODY]}]);
        json!({"name": "g", "ingress": all, "egress": all})
    };
    let of = |vpc: &str| json!({"vpc_id": refers(&[vpc])});
    let machine =
        |subnet: &str, group: &str| json!({"subnet_id": refers(&[subnet]), "vpc_security_group_ids": refers(&[group])});
    let named = |name: &str| json!({"tags": {"Name": name}});
    vec![
        ("aws_vpc.a", json!({"cidr_block": "10.1.0.0/16"}), json!({})),
        ("aws_vpc.b", json!({"cidr_block": "10.2.0.0/16"}), json!({})),
        ("aws_subnet.a", json!({"cidr_block": "10.1.1.0/24"}), of("aws_vpc.a.id")),
        ("aws_subnet.b", json!({"cidr_block": "10.2.1.0/24"}), of("aws_vpc.b.id")),
        ("aws_security_group.a", group(), of("aws_vpc.a.id")),
        ("aws_security_group.b", group(), of("aws_vpc.b.id")),
        ("aws_instance.a", named("a"), machine("aws_subnet.a.id", "aws_security_group.a.id")),
        ("aws_instance.b", named("b"), machine("aws_subnet.b.id", "aws_security_group.b.id")),
        ("aws_route_table.a", json!({}), of("aws_vpc.a.id")),
        ("aws_route_table.b", json!({}), of("aws_vpc.b.id")),
        has_table("aws_route_table_association.a", "a"),
        has_table("aws_route_table_association.b", "b"),
    ]
}

fn has_table(address: &'static str, name: &str) -> Held {
    let (subnet, table) = (format!("aws_subnet.{name}.id"), format!("aws_route_table.{name}.id"));
    (address, json!({}), json!({"subnet_id": refers(&[&subnet]), "route_table_id": refers(&[&table])}))
}

fn route(address: &'static str, table: &str, block: &str, (target, of): (&str, &str)) -> Held {
    let table = format!("aws_route_table.{table}.id");
    (
        address,
        json!({"destination_cidr_block": block}),
        json!({"route_table_id": refers(&[&table]), target: refers(&[of])}),
    )
}

/// A plan in which what `kinds` are is made over the parts that these references name.
fn over(resources: &[Held], kind: &str, parts: &[&str]) -> String {
    let mut out = plan(resources);
    let held = out["configuration"]["root_module"]["resources"].as_array_mut().unwrap();
    for resource in held.iter_mut().filter(|resource| resource["type"] == kind) {
        resource["for_each_expression"] = refers(parts);
    }
    out.to_string()
}

fn attached(parts: &[&str]) -> String {
    let values = || json!({"transit_gateway_id": refers(&["aws_ec2_transit_gateway.t.id"]), "vpc_id": refers(&["each.value.vpc"]), "subnet_ids": refers(&["each.value.subnets"])});
    let hub =
        |address, table| route(address, table, "10.0.0.0/8", ("transit_gateway_id", "aws_ec2_transit_gateway.t.id"));
    let mut all = networks();
    all.extend([
        ("aws_ec2_transit_gateway.t", json!({}), json!({})),
        ("aws_ec2_transit_gateway_vpc_attachment.t[\"a\"]", json!({}), values()),
        ("aws_ec2_transit_gateway_vpc_attachment.t[\"b\"]", json!({}), values()),
        hub("aws_route.a", "a"),
        hub("aws_route.b", "b"),
    ]);
    over(&all, "aws_ec2_transit_gateway_vpc_attachment", parts)
}

#[test]
fn an_attachment_of_nobody_knows_which_network_may_be_of_any() {
    check(
        &model(&attached(&["aws_vpc.a.id", "aws_subnet.a.id", "aws_vpc.b.id", "aws_subnet.b.id"])),
        "undecided a -> b tcp/22 : aws_ec2_transit_gateway.t
         undecided b -> a tcp/22",
    );
    // The one network among what it is made of is the one, and the other is not attached.
    check(
        &model(&attached(&["aws_vpc.a.id", "aws_subnet.a.id"])),
        "deny b -> a tcp/22 : the network is not attached to aws_ec2_transit_gateway.t",
    );
}

fn peered(parts: &[&str]) -> String {
    let ends = json!({"vpc_id": refers(&["each.value.from"]), "peer_vpc_id": refers(&["each.value.to"])});
    let through = |address, table, block| {
        route(address, table, block, ("vpc_peering_connection_id", "aws_vpc_peering_connection.p[\"x\"].id"))
    };
    let mut all = networks();
    all.extend([
        ("aws_vpc.c", json!({"cidr_block": "10.3.0.0/16"}), json!({})),
        ("aws_vpc_peering_connection.p[\"x\"]", json!({"auto_accept": true}), ends),
        through("aws_route.a", "a", "10.2.0.0/16"),
        through("aws_route.b", "b", "10.1.0.0/16"),
    ]);
    over(&all, "aws_vpc_peering_connection", parts)
}

#[test]
fn a_peering_of_nobody_knows_which_networks_is_that_of_the_one_whose_table_leads_to_it() {
    let open = "undecided a -> b tcp/22 : the network behind\nundecided b -> a tcp/22";
    for (parts, answers) in [
        (&["aws_vpc.a.id", "aws_vpc.b.id"][..], "permit a -> b tcp/22\npermit b -> a tcp/22"),
        (&["aws_vpc.a.id", "aws_vpc.b.id", "aws_subnet.a.id"], "permit a -> b tcp/22\npermit b -> a tcp/22"),
        (&["aws_vpc.a.id", "aws_vpc.b.id", "aws_vpc.c.id"], open),
        // The whole of another thing may name any network.
        (&["aws_vpc.a.id", "aws_vpc.b.id", "aws_subnet.a"], open),
        (&["aws_vpc.a.id", "aws_vpc.b.id", "local.more"], open),
    ] {
        check(&model(&peered(parts)), answers);
    }
}

/// A table that writes its routes as blocks: of the provider's sets a plan shows one expression for all of them.
fn written(routes: &Value, references: &[&str]) -> String {
    let mut all: Vec<Held> = networks();
    all.retain(|(address, _, _)| *address != "aws_route_table.a");
    let peering = json!({"vpc_id": refers(&["aws_vpc.a.id"]), "peer_vpc_id": refers(&["aws_vpc.b.id"])});
    all.extend([
        (
            "aws_route_table.a",
            json!({"route": routes}),
            json!({"vpc_id": refers(&["aws_vpc.a.id"]), "route": refers(references)}),
        ),
        ("aws_nat_gateway.n", json!({}), json!({"subnet_id": refers(&["aws_subnet.a.id"])})),
        ("aws_vpc_peering_connection.p", json!({"auto_accept": true}), peering),
        ("aws_vpc_peering_connection.q", json!({"auto_accept": true}), json!({})),
        route("aws_route.b", "b", "10.1.0.0/16", ("vpc_peering_connection_id", "aws_vpc_peering_connection.p.id")),
    ]);
    plan(&all).to_string()
}

#[test]
fn a_route_of_several_leads_to_what_its_field_takes() {
    let block = |cidr: &str, later: &str| {
        let mut out = json!({"cidr_block": cidr, "gateway_id": "", "nat_gateway_id": "", "vpc_peering_connection_id": "", "transit_gateway_id": ""});
        out.as_object_mut().unwrap().remove(later);
        out
    };
    let routes = json!([block(EVERYBODY, "nat_gateway_id"), block("10.2.0.0/16", "vpc_peering_connection_id")]);
    check(
        &model(&written(&routes, &["aws_nat_gateway.n.id", "aws_vpc_peering_connection.p.id"])),
        "permit a -> b tcp/22\npermit b -> a tcp/22",
    );
    for more in ["aws_vpc_peering_connection.q.id", "local.peering"] {
        check(
            &model(&written(&routes, &["aws_nat_gateway.n.id", "aws_vpc_peering_connection.p.id", more])),
            "undecided a -> b tcp/22",
        );
    }
}

/// What a network is made with, managed over a map of networks.
fn managed(kind: &'static str, values: &Value, expressions: &Value, parts: &[&str]) -> String {
    let address: &'static str = format!("{kind}.d[\"x\"]").leak();
    let mut all = networks();
    all.retain(|(address, _, _)| !address.starts_with("aws_route_table_association"));
    let named = json!({"tags": {"Name": "c"}});
    all.extend([
        ("aws_instance.c", named, json!({"subnet_id": refers(&["aws_subnet.c.id"])})),
        ("aws_subnet.c", json!({"cidr_block": "10.1.2.0/24"}), json!({"vpc_id": refers(&["aws_vpc.a.id"])})),
        ("aws_internet_gateway.g", json!({}), json!({"vpc_id": refers(&["aws_vpc.a.id"])})),
        route("aws_route.a", "a", EVERYBODY, ("gateway_id", "aws_internet_gateway.g.id")),
        (address, values.clone(), expressions.clone()),
    ]);
    over(&all, kind, parts)
}

#[test]
fn what_is_managed_of_one_of_several_networks_may_be_of_any() {
    let both = ["aws_vpc.a.id", "aws_vpc.b.id"];
    let group = |parts: &[&str]| {
        managed(
            "aws_default_security_group",
            &json!({"ingress": [], "egress": []}),
            &json!({"vpc_id": refers(&["each.value"])}),
            parts,
        )
    };
    check(&model(&group(&both[1..])), "permit c -> a tcp/22\ndeny a -> c tcp/22");
    check(&model(&group(&both)), "undecided c -> a tcp/22 : whose default group\nundecided a -> c tcp/22");
    let lists = ["aws_vpc.a.default_network_acl_id", "aws_vpc.b.default_network_acl_id"];
    let list = |parts: &[&str]| {
        managed(
            "aws_default_network_acl",
            &json!({"ingress": [], "egress": []}),
            &json!({"default_network_acl_id": refers(&["each.value"])}),
            parts,
        )
    };
    check(&model(&list(&lists[1..])), "permit c -> a tcp/22");
    check(&model(&list(&lists)), "undecided c -> a tcp/22 : the subnet's network ACL");
}

#[test]
fn a_main_table_of_one_of_several_networks_may_be_of_any() {
    let main = |parts: &[&str]| {
        let fields = json!({"vpc_id": refers(&["each.value.vpc"]), "route_table_id": refers(&["each.value.table"])});
        managed("aws_main_route_table_association", &json!({}), &fields, parts)
    };
    check(&model(&main(&["aws_vpc.a.id", "aws_route_table.a.id"])), "deny c -> 8.8.8.8 tcp/443 : no public address");
    check(
        &model(&main(&["aws_vpc.a.id", "aws_route_table.a.id", "aws_vpc.b.id", "aws_route_table.b.id"])),
        "undecided c -> 8.8.8.8 tcp/443 : makes the main one",
    );
}
