//! Where a duty goes that is handed down, tier by tier, until somebody holds it with evidence, or it breaks.

use std::collections::BTreeSet;

use isoneph_model::{ControlId, Role};
use isoneph_register::ObjectKey;
use isoneph_register::kinds::{
    Assurance, AssuranceStatus, CloudService, EvidenceRef, Holder, Implementation, Kind, Lifecycle, Responsibility,
    Statement,
};
use jiff::civil::Date;
use serde::Serialize;

use super::matrix::{MatrixRow, row};
use super::view::{Side, View, Views};
use crate::declared::Declared;

/// More tiers than any real service stands on.
const MOST_TIERS: usize = 32;

isoneph_model::vocabulary! {
    /// How a chain ends.
    pub enum ChainEnd {
        /// Somebody holds it, with evidence that speaks of today.
        Held = "held",
        /// Somebody holds it, and shows nothing for it.
        HeldWithoutEvidence = "held-without-evidence",
        /// Somebody holds it, and what shows it has ended.
        EvidenceEnded = "evidence-ended",
        /// The customer of the first service holds it: nothing was handed down.
        CustomerHolds = "customer-holds",
        /// A service below leaves it to its customer, who had handed it down.
        HandedBack = "handed-back",
        /// A service below says nothing of it.
        NotStated = "not-stated",
        /// Views of it differ at some tier.
        Disputed = "disputed",
        /// Nobody holds it at some tier.
        Nobody = "nobody",
        /// At some tier it does not arise.
        NotApplicable = "not-applicable",
        /// A service that it is handed to is not in the register.
        UnknownService = "unknown-service",
        /// A service that it is handed to is no longer used, or not yet.
        ServiceNotInUse = "service-not-in-use",
        /// It comes back to a service that it has passed.
        Loop = "loop",
        /// More tiers than are followed.
        TooDeep = "too-deep",
    }
}

impl ChainEnd {
    /// Whether the chain leads to somebody who holds it and shows it.
    pub fn holds(self) -> bool {
        matches!(self, ChainEnd::Held | ChainEnd::NotApplicable | ChainEnd::CustomerHolds)
    }
}

/// Something that shows that a holder does what it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Held {
    /// The object that shows it: the row itself, a statement of the holder, an assurance.
    pub by: ObjectKey,
    /// What it is called.
    pub title: String,
    /// The last day that it speaks of, if it names one.
    pub until: Option<Date>,
}

/// One tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainStep {
    /// The service.
    pub service: String,
    /// Its provider.
    pub provider: Option<String>,
    /// Who carries it here.
    pub holder: Option<Holder>,
    /// What the provider does here.
    pub provider_duty: Option<String>,
    /// What this tier leaves to the tier above, where it is shared or the customer's.
    pub left_above: Option<String>,
    /// The service below to which it is handed.
    pub handed_to: Option<String>,
    /// The objects that say so.
    pub sources: Vec<ObjectKey>,
}

/// The way of one duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// The service that it begins with.
    pub service: String,
    /// The area.
    pub area: String,
    /// The tiers, from the top.
    pub steps: Vec<ChainStep>,
    /// How it ends.
    pub end: ChainEnd,
    /// The service at which it ends.
    pub at: String,
    /// The party that holds it, if any.
    pub held_by: Option<String>,
    /// What shows that.
    pub evidence: Vec<Held>,
}

/// The way of one area of one service.
pub fn chain(declared: &Declared<'_>, service: &str, area: &str, as_of: Date) -> Chain {
    follow(declared, &Views::new(declared), service, area, as_of)
}

/// Whether anybody hands a duty down to a service below: without that there is no chain to follow.
pub fn hands_down(declared: &Declared<'_>) -> bool {
    declared.claimed::<Responsibility>().any(|entry| entry.spec.handed_to.is_some())
}

/// The ways of all duties that some service hands down, by service and area.
pub fn chains(declared: &Declared<'_>, as_of: Date) -> Vec<Chain> {
    if !hands_down(declared) {
        return Vec::new();
    }
    let views = Views::new(declared);
    let mut chains = Vec::new();
    for service in declared.services_in_use() {
        for (area, said) in views.of(service.name) {
            if said.iter().any(|view| !view.proposed && view.handed_to.is_some()) {
                chains.push(follow(declared, &views, service.name, area, as_of));
            }
        }
    }
    chains
}

fn follow(declared: &Declared<'_>, views: &Views, service: &str, area: &str, as_of: Date) -> Chain {
    let mut chain = Chain {
        service: service.to_owned(),
        area: area.to_owned(),
        steps: Vec::new(),
        end: ChainEnd::TooDeep,
        at: service.to_owned(),
        held_by: None,
        evidence: Vec::new(),
    };
    let mut passed = BTreeSet::new();
    // Who stands above: the provider that handed it down. What binds only another customer says nothing here.
    let mut above: Option<String> = None;
    let mut at = service.to_owned();
    for _ in 0..MOST_TIERS {
        chain.at.clone_from(&at);
        if !passed.insert(at.clone()) {
            chain.end = ChainEnd::Loop;
            return chain;
        }
        let Some(entry) = declared.get::<CloudService>(&at) else {
            chain.end = ChainEnd::UnknownService;
            return chain;
        };
        if !matches!(entry.spec.status, None | Some(Lifecycle::Active)) {
            chain.end = ChainEnd::ServiceNotInUse;
            return chain;
        }
        let said = views.of_area(&at, area).iter().filter(|view| concerns(view, above.as_deref()));
        let row = row(area, above.as_deref(), said.cloned().collect());
        let provider = entry.spec.provider.as_str();
        chain.steps.push(step(&at, provider, &row));
        let end = match row.holder {
            _ if row.views.iter().all(|view| view.proposed) => Some(ChainEnd::NotStated),
            None => Some(ChainEnd::Disputed),
            Some(Holder::Nobody) => Some(ChainEnd::Nobody),
            Some(Holder::NotApplicable) => Some(ChainEnd::NotApplicable),
            Some(Holder::Customer) if above.is_some() => Some(ChainEnd::HandedBack),
            Some(Holder::Customer) => Some(ChainEnd::CustomerHolds),
            Some(Holder::Provider | Holder::Shared | Holder::ThirdParty) => None,
        };
        if let Some(end) = end {
            chain.end = end;
            return chain;
        }
        match &row.handed_to {
            Some(below) => {
                above = Some(provider.to_owned());
                at.clone_from(below);
            }
            None => {
                conclude(&mut chain, declared, &at, provider, &row, as_of);
                return chain;
            }
        }
    }
    chain
}

fn concerns(view: &View, above: Option<&str>) -> bool {
    view.customer.is_none() || above.is_some_and(|above| view.customer.as_deref() == Some(above))
}

fn step(service: &str, provider: &str, row: &MatrixRow) -> ChainStep {
    let leaves = matches!(row.holder, Some(Holder::Shared | Holder::Customer));
    ChainStep {
        service: service.to_owned(),
        provider: Some(provider.to_owned()),
        holder: row.holder,
        provider_duty: row.provider_duty.clone(),
        left_above: row.customer_duty.clone().filter(|_| leaves),
        handed_to: row.handed_to.clone(),
        sources: row.views.iter().filter(|view| !view.proposed).map(|view| view.source.clone()).collect(),
    }
}

/// The last tier holds it: with what to show for it?
fn conclude(chain: &mut Chain, declared: &Declared<'_>, service: &str, provider: &str, row: &MatrixRow, as_of: Date) {
    let third = row.third_party.as_deref().filter(|_| row.holder == Some(Holder::ThirdParty));
    let holder = if row.holder == Some(Holder::ThirdParty) { third } else { Some(provider) };
    chain.held_by = holder.map(str::to_owned);
    let mut evidence = own_evidence(row);
    if let Some(holder) = holder {
        evidence.extend(statements(declared, service, holder, &row.controls));
        evidence.extend(assurances(declared, service, holder, &row.controls, as_of));
    }
    evidence.sort();
    evidence.dedup();
    let current = evidence.iter().any(|held| held.until.is_none_or(|until| until >= as_of));
    chain.end = match evidence.is_empty() {
        true => ChainEnd::HeldWithoutEvidence,
        false if current => ChainEnd::Held,
        false => ChainEnd::EvidenceEnded,
    };
    chain.evidence = evidence;
}

/// What the row itself names. A customer's word about its provider is no evidence of the provider's doing, unless it
/// quotes what binds.
fn own_evidence(row: &MatrixRow) -> Vec<Held> {
    let views = row.views.iter().filter(|view| !view.proposed && (view.side != Side::Customer || view.binds()));
    views.flat_map(|view| view.evidence.iter().map(|evidence| held(&view.source, evidence))).collect()
}

fn held(by: &ObjectKey, evidence: &EvidenceRef) -> Held {
    Held { by: by.clone(), title: evidence.title.clone(), until: evidence.until }
}

fn statements(declared: &Declared<'_>, service: &str, holder: &str, controls: &[ControlId]) -> Vec<Held> {
    let keeper = declared.keeper();
    let speaks = |statement: &Statement| {
        let done = matches!(statement.status, Some(Implementation::Implemented | Implementation::Alternative));
        statement.applicable
            && done
            && controls.contains(&statement.control)
            && statement.role.is_none_or(|role| role == Role::Provider)
            && statement.service.as_deref().is_none_or(|named| named == service)
            && statement.party.as_deref().or(keeper) == Some(holder)
    };
    let spoken = declared.claimed::<Statement>().filter(|entry| speaks(entry.spec));
    let key = |name: &str| ObjectKey { kind: Kind::Statement, name: name.to_owned() };
    spoken.flat_map(|entry| entry.spec.evidence.iter().map(move |evidence| held(&key(entry.name), evidence))).collect()
}

/// Assurance of the holder for this service that speaks to one of the controls. A self-declaration shows nothing, nor
/// does one without a document.
fn assurances(declared: &Declared<'_>, service: &str, holder: &str, controls: &[ControlId], as_of: Date) -> Vec<Held> {
    let speaks = |assurance: &Assurance| {
        let claims = assurance.claims.iter().flat_map(|claim| &claim.controls);
        let mut spoken = assurance.controls.iter().chain(claims);
        assurance.holder == holder
            && assurance.services.iter().any(|named| named == service)
            && assurance.is_documented()
            && matches!(assurance.status, None | Some(AssuranceStatus::Valid | AssuranceStatus::Expired))
            && assurance.issued.is_none_or(|issued| issued <= as_of)
            && spoken.any(|control| controls.contains(control))
    };
    let spoken = declared.claimed::<Assurance>().filter(|entry| speaks(entry.spec));
    let key = |name: &str| ObjectKey { kind: Kind::Assurance, name: name.to_owned() };
    let until = |assurance: &Assurance| {
        let report = assurance.report.as_ref();
        let bridged = report.and_then(|report| report.bridge_letter.as_ref()).map(|letter| letter.until);
        assurance.expires.or(bridged).or(report.map(|report| report.period.until))
    };
    spoken
        .map(|entry| Held { by: key(entry.name), title: entry.spec.title.clone(), until: until(entry.spec) })
        .collect()
}
