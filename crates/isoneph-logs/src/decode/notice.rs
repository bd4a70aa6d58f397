//! What AWS notices by itself: findings of GuardDuty, as EventBridge passes them on and as GuardDuty exports them, and
//! events of AWS Health, among which are notices of abuse.
//!
//! They lie beside CloudTrail where a rule collects them, and are no record of what somebody asked for: nobody acted, and
//! they say nothing of whether a log is whole. Fields: AWS documentation, "GuardDuty finding format" and "AWS Health
//! events Amazon EventBridge schema".

use std::borrow::Cow;

use super::Hints;
use super::azure::whole_id;
use super::fields::{self, Fields, first, kept, object, objects, or_none, owned, text};
use super::redact::{Collect, Redactor, Targets};
use super::time::instant;
use crate::event::{ABUSE_OR_HEALTH, Actor, Category, DETECTED, Event, EventOutcome, operation_name};

/// A record as an event.
pub(super) fn event(record: &Fields, hints: &Hints, redactor: &mut Redactor) -> Event<'static> {
    let detail = object(record, "detail");
    let said: &Fields = detail.as_deref().unwrap_or(record);
    let is_health = text(record, "source").as_deref() == Some("aws.health");
    let (service, native_type) = match is_health {
        true => ("health.amazonaws.com", ABUSE_OR_HEALTH),
        false => ("guardduty.amazonaws.com", DETECTED),
    };
    let operation = first(said, &["eventTypeCode", "type"]);
    let mut targets = Targets::default();
    let resource = kept(fields::at(said, "resource"), redactor, Collect::Ids, &mut targets);
    for entity in objects(said, "affectedEntities") {
        text(entity, "entityValue").into_iter().for_each(|target| targets.add(target));
    }
    let raw_additional = kept(Some(&said.clone().into()), redactor, Collect::Nothing, &mut targets);
    // A finding comes again, with the same id, whenever it was seen again.
    let state = ["updatedAt", "lastUpdatedTime", "statusCode", "startTime"];
    let time = first(said, &["service/eventLastSeen", "updatedAt"]).or_else(|| text(record, "time"));
    Event {
        provider: Cow::Borrowed("aws"),
        account: owned(first(said, &["accountId", "affectedAccount"]).or_else(|| text(record, "account")))
            .or_else(|| hints.account.clone().map(Cow::Owned)),
        region: owned(first(said, &["region", "eventRegion"]).or_else(|| text(record, "region"))),
        id: Cow::Owned(
            first(said, &["id", "eventArn"]).or_else(|| text(record, "id")).unwrap_or_else(|| whole_id(record)),
        ),
        id_part: Cow::Owned(first(said, &state).unwrap_or_default()),
        native_type: Some(Cow::Borrowed(native_type)),
        category: Category::System,
        time: time.as_deref().and_then(instant),
        delivered_at: text(record, "time").as_deref().and_then(instant).or(hints.delivered_at),
        operation_name: Some(Cow::Owned(operation_name("aws", service, operation.as_deref().unwrap_or_default()))),
        api_service: Some(Cow::Borrowed(service)),
        operation: or_none(operation),
        actor: Actor::nobody(),
        source_address: Some(Cow::Borrowed("")),
        user_agent: Some(Cow::Borrowed("")),
        targets: Some(targets.finish()),
        // What was noticed has happened.
        outcome: Some(EventOutcome::Success),
        error_code: Some(Cow::Borrowed("")),
        error_message: Some(Cow::Borrowed("")),
        read_only: Some(true),
        request_id: Some(Cow::Borrowed("")),
        operation_id: Some(Cow::Borrowed("")),
        phase: None,
        raw_request: Some(Cow::Borrowed("")),
        raw_response: resource,
        raw_additional,
    }
}
