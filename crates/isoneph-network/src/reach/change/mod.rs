//! What a network lets pass that another state of it did not, and the reverse.
//!
//! Endpoints of the two states are the same where their identifiers are, else where their names are and nobody else's. Those
//! that behave alike in both states are compared once, address by address. Compared is what arrives, whether it is answered
//! or not. Where something is unknown, two states are only the same where surely the same is unknown of both.

mod joint;
mod pair;
mod rules;
mod state;
mod unknown;

use serde::Serialize;

use self::joint::pair_up;
use self::pair::Pair;
use self::state::State;
use super::expect::Questions;
use super::matrix::{MAX_PAIRS, ReachError};
use super::path::TraceHop;
use crate::model::Model;
use crate::model::traffic::Traffic;
use crate::policy::Comparison;

pub use rules::PolicyChange;

/// Changes of which the way is told.
const MAX_TOLD: usize = 1_000;

/// A packet that passes in one state and not in the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The senders.
    pub from: String,
    /// The receivers.
    pub to: String,
    /// By which of their addresses, `from -> to`, where it is not the same by all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// What surely passes only in the one state.
    pub surely: Traffic,
    /// What may pass only in the one state: holds `surely`.
    pub perhaps: Traffic,
    /// What a packet of it passes, with the rules responsible.
    pub path: Vec<TraceHop>,
    /// What is unknown, where something is.
    pub because: Vec<String>,
}

/// Two states of a network compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// What passes in the second state only, shortest ways first.
    pub gained: Vec<Change>,
    /// What passes in the first state only.
    pub lost: Vec<Change>,
    /// What policies say differently that nobody has, and that therefore no pair of endpoints shows.
    pub policies: Vec<PolicyChange>,
    /// Endpoints that have other addresses in the second state.
    pub readdressed: Vec<String>,
    /// Endpoints that only one of the states has.
    pub unpaired: Vec<String>,
    /// Why nobody can say that the states are the same, by named objects, beside what gained and lost tell.
    pub undecided: Vec<String>,
}

impl Changes {
    /// Whether both states surely let the same pass.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        *self == Self { unpaired: self.unpaired.clone(), ..Self::default() }
    }

    /// Whether something surely passes in one state only.
    #[must_use]
    pub fn is_different(&self) -> bool {
        self.gained.iter().chain(&self.lost).any(|change| !change.surely.is_empty())
            || self.policies.iter().any(|change| !change.surely.is_empty())
            || !self.readdressed.is_empty()
    }

    /// What the comparison came to.
    #[must_use]
    pub fn comparison(&self) -> Comparison {
        match (self.is_different(), self.is_equal()) {
            (true, _) => Comparison::Different,
            (false, true) => Comparison::Equal,
            (false, false) => Comparison::Undecided,
        }
    }
}

/// Compares two states of a network.
///
/// # Errors
/// Where there are more classes of endpoints than can be followed pair by pair.
pub fn changes(first: &Model, second: &Model) -> Result<Changes, ReachError> {
    let unread: Vec<String> = [(first, "first"), (second, "second")]
        .into_iter()
        .filter(|(model, _)| model.sources.is_empty())
        .map(|(_, word)| format!("nothing could be read of the {word} state: nothing is compared"))
        .collect();
    if !unread.is_empty() {
        return Ok(Changes { undecided: unread, ..Changes::default() });
    }
    let states = [State::of(first)?, State::of(second)?];
    let paired = pair_up(&states);
    let joint = &paired.joint;
    if joint.len().saturating_mul(joint.len()) > MAX_PAIRS {
        return Err(ReachError::TooMany { classes: joint.len(), most: MAX_PAIRS });
    }
    let mut out = Changes {
        unpaired: paired.unpaired,
        readdressed: paired.readdressed,
        undecided: paired.undecided,
        ..Changes::default()
    };
    let same_input = unknown::same_input([first, second]);
    let mut open = false;
    for from in joint {
        // Questions of one sender share nothing with those of the next: memory stays that of one row.
        let mut questions = states.each_ref().map(|state| Questions::new(state.model));
        for to in joint {
            let pair = Pair::ask(&states, &mut questions, from, to);
            open |= pair.is_open();
            pair.compare(same_input, &mut out);
        }
    }
    rules::compare(&states, &mut out);
    unknown::compare([first, second], open, &mut out);
    unknown::doubt_unread([first, second], &mut out);
    if !states.iter().any(State::has_endpoints) {
        unknown::without_endpoints([first, second], &mut out);
    }
    for list in [&mut out.gained, &mut out.lost] {
        list.sort_by(|one, other| {
            let key = |change: &Change| (change.surely.is_empty(), change.path.len());
            key(one).cmp(&key(other)).then_with(|| (&one.from, &one.to).cmp(&(&other.from, &other.to)))
        });
    }
    out.undecided.sort_unstable();
    out.undecided.dedup();
    Ok(out)
}
