//! What a list's expression names and the list cannot hold: an attribute of another resource (`aws_vpc.a.cidr_block`) stands
//! there to choose by.

use serde_json::Value;

use super::Document;
use super::conditions::is_identifier;
use super::references::{Choosing, Scope};
use super::steps::{Step, steps};
use crate::model::address::AddressRange;

/// Attributes by which a resource is named, whatever its kind.
const OWN: [&str; 4] = ["id", "ids", "arn", "arns"];
/// First names of references that lead to no resource.
const NO_RESOURCES: [&str; 8] = ["var", "local", "module", "each", "count", "path", "terraform", "self"];

/// What an attribute may be to a list.
#[derive(PartialEq, Eq)]
enum Part {
    Element,
    Either,
    Aside,
}

impl Document {
    /// Takes away references to what a list cannot hold; says whether the list may be chosen by any, or by what may also be
    /// a part of it.
    pub(super) fn leave_asides(&self, scope: &Scope, references: &mut Vec<&str>, choosing: Choosing) -> bool {
        let Some(words) = choosing.field.and_then(super::locals::words_of) else { return false };
        let (mut chosen, mut left): (bool, Option<&str>) = (false, None);
        references.retain(|reference| {
            // After `a.b.c` a plan lists `a.b`, which names no more.
            let is_part = |whole: &str| whole.strip_prefix(reference).is_some_and(|rest| rest.starts_with(['.', '[']));
            if left.is_some_and(is_part) {
                return false;
            }
            let part = self.part(scope, &steps(reference), (words, choosing));
            chosen |= part != Part::Element;
            left = (part == Part::Aside).then_some(reference);
            left.is_none()
        });
        chosen
    }

    fn part(&self, scope: &Scope, steps: &[Step<'_>], (words, choosing): (&str, Choosing)) -> Part {
        let data = usize::from(steps.first().is_some_and(|step| step.name == "data"));
        let Some([attribute, ..]) = steps.get(2 + data..) else { return Part::Element };
        let last = steps.last().map_or("", |step| step.name);
        let takes = OWN.contains(&last) || last.contains(words) || (last == "name" && !choosing.identifiers);
        if NO_RESOURCES.contains(&steps[0].name) || takes {
            return Part::Element;
        }
        let local: Vec<&str> = steps[..2 + data].iter().map(|step| step.name).collect();
        let all = self.instances.get(&(scope.module.clone(), local.join("."))).map_or(&[][..], Vec::as_slice);
        let here = all.iter().map(|at| &self.resources[*at]);
        let values: Vec<Option<&Value>> = here
            .filter(|held| scope.place.as_ref().is_none_or(|place| *place == held.place))
            .map(|held| held.values.get(attribute.name).filter(|_| !self.is_unknown(held, &[attribute.name])))
            .collect();
        // What is known cannot be what is known only after apply.
        if values.iter().flatten().any(|value| identifies(value)) {
            Part::Element
        } else if values.is_empty() || values.contains(&None) {
            Part::Either
        } else {
            Part::Aside
        }
    }
}

/// Whether a value holds what may be the identifier of something.
fn identifies(value: &Value) -> bool {
    match value {
        Value::String(text) => is_identifier(text) && AddressRange::parse(text).is_none(),
        Value::Array(held) => held.iter().any(identifies),
        Value::Object(held) => held.values().any(identifies),
        _ => false,
    }
}
