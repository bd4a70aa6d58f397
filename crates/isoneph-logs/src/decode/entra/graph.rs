//! Calls of Microsoft Graph and of its forerunner (`MicrosoftGraphActivityLogs`, `AzureADGraphActivityLogs`): what was
//! asked of a directory, by whom, with which method. What came of a change stands in the directory's own audit log too.
//!
//! Fields: Microsoft Learn, "MicrosoftGraphActivityLogs".

use std::borrow::Cow;

use super::super::fields::{Fields, first, kept, or_none, owned, text};
use super::super::redact::{Collect, Redactor, Targets};
use super::super::time::instant;
use super::address;
use crate::event::{Actor, ActorKind, Category, Event, EventOutcome};

/// What the method of a request is called: Graph's name of it, and its forerunner's.
pub(super) const METHODS: [&str; 2] = ["requestMethod", "httpMethod"];

pub(super) fn call(record: &Fields, properties: &Fields, redactor: &mut Redactor) -> Event<'static> {
    let method = first(properties, &METHODS).unwrap_or_default().to_ascii_uppercase();
    let uri = text(properties, "requestUri").unwrap_or_default();
    // What is asked for behind the question mark may be anything.
    let uri = uri.split('?').next().unwrap_or_default();
    let (path, ids) = path_of(uri);
    let read_only = read_only(&method, &path);
    let mut targets = Targets::default();
    targets.add(uri.to_owned());
    ids.into_iter().for_each(|id| targets.add(id));
    let code = first(properties, &["responseStatusCode", "httpStatusCode"]).or_else(|| text(record, "resultSignature"));
    let outcome = code.as_deref().and_then(|code| code.parse::<u32>().ok()).and_then(outcome);
    Event {
        category: if read_only == Some(true) { Category::Data } else { Category::Management },
        time: first(properties, &["timeGenerated"]).or_else(|| text(record, "time")).as_deref().and_then(instant),
        delivered_at: first(record, &["time"]).as_deref().and_then(instant),
        api_service: Some(Cow::Borrowed("Microsoft Graph")),
        operation: Some(Cow::Owned(format!("{method} {path}"))),
        actor: actor(properties),
        source_address: or_none(address(record, properties).or_else(|| text(properties, "callerIpAddress"))),
        user_agent: or_none(first(properties, &["userAgent"])),
        targets: Some(targets.finish()),
        outcome,
        error_code: or_none(code.filter(|_| outcome != Some(EventOutcome::Success))),
        error_message: Some(Cow::Borrowed("")),
        read_only,
        request_id: or_none(first(properties, &["requestId"])),
        raw_request: Some(Cow::Borrowed("")),
        raw_response: Some(Cow::Borrowed("")),
        raw_additional: kept(Some(&properties.clone().into()), redactor, Collect::Nothing, &mut Targets::default()),
        ..Event::default()
    }
}

/// The path without its version and with its ids in braces, so that calls of one kind have one name; and the ids.
fn path_of(uri: &str) -> (String, Vec<String>) {
    let behind_host = uri.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or(uri, |(_, path)| path);
    let mut ids = Vec::new();
    let mut parts = Vec::new();
    let mut given = behind_host.split('/').filter(|part| !part.is_empty()).peekable();
    // Before the path of Azure AD Graph stands the tenant, with or without a number of a version.
    given.next_if_eq(&"v2");
    given.next_if(|part| is_uuid(part));
    for part in given {
        let is_word = part.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'.' | b'$' | b'_'));
        match part.split_once("('").and_then(|(word, id)| Some((word, id.strip_suffix("')")?))) {
            _ if parts.is_empty() && matches!(part, "v1.0" | "beta") => {}
            Some((word, id)) => {
                ids.push(id.to_owned());
                parts.push(format!("{word}/{{id}}"));
            }
            None if is_word => parts.push(part.to_owned()),
            None => {
                ids.push(part.to_owned());
                parts.push("{id}".to_owned());
            }
        }
    }
    (parts.join("/"), ids)
}

fn is_uuid(part: &str) -> bool {
    part.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && part.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// By the method; what is posted mostly changes something, but some questions are posted too.
fn read_only(method: &str, path: &str) -> Option<bool> {
    let last = path.rsplit(['/', '.']).next().unwrap_or_default();
    let may_ask =
        last == "query" || last == "$batch" || ["get", "check", "validate"].iter().any(|verb| last.starts_with(verb));
    match method {
        "GET" | "HEAD" | "OPTIONS" => Some(true),
        "POST" if !may_ask => Some(false),
        "PUT" | "PATCH" | "DELETE" => Some(false),
        _ => None,
    }
}

/// A server that gave up says nothing of whether it was done before.
fn outcome(code: u32) -> Option<EventOutcome> {
    match code {
        100..400 => Some(EventOutcome::Success),
        400..500 => Some(EventOutcome::Failure),
        _ => None,
    }
}

fn actor(properties: &Fields) -> Actor<'static> {
    let user = first(properties, &["userId", "userPrincipalObjectID"]);
    let application = first(properties, &["appId"]);
    let workload = first(properties, &["servicePrincipalId"]);
    let kind = match (&user, workload.is_some() || application.is_some()) {
        (Some(_), _) => Some(ActorKind::User),
        (None, true) => Some(ActorKind::Workload),
        (None, false) => None,
    };
    Actor {
        kind,
        invoked_by: or_none(application.clone().filter(|_| user.is_some())),
        id: owned(user.or(workload).or(application)),
        name: Some(Cow::Borrowed("")),
        account: or_none(first(properties, &["AadTenantId"])),
        session: or_none(first(properties, &["sessionId", "C_Sid"])),
        credential_id: or_none(first(properties, &["signInActivityId", "uniqueTokenIdentifier"])),
        session_issuer: or_none(first(properties, &["identityProvider"])),
        session_started_at: None,
        mfa: None,
        acting_as: Some(Cow::Borrowed("")),
    }
}
