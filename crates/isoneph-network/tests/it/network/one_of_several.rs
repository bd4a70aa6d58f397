//! What is one of several, of which a plan does not show which: it may be each of them, and what holds for all is sure.

use serde_json::{Value, json};

use super::references::{Held, machine, network, plan, refers};
use super::{check, model};

fn group(address: &'static str, rules: &Value) -> Held {
    (address, json!({"name": address, "ingress": rules, "egress": rules}), json!({"vpc_id": refers(&["aws_vpc.v.id"])}))
}

/// A network with a machine that everybody reaches, and one group that lets all pass and one that lets nothing.
fn base() -> Vec<Held> {
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let mut out = network();
    out.extend([
        group("aws_security_group.all", &all),
        group("aws_security_group.none", &json!([])),
        machine("aws_instance.client", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.all.id"])),
    ]);
    out
}

/// As `module.network.private[0]` does: the list is what a plan shows.
fn either() -> Value {
    refers(&["aws_subnet.s[0].id", "aws_subnet.s[1].id"])
}

fn asked(more: Vec<Held>, lines: &str) {
    check(&model(&plan(&[base(), more].concat()).to_string()), lines);
}

fn interface(values: Value) -> Held {
    let groups = refers(&["aws_security_group.none.id"]);
    ("aws_network_interface.n", values, json!({"subnet_id": either(), "security_groups": groups}))
}

fn carried() -> Held {
    let card = json!([{"network_interface_id": refers(&["aws_network_interface.n.id"])}]);
    let values = json!({"tags": {"Name": "m"}, "network_interface": [{"device_index": 0}]});
    ("aws_instance.m", values, json!({"network_interface": card}))
}

fn given(to: &str) -> Held {
    let ends =
        json!({"security_group_id": refers(&["aws_security_group.all.id"]), "network_interface_id": refers(&[to])});
    ("aws_network_interface_sg_attachment.x", json!({}), ends)
}

#[test]
fn a_group_is_given_to_what_may_stand_in_several_subnets_wherever_it_stands() {
    let m = || machine("aws_instance.m", either(), refers(&["aws_security_group.none.id"]));
    asked(vec![m()], "deny client -> m tcp/22");
    asked(
        vec![m(), given("aws_instance.m.primary_network_interface_id")],
        "permit client -> m tcp/22\npermit m -> client tcp/22",
    );
    asked(
        vec![interface(json!({})), given("aws_network_interface.n.id")],
        "permit client -> aws_network_interface.n tcp/22",
    );
}

#[test]
fn a_machine_has_the_interface_that_it_is_given_wherever_that_stands() {
    asked(
        vec![interface(json!({})), carried()],
        "deny client -> m tcp/22
         deny client -> aws_network_interface.n tcp/22",
    );
    asked(
        vec![interface(json!({})), carried(), given("aws_instance.m.primary_network_interface_id")],
        "permit client -> m tcp/22",
    );
}

#[test]
fn an_address_tells_the_subnet() {
    let rules = json!([{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.2.0/24"]}]);
    let more = || {
        vec![
            group("aws_security_group.second", &rules),
            machine("aws_instance.b", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.second.id"])),
        ]
    };
    let placed = |address: Option<&str>| {
        let (name, _, expressions) = machine("aws_instance.m", either(), refers(&["aws_security_group.all.id"]));
        let mut values = json!({"tags": {"Name": "m"}});
        if let Some(address) = address {
            values["private_ip"] = json!(address);
        }
        (name, values, expressions)
    };
    for (address, lines) in [
        (None, "undecided m -> b tcp/22"),
        (Some("10.0.2.7"), "permit m -> b tcp/22"),
        (Some("10.0.1.7"), "deny m -> b tcp/22"),
    ] {
        asked([more(), vec![placed(address)]].concat(), lines);
    }
}

/// A machine with a public address, and a balancer before it.
#[test]
fn what_a_machine_is_given_it_has_in_each_subnet_it_may_stand_in() {
    let of = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let outward = json!({"route_table_id": refers(&["aws_route_table.t.id"]), "gateway_id": refers(&["aws_internet_gateway.i.id"])});
    let table =
        |subnet: &str| json!({"route_table_id": refers(&["aws_route_table.t.id"]), "subnet_id": refers(&[subnet])});
    let address = json!({"domain": "vpc"});
    let eip = ("aws_eip.e", address, json!({"instance": refers(&["aws_instance.m.id"])}));
    let all = vec![
        machine("aws_instance.m", either(), refers(&["aws_security_group.all.id"])),
        ("aws_internet_gateway.i", json!({}), of()),
        ("aws_route_table.t", json!({}), of()),
        ("aws_route.t", json!({"destination_cidr_block": "0.0.0.0/0"}), outward),
        ("aws_route_table_association.a", json!({}), table("aws_subnet.s[0].id")),
        ("aws_route_table_association.b", json!({}), table("aws_subnet.s[1].id")),
    ];
    asked(all.clone(), "deny internet -> m tcp/22");
    asked([all, vec![eip]].concat(), "permit internet -> m tcp/22\npermit m -> internet tcp/443");
}

/// Two networks and a peering; the second's tables have routes to `block` each, of which a plan does not show whose is which.
fn peered(block: &str, routes: usize, tables: &[&str]) -> Vec<Held> {
    const ROUTES: [&str; 2] = ["aws_route.r[\"x\"]", "aws_route.r[\"y\"]"];
    let of = || json!({"vpc_id": refers(&["aws_vpc.w.id"])});
    let ends = json!({"vpc_id": refers(&["aws_vpc.v.id"]), "peer_vpc_id": refers(&["aws_vpc.w.id"])});
    let leads = |table: Value| json!({"route_table_id": table, "vpc_peering_connection_id": refers(&["aws_vpc_peering_connection.p.id"])});
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let own = |subnet: &str, table: &str| json!({"subnet_id": refers(&[subnet]), "route_table_id": refers(&[table])});
    let mut out = vec![
        ("aws_vpc.w", json!({"cidr_block": "10.9.0.0/16"}), json!({})),
        ("aws_subnet.w", json!({"cidr_block": "10.9.1.0/24"}), of()),
        ("aws_subnet.z", json!({"cidr_block": "10.9.2.0/24"}), of()),
        ("aws_route_table.w", json!({}), of()),
        ("aws_route_table.z", json!({}), of()),
        ("aws_route_table_association.w", json!({}), own("aws_subnet.w.id", "aws_route_table.w.id")),
        ("aws_route_table_association.z", json!({}), own("aws_subnet.z.id", "aws_route_table.z.id")),
        ("aws_security_group.w", json!({"name": "w", "ingress": all, "egress": all}), of()),
        machine("aws_instance.w", refers(&["aws_subnet.w.id"]), refers(&["aws_security_group.w.id"])),
        machine("aws_instance.z", refers(&["aws_subnet.z.id"]), refers(&["aws_security_group.w.id"])),
        ("aws_vpc_peering_connection.p", json!({"auto_accept": true}), ends),
        (
            "aws_default_route_table.v",
            json!({}),
            json!({"default_route_table_id": refers(&["aws_vpc.v.default_route_table_id"])}),
        ),
        (
            "aws_route.back",
            json!({"destination_cidr_block": "10.9.0.0/16"}),
            leads(refers(&["aws_default_route_table.v.id"])),
        ),
    ];
    let made = ROUTES.into_iter().take(routes);
    out.extend(made.map(|address| (address, json!({"destination_cidr_block": block}), leads(refers(tables)))));
    out
}

#[test]
fn as_many_routes_alike_as_tables_are_one_for_each() {
    let both = ["aws_route_table.w.id", "aws_route_table.z.id"];
    asked(
        peered("10.0.0.0/16", 2, &both),
        "permit client -> w tcp/22
         permit client -> z tcp/22
         permit w -> client tcp/22",
    );
    asked(peered("10.0.0.0/16", 1, &both), "undecided client -> w tcp/22\nundecided w -> client tcp/22");
    // Something that is named and could not be followed may be a third.
    asked(
        peered("10.0.0.0/16", 2, &[both[0], both[1], "local.tables"]),
        "undecided client -> w tcp/22\nundecided w -> client tcp/22",
    );
}

#[test]
fn a_route_of_nobody_knows_which_table_decides_for_its_own_block_alone() {
    let both = ["aws_route_table.w.id", "aws_route_table.z.id"];
    asked(
        peered("10.0.0.0/16", 1, &both),
        "permit w -> z tcp/22
         deny w -> internet tcp/443
         undecided w -> client tcp/22 : what aws_route.r[\"x\"] belongs to",
    );
    // The network's own block is longer, and holds.
    asked(peered("10.0.0.0/8", 1, &both), "permit w -> z tcp/22\nundecided w -> client tcp/22");
    // A longer one than the network's own may turn away a part of it.
    asked(peered("10.9.2.0/24", 1, &both), "undecided w -> z tcp/22\ndeny w -> client tcp/22");
}

/// A list for the subnets that `[for key, subnet in aws_subnet.t : subnet.id if …]` names, or all of them: a plan shows no more
/// than that they are gone through.
#[test]
fn a_map_of_subnets_that_is_gone_through_may_be_sifted() {
    let of = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let subnets = |keys: [&'static str; 2]| {
        keys.into_iter()
            .zip(["10.0.5.0/24", "10.0.6.0/24"])
            .map(move |(key, block)| (key, json!({"cidr_block": block}), of()))
    };
    let list = || {
        let named = json!({"vpc_id": refers(&["aws_vpc.v.id"]), "subnet_ids": refers(&["aws_subnet.t"])});
        ("aws_network_acl.l", json!({"ingress": [], "egress": []}), named)
    };
    let m = |subnet: &str| machine("aws_instance.m", refers(&[subnet]), refers(&["aws_security_group.all.id"]));
    let mapped: Vec<Held> = subnets(["aws_subnet.t[\"a\"]", "aws_subnet.t[\"b\"]"]).collect();
    asked([mapped, vec![list(), m("aws_subnet.t[\"a\"].id")]].concat(), "undecided client -> m tcp/22");
    let counted: Vec<Held> = subnets(["aws_subnet.t[0]", "aws_subnet.t[1]"]).collect();
    asked([counted, vec![list(), m("aws_subnet.t[0].id")]].concat(), "deny client -> m tcp/22");
}
