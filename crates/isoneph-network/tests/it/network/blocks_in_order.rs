//! Blocks of a set: a plan shows their values in an order of its own, and the configuration in that of its text.

use serde_json::{Value, json};

use super::references::{Held, machine, network, plan, refers};
use super::{check, model};

const FIRST: &str = "aws_security_group.first.id";
const SECOND: &str = "aws_security_group.second.id";

/// What is known of a rule: whom it names is known after apply.
fn rule(protocol: &str, port: u16) -> Value {
    json!({"protocol": protocol, "from_port": port, "to_port": port, "cidr_blocks": [], "ipv6_cidr_blocks": [],
        "prefix_list_ids": [], "self": false, "description": ""})
}

/// A rule as it is written.
fn written(protocol: &str, port: Value, group: &str) -> Value {
    let same = |value: Value| json!({"constant_value": value});
    json!({"protocol": same(json!(protocol)), "from_port": same(port.clone()), "to_port": same(port), "security_groups": refers(&[group])})
}

/// Machines of the groups `first` and `second`, and one of a group with these rules, which are so written.
fn answers(planned: &[Value], expressions: Value) -> String {
    let of_network = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let subnet = || refers(&["aws_subnet.s[0].id"]);
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let mut held: Vec<Held> = network();
    for name in ["aws_security_group.first", "aws_security_group.second"] {
        held.push((name, json!({"name": name, "ingress": [], "egress": all}), of_network()));
    }
    let unknown: Vec<Value> = planned.iter().map(|_| json!({"security_groups": true})).collect();
    let mut own = of_network();
    own["ingress"] = expressions;
    held.push(("aws_security_group.some", json!({"name": "some", "ingress": planned, "egress": all}), own));
    held.push(machine("aws_instance.one", subnet(), refers(&[FIRST])));
    held.push(machine("aws_instance.two", subnet(), refers(&[SECOND])));
    held.push(machine("aws_instance.box", subnet(), refers(&["aws_security_group.some.id"])));
    let mut out = plan(&held);
    out["resource_changes"] = json!([{"address": "aws_security_group.some", "change": {"actions": ["create"], "after_unknown": {"ingress": unknown}}}]);
    out.to_string()
}

#[test]
fn a_block_is_told_by_what_it_says_and_not_by_its_place() {
    let blocks = json!([written("TCP", json!("22"), FIRST), written("tcp", json!(80), SECOND)]);
    for planned in [[rule("tcp", 80), rule("tcp", 22)], [rule("tcp", 22), rule("tcp", 80)]] {
        check(
            &model(&answers(&planned, blocks.clone())),
            "permit one -> box tcp/22\ndeny two -> box tcp/22\ndeny one -> box tcp/80\npermit two -> box tcp/80",
        );
    }
}

#[test]
fn of_blocks_that_say_the_same_each_may_be_the_one() {
    let alike = json!([written("tcp", json!(22), FIRST), written("tcp", json!(22), SECOND)]);
    check(
        &model(&answers(&[rule("tcp", 22), rule("tcp", 22)], alike)),
        "undecided one -> box tcp/22\ndeny one -> box tcp/80",
    );
    // Written in other words than the provider keeps: none is told.
    let other = json!([written("6", json!(22), FIRST), written("tcp", json!(22), SECOND)]);
    check(
        &model(&answers(&[rule("tcp", 22), rule("tcp", 22)], other)),
        "undecided one -> box tcp/22\nundecided two -> box tcp/22",
    );
    let same = json!([written("tcp", json!(22), FIRST), written("tcp", json!(80), FIRST)]);
    check(
        &model(&answers(&[rule("tcp", 80), rule("tcp", 22)], same)),
        "permit one -> box tcp/22\ndeny two -> box tcp/22",
    );
}

#[test]
fn what_dynamic_writes_beside_a_block_may_name_anybody() {
    let one = json!([written("tcp", json!(22), FIRST)]);
    check(
        &model(&answers(&[rule("tcp", 80), rule("tcp", 22)], one)),
        "undecided one -> box tcp/80\nundecided two -> box tcp/80\ndeny one -> box tcp/443",
    );
}

#[test]
fn of_one_expression_for_all_blocks_each_has_a_part() {
    let merged = refers(&[FIRST, SECOND]);
    check(
        &model(&answers(&[rule("tcp", 80), rule("tcp", 22)], merged.clone())),
        "undecided one -> box tcp/22\nundecided two -> box tcp/22\ndeny one -> box tcp/443",
    );
    check(&model(&answers(&[rule("tcp", 80)], merged)), "permit one -> box tcp/80\npermit two -> box tcp/80");
}
