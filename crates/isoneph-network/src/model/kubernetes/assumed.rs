//! Which addresses pods may have of which none is shown.

use crate::model::address::{AddressRange, Family, Meeting, RangeSet, private_blocks};
use crate::model::form::{Endpoint, EndpointKind, Parts};
use crate::model::policy::Peers;
use crate::model::{TAKEN_AS_NONE, Unsupported};

/// All of IPv6 that is routed, which clusters of providers give their pods, and the block between test networks (RFC 2544),
/// which providers propose for them.
const OF_PODS: [&str; 2] = ["198.18.0.0/15", "2000::/3"];
/// Addresses of examples (RFC 3849, RFC 9637): nobody has them.
const OF_NOBODY: [&str; 2] = ["2001:db8::/32", "3fff::/20"];

/// The blocks that pods have addresses of. Public ones of IPv4 are taken to be nobody's here, which [`taken_as_private`] tells.
pub(super) fn blocks() -> Vec<AddressRange> {
    let parsed = |texts: [&str; 2]| texts.into_iter().filter_map(AddressRange::parse).collect::<Vec<_>>();
    let nobodies = parsed(OF_NOBODY);
    let more = parsed(OF_PODS).into_iter().flat_map(|block| block.minus(&nobodies));
    private_blocks().into_iter().chain(more).collect()
}

/// That public addresses of IPv4, which a policy names, are taken to be no pod's, where the addresses of pods are not shown.
pub(crate) fn taken_as_private(parts: &Parts) -> Option<Unsupported> {
    let unshown = parts.endpoints.iter().find(|endpoint| is_unshown(endpoint))?;
    let blocks = blocks();
    let rules = parts.policies.iter().flat_map(|policy| &policy.tiers).flat_map(|tier| &tier.rules);
    rules.map(|rule| &rule.peers).find(|peers| decides(peers, &blocks))?;
    let effect = format!(
        "of pods whose addresses are not shown (`kubectl get pods -A -o json` shows them), public ones of IPv4, which \
         policies name: {TAKEN_AS_NONE}"
    );
    let origin = &unshown.origin;
    Some(Unsupported::new(origin.source, origin.locator.clone(), "Pod", &effect))
}

fn is_unshown(endpoint: &Endpoint) -> bool {
    let is_open = |range: AddressRange| range.family == Family::V4 && range.single().is_none();
    endpoint.kind == EndpointKind::Workload && endpoint.places.iter().any(|place| is_open(place.inside))
}

/// Whether it would be otherwise for a pod with a public address: some of these are named, and not all that pods may have is.
fn decides(peers: &Peers, blocks: &[AddressRange]) -> bool {
    let of_four = |range: &&AddressRange| range.family == Family::V4;
    let is_public = |range: &AddressRange| !range.minus(blocks).is_empty();
    let everything = || blocks.iter().filter(of_four).all(|block| peers.addresses.meeting(*block) == Meeting::Within);
    peers.unplaced.is_some() && peers.addresses.ranges().iter().filter(of_four).any(is_public) && !everything()
}

/// Of addresses that a policy names, those that such a pod may have: all of a family where all that pods have is named.
pub(super) fn among(named: &RangeSet) -> RangeSet {
    let blocks = blocks();
    let inside = named.ranges().iter().flat_map(|range| blocks.iter().filter_map(|block| block.and(*range)));
    let whole = [Family::V4, Family::V6].into_iter().filter(|family| {
        let mut own = blocks.iter().filter(|block| block.family == *family);
        own.all(|block| named.meeting(*block) == Meeting::Within)
    });
    RangeSet::new(inside.chain(whole.map(AddressRange::whole)).collect())
}
