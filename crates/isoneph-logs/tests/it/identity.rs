//! The identity of an event is what its log claims: what says something else is another event.

use std::collections::BTreeSet;

use isoneph_logs::ingest::{Options, Summary};
use isoneph_logs::operations::Catalogue;
use isoneph_logs::reconcile::{Reconciler, Records};
use proptest::prelude::*;

use crate::support::{Bench, batches, column, event, gzip, options, records};

const ACCOUNT: &str = "111122223333";
const DAY: &str = "2026-11-02T10:00:00Z";

/// Records with one identity that say different things, as named.
fn saying(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| event("e1", ACCOUNT, DAY).replace("DeleteVolume", name)).collect()
}

/// Identities and operations of the rows, sorted.
fn kept(summary: &Summary) -> Vec<(String, String)> {
    let mut rows: Vec<_> = column(&summary.parts, "uid").into_iter().zip(column(&summary.parts, "operation")).collect();
    rows.sort();
    rows
}

#[test]
fn records_with_one_identity_that_say_different_things_are_all_kept() {
    let bench = Bench::new();
    bench.file("a.json", records(&saying(&["DescribeVpcs", "StopLogging", "StopLogging", "RunInstances"])));
    let summary = bench.ingest();
    let totals = &summary.totals;
    assert_eq!((summary.added, totals.duplicates, totals.conflicts), (3, 1, 2));
    assert_eq!(summary.conflicts, ["aws/111122223333/e1"]);
    let (mut uids, mut operations): (Vec<_>, Vec<_>) = kept(&summary).into_iter().unzip();
    operations.sort();
    assert_eq!(operations, ["DescribeVpcs", "RunInstances", "StopLogging"]);
    uids.dedup();
    assert_eq!(uids.len(), 3, "{uids:?}");
    assert_eq!(column(&summary.parts, "native_id"), ["e1"; 3], "what the log says stays as it is");
}

#[test]
fn a_record_that_was_spaced_otherwise_is_the_same_event() {
    let compact = event("e1", ACCOUNT, DAY);
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&compact).unwrap()).unwrap();
    assert_ne!(compact, pretty);
    let bench = Bench::new();
    bench.file("a.json", compact);
    bench.file("b.json", pretty.as_str());
    let summary = bench.ingest();
    assert_eq!((summary.added, summary.totals.duplicates, summary.totals.conflicts), (1, 1, 0));
    bench.file("c.json", pretty.replace("  ", "\t"));
    assert_eq!(bench.ingest().added, 0, "a store knows it again");
}

#[test]
fn a_request_that_takes_the_audit_id_of_another_does_not_hide_it() {
    let stage = |verb: &str, resource: &str| {
        format!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a","stage":"ResponseComplete","verb":"{verb}","level":"Metadata","objectRef":{{"resource":"namespaces","name":"{resource}"}},"responseStatus":{{"code":200}},"stageTimestamp":"{DAY}"}}"#
        )
    };
    let bench = Bench::new();
    bench.file("audit.log", [stage("get", "dev"), stage("delete", "prod"), stage("delete", "prod")].join("\n"));
    let summary = bench.ingest();
    let mut names = column(&summary.parts, "operation_name");
    names.sort();
    assert_eq!(names, ["namespaces:delete", "namespaces:get"]);
    assert_eq!((summary.totals.duplicates, summary.totals.conflicts), (1, 1));
}

#[test]
fn no_critical_operation_is_hidden_by_one_of_its_identity_on_that_day_or_another() {
    let critical =
        |name: &str, day: &str| event("e1", ACCOUNT, &format!("2026-11-{day}T10:00:00Z")).replace("DeleteVolume", name);
    let bench = Bench::new();
    let all =
        [("DeleteVolume", "02"), ("TerminateInstances", "02"), ("DescribeVolumes", "02"), ("DeleteSnapshot", "03")];
    bench.file("a.json", records(&all.map(|(name, day)| critical(name, day))));
    let summary = bench.ingest();
    let catalogue = Catalogue::proposed().unwrap();
    let mut reconciler = Reconciler::new(&catalogue);
    // Given twice, each counts once.
    for batch in summary.parts.iter().chain(&summary.parts).flat_map(|part| batches(part)) {
        reconciler.observe_batch(&batch).unwrap();
    }
    let reconciled = reconciler.finish(&Records::default());
    assert_eq!(reconciled.seen.conflicts, 1, "of the other day: those of one day were told apart before");
    let operations = reconciled.operations;
    let mut names: Vec<String> = operations.iter().map(|operation| operation.name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["ec2:deletesnapshot", "ec2:deletevolume", "ec2:terminateinstances"]);
    let uids: BTreeSet<&str> = operations.iter().map(|operation| &*operation.uid).collect();
    assert_eq!(uids.len(), 3, "{uids:?}");
}

#[test]
fn what_was_kept_is_known_again_in_later_runs() {
    let bench = Bench::new();
    bench.file("a.json", records(&saying(&["DescribeVpcs", "StopLogging"])));
    let first = kept(&bench.ingest());
    bench.file("b.json", records(&saying(&["StopLogging", "RunInstances", "DescribeVpcs"])));
    let second = bench.ingest();
    assert_eq!((second.added, second.totals.duplicates, second.totals.conflicts), (1, 2, 1));
    let all = kept(&second);
    assert_eq!(all.len(), 3);
    assert!(first.iter().all(|row| all.contains(row)), "rows keep their identity: {first:?} {all:?}");
    let before = bench.store_files();
    bench.file("c.json", records(&saying(&["RunInstances", "StopLogging"])) + "\n");
    assert_eq!((bench.ingest().added, bench.ingest().added), (0, 0));
    let parts = |files: &[(String, Vec<u8>)]| files.iter().filter(|file| file.0.ends_with(".parquet")).count();
    assert_eq!(parts(&bench.store_files()), parts(&before));
}

#[test]
fn an_event_that_was_delivered_twice_counts_once() {
    let name = |minute: u32| {
        let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2026/11/02");
        format!("{folder}/{ACCOUNT}_CloudTrail_eu-west-1_20261102T10{minute:02}Z_x{minute}.json.gz")
    };
    let bench = Bench::new();
    bench.file(&name(5), gzip(records(&[event("e1", ACCOUNT, DAY), event("e2", ACCOUNT, DAY)]).as_bytes()));
    bench.file(&name(10), gzip(records(&[event("e1", ACCOUNT, DAY), event("e3", ACCOUNT, DAY)]).as_bytes()));
    let first = bench.ingest();
    assert_eq!((first.added, first.totals.duplicates, first.totals.conflicts), (3, 1, 0));
    bench.file(&name(15), gzip(records(&[event("e1", ACCOUNT, DAY), event("e4", ACCOUNT, DAY)]).as_bytes()));
    let second = bench.ingest();
    assert_eq!((second.added, second.totals.duplicates, second.totals.conflicts), (1, 1, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn no_order_of_files_hides_or_renames_a_record(
        said in prop::collection::vec((0_u32..6, 0_u32..4), 1..60),
        files in 1_usize..5,
        memory in prop_oneof![Just(0_usize), Just(60_000), Just(1 << 24)],
    ) {
        let all: Vec<String> = said
            .iter()
            .map(|(id, what)| event(&format!("e{id}"), ACCOUNT, DAY).replace("DeleteVolume", &format!("Do{what}")))
            .collect();
        let mut distinct = said.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let at_once = |all: &[String]| {
            let bench = Bench::new();
            for (number, piece) in all.chunks(all.len().div_ceil(files)).enumerate() {
                bench.file(&format!("{number}.json"), records(piece));
            }
            bench.try_ingest(&[bench.input()], &Options { memory, ..options() }).map(|summary| kept(&summary)).unwrap()
        };
        let forward = at_once(&all);
        prop_assert_eq!(forward.len(), distinct.len());
        let backward: Vec<String> = all.iter().rev().cloned().collect();
        prop_assert_eq!(&forward, &at_once(&backward));
        let runs = Bench::new();
        let mut last = None;
        for (number, piece) in all.chunks(all.len().div_ceil(files)).enumerate() {
            runs.file(&format!("{number}.json"), records(piece));
            last = Some(runs.ingest());
        }
        let rows = kept(&last.unwrap());
        prop_assert_eq!(rows.len(), distinct.len());
        let mut uids: Vec<&String> = rows.iter().map(|row| &row.0).collect();
        uids.dedup();
        prop_assert_eq!(uids.len(), rows.len());
    }
}

/// The same event as Security Lake translates it.
fn translated(change: (&str, &str)) -> String {
    let record = r#"{"class_uid":6003,"class_name":"API Activity","time":1793613600000,"metadata":{"uid":"e1","product":{"name":"CloudTrail","vendor_name":"AWS"},"event_code":"AwsServiceEvent"},"api":{"operation":"DeleteVolume","service":{"name":"ec2.amazonaws.com"}},"cloud":{"provider":"AWS","region":"eu-west-1"},"status_id":1,"actor":{"invoked_by":"x.amazonaws.com"},"unmapped":{"recipientAccountId":"111122223333"}}"#;
    record.replace(change.0, change.1)
}

#[test]
fn an_event_that_is_there_in_two_forms_counts_once() {
    let native = records(&[event("e1", ACCOUNT, DAY)]);
    for (change, kept, conflicts) in [
        (("", ""), 1, 0),
        (("\"class_name\":\"API Activity\",", ""), 1, 0),
        (("1793613600000", "1793613600250"), 1, 0),
        // What says something else is another event.
        (("DeleteVolume", "CreateVolume"), 2, 1),
        (("\"status_id\":1", "\"status_id\":2"), 2, 1),
        (("1793613600000", "1793613660000"), 2, 1),
    ] {
        let translated = translated(change);
        for [first, second] in [[&native, &translated], [&translated, &native]] {
            let bench = Bench::new();
            bench.file("a.json", first);
            bench.file("b.json", second);
            let summary = bench.ingest();
            let totals = &summary.totals;
            assert_eq!((summary.events, totals.conflicts), (kept, conflicts), "{change:?}");
            let known = column(&summary.parts, "native_type");
            assert!(kept > 1 || known != ["API Activity"], "the record of the cloud itself is kept: {known:?}");

            let bench = Bench::new();
            bench.file("a.json", first);
            bench.ingest();
            bench.file("b.json", second);
            assert_eq!(bench.ingest().events, kept, "in two runs: {change:?}");
        }
    }
}
