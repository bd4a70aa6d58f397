//! AWS plans and states: the default tables of transit gateways.

use serde_json::{Value, json};

use super::aws_launched::group;
use super::references::{Held, machine, plan, refers};
use super::{check, model};

/// Two networks at a hub that lead to each other.
fn hub(values: Value, more: Vec<Held>) -> String {
    let within = |of: &str| json!({"vpc_id": refers(&[&format!("aws_vpc.{of}.id")])});
    let to_hub = |of: &str| {
        json!({"route_table_id": refers(&[&format!("aws_vpc.{of}.main_route_table_id")]),
        "transit_gateway_id": refers(&["aws_ec2_transit_gateway.h.id"])})
    };
    let at = |of: &str| {
        json!({"vpc_id": refers(&[&format!("aws_vpc.{of}.id")]), "subnet_ids": refers(&[&format!("aws_subnet.{of}.id")]),
        "transit_gateway_id": refers(&["aws_ec2_transit_gateway.h.id"])})
    };
    let subnet = |block: &str| json!({"cidr_block": block, "availability_zone": "a"});
    let attachment = json!({});
    let mut all: Vec<Held> = vec![
        ("aws_vpc.v", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
        ("aws_vpc.w", json!({"cidr_block": "10.1.0.0/16"}), json!({})),
        ("aws_subnet.v", subnet("10.0.1.0/24"), within("v")),
        ("aws_subnet.w", subnet("10.1.1.0/24"), within("w")),
        ("aws_ec2_transit_gateway.h", values, json!({})),
        ("aws_ec2_transit_gateway_vpc_attachment.v", attachment.clone(), at("v")),
        ("aws_ec2_transit_gateway_vpc_attachment.w", attachment, at("w")),
        ("aws_route.v", json!({"destination_cidr_block": "10.0.0.0/8"}), to_hub("v")),
        ("aws_route.w", json!({"destination_cidr_block": "10.0.0.0/8"}), to_hub("w")),
    ];
    let open = |name: &'static str, of: &str| {
        let (address, values, _) = group(name, &[("10.0.0.0/8", 443)]);
        (address, values, within(of))
    };
    all.extend([open("aws_security_group.v", "v"), open("aws_security_group.w", "w")]);
    for (name, of) in [("aws_instance.v", "v"), ("aws_instance.w", "w")] {
        let named = |kind: &str| refers(&[&format!("{kind}.{of}.id")]);
        all.push(machine(name, named("aws_subnet"), named("aws_security_group")));
    }
    all.extend(more);
    plan(&all).to_string()
}

#[test]
fn attachments_have_of_the_default_table_what_the_hub_gives_them() {
    for (off, answer) in [
        (&[][..], "permit"),
        (&["association"], "deny"),
        (&["propagation"], "deny"),
        (&["association", "propagation"], "deny"),
    ] {
        let mut values = json!({});
        for word in off {
            values[format!("default_route_table_{word}")] = json!("disable");
        }
        check(&model(&hub(values, Vec::new())), &format!("{answer} v -> w tcp/443"));
    }
}

fn hole(table: Value) -> Held {
    let mut values = json!({"destination_cidr_block": "10.1.1.0/24", "blackhole": true});
    let mut written = json!({});
    if table.is_string() {
        values["transit_gateway_route_table_id"] = table;
    } else {
        written["transit_gateway_route_table_id"] = table;
    }
    ("aws_ec2_transit_gateway_route.hole", values, written)
}

#[test]
fn a_route_of_the_default_table_counts_whatever_the_table_is_called() {
    let by_attribute = hole(refers(&["aws_ec2_transit_gateway.h.association_default_route_table_id"]));
    check(&model(&hub(json!({}), vec![by_attribute])), "deny v -> w tcp/443 : black hole");
    let known = json!({"association_default_route_table_id": "tgw-rtb-0123456789abcdef0"});
    let by_identifier = hole(json!("tgw-rtb-0123456789abcdef0"));
    check(&model(&hub(known, vec![by_identifier])), "deny v -> w tcp/443 : black hole");
}

#[test]
fn which_attachments_another_default_table_is_for_nothing_shows() {
    for kind in [
        "aws_ec2_transit_gateway_default_route_table_association.d",
        "aws_ec2_transit_gateway_default_route_table_propagation.d",
    ] {
        let of = || json!({"transit_gateway_id": refers(&["aws_ec2_transit_gateway.h.id"])});
        let mut written = of();
        written["transit_gateway_route_table_id"] = refers(&["aws_ec2_transit_gateway_route_table.t.id"]);
        let more = vec![("aws_ec2_transit_gateway_route_table.t", json!({}), of()), (kind, json!({}), written)];
        check(&model(&hub(json!({}), more)), "undecided v -> w tcp/443");
    }
}

#[test]
fn a_subnet_that_is_attached_is_in_a_zone_that_is_though_no_input_tells_which() {
    let text = hub(json!({}), Vec::new()).replace("\"availability_zone\":\"a\"", "\"tags\":{}");
    assert!(!text.contains("availability_zone"));
    check(&model(&text), "permit v -> w tcp/443\ndeny v -> w tcp/80");
}
