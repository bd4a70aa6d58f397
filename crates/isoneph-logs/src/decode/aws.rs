//! AWS CloudTrail: one record of `Records`.
//!
//! Fields: AWS CloudTrail User Guide, "CloudTrail record contents" and "CloudTrail userIdentity element". CloudTrail
//! leaves out fields that have no value, so an absent text is none, not unknown.

#[cfg(test)]
mod actors;
mod quick;
mod shapes;

use std::borrow::Cow;

use memchr::memchr;
use serde::Deserialize;
use serde_json::Value;

use super::fields::Fields;
use super::loose::{Flag, Object, Raw, Text};
use super::redact::{Collect, Redactor, Targets};
use super::time::instant;
use super::{Hints, Trouble, fields};
use crate::event::{Actor, ActorKind, Category, Event, EventOutcome, MaybeText, Names};

pub(super) use quick::record;
pub(super) use shapes::Shapes;

/// A record as CloudTrail writes it.
#[derive(Debug, Deserialize, Default, PartialEq, Eq)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Record<'a> {
    #[serde(borrow)]
    event_version: Text<'a>,
    #[serde(borrow)]
    user_identity: Object<Identity<'a>>,
    #[serde(borrow)]
    event_time: Text<'a>,
    #[serde(borrow)]
    event_source: Text<'a>,
    #[serde(borrow)]
    event_name: Text<'a>,
    #[serde(borrow)]
    aws_region: Text<'a>,
    #[serde(borrow, rename = "sourceIPAddress")]
    source_ip_address: Text<'a>,
    #[serde(borrow)]
    user_agent: Text<'a>,
    #[serde(borrow)]
    error_code: Text<'a>,
    #[serde(borrow)]
    error_message: Text<'a>,
    #[serde(borrow)]
    request_parameters: Raw<'a>,
    #[serde(borrow)]
    response_elements: Raw<'a>,
    #[serde(borrow)]
    additional_event_data: Raw<'a>,
    #[serde(borrow)]
    service_event_details: Raw<'a>,
    #[serde(borrow)]
    insight_details: Raw<'a>,
    #[serde(borrow)]
    resources: Raw<'a>,
    #[serde(borrow, rename = "requestID")]
    request_id: Text<'a>,
    #[serde(borrow, rename = "eventID")]
    event_id: Text<'a>,
    read_only: Flag,
    management_event: Flag,
    #[serde(borrow)]
    event_type: Text<'a>,
    #[serde(borrow)]
    event_category: Text<'a>,
    #[serde(borrow)]
    recipient_account_id: Text<'a>,
    #[serde(borrow, rename = "sharedEventID")]
    shared_event_id: Text<'a>,
}

#[derive(Debug, Deserialize, Default, PartialEq, Eq)]
#[serde(default, rename_all = "camelCase")]
struct Identity<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    principal_id: Text<'a>,
    #[serde(borrow)]
    arn: Text<'a>,
    #[serde(borrow)]
    account_id: Text<'a>,
    #[serde(borrow)]
    access_key_id: Text<'a>,
    #[serde(borrow)]
    user_name: Text<'a>,
    #[serde(borrow)]
    invoked_by: Text<'a>,
    #[serde(borrow)]
    identity_provider: Text<'a>,
    #[serde(borrow)]
    session_context: Object<Session<'a>>,
    #[serde(borrow)]
    on_behalf_of: Object<Behalf<'a>>,
    #[serde(borrow)]
    in_scope_of: Object<Scope<'a>>,
}

/// The person of IAM Identity Center for whom something is done.
#[derive(Debug, Deserialize, Default, PartialEq, Eq)]
#[serde(default, rename_all = "camelCase")]
struct Behalf<'a> {
    #[serde(borrow)]
    user_id: Text<'a>,
}

/// What a service gave the session to: a function, a task, an instance.
#[derive(Debug, Deserialize, Default, PartialEq, Eq)]
#[serde(default, rename_all = "camelCase")]
struct Scope<'a> {
    #[serde(borrow)]
    issuer_type: Text<'a>,
    #[serde(borrow)]
    credentials_issued_to: Text<'a>,
}

#[derive(Debug, Deserialize, Default, PartialEq, Eq)]
#[serde(default, rename_all = "camelCase")]
struct Session<'a> {
    #[serde(borrow)]
    session_issuer: Object<Issuer<'a>>,
    #[serde(borrow)]
    attributes: Object<Attributes<'a>>,
    #[serde(borrow)]
    web_id_federation_data: Object<Federation<'a>>,
    #[serde(borrow)]
    source_identity: Text<'a>,
    #[serde(borrow, rename = "ec2RoleDelivery")]
    ec2_role_delivery: Text<'a>,
}

#[derive(Debug, Deserialize, Default, PartialEq, Eq)]
#[serde(default, rename_all = "camelCase")]
struct Issuer<'a> {
    #[serde(borrow)]
    arn: Text<'a>,
    #[serde(borrow)]
    user_name: Text<'a>,
}

#[derive(Debug, Deserialize, Default, PartialEq, Eq)]
#[serde(default, rename_all = "camelCase")]
struct Attributes<'a> {
    #[serde(borrow)]
    creation_date: Text<'a>,
    mfa_authenticated: Flag,
}

#[derive(Debug, Deserialize, Default, PartialEq, Eq)]
#[serde(default, rename_all = "camelCase")]
struct Federation<'a> {
    #[serde(borrow)]
    federated_provider: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Resource<'a> {
    #[serde(borrow, rename = "ARN")]
    arn: Text<'a>,
    #[serde(borrow, rename = "resourceName")]
    name: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SignIn<'a> {
    #[serde(rename = "MFAUsed")]
    mfa_used: Flag,
    #[serde(borrow, rename = "ConsoleLogin")]
    console_login: Text<'a>,
}

impl Record<'_> {
    /// Whether it is a record of CloudTrail, not something else that happens to be an object.
    pub(super) fn is_event(&self) -> bool {
        let source = self.event_source.get();
        let named = self.event_name.get().is_some() && (source.is_some() || self.event_id.get().is_some());
        named && self.event_version.get().is_some() && !source.is_some_and(|source| source.starts_with("aws:"))
    }
}

/// Names whose capitals matter, in a record and in the objects of its `userIdentity`.
const NAMES: [&str; 45] = [
    "accessKeyId",
    "accountId",
    "additionalEventData",
    "apiVersion",
    "awsRegion",
    "creationDate",
    "credentialsIssuedTo",
    "ec2RoleDelivery",
    "errorCode",
    "errorMessage",
    "eventCategory",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "eventVersion",
    "federatedProvider",
    "identityProvider",
    "inScopeOf",
    "insightDetails",
    "invokedBy",
    "issuerType",
    "managementEvent",
    "mfaAuthenticated",
    "onBehalfOf",
    "principalId",
    "readOnly",
    "recipientAccountId",
    "requestID",
    "requestParameters",
    "resourceName",
    "responseElements",
    "serviceEventDetails",
    "sessionContext",
    "sessionIssuer",
    "sharedEventID",
    "sourceIdentity",
    "sourceIPAddress",
    "userAgent",
    "userId",
    "userIdentity",
    "userName",
    "vpcEndpointId",
    "webIdFederationData",
];

/// A record whose names were folded to lower case, with the capitals that CloudTrail gives them.
pub(super) fn unfolded(json: &str) -> Result<String, Trouble> {
    let record = serde_json::from_str(json).map_err(Trouble::unreadable)?;
    serde_json::to_string(&with_capitals(record)).map_err(Trouble::unreadable)
}

fn with_capitals(fields: Fields) -> Fields {
    let named = fields.into_iter().map(|(key, value)| {
        let known = NAMES.iter().find(|name| name.eq_ignore_ascii_case(&key));
        let key = known.map_or(key, |name| (*name).to_owned());
        // What stands in requests and answers has names of its own.
        let inside = matches!(
            &*key,
            "userIdentity"
                | "sessionContext"
                | "sessionIssuer"
                | "attributes"
                | "webIdFederationData"
                | "onBehalfOf"
                | "inScopeOf"
        );
        let value = match value {
            Value::Object(fields) if inside => Value::Object(with_capitals(fields)),
            value => value,
        };
        (key, value)
    });
    named.collect()
}

/// A record as an event.
pub(super) fn event<'a>(record: Record<'a>, hints: &Hints, redactor: &mut Redactor, names: &'a mut Names) -> Event<'a> {
    let mut targets = Targets::default();
    add_resources(record.resources, &mut targets);
    let mut kept = |raw: Raw<'a>, collect, targets: &mut Targets<'a>| {
        raw.0.map_or(Cow::Borrowed(""), |json| redactor.document(json, collect, targets))
    };
    let raw_request = kept(record.request_parameters, Collect::IdsAndNames, &mut targets);
    let raw_response = kept(record.response_elements, Collect::Ids, &mut targets);
    let more = record.additional_event_data.or(record.service_event_details).or(record.insight_details);
    let raw_additional = kept(more, Collect::Nothing, &mut targets);
    let identity = record.user_identity.0;
    let owner = identity.account_id.get().filter(|id| !id.is_empty()).map(str::to_owned);
    let account = present(record.recipient_account_id).or_else(|| hints.account.clone().or(owner).map(Cow::Owned));
    let service = record.event_source.0.unwrap_or_default();
    let operation = record.event_name.0.unwrap_or_default();
    let sign_in = sign_in(&operation, record.additional_event_data, record.response_elements);
    let outcome = outcome(record.error_code.get(), record.error_message.get(), sign_in.as_ref());
    let mfa_used = sign_in.and_then(|sign_in| sign_in.mfa_used.0);
    let category =
        category(record.event_category.get(), record.event_type.get(), record.management_event.0, &operation);
    let id = present(record.event_id).unwrap_or_else(|| {
        // Old records and hand-made ones have none: what they say is who they are.
        let said = [
            record.event_time.get(),
            Some(&service),
            Some(&operation),
            identity.arn.get(),
            Some(&raw_request),
            Some(&raw_response),
            record.request_id.get(),
        ];
        Cow::Owned(fields::digest_id(&said))
    });
    Event {
        provider: Cow::Borrowed("aws"),
        account,
        region: present(record.aws_region).or_else(|| hints.region.clone().map(Cow::Owned)),
        id,
        id_part: Cow::Borrowed(""),
        native_type: record.event_type.or_none(),
        category,
        time: record.event_time.get().and_then(instant),
        delivered_at: hints.delivered_at,
        operation_name: Some(Cow::Borrowed(names.name(&service, &operation))),
        api_service: Some(service),
        operation: Some(operation),
        actor: actor(identity, mfa_used),
        source_address: record.source_ip_address.or_none(),
        user_agent: record.user_agent.or_none(),
        targets: Some(targets.finish()),
        outcome: Some(outcome),
        error_code: record.error_code.or_none(),
        error_message: record.error_message.0.map(|text| fields::masked(redactor, text)).or(Some(Cow::Borrowed(""))),
        read_only: record.read_only.0,
        request_id: record.request_id.or_none(),
        // What one account does to a thing of another is told to both: each record has its own id, and both have this.
        operation_id: record.shared_event_id.or_none(),
        phase: None,
        raw_request: Some(raw_request),
        raw_response: Some(raw_response),
        raw_additional: Some(raw_additional),
    }
}

/// A text that is there and not empty.
fn present(text: Text<'_>) -> MaybeText<'_> {
    text.0.filter(|text| !text.is_empty())
}

fn add_resources<'a>(resources: Raw<'a>, targets: &mut Targets<'a>) {
    let Some(resources) = resources.0 else { return };
    let listed: Result<Vec<Object<Resource<'a>>>, _> = serde_json::from_str(resources);
    for Object(resource) in listed.unwrap_or_default() {
        [resource.arn.0, resource.name.0].into_iter().flatten().for_each(|target| targets.add(target));
    }
}

fn sign_in<'a>(operation: &str, more: Raw<'a>, answer: Raw<'a>) -> Option<SignIn<'a>> {
    if operation != "ConsoleLogin" {
        return None;
    }
    let part = |raw: Raw<'a>| raw.0.and_then(|json| serde_json::from_str::<SignIn<'a>>(json).ok());
    let mut sign_in = part(more).unwrap_or_default();
    sign_in.console_login = part(answer).map(|answer| answer.console_login).unwrap_or_default();
    Some(sign_in)
}

fn outcome(code: Option<&str>, message: Option<&str>, sign_in: Option<&SignIn<'_>>) -> EventOutcome {
    let said = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    let refused = sign_in.and_then(|sign_in| sign_in.console_login.get()).is_some_and(|word| word != "Success");
    if said(code) || refused || (sign_in.is_some() && said(message)) {
        EventOutcome::Failure
    } else {
        EventOutcome::Success
    }
}

fn category(category: Option<&str>, kind: Option<&str>, management: Option<bool>, operation: &str) -> Category {
    if kind == Some("AwsConsoleSignIn") || operation == "ConsoleLogin" {
        return Category::SignIn;
    }
    match (category, management, kind) {
        (Some("Data"), ..) | (None, Some(false), Some("AwsApiCall")) => Category::Data,
        (Some("Insight"), ..) | (_, _, Some("AwsCloudTrailInsight")) => Category::Insight,
        (Some("NetworkActivity"), ..) | (_, _, Some("AwsVpceEvent")) => Category::Network,
        (_, _, Some("AwsServiceEvent")) => Category::System,
        (Some("Management"), ..) | (None, Some(true) | None, _) => Category::Management,
        _ => Category::Other,
    }
}

fn actor<'a>(identity: Identity<'a>, mfa_used: Option<bool>) -> Actor<'a> {
    let kind = actor_kind(identity.kind.get(), identity.invoked_by.get());
    let session_name = session_name(kind, &identity.principal_id);
    let kind = kind.map(|kind| acts_as(kind, &identity));
    let session = identity.session_context.0;
    let issuer = session.session_issuer.0;
    let (federated, attributes) = (session.web_id_federation_data.0.federated_provider, session.attributes.0);
    // AWS says "false" and "No" of a second factor that somebody else asked for, or that nobody asked AWS for.
    let elsewhere = kind == Some(ActorKind::Federated) || federated.get().is_some() || is_of_identity_center(&issuer);
    let asked_by_aws = matches!(kind, Some(ActorKind::User | ActorKind::Root));
    let mfa_used = mfa_used.filter(|used| *used || asked_by_aws);
    let mfa = attributes.mfa_authenticated.0.filter(|proved| *proved || !elsewhere);
    let person = present(identity.on_behalf_of.0.user_id);
    let id = present(identity.arn).or_else(|| present(identity.principal_id)).or_else(|| person.clone());
    Actor {
        kind,
        id: id.or_else(|| identity.invoked_by.0.clone()).or(Some(Cow::Borrowed(""))),
        name: present(identity.user_name).or(issuer.user_name.0).or(Some(Cow::Borrowed(""))),
        account: identity.account_id.or_none(),
        session: Some(session_name),
        credential_id: identity.access_key_id.or_none(),
        session_issuer: present(issuer.arn)
            .or(federated.0)
            .or(identity.identity_provider.0)
            .or(Some(Cow::Borrowed(""))),
        session_started_at: attributes.creation_date.get().and_then(instant),
        mfa: mfa.or(mfa_used),
        // Who opened the first of a chain of sessions outweighs the service by which it acts.
        invoked_by: present(session.source_identity).or(person).or_else(|| identity.invoked_by.or_none()),
        acting_as: Some(Cow::Borrowed("")),
    }
}

/// A session that a service opened for itself is the service's, and one that was given to an instance, a function or a
/// task is a program's.
fn acts_as(kind: ActorKind, identity: &Identity<'_>) -> ActorKind {
    let session = &identity.session_context.0;
    let issuer = &session.session_issuer.0;
    let of_service = has_role_under(issuer, "aws-service-role/")
        || (issuer.user_name.get().is_some_and(|name| name.starts_with("AWSServiceRoleFor"))
            && identity.invoked_by.get().is_some_and(|by| by.ends_with(".amazonaws.com")));
    let scope = &identity.in_scope_of.0;
    let given = [&session.ec2_role_delivery, &scope.issuer_type, &scope.credentials_issued_to];
    match kind {
        ActorKind::Role if of_service => ActorKind::Service,
        ActorKind::Role if given.iter().any(|text| text.get().is_some_and(|text| !text.is_empty())) => {
            ActorKind::Workload
        }
        kind => kind,
    }
}

/// Whether a session's role is one that IAM Identity Center keeps. Its path says so, which nobody else can give a role; a name
/// can be anybody's.
fn is_of_identity_center(issuer: &Issuer<'_>) -> bool {
    has_role_under(issuer, "aws-reserved/sso.amazonaws.com/")
}

/// Whether it is a role whose path begins so.
fn has_role_under(issuer: &Issuer<'_>, path: &str) -> bool {
    // arn:partition:iam::account:role/path/name, byte by byte: nearly every session has one, and colons come early in it.
    let Some(arn) = issuer.arn.get() else { return false };
    let mut colons = arn.bytes().enumerate().filter(|(_, byte)| *byte == b':');
    let resource = colons.nth(4).map(|(colon, _)| &arn[colon + 1..]);
    resource.and_then(|resource| resource.strip_prefix("role/")).is_some_and(|role| role.starts_with(path))
}

/// `AROA…:name` of a session of a role.
fn session_name<'a>(kind: Option<ActorKind>, principal: &Text<'a>) -> Cow<'a, str> {
    if !matches!(kind, Some(ActorKind::Role | ActorKind::Federated)) {
        return Cow::Borrowed("");
    }
    fn name(principal: &str) -> &str {
        memchr(b':', principal.as_bytes()).map_or("", |colon| &principal[colon + 1..])
    }
    match &principal.0 {
        Some(Cow::Borrowed(text)) => Cow::Borrowed(name(text)),
        Some(Cow::Owned(text)) => Cow::Owned(name(text).to_owned()),
        None => Cow::Borrowed(""),
    }
}

fn actor_kind(kind: Option<&str>, invoked_by: Option<&str>) -> Option<ActorKind> {
    // Events of services say by whom, and of no kind.
    let Some(kind) = kind else { return invoked_by.map(|_| ActorKind::Service) };
    match kind {
        "Root" => Some(ActorKind::Root),
        "IAMUser" | "IdentityCenterUser" => Some(ActorKind::User),
        "AssumedRole" | "Role" => Some(ActorKind::Role),
        "FederatedUser" | "SAMLUser" | "WebIdentityUser" | "Directory" => Some(ActorKind::Federated),
        "AWSAccount" => Some(ActorKind::Account),
        "AWSService" => Some(ActorKind::Service),
        "Unknown" if invoked_by.is_some() => Some(ActorKind::Service),
        _ => None,
    }
}
