use isoneph_derive::Declared;
use isoneph_derive::soa::{CellEvidence, Decision, RowSource, Soa, SoaCell, SoaProblem, compare, freeze, soa};
use isoneph_model::{Role, Standing};
use isoneph_register::Object;
use isoneph_standard::Catalogue;
use serde_json::{Value, json};

use crate::companies::{TODAY, object, proposed, with};

fn of(objects: &[Object], evidence: &[CellEvidence]) -> Soa {
    soa(&Declared::new(objects), Catalogue::embedded().unwrap(), None, evidence, TODAY).unwrap()
}

fn cell(soa: &Soa, id: &str, role: Option<Role>) -> SoaCell {
    let row = soa.rows.iter().find(|row| row.id == id).unwrap();
    row.cells().find(|(of, _)| *of == role).map(|(_, cell)| cell.clone()).unwrap()
}

fn statement(name: &str, control: &str, more: Value) -> Object {
    let mut spec = json!({
        "control": control, "applicable": true, "reasons": ["legal"], "status": "implemented", "owner": "ciso",
        "evidence": [{ "title": "record" }], "reviewed": "2026-06-01", "next-review": "2027-06-01",
    });
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    object("statement", name, spec)
}

fn says(control: &str, role: Role, standing: Standing) -> CellEvidence {
    CellEvidence {
        control: control.parse().unwrap(),
        role: Some(role),
        service: None,
        standing,
        why: "14 machines found".to_owned(),
    }
}

#[test]
fn it_has_every_control_of_annex_a_and_the_seven_of_the_cloud() {
    let soa = of(&with([]), &[]);
    let of_source = |source| soa.rows.iter().filter(|row| row.source == source).count();
    assert_eq!((of_source(RowSource::AnnexA), of_source(RowSource::Cloud)), (93, 7));
    let placed: std::collections::BTreeSet<_> = soa.rows.iter().flat_map(|row| &row.cloud_controls).collect();
    assert_eq!(placed.len(), 44, "every control with cloud guidance has a row");
    assert_eq!(soa.decisions[&Decision::Undecided], soa.rows.iter().map(|row| row.cells().count()).sum::<usize>());
}

#[test]
fn the_columns_of_a_cloud_control_are_the_roles_that_have_guidance() {
    let soa = of(&with([]), &[]);
    let row = soa.rows.iter().find(|row| row.id == "CLD.9.5.1").unwrap();
    assert!(row.base.is_none() && row.provider.is_some() && row.customer.is_none());
}

#[test]
fn statements_in_the_numbers_of_2013_and_2022_meet_in_one_row() {
    let objects = with([
        statement("old", "9.2.3", json!({ "role": "customer" })),
        statement("beside", "9.2.1", json!({ "role": "customer" })),
        statement("new", "5.16", json!({})),
        statement("cloud", "CLD.6.3.1", json!({})),
        statement("nowhere", "5.99", json!({})),
    ]);
    let soa = of(&objects, &[]);
    let names = |cell: SoaCell| cell.claims.into_iter().map(|claim| claim.statement).collect::<Vec<_>>();
    assert_eq!(names(cell(&soa, "A.8.2", Some(Role::Customer))), ["old"]);
    // 9.2.1 has no guidance for customers, so its row has no column for them.
    assert_eq!(names(cell(&soa, "A.5.16", None)), ["beside", "new"]);
    assert_eq!(cell(&soa, "CLD.6.3.1", Some(Role::Provider)).claims[0].statement, "cloud");
    assert_eq!(soa.unplaced, [("nowhere".to_owned(), "5.99".parse().unwrap())]);
}

#[test]
fn a_complete_statement_has_no_problem() {
    let soa = of(&with([statement("s", "8.15", json!({}))]), &[]);
    assert_eq!(cell(&soa, "A.8.15", None).problems, []);
}

#[test]
fn what_a_statement_lacks_is_named() {
    for (more, problem) in [
        (json!({ "reasons": [] }), SoaProblem::ReasonMissing),
        (json!({ "status": null }), SoaProblem::StatusMissing),
        (json!({ "owner": null }), SoaProblem::OwnerMissing),
        (json!({ "evidence": [] }), SoaProblem::EvidenceMissing),
        (json!({ "evidence": [{ "title": "r", "until": "2026-11-20" }] }), SoaProblem::EvidenceEnded),
        (json!({ "next-review": "2026-11-20" }), SoaProblem::ReviewOverdue),
        (json!({ "reviewed": null, "next-review": null }), SoaProblem::ReviewOverdue),
        (json!({ "reasons": ["risk"] }), SoaProblem::TreatmentNotApproved),
        (json!({ "applicable": false, "status": null }), SoaProblem::ExclusionWithoutReason),
    ] {
        let soa = of(&with([statement("s", "8.15", more.clone())]), &[]);
        assert_eq!(cell(&soa, "A.8.15", None).problems, [problem], "{more}");
    }
    let soa = of(&with([proposed(statement("s", "8.15", json!({})))]), &[]);
    assert_eq!(cell(&soa, "A.8.15", None).problems, [SoaProblem::ProposedOnly]);
}

#[test]
fn an_exclusion_or_a_claim_that_evidence_refutes_is_contradicted() {
    let excluded = json!({ "role": "provider", "applicable": false, "exclusion": "no machines", "status": null });
    for (more, standing, contradicted) in [
        (excluded.clone(), Standing::Adverse, true),
        (excluded.clone(), Standing::Contradicted, true),
        (excluded, Standing::Excluded, false),
        (json!({ "role": "provider" }), Standing::Adverse, true),
        (json!({ "role": "provider" }), Standing::Incomplete, false),
        (json!({ "role": "provider", "status": "planned" }), Standing::Adverse, false),
    ] {
        let objects = with([statement("s", "CLD.9.5.2", more.clone())]);
        let soa = of(&objects, &[says("CLD.9.5.2", Role::Provider, standing)]);
        let cell = cell(&soa, "CLD.9.5.2", Some(Role::Provider));
        assert_eq!(cell.problems.contains(&SoaProblem::Contradicted), contradicted, "{more} {standing}");
    }
}

#[test]
fn one_service_may_be_excluded_and_another_not() {
    let objects = with([
        statement("a", "8.15", json!({ "service": "crm" })),
        statement("b", "8.15", json!({ "service": "aws", "applicable": false, "exclusion": "none", "status": null })),
    ]);
    assert_eq!(cell(&of(&objects, &[]), "A.8.15", None).decision, Decision::Mixed);
}

#[test]
fn a_frozen_version_that_is_changed_is_found_out() {
    let frozen = freeze(of(&with([statement("s", "8.15", json!({}))]), &[]), "2026-1", None).unwrap();
    let text = serde_json::to_string(&frozen).unwrap();
    let back: isoneph_derive::soa::FrozenSoa = serde_json::from_str(&text).unwrap();
    assert_eq!(back, frozen);
    assert!(back.verify().is_ok());
    let forged =
        serde_json::from_str::<isoneph_derive::soa::FrozenSoa>(&text.replace("\"ciso\"", "\"nobody\"")).unwrap();
    assert!(forged.verify().unwrap_err().to_string().contains("changed after it was frozen"));
}

#[test]
fn what_changed_since_a_version_is_told_field_by_field() {
    let before = of(&with([statement("s", "8.15", json!({}))]), &[]);
    let now = of(
        &with([statement("renamed", "8.15", json!({ "status": "partial" })), statement("t", "8.16", json!({}))]),
        &[],
    );
    let changes: Vec<(String, &str, String, String)> = compare(&before, &now)
        .changes
        .into_iter()
        .filter(|change| change.cell.id == "A.8.15" || change.field == "decision")
        .map(|change| (change.cell.id, change.field, change.before, change.now))
        .collect();
    let change = |id: &str, field, before: &str, now: &str| (id.to_owned(), field, before.to_owned(), now.to_owned());
    assert_eq!(
        changes,
        [change("A.8.15", "status", "implemented", "partial"), change("A.8.16", "decision", "undecided", "applicable"),]
    );
    assert_eq!(compare(&now, &now).changes, []);
}

#[test]
fn a_line_of_the_sheet_says_what_its_own_statement_lacks_and_what_speaks_about_its_own_service() {
    let of_service =
        |service: &str, evidence: Value| json!({ "role": "provider", "service": service, "evidence": evidence });
    let objects = with([
        statement("a", "9.2.1", of_service("crm", json!([{ "title": "Record" }]))),
        statement("b", "9.2.1", of_service("aws", json!([]))),
    ]);
    let mut said = says("9.2.1", Role::Provider, Standing::Contradicted);
    said.service = Some("crm".to_owned());
    let soa = of(&objects, &[said]);
    let sheet = isoneph_derive::soa::sheet(&soa, None, isoneph_model::Lang::En);
    let at = |title: &str| sheet.columns.iter().position(|column| column.title == title).unwrap();
    let line = |service: &str| sheet.rows.iter().find(|row| row[at("Service")] == service).unwrap();
    assert!(line("crm")[at("To be mended")].contains("contradicted"));
    assert!(!line("crm")[at("To be mended")].contains("evidence-missing"));
    assert!(line("crm")[at("What the evidence says")].contains("contradicted"));
    assert!(line("aws")[at("To be mended")].contains("evidence-missing"));
    assert_eq!(line("aws")[at("What the evidence says")], "");
}
