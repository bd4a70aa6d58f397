//! Who is who: whether the name in a change and the actor in a log are one person.

use std::collections::HashMap;

use super::Operation;
use super::pattern::describes_end;
use crate::changes::Person;
use crate::event::ActorKind;

/// Names of people, and whose they are.
pub(super) struct People {
    /// Person by name in one spelling; `None` when nobody declared who is who.
    by_name: Option<HashMap<String, usize>>,
}

impl People {
    pub(super) fn new(declared: Option<&[Person]>) -> People {
        let by_name = declared.map(|people| {
            let names = people.iter().enumerate().flat_map(|(index, person)| {
                person.identities.iter().chain([&person.name]).map(move |name| (spelling(name), index))
            });
            names.collect()
        });
        People { by_name }
    }

    fn person(&self, name: &str) -> Option<usize> {
        self.by_name.as_ref()?.get(&spelling(name)).copied()
    }

    /// Whether the actor of an operation is the person of this name.
    pub(super) fn is(&self, operation: &Operation, name: &str) -> Option<bool> {
        let own = personal_names(operation);
        if own.iter().any(|own| spelling(own) == spelling(name)) {
            return Some(true);
        }
        // A program is nobody's second pair of eyes, and nobody is a program.
        if operation.unattended == Some(true) {
            return Some(false);
        }
        match &self.by_name {
            Some(_) => {
                let actor = own.iter().find_map(|own| self.person(own))?;
                Some(actor == self.person(name)?)
            }
            None => own.iter().any(|own| !is_generated(own)).then_some(false),
        }
    }

    /// Whether two names are of one person.
    pub(super) fn same(&self, one: &str, other: &str) -> Option<bool> {
        if spelling(one) == spelling(other) {
            return Some(true);
        }
        match &self.by_name {
            Some(_) => Some(self.person(one)? == self.person(other)?),
            None => Some(false),
        }
    }

    /// Whether the actor, or the role that it acts in, has this name or ARN.
    pub(super) fn acts_as(&self, operation: &Operation, name: &str) -> Option<bool> {
        if is_named(operation, name) {
            return Some(true);
        }
        self.is(operation, name)
    }
}

/// Whether an identity of the operation's actor, person or role, is exactly this one; `*` stands for any text.
pub(super) fn is_named(operation: &Operation, name: &str) -> bool {
    let wanted = name.trim().to_lowercase();
    let ours = [&operation.actor, &operation.actor_name, &operation.issuer, &operation.session];
    ours.into_iter().flatten().filter(|text| !text.is_empty()).any(|text| describes_end(&wanted, &text.to_lowercase()))
}

/// The names that are the actor's own, rather than its role's.
fn personal_names(operation: &Operation) -> Vec<&str> {
    let fields: &[&Option<_>] = match operation.actor_kind {
        Some(ActorKind::User) => &[&operation.actor_name, &operation.actor],
        Some(ActorKind::Federated) => &[&operation.session, &operation.actor_name, &operation.actor],
        Some(ActorKind::Role) => &[&operation.session],
        _ => &[],
    };
    let names = fields.iter().filter_map(|text| text.as_deref());
    names.filter(|text: &&str| !text.is_empty()).collect()
}

/// A name in one spelling: `Amir Khan`, `amir.khan`, `amir_khan@example.com` and `arn:aws:iam::1:user/amir.khan` agree.
fn spelling(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let name = name.strip_prefix("arn:").and_then(|arn| arn.rsplit('/').next()).unwrap_or(&name);
    let name = name.split('@').next().unwrap_or(name);
    name.split([' ', '.', '_', '-', '+']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

/// Whether a program has made a session's name up.
fn is_generated(name: &str) -> bool {
    let name = name.to_lowercase();
    let made = ["i-", "botocore-session-", "aws-go-sdk-", "awscli-session-", "aws-cli-session-", "session-"];
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    made.iter().any(|start| name.starts_with(start))
        || plain.is_empty()
        || (plain.len() >= 8 && plain.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || plain.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_person_agree() {
        for name in ["Amir Khan", "amir.khan", "AMIR_KHAN@example.com", "arn:aws:iam::1:user/amir.khan", " amir-khan "]
        {
            assert_eq!(spelling(name), "amir.khan", "{name}");
        }
    }

    #[test]
    fn names_that_programs_make_up_are_nobodys() {
        for name in
            ["i-0abc", "botocore-session-1", "1718000000", "4f2c9aa1b2c3", "6fa459ea-ee8a-3ca4-894e-db77e160355e", ""]
        {
            assert!(is_generated(name), "{name}");
        }
        assert!(!is_generated("amir.khan"));
    }

    #[test]
    fn declared_people_are_one_or_two_and_others_stay_open() {
        let people = [("Amir Khan", "akhan"), ("Bea Silva", "bsilva")];
        let people: Vec<Person> =
            people.map(|(name, own)| Person { name: name.to_owned(), identities: vec![own.to_owned()] }).into();
        let people = People::new(Some(&people));
        assert_eq!(people.same("akhan", "amir.khan@example.com"), Some(true));
        assert_eq!(people.same("akhan", "bsilva"), Some(false));
        assert_eq!(people.same("akhan", "chen"), None);
        assert_eq!(People::new(None).same("akhan", "chen"), Some(false));
    }
}
