//! The report for a terminal.
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod fixture;

use isoneph_model::{Lang, Outcome};
use isoneph_report::{Style, TextWriter};

fn text(assessment: &fixture::Assessment, lang: Lang, style: Style) -> String {
    let mut out = Vec::new();
    assessment.write(&mut TextWriter::new(&mut out, fixture::catalogue(), lang, style)).unwrap();
    String::from_utf8(out).unwrap()
}

const PLAIN: Style = Style { color: false, width: 100 };

#[test]
fn english() {
    insta::assert_snapshot!(text(&fixture::assessment(), Lang::En, PLAIN));
}

#[test]
fn japanese() {
    insta::assert_snapshot!(text(&fixture::assessment(), Lang::Ja, PLAIN));
}

#[test]
fn names_from_evidence_cannot_command_the_terminal() {
    let plain = text(&fixture::assessment(), Lang::En, PLAIN);
    let allowed = |c: char| c == '\n' || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'));
    assert!(plain.chars().all(allowed));
    let colored = text(&fixture::assessment(), Lang::En, Style { color: true, width: 100 });
    let escapes: Vec<&str> = colored.split('\u{1b}').skip(1).collect();
    assert!(escapes.iter().all(|e| e.starts_with('[') && e.split_once('m').is_some_and(|(code, _)| code.len() < 6)));
    assert!(!escapes.is_empty());
}

#[test]
fn two_runs_give_the_same_bytes() {
    let style = Style { color: true, width: 72 };
    assert_eq!(
        text(&fixture::whole_assessment(), Lang::Ja, style),
        text(&fixture::whole_assessment(), Lang::Ja, style)
    );
}

#[test]
fn failing_operations_of_one_session_are_one_entry() {
    let mut told = fixture::whole_assessment();
    let failing =
        told.outcomes.iter().position(|outcome| outcome.outcome == Outcome::Fail && outcome.check == 1).unwrap();
    let of = |address: &str, story: &str| {
        let mut outcome = told.outcomes[failing].clone();
        outcome.subject.as_mut().unwrap().address = address.to_owned();
        outcome.values.push(("story".to_owned(), Some(story.to_owned())));
        outcome
    };
    let more =
        [of("first", "jo at nine"), of("second", "jo at nine"), of("other", "jo at noon"), of("third", "jo at nine")];
    told.outcomes.extend(more);
    let plain = text(&told, Lang::En, PLAIN);
    assert!(plain.contains("; 2 more in the same session"), "{plain}");
    assert!(plain.contains("    first\n") && plain.contains("    other\n"), "{plain}");
    assert!(!plain.contains("    second\n") && !plain.contains("    third\n"), "{plain}");
}
