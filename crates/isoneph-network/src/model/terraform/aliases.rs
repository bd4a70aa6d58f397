//! What stands for another thing: a data source that is read only while the plan is carried out, who accepts what another
//! asks for, and an attribute by which a resource hands on what it was given itself (`aws_subnet.a.vpc_id`).

use super::references::{Choosing, Scope, made_words};
use super::steps::Step;
use super::{Document, Ids, Resource};
use crate::model::json::text;

/// Kinds whose own identifier is that of what they accept, with the field that names it.
const ACCEPTERS: [(&str, &str); 2] = [
    ("aws_vpc_peering_connection_accepter", "vpc_peering_connection_id"),
    ("aws_ec2_transit_gateway_vpc_attachment_accepter", "transit_gateway_attachment_id"),
];

/// Fields that are attributes too, with the same value.
const HANDED_ON: [&str; 5] =
    ["vpc_id", "subnet_id", "transit_gateway_id", "vpc_peering_connection_id", "transit_gateway_attachment_id"];

/// The field whose value a reference to a resource means, where that is not the resource itself.
pub(super) fn handed_on(local: &str, rest: &[Step<'_>]) -> Option<&'static str> {
    let attribute = rest.first().map(|step| step.name);
    let kind = local.split('.').next().unwrap_or_default();
    let accepted = ACCEPTERS.iter().find(|(known, _)| *known == kind).map(|(_, field)| *field);
    HANDED_ON
        .into_iter()
        .find(|field| Some(*field) == attribute)
        .or_else(|| accepted.filter(|_| attribute.is_none_or(|name| name == "id")))
}

impl Document {
    /// Whether a data source is read only while the plan is carried out: it may show what the plan itself makes. Other
    /// providers name things by what is known beforehand.
    pub(super) fn is_later(&self, module: &str, local: &str) -> bool {
        self.later.contains(&(module.to_owned(), local.to_owned()))
    }

    /// Takes out data sources that are read only later: they are no networks, subnets or groups of their own.
    pub(super) fn leave_out_later(&mut self) {
        // A service of the platform's own is known by its name.
        let is_later = |held: &Resource| {
            let by_identifier = held.kind.starts_with("aws_") && held.kind != "aws_vpc_endpoint_service";
            by_identifier && !held.is_managed() && text(&held.values, "id").is_none()
        };
        let (later, rest) = std::mem::take(&mut self.resources).into_iter().partition(is_later);
        self.resources = rest;
        let later: Vec<Resource> = later;
        self.later = later.into_iter().map(|held| (held.module, held.local)).collect();
    }

    /// What a data source that is read only later will show: what its own `id` says, or nobody knows what.
    pub(super) fn looked_up(
        &self,
        scope: &Scope,
        (local, index, rest): (&str, Option<&str>, &[Step<'_>]),
        choosing: Choosing,
        budget: &mut usize,
        out: &mut Ids,
    ) {
        let written = self.expressions.get(&(scope.module.clone(), local.to_owned())).and_then(|held| held.get("id"));
        let words = made_words(rest);
        let itself = rest.first().is_none_or(|step| matches!(step.name, "id" | "arn")) || words.is_some();
        let mut meant = Ids::default();
        if let Some(written) = written.filter(|_| itself) {
            let index = index.map_or_else(|| scope.index.clone(), ToOwned::to_owned);
            let own = Scope { index, owner: local.to_owned(), ..scope.clone() };
            self.follow(&own, written, choosing, budget, &mut meant);
        }
        if meant.found.is_empty() {
            (out.open, out.lost) = (true, true);
            return;
        }
        let named = |id: String| words.map_or_else(|| id.clone(), |words| format!("{words} {id}"));
        out.found.extend(meant.found.into_iter().map(named));
        out.own.extend(meant.own);
        out.parts.extend(meant.parts);
        (out.open, out.choice, out.lost) = (out.open || meant.open, out.choice || meant.choice, out.lost || meant.lost);
        out.older |= meant.older;
    }

    /// Of what something is made over (`each.value.vpc_id`), what that was given itself.
    pub(super) fn hand_on_each(
        &self,
        from: usize,
        rest: &[Step<'_>],
        choosing: Choosing,
        budget: &mut usize,
        out: &mut Ids,
    ) {
        let attribute = rest.first().map(|step| step.name);
        let Some(field) = HANDED_ON.into_iter().find(|field| Some(*field) == attribute) else { return };
        for id in out.found.split_off(from) {
            match self.resources.iter().find(|held| held.identity() == id && self.is_given(held, field)) {
                Some(held) => self.hand_on(held, field, choosing, budget, out),
                None => out.found.push(id),
            }
        }
    }

    /// What a resource was given in a field.
    pub(super) fn hand_on(
        &self,
        resource: &Resource,
        field: &str,
        choosing: Choosing,
        budget: &mut usize,
        out: &mut Ids,
    ) {
        if let Some(known) = text(&resource.values, field) {
            return out.found.push(known.to_owned());
        }
        let before = out.found.len();
        let wanted = choosing.of_field(field);
        for expression in &self.written(resource, &[field]).expressions {
            self.follow(&Scope::of(resource), expression, wanted, budget, out);
        }
        if out.found.len() == before {
            (out.open, out.lost) = (true, true);
        }
    }
}
