use isoneph_derive::Declared;
use isoneph_derive::responsibilities::{Finding, FindingCode, Matrix, RowDifference, RowStanding, compare, matrix};
use isoneph_register::Object;
use isoneph_register::kinds::Holder;
use proptest::prelude::*;
use serde_json::json;

use crate::companies::{object, proposed, row, with};

fn crm(objects: &[Object]) -> Matrix {
    matrix(&Declared::new(objects), "crm").unwrap()
}

/// What is wrong, apart from areas nobody has written yet and agreements nobody has given.
fn wrong(objects: &[Object]) -> Vec<(FindingCode, Option<String>)> {
    let beside = [FindingCode::AreaMissing, FindingCode::NeverAgreed];
    let findings = crm(objects).findings;
    findings.into_iter().filter(|finding| !beside.contains(&finding.code)).map(|f| (f.code, f.area)).collect()
}

fn one(objects: &[Object], code: FindingCode) -> Finding {
    let found: Vec<Finding> = crm(objects).findings.into_iter().filter(|finding| finding.code == code).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

fn area(code: FindingCode, area: &str) -> (FindingCode, Option<String>) {
    (code, Some(area.to_owned()))
}

#[test]
fn a_service_in_use_without_a_split_is_found() {
    assert_eq!(wrong(&with([])), [(FindingCode::ServiceWithoutMatrix, None)]);
}

#[test]
fn a_draft_holds_nothing() {
    let draft = proposed(row("r", "kaisho", "backup", "provider", "published-document", json!({})));
    assert_eq!(wrong(&with([draft.clone()])), [(FindingCode::ServiceWithoutMatrix, None)]);
    let other = row("s", "kaisho", "exit", "provider", "published-document", json!({}));
    assert_eq!(wrong(&with([draft, other])), [area(FindingCode::NobodyHolds, "backup")]);
}

#[test]
fn one_published_holder_is_settled() {
    let rows = with([row("r", "kaisho", "backup", "provider", "published-document", json!({}))]);
    assert_eq!(wrong(&rows), []);
    assert_eq!(
        (crm(&rows).rows[0].holder, crm(&rows).rows[0].standing),
        (Some(Holder::Provider), RowStanding::Settled)
    );
}

#[test]
fn an_area_that_each_leaves_to_the_other_is_held_by_nobody() {
    let rows = with([
        row("theirs", "kaisho", "backup", "customer", "published-document", json!({})),
        row("ours", "ginko", "backup", "provider", "own-reading", json!({})),
    ]);
    assert_eq!(wrong(&rows), [area(FindingCode::NobodyHolds, "backup")]);
    assert_eq!(one(&rows, FindingCode::NobodyHolds).facts["why"], "left-to-each-other");
}

#[test]
fn an_area_that_each_takes_on_alone_is_held_by_both() {
    let rows = with([
        row("theirs", "kaisho", "backup", "provider", "published-document", json!({})),
        row("ours", "ginko", "backup", "customer", "own-reading", json!({})),
    ]);
    assert_eq!(wrong(&rows), [area(FindingCode::BothHold, "backup")]);
}

#[test]
fn contract_document_and_answer_are_held_against_each_other() {
    let rows = with([
        row("page", "kaisho", "key-management", "provider", "published-document", json!({})),
        object(
            "answer",
            "a",
            json!({
                "service": "crm", "questionnaire": "caiq", "question": "X-01.1", "answer": "yes", "ownership": "shared",
                "area": "Key management", "implementation": "keeps keys", "customer-duty": "rotates keys",
            }),
        ),
        object(
            "agreement",
            "contract",
            json!({
                "title": "Contract", "provider": "kaisho", "customer": "ginko", "services": ["crm"],
                "terms": [{ "topic": "key-management", "clause": "7.2", "holder": "customer", "text": "brings its keys" }],
            }),
        ),
    ]);
    // The page and the answer differ for every customer; for this one there is a contract besides.
    let found = crm(&rows).findings.into_iter().filter(|finding| finding.code == FindingCode::SeenDifferently);
    let (general, own): (Vec<_>, Vec<_>) = found.partition(|finding| finding.customer.is_none());
    assert_eq!(general[0].facts["holders"], "provider (published-document); shared (questionnaire-answer)");
    let found = &own[0];
    assert_eq!(
        found.facts["holders"],
        "provider (published-document); customer (contract); shared (questionnaire-answer)"
    );
    assert_eq!(found.sources.len(), 3);
}

#[test]
fn an_own_reading_alone_is_not_settled_and_does_not_dispute_a_document() {
    let alone = with([row(
        "ours",
        "ginko",
        "logging",
        "shared",
        "own-reading",
        json!({
            "provider-duty": "keeps", "customer-duty": "reads",
        }),
    )]);
    assert_eq!(wrong(&alone), [area(FindingCode::OwnReadingOnly, "logging")]);
    let both = with([
        row("ours", "ginko", "logging", "provider", "own-reading", json!({})),
        row(
            "page",
            "kaisho",
            "logging",
            "shared",
            "published-document",
            json!({
                "provider-duty": "keeps", "customer-duty": "reads",
            }),
        ),
    ]);
    assert_eq!(wrong(&both), []);
}

#[test]
fn shared_needs_both_duties_told() {
    let rows = with([row("r", "kaisho", "backup", "shared", "contract", json!({ "provider-duty": "daily copies" }))]);
    assert_eq!(one(&rows, FindingCode::SharedWithoutDuties).facts["missing"], "customer");
}

#[test]
fn an_older_version_that_was_agreed_to_is_found_and_the_same_one_written_otherwise_is_not() {
    let agreed = |version: &str| {
        with([row(
            "r",
            "kaisho",
            "backup",
            "provider",
            "published-document",
            json!({
                "version": "1.10", "agreed": [{ "party": "ginko", "version": version, "on": "2026-01-01" }],
            }),
        )])
    };
    assert_eq!(wrong(&agreed("v1.10")), []);
    let found = one(&agreed("1.9"), FindingCode::AgreedToOtherVersion);
    assert_eq!((found.facts["order"].as_str(), found.facts["current"].as_str()), ("older", "1.10"));
}

#[test]
fn a_promise_slower_than_the_customers_clock_is_found_and_the_better_of_two_counts() {
    let clock = object(
        "obligation",
        "dora",
        json!({
            "title": "Incident reporting", "party": "ginko", "topic": "incident-notice", "clock-hours": 24,
        }),
    );
    let page = row(
        "r",
        "kaisho",
        "incident-response",
        "provider",
        "published-document",
        json!({
            "incident": { "reported": "all", "disclosure": "full", "notice-hours": 72, "procedure": "p", "remedies": "r",
                "contact": "soc" },
        }),
    );
    let slow = with([clock.clone(), page.clone()]);
    let found = one(&slow, FindingCode::PromiseSlowerThanClock);
    assert_eq!((found.facts["promised-hours"].as_str(), found.facts["clock-hours"].as_str()), ("72", "24"));
    let contract = object(
        "agreement",
        "contract",
        json!({
            "title": "Contract", "provider": "kaisho", "customer": "ginko", "services": ["crm"],
            "promises": [{ "topic": "incident-notice", "hours": 12 }],
        }),
    );
    assert_eq!(wrong(&with([clock.clone(), page, contract])), []);
    let silent = row("r", "kaisho", "backup", "provider", "published-document", json!({}));
    assert_eq!(wrong(&with([clock, silent])), [(FindingCode::NoPromiseForClock, None)]);
}

#[test]
fn the_facts_about_incidents_that_are_not_told_are_named() {
    let rows = with([row(
        "r",
        "kaisho",
        "incident-response",
        "provider",
        "published-document",
        json!({
            "incident": { "reported": "all", "notice-hours": 24 },
        }),
    )]);
    assert_eq!(
        one(&rows, FindingCode::IncidentFactsMissing).facts["missing"],
        "disclosure, procedure, contact, remedies"
    );
}

#[test]
fn areas_that_services_of_the_kind_have_are_asked_for() {
    let rows = with([row("r", "kaisho", "backup", "provider", "published-document", json!({}))]);
    let missing: Vec<String> = crm(&rows)
        .findings
        .into_iter()
        .filter(|finding| finding.code == FindingCode::AreaMissing)
        .filter_map(|finding| finding.area)
        .collect();
    assert!(missing.contains(&"exit".to_owned()) && !missing.contains(&"backup".to_owned()));
}

#[test]
fn two_matrices_are_compared_area_by_area() {
    let one = with([
        row("a", "kaisho", "backup", "provider", "published-document", json!({ "provider-duty": "daily  copies" })),
        row("b", "kaisho", "logging", "provider", "published-document", json!({})),
        row("c", "kaisho", "exit", "provider", "published-document", json!({})),
    ]);
    let two = with([
        row("a", "kaisho", "backup", "provider", "published-document", json!({ "provider-duty": "daily copies" })),
        row("b", "kaisho", "logging", "customer", "published-document", json!({})),
        row("d", "kaisho", "identity", "customer", "published-document", json!({})),
    ]);
    let differences: Vec<(String, RowDifference)> =
        compare(&crm(&one), &crm(&two)).rows.into_iter().map(|row| (row.area, row.difference)).collect();
    assert_eq!(
        differences,
        [
            ("backup".to_owned(), RowDifference::Same),
            ("exit".to_owned(), RowDifference::OnlyFirst),
            ("identity".to_owned(), RowDifference::OnlySecond),
            ("logging".to_owned(), RowDifference::Holder),
        ]
    );
}

fn any_rows() -> impl Strategy<Value = Vec<Object>> {
    let holders = prop::sample::select(vec!["provider", "customer", "shared", "third-party", "nobody"]);
    let bases = prop::sample::select(vec!["contract", "published-document", "questionnaire-answer", "own-reading"]);
    let parties = prop::sample::select(vec!["kaisho", "ginko"]);
    let areas = prop::sample::select(vec!["backup", "exit", "logging"]);
    let one = (parties, areas, holders, bases, any::<bool>());
    prop::collection::vec(one, 0..8).prop_map(|rows| {
        let rows = rows.into_iter().enumerate().map(|(i, (party, area, holder, basis, draft))| {
            let row = row(&format!("r{i}"), party, area, holder, basis, json!({}));
            if draft { proposed(row) } else { row }
        });
        with(rows)
    })
}

proptest! {
    #[test]
    fn a_matrix_compared_with_itself_has_no_difference(objects in any_rows()) {
        let matrix = crm(&objects);
        let comparison = compare(&matrix, &matrix);
        let same = [RowDifference::Same, RowDifference::Undecided];
        prop_assert!(comparison.rows.iter().all(|row| same.contains(&row.difference)));
    }

    #[test]
    fn the_order_of_objects_does_not_matter(objects in any_rows(), seed in any::<u64>()) {
        let mut shuffled = objects.clone();
        shuffled.sort_by_key(|object| object.name.bytes().fold(seed, |hash, byte| hash.rotate_left(9) ^ u64::from(byte)));
        prop_assert_eq!(crm(&objects), crm(&shuffled));
    }

    #[test]
    fn an_area_without_a_single_holder_always_has_a_finding(objects in any_rows()) {
        let matrix = crm(&objects);
        for row in matrix.rows.iter().filter(|row| matches!(row.holder, None | Some(Holder::Nobody))) {
            let found = matrix.findings.iter().any(|finding| {
                finding.area.as_deref() == Some(&row.area) || finding.code == FindingCode::ServiceWithoutMatrix
            });
            prop_assert!(found, "{} has no holder and no finding", row.area);
        }
    }
}
