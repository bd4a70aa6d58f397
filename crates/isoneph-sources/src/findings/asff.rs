//! Findings of AWS Security Hub, in the AWS Security Finding Format.
//!
//! `Compliance.Status` is the verdict; `WARNING` and `NOT_AVAILABLE` say that the check could not tell. A finding without
//! it (GuardDuty, Inspector, Macie) tells of something that was found, as in [`super::ocsf`]. An archived finding, or one
//! that failed and was resolved, says nothing of the present. A `PASSED` with reasons beside it is a pass for want of data.

use isoneph_model::Outcome;
use isoneph_tables::{Cell, Instant};
use serde_json::Value;

use super::controls::{Controls, Reference};
use super::fields::{LIST_CAP, at, cell, first_text, instant, list, number, text, texts, time_cell};
use super::reported::{Refusal, Reported, Thing, severity_cell, severity_word, sorted_tags, unless_hollow};

/// Whether a record is a Security Hub finding.
pub(super) fn is_asff(record: &Value) -> bool {
    let has = |key: &str| at(record, &[key]).is_some();
    has("AwsAccountId") && (has("SchemaVersion") || has("ProductArn") || has("GeneratorId"))
}

/// Reads one record.
pub(super) fn read(record: &Value, controls: &mut Controls) -> Result<Reported, Refusal> {
    let rule = rule(record).ok_or_else(|| Refusal::because("the finding names no control, rule or generator"))?;
    let (severity_said, severity) = severity(record);
    let requirements = texts(record, &["Compliance", "RelatedRequirements"]);
    let bearing = controls.of(requirements.into_iter().map(|text| Reference { standard: None, text }), &rule);
    Ok(Reported {
        id: text(record, &["Id"]).unwrap_or_default().to_owned(),
        tool: tool(record),
        tool_version: cell(text(record, &["ProductFields", "ProviderVersion"])),
        rule,
        title: cell(text(record, &["Title"])),
        verdict: verdict(record, severity),
        severity: severity_cell(severity_said, severity),
        suppressed: text(record, &["Workflow", "Status"]) == Some("SUPPRESSED"),
        observed_at: observed_at(record),
        message: cell(text(record, &["Description"])),
        bearing,
        provider: provider(record),
        account: cell(text(record, &["AwsAccountId"])),
        things: things(record),
    })
}

fn tool(record: &Value) -> Cell<String> {
    cell(first_text(
        record,
        &[
            &["ProductFields", "ProviderName"],
            &["ProductName"],
            &["ProductFields", "aws/securityhub/ProductName"],
            &["CompanyName"],
        ],
    ))
}

/// The control's id where Security Hub says it, a vulnerability's id where there is one, or the end of the generator:
/// `aws-foundational-security-best-practices/v/1.0.0/S3.1` is rule `S3.1`.
fn rule(record: &Value) -> Option<String> {
    let control = first_text(
        record,
        &[&["Compliance", "SecurityControlId"], &["ProductFields", "ControlId"], &["ProductFields", "RuleId"]],
    );
    let vulnerability = || list(record, &["Vulnerabilities"]).find_map(|v| text(v, &["Id"]));
    let generator = || {
        let generator = text(record, &["GeneratorId"])?;
        let last = generator.rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or(generator);
        Some(last.strip_prefix("prowler-").unwrap_or(last))
    };
    control.or_else(vulnerability).or_else(generator).map(str::to_owned)
}

fn verdict(record: &Value, severity: Option<&str>) -> Outcome {
    let stated = match at(record, &["Compliance", "Status"]) {
        Some(status) => match status.as_str() {
            Some("PASSED") if list(record, &["Compliance", "StatusReasons"]).next().is_some() => Outcome::Unknown,
            Some("PASSED") => Outcome::Pass,
            Some("FAILED") => Outcome::Fail,
            _ => Outcome::Unknown,
        },
        None if matches!(severity, None | Some("informational")) => Outcome::Unknown,
        None => Outcome::Fail,
    };
    let archived = text(record, &["RecordState"]) == Some("ARCHIVED");
    let resolved = text(record, &["Workflow", "Status"]) == Some("RESOLVED");
    if archived || (resolved && stated == Outcome::Fail) {
        return Outcome::Unknown;
    }
    unless_hollow(stated, &[text(record, &["Description"])])
}

/// The label, or else the old number from 0 to 100.
fn severity(record: &Value) -> (bool, Option<&'static str>) {
    let label = first_text(record, &[&["Severity", "Label"], &["FindingProviderFields", "Severity", "Label"]]);
    let by_number = || match number(record, &["Severity", "Normalized"])? {
        0 => Some("informational"),
        1..=39 => Some("low"),
        40..=69 => Some("medium"),
        70..=89 => Some("high"),
        90..=100 => Some("critical"),
        _ => None,
    };
    (at(record, &["Severity"]).is_some(), label.and_then(severity_word).or_else(by_number))
}

fn observed_at(record: &Value) -> Cell<Instant> {
    let fields = ["LastObservedAt", "UpdatedAt", "ProcessedAt", "CreatedAt"];
    let said = fields.iter().any(|field| at(record, &[field]).is_some());
    time_cell(said, fields.iter().filter_map(|field| text(record, &[field])).find_map(instant))
}

/// Other products import findings about other clouds: only a resource that is AWS's own proves the provider.
fn provider(record: &Value) -> Cell<String> {
    let is_aws = |resource: &Value| {
        let of_type = text(resource, &["Type"]).is_some_and(|t| t.starts_with("Aws"));
        of_type || text(resource, &["Id"]).is_some_and(|id| id.starts_with("arn:aws") || id.starts_with("AWS::::"))
    };
    if list(record, &["Resources"]).any(is_aws) { "aws".into() } else { Cell::default() }
}

fn things(record: &Value) -> Vec<Thing> {
    let region = text(record, &["Region"]);
    list(record, &["Resources"]).take(LIST_CAP).map(|resource| thing(resource, region)).collect()
}

fn thing(resource: &Value, region: Option<&str>) -> Thing {
    let id = text(resource, &["Id"]);
    // The name is the end of an ARN: `arn:aws:s3:::invoices`, `arn:aws:iam::123456789012:user/eve`.
    let name = id.and_then(|id| id.rsplit(['/', ':']).next()).filter(|name| !name.is_empty());
    let tags = at(resource, &["Tags"]).and_then(Value::as_object).map(|tags| {
        let pairs = tags.iter().take(LIST_CAP);
        sorted_tags(pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())))
    });
    Thing {
        id: id.unwrap_or_default().to_owned(),
        native_id: cell(id),
        name: cell(name),
        native_type: cell(text(resource, &["Type"])),
        region: cell(text(resource, &["Region"]).or(region)),
        tags: tags.map_or_else(Cell::default, Cell::Known),
    }
}
