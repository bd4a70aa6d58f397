//! What is left of a customer that departed, as a record that holds together and that a change breaks.

use isoneph_logs::exit::RemovalRecord;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::{Run, file, isoneph};

const ACCOUNT: &str = "222222222222";
const DEPARTURES: &str = r#"
[[exit]]
tenant = "acme"
ended_on = 2026-09-30
days = 30
tags = ["tenant=acme"]
return_agreed = true
returned_on = 2026-09-28
[[inventory]]
path = "before.json"
taken_at = 2026-09-15
complete = ["aws/222222222222"]
[[inventory]]
path = "after.json"
taken_at = 2026-11-12
complete = ["aws/222222222222"]
"#;

/// A state with volumes: (number, tenant).
fn state(volumes: &[(&str, &str)]) -> String {
    let resource = |(number, tenant): &(&str, &str)| {
        json!({
            "address": format!("aws_ebs_volume.v{number}"), "mode": "managed", "type": "aws_ebs_volume", "name": format!("v{number}"),
            "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 0,
            "values": {
                "arn": format!("arn:aws:ec2:eu-west-1:{ACCOUNT}:volume/vol-{number}"), "id": format!("vol-{number}"),
                "availability_zone": "eu-west-1a", "encrypted": true, "size": 8, "tags": {"tenant": tenant},
                "tags_all": {"tenant": tenant},
            },
        })
    };
    let resources: Vec<Value> = volumes.iter().map(resource).collect();
    json!({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": resources}}})
        .to_string()
}

fn deletion(volume: &str, at: &str) -> String {
    json!({"Records": [{
        "eventVersion": "1.10", "eventID": format!("e-{volume}"), "eventTime": at, "eventSource": "ec2.amazonaws.com",
        "eventName": "DeleteVolume", "awsRegion": "eu-west-1", "recipientAccountId": ACCOUNT, "readOnly": false,
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/ana"), "userName": "ana"},
        "requestParameters": {"volumeId": volume}, "responseElements": {"_return": true},
    }]})
    .to_string()
}

/// What the departed tenant had, what it still has, and the deletions in the log.
fn departed(after: &[(&str, &str)], deletions: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let before = [("0aaaaaaaaaaaaaaaa", "acme"), ("0bbbbbbbbbbbbbbbb", "acme"), ("0cccccccccccccccc", "other")];
    file(&folder, "before.json", state(&before).as_bytes());
    file(&folder, "after.json", state(after).as_bytes());
    for (volume, at) in deletions {
        file(&folder, &format!("{volume}.json"), deletion(volume, at).as_bytes());
    }
    folder
}

fn exit(folder: &TempDir, more: &[&str]) -> Run {
    let beside = tempfile::tempdir().expect("a folder");
    let departures = file(&beside, "departures.toml", DEPARTURES.as_bytes());
    let path = folder.path().display().to_string();
    let as_of: &[&str] = if more.contains(&"--as-of") { &[] } else { &["--as-of", "2026-11-20"] };
    isoneph(&[&["logs", "exit", &path, "--departures", &departures], as_of, more].concat())
}

fn states(record: &Value) -> Vec<(String, Value, Value)> {
    let items = record["exits"][0]["items"].as_array().expect("items");
    let of = |item: &Value| {
        (item["id"].as_str().unwrap_or_default().to_owned(), item["state"].clone(), item["in_time"].clone())
    };
    items.iter().map(of).collect()
}

#[test]
fn a_clean_departure_gives_a_record_that_checks_out() {
    let deleted =
        [("vol-0aaaaaaaaaaaaaaaa", "2026-10-10T10:00:00Z"), ("vol-0bbbbbbbbbbbbbbbb", "2026-10-11T10:00:00Z")];
    let folder = departed(&[("0cccccccccccccccc", "other")], &deleted);
    let run = exit(&folder, &["--format", "json"]).ends_with(0);
    let record = run.json();
    assert_eq!(
        record["exits"][0]["counts"],
        json!({"items": 2, "removed": 2, "recoverable": 0, "remaining": 0, "undecided": 0})
    );
    assert!(
        states(&record).iter().all(|(id, state, in_time)| !id.contains("ccc") && state == "removed" && in_time == true)
    );
    let handed = tempfile::tempdir().expect("a folder");
    let path = file(&handed, "record.json", run.stdout().as_bytes());
    let evidence = folder.path().display().to_string();
    let checked = isoneph(&["logs", "check-removal", &path, &evidence]).ends_with(0).stdout();
    assert!(checked.contains("the record holds together"), "{checked}");
    let claims_more = run.stdout().replacen("2026-09-28", "2026-09-27", 1);
    let path = file(&handed, "changed.json", claims_more.as_bytes());
    assert!(isoneph(&["logs", "check-removal", &path]).ends_with(3).stdout().contains("not as it was made"));
}

#[test]
fn files_that_were_handed_over_with_a_record_are_told_by_name() {
    let deleted =
        [("vol-0aaaaaaaaaaaaaaaa", "2026-10-10T10:00:00Z"), ("vol-0bbbbbbbbbbbbbbbb", "2026-10-11T10:00:00Z")];
    let folder = departed(&[("0cccccccccccccccc", "other")], &deleted);
    let path = file(&folder, "record.json", b"");
    std::fs::remove_file(&path).expect("removed");
    let record = exit(&folder, &["--format", "json"]).ends_with(0).stdout();
    let path = file(&folder, "record.json", record.as_bytes());
    let evidence = folder.path().display().to_string();
    let told = |code| isoneph(&["logs", "check-removal", &path, &evidence]).ends_with(code).stdout();
    let whole = told(0);
    assert!(whole.contains("4 of the 5 files") && whole.contains("not here: ") && whole.contains("departures.toml"));
    std::fs::remove_file(folder.path().join("before.json")).expect("removed");
    let part = told(0);
    assert!(part.contains("3 of the 5 files") && part.contains("before.json\n"), "{part}");
    file(&folder, "before.json", b"{}");
    assert!(told(3).contains("before.json holds something else than the one of its name that it rests on"));
    std::fs::remove_file(folder.path().join("before.json")).expect("removed");
    file(&folder, "other.log", b"something else");
    assert!(told(3).contains("other.log is none of the files that it rests on"));
}

/// The record, changed, with a digest that fits what it says now.
fn made_anew(mut record: Value, change: &[(&str, Value)]) -> String {
    for (field, value) in change {
        record["exits"][0]["items"][0][*field] = value.clone();
    }
    let bare = serde_json::from_value::<RemovalRecord>(record).expect("a record");
    let bare = RemovalRecord { sha256: String::new(), ..bare };
    let sha256: String =
        Sha256::digest(serde_json::to_vec(&bare).expect("JSON")).iter().map(|byte| format!("{byte:02x}")).collect();
    serde_json::to_string(&RemovalRecord { sha256, ..bare }).expect("JSON")
}

#[test]
fn a_record_that_contradicts_itself_is_found_out_whatever_its_digest() {
    let folder = departed(&[("0bbbbbbbbbbbbbbbb", "acme")], &[("vol-0aaaaaaaaaaaaaaaa", "2026-10-10T10:00:00Z")]);
    let record = exit(&folder, &["--format", "json"]).ends_with(1).json();
    let handed = tempfile::tempdir().expect("a folder");
    // Something remains: 1. Nothing can be told by a record that contradicts itself: 3.
    let cases: [(&[(&str, Value)], &str); 5] = [
        (&[], "the record holds together"),
        (
            &[("removed_at", json!("2026-11-21T10:00:00Z")), ("in_time", json!(false))],
            "after the time for which the record holds",
        ),
        (&[("recoverable_until", json!("2026-12-01T00:00:00Z"))], "can be got back"),
        (&[("state", json!("recoverable")), ("in_time", json!(null))], "was not gone in time"),
        (&[("state", json!("remaining")), ("in_time", json!(true))], "was not gone in time"),
    ];
    for (change, expected) in cases {
        let path = file(&handed, "record.json", made_anew(record.clone(), change).as_bytes());
        let out = isoneph(&["logs", "check-removal", &path]).ends_with(if change.is_empty() { 1 } else { 3 });
        let out = out.stdout();
        assert!(out.contains(expected) && !out.contains("not as it was made"), "{change:?}: {out}");
    }
}

#[test]
fn what_was_done_later_says_nothing_of_the_day_that_a_record_is_of() {
    let folder = departed(&[], &[("vol-0aaaaaaaaaaaaaaaa", "2026-10-10T10:00:00Z")]);
    let record = exit(&folder, &["--format", "json", "--as-of", "2026-10-05"]).ends_with(3).json();
    assert!(states(&record).iter().all(|(_, state, in_time)| state.is_null() && in_time.is_null()), "{record}");
}

#[test]
fn what_is_still_there_or_went_too_late_is_told() {
    let deleted = [("vol-0aaaaaaaaaaaaaaaa", "2026-11-02T10:00:00Z")];
    let folder = departed(&[("0bbbbbbbbbbbbbbbb", "acme"), ("0cccccccccccccccc", "other")], &deleted);
    let record = exit(&folder, &["--format", "json"]).ends_with(1).json();
    let states: Vec<_> = states(&record).into_iter().map(|(_, state, in_time)| (state, in_time)).collect();
    assert_eq!(states, [(json!("removed"), json!(false)), (json!("remaining"), json!(false))]);
}

#[test]
fn an_inventory_of_which_nobody_says_when_it_was_taken_leaves_open_what_it_shows() {
    let folder = departed(&[("0bbbbbbbbbbbbbbbb", "acme")], &[]);
    let beside = tempfile::tempdir().expect("a folder");
    let (exit, times) = DEPARTURES.split_once("[[inventory]]").expect("an exit");
    let other = times.replace("before.json", "befor.json").replace("after.json", "later.json");
    let residue =
        "[[residue]]\ntenant = \"acme\"\nstore = \"s\"\ncount = 0\ncounted_on = 2026-11-05\ncopies_expired = true\n";
    for (text, told) in [
        (format!("{exit}{residue}"), "nothing says when it was taken"),
        (format!("{exit}{residue}[[inventory]]{other}"), "no inventory that could be read has this path"),
    ] {
        let departures = file(&beside, "departures.toml", text.as_bytes());
        let path = folder.path().display().to_string();
        let run = |more: &[&str]| {
            let words = ["logs", "exit", &path, "--departures", &departures, "--as-of", "2026-11-20"];
            isoneph(&[&words[..], more].concat()).ends_with(3)
        };
        let shown = run(&[]).stdout();
        assert!(shown.contains("2 cannot be told") && shown.contains(told), "{shown}");
        assert!(shown.contains("agreement ended 2026-09-30, due 2026-10-30\n"), "{shown}");
        assert!(shown.contains("whether more is left cannot be told"), "{shown}");
        let record = run(&["--format", "json"]);
        assert_eq!(record.json()["exits"][0]["searched"], false);
        let record = file(&beside, "record.json", record.stdout().as_bytes());
        assert!(isoneph(&["logs", "check-removal", &record]).ends_with(3).stdout().contains(told));
    }
    // What nobody looked for is not removed, though nothing is undecided.
    let departures = file(&beside, "departures.toml", format!("{exit}{residue}").as_bytes());
    let log = file(&beside, "log.json", deletion("vol-0dddddddddddddddd", "2026-10-10T10:00:00Z").as_bytes());
    isoneph(&["logs", "exit", &log, "--departures", &departures, "--as-of", "2026-11-20"]).ends_with(3);
}

#[test]
fn nobody_who_left_is_found_where_nobody_says_so() {
    let folder = departed(&[], &[]);
    let path = folder.path().display().to_string();
    isoneph(&["logs", "exit", &path]).ends_with(2);
    let run = exit(&folder, &["--tenant", "somebody"]).ends_with(2);
    assert!(run.stderr().contains("somebody"), "{}", run.stderr());
}

#[test]
fn the_register_says_who_left_and_checks_judge_it() {
    let folder = departed(&[("0bbbbbbbbbbbbbbbb", "acme")], &[("vol-0aaaaaaaaaaaaaaaa", "2026-10-10T10:00:00Z")]);
    let register = "kind: party\nname: us\nspec: {title: Us}\n---\nkind: party\nname: them\nspec: {title: Them}\n---\n\
                    kind: cloud-service\nname: shop\nspec: {title: Shop, provider: us, model: saas}\n---\n\
                    kind: agreement\nname: terms\nspec: {title: Terms, provider: us, customer: them, services: [shop], exit: {removal-days: 30, return-days: 30}}\n---\n\
                    kind: tenant\nname: acme\nspec: {service: shop, agreement: terms, status: ended, ended: 2026-09-30, marks: [tenant=acme]}\n---\n\
                    kind: tenant-data-store\nname: orders\nspec: {service: shop, type: database, tenancy: pool, recoverable-days: 7, counts: [{tenant: acme, count: 3, as-of: 2026-11-10}]}\n";
    file(&folder, "register.yaml", register.as_bytes());
    let beside = tempfile::tempdir().expect("a folder");
    let times =
        DEPARTURES.split_once("[[inventory]]").map(|(_, rest)| format!("[[inventory]]{rest}")).expect("inventories");
    let times = file(&beside, "times.toml", times.as_bytes());
    let path = folder.path().display().to_string();
    let run = isoneph(&["assess", "--as-of", "2026-11-20", "--format", "json", "--departures", &times, &path]);
    let assessment = run.json();
    let outcomes = assessment["outcomes"].as_array().expect("outcomes").iter();
    let mut failed: Vec<&str> = outcomes
        .filter(|outcome| outcome["check"] == "departed-tenant-assets-remain" && outcome["outcome"] == "fail")
        .filter_map(|outcome| outcome["subject"]["name"].as_str().or(outcome["subject"].as_str()))
        .collect();
    failed.sort_unstable();
    assert_eq!(failed.len(), 2, "the volume that is left and the rows that were counted: {failed:?}");
}
