//! AWS plans: what stands for another thing, and what an expression names without its attribute.

use serde_json::{Value, json};

use super::aws_launched::{group, outward};
use super::references::{Held, machine, plan, refers};
use super::{check, model};

/// A plan with data sources that are read only while it is carried out.
fn with_later(resources: &[Held], data: &[(&str, Value)]) -> String {
    let mut out = plan(resources);
    for (address, expressions) in data {
        let (kind, name) = address.strip_prefix("data.").unwrap().split_once('.').unwrap();
        let held = |more: Value| {
            let mut held = json!({"mode": "data", "type": kind, "name": name});
            held.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            held
        };
        let planned = held(json!({"address": address, "values": {"filter": null}}));
        out["planned_values"]["root_module"]["resources"].as_array_mut().unwrap().push(planned);
        let written = held(json!({"expressions": expressions}));
        out["configuration"]["root_module"]["resources"].as_array_mut().unwrap().push(written);
    }
    out.to_string()
}

/// What is listed for a data source: no kind by itself.
fn looked_up(name: &str) -> Value {
    json!({"references": [format!("{name}.id"), name]})
}

fn rule(of: &str) -> Held {
    let values =
        json!({"type": "ingress", "protocol": "tcp", "from_port": 8080, "to_port": 8080, "cidr_blocks": ["0.0.0.0/0"]});
    ("aws_security_group_rule.r", values, json!({"security_group_id": looked_up(of)}))
}

fn pair() -> Vec<Held> {
    let mut all = outward();
    let groups = || refers(&["aws_security_group.web.id"]);
    all.push(machine("aws_instance.a", looked_up("data.aws_subnet.s"), groups()));
    all.push(machine("aws_instance.b", refers(&["aws_subnet.s[1].id"]), groups()));
    all
}

#[test]
fn a_data_source_that_is_read_later_shows_what_its_identifier_names() {
    let data = |id: &[&str]| json!({"id": refers(id)});
    let named = [
        ("data.aws_subnet.s", data(&["aws_subnet.s[0].id"])),
        ("data.aws_security_group.web", data(&["aws_security_group.web.id"])),
        ("data.aws_vpc.v", data(&["aws_vpc.v.id"])),
    ];
    let mut all = pair();
    all.push(rule("data.aws_security_group.web"));
    // Groups and gateways of the network belong to it, by whichever of its names.
    all.retain(|(address, ..)| *address != "aws_internet_gateway.i");
    all.push(("aws_internet_gateway.i", json!({}), json!({"vpc_id": looked_up("data.aws_vpc.v")})));
    check(
        &model(&with_later(&all, &named)),
        "permit a -> b tcp/443
         permit a -> b tcp/8080
         deny b -> a tcp/22
         deny internet -> b tcp/443",
    );
}

#[test]
fn a_data_source_that_is_read_later_by_other_words_may_show_anything() {
    let tagged = [
        ("data.aws_security_group.web", json!({"filter": [{}]})),
        ("data.aws_subnet.s", json!({"id": refers(&["aws_subnet.s[0].id"])})),
    ];
    let mut all = pair();
    all.push(rule("data.aws_security_group.web"));
    check(
        &model(&with_later(&all, &tagged)),
        "permit a -> b tcp/443\nundecided a -> b tcp/8080 : what aws_security_group_rule.r belongs to",
    );
}

#[test]
fn what_a_resource_was_given_it_hands_on() {
    let mut all = outward();
    let within = |of: &str| json!({"vpc_id": refers(&[of])});
    all.extend([
        ("aws_vpc_ipv4_cidr_block_association.more", json!({"cidr_block": "100.64.0.0/16"}), within("aws_vpc.v.id")),
        (
            "aws_subnet.pods",
            json!({"cidr_block": "100.64.1.0/24"}),
            within("aws_vpc_ipv4_cidr_block_association.more.vpc_id"),
        ),
        machine("aws_instance.pod", refers(&["aws_subnet.pods.id"]), refers(&["aws_security_group.web.id"])),
        machine("aws_instance.a", refers(&["aws_instance.pod.subnet_id"]), refers(&["aws_security_group.ssh.id"])),
    ]);
    check(&model(&plan(&all).to_string()), "permit pod -> a tcp/22\npermit a -> pod tcp/443\ndeny a -> pod tcp/22");
}

/// Two networks of one resource that a peering joins, with one rule of a group.
#[test]
fn of_an_instance_that_an_expression_tells_the_field_says_which_attribute_is_meant() {
    let key = |of: &str| json!({"references": [of, "each.key"]});
    let within = |key: &str| json!({"vpc_id": refers(&[&format!("aws_vpc.n[\"{key}\"].id")])});
    let mut all: Vec<Held> = vec![
        ("aws_vpc.n[\"x\"]", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
        ("aws_vpc.n[\"y\"]", json!({"cidr_block": "10.1.0.0/16"}), json!({})),
        ("aws_subnet.x", json!({"cidr_block": "10.0.1.0/24"}), within("x")),
        ("aws_subnet.y", json!({"cidr_block": "10.1.1.0/24"}), within("y")),
    ];
    let open = |name: &'static str, at: &str| {
        let (address, values, _) = group(name, &[("0.0.0.0/0", 443), ("0.0.0.0/0", 22)]);
        (address, values, within(at))
    };
    all.extend([open("aws_security_group.x", "x"), open("aws_security_group.y", "y")]);
    for (name, of) in [("aws_instance.x", "x"), ("aws_instance.y", "y")] {
        let named = |kind: &str| refers(&[&format!("{kind}.{of}.id")]);
        all.push(machine(name, named("aws_subnet"), named("aws_security_group")));
    }
    let ends = json!({"vpc_id": refers(&["aws_vpc.n[\"x\"].id"]), "peer_vpc_id": refers(&["aws_vpc.n[\"y\"].id"])});
    all.push(("aws_vpc_peering_connection.p", json!({"auto_accept": true}), ends));
    let leads = || json!({"route_table_id": key("aws_vpc.n"), "vpc_peering_connection_id": refers(&["aws_vpc_peering_connection.p.id"])});
    let by_routes = [
        ("aws_route.r[\"x\"]", json!({"destination_cidr_block": "10.1.0.0/16"}), leads()),
        ("aws_route.r[\"y\"]", json!({"destination_cidr_block": "10.0.0.0/16"}), leads()),
    ];
    let written = || {
        let route = json!([{"vpc_peering_connection_id": refers(&["aws_vpc_peering_connection.p.id"])}]);
        json!({"default_route_table_id": key("aws_vpc.n"), "route": route})
    };
    let by_tables = [
        ("aws_default_route_table.r[\"x\"]", json!({"route": [{"cidr_block": "10.1.0.0/16"}]}), written()),
        ("aws_default_route_table.r[\"y\"]", json!({"route": [{"cidr_block": "10.0.0.0/16"}]}), written()),
    ];
    let entry = |port: u16| json!({"rule_no": 100, "action": "allow", "protocol": "tcp", "from_port": port, "to_port": 65535, "cidr_block": "0.0.0.0/0"});
    let list = |address: &'static str| {
        let values = json!({"ingress": [entry(443)], "egress": [entry(443)]});
        (address, values, json!({"default_network_acl_id": key("aws_vpc.n")}))
    };
    let lists = [list("aws_default_network_acl.l[\"x\"]"), list("aws_default_network_acl.l[\"y\"]")];
    let asked =
        |more: &[&[Held]], lines: &str| check(&model(&plan(&[all.clone(), more.concat()].concat()).to_string()), lines);
    for routes in [by_routes, by_tables] {
        asked(&[&routes], "permit x -> y tcp/443\npermit y -> x tcp/22");
        asked(&[&routes, &lists], "permit x -> y tcp/443\ndeny y -> x tcp/22");
    }
    asked(&[], "deny x -> y tcp/443");
}

#[test]
fn who_accepts_a_peering_names_it() {
    let other = |address: &'static str, block: &str| {
        (address, json!({"cidr_block": block}), json!({"vpc_id": refers(&["aws_vpc.w.id"])}))
    };
    let leads = |name: &'static str, table: &str, block: &str, by: &str| {
        let to = json!({"route_table_id": refers(&[table]), "vpc_peering_connection_id": refers(&[by])});
        (name, json!({"destination_cidr_block": block}), to)
    };
    let peering = |values: Value| {
        (
            "aws_vpc_peering_connection.p",
            values,
            json!({"vpc_id": refers(&["aws_vpc.v.id"]), "peer_vpc_id": refers(&["aws_vpc.w.id"])}),
        )
    };
    let accepter = |status: Value| {
        (
            "aws_vpc_peering_connection_accepter.p",
            status,
            json!({"vpc_peering_connection_id": refers(&["aws_vpc_peering_connection.p.id"])}),
        )
    };
    let asked = |status: Value, accepted: Option<Value>, answer: &str| {
        let by = if accepted.is_some() {
            "aws_vpc_peering_connection_accepter.p.id"
        } else {
            "aws_vpc_peering_connection.p.id"
        };
        let mut all = outward();
        all.extend([
            ("aws_vpc.w", json!({"cidr_block": "10.9.0.0/16"}), json!({})),
            other("aws_subnet.w", "10.9.1.0/24"),
            machine("aws_instance.v", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.web.id"])),
            machine("aws_instance.w", refers(&["aws_subnet.w.id"]), Value::Null),
            leads("aws_route.v", "aws_vpc.v.main_route_table_id", "10.9.0.0/16", "aws_vpc_peering_connection.p.id"),
            leads("aws_route.w", "aws_vpc.w.main_route_table_id", "10.0.0.0/16", by),
            peering(status),
        ]);
        all.extend(accepted.map(accepter));
        check(&model(&plan(&all).to_string()), &format!("{answer} w -> v tcp/443"));
    };
    asked(json!({}), Some(json!({"auto_accept": true})), "permit");
    // A state is written when the one asks, and not again when the other accepts.
    let pending = || json!({"accept_status": "pending-acceptance"});
    asked(pending(), Some(json!({"auto_accept": true, "accept_status": "active"})), "permit");
    asked(pending(), None, "undecided");
    asked(json!({"accept_status": "deleted"}), None, "deny");
}

#[test]
fn a_rule_takes_no_group_beside_blocks_or_the_group_itself() {
    // `source_security_group_id = each.value.self ? null : aws_security_group.other.id`
    let source = json!({"references": ["each.value.self", "each.value", "aws_security_group.other.id", "aws_security_group.other"]});
    for (given, other, own) in [
        (json!({"self": true}), "deny", "permit"),
        (json!({"self": false}), "permit", "deny"),
        (json!({"cidr_blocks": ["10.0.1.0/24"]}), "deny", "permit"),
    ] {
        let mut values = json!({"type": "ingress", "protocol": "tcp", "from_port": 8080, "to_port": 8080});
        values.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        let written =
            json!({"security_group_id": refers(&["aws_security_group.ssh.id"]), "source_security_group_id": source});
        let mut all = outward();
        all.extend([
            group("aws_security_group.other", &[]),
            ("aws_security_group_rule.r", values, written),
            machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.ssh.id"])),
            machine("aws_instance.b", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.ssh.id"])),
            machine("aws_instance.c", refers(&["aws_subnet.s[1].id"]), refers(&["aws_security_group.other.id"])),
        ]);
        check(&model(&plan(&all).to_string()), &format!("{own} b -> a tcp/8080\n{other} c -> a tcp/8080"));
    }
}

#[test]
fn a_public_address_that_a_condition_may_give_to_nobody_is_somebodys() {
    let to = |references: &[&str]| json!({"instance": {"references": references}});
    let own = ["aws_instance.m.id", "aws_instance.m"];
    for (written, answer) in [
        (to(&own), "permit"),
        (to(&["each.value.public", "each.value", own[0], own[1]]), "undecided"),
        (to(&["aws_instance.m", "each.key"]), "permit"),
    ] {
        let mut all = outward();
        all.extend([
            machine("aws_instance.m", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.web.id"])),
            ("aws_eip.e", json!({"domain": "vpc"}), written),
        ]);
        check(&model(&plan(&all).to_string()), &format!("{answer} internet -> m tcp/443\ndeny internet -> m tcp/22"));
    }
}

#[test]
fn a_subnet_is_of_the_network_that_its_block_lies_in() {
    let of = |key: &str| json!({"vpc_id": refers(&[&format!("aws_vpc.n[\"{key}\"].id")])});
    let any = || json!({"vpc_id": {"references": ["aws_vpc.n", "local.net"]}});
    let subnet = |block: &str| json!({"cidr_block": block, "availability_zone": "a"});
    let (_, values, _) = group("aws_security_group.x", &[("0.0.0.0/0", 443)]);
    for (other, answer) in [("10.1.0.0/16", "permit"), ("10.0.0.0/16", "undecided")] {
        let all: Vec<Held> = vec![
            ("aws_vpc.n[\"x\"]", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
            ("aws_vpc.n[\"y\"]", json!({"cidr_block": other}), json!({})),
            ("aws_subnet.a", subnet("10.0.1.0/24"), any()),
            ("aws_subnet.b", subnet("10.0.2.0/24"), any()),
            ("aws_security_group.x", values.clone(), of("x")),
            machine("aws_instance.a", refers(&["aws_subnet.a.id"]), refers(&["aws_security_group.x.id"])),
            machine("aws_instance.b", refers(&["aws_subnet.b.id"]), refers(&["aws_security_group.x.id"])),
        ];
        let lines = format!("{answer} a -> b tcp/443");
        if answer == "permit" {
            check(&model(&plan(&all).to_string()), &lines);
        } else {
            // Both may be meant: nothing is said of what stands in it, and it is told.
            assert!(model(&plan(&all).to_string()).unsupported.iter().any(|held| held.locator == "aws_subnet.a"));
        }
    }
}

#[test]
fn a_word_that_a_condition_asks_about_is_nobodys_identifier() {
    let mut out = {
        let mut all = outward();
        all.extend([
            ("aws_nat_gateway.n[\"a\"]", json!({}), json!({"subnet_id": refers(&["aws_subnet.s[0].id"])})),
            ("aws_route_table.p", json!({}), json!({"vpc_id": refers(&["aws_vpc.v.id"])})),
            ("aws_route.p", json!({"destination_cidr_block": "0.0.0.0/0"}), json!({"route_table_id": refers(&["aws_route_table.p.id"]),
                "nat_gateway_id": {"references": ["aws_nat_gateway.n", "var.mode", "each.key"]}})),
            ("aws_route_table_association.p", json!({}), json!({"route_table_id": refers(&["aws_route_table.p.id"]), "subnet_id": refers(&["aws_subnet.s[1].id"])})),
            machine("aws_instance.m", refers(&["aws_subnet.s[1].id"]), refers(&["aws_security_group.web.id"])),
        ]);
        plan(&all)
    };
    out["variables"] = json!({"mode": {"value": "single"}});
    check(&model(&out.to_string()), "permit m -> internet tcp/443");
}
