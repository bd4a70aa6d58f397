//! Everything between two parties, each of which may be several endpoints, addresses or ranges.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::connection::Connection;
use super::expect::Questions;
use super::path::Passage;
use super::refer::Goals;
use super::walk::{Goal, Start};
use crate::model::Model;
use crate::model::address::{AddressRange, Family};

/// What passes between two parties, and the connections it was found by.
pub(super) struct Joined {
    pub(super) arrives: Passage,
    pub(super) connects: Passage,
    pub(super) told: Vec<Rc<Connection>>,
}

/// How two passages become one.
type Joint = fn(&Passage, &Passage) -> Passage;

/// Arrives, connects.
type Both = (Passage, Passage);

fn add(held: &mut Option<Both>, more: &Both, joint: Joint) {
    *held = Some(match held.take() {
        None => more.clone(),
        Some(held) => (joint(&held.0, &more.0), joint(&held.1, &more.1)),
    });
}

/// Joins the connections between two parties; `None` where they have no address family in common. Of several addresses of one
/// party any suffices; of several ranges of the outside all must do. Several endpoints of one name or address are
/// alternatives: what surely passes passes between all of them. `families` says what two families of the outside come to.
pub(super) fn join(
    questions: &mut Questions<'_>,
    starts: &[Vec<Start>],
    goals: &Goals,
    families: Joint,
) -> Option<Joined> {
    let mut sum: Option<Both> = None;
    let mut told = Vec::new();
    for (from, to) in starts.iter().flat_map(|from| goals.iter().map(move |to| (from, to))) {
        let outside = from.iter().any(|start| matches!(start, Start::Outside(_)))
            || to.iter().any(|(goal, _)| *goal == Goal::Outside);
        let mut by_family: BTreeMap<Family, Option<Both>> = BTreeMap::new();
        for start in from {
            let family = family_of(questions.model(), *start);
            let mut one: Option<Both> = None;
            for (goal, range) in to.iter().filter(|(_, range)| range.family == family) {
                let connection = questions.connection(*start, *goal, *range);
                let both = (connection.arrives.clone(), connection.connects.clone());
                add(&mut one, &both, if *goal == Goal::Outside { Passage::either } else { Passage::or });
                told.push(connection);
            }
            if let Some(one) = one {
                add(by_family.entry(family).or_default(), &one, if outside { Passage::either } else { Passage::or });
            }
        }
        // Of one whose addresses are not known nobody knows the families either.
        let unplaced = from.iter().any(|start| is_unplaced(questions.model(), *start));
        let joint = match (outside, unplaced) {
            (true, _) => families,
            (false, true) => Passage::either,
            (false, false) => Passage::or,
        };
        let mut party: Option<Both> = None;
        for one in by_family.into_values().flatten() {
            add(&mut party, &one, joint);
        }
        if let Some(party) = party {
            add(&mut sum, &party, Passage::either);
        }
    }
    sum.map(|(arrives, connects)| Joined { arrives, connects, told })
}

/// Whether any address of its family may be the sender's.
fn is_unplaced(model: &Model, start: Start) -> bool {
    let Start::Endpoint(endpoint, place) = start else { return false };
    let inside = model.parts.endpoints[endpoint].places[place].inside;
    inside == AddressRange::whole(inside.family)
}

pub(crate) fn family_of(model: &Model, start: Start) -> Family {
    match start {
        Start::Endpoint(endpoint, place) => model.parts.endpoints[endpoint].places[place].inside.family,
        Start::Outside(range) => range.family,
    }
}
