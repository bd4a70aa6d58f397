//! What a record shows of a sign.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::aws::is_organisation;
use super::catalogue::{Platform, Reach, Receiver, Sign};
use super::grantee::{Form, Grantee};
use super::record::{Part, Said};
use crate::event::{ActorKind, Category, Event};

/// The most receivers of one operation that are kept.
const MAX_RECEIVERS: usize = 64;
/// The most characters of the name of one.
const MAX_NAME: usize = 256;

/// Why it cannot be told where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Open {
    /// The log does not have the request.
    NotInLog,
    /// The request cannot be read.
    Unreadable,
    /// The request does not say, or not in a form that we know.
    Untold,
}

/// Where it leads.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// Who gets it.
    pub(crate) to: BTreeSet<Grantee>,
    /// Why others may as well.
    pub(crate) open: Option<Open>,
}

impl Found {
    fn open(why: Open) -> Found {
        Found { to: BTreeSet::new(), open: Some(why) }
    }

    fn to(one: Grantee) -> Found {
        Found { to: BTreeSet::from([one]), open: None }
    }

    /// Takes in what another record of the same operation shows.
    pub(super) fn join(&mut self, other: Found) {
        self.to.extend(other.to);
        self.open = match (self.open, other.open) {
            (Some(one), Some(other)) => Some(one.max(other)),
            _ => None,
        };
    }
}

/// What an event shows of a sign; `None` where it is none.
pub(super) fn look(sign: &Sign, platform: &Platform, event: &Event<'_>, said: &Said) -> Option<Found> {
    // What was noticed of an operation bears its name.
    if sign.category.is_none() && event.category == Category::Insight {
        return None;
    }
    let by_others = |kind| !sign.actors.is_empty() && !sign.actors.contains(&kind);
    if event.actor.kind.is_some_and(by_others) || sign.category.is_some_and(|category| category != event.category) {
        return None;
    }
    let mut doubt = None;
    for condition in &sign.when {
        match condition.holds(said) {
            Some(true) => {}
            Some(false) => return None,
            None => doubt = Some(why(said)),
        }
    }
    if let Some(doubt) = doubt {
        return Some(Found::open(doubt));
    }
    if let Some(found) = receivers(sign, platform, event, said) {
        return (!found.to.is_empty() || found.open.is_some()).then_some(found);
    }
    if sign.unless.iter().any(|condition| condition.holds(said) == Some(true)) {
        return None;
    }
    Some(match sign.reach {
        Some(Reach::Anyone) => Found::to(Grantee::Anyone),
        Some(Reach::Others) => Found::to(Grantee::Others),
        Some(Reach::Untold) => Found::open(Open::Untold),
        None => Found::open(why(said)),
    })
}

/// Whoever the record names; `None` where it names nobody, in none of the forms that we know.
fn receivers(sign: &Sign, platform: &Platform, event: &Event<'_>, said: &Said) -> Option<Found> {
    let mut found = Found::default();
    let mut is_there = false;
    let is_within = sign.within.iter().any(|condition| condition.holds(said) == Some(true));
    for Receiver { at, form, alone } in &sign.to {
        if at == "actor" {
            if let Some(to) = actor(*form, event) {
                is_there = true;
                found.to.extend(to);
            }
            continue;
        }
        let mut values = said.at(at);
        if *alone {
            // A list of what changed that is empty, where the whole stands elsewhere, does not say that nobody gets anything.
            values.retain(|value| !is_empty(value));
        }
        is_there |= !values.is_empty();
        for value in &values {
            match form.read(value, &platform.inward) {
                Some(all) => found.to.extend(all.into_iter().map(short)),
                None => found.open = Some(Open::Unreadable),
            }
        }
        if *alone && !values.is_empty() {
            break;
        }
    }
    if is_within {
        // Only whoever is of an organisation can name it.
        let proven = found.to.iter().any(is_organisation);
        found.to = found.to.into_iter().map(|to| to.within_organisation(proven)).collect();
    }
    // Everybody comes first in the order, so that what is cut off never hides it.
    if found.to.len() > MAX_RECEIVERS {
        found.to = found.to.into_iter().take(MAX_RECEIVERS).collect();
        found.open = Some(Open::Untold);
    }
    is_there.then_some(found)
}

/// The actor as a receiver.
fn actor(form: Form, event: &Event<'_>) -> Option<Vec<Grantee>> {
    let is_nobody = event.actor.kind == Some(ActorKind::Anonymous);
    let account = event.actor.account.as_deref().filter(|account| !account.is_empty());
    let is_own = account == event.account.as_deref();
    match form {
        Form::Anonymous => Some(if is_nobody { vec![Grantee::Anyone] } else { Vec::new() }),
        _ if is_nobody => Some(vec![Grantee::Anyone]),
        Form::OtherAccount if is_own => None,
        _ if is_own => Some(Vec::new()),
        _ => account.map(|account| vec![Grantee::Account(account.to_lowercase())]),
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

fn short(grantee: Grantee) -> Grantee {
    let cut = |text: String| if text.len() > MAX_NAME { text.chars().take(MAX_NAME).collect() } else { text };
    match grantee {
        Grantee::Account(text) => Grantee::Account(cut(text)),
        Grantee::Fellow(text) => Grantee::Fellow(cut(text)),
        Grantee::Person(text) => Grantee::Person(cut(text)),
        Grantee::Named(text) => Grantee::Named(cut(text)),
        all => all,
    }
}

fn why(said: &Said) -> Open {
    match said.part("request") {
        Part::NotThere => Open::NotInLog,
        Part::Unreadable => Open::Unreadable,
        Part::Read(_) => Open::Untold,
    }
}
