//! What tells an endpoint apart from others: two with the same signature are treated alike by every policy, route and border.

use std::collections::{BTreeMap, BTreeSet};

use super::classes::{Cuts, all_peers};
use crate::model::Model;
use crate::model::form::{EndpointId, Place};

/// Of a place: pieces of its own address, and of its public one.
type Pieces = (usize, usize, usize, usize);

/// What tells an endpoint apart; two with the same are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Signature(usize, usize, Option<usize>, Vec<usize>, Vec<usize>, String, Vec<Pieces>, Vec<usize>);

impl Signature {
    /// The caller's own mark.
    pub(super) fn mark(&self) -> usize {
        self.0
    }
}

/// Signatures of one model's endpoints.
pub(super) struct Signatures<'m> {
    model: &'m Model,
    cuts: &'m Cuts,
    lists: BTreeMap<EndpointId, Vec<usize>>,
}

impl<'m> Signatures<'m> {
    pub(super) fn of(model: &'m Model, cuts: &'m Cuts) -> Self {
        Self { model, cuts, lists: memberships(model) }
    }

    /// The signature of an endpoint. `mark` and `own` keep apart what nothing else would.
    pub(super) fn signature(&self, id: EndpointId, mark: usize, own: &str) -> Signature {
        let (model, endpoint) = (self.model, &self.model.parts.endpoints[id]);
        let ports = endpoint.ports.iter().map(|port| format!("{}/{}/{}", port.name, port.protocol, port.port));
        let secondary = model.parts.secondary.get(&id).into_iter().chain(model.parts.replaced.get(&id)).cloned();
        let masked = model.parts.masked.get(&id).map(|held| format!("{} {}", held.by, held.traffic));
        let out = model.parts.outbound.get(&id);
        let out = out.map(|held| format!("{} {:?} {} {:?}", held.name, held.nat, held.traffic, held.doubt));
        let loose = model.parts.networks[endpoint.network].loose_of(Some(id)).join(" ");
        let tail =
            std::iter::once(own.to_owned()).chain([loose]).chain(ports).chain(secondary).chain(masked).chain(out);
        let tail = tail.collect::<Vec<_>>().join(" ");
        let families = endpoint.places.iter().map(|place| place.inside.family as usize);
        let mut members = self.lists.get(&id).cloned().unwrap_or_default();
        members.extend(families.map(|family| usize::MAX - family));
        members.push(usize::MAX / 2 + endpoint.subnet.map_or(0, |subnet| subnet + 1));
        Signature(
            mark,
            endpoint.network,
            endpoint.table,
            endpoint.inbound.clone(),
            endpoint.outbound.clone(),
            tail,
            endpoint.places.iter().map(|place| self.pieces(place)).collect(),
            members,
        )
    }

    fn pieces(&self, place: &Place) -> Pieces {
        let cuts = self.cuts;
        let public = place.public.map_or((0, 0), |public| {
            (1 + cuts.piece(public.family, public.low), 1 + cuts.piece(public.family, public.high))
        });
        let inside = place.inside;
        (cuts.piece(inside.family, inside.low), cuts.piece(inside.family, inside.high), public.0, public.1)
    }
}

/// Which lists of policies name each endpoint: equal lists are one.
fn memberships(model: &Model) -> BTreeMap<EndpointId, Vec<usize>> {
    let mut known: BTreeMap<(&[EndpointId], bool), usize> = BTreeMap::new();
    let mut out: BTreeMap<EndpointId, BTreeSet<usize>> = BTreeMap::new();
    for peers in all_peers(model) {
        for (list, maybe) in [(&peers.endpoints, false), (&peers.maybe, true)] {
            if list.is_empty() {
                continue;
            }
            let next = known.len();
            let mut fresh = false;
            let number = *known.entry((list, maybe)).or_insert_with(|| {
                fresh = true;
                next
            });
            if fresh {
                for endpoint in list {
                    out.entry(*endpoint).or_default().insert(number);
                }
            }
        }
    }
    out.into_iter().map(|(endpoint, lists)| (endpoint, lists.into_iter().collect())).collect()
}
