//! The lines that conditions beyond a packet's fields lie on: one for states, one a way for interfaces, one for whose address it is, one for each unknown.
//!
//! Two policies are compared under every reading of these lines alike: what one of them asks of an interface, the other may
//! ask as well, and what is not known of both is the same.

use std::collections::{BTreeSet, HashMap};

use super::condition::{Condition, OWN, Plainly, State, Way, fits};
use super::{Certainty, Policy, Rule};
use crate::packet::Ranges;

/// At most this many unknown texts are lines of their own; what others say stays open rule by rule.
pub(crate) const MAX_UNKNOWN: usize = 10;

/// The pieces of one line that a rule matches, by number; the last piece reaches to the end of all numbers.
pub(crate) type Places = Ranges<u32>;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Axis {
    State,
    /// Names that stand for all that the rules tell apart: other names first, the machine's own interface last.
    Interface(Way, Vec<Name>),
    /// Piece 0: the packet is for another address; piece 1: for one of the machine's own.
    Own,
    /// Piece 0: it is not so; piece 1: it is.
    Unknown(String),
}

/// What stands for the interfaces that all patterns treat alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// A name that fits the same patterns as all others of the piece.
    stands_for: String,
    text: String,
}

impl Axis {
    pub(crate) fn pieces(&self) -> u32 {
        match self {
            Self::State => State::ALL.len() as u32,
            Self::Interface(_, names) => names.len() as u32,
            Self::Own | Self::Unknown(_) => 2,
        }
    }

    /// Whether a packet has one of its pieces, whichever; of others nobody knows which holds.
    pub(crate) fn is_of_packets(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// Pieces that packets have of whom nothing more is said.
    pub(crate) fn plain(&self) -> Places {
        match self {
            Self::State => self.piece(State::Usual as u32),
            Self::Interface(..) => self.piece(self.pieces() - 1).complement(),
            Self::Own | Self::Unknown(_) => Places::any(),
        }
    }

    fn piece(&self, number: u32) -> Places {
        self.held(|piece| piece == number)
    }

    /// The pieces of which something holds.
    fn held(&self, holds: impl Fn(u32) -> bool) -> Places {
        let last = self.pieces() - 1;
        let end = |piece| if piece == last { u32::MAX } else { piece };
        Places::from_intervals((0..=last).filter(|piece| holds(*piece)).map(|piece| (piece, end(piece))))
    }

    /// The pieces on which a condition holds; [`None`] where it is of another line.
    fn places(&self, condition: &Condition) -> Option<Places> {
        match (self, condition) {
            (Self::State, Condition::State(states)) => {
                Some(self.held(|piece| states.contains(State::ALL[piece as usize])))
            }
            (Self::Interface(way, names), Condition::Interface { way: asked, name, holds }) if way == asked => {
                Some(self.held(|piece| fits(name, &names[piece as usize].stands_for) == *holds))
            }
            (Self::Own, Condition::Own { holds }) => Some(self.piece(u32::from(*holds))),
            (Self::Unknown(known), Condition::Unknown { text, holds }) if known == text => {
                Some(self.piece(u32::from(*holds)))
            }
            _ => None,
        }
    }

    /// The pieces of states.
    pub(crate) fn of_states(states: &[State]) -> Places {
        Self::State.held(|piece| states.contains(&State::ALL[piece as usize]))
    }

    /// A piece in words, as what follows "where".
    pub(crate) fn text(&self, piece: u32) -> Option<String> {
        match self {
            Self::State => State::ALL.get(piece as usize)?.text().map(str::to_owned),
            Self::Interface(way, names) => {
                let way = if *way == Way::In { "comes in by" } else { "goes out by" };
                Some(format!("it {way} {}", names.get(piece as usize)?.text))
            }
            Self::Own => {
                let whose =
                    if piece == 1 { "an address of the machine's own" } else { "no address of the machine's own" };
                Some(format!("it is for {whose}"))
            }
            Self::Unknown(text) => Some(format!("{text}: {}", if piece == 1 { "holds" } else { "does not hold" })),
        }
    }
}

/// What a rule comes to on the lines.
pub(crate) struct Placed {
    pub(crate) certainty: Certainty,
    /// By line, in rising order, the pieces on which the rule matches; lines left out are free.
    pub(crate) limits: Vec<(usize, Places)>,
}

/// The lines of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Dimensions {
    axes: Vec<Axis>,
    /// The line that each condition lies on, and its pieces.
    places: HashMap<Condition, (usize, Places)>,
    /// Whether conditions that have no line are open, whatever they say; else what packets plainly do with them.
    loose: bool,
}

impl Dimensions {
    /// No line, and every condition open.
    pub(crate) fn loose() -> Self {
        Self { loose: true, ..Self::default() }
    }

    /// The lines of rules. States and interfaces are lines only where both policies know of them.
    pub(crate) fn of<'r>(rules: impl Iterator<Item = &'r Rule>, tracks: bool, unknown: usize) -> Self {
        let mut asked: BTreeSet<&Condition> = BTreeSet::new();
        rules.for_each(|rule| asked.extend(&rule.conditions));
        let mut axes = Vec::new();
        if tracks && asked.iter().any(|one| matches!(one, Condition::State(_))) {
            axes.push(Axis::State);
        }
        for way in [Way::In, Way::Out].into_iter().filter(|_| tracks) {
            let patterns: BTreeSet<&str> = asked.iter().filter_map(|one| pattern(one, way)).collect();
            if !patterns.is_empty() {
                axes.push(Axis::Interface(way, names(&patterns)));
            }
        }
        if tracks && asked.iter().any(|one| matches!(one, Condition::Own { .. })) {
            axes.push(Axis::Own);
        }
        let texts: BTreeSet<&String> = asked
            .iter()
            .filter_map(|one| match one {
                Condition::Unknown { text, .. } => Some(text),
                _ => None,
            })
            .collect();
        axes.extend(texts.into_iter().take(unknown).map(|text| Axis::Unknown(text.clone())));
        let places = asked.into_iter().filter_map(place_on(&axes)).collect();
        Self { axes, places, loose: false }
    }

    pub(crate) fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Where a rule matches; [`None`] where it nowhere does.
    pub(crate) fn place(&self, rule: &Rule) -> Option<Placed> {
        let mut placed = Placed { certainty: rule.certainty, limits: Vec::new() };
        for condition in &rule.conditions {
            let Some((axis, places)) = self.places.get(condition) else {
                match condition.plainly(State::Usual) {
                    _ if self.loose => placed.certainty = Certainty::AtMost,
                    Plainly::Holds => {}
                    Plainly::Fails => return None,
                    Plainly::Open => placed.certainty = Certainty::AtMost,
                }
                continue;
            };
            match placed.limits.iter_mut().find(|(other, _)| other == axis) {
                Some((_, held)) => *held = held.intersection(places),
                None => placed.limits.push((*axis, places.clone())),
            }
        }
        placed.limits.sort_unstable();
        placed.limits.iter().all(|(_, places)| !places.is_none()).then_some(placed)
    }
}

/// What says on which line a condition lies, and on which pieces of it. Lines of what is not known may be many: these are
/// found by their text.
fn place_on(axes: &[Axis]) -> impl Fn(&Condition) -> Option<(Condition, (usize, Places))> {
    let told = axes.iter().take_while(|axis| axis.is_of_packets()).count();
    let unknown: HashMap<&String, usize> = axes
        .iter()
        .enumerate()
        .filter_map(|(line, axis)| match axis {
            Axis::Unknown(text) => Some((text, line)),
            _ => None,
        })
        .collect();
    move |condition| {
        let lines = match condition {
            Condition::Unknown { text, .. } => unknown.get(text).map_or(0..0, |line| *line..line + 1),
            _ => 0..told,
        };
        lines.into_iter().find_map(|line| Some((condition.clone(), (line, axes[line].places(condition)?))))
    }
}

fn pattern(condition: &Condition, way: Way) -> Option<&str> {
    match condition {
        Condition::Interface { way: own, name, .. } if *own == way => Some(name),
        _ => None,
    }
}

/// One name for all that the patterns treat alike. A name that nobody gives (it holds a space) stands for those that begin so.
fn names(patterns: &BTreeSet<&str>) -> Vec<Name> {
    let mut out = vec![Name { stands_for: " ".to_owned(), text: "another interface".to_owned() }];
    for pattern in patterns.iter().filter(|pattern| **pattern != OWN) {
        out.push(match pattern.strip_suffix('+') {
            Some(start) => Name { stands_for: format!("{start} "), text: format!("an interface {pattern}") },
            None => Name { stands_for: (*pattern).to_owned(), text: (*pattern).to_owned() },
        });
    }
    out.push(Name { stands_for: OWN.to_owned(), text: format!("{OWN}, as the machine's own packets do") });
    out
}

/// Whether both policies tell states and interfaces apart.
pub(crate) fn track(first: &Policy, second: &Policy) -> bool {
    first.tracks && second.tracks
}
