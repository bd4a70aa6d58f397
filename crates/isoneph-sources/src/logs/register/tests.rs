//! What the register says reaches the logs with its services, its days and its reviewers.

use isoneph_register::Documents;

use super::*;

const DECLARED: &str = "\
kind: party
name: acme
spec: {title: Acme}
---
kind: party
name: other
spec: {title: Other}
---
kind: cloud-service
name: aws
spec: {title: AWS, model: iaas, provider: other}
---
kind: cloud-service
name: azure
spec: {title: Azure, model: iaas, provider: other}
---
kind: cloud-service
name: shop
spec: {title: Shop, model: saas, provider: acme, built-on: [aws]}
---
kind: scope
name: all
spec: {title: All, organisation: acme, accounts: [{id: \"1\", of: aws}, {id: \"2\", of: aws, serves: shop}, {id: \"3\"}]}
---
";

fn register(objects: &str) -> Register {
    let mut documents = Documents::new();
    documents.read("register.yaml", format!("{DECLARED}{objects}").as_bytes());
    Register::new(documents).expect("a register")
}

fn change(spec: &str) -> Change {
    let text = format!("kind: change\nname: c1\nspec: {{title: A change, {spec}}}\n");
    changes(&register(&text)).remove(0)
}

#[test]
fn services_are_the_accounts_that_a_scope_declares_to_be_theirs() {
    let of = |service: &str| {
        let services = change(&format!("services: [{service}]")).services.expect("services");
        ["1", "2", "3", "4"].map(|account| services.speaks_of(Some(account)))
    };
    assert_eq!(of("aws"), [Some(true), Some(true), None, None], "whose the third is nobody says");
    assert_eq!(of("azure"), [Some(false), Some(false), None, None]);
    assert_eq!(of("shop"), [None, Some(true), None, None], "it may run in another account of what it is built on");
    assert_eq!(change("calls: [network]").services, None, "of all");
}

#[test]
fn an_approval_is_given_by_somebody_on_some_time_of_its_day() {
    let approved = change("approved: [{by: Bea Silva, on: 2026-11-10}]");
    assert_eq!(approved.approved, Some(true));
    assert_eq!(approved.approved_at, Some(day_anywhere(jiff::civil::date(2026, 11, 10))));
    let by_nobody = change("approved: [{by: n/a, on: 2026-11-10}]");
    assert_eq!((by_nobody.approved, by_nobody.approvers), (Some(false), vec![]));
    assert_eq!(change("calls: [network]").approved, Some(false));
}

#[test]
fn a_review_counts_for_whoever_keeps_the_register_where_it_was_good_enough() {
    let reviews = |spec: &str| {
        let about = "title: Week, type: own, on: 2026-11-12, controls: [CLD.12.1.5]";
        let evidence = "evidence: [{title: log, from: 2026-11-09, until: 2026-11-11}]";
        let text = format!("kind: review\nname: r1\nspec: {{{about}, {evidence}, {spec}}}\n");
        declared(&register(&text)).reviews
    };
    let own = reviews("by: Bea Silva, services: [azure]").expect("reviews").remove(0);
    assert_eq!(own.held_at, Some(day_anywhere(jiff::civil::date(2026, 11, 12))));
    assert_eq!(own.services.and_then(|services| services.speaks_of(Some("1"))), Some(false));
    assert_eq!(reviews("by: Bea Silva, party: acme").map(|all| all.len()), Some(1));
    for none in ["by: Bea Silva, party: other", "by: Bea Silva, result: unsatisfactory", "by: n/a"] {
        assert_eq!(reviews(none), Some(vec![]), "{none}");
    }
}

#[test]
fn a_procedure_covers_the_services_that_its_operations_are_of() {
    let operations =
        "critical-operations: [{operation: a, calls: [network]}, {operation: b, calls: [storage], services: [aws]}]";
    let procedures = procedures(&format!("services: [azure], {IN_FORCE}, {operations}"));
    let covers: Vec<_> = procedures
        .iter()
        .map(|part| part.services.as_ref().and_then(|services| services.speaks_of(Some("1"))))
        .collect();
    assert_eq!(covers, [Some(false), Some(true)]);
}

const IN_FORCE: &str = "document: {title: D}, approved: {by: Bea Silva, on: 2026-01-01}";

/// What a procedure of the register comes to.
fn procedures(spec: &str) -> Vec<Procedure> {
    let text = format!("kind: procedure\nname: p1\nspec: {{title: P, {spec}}}\n");
    declared(&register(&text)).procedures.expect("procedures")
}

#[test]
fn a_procedure_covers_what_it_names_once_it_is_written_down_and_approved() {
    let operations = "critical-operations: [{operation: a, calls: [network]}]";
    let open = |spec: &str| procedures(&format!("{spec}, {operations}")).iter().map(|part| part.unsettled).collect();
    let (by, document) = ("approved: {by: Bea Silva, on: 2026-01-01}", "document: {title: D}");
    let cases: [(String, Vec<bool>); 6] = [
        (IN_FORCE.to_owned(), vec![false]),
        (by.to_owned(), vec![true]),
        (document.to_owned(), vec![true]),
        (format!("{document}, approved: {{by: pending, on: 2026-01-01}}"), vec![]),
        (format!("{IN_FORCE}, party: acme"), vec![false]),
        (format!("{IN_FORCE}, party: other"), vec![]),
    ];
    for (spec, expected) in cases {
        let open: Vec<bool> = open(&spec);
        assert_eq!(open, expected, "{spec}");
    }
}
