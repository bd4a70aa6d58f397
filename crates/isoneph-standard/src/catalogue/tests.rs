//! The facts of the embedded catalogue, and that a catalogue that contradicts itself is refused at the right place.

use std::collections::BTreeSet;

use isoneph_model::{RequirementKind, Role, Support};

use super::*;
use crate::control::{ControlKind, Origin};
use crate::crosswalk::Relation;

fn catalogue() -> &'static Catalogue {
    Catalogue::embedded().unwrap()
}

fn id(text: &str) -> ControlId {
    text.parse().unwrap()
}

#[test]
fn the_2015_edition_has_44_controls_and_79_cells() {
    let edition = catalogue().edition(Edition::E2015);
    let of_kind = |kind| edition.controls().filter(|c| c.kind == kind).count();
    assert_eq!((of_kind(ControlKind::Guidance), of_kind(ControlKind::Extended)), (37, 7));
    let cells = |role| edition.controls().filter(|c| c.cell(role).guidance).count();
    assert_eq!((cells(Role::Provider), cells(Role::Customer)), (40, 39));
    let without =
        |role| -> Vec<&str> { edition.controls().filter(|c| !c.cell(role).guidance).map(|c| c.id.as_str()).collect() };
    assert_eq!(without(Role::Provider), ["9.1.2", "10.1.2", "12.4.3", "15.1.1"]);
    assert_eq!(without(Role::Customer), ["9.2.1", "9.2.2", "CLD.9.5.1", "CLD.13.1.4", "15.1.3"]);
}

#[test]
fn the_2026_edition_has_43_controls() {
    let edition = catalogue().edition(Edition::E2026);
    let of_kind = |kind| edition.controls().filter(|c| c.kind == kind).count();
    assert_eq!((of_kind(ControlKind::Guidance), of_kind(ControlKind::Extended)), (39, 4));
    let provider_only: Vec<&str> = edition.controls().filter(|c| !c.customer.guidance).map(|c| c.id.as_str()).collect();
    assert_eq!(provider_only, ["5.21", "8.20"]);
    assert!(edition.controls().all(|c| c.provider.guidance));
}

#[test]
fn the_facts_of_an_edition_count_its_controls() {
    for edition in Edition::ALL {
        let view = catalogue().edition(*edition);
        assert_eq!(view.facts().controls, view.controls().len());
        assert_eq!(view.cells().count(), 2 * view.controls().len());
    }
}

#[test]
fn the_base_standards_have_114_and_93_controls() {
    assert_eq!(catalogue().base_controls(BaseStandard::E2013).len(), 114);
    assert_eq!(catalogue().base_controls(BaseStandard::E2022).len(), 93);
    let new = catalogue().base_controls(BaseStandard::E2022).filter(|c| c.counterparts.is_empty()).count();
    assert_eq!(new, 11);
    let notes = catalogue().base_controls(BaseStandard::E2013).filter(|c| c.cloud == crate::CloudLayer::NoteOnly);
    assert_eq!(notes.map(|c| c.id.as_str()).collect::<Vec<_>>(), ["8.1.2", "14.2.9", "18.1.4"]);
}

#[test]
fn controls_come_in_the_order_of_the_standard() {
    for edition in Edition::ALL {
        let ids: Vec<&ControlId> = catalogue().edition(*edition).controls().map(|c| &c.id).collect();
        assert!(ids.is_sorted());
    }
    let first: Vec<&str> = catalogue().edition(Edition::E2015).controls().map(|c| c.id.as_str()).take(4).collect();
    assert_eq!(first, ["5.1.1", "6.1.1", "6.1.3", "CLD.6.3.1"]);
}

#[test]
fn two_thirds_of_the_provider_cells_ask_for_disclosure() {
    let cells = catalogue().edition(Edition::E2015).controls().map(|c| &c.provider).filter(|c| c.guidance);
    let disclosing = cells.filter(|cell| {
        cell.requires.iter().any(|r| r.kind == RequirementKind::Disclosure && r.support == Support::Required)
    });
    assert!((24..=34).contains(&disclosing.count()));
}

#[test]
fn the_crosswalk_tells_of_every_control_of_both_editions() {
    let rows = catalogue().crosswalk();
    let old: BTreeSet<&ControlId> = rows.iter().filter_map(|r| r.old.as_ref()).collect();
    let new: BTreeSet<&ControlId> = rows.iter().filter_map(|r| r.new.as_ref()).collect();
    assert_eq!((old.len(), new.len()), (44, 43));
    let alone = |relation| -> Vec<&str> {
        let ids = rows.iter().filter(|r| r.relation == relation).filter_map(|r| r.old.as_ref().or(r.new.as_ref()));
        ids.map(ControlId::as_str).collect()
    };
    assert_eq!(alone(Relation::Dropped), ["9.1.2", "15.1.1"]);
    assert_eq!(alone(Relation::New), ["5.7", "5.30", "5.39", "8.11", "8.36"]);
    for row in rows {
        let both = row.old.is_some() && row.new.is_some();
        assert_eq!(both, !matches!(row.relation, Relation::Dropped | Relation::New), "{row:?}");
    }
}

#[test]
fn the_crosswalk_goes_both_ways() {
    let ids = |edition, text: &str| -> Vec<&str> {
        catalogue().in_other_edition(edition, &id(text)).iter().map(|c| c.id.as_str()).collect()
    };
    assert_eq!(ids(Edition::E2015, "CLD.8.1.5"), ["5.11", "8.10"]);
    assert_eq!(ids(Edition::E2026, "8.35"), ["CLD.9.5.1", "13.1.3"]);
    assert!(ids(Edition::E2015, "9.1.2").is_empty());
}

#[test]
fn a_2026_cell_asks_what_its_2015_cells_ask() {
    let hardened = catalogue().control(Edition::E2026, &id("8.9")).unwrap();
    let original = catalogue().control(Edition::E2015, &id("CLD.9.5.2")).unwrap();
    assert_eq!(hardened.provider.requires, original.provider.requires);
    assert_eq!(hardened.provider.origin, Origin::Derived { from: vec![id("CLD.9.5.2")] });
    let logging = catalogue().control(Edition::E2026, &id("8.15")).unwrap();
    assert_eq!(logging.customer.origin, Origin::Derived { from: vec![id("12.4.1"), id("12.4.3")] });
    assert_eq!(logging.customer.passages.len(), 2);
}

#[test]
fn a_2026_cell_without_a_past_says_what_is_known_and_asks_nothing() {
    for (control, role) in [("8.36", Role::Customer), ("5.39", Role::Provider), ("5.16", Role::Customer)] {
        let cell = catalogue().control(Edition::E2026, &id(control)).unwrap().cell(role);
        assert!(cell.guidance && cell.requires.is_empty());
        assert!(matches!(&cell.origin, Origin::Unseen { known } if !known.en.is_empty() && !known.ja.is_empty()));
    }
}

#[test]
fn a_requirement_has_one_name_in_a_cell() {
    for edition in Edition::ALL {
        for (control, role, cell) in catalogue().edition(*edition).cells() {
            let names: BTreeSet<_> = cell.requires.iter().map(|r| &r.key).collect();
            assert_eq!(names.len(), cell.requires.len(), "{} {role}", control.id);
        }
    }
}

/// The embedded files with one edit, which must be one.
fn edited(path: &str, from: &str, to: &str) -> CatalogueError {
    let mut files = embedded::files().unwrap();
    let (_, text) = files.iter_mut().find(|(p, _)| p.contains(path)).unwrap();
    let changed = text.replacen(from, to, 1);
    assert_ne!(*text, changed, "{from:?} is not in {path}");
    *text = changed;
    Catalogue::parse(files.iter().map(|(p, t)| (p.as_str(), t.as_str()))).unwrap_err()
}

#[test]
fn a_file_that_is_missing_is_named() {
    let files = embedded::files().unwrap();
    let rest = files.iter().filter(|(p, _)| p != "standard/glossary.toml").map(|(p, t)| (p.as_str(), t.as_str()));
    assert_eq!(Catalogue::parse(rest).unwrap_err(), CatalogueError::Missing("standard/glossary.toml".to_owned()));
}

#[test]
fn errors_name_file_and_line() {
    let error = edited("9.2.3", "id = \"9.2.3\"\nkind = \"guidance\"", "id = \"9.2.3\"\nkind = \"advice\"");
    assert!(matches!(&error, CatalogueError::Syntax { file, line: 2, .. } if file.contains("9.2.3")), "{error}");
    let error = edited("iso27002-2013", "id = \"5.1.2\"", "id = \"5.1.1\"");
    assert!(matches!(&error, CatalogueError::Invalid { line: 20, .. }), "{error}");
    assert!(error.to_string().starts_with("standard/iso27002-2013.toml:20: '5.1.1' is there twice"), "{error}");
}

#[test]
fn a_folder_is_named_after_its_control() {
    let error = edited("9.2.3", "id = \"9.2.3\"", "id = \"9.2.4\"");
    assert!(error.to_string().contains("should be named '9.2.4-management-of-privileged"), "{error}");
}

#[test]
fn a_cell_says_what_its_flag_says() {
    let error = edited("9.2.1", "[customer]\nguidance = false", "[customer]\nguidance = true");
    assert!(error.to_string().ends_with("the customer cell has guidance but no text"), "{error}");
    let error = edited("9.2.1", "[provider]\nguidance = true", "[provider]\nguidance = false");
    assert!(error.to_string().ends_with("the provider cell has a text but no guidance"), "{error}");
}

#[test]
fn the_editions_tell_one_crosswalk() {
    let error = edited("iso27017-2026", "{ id = \"CLD.9.5.2\", relation = \"absorbed\" }", "");
    assert!(error.to_string().contains("CLD.9.5.2"), "{error}");
    let link = "{ id = \"8.9\", relation = \"absorbed\" }";
    let error = edited("CLD.9.5.2", link, "{ id = \"8.9\", relation = \"successor\" }");
    assert!(error.to_string().contains("between CLD.9.5.2 (2015) and 8.9 (2026)"), "{error}");
    let error = edited("CLD.9.5.2", link, "");
    assert!(error.to_string().contains("between CLD.9.5.2 (2015) and 8.9 (2026)"), "{error}");
    let error = edited("9.1.2", "iso27017_2026 = []", "iso27017_2026 = [{ id = \"5.16\", relation = \"part\" }]");
    assert!(error.to_string().starts_with("controls/9.1.2-"), "{error}");
    let error = edited("iso27017-2026", "{ id = \"15.1.1\", basis", "{ id = \"15.1.2\", basis");
    assert!(error.to_string().contains("15.1.1 has to have either"), "{error}");
    let error = edited("iso27002-2022", "\"5.1.1\", \"5.1.2\"", "\"5.1.2\"");
    assert!(error.to_string().contains("between 5.1.1 (2013) and 5.1 (2022)"), "{error}");
}

#[test]
fn a_title_is_the_same_wherever_it_stands() {
    let error = edited("iso27002-2013", "ja = \"鍵管理\"", "ja = \"鍵の管理\"");
    assert!(error.to_string().contains("10.1.2 is called"), "{error}");
}

#[test]
fn every_text_has_words_in_both_languages() {
    let error = edited("10.1.2", "title_ja_basis", "evidence = [{ en = \" \", ja = \"鍵\" }]\ntitle_ja_basis");
    assert!(matches!(error, CatalogueError::Syntax { .. }), "a key that is there twice: {error}");
    let error = edited("iso27002-2022", "ja = \"選考\"", "ja = \"　\"");
    assert!(error.to_string().ends_with("'title' is empty in English or Japanese"), "{error}");
}

#[test]
fn a_requirement_has_a_name_of_its_own_in_kebab_case() {
    let cell = &catalogue().control(Edition::E2015, &id("9.2.1")).unwrap().provider;
    let [first, second, ..] = cell.requires.as_slice() else { panic!("the test needs two requirements") };
    assert_eq!(cell.requirement(&second.key.name), Some(second));
    let named = |name: &str| format!("id = \"{name}\"");
    let error = edited("9.2.1", &named(&second.key.name), &named(&first.key.name));
    assert!(error.to_string().ends_with(&format!("'{}' is there twice", first.key.name)), "{error}");
    let error = edited("9.2.1", &named(&second.key.name), &named("Not_Kebab"));
    assert!(error.to_string().ends_with("should be in kebab-case (like image-baseline)"), "{error}");
}
