//! The Azure activity log and resource logs, in three shapes: as Azure Monitor exports them (`{"records": […]}` or one
//! a line), as `az monitor activity-log list` prints them, and as rows of the tables of a workspace.
//!
//! Fields: Microsoft Learn, "Azure Monitor activity log event schema" and "Common and service-specific schemas for
//! resource logs".

mod kinds;
mod rows;
mod sql;
mod things;

use std::borrow::Cow;

use serde_json::Value;

use super::fields::{self, Fields, first, kept, object, or_none, owned, text};
use super::redact::{Collect, Redactor, Targets};
use super::time::instant;
use super::{Hints, Trouble};
use crate::event::{Actor, ActorKind, Category, Event, EventOutcome, Phase, operation_name};

/// Where records name the program that asked.
const USER_AGENT: [&str; 5] =
    ["userAgentHeader", "properties/userAgentHeader", "userAgent", "properties/userAgent", "properties/clientInfo"];

/// Where they name the request.
const REQUEST: [&str; 3] = ["httpRequest/clientRequestId", "properties/serviceRequestId", "properties/clientRequestId"];

/// A record as an event.
pub(super) fn event(record: &Fields, hints: &Hints, redactor: &mut Redactor) -> Result<Event<'static>, Trouble> {
    let whole = record;
    let of_row = rows::record(record);
    let record = of_row.as_ref().unwrap_or(record);
    let operation = operation(record).ok_or_else(|| Trouble::new("no-operation", "the record names no operation"))?;
    let resource = first(record, &["resourceId", "_ResourceId", "resourceUri", "properties/resource"]);
    // The one without `Value` may be translated.
    let category_word = first(record, &["CategoryValue", "category"]);
    if category_word.as_deref() == Some("Administrative") && operation.contains(' ') && !is_exact(&operation) {
        let message = format!("the record has the operation as it is displayed only: {operation}");
        return Err(Trouble::new("no-operation", message));
    }
    let is_sql = category_word.as_deref().is_some_and(sql::is_audit);
    let category = kinds::category(category_word.as_deref(), record, &operation);
    let service = first(record, &["resourceProviderName", "ResourceProviderValue", "resourceProvider"])
        .or_else(|| operation.split_once('/').map(|(service, _)| service.to_owned()))
        .or_else(|| resource.as_deref().and_then(provider_of).map(str::to_owned));
    // Key Vault writes the claims under another name.
    let claims = object(record, "identity/claims")
        .or_else(|| object(record, "identity/claim"))
        .or_else(|| object(record, "claims"));
    let properties = object(record, "properties");
    let mut targets = Targets::default();
    things::add(record, resource.as_deref(), &mut targets);
    let part = |key: &str| properties.as_deref().and_then(|fields| fields::at(fields, key));
    let statement = part("statement").filter(|_| is_sql).map(without_texts);
    let raw_request = kept(statement.as_ref().or(part("requestbody")), redactor, Collect::IdsAndNames, &mut targets);
    let raw_response = kept(part("responseBody"), redactor, Collect::Ids, &mut targets);
    let raw_additional = kept(Some(&rest(record, is_sql)), redactor, Collect::Nothing, &mut targets);
    let ended = ended(record, category);
    let id = first(record, &["eventDataId", "EventDataId", "properties/eventDataId"]);
    let mut event = Event {
        provider: Cow::Borrowed("azure"),
        account: account(record, resource.as_deref()).or_else(|| hints.account.clone()).map(Cow::Owned),
        region: owned(first(record, &["location", "resourceLocation"]).or_else(|| hints.region.clone())),
        id: Cow::Owned(id.unwrap_or_else(|| whole_id(whole))),
        id_part: Cow::Borrowed(""),
        native_type: or_none(category_word),
        category,
        time: first(record, &["time", "eventTimestamp", "TimeGenerated", "timestamp"]).as_deref().and_then(instant),
        delivered_at: first(record, &["submissionTimestamp", "EventSubmissionTimestamp", "_TimeReceived"])
            .as_deref()
            .and_then(instant),
        operation_name: Some(Cow::Owned(operation_name("azure", "", &operation))),
        read_only: kinds::read_only(&operation),
        api_service: or_none(service),
        actor: actor(record, claims.as_deref()),
        source_address: or_none(source_address(record, claims.as_deref())),
        user_agent: or_none(first(record, &USER_AGENT)),
        targets: Some(targets.finish()),
        outcome: ended.outcome,
        error_code: or_none(ended.code),
        error_message: or_none(ended.message).map(|text| fields::masked(redactor, text)),
        request_id: or_none(first(record, &REQUEST)),
        // The records of one operation may have several operation ids, and exports of one log leave them out.
        operation_id: or_none(first(record, &["correlationId", "operationId"])),
        phase: ended.phase,
        operation: Some(Cow::Owned(operation)),
        raw_request,
        raw_response,
        raw_additional,
    };
    if is_sql {
        sql::complete(&mut event, record);
    }
    Ok(event)
}

/// How an operation ended.
struct Ended {
    outcome: Option<EventOutcome>,
    phase: Option<Phase>,
    /// Why it failed, where it did.
    code: Option<String>,
    message: Option<String>,
}

fn ended(record: &Fields, category: Category) -> Ended {
    const WORDS: [&str; 6] =
        ["status", "ActivityStatusValue", "ActivityStatus", "resultType", "properties/statusCode", "statusCode"];
    const DETAILS: [&str; 5] =
        ["subStatus", "ActivitySubstatusValue", "resultSignature", "statusCode", "properties/statusCode"];
    let word = first(record, &WORDS);
    let (outcome, phase) = outcome(word.as_deref(), category);
    let refused = first(record, &["properties/httpStatusCode"]).filter(|code| is_refusal(code));
    let outcome = if refused.is_some() { Some(EventOutcome::Failure) } else { outcome };
    if outcome != Some(EventOutcome::Failure) {
        return Ended { outcome, phase, code: None, message: None };
    }
    let code = refused.or_else(|| first(record, &DETAILS)).or(word);
    let message = first(record, &["resultDescription", "properties/statusMessage", "statusText"]);
    Ended { outcome, phase, code, message }
}

/// The operation. Some rows and lists have how a person would read it beside it: an operation has its provider before a
/// slash, and those of storage and vaults, which have none, stand alone.
fn operation(record: &Fields) -> Option<String> {
    const PATHS: [&str; 3] = ["OperationNameValue", "operationName", "authorization/action"];
    let named = || PATHS.iter().filter_map(|path| text(record, path));
    named().find(|name| is_exact(name)).or_else(|| named().next())
}

fn is_exact(name: &str) -> bool {
    name.contains('/') && !name.contains(' ')
}

fn without_texts(statement: &Value) -> Value {
    statement.as_str().and_then(sql::without_texts).map_or_else(|| statement.clone(), Value::String)
}

/// What a record says beside its request and answer.
fn rest(record: &Fields, is_sql: bool) -> Value {
    const PARTS: [&str; 7] = ["authorization", "claims", "identity", "httpRequest", "properties", "description", "uri"];
    let part = |name: &&str| fields::at(record, name).map(|value| ((*name).to_owned(), value.clone()));
    let mut rest: Fields = PARTS.iter().filter_map(part).collect();
    if let Some(properties) = rest.get_mut("properties").and_then(Value::as_object_mut) {
        let elsewhere = |key: &str| {
            let is = |name| key.eq_ignore_ascii_case(name);
            is("requestbody") || is("responseBody") || (is_sql && is("statement"))
        };
        properties.retain(|key, _| !elsewhere(key));
    }
    Value::Object(rest)
}

/// An identity for a record that has none: what it says.
pub(super) fn whole_id(record: &Fields) -> String {
    let json = serde_json::to_string(record).unwrap_or_default();
    fields::digest_id(&[Some(&json)])
}

/// The subscription; the tenant for what belongs to no subscription.
fn account(record: &Fields, resource: Option<&str>) -> Option<String> {
    let named = text(record, "subscriptionId").or_else(|| subscription(resource?));
    named.or_else(|| text(record, "tenantId")).map(|id| id.to_ascii_lowercase())
}

/// The subscription of a resource.
pub(super) fn subscription(resource: &str) -> Option<String> {
    let resource = resource.to_ascii_lowercase();
    let (_, rest) = resource.split_once("/subscriptions/")?;
    Some(rest.split('/').next().unwrap_or_default().to_owned()).filter(|id| !id.is_empty())
}

/// `Microsoft.Compute` of `…/providers/Microsoft.Compute/virtualMachines/x`.
fn provider_of(resource: &str) -> Option<&str> {
    let at = resource.to_ascii_lowercase().rfind("/providers/")?;
    resource.get(at + "/providers/".len()..)?.split('/').next().filter(|name| !name.is_empty())
}

/// What became of it, and which record of the operation this is: a write leaves one when it is begun, perhaps one
/// when it is accepted, and one when it ends.
fn outcome(word: Option<&str>, category: Category) -> (Option<EventOutcome>, Option<Phase>) {
    let word = word.unwrap_or_default().to_ascii_lowercase();
    let last = (category == Category::Management).then_some(Phase::Last);
    match word.as_str() {
        "start" | "started" => (Some(EventOutcome::Pending), Some(Phase::First)),
        "accept" | "accepted" | "in progress" | "inprogress" | "updated" => {
            (Some(EventOutcome::Pending), Some(Phase::Middle))
        }
        "success" | "succeeded" | "completed" | "ok" | "created" => (Some(EventOutcome::Success), last),
        "failure" | "failed" | "fail" | "error" | "canceled" | "cancelled" | "timedout" | "clienterror"
        | "unauthorized" | "forbidden" => (Some(EventOutcome::Failure), last),
        // Numbers of a table may be written as decimals.
        word => match word.trim_end_matches(".0").parse::<u32>() {
            Ok(0) => (Some(EventOutcome::Success), None),
            Ok(100..400) => (Some(EventOutcome::Success), None),
            Ok(400..) => (Some(EventOutcome::Failure), None),
            _ => (None, None),
        },
    }
}

/// Whether a status of HTTP says that nothing was done, whatever the record calls its result: Key Vault calls the
/// answer to a call that it refused a success.
fn is_refusal(code: &str) -> bool {
    code.parse::<f64>().is_ok_and(|code| code >= 400.0)
}

fn source_address(record: &Fields, claims: Option<&Fields>) -> Option<String> {
    let address = first(
        record,
        &["callerIpAddress", "httpRequest/clientIpAddress", "properties/clientIpAddress", "clientIpAddress"],
    )
    .or_else(|| claim(claims, "ipaddr"))?;
    Some(without_port(&address).to_owned())
}

/// `192.0.2.1:443` and `[2001:db8::1]:443` without their port.
pub(super) fn without_port(address: &str) -> &str {
    if let Some(rest) = address.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    match address.split_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => address,
    }
}

/// A claim of the token, by the last part of its name.
fn claim(claims: Option<&Fields>, name: &str) -> Option<String> {
    let claims = claims?;
    let value = claims.get(name).or_else(|| {
        let named = |key: &&String| key.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(name));
        claims.keys().find(named).and_then(|key| claims.get(key))
    })?;
    fields::as_text(value)
}

fn actor(record: &Fields, claims: Option<&Fields>) -> Actor<'static> {
    let claim = |name: &str| claim(claims, name);
    let evidence =
        first(record, &["identity/authorization/evidence/principalType", "authorization/evidence/principalType"]);
    let upn = claim("upn").or_else(|| claim("emailaddress")).or_else(|| claim("unique_name"));
    let caller = first(record, &["caller", "properties/caller"]);
    let application =
        claim("appid").or_else(|| first(record, &["identity/requester/appId", "requesterAppId", "properties/appId"]));
    let object_id = claim("objectidentifier")
        .or_else(|| claim("oid"))
        .or_else(|| first(record, &["identity/authorization/evidence/principalId", "identity/requester/objectId"]))
        .or_else(|| text(record, "requesterObjectId"));
    let requester = first(record, &["identity/requester/upn", "requesterUpn"]);
    let is_person =
        upn.is_some() || requester.is_some() || caller.as_deref().is_some_and(|caller| caller.contains('@'));
    let kind = match (evidence.as_deref(), claim("idtyp").as_deref()) {
        (Some("ServicePrincipal"), _) | (_, Some("app")) => Some(ActorKind::Workload),
        _ if claim("xms_mirid").is_some() => Some(ActorKind::Workload),
        (Some("User"), _) | (_, Some("user")) => Some(ActorKind::User),
        _ if is_person => Some(ActorKind::User),
        _ if application.is_some() => Some(ActorKind::Workload),
        _ if caller.as_deref().is_some_and(|caller| caller.starts_with("Microsoft.")) => Some(ActorKind::Service),
        _ if first(record, &["identity/type", "authenticationType"]).as_deref() == Some("Anonymous") => {
            Some(ActorKind::Anonymous)
        }
        _ => None,
    };
    let id = caller
        .clone()
        .or_else(|| upn.clone())
        .or_else(|| requester.clone())
        .or_else(|| object_id.clone())
        .or_else(|| application.clone());
    // `identity` itself is a name in some logs, and a way to sign in those of storage.
    let id = id.or_else(|| claim("name")).or_else(|| text(record, "identity"));
    let name = claim("name").or(upn).or(requester).or(caller);
    Actor {
        kind,
        id: owned(id),
        name: or_none(name),
        account: or_none(
            claim("tenantid")
                .or_else(|| claim("tid"))
                .or_else(|| first(record, &["identity/requester/tenantId", "requesterTenantId", "tenantId"])),
        ),
        session: Some(Cow::Borrowed("")),
        credential_id: or_none(claim("uti")),
        session_issuer: or_none(claim("iss")),
        session_started_at: claim("iat")
            .and_then(|text| text.parse::<i64>().ok())
            .and_then(|seconds| super::time::from_milliseconds(seconds.checked_mul(1000)?)),
        mfa: mfa(claim("authnmethodsreferences").or_else(|| claim("amr")))
            .filter(|proved| *proved || !is_guest(claims)),
        invoked_by: or_none(application.filter(|_| kind == Some(ActorKind::User))),
        acting_as: Some(Cow::Borrowed("")),
    }
}

/// Whether somebody signed in with another organisation, or with an account of their own: what they proved there is not
/// always told.
fn is_guest(claims: Option<&Fields>) -> bool {
    let provider = claim(claims, "identityprovider").or_else(|| claim(claims, "idp"));
    provider.is_some_and(|provider| claim(claims, "iss").is_none_or(|issuer| issuer != provider))
}

/// The methods by which somebody signed in: `mfa` among them is a second factor, a password alone is none; of anything
/// else the log does not say enough.
fn mfa(methods: Option<String>) -> Option<bool> {
    let methods = methods?.to_ascii_lowercase();
    let mut words = methods.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    if words.clone().any(|word| matches!(word, "mfa" | "ngcmfa")) {
        return Some(true);
    }
    (words.clone().next().is_some() && words.all(|word| word == "pwd")).then_some(false)
}
