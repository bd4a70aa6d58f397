//! Entra ID sign-in and audit logs: as Azure Monitor exports them (the record under `properties`) and as Microsoft
//! Graph gives them (`auditLogs/signIns`, `auditLogs/directoryAudits`), and the calls of Graph itself.
//!
//! Fields: Microsoft Learn, "signIn resource type" and "directoryAudit resource type".

mod graph;
mod provisioning;

use std::borrow::Cow;

use super::Hints;
use super::azure::{whole_id, without_port};
use super::fields::{self, Fields, first, kept, object, objects, or_none, owned, text};
use super::redact::{Collect, Redactor, Targets};
use super::time::instant;
use crate::event::{Actor, ActorKind, Category, Event, EventOutcome, operation_name};

/// A record as an event.
pub(super) fn event(record: &Fields, hints: &Hints, redactor: &mut Redactor) -> Event<'static> {
    let is_of_table = fields::at(record, "AADTenantId").is_some() || record.contains_key("TimeGenerated");
    let of_table = is_of_table.then(|| fields::unfolded(record));
    let record = of_table.as_ref().unwrap_or(record);
    let properties = object(record, "properties").unwrap_or(Cow::Borrowed(record));
    let is_call = first(&properties, &graph::METHODS).is_some();
    let is_provisioning = fields::at(&properties, "provisioningAction").is_some();
    let is_audit = fields::at(&properties, "activityDisplayName").is_some()
        || text(record, "category").is_some_and(|category| category == "AuditLogs");
    let mut event = match (is_call, is_audit) {
        (true, _) => graph::call(record, &properties, redactor),
        _ if is_provisioning => provisioning::event(record, &properties, redactor),
        (false, true) => audit(record, &properties, redactor),
        (false, false) => sign_in(record, &properties, redactor),
    };
    event.provider = Cow::Borrowed("azure");
    // What a table calls its tenant is the workspace that the table is of.
    let of_record = || text(record, "tenantId").filter(|_| !is_of_table);
    let tenant = text(record, "AADTenantId")
        .or_else(of_record)
        .or_else(|| first(&properties, &["homeTenantId", "resourceTenantId"]))
        .or_else(|| text(&properties, "tenantId").filter(|_| !is_of_table))
        .or_else(|| tenant_of(&text(record, "resourceId")?));
    event.account = owned(tenant.map(|id| id.to_ascii_lowercase()).or_else(|| hints.account.clone()));
    event.region = Some(Cow::Borrowed("global"));
    event.id = Cow::Owned(first(&properties, &["id"]).unwrap_or_else(|| whole_id(record)));
    event.native_type = or_none(first(record, &["category", "Type"]));
    event.operation_id = or_none(text(&properties, "correlationId").or_else(|| text(record, "correlationId")));
    let operation = event.operation.as_deref().unwrap_or_default();
    event.operation_name = Some(Cow::Owned(operation_name("azure", "", operation)));
    event
}

/// The tenant of `/tenants/t/providers/Microsoft.aadiam`.
fn tenant_of(resource: &str) -> Option<String> {
    let mut parts = resource.split('/').skip_while(|part| !part.eq_ignore_ascii_case("tenants")).skip(1);
    parts.next().filter(|tenant| !tenant.is_empty()).map(str::to_owned)
}

fn sign_in(record: &Fields, properties: &Fields, redactor: &mut Redactor) -> Event<'static> {
    let code = first(properties, &["status/errorCode"]).or_else(|| first(record, &["resultType"]));
    let outcome = code.as_deref().map(|code| if code == "0" { EventOutcome::Success } else { EventOutcome::Failure });
    let succeeded = outcome == Some(EventOutcome::Success);
    let mut targets = Targets::default();
    for path in ["appDisplayName", "appId", "resourceDisplayName", "resourceIdentity"] {
        text(properties, path).into_iter().for_each(|target| targets.add(target));
    }
    let user = first(properties, &["userPrincipalName", "userId"]);
    let workload = first(properties, &["servicePrincipalId", "servicePrincipalName"]);
    let mfa = match text(properties, "authenticationRequirement").as_deref() {
        // What was required says what was proved only where it was enough.
        Some("multiFactorAuthentication") if succeeded => Some(true),
        Some("singleFactorAuthentication") if succeeded => Some(false),
        _ => None,
    };
    let is_person = user.as_deref().is_some_and(|user| !user.is_empty());
    Event {
        category: Category::SignIn,
        time: first(properties, &["createdDateTime"]).or_else(|| text(record, "time")).as_deref().and_then(instant),
        delivered_at: first(record, &["time", "TimeGenerated"]).as_deref().and_then(instant),
        api_service: Some(Cow::Borrowed("Microsoft.aadiam")),
        operation: Some(Cow::Owned(text(record, "operationName").unwrap_or_else(|| "Sign-in activity".to_owned()))),
        actor: Actor {
            kind: match (is_person, workload.is_some()) {
                (true, _) => Some(ActorKind::User),
                (false, true) => Some(ActorKind::Workload),
                (false, false) => None,
            },
            name: or_none(
                first(properties, &["userDisplayName", "servicePrincipalName"]).or_else(|| text(record, "identity")),
            ),
            id: owned(user.or(workload).or_else(|| text(record, "identity"))),
            account: or_none(first(properties, &["homeTenantId"])),
            session: Some(Cow::Borrowed("")),
            credential_id: or_none(first(properties, &["uniqueTokenIdentifier", "servicePrincipalCredentialKeyId"])),
            session_issuer: or_none(first(properties, &["tokenIssuerName", "tokenIssuerType"])),
            session_started_at: None,
            mfa,
            invoked_by: or_none(first(properties, &["clientAppUsed"])),
            acting_as: Some(Cow::Borrowed("")),
        },
        source_address: or_none(address(record, properties)),
        user_agent: or_none(first(properties, &["userAgent", "deviceDetail/browser"])),
        targets: Some(targets.finish()),
        outcome,
        error_code: or_none(code.filter(|_| !succeeded)),
        error_message: or_none(first(properties, &["status/failureReason"]).filter(|_| !succeeded)),
        read_only: Some(true),
        request_id: or_none(first(properties, &["originalRequestId"])),
        raw_request: Some(Cow::Borrowed("")),
        raw_response: Some(Cow::Borrowed("")),
        raw_additional: kept(Some(&properties.clone().into()), redactor, Collect::Nothing, &mut Targets::default()),
        ..Event::default()
    }
}

fn audit(record: &Fields, properties: &Fields, redactor: &mut Redactor) -> Event<'static> {
    let word = first(properties, &["result"]).or_else(|| first(record, &["resultType", "resultSignature"]));
    let outcome = match word.unwrap_or_default().to_ascii_lowercase().as_str() {
        "success" | "0" => Some(EventOutcome::Success),
        "failure" | "clienterror" => Some(EventOutcome::Failure),
        // After a timeout it may be done all the same.
        _ => None,
    };
    let mut targets = Targets::default();
    for target in objects(properties, "targetResources") {
        for path in ["id", "userPrincipalName", "displayName"] {
            text(target, path).into_iter().for_each(|target| targets.add(target));
        }
    }
    let failed = outcome == Some(EventOutcome::Failure);
    let reason =
        first(properties, &["resultReason", "resultDescription"]).or_else(|| text(record, "resultDescription"));
    Event {
        category: Category::Management,
        time: first(properties, &["activityDateTime"]).or_else(|| text(record, "time")).as_deref().and_then(instant),
        delivered_at: first(record, &["time", "TimeGenerated"]).as_deref().and_then(instant),
        api_service: or_none(first(properties, &["loggedByService"])),
        operation: owned(first(properties, &["activityDisplayName"]).or_else(|| text(record, "operationName"))),
        actor: initiator(record, properties),
        source_address: or_none(
            first(properties, &["initiatedBy/user/ipAddress"]).or_else(|| address(record, properties)),
        ),
        user_agent: or_none(first(properties, &["userAgent"])),
        targets: Some(targets.finish()),
        outcome,
        error_code: or_none(first(record, &["resultSignature"]).filter(|word| failed && word != "None")),
        error_message: or_none(reason.filter(|_| failed)),
        read_only: Some(false),
        request_id: Some(Cow::Borrowed("")),
        raw_request: kept(
            fields::at(properties, "targetResources"),
            redactor,
            Collect::Nothing,
            &mut Targets::default(),
        ),
        raw_response: Some(Cow::Borrowed("")),
        raw_additional: kept(
            fields::at(properties, "additionalDetails"),
            redactor,
            Collect::Nothing,
            &mut Targets::default(),
        ),
        ..Event::default()
    }
}

/// Who asked for what was audited.
fn initiator(record: &Fields, properties: &Fields) -> Actor<'static> {
    const USER: [&str; 3] =
        ["initiatedBy/user/userPrincipalName", "initiatedBy/user/id", "initiatedBy/user/displayName"];
    const APP: [&str; 3] =
        ["initiatedBy/app/servicePrincipalId", "initiatedBy/app/appId", "initiatedBy/app/displayName"];
    let (user, app) = (first(properties, &USER), first(properties, &APP));
    let kind = match (&user, &app) {
        (Some(_), _) => Some(ActorKind::User),
        (None, Some(_)) => Some(ActorKind::Workload),
        (None, None) => None,
    };
    let identity = || text(record, "identity");
    let name = first(properties, &["initiatedBy/user/displayName", "initiatedBy/app/displayName"]);
    Actor {
        kind,
        id: owned(user.or(app).or_else(identity)),
        name: or_none(name.or_else(identity)),
        account: or_none(first(properties, &["initiatedBy/user/homeTenantId"])),
        ..Actor::nobody()
    }
}

fn address(record: &Fields, properties: &Fields) -> Option<String> {
    let address = first(properties, &["ipAddress"]).or_else(|| first(record, &["callerIpAddress"]))?;
    Some(without_port(&address).to_owned())
}
