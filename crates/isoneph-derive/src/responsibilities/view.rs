//! What one source says of one area.

use std::collections::BTreeMap;

use isoneph_model::ControlId;
use isoneph_register::ObjectKey;
use isoneph_register::kinds::{
    Agreed, Agreement, Answer, BasisKind, EvidenceRef, Holder, IncidentFacts, Kind, Promise, Responsibility, Sent,
    ThirdParty,
};
use jiff::civil::Date;
use serde::Serialize;

use crate::declared::Declared;

isoneph_model::vocabulary! {
    /// Whose view it is, towards the service.
    pub enum Side {
        /// The provider's.
        Provider = "provider",
        /// A customer's.
        Customer = "customer",
        /// Both parties': a term of their agreement.
        Both = "both",
        /// Nobody says whose.
        Unknown = "unknown",
    }
}

/// What one source says of one area of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// The object that says it.
    pub source: ObjectKey,
    /// Whose view it is; `None` where nobody says, or where both parties agreed on it.
    pub party: Option<String>,
    /// Which side that is.
    pub side: Side,
    /// The customer that it holds for; `None` for all.
    pub customer: Option<String>,
    /// What it rests on; `None` where nothing is said, which counts as an own reading.
    pub basis: Option<BasisKind>,
    /// The clause or question.
    pub clause: Option<String>,
    /// Who carries it.
    pub holder: Holder,
    /// What the provider does.
    pub provider_duty: Option<String>,
    /// What the customer does.
    pub customer_duty: Option<String>,
    /// The other party that carries a part.
    pub third_party: Option<ThirdParty>,
    /// The service below to which the provider hands its part.
    pub handed_to: Option<String>,
    /// The area in words.
    pub title: Option<String>,
    /// The controls.
    pub controls: Vec<ControlId>,
    /// Proof that the holder does it.
    pub evidence: Vec<EvidenceRef>,
    /// Times promised.
    pub promises: Vec<Promise>,
    /// Facts about incidents.
    pub incident: Option<IncidentFacts>,
    /// The version of the split.
    pub version: Option<String>,
    /// The day of that version.
    pub dated: Option<Date>,
    /// Who agreed to which version.
    pub agreed: Vec<Agreed>,
    /// When it went to whom.
    pub published: Vec<Sent>,
    /// Who is accountable inside the holder.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<Date>,
    /// A draft, which claims nothing.
    pub proposed: bool,
}

impl View {
    /// Whether more than its own reading stands behind it.
    pub fn binds(&self) -> bool {
        !self.proposed && self.basis.is_some_and(|basis| basis != BasisKind::OwnReading)
    }

    fn new(source: ObjectKey, holder: Holder, proposed: bool) -> View {
        View {
            source,
            party: None,
            side: Side::Unknown,
            customer: None,
            basis: None,
            clause: None,
            holder,
            provider_duty: None,
            customer_duty: None,
            third_party: None,
            handed_to: None,
            title: None,
            controls: Vec::new(),
            evidence: Vec::new(),
            promises: Vec::new(),
            incident: None,
            version: None,
            dated: None,
            agreed: Vec::new(),
            published: Vec::new(),
            owner: None,
            due: None,
            proposed,
        }
    }
}

/// All views, by service and area.
pub(crate) struct Views {
    only: Option<String>,
    by_service: BTreeMap<String, BTreeMap<String, Vec<View>>>,
}

impl Views {
    pub(crate) fn new(declared: &Declared<'_>) -> Views {
        Views::collect(declared, None)
    }

    /// The views of one service alone.
    pub(crate) fn of_service(declared: &Declared<'_>, service: &str) -> Views {
        Views::collect(declared, Some(service.to_owned()))
    }

    fn collect(declared: &Declared<'_>, only: Option<String>) -> Views {
        let mut views = Views { only, by_service: BTreeMap::new() };
        views.add_responsibilities(declared);
        views.add_terms(declared);
        views.add_answers(declared);
        views
    }

    /// The views of a service by area; areas are compared in lower case.
    pub(crate) fn of(&self, service: &str) -> impl Iterator<Item = (&str, &[View])> {
        self.by_service.get(service).into_iter().flatten().map(|(area, views)| (area.as_str(), views.as_slice()))
    }

    pub(crate) fn of_area(&self, service: &str, area: &str) -> &[View] {
        let views = self.by_service.get(service).and_then(|areas| areas.get(&area_key(area)));
        views.map(Vec::as_slice).unwrap_or_default()
    }

    fn wants(&self, service: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == service)
    }

    fn add(&mut self, service: &str, area: &str, view: View) {
        let areas = self.by_service.entry(service.to_owned()).or_default();
        areas.entry(area_key(area)).or_default().push(view);
    }

    fn add_responsibilities(&mut self, declared: &Declared<'_>) {
        for entry in declared.of::<Responsibility>() {
            let row = entry.spec;
            if !self.wants(&row.service) {
                continue;
            }
            let party = declared.speaker(row.stated_by.as_deref());
            let key = ObjectKey { kind: Kind::Responsibility, name: entry.name.to_owned() };
            let view = View {
                party: party.map(str::to_owned),
                side: side(declared, &row.service, party),
                customer: row.customer.clone(),
                basis: row.basis.as_ref().map(|basis| basis.kind),
                clause: row.basis.as_ref().and_then(|basis| basis.clause.clone()),
                provider_duty: said(&row.provider_duty),
                customer_duty: said(&row.customer_duty),
                third_party: row.third_party.clone(),
                handed_to: row.handed_to.clone(),
                title: said(&row.title),
                controls: row.controls.clone(),
                evidence: row.evidence.clone(),
                promises: row.promises.clone(),
                incident: row.incident.clone(),
                version: said(&row.version),
                dated: row.dated,
                agreed: row.agreed.clone(),
                published: row.published.clone(),
                owner: said(&row.owner),
                due: row.due,
                ..View::new(key, row.holder, entry.proposed)
            };
            self.add(&row.service, &row.area, view);
        }
    }

    fn add_terms(&mut self, declared: &Declared<'_>) {
        for entry in declared.of::<Agreement>() {
            let agreement = entry.spec;
            for term in &agreement.terms {
                let Some(holder) = term.holder else { continue };
                let duty = |holds: &[Holder]| term.text.clone().filter(|_| holds.contains(&holder));
                let key = ObjectKey { kind: Kind::Agreement, name: entry.name.to_owned() };
                let view = View {
                    side: Side::Both,
                    customer: agreement.customer.clone(),
                    basis: Some(BasisKind::Contract),
                    clause: term.clause.clone(),
                    provider_duty: duty(&[Holder::Provider]),
                    customer_duty: duty(&[Holder::Customer]),
                    controls: term.controls.clone(),
                    version: agreement.document.as_ref().and_then(|document| document.version.clone()),
                    dated: agreement.document.as_ref().and_then(|document| document.dated),
                    ..View::new(key, holder, entry.proposed)
                };
                for service in &agreement.services {
                    if self.wants(service) {
                        self.add(service, &term.topic, view.clone());
                    }
                }
            }
        }
    }

    fn add_answers(&mut self, declared: &Declared<'_>) {
        for entry in declared.of::<Answer>() {
            let answer = entry.spec;
            let Some(holder) = answer.ownership.filter(|_| self.wants(&answer.service)) else { continue };
            let provider = declared.get::<isoneph_register::kinds::CloudService>(&answer.service);
            let key = ObjectKey { kind: Kind::Answer, name: entry.name.to_owned() };
            let view = View {
                party: provider.map(|service| service.spec.provider.clone()),
                side: Side::Provider,
                basis: Some(BasisKind::QuestionnaireAnswer),
                clause: Some(answer.question.clone()),
                provider_duty: said(&answer.implementation),
                customer_duty: said(&answer.customer_duty),
                controls: answer.controls.clone(),
                evidence: answer.evidence.clone(),
                version: said(&answer.version),
                dated: answer.answered,
                ..View::new(key, holder, entry.proposed)
            };
            self.add(&answer.service, &answer_area(answer), view);
        }
    }
}

/// The area of an answer. One that belongs to none is an area of its own: two questions of one subject may well have
/// two answers.
pub(crate) fn answer_area(answer: &Answer) -> String {
    let own = || format!("{}:{}", answer.questionnaire, answer.question);
    answer.area.clone().filter(|area| !area.trim().is_empty()).unwrap_or_else(own)
}

/// `Key Management` and `key-management` are one area.
pub(crate) fn area_key(area: &str) -> String {
    let words: Vec<&str> = area.split(|c: char| c.is_whitespace() || c == '_' || c == '-').collect();
    let words: Vec<String> = words.iter().filter(|word| !word.is_empty()).map(|word| word.to_lowercase()).collect();
    words.join("-")
}

fn side(declared: &Declared<'_>, service: &str, party: Option<&str>) -> Side {
    let service = declared.get::<isoneph_register::kinds::CloudService>(service);
    match (party, service) {
        (Some(party), Some(service)) if service.spec.provider == party => Side::Provider,
        (Some(_), Some(_)) => Side::Customer,
        _ => Side::Unknown,
    }
}

fn said(text: &Option<String>) -> Option<String> {
    text.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
