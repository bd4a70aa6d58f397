//! Audit logs from end to end: what was planted comes out, and what was taken away is missed.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::plant::digests::{self, Planted, Shape};
use crate::plant::operations;
use crate::support::gzip;
use crate::{Run, file, isoneph};

/// A day and an hour: what is delivered behind the last hour of a day proves that hour.
const HOURS: i64 = 25;

/// A bucket with two chains of digests, and the files that verify them beside it.
struct Bucket {
    folder: TempDir,
    keys: TempDir,
    planted: Planted,
}

impl Bucket {
    fn new(shape: &Shape) -> Bucket {
        let (folder, keys) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let planted = digests::plant(folder.path(), 7, &["us-east-1", "eu-west-1"], HOURS, shape);
        file(&keys, "keys.json", digests::public_key_list().as_bytes());
        file(&keys, "signatures.json", json!(planted.signatures).to_string().as_bytes());
        Bucket { folder, keys, planted }
    }

    fn run(&self, command: &[&str], more: &[&str]) -> Run {
        let [folder, keys, signatures] = [
            self.folder.path().to_owned(),
            self.keys.path().join("keys.json"),
            self.keys.path().join("signatures.json"),
        ]
        .map(|path| path.display().to_string());
        let with = ["--public-keys", &keys, "--signatures", &signatures, &folder];
        isoneph(&[command, &with, more].concat())
    }

    fn verify(&self) -> Run {
        self.run(&["logs", "verify"], &[])
    }

    /// Outcomes of one check, by outcome.
    fn outcomes(&self, check: &str) -> BTreeMap<String, usize> {
        let run = self.run(&["assess", "--as-of", "2026-11-20", "--format", "json", "--fail-on", "none"], &[]);
        count(&run.json(), check)
    }
}

fn count(assessment: &Value, check: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let outcomes = assessment["outcomes"].as_array().expect("outcomes");
    for outcome in outcomes.iter().filter(|outcome| outcome["check"] == check) {
        *counts.entry(outcome["outcome"].as_str().expect("a word").to_owned()).or_default() += 1;
    }
    counts
}

fn counts<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected.into_iter().map(|(word, count)| (word.to_owned(), count)).collect()
}

/// Changes one byte of a packed file's content.
fn flip(path: &Path) {
    let mut bytes = Vec::new();
    let packed = std::fs::File::open(path).expect("a file");
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).expect("gzip");
    let at = bytes.windows(4).position(|window| window == b"Time").expect("a time");
    bytes[at] ^= 1;
    std::fs::write(path, gzip(&bytes)).expect("a file can be written");
}

#[test]
fn an_untouched_bucket_verifies_and_proves_its_days() {
    let bucket = Bucket::new(&Shape::default());
    let out = bucket.verify().ends_with(0).stdout();
    assert!(out.contains("50 digests: 50 signatures hold, 0 do not, 0 not verified"), "{out}");
    assert_eq!(bucket.outcomes("audit-log-digest-broken"), counts([("pass", 50)]));
    assert_eq!(
        bucket.outcomes("audit-log-gap"),
        counts([("pass", 2), ("unknown", 1)]),
        "the last hour proves the one before"
    );
}

#[test]
fn a_store_verifies_what_it_was_made_of_when_the_bucket_is_gone() {
    let bucket = Bucket::new(&Shape::default());
    let (folder, store) = (bucket.folder.path(), bucket.keys.path().join("store").display().to_string());
    isoneph(&["logs", "ingest", &folder.display().to_string(), "--into", &store]).ends_with(0);
    let from_bucket = bucket.outcomes("audit-log-gap");
    std::fs::remove_dir_all(folder).expect("it was there");
    let [keys, signatures] =
        ["keys.json", "signatures.json"].map(|name| bucket.keys.path().join(name).display().to_string());
    let with = ["--public-keys", &keys, "--signatures", &signatures, &store];
    let out = isoneph(&[&["logs", "verify"], &with[..]].concat()).ends_with(0).stdout();
    assert!(out.contains("50 digests: 50 signatures hold, 0 do not, 0 not verified"), "{out}");
    let command = ["assess", "--as-of", "2026-11-20", "--format", "json", "--fail-on", "none"];
    let assessment = isoneph(&[&command, &with[..]].concat()).ends_with(0).json();
    assert_eq!(count(&assessment, "audit-log-digest-broken"), counts([("pass", 50)]));
    assert_eq!(count(&assessment, "audit-log-gap"), from_bucket);
}

#[test]
fn a_file_that_no_digest_names_leaves_its_day_open() {
    let bucket = Bucket::new(&Shape::default());
    let log = std::fs::File::open(&bucket.planted.logs[3]).expect("a log");
    let mut text = String::new();
    flate2::read::GzDecoder::new(log).read_to_string(&mut text).expect("gzip");
    let forged = text.replace("DescribeVolumes", "DescribeVpcs");
    std::fs::write(bucket.folder.path().join("more.json"), forged).expect("a file can be written");
    assert!(bucket.verify().ends_with(1).stdout().contains("file-unlisted"));
    assert_eq!(bucket.outcomes("audit-log-gap"), counts([("pass", 1), ("unknown", 2)]));
}

#[test]
fn a_deleted_log_file_is_missed() {
    let bucket = Bucket::new(&Shape::default());
    std::fs::remove_file(&bucket.planted.logs[3]).expect("it was there");
    assert!(bucket.verify().ends_with(1).stdout().contains("file-missing"));
    assert_eq!(bucket.outcomes("audit-log-digest-broken"), counts([("fail", 1), ("pass", 49)]));
    assert_eq!(bucket.outcomes("audit-log-gap").get("fail"), Some(&1));
}

#[test]
fn a_flipped_byte_is_seen_in_a_log_file_and_in_a_digest() {
    let bucket = Bucket::new(&Shape::default());
    flip(&bucket.planted.logs[3]);
    assert!(bucket.verify().ends_with(1).stdout().contains("file-changed"));
    assert_eq!(bucket.outcomes("audit-log-gap").get("fail"), Some(&1));
    let bucket = Bucket::new(&Shape::default());
    flip(&bucket.planted.digests["eu-west-1"][4]);
    let out = bucket.verify().stdout();
    assert!(out.contains("signature-invalid") || out.contains("previous-missing"), "{out}");
}

#[test]
fn two_digests_removed_in_a_row_are_missed_though_every_signature_holds() {
    let bucket = Bucket::new(&Shape::default());
    for path in &bucket.planted.digests["us-east-1"][3..5] {
        std::fs::remove_file(path).expect("it was there");
    }
    let out = bucket.verify().ends_with(1).stdout();
    assert!(out.contains("48 signatures hold, 0 do not"), "{out}");
    assert!(out.contains("hole from 2026-11-02T03:00:00Z until 2026-11-02T05:00:00Z: previous-missing"), "{out}");
    assert_eq!(bucket.outcomes("audit-log-digest-broken"), counts([("fail", 1), ("pass", 47)]));
    assert_eq!(bucket.outcomes("audit-log-gap"), counts([("fail", 1), ("pass", 1), ("unknown", 1)]));
}

#[test]
fn an_hour_without_a_digest_is_a_hole() {
    let bucket = Bucket::new(&Shape { without: vec![6], ..Shape::default() });
    assert!(bucket.verify().ends_with(1).stdout().contains("not-continuous"));
    assert_eq!(bucket.outcomes("audit-log-gap"), counts([("fail", 2), ("unknown", 2)]));
}

#[test]
fn without_keys_nothing_is_proven_and_the_run_says_so() {
    let bucket = Bucket::new(&Shape::default());
    let folder = bucket.folder.path().display().to_string();
    isoneph(&["logs", "verify", &folder]).ends_with(3);
    let run = isoneph(&["assess", "--as-of", "2026-11-20", "--format", "json", "--fail-on", "none", &folder]);
    assert_eq!(count(&run.json(), "audit-log-digest-broken"), counts([("unknown", 50)]));
    assert_eq!(count(&run.json(), "audit-log-gap").get("pass"), None);
}

#[test]
fn a_store_is_read_as_the_logs_it_was_made_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let planted = operations::plant(3, 2);
    let log = file(&folder, "log.json", planted.log.as_bytes());
    let changes = file(&folder, "changes.csv", planted.changes.as_bytes());
    let store = folder.path().join("store").display().to_string();
    isoneph(&["logs", "ingest", &log, "--into", &store]).ends_with(0);
    let count_events = |paths: &[&str]| {
        let sql = "SELECT count(*) AS events, count(DISTINCT uid) AS different, min(operation_name) AS first FROM audit_event";
        isoneph(&[&["query", "--format", "json", sql], paths].concat()).ends_with(0).json()
    };
    assert_eq!(count_events(&[&store])[0]["events"], planted.events);
    assert_eq!(count_events(&[&store]), count_events(&[&log]));
    // What two stores hold, or a store and the log beside it, is one event.
    let other = folder.path().join("other").display().to_string();
    isoneph(&["logs", "ingest", &log, "--into", &other]).ends_with(0);
    assert_eq!(count_events(&[&store, &other, &log]), count_events(&[&log]));
    // One identity with two contents is two events, whichever store holds which.
    let said = |operation: &str| {
        let text = format!(
            r#"{{"Records":[{{"eventVersion":"1.08","eventID":"e-1","eventTime":"2026-11-02T10:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"{operation}","awsRegion":"eu-west-1","recipientAccountId":"123456789012","userIdentity":{{"type":"Root"}}}}]}}"#
        );
        let log = file(&folder, &format!("{operation}.json"), text.as_bytes());
        let store = folder.path().join(operation).display().to_string();
        isoneph(&["logs", "ingest", &log, "--into", &store]).ends_with(0);
        store
    };
    let (harmless, harmful) = (said("DescribeTrails"), said("StopLogging"));
    assert_eq!(count_events(&[&harmless, &harmful])[0]["events"], 2);
    assert_eq!(count_events(&[&harmful, &harmless, &harmful])[0]["events"], 2);
    let assess = |path: &str| {
        let run = isoneph(&[
            "assess",
            "--as-of",
            "2027-11-20",
            "--format",
            "json",
            "--fail-on",
            "none",
            "--changes",
            &changes,
            path,
        ]);
        run.ends_with(0).json()
    };
    assert_eq!(assess(&store)["outcomes"], assess(&log)["outcomes"]);
}

#[test]
fn what_was_planted_in_a_log_comes_out_exactly() {
    for seed in 1..=3 {
        let folder = tempfile::tempdir().expect("a folder");
        let planted = operations::plant(seed, 3);
        let log = file(&folder, "log.json", planted.log.as_bytes());
        let changes = file(&folder, "changes.csv", planted.changes.as_bytes());
        let runs = file(&folder, "runs.csv", planted.runs.as_bytes());
        let assessment = isoneph(&[
            "assess",
            "--as-of",
            "2027-11-20",
            "--format",
            "json",
            "--fail-on",
            "none",
            "--changes",
            &changes,
            "--changes",
            &runs,
            &log,
        ])
        .ends_with(0)
        .json();
        let of =
            |check: &str, outcome: &str| count(&assessment, check).get(outcome).copied().unwrap_or_default() as u64;
        let mfa = "critical-operation-without-mfa";
        assert_eq!((of(mfa, "fail"), of(mfa, "unknown")), (planted.without_mfa, planted.mfa_not_told), "seed {seed}");
        let refused: u64 = ["not-approved", "outside-window", "none"].iter().map(|how| planted.approvals[how]).sum();
        assert_eq!(of("critical-operation-without-approved-change", "fail"), refused, "seed {seed}");
        assert_eq!(of("critical-operation-approved-by-own-actor", "fail"), planted.own_approver, "seed {seed}");
        assert_eq!(of("critical-operation-half-done", "fail"), planted.half_done, "seed {seed}");
    }
}

#[test]
fn reviews_and_procedures_count_where_they_are_declared() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = file(&folder, "log.json", operations::plant(1, 1).log.as_bytes());
    let administration = "[[break_glass]]\nidentity = 'arn:aws:iam::222222222222:role/Admin'\n\
                          [[procedure]]\nid = 'OP-7'\noperations = ['ec2:DeleteVolume']\n\
                          [[review]]\nreviewer = 'Zoe Reviewer'\nfrom = 2026-11-01T00:00:00Z\nuntil = 2027-11-01T00:00:00Z\n";
    let administration = file(&folder, "administration.toml", administration.as_bytes());
    let outcomes = |more: &[&str]| {
        let fixed = ["assess", "--as-of", "2027-11-20", "--format", "json", "--fail-on", "none", &log];
        let assessment = isoneph(&[&fixed, more].concat()).json();
        ["critical-operation-without-procedure", "break-glass-operation-unreviewed"]
            .map(|check| count(&assessment, check))
    };
    for without in outcomes(&[]) {
        assert!(without.contains_key("unknown"), "{without:?}");
        assert!(!without.contains_key("pass") && !without.contains_key("fail"), "{without:?}");
    }
    let [procedure, reviewed] = outcomes(&["--administration", &administration]);
    assert!(procedure.contains_key("pass") && !procedure.contains_key("unknown"), "{procedure:?}");
    assert!(reviewed.contains_key("pass") && !reviewed.contains_key("fail"), "{reviewed:?}");
}

#[test]
fn a_member_of_the_organisation_that_the_inventory_lists_is_no_outsider() {
    let folder = tempfile::tempdir().expect("a folder");
    let share = r#"{"eventVersion":"1.08","eventID":"e-1","eventTime":"2026-11-02T10:00:00Z","eventSource":"ec2.amazonaws.com",
        "eventName":"ModifySnapshotAttribute","awsRegion":"eu-west-1","recipientAccountId":"111111111111","userIdentity":{"type":"Root"},
        "requestParameters":{"snapshotId":"snap-1","createVolumePermission":{"add":{"items":[{"userId":"222222222222"}]}}}}"#;
    let log = file(&folder, "log.json", format!("{{\"Records\":[{share}]}}").as_bytes());
    let member = json!({"address": "aws_organizations_account.data", "mode": "managed", "type": "aws_organizations_account",
        "name": "data", "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": {"id": "222222222222", "arn": "arn:aws:organizations::999999999999:account/o-a/222222222222"}});
    let state = json!({"format_version": "1.0", "values": {"root_module": {"resources": [member]}}});
    let state = file(&folder, "state.json", state.to_string().as_bytes());
    let outside = |paths: &[&str]| {
        let question = ["query", "--format", "json", "SELECT outside FROM misuse_sign"];
        isoneph(&[&question, paths].concat()).ends_with(0).json()[0]["outside"].clone()
    };
    assert_eq!(outside(&[&log]), Value::Null, "it may be anybody's");
    assert_eq!(outside(&[&log, &state]), json!(false));
}

/// The answer of `aws cloudtrail lookup-events`: an event every five minutes for three days, the newest first.
fn answer(more: bool) -> String {
    let start: jiff::Timestamp = "2026-11-02T00:00:00Z".parse().expect("a time");
    let event = |beat: i64| {
        let time = jiff::Timestamp::from_second(start.as_second() + beat * 300).expect("a time");
        let event = json!({"eventVersion": "1.10", "eventTime": time.to_string(), "eventSource": "ec2.amazonaws.com",
            "eventName": "DescribeVpcs", "awsRegion": "eu-west-1", "eventID": format!("e{beat}"), "readOnly": true,
            "userIdentity": {"type": "AWSService", "invokedBy": "x.amazonaws.com"}, "recipientAccountId": "111111111111"});
        json!({"EventId": format!("e{beat}"), "CloudTrailEvent": event.to_string()})
    };
    let events: Vec<Value> = (0..3 * 288).rev().map(event).collect();
    json!({"Events": events, "NextToken": more.then_some("abc")}).to_string()
}

#[test]
fn a_page_behind_which_more_follows_is_told_and_leaves_open_the_day_where_it_breaks_off() {
    for (more, expected) in [(false, counts([("pass", 3)])), (true, counts([("pass", 2), ("unknown", 1)]))] {
        let folder = tempfile::tempdir().expect("a folder");
        let page = file(&folder, "page.json", answer(more).as_bytes());
        let run = isoneph(&["assess", "--as-of", "2026-11-20", "--format", "json", "--fail-on", "none", &page]);
        assert_eq!(count(&run.json(), "audit-log-gap"), expected);
        assert_eq!(run.stdout().contains("more-follows"), more);
        let store = folder.path().join("store").display().to_string();
        let taken = isoneph(&["logs", "ingest", "--into", &store, &page]).ends_with(if more { 3 } else { 0 });
        assert_eq!(taken.stderr().contains("earlier events follow"), more);
    }
}
