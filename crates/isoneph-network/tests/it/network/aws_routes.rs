//! AWS: a network's own routes, and answers by a gateway that only lets out.

use serde_json::{Value, json};

use super::aws_launched::{group, outward};
use super::estate::Estate;
use super::references::{Held, machine, plan, refers};
use super::{check, model};

#[test]
fn a_local_route_that_is_written_takes_none_of_the_others_away() {
    let of = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let routes = json!([{"cidr_block": "10.0.0.0/16", "gateway_id": "local"}, {"cidr_block": "0.0.0.0/0"}]);
    let leads = json!([{}, {"gateway_id": refers(&["aws_internet_gateway.i.id"])}]);
    let mut all = outward();
    all.retain(|(address, ..)| *address != "aws_default_route_table.t");
    all.extend([
        ("aws_vpc_ipv4_cidr_block_association.more", json!({"cidr_block": "10.9.0.0/16"}), of()),
        ("aws_subnet.more", json!({"cidr_block": "10.9.1.0/24"}), of()),
        (
            "aws_default_route_table.t",
            json!({"route": routes}),
            json!({"default_route_table_id": refers(&["aws_vpc.v.default_route_table_id"]), "route": leads}),
        ),
        group("aws_security_group.open", &[("0.0.0.0/0", 80)]),
        machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.open.id"])),
        machine("aws_instance.b", refers(&["aws_subnet.more.id"]), refers(&["aws_security_group.open.id"])),
    ]);
    check(&model(&plan(&all).to_string()), "permit a -> b tcp/80\npermit b -> a tcp/80\ndeny a -> b tcp/81");
}

#[test]
fn an_answer_by_a_gateway_that_only_lets_out_is_open_where_another_let_in() {
    let gateway =
        json!({"EgressOnlyInternetGatewayId": "eigw-a", "Attachments": [{"State": "attached", "VpcId": "vpc-a"}]});
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .add("EgressOnlyInternetGateways", gateway)
        .subnet("a", "six", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "::/0 eigw-a"])
        .group("open", "a", &["-1 * ::/0"], &["-1 * ::/0"])
        .eni("web", "six", "2600:1f16::10", None, &["open"]);
    check(
        &model(&estate.text()),
        "permit web -> 2001:4860:4860::8888 tcp/443
         undecided 2001:4860:4860::8888 -> web tcp/22 : eigw-a takes answers",
    );
}

/// A table of one of two networks, and two machines of the first that it is for.
fn tabled(network: Value) -> String {
    let within = |of: &str| json!({"vpc_id": refers(&[&format!("aws_vpc.{of}.id")])});
    let subnet = |block: &str| json!({"cidr_block": block, "availability_zone": "a"});
    let (_, values, _) = group("aws_security_group.x", &[("0.0.0.0/0", 443)]);
    let of = |at: &str| json!({"route_table_id": refers(&["aws_route_table.t.id"]), "subnet_id": refers(&[&format!("aws_subnet.{at}.id")])});
    let all: Vec<Held> = vec![
        ("aws_route_table_association.a", json!({}), of("a")),
        ("aws_route_table_association.b", json!({}), of("b")),
        ("aws_vpc.x", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
        ("aws_vpc.y", json!({"cidr_block": "10.1.0.0/16"}), json!({})),
        ("aws_subnet.a", subnet("10.0.1.0/24"), within("x")),
        ("aws_subnet.b", subnet("10.0.2.0/24"), within("x")),
        ("aws_security_group.x", values, within("x")),
        ("aws_route_table.t", json!({}), json!({"vpc_id": network})),
        machine("aws_instance.a", refers(&["aws_subnet.a.id"]), refers(&["aws_security_group.x.id"])),
        machine("aws_instance.b", refers(&["aws_subnet.b.id"]), refers(&["aws_security_group.x.id"])),
    ];
    let mut out = plan(&all);
    for resource in out["configuration"]["root_module"]["resources"].as_array_mut().unwrap() {
        if resource["type"] == "aws_route_table" {
            resource["for_each_expression"] = json!({"references": ["aws_subnet.a"]});
        }
    }
    out.to_string()
}

#[test]
fn a_table_has_the_routes_of_the_network_that_its_subnets_are_in() {
    for network in [
        refers(&["aws_vpc.x.id"]),
        refers(&["aws_subnet.a.vpc_id"]),
        json!({"references": ["each.value.vpc_id", "each.value"]}),
        json!({"references": ["local.networks"]}),
    ] {
        check(&model(&tabled(network)), "permit a -> b tcp/443\ndeny a -> b tcp/80");
    }
}
