//! API Activity (class 6003) of the Open Cybersecurity Schema Framework, and its neighbours Authentication (3002),
//! Account Change (3001) and User Access Management (3005), whichever cloud they speak of.
//!
//! Fields: schema.ocsf.io, versions 1.0 to 1.5.

mod service;
mod who;

use std::borrow::Cow;

use serde_json::Value;

use super::azure::whole_id;
use super::fields::{self, Fields, first, kept, object, objects, or_none, owned, text};
use super::redact::{Collect, Redactor, Targets};
use super::time::{from_milliseconds, instant};
use super::{Hints, Trouble, kubernetes};
use crate::event::{Category, Event, EventOutcome, operation_name};

/// A record as an event.
pub(super) fn event(record: &Fields, hints: &Hints, redactor: &mut Redactor) -> Result<Event<'static>, Trouble> {
    let operation = first(record, &["api/operation", "metadata/event_code", "activity_name"])
        .ok_or_else(|| Trouble::new("no-operation", "the record names no operation"))?;
    let cluster = of_cluster(record, &operation)?;
    let stage = cluster.as_ref().and_then(|_| text(record, "message")).unwrap_or_default();
    let (outcome, code) = if cluster.is_some() { of_answer(record, &stage) } else { outcome(record) };
    let reads = cluster.as_ref().map(|_| kubernetes::reads(&operation.to_ascii_lowercase()));
    let (provider, service, operation) = match cluster {
        Some((group, operation)) => ("kubernetes".to_owned(), Some(group), operation),
        None => {
            let provider = service::provider(record);
            let service = first(record, &["api/service/name"]);
            // What is called by its activity alone was asked of no service.
            let (service, operation) = match text(record, "api/operation") {
                Some(_) => service::asked(&provider, service, operation)?,
                None => (service, operation),
            };
            (provider, service, operation)
        }
    };
    let mut targets = Targets::default();
    add_targets(record, &mut targets);
    let unmapped = object(record, "unmapped").unwrap_or_default();
    let asked = fields::at(record, "api/request/data").cloned().or_else(|| kept_flat(&unmapped, "requestParameters"));
    let answered =
        fields::at(record, "api/response/data").cloned().or_else(|| kept_flat(&unmapped, "responseElements"));
    let raw_request = kept(asked.as_ref(), redactor, Collect::IdsAndNames, &mut targets);
    let raw_response = kept(answered.as_ref(), redactor, Collect::Ids, &mut targets);
    let raw_additional = kept(fields::at(record, "unmapped"), redactor, Collect::Nothing, &mut targets);
    let time = fields::at(record, "time").and_then(moment).or_else(|| fields::at(record, "time_dt").and_then(moment));
    let name = operation_name(&provider, service.as_deref().unwrap_or_default(), &operation);
    let (is_aws, is_azure) = (provider == "aws", provider == "azure");
    Ok(Event {
        provider: Cow::Owned(provider),
        account: owned(account(record, is_azure).or_else(|| hints.account.clone())),
        region: owned(first(record, &["cloud/region"]).or_else(|| hints.region.clone())),
        id: Cow::Owned(first(record, &["metadata/uid"]).unwrap_or_else(|| whole_id(record))),
        id_part: Cow::Borrowed(""),
        native_type: or_none(class(record)),
        category: category(record),
        time,
        delivered_at: ["metadata/logged_time", "metadata/logged_time_dt"]
            .iter()
            .find_map(|path| fields::at(record, path).and_then(moment)),
        api_service: or_none(service),
        operation_name: Some(Cow::Owned(name)),
        operation: Some(Cow::Owned(operation)),
        actor: who::actor(record, is_aws),
        source_address: or_none(first(
            record,
            &["src_endpoint/ip", "src_endpoint/domain", "src_endpoint/svc_name", "src_endpoint/name"],
        )),
        user_agent: or_none(first(record, &["http_request/user_agent"])),
        targets: Some(targets.finish()),
        outcome,
        error_code: or_none(code),
        error_message: or_none(first(record, &["api/response/error_message", "status_detail"]))
            .map(|text| fields::masked(redactor, text)),
        read_only: reads.or_else(|| read_only(record)),
        request_id: or_none(first(record, &["api/request/uid"])),
        // The stages of a request to a cluster have its id in common.
        operation_id: or_none(
            first(record, &["metadata/correlation_uid"])
                .or_else(|| reads.and_then(|_| first(record, &["api/request/uid"]))),
        ),
        phase: kubernetes::phase(&stage),
        raw_request,
        raw_response,
        raw_additional,
    })
}

/// The API group and the operation of a record of a Kubernetes cluster, as its own audit log writes them. The group
/// stands in the path that was asked for only.
fn of_cluster(record: &Fields, verb: &str) -> Result<Option<(String, String)>, Trouble> {
    let words = ["api/group/name", "metadata/product/feature/name", "metadata/product/name"];
    let of_cluster = |word: String| {
        let word = word.to_ascii_lowercase();
        word.contains("k8s.io") || word.contains("kubernetes") || word.split(' ').any(|part| part == "eks")
    };
    if !words.iter().filter_map(|path| text(record, path)).any(of_cluster) {
        return Ok(None);
    }
    let verb = verb.to_ascii_lowercase();
    let path = first(record, &["http_request/url/path", "http_request/url/url_string"]).unwrap_or_default();
    let Some(resource) = objects(record, "resources").find_map(|resource| text(resource, "type")) else {
        // Of what is no resource (`/healthz`) the path alone says what was asked for.
        let is_plain = !path.is_empty() && !path.contains("/api/") && !path.contains("/apis/");
        let message = "the record does not say what was asked of the cluster";
        return match is_plain || kubernetes::reads(&verb) {
            true => Ok(Some((String::new(), verb))),
            false => Err(Trouble::new("no-operation", message)),
        };
    };
    let group = path.split_once("/apis/").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
    Ok(Some((group.to_owned(), format!("{verb} {}", resource.to_ascii_lowercase()))))
}

/// Security Lake keeps CloudTrail's account among what it found no place for.
fn account(record: &Fields, is_azure: bool) -> Option<String> {
    let paths =
        ["cloud/account/uid", "cloud/account_uid", "cloud/project_uid", "unmapped/recipientAccountId", "accountid"];
    let account = first(record, &paths)?;
    Some(if is_azure { account.to_ascii_lowercase() } else { account })
}

/// Milliseconds since 1970, or RFC 3339.
fn moment(value: &Value) -> Option<isoneph_tables::Instant> {
    match value {
        Value::Number(number) => number.as_i64().and_then(from_milliseconds),
        Value::String(text) => instant(text),
        _ => None,
    }
}

/// The classes that are read.
const CLASSES: [(&str, &str); 5] = [
    ("6003", "API Activity"),
    ("3002", "Authentication"),
    ("3001", "Account Change"),
    ("3005", "User Access Management"),
    ("6001", "Web Resources Activity"),
];

/// Whether a kind of record is a class of the schema: what has it is a translation of a record.
pub(crate) fn is_class(native_type: &str) -> bool {
    CLASSES.iter().any(|(_, name)| *name == native_type)
}

/// The class by its number: its name is left to the translator, but for API Activity, which had another number once.
fn class(record: &Fields) -> Option<String> {
    let named = text(record, "class_name").filter(|name| name == "API Activity");
    let number = text(record, "class_uid")?;
    named.or_else(|| CLASSES.iter().find(|(uid, _)| *uid == number).map(|(_, name)| (*name).to_owned()))
}

fn category(record: &Fields) -> Category {
    match text(record, "class_uid").as_deref() {
        Some("3002") => Category::SignIn,
        _ if first(record, &["metadata/product/feature/name"])
            .is_some_and(|name| name.eq_ignore_ascii_case("Data")) =>
        {
            Category::Data
        }
        Some("6003" | "3001" | "3005") => Category::Management,
        _ => Category::Other,
    }
}

/// By CloudTrail's own word where it is kept; else by the class's: Read is 2 in API Activity, which was class 3005 once,
/// and accounts and privileges have no activity that only reads.
fn read_only(record: &Fields) -> Option<bool> {
    if let Some(word) = first(record, &["unmapped/readOnly"]) {
        return super::loose::yes_or_no(&word);
    }
    let is_api = text(record, "class_name").as_deref() == Some("API Activity");
    match (text(record, "class_uid").as_deref(), text(record, "activity_id").as_deref()) {
        (_, None | Some("0" | "99")) => None,
        (Some("6003"), Some("2")) | (Some("3005"), Some("2")) if is_api || !is_of_account(record) => Some(true),
        (Some("6003" | "3005"), Some("1" | "3" | "4")) => Some(false),
        (Some("3001" | "3005"), _) if is_of_account(record) => Some(false),
        _ => None,
    }
}

/// Whether somebody's account or privileges were changed: the user of the record, who is not the one of its actor, is
/// then whose they are.
fn is_of_account(record: &Fields) -> bool {
    let is_api = text(record, "class_name").as_deref() == Some("API Activity");
    matches!(text(record, "class_uid").as_deref(), Some("3001" | "3005")) && !is_api
}

/// What the record says that it was done to.
fn add_targets(record: &Fields, targets: &mut Targets<'static>) {
    let resource = object(record, "resource");
    for resource in objects(record, "resources").chain(resource.as_deref()) {
        for path in ["uid", "name"] {
            text(resource, path).into_iter().for_each(|target| targets.add(target));
        }
    }
    if is_of_account(record) {
        for path in ["user/uid", "user/uuid", "user/uid_alt", "user/name", "user/email_addr"] {
            // What AWS makes up beside the name is no other thing.
            let named = text(record, path).filter(|target| !target.starts_with("AIDA"));
            named.into_iter().for_each(|target| targets.add(target));
        }
    }
}

/// A part of CloudTrail's record among what had no place: whole, or each field with its path (`requestParameters.name`).
fn kept_flat(unmapped: &Fields, part: &str) -> Option<Value> {
    if let Some(whole) = unmapped.get(part) {
        return Some(whole.clone());
    }
    let mut fields = Fields::new();
    for (name, value) in unmapped {
        let path = name.strip_prefix(part).and_then(|path| path.strip_prefix('.'));
        // The last word of the path says what the value is, and the whole path keeps namesakes apart.
        if let Some(path) = path {
            let last = path.rsplit('.').next().unwrap_or(path).to_owned();
            let key = if fields.contains_key(&last) { path.to_owned() } else { last };
            fields.insert(key, value.clone());
        }
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

/// What became of it, and the code of the error.
fn outcome(record: &Fields) -> (Option<EventOutcome>, Option<String>) {
    let error = first(record, &["api/response/error"]);
    let code = first(record, &["api/response/code", "http_response/code"]);
    let of_code = || match code.as_deref().and_then(|code| code.parse::<u32>().ok()) {
        Some(100..400) => Some(EventOutcome::Success),
        Some(400..500) => Some(EventOutcome::Failure),
        _ => None,
    };
    let word = text(record, "status").unwrap_or_default().to_ascii_lowercase();
    let outcome = match (text(record, "status_id").as_deref(), &*word) {
        (Some("1"), _) => Some(EventOutcome::Success),
        (Some("2"), _) => Some(EventOutcome::Failure),
        _ if error.is_some() => Some(EventOutcome::Failure),
        (_, "success" | "succeeded") => Some(EventOutcome::Success),
        (_, "failure" | "failed") => Some(EventOutcome::Failure),
        _ => of_code(),
    };
    let failed = outcome != Some(EventOutcome::Success);
    (outcome, error.or_else(|| first(record, &["status_code"])).or(code).filter(|_| failed))
}

/// The same of a request to a cluster, by the code of its answer.
fn of_answer(record: &Fields, stage: &str) -> (Option<EventOutcome>, Option<String>) {
    let code = first(record, &["api/response/code", "http_response/code"]);
    let reason = first(record, &["api/response/error"]);
    if code.is_none() && reason.is_none() && text(record, "status_id").is_some() {
        return outcome(record);
    }
    let query = first(record, &["http_request/url/query_string"]);
    let behind_mark = || first(record, &["http_request/url/url_string", "http_request/url/path"]);
    let query = query.or_else(|| behind_mark()?.split_once('?').map(|(_, query)| query.to_owned()));
    let dry_run = query.is_some_and(|query| kubernetes::asks_for_dry_run(query.trim_start_matches('?')));
    kubernetes::outcome_of(code, reason, stage, dry_run)
}
