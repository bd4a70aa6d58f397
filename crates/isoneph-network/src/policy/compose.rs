//! From rules to the set they permit, inside a [`PacketSpace`].

use super::{Action, Policy, Reading, State};
use crate::idd::{Diagrams, Exhausted, Id, NONE, Operation};
use crate::packet::{AddressSet, Match, PacketSet, PacketSpace};

/// The packets a policy permits in one reading, as a set of the space: of the families that it governs.
pub fn compose_into(space: &mut PacketSpace, policy: &Policy, reading: Reading) -> Result<PacketSet, Exhausted> {
    compose_in(space, policy, reading, State::Usual)
}

/// The same of packets in a state.
pub fn compose_in(
    space: &mut PacketSpace,
    policy: &Policy,
    reading: Reading,
    state: State,
) -> Result<PacketSet, Exhausted> {
    let mut leaves = Vec::with_capacity(policy.rules.len() + 1);
    for index in policy.deciding_order() {
        let rule = &policy.rules[index as usize];
        if reading.counts_in(rule, state) {
            for one in &rule.matches {
                leaves.push(space.partial(one, rule.action == Action::Permit)?);
            }
        }
    }
    leaves.push(PacketSpace::total(policy.default == Action::Permit));
    let permitted = space.first_match(leaves)?;
    let Some(family) = policy.family else { return Ok(permitted) };
    let own = AddressSet::family(family);
    let governed = space.matching(&Match::any().with_source(own.clone()).with_destination(own))?;
    space.intersection(permitted, governed)
}

/// Composes first-match leaves by halves.
pub(crate) fn compose(diagrams: &mut Diagrams<u32>, leaves: Vec<Id>) -> Result<Id, Exhausted> {
    diagrams.fold_balanced(Operation::FirstMatch, leaves, NONE)
}
