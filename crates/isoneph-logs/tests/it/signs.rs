//! From logs on disk to rows of signs: what was asked for is read of the rows alone that may be one.

use isoneph_logs::ingest::{IngestError, each_batch, each_batch_of_rows};
use isoneph_logs::reconcile::{self, BatchError};
use isoneph_logs::signs::{self, Inside, SignCatalogue, SignFinder, SignKind, Signs};
use isoneph_model::{EvidenceClass, SnapshotKind};
use isoneph_tables::{NewInput, Sink, TableId};
use serde_json::{Value, json};

use crate::support::Bench;

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error(transparent)]
    Batch(#[from] BatchError),
}

fn record(number: usize, name: &str, request: &Value) -> Value {
    record_at("2026-11-02T10:00:00Z", "eu-west-1", number, name, request)
}

fn record_at(time: &str, region: &str, number: usize, name: &str, request: &Value) -> Value {
    json!({
        "eventVersion": "1.08", "eventID": format!("e-{number}"), "eventTime": time,
        "eventSource": "ec2.amazonaws.com", "eventName": name, "awsRegion": region, "eventType": "AwsApiCall",
        "recipientAccountId": "111111111111", "managementEvent": true, "eventCategory": "Management",
        "userIdentity": { "type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/amir", "accountId": "111111111111",
                          "userName": "amir" },
        "requestParameters": request,
    })
}

fn signs_of(records: &[Value]) -> (Signs, usize) {
    let bench = Bench::new();
    bench.file("log.json", json!({ "Records": records }).to_string());
    read(&bench)
}

/// A log in which every so many records (0: none) share a snapshot; the others are no signs.
fn found(records: usize, every: usize) -> (Signs, usize) {
    let share =
        json!({ "snapshotId": "snap-1", "createVolumePermission": { "add": { "items": [{ "group": "all" }] } } });
    let one = |number: usize| match number.checked_rem(every) {
        Some(0) => record(number, "ModifySnapshotAttribute", &share),
        _ => record(number, "DescribeInstances", &json!({ "filter": format!("{number}") })),
    };
    signs_of(&(0..records).map(one).collect::<Vec<Value>>())
}

/// The signs of a folder of logs, and how many rows were read again.
fn read(bench: &Bench) -> (Signs, usize) {
    let summary = bench.ingest();
    let catalogue = SignCatalogue::shipped().unwrap();
    let mut finder = SignFinder::new(&catalogue);
    let mut read = 0;
    for part in &summary.parts {
        each_batch::<Failure>(part, signs::COLUMNS, &mut |batch| Ok(finder.mark_batch(batch)?)).unwrap();
        let columns: Vec<&str> = reconcile::COLUMNS.iter().chain(signs::MORE_COLUMNS).copied().collect();
        let marked = finder.take_marked(part);
        each_batch_of_rows::<Failure>(part, &columns, marked, &mut |batch| {
            read += batch.num_rows();
            Ok(finder.observe_batch(batch)?)
        })
        .unwrap();
    }
    for (part, rows) in finder.take_last() {
        let columns: Vec<&str> = reconcile::COLUMNS.iter().chain(signs::MORE_COLUMNS).copied().collect();
        each_batch_of_rows::<Failure>(&part, &columns, rows, &mut |batch| {
            read += batch.num_rows();
            Ok(finder.observe_batch(batch)?)
        })
        .unwrap();
    }
    (finder.finish(Inside::default()), read)
}

#[test]
fn only_rows_that_may_be_signs_are_read_again() {
    for (others, every) in [(1, 1), (3_000, 1), (20_000, 97), (20_000, 8_192)] {
        let (signs, read) = found(others, every);
        let planted = others.div_ceil(every);
        assert_eq!(read, planted, "{others} {every}");
        let rows: Vec<_> = signs.rows().iter().map(|row| (row.kind(), row.outside(), row.events())).collect();
        assert_eq!(rows, [(SignKind::DataLeaves, Ok(true), planted as u64)]);
    }
}

#[test]
fn a_log_without_signs_closes_the_table_and_one_with_some_points_at_the_record() {
    for (every, expected) in [(0, 0), (1, 1)] {
        let (signs, _) = found(2, every);
        let mut sink = Sink::default();
        let input = sink.input(NewInput {
            path: "log.json".to_owned(),
            sha256: None,
            format: "x".to_owned(),
            class: Some(EvidenceClass::Operated),
        });
        let snapshot = sink.snapshot(input, SnapshotKind::Recorded, None);
        signs.write(&mut sink, snapshot, (input, true), &mut |_, _, _| input).unwrap();
        let inventory = sink.finish().unwrap();
        let table = TableId::find("misuse_sign").unwrap();
        assert_eq!(inventory.table(table).num_rows(), expected);
        assert!(inventory.coverage.iter().any(|entry| entry.table == table), "the log was looked at");
    }
}

#[test]
fn the_first_servers_in_a_region_are_told_once_the_account_is_known_for_long() {
    let run = |time: &str, region: &str, number| record_at(time, region, number, "RunInstances", &json!({}));
    let known_for_long = [
        run("2026-10-01T10:00:00Z", "eu-west-1", 1),
        run("2026-11-01T10:00:00Z", "eu-west-1", 2),
        run("2026-11-02T10:00:00Z", "sa-east-1", 3),
        run("2026-11-02T10:00:05Z", "sa-east-1", 4),
        run("2026-11-03T10:00:00Z", "sa-east-1", 5),
    ];
    for (from, expected) in [(0, vec![("first-servers-in-region", 1)]), (1, vec![])] {
        let (signs, read) = signs_of(&known_for_long[from..]);
        assert_eq!(read, expected.len(), "nothing but the sign itself is read again");
        let rows: Vec<_> = signs.rows().iter().map(|row| (row.what(), row.events())).collect();
        assert_eq!(rows, expected);
        assert!(signs.rows().iter().all(|row| row.outside().is_err()), "it may be a new site");
    }
}
