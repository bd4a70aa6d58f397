//! From rules to the set they permit, inside a [`PacketSpace`].

use super::{Action, Policy, Reading};
use crate::idd::{Diagrams, Exhausted, Id, NONE, Operation};
use crate::packet::{PacketSet, PacketSpace};

/// The packets a policy permits in one reading, as a set of the space.
pub fn compose_into(space: &mut PacketSpace, policy: &Policy, reading: Reading) -> Result<PacketSet, Exhausted> {
    let mut leaves = Vec::with_capacity(policy.rules.len() + 1);
    for index in policy.deciding_order() {
        let rule = &policy.rules[index as usize];
        if reading.counts(rule.action, rule.certainty) {
            for one in &rule.matches {
                leaves.push(space.partial(one, rule.action == Action::Permit)?);
            }
        }
    }
    leaves.push(PacketSpace::total(policy.default == Action::Permit));
    space.first_match(leaves)
}

/// Composes first-match leaves by halves.
pub(crate) fn compose(diagrams: &mut Diagrams<u32>, leaves: Vec<Id>) -> Result<Id, Exhausted> {
    diagrams.fold_balanced(Operation::FirstMatch, leaves, NONE)
}
