use super::*;

fn one(text: &str) -> Statement {
    parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{text}]}}"#)).unwrap().remove(0)
}

#[test]
fn a_condition_that_anybody_meets_keeps_nobody_out() {
    for (condition, public) in [
        (r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/x"}}"#, true),
        (r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}"#, false),
        (r#"{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#, true),
        (r#"{"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}}"#, true),
        (r#"{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#, false),
    ] {
        let text =
            format!(r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{condition}}}"#);
        assert_eq!(one(&text).is_public(), public, "{condition}");
    }
    for (federation, condition, public) in [
        ("cognito-identity.amazonaws.com", "{}", true),
        ("cognito-identity.amazonaws.com", r#"{"StringEquals":{"cognito-identity.amazonaws.com:aud":"pool"}}"#, false),
        (
            "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
            r#"{"StringLike":{"token.actions.githubusercontent.com:sub":"*"}}"#,
            true,
        ),
        (
            "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
            r#"{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}"#,
            true,
        ),
        (
            "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
            r#"{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:*"}}"#,
            true,
        ),
        (
            "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
            r#"{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:kumo/*"}}"#,
            false,
        ),
        (
            "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
            r#"{"StringNotLike":{"token.actions.githubusercontent.com:sub":"repo:kumo/*"}}"#,
            true,
        ),
        ("graph.facebook.com", r#"{"StringEquals":{"graph.facebook.com:app_id":"1"}}"#, false),
        ("arn:aws:iam::111122223333:saml-provider/us", "{}", false),
    ] {
        let text = format!(
            r#"{{"Effect":"Allow","Principal":{{"Federated":"{federation}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{condition}}}"#
        );
        assert_eq!(one(&text).is_public(), public, "{federation} {condition}");
    }
}

#[test]
fn everything_is_everything_however_it_is_written() {
    for (what, full) in [
        (r#""Action":"*:*","Resource":"*""#, true),
        (r#""Action":"*","Resource":"arn:aws:*:*:*:*""#, true),
        (r#""Action":"*","Resource":"arn:*""#, true),
        (r#""Action":"*","Resource":"arn:aws-us-gov:*:*:*:*""#, true),
        (r#""Action":"*","Resource":"arn:aws-us-gov:s3:::b/*""#, false),
        (r#""Action":"*","NotResource":"arn:aws:s3:::b/*""#, true),
        (r#""NotAction":["organizations:*","account:*"],"Resource":"*""#, true),
        (r#""NotAction":"ec2:Foo","Resource":"*""#, true),
        (r#""NotAction":["iam:*","organizations:*","sso:*"],"Resource":"*""#, false),
        (r#""NotAction":["iam:*","organizations:*"],"Resource":"*""#, false),
        (r#""Action":"","Resource":"*""#, false),
        (r#""Action":"*","Resource":"arn:aws:""#, false),
        (r#""Action":"s3:*","Resource":"*""#, false),
    ] {
        assert_eq!(one(&format!(r#"{{"Effect":"Allow",{what}}}"#)).is_full_admin(), full, "{what}");
    }
}

#[test]
fn a_refusal_of_plain_access_must_be_about_all_objects() {
    for (resource, all) in [
        (r#""Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]"#, true),
        (r#""Resource":"arn:aws:s3:::b*""#, true),
        (r#""Resource":"*""#, true),
        (r#""Resource":"arn:aws:s3:::b/private/*""#, false),
        (r#""Resource":"arn:aws:s3:::b""#, false),
        (r#""NotResource":"arn:aws:s3:::b/public/*""#, false),
    ] {
        let text = format!(
            r#"{{"Effect":"Deny","Principal":"*","Action":"s3:*",{resource},"Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}"#
        );
        assert_eq!(one(&text).requires_tls(), all, "{resource}");
    }
}

#[test]
fn everybody_is_everybody_unless_a_condition_says_who() {
    let open = one(r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#);
    assert!(open.is_public() && !open.allows_write());
    let listed = one(r#"{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:PutObject"],"Resource":"*"}"#);
    assert!(listed.is_public() && listed.allows_write());
    let organisation = one(r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
            "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}"#);
    assert!(!organisation.is_public());
    let any_address = one(r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
            "Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","0.0.0.0/0"]}}}"#);
    assert!(any_address.is_public(), "one open value opens it");
    let negated = one(r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
            "Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}}"#);
    assert!(negated.is_public());
}

#[test]
fn other_accounts_are_told_from_the_own_one() {
    let statement =
        one(r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root","Service":"x.amazonaws.com"},
            "Action":"kms:*","Resource":"*"}"#);
    assert_eq!(statement.is_cross_account(Some("111122223333")), Some(false));
    assert_eq!(statement.is_cross_account(Some("999999999999")), Some(true));
    assert_eq!(statement.is_cross_account(None), None);
}

#[test]
fn tls_is_required_only_by_a_denial_that_nothing_else_limits() {
    let deny = |condition: &str| {
        one(&format!(r#"{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{condition}}}"#))
    };
    assert!(deny(r#"{"Bool":{"aws:SecureTransport":"false"}}"#).requires_tls());
    assert!(deny(r#"{"Bool":{"aws:SecureTransport":false}}"#).requires_tls());
    assert!(!deny(r#"{"Bool":{"aws:SecureTransport":"true"}}"#).requires_tls());
    let narrowed = r#"{"Bool":{"aws:SecureTransport":"false"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#;
    assert!(!deny(narrowed).requires_tls());
}

#[test]
fn administrators_and_those_who_can_become_one_are_told() {
    assert!(one(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#).is_full_admin());
    assert!(!one(r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"}"#).is_full_admin());
    assert!(one(r#"{"Effect":"Allow","Action":"iam:Pass*","Resource":"*"}"#).manages_access());
    assert!(one(r#"{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}"#).manages_access());
    for action in ["sso:CreateAccountAssignment", "organizations:DetachPolicy", "iam:PutRolePermissionsBoundary"] {
        assert!(
            one(&format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}}"#)).manages_access(),
            "{action}"
        );
    }
    assert!(!one(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#).manages_access());
    assert!(one(r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}"#).demands_mfa());
}

#[test]
fn what_is_not_a_policy_is_not_guessed_at() {
    for text in ["", "{}", "[]", r#"{"Statement":[1]}"#, r#"{"Statement":{"Effect":"Perhaps"}}"#] {
        assert_eq!(parse(text), Err(GapCode::Unreadable), "{text}");
    }
    assert!(wildcard("iam:*user*", "iam:createuser") && !wildcard("iam:get*", "iam:createuser"));
}
