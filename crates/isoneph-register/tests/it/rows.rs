//! The register as tables.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use isoneph_model::EvidenceClass;
use isoneph_register::{register_tables, write_rows};
use isoneph_tables::{CoverageAnswer, Inventory, Scope, Sink, TableId};

use crate::{EVERY_KIND, register};

fn inventory(text: &str) -> Inventory {
    let mut sink = Sink::default();
    write_rows(&register(text), None, &mut sink).unwrap();
    sink.finish().unwrap()
}

fn texts(inventory: &Inventory, table: &str, column: &str) -> Vec<Option<String>> {
    let id = TableId::find(table).unwrap();
    let batch = inventory.table(id);
    let column = batch.column(id.def().column_index(column).unwrap()).as_string::<i32>();
    (0..column.len()).map(|row| column.is_valid(row).then(|| column.value(row).to_owned())).collect()
}

#[test]
fn one_object_of_every_kind_fills_every_table() {
    let inventory = inventory(EVERY_KIND);
    let counts = inventory.row_counts();
    let counts: BTreeMap<&str, usize> = register_tables().map(|table| (table.def().name, counts[&table])).collect();
    let empty: Vec<_> = counts.iter().filter(|(_, count)| **count == 0).collect();
    assert!(empty.is_empty(), "{empty:?}");
    assert_eq!(counts["cloud_service"], 2);
    assert_eq!(counts["obligation"], 2, "an obligation that names no service reaches every one");
    assert_eq!(counts["agreement"], 1);
}

#[test]
fn what_is_not_said_is_a_value_and_what_nobody_looked_at_is_not() {
    let inventory = inventory(EVERY_KIND);
    assert_eq!(texts(&inventory, "party", "legal_name")[1], Some(String::new()), "the bank's is not said");
    let status = texts(&inventory, "assurance", "status");
    assert_eq!(status, [Some("valid".to_owned()), None], "nobody looked how the report stands");
}

#[test]
fn a_certificate_with_its_document_is_assured_and_the_rest_is_asserted() {
    let inventory = inventory(EVERY_KIND);
    let table = TableId::find("assurance").unwrap();
    let rows = inventory.table(table).column(2).as_primitive::<arrow::datatypes::Int64Type>();
    let classes: Vec<_> =
        rows.values().iter().map(|row| inventory.class(isoneph_model::RowId::from_column(*row).unwrap())).collect();
    assert_eq!(classes, [Some(EvidenceClass::Assured), Some(EvidenceClass::Asserted)], "the report has no document");
}

#[test]
fn drafts_have_no_rows_and_are_told() {
    let text = "kind: party\nname: a\nproposed: true\nspec: {title: A}\n---\nkind: party\nname: b\nspec: {title: B}\n";
    let inventory = inventory(text);
    assert_eq!(texts(&inventory, "party", "name"), [Some("b".to_owned())]);
    assert_eq!(inventory.inputs[0].notes, ["1 drafts (`proposed`) claim nothing"]);
}

#[test]
fn a_register_closes_its_tables_and_without_one_they_are_open() {
    let with = inventory("kind: party\nname: b\nspec: {title: B}\n");
    let without = Sink::default().finish().unwrap();
    let table = TableId::find("disclosure").unwrap();
    let ask = |inventory: &Inventory| CoverageAnswer::ask(&inventory.coverage, table, 0, &Scope::default());
    assert_eq!(ask(&with), CoverageAnswer::Closed);
    assert_eq!(ask(&without), CoverageAnswer::None);
}

#[test]
fn an_operation_is_told_by_the_procedure_of_the_services_provider_that_customers_can_read() {
    let inventory = inventory(
        "kind: scope\nname: isms\nspec: {title: S, organisation: us, services: [desk]}\n---\n\
         kind: party\nname: us\nspec: {title: Us}\n---\nkind: party\nname: you\nspec: {title: You}\n---\n\
         kind: cloud-service\nname: desk\nspec:\n  title: Desk\n  model: saas\n  provider: us\n\
         \x20 critical-operations: [{operation: Delete a workspace}, {operation: restore}, {operation: end}]\n---\n\
         kind: procedure\nname: internal\nspec: {title: I, audience: internal, document: {title: Runbook}, \
         critical-operations: [{operation: delete a workspace}, {operation: restore}]}\n---\n\
         kind: procedure\nname: public\nspec: {title: P, audience: public, document: {title: Guide}, \
         critical-operations: [{operation: delete a workspace}]}\n---\n\
         kind: procedure\nname: theirs\nspec: {title: T, party: you, audience: public, document: {title: Theirs}, \
         critical-operations: [{operation: end}]}\n---\n\
         kind: procedure\nname: draft\nproposed: true\nspec: {title: D, audience: public, document: {title: Draft}, \
         critical-operations: [{operation: end}]}\n",
    );
    let documents: Vec<String> = texts(&inventory, "service_operation", "document").into_iter().flatten().collect();
    assert_eq!(documents, ["Guide", "Runbook", ""]);
}

#[test]
fn every_row_points_at_the_line_of_its_object() {
    let inventory = inventory(EVERY_KIND);
    for table in register_tables() {
        let rows = inventory.table(table).column(2).as_primitive::<arrow::datatypes::Int64Type>();
        for row in rows.values() {
            let place = inventory.place(isoneph_model::RowId::from_column(*row).unwrap()).unwrap();
            let line: usize = place.locator.as_str().strip_prefix("register.yaml:").unwrap().parse().unwrap();
            assert!(EVERY_KIND.lines().nth(line - 1).unwrap().starts_with("kind: "), "{}", place.locator);
        }
    }
}
