//! `isoneph.assessment/1`.
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod fixture;

use isoneph_model::Lang;
use isoneph_report::document::Document;
use isoneph_report::{JsonWriter, assessment_schema};
use serde_json::Value;

fn json(assessment: &fixture::Assessment, lang: Lang) -> String {
    let mut out = Vec::new();
    assessment.write(&mut JsonWriter::new(&mut out, lang)).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn english() {
    insta::assert_snapshot!(json(&fixture::assessment(), Lang::En));
}

#[test]
fn japanese_changes_texts_and_nothing_else() {
    let strip = |lang| {
        let mut document: Document = serde_json::from_str(&json(&fixture::assessment(), lang)).unwrap();
        document.checks.iter_mut().for_each(|check| check.title.clear());
        document.outcomes.iter_mut().for_each(|outcome| outcome.message = None);
        document.standings.iter_mut().flat_map(|s| &mut s.why).for_each(|why| why.text.clear());
        document
    };
    assert_eq!(strip(Lang::En), strip(Lang::Ja));
    assert!(json(&fixture::assessment(), Lang::Ja).contains("バケットb01はanybodyが読み取れる"));
}

#[test]
fn a_real_output_satisfies_the_published_schema() {
    let validator = jsonschema::validator_for(&assessment_schema()).unwrap();
    let mut empty = fixture::assessment();
    empty.outcomes.clear();
    empty.tail = Default::default();
    for assessment in [fixture::assessment(), fixture::whole_assessment(), empty] {
        let value: Value = serde_json::from_str(&json(&assessment, Lang::En)).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_the_writer_never_writes() {
    let validator = jsonschema::validator_for(&assessment_schema()).unwrap();
    let good: Value = serde_json::from_str(&json(&fixture::assessment(), Lang::En)).unwrap();
    let changes: [(&str, Value); 5] = [
        ("/schema", "isoneph.assessment/2".into()),
        ("/outcomes/0/outcome", "passed".into()),
        ("/outcomes/0/fingerprint", "abc".into()),
        ("/standings/0/standing", "certified".into()),
        ("/inputs/0/records", "forty".into()),
    ];
    for (pointer, value) in changes {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&bad), "{pointer}");
    }
}

#[test]
fn what_is_written_reads_back_and_writes_the_same() {
    let text = json(&fixture::whole_assessment(), Lang::En);
    let document: Document = serde_json::from_str(&text).unwrap();
    let again: Value = serde_json::to_value(&document).unwrap();
    assert_eq!(again, serde_json::from_str::<Value>(&text).unwrap());
    assert_eq!(text, json(&fixture::whole_assessment(), Lang::En));
}

#[test]
fn hostile_names_come_through_whole() {
    let document: Document = serde_json::from_str(&json(&fixture::assessment(), Lang::En)).unwrap();
    assert_eq!(document.outcomes[0].subject, Some(format!("aws_s3_bucket.{}", fixture::HOSTILE).into()));
}
