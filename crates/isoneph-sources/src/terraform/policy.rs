//! Policy documents of AWS IAM: what a statement lets whom do, read carefully enough to say "everybody", "other
//! accounts", "administrator" and "TLS only", and to say "not readable" of what is not understood.

mod caller;

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
    "iam:deleterolepermissionsboundary",
    "iam:deleteuserpermissionsboundary",
    "iam:passrole",
    "iam:putgrouppolicy",
    "iam:putrolepermissionsboundary",
    "iam:putrolepolicy",
    "iam:putuserpermissionsboundary",
    "iam:putuserpolicy",
    "iam:setdefaultpolicyversion",
    "iam:updateassumerolepolicy",
    "iam:updateloginprofile",
    "organizations:*",
    "organizations:detachpolicy",
    "organizations:updatepolicy",
    "sso:*",
    "sso:attachcustomermanagedpolicyreferencetopermissionset",
    "sso:attachmanagedpolicytopermissionset",
    "sso:createaccountassignment",
    "sso:putinlinepolicytopermissionset",
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
        let everything = self.other_resources || self.resources.iter().any(|resource| is_any(resource));
        // All but some is everything where none of the rights themselves is left out.
        let every_action = match self.other_actions {
            true => !RIGHTS.iter().any(|right| right.starts_with("iam:") && self.lists(right)),
            false => self.actions.iter().any(|action| is_any(action)),
        };
        self.allow && everything && every_action
    }

    /// Whether it allows managing rights, or taking more of them.
    pub(crate) fn manages_access(&self) -> bool {
        if !self.allow {
            return false;
        }
        let listed = |right: &&str| self.lists(right);
        if self.other_actions { !RIGHTS.iter().all(listed) } else { RIGHTS.iter().any(listed) }
    }

    /// Whether an action is one of those that it names.
    pub(crate) fn lists(&self, action: &str) -> bool {
        self.actions.iter().any(|pattern| wildcard(&pattern.to_ascii_lowercase(), action))
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

/// `*`, and what is as wide: `*:*`, `arn:*`, `arn:aws:*:*:*:*`.
fn is_any(pattern: &str) -> bool {
    let partition =
        |rest: &'_ str| rest.split_once(':').is_some_and(|(name, _)| name == "aws" || name.starts_with("aws-"));
    let rest = match pattern.strip_prefix("arn:") {
        Some(rest) if partition(rest) => rest.split_once(':').map_or(rest, |(_, rest)| rest),
        Some(rest) => rest,
        None => pattern,
    };
    rest.contains('*') && rest.bytes().all(|byte| matches!(byte, b'*' | b':'))
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
mod tests;
