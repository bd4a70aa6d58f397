//! Detection Findings (class 2004) and Compliance Findings (2003) of the Open Cybersecurity Schema Framework, 1.1 to 1.8,
//! and the Security Finding (2001) they replaced.
//!
//! The verdict stands in different places: `compliance.status` in class 2003, `status_code` where Prowler writes class
//! 2004. Where both stand and disagree it is unknown. A detection without either tells of something that was found: it is
//! a `fail` as long as nobody resolved it and it is more than information.

use isoneph_model::Outcome;
use isoneph_tables::{Cell, Instant};
use serde_json::Value;

use super::controls::{Controls, Reference};
use super::fields::{LIST_CAP, at, cell, first_text, instant, instant_of_count, list, number, text, texts, time_cell};
use super::reported::{
    Refusal, Reported, Thing, provider_word, severity_cell, severity_word, sorted_tags, unless_hollow,
};

const SECURITY: i64 = 2001;
const COMPLIANCE: i64 = 2003;
const DETECTION: i64 = 2004;

/// Whether a record is one of OCSF's.
pub(super) fn is_ocsf(record: &Value) -> bool {
    at(record, &["class_uid"]).is_some() || at(record, &["finding_info"]).is_some()
}

/// Reads one record.
pub(super) fn read(record: &Value, controls: &mut Controls) -> Result<Reported, Refusal> {
    let class = class_of(record)?;
    let rule = first_text(
        record,
        &[
            &["metadata", "event_code"],
            &["compliance", "control"],
            &["finding_info", "analytic", "uid"],
            &["finding_info", "analytic", "name"],
            &["finding_info", "title"],
            &["finding", "title"],
        ],
    );
    let rule = rule.ok_or_else(|| Refusal::because("the finding names no rule, control or title"))?;
    let (severity_said, severity) = severity(record);
    let message =
        first_text(record, &[&["status_detail"], &["message"], &["finding_info", "desc"], &["finding", "desc"]]);
    let bearing = controls.of(references(record), rule);
    Ok(Reported {
        id: first_text(record, &[&["finding_info", "uid"], &["finding", "uid"]]).unwrap_or_default().to_owned(),
        tool: cell(first_text(record, &[&["metadata", "product", "name"], &["metadata", "product", "vendor_name"]])),
        tool_version: cell(text(record, &["metadata", "product", "version"])),
        rule: rule.to_owned(),
        title: cell(first_text(record, &[&["finding_info", "title"], &["finding", "title"]])),
        verdict: verdict(record, class, severity),
        severity: severity_cell(severity_said, severity),
        suppressed: is_suppressed(record),
        observed_at: observed_at(record),
        message: cell(message),
        bearing,
        provider: provider(record),
        account: cell(text(record, &["cloud", "account", "uid"])),
        things: things(record),
    })
}

fn class_of(record: &Value) -> Result<i64, Refusal> {
    let class = number(record, &["class_uid"]).or_else(|| number(record, &["type_uid"]).map(|t| t / 100));
    match class {
        Some(class @ (SECURITY | COMPLIANCE | DETECTION)) => Ok(class),
        // A finding that does not say its class is told by what it has.
        None if at(record, &["compliance"]).is_some() => Ok(COMPLIANCE),
        None => Ok(DETECTION),
        Some(other) => Err(Refusal::OtherKind(format!("ocsf-class-{other}"))),
    }
}

/// What the record says, one entry for each place that says something; then the words, which may take a pass back.
fn verdict(record: &Value, class: i64, severity: Option<&str>) -> Outcome {
    let by_compliance = number(record, &["compliance", "status_id"]).filter(|id| *id != 99).map(|id| match id {
        1 => Outcome::Pass,
        3 => Outcome::Fail,
        _ => Outcome::Unknown,
    });
    let said = [
        by_compliance.or_else(|| text(record, &["compliance", "status"]).map(verdict_word)),
        text(record, &["status_code"]).map(verdict_word),
    ];
    let mut said = said.into_iter().flatten();
    let verdict = match (said.next(), said.next()) {
        (Some(one), Some(other)) if one != other => Outcome::Unknown,
        (Some(one), _) => one,
        (None, _) => detection(record, class, severity),
    };
    let messages = [&["status_detail"][..], &["message"], &["compliance", "status_detail"]];
    let verdict = unless_hollow(verdict, &messages.map(|path| text(record, path)));
    // Resolved or closed: it failed once. Nothing here says what holds now.
    if verdict == Outcome::Fail && is_over(record) { Outcome::Unknown } else { verdict }
}

fn verdict_word(word: &str) -> Outcome {
    match word.to_ascii_lowercase().as_str() {
        "pass" | "passed" => Outcome::Pass,
        "fail" | "failed" => Outcome::Fail,
        "not_applicable" | "not applicable" | "notapplicable" => Outcome::NotApplicable,
        _ => Outcome::Unknown,
    }
}

fn detection(record: &Value, class: i64, severity: Option<&str>) -> Outcome {
    let more_than_information = !matches!(severity, None | Some("informational"));
    let says_nothing_else = at(record, &["status_code"]).is_none();
    if class != COMPLIANCE && more_than_information && says_nothing_else { Outcome::Fail } else { Outcome::Unknown }
}

fn is_over(record: &Value) -> bool {
    number(record, &["status_id"]) == Some(4)
        || text(record, &["status"]).is_some_and(|s| s.eq_ignore_ascii_case("resolved"))
        || number(record, &["activity_id"]) == Some(3)
}

fn is_suppressed(record: &Value) -> bool {
    number(record, &["status_id"]) == Some(3)
        || text(record, &["status"]).is_some_and(|s| s.eq_ignore_ascii_case("suppressed"))
        || text(record, &["status_code"]).is_some_and(|s| s.eq_ignore_ascii_case("muted"))
        || at(record, &["is_suppressed"]).and_then(Value::as_bool) == Some(true)
}

fn severity(record: &Value) -> (bool, Option<&'static str>) {
    let by_id = match number(record, &["severity_id"]) {
        Some(1) => Some("informational"),
        Some(2) => Some("low"),
        Some(3) => Some("medium"),
        Some(4) => Some("high"),
        Some(5 | 6) => Some("critical"),
        _ => None,
    };
    let word = text(record, &["severity"]);
    (word.is_some() || by_id.is_some(), by_id.or_else(|| word.and_then(severity_word)))
}

/// The count goes before the text: Prowler writes the text without an offset.
fn observed_at(record: &Value) -> Cell<Instant> {
    let counts = [&["time"][..], &["finding_info", "last_seen_time"], &["finding_info", "created_time"]];
    let texts = [&["time_dt"][..], &["finding_info", "last_seen_time_dt"], &["finding_info", "created_time_dt"]];
    let said = counts.iter().chain(&texts).any(|path| at(record, path).is_some());
    let by_count = counts.iter().find_map(|path| number(record, path)).and_then(instant_of_count);
    let by_text = || texts.iter().filter_map(|path| text(record, path)).find_map(instant);
    time_cell(said, by_count.or_else(by_text))
}

fn provider(record: &Value) -> Cell<String> {
    cell(first_text(record, &[&["cloud", "provider"], &["unmapped", "provider"]])).map(|word| provider_word(&word))
}

/// The clauses: `unmapped.compliance` as Prowler writes it (framework → requirements), and the standards and requirements
/// of class 2003, where a requirement names its standard itself or stands under the only one.
fn references(record: &Value) -> Vec<Reference<'_>> {
    let mut references = Vec::new();
    let frameworks = at(record, &["unmapped", "compliance"]).and_then(Value::as_object);
    for (framework, requirements) in frameworks.into_iter().flatten().take(LIST_CAP) {
        let listed = requirements.as_array().into_iter().flatten().take(LIST_CAP).filter_map(Value::as_str);
        let alone = requirements.as_str();
        references.extend(listed.chain(alone).map(|text| Reference { standard: Some(framework), text }));
    }
    let standards = texts(record, &["compliance", "standards"]);
    let standard = if let [only] = standards[..] { Some(only) } else { None };
    let clauses =
        texts(record, &["compliance", "requirements"]).into_iter().chain(text(record, &["compliance", "control"]));
    references.extend(clauses.map(|text| Reference { standard, text }));
    references.truncate(LIST_CAP);
    references
}

fn things(record: &Value) -> Vec<Thing> {
    let several = list(record, &["resources"]);
    let single = at(record, &["resource"]).filter(|resource| resource.is_object());
    let cloud_region = text(record, &["cloud", "region"]);
    several.chain(single).take(LIST_CAP).map(|resource| thing(resource, cloud_region)).collect()
}

fn thing(resource: &Value, cloud_region: Option<&str>) -> Thing {
    let uid = text(resource, &["uid"]);
    let name = text(resource, &["name"]);
    Thing {
        id: uid.or(name).unwrap_or_default().to_owned(),
        native_id: cell(uid),
        name: cell(name),
        native_type: cell(text(resource, &["type"])),
        region: cell(text(resource, &["region"]).or(cloud_region)),
        tags: tags(resource),
    }
}

/// `labels` (texts like `key:value`) and, since 1.4, `tags` (names with values).
fn tags(resource: &Value) -> Cell<Vec<String>> {
    if at(resource, &["labels"]).or_else(|| at(resource, &["tags"])).is_none() {
        return Cell::default();
    }
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    let pair = |label: &str| owned(label.split_once([':', '=']).unwrap_or((label, "")));
    let labels = list(resource, &["labels"]).filter_map(Value::as_str).map(pair);
    let named = list(resource, &["tags"]).filter_map(|tag| {
        let value = text(tag, &["value"]).or_else(|| texts(tag, &["values"]).first().copied());
        Some(owned((text(tag, &["name"])?, value.unwrap_or_default())))
    });
    sorted_tags(labels.chain(named)).into()
}
