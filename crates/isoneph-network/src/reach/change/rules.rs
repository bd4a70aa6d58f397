//! Policies that nobody has: no pair of endpoints shows what they say, and who gets them is yet to come.
//!
//! Two of one identifier are compared as sets, for every address at the far end and for every endpoint that they name.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Changes;
use super::state::State;
use crate::model::Model;
use crate::model::address::{AddressRange, Family, RangeSet};
use crate::model::form::EndpointId;
use crate::model::policy::{Peers, Policy, Rule, Side, View};
use crate::model::traffic::Traffic;
use crate::reach::classes::Cuts;
use crate::reach::path::Passage;

/// Most questions that are asked of one policy.
const MOST: usize = 5_000_000;

const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

/// What a policy permits in one state and not in the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyChange {
    /// The policy.
    pub policy: String,
    /// Which of its halves: what comes in, or what goes out.
    pub part: String,
    /// Whether the second state permits it, and not the first.
    pub gained: bool,
    /// The far end.
    pub far: String,
    /// The near end; empty where it is anybody who has the policy.
    pub near: String,
    /// What is surely permitted only there.
    pub surely: Traffic,
    /// What may be permitted only there: holds `surely`.
    pub perhaps: Traffic,
    /// The rule that permits, for a packet of it.
    pub permitted_by: String,
    /// The rule of the other state that denies.
    pub denied_by: String,
    /// What is unknown, where something is.
    pub because: Vec<String>,
}

/// Compares the policies of one identifier that nobody has in either state.
pub(super) fn compare(states: &[State<'_>; 2], out: &mut Changes) {
    let [first, second] = states.each_ref().map(|state| unheld(state.model));
    let endpoints = states.each_ref().map(State::endpoints);
    out.unpaired.extend(alone(states, [&first, &second]));
    for (id, ones) in &first {
        let Some(others) = second.get(id) else { continue };
        if ones.len() != others.len() {
            out.undecided.push(format!("{id}: nobody has it, and it is not of as many parts in both states"));
            continue;
        }
        for (one, other) in ones.iter().zip(others) {
            Comparison { states, endpoints: &endpoints, policies: [one, other] }.compare(out);
        }
    }
}

/// Policies that nobody has and that one state alone knows, by name.
fn alone(states: &[State<'_>; 2], held: [&BTreeMap<&str, Vec<&Policy>>; 2]) -> Vec<String> {
    let known = states.each_ref().map(|state| {
        let all = state.model.parts.policies.iter().chain(&state.model.parts.spare);
        all.flat_map(|policy| policy.id.split('+')).collect::<BTreeSet<_>>()
    });
    let of = |here: usize, there: usize| {
        let lone = held[here].iter().filter(|(id, _)| !known[there].contains(*id));
        let names = lone.filter_map(|(_, held)| held.first()).map(|policy| policy.name.clone());
        names.map(|name| format!("{name}, which nobody has")).collect::<Vec<_>>()
    };
    [of(0, 1), of(1, 0)].concat()
}

/// Policies that no endpoint has, by identifier.
fn unheld(model: &Model) -> BTreeMap<&str, Vec<&Policy>> {
    let parts = &model.parts;
    let inhabited: BTreeSet<usize> = parts.endpoints.iter().filter_map(|endpoint| endpoint.subnet).collect();
    let borders = inhabited.iter().filter_map(|subnet| parts.subnets[*subnet].border);
    let held = parts.endpoints.iter().flat_map(|endpoint| endpoint.inbound.iter().chain(&endpoint.outbound).copied());
    let firewalls = parts.firewalls.iter().map(|firewall| firewall.policy);
    let held: BTreeSet<usize> = held.chain(borders.flat_map(|(into, out)| [into, out])).chain(firewalls).collect();
    // Groups that one endpoint has together are one policy beside those it is made of.
    let ids: BTreeSet<&str> = held.iter().flat_map(|policy| parts.policies[*policy].id.split('+')).collect();
    let mut out: BTreeMap<&str, Vec<&Policy>> = BTreeMap::new();
    for (index, policy) in parts.policies.iter().enumerate() {
        if !held.contains(&index) && !ids.contains(policy.id.as_str()) {
            out.entry(policy.id.as_str()).or_default().push(policy);
        }
    }
    for policy in &parts.spare {
        out.entry(policy.id.as_str()).or_default().push(policy);
    }
    out
}

/// An end of a packet, in both states.
#[derive(Clone, Copy)]
struct Ends {
    range: AddressRange,
    endpoints: [Option<EndpointId>; 2],
}

impl Ends {
    fn side(&self, state: usize) -> Side {
        Side { range: self.range, endpoint: self.endpoints[state] }
    }
}

/// Ends that fare alike, with a pair of them.
struct Found {
    far: Vec<AddressRange>,
    near: Ends,
    example: Ends,
}

/// By identifier: the endpoint, its name, its class.
type Endpoints<'c> = BTreeMap<&'c str, (EndpointId, &'c str, usize)>;

struct Comparison<'c> {
    states: &'c [State<'c>; 2],
    endpoints: &'c [Endpoints<'c>; 2],
    policies: [&'c Policy; 2],
}

impl Comparison<'_> {
    fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.policies.iter().flat_map(|policy| &policy.tiers).flat_map(|tier| &tier.rules)
    }

    fn name(&self) -> &str {
        &self.policies[0].name
    }

    fn compare(&self, out: &mut Changes) {
        let named = |peers: &Peers| !peers.endpoints.is_empty() || !peers.maybe.is_empty();
        let names_endpoints = self.rules().any(|rule| named(&rule.peers) || rule.local.as_ref().is_some_and(named));
        if !names_endpoints && self.policies[0].tiers == self.policies[1].tiers {
            return;
        }
        let far = self.far_ends();
        let near = pieces(self.rules().filter_map(|rule| rule.local.as_ref()));
        if far.len().saturating_mul(near.len()).saturating_mul(self.rules().count()) > MOST {
            let name = self.name();
            out.undecided.push(format!("{name}: nobody has it, and it is not compared: it names too many addresses"));
            return;
        }
        let mut found: BTreeMap<(bool, AddressRange, String), Found> = BTreeMap::new();
        let mut differently = false;
        for near in &near {
            for far in far.iter().filter(|far| far.range.family == near.range.family) {
                let views = [0, 1].map(|state| View { local: near.side(state), remote: far.side(state), ports: &[] });
                let passes = [0, 1].map(|state| {
                    let verdict = self.policies[state].evaluate(&views[state]);
                    Passage { must: verdict.must_permit(), may: verdict.may_permit }
                });
                let readings = [0, 1].map(|state| self.policies[state].readings(&views[state]));
                differently |= passes[0] == passes[1] && readings[0] != readings[1];
                for (gained, here, there) in [(true, &passes[1], &passes[0]), (false, &passes[0], &passes[1])] {
                    let (surely, perhaps) = (here.must.minus(&there.may), here.may.minus(&there.must));
                    if perhaps.is_empty() || (surely.is_empty() && here == there) {
                        continue;
                    }
                    let key = (gained, near.range, format!("{surely}, {perhaps}, {:?}", far.endpoints));
                    let new = || Found { far: Vec::new(), near: *near, example: *far };
                    found.entry(key).or_insert_with(new).far.push(far.range);
                }
            }
        }
        if differently {
            let name = self.name();
            out.undecided.push(format!(
                "{name}: nobody has it, and what is not understood of it is not the same in both states"
            ));
        }
        let whole = near.len() <= FAMILIES.len();
        out.policies.extend(found.into_iter().map(|((gained, _, _), found)| self.change(gained, &found, whole)));
    }

    /// Every address, in pieces that no rule tells apart, and every endpoint of both states that a rule names.
    fn far_ends(&self) -> Vec<Ends> {
        let mut out = pieces(self.rules().map(|rule| &rule.peers));
        let ids = |state: usize| {
            let peers = self.policies[state].tiers.iter().flat_map(|tier| &tier.rules).map(|rule| &rule.peers);
            let named = peers.flat_map(|peers| peers.endpoints.iter().chain(&peers.maybe));
            named.map(move |id| self.states[state].model.parts.endpoints[*id].id.as_str())
        };
        for id in ids(0).chain(ids(1)).collect::<BTreeSet<_>>() {
            let endpoints = [0, 1].map(|state| self.endpoints[state].get(id).map(|(endpoint, _, _)| *endpoint));
            let [Some(one), Some(_)] = endpoints else { continue };
            let places = &self.states[0].model.parts.endpoints[one].places;
            out.extend(places.iter().map(|place| Ends { range: place.inside, endpoints }));
        }
        out
    }

    fn change(&self, gained: bool, found: &Found, whole: bool) -> PolicyChange {
        let (here, there) = if gained { (1, 0) } else { (0, 1) };
        let view = |state: usize| View { local: found.near.side(state), remote: found.example.side(state), ports: &[] };
        let verdicts = [here, there].map(|state| self.policies[state].evaluate(&view(state)));
        let surely = verdicts[0].must_permit().minus(&verdicts[1].may_permit);
        let perhaps = verdicts[0].may_permit.minus(&verdicts[1].must_permit());
        let parcel = surely.witness().or_else(|| perhaps.witness());
        let decided = [here, there].map(|state| parcel.map(|parcel| self.policies[state].decide(&view(state), parcel)));
        let rules = decided.each_ref().map(|held| held.as_ref().map_or_else(String::new, |held| held.rule.clone()));
        let because: BTreeSet<String> = decided.into_iter().flatten().flat_map(|held| held.because).collect();
        let [permitted_by, denied_by] = rules;
        let policy = self.policies[here];
        PolicyChange {
            policy: policy.name.clone(),
            part: policy.tiers.last().map(|tier| tier.name.clone()).unwrap_or_default(),
            gained,
            far: self.far(found),
            near: if whole { String::new() } else { found.near.range.to_string() },
            surely,
            perhaps,
            permitted_by,
            denied_by,
            because: because.into_iter().collect(),
        }
    }

    fn far(&self, found: &Found) -> String {
        if let Some(endpoint) = found.example.endpoints[0] {
            return self.states[0].model.parts.endpoints[endpoint].name.clone();
        }
        let set = RangeSet::new(found.far.clone());
        match set.ranges() {
            [] => String::new(),
            [one] => one.to_string(),
            [first, rest @ ..] => format!("{first} and {} more ranges", rest.len()),
        }
    }
}

/// Every address of either family, in pieces that none of these tells apart.
fn pieces<'p>(peers: impl Iterator<Item = &'p Peers>) -> Vec<Ends> {
    let cuts = Cuts::between(peers.flat_map(|peers| std::iter::once(&peers.addresses).chain(&peers.unplaced)));
    let ranges = FAMILIES.into_iter().flat_map(|family| cuts.pieces(AddressRange::whole(family)));
    ranges.map(|range| Ends { range, endpoints: [None, None] }).collect()
}
