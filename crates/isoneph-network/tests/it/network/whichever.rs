//! What holds whichever of several is meant: of a network that a plan makes, everything that it may be is shown.

use serde_json::{Value, json};

use super::references::{Held, machine, network, plan, refers};
use super::{check, model};

fn rule(port: u16) -> Value {
    json!({"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["0.0.0.0/0"]})
}

fn all() -> Value {
    json!({"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]})
}

fn group(address: &'static str, network: &str, ports: &[u16]) -> Held {
    let values = json!({"name": address, "ingress": ports.iter().map(|port| rule(*port)).collect::<Vec<_>>(), "egress": [all()]});
    (address, values, json!({"vpc_id": refers(&[network])}))
}

/// A network in which a client may send everything, and groups that let in what their names say.
fn base() -> Vec<Held> {
    let mut out = network();
    out.extend([
        group("aws_security_group.web", "aws_vpc.v.id", &[443, 80]),
        group("aws_security_group.ssh", "aws_vpc.v.id", &[22, 80]),
        group("aws_security_group.none", "aws_vpc.v.id", &[]),
        machine("aws_instance.client", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.none.id"])),
    ]);
    out
}

fn asked(more: Vec<Held>, lines: &str) {
    check(&model(&plan(&[base(), more].concat()).to_string()), lines);
}

fn either() -> Value {
    refers(&["terraform.workspace", "aws_security_group.web.id", "aws_security_group.ssh.id"])
}

fn m(groups: Value) -> Held {
    machine("aws_instance.m", refers(&["aws_subnet.s[1].id"]), groups)
}

fn default(ports: &[u16]) -> Held {
    let (_, values, expressions) = group("", "aws_vpc.v.id", ports);
    ("aws_default_security_group.d", values, expressions)
}

#[test]
fn what_no_group_of_several_lets_in_does_not_come_in() {
    let open = "undecided client -> m tcp/443\nundecided client -> m tcp/22\ndeny client -> m tcp/23";
    asked(vec![m(either())], open);
    // A list may be empty: then the network's default group is the one.
    asked(vec![m(either()), default(&[])], &format!("{open}\nundecided client -> m tcp/80"));
    asked(vec![m(either()), default(&[80])], &format!("{open}\npermit client -> m tcp/80"));
    asked(vec![m(either()), default(&[23])], "undecided client -> m tcp/23");
    // By what a local holds.
    let local = || m(json!({"references": ["local.groups"]}));
    asked(vec![local()], "undecided client -> m tcp/443\ndeny client -> m tcp/23");
}

#[test]
fn what_may_be_in_a_group_is_named_by_rules_that_name_it() {
    let named = |group: &str| {
        let of = json!({"vpc_id": refers(&["aws_vpc.v.id"]), "ingress": [{"security_groups": refers(&[group])}]});
        let held = json!([{"protocol": "tcp", "from_port": 5432, "to_port": 5432}]);
        ("aws_security_group.db", json!({"name": "db", "ingress": held, "egress": []}), of)
    };
    let db = || machine("aws_instance.db", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.db.id"]));
    let held = |group: &str| vec![m(either()), named(group), db()];
    asked(held("aws_security_group.web.id"), "undecided m -> db tcp/5432\ndeny client -> db tcp/5432");
    asked(held("aws_security_group.none.id"), "deny m -> db tcp/5432\npermit client -> db tcp/5432");
}

#[test]
fn a_group_of_another_network_is_none_of_several() {
    let other = || {
        vec![
            ("aws_vpc.w", json!({"cidr_block": "10.1.0.0/16"}), json!({})),
            group("aws_security_group.far", "aws_vpc.w.id", &[8080]),
        ]
    };
    let groups = || m(refers(&["terraform.workspace", "aws_security_group.web.id", "aws_security_group.far.id"]));
    asked([other(), vec![groups()]].concat(), "undecided client -> m tcp/443\ndeny client -> m tcp/8080");
    let shared = ("aws_vpc_security_group_vpc_association.s", json!({}), json!({}));
    asked([other(), vec![groups(), shared]].concat(), "undecided client -> m tcp/8080");
    // Of a network that stood before nobody knows which groups it has.
    let mut older = [base(), vec![m(json!({"references": ["local.groups"]}))]].concat();
    older[0].1 = json!({"cidr_block": "10.0.0.0/16", "id": "vpc-0123456789abcdef0"});
    check(&model(&plan(&older).to_string()), "undecided client -> m tcp/23");
}

/// A machine that everybody reaches but for what the lists or tables of its subnet say, which may be any of those two.
fn reached(public: bool) -> Held {
    let groups = refers(&["aws_security_group.web.id"]);
    let mut out = machine("aws_instance.m", refers(&["aws_subnet.s[1].id"]), groups);
    out.1["associate_public_ip_address"] = json!(public);
    out
}

#[test]
fn what_each_table_of_several_says_is_sure() {
    let of = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let held = |public: bool| -> Vec<Held> {
        let route = ("route", json!([{"gateway_id": refers(&["aws_internet_gateway.i.id"])}]));
        let mut out_of = of();
        out_of[route.0] = route.1;
        let tables = refers(&["count.index", "aws_route_table.out.id", "aws_route_table.own.id"]);
        vec![
            ("aws_internet_gateway.i", json!({}), of()),
            ("aws_route_table.out", json!({"route": [{"cidr_block": "0.0.0.0/0"}]}), out_of),
            ("aws_route_table.own", json!({"route": []}), of()),
            (
                "aws_route_table_association.a",
                json!({}),
                json!({"subnet_id": refers(&["aws_subnet.s[1].id"]), "route_table_id": tables}),
            ),
            reached(public),
        ]
    };
    asked(held(false), "permit client -> m tcp/443\ndeny m -> 8.8.8.8 tcp/443\ndeny 8.8.8.8 -> m tcp/443");
    asked(held(true), "permit client -> m tcp/443\nundecided m -> 8.8.8.8 tcp/443\nundecided 8.8.8.8 -> m tcp/443");
}

#[test]
fn what_each_list_of_several_lets_pass_passes() {
    let list = |address: &'static str, first: u16| {
        let entry = |from: u16, to: u16| json!({"rule_no": 1, "action": "allow", "protocol": "tcp", "from_port": from, "to_port": to, "cidr_block": "0.0.0.0/0"});
        let values = json!({"ingress": [entry(first, 65535)], "egress": [entry(1, 65535)]});
        let named = refers(&["each.value.all", "aws_subnet.s[0].id", "aws_subnet.s[1].id"]);
        (address, values, json!({"vpc_id": refers(&["aws_vpc.v.id"]), "subnet_ids": named}))
    };
    let lists = |last: u16| vec![list("aws_network_acl.a", 1), list("aws_network_acl.b", last), reached(false)];
    asked(lists(80), "permit client -> m tcp/443\npermit client -> m tcp/80\ndeny client -> m tcp/22");
    asked(lists(81), "permit client -> m tcp/443\nundecided client -> m tcp/80");
    let by_local = || {
        let mut out = list("aws_network_acl.b", 81);
        out.2["subnet_ids"] = json!({"references": ["local.subnets"]});
        vec![out, reached(false)]
    };
    asked(by_local(), "permit client -> m tcp/443\nundecided client -> m tcp/80");
}

#[test]
fn an_address_that_one_may_hold_opens_that_one_alone() {
    let of = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let gateway = json!([{"gateway_id": refers(&["aws_internet_gateway.i.id"])}]);
    let table = json!({"default_route_table_id": refers(&["aws_vpc.v.default_route_table_id"]), "route": gateway});
    let more = |holder: Value| -> Vec<Held> {
        vec![
            ("aws_internet_gateway.i", json!({}), of()),
            ("aws_default_route_table.t", json!({"route": [{"cidr_block": "0.0.0.0/0"}]}), table.clone()),
            machine("aws_instance.m", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.web.id"])),
            machine("aws_instance.n", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.web.id"])),
            ("aws_eip.e", json!({}), json!({"instance": holder})),
        ]
    };
    let perhaps = refers(&["count.index", "aws_instance.m.id"]);
    asked(more(perhaps), "undecided 8.8.8.8 -> m tcp/443\ndeny 8.8.8.8 -> n tcp/443\ndeny n -> 8.8.8.8 tcp/443");
    asked(
        more(json!({"references": ["local.holder"]})),
        "undecided 8.8.8.8 -> m tcp/443\nundecided 8.8.8.8 -> n tcp/443",
    );
    // Which address it is that is associated makes no difference to who has one.
    let mut given = more(json!({"references": []}));
    given.pop();
    let ends = json!({"instance_id": refers(&["aws_instance.m.id"]), "allocation_id": refers(&["local.address"])});
    given.push(("aws_eip_association.a", json!({}), ends));
    asked(given, "permit 8.8.8.8 -> m tcp/443\ndeny 8.8.8.8 -> n tcp/443");
}

#[test]
fn what_stands_in_subnets_of_a_local_stands_in_one_that_is_made() {
    let service = (
        "aws_ecs_service.s",
        json!({"name": "s", "network_configuration": [{}]}),
        json!({"network_configuration": [{"subnets": {"references": ["local.subnets"]}, "security_groups": refers(&["aws_security_group.web.id"])}]}),
    );
    asked(vec![service], "permit client -> s tcp/443\ndeny client -> s tcp/22");
}

/// Two networks behind one transit gateway, whose tables nobody knows which attachment has.
fn behind_hub(more: Vec<Held>) -> String {
    let of = |network: &str| json!({"vpc_id": refers(&[network])});
    let attachment = |address: &'static str, network: &str, subnet: &str| -> Held {
        let mut held = of(network);
        held["subnet_ids"] = refers(&[subnet]);
        held["transit_gateway_id"] = refers(&["aws_ec2_transit_gateway.t.id"]);
        (address, json!({"transit_gateway_default_route_table_association": false}), held)
    };
    let route = |address: &'static str, table: &str| -> Held {
        let ends = json!({"route_table_id": refers(&[table]), "transit_gateway_id": refers(&["aws_ec2_transit_gateway.t.id"])});
        (address, json!({"destination_cidr_block": "10.0.0.0/8"}), ends)
    };
    let table = |address: &'static str| -> Held {
        (address, json!({}), json!({"transit_gateway_id": refers(&["aws_ec2_transit_gateway.t.id"])}))
    };
    let tied = |address: &'static str, attachment: &str| -> Held {
        let tables = refers(&[
            "terraform.workspace",
            "aws_ec2_transit_gateway_route_table.a.id",
            "aws_ec2_transit_gateway_route_table.b.id",
        ]);
        let ends =
            json!({"transit_gateway_attachment_id": refers(&[attachment]), "transit_gateway_route_table_id": tables});
        (address, json!({}), ends)
    };
    let inner = json!({"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.0/16"]});
    let outer = json!({"protocol": "tcp", "from_port": 23, "to_port": 23, "cidr_blocks": ["10.9.0.0/16"]});
    let all = vec![
        ("aws_vpc.w", json!({"cidr_block": "10.1.0.0/16"}), json!({})),
        ("aws_subnet.w", json!({"cidr_block": "10.1.1.0/24"}), of("aws_vpc.w.id")),
        (
            "aws_security_group.w",
            json!({"name": "w", "ingress": [inner, outer], "egress": [all()]}),
            of("aws_vpc.w.id"),
        ),
        machine("aws_instance.far", refers(&["aws_subnet.w.id"]), refers(&["aws_security_group.w.id"])),
        (
            "aws_ec2_transit_gateway.t",
            json!({"default_route_table_association": "disable", "default_route_table_propagation": "disable"}),
            json!({}),
        ),
        attachment("aws_ec2_transit_gateway_vpc_attachment.v", "aws_vpc.v.id", "aws_subnet.s[0].id"),
        attachment("aws_ec2_transit_gateway_vpc_attachment.w", "aws_vpc.w.id", "aws_subnet.w.id"),
        table("aws_ec2_transit_gateway_route_table.a"),
        table("aws_ec2_transit_gateway_route_table.b"),
        tied("aws_ec2_transit_gateway_route_table_association.v", "aws_ec2_transit_gateway_vpc_attachment.v.id"),
        tied("aws_ec2_transit_gateway_route_table_association.w", "aws_ec2_transit_gateway_vpc_attachment.w.id"),
        route("aws_route.v", "aws_vpc.v.main_route_table_id"),
        route("aws_route.w", "aws_vpc.w.main_route_table_id"),
    ];
    plan(&[base(), all, more].concat()).to_string()
}

#[test]
fn where_a_transit_gateway_of_nobody_knows_which_table_leads_is_open() {
    // What no way lets in at its end is denied all the same.
    check(&model(&behind_hub(vec![])), "undecided client -> far tcp/22\ndeny client -> far tcp/24");
    // An attachment may be one of another gateway.
    let other = ("aws_ec2_transit_gateway.u", json!({}), json!({}));
    let whose = refers(&["aws_ec2_transit_gateway.t", "aws_ec2_transit_gateway.u", "each.value.hub"]);
    let held = json!({"transit_gateway_id": whose, "vpc_id": refers(&["aws_vpc.w.id"]), "subnet_ids": refers(&["aws_subnet.w.id"])});
    let loose = ("aws_ec2_transit_gateway_vpc_attachment.l", json!({}), held);
    check(&model(&behind_hub(vec![other, loose])), "undecided client -> far tcp/22");
}

#[test]
fn a_route_leads_to_no_peering_of_other_networks() {
    let of = |network: &str| json!({"vpc_id": refers(&[network])});
    let peering = |address: &'static str, ends: [&str; 2]| -> Held {
        let held = json!({"vpc_id": refers(&[ends[0]]), "peer_vpc_id": refers(&[ends[1]])});
        (address, json!({"auto_accept": true}), held)
    };
    let route = |address: &'static str, table: &str, block: &str, peering: Value| -> Held {
        let ends = json!({"route_table_id": refers(&[table]), "vpc_peering_connection_id": peering});
        (address, json!({"destination_cidr_block": block}), ends)
    };
    let which = || refers(&["count.index", "aws_vpc_peering_connection.a.id", "aws_vpc_peering_connection.b.id"]);
    let held = |third: &str| -> Vec<Held> {
        vec![
            ("aws_vpc.w", json!({"cidr_block": "10.1.0.0/16"}), json!({})),
            ("aws_vpc.x", json!({"cidr_block": "10.2.0.0/16"}), json!({})),
            ("aws_subnet.w", json!({"cidr_block": "10.1.1.0/24"}), of("aws_vpc.w.id")),
            group("aws_security_group.w", "aws_vpc.w.id", &[22]),
            machine("aws_instance.far", refers(&["aws_subnet.w.id"]), refers(&["aws_security_group.w.id"])),
            peering("aws_vpc_peering_connection.a", ["aws_vpc.v.id", "aws_vpc.w.id"]),
            peering("aws_vpc_peering_connection.b", ["aws_vpc.x.id", third]),
            route("aws_route.v", "aws_vpc.v.main_route_table_id", "10.1.0.0/16", which()),
            route(
                "aws_route.w",
                "aws_vpc.w.main_route_table_id",
                "10.0.0.0/16",
                refers(&["aws_vpc_peering_connection.a.id"]),
            ),
        ]
    };
    asked(held("aws_vpc.w.id"), "permit client -> far tcp/22\ndeny client -> far tcp/23");
    asked(held("aws_vpc.v.id"), "undecided client -> far tcp/22\ndeny client -> far tcp/23");
}
