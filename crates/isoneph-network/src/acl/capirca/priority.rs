//! In which order the rules hold that a policy becomes on Google's firewalls, which ask for priorities, not for places.

use super::Target;
use super::syntax::Block;
use crate::policy::{Action, Certainty, Note, NoteKind, Rule};

/// What a rule has that was given none.
const DEFAULT: u32 = 1000;
/// What the generator gives a last term that denies everything.
const LAST: u32 = 65534;
/// The greatest there is.
const MOST: u32 = 65535;
/// What a term may say and still be taken for one that denies everything.
const BARE: &[&str] = &["action", "comment", "logging", "expiration"];

/// How a platform orders its rules.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ordered {
    /// As they are written, whatever else they say.
    Written,
    /// As they are written; what a priority does to that is not the same in every version of the generator.
    Counted,
    /// By priority, the lower first; of one priority what denies comes first.
    Ranked,
}

impl Ordered {
    fn of(target: &Target<'_>) -> Self {
        match target.platform {
            "gce" => Self::Ranked,
            "gce_vpc_tf" | "gcp_hf" => Self::Counted,
            _ => Self::Written,
        }
    }
}

/// The priority of a term: `None` where it is not known.
fn of_term(block: &Block, ordered: Ordered, is_last: bool) -> Option<u32> {
    if block.has("missing-include") {
        return None;
    }
    let said: Vec<&str> = block.all("priority").collect();
    match (ordered, said.as_slice()) {
        (Ordered::Counted, []) => Some(DEFAULT),
        (Ordered::Ranked, []) if is_last && denies_everything(block) => Some(LAST),
        (Ordered::Ranked, []) => Some(DEFAULT),
        (Ordered::Ranked, [one]) => one.parse().ok().filter(|priority| *priority <= MOST),
        _ => None,
    }
}

fn denies_everything(block: &Block) -> bool {
    block.all("action").any(|action| action == "deny")
        && block.fields.iter().all(|field| BARE.contains(&field.keyword.as_str()))
}

/// Rules of one filter, with the priorities of the terms they come from.
pub(super) struct Priorities {
    ordered: Ordered,
    /// By rule; nothing where it is not known.
    known: Vec<Option<u32>>,
}

impl Priorities {
    pub(super) fn of(target: &Target<'_>) -> Self {
        Self { ordered: Ordered::of(target), known: Vec::new() }
    }

    /// Takes the rules of one term. Those of an unknown priority may decide before all others, and may not.
    pub(super) fn take(&mut self, block: &Block, is_last: bool, rules: &mut [Rule], notes: &mut Vec<Note>) {
        if self.ordered == Ordered::Written {
            return;
        }
        let priority = of_term(block, self.ordered, is_last);
        self.known.extend(rules.iter().map(|_| priority));
        if priority.is_none() && !rules.is_empty() {
            rules.iter_mut().for_each(|rule| rule.certainty = Certainty::AtMost);
            let message = format!("which priority term {} gets is not known", block.name);
            notes.push(Note { line: block.line, kind: NoteKind::NotUnderstood, message });
        }
    }

    /// Puts the rules into the order in which they hold.
    pub(super) fn order(self, rules: &mut Vec<Rule>) {
        if self.ordered == Ordered::Written {
            return;
        }
        let denies_first = self.ordered == Ordered::Ranked;
        let mut ranked: Vec<(Option<u32>, Rule)> = self.known.into_iter().zip(std::mem::take(rules)).collect();
        // What is not known sorts before all that is.
        ranked.sort_by_key(|(priority, rule)| (*priority, denies_first && rule.action == Action::Permit));
        rules.extend(ranked.into_iter().map(|(_, rule)| rule));
    }
}
