//! Whom a policy of AWS lets in.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::aws::{account_of_arn, is_account, principal};
use super::grantee::Grantee;
use super::path::{field, texts};

/// Whoever a policy allows something that lets data out; `None` where it cannot be read. An empty policy allows nobody
/// anything.
pub(super) fn grantees(policy: &Value, inward: &HashSet<String>) -> Option<Vec<Grantee>> {
    if texts(policy).iter().all(|text| text.trim().is_empty()) {
        return Some(Vec::new());
    }
    let statements = match field(policy, "Statement")? {
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    };
    let mut found = Vec::new();
    for statement in statements {
        match field(statement, "Effect")?.as_str()? {
            "Allow" if !is_inward(statement, inward) => found.extend(allowed(statement)?),
            "Allow" | "Deny" => {}
            _ => return None,
        }
    }
    Some(found)
}

/// Whether all that a statement allows is to put something in.
fn is_inward(statement: &Value, inward: &HashSet<String>) -> bool {
    let Some(actions) = field(statement, "Action").map(texts) else { return false };
    !actions.is_empty() && actions.iter().all(|action| inward.contains(&action.to_lowercase()))
}

fn allowed(statement: &Value) -> Option<Vec<Grantee>> {
    let Some(principals) = field(statement, "Principal") else {
        // Everybody but those that it names.
        return field(statement, "NotPrincipal").map(|_| everybody(field(statement, "Condition")));
    };
    let mut found = Vec::new();
    match principals {
        Value::String(_) => found.extend(texts(principals).iter().filter_map(|text| principal(text))),
        Value::Object(kinds) => {
            for (kind, names) in kinds {
                match kind.as_str() {
                    "AWS" => found.extend(texts(names).iter().filter_map(|text| principal(text))),
                    "Service" => found.extend(behind(field(statement, "Condition"))),
                    _ => found.extend(texts(names).into_iter().map(whose)),
                }
            }
        }
        _ => return None,
    }
    if found.contains(&Grantee::Anyone) {
        found.retain(|grantee| *grantee != Grantee::Anyone);
        found.extend(everybody(field(statement, "Condition")));
    }
    Some(found)
}

/// A user of another sign-in; `*` is everybody whom that lets in.
fn whose(name: String) -> Grantee {
    if name == "*" { Grantee::Anyone } else { Grantee::Named(name) }
}

/// Conditions that anybody can meet.
const MET_BY_ANYBODY: [&str; 5] =
    ["aws:securetransport", "s3:tlsversion", "aws:referer", "aws:useragent", "s3:signatureversion"];
/// Keys that say of which account somebody is, or that have an ARN with the account in it: of whoever asks, of the thing
/// for which a service asks, and of the access point that is asked through.
const KEYS: [(Asks, &str); 8] = [
    (Asks::Itself, "aws:principalaccount"),
    (Asks::Itself, "kms:calleraccount"),
    (Asks::Itself, "aws:principalarn"),
    (Asks::ForAThing, "aws:sourceaccount"),
    (Asks::ForAThing, "aws:sourceowner"),
    (Asks::ForAThing, "aws:sourcearn"),
    (Asks::Through, "s3:dataaccesspointaccount"),
    (Asks::Through, "s3:dataaccesspointarn"),
];

/// What a key is about: the first of those that a condition names says who gets something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asks {
    Itself,
    ForAThing,
    Through,
}

/// What a condition says of who is left.
#[derive(Default)]
struct Left {
    /// The accounts that it names, by what the keys are about.
    accounts: BTreeMap<Asks, BTreeSet<String>>,
    narrowed_by: Vec<String>,
}

impl Left {
    fn by(condition: Option<&Value>) -> Left {
        let mut left = Left::default();
        for (operator, tests) in condition.and_then(Value::as_object).into_iter().flatten() {
            for (key, values) in tests.as_object().into_iter().flatten() {
                let (key, values) = (key.to_lowercase(), texts(values));
                if MET_BY_ANYBODY.contains(&key.as_str()) || (key == "aws:sourceip" && is_everywhere(operator, &values))
                {
                    continue;
                }
                match accounts_of(operator, &key, &values) {
                    Some((asks, named)) => {
                        let known = left.accounts.entry(asks).or_insert_with(|| named.clone());
                        known.retain(|account| named.contains(account));
                    }
                    None => left.narrowed_by.push(format!("{key}={}", values.join(","))),
                }
            }
        }
        left
    }
}

/// Who is left of everybody under a condition: certain accounts where it names them, everybody where anybody meets it,
/// or else somebody of whom the record does not tell.
fn everybody(condition: Option<&Value>) -> Vec<Grantee> {
    let left = Left::by(condition);
    match left.accounts.into_values().next() {
        Some(accounts) => accounts.into_iter().map(Grantee::Account).collect(),
        None if left.narrowed_by.is_empty() => vec![Grantee::Anyone],
        None => left.narrowed_by.into_iter().map(Grantee::Named).collect(),
    }
}

/// For whom a service of AWS acts, as far as the condition names accounts: what it is set up for in one of them, gets it.
fn behind(condition: Option<&Value>) -> Vec<Grantee> {
    let accounts = Left::by(condition).accounts.remove(&Asks::ForAThing);
    accounts.into_iter().flatten().map(Grantee::Account).collect()
}

fn is_everywhere(operator: &str, values: &[String]) -> bool {
    operator.eq_ignore_ascii_case("IpAddress") && values.iter().any(|range| range == "0.0.0.0/0" || range == "::/0")
}

/// The accounts that a test leaves; `None` where it leaves others, or it cannot be told. Of the account of the thing itself
/// (`aws:ResourceAccount`) every caller is, so that narrows nobody down.
fn accounts_of(operator: &str, key: &str, values: &[String]) -> Option<(Asks, BTreeSet<String>)> {
    const EQUAL: [&str; 5] = ["stringequals", "stringlike", "stringequalsignorecase", "arnequals", "arnlike"];
    let (asks, _) = KEYS.iter().find(|(_, known)| *known == key)?;
    if !EQUAL.contains(&operator.to_lowercase().as_str()) || values.is_empty() {
        return None;
    }
    let account = |text: &String| match key.ends_with("arn") {
        true => account_of_arn(text).map(str::to_owned),
        false => Some(text.clone()).filter(|text| is_account(text)),
    };
    values.iter().map(account).collect::<Option<_>>().map(|accounts| (*asks, accounts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(statement: &Value) -> Option<String> {
        let inward = HashSet::from(["sqs:sendmessage".to_owned()]);
        let found = grantees(&json!({ "Version": "2012-10-17", "Statement": [statement] }), &inward)?;
        Some(found.iter().map(Grantee::text).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_policy_lets_in_whom_it_says() {
        let allow = |principal: Value, condition: Value| json!({ "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Condition": condition });
        let everybody = |condition: Value| allow(json!("*"), condition);
        let cases = [
            (everybody(json!({})), "anyone"),
            (allow(json!({ "AWS": ["*"] }), json!({})), "anyone"),
            (allow(json!({ "AWS": "arn:aws:iam::222222222222:root" }), json!({})), "222222222222"),
            (allow(json!({ "AWS": "222222222222", "Service": "s3.amazonaws.com" }), json!({})), "222222222222"),
            (allow(json!({ "AWS": "AIDAEXAMPLE" }), json!({})), "AIDAEXAMPLE"),
            (allow(json!({ "CanonicalUser": "79a5" }), json!({})), "79a5"),
            (everybody(json!({ "Bool": { "aws:SecureTransport": "true" } })), "anyone"),
            (everybody(json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/0" } })), "anyone"),
            (everybody(json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } })), "aws:sourceip=10.0.0.0/8"),
            (everybody(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } })), "aws:principalorgid=o-1"),
            (everybody(json!({ "StringEquals": { "AWS:SourceAccount": "333333333333" } })), "333333333333"),
            (everybody(json!({ "StringLike": { "aws:PrincipalAccount": "*" } })), "aws:principalaccount=*"),
            (
                everybody(json!({ "StringNotEquals": { "aws:PrincipalAccount": "333333333333" } })),
                "aws:principalaccount=333333333333",
            ),
            (
                everybody(json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:r:333333333333:*" },
                                  "StringEquals": { "aws:SourceAccount": ["333333333333", "444444444444"] } })),
                "333333333333",
            ),
            (
                everybody(json!({ "StringEquals": { "aws:ResourceAccount": "333333333333" } })),
                "aws:resourceaccount=333333333333",
            ),
            (
                everybody(json!({ "StringEquals": { "aws:PrincipalAccount": "222222222222",
                                                    "s3:DataAccessPointAccount": "111111111111" } })),
                "222222222222",
            ),
            (allow(json!({ "Service": "cloudfront.amazonaws.com" }), json!({})), ""),
            (
                allow(
                    json!({ "Service": "cloudfront.amazonaws.com" }),
                    json!({ "ArnEquals": { "AWS:SourceArn": "arn:aws:cloudfront::222222222222:distribution/E1" } }),
                ),
                "222222222222",
            ),
            (json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*" }), ""),
            (json!({ "Effect": "Allow", "NotPrincipal": { "AWS": "222222222222" }, "Action": "s3:*" }), "anyone"),
            (json!({ "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage" }), ""),
            (json!({ "Effect": "Allow", "Principal": "*", "Action": ["sqs:SendMessage", "sqs:*"] }), "anyone"),
            (json!({ "Effect": "Allow", "Principal": "*", "NotAction": "sqs:DeleteQueue" }), "anyone"),
        ];
        for (statement, expected) in cases {
            assert_eq!(of(&statement).as_deref(), Some(expected), "{statement}");
        }
    }

    #[test]
    fn what_is_no_policy_lets_nobody_say_anything() {
        let none = HashSet::new();
        for unread in [json!("invalid"), json!({ "Version": "x" }), json!({ "Statement": [{ "Effect": "Perhaps" }] })] {
            assert_eq!(grantees(&unread, &none), None, "{unread}");
        }
        for empty in [json!(""), json!([""])] {
            assert_eq!(grantees(&empty, &none), Some(Vec::new()), "{empty}");
        }
    }
}
