//! The three formats over the shared assessment.
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

#[path = "../../isoneph-report/tests/fixture/mod.rs"]
mod fixture;

use isoneph_assessment::Writer;
use isoneph_exchange::{JunitWriter, OcsfWriter, SarifWriter};
use isoneph_model::Lang;
use serde_json::Value;

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap()
}

fn run(writer: &mut dyn Writer) {
    fixture::assessment().write(writer).unwrap();
}

fn sarif(lang: Lang) -> String {
    written(|out| run(&mut SarifWriter::new(out, fixture::catalogue(), lang)))
}

fn junit(lang: Lang) -> String {
    written(|out| run(&mut JunitWriter::new(out, lang).unwrap()))
}

fn ocsf(lang: Lang) -> String {
    written(|out| run(&mut OcsfWriter::new(out, lang)))
}

#[test]
fn formats_in_both_languages() {
    insta::assert_snapshot!("sarif_en", sarif(Lang::En));
    insta::assert_snapshot!("junit_en", junit(Lang::En));
    insta::assert_snapshot!("junit_ja", junit(Lang::Ja));
    insta::assert_snapshot!("ocsf_en", ocsf(Lang::En));
}

#[test]
fn two_runs_give_the_same_bytes() {
    for lang in [Lang::En, Lang::Ja] {
        assert_eq!(sarif(lang), sarif(lang));
        assert_eq!(junit(lang), junit(lang));
        assert_eq!(ocsf(lang), ocsf(lang));
    }
}

#[test]
fn sarif_says_what_sarif_asks() {
    let log: Value = serde_json::from_str(&sarif(Lang::Ja)).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), fixture::assessment().outcomes.len());
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(result["kind"] == "fail", result["level"] != "none", "{result}");
        for location in result["locations"].as_array().unwrap() {
            let artifact = &location["physicalLocation"]["artifactLocation"];
            if let Some(index) = artifact["index"].as_u64() {
                assert_eq!(run["artifacts"][index as usize]["location"]["uri"], artifact["uri"]);
            }
        }
    }
    let suppressed: Vec<&Value> = results.iter().filter(|r| r.get("suppressions").is_some()).collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!((&suppressed[0]["kind"], &suppressed[0]["level"]), (&"fail".into(), &"error".into()));
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().len(), 2);
}

#[test]
fn a_run_without_losses_is_successful() {
    let mut assessment = fixture::assessment();
    assessment.tail.losses.clear();
    assessment.outcomes.clear();
    let text = written(|out| {
        assessment.write(&mut SarifWriter::new(out, fixture::catalogue(), Lang::En)).unwrap();
    });
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    let text = written(|out| assessment.write(&mut OcsfWriter::new(out, Lang::En)).unwrap());
    assert_eq!(text, "[]\n");
}

#[test]
fn junit_counts_what_it_lists_and_is_well_formed() {
    let text = junit(Lang::En);
    assert!(text.contains("tests=\"23\" failures=\"15\" errors=\"2\" skipped=\"4\""), "{}", &text[..200]);
    assert_eq!(text.matches("<testcase ").count(), 23);
    assert_eq!(text.matches("<failure ").count(), 15);
    assert_eq!(text.matches("<skipped ").count(), 4);
    assert_eq!(text.matches("<error ").count(), 2);
    let legal = |c: char| {
        matches!(c, '\n' | '\t' | ' '..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') || c > '\u{ffff}'
    };
    assert!(text.chars().all(legal));
    assert!(!text.contains("<script>") && !text.contains("]]>"));
    assert_eq!(text.matches('<').count(), text.matches('>').count());
}

#[test]
fn ocsf_events_have_what_their_class_requires() {
    let events: Vec<Value> = serde_json::from_str(&ocsf(Lang::En)).unwrap();
    let mut uids: Vec<&str> = Vec::new();
    for event in &events {
        for name in ["activity_id", "category_uid", "class_uid", "type_uid", "time", "severity_id"] {
            assert!(event[name].is_i64(), "{name}: {event}");
        }
        assert!(event["finding_info"]["uid"].is_string() && event["finding_info"]["title"].is_string());
        assert!(event["metadata"]["product"]["name"].is_string() && event["metadata"]["version"].is_string());
        let fails = event["compliance"]["status_id"] == 3;
        assert_eq!(fails, event["severity_id"].as_i64() > Some(1));
        uids.push(event["finding_info"]["uid"].as_str().unwrap());
    }
    uids.sort_unstable();
    uids.dedup();
    assert_eq!(uids.len(), events.len());
    let last = events.last().unwrap();
    assert_eq!((&last["time"], &last["compliance"]["status_id"]), (&1_795_219_200_000_i64.into(), &99.into()));
    let suppressed = events.iter().filter(|event| event["status_id"] == 3).count();
    assert_eq!(suppressed, 1);
}
