//! Who is who: whether the name in a change and the actor in a log are one person.

use std::collections::HashMap;

use super::Operation;
use super::names::{any_names, names, names_a_program, spelling};
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
        let identities = identities(operation);
        let own = identities.concat();
        // What a program made up says nothing of who it is, unless it is the name.
        let says_who = |own: &&str| !is_generated(own) || spelling(own) == spelling(name);
        let known = identities.iter().map(|one| one.iter().copied().filter(says_who).collect::<Vec<_>>());
        let by_name = known.filter(|one| !one.is_empty()).map(|one| any_names(&one, name)).fold(Some(false), or);
        if by_name == Some(true) {
            return by_name;
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
            None if by_name.is_none() => None,
            // Whoever opens a session of a role names it.
            None if operation.actor_kind == Some(ActorKind::Role) => {
                own.iter().any(|own| looks_like_a_person(own)).then_some(false)
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
            None if is_generated(one) || is_generated(other) => None,
            None => names(one, other).filter(|same| !same),
        }
    }

    /// Whether a name may be a person's: nobody is checked by a program.
    pub(super) fn may_be_a_person(&self, name: &str) -> bool {
        self.person(name).is_some() || !(is_generated(name) || names_a_program(name))
    }

    /// Whether the actor, or the role that it acts in, has this name or ARN.
    pub(super) fn acts_as(&self, operation: &Operation, name: &str) -> Option<bool> {
        if is_named(operation, name) {
            return Some(true);
        }
        // A role is written out in its ARN: it is no person under another name.
        let is_role = name.starts_with("arn:") && [":role/", ":assumed-role/"].iter().any(|kind| name.contains(kind));
        if is_role && operation.actor.is_some() {
            return Some(false);
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

/// Whether the operation was done by this identity, or by somebody who had put it on.
pub(super) fn is_by_identity(operation: &Operation, name: &str) -> bool {
    let put_on = operation.acting_as.as_deref().filter(|text| !text.is_empty());
    is_named(operation, name)
        || put_on.is_some_and(|text| describes_end(&name.trim().to_lowercase(), &text.to_lowercase()))
}

/// The identities that are the actor's own, rather than its role's: what a log says of one user are names of one person.
fn identities(operation: &Operation) -> Vec<Vec<&str>> {
    let Operation { actor, actor_name, session, behind, .. } = operation;
    let identities: &[&[&Option<_>]] = match operation.actor_kind {
        Some(ActorKind::User) => &[&[actor_name, actor], &[behind]],
        Some(ActorKind::Federated) => &[&[session], &[actor_name], &[actor], &[behind]],
        Some(ActorKind::Role) => &[&[session], &[behind]],
        _ => &[&[behind]],
    };
    let names = identities.iter().map(|one| one.iter().filter_map(|text| text.as_deref()));
    names.map(|one| one.filter(|text: &&str| !text.is_empty()).collect()).collect()
}

/// Three-valued OR.
pub(super) fn or(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// Whether a session has the name, in lower case, that a library gives it where nobody chose one.
fn is_of_a_library(name: &str) -> bool {
    const BEGIN: [&str; 7] = [
        "botocore-session-",
        "aws-go-sdk-",
        "aws-sdk-java-",
        "aws-sdk-js-session-",
        "awscli-session-",
        "aws-cli-session-",
        "session-",
    ];
    BEGIN.iter().any(|begin| name.starts_with(begin))
}

/// Whether a session's name says nothing of whose it is: a library's, or what a program calls all of its sessions
/// (`GitHubActions`).
pub(super) fn is_anybodys(session: &str) -> bool {
    let name = session.to_lowercase();
    is_of_a_library(&name) || names_a_program(&name) && !name.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a program has made a session's name up.
fn is_generated(name: &str) -> bool {
    let name = name.to_lowercase();
    if name.chars().any(|c| !c.is_ascii() && c.is_alphabetic()) {
        return false;
    }
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    name.starts_with("i-")
        || is_of_a_library(&name)
        || plain.is_empty()
        || (plain.len() >= 8 && plain.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || plain.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a session's name is that of a person rather than of a program: an address, or a few words of letters none of
/// which says what programs do.
fn looks_like_a_person(name: &str) -> bool {
    let lower = name.to_lowercase();
    let parts: Vec<&str> = lower.split('@').next().unwrap_or_default().split(['.', '_', '-', ' ', '+']).collect();
    let is_word = |part: &&str| {
        !part.is_empty() && part.trim_end_matches(|c: char| c.is_ascii_digit()).chars().all(char::is_alphabetic)
    };
    !is_generated(name) && parts.len() <= 4 && parts.iter().all(is_word) && !names_a_program(name)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn sessions_of_programs_look_like_nobody() {
        for name in
            ["GitHubActions", "my-function", "deploy", "Terraform-CI", "i-0abc", "app-7f3c21d", "codebuild2", ""]
        {
            assert!(!looks_like_a_person(name), "{name}");
        }
        for name in ["amir.khan", "bsilva", "amir.khan@example.com", "Bea Silva", "akhan2", "佐藤"] {
            assert!(looks_like_a_person(name), "{name}");
        }
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
        assert_eq!(People::new(None).same("amir.khan", "Bea Silva"), Some(false));
        assert_eq!(People::new(None).same("akhan", "chen"), None, "two names of one part");
        assert_eq!(People::new(None).same("akhan", "Amir Khan"), None, "nobody says whose name it is");
    }
}
