//! Certificates, and forgeries of them, against the verifier that shares no code.

use isoneph_network::certificate::{CertifyError, ClaimInput, PathInput, certify};
use isoneph_network::idd::Budget;
use isoneph_network::packet::{AddressRange, Match, Ranges};
use isoneph_network::policy::{Action, Certainty, Policy, Rule};
use isoneph_proof::{ProofError, verify};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn range(text: &str) -> AddressRange {
    text.parse().unwrap()
}

fn policies() -> Vec<Policy> {
    let web = Match::any().with_protocol(6).with_destination_ports(Ranges::single(443));
    let inner = Match::any().with_source(range("10.1.0.0/16"));
    let mut log = Rule::new(Action::Permit, web.clone().with_source(range("10.1.9.0/24")));
    log.certainty = Certainty::AtMost;
    vec![
        Policy::first_match(
            "edge",
            vec![Rule::new(Action::Deny, inner), Rule::new(Action::Permit, Match::any())],
            Action::Deny,
        ),
        Policy::first_match("inner", vec![log, Rule::new(Action::Permit, web)], Action::Deny),
    ]
}

fn claim() -> ClaimInput {
    let between = |from: &str, to: &str| Match::any().with_source(range(from)).with_destination(range(to));
    ClaimInput {
        from: "tenant-a".to_owned(),
        to: "tenant-b".to_owned(),
        part: "all".to_owned(),
        universe: vec![between("10.1.0.0/16", "10.2.0.0/16"), between("2001:db8:1::/48", "2001:db8:2::/48")],
        exceptions: vec![("monitoring".to_owned(), vec![between("10.1.0.7/32", "10.2.0.9/32").with_protocol(1)])],
        paths: vec![
            PathInput {
                name: "edge".to_owned(),
                carries: vec![between("10.0.0.0/8", "10.0.0.0/8")],
                stages: vec![1, 0],
            },
            PathInput {
                name: "side".to_owned(),
                carries: vec![between("10.1.0.0/17", "10.2.0.0/16")],
                stages: vec![0],
            },
        ],
    }
}

fn written() -> Value {
    let policies = policies();
    let refs: Vec<&Policy> = policies.iter().collect();
    let certificate = certify("00ff", &refs, &[claim()], Budget::default()).unwrap();
    serde_json::to_value(&certificate).unwrap()
}

/// The certificate with its digest made anew, as a forger would.
fn sealed(mut value: Value) -> String {
    let part = |key: &str| value[key].clone();
    let body = json!([part("schema"), part("layer"), part("model_sha256"), part("policies"), part("claims")]);
    fn sorted(value: &Value) -> String {
        match value {
            Value::Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(",")),
            Value::Object(fields) => {
                let mut keys: Vec<_> =
                    fields.iter().map(|(key, item)| format!("{}:{}", json!(key), sorted(item))).collect();
                keys.sort();
                format!("{{{}}}", keys.join(","))
            }
            plain => plain.to_string(),
        }
    }
    let hash = Sha256::digest(sorted(&body).as_bytes());
    value["sha256"] = Value::from(hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    value.to_string()
}

#[test]
fn a_certificate_that_was_written_is_valid() {
    let verified = verify(&written().to_string()).unwrap();
    let [apart] = verified.apart.as_slice() else { panic!("{:?}", verified.apart) };
    assert_eq!((apart.from.as_str(), apart.to.as_str(), apart.part.as_str()), ("tenant-a", "tenant-b", "all"));
    assert_eq!(apart.exceptions, ["monitoring"]);
    assert!(verified.boxes >= 3);
    assert_eq!(verified.model_sha256, "00ff");
    assert_eq!(sealed(written()), written().to_string(), "the forger of these tests seals as the writer does");
}

#[test]
fn a_certificate_without_any_one_of_its_boxes_fails() {
    let value = written();
    for index in 0..value["claims"][0]["boxes"].as_array().unwrap().len() {
        let mut forged = value.clone();
        forged["claims"][0]["boxes"].as_array_mut().unwrap().remove(index);
        assert!(matches!(verify(&forged.to_string()), Err(ProofError::Digest { .. })));
        assert!(matches!(verify(&sealed(forged)), Err(ProofError::Cover { .. })), "box {index}");
    }
}

#[test]
fn a_certificate_with_any_one_of_its_boxes_widened_or_narrowed_fails() {
    let value = written();
    for index in 0..value["claims"][0]["boxes"].as_array().unwrap().len() {
        for (field, low, high) in
            [("protocol", 0, 255), ("first", 0, 65535), ("second", 0, 65535), ("established", 0, 1)]
        {
            let mut forged = value.clone();
            let one = &mut forged["claims"][0]["boxes"][index][0][field];
            let changed = if *one == json!([low, high]) { json!([low, high - 1]) } else { json!([low, high]) };
            *one = changed;
            assert!(verify(&sealed(forged)).is_err(), "box {index} {field}");
        }
        for field in ["source", "destination"] {
            let mut forged = value.clone();
            let one = &mut forged["claims"][0]["boxes"][index][0];
            let v4 = one["family"] == json!("v4");
            one[field] = if v4 { json!(["0.0.0.0", "255.255.255.255"]) } else { json!(["::", "ffff::"]) };
            assert!(matches!(verify(&sealed(forged)), Err(ProofError::Cover { .. })), "box {index} {field}");
        }
    }
}

#[test]
fn a_certificate_with_any_one_of_its_boxes_relabelled_fails() {
    let value = written();
    let boxes = value["claims"][0]["boxes"].as_array().unwrap().clone();
    let places = [json!(null), json!(0), json!(1), json!(2)];
    let mut labels = vec![json!({ "exception": 0 }), json!({ "exception": 1 }), json!({ "blocked": [] })];
    for a in &places {
        labels.extend(places.iter().map(|b| json!({ "blocked": [a, b] })));
    }
    for (index, one) in boxes.iter().enumerate() {
        for label in labels.iter().filter(|label| **label != one[1]) {
            let mut forged = value.clone();
            forged["claims"][0]["boxes"][index][1] = label.clone();
            assert!(matches!(verify(&sealed(forged)), Err(ProofError::Reason { .. })), "box {index} as {label}");
        }
    }
}

#[test]
fn a_rule_or_a_zone_changed_after_the_fact_fails() {
    let value = written();
    let mut forged = value.clone();
    forged["policies"][0]["rules"][0]["action"] = json!("permit");
    assert!(verify(&sealed(forged)).is_err());
    let mut forged = value.clone();
    forged["policies"][1]["default"] = json!("permit");
    assert!(verify(&sealed(forged)).is_err());
    let mut forged = value.clone();
    forged["claims"][0]["to"] = json!("tenant-c");
    assert!(matches!(verify(&forged.to_string()), Err(ProofError::Digest { .. })));
    let mut forged = value.clone();
    forged["claims"][0]["universe"].as_array_mut().unwrap().remove(0);
    assert!(verify(&sealed(forged)).is_err());
    let mut forged = value;
    forged["extra"] = json!(1);
    assert!(verify(&forged.to_string()).is_err());
}

#[test]
fn zones_that_may_reach_each_other_get_a_packet_and_no_certificate() {
    let policies = policies();
    let refs: Vec<&Policy> = policies.iter().collect();
    let mut open = claim();
    open.paths[1].stages = vec![1];
    let error = certify("00ff", &refs, &[open], Budget::default()).unwrap_err();
    let CertifyError::NotApart { witness, path, .. } = error else { panic!("{error}") };
    assert_eq!(path, "side");
    assert!(claim().universe.iter().any(|one| one.contains(&witness)));
}

#[test]
fn what_is_uncertain_counts_as_permitted() {
    let mut policies = policies();
    policies[1].rules.truncate(1);
    let refs: Vec<&Policy> = policies.iter().collect();
    let mut open = claim();
    open.paths[1].stages = vec![1];
    open.paths[1].carries[0].source = range("10.1.9.0/24").into();
    assert!(matches!(certify("00ff", &refs, &[open], Budget::default()), Err(CertifyError::NotApart { .. })));
}
