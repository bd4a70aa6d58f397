//! A store keeps what was read once, whatever happens in between.

use std::path::{Path, PathBuf};

use isoneph_logs::ingest::{FileStatus, IngestError, Manifest, Options, sources_of};
use isoneph_model::RowId;
use isoneph_tables::schema::AuditEvent;
use isoneph_tables::{Attribution, Row};
use proptest::prelude::*;

use crate::support::{Bench, batches, column, event, gzip, options, records};

const DAY: &str = "2026-11-02T10:00:00Z";

#[test]
fn a_part_has_the_schema_of_the_table() {
    let bench = Bench::new();
    bench.file("a.json", records(&[event("e1", "111122223333", DAY)]));
    let summary = bench.ingest();
    let schema = AuditEvent::table().def().schema();
    assert!(summary.parts.iter().flat_map(|part| batches(part)).all(|batch| batch.schema() == schema));
    let rows: Vec<String> = column(&summary.parts, "row");
    assert_eq!(rows, [RowId::new(AuditEvent::table().ordinal(), 0).unwrap().column().to_string()]);
}

#[test]
fn the_same_file_counts_once_under_any_name_and_in_any_run() {
    let bench = Bench::new();
    let events: Vec<String> = (0..50).map(|i| event(&format!("e{i}"), "111122223333", DAY)).collect();
    bench.file("a.json", records(&events));
    bench.file("deep/er/b.json", records(&events));
    let first = bench.ingest();
    assert_eq!((first.added, first.totals.files_read, first.totals.files_known), (50, 1, 1));
    let before = bench.store_files();
    let second = bench.ingest();
    assert_eq!((second.added, second.events, second.totals.files_known), (0, 50, 2));
    assert_eq!(bench.store_files(), before, "nothing new: not a byte changes");
}

#[test]
fn a_copy_of_what_is_no_log_is_no_log_either() {
    let bench = Bench::new();
    bench.file("east/VpnGateways.json", br#"{"VpnGateways": []}"#);
    bench.file("west/VpnGateways.json", br#"{"VpnGateways": []}"#);
    bench.file("a.json", records(&[event("e1", "111122223333", DAY)]));
    let totals = bench.ingest().totals;
    assert_eq!((totals.files_read, totals.files_skipped, totals.files_known), (1, 2, 0));
}

#[test]
fn the_same_event_counts_once_in_any_file_and_run() {
    let bench = Bench::new();
    let events: Vec<String> = (0..50).map(|i| event(&format!("e{i}"), "111122223333", DAY)).collect();
    bench.file("a.json", records(&events[..30]));
    bench.file("b.json.gz", gzip(events[20..40].join("\n").as_bytes()));
    let first = bench.ingest();
    assert_eq!((first.added, first.totals.duplicates, first.totals.conflicts), (40, 10, 0));
    bench.file("c.json", records(&events[35..]));
    let second = bench.ingest();
    assert_eq!((second.added, second.events, second.totals.duplicates), (10, 50, 5));
    let mut ids = column(&second.parts, "native_id");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 50);
    let mut numbers = column(&second.parts, "row");
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 50, "row numbers go on where the run before ended");
}

#[test]
fn events_of_unknown_time_or_account_are_kept_apart() {
    let bench = Bench::new();
    let odd = event("e1", "", "sometime");
    bench.file("a.json", records(&[odd, event("e2", "../../etc", "2199-01-01T00:00:00Z")]));
    let summary = bench.ingest();
    assert_eq!(summary.added, 2);
    let store = bench.store().canonicalize().unwrap();
    assert!(summary.parts.iter().all(|part| part.canonicalize().unwrap().starts_with(&store)));
    let manifest = Manifest::load(&bench.store()).unwrap().unwrap();
    let days: Vec<&str> = manifest.parts.iter().map(|part| part.day.as_str()).collect();
    assert_eq!(days, ["2199-01-01", "unknown"]);
    assert_eq!(column(&summary.parts, "time"), ["2199-01-01T00:00:00", "NULL"]);
    assert_eq!(column(&summary.parts, "account"), ["../../etc", "NULL"]);
}

#[test]
fn what_an_interrupted_run_left_is_removed_and_what_was_committed_stays() {
    let bench = Bench::new();
    bench.file("a.json", records(&[event("e1", "111122223333", DAY)]));
    bench.ingest();
    let before = bench.store_files();
    let folder = bench.store().join("aws/111122223333/2026-11-02");
    let digest = "0".repeat(32);
    std::fs::write(folder.join(format!("part-{digest}.parquet")), "half").unwrap();
    std::fs::write(folder.join(".tmpabc"), "half").unwrap();
    std::fs::write(bench.store().join(format!("files-{digest}.jsonl")), "half").unwrap();
    std::fs::write(bench.store().join("notes.txt"), "of the user").unwrap();
    let again = bench.ingest();
    assert_eq!(again.events, 1);
    let mut expected = before;
    expected.push(("notes.txt".to_owned(), b"of the user".to_vec()));
    expected.sort();
    assert_eq!(bench.store_files(), expected);
}

#[test]
fn one_event_ten_thousand_times_takes_no_memory_and_counts_once() {
    let bench = Bench::new();
    let again = event("e1", "111122223333", DAY) + "\n";
    let other = again.replace("DeleteVolume", "DescribeVolumes");
    bench.file("a.json", again.repeat(9_000) + &other.repeat(1_000) + &event("e2", "111122223333", DAY));
    let summary = bench.try_ingest(&[bench.input()], &Options { memory: 100_000, ..options() }).unwrap();
    let totals = &summary.totals;
    assert_eq!((summary.added, totals.duplicates, totals.conflicts), (3, 9_998, 1));
}

#[test]
fn a_folder_that_holds_other_things_is_left_alone() {
    let bench = Bench::new();
    bench.file("a.json", records(&[event("e1", "111122223333", DAY)]));
    std::fs::create_dir(bench.store()).unwrap();
    std::fs::write(bench.store().join("part-1.parquet"), "of the user").unwrap();
    let error = bench.try_ingest(&[bench.input()], &options()).unwrap_err();
    assert!(matches!(error, IngestError::NotEmpty(_)), "{error}");
    assert_eq!(bench.store_files(), [("part-1.parquet".to_owned(), b"of the user".to_vec())]);
}

#[test]
fn what_is_rejected_is_told_in_every_run_and_kept_once() {
    let bench = Bench::new();
    bench.file("bad.json", "{\"Records\":[{]");
    assert_eq!(bench.ingest().totals.files_rejected, 1);
    let before = bench.store_files();
    assert_eq!(bench.ingest().totals.files_rejected, 1);
    assert_eq!(bench.store_files(), before);
    bench.file("worse.json", "{\"Records\":[{\"a\"");
    assert_eq!(bench.ingest().totals.files_rejected, 2);
    assert_ne!(bench.store_files(), before);
}

#[test]
fn what_was_rejected_of_a_file_is_told_again_when_it_comes_back() {
    let bench = Bench::new();
    let bad = r#"{"eventVersion":"1.10","eventTime":"2026-11-02T10:00:00Z"}"#.to_owned();
    bench.file("a.json", records(&[event("e1", "111122223333", DAY), bad]));
    bench.file("b.json", records(&[event("e2", "111122223333", DAY)]));
    let told = |summary: &isoneph_logs::ingest::Summary| {
        let problems = summary.problems.iter();
        problems.map(|entry| (entry.status, entry.rejects.len())).collect::<Vec<_>>()
    };
    assert_eq!(told(&bench.ingest()), [(FileStatus::Partial, 1)]);
    let before = bench.store_files();
    let again = bench.ingest();
    assert_eq!((told(&again), again.totals.files_known), (vec![(FileStatus::Known, 1)], 2));
    assert_eq!(bench.store_files(), before);
}

#[test]
fn a_store_that_was_changed_is_not_read_and_says_which_file() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 3] = [
        (".parquet", |path| {
            let mut bytes = std::fs::read(path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(path, bytes).unwrap();
        }),
        (".parquet", |path| std::fs::remove_file(path).unwrap()),
        (".jsonl", |path| std::fs::remove_file(path).unwrap()),
    ];
    for (end, damage) in damages {
        let bench = Bench::new();
        bench.file("a.json", records(&[event("e1", "111122223333", DAY)]));
        bench.ingest();
        let manifest = Manifest::load(&bench.store()).unwrap().unwrap();
        manifest.check(&bench.store()).unwrap();
        let name = bench.store_files().into_iter().map(|file| file.0).find(|name| name.ends_with(end)).unwrap();
        damage(&bench.store().join(&name));
        for error in
            [manifest.check(&bench.store()).unwrap_err(), bench.try_ingest(&[bench.input()], &options()).unwrap_err()]
        {
            assert!(matches!(error, IngestError::Damage { .. }), "{error}");
            assert!(error.to_string().contains(&name), "{error}");
        }
    }
}

#[test]
fn a_store_of_another_form_is_not_added_to() {
    let bench = Bench::new();
    bench.file("a.json", records(&[event("e1", "111122223333", DAY)]));
    bench.ingest();
    let path = bench.store().join("manifest.json");
    let text = std::fs::read_to_string(&path).unwrap().replace("actor_kind", "actor_sort");
    std::fs::write(&path, text).unwrap();
    let error = bench.try_ingest(&[bench.input()], &options()).unwrap_err();
    assert!(matches!(error, IngestError::NotOurs { .. }), "{error}");
}

#[test]
fn two_runs_do_not_write_at_once() {
    let bench = Bench::new();
    bench.file("a.json", records(&[event("e1", "111122223333", DAY)]));
    bench.ingest();
    let lock = std::fs::File::options().write(true).open(bench.store().join(".audit-events.lock")).unwrap();
    lock.lock().unwrap();
    let error = bench.try_ingest(&[bench.input()], &options()).unwrap_err();
    assert!(matches!(error, IngestError::Locked(_)), "{error}");
}

#[test]
fn a_path_that_names_nothing_ends_the_run() {
    let bench = Bench::new();
    let error = bench.try_ingest(&[bench.input().join("none")], &options()).unwrap_err();
    assert!(matches!(error, IngestError::NotFound(_)), "{error}");
    assert!(!bench.store().exists());
}

#[test]
fn what_is_passed_over_is_told() {
    let bench = Bench::new();
    bench.file("a.json", records(&[event("e1", "111122223333", DAY)]));
    bench.file(".hidden.json", "{}");
    bench.file("readme.md", "# logs");
    bench.file("empty.json", "");
    bench.file("plan.json", r#"{"format_version":"1.2","planned_values":{}}"#);
    bench.file("none.json", r#"{"Records":[]}"#);
    bench.file("x/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/d.json", r#"{"awsAccountId":"111122223333","digestStartTime":"2026-11-02T10:00:00Z","digestEndTime":"2026-11-02T11:00:00Z","logFiles":[]}"#);
    let summary = bench.ingest();
    let skipped: Vec<(String, String)> = summary
        .skipped
        .iter()
        .map(|entry| {
            let name = Path::new(&entry.path).file_name().unwrap().to_string_lossy().into_owned();
            (name, entry.reason.clone().unwrap())
        })
        .collect();
    let expected = [
        (".hidden.json", "hidden"),
        ("empty.json", "empty"),
        ("plan.json", "the record is of no audit log that is read"),
        ("readme.md", "not JSON"),
    ];
    assert_eq!(skipped, expected.map(|(name, reason)| (name.to_owned(), reason.to_owned())));
    assert_eq!((summary.totals.files_read, summary.totals.digest_files, summary.totals.files_skipped), (2, 1, 4));
    let manifest = Manifest::load(&bench.store()).unwrap().unwrap();
    let listed: Vec<FileStatus> = manifest.files(&bench.store()).map(|entry| entry.unwrap().status).collect();
    assert_eq!(listed.len(), 7);
    assert!(listed.contains(&FileStatus::Digest));
}

#[test]
fn the_layout_of_the_bucket_fills_in_what_records_do_not_say() {
    let bench = Bench::new();
    let bare = event("e1", "", DAY).replace(r#""awsRegion":"eu-west-1","#, "");
    bench.file(
        "AWSLogs/o-1/444455556666/CloudTrail/eu-north-1/2026/11/02/444455556666_CloudTrail_eu-north-1_20261102T1005Z_x.json.gz",
        gzip(records(&[bare]).as_bytes()),
    );
    let parts = bench.ingest().parts;
    let seen = ["account", "region", "delivered_at"].map(|name| column(&parts, name).concat());
    assert_eq!(seen, ["444455556666", "eu-north-1", "2026-11-02T10:05:00"]);
}

#[test]
fn rows_come_sorted_and_lead_back_to_their_records() {
    let bench = Bench::new();
    let at = |i: usize| format!("2026-11-02T10:{:02}:00Z", (i * 7) % 60);
    let events: Vec<String> =
        (0..60).map(|i| event(&format!("e{i}"), &format!("11112222333{}", i % 3), &at(i))).collect();
    let one = bench.file("a.json", records(&events[..40]));
    let two = bench.file("b.json", events[40..].join("\n"));
    let summary = bench.ingest();
    for part in &summary.parts {
        let times = column(std::slice::from_ref(part), "time");
        assert!(times.is_sorted(), "{times:?}");
    }
    let manifest = Manifest::load(&bench.store()).unwrap().unwrap();
    let numbers: Vec<RowId> =
        column(&summary.parts, "row").iter().map(|row| RowId::from_column(row.parse().unwrap()).unwrap()).collect();
    let ids = column(&summary.parts, "native_id");
    let found = sources_of(&bench.store(), &manifest, &numbers).unwrap();
    assert_eq!(found.len(), 60);
    for (row, id) in numbers.iter().zip(ids) {
        let (file, digest, index) = &found[row];
        let number: usize = id[1..].parse().unwrap();
        let (path, index_in_file) = if number < 40 { (&one, number) } else { (&two, number - 40) };
        assert_eq!((Path::new(file), *index), (path.as_path(), index_in_file as u64));
        assert_eq!(digest.len(), 64);
    }
    let past = RowId::new(AuditEvent::table().ordinal(), 60).unwrap();
    assert!(sources_of(&bench.store(), &manifest, &[past]).unwrap().is_empty());
}

struct Declared;

impl Attribution for Declared {
    fn account_of_input(&self, _: &str) -> Option<String> {
        Some("cluster-1".to_owned())
    }
    fn service(&self, account: Option<&str>, _: &[String]) -> Option<String> {
        account.map(|account| format!("service of {account}"))
    }
    fn tenant(&self, _: Option<&str>, _: &[String]) -> Option<String> {
        Some(String::new())
    }
}

#[test]
fn whose_a_row_is_comes_from_what_the_parties_declare() {
    let bench = Bench::new();
    bench.file("k8s.json", r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a","stage":"Panic","verb":"get","level":"Metadata","stageTimestamp":"2026-11-02T10:00:00Z"}"#);
    let options = Options { snapshot: 4, ..options() };
    let summary = isoneph_logs::ingest::ingest_into(&bench.store(), &[bench.input()], &options, &Declared).unwrap();
    let seen =
        ["account", "service", "tenant", "snapshot", "outcome"].map(|name| column(&summary.parts, name).concat());
    assert_eq!(seen, ["cluster-1", "service of cluster-1", "", "4", "NULL"]);
}

fn ids(parts: &[PathBuf]) -> Vec<(String, String, String)> {
    let mut ids: Vec<_> = column(parts, "native_id")
        .into_iter()
        .zip(column(parts, "account"))
        .zip(column(parts, "time"))
        .map(|((id, account), time)| (id, account, time))
        .collect();
    ids.sort();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn however_events_are_spread_over_files_runs_and_memory_each_counts_once(
        events in prop::collection::vec((0_u32..60, 0_u32..2, 0_u32..2), 1..150),
        files in 1_usize..5,
        memory in prop_oneof![Just(0_usize), Just(60_000), Just(1 << 24)],
    ) {
        let all: Vec<String> = events
            .iter()
            .map(|(id, account, day)| event(&format!("e{id}-{account}-{day}"), &format!("11112222333{account}"), &format!("2026-11-0{}T10:00:00Z", day + 1)))
            .collect();
        let at_once = Bench::new();
        at_once.file("all.json", all.join("\n"));
        let expected = at_once.ingest();
        let spread = Bench::new();
        let mut summary = None;
        for (number, piece) in all.chunks(all.len().div_ceil(files)).enumerate() {
            spread.file(&format!("{number}.json"), records(piece));
            summary = Some(spread.try_ingest(&[spread.input()], &Options { memory, ..options() }).unwrap());
        }
        let summary = summary.unwrap();
        prop_assert_eq!(summary.events, expected.events);
        prop_assert_eq!(ids(&summary.parts), ids(&expected.parts));
        prop_assert_eq!(expected.added + expected.totals.duplicates, all.len() as u64);
    }
}
