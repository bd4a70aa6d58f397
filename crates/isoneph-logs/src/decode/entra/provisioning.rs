//! What Entra ID's provisioning service makes, changes and deletes of people and groups in other systems
//! (`ProvisioningLogs`, `auditLogs/provisioning`).
//!
//! Fields: Microsoft Learn, "provisioningObjectSummary resource type".

use std::borrow::Cow;

use super::super::fields::{Fields, first, kept, or_none, text};
use super::super::redact::{Collect, Redactor, Targets};
use super::super::time::instant;
use crate::event::{Actor, ActorKind, Category, Event, EventOutcome};

pub(super) fn event(record: &Fields, properties: &Fields, redactor: &mut Redactor) -> Event<'static> {
    let action = text(properties, "provisioningAction").unwrap_or_default().to_ascii_lowercase();
    let status = ["provisioningStatusInfo/Status", "provisioningStatusInfo/status"];
    let status = first(properties, &status).or_else(|| text(record, "resultType"));
    let outcome = match status.as_deref().unwrap_or_default().to_ascii_lowercase().as_str() {
        "success" => Some(EventOutcome::Success),
        "failure" | "skipped" => Some(EventOutcome::Failure),
        // A warning says that some of it was done.
        _ => None,
    };
    let failed = outcome == Some(EventOutcome::Failure);
    let error = |field: &str| first(properties, &[&format!("provisioningStatusInfo/errorInformation/{field}")]);
    let mut targets = Targets::default();
    for identity in ["sourceIdentity", "targetIdentity"] {
        for field in ["Id", "id", "Name", "displayName", "details/UserPrincipalName", "details/userPrincipalName"] {
            text(properties, &format!("{identity}/{field}"))
                .filter(|target| !target.is_empty())
                .into_iter()
                .for_each(|target| targets.add(target));
        }
    }
    let by = |field: &str| {
        first(properties, &[&format!("initiatedBy/{field}"), &format!("initiatedBy/{}", field.to_lowercase())])
    };
    let named = by("Name").or_else(|| text(properties, "initiatedBy/displayName"));
    let kind = by("Type").or_else(|| text(properties, "initiatedBy/initiatorType")).map(|kind| kind.to_lowercase());
    Event {
        category: Category::Management,
        time: first(properties, &["activityDateTime"]).or_else(|| text(record, "time")).as_deref().and_then(instant),
        delivered_at: first(record, &["time", "TimeGenerated"]).as_deref().and_then(instant),
        api_service: Some(Cow::Borrowed("Microsoft.aadiam")),
        operation: Some(Cow::Owned(format!("Provisioning {action}").trim_end().to_owned())),
        actor: Actor {
            kind: match kind.as_deref() {
                Some("user") => Some(ActorKind::User),
                Some("app" | "application") => Some(ActorKind::Workload),
                Some("system") => Some(ActorKind::Service),
                _ => None,
            },
            id: or_none(by("Id").or_else(|| named.clone())),
            name: or_none(named),
            ..Actor::nobody()
        },
        source_address: Some(Cow::Borrowed("")),
        user_agent: Some(Cow::Borrowed("")),
        targets: Some(targets.finish()),
        outcome,
        error_code: or_none(error("errorCode").or_else(|| status.clone()).filter(|_| failed)),
        error_message: or_none(error("reason").filter(|_| failed)),
        read_only: Some(false),
        request_id: Some(Cow::Borrowed("")),
        raw_request: Some(Cow::Borrowed("")),
        raw_response: Some(Cow::Borrowed("")),
        raw_additional: kept(Some(&properties.clone().into()), redactor, Collect::Nothing, &mut Targets::default()),
        ..Event::default()
    }
}
