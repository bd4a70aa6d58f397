//! Reports as tools write them, in small, and reports as nobody should write them.

use std::fmt::Write as _;
use std::io::BufReader;

use arrow::array::{Array, AsArray};
use arrow::datatypes::TimestampMicrosecondType;
use isoneph_model::RowId;
use isoneph_tables::{Input, Inventory, NewInput, TableId};
use proptest::prelude::*;

use super::*;

const DETECTIONS: &str = include_str!("../../tests/findings/detections.ocsf.json");
const COMPLIANCE: &str = include_str!("../../tests/findings/compliance.ocsf.jsonl");
const SECURITY_HUB: &str = include_str!("../../tests/findings/security-hub.asff.json");
const RESULTS: &str = include_str!("../../tests/findings/results.sarif");

fn read_bytes(format: Format, bytes: &[u8]) -> (Inventory, Option<Fault>) {
    let mut sink = Sink::default();
    let input = NewInput { path: "report".to_owned(), sha256: None, format: format.to_string(), class: None };
    let input = sink.input(input);
    let fault = read(format, &mut BufReader::with_capacity(7, bytes), input, &mut sink).err();
    (sink.finish().unwrap(), fault)
}

fn read_text(format: Format, text: &str) -> Inventory {
    let (inventory, fault) = read_bytes(format, text.as_bytes());
    assert!(fault.is_none(), "{fault:?}");
    inventory
}

fn input(inventory: &Inventory) -> &Input {
    &inventory.inputs[0]
}

const SHOWN: &[&str] =
    &["uid", "rule", "verdict", "severity", "resource", "controls", "control_basis", "suppressed", "observed_at"];

/// A line for each finding, then what could not be read and what is worth knowing.
fn shown(inventory: &Inventory) -> String {
    let table = TableId::find("finding").unwrap();
    let mut text = String::new();
    for row in 0..inventory.table(table).num_rows() {
        let place = inventory.place(RowId::new(table.ordinal(), row).unwrap()).unwrap();
        let cells: Vec<String> = SHOWN.iter().map(|column| value(inventory, table, column, row)).collect();
        writeln!(text, "{} | {}", place.locator, cells.join(" | ")).unwrap();
    }
    for reject in &input(inventory).rejected {
        writeln!(text, "rejected {} {}: {}", reject.locator, reject.code, reject.message).unwrap();
    }
    for note in &input(inventory).notes {
        writeln!(text, "note {note}").unwrap();
    }
    for (kind, count) in &input(inventory).unsupported {
        writeln!(text, "unsupported {kind}: {count}").unwrap();
    }
    writeln!(text, "{} records", input(inventory).records).unwrap();
    text
}

fn value(inventory: &Inventory, table: TableId, column: &str, row: usize) -> String {
    let index = table.def().column_index(column).unwrap();
    let array = inventory.table(table).column(index);
    if array.is_null(row) {
        let id = RowId::new(table.ordinal(), row).unwrap();
        return format!("NULL {}", inventory.gap(id, index as u16));
    }
    if let Some(texts) = array.as_string_opt::<i32>() {
        return texts.value(row).to_owned();
    }
    if let Some(list) = array.as_list_opt::<i32>() {
        let texts = list.value(row);
        return texts.as_string::<i32>().iter().flatten().collect::<Vec<_>>().join(",");
    }
    if let Some(times) = array.as_primitive_opt::<TimestampMicrosecondType>() {
        return jiff::Timestamp::from_microsecond(times.value(row)).unwrap().to_string();
    }
    array.as_boolean().value(row).to_string()
}

#[test]
fn detections_of_prowler() {
    insta::assert_snapshot!(shown(&read_text(Format::Ocsf, DETECTIONS)), @"
    #/0 | 0:f-1 | s3_bucket_public_access | fail | high | arn:aws:s3:::invoices | 9.4.1,12.4.1,12.4.2,12.4.3 | named | false | 2026-05-28T20:26:40Z
    #/1 | 0:f-2 | ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22 | unknown | medium | sg-1 | 9.1.2,CLD.9.5.1,13.1.1,13.1.3 | mapped | false | 2026-05-28T20:26:40Z
    #/2 | 0:f-3 | iam_support_role_created | unknown | informational |  | 16.1.1 | mapped | true | NULL unreadable
    #/6 | 0:f-1#again/2 | no-such-rule | pass | low | one |  |  | false | 2026-05-28T20:26:40Z
    #/6 | 0:f-1#again/2#resource/1 | no-such-rule | pass | low | two |  |  | false | 2026-05-28T20:26:40Z
    rejected #/3 unreadable: the finding names no rule, control or title
    rejected #/5 unreadable: this is neither an OCSF finding nor a Security Hub finding
    unsupported ocsf-class-2002: 1
    7 records
    ");
}

#[test]
fn compliance_findings_one_a_line() {
    insta::assert_snapshot!(shown(&read_text(Format::Ocsf, COMPLIANCE)), @"
    record 1 | 0:c-1 | IAM.6 | fail | high | AWS::::Account:111122223333 | 9.2.3,9.4.2 | named | false | 2026-05-28T20:26:40Z
    record 2 | 0:c-2 | CloudTrail.2 | unknown | informational | arn:aws:cloudtrail:eu-west-1:111122223333:trail/all | 10.1.1,12.4.2 | mapped | false | 2026-05-28T20:26:40Z
    record 4 | 0:c-3 | KMS.4 | unknown | medium | arn:aws:kms:eu-west-1:111122223333:key/k | 10.1.2 | mapped | false | 2026-05-28T20:26:40Z
    record 5 | 0:c-4 | S3.5 | unknown | medium | arn:aws:s3:::invoices | 10.1.1 | mapped | false | 2026-05-28T20:26:40Z
    rejected record 3 unreadable: EOF while parsing an object at line 1 column 47
    5 records
    ");
}

#[test]
fn findings_of_security_hub() {
    insta::assert_snapshot!(shown(&read_text(Format::Asff, SECURITY_HUB)), @"
    #/Findings/0 | 0:h-1 | S3.8 | fail | high | arn:aws:s3:::invoices | 9.4.1 | named | true | 2026-05-28T20:26:40Z
    #/Findings/1 | 0:h-2 | EC2.8 | pass | informational | arn:aws:ec2:eu-west-1:111122223333:instance/i-1 | 9.2.4,CLD.9.5.2 | mapped | false | 2026-05-28T20:26:40Z
    #/Findings/2 | 0:h-3 | KMS.4 | unknown | informational |  | 10.1.2 | mapped | false | NULL not-collected
    #/Findings/3 | 0:h-4 | KMS.4 | unknown | medium |  | 10.1.2 | mapped | false | NULL not-collected
    #/Findings/4 | 0:h-5 | CVE-2024-0001 | fail | critical | arn:aws:ec2:eu-west-1:111122223333:instance/i-1 | 12.6.1 | mapped | false | NULL not-collected
    #/Findings/5 | 0:h-6 | IAM.6 | unknown | NULL unreadable |  | 9.2.3,9.4.2,CLD.12.1.5 | mapped | false | NULL not-collected
    note #: the list goes on at its NextToken: more findings were not exported
    6 records
    ");
}

#[test]
fn results_of_static_analysis() {
    insta::assert_snapshot!(shown(&read_text(Format::Sarif, RESULTS)), @"
    #/runs/0/results/0 | 0:CKV_AWS_24@network.tf:12 | CKV_AWS_24 | fail | critical | network.tf:12 | 13.1.3 | named | false | 2026-05-28T20:26:40Z
    #/runs/0/results/1 | 0:g-1 | CKV_AWS_145 | pass | low | aws_s3_bucket.invoices | 10.1.1,10.1.2 | mapped | false | 2026-05-28T20:26:40Z
    #/runs/0/results/2 | 0:CKV_AWS_24 | CKV_AWS_24 | unknown | critical |  | 13.1.3 | named | false | 2026-05-28T20:26:40Z
    #/runs/0/results/3 | 0:CKV_AWS_24#again/2 | CKV_AWS_24 | not-applicable | critical |  | 13.1.3 | named | false | 2026-05-28T20:26:40Z
    #/runs/0/results/4 | 0:CKV_AWS_24#again/3 | CKV_AWS_24 | unknown | critical |  | 13.1.3 | named | false | 2026-05-28T20:26:40Z
    #/runs/0/results/5 | 0:CKV_AWS_24/part | CKV_AWS_24/part | fail | critical |  | 13.1.3 | named | true | 2026-05-28T20:26:40Z
    #/runs/0/results/6 | 0:AVD-AWS-0086 | AVD-AWS-0086 | unknown | NULL not-collected |  | 9.4.1 | mapped | false | 2026-05-28T20:26:40Z
    rejected #/runs/0/results/7 unreadable: the result names no rule
    rejected #/runs/0/results/8 unreadable: a result should be an object
    note #/runs/0: checker reports that it failed: what it did not find may be there
    note #/runs/1: idle lists no result: that is no pass for anything
    note #/runs/2: absent gives no list of results: it may not have looked
    9 records
    ");
}

#[test]
fn what_a_row_says_beside_its_verdict() {
    let inventory = read_text(Format::Ocsf, DETECTIONS);
    let finding = TableId::find("finding").unwrap();
    let cell = |column: &str, row: usize| value(&inventory, finding, column, row);
    let columns = ["provider", "account", "region", "native_type", "native_id", "name", "tags", "tool", "tool_version"];
    assert_eq!(
        columns.map(|column| cell(column, 0)).join(" "),
        "aws 111122223333 eu-west-1 AwsS3Bucket arn:aws:s3:::invoices invoices env=prod,team=billing Prowler 5.46.0"
    );
    assert_eq!(
        (cell("title", 0), cell("message", 0)),
        ("Bucket is not public".into(), "Bucket invoices is public.".into())
    );
    assert_eq!((cell("name", 4), cell("tags", 3)), ("two".into(), "env=prod".into()));
    assert_eq!(cell("provider", 3), "NULL not-collected");
}

#[test]
fn a_report_is_asserted_recorded_and_never_complete() {
    let inventory = read_text(Format::Sarif, RESULTS);
    assert_eq!(input(&inventory).class, Some(EvidenceClass::Asserted));
    assert_eq!(inventory.snapshots[0].kind, SnapshotKind::Recorded);
    assert!(inventory.coverage.iter().all(|entry| entry.extent == Extent::Partial));
    assert_eq!(inventory.coverage.len(), 1);
}

#[test]
fn one_finding_alone_and_one_a_line_are_the_same_finding() {
    let one = r#"{"class_uid":2004,"finding_info":{"uid":"u","title":"t"},"status_code":"PASS"}"#;
    let alone = shown(&read_text(Format::Ocsf, one));
    assert!(alone.starts_with("# | 0:u | t | pass |"), "{alone}");
    let lines = shown(&read_text(Format::Ocsf, &format!("\n{one}\n\n{}\n", one.replace("\"u\"", "\"v\""))));
    assert!(lines.contains("record 1 | 0:u |") && lines.contains("record 2 | 0:v |"), "{lines}");
    let pretty = one.replace(',', ",\n");
    let several = shown(&read_text(Format::Ocsf, &format!("{pretty}\n{}", pretty.replace("\"u\"", "\"v\""))));
    assert!(several.contains("# | 0:u |") && several.contains("record 2 | 0:v |"), "{several}");
}

#[test]
fn findings_in_an_event_are_read() {
    let event = r#"{"source":"aws.securityhub","detail":{"findings":[
        {"SchemaVersion":"2018-10-08","AwsAccountId":"1","Id":"e","GeneratorId":"g","Compliance":{"Status":"PASSED"}}]}}"#;
    let text = shown(&read_text(Format::Asff, event));
    assert!(text.starts_with("# finding 1 | 0:e | g | pass |"), "{text}");
}

#[test]
fn an_empty_report_is_said_to_be_no_pass() {
    for (format, text) in
        [(Format::Ocsf, "[]"), (Format::Asff, r#"{"Findings":[]}"#), (Format::Sarif, r#"{"runs":[]}"#)]
    {
        let inventory = read_text(format, text);
        assert_eq!(input(&inventory).notes, ["the report holds no finding: that is no pass for anything"]);
    }
}

#[test]
fn a_report_that_breaks_off_keeps_what_came_before() {
    for (format, text, rows) in
        [(Format::Ocsf, DETECTIONS, 1), (Format::Asff, SECURITY_HUB, 1), (Format::Sarif, RESULTS, 3)]
    {
        let half = &text.as_bytes()[..text.len() / 2];
        let (inventory, fault) = read_bytes(format, half);
        assert!(matches!(fault, Some(Fault::Reject { code: "truncated", .. })), "{format}: {fault:?}");
        assert!(inventory.table(TableId::find("finding").unwrap()).num_rows() >= rows, "{format}");
    }
}

#[test]
fn a_finding_larger_than_it_may_be_costs_itself_alone() {
    let small = r#"{"class_uid":2004,"finding_info":{"uid":"u","title":"t"},"status_code":"FAIL"}"#;
    let large = small.replace("\"t\"", &format!("\"{}\"", "x".repeat(walk::RECORD_CAP)));
    for text in [format!("[{large},{small}]"), format!("{small}\n{large}\n{small}\n")] {
        let inventory = read_text(Format::Ocsf, &text);
        let rejects: Vec<&str> = input(&inventory).rejected.iter().map(|r| r.code.as_str()).collect();
        assert_eq!(rejects, ["too-large"]);
        assert!(inventory.table(TableId::find("finding").unwrap()).num_rows() >= 1);
    }
}

#[test]
fn a_finding_nested_without_end_is_refused_and_the_next_is_read() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = format!(
        r#"[{{"class_uid":2004,"unmapped":{deep}}},{{"class_uid":2004,"finding_info":{{"title":"t"}},"status_code":"FAIL"}}]"#
    );
    let inventory = read_text(Format::Ocsf, &text);
    assert_eq!(input(&inventory).rejected.len(), 1);
    assert_eq!(inventory.table(TableId::find("finding").unwrap()).num_rows(), 1);
}

#[test]
fn an_identity_that_is_too_long_is_refused_not_cut() {
    let text = format!(r#"{{"class_uid":2004,"finding_info":{{"uid":"{}","title":"t"}}}}"#, "u".repeat(3_000));
    assert_eq!(input(&read_text(Format::Ocsf, &text)).rejected[0].message, "the identifier is longer than 2048 bytes");
}

/// No status but the ones that say so is a pass.
#[test]
fn no_unknown_word_is_a_pass() {
    for word in ["", "PASSED?", "OK", "MANUAL", "true", "not passed", "compliant", "ERROR"] {
        let status = serde_json::Value::from(word);
        let ocsf = format!(r#"{{"class_uid":2004,"finding_info":{{"title":"t"}},"status_code":{status}}}"#);
        let asff = format!(r#"{{"AwsAccountId":"1","GeneratorId":"g","Compliance":{{"Status":{status}}}}}"#);
        let sarif = format!(r#"{{"runs":[{{"results":[{{"ruleId":"r","kind":{status}}}]}}]}}"#);
        for (format, text) in [(Format::Ocsf, ocsf), (Format::Asff, asff), (Format::Sarif, sarif)] {
            let inventory = read_text(format, &text);
            assert_eq!(
                value(&inventory, TableId::find("finding").unwrap(), "verdict", 0),
                "unknown",
                "{format} {word:?}"
            );
        }
    }
}

fn mutated() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let report = prop_oneof![
        Just((Format::Ocsf, DETECTIONS)),
        Just((Format::Ocsf, COMPLIANCE)),
        Just((Format::Asff, SECURITY_HUB)),
        Just((Format::Sarif, RESULTS)),
    ];
    let edit = (any::<prop::sample::Index>(), 0_usize..40, prop::collection::vec(any::<u8>(), 0..4));
    let json = prop_oneof![
        Just("null"),
        Just("[]"),
        Just("{}"),
        Just("-1e999"),
        Just("9223372036854775808"),
        Just("\"\\ud800\""),
        Just("\""),
        Just("]"),
        Just("}"),
        Just(","),
    ];
    (report, prop::collection::vec((edit, prop::option::of(json)), 1..6)).prop_map(|((format, text), edits)| {
        let mut bytes = text.as_bytes().to_vec();
        for ((at, length, garbage), json) in edits {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            let new = json.map_or(garbage, |json| json.as_bytes().to_vec());
            bytes.splice(start..end, new);
        }
        (format, bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in a report, reading it ends, and every row has a verdict of the vocabulary.
    #[test]
    fn a_mutated_report_is_read_or_refused((format, bytes) in mutated()) {
        let (inventory, _) = read_bytes(format, &bytes);
        let finding = TableId::find("finding").unwrap();
        for row in 0..inventory.table(finding).num_rows() {
            let verdict = value(&inventory, finding, "verdict", row);
            prop_assert!(verdict.parse::<isoneph_model::Outcome>().is_ok(), "{verdict}");
        }
    }
}
