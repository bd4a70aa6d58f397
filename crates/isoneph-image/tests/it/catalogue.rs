//! The catalogue is whole: 130 checks, each of settings that an examination gives.

use isoneph_image::catalogue::{Expectation, Profile, checks};
use isoneph_image::guest::end_of_life::EndOfLife;
use isoneph_image::settings::{Options, examine};
use isoneph_image::tree::MemoryTree;
use std::collections::BTreeSet;

#[test]
fn the_baseline_has_130_checks_each_with_an_id_and_alias_of_its_own() {
    let checks = checks();
    assert_eq!(checks.len(), 130);
    assert_eq!(checks.iter().map(|check| &check.id).collect::<BTreeSet<_>>().len(), 130);
    assert_eq!(checks.iter().map(|check| &check.alias).collect::<BTreeSet<_>>().len(), 130);
}

#[test]
fn every_expected_setting_is_given_of_every_guest_even_an_empty_one() {
    let options = Options { as_of: jiff::civil::date(2026, 11, 21), walk: None };
    let facts = examine(&MemoryTree::new().tree(), &options);
    for check in checks() {
        for expectation in &check.expect {
            assert!(facts.rows_of(&expectation.setting).next().is_some(), "{}: {}", check.id, expectation.setting);
        }
    }
}

#[test]
fn an_empty_guest_passes_only_what_its_emptiness_proves() {
    let facts = examine(&MemoryTree::new().tree(), &Options { as_of: jiff::civil::date(2026, 11, 21), walk: None });
    let judgements = isoneph_image::catalogue::judge(&facts, Profile::Template, None);
    let passed: Vec<&str> = judgements
        .iter()
        .filter(|judgement| judgement.outcome == isoneph_image::catalogue::Outcome::Pass)
        .map(|judgement| judgement.check.alias.as_str())
        .collect();
    // Nothing is left over and nothing listens: that is so of an empty disk.
    let proven = ["img-hostkeys", "img-machineid", "svc-allow"];
    for alias in &passed {
        assert!(proven.contains(alias), "{alias} passed on an empty guest: all of {passed:?}");
    }
}

#[test]
fn every_check_says_in_both_languages_what_is_wanted_and_what_is_wrong_and_asks_something() {
    for check in checks() {
        for text in [
            &check.title.en,
            &check.title.ja,
            &check.message.en,
            &check.message.ja,
            &check.why,
            &check.fix,
            &check.cannot_see,
        ] {
            assert!(!text.trim().is_empty(), "{}", check.id);
        }
        assert!(!check.expect.is_empty() && !check.profiles.is_empty(), "{}", check.id);
        assert!(check.controls.iter().any(|control| control == "CLD.9.5.2"), "{}", check.id);
        for expectation in &check.expect {
            let empty = Expectation { setting: expectation.setting.clone(), ..Expectation::default() };
            assert_ne!(*expectation, empty, "{} expects nothing of {}", check.id, expectation.setting);
        }
    }
}

#[test]
fn the_table_of_releases_is_read_and_no_release_ends_before_it_is_extended() {
    let table = EndOfLife::table();
    assert!(table.release.len() > 40);
    for release in &table.release {
        assert!(release.extended.is_none_or(|end| end > release.ends), "{release:?}");
        assert!(release.paid.is_none_or(|end| end > release.ends), "{release:?}");
    }
}
