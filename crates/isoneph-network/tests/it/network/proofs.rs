//! Zones, intent and what is proved.

use isoneph_network::idd::Budget;
use isoneph_network::model::Model;
use isoneph_network::zones::{Intent, Proof, Separation, certify, derive, prove};

use super::estate::Estate;
use super::model;

const DAY: &str = "2026-11-21";
const ALL: &[&str] = &["-1 * 0.0.0.0/0"];

/// Two tenants in peered VPCs. `rules` are of the group of the right one.
fn tenants(rules: &[&str]) -> Model {
    let estate = Estate::new()
        .vpc("red", "10.1.0.0/16")
        .vpc("blue", "10.2.0.0/16")
        .subnet("red", "red", "10.1.1.0/24", "z1", &["10.1.0.0/16 local", "10.2.0.0/16 pcx-red-blue"])
        .subnet("blue", "blue", "10.2.1.0/24", "z1", &["10.2.0.0/16 local"])
        .peering("red", "blue", ["us-east-1", "us-east-1"], "active")
        .group("left", "red", &["tcp 22 10.1.0.0/16"], ALL)
        .group("right", "blue", rules, ALL)
        .eni("red-1", "red", "10.1.1.10", None, &["left"])
        .eni("red-2", "red", "10.1.1.11", None, &["left"])
        .eni("blue-1", "blue", "10.2.1.10", None, &["right"]);
    model(&estate.text())
}

const ZONES: &str = "
zones:
- {name: red, kind: tenant, members: [{network: vpc-red}]}
- {name: blue, kind: tenant, members: [{network: vpc-blue}]}
- {name: outside, kind: outside}
";

#[track_caller]
fn proved(model: &Model, intent: &str) -> Proof {
    prove(model, &Intent::read(intent).unwrap(), DAY.parse().unwrap()).unwrap()
}

fn pair<'p>(proof: &'p Proof, from: &str, to: &str) -> &'p isoneph_network::zones::PairProof {
    proof.pairs.iter().find(|pair| pair.from == from && pair.to == to).unwrap()
}

#[test]
fn a_packet_without_an_answer_is_a_breach_all_the_same() {
    // Blue has no route back: nothing can be set up, and yet packets cross.
    let proof = proved(&tenants(&["udp 53 10.0.0.0/8"]), ZONES);
    let breach = pair(&proof, "red", "blue");
    assert_eq!(breach.separation, Separation::Breach);
    assert_eq!(breach.breaching.to_string(), "udp 53");
    let witness = breach.witness.as_ref().unwrap();
    assert_eq!(
        (witness.source.as_str(), witness.destination.as_str(), witness.connects),
        ("10.1.1.10", "10.2.1.10", false)
    );
    assert!(witness.path.iter().any(|hop| hop.name == "pcx-red-blue"));
    assert_eq!(pair(&proof, "blue", "red").separation, Separation::Apart);
    assert_eq!(pair(&proof, "outside", "blue").separation, Separation::Apart);
}

#[test]
fn the_twin_without_the_rule_is_apart_and_says_what_keeps_it_so() {
    let proof = proved(&tenants(&["udp 53 10.2.0.0/16"]), ZONES);
    let apart = pair(&proof, "red", "blue");
    assert_eq!(apart.separation, Separation::Apart);
    assert!(apart.kept_apart_by[0].0.contains("sg-right"), "{:?}", apart.kept_apart_by);
    // Two machines that behave alike are followed once.
    assert_eq!(apart.followed, 1);
}

#[test]
fn an_intended_flow_is_no_breach_until_it_expires() {
    let model = tenants(&["udp 53 10.0.0.0/8"]);
    let with = |expires: &str| {
        format!("{ZONES}flows: [{{from: red, to: blue, proto: udp, port: 53, owner: dns, expires: '{expires}'}}]")
    };
    let proof = proved(&model, &with("2026-11-21"));
    assert_eq!(pair(&proof, "red", "blue").separation, Separation::Apart);
    assert!(pair(&proof, "red", "blue").intended[0].open);
    let late = proved(&model, &with("2026-11-20"));
    assert_eq!(pair(&late, "red", "blue").separation, Separation::Breach);
    assert!(pair(&late, "red", "blue").intended[0].expired);
}

#[test]
fn what_depends_on_an_unknown_object_is_undecided_and_names_it() {
    let proof = proved(&tenants(&["udp 53 pl-shared"]), ZONES);
    let open = pair(&proof, "red", "blue");
    assert_eq!(open.separation, Separation::Undecided);
    assert_eq!(open.because, ["prefix list pl-shared"]);
    assert!(open.witness.is_none());
}

#[test]
fn endpoints_that_no_zone_takes_and_members_that_take_none_are_named() {
    let intent = "zones: [{name: red, kind: tenant, members: [{network: vpc-red}, {tag: tenant=x}]}]";
    let proof = proved(&tenants(&[]), intent);
    assert_eq!(proof.unassigned, ["blue-1"]);
    assert_eq!(proof.empty, ["red: 2"]);
    assert!(!proof.derived);
}

#[test]
fn derived_zones_are_marked_so() {
    let model = tenants(&[]);
    let proof = prove(&model, &derive(&model), DAY.parse().unwrap()).unwrap();
    assert!(proof.derived);
    let names: Vec<&str> = proof.zones.iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(names, ["vpc-blue", "vpc-red", "outside"]);
}

#[test]
fn an_intent_is_checked_before_use() {
    for (text, message) in [
        ("zones: [{name: a, kind: tenant}, {name: a, kind: tenant}]", "two zones are called \"a\""),
        (
            "zones: [{name: a, kind: tenant}]\nflows: [{from: a, to: b}]",
            "a flow names the zone \"b\", which does not exist; there are a",
        ),
        (
            "zones: [{name: a, kind: tenant}]\nflows: [{from: a, to: a, port: x}]",
            "the flow from \"a\" to \"a\": \"x\" is no port",
        ),
    ] {
        assert_eq!(Intent::read(text).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_certificate_of_what_is_apart_is_verified_by_a_program_that_shares_no_code() {
    let model = tenants(&["udp 53 10.0.0.0/8"]);
    let intent =
        Intent::read(&format!("{ZONES}flows: [{{from: red, to: blue, proto: udp, port: 53, reason: names}}]")).unwrap();
    let day = DAY.parse().unwrap();
    let proof = prove(&model, &intent, day).unwrap();
    let certificate = certify(&model, &intent, day, &proof, Budget::default()).unwrap();
    let text = serde_json::to_string(&certificate).unwrap();
    let verified = isoneph_proof::verify(&text).unwrap();
    assert_eq!(verified.model_sha256, model.digest);
    let pairs: Vec<(&str, &str)> =
        verified.apart.iter().map(|apart| (apart.from.as_str(), apart.to.as_str())).collect();
    assert!(pairs.contains(&("red", "blue")) && pairs.contains(&("blue", "red")), "{pairs:?}");
    // A policy that permits more is another certificate, and not a true one.
    let widened = text.replacen("\"default\":\"deny\"", "\"default\":\"permit\"", 1);
    assert_ne!(widened, text);
    assert!(isoneph_proof::verify(&widened).is_err());
}

#[test]
fn a_member_to_come_that_a_rule_waits_for_is_told_beside_the_proof() {
    // The rule names an address of the other tenant's subnet that nobody has yet.
    let proof = proved(&tenants(&["tcp 22 10.1.1.99/32"]), ZONES);
    let held = pair(&proof, "red", "blue");
    assert_eq!(held.separation, Separation::Apart);
    let latent = held.latent.as_ref().unwrap();
    assert_eq!(latent.separation, Separation::Breach);
    assert_eq!(latent.witness.as_ref().unwrap().source, "10.1.1.99");
    assert!(pair(&proof, "blue", "red").latent.is_none());
}

#[test]
fn a_zone_that_holds_nothing_is_not_proved_apart_from_anything() {
    let intent = "zones:
- {name: red, kind: tenant, members: [{network: vpc-red}]}
- {name: ghost, kind: tenant, members: [{address: 10.99.0.0/16}]}
- {name: shade, kind: tenant, members: [{address: 10.98.0.0/16}]}";
    let model = tenants(&[]);
    let proof = proved(&model, intent);
    assert!(proof.pairs.iter().all(|pair| pair.separation == Separation::HoldsNothing), "{:?}", proof.pairs);
    assert!(!proof.is_about_something());
    assert_eq!(proof.hollow().collect::<Vec<_>>(), ["ghost", "shade"]);
    assert_eq!(proof.empty, ["ghost: 1", "shade: 1"]);
    let mixed = proved(&model, &format!("{intent}\n- {{name: blue, kind: tenant, members: [{{network: vpc-blue}}]}}"));
    assert_eq!(pair(&mixed, "red", "blue").separation, Separation::Apart);
    assert_eq!(pair(&mixed, "red", "ghost").separation, Separation::HoldsNothing);
    assert!(mixed.is_about_something());
    assert!(!proved(&model, "").is_about_something());
}

#[test]
fn a_packet_that_goes_out_is_shown_with_one_address_and_not_a_stretch_of_them() {
    let estate = Estate::new()
        .vpc("red", "10.1.0.0/16")
        .internet("red")
        .subnet("red", "red", "10.1.1.0/24", "z1", &["10.1.0.0/16 local", "0.0.0.0/0 igw-red"])
        .group("open", "red", &[], ALL)
        .eni("red-1", "red", "10.1.1.10", Some("198.51.100.1"), &["open"]);
    let intent = "zones: [{name: red, kind: tenant, members: [{network: vpc-red}]}, {name: outside, kind: outside}]";
    let proof = proved(&model(&estate.text()), intent);
    let witness = pair(&proof, "red", "outside").witness.clone().unwrap();
    assert_eq!((witness.destination.as_str(), witness.to.as_str()), ("1.0.0.0", "the internet (e.g. 1.0.0.0)"));
    assert!(witness.to_string().contains("red-1 (10.1.1.10) -> the internet (e.g. 1.0.0.0)"), "{witness}");
    assert!(!witness.to_string().contains("1.0.0.0) (1.0.0.0)"), "{witness}");
}
