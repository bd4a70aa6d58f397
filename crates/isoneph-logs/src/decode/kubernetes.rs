//! Kubernetes audit events (`audit.k8s.io/v1`), one by one or in an `EventList`.
//!
//! Fields: Kubernetes documentation, "kube-apiserver Audit Configuration (v1)". One request leaves an event for each
//! stage that the audit policy asks for; events do not say which cluster they are of, nor how anybody signed in.

use std::borrow::Cow;

use serde_json::Value;

use super::Hints;
use super::azure::{subscription, whole_id};
use super::fields::{self, Fields, first, kept, object, or_none, owned, text};
use super::redact::{Collect, Redactor, Targets};
use super::time::instant;
use crate::event::{Actor, ActorKind, Category, Event, EventOutcome, Phase, operation_name};

/// A record as an event.
pub(super) fn event(record: &Fields, hints: &Hints, redactor: &mut Redactor) -> Event<'static> {
    // As a row of the table `AKSAudit` of an Azure workspace.
    let of_table = record.get("AuditId").map(|_| fields::unfolded(record));
    let record = of_table.as_ref().unwrap_or(record);
    let verb = text(record, "verb").unwrap_or_default();
    let id = text(record, "auditID").unwrap_or_else(|| whole_id(record));
    let stage = text(record, "stage").unwrap_or_default();
    let reference = object(record, "objectRef").unwrap_or_default();
    let group = text(&reference, "apiGroup").unwrap_or_default();
    let operation = match (text(&reference, "resource"), text(&reference, "subresource")) {
        _ if verb.is_empty() => String::new(),
        (Some(resource), Some(part)) => format!("{verb} {resource}/{part}"),
        (Some(resource), None) => format!("{verb} {resource}"),
        (None, _) => verb.clone(),
    };
    let mut targets = Targets::default();
    match target(record, &reference) {
        Some(target) => targets.add(target),
        None => text(record, "requestURI").into_iter().for_each(|uri| targets.add(uri)),
    }
    let is_secret = text(&reference, "resource").as_deref() == Some("secrets");
    let mut part = |name: &str| {
        let value = fields::at(record, name);
        let without = value.filter(|_| is_secret).map(without_data);
        kept(without.as_ref().or(value), redactor, Collect::Nothing, &mut targets)
    };
    let (raw_request, raw_response, raw_additional) =
        (part("requestObject"), part("responseObject"), part("annotations"));
    let phase = phase(&stage);
    let known = !operation.is_empty();
    let (outcome, code) = outcome(record, &stage);
    let reads = reads(&verb);
    Event {
        provider: Cow::Borrowed("kubernetes"),
        account: owned(text(record, "_ResourceId").as_deref().and_then(subscription).or_else(|| hints.account.clone())),
        region: owned(hints.region.clone()),
        operation_id: Some(Cow::Owned(id.clone())),
        request_id: Some(Cow::Owned(id.clone())),
        id: Cow::Owned(id),
        native_type: or_none(text(record, "level").map(|level| format!("Event/{level}"))),
        category: if reads { Category::Data } else { Category::Management },
        time: first(record, &["requestReceivedTimestamp", "RequestReceivedTime", "stageTimestamp", "timestamp"])
            .as_deref()
            .and_then(instant),
        delivered_at: first(record, &["stageTimestamp", "StageReceivedTime"]).as_deref().and_then(instant),
        operation_name: known.then(|| Cow::Owned(operation_name("kubernetes", &group, &operation))),
        api_service: Some(Cow::Owned(group)),
        operation: known.then_some(Cow::Owned(operation)),
        actor: actor(record),
        source_address: or_none(
            fields::at(record, "sourceIPs")
                .and_then(Value::as_array)
                .and_then(|list| list.first())
                .and_then(fields::as_text),
        ),
        user_agent: or_none(text(record, "userAgent")),
        targets: Some(targets.finish()),
        outcome,
        error_message: or_none(first(record, &["responseStatus/message"]).filter(|_| code.is_some())),
        error_code: or_none(code),
        read_only: (!verb.is_empty()).then_some(reads),
        phase,
        id_part: Cow::Owned(stage),
        raw_request,
        raw_response,
        raw_additional,
    }
}

/// `namespace/resource/name`; the name of what is created stands in the request or the answer.
fn target(record: &Fields, reference: &Fields) -> Option<String> {
    let resource = text(reference, "resource")?;
    let name = text(reference, "name")
        .or_else(|| first(record, &["responseObject/metadata/name", "requestObject/metadata/name"]));
    let parts = [text(reference, "namespace"), Some(resource), name];
    Some(parts.into_iter().flatten().collect::<Vec<String>>().join("/"))
}

/// A Secret, or a list of them, without what is secret: also not in the annotation that repeats the whole object.
fn without_data(value: &Value) -> Value {
    let Some(object) = value.as_object() else { return Value::String("[withheld]".to_owned()) };
    let mut kept = Fields::new();
    for (key, value) in object {
        let value = match (key.as_str(), value) {
            ("apiVersion" | "kind" | "type" | "immutable", value) => value.clone(),
            ("metadata", Value::Object(metadata)) => {
                let plain = |key: &str| matches!(key, "name" | "namespace" | "uid" | "labels" | "generateName");
                metadata.iter().filter(|(key, _)| plain(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
            }
            ("data" | "stringData", Value::Object(data)) => {
                data.keys().map(|key| (key.clone(), Value::String("[withheld]".to_owned()))).collect()
            }
            ("items", Value::Array(items)) => Value::from(items.len()),
            _ => Value::String("[withheld]".to_owned()),
        };
        kept.insert(key.clone(), value);
    }
    Value::Object(kept)
}

pub(super) fn phase(stage: &str) -> Option<Phase> {
    match stage {
        "RequestReceived" => Some(Phase::First),
        "ResponseStarted" => Some(Phase::Middle),
        "ResponseComplete" | "Panic" => Some(Phase::Last),
        _ => None,
    }
}

fn outcome(record: &Fields, stage: &str) -> (Option<EventOutcome>, Option<String>) {
    let code = first(record, &["responseStatus/code"]);
    let reason = first(record, &["responseStatus/reason"]);
    outcome_of(code, reason, stage, is_dry_run(record))
}

/// What became of a request by the code of its answer and the stage that it had come to, and the code of the error.
pub(super) fn outcome_of(
    code: Option<String>,
    reason: Option<String>,
    stage: &str,
    dry_run: bool,
) -> (Option<EventOutcome>, Option<String>) {
    // A server that gave up says nothing of whether it was done before: a client that is told of a timeout may find it done.
    if stage == "Panic" {
        return (None, Some("Panic".to_owned()));
    }
    match code.as_deref().and_then(|code| code.parse::<u32>().ok()) {
        Some(500..) => (None, reason.or(code)),
        Some(400..) => (Some(EventOutcome::Failure), reason.or(code)),
        // It would have been done, and was not.
        Some(_) if dry_run => (Some(EventOutcome::Failure), Some("DryRun".to_owned())),
        Some(_) => (Some(EventOutcome::Success), None),
        None if stage == "RequestReceived" => (Some(EventOutcome::Pending), None),
        None => (None, None),
    }
}

/// Whether the server was only asked what would happen (`?dryRun=All`).
fn is_dry_run(record: &Fields) -> bool {
    let uri = text(record, "requestURI").unwrap_or_default();
    asks_for_dry_run(uri.split_once('?').map_or("", |(_, query)| query))
        || fields::at(record, "requestObject/dryRun").and_then(Value::as_array).is_some_and(|all| !all.is_empty())
}

/// The same, by the part of the address behind the question mark.
pub(super) fn asks_for_dry_run(query: &str) -> bool {
    query.split('&').any(|part| part.split_once('=').is_some_and(|(key, value)| key == "dryRun" && !value.is_empty()))
}

/// Whether a verb changes nothing.
pub(super) fn reads(verb: &str) -> bool {
    matches!(verb, "get" | "list" | "watch" | "head" | "options")
}

fn actor(record: &Fields) -> Actor<'static> {
    let user = first(record, &["user/username"]);
    let kind = match user.as_deref().unwrap_or_default() {
        "" => None,
        "system:anonymous" => Some(ActorKind::Anonymous),
        name if name.starts_with("system:serviceaccount:") => Some(ActorKind::Workload),
        name if name.starts_with("system:") || name.starts_with("eks:") || name == "aksService" => {
            Some(ActorKind::Service)
        }
        _ => Some(ActorKind::User),
    };
    let name = user.as_deref().map(|user| user.rsplit(':').next().unwrap_or(user).to_owned());
    // EKS and client certificates say here which identity stands behind the user.
    let session = first(record, &["user/extra/sessionName", "user/extra/authentication.kubernetes.io~1pod-name"]);
    let array = |path: &str| {
        fields::at(record, path).and_then(Value::as_array).and_then(|list| list.first()).and_then(fields::as_text)
    };
    Actor {
        kind,
        id: owned(user),
        name: or_none(name),
        account: Some(Cow::Borrowed("")),
        session: or_none(session.or_else(|| array("user/extra/sessionName"))),
        credential_id: or_none(
            array("user/extra/accessKeyId").or_else(|| array("user/extra/authentication.kubernetes.io/credential-id")),
        ),
        session_issuer: or_none(array("user/extra/canonicalArn")),
        session_started_at: None,
        mfa: None,
        invoked_by: Some(Cow::Borrowed("")),
        acting_as: or_none(first(record, &["impersonatedUser/username"])),
    }
}
