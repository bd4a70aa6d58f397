//! One outcome as a SARIF result.

use std::collections::BTreeMap;
use std::io;

use isoneph_assessment::{CheckOutcome, Evidence, Exception, Head, Subject};
use isoneph_model::{Lang, Outcome};
use serde_json::{Value, json};

use super::document::{
    ArtifactLocation, Location, LogicalLocation, Message, PhysicalLocation, Region, SarifResult, Suppression,
};
use super::{rules, uri};
use crate::finding;

/// Rows beside the first one, at most.
const MOST_RELATED: usize = 20;

pub(super) fn result(head: &Head, lang: Lang, outcome: &CheckOutcome) -> io::Result<SarifResult> {
    let check = finding::check(head, outcome)?;
    let (kind, level) = match outcome.outcome {
        Outcome::Fail => ("fail", rules::level(check.severity)),
        Outcome::Unknown => ("open", "none"),
        Outcome::Pass => ("pass", "none"),
        Outcome::NotApplicable => ("notApplicable", "none"),
    };
    let mut text = finding::message(lang, check, outcome);
    if let Some(first) = outcome.evidence.first() {
        text = format!("{text} [{}]", finding::place(head, first));
    }
    Ok(SarifResult {
        rule_id: check.id.clone(),
        rule_index: outcome.check,
        kind,
        level,
        message: Message { text: without_links(&text) },
        locations: locations(head, outcome),
        related_locations: related(head, outcome),
        partial_fingerprints: [("isoneph/v1", outcome.fingerprint.to_string())].into(),
        suppressions: finding::exception(head, outcome).map(|exception| [suppression(exception)]),
        properties: properties(outcome),
    })
}

/// Viewers make a link of `[text](target)`: a name from evidence must not become one.
fn without_links(text: &str) -> String {
    text.replace("](", "] (")
}

/// The rows beside the first one; SARIF wants each but once.
fn related(head: &Head, outcome: &CheckOutcome) -> Vec<Location> {
    let mut rows: Vec<&Evidence> = Vec::new();
    for row in outcome.evidence.iter().skip(1).take(MOST_RELATED) {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows.into_iter().map(|row| location(head, row, None)).collect()
}

fn locations(head: &Head, outcome: &CheckOutcome) -> Vec<Location> {
    match (outcome.evidence.first(), &outcome.subject) {
        (Some(evidence), subject) => vec![location(head, evidence, subject.as_ref())],
        (None, Some(subject)) => {
            vec![Location { physical_location: None, logical_locations: Some([logical(subject)]), properties: None }]
        }
        (None, None) => Vec::new(),
    }
}

fn location(head: &Head, evidence: &Evidence, subject: Option<&Subject>) -> Location {
    let path = finding::path(head, evidence);
    let index = Some(evidence.place.input.0);
    let physical = PhysicalLocation {
        artifact_location: ArtifactLocation { uri: uri::reference(path), index },
        region: line_of(path, evidence.place.locator.as_str()).map(|start_line| Region { start_line }),
    };
    let properties = [
        ("locator", evidence.place.locator.to_string()),
        ("table", evidence.table.clone()),
        ("class", evidence.class.to_string()),
    ];
    Location {
        physical_location: Some(physical),
        logical_locations: subject.map(|subject| [logical(subject)]),
        properties: Some(properties.into()),
    }
}

/// The line of a locator `FILE:LINE` whose file is the input itself.
fn line_of(path: &str, locator: &str) -> Option<u32> {
    let (file, line) = locator.rsplit_once(':')?;
    let is_input = !file.is_empty() && (path == file || path.strip_suffix(file).is_some_and(|dir| dir.ends_with('/')));
    line.parse().ok().filter(|line| is_input && *line > 0)
}

fn logical(subject: &Subject) -> LogicalLocation {
    LogicalLocation { name: subject.name.clone(), fully_qualified_name: subject.address.clone(), kind: "resource" }
}

fn suppression(exception: &Exception) -> Suppression {
    Suppression {
        kind: "external",
        status: "accepted",
        justification: exception.reason.clone(),
        properties: [
            ("owner", exception.owner.clone()),
            ("approver", exception.approver.clone()),
            ("until", exception.until.to_string()),
        ]
        .into(),
    }
}

fn properties(outcome: &CheckOutcome) -> BTreeMap<&'static str, Value> {
    let mut properties: BTreeMap<&'static str, Value> = [("outcome", json!(outcome.outcome))].into();
    if !outcome.service.is_empty() {
        properties.insert("service", json!(outcome.service));
    }
    if let Some(reason) = &outcome.reason {
        properties.insert("reason", json!(reason));
    }
    if let Some(subject) = &outcome.subject {
        let known = [
            ("type", &subject.native_type),
            ("provider", &subject.provider),
            ("account", &subject.account),
            ("region", &subject.region),
        ];
        let known = known.into_iter().filter(|(_, value)| !value.is_empty());
        properties.extend(known.map(|(name, value)| (name, json!(value))));
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_link() {
        assert_eq!(
            without_links("bucket [b](https://example.org) [plan.json:#/0]"),
            "bucket [b] (https://example.org) [plan.json:#/0]"
        );
    }

    #[test]
    fn only_a_line_of_the_input_itself_is_a_region() {
        assert_eq!(line_of("estate/main.tf", "main.tf:12"), Some(12));
        assert_eq!(line_of("main.tf", "main.tf:12"), Some(12));
        assert_eq!(line_of("domain.tf", "main.tf:12"), None);
        assert_eq!(line_of("disk.qcow2", "guest:/etc/ssh/sshd_config:12"), None);
        assert_eq!(line_of("plan.json", "#/values/3"), None);
        assert_eq!(line_of("a", ":0"), None);
    }
}
