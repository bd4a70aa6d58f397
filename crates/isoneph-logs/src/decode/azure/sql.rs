//! Audit records of SQL databases, which have what was done, by whom and how it ended in columns of their own.
//!
//! Fields: Microsoft Learn, "SQL Database audit log format".

use std::borrow::Cow;

use super::super::fields::{self, Fields, first, or_none, text};
use super::super::time::instant;
use crate::event::{Actor, ActorKind, Event, EventOutcome, operation_name};

/// Whether a category is one of audit records of SQL.
pub(super) fn is_audit(category: &str) -> bool {
    matches!(category, "SQLSecurityAuditEvents" | "DevOpsOperationsAudit")
}

/// The event with what the columns say. The operation of all records is called `AuditEvent` otherwise.
pub(super) fn complete(event: &mut Event<'static>, record: &Fields) {
    let Some(columns) = fields::object(record, "properties") else { return };
    let Some(action) = first(&columns, &["action_name", "action_id"]) else { return };
    event.operation_name = Some(Cow::Owned(operation_name("azure", "", &action)));
    event.read_only = read_only(&action, text(&columns, "statement").as_deref());
    event.operation = Some(Cow::Owned(action));
    event.time = first(&columns, &["event_time"]).as_deref().and_then(instant).or(event.time);
    // Of anything but a login it says whether it was allowed: what was refused was not done.
    event.outcome = match text(&columns, "succeeded").map(|word| word.to_ascii_lowercase()).as_deref() {
        Some("true" | "1") => Some(EventOutcome::Success),
        Some("false" | "0") => Some(EventOutcome::Failure),
        _ => event.outcome,
    };
    let who = ["server_principal_name", "session_server_principal_name", "database_principal_name"];
    if let Some(id) = first(&columns, &who) {
        event.actor = actor(id);
    }
    event.source_address = or_none(first(&columns, &["client_ip"]).or_else(|| first(record, &["callerIpAddress"])));
    event.user_agent = or_none(first(&columns, &["application_name"]));
    let thing =
        first(&columns, &["object_name"]).filter(|thing| text(&columns, "database_name").as_ref() != Some(thing));
    if let (Some(targets), Some(thing)) = (&mut event.targets, thing) {
        targets.push(Cow::Owned(thing));
        targets.sort_unstable();
        targets.dedup();
    }
}

fn actor(id: String) -> Actor<'static> {
    // An application signs in as `its id@the tenant's id`.
    let is_guid = |text: &str| text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_program = is_guid(id.split('@').next().unwrap_or_default());
    Actor {
        kind: Some(if is_program { ActorKind::Workload } else { ActorKind::User }),
        name: Some(Cow::Owned(id.clone())),
        id: Some(Cow::Owned(id)),
        ..Actor::nobody()
    }
}

/// A batch may do anything: only what begins by changing something is sure to.
fn read_only(action: &str, statement: Option<&str>) -> Option<bool> {
    const CHANGES: [&str; 13] = [
        "drop", "delete", "insert", "update", "alter", "create", "truncate", "grant", "revoke", "deny", "restore",
        "merge", "backup",
    ];
    let first_word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let changes = |text: &str| CHANGES.contains(&first_word(text).as_str());
    match () {
        () if changes(action) || statement.is_some_and(changes) => Some(false),
        () if action.eq_ignore_ascii_case("select") => Some(true),
        () => None,
    }
}

/// A statement without the texts in it, if it speaks of a credential: they may be one.
pub(super) fn without_texts(statement: &str) -> Option<String> {
    let lower = statement.to_ascii_lowercase();
    const WORDS: [&str; 6] = ["password", "secret", "credential", "encryption", "identified", "signature"];
    WORDS.iter().any(|word| lower.contains(word)).then(|| {
        let outside = |(place, part)| if place % 2 == 0 { part } else { "[withheld]" };
        statement.split('\'').enumerate().map(outside).collect::<Vec<_>>().join("'")
    })
}
