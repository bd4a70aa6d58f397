//! What a tenant gets is held against the provider's record: its own events, all of them, as they were.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Run, file, isoneph};

const ACME: &str = "222222222222";
const GLOBEX: &str = "333333333333";
const FEEDS: &str = r#"
[[tenant]]
name = "acme"
accounts = ["222222222222"]
[[tenant]]
name = "globex"
accounts = ["333333333333"]
[[feed]]
tenant = "acme"
files = ["feeds/acme"]
covers = ["management", "virtual-server"]
latency_minutes = 60
taken_at = 2026-11-03T00:00:00Z
"#;

fn event(account: &str, hour: u32) -> Value {
    json!({
        "eventVersion": "1.10", "eventID": format!("e-{account}-{hour}"), "eventTime": format!("2026-11-02T{hour:02}:00:00Z"),
        "eventSource": "ec2.amazonaws.com", "eventName": "StopInstances", "awsRegion": "eu-west-1",
        "recipientAccountId": account, "readOnly": false, "eventCategory": "Management",
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{account}:user/ana"), "userName": "ana"},
        "requestParameters": {"instanceId": "i-1"}, "responseElements": null,
    })
}

/// A provider's record of two tenants, and beside it the feed that one of them got.
fn estate(feed: &[Value]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let record: Vec<Value> = (0..24).flat_map(|hour| [event(ACME, hour), event(GLOBEX, hour)]).collect();
    std::fs::create_dir_all(folder.path().join("feeds/acme")).expect("a folder");
    file(&folder, "record.json", json!({"Records": record}).to_string().as_bytes());
    file(&folder, "feeds/acme/feed.json", json!({"Records": feed}).to_string().as_bytes());
    file(&folder, "feeds.toml", FEEDS.as_bytes());
    folder
}

fn asked(folder: &TempDir, sql: &str) -> Run {
    let path = folder.path().display().to_string();
    isoneph(&["query", sql, &path, "--feeds", &format!("{path}/feeds.toml"), "--format", "json"])
}

fn outcomes(folder: &TempDir) -> Vec<(String, String)> {
    let path = folder.path().display().to_string();
    let feeds = format!("{path}/feeds.toml");
    let common = ["assess", &path, "--feeds", &feeds, "--as-of", "2026-11-03", "--fail-on", "none", "--format", "json"];
    let assessment = isoneph(&common).json();
    let all = assessment["outcomes"].as_array().expect("outcomes").iter();
    let of_feeds = all.filter(|one| one["check"].as_str().is_some_and(|check| check.starts_with("tenant-feed-")));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    of_feeds.map(|one| (text(&one["check"]), text(&one["outcome"]))).collect()
}

#[test]
fn a_feed_of_all_that_is_the_tenants_passes() {
    let folder = estate(&(0..24).map(|hour| event(ACME, hour)).collect::<Vec<_>>());
    let answers = outcomes(&folder);
    let aside = ["tenant-feed-later-than-promised"];
    assert!(answers.len() >= 4, "{answers:?}");
    for (check, outcome) in answers.iter().filter(|(check, _)| !aside.contains(&check.as_str())) {
        assert_eq!(outcome, "pass", "{check}");
    }
}

#[test]
fn what_is_left_out_let_in_or_changed_is_found_with_its_event() {
    let mut feed: Vec<Value> = (0..20).filter(|hour| *hour != 7).map(|hour| event(ACME, hour)).collect();
    feed[3]["errorCode"] = json!("AccessDenied");
    feed.push(event(GLOBEX, 5));
    let folder = estate(&feed);
    let rows = asked(&folder, "SELECT kind, event, whose, differs_in FROM feed_event ORDER BY kind, event").json();
    let told: Vec<[&str; 2]> = rows
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| ["kind", "event"].map(|name| row[name].as_str().unwrap_or("")))
        .collect();
    let expected = [
        ["differing", "e-222222222222-3"],
        ["later", "e-222222222222-20"],
        ["later", "e-222222222222-21"],
        ["later", "e-222222222222-22"],
        ["later", "e-222222222222-23"],
        // An hour was promised: what is behind the feed and older than that should be there.
        ["missing", "e-222222222222-20"],
        ["missing", "e-222222222222-21"],
        ["missing", "e-222222222222-22"],
        ["missing", "e-222222222222-23"],
        ["missing", "e-222222222222-7"],
        ["others", "e-333333333333-5"],
    ];
    assert_eq!(told, expected);
    let failed: Vec<String> =
        outcomes(&folder).into_iter().filter(|(_, o)| o == "fail").map(|(check, _)| check).collect();
    assert_eq!(failed, ["tenant-feed-differs-from-record", "tenant-feed-shows-others"]);
}

#[test]
fn a_feed_is_no_part_of_the_logs_and_no_record_of_itself() {
    let folder = estate(&[event(ACME, 1)]);
    let counted = asked(&folder, "SELECT count(*) AS events FROM audit_event").json();
    assert_eq!(counted[0]["events"], json!(48));
    std::fs::remove_file(folder.path().join("record.json")).expect("removed");
    let path = folder.path().display().to_string();
    let feeds = format!("{path}/feeds.toml");
    let sql = "SELECT alike, later FROM monitoring_feed";
    let alone = isoneph(&["query", sql, &format!("{path}/feeds/acme"), "--feeds", &feeds, "--format", "json"]).json();
    assert_eq!((&alone[0]["alike"], &alone[0]["later"]), (&Value::Null, &Value::Null));
}

/// Replication copies the provider's files as they are: copies are compared like any other form.
#[test]
fn a_feed_of_the_providers_own_files_is_compared_and_a_file_that_is_withheld_is_missing() {
    let agreement = |kept: &[u32]| {
        let folder = estate(&[]);
        for name in ["record.json", "feeds/acme/feed.json"] {
            std::fs::remove_file(folder.path().join(name)).expect("removed");
        }
        std::fs::create_dir(folder.path().join("own")).expect("a folder");
        for part in 0..3 {
            let events: Vec<Value> = (part * 8..part * 8 + 8).map(|hour| event(ACME, hour)).collect();
            let bytes = json!({"Records": events}).to_string();
            file(&folder, &format!("own/{part}.json"), bytes.as_bytes());
            if kept.contains(&part) {
                file(&folder, &format!("feeds/acme/{part}.json"), bytes.as_bytes());
            }
        }
        let row = asked(&folder, "SELECT alike, differing, missing FROM monitoring_feed").json();
        ["alike", "differing", "missing"].map(|name| row[0][name].clone())
    };
    assert_eq!(agreement(&[0, 1, 2]), [json!(24), json!(0), json!(0)]);
    assert_eq!(agreement(&[0, 2]), [json!(16), json!(0), json!(8)]);
}

#[test]
fn a_feed_of_nobody_known_or_without_files_is_refused_with_its_line() {
    let cases = [
        (FEEDS.replace("tenant = \"acme\"\nfiles", "tenant = \"initech\"\nfiles"), "no tenant 'initech'"),
        (FEEDS.replace("feeds/acme", "feeds/gone"), "there is no"),
        (FEEDS.replace("covers =", "capability = \"x\"\ncovers ="), "the register has no capability 'x'"),
    ];
    for (text, message) in cases {
        let folder = estate(&[event(ACME, 1)]);
        file(&folder, "feeds.toml", text.as_bytes());
        let said = asked(&folder, "SELECT 1").ends_with(2).stderr();
        assert!(said.contains(message) && said.contains("feeds.toml:8"), "{said}");
    }
}
