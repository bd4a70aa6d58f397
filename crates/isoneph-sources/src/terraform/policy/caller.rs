//! Whom a statement lets in: everybody, or other accounts.

use super::Statement;
use crate::terraform::everybody::is_everybody;

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
    "sts:externalid",
    "saml:aud",
];

/// Federations in which anybody can have an account, and the claims that tell one account, or one application, from the
/// others. That a token is meant for AWS, which is all that the audience of GitHub's says, is true of everybody's.
const FEDERATIONS: &[(&str, &[&str])] = &[
    ("accounts.google.com", &["sub", "aud", "oaud"]),
    ("cognito-identity.amazonaws.com", &["sub", "aud"]),
    ("graph.facebook.com", &["id", "app_id"]),
    (
        "token.actions.githubusercontent.com",
        &["sub", "repository", "repository_id", "repository_owner_id", "job_workflow_ref"],
    ),
    ("www.amazon.com", &["user_id", "app_id"]),
];

impl Statement {
    /// Whether it lets everybody in, without a condition on who the caller is.
    pub(crate) fn is_public(&self) -> bool {
        let everybody = self.principals.iter().any(|principal| principal == "*") || self.other_principals;
        let limited = || self.demands(|key| LIMITING.contains(&key) || key.ends_with(":sub"));
        self.allow && (everybody && !limited() || self.trusts_any_account())
    }

    /// Whether it lets everybody in who has an account of a federation where anybody can have one.
    fn trusts_any_account(&self) -> bool {
        let named = |name: &str| self.principals.iter().any(|principal| principal.rsplit('/').next() == Some(name));
        FEDERATIONS.iter().filter(|(name, _)| named(name)).any(|(name, claims)| {
            let is_claim = |key: &str| {
                let claim = key.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'));
                claim.is_some_and(|claim| claims.contains(&claim))
            };
            !self.demands(is_claim)
        })
    }

    /// Whether a condition on one of these keys must be met, and is not met by anybody.
    fn demands(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        self.conditions.iter().any(|(operator, key, values)| {
            let operator = operator.to_ascii_lowercase();
            // Of no values at all everything holds for all of them.
            let positive = !operator.contains("not")
                && !operator.ends_with("ifexists")
                && !operator.starts_with("forallvalues:")
                && operator != "null";
            let open =
                || is_everybody(values.iter().map(String::as_str)) || values.iter().any(|value| is_anybody(value));
            positive && is_meant(key) && !values.is_empty() && !open()
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
}

/// A value of a condition that anybody meets: an ARN whose account is any, a repository of any owner.
fn is_anybody(value: &str) -> bool {
    let any_account = || value.starts_with("arn:") && value.split(':').nth(4) == Some("*");
    matches!(value, "*" | "arn:aws:*" | "NONE" | "o-*") || value.starts_with("repo:*") || any_account()
}

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
