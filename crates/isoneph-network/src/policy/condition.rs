//! What a rule asks of a packet beyond the packet's own fields: interfaces, states of a connection, and what is not known.

use std::collections::BTreeSet;

use serde::Serialize;

/// Into the machine or out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Where a packet comes in.
    In,
    /// Where it goes out.
    Out,
}

/// A state of the connection a packet belongs to, beside those that packets here have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It opens a connection (by SYN where it is TCP) or belongs to an established one: what packets here are.
    Usual,
    /// New to the tracker, TCP and without a lone SYN.
    NewWithoutSyn,
    /// Opens what belongs to another connection, or reports an error of it.
    Related,
    /// Of no connection that could be told.
    Invalid,
    /// Exempt from tracking.
    Untracked,
}

impl State {
    /// All of them, the usual one first.
    pub(crate) const ALL: [Self; 5] = [Self::Usual, Self::NewWithoutSyn, Self::Related, Self::Invalid, Self::Untracked];

    fn bit(self) -> u8 {
        1 << self as u8
    }

    /// In words, as what follows "where"; nothing of the usual one.
    #[must_use]
    pub fn text(self) -> Option<&'static str> {
        match self {
            Self::Usual => None,
            Self::NewWithoutSyn => Some("it is NEW without a lone SYN"),
            Self::Related => Some("it is RELATED"),
            Self::Invalid => Some("it is INVALID"),
            Self::Untracked => Some("it is UNTRACKED"),
        }
    }
}

/// A set of states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct States(u8);

impl States {
    /// These states.
    pub fn of(states: impl IntoIterator<Item = State>) -> Self {
        Self(states.into_iter().fold(0, |held, one| held | one.bit()))
    }

    /// Every state.
    pub fn all() -> Self {
        Self::of(State::ALL)
    }

    /// Whether a state is among them.
    pub fn contains(self, state: State) -> bool {
        self.0 & state.bit() != 0
    }

    /// Those of both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those of either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The others.
    #[must_use]
    pub fn complement(self) -> Self {
        Self(Self::all().0 & !self.0)
    }

    /// Whether there is none.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// One thing a rule asks for. The order puts what is known before what is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// The connection is in one of these states.
    State(States),
    /// The packet passes an interface of this name (or, where `holds` is false, another); `+` ends a name that goes on.
    Interface {
        /// In or out.
        way: Way,
        /// The name.
        name: String,
        /// Whether it must be so or must not.
        holds: bool,
    },
    /// The packet is for an address that the machine itself has.
    Own {
        /// Whether it must be so or must not.
        holds: bool,
    },
    /// Something that is not known. What has the same text is the same.
    Unknown {
        /// What the source says.
        text: String,
        /// Whether it must be so or must not.
        holds: bool,
    },
}

/// What a packet without more said of it does with a condition.
pub(crate) enum Plainly {
    Holds,
    Fails,
    Open,
}

/// The interface of the machine's own packets.
pub(crate) const OWN: &str = "lo";

impl Condition {
    /// Something that is not known and must be so.
    pub fn unknown(text: impl Into<String>) -> Self {
        Self::Unknown { text: text.into(), holds: true }
    }

    /// The other way round.
    #[must_use]
    pub fn opposite(&self) -> Self {
        match self.clone() {
            Self::State(states) => Self::State(states.complement()),
            Self::Interface { way, name, holds } => Self::Interface { way, name, holds: !holds },
            Self::Own { holds } => Self::Own { holds: !holds },
            Self::Unknown { text, holds } => Self::Unknown { text, holds: !holds },
        }
    }

    /// What it comes to for packets in a state that pass other interfaces than the machine's own.
    pub(crate) fn plainly(&self, state: State) -> Plainly {
        match self {
            Self::State(states) if states.contains(state) => Plainly::Holds,
            Self::State(_) => Plainly::Fails,
            Self::Interface { name, holds: true, .. } if name == OWN => Plainly::Fails,
            Self::Interface { name, holds: false, .. } if name == OWN => Plainly::Holds,
            Self::Interface { .. } | Self::Own { .. } | Self::Unknown { .. } => Plainly::Open,
        }
    }
}

/// Adds a condition to others that must hold as well; false where they cannot hold together.
pub(crate) fn conjoin(conditions: &mut BTreeSet<Condition>, one: &Condition) -> bool {
    if let Condition::State(states) = one {
        let held = conditions.iter().find_map(|other| match other {
            Condition::State(states) => Some(*states),
            _ => None,
        });
        let both = held.map_or(*states, |held| held.intersection(*states));
        if let Some(held) = held {
            conditions.remove(&Condition::State(held));
        }
        if both != States::all() {
            conditions.insert(Condition::State(both));
        }
        return !both.is_none();
    }
    conditions.insert(one.clone());
    !conditions.contains(&one.opposite())
}

/// Whether an interface has a name that a rule gives.
pub(crate) fn fits(pattern: &str, interface: &str) -> bool {
    match pattern.strip_suffix('+') {
        Some(start) => interface.starts_with(start),
        None => interface == pattern,
    }
}
