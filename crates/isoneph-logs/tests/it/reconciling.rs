//! From a log on disk to operations that are judged: exactly what was planted comes out.

use std::collections::BTreeMap;

use isoneph_logs::changes::{ReadOptions, read};
use isoneph_logs::operations::Catalogue;
use isoneph_logs::reconcile::{Operation, Reconciler, Reconciliation, Records, write_changes};
use isoneph_model::{EvidenceClass, SnapshotKind};
use isoneph_tables::{NewInput, Sink, TableId};

use crate::plant::operations::{Planted, plant};
use crate::support::{Bench, batches};

fn records(planted: &Planted) -> Records {
    let mut changes = Vec::new();
    for (file, text) in [("changes.csv", &planted.changes), ("runs.csv", &planted.runs)] {
        let file = read(file, text.as_bytes(), &ReadOptions::default()).unwrap();
        assert_eq!((file.refused, file.unread_columns), (vec![], vec![]));
        changes.extend(file.changes);
    }
    Records { changes: Some(changes), ..Records::default() }
}

fn judged(planted: &Planted) -> Reconciliation {
    let bench = Bench::new();
    bench.file("log.json", &planted.log);
    let summary = bench.ingest();
    let catalogue = Catalogue::proposed().unwrap();
    let mut reconciler = Reconciler::new(&catalogue);
    for batch in summary.parts.iter().flat_map(|part| batches(part)) {
        reconciler.observe_batch(&batch).unwrap();
    }
    reconciler.finish(&records(planted))
}

#[test]
fn exactly_what_was_planted_comes_out() {
    for seed in [1, 2, 3] {
        let planted = plant(seed, 40);
        let reconciliation = judged(&planted);
        assert_eq!(reconciliation.seen.events, planted.events);
        let done: Vec<&Operation> = reconciliation.operations.iter().filter(|o| o.carried_out == Some(true)).collect();
        let count = |test: &dyn Fn(&Operation) -> bool| done.iter().filter(|operation| test(operation)).count() as u64;
        let mut approvals: BTreeMap<&str, u64> = BTreeMap::new();
        for operation in &done {
            *approvals.entry(operation.approval.as_ref().unwrap().how.as_str()).or_default() += 1;
        }
        assert_eq!(approvals, planted.approvals, "seed {seed}");
        assert_eq!(done.len() as u64, planted.done);
        let person = |operation: &Operation| operation.unattended == Some(false);
        assert_eq!(count(&|o| person(o) && o.mfa == Some(false)), planted.without_mfa);
        assert_eq!(count(&|o| person(o) && o.mfa.is_none()), planted.mfa_not_told);
        assert_eq!(count(&|o| o.approval.as_ref().unwrap().by_actor_alone == Some(true)), planted.own_approver);
        let failed = reconciliation.operations.iter().filter(|o| o.carried_out == Some(false));
        assert_eq!(failed.clone().count() as u64, planted.refused);
        assert_eq!(failed.filter(|o| o.half_done == Some(true)).count() as u64, planted.half_done);
        let told: u64 = reconciliation.stories.iter().map(|story| story.operations).sum();
        assert_eq!(told, planted.done + planted.refused);
    }
}

#[test]
fn every_operation_is_a_row_that_points_at_its_record() {
    let planted = plant(5, 3);
    let (reconciliation, records) = (judged(&planted), records(&planted));
    let mut sink = Sink::default();
    let input = |sink: &mut Sink, path: &str| {
        sink.input(NewInput {
            path: path.to_owned(),
            sha256: None,
            format: "x".to_owned(),
            class: Some(EvidenceClass::Operated),
        })
    };
    let log = input(&mut sink, "log.json");
    let snapshot = sink.snapshot(log, SnapshotKind::Recorded, None);
    write_changes(records.changes.as_ref().unwrap(), &[], &mut sink, snapshot, &mut |_, _| log).unwrap();
    reconciliation.write(&records, &mut sink, snapshot, &mut |_, _, _| log).unwrap();
    let inventory = sink.finish().unwrap();
    let rows = |table: &str| inventory.table(TableId::find(table).unwrap()).num_rows() as u64;
    assert_eq!(rows("critical_operation"), planted.done + planted.refused);
    assert_eq!(rows("change_record"), records.changes.unwrap().len() as u64);
}
