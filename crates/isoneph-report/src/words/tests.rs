//! Both languages say the same things, and every key that the code uses exists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use isoneph_assessment::DayState;
use isoneph_model::{
    ControlId, EvidenceClass, Extent, Outcome, Reason, ReasonCode, RequirementKind, Role, Severity, Standing, Support,
};
use isoneph_standard::RequirementKey;
use isoneph_standard::standing::Why;

use super::*;

/// The keys of a Fluent file with the values that their texts name.
fn keys(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines() {
        if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            current = key.to_owned();
            assert!(keys.insert(current.clone(), BTreeSet::new()).is_none(), "{current} is there twice");
        }
        let names = line.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next());
        if let Some(key) = keys.get_mut(&current) {
            key.extend(names.flatten().map(str::to_owned));
        }
    }
    keys
}

#[test]
fn both_files_are_well_formed_and_have_the_same_keys_and_values() {
    for source in [EN, JA] {
        assert!(FluentResource::try_new(source.to_owned()).is_ok());
    }
    assert_eq!(keys(EN), keys(JA));
}

/// The sources and templates in a folder, but for these tests.
fn read(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, text);
        } else if !path.ends_with("words/tests.rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// The keys in `say("…")` and `say_with("…"`; a call may be broken after its parenthesis.
fn called(text: &str) -> BTreeSet<&str> {
    let arguments = ["say(", "say_with("].into_iter().flat_map(|call| text.split(call).skip(1));
    arguments.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).collect()
}

#[test]
fn every_key_in_the_code_exists_and_every_key_is_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    read(&root.join("src"), &mut text);
    read(&root.join("templates"), &mut text);
    let known = keys(EN);
    let called = called(&text);
    assert!(called.len() > 80, "the calls are found: {}", called.len());
    for key in called {
        assert!(known.contains_key(key), "{key} does not exist");
    }
    // Keys made from words of a vocabulary; the test below asks for each.
    let made = [
        "outcome-",
        "severity-",
        "role-",
        "standing-",
        "means-",
        "kind-",
        "support-",
        "class-",
        "extent-",
        "reason-",
        "why-",
        "waits-",
        "basis-",
        "logday-",
        "opclass-",
    ];
    for key in known.keys().filter(|key| !made.iter().any(|prefix| key.starts_with(prefix))) {
        assert!(text.contains(&format!("\"{key}\"")), "nobody uses {key}");
    }
}

fn all_whys() -> Vec<Why> {
    let control: ControlId = "CLD.9.5.2".parse().unwrap();
    let requirement = RequirementKey { control, name: "x".to_owned() };
    let key = || requirement.clone();
    let kind = RequirementKind::Operation;
    let mut whys: Vec<Why> =
        RequirementKind::ALL.iter().map(|kind| Why::NoEvidence { requirement: key(), kind: *kind }).collect();
    whys.extend([
        Why::ExclusionRefuted { subjects: 14, failing: 1 },
        Why::ExclusionWithoutReason,
        Why::FailingOutcomes { requirement: None, n: 1 },
        Why::ExceptionsOnly { n: 2 },
        Why::ContributingOnly { requirement: key(), n: 2 },
        Why::UnknownOutcomes { requirement: Some(key()), n: 3 },
        Why::Stale { requirement: key(), n: 1 },
        Why::IntendedOnly { requirement: key() },
        Why::ClassTooWeak {
            requirement: key(),
            kind,
            classes: [EvidenceClass::Asserted, EvidenceClass::Intended].into(),
        },
        Why::AccountsUnseen { requirement: key(), seen: 3, expected: 5 },
        Why::ScopeUndeclared { requirement: key() },
        Why::NothingToJudge,
        Why::RequirementsUnknown,
    ]);
    whys
}

#[test]
fn every_value_of_every_vocabulary_has_words() {
    for lang in [Lang::En, Lang::Ja] {
        let words = Words::new(lang);
        let mut texts: Vec<String> = Vec::new();
        texts.extend(Outcome::ALL.iter().flat_map(|o| [words.outcome(o), words.outcome_means(o)]));
        texts.extend(Standing::ALL.iter().flat_map(|s| [words.standing(s), words.standing_means(s)]));
        texts.extend(EvidenceClass::ALL.iter().flat_map(|c| [words.class(c), words.class_means(c)]));
        texts.extend(Severity::ALL.iter().map(|s| words.severity(s)));
        texts.extend(Role::ALL.iter().flat_map(|r| [words.role(r), words.say(&format!("role-{r}-long"))]));
        texts.extend(RequirementKind::ALL.iter().map(|k| words.kind(k)));
        texts.extend(Support::ALL.iter().map(|s| words.support(s)));
        texts.extend(Extent::ALL.iter().map(|e| words.extent(e)));
        texts.extend(DayState::ALL.iter().map(|d| words.say(&format!("logday-{d}"))));
        texts.extend(ReasonCode::ALL.iter().flat_map(|c| [words.reason_code(*c), words.reason_help(*c)]));
        for why in all_whys() {
            texts.extend([words.why(&why), words.why_help(&why), words.say(&format!("waits-{}", why_code(&why)))]);
        }
        for text in texts {
            let is_key = keys(EN).contains_key(&text) || text.is_empty() || text.contains("{$") || text.contains("{ $");
            assert!(!is_key || ["none", "or"].contains(&text.as_str()), "{lang}: {text}");
            let unknown_key = lang == Lang::Ja && text.is_ascii();
            assert!(!unknown_key, "{text}");
        }
    }
}

#[test]
fn what_only_people_know_is_asked_for_by_its_own_option() {
    let words = Words::new(Lang::En);
    let help = |table: &str, column: &str, code| {
        let (table, column) = (Some(table.to_owned()), Some(column.to_owned()));
        words.help(&Reason { code, table, column })
    };
    let missing = ReasonCode::NotCollected;
    for column in ["procedure", "break_glass", "reviewer"] {
        assert!(help("critical_operation", column, missing).contains("--administration"));
    }
    assert!(help("critical_operation", "approval", missing).contains("--changes"));
    assert_eq!(help("vm", "procedure", missing), words.reason_help(missing));
    assert_eq!(help("critical_operation", "procedure", ReasonCode::Stale), words.reason_help(ReasonCode::Stale));
}

#[test]
fn numbers_choose_their_form() {
    let words = Words::new(Lang::En);
    assert_eq!(words.why(&Why::FailingOutcomes { requirement: None, n: 1 }), "1 outcome fails");
    assert_eq!(words.why(&Why::FailingOutcomes { requirement: None, n: 2 }), "2 outcomes fail");
}

#[test]
fn values_are_made_safe_and_bring_no_marks_of_their_own() {
    let words = Words::new(Lang::Ja);
    let said = words.say_with("service-named", &[("name", "a\u{1b}[2J".into())]);
    assert_eq!(said, "サービス a\\u{1b}[2J");
    let reason = Reason { code: ReasonCode::Stale, table: Some("vm".to_owned()), column: None };
    assert!(words.reason(&reason).starts_with("vm: "));
}
