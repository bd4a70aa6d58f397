//! Who acts, and whether they proved a second factor, by the marks that CloudTrail leaves.

use super::*;

struct Read {
    kind: Option<ActorKind>,
    id: String,
    behind: String,
    mfa: Option<bool>,
}

fn read(identity: &str) -> Read {
    let json = format!(r#"{{"eventVersion":"1","eventName":"TerminateInstances","userIdentity":{identity}}}"#);
    let (quick, _) = record(json.as_bytes(), &mut Shapes::default()).unwrap();
    assert_eq!(quick, serde_json::from_str(&json).unwrap());
    let mut names = Names::new("aws");
    let event = event(quick, &Hints::default(), &mut Redactor::default(), &mut names);
    let text = |text: MaybeText<'_>| text.unwrap_or_default().into_owned();
    let actor = event.actor;
    Read { kind: actor.kind, id: text(actor.id), behind: text(actor.invoked_by), mfa: actor.mfa }
}

fn role(issuer: &str, session: &str, more: &str, beside: &str) -> String {
    format!(
        r#"{{"type":"AssumedRole","principalId":"AROA:{session}","arn":"a","sessionContext":{{"sessionIssuer":{{"arn":"arn:aws:iam::1:role/{issuer}","userName":"{}"}},"attributes":{{"mfaAuthenticated":"false"}}{more}}}{beside}}}"#,
        issuer.rsplit('/').next().unwrap()
    )
}

#[test]
fn false_says_no_only_where_aws_was_asked() {
    use ActorKind::*;
    let plain = |more, beside| role("Admin", "amir.khan", more, beside);
    let cases = [
        ("a role", plain("", ""), Role, Some(false)),
        (
            "a user",
            r#"{"type":"IAMUser","sessionContext":{"attributes":{"mfaAuthenticated":"false"}}}"#.to_owned(),
            User,
            Some(false),
        ),
        ("a service acting on", plain("", r#","invokedBy":"cloudformation.amazonaws.com""#), Role, Some(false)),
        ("an instance's name alone", role("Web", "i-0abc123def456", "", ""), Role, Some(false)),
        ("a name like Identity Center's", role("AWSReservedSSO_Admin_1", "amir", "", ""), Role, Some(false)),
        ("Identity Center", role("aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_1", "amir", "", ""), Role, None),
        ("an identity provider", plain(r#","webIdFederationData":{"federatedProvider":"p"}"#, ""), Role, None),
        ("an instance", role("Web", "i-0abc123def456", r#","ec2RoleDelivery":"2.0""#, ""), Workload, Some(false)),
        ("a function", plain("", r#","inScopeOf":{"issuerType":"AWS::Lambda::Function"}"#), Workload, Some(false)),
        (
            "a service's own role",
            role("aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "AutoScaling", "", ""),
            Service,
            Some(false),
        ),
        (
            "a service's own role by name",
            role("AWSServiceRoleForAutoScaling", "AutoScaling", "", r#","invokedBy":"autoscaling.amazonaws.com""#),
            Service,
            Some(false),
        ),
        ("an event of a service", r#"{"accountId":"1","invokedBy":"AWS Internal"}"#.to_owned(), Service, None),
    ];
    for (what, identity, kind, mfa) in cases {
        let read = read(&identity);
        assert_eq!((read.kind, read.mfa), (Some(kind), mfa), "{what}");
    }
}

#[test]
fn whoever_opened_the_session_stands_behind_it() {
    let chained = role("Admin", "deploy", r#","sourceIdentity":"amir.khan""#, "");
    assert_eq!(read(&chained).behind, "amir.khan");
    let by_service = role("Admin", "deploy", "", r#","invokedBy":"cloudformation.amazonaws.com""#);
    assert_eq!(read(&by_service).behind, "cloudformation.amazonaws.com");
    let of_identity_center =
        r#"{"type":"IdentityCenterUser","accountId":"1","onBehalfOf":{"userId":"u-1","identityStoreArn":"s"}}"#;
    assert_eq!((read(of_identity_center).id.as_str(), read(of_identity_center).behind.as_str()), ("u-1", "u-1"));
}
