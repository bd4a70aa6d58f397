//! Every format gives the same kind of event, and says what it does not know.

use std::path::Path;

use serde_json::{Map, Value};

use crate::support::{Bench, rows};

/// What a person would check: one event after the other, column by column, without what is none or the same everywhere.
fn shown(rows: &[Map<String, Value>]) -> String {
    let dull = |name: &str| matches!(name, "snapshot" | "row" | "tags" | "name" | "source_file" | "source_sha256");
    let mut text = String::new();
    for row in rows {
        for (name, value) in row {
            let none = value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty);
            if !none && !dull(name) {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                text.push_str(&format!("{name}: {value}\n"));
            }
        }
        text.push('\n');
    }
    text
}

#[test]
fn every_format_gives_events() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    for name in names {
        let bench = Bench::new();
        let name = name.into_string().unwrap();
        let content = std::fs::read(folder.join(&name)).unwrap();
        bench.file(&name, &content);
        let summary = bench.ingest();
        let rejects: Vec<String> = summary
            .problems
            .iter()
            .flat_map(|file| &file.rejects)
            .map(|reject| format!("rejected: {}: {}: {}\n", reject.locator, reject.code, reject.message))
            .collect();
        let text = format!("{:?}\n{}\n{}", summary.formats, rejects.concat(), shown(&rows(&summary.parts)));
        assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMg"), "{name}: a secret was kept");
        insta::assert_snapshot!(name.replace(".json", ""), text);
    }
}

/// Each record in a form: itself for `RECORD`, as a text for `TEXT`.
fn wrapped(events: &[String], form: &str) -> String {
    let one = |event: &String| form.replace("RECORD", event).replace("TEXT", &Value::from(event.as_str()).to_string());
    events.iter().map(one).collect::<Vec<_>>().join(",")
}

#[test]
fn an_insight_is_an_event_and_no_operation() {
    let bench = Bench::new();
    bench.file("insights.json", r#"{"Records":[{"eventVersion":"1.08","eventTime":"2026-11-02T10:00:00Z","awsRegion":"eu-west-1","eventID":"i1","eventType":"AwsCloudTrailInsight","recipientAccountId":"111122223333","sharedEventID":"s1","insightDetails":{"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"TerminateInstances","insightType":"ApiCallRateInsight"},"eventCategory":"Insight"}]}"#);
    let summary = bench.ingest();
    assert_eq!((summary.added, summary.totals.rejected), (1, 0), "{:?}", summary.problems);
    let row = &rows(&summary.parts)[0];
    assert_eq!((row["category"].as_str(), row["operation_name"].as_str()), (Some("insight"), Some("")));
    assert!(row["raw_additional"].as_str().unwrap().contains("TerminateInstances"));
}

#[test]
fn the_form_around_the_records_does_not_matter() {
    use crate::support::{event, records};
    let events: Vec<String> = (0..5).map(|i| event(&format!("e{i}"), "111122223333", "2026-11-02T00:00:00Z")).collect();
    let lines = events.join("\n");
    let forms = [
        records(&events),
        lines.clone(),
        format!("\u{feff}{lines}\r\n\r\n"),
        format!("[{}]", events.join(", ")),
        events.join("\n\n  "),
        events.concat(),
        format!("{{\"x\":{{\"Records\":1}},\"Records\" : [ {} ], \"more\":[]}}", events.join(" ,\n")),
        events.iter().map(|event| records(std::slice::from_ref(event))).collect::<Vec<_>>().join("\n"),
        format!("{}\n{}", events[..2].join("\n"), records(&events[2..])),
        format!("{}\n{}", records(&events[2..]), events[..2].join("\n")),
        lines.replace("\"eventVersion\"", "\n  \"eventVersion\""),
        format!("\u{1e}{}", events.join("\n\u{1e}")),
        // What tools give that keep records as texts, or around them: CloudWatch Logs, CloudTrail Lake, Elastic, Splunk.
        format!(r#"{{"searchedLogStreams":[],"events":[{}]}}"#, wrapped(&events, r#"{"timestamp":1,"message":TEXT}"#)),
        format!(r#"{{"QueryStatus":"FINISHED","QueryResultRows":[{}]}}"#, wrapped(&events, r#"[{"eventJson":TEXT}]"#)),
        format!(
            r#"{{"took":3,"hits":{{"total":5,"hits":[{}]}}}}"#,
            wrapped(&events, r#"{"_id":"1","_source":RECORD}"#)
        ),
        wrapped(&events, r#"{"_source":{"@timestamp":"2026","event":{"original":TEXT}}}"#),
        wrapped(&events, r#"{"preview":false,"result":{"_raw":TEXT}}"#),
        wrapped(&events, r#"{"log":TEXT,"stream":"stdout"}"#),
        format!(r#"{{"Records":[{}]}}"#, wrapped(&events, "TEXT")),
        // A log group of CloudWatch, exported to a bucket.
        events.iter().map(|event| format!("2026-11-02T00:00:01.500Z {event}\n")).collect(),
    ];
    for form in forms {
        for packed in [form.clone().into_bytes(), crate::support::gzip(form.as_bytes())] {
            let bench = Bench::new();
            bench.file("log", packed);
            let summary = bench.ingest();
            assert_eq!((summary.added, summary.totals.rejected), (5, 0), "{form}\n{:?}", summary.problems);
            let mut indices = crate::support::column(&summary.parts, "source_index");
            indices.sort();
            assert_eq!(indices, ["0", "1", "2", "3", "4"], "{form}");
        }
    }
}
