//! AWS plans: the interfaces that launch templates give to machines, and those that are attached beside them.

use serde_json::{Value, json};

use super::references::{Held, machine, network, plan, refers};
use super::{check, model};

const ALL: &str = "-1";

pub(super) fn group(address: &'static str, ingress: &[(&str, u16)]) -> Held {
    let rule = |(block, port): &(&str, u16)| {
        let blocks = if block.contains(':') { "ipv6_cidr_blocks" } else { "cidr_blocks" };
        json!({"protocol": "tcp", "from_port": port, "to_port": port, blocks: [block]})
    };
    let out = json!([{"protocol": ALL, "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": ["::/0"]}]);
    let rules: Vec<Value> = ingress.iter().map(rule).collect();
    let name = address.split_once('.').unwrap().1;
    (address, json!({"name": name, "ingress": rules, "egress": out}), json!({"vpc_id": refers(&["aws_vpc.v.id"])}))
}

/// A network whose two subnets have a way to the internet and give no public addresses, and two groups.
pub(super) fn outward() -> Vec<Held> {
    let of = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let route = |block: &str| json!({block: if block.contains('6') { "::/0" } else { "0.0.0.0/0" }});
    let leads = json!([{"gateway_id": refers(&["aws_internet_gateway.i.id"])}]);
    let mut all = network();
    all.extend([
        ("aws_internet_gateway.i", json!({}), of()),
        (
            "aws_default_route_table.t",
            json!({"route": [route("cidr_block"), route("ipv6_cidr_block")]}),
            json!({"default_route_table_id": refers(&["aws_vpc.v.default_route_table_id"]), "route": leads}),
        ),
        group("aws_security_group.web", &[("0.0.0.0/0", 443), ("::/0", 443)]),
        group("aws_security_group.ssh", &[("0.0.0.0/0", 22)]),
    ]);
    all
}

fn template(values: Value) -> Held {
    let own = json!([{"security_groups": refers(&["aws_security_group.web.id"])}]);
    ("aws_launch_template.t", values, json!({"network_interfaces": own}))
}

/// What makes machines of a template, by each of the words for it.
fn made_of_template() -> Vec<Held> {
    let zones = || refers(&["aws_subnet.s[0].id"]);
    let by = |field: &str, attribute: &str| json!([{field: refers(&[&format!("aws_launch_template.t.{attribute}")])}]);
    let mixed = |over: bool| {
        let specification = by("launch_template_id", "id");
        let within = if over {
            json!([{"launch_template_specification": by("launch_template_id", "id"), "override": [{"launch_template_specification": specification}]}])
        } else {
            json!([{"launch_template_specification": specification}])
        };
        json!([{"launch_template": within}])
    };
    let shown = json!([{"launch_template": [{"launch_template_specification": [{}]}]}]);
    vec![
        (
            "aws_autoscaling_group.by_id",
            json!({"launch_template": [{}]}),
            json!({"vpc_zone_identifier": zones(), "launch_template": by("id", "id")}),
        ),
        (
            "aws_autoscaling_group.by_name",
            json!({"launch_template": [{}]}),
            json!({"vpc_zone_identifier": zones(), "launch_template": by("name", "name")}),
        ),
        (
            "aws_autoscaling_group.mixed",
            json!({"mixed_instances_policy": shown}),
            json!({"vpc_zone_identifier": zones(), "mixed_instances_policy": mixed(false)}),
        ),
        (
            "aws_autoscaling_group.instead",
            json!({"mixed_instances_policy": [{"launch_template": [{"launch_template_specification": [{}],
                "override": [{"launch_template_specification": [{}]}]}]}]}),
            json!({"vpc_zone_identifier": zones(), "mixed_instances_policy": mixed(true)}),
        ),
        (
            "aws_eks_node_group.nodes",
            json!({"launch_template": [{}]}),
            json!({"subnet_ids": zones(), "launch_template": by("id", "id")}),
        ),
        (
            "aws_instance.one",
            json!({"launch_template": [{}]}),
            json!({"subnet_id": zones(), "launch_template": by("id", "id")}),
        ),
    ]
}

#[test]
fn machines_have_the_addresses_and_groups_that_their_template_gives_whoever_names_it() {
    let public = |word: &str| template(json!({"network_interfaces": [{"associate_public_ip_address": word}]}));
    let six = template(json!({"network_interfaces": [{"ipv6_address_count": 1}]}));
    // Who has an address of one family alone reaches a part of the internet.
    for (template, answer, out) in
        [(public("true"), "permit", "permit"), (public("false"), "deny", "deny"), (six, "permit", "undecided")]
    {
        for held in made_of_template() {
            let mut all = outward();
            // Blocks of IPv6 that a subnet has, and gives to those alone that ask.
            all[0].1["ipv6_cidr_block"] = json!("2600:1f16::/56");
            all[1].1["ipv6_cidr_block"] = json!("2600:1f16::/64");
            let name = held.0;
            all.extend([template.clone(), held]);
            let lines = format!(
                "{answer} internet -> {name} tcp/443\ndeny internet -> {name} tcp/22\n{out} {name} -> internet tcp/80"
            );
            check(&model(&plan(&all).to_string()), &lines);
        }
    }
}

#[test]
fn a_template_that_is_not_shown_may_give_public_addresses() {
    for (address, values, written) in [
        (
            "aws_autoscaling_group.g",
            json!({"launch_template": [{"id": "lt-0123456789abcdef0"}]}),
            json!({"vpc_zone_identifier": refers(&["aws_subnet.s[0].id"])}),
        ),
        (
            "aws_instance.g",
            json!({"launch_template": [{"id": "lt-0123456789abcdef0"}]}),
            json!({"subnet_id": refers(&["aws_subnet.s[0].id"])}),
        ),
        (
            "aws_instance.g",
            json!({"launch_template": [{"id": "lt-0123456789abcdef0"}]}),
            json!({"subnet_id": refers(&["aws_subnet.s[0].id"]), "vpc_security_group_ids": refers(&["aws_security_group.web.id"])}),
        ),
    ] {
        let mut all = outward();
        all.push((address, values, written));
        check(
            &model(&plan(&all).to_string()),
            &format!("undecided internet -> {address} tcp/443\nundecided {address} -> internet tcp/80"),
        );
    }
}

/// A machine, and an interface of its own subnet and group.
fn with_second(attached: Vec<Held>, block: Value, written: Value) -> Vec<Held> {
    let (name, mut values, expressions) =
        machine("aws_instance.m", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.web.id"]));
    values["associate_public_ip_address"] = json!(true);
    let mut second = json!({"subnet_id": refers(&["aws_subnet.s[1].id"]), "security_groups": refers(&["aws_security_group.ssh.id"])});
    second.as_object_mut().unwrap().extend(written.as_object().unwrap().clone());
    let client =
        machine("aws_instance.client", refers(&["aws_subnet.s[1].id"]), refers(&["aws_security_group.web.id"]));
    let mut all = outward();
    all.extend([(name, values, expressions), ("aws_network_interface.n", block, second), client]);
    all.extend(attached);
    all
}

#[test]
fn a_machine_keeps_its_own_interface_beside_those_that_are_attached_to_it() {
    let attachment = (
        "aws_network_interface_attachment.a",
        json!({"device_index": 1}),
        json!({
        "instance_id": refers(&["aws_instance.m.id"]), "network_interface_id": refers(&["aws_network_interface.n.id"])}),
    );
    let block = json!({"attachment": [{"instance": refers(&["aws_instance.m.id"])}]});
    for all in [
        with_second(vec![attachment], json!({}), json!({})),
        with_second(Vec::new(), json!({"attachment": [{"device_index": 1}]}), block),
    ] {
        check(
            &model(&plan(&all).to_string()),
            "permit internet -> m tcp/443
             permit client -> m tcp/22
             permit client -> m tcp/443
             deny client -> m tcp/80",
        );
    }
}
