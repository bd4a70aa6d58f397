//! What a plan refers to: which instance of several, which module, and what nothing shows.

use serde_json::{Value, json};

use super::{check, model};

/// What `terraform show -json` lists for a reference: itself and what it is a part of.
pub(super) fn refers(names: &[&str]) -> Value {
    let mut out = Vec::new();
    for name in names {
        let mut rest = *name;
        out.push(rest.to_owned());
        while let Some(at) = rest.rfind(['.', '[']).filter(|at| rest[..*at].contains('.')) {
            rest = &rest[..at];
            out.push(rest.to_owned());
        }
    }
    json!({ "references": out })
}

/// One resource: address within its module, values, expressions of the configuration.
pub(super) type Held = (&'static str, Value, Value);

fn planned(place: &str, (address, values, _): &Held) -> Value {
    let (kind, rest) = address.split_once('.').unwrap();
    let (name, index) = rest.split_once('[').map_or((rest, None), |(name, index)| (name, index.strip_suffix(']')));
    let own = if place.is_empty() { (*address).to_owned() } else { format!("{place}.{address}") };
    let mut out = json!({"address": own, "mode": "managed", "type": kind, "name": name, "values": values.clone()});
    if let Some(index) = index {
        out["index"] = serde_json::from_str(index).unwrap();
    }
    out
}

fn configured((address, _, expressions): &Held) -> Value {
    let (kind, rest) = address.split_once('.').unwrap();
    let name = rest.split('[').next().unwrap();
    json!({"type": kind, "name": name, "mode": "managed", "expressions": expressions})
}

pub(super) fn plan(resources: &[Held]) -> Value {
    json!({"format_version": "1.2", "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": resources.iter().map(|held| planned("", held)).collect::<Vec<_>>()}},
        "configuration": {"root_module": {"resources": resources.iter().map(configured).collect::<Vec<_>>()}}})
}

fn group(address: &'static str, ingress: &[(u16, &str)]) -> Held {
    let rule = |(port, block): &(u16, &str)| json!({"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": [block]});
    let egress = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let name = address.split_once('.').unwrap().1;
    let values = json!({"name": name, "ingress": ingress.iter().map(rule).collect::<Vec<_>>(), "egress": egress});
    (address, values, json!({"vpc_id": refers(&["aws_vpc.v.id"])}))
}

pub(super) fn machine(address: &'static str, subnet: Value, groups: Value) -> Held {
    let name = address.split(['.', '[']).nth(1).unwrap();
    let mut expressions = json!({"subnet_id": subnet});
    if !groups.is_null() {
        expressions["vpc_security_group_ids"] = groups;
    }
    (address, json!({"tags": {"Name": name}}), expressions)
}

pub(super) fn network() -> Vec<Held> {
    let within = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    vec![
        ("aws_vpc.v", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
        ("aws_subnet.s[0]", json!({"cidr_block": "10.0.1.0/24"}), within()),
        ("aws_subnet.s[1]", json!({"cidr_block": "10.0.2.0/24"}), within()),
    ]
}

fn asked(mut more: Vec<Held>, lines: &str) {
    let mut all = network();
    all.append(&mut more);
    check(&model(&plan(&all).to_string()), lines);
}

#[test]
fn an_index_names_one_instance_of_several() {
    asked(
        vec![
            group("aws_security_group.g[\"web\"]", &[(443, "10.0.2.0/24")]),
            group("aws_security_group.g[\"db\"]", &[(5432, "10.0.1.0/24")]),
            machine("aws_instance.web", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.g[\"web\"].id"])),
            machine("aws_instance.db", refers(&["aws_subnet.s[1].id"]), refers(&["aws_security_group.g[\"db\"].id"])),
        ],
        "permit web -> db tcp/5432
         deny web -> db tcp/443
         permit db -> web tcp/443
         deny db -> web tcp/5432",
    );
}

#[test]
fn a_number_that_may_be_reckoned_with_tells_nothing() {
    // Two of three subnets: `aws_subnet.s[count.index]`, or `[count.index + 1]`.
    let by_count = || json!({"references": ["aws_subnet.s", "count.index"]});
    let open = || group("aws_security_group.g", &[(22, "10.0.1.0/24")]);
    let of = |address| machine(address, by_count(), refers(&["aws_security_group.g.id"]));
    let mut two = network();
    two.extend([open(), of("aws_instance.m[0]"), of("aws_instance.m[1]")]);
    let third: Held =
        ("aws_subnet.s[2]", json!({"cidr_block": "10.0.3.0/24"}), json!({"vpc_id": refers(&["aws_vpc.v.id"])}));
    let name = |held: &mut Vec<Held>| {
        for (address, values, _) in held.iter_mut().filter(|(address, ..)| address.starts_with("aws_instance.m[")) {
            values["tags"] = json!({"Name": format!("m{}", &address[15..16])});
        }
    };
    name(&mut two);
    check(&model(&plan(&two).to_string()), "permit m0 -> m1 tcp/22\ndeny m1 -> m0 tcp/22");
    two.push(third);
    check(
        &model(&plan(&two).to_string()),
        "undecided m0 -> m1 tcp/22\nundecided m1 -> m0 tcp/22\ndeny m0 -> m1 tcp/23",
    );
}

#[test]
fn one_of_several_that_nothing_shows_is_left_open() {
    asked(
        vec![
            group("aws_security_group.g", &[(22, "10.0.1.0/24")]),
            machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.g.id"])),
            machine("aws_instance.q", refers(&["local.which", "aws_subnet.s"]), refers(&["aws_security_group.g.id"])),
        ],
        "permit a -> q tcp/22\nundecided q -> a tcp/22\ndeny q -> a tcp/23",
    );
}

#[test]
fn a_rule_of_a_group_that_nothing_shows_may_be_of_any() {
    asked(
        vec![
            group("aws_security_group.g", &[]),
            machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.g.id"])),
            machine("aws_instance.b", refers(&["aws_subnet.s[1].id"]), refers(&["aws_security_group.g.id"])),
            (
                "aws_security_group_rule.r",
                json!({"type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.0/8"]}),
                json!({"security_group_id": {"references": ["local.group"]}}),
            ),
        ],
        "undecided a -> b tcp/22 : what aws_security_group_rule.r belongs to\ndeny a -> b tcp/23",
    );
}

#[test]
fn instances_of_a_module_do_not_share_what_they_are_made_of() {
    let parts = |cidr: &str, port: u16| -> Vec<Held> {
        vec![
            ("aws_vpc.v", json!({"cidr_block": cidr}), json!({})),
            ("aws_subnet.s", json!({"cidr_block": cidr}), json!({"vpc_id": refers(&["aws_vpc.v.id"])})),
            group("aws_security_group.g", &[(port, "0.0.0.0/0")]),
        ]
    };
    let machines = |first, second| {
        [first, second]
            .map(|address| machine(address, refers(&["aws_subnet.s.id"]), refers(&["aws_security_group.g.id"])))
    };
    let tenant = |key: &str, cidr: &str, port: u16| {
        let place = format!("module.t[\"{key}\"]");
        let mut held: Vec<Value> = parts(cidr, port).iter().map(|held| planned(&place, held)).collect();
        for mut one in machines("aws_instance.one", "aws_instance.two") {
            one.1["tags"]["Name"] = format!("{key}-{}", one.1["tags"]["Name"].as_str().unwrap()).into();
            held.push(planned(&place, &one));
        }
        json!({"address": place, "resources": held})
    };
    let guest =
        machine("aws_instance.guest", refers(&["module.t[\"blue\"].subnet"]), refers(&["module.t[\"blue\"].group"]));
    let mut whole = plan(&[guest]);
    whole["planned_values"]["root_module"]["child_modules"] =
        json!([tenant("red", "10.1.0.0/16", 22), tenant("blue", "10.2.0.0/16", 80)]);
    let inside: Vec<Value> =
        parts("", 0).iter().chain(&machines("aws_instance.one", "aws_instance.two")).map(configured).collect();
    whole["configuration"]["root_module"]["module_calls"] = json!({"t": {
        "for_each_expression": {"references": ["var.tenants"]}, "expressions": {}, "module": {"resources": inside, "outputs": {
            "subnet": {"expression": refers(&["aws_subnet.s.id"])}, "group": {"expression": refers(&["aws_security_group.g.id"])}}}}});
    check(
        &model(&whole.to_string()),
        "permit red-one -> red-two tcp/22
         deny red-one -> red-two tcp/80
         deny red-one -> blue-one tcp/80 : no route to 10.2.0.0/16
         permit blue-one -> blue-two tcp/80
         permit blue-one -> guest tcp/80
         deny blue-one -> guest tcp/22",
    );
}

#[test]
fn each_value_is_the_instance_of_the_same_key() {
    let mut all = network();
    all.extend([
        ("aws_subnet.k[\"a\"]", json!({"cidr_block": "10.0.3.0/24"}), json!({"vpc_id": refers(&["aws_vpc.v.id"])})),
        ("aws_subnet.k[\"b\"]", json!({"cidr_block": "10.0.4.0/24"}), json!({"vpc_id": refers(&["aws_vpc.v.id"])})),
        group("aws_security_group.g", &[(22, "10.0.3.0/24")]),
        machine("aws_instance.m[\"a\"]", refers(&["each.value.id"]), refers(&["aws_security_group.g.id"])),
        machine("aws_instance.m[\"b\"]", refers(&["each.value.id"]), refers(&["aws_security_group.g.id"])),
    ]);
    let mut whole = plan(&all);
    for resource in whole["configuration"]["root_module"]["resources"].as_array_mut().unwrap() {
        if resource["type"] == "aws_instance" {
            resource["for_each_expression"] = json!({"references": ["aws_subnet.k"]});
        }
    }
    check(
        &model(&whole.to_string()),
        "permit aws_instance.m[\"a\"] -> aws_instance.m[\"b\"] tcp/22\ndeny aws_instance.m[\"b\"] -> aws_instance.m[\"a\"] tcp/22",
    );
}

#[test]
fn a_block_known_after_apply_beside_a_known_group_is_not_nobody() {
    let egress = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    asked(
        vec![
            group("aws_security_group.a", &[]),
            group("aws_security_group.c", &[]),
            (
                "aws_security_group.b",
                json!({"name": "b", "ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22}], "egress": egress}),
                json!({"vpc_id": refers(&["aws_vpc.v.id"]), "ingress": [{"cidr_blocks": refers(&["aws_eip.x.public_ip"]),
                    "security_groups": refers(&["aws_security_group.a.id"])}]}),
            ),
            machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.a.id"])),
            machine("aws_instance.b", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.b.id"])),
            machine("aws_instance.c", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.c.id"])),
        ],
        "permit a -> b tcp/22\nundecided c -> b tcp/22 : whom ingress 0\ndeny c -> b tcp/23",
    );
}

#[test]
fn a_port_known_after_apply_is_not_every_port() {
    asked(
        vec![
            group("aws_security_group.g", &[]),
            (
                "aws_security_group_rule.r",
                json!({"type": "ingress", "protocol": "tcp", "cidr_blocks": ["10.0.0.0/16"]}),
                json!({"security_group_id": refers(&["aws_security_group.g.id"]),
                    "from_port": refers(&["aws_db_instance.d.port"]), "to_port": refers(&["aws_db_instance.d.port"])}),
            ),
            machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.g.id"])),
            machine("aws_instance.b", refers(&["aws_subnet.s[1].id"]), refers(&["aws_security_group.g.id"])),
        ],
        "undecided a -> b tcp/22\ndeny a -> b udp/22",
    );
}

#[test]
fn what_a_network_is_made_with_is_named_by_its_attributes() {
    asked(
        vec![
            group("aws_security_group.g", &[]),
            (
                "aws_security_group_rule.r",
                json!({"type": "ingress", "protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["10.0.0.0/16"]}),
                json!({"security_group_id": refers(&["aws_vpc.v.default_security_group_id"])}),
            ),
            ("aws_internet_gateway.i", json!({}), json!({"vpc_id": refers(&["aws_vpc.v.id"])})),
            (
                "aws_route.d",
                json!({"destination_cidr_block": "0.0.0.0/0"}),
                json!({"route_table_id": refers(&["aws_vpc.v.main_route_table_id"]),
                    "gateway_id": refers(&["aws_internet_gateway.i.id"])}),
            ),
            machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.g.id"])),
            ("aws_eip.e", json!({}), json!({"instance": refers(&["aws_instance.a.id"])})),
            machine("aws_instance.plain", refers(&["aws_subnet.s[0].id"]), Value::Null),
            machine(
                "aws_instance.named",
                refers(&["aws_subnet.s[1].id"]),
                refers(&["aws_vpc.v.default_security_group_id"]),
            ),
        ],
        "permit a -> plain tcp/80
         permit a -> named tcp/80
         deny a -> plain tcp/81
         permit plain -> named tcp/81
         permit a -> 8.8.8.8 tcp/443",
    );
}

#[test]
fn a_group_attached_to_an_interface_counts_with_its_own() {
    asked(
        vec![
            group("aws_security_group.own", &[]),
            group("aws_security_group.more", &[(22, "10.0.0.0/16")]),
            machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.own.id"])),
            machine("aws_instance.b", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.own.id"])),
            (
                "aws_network_interface_sg_attachment.x",
                json!({}),
                json!({"security_group_id": refers(&["aws_security_group.more.id"]),
                    "network_interface_id": refers(&["aws_instance.b.primary_network_interface_id"])}),
            ),
        ],
        "permit a -> b tcp/22\ndeny b -> a tcp/22",
    );
}

#[test]
fn groups_of_a_launch_template_are_not_the_default_group() {
    asked(
        vec![
            group("aws_security_group.g", &[]),
            machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.g.id"])),
            (
                "aws_instance.b",
                json!({"tags": {"Name": "b"}, "launch_template": [{"version": "1"}]}),
                json!({"subnet_id": refers(&["aws_subnet.s[0].id"]),
                    "launch_template": [{"id": refers(&["aws_launch_template.t.id"])}]}),
            ),
        ],
        "undecided a -> b tcp/22 : groups known after apply",
    );
}

#[test]
fn a_gateway_endpoint_takes_nothing_that_is_private() {
    asked(
        vec![
            group("aws_security_group.g", &[(22, "10.0.0.0/16")]),
            machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.g.id"])),
            machine("aws_instance.b", refers(&["aws_subnet.s[1].id"]), refers(&["aws_security_group.g.id"])),
            ("aws_eip.b", json!({}), json!({"instance": refers(&["aws_instance.b.id"])})),
            (
                "aws_vpc_endpoint.e",
                json!({"service_name": "com.amazonaws.eu-west-1.s3", "vpc_endpoint_type": "Gateway"}),
                json!({"vpc_id": refers(&["aws_vpc.v.id"]), "route_table_ids": refers(&["aws_vpc.v.main_route_table_id"])}),
            ),
        ],
        // Nor what is a customer's, though which public address that is nobody knows yet.
        "permit a -> b tcp/22
         deny a -> b tcp/80
         undecided a -> 52.0.0.1 tcp/443 : prefix list of com.amazonaws.eu-west-1.s3",
    );
}

#[test]
fn what_a_gateway_propagates_is_not_shown() {
    asked(
        vec![
            group("aws_security_group.g", &[]),
            machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.g.id"])),
            (
                "aws_vpn_gateway_route_propagation.p",
                json!({}),
                json!({"route_table_id": refers(&["aws_vpc.v.main_route_table_id"]), "vpn_gateway_id": refers(&["aws_vpn_gateway.g.id"])}),
            ),
            ("aws_vpn_gateway.g", json!({}), json!({"vpc_id": refers(&["aws_vpc.v.id"])})),
        ],
        "undecided a -> 52.0.0.1 tcp/443 : what aws_vpn_gateway.g propagates",
    );
}

#[test]
fn a_machine_has_an_address_of_ipv6_only_where_something_gives_it_one() {
    let with = |assigns: bool, count: u8| {
        let mut all = network();
        all[0].1["ipv6_cidr_block"] = json!("2001:db8::/56");
        all[1].1["ipv6_cidr_block"] = json!("2001:db8::/64");
        all[1].1["assign_ipv6_address_on_creation"] = json!(assigns);
        let mut open = group("aws_security_group.g", &[]);
        open.1["ingress"] = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "ipv6_cidr_blocks": ["::/0"]}]);
        open.1["egress"] = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "ipv6_cidr_blocks": ["::/0"]}]);
        let mut one = machine("aws_instance.a", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.g.id"]));
        one.1["ipv6_address_count"] = json!(count);
        let route = (
            "aws_route.six",
            json!({"destination_ipv6_cidr_block": "::/0"}),
            json!({"route_table_id": refers(&["aws_vpc.v.main_route_table_id"]), "gateway_id": refers(&["aws_internet_gateway.i.id"])}),
        );
        let gateway = ("aws_internet_gateway.i", json!({}), json!({"vpc_id": refers(&["aws_vpc.v.id"])}));
        all.extend([open, one, route, gateway]);
        model(&plan(&all).to_string())
    };
    check(&with(false, 0), "deny 2001:db9::1 -> a tcp/443 : no address family in common");
    check(&with(true, 0), "permit 2001:db9::1 -> a tcp/443");
    check(&with(false, 1), "permit 2001:db9::1 -> a tcp/443");
}

#[test]
fn a_peering_that_nobody_accepts_here_leaves_open_what_passes_it() {
    let with = |accepts: bool| {
        let mut all = vec![(
            "aws_vpc_peering_connection.p",
            json!({"auto_accept": accepts}),
            json!({"vpc_id": refers(&["aws_vpc.x.id"]), "peer_vpc_id": refers(&["aws_vpc.y.id"])}),
        )];
        for ([network, subnet, route, machine_of], own, other) in [
            (["aws_vpc.x", "aws_subnet.x", "aws_route.x", "aws_instance.x"], "10.1.0.0/16", "10.2.0.0/16"),
            (["aws_vpc.y", "aws_subnet.y", "aws_route.y", "aws_instance.y"], "10.2.0.0/16", "10.1.0.0/16"),
        ] {
            let table = format!("{network}.main_route_table_id");
            all.extend([
                (network, json!({"cidr_block": own}), json!({})),
                (subnet, json!({"cidr_block": own}), json!({"vpc_id": refers(&[&format!("{network}.id")])})),
                (
                    route,
                    json!({"destination_cidr_block": other}),
                    json!({"route_table_id": refers(&[&table]), "vpc_peering_connection_id": refers(&["aws_vpc_peering_connection.p.id"])}),
                ),
                machine(machine_of, refers(&[&format!("{subnet}.id")]), refers(&["aws_security_group.g.id"])),
            ]);
        }
        let mut open = group("aws_security_group.g", &[(443, "10.0.0.0/8")]);
        open.2 = json!({});
        all.push(open);
        model(&plan(&all).to_string())
    };
    check(&with(true), "permit x -> y tcp/443");
    check(&with(false), "undecided x -> y tcp/443 : nobody accepts");
}

#[test]
fn a_rule_that_a_plan_lets_go_of_stays_in_its_group() {
    let mut all = network();
    let mut held = group("aws_security_group.g", &[(22, "10.0.0.0/16")]);
    held.1["id"] = "sg-1".into();
    all.push(held);
    all.push(group("aws_security_group.c", &[]));
    for (name, of) in [("aws_instance.a", "aws_security_group.c.id"), ("aws_instance.b", "aws_security_group.g.id")] {
        all.push(machine(name, refers(&["aws_subnet.s[0].id", "aws_subnet.s[0]", "aws_subnet.s"]), refers(&[of])));
    }
    let mut text = plan(&all);
    let rule = json!({"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 8443, "to_port": 8443, "cidr_ipv4": "10.0.0.0/16"});
    for (action, answer) in [("forget", "permit a -> b tcp/8443"), ("delete", "deny a -> b tcp/8443")] {
        text["resource_changes"] = json!([{"address": "aws_vpc_security_group_ingress_rule.old", "mode": "managed",
            "type": "aws_vpc_security_group_ingress_rule", "name": "old",
            "change": {"actions": [action], "before": rule, "after": null}}]);
        check(&model(&text.to_string()), answer);
    }
}
