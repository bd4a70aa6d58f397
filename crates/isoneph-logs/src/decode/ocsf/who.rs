//! Who acted, by a record of OCSF.

use std::borrow::Cow;

use super::super::fields::{self, Fields, first, object, or_none, owned, text};
use super::super::loose::yes_or_no;
use super::moment;
use crate::event::{Actor, ActorKind};

/// The actor; of a sign-in, which may have none, the user who signs in. The user of any other record is whom it was
/// done to.
pub(super) fn actor(record: &Fields, is_aws: bool) -> Actor<'static> {
    let is_sign_in = text(record, "class_uid").as_deref() == Some("3002");
    let part = |name: &str| {
        let of_actor = object(record, &format!("actor/{name}"));
        let says = |part: &Fields| part.values().any(|value| !value.is_null() && value.as_str() != Some(""));
        of_actor.filter(|part| says(part)).or_else(|| object(record, name).filter(|_| is_sign_in)).unwrap_or_default()
    };
    let (user, session) = (part("user"), part("session"));
    let actor = named(record, &user, &session, is_sign_in);
    if is_aws { of_aws(actor) } else { actor }
}

fn named(record: &Fields, user: &Fields, session: &Fields, is_sign_in: bool) -> Actor<'static> {
    // Before version 1.0 it was called `mfa`.
    let of_record = || first(record, &["is_mfa", "mfa"]).filter(|_| is_sign_in);
    let mfa = first(session, &["is_mfa", "mfa"]).or_else(of_record);
    let invoked_by = first(record, &["actor/invoked_by"]);
    let kind = match text(user, "type").as_deref() {
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
    // The ARN stands where the version and whoever wrote the record put it.
    let arn = ["uid", "uid_alt", "uuid"].iter().filter_map(|path| text(user, path)).find(|id| id.starts_with("arn:"));
    let others = || first(user, &["uid", "uuid", "email_addr", "name"]);
    Actor {
        kind,
        id: owned(arn.or_else(others).or_else(|| invoked_by.clone())),
        name: or_none(text(user, "name")),
        account: or_none(first(user, &["account/uid", "account_uid"])),
        session: or_none(first(session, &["uid_alt", "uid"])),
        credential_id: or_none(text(user, "credential_uid").or_else(|| text(session, "credential_uid"))),
        session_issuer: or_none(text(session, "issuer").or_else(|| first(record, &["actor/idp/name"]))),
        session_started_at: ["created_time", "created_time_dt"]
            .iter()
            .find_map(|path| fields::at(session, path).and_then(moment)),
        mfa: mfa.as_deref().and_then(yes_or_no),
        invoked_by: or_none(invoked_by),
        acting_as: Some(Cow::Borrowed("")),
    }
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
