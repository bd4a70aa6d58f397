//! AWS: a network's own routes, and answers by a gateway that only lets out.

use serde_json::json;

use super::aws_launched::{group, outward};
use super::estate::Estate;
use super::references::{machine, plan, refers};
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
