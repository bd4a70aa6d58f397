//! Policy documents of AWS IAM: what a statement lets whom do, read carefully enough to say "everybody", "other
//! accounts", "administrator" and "TLS only", and to say "not readable" of what is not understood.

use crate::terraform::everybody::is_everybody;
use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::ResourcePolicy;
use serde_json::{Map, Value};

use super::attr::Attr;
use super::resource::Resource;
use super::stage::Stage;

/// Statements of one document that are read; AWS itself limits a document to 20 KiB.
const MAX_STATEMENTS: usize = 1000;
const MAX_TEXT: usize = 1 << 20;

/// One statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Whether it allows; else it denies.
    pub(crate) allow: bool,
    /// Whom it names, without the kind: `*`, ARNs, account numbers, services. Sorted.
    pub(crate) principals: Vec<String>,
    /// It names all principals but these.
    pub(crate) other_principals: bool,
    /// The actions, sorted.
    pub(crate) actions: Vec<String>,
    /// It means all actions but these.
    pub(crate) other_actions: bool,
    /// The resources, sorted.
    pub(crate) resources: Vec<String>,
    /// It means all resources but these.
    pub(crate) other_resources: bool,
    /// The conditions: operator, key in lower case, values.
    pub(crate) conditions: Vec<(String, String, Vec<String>)>,
}

/// Reads a document. An error says that it is not one that can be understood.
pub(crate) fn parse(text: &str) -> Result<Vec<Statement>, GapCode> {
    let document: Value = if text.len() > MAX_TEXT {
        return Err(GapCode::Unreadable);
    } else {
        serde_json::from_str(text).map_err(|_| GapCode::Unreadable)?
    };
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => return Err(GapCode::Unreadable),
    };
    if statements.len() > MAX_STATEMENTS {
        return Err(GapCode::Unreadable);
    }
    statements.iter().map(|statement| Statement::read(statement).ok_or(GapCode::Unreadable)).collect()
}

/// The statements of an attribute.
pub(crate) fn statements(policy: &Attr<String>) -> Attr<Vec<Statement>> {
    match policy {
        Attr::Known(text) => match parse(text) {
            Ok(statements) => Attr::Known(statements),
            Err(code) => Attr::Unknown(code),
        },
        Attr::Unset => Attr::Unset,
        Attr::Unknown(code) => Attr::Unknown(*code),
    }
}

/// Whether a policy lets everybody in; without one nobody is.
pub(crate) fn is_public(policy: &Attr<String>) -> Cell<bool> {
    statements(policy).map(|statements| statements.iter().any(Statement::is_public)).or(false)
}

/// Whether a policy refuses what comes without TLS; without one nothing is refused.
pub(crate) fn requires_tls(policy: &Attr<String>) -> Cell<bool> {
    statements(policy).map(|statements| statements.iter().any(Statement::requires_tls)).or(false)
}

/// Adds a row for each statement of the policy in an attribute; one row that knows nothing when it cannot be read.
pub(crate) fn add_statements(resource: &Resource, stage: &mut Stage, path: &str, target: Cell<String>) {
    let policy = resource.text(path);
    let pointer = if policy.known().is_some() { format!("/values/{path}") } else { String::new() };
    match statements(&policy) {
        Attr::Known(statements) => {
            let account = resource.common.account.known().cloned();
            for (i, statement) in statements.iter().enumerate() {
                let row = statement.row(target.clone(), account.as_deref());
                stage.add_part(resource, &pointer, &format!("#{path}/{i}"), row);
            }
        }
        Attr::Unset => {}
        Attr::Unknown(code) => {
            stage.add_part(resource, &pointer, &format!("#{path}"), unknown_row(target, code));
        }
    }
}

/// A row for a policy that is there but cannot be read.
fn unknown_row(target: Cell<String>, code: GapCode) -> ResourcePolicy {
    ResourcePolicy {
        resource: target,
        kind: "policy".into(),
        effect: Cell::Gap(code),
        principals: Cell::Gap(code),
        actions: Cell::Gap(code),
        public: Cell::Gap(code),
        cross_account: Cell::Gap(code),
        allows_write: Cell::Gap(code),
        has_condition: Cell::Gap(code),
        requires_tls: Cell::Gap(code),
    }
}

/// Condition keys that limit who the caller is, so that `*` is not everybody.
const LIMITING: &[&str] = &[
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:userid",
    "aws:username",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "lambda:functionurlauthtype",
    "token.actions.githubusercontent.com:sub",
    "sts:externalid",
    "saml:aud",
    "cognito-identity.amazonaws.com:aud",
];

/// Actions that give their holder ways to more rights.
const RIGHTS: &[&str] = &[
    "iam:*",
    "iam:attachgrouppolicy",
    "iam:attachrolepolicy",
    "iam:attachuserpolicy",
    "iam:createaccesskey",
    "iam:createloginprofile",
    "iam:createpolicy",
    "iam:createpolicyversion",
    "iam:createrole",
    "iam:createuser",
    "iam:addusertogroup",
    "iam:passrole",
    "iam:putgrouppolicy",
    "iam:putrolepolicy",
    "iam:putuserpolicy",
    "iam:setdefaultpolicyversion",
    "iam:updateassumerolepolicy",
    "iam:updateloginprofile",
    "organizations:*",
    "sso:*",
];

impl Statement {
    fn read(value: &Value) -> Option<Statement> {
        let map = value.as_object()?;
        let allow = match map.get("Effect")?.as_str()? {
            "Allow" => true,
            "Deny" => false,
            _ => return None,
        };
        let either = |name: &str, other: &str| -> Option<(Vec<String>, bool)> {
            match (map.get(name), map.get(other)) {
                (Some(value), None) => Some((texts(value)?, false)),
                (None, Some(value)) => Some((texts(value)?, true)),
                (None, None) => Some((Vec::new(), false)),
                (Some(_), Some(_)) => None,
            }
        };
        let (principals, other_principals) = match (map.get("Principal"), map.get("NotPrincipal")) {
            (Some(value), None) => (principals(value)?, false),
            (None, Some(value)) => (principals(value)?, true),
            (None, None) => (Vec::new(), false),
            (Some(_), Some(_)) => return None,
        };
        let (actions, other_actions) = either("Action", "NotAction")?;
        let (resources, other_resources) = either("Resource", "NotResource")?;
        let conditions = map.get("Condition").map_or(Some(Vec::new()), conditions)?;
        Some(Statement {
            allow,
            principals,
            other_principals,
            actions,
            other_actions,
            resources,
            other_resources,
            conditions,
        })
    }

    /// Whether it lets everybody in, without a condition on who the caller is.
    pub(crate) fn is_public(&self) -> bool {
        let everybody = self.principals.iter().any(|principal| principal == "*") || self.other_principals;
        self.allow && (everybody && !self.limits_caller() || self.trusts_any_account())
    }

    /// Whether it lets everybody in whom a federation knows: anybody can have an account there.
    fn trusts_any_account(&self) -> bool {
        let is_federation = |principal: &String| FEDERATIONS.iter().any(|name| principal.ends_with(name));
        let names = |key: &String| key.ends_with(":sub") || key.ends_with(":aud") || key.ends_with(":amr");
        let of_somebody =
            |(_, key, values): &(String, String, Vec<String>)| names(key) && !values.iter().any(|v| v == "*");
        self.principals.iter().any(is_federation) && !self.conditions.iter().any(of_somebody)
    }

    fn limits_caller(&self) -> bool {
        self.conditions.iter().any(|(operator, key, values)| {
            let operator = operator.to_ascii_lowercase();
            // Of no values at all everything holds for all of them.
            let positive = !operator.contains("not")
                && !operator.ends_with("ifexists")
                && !operator.starts_with("forallvalues:")
                && operator != "null";
            let ranges = is_everybody(values.iter().map(String::as_str));
            let open = |value: &String| ranges || is_anybody(value);
            let named = LIMITING.contains(&key.as_str()) || key.ends_with(":sub");
            positive && named && !values.is_empty() && !values.iter().any(open)
        })
    }

    /// Whether it lets principals of other accounts in. `None` when one of them, or the own account, is not known.
    pub(crate) fn is_cross_account(&self, own: Option<&str>) -> Option<bool> {
        if !self.allow {
            return Some(false);
        }
        if self.other_principals {
            return Some(true);
        }
        let mut unknown = false;
        for principal in &self.principals {
            match (account_of(principal), own) {
                (Account::Everybody, _) => return Some(true),
                (Account::None, _) => {}
                (Account::Is(account), Some(own)) if account != own => return Some(true),
                (Account::Is(_), Some(_)) => {}
                (Account::Is(_), None) => unknown = true,
            }
        }
        if unknown { None } else { Some(false) }
    }

    /// Whether it refuses everybody who comes without TLS.
    pub(crate) fn requires_tls(&self) -> bool {
        let refuses = |(operator, key, values): &(String, String, Vec<String>)| {
            let operator = operator.to_ascii_lowercase();
            match key.as_str() {
                "aws:securetransport" => operator.starts_with("bool") && values.iter().any(|value| value == "false"),
                // Without TLS there is no version: only where its absence counts is plain access refused.
                "s3:tlsversion" => operator.starts_with("numericlessthan") && operator.ends_with("ifexists"),
                _ => false,
            }
        };
        let everybody = self.principals.iter().any(|principal| principal == "*");
        !self.allow
            && everybody
            && self.conditions.len() == 1
            && self.conditions.iter().any(refuses)
            && self.is_broad()
            && self.is_of_all()
    }

    /// Whether it is about all of what it stands on; of a bucket, about all objects in it.
    fn is_of_all(&self) -> bool {
        let all = |resource: &String| match resource.split_once(":s3:::") {
            Some((_, path)) => path.split_once('/').map_or(path.ends_with('*'), |(_, key)| key == "*"),
            None => true,
        };
        !self.other_resources && self.resources.iter().any(all)
    }

    /// Whether it is about every action of a service, or of all.
    fn is_broad(&self) -> bool {
        !self.other_actions && self.actions.iter().any(|action| action == "*" || action.ends_with(":*"))
    }

    /// Whether it holds only for sessions with a second factor.
    pub(crate) fn demands_mfa(&self) -> bool {
        self.conditions.iter().any(|(operator, key, values)| {
            let operator = operator.to_ascii_lowercase();
            match key.as_str() {
                "aws:multifactorauthpresent" => operator == "bool" && values.iter().all(|value| value == "true"),
                "aws:multifactorauthage" => operator.starts_with("numericlessthan") && !operator.ends_with("ifexists"),
                _ => false,
            }
        })
    }

    /// Whether it allows every action on everything.
    pub(crate) fn is_full_admin(&self) -> bool {
        // An ARN of stars alone is everything, too.
        let all =
            |resource: &String| resource.trim_start_matches("arn:aws").trim_start_matches("arn").bytes().all(is_star);
        let everything = self.other_resources || self.resources.iter().any(all);
        let any_action = |action: &String| action.bytes().all(is_star);
        // All but some is everything, unless that leaves out the rights themselves.
        let every_action = if self.other_actions { self.manages_access() } else { self.actions.iter().any(any_action) };
        self.allow && everything && every_action
    }

    /// Whether it allows managing rights, or taking more of them.
    pub(crate) fn manages_access(&self) -> bool {
        if !self.allow {
            return false;
        }
        let matches = |pattern: &String, action: &str| wildcard(&pattern.to_ascii_lowercase(), action);
        let listed = |action: &&str| self.actions.iter().any(|pattern| matches(pattern, action));
        if self.other_actions { !RIGHTS.iter().all(listed) } else { RIGHTS.iter().any(listed) }
    }

    /// Whether it allows writing or deleting.
    pub(crate) fn allows_write(&self) -> bool {
        const READS: [&str; 12] = [
            "get", "list", "describe", "head", "batchget", "query", "scan", "receive", "lookup", "read", "view",
            "check",
        ];
        let reads = |action: &String| {
            let verb = action.split_once(':').map_or(action.as_str(), |(_, verb)| verb).to_ascii_lowercase();
            READS.iter().any(|read| verb.starts_with(read))
        };
        self.allow && (self.other_actions || !self.actions.iter().all(reads))
    }

    /// The statement as a row of `resource_policy`.
    pub(crate) fn row(&self, target: Cell<String>, own_account: Option<&str>) -> ResourcePolicy {
        ResourcePolicy {
            resource: target,
            kind: "policy".into(),
            effect: if self.allow { "allow".into() } else { "deny".into() },
            // "All but these" names nobody whom it lets in, and it is not known who that is.
            principals: if self.other_principals { Cell::default() } else { self.principals.clone().into() },
            actions: self.actions.clone().into(),
            public: self.is_public().into(),
            cross_account: self.is_cross_account(own_account).map_or_else(Cell::default, Cell::Known),
            allows_write: self.allows_write().into(),
            has_condition: (!self.conditions.is_empty()).into(),
            requires_tls: self.requires_tls().into(),
        }
    }
}

fn is_star(byte: u8) -> bool {
    matches!(byte, b'*' | b':')
}

/// A value of a condition that anybody meets: an ARN whose account is any among them.
fn is_anybody(value: &str) -> bool {
    let any_account = |value: &str| value.starts_with("arn:") && value.split(':').nth(4) == Some("*");
    matches!(value, "*" | "arn:aws:*" | "NONE") || any_account(value)
}

/// Federations in which anybody can have an account.
const FEDERATIONS: [&str; 5] = [
    "cognito-identity.amazonaws.com",
    "accounts.google.com",
    "www.amazon.com",
    "graph.facebook.com",
    "token.actions.githubusercontent.com",
];

enum Account<'a> {
    Everybody,
    /// A service or a federation: no account of its own.
    None,
    Is(&'a str),
}

fn account_of(principal: &str) -> Account<'_> {
    if principal == "*" {
        return Account::Everybody;
    }
    if principal.len() == 12 && principal.bytes().all(|b| b.is_ascii_digit()) {
        return Account::Is(principal);
    }
    match principal.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3)) {
        Some("") | None => Account::None,
        Some(account) => Account::Is(account),
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let mut texts = match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>()?,
        _ => return None,
    };
    texts.sort();
    texts.dedup();
    Some(texts)
}

fn principals(value: &Value) -> Option<Vec<String>> {
    let mut all = match value {
        Value::String(text) => vec![text.clone()],
        Value::Object(kinds) => {
            let lists: Option<Vec<Vec<String>>> = kinds.values().map(texts).collect();
            lists?.concat()
        }
        _ => return None,
    };
    all.sort();
    all.dedup();
    Some(all)
}

fn conditions(value: &Value) -> Option<Vec<(String, String, Vec<String>)>> {
    let mut all = Vec::new();
    for (operator, keys) in value.as_object()? {
        let keys: &Map<String, Value> = keys.as_object()?;
        for (key, values) in keys {
            let values = match values {
                Value::Bool(value) => vec![value.to_string()],
                Value::Number(value) => vec![value.to_string()],
                Value::Array(items) => items.iter().map(scalar).collect::<Option<_>>()?,
                other => texts(other)?,
            };
            all.push((operator.clone(), key.to_ascii_lowercase(), values));
        }
    }
    Some(all)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a pattern with `*` and `?` matches; both in lower case. Linear in the product of the lengths.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut star, mut mark) = (0, 0, None, 0);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some(p);
                mark = t;
                p += 1;
            }
            Some(b) if *b == b'?' || *b == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some(position) => {
                    p = position + 1;
                    mark += 1;
                    t = mark;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
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
            (
                "cognito-identity.amazonaws.com",
                r#"{"StringEquals":{"cognito-identity.amazonaws.com:aud":"pool"}}"#,
                false,
            ),
            (
                "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
                r#"{"StringLike":{"token.actions.githubusercontent.com:sub":"*"}}"#,
                true,
            ),
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
            (r#""Action":"*","NotResource":"arn:aws:s3:::b/*""#, true),
            (r#""NotAction":"ec2:Foo","Resource":"*""#, true),
            (r#""NotAction":["iam:*","organizations:*","sso:*"],"Resource":"*""#, false),
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
            one(&format!(
                r#"{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{condition}}}"#
            ))
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
}
