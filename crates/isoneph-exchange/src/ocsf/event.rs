//! One outcome as a Compliance Finding of OCSF 1.5.0.

use std::collections::BTreeSet;
use std::io;

use isoneph_assessment::{CheckInfo, CheckOutcome, Exception, Head, Subject};
use isoneph_model::{ControlId, Lang, Outcome, Severity};
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::finding;

const CATEGORY: u32 = 2;
const CLASS: u32 = 2003;
const CREATE: u32 = 1;

#[derive(Serialize)]
pub(super) struct Event {
    activity_id: u32,
    activity_name: &'static str,
    category_uid: u32,
    category_name: &'static str,
    class_uid: u32,
    class_name: &'static str,
    type_uid: u32,
    type_name: &'static str,
    time: i64,
    severity_id: u32,
    severity: &'static str,
    status_id: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    message: String,
    metadata: Metadata,
    finding_info: FindingInfo,
    compliance: Compliance,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud: Option<Cloud>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation>,
    unmapped: Unmapped,
}

#[derive(Serialize)]
struct Metadata {
    version: &'static str,
    uid: String,
    product: Product,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    profiles: Vec<&'static str>,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct FindingInfo {
    uid: String,
    title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    desc: String,
    types: [&'static str; 1],
}

#[derive(Serialize)]
struct Compliance {
    control: String,
    standards: [String; 1],
    requirements: Vec<String>,
    status_id: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status_details: Vec<String>,
}

#[derive(Serialize)]
struct Resource {
    uid: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    native_type: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<Group>,
}

#[derive(Serialize)]
struct Group {
    name: String,
}

#[derive(Serialize)]
struct Cloud {
    provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Account>,
    #[serde(skip_serializing_if = "String::is_empty")]
    region: String,
}

#[derive(Serialize)]
struct Account {
    uid: String,
}

#[derive(Serialize)]
struct Remediation {
    desc: String,
}

/// What OCSF has no field for.
#[derive(Serialize)]
struct Unmapped {
    check: String,
    outcome: Outcome,
    roles: Vec<&'static str>,
    evidence: Vec<Place>,
    as_of: String,
}

#[derive(Serialize)]
struct Place {
    path: String,
    locator: String,
    table: String,
    class: &'static str,
}

pub(super) fn event(head: &Head, lang: Lang, outcome: &CheckOutcome) -> io::Result<Event> {
    let check = finding::check(head, outcome)?;
    let cloud = outcome.subject.as_ref().filter(|s| !s.provider.is_empty()).map(cloud);
    let exception = finding::exception(head, outcome);
    let (severity_id, severity) = severity(check.severity, outcome.outcome);
    let (status_id, status) = if exception.is_some() { (3, "Suppressed") } else { (1, "New") };
    Ok(Event {
        activity_id: CREATE,
        activity_name: "Create",
        category_uid: CATEGORY,
        category_name: "Findings",
        class_uid: CLASS,
        class_name: "Compliance Finding",
        type_uid: CLASS * 100 + CREATE,
        type_name: "Compliance Finding: Create",
        time: time(head, outcome)?,
        severity_id,
        severity,
        status_id,
        status,
        comment: exception.map(comment),
        message: finding::message(lang, check, outcome),
        metadata: metadata(head, outcome, cloud.is_some()),
        finding_info: FindingInfo {
            uid: outcome.fingerprint.to_string(),
            title: check.title.get(lang).to_owned(),
            desc: check.why.trim().to_owned(),
            types: ["ISO/IEC 27017"],
        },
        compliance: compliance(head, check, outcome),
        resources: outcome.subject.iter().map(|subject| resource(subject, &outcome.service)).collect(),
        cloud,
        remediation: Some(check.fix.trim())
            .filter(|fix| !fix.is_empty())
            .map(|fix| Remediation { desc: fix.to_owned() }),
        unmapped: unmapped(head, check, outcome),
    })
}

/// Milliseconds since 1970.
fn time(head: &Head, outcome: &CheckOutcome) -> io::Result<i64> {
    match outcome.observed_at {
        Some(instant) => Ok(instant.0.div_euclid(1_000)),
        None => {
            let midnight = head.as_of.to_zoned(TimeZone::UTC).map_err(io::Error::other)?;
            Ok(midnight.timestamp().as_millisecond())
        }
    }
}

fn metadata(head: &Head, outcome: &CheckOutcome, has_cloud: bool) -> Metadata {
    Metadata {
        version: "1.5.0",
        uid: format!("{}-{}", outcome.fingerprint, head.as_of),
        product: Product { name: head.tool.name, vendor_name: head.tool.name, version: head.tool.version },
        profiles: if has_cloud { vec!["cloud"] } else { Vec::new() },
    }
}

/// Only a failure weighs; the rest is for information.
fn severity(severity: Severity, outcome: Outcome) -> (u32, &'static str) {
    match (outcome, severity) {
        (Outcome::Fail, Severity::Critical) => (5, "Critical"),
        (Outcome::Fail, Severity::High) => (4, "High"),
        (Outcome::Fail, Severity::Medium) => (3, "Medium"),
        (Outcome::Fail, Severity::Low) => (2, "Low"),
        (Outcome::Pass | Outcome::Unknown | Outcome::NotApplicable, _) => (1, "Informational"),
    }
}

fn comment(exception: &Exception) -> String {
    let Exception { owner, approver, reason, until, .. } = exception;
    format!("accepted until {until} by {approver} for {owner}: {reason}")
}

fn compliance(head: &Head, check: &CheckInfo, outcome: &CheckOutcome) -> Compliance {
    let controls: BTreeSet<&ControlId> = check.supports.iter().map(|s| &s.control).collect();
    let (status_id, status) = match outcome.outcome {
        Outcome::Pass => (1, "Pass"),
        Outcome::Fail => (3, "Fail"),
        Outcome::Unknown => (0, "Unknown"),
        Outcome::NotApplicable => (99, "Not applicable"),
    };
    let requirements = check.supports.iter().filter_map(|s| {
        let requirement = s.requirement.as_ref()?;
        Some(format!("{} ({}): {requirement}", s.control, s.role))
    });
    Compliance {
        control: controls.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(", "),
        standards: [format!("ISO/IEC 27017:{}", head.edition)],
        requirements: requirements.collect(),
        status_id,
        status,
        status_details: outcome.reason.iter().map(|reason| finding::reason(Some(reason))).collect(),
    }
}

fn resource(subject: &Subject, service: &str) -> Resource {
    Resource {
        uid: subject.address.clone(),
        name: subject.name.clone(),
        native_type: subject.native_type.clone(),
        region: subject.region.clone(),
        group: (!service.is_empty()).then(|| Group { name: service.to_owned() }),
    }
}

fn cloud(subject: &Subject) -> Cloud {
    let account = Some(&subject.account).filter(|account| !account.is_empty());
    Cloud {
        provider: subject.provider.clone(),
        account: account.map(|uid| Account { uid: uid.clone() }),
        region: subject.region.clone(),
    }
}

fn unmapped(head: &Head, check: &CheckInfo, outcome: &CheckOutcome) -> Unmapped {
    let roles: BTreeSet<&'static str> = check.supports.iter().map(|s| s.role.as_str()).collect();
    let place = |evidence: &isoneph_assessment::Evidence| Place {
        path: finding::path(head, evidence).to_owned(),
        locator: evidence.place.locator.to_string(),
        table: evidence.table.clone(),
        class: evidence.class.as_str(),
    };
    Unmapped {
        check: check.id.clone(),
        outcome: outcome.outcome,
        roles: roles.into_iter().collect(),
        evidence: outcome.evidence.iter().map(place).collect(),
        as_of: head.as_of.to_string(),
    }
}
