use isoneph_derive::Declared;
use isoneph_derive::duties::{Duty, DutyState, WorkList, duties};
use isoneph_model::Role;
use isoneph_register::Object;
use serde_json::{Value, json};

use crate::companies::{TODAY, object, proposed, row, with};

fn left() -> Object {
    row(
        "r",
        "kaisho",
        "identity",
        "shared",
        "published-document",
        json!({
            "provider-duty": "offers roles", "customer-duty": "reviews its users every quarter", "controls": ["9.2.1"],
            "due": "2026-10-01",
        }),
    )
}

fn statement(name: &str, more: Value) -> Object {
    let mut spec = json!({
        "control": "9.2.1", "applicable": true, "role": "customer", "service": "crm", "status": "implemented",
        "reviewed": "2026-06-01", "next-review": "2027-06-01", "owner": "iam-team",
    });
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    object("statement", name, spec)
}

fn of(objects: &[Object], party: &str) -> WorkList {
    duties(&Declared::new(objects), party, TODAY)
}

fn only(objects: &[Object]) -> Duty {
    let list = of(objects, "ginko");
    let all: Vec<Duty> = list.open.into_iter().chain(list.done).collect();
    assert_eq!(all.len(), 1, "{all:#?}");
    all.into_iter().next().unwrap()
}

#[test]
fn what_the_provider_leaves_to_the_customer_is_on_its_list_in_the_providers_words() {
    let duty = only(&with([left()]));
    assert_eq!(duty.duty.as_deref(), Some("reviews its users every quarter"));
    assert_eq!((duty.state, duty.role, duty.overdue), (DutyState::Unstated, Role::Customer, true));
    assert_eq!(duty.owner.as_deref(), Some("vendor-manager"));
}

#[test]
fn what_the_customer_holds_is_not_on_the_providers_list() {
    let rows = with([row("r", "kaisho", "identity", "customer", "published-document", json!({}))]);
    assert_eq!(of(&rows, "kaisho").open.len(), 0);
}

#[test]
fn a_current_statement_takes_it_off() {
    let list = of(&with([left(), statement("s", json!({}))]), "ginko");
    assert_eq!((list.open.len(), list.done.len()), (0, 1));
    assert_eq!(list.done[0].owner.as_deref(), Some("iam-team"));
}

#[test]
fn a_statement_that_says_less_leaves_it_open_and_says_why() {
    for (more, state) in [
        (json!({ "status": "planned" }), DutyState::Planned),
        (json!({ "status": "partial" }), DutyState::Partial),
        (json!({ "status": "not-implemented" }), DutyState::NotImplemented),
        (json!({ "status": "inherited" }), DutyState::NotImplemented),
        (json!({ "next-review": "2026-11-20" }), DutyState::OutOfDate),
        (json!({ "next-review": null, "reviewed": "2025-11-20" }), DutyState::OutOfDate),
        (json!({ "next-review": null, "reviewed": null }), DutyState::OutOfDate),
        (json!({ "reviewed": "2026-12-01" }), DutyState::OutOfDate),
        (json!({ "applicable": false, "exclusion": "no users", "status": null }), DutyState::Excluded),
        (json!({ "role": "provider" }), DutyState::Unstated),
        (json!({ "service": "aws" }), DutyState::Unstated),
        (json!({ "party": "kaisho" }), DutyState::Unstated),
        (json!({ "requirement": "users-registered" }), DutyState::Unstated),
    ] {
        assert_eq!(only(&with([left(), statement("s", more.clone())])).state, state, "{more}");
    }
    assert_eq!(only(&with([left(), proposed(statement("s", json!({})))])).state, DutyState::Proposed);
}

#[test]
fn a_review_without_a_next_one_holds_for_a_year() {
    let list = of(&with([left(), statement("s", json!({ "next-review": null, "reviewed": "2025-11-22" }))]), "ginko");
    assert_eq!(list.done.len(), 1);
}

#[test]
fn the_statement_for_the_service_counts_before_the_one_for_all() {
    let general = statement("a-general", json!({ "service": null }));
    let special = statement("b-special", json!({ "status": "planned" }));
    assert_eq!(only(&with([left(), general.clone(), special])).state, DutyState::Planned);
    assert_eq!(of(&with([left(), general]), "ginko").done.len(), 1);
}

#[test]
fn each_of_several_controls_needs_its_statement() {
    let two = row("r", "kaisho", "identity", "customer", "contract", json!({ "controls": ["9.2.1", "9.2.2"] }));
    let duty = only(&with([two, statement("s", json!({}))]));
    assert_eq!(duty.state, DutyState::PartlyStated);
    assert_eq!(duty.missing.iter().map(ToString::to_string).collect::<Vec<_>>(), ["9.2.2"]);
}

#[test]
fn the_partys_own_row_takes_it_on_only_with_evidence_that_speaks_of_today() {
    let own = |evidence: Value| {
        row(
            "own",
            "ginko",
            "identity",
            "customer",
            "own-reading",
            json!({
                "owner": "branch-it", "due": "2026-12-24", "evidence": evidence,
            }),
        )
    };
    let bare = only(&with([left(), own(json!([]))]));
    assert_eq!((bare.state, bare.owner.as_deref(), bare.overdue), (DutyState::Unstated, Some("branch-it"), false));
    let old = only(&with([left(), own(json!([{ "title": "review", "until": "2026-03-31" }]))]));
    assert_eq!(old.state, DutyState::Unstated);
    let current = only(&with([left(), own(json!([{ "title": "review", "until": "2026-12-31" }]))]));
    assert_eq!(current.state, DutyState::Done);
}

#[test]
fn answers_terms_and_controls_of_user_entities_leave_duties_too() {
    let objects = with([
        object(
            "answer",
            "a",
            json!({
                "service": "crm", "questionnaire": "caiq", "question": "X-01.1", "answer": "yes", "ownership": "shared",
                "customer-duty": "sets up sign-on",
            }),
        ),
        object(
            "agreement",
            "contract",
            json!({
                "title": "Contract", "provider": "kaisho", "customer": "ginko", "services": ["crm"],
                "terms": [{ "topic": "exit", "clause": "9", "holder": "customer", "text": "fetches its data" }],
            }),
        ),
        object(
            "assurance",
            "soc2",
            json!({
                "title": "SOC 2", "type": "attestation-report", "holder": "kaisho", "services": ["crm"],
                "report": {
                    "period": { "from": "2025-07-01", "until": "2026-06-30" },
                    "complementary-controls": [{ "id": "CUEC-3", "duty": "removes leavers" }],
                },
            }),
        ),
    ]);
    let duties: Vec<Option<String>> = of(&objects, "ginko").open.into_iter().map(|duty| duty.duty).collect();
    let duty = |text: &str| Some(text.to_owned());
    assert_eq!(duties, [duty("sets up sign-on"), duty("fetches its data"), duty("removes leavers")]);
}

#[test]
fn what_a_service_below_leaves_to_its_customer_is_the_duty_of_the_provider_built_on_it() {
    let objects = with([object(
        "responsibility",
        "below",
        json!({
            "service": "aws", "area": "backup", "holder": "customer", "stated-by": "aws", "customer-duty": "turns it on",
        }),
    )]);
    assert_eq!(of(&objects, "kaisho").open[0].duty.as_deref(), Some("turns it on"));
    assert_eq!(of(&objects, "ginko").open.len(), 0);
}

#[test]
fn what_a_customer_leaves_to_its_provider_is_on_the_providers_list() {
    let objects = with([row("ours", "ginko", "backup", "provider", "contract", json!({ "provider-duty": "copies" }))]);
    let list = of(&objects, "kaisho");
    assert_eq!((list.open[0].role, list.open[0].duty.as_deref()), (Role::Provider, Some("copies")));
}

#[test]
fn what_holds_for_another_customer_is_not_on_the_list() {
    let objects = with([
        object("party", "other", json!({ "title": "Other" })),
        row("r", "kaisho", "backup", "customer", "contract", json!({ "customer": "other" })),
    ]);
    assert_eq!(of(&objects, "ginko").open.len(), 0);
}
