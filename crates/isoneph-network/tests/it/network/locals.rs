//! Values that modules make of locals: a plan names those and does not show what they are made of.

use serde_json::{Map, Value, json};

use super::references::{Held, plan, refers};
use super::{check, model};

/// A module: its call's name, what it is given, what it holds, what it gives out.
struct Module {
    call: &'static str,
    given: Value,
    held: Vec<Held>,
    outputs: Vec<(&'static str, Value)>,
}

/// A plan of resources of the root and of modules that it calls.
fn shown(root: &[Held], modules: &[Module]) -> String {
    let mut out = plan(root);
    let (mut planned, mut calls) = (Vec::new(), Map::new());
    for module in modules {
        let place = format!("module.{}", module.call);
        let mut inner = plan(&module.held);
        let mut resources = inner["planned_values"]["root_module"]["resources"].take();
        for resource in resources.as_array_mut().unwrap() {
            resource["address"] = json!(format!("{place}.{}", resource["address"].as_str().unwrap()));
        }
        planned.push(json!({"address": place, "resources": resources}));
        let outputs: Map<String, Value> =
            module.outputs.iter().map(|(name, held)| ((*name).to_owned(), json!({"expression": held}))).collect();
        let within = json!({"resources": inner["configuration"]["root_module"]["resources"], "outputs": outputs});
        calls.insert(module.call.to_owned(), json!({"expressions": module.given, "module": within}));
    }
    out["planned_values"]["root_module"]["child_modules"] = json!(planned);
    out["configuration"]["root_module"]["module_calls"] = json!(calls);
    out.to_string()
}

#[track_caller]
fn asked(root: &[Held], modules: &[Module], lines: &str) {
    check(&model(&shown(root, modules)), lines);
}

/// A network as modules of networks make it: everything but the network itself names it by `local.vpc_id`.
fn network(call: &'static str, block: &str, subnet: &str) -> Module {
    let local = || json!({"vpc_id": {"references": ["local.vpc_id"]}});
    let route = json!({"route_table_id": refers(&["aws_route_table.t[0].id"]), "gateway_id": refers(&["aws_internet_gateway.i[0].id"])});
    let subnet_of = json!({"subnet_id": {"references": ["aws_subnet.s", "count.index"]}, "route_table_id": {"references": ["aws_route_table.t"]}});
    Module {
        call,
        given: json!({"name": {"references": ["local.name"]}, "cidr": {"references": ["local.block"]}}),
        held: vec![
            ("aws_vpc.this[0]", json!({"cidr_block": block}), json!({"cidr_block": {"references": ["var.cidr"]}})),
            ("aws_subnet.s[0]", json!({"cidr_block": subnet, "map_public_ip_on_launch": true}), local()),
            ("aws_internet_gateway.i[0]", json!({}), local()),
            ("aws_route_table.t[0]", json!({}), local()),
            ("aws_route.r[0]", json!({"destination_cidr_block": "0.0.0.0/0"}), route),
            ("aws_route_table_association.a[0]", json!({}), subnet_of),
        ],
        outputs: vec![
            ("vpc_id", refers(&["aws_vpc.this[0].id"])),
            ("subnets", json!({"references": ["aws_subnet.s"]})),
            ("cidr_block", refers(&["aws_vpc.this[0].cidr_block"])),
        ],
    }
}

/// A group as modules of groups make it: its rules name it by `local.id`.
fn group(call: &'static str, network: &str, rules: Vec<Held>) -> Module {
    let mut held: Vec<Held> = vec![(
        "aws_security_group.this[0]",
        json!({"name": call, "egress": [], "ingress": []}),
        json!({"vpc_id": {"references": ["var.vpc_id"]}, "name": {"references": ["var.name"]}}),
    )];
    held[0].1.as_object_mut().unwrap().retain(|key, _| key == "name");
    held.extend(rules);
    Module {
        call,
        given: json!({"vpc_id": refers(&[&format!("module.{network}.vpc_id")]), "name": {"references": ["local.name"]}}),
        held,
        outputs: vec![("id", refers(&["aws_security_group.this[0].id"]))],
    }
}

fn rule(address: &'static str, way: &str, port: i64, block: Option<&str>) -> Held {
    let protocol = if port < 0 { "-1" } else { "tcp" };
    let mut values = json!({"type": way, "protocol": protocol, "from_port": port.max(0), "to_port": port.max(0)});
    if let Some(block) = block {
        values["cidr_blocks"] = json!([block]);
    }
    (address, values, json!({"security_group_id": {"references": ["local.id"]}}))
}

fn machine(address: &'static str, network: &str, group: &str) -> Held {
    let name = address.split_once('.').unwrap().1;
    let subnet = refers(&[&format!("module.{network}.subnets")]);
    let groups = refers(&[&format!("module.{group}.id")]);
    (address, json!({"tags": {"Name": name}}), json!({"subnet_id": subnet, "vpc_security_group_ids": groups}))
}

#[test]
fn what_one_module_calls_its_network_is_the_network_that_it_makes() {
    let rules = vec![
        rule("aws_security_group_rule.in[0]", "ingress", 443, Some("0.0.0.0/0")),
        rule("aws_security_group_rule.out[0]", "egress", -1, Some("0.0.0.0/0")),
    ];
    asked(
        &[machine("aws_instance.a", "net", "web"), machine("aws_instance.b", "net", "web")],
        &[network("net", "10.0.0.0/16", "10.0.1.0/24"), group("web", "net", rules)],
        "permit a -> b tcp/443
         deny a -> b tcp/22
         permit internet -> a tcp/443
         permit a -> 8.8.8.8 tcp/443",
    );
}

#[test]
fn of_several_networks_the_one_is_meant_in_whose_block_a_subnet_lies() {
    let all = || {
        vec![
            rule("aws_security_group_rule.in[0]", "ingress", -1, Some("0.0.0.0/0")),
            rule("aws_security_group_rule.out[0]", "egress", -1, Some("0.0.0.0/0")),
        ]
    };
    let machines = [machine("aws_instance.a", "red", "red_group"), machine("aws_instance.b", "blue", "blue_group")];
    let groups = || [group("red_group", "red", all()), group("blue_group", "blue", all())];
    let [red, blue] = groups();
    asked(
        &machines,
        &[network("red", "10.1.0.0/16", "10.1.1.0/24"), network("blue", "10.2.0.0/16", "10.2.1.0/24"), red, blue],
        "permit a -> 8.8.8.8 tcp/443\ndeny b -> 10.1.1.9 tcp/443",
    );
    // Two of one block are told apart by nothing.
    let [red, blue] = groups();
    let same = model(&shown(
        &machines,
        &[network("red", "10.1.0.0/16", "10.1.1.0/24"), network("blue", "10.1.0.0/16", "10.1.2.0/24"), red, blue],
    ));
    assert!(
        same.unsupported.iter().any(|held| held.locator.contains("module.red.aws_subnet.s[0]")),
        "{:?}",
        same.unsupported
    );
}

#[test]
fn the_rules_of_a_group_are_those_that_its_module_gives_by_one_local() {
    // The module is given another group as well, as the far end of its rules.
    let mut far = rule("aws_security_group_rule.from[0]", "ingress", 5432, None);
    far.2["source_security_group_id"] = json!({"references": ["var.rules", "count.index"]});
    let all = vec![
        rule("aws_security_group_rule.in[0]", "ingress", 443, Some("0.0.0.0/0")),
        rule("aws_security_group_rule.out[0]", "egress", -1, Some("0.0.0.0/0")),
    ];
    let given = |held: Vec<Held>| {
        let mut db = group("db", "net", held);
        db.given["rules"] = refers(&["module.app.id"]);
        [network("net", "10.0.0.0/16", "10.0.1.0/24"), group("app", "net", all.clone()), db]
    };
    let machines = [machine("aws_instance.a", "net", "app"), machine("aws_instance.d", "net", "db")];
    asked(&machines, &given(vec![far.clone()]), "permit a -> d tcp/5432\ndeny d -> a tcp/5432\ndeny a -> d tcp/22");
    // A group that has rules of its own, or is the far end, may be there for just that: the local may be the other one.
    let mut own = rule("aws_security_group_rule.own[0]", "ingress", 22, Some("0.0.0.0/0"));
    own.2 = json!({"security_group_id": refers(&["aws_security_group.this[0].id"])});
    asked(&machines, &given(vec![far.clone(), own]), "undecided a -> d tcp/5432\npermit a -> d tcp/22");
    far.2["source_security_group_id"] = refers(&["aws_security_group.this[0].id"]);
    let out = rule("aws_security_group_rule.out[0]", "egress", -1, Some("0.0.0.0/0"));
    asked(&machines, &given(vec![far, out]), "undecided d -> a tcp/5432\ndeny a -> d tcp/22");
}

#[test]
fn a_local_may_be_what_a_module_is_given() {
    // The group is another module's, and comes in as a part of something of which another part is known.
    let mut db = rule("aws_security_group_rule.db[0]", "ingress", 5432, Some("10.0.0.0/8"));
    db.1["from_port"] = json!(5432);
    db.2["from_port"] = refers(&["var.database.port"]);
    let mut app = group("app", "net", vec![db]);
    app.held[0].1["ingress"] =
        json!([{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}]);
    app.held[0].2["ingress"] = json!([{"protocol": {"constant_value": "tcp"}}]);
    app.given["database"] = refers(&["module.db.id"]);
    let open = vec![rule("aws_security_group_rule.out[0]", "egress", -1, Some("0.0.0.0/0"))];
    asked(
        &[machine("aws_instance.a", "net", "app"), machine("aws_instance.d", "net", "db")],
        &[network("net", "10.0.0.0/16", "10.0.1.0/24"), group("db", "net", open), app],
        "undecided d -> a tcp/5432\npermit d -> a tcp/22\ndeny d -> a tcp/23",
    );
}

#[test]
fn a_module_whose_instance_a_key_tells_gives_out_what_only_one_output_can_be() {
    let all = || vec![rule("aws_security_group_rule.in[0]", "ingress", 443, Some("0.0.0.0/0"))];
    let modules = [network("net", "10.0.0.0/16", "10.0.1.0/24"), group("web", "net", all())];
    let mut held = machine("aws_instance.a", "net", "web");
    // As `module.net[each.key].subnets[0]` is shown.
    held.2 = json!({"subnet_id": {"references": ["module.net", "each.key"]}, "vpc_security_group_ids": {"references": ["module.web", "each.key"]}});
    asked(&[held], &modules, "permit internet -> a tcp/443\ndeny internet -> a tcp/22");
}

/// Two groups that a module is given by one name and gives out again, and two machines, one of the module and one beside it:
/// what of the groups they have, expressions say that refer to `named`, of `var.groups` and of `module.m.groups`.
#[track_caller]
fn parted(named: fn(&str) -> Vec<String>, lines: &str) {
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let of = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let group = |address: &'static str, port: u16| -> Held {
        let rule = json!([{"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["10.0.0.0/8"]}]);
        (address, json!({"name": address, "ingress": rule, "egress": all}), of())
    };
    let machine = |address: &'static str, subnet: &str, groups: Value| -> Held {
        let tags = json!({"tags": {"Name": address.split_once('.').unwrap().1}});
        (address, tags, json!({"subnet_id": refers(&[subnet]), "vpc_security_group_ids": groups}))
    };
    let named = |of: &str| json!({"references": named(of)});
    let root = [
        ("aws_vpc.v", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
        ("aws_subnet.s", json!({"cidr_block": "10.0.1.0/24"}), of()),
        group("aws_security_group.one", 443),
        group("aws_security_group.two", 22),
        machine("aws_instance.x", "aws_subnet.s.id", refers(&["aws_security_group.one.id"])),
        machine("aws_instance.beside", "aws_subnet.s.id", named("module.m.groups")),
    ];
    let module = Module {
        call: "m",
        given: json!({
            "subnet": refers(&["aws_subnet.s.id"]), "role": {"constant_value": "one"},
            "groups": refers(&["aws_security_group.one.id", "aws_security_group.two.id"]),
        }),
        held: vec![machine("aws_instance.within", "var.subnet", named("var.groups"))],
        outputs: vec![("groups", json!({"references": ["var.groups"]}))],
    };
    asked(&root, &[module], lines);
}

#[test]
fn a_part_of_what_a_module_gives_or_is_given_is_not_the_whole() {
    let (whole, open) = (
        "permit x -> within tcp/443\npermit x -> within tcp/22\npermit x -> beside tcp/443\npermit x -> beside tcp/22",
        "undecided x -> within tcp/443\nundecided x -> within tcp/22\nundecided x -> beside tcp/443\nundecided x -> beside tcp/22",
    );
    parted(|of| vec![of.to_owned()], whole);
    parted(|of| vec![format!("{of}[\"one\"]"), of.to_owned()], open);
    parted(|of| vec![format!("{of}.one"), of.to_owned()], open);
    parted(|of| vec![of.to_owned(), "each.key".to_owned()], open);
    parted(|of| vec![format!("{of}[0]"), of.to_owned(), format!("{of}[1]"), of.to_owned()], whole);
}
