//! AWS plans: what is known only after apply is open, and what a provider gives of itself is given.

use serde_json::{Value, json};

use super::terraform::{base, plan, refers};
use super::{check, model, models};

type Held = (&'static str, Value, Value);

/// The base network with `more` in place of, or beside, what has the same address.
fn with(more: Vec<Held>) -> Vec<Held> {
    let mut all = base();
    all.retain(|(address, ..)| !more.iter().any(|(other, ..)| other == address));
    all.extend(more);
    all
}

/// A plan that says of each (address, field) that it is known only after apply.
fn unknown(resources: &[Held], fields: &[(&str, &str)]) -> String {
    let mut out: Value = serde_json::from_str(&plan(resources)).unwrap();
    let change = |(address, field): &(&str, &str)| json!({"address": address, "change": {"actions": ["create"], "after_unknown": {*field: true}}});
    out["resource_changes"] = fields.iter().map(change).collect();
    out.to_string()
}

fn refer(names: &[&str]) -> Value {
    let of = |name: &&str| [format!("{name}.id"), (*name).to_owned()];
    json!({"references": names.iter().flat_map(of).collect::<Vec<_>>()})
}

/// A machine `box` in the subnet with the open group of `web`.
fn machine(subnet: &str, values: Value) -> Held {
    let mut values = values;
    values["tags"] = json!({"Name": "box"});
    (
        "aws_instance.box",
        values,
        json!({"subnet_id": refer(&[subnet]), "vpc_security_group_ids": refer(&["aws_security_group.web"])}),
    )
}

fn subnet_that_gives_addresses() -> Held {
    (
        "aws_subnet.one",
        json!({"cidr_block": "10.0.1.0/24", "availability_zone": "a", "map_public_ip_on_launch": true}),
        refers(&[("vpc_id", "aws_vpc.main")]),
    )
}

#[test]
fn a_subnet_gives_its_machines_public_addresses_unless_they_refuse() {
    for (subnet, values, answer) in [
        ("aws_subnet.one", json!({}), "permit"),
        ("aws_subnet.one", json!({"associate_public_ip_address": false}), "deny"),
        ("aws_subnet.two", json!({}), "deny"),
    ] {
        let all = with(vec![subnet_that_gives_addresses(), machine(subnet, values)]);
        check(&model(&plan(&all)), &format!("{answer} internet -> box tcp/443\n{answer} box -> 8.8.8.8 tcp/443"));
    }
}

#[test]
fn scaling_groups_services_and_clusters_of_databases_have_the_addresses_they_are_given() {
    let group = refer(&["aws_security_group.web"]);
    let task = |public: bool| {
        let network = json!([{"subnets": refer(&["aws_subnet.one"]), "security_groups": group}]);
        (
            "aws_ecs_service.app",
            json!({"network_configuration": [{"assign_public_ip": public}]}),
            json!({"network_configuration": network}),
        )
    };
    let scaling = vec![
        subnet_that_gives_addresses(),
        ("aws_launch_template.app", json!({}), json!({"vpc_security_group_ids": group})),
        (
            "aws_autoscaling_group.app",
            json!({}),
            json!({"launch_template": [{"id": refer(&["aws_launch_template.app"])}], "vpc_zone_identifier": refer(&["aws_subnet.one"])}),
        ),
    ];
    let cluster = vec![
        ("aws_db_subnet_group.app", json!({"name": "g"}), json!({"subnet_ids": refer(&["aws_subnet.one"])})),
        (
            "aws_rds_cluster.app",
            json!({}),
            json!({"db_subnet_group_name": refer(&["aws_db_subnet_group.app"]), "vpc_security_group_ids": group}),
        ),
        (
            "aws_rds_cluster_instance.app",
            json!({"publicly_accessible": true}),
            json!({"cluster_identifier": refer(&["aws_rds_cluster.app"])}),
        ),
    ];
    for (more, answer, name) in [
        (vec![task(true)], "permit", "aws_ecs_service.app"),
        (vec![subnet_that_gives_addresses(), task(false)], "deny", "aws_ecs_service.app"),
        (scaling, "permit", "aws_autoscaling_group.app"),
        (cluster, "permit", "aws_rds_cluster.app"),
    ] {
        check(&model(&plan(&with(more))), &format!("{answer} internet -> {name} tcp/443"));
    }
}

#[test]
fn addresses_that_nobody_knows_yet_are_some_addresses() {
    // From a pool: neither the network's block nor those of its subnets. Its own routes take them, whatever they are.
    let mut all = with(vec![("aws_vpc.main", json!({"ipv4_ipam_pool_id": "ipam-1"}), json!({}))]);
    for (address, values, _) in &mut all {
        if address.starts_with("aws_subnet.") {
            values.as_object_mut().unwrap().remove("cidr_block");
        }
    }
    check(
        &model(&plan(&all)),
        "permit web -> db tcp/5432\ndeny web -> db tcp/22\npermit internet -> web tcp/443\ndeny internet -> web tcp/22",
    );
    // Of IPv6, given by the platform.
    let all = with(vec![
        ("aws_vpc.main", json!({"cidr_block": "10.0.0.0/16", "assign_generated_ipv6_cidr_block": true}), json!({})),
        (
            "aws_subnet.one",
            json!({"cidr_block": "10.0.1.0/24", "assign_ipv6_address_on_creation": true}),
            json!({"vpc_id": refer(&["aws_vpc.main"]), "ipv6_cidr_block": {"references": ["aws_vpc.main.ipv6_cidr_block", "aws_vpc.main"]}}),
        ),
        (
            "aws_route.six",
            json!({"destination_ipv6_cidr_block": "::/0"}),
            refers(&[("route_table_id", "aws_route_table.pub"), ("gateway_id", "aws_internet_gateway.gw")]),
        ),
        (
            "aws_security_group.six",
            json!({"ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "ipv6_cidr_blocks": ["::/0"]}]}),
            refers(&[("vpc_id", "aws_vpc.main")]),
        ),
        (
            "aws_instance.box",
            json!({"tags": {"Name": "box"}}),
            json!({"subnet_id": refer(&["aws_subnet.one"]), "vpc_security_group_ids": refer(&["aws_security_group.six"])}),
        ),
    ]);
    check(&model(&plan(&all)), "permit 2606:4700::1 -> box tcp/22\ndeny internet -> box tcp/23");
}

#[test]
fn blocks_that_are_written_as_a_value_may_hold_anything_until_it_is_known() {
    let vpc = || refer(&["aws_vpc.main"]);
    let later = || json!({"references": ["random_integer.port"]});
    for (held, line) in [
        (
            (
                "aws_security_group.db",
                json!({"name": "db", "egress": []}),
                json!({"vpc_id": vpc(), "ingress": later()}),
            ),
            "undecided web -> db tcp/22 : what ingress of aws_security_group.db says",
        ),
        (
            (
                "aws_network_acl.two",
                json!({}),
                json!({"vpc_id": vpc(), "subnet_ids": refer(&["aws_subnet.two"]), "ingress": later()}),
            ),
            "undecided web -> db tcp/5432 : network ACL",
        ),
        (
            ("aws_route_table.pub", json!({}), json!({"vpc_id": vpc(), "route": later()})),
            "undecided web -> db tcp/5432 : the routes of aws_route_table.pub",
        ),
    ] {
        check(&model(&plan(&with(vec![held]))), line);
    }
}

#[test]
fn of_blocks_that_a_plan_does_not_show_written_the_changes_tell_what_is_open() {
    // `dynamic` leaves nothing in the configuration: without a port known the rule is for some port, not for each.
    let vpc = refers(&[("vpc_id", "aws_vpc.main")]);
    let group = |values: Value| with(vec![("aws_security_group.db", values, vpc.clone())]);
    let rules = json!({"ingress": [{"protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"]}]});
    let mut text: Value = serde_json::from_str(&plan(&group(rules))).unwrap();
    let open = json!({"id": true, "ingress": [{"from_port": true, "to_port": true}]});
    text["resource_changes"] = json!([{"address": "aws_security_group.db", "change": {"after_unknown": open}}]);
    check(&model(&text.to_string()), "undecided web -> db tcp/22 : what ingress 0 of aws_security_group.db says");
    // What the provider chooses where nothing is written is its default: no rule, and the network's own group.
    let mut all = group(json!({"name": "db"}));
    all.push(("aws_instance.bare", json!({"tags": {"Name": "bare"}}), refers(&[("subnet_id", "aws_subnet.two")])));
    let computed = [("aws_security_group.db", "ingress"), ("aws_instance.bare", "vpc_security_group_ids")];
    check(&model(&unknown(&all, &computed)), "deny web -> db tcp/22\ndeny web -> bare tcp/22");
}

#[test]
fn a_field_that_is_planned_to_be_nothing_refers_to_nothing() {
    // `gateway_id = var.public ? aws_internet_gateway.gw.id : null`, and the other way round for the NAT gateway.
    let choice = |name: &str| json!({"references": ["var.public", format!("{name}.id"), name]});
    let all = with(vec![
        ("aws_nat_gateway.out", json!({"connectivity_type": "private"}), refers(&[("subnet_id", "aws_subnet.one")])),
        ("aws_route_table.private", json!({}), refers(&[("vpc_id", "aws_vpc.main")])),
        (
            "aws_route.private",
            json!({"destination_cidr_block": "0.0.0.0/0", "gateway_id": null}),
            json!({"route_table_id": refer(&["aws_route_table.private"]), "gateway_id": choice("aws_internet_gateway.gw"),
                "nat_gateway_id": choice("aws_nat_gateway.out")}),
        ),
        (
            "aws_route_table_association.two",
            json!({}),
            refers(&[("subnet_id", "aws_subnet.two"), ("route_table_id", "aws_route_table.private")]),
        ),
        ("aws_eip.box", json!({"public_ip": "198.51.100.7"}), refers(&[("instance", "aws_instance.box")])),
        machine("aws_subnet.two", json!({})),
    ]);
    check(&model(&plan(&all)), "deny box -> 8.8.8.8 tcp/443");
}

#[test]
fn entries_of_a_prefix_list_that_are_not_known_leave_it_open() {
    let entry = |values: Value| {
        let list = refer(&["aws_ec2_managed_prefix_list.list"]);
        (
            "aws_ec2_managed_prefix_list_entry.one",
            values,
            json!({"prefix_list_id": list, "cidr": refer(&["aws_eip.some"])}),
        )
    };
    let all = |values: Value| {
        with(vec![
            ("aws_ec2_managed_prefix_list.list", json!({"entry": [{"cidr": "10.9.0.0/16"}]}), json!({})),
            entry(values),
            (
                "aws_security_group.db",
                json!({"ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22}]}),
                json!({"vpc_id": refer(&["aws_vpc.main"]), "ingress": [{"prefix_list_ids": refer(&["aws_ec2_managed_prefix_list.list"])}]}),
            ),
        ])
    };
    check(&model(&plan(&all(json!({})))), "undecided web -> db tcp/22 : prefix list");
    check(&model(&plan(&all(json!({"cidr": "10.8.0.0/16"})))), "deny web -> db tcp/22");
}

#[test]
fn what_comes_in_by_a_gateway_with_a_table_of_its_own_follows_that_table() {
    let all = with(vec![
        (
            "aws_network_interface.wall",
            json!({"source_dest_check": false}),
            json!({"subnet_id": refer(&["aws_subnet.two"]), "security_groups": refer(&["aws_security_group.web"])}),
        ),
        (
            "aws_route_table.edge",
            json!({"route": [{"cidr_block": "10.0.1.0/24"}]}),
            json!({"vpc_id": refer(&["aws_vpc.main"]), "route": [{"network_interface_id": refer(&["aws_network_interface.wall"])}]}),
        ),
        (
            "aws_route_table_association.edge",
            json!({}),
            refers(&[("gateway_id", "aws_internet_gateway.gw"), ("route_table_id", "aws_route_table.edge")]),
        ),
    ]);
    check(&model(&plan(&all)), "undecided internet -> web tcp/443 : what aws_network_interface.wall passes on");
}

#[test]
fn groups_hold_across_a_peering_of_one_region_whoever_names_the_region() {
    let all = |region: &str| {
        with(vec![
            ("aws_vpc.far", json!({"cidr_block": "10.9.0.0/16"}), json!({})),
            ("aws_subnet.far", json!({"cidr_block": "10.9.1.0/24"}), refers(&[("vpc_id", "aws_vpc.far")])),
            (
                "aws_vpc_peering_connection.both",
                json!({"peer_region": region}),
                refers(&[("vpc_id", "aws_vpc.main"), ("peer_vpc_id", "aws_vpc.far")]),
            ),
            (
                "aws_vpc_peering_connection_accepter.both",
                json!({"auto_accept": true}),
                refers(&[("vpc_peering_connection_id", "aws_vpc_peering_connection.both")]),
            ),
            (
                "aws_route.there",
                json!({"destination_cidr_block": "10.9.0.0/16"}),
                refers(&[
                    ("route_table_id", "aws_route_table.pub"),
                    ("vpc_peering_connection_id", "aws_vpc_peering_connection.both"),
                ]),
            ),
            (
                "aws_route_table.far",
                json!({"route": [{"cidr_block": "10.0.0.0/16"}]}),
                json!({"vpc_id": refer(&["aws_vpc.far"]), "route": [{"vpc_peering_connection_id": refer(&["aws_vpc_peering_connection.both"])}]}),
            ),
            (
                "aws_route_table_association.far",
                json!({}),
                refers(&[("subnet_id", "aws_subnet.far"), ("route_table_id", "aws_route_table.far")]),
            ),
            (
                "aws_instance.far",
                json!({"tags": {"Name": "far"}}),
                refers(&[("subnet_id", "aws_subnet.far"), ("vpc_security_group_ids", "aws_security_group.db")]),
            ),
        ])
    };
    for (provider, region, answer) in [
        (json!({"constant_value": "eu-west-1"}), "eu-west-1", "permit"),
        (json!({"constant_value": "eu-west-1"}), "us-east-1", "deny"),
        // The region stands in the environment.
        (Value::Null, "eu-west-1", "undecided"),
    ] {
        let mut text: Value = serde_json::from_str(&plan(&all(region))).unwrap();
        text["configuration"]["provider_config"] = json!({"aws": {"expressions": {"region": provider}}});
        check(&model(&text.to_string()), &format!("{answer} web -> far tcp/5432"));
    }
}

#[test]
fn two_plans_are_two_estates_whatever_they_call_their_resources() {
    let other = with(vec![
        ("aws_security_group.web", json!({"ingress": [], "egress": []}), refers(&[("vpc_id", "aws_vpc.main")])),
        (
            "aws_instance.web",
            json!({"associate_public_ip_address": true, "tags": {"Name": "shut"}}),
            refers(&[("subnet_id", "aws_subnet.one"), ("vpc_security_group_ids", "aws_security_group.web")]),
        ),
    ]);
    check(
        &models(&[&plan(&base()), &plan(&other)]),
        "permit internet -> web tcp/443
         deny internet -> shut tcp/443
         deny web -> shut tcp/443",
    );
}

#[test]
fn ports_are_restricted_of_tcp_and_udp_alone() {
    let all = with(vec![(
        "aws_security_group.db",
        json!({"ingress": [{"protocol": "132", "from_port": 100, "to_port": 100, "cidr_blocks": ["0.0.0.0/0"]}]}),
        refers(&[("vpc_id", "aws_vpc.main")]),
    )]);
    check(&model(&plan(&all)), "permit web -> db sctp/101\ndeny web -> db tcp/100");
}

#[test]
fn a_kind_with_interfaces_that_is_not_modelled_is_named() {
    let all = with(vec![(
        "aws_quantum_machine.one",
        json!({"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}),
        json!({}),
    )]);
    let named: Vec<String> = model(&plan(&all)).unsupported.iter().map(|one| one.kind.clone()).collect();
    assert_eq!(named, ["aws_quantum_machine"]);
}

#[test]
fn a_machine_of_a_subnet_that_is_not_shown_is_named() {
    let all = with(vec![("aws_instance.far", json!({"subnet_id": "subnet-0123"}), json!({}))]);
    let named: Vec<String> = model(&plan(&all)).unsupported.iter().map(|one| one.locator.clone()).collect();
    assert_eq!(named, ["aws_instance.far"]);
}

#[test]
fn a_plan_that_a_shell_wrote_in_wide_letters_is_read() {
    use isoneph_network::model::{InputFile, Model};
    let wide = |letter: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{feff}{}", plan(&base())).encode_utf16().flat_map(letter).collect()
    };
    for bytes in [wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
        let (model, problems) = Model::read(vec![InputFile { path: "plan.json".into(), bytes }]);
        assert_eq!(problems, Vec::new());
        check(&model, "permit web -> db tcp/5432");
    }
}

#[test]
fn a_public_translating_gateway_lets_out_under_an_address_that_is_known_later() {
    for (kind, answer) in [("public", "permit"), ("private", "deny")] {
        let all = with(vec![
            (
                "aws_nat_gateway.out",
                json!({"connectivity_type": kind}),
                refers(&[("subnet_id", "aws_subnet.one"), ("allocation_id", "aws_eip.out")]),
            ),
            (
                "aws_route_table.private",
                json!({"route": [{"cidr_block": "0.0.0.0/0"}]}),
                json!({"vpc_id": refer(&["aws_vpc.main"]), "route": [{"nat_gateway_id": refer(&["aws_nat_gateway.out"])}]}),
            ),
            (
                "aws_route_table_association.two",
                json!({}),
                refers(&[("subnet_id", "aws_subnet.two"), ("route_table_id", "aws_route_table.private")]),
            ),
            machine("aws_subnet.two", json!({})),
        ]);
        check(&model(&plan(&all)), &format!("{answer} box -> 8.8.8.8 tcp/443\ndeny internet -> box tcp/443"));
    }
}
