use isoneph_derive::Declared;
use isoneph_derive::responsibilities::{Chain, ChainEnd, chain, chains};
use isoneph_register::Object;
use serde_json::json;

use crate::companies::{TODAY, object, row, with};

fn handed_down() -> Object {
    row(
        "top",
        "kaisho",
        "backup",
        "provider",
        "published-document",
        json!({
            "handed-to": "aws", "controls": ["12.3.1"], "provider-duty": "through its cloud",
        }),
    )
}

fn below(holder: &str, more: serde_json::Value) -> Object {
    let mut spec = json!({
        "service": "aws", "area": "backup", "holder": holder, "stated-by": "aws",
        "basis": { "kind": "published-document" }, "controls": ["12.3.1"],
    });
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    object("responsibility", "below", spec)
}

fn backup(objects: &[Object]) -> Chain {
    chain(&Declared::new(objects), "crm", "backup", TODAY)
}

fn end(objects: &[Object]) -> (ChainEnd, String) {
    let chain = backup(objects);
    (chain.end, chain.at)
}

#[test]
fn a_duty_is_followed_to_the_tier_that_holds_it_with_evidence() {
    let evidence = json!({ "evidence": [{ "title": "restore test", "until": "2027-01-01" }] });
    let objects = with([handed_down(), below("provider", evidence)]);
    assert_eq!(end(&objects), (ChainEnd::Held, "aws".to_owned()));
    let chain = backup(&objects);
    assert_eq!(chain.held_by.as_deref(), Some("aws"));
    assert_eq!(chain.steps.iter().map(|step| step.service.as_str()).collect::<Vec<_>>(), ["crm", "aws"]);
}

#[test]
fn the_place_where_it_breaks_is_named() {
    let aws = "aws".to_owned();
    assert_eq!(end(&with([handed_down()])), (ChainEnd::NotStated, aws.clone()));
    assert_eq!(end(&with([handed_down(), below("customer", json!({}))])), (ChainEnd::HandedBack, aws.clone()));
    assert_eq!(end(&with([handed_down(), below("nobody", json!({}))])), (ChainEnd::Nobody, aws.clone()));
    assert_eq!(end(&with([handed_down(), below("provider", json!({}))])), (ChainEnd::HeldWithoutEvidence, aws.clone()));
    let old = json!({ "evidence": [{ "title": "restore test", "until": "2025-01-01" }] });
    assert_eq!(end(&with([handed_down(), below("provider", old)])), (ChainEnd::EvidenceEnded, aws.clone()));
    assert_eq!(
        end(&with([handed_down(), below("provider", json!({ "handed-to": "crm" }))])),
        (ChainEnd::Loop, "crm".to_owned())
    );
    assert_eq!(
        end(&with([handed_down(), below("provider", json!({ "handed-to": "colo" }))])),
        (ChainEnd::UnknownService, "colo".to_owned())
    );
}

#[test]
fn what_a_service_below_keeps_for_another_customer_says_nothing_here() {
    let objects = with([handed_down(), below("provider", json!({ "customer": "ginko" }))]);
    assert_eq!(end(&objects), (ChainEnd::NotStated, "aws".to_owned()));
}

#[test]
fn an_assurance_of_the_holder_that_speaks_to_the_control_is_evidence_until_it_expires() {
    let certificate = |expires: &str| {
        object(
            "assurance",
            "cert",
            json!({
                "title": "Certificate", "type": "accredited-certificate", "holder": "aws", "services": ["aws"],
                "controls": ["12.3.1"], "status": "valid", "expires": expires, "verify-url": "https://example.org",
            }),
        )
    };
    let objects = |expires: &str| with([handed_down(), below("provider", json!({})), certificate(expires)]);
    assert_eq!(end(&objects("2027-06-30")).0, ChainEnd::Held);
    assert_eq!(end(&objects("2026-06-30")).0, ChainEnd::EvidenceEnded);
}

#[test]
fn a_chain_of_many_tiers_ends() {
    let mut objects = Vec::new();
    for tier in 0..100 {
        objects.push(object(
            "cloud-service",
            &format!("s{tier}"),
            json!({ "title": "s", "model": "paas", "provider": "aws" }),
        ));
        objects.push(object(
            "responsibility",
            &format!("r{tier}"),
            json!({
                "service": format!("s{tier}"), "area": "backup", "holder": "provider", "stated-by": "aws",
                "handed-to": format!("s{}", tier + 1),
            }),
        ));
    }
    let objects = with(objects);
    assert_eq!(chain(&Declared::new(&objects), "s0", "backup", TODAY).end, ChainEnd::TooDeep);
    assert_eq!(chains(&Declared::new(&objects), TODAY).len(), 100);
}
