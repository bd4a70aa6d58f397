//! Results are read as runners write them, and what is hostile in them is refused with its line.

use super::junit::{Results, Verdict, looks_like, read};
use super::{Boundaries, ClaimedLayer, Fault, Path, names};

fn verdicts(results: &Results) -> Vec<(&str, usize, Verdict)> {
    results.cases.iter().map(|case| (case.name.as_str(), case.line, case.verdict)).collect()
}

fn code(fault: Option<Fault>) -> Option<(String, &'static str)> {
    match fault {
        Some(Fault::Reject { locator, code, .. }) => Some((locator.to_string(), code)),
        Some(other) => panic!("{other}"),
        None => None,
    }
}

const GRADLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="com.kumo.TenantTest" tests="4" skipped="1" failures="1" errors="1" timestamp="2026-11-02T10:00:00">
  <properties><property name="layer" value="Identity and keys"/><property name="service" value="kumo"/></properties>
  <testcase name="reads own ticket" classname="com.kumo.TenantTest" time="0.1"/>
  <testcase name="reads another's ticket" classname="com.kumo.TenantTest" time="0.2">
    <failure message="expected 404 &lt;but was&gt; 200" type="AssertionError">at com.kumo…</failure>
  </testcase>
  <testcase name="breaks" classname="com.kumo.TenantTest"><error type="IOException"/></testcase>
  <testcase name="later" classname="com.kumo.TenantTest"><skipped/></testcase>
  <system-out><![CDATA[<failure/> is text here]]></system-out>
</testsuite>"#;

#[test]
fn every_test_has_its_verdict_and_its_line() {
    let (results, fault) = read(GRADLE);
    assert_eq!(code(fault), None);
    let expected = [
        ("com.kumo.TenantTest.reads own ticket", 4, Verdict::Passed),
        ("com.kumo.TenantTest.reads another's ticket", 5, Verdict::Failed),
        ("com.kumo.TenantTest.breaks", 8, Verdict::Errored),
        ("com.kumo.TenantTest.later", 9, Verdict::Skipped),
    ];
    assert_eq!(verdicts(&results), expected);
    assert_eq!(results.suites[0].ran, Some(1_793_613_600_000_000));
}

/// As pytest writes them: suites in suites, properties inside a test.
const PYTEST: &str = r#"<?xml version="1.0"?><testsuites><testsuite name="outer" failures="1">
<testsuite name="inner">
<testcase classname="t" name="one"><properties><property name="isoneph.layer" value="database"/></properties><failure/></testcase>
<testcase classname="t" name="two"/>
</testsuite></testsuite></testsuites>"#;

#[test]
fn whose_boundary_a_test_tries_is_said_by_test_suite_or_register_and_never_guessed() {
    let claim = |service: &str, layer: &str, result: &str| ClaimedLayer {
        service: service.to_owned(),
        layer: layer.to_owned(),
        object: "claim".to_owned(),
        results: vec![result.to_owned()],
    };
    let (database, network) = (claim("kumo", "database", "r.xml"), claim("kumo", "network", "r.xml"));
    let of = |named: &[&ClaimedLayer]| {
        let (results, _) = read(PYTEST);
        let of = Boundaries { named, claimed: &[] };
        results.cases.iter().map(|case| of.of_case(&results, case)).collect::<Vec<_>>()
    };
    let kumo = |layer: &str| Some(("kumo".to_owned(), layer.to_owned()));
    assert_eq!(of(&[]), [None, None]);
    assert_eq!(of(&[&database]), [kumo("database"), kumo("database")]);
    assert_eq!(of(&[&database, &network]), [kumo("database"), None]);
    let (results, _) = read(GRADLE);
    let of = Boundaries { named: &[], claimed: &[] };
    assert_eq!(of.of_case(&results, &results.cases[0]), kumo("identity-and-keys"));
}

#[test]
fn a_path_of_the_register_names_the_file_that_it_ends() {
    assert!(names("tests/boundary.xml", Path::new("examples/saas/register/tests/boundary.xml")));
    assert!(names("./boundary.xml", Path::new("boundary.xml")));
    assert!(!names("boundary.xml", Path::new("tests/no-boundary.xml")));
    assert!(!names("", Path::new("boundary.xml")));
}

#[test]
fn a_bomb_of_entities_is_refused_at_its_line_and_nothing_of_it_is_read() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE testsuites [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n\
                <testsuites><testsuite name=\"&b;\"><testcase name=\"x\"/></testsuite></testsuites>";
    assert!(looks_like(bomb));
    let (results, fault) = read(bomb);
    assert_eq!(code(fault), Some(("line 2".to_owned(), "document-type")));
    assert_eq!(results, Results::default());
}

#[test]
fn an_entity_nobody_defined_is_no_text() {
    let (_, fault) = read("<testsuite name=\"&boom;\"/>");
    assert_eq!(code(fault), Some(("line 1".to_owned(), "unreadable")));
}

#[test]
fn elements_that_stand_too_deep_are_refused() {
    let deep = format!("<testsuites>\n{}", "<testsuite>".repeat(100_000));
    let (_, fault) = read(&deep);
    assert_eq!(code(fault), Some(("line 2".to_owned(), "too-deep")));
}

#[test]
fn results_that_break_off_keep_the_failures_before_and_say_so() {
    let cut = "<testsuite name=\"s\">\n<testcase name=\"a\"><failure/></testcase>\n<testcase name=\"b\">";
    let (results, fault) = read(cut);
    assert_eq!(verdicts(&results), [("a", 2, Verdict::Failed)]);
    assert_eq!(code(fault).map(|(_, code)| code), Some("unreadable"));
}

#[test]
fn other_xml_is_left_alone() {
    for text in ["<project/>", "<!DOCTYPE html><html>", "<testsuitesque/>", "", "{}", "<!-- <testsuite> -->"] {
        assert!(!looks_like(text), "{text}");
    }
    for text in ["<testsuites/>", "\u{feff}<?xml version=\"1.0\"?>\n<!-- by x -->\n<testsuite\nname='a'>"] {
        assert!(looks_like(text), "{text}");
    }
}
