//! What reaches what, for every pair of classes, and for one pair that was asked about.

use std::collections::BTreeMap;

use serde::Serialize;

use super::alike::{Alike, Like};
use super::classes::{Class, classes};
use super::connection::Connection;
use super::expect::{Asked, Questions};
use super::join::join;
use super::narrow::{Narrow, Wanted};
use super::path::{End, Passage, TraceHop};
use super::refer::{Party, Unreferred};
use super::walk::Goal;
use crate::model::Model;
use crate::model::address::AddressRange;
use crate::model::form::EndpointId;
use crate::model::traffic::Traffic;

/// The most pairs of classes that are followed one by one.
pub const MAX_PAIRS: usize = 4_000_000;
/// The most ways of all pairs together: to the receiver itself, and through each load balancer in front of it.
const MAX_WAYS: usize = 2 * MAX_PAIRS;

/// A question that is not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReachError {
    /// A party that nothing of the model is.
    #[error(transparent)]
    Party(#[from] Unreferred),
    /// A port or protocol that cannot be read.
    #[error("{0}")]
    Service(String),
    /// More pairs than are followed one by one.
    #[error("{classes} classes of endpoints make more pairs than the {most} that are followed")]
    TooMany {
        /// How many classes.
        classes: usize,
        /// How many pairs are followed.
        most: usize,
    },
    /// More ways than are followed: each load balancer in front of a receiver is a way to it.
    #[error("load balancers make {ways} ways between classes of endpoints, more than the {most} that are followed")]
    TooManyWays {
        /// How many ways.
        ways: usize,
        /// How many are followed.
        most: usize,
    },
}

/// What passes from one class to another; pairs where nothing may pass are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Index of the sender's class.
    pub from: usize,
    /// Index of the receiver's class.
    pub to: usize,
    /// Packets that may and must arrive.
    pub arrives: Passage,
    /// Packets whose connection may and must be set up.
    pub connects: Passage,
    /// What is unknown, where may and must differ.
    pub because: Vec<String>,
}

/// All pairs of classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// The classes.
    pub classes: Vec<Class>,
    /// The pairs between which something may pass, in the order of classes.
    pub cells: Vec<Cell>,
    /// How many classes were asked about as senders, and how many as receivers.
    pub asked: (usize, usize),
}

/// Everything between one sender and one receiver.
pub(crate) struct Between {
    pub(crate) arrives: Passage,
    pub(crate) connects: Passage,
    pub(crate) told: Vec<std::rc::Rc<Connection>>,
    /// By connection told: the load balancer's node that it goes by, where it stands for so many more.
    like: BTreeMap<usize, (EndpointId, usize)>,
}

/// Follows packets from a class to a class, by every address.
pub(crate) fn between(questions: &mut Questions<'_>, model: &Model, from: &Class, to: &Class) -> Option<Between> {
    let goals: Vec<Like> = to.goals(model, from).into_iter().map(|goal| (goal, 0)).collect();
    follow(questions, model, from, &goals)
}

fn follow(questions: &mut Questions<'_>, model: &Model, from: &Class, goals: &[Like]) -> Option<Between> {
    let mut out: Option<Between> = None;
    let mut like = BTreeMap::new();
    for start in from.starts(model) {
        for ((goal, range), more) in goals.iter().copied() {
            if super::join::family_of(model, start) != range.family {
                continue;
            }
            let connection = questions.connection(start, goal, range);
            if let Goal::Behind { node, .. } = goal
                && more > 0
            {
                like.insert(out.as_ref().map_or(0, |held| held.told.len()), (node, more));
            }
            out = Some(match out {
                None => Between {
                    arrives: connection.arrives.clone(),
                    connects: connection.connects.clone(),
                    told: vec![connection],
                    like: BTreeMap::new(),
                },
                Some(mut held) => {
                    held.arrives = held.arrives.or(&connection.arrives);
                    held.connects = held.connects.or(&connection.connects);
                    held.told.push(connection);
                    held
                }
            });
        }
    }
    out.map(|held| Between { like, ..held })
}

/// What reaches what in the whole model.
///
/// # Errors
/// Where there are more classes than can be asked about pair by pair, or more ways between them.
pub fn matrix(model: &Model) -> Result<Matrix, ReachError> {
    matrix_of(model, Narrow::default())
}

/// The part of [`matrix`] that is asked for.
///
/// # Errors
/// As there, and where a party or the service cannot be read.
pub fn matrix_of(model: &Model, narrow: Narrow<'_>) -> Result<Matrix, ReachError> {
    matrix_within(model, narrow, MAX_WAYS)
}

/// As [`matrix_of`], where no more ways than these are followed.
///
/// # Errors
/// As [`matrix_of`].
pub fn matrix_within(model: &Model, narrow: Narrow<'_>, most: usize) -> Result<Matrix, ReachError> {
    let wanted = Wanted::find(model, narrow)?;
    let (classes, alike) = asked_about(model, &wanted, most)?;
    let senders = classes.iter().filter(|class| wanted.sends(class)).count();
    let receivers = classes.iter().filter(|class| wanted.receives(class)).count();
    let mut cells = Vec::new();
    for (from, sender) in classes.iter().enumerate().filter(|(_, class)| wanted.sends(class)) {
        // Questions of one sender share nothing with those of the next: memory stays that of one row.
        let mut questions = Questions::new(model);
        for (to, receiver) in classes.iter().enumerate().filter(|(_, class)| wanted.receives(class)) {
            if sender.outside.is_some() && receiver.outside.is_some() {
                continue;
            }
            let goals = alike.once(model, receiver.goals(model, sender));
            let Some(mut found) = follow(&mut questions, model, sender, &goals) else { continue };
            if let Some(service) = wanted.service() {
                found.arrives = found.arrives.within(service);
                found.connects = found.connects.within(service);
            }
            if found.arrives.may.is_empty() {
                continue;
            }
            let because = doubts(model, &found);
            cells.push(Cell { from, to, arrives: found.arrives, connects: found.connects, because });
        }
    }
    Ok(Matrix { classes, cells, asked: (senders, receivers) })
}

/// All classes, where there are not more pairs and ways than are followed.
pub(super) fn bounded(model: &Model) -> Result<(Vec<Class>, Alike), ReachError> {
    asked_about(model, &Wanted::find(model, Narrow::default())?, MAX_WAYS)
}

fn asked_about(model: &Model, wanted: &Wanted, most: usize) -> Result<(Vec<Class>, Alike), ReachError> {
    let classes = classes(model, |_| 0, 0);
    let senders = classes.iter().filter(|class| wanted.sends(class)).count();
    let receiving = || classes.iter().filter(|class| wanted.receives(class));
    if senders.saturating_mul(receiving().count()) > MAX_PAIRS {
        return Err(ReachError::TooMany { classes: classes.len(), most: MAX_PAIRS });
    }
    let alike = Alike::of(model);
    let ways = alike.count(model, receiving()).saturating_mul(senders);
    if ways > most {
        return Err(ReachError::TooManyWays { ways, most });
    }
    Ok((classes, alike))
}

/// What is unknown between two classes.
pub(crate) fn doubts(model: &Model, found: &Between) -> Vec<String> {
    let open = found.arrives.may.minus(&found.arrives.must).or(&found.connects.may.minus(&found.connects.must));
    let Some(parcel) = open.witness() else { return Vec::new() };
    let told = found.told.iter().map(|connection| connection.explain(model, parcel));
    let open: Vec<_> = told.enumerate().filter(|(_, told)| told.permit.is_none()).collect();
    let more = open.iter().filter_map(|(index, _)| found.like.get(index)).map(|(node, more)| {
        let name = &model.parts.endpoints[*node].name;
        format!("the same of {more} more load balancers like {name}")
    });
    let more: Vec<String> = more.collect();
    let mut out: Vec<String> = open.into_iter().flat_map(|(_, told)| told.because).chain(more).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// One way between two parties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WayShown {
    /// Where it ends.
    pub end: String,
    /// Packets that may and must arrive by it.
    pub arrives: Passage,
    /// Packets whose connection may and must be set up by it.
    pub connects: Passage,
    /// What a packet that passes (else one that was asked about) meets.
    pub path: Vec<TraceHop>,
    /// What blocks, or what is unknown.
    pub because: Vec<String>,
}

/// What passes between two parties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// The sender as asked.
    pub from: String,
    /// The receiver as asked.
    pub to: String,
    /// Packets, among those asked about, that may and must arrive.
    pub arrives: Passage,
    /// Packets, among those asked about, whose connection may and must be set up.
    pub connects: Passage,
    /// The ways.
    pub ways: Vec<WayShown>,
}

/// What passes from one party to another: all packets, or those of one service given as `tcp/22`, `22`, `icmp`.
///
/// # Errors
/// Where a party or the service cannot be read.
pub fn reach(model: &Model, from: &str, to: &str, service: Option<&str>) -> Result<Reach, ReachError> {
    let asked = match service {
        None => Traffic::all(),
        Some(text) => asked(text)?,
    };
    let (sender, receiver) = (Party::find(model, from)?, Party::find(model, to)?);
    let (starts, goals) = receiver.asked_by(model, &sender)?;
    // An outside that is of both families reaches by the one what it does not by the other.
    let joined = join(&mut Questions::new(model), &starts, &goals, Passage::or);
    let Some(joined) = joined else {
        let (from, to) = (from.into(), to.into());
        return Ok(Reach { from, to, arrives: Passage::none(), connects: Passage::none(), ways: Vec::new() });
    };
    let world = if let Party::Outside(ranges) = receiver { ranges } else { Vec::new() };
    let mut ways = Vec::new();
    for way in joined.told.iter().flat_map(|connection| &connection.ways) {
        let way = shown(model, way, &asked, &world);
        // Ranges of the outside that fare alike are told once.
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    let (arrives, connects) = (joined.arrives.within(&asked), joined.connects.within(&asked));
    Ok(Reach { from: from.into(), to: to.into(), arrives, connects, ways })
}

pub(super) fn asked(text: &str) -> Result<Traffic, ReachError> {
    let (proto, port) = match text.split_once('/') {
        Some((proto, port)) => (proto, port),
        None if text.starts_with(|first: char| first.is_ascii_digit()) => ("any", text),
        None => (text, "any"),
    };
    Asked::read(proto, port).map(|asked| asked.set((0, u16::MAX))).map_err(ReachError::Service)
}

/// One way for people. `world` holds the ranges of the outside that were asked for.
fn shown(model: &Model, way: &super::connection::Way, asked: &Traffic, world: &[AddressRange]) -> WayShown {
    let passing = way.connects.must.and(asked);
    let possible = way.arrives.may.and(asked);
    let parcel = passing.witness().or_else(|| possible.witness()).or_else(|| asked.witness());
    let told = parcel.map(|parcel| super::connection::explain_way(model, way, parcel));
    let end = match &way.path.end {
        End::Endpoint { endpoint, .. } => model.parts.endpoints[*endpoint].name.clone(),
        End::Outside { range } if world.len() > 1 && world.contains(range) => "the internet".to_owned(),
        End::Outside { range } => format!("outside, {range}"),
        End::Service { name } => name.clone(),
        End::Vacant { range } => format!("whoever may get {range}"),
        End::Blocked { reason, .. } => reason.clone(),
    };
    let (mut path, because) =
        told.map(|told| (told.path.into_iter().chain(told.back).collect(), told.because)).unwrap_or_default();
    let _: &mut Vec<TraceHop> = &mut path;
    WayShown {
        end,
        arrives: Passage { may: possible, must: way.arrives.must.and(asked) },
        connects: Passage { may: way.connects.may.and(asked), must: passing },
        path,
        because,
    }
}
