//! API Activity (class 6003) of the Open Cybersecurity Schema Framework, and its neighbours Authentication (3002),
//! Account Change (3001) and User Access Management (3005), whichever cloud they speak of.
//!
//! Fields: schema.ocsf.io, versions 1.0 to 1.5.

use std::borrow::Cow;

use serde_json::Value;

use super::azure::whole_id;
use super::fields::{self, Fields, first, kept, objects, or_none, owned, text};
use super::redact::{Collect, Redactor, Targets};
use super::time::{from_milliseconds, instant};
use super::{Hints, Trouble};
use crate::event::{Actor, ActorKind, Category, Event, EventOutcome, operation_name};

/// A record as an event.
pub(super) fn event(record: &Fields, hints: &Hints, redactor: &mut Redactor) -> Result<Event<'static>, Trouble> {
    let operation = first(record, &["api/operation", "metadata/event_code", "activity_name"])
        .ok_or_else(|| Trouble::new("no-operation", "the record names no operation"))?;
    let (provider, service, operation) = match of_cluster(record, &operation) {
        Some((group, operation)) => ("kubernetes".to_owned(), Some(group), operation),
        None => (
            provider(first(record, &["cloud/provider"]).as_deref(), record),
            first(record, &["api/service/name"]),
            operation,
        ),
    };
    let mut targets = Targets::default();
    for resource in objects(record, "resources") {
        for path in ["uid", "name"] {
            text(resource, path).into_iter().for_each(|target| targets.add(target));
        }
    }
    let raw_request = kept(fields::at(record, "api/request/data"), redactor, Collect::IdsAndNames, &mut targets);
    let raw_response = kept(fields::at(record, "api/response/data"), redactor, Collect::Ids, &mut targets);
    let raw_additional = kept(fields::at(record, "unmapped"), redactor, Collect::Nothing, &mut targets);
    let refused = first(record, &["api/response/error"]);
    let outcome = match (text(record, "status_id").as_deref(), text(record, "status").as_deref()) {
        (Some("1"), _) | (None, Some("Success")) => Some(EventOutcome::Success),
        (Some("2"), _) | (None, Some("Failure")) => Some(EventOutcome::Failure),
        _ if refused.is_some() => Some(EventOutcome::Failure),
        _ => None,
    };
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
        actor: if is_aws { of_aws(actor(record)) } else { actor(record) },
        source_address: or_none(first(
            record,
            &["src_endpoint/ip", "src_endpoint/domain", "src_endpoint/svc_name", "src_endpoint/name"],
        )),
        user_agent: or_none(first(record, &["http_request/user_agent"])),
        targets: Some(targets.finish()),
        outcome,
        error_code: or_none(
            first(record, &["api/response/error", "status_code"]).filter(|_| outcome != Some(EventOutcome::Success)),
        ),
        error_message: or_none(first(record, &["api/response/error_message", "status_detail"]))
            .map(|text| fields::masked(redactor, text)),
        read_only: read_only(record),
        request_id: or_none(first(record, &["api/request/uid"])),
        operation_id: or_none(first(record, &["metadata/correlation_uid"])),
        phase: None,
        raw_request,
        raw_response,
        raw_additional,
    })
}

/// The API group and the operation of a record of a Kubernetes cluster, as its own audit log writes them. The group
/// stands in the path that was asked for only.
fn of_cluster(record: &Fields, verb: &str) -> Option<(String, String)> {
    let words = ["api/group/name", "metadata/product/feature/name", "metadata/product/name"];
    let of_cluster = |word: String| {
        let word = word.to_ascii_lowercase();
        word.contains("k8s.io") || word.contains("kubernetes") || word.split(' ').any(|part| part == "eks")
    };
    words.iter().filter_map(|path| text(record, path)).find(|word| of_cluster(word.clone()))?;
    let resource = objects(record, "resources").find_map(|resource| text(resource, "type"))?;
    let path = first(record, &["http_request/url/path", "http_request/url/url_string"]).unwrap_or_default();
    let group = path.split_once("/apis/").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
    Some((group.to_owned(), format!("{} {}", verb.to_ascii_lowercase(), resource.to_ascii_lowercase())))
}

/// Security Lake keeps CloudTrail's account among what it found no place for.
fn account(record: &Fields, is_azure: bool) -> Option<String> {
    let paths =
        ["cloud/account/uid", "cloud/account_uid", "cloud/project_uid", "unmapped/recipientAccountId", "accountid"];
    let account = first(record, &paths)?;
    Some(if is_azure { account.to_ascii_lowercase() } else { account })
}

/// An actor of AWS, by the rules of its own log: a session has a name, a service's own role is the service, and "false"
/// says nothing of a second factor that somebody else asked for.
fn of_aws(actor: Actor<'static>) -> Actor<'static> {
    let issuer = actor.session_issuer.as_deref().unwrap_or_default();
    let of_service = issuer.contains(":role/aws-service-role/");
    let elsewhere = actor.kind == Some(ActorKind::Federated)
        || issuer.contains(":role/aws-reserved/sso.amazonaws.com/")
        || issuer.contains(":oidc-provider/")
        || issuer.contains(":saml-provider/");
    let assumed = actor.id.as_deref().and_then(|id| id.split_once(":assumed-role/")?.1.split_once('/'));
    let session = assumed.map(|(_, session)| Cow::Owned(session.to_owned()));
    let kind = actor.kind.map(|kind| if of_service && kind == ActorKind::Role { ActorKind::Service } else { kind });
    let mfa = actor.mfa.filter(|proved| *proved || !elsewhere);
    Actor { kind, mfa, session: session.or(actor.session), ..actor }
}

/// Milliseconds since 1970, or RFC 3339.
fn moment(value: &Value) -> Option<isoneph_tables::Instant> {
    match value {
        Value::Number(number) => number.as_i64().and_then(from_milliseconds),
        Value::String(text) => instant(text),
        _ => None,
    }
}

fn provider(word: Option<&str>, record: &Fields) -> String {
    let word = word.map(str::to_owned).or_else(|| first(record, &["metadata/product/vendor_name"])).unwrap_or_default();
    match word.to_ascii_lowercase().as_str() {
        "aws" | "amazon" | "amazon web services" => "aws".to_owned(),
        "azure" | "microsoft" | "microsoft azure" => "azure".to_owned(),
        "gcp" | "google" | "google cloud" | "google cloud platform" => "google".to_owned(),
        "" => "ocsf".to_owned(),
        other => other.to_owned(),
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

/// The class by its number: its name is left to the translator.
fn class(record: &Fields) -> Option<String> {
    let number = text(record, "class_uid")?;
    CLASSES.iter().find(|(uid, _)| *uid == number).map(|(_, name)| (*name).to_owned())
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

/// By the class's own words: Read is 2 in API Activity; of other activities only the known ones change something.
fn read_only(record: &Fields) -> Option<bool> {
    if text(record, "class_uid").as_deref() != Some("6003") {
        return None;
    }
    match text(record, "activity_id").as_deref() {
        Some("2") => Some(true),
        Some("1" | "3" | "4") => Some(false),
        _ => None,
    }
}

fn actor(record: &Fields) -> Actor<'static> {
    let user = |path: &str| first(record, &[&format!("actor/user/{path}"), &format!("user/{path}")]);
    let session = |path: &str| first(record, &[&format!("actor/session/{path}"), &format!("session/{path}")]);
    let mfa = first(record, &["actor/session/is_mfa", "session/is_mfa", "is_mfa"]);
    let invoked_by = first(record, &["actor/invoked_by"]);
    let kind = match user("type").as_deref() {
        Some("Root") => Some(ActorKind::Root),
        Some("IAMUser" | "User" | "Admin") => Some(ActorKind::User),
        Some("AssumedRole" | "Role") => Some(ActorKind::Role),
        Some("FederatedUser" | "SAMLUser" | "WebIdentityUser") => Some(ActorKind::Federated),
        Some("AWSService" | "System") => Some(ActorKind::Service),
        Some("AWSAccount") => Some(ActorKind::Account),
        Some("ServiceAccount" | "ServicePrincipal" | "Service") => Some(ActorKind::Workload),
        None if invoked_by.is_some() => Some(ActorKind::Service),
        _ => None,
    };
    let started =
        ["actor/session/created_time", "session/created_time"].iter().find_map(|path| fields::at(record, path));
    Actor {
        kind,
        id: owned(
            user("uid_alt")
                .filter(|id| id.starts_with("arn:"))
                .or_else(|| user("uid"))
                .or_else(|| user("email_addr"))
                .or_else(|| user("name"))
                .or_else(|| invoked_by.clone()),
        ),
        name: or_none(user("name")),
        account: or_none(user("account/uid").or_else(|| user("account_uid"))),
        session: or_none(session("uid_alt").or_else(|| session("uid"))),
        credential_id: or_none(user("credential_uid").or_else(|| session("credential_uid"))),
        session_issuer: or_none(session("issuer").or_else(|| first(record, &["actor/idp/name"]))),
        session_started_at: started.and_then(moment),
        mfa: mfa.as_deref().and_then(super::loose::yes_or_no),
        invoked_by: or_none(invoked_by),
        acting_as: Some(Cow::Borrowed("")),
    }
}
