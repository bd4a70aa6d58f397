//! Whether what is unknown of two states is the same.

use std::collections::BTreeSet;

use super::Changes;
use super::state::{Asked, State};
use crate::model::form::EndpointId;
use crate::model::policy::View;
use crate::model::traffic::Traffic;
use crate::model::{Model, Object};
use crate::reach::path::{End, Path, Rewrite, Stage, ports_of};

/// What packets meet between two parties, with what is not known of it: where both states have the same, whatever turns out
/// to be so of the one is so of the other.
pub(super) fn ways(state: &State<'_>, asked: &[Asked]) -> BTreeSet<Vec<String>> {
    let ways = asked.iter().flat_map(|(_, _, _, connection)| &connection.ways);
    ways.filter(|way| !way.arrives.may.is_empty()).map(|way| met(state.model, &way.path)).collect()
}

/// Whether it hangs on what is known after apply. A plan names what an expression refers to, and not what it makes of it:
/// what two plans say of one resource in the same words may yet be two values.
pub(super) fn hang_on_apply(model: &Model, ways: &BTreeSet<Vec<String>>) -> bool {
    let later = &model.unfollowed.later;
    let names_one = |met: &str| met.split([' ', ';', ':', ',', '\n']).any(|word| later.contains(word));
    !later.is_empty() && ways.iter().flatten().any(|met| met.contains("known after apply") || names_one(met))
}

fn met(model: &Model, path: &Path) -> Vec<String> {
    let name = |endpoint: EndpointId| model.parts.endpoints[endpoint].id.clone();
    let stage = |stage: &Stage| match stage {
        Stage::Filter { policy, local, remote, destination, .. } => {
            let view = View { local: *local, remote: *remote, ports: ports_of(model, *destination) };
            let policy = &model.parts.policies[*policy];
            match policy.readings(&view) {
                Some(readings) => readings.join("\n"),
                None => format!("takes {}", policy.evaluate(&view).may_permit),
            }
        }
        Stage::Hop { what, name } => format!("{what} {name}"),
        Stage::Limit { what, traffic } => format!("{what} takes {traffic}"),
        Stage::Doubt { object } => format!("perhaps {object}"),
        Stage::Rewrite(rewrite) => match rewrite {
            Rewrite::SourcePublic { .. } | Rewrite::DestinationPublic { .. } => "public address".to_owned(),
            Rewrite::SourceNat { nat, .. } => format!("translated by {}", model.parts.nats[*nat].id),
            Rewrite::Linked { entry, .. } => format!("linked by {}", name(*entry)),
            Rewrite::Anywhere { node } => format!("balanced anywhere by {}", name(*node)),
            Rewrite::Balanced { node, port, target_port, .. } => {
                format!("balanced by {} from {port} to {target_port}", name(*node))
            }
        },
    };
    let end = match &path.end {
        End::Endpoint { .. } | End::Outside { .. } => String::new(),
        End::Service { name } => format!("service {name}"),
        End::Vacant { range } => format!("whoever has {range}"),
        End::Blocked { reason, at } => format!("{reason} at {at}"),
    };
    path.stages.iter().map(stage).chain(std::iter::once(end)).collect()
}

/// Names what the form does not hold and the states do not have alike. `open` says whether something unknown decides
/// anywhere: what is understood but in part may be what does.
pub(super) fn compare(models: [&Model; 2], open: bool, out: &mut Changes) {
    let unseen = models.map(|model| &model.parts.unseen);
    let names: BTreeSet<&str> = unseen[0].symmetric_difference(unseen[1]).map(|(name, _)| name.as_str()).collect();
    let told = |name| format!("{name}: what it says of pods that are not shown is not the same in both states");
    out.undecided.extend(names.into_iter().map(told));
    let [first, second] = models.map(|model| &model.unfollowed);
    let objects = differing(&first.objects, &second.objects);
    for name in &objects {
        out.undecided.push(format!("{name}: not followed, and not the same in both states"));
    }
    let same_input = same_input(models);
    for (unfollowed, word) in [(first, "first"), (second, "second")].into_iter().filter(|_| !same_input) {
        out.undecided.extend(unfollowed.unread.iter().map(|what| format!("not read of the {word} state: {what}")));
    }
    if !open {
        return;
    }
    for name in differing(&first.in_part, &second.in_part).difference(&objects) {
        out.undecided
            .push(format!("{name}: not the same in both states, and something that decides is not understood"));
    }
    for (place, named) in &first.references {
        if second.references.get(place).is_some_and(|other| other != named) {
            let place = if place.is_empty() { "the configuration" } else { place };
            let what =
                "refers to something else in the second state, and something that decides is not known before apply";
            out.undecided.push(format!("{place}: {what}"));
        }
    }
}

/// Where whole files of one state could not be read, what passes in one state only does so of what could be read, and no more
/// is sure: what they hold may let the same pass, or close it.
pub(super) fn doubt_unread(models: [&Model; 2], out: &mut Changes) {
    let [first, second] = models.map(|model| &model.unfollowed.files);
    let states = [(first.difference(second).next(), "first"), (second.difference(first).next(), "second")];
    for (_, word) in states.into_iter().filter(|(what, _)| what.is_some()) {
        let why = format!("what could not be read of the {word} state");
        let changes = out.gained.iter_mut().chain(&mut out.lost).map(|held| (&mut held.surely, &mut held.because));
        let policies = out.policies.iter_mut().map(|held| (&mut held.surely, &mut held.because));
        for (surely, because) in changes.chain(policies) {
            *surely = Traffic::none();
            because.push(why.clone());
        }
    }
}

/// Names what stays open where neither state has anybody who sends or takes packets.
pub(super) fn without_endpoints(models: [&Model; 2], out: &mut Changes) {
    if same_input(models) {
        return;
    }
    let what = "neither state has a machine or pod: no packet was followed";
    out.undecided.push(format!("{what}, and beside rules that nobody has nothing is compared"));
    for name in differing(&models[0].unfollowed.in_part, &models[1].unfollowed.in_part) {
        out.undecided.push(format!("{name}: not the same in both states"));
    }
}

/// Whether two models were read from the same files.
pub(super) fn same_input(models: [&Model; 2]) -> bool {
    digests(models[0]) == digests(models[1])
}

fn digests(model: &Model) -> Vec<(Option<&str>, &str)> {
    // Of some answers the name of the file says what they are of.
    let name = |path: &'_ str| path.rsplit(['/', '\\']).next().map(str::len).unwrap_or_default();
    let mut out: Vec<_> = model
        .sources
        .iter()
        .map(|held| (held.path.get(held.path.len() - name(&held.path)..), held.sha256.as_str()))
        .collect();
    out.sort_unstable();
    out
}

fn differing<'a>(first: &'a BTreeSet<Object>, second: &'a BTreeSet<Object>) -> BTreeSet<&'a str> {
    first.symmetric_difference(second).map(|object| object.name.as_str()).collect()
}
