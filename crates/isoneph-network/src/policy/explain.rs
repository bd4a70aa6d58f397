//! Which rules are responsible for a difference: the region is cut by the pair of rules that decide in it.

use super::diff::{Side, Undecided};
use super::seek::{Found, Seek};
use super::{Deciding, Policy};
use crate::idd::Exhausted;
use crate::packet::{Match, Packet, PacketSet, PacketSpace, describe_match};

/// How much of a difference is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// At most this many findings a side.
    pub findings: usize,
    /// At most this many boxes a finding.
    pub boxes: u64,
}

impl Default for Explanation {
    /// 100 findings a side, 16 boxes a finding.
    fn default() -> Self {
        Self { findings: 100, boxes: 16 }
    }
}

/// One part of a difference: where the same pair of rules decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether the policies surely differ here; otherwise it depends on a rule that is not fully known.
    pub certain: bool,
    /// A packet of this part, confirmed by the naive evaluator.
    pub witness: Packet,
    /// What decides in the policy that permits (or may permit).
    pub permitted_by: Deciding,
    /// What decides in the policy that denies (or may deny).
    pub denied_by: Deciding,
    /// All packets of this part, as a set of the difference's space.
    pub packets: PacketSet,
    /// Boxes that make up this part: the first of them, when `more_boxes`.
    pub boxes: Vec<Match>,
    /// Whether there are more boxes than listed.
    pub more_boxes: bool,
    /// The part in one line.
    pub text: String,
    /// What must hold beside the packet's fields, for example an interface; nothing where it is so of every packet here.
    pub conditions: Vec<String>,
}

/// Cuts one side's region by deciding rules: at most `limits.findings`, shortest first. Says whether all was cut.
pub(super) fn explain(
    space: &mut PacketSpace,
    permitting: &Policy,
    denying: &Policy,
    side: &Side,
    limits: Explanation,
) -> Result<(Vec<Finding>, bool), Undecided> {
    let mut findings = Vec::new();
    let seek = Seek::new(permitting, denying);
    // Where one search for what is doubtful takes too long, others would as well.
    let mut exhausted = false;
    let doubtful = space.difference(side.possible, side.certain)?;
    for (region, certain) in [(side.certain, true), (doubtful, false)] {
        let mut rest = region;
        while let Some(witness) = space.witness(rest) {
            if findings.len() >= limits.findings {
                sort(&mut findings);
                return Ok((findings, false));
            }
            let found = if certain {
                seek.find(&witness, true)?
            } else {
                let found = if exhausted { Ok(None) } else { seek.find(&witness, false) };
                exhausted |= found.is_err();
                found.unwrap_or(None).or_else(|| seek.perhaps(&witness))
            };
            let Some(found) = found else {
                // The evaluator does not confirm the diagrams: nothing may be shown of this side.
                return Err(Undecided::Unconfirmed(witness.to_string()));
            };
            let part = decided_by(space, permitting, found.permitted_by, &witness, rest)?;
            let part = decided_by(space, denying, found.denied_by, &witness, part)?;
            rest = space.difference(rest, part)?;
            findings.push(finding(space, part, certain, witness, found, limits)?);
        }
    }
    sort(&mut findings);
    Ok((findings, true))
}

fn finding(
    space: &mut PacketSpace,
    packets: PacketSet,
    certain: bool,
    mut witness: Packet,
    found: Found,
    limits: Explanation,
) -> Result<Finding, Exhausted> {
    let (mut boxes, more_boxes) = space.first_boxes(packets, limits.boxes);
    // What is written out is what the example is of.
    match boxes.iter().position(|one| one.contains(&witness)) {
        Some(place) => boxes[..=place].rotate_right(1),
        None => {
            let shown = boxes.first().map_or(Ok(PacketSet::EMPTY), |one| space.matching(one))?;
            witness = space.witness(shown).unwrap_or(witness);
        }
    }
    let mut text = boxes.first().map(describe_match).unwrap_or_default();
    match (boxes.len(), more_boxes) {
        (_, true) => text.push_str(&format!("; and more than {} others", boxes.len() - 1)),
        (count, false) if count > 1 => text.push_str(&format!("; and {} more", count - 1)),
        _ => {}
    }
    let Found { permitted_by, denied_by, conditions } = found;
    Ok(Finding { certain, witness, permitted_by, denied_by, packets, boxes, more_boxes, text, conditions })
}

/// Certain before doubtful, few boxes before many, short before long.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |one: &Finding| (!one.certain, one.more_boxes, one.boxes.len(), one.text.len());
        key(a).cmp(&key(b)).then_with(|| (a.permitted_by, a.denied_by).cmp(&(b.permitted_by, b.denied_by)))
    });
}

/// The part of `region` in which the same rule decides as for the witness, which lies in it: what the rule matches and
/// no rule tried before it does.
fn decided_by(
    space: &mut PacketSpace,
    policy: &Policy,
    deciding: Deciding,
    witness: &Packet,
    region: PacketSet,
) -> Result<PacketSet, Exhausted> {
    let order = policy.deciding_order();
    let (own, before): (Option<&[Match]>, &[u32]) = match deciding {
        Deciding::Default => (None, &order),
        Deciding::Rule(index) => {
            let place = order.iter().position(|one| *one as usize == index).unwrap_or(order.len());
            (Some(&policy.rules[index].matches), &order[..place])
        }
    };
    let mut part = region;
    if let Some(own) = own {
        let own = space.matching_any(own)?;
        part = space.intersection(part, own)?;
    }
    let Some(hull) = space.hull(part) else { return Ok(part) };
    // A rule the witness matches and that yet does not decide is uncertain and changes nothing here.
    let mut earlier = Vec::new();
    for index in before {
        let rule = &policy.rules[*index as usize];
        if rule.matches.iter().any(|one| one.overlaps(&hull)) && !rule.matches(witness) {
            for one in &rule.matches {
                earlier.push(space.matching(&one.intersection(&hull))?);
            }
        }
    }
    let earlier = space.union_all(earlier)?;
    space.difference(part, earlier)
}
