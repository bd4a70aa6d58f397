//! Members to come: a snapshot shows today's machines, and groups that scale place others in the same subnets.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Model;
use crate::model::form::{Endpoint, EndpointId, EndpointKind, Place, Platform};
use crate::reach::classes::Cuts;

/// The most pieces of one subnet that stand for addresses to come.
const MAX_PIECES: usize = 64;

/// Subnet, policies in and out, owner: machines alike in these have members to come alike.
type Alike<'m> = (usize, &'m [usize], &'m [usize], &'m str);

/// The model with, for every subnet and set of policies that machines have there today, one endpoint more for each stretch of
/// the subnet's addresses that rules tell apart and no such machine has. `None` where today's machines cover everything.
pub(super) fn with_future_members(model: &Model) -> Option<Model> {
    let cuts = Cuts::of(model);
    let mut parts = model.parts.clone();
    let mut alike: BTreeMap<Alike<'_>, Vec<EndpointId>> = BTreeMap::new();
    for (id, endpoint) in model.parts.endpoints.iter().enumerate() {
        let clustered = model.parts.networks[endpoint.network].platform == Platform::Kubernetes;
        if let (EndpointKind::Interface, Some(subnet), false) = (&endpoint.kind, endpoint.subnet, clustered) {
            let key = (subnet, endpoint.inbound.as_slice(), endpoint.outbound.as_slice(), endpoint.owner.as_str());
            alike.entry(key).or_default().push(id);
        }
    }
    let mut added: BTreeMap<EndpointId, Vec<EndpointId>> = BTreeMap::new();
    for ((subnet, _, _, _), members) in alike {
        let subnet = &model.parts.subnets[subnet];
        let first = members[0];
        for range in subnet.ranges.ranges() {
            let pieces = cuts.pieces(*range);
            if pieces.len() > MAX_PIECES {
                continue;
            }
            let has = |piece: &crate::model::address::AddressRange| {
                let mut places = members.iter().flat_map(|id| &model.parts.endpoints[*id].places);
                places.any(|place| place.inside.meets(*piece))
            };
            for piece in pieces.iter().filter(|piece| !has(piece)) {
                let pattern = &model.parts.endpoints[first];
                added.entry(first).or_default().push(parts.endpoints.len());
                parts.endpoints.push(Endpoint {
                    id: format!("{} to come at {piece}", pattern.id),
                    name: format!("one more like {} at {piece}", pattern.name),
                    aliases: Vec::new(),
                    kind: EndpointKind::Template,
                    places: vec![Place { inside: *piece, public: None }],
                    ..pattern.clone()
                });
            }
        }
    }
    if added.is_empty() {
        return None;
    }
    // Whoever is in a list takes those to come with them.
    for rule in parts.policies.iter_mut().flat_map(|policy| &mut policy.tiers).flat_map(|tier| &mut tier.rules) {
        for peers in std::iter::once(&mut rule.peers).chain(&mut rule.local) {
            let more: BTreeSet<EndpointId> =
                peers.endpoints.iter().filter_map(|id| added.get(id)).flatten().copied().collect();
            peers.endpoints.extend(more);
            let more: BTreeSet<EndpointId> =
                peers.maybe.iter().filter_map(|id| added.get(id)).flatten().copied().collect();
            peers.maybe.extend(more);
        }
    }
    Some(Model::new(parts, model.sources.clone(), model.unsupported.clone()))
}
