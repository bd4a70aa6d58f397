//! Who is in which zone, where the input does not tell, or where several say so.

use isoneph_network::idd::Budget;
use isoneph_network::model::Model;
use isoneph_network::zones::{Intent, Proof, Separation, certify, prove};
use serde_json::json;

use super::estate::Estate;
use super::model;
use super::terraform::{plan, refers};

const DAY: &str = "2026-11-21";

/// Machines `red` (10.0.1.x), `blue` (10.0.2.x) and `some` (somewhere in the subnet of `red`). Everybody in the network may
/// reach `blue` by SSH, and nobody the others.
fn network() -> Model {
    let machine = |name: &'static str, subnet: &str, group: &str, address: Option<&str>| {
        let mut values = json!({"tags": {"Name": name}});
        if let Some(address) = address {
            values["private_ip"] = json!(address);
        }
        let refer = |name: &str| json!({"references": [format!("{name}.id"), name]});
        (name, values, json!({"subnet_id": refer(subnet), "vpc_security_group_ids": refer(group)}))
    };
    let held = [
        machine("red", "aws_subnet.one", "aws_security_group.shut", Some("10.0.1.10")),
        machine("some", "aws_subnet.one", "aws_security_group.shut", None),
        machine("blue", "aws_subnet.two", "aws_security_group.ssh", Some("10.0.2.10")),
    ];
    let [red, some, blue] = held.map(|(name, values, written)| (format!("aws_instance.{name}"), values, written));
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let ssh = json!([{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.0/16"]}]);
    let in_vpc = || refers(&[("vpc_id", "aws_vpc.main")]);
    model(&plan(&[
        ("aws_vpc.main", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
        ("aws_subnet.one", json!({"cidr_block": "10.0.1.0/24"}), in_vpc()),
        ("aws_subnet.two", json!({"cidr_block": "10.0.2.0/24"}), in_vpc()),
        ("aws_security_group.shut", json!({"name": "shut", "ingress": [], "egress": all}), in_vpc()),
        ("aws_security_group.ssh", json!({"name": "ssh", "ingress": ssh, "egress": []}), in_vpc()),
        (&red.0, red.1, red.2),
        (&some.0, some.1, some.2),
        (&blue.0, blue.1, blue.2),
    ]))
}

fn proved(model: &Model, intent: &Intent) -> Proof {
    prove(model, intent, DAY.parse().unwrap()).unwrap()
}

/// `zones` as `NAME: MEMBER, MEMBER`; then, for each pair of `lines`, `ANSWER FROM -> TO`, and after `:` a part of a reason.
#[track_caller]
fn check(model: &Model, zones: &str, lines: &str) {
    let proof = proved(model, &read(zones));
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (asked, reason) = line.split_once(" : ").unwrap_or((line, ""));
        let (answer, ends) = asked.trim().split_once(' ').unwrap();
        let (from, to) = ends.trim().split_once(" -> ").unwrap();
        let pair = proof.pairs.iter().find(|pair| pair.from == from && pair.to == to).unwrap();
        let word = format!("{:?}", pair.separation).to_lowercase();
        assert_eq!(word, answer, "{zones}\n{line}\n  because {:?}", pair.because);
        assert!(pair.because.join("; ").contains(reason), "{zones}\n{line}\n  because {:?}", pair.because);
    }
}

fn read(zones: &str) -> Intent {
    let zone = |line: &str| {
        let (name, members) = line.trim().split_once(": ").unwrap();
        let members = members.split("; ").map(|member| format!("{{{member}}}")).collect::<Vec<_>>().join(", ");
        format!("- {{name: {name}, kind: tenant, members: [{members}]}}\n")
    };
    let zones: String = zones.lines().filter(|line| !line.trim().is_empty()).map(zone).collect();
    Intent::read(&format!("zones:\n{zones}")).unwrap()
}

#[test]
fn what_has_an_address_of_which_a_range_is_known_may_be_of_a_zone_that_has_a_part_of_it() {
    let model = network();
    for (zones, lines) in [
        // `red` is apart from nobody it may reach; that `some` may be of its zone changes nothing about that.
        (
            "red: address: 10.0.1.0/28\nblue: name: blue",
            "breach red -> blue
             apart blue -> red",
        ),
        // Nothing but `some` may be of the zone: what hangs on it is undecided, and so is that nothing passes.
        (
            "red: address: 10.0.1.128/25\nblue: name: blue",
            "undecided red -> blue : whether some is in red
             undecided blue -> red : no endpoint is surely in one of the two zones",
        ),
        // Of a zone with a machine that nothing lets out, `some` alone might send.
        (
            "blue: name: blue; address: 10.0.1.128/25\nred: name: red",
            "breach red -> blue
             apart blue -> red",
        ),
        // All of the range belongs to the zone, be it by one member or by two.
        (
            "red: address: 10.0.1.0/25; address: 10.0.1.128/25\nblue: name: blue",
            "breach red -> blue
             apart blue -> red",
        ),
        // What is surely of a zone by another mark stays so, unless a part of its range is another's.
        (
            "red: name: some\nblue: name: blue",
            "breach red -> blue
             apart blue -> red",
        ),
        (
            "red: name: some\nblue: name: blue\ngreen: address: 10.0.1.64/26",
            "undecided red -> blue : whether some is in red
             undecided green -> blue : whether some is in green
             undecided blue -> red : no endpoint is surely",
        ),
    ] {
        check(&model, zones, lines);
    }
    let uncertain = proved(&model, &read("red: address: 10.0.1.0/28\nblue: name: blue")).uncertain;
    assert_eq!(uncertain, ["some"]);
}

#[test]
fn what_two_zones_claim_may_be_of_each_unless_one_is_part_of_the_other() {
    let model = network();
    check(
        &model,
        "red: name: red\nboth: name: red; name: some\nblue: name: blue",
        "undecided red -> blue : red is said to be in several zones: red, both
         breach both -> blue
         undecided blue -> red : no endpoint is surely
         apart blue -> both",
    );
    let mut nested = read("inner: name: red\nouter: name: red; name: some\nblue: name: blue");
    nested.around.insert("inner".into(), vec!["outer".into()]);
    let proof = proved(&model, &nested);
    assert!(proof.disputed.is_empty(), "{:?}", proof.disputed);
    let breach = |from: &str| proof.pairs.iter().find(|pair| pair.from == from && pair.to == "blue").unwrap();
    assert_eq!(breach("inner").separation, Separation::Breach);
    assert_eq!(breach("inner").witness.as_ref().unwrap().from, "red");
    assert_eq!(breach("outer").witness.as_ref().unwrap().from, "some");
    // Zones that are said to be part of each other are beside each other.
    nested.around.insert("outer".into(), vec!["inner".into()]);
    assert_eq!(proved(&model, &nested).disputed, ["red"]);
}

#[test]
fn a_certificate_covers_what_may_be_of_a_zone_as_well() {
    let model = network();
    let certificate = |zones: &str| {
        let intent = read(zones);
        let day = DAY.parse().unwrap();
        let held = certify(&model, &intent, day, &proved(&model, &intent), Budget::default()).unwrap();
        isoneph_proof::verify(&serde_json::to_string(&held).unwrap()).unwrap();
        held
    };
    let parts = |zones: &str| -> Vec<String> {
        let claims = certificate(zones).claims;
        claims.into_iter().filter(|claim| claim.to == "red").map(|claim| claim.part).collect()
    };
    assert_eq!(parts("red: address: 10.0.1.10\nblue: name: blue"), ["1: blue to red", "2: blue to some"]);
    // Nobody's address is in doubt here: the certificate is what it was without the other zone.
    assert_eq!(parts("red: name: red\nblue: name: blue"), ["1: blue to red"]);
}

#[test]
fn addresses_that_are_known_leave_nothing_open() {
    let estate = Estate::new()
        .vpc("net", "10.0.0.0/16")
        .subnet("net", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .group("shut", "net", &[], &[])
        .eni("red-1", "one", "10.0.1.10", None, &["shut"])
        .eni("blue-1", "one", "10.0.1.200", None, &["shut"]);
    let proof = proved(&model(&estate.text()), &read("red: address: 10.0.1.0/25\nblue: address: 10.0.1.128/25"));
    assert!(proof.pairs.iter().all(|pair| pair.separation == Separation::Apart), "{:?}", proof.pairs);
    assert!(proof.uncertain.is_empty() && proof.disputed.is_empty());
}

#[test]
fn an_intent_may_name_the_zones_of_another_that_it_stands_beside() {
    let mut known = read("red: name: red\nred-web: name: web\nblue: name: blue");
    known.around.insert("red-web".into(), vec!["red".into()]);
    let flow =
        |to: &str| format!("flows:\n- {{from: red, to: {to}, proto: tcp, port: 22, owner: Ana, reason: help}}\n");
    let joined = Intent::read_beside(&flow("blue"), known.clone()).unwrap();
    let ends: Vec<(&str, &str)> = joined.flows.iter().map(|flow| (flow.from.as_str(), flow.to.as_str())).collect();
    assert_eq!(ends, [("red", "blue"), ("red-web", "blue")], "what is part of a zone has its flows");
    for (text, error) in [
        (flow("bleu"), "a flow names the zone \"bleu\", which does not exist; there are red, red-web, blue"),
        ("zones: [{name: red, kind: tenant}]".into(), "two zones are called \"red\""),
    ] {
        assert_eq!(Intent::read_beside(&text, known.clone()).unwrap_err().to_string(), error);
    }
    let alone = Intent::read(&flow("blue")).unwrap_err().to_string();
    assert_eq!(alone, "a flow names the zone \"red\", which does not exist; there is none");
}
