//! Google Cloud Audit Logs, as Cloud Logging exports them: one `LogEntry` with an `AuditLog` as its `protoPayload`.
//!
//! Fields: Google Cloud documentation, "LogEntry" and "AuditLog". Exports leave out what has no value. Audit logs do
//! not say whether a second factor was proved.

use std::borrow::Cow;

use serde_json::Value;

use super::azure::whole_id;
use super::fields::{self, Fields, first, kept, object, objects, or_none, owned, text};
use super::redact::{Collect, Redactor, Targets};
use super::time::instant;
use super::{Hints, Trouble};
use crate::event::{Actor, ActorKind, Category, Event, EventOutcome, Phase, operation_name};

/// A record as an event.
pub(super) fn event(record: &Fields, hints: &Hints, redactor: &mut Redactor) -> Result<Event<'static>, Trouble> {
    let whole = record;
    let of_view = of_view(record);
    let record = of_view.as_ref().unwrap_or(record);
    let payload = object(record, "protoPayload")
        .or_else(|| object(record, "protopayload_auditlog"))
        .ok_or_else(|| Trouble::new("unsupported", "the entry carries no audit log"))?;
    let operation = text(&payload, "methodName");
    let kind = first(&payload, &["@type"]);
    if operation.is_none() && kind.as_deref().is_some_and(|kind| !kind.ends_with("AuditLog")) {
        return Err(Trouble::new("unsupported", "the entry's payload is no audit log"));
    }
    let service = text(&payload, "serviceName");
    let log = text(record, "logName").unwrap_or_default();
    let category = category(&log, service.as_deref(), operation.as_deref());
    let mut targets = Targets::default();
    text(&payload, "resourceName").into_iter().for_each(|target| targets.add(target));
    // The path of a service account has its number, an inventory its address.
    let labels = ["resource/labels/email_id", "resource/labels/unique_id"];
    labels.iter().filter_map(|path| text(record, path)).for_each(|target| targets.add(target));
    for granted in objects(&payload, "authorizationInfo") {
        text(granted, "resource").into_iter().for_each(|target| targets.add(target));
    }
    // A sink to BigQuery keeps some parts as texts.
    let part = |name: &str| fields::at(&payload, name).or_else(|| fields::at(&payload, &format!("{name}Json")));
    let raw_request = kept(part("request"), redactor, Collect::IdsAndNames, &mut targets);
    let raw_response = kept(part("response"), redactor, Collect::Ids, &mut targets);
    let raw_additional = kept(Some(&rest(record, &payload).into()), redactor, Collect::Nothing, &mut targets);
    let (phase, operation_id) = operation_of(record);
    let (outcome, code) = outcome(record, &payload, phase);
    let name =
        operation_name("google", service.as_deref().unwrap_or_default(), operation.as_deref().unwrap_or_default());
    Ok(Event {
        provider: Cow::Borrowed("google"),
        account: owned(account(record, &log).or_else(|| hints.account.clone())),
        region: owned(region(record, &payload)),
        id: Cow::Owned(text(record, "insertId").unwrap_or_else(|| whole_id(whole))),
        // Ids are unique within one log and time only.
        id_part: Cow::Owned(text(record, "timestamp").unwrap_or_default()),
        native_type: or_none(
            log.rsplit("%2F")
                .next()
                .filter(|word| !word.is_empty())
                .map(|word| word.rsplit('/').next().unwrap_or(word).to_owned()),
        ),
        category,
        time: text(record, "timestamp").as_deref().and_then(instant),
        delivered_at: first(record, &["receiveTimestamp"]).as_deref().and_then(instant),
        api_service: or_none(service),
        operation: or_none(operation),
        operation_name: Some(Cow::Owned(name)),
        actor: actor(&payload),
        source_address: or_none(first(&payload, &["requestMetadata/callerIp"])),
        user_agent: or_none(first(&payload, &["requestMetadata/callerSuppliedUserAgent"])),
        targets: Some(targets.finish()),
        outcome,
        error_code: or_none(code),
        error_message: or_none(first(&payload, &["status/message"])).map(|text| fields::masked(redactor, text)),
        read_only: read_only(&payload, &log),
        request_id: Some(Cow::Borrowed("")),
        operation_id: or_none(operation_id),
        phase,
        raw_request,
        raw_response,
        raw_additional,
    })
}

/// The entry that a row of a view of Log Analytics shows: there the names of fields are in snake case, but for those that
/// services and users chose.
fn of_view(row: &Fields) -> Option<Fields> {
    let payload = object(row, "proto_payload")?;
    let payload = object(&payload, "audit_log")?.into_owned();
    let mut record = in_camel_case(row);
    record.insert("protoPayload".to_owned(), Value::Object(in_camel_case(&payload)));
    Some(record)
}

fn in_camel_case(fields: &Fields) -> Fields {
    const CHOSEN: [&str; 5] = ["request", "response", "metadata", "service_data", "labels"];
    let name = |name: &str| {
        let mut words = name.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |name, word| match word.split_at_checked(1) {
            Some((letter, rest)) => name + &letter.to_ascii_uppercase() + rest,
            None => name,
        })
    };
    let value = |key: &str, value: &Value| match value {
        Value::Object(inner) if !CHOSEN.contains(&key) => Value::Object(in_camel_case(inner)),
        Value::Array(list) if !CHOSEN.contains(&key) => list
            .iter()
            .map(|item| item.as_object().map_or_else(|| item.clone(), |inner| Value::Object(in_camel_case(inner))))
            .collect(),
        value => value.clone(),
    };
    fields.iter().map(|(key, held)| (name(key), value(key, held))).collect()
}

/// What an entry says beside the request and its answer.
fn rest(record: &Fields, payload: &Fields) -> Fields {
    let parts = ["metadata", "serviceData", "policyViolationInfo", "authorizationInfo", "authenticationInfo"];
    let of_payload =
        parts.iter().filter_map(|name| fields::at(payload, name).map(|value| ((*name).to_owned(), value.clone())));
    let metadata = fields::at(payload, "metadataJson").map(|value| ("metadata".to_owned(), value.clone()));
    let of_record = ["resource", "labels"]
        .iter()
        .filter_map(|name| fields::at(record, name).map(|value| ((*name).to_owned(), value.clone())));
    of_payload.chain(metadata).chain(of_record).collect()
}

/// The project of the resource, or the project, folder or organisation whose log it is.
fn account(record: &Fields, log: &str) -> Option<String> {
    text(record, "resource/labels/project_id").or_else(|| {
        let mut parts = log.split('/');
        let holder =
            parts.find(|part| matches!(*part, "projects" | "folders" | "organizations" | "billingAccounts"))?;
        let id = parts.next().filter(|id| !id.is_empty())?;
        Some(if holder == "projects" { id.to_owned() } else { format!("{holder}/{id}") })
    })
}

fn region(record: &Fields, payload: &Fields) -> Option<String> {
    let current = fields::at(payload, "resourceLocation/currentLocations").and_then(Value::as_array);
    first(record, &["resource/labels/location", "resource/labels/region", "resource/labels/zone"])
        .or_else(|| current?.first().and_then(fields::as_text))
        .or_else(|| Some("global".to_owned()).filter(|_| fields::at(record, "resource/labels").is_some()))
}

fn category(log: &str, service: Option<&str>, operation: Option<&str>) -> Category {
    if service == Some("login.googleapis.com") || operation.is_some_and(|name| name.starts_with("google.login.")) {
        return Category::SignIn;
    }
    match log.rsplit(['/']).next().unwrap_or_default().rsplit("%2F").next().unwrap_or_default() {
        "activity" => Category::Management,
        "data_access" => Category::Data,
        "system_event" => Category::System,
        "policy" => Category::Policy,
        _ => Category::Other,
    }
}

/// A long operation leaves an entry when it begins and one when it ends.
fn operation_of(record: &Fields) -> (Option<Phase>, Option<String>) {
    let is = |path| text(record, path).as_deref() == Some("true");
    let id = first(record, &["operation/id"]);
    let phase = match (is("operation/first"), is("operation/last")) {
        (true, true) => None,
        (true, false) => Some(Phase::First),
        (false, true) => Some(Phase::Last),
        (false, false) => id.as_ref().map(|_| Phase::Middle),
    };
    (phase, id)
}

/// A code of `google.rpc.Code`.
const DEADLINE_EXCEEDED: &str = "4";

fn outcome(record: &Fields, payload: &Fields, phase: Option<Phase>) -> (Option<EventOutcome>, Option<String>) {
    let refused =
        objects(payload, "authorizationInfo").any(|granted| text(granted, "granted").as_deref() == Some("false"));
    let is_error = text(record, "severity")
        .is_some_and(|word| matches!(word.to_ascii_uppercase().as_str(), "ERROR" | "CRITICAL" | "ALERT" | "EMERGENCY"));
    let has_status = fields::at(payload, "status").is_some_and(|status| !status.is_null());
    match first(payload, &["status/code"]) {
        // "The deadline expired before the operation could complete": it may have been carried out all the same. How a long
        // operation ended its last entry says.
        Some(code) if code == DEADLINE_EXCEEDED && phase != Some(Phase::Last) => (None, Some(code)),
        Some(code) if code != "0" => (Some(EventOutcome::Failure), Some(code)),
        // An absent code is 0. Without any status, a permission that was not granted and the severity say what became of
        // it; one of them alone does not: some calls go on without a permission that they asked for.
        None if !has_status && refused && is_error => (Some(EventOutcome::Failure), None),
        None if !has_status && (refused || is_error) => (None, None),
        _ if matches!(phase, Some(Phase::First | Phase::Middle)) => (Some(EventOutcome::Pending), None),
        _ => (Some(EventOutcome::Success), None),
    }
}

/// Whether all that was asked for was to read, by the kinds of the permissions; the log of activity holds changes only.
fn read_only(payload: &Fields, log: &str) -> Option<bool> {
    let kinds: Vec<String> =
        objects(payload, "authorizationInfo").filter_map(|granted| text(granted, "permissionType")).collect();
    if kinds.iter().any(|kind| kind.ends_with("WRITE")) || log.ends_with("activity") || log.ends_with("system_event") {
        return Some(false);
    }
    (!kinds.is_empty() && kinds.iter().all(|kind| kind.ends_with("READ"))).then_some(true)
}

fn actor(payload: &Fields) -> Actor<'static> {
    let info = |path: &str| first(payload, &[&format!("authenticationInfo/{path}")]);
    let email = info("principalEmail");
    let subject = info("principalSubject");
    let id = email.clone().or_else(|| subject.clone());
    let kind = id.as_deref().and_then(|id| actor_kind(id, subject.as_deref()));
    // Who made the service account act: the first in the chain that is somebody.
    let delegated = objects(payload, "authenticationInfo/serviceAccountDelegationInfo").find_map(|link| {
        first(
            link,
            &["firstPartyPrincipal/principalEmail", "principalSubject", "thirdPartyPrincipal/thirdPartyClaims/sub"],
        )
    });
    Actor {
        kind,
        name: or_none(email.as_deref().map(|email| email.split('@').next().unwrap_or(email).to_owned())),
        account: or_none(
            email
                .as_deref()
                .and_then(|email| email.strip_suffix(".iam.gserviceaccount.com")?.split_once('@'))
                .map(|(_, project)| project.to_owned()),
        ),
        id: owned(id),
        session: Some(Cow::Borrowed("")),
        credential_id: or_none(info("serviceAccountKeyName").map(|name| name.trim_start_matches('/').to_owned())),
        session_issuer: or_none(info("authoritySelector")),
        session_started_at: None,
        mfa: None,
        invoked_by: or_none(delegated),
        acting_as: Some(Cow::Borrowed("")),
    }
}

fn actor_kind(id: &str, subject: Option<&str>) -> Option<ActorKind> {
    match id {
        "system:anonymous" | "anonymous" | "allUsers" => Some(ActorKind::Anonymous),
        _ if id.starts_with("system:serviceaccount:") => Some(ActorKind::Workload),
        _ if id.starts_with("system:") || id == "system@google.com" => Some(ActorKind::Service),
        _ if id.starts_with("service-") && id.ends_with(".iam.gserviceaccount.com")
            || id.ends_with("@cloudservices.gserviceaccount.com")
            || id.ends_with("@system.gserviceaccount.com") =>
        {
            Some(ActorKind::Service)
        }
        _ if id.ends_with(".gserviceaccount.com") => Some(ActorKind::Workload),
        _ if subject
            .is_some_and(|subject| subject.starts_with("principal:") || subject.starts_with("principalSet:")) =>
        {
            Some(ActorKind::Federated)
        }
        _ if id.contains('@') => Some(ActorKind::User),
        _ => None,
    }
}
