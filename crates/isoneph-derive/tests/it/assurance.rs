use isoneph_derive::Declared;
use isoneph_derive::assurance::{
    AssuranceCode, CoverageState, Options, ProviderPart, coverage, review, scope_differences, usable,
};
use isoneph_register::Object;
use serde_json::{Value, json};

use crate::companies::{TODAY, object, with};

fn base() -> Object {
    object(
        "assurance",
        "iso27001",
        json!({
            "title": "ISO/IEC 27001", "type": "accredited-certificate", "holder": "aws",
            "holder-name": "Amazon Web Services, Inc.", "standard": "ISO/IEC 27001", "edition": "2022", "status": "valid",
            "issued": "2025-01-01", "expires": "2028-01-01", "soa-version": "9", "accreditation": { "accredited": "yes" },
            "verify-url": "https://example.org/1", "services": ["aws"], "services-in-scope": [{ "name": "Amazon EC2" }, { "name": "Amazon S3" }],
            "regions": ["eu-central-1"],
        }),
    )
}

fn certificate(more: Value) -> Object {
    let mut spec = json!({
        "title": "ISO/IEC 27017", "type": "extension", "holder": "aws", "holder-name": "Amazon Web Services, Inc",
        "standard": "ISO/IEC 27017", "edition": "2015", "status": "valid", "issued": "2025-01-01",
        "verify-url": "https://example.org/2", "expires": "2028-01-01", "soa-version": "9", "base": { "assurance": "iso27001" }, "role": "provider",
        "accreditation": { "accredited": "yes" }, "services": ["aws"], "regions": ["eu-central-1", "us-east-1"],
        "services-in-scope": [{ "name": "Amazon EC2" }, { "name": "Amazon Simple Storage Service (Amazon S3)" }],
    });
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    object("assurance", "iso27017", spec)
}

fn found(objects: &[Object], name: &str) -> Vec<AssuranceCode> {
    // The version that the certificates of these tests name is the one that is held.
    let options = Options { soa_versions: [("aws".to_owned(), vec!["9".to_owned()])].into(), ..Options::default() };
    let holdings = review(&Declared::new(objects), &options, TODAY);
    let holding = holdings.into_iter().find(|holding| holding.assurance == name).unwrap();
    holding.findings.into_iter().map(|finding| finding.code).collect()
}

#[test]
fn a_good_certificate_of_2015_has_a_notice_only() {
    let objects = with([base(), certificate(json!({}))]);
    assert_eq!(found(&objects, "iso27017"), [AssuranceCode::SupersededEdition]);
    assert_eq!(found(&objects, "iso27001"), []);
}

#[test]
fn what_is_wrong_with_a_certificate_is_named() {
    use AssuranceCode::*;
    for (more, code) in [
        (json!({ "expires": "2026-11-20" }), Expired),
        (json!({ "expires": "2026-12-31" }), ExpiresSoon),
        (json!({ "expires": null }), NoExpiry),
        (json!({ "issued": "2026-12-01" }), NotYetIssued),
        (json!({ "status": "suspended" }), Suspended),
        (json!({ "status": "withdrawn" }), Withdrawn),
        (json!({ "status": null }), StatusUnverified),
        (json!({ "base": null }), BaseUnknown),
        (json!({ "base": { "standard": "ISO/IEC 27001" } }), BaseUnknown),
        (json!({ "base": { "standard": "ISO 9001", "expires": "2028-01-01" } }), BaseNotIso27001),
        (json!({ "base": { "standard": "ISO/IEC 27001", "expires": "2026-01-01" } }), BaseNotValid),
        (json!({ "services": ["crm"] }), HolderNotProvider),
        (json!({ "holder-name": "Amazon Web Services EMEA SARL" }), HolderNameDiffers),
        (json!({ "holder-name": null }), HolderNameUnknown),
        (json!({ "soa-version": null }), SoaVersionUnknown),
        (json!({ "accreditation": { "accredited": "no" } }), NotAccredited),
        (json!({ "accreditation": null }), AccreditationUnknown),
        (json!({ "verify-url": null }), Undocumented),
    ] {
        let codes = found(&with([base(), certificate(more.clone())]), "iso27017");
        assert_eq!(codes.len(), 2, "{more}: {codes:?}");
        assert!(codes.contains(&code), "{more}: {codes:?}");
    }
}

#[test]
fn a_statement_of_applicability_of_another_version_is_found() {
    let objects = with([base(), certificate(json!({ "soa-version": "8" }))]);
    let options = Options { soa_versions: [("aws".to_owned(), vec!["v9".to_owned()])].into(), ..Options::default() };
    let holdings = review(&Declared::new(&objects), &options, TODAY);
    let differing: Vec<&str> = holdings
        .iter()
        .filter(|holding| holding.findings.iter().any(|f| f.code == AssuranceCode::SoaVersionDiffers))
        .map(|holding| holding.assurance.as_str())
        .collect();
    assert_eq!(differing, ["iso27017"]);
}

fn report(more: Value) -> Object {
    let mut report = json!({ "period": { "from": "2025-10-01", "until": "2026-09-30" }, "type": 2, "exceptions": 0 });
    for (key, value) in more.as_object().unwrap() {
        report[key] = value.clone();
    }
    object(
        "assurance",
        "soc2",
        json!({
            "title": "SOC 2", "type": "attestation-report", "holder": "aws", "holder-name": "Amazon Web Services, Inc.",
            "standard": "SOC 2", "services": ["aws"], "report": report, "evidence": [{ "title": "the report" }],
        }),
    )
}

#[test]
fn what_limits_a_report_is_named() {
    use AssuranceCode::*;
    let letter = |until: &str| json!({ "bridge-letter": { "dated": "2026-10-15", "until": until } });
    for (more, codes) in [
        (json!({}), vec![PeriodOver]),
        (letter("2026-12-31"), vec![Bridged]),
        (letter("2026-10-31"), vec![PeriodOver]),
        (json!({ "period": { "from": "2024-01-01", "until": "2025-10-31" } }), vec![Expired]),
        (json!({ "exceptions": 3 }), vec![PeriodOver, Exceptions]),
        (json!({ "exceptions": null }), vec![PeriodOver, ExceptionsUnknown]),
        (json!({ "qualified": true }), vec![PeriodOver, Qualified]),
        (json!({ "type": 1 }), vec![PeriodOver, DesignOnly]),
        (json!({ "subservice-method": "carve-out", "subservices": ["colo"] }), vec![PeriodOver, SubservicesCarvedOut]),
        (json!({ "complementary-controls": [{ "id": "1", "duty": "d" }] }), vec![PeriodOver, LeavesControls]),
    ] {
        assert_eq!(found(&with([report(more.clone())]), "soc2"), codes, "{more}");
    }
}

fn states(objects: &[Object]) -> Vec<(String, CoverageState)> {
    let all = coverage(&Declared::new(objects), &Options::default(), TODAY);
    let aws = all.into_iter().find(|coverage| coverage.service == "aws").unwrap();
    let offerings = aws.offerings.into_iter().filter(|o| o.assurance.as_deref() != Some("iso27001"));
    offerings.map(|offering| (offering.offering, offering.state)).collect()
}

#[test]
fn products_in_use_are_held_against_the_scope() {
    let of = |more: Value| {
        states(&with([base(), certificate(more)])).into_iter().map(|(_, state)| state).collect::<Vec<_>>()
    };
    use CoverageState::*;
    assert_eq!(of(json!({})), [Covered, Covered]);
    assert_eq!(of(json!({ "services-in-scope": [{ "name": "Amazon EC2" }] })), [Covered, NotInScope]);
    assert_eq!(of(json!({ "services-in-scope": [] })), [ScopeUnknown, ScopeUnknown]);
    assert_eq!(of(json!({ "regions": ["us-east-1"] })), [RegionMissing, RegionMissing]);
    assert_eq!(of(json!({ "regions": [] })), [RegionsUnknown, RegionsUnknown]);
    let government =
        json!({ "services-in-scope": [{ "name": "Amazon EC2", "environment": "GovCloud" }, { "name": "Amazon S3" }] });
    assert_eq!(of(government), [OtherEnvironment, Covered]);
    let own_regions =
        json!({ "services-in-scope": [{ "name": "Amazon EC2", "regions": ["eu-west-1"] }, { "name": "Amazon S3" }] });
    assert_eq!(of(own_regions), [RegionMissing, Covered]);
    assert_eq!(states(&with([])), [("Amazon EC2".to_owned(), NoAssurance), ("Amazon S3".to_owned(), NoAssurance)]);
}

#[test]
fn an_expired_certificate_covers_nothing() {
    let objects = with([certificate(json!({ "expires": "2026-01-01" }))]);
    assert!(states(&objects).iter().all(|(_, state)| *state == CoverageState::NoAssurance));
}

#[test]
fn what_the_scope_gained_and_lost_is_told() {
    let earlier = certificate(json!({}));
    let later = certificate(json!({
        "supersedes": "iso27017", "regions": ["eu-central-1"],
        "services-in-scope": [{ "name": "Amazon EC2" }, { "name": "Amazon EKS" }],
    }));
    let later = Object { name: "iso27017-2026".to_owned(), ..later };
    let objects = with([base(), earlier, later]);
    let differences = scope_differences(&Declared::new(&objects));
    assert_eq!(differences[0].services_gained, ["Amazon EKS"]);
    assert_eq!(differences[0].services_lost, ["Amazon Simple Storage Service (Amazon S3)"]);
    assert_eq!(differences[0].regions_lost, ["us-east-1"]);
}

fn part(objects: &[Object], control: &str) -> (ProviderPart, bool) {
    let controls = usable(&Declared::new(objects), &Options::default(), "aws", TODAY).unwrap();
    let found = controls.into_iter().find(|used| used.control.as_str() == control).unwrap();
    (found.provider, found.yours)
}

#[test]
fn an_assurance_serves_for_the_providers_part_only() {
    let objects = with([base(), certificate(json!({}))]);
    assert_eq!(part(&objects, "12.3.1"), (ProviderPart::Usable, true));
    assert_eq!(part(&objects, "CLD.9.5.1"), (ProviderPart::Usable, false));
    assert_eq!(part(&objects, "9.1.2"), (ProviderPart::NoPart, true), "no guidance for the provider");
}

#[test]
fn what_limits_an_assurance_is_for_the_assessor_and_what_ended_serves_for_nothing() {
    let of = |more: Value| part(&with([base(), certificate(more)]), "12.3.1").0;
    assert_eq!(of(json!({ "accreditation": { "accredited": "no" } })), ProviderPart::AssessorDecides);
    assert_eq!(of(json!({ "services-in-scope": [{ "name": "Amazon EC2" }] })), ProviderPart::AssessorDecides);
    assert_eq!(of(json!({ "expires": "2026-01-01" })), ProviderPart::Nothing);
    assert_eq!(of(json!({ "controls": ["12.4.1"] })), ProviderPart::Nothing);
    assert_eq!(of(json!({ "role": "customer" })), ProviderPart::Nothing);
}

#[test]
fn what_the_split_leaves_to_the_customer_is_no_part_of_the_providers() {
    let row = object(
        "responsibility",
        "r",
        json!({
            "service": "aws", "area": "identity", "holder": "customer", "stated-by": "aws", "controls": ["9.2.1"],
            "basis": { "kind": "published-document" },
        }),
    );
    assert_eq!(part(&with([base(), certificate(json!({})), row]), "9.2.1"), (ProviderPart::NoPart, true));
}

#[test]
fn the_version_of_a_statement_of_applicability_is_current_older_other_or_not_held() {
    use AssuranceCode::{SoaNotHeld, SoaVersionDiffers, SoaVersionOlder, SoaVersionUnknown};
    let told = |version: Value, held: &[&str]| {
        let objects = with([base(), certificate(json!({ "soa-version": version }))]);
        let held: Vec<String> = held.iter().map(|version| (*version).to_owned()).collect();
        let soa_versions = if held.is_empty() { Default::default() } else { [("aws".to_owned(), held)].into() };
        let options = Options { soa_versions, ..Options::default() };
        let found = review(&Declared::new(&objects), &options, TODAY);
        let found = found.iter().find(|holding| holding.assurance == "iso27017").unwrap();
        let codes = [SoaNotHeld, SoaVersionDiffers, SoaVersionOlder, SoaVersionUnknown];
        let of_soa = found.findings.iter().map(|finding| finding.code).filter(|code| codes.contains(code));
        of_soa.collect::<Vec<_>>()
    };
    for (version, held, codes) in [
        (json!("9"), &["8", "v9"][..], &[][..]),
        (json!("8"), &["8", "9"], &[SoaVersionOlder]),
        (json!("10"), &["8", "9"], &[SoaVersionDiffers]),
        (json!("9"), &[], &[SoaNotHeld]),
        (json!(null), &["9"], &[SoaVersionUnknown]),
    ] {
        assert_eq!(told(version.clone(), held), codes, "{version} of {held:?}");
    }
}
