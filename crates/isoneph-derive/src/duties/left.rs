//! What others leave to a party in one service.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_model::{ControlId, Role};
use isoneph_register::ObjectKey;
use isoneph_register::kinds::{Answer, Assurance, BasisKind, CloudService, Holder, Kind};
use jiff::civil::Date;

use super::{Duty, DutyState, Leaver};
use crate::declared::{Declared, Entry};
use crate::responsibilities::{View, Views, answer_area, area as known_area, area_key};

#[derive(Default)]
struct Left {
    by: BTreeSet<Leaver>,
    controls: BTreeSet<ControlId>,
    title: Option<String>,
    due: Option<Date>,
}

/// What others tell, found once for all services.
pub(super) struct Told<'a> {
    views: Views,
    answers: BTreeMap<&'a str, Vec<Entry<'a, Answer>>>,
    reports: Vec<Entry<'a, Assurance>>,
}

impl<'a> Told<'a> {
    pub(super) fn new(declared: &Declared<'a>) -> Told<'a> {
        let mut answers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in declared.claimed::<Answer>() {
            answers.entry(entry.spec.service.as_str()).or_default().push(entry);
        }
        let reports = declared.claimed::<Assurance>().filter(|entry| entry.spec.report.is_some());
        Told { views: Views::new(declared), answers, reports: reports.collect() }
    }
}

type Areas = BTreeMap<(String, Role), Left>;

pub(super) fn duties(
    declared: &Declared<'_>,
    told: &Told<'_>,
    service: Entry<'_, CloudService>,
    party: &str,
) -> Vec<Duty> {
    let mut areas = Areas::new();
    let is_customer = declared.customers(service.name).contains(party);
    let is_provider = service.spec.provider == party;
    for (area, said) in told.views.of(service.name) {
        for view in said {
            let role = role_left(view, party, is_customer, is_provider);
            if let Some(role) = role {
                add_view(areas.entry((area.to_owned(), role)).or_default(), view, role);
            }
        }
    }
    if is_customer {
        add_answers(&mut areas, told, service);
        add_reports(&mut areas, told, service);
    }
    areas.into_iter().map(|((area, role), left)| duty(service.name, area, role, left)).collect()
}

/// The role in which another's view leaves something to the party.
fn role_left(view: &View, party: &str, is_customer: bool, is_provider: bool) -> Option<Role> {
    let own = view.party.as_deref() == Some(party);
    let concerns = view.customer.as_deref().is_none_or(|customer| customer == party || is_provider);
    if view.proposed || own || !concerns {
        return None;
    }
    let named = view.third_party.as_ref().is_some_and(|third| third.party == party);
    match view.holder {
        Holder::Customer | Holder::Shared if is_customer => Some(Role::Customer),
        Holder::Provider | Holder::Shared if is_provider => Some(Role::Provider),
        Holder::ThirdParty if named => Some(Role::Provider),
        _ => None,
    }
}

fn add_view(left: &mut Left, view: &View, role: Role) {
    let third = view.third_party.as_ref().filter(|_| view.holder == Holder::ThirdParty);
    let duty = match role {
        Role::Customer => view.customer_duty.clone(),
        Role::Provider => third.map(|third| third.duty.clone()).or_else(|| view.provider_duty.clone()),
    };
    left.by.insert(Leaver {
        source: view.source.clone(),
        party: view.party.clone(),
        basis: view.basis,
        clause: view.clause.clone(),
        holder: view.holder,
        duty,
    });
    left.controls.extend(view.controls.iter().cloned());
    left.title = left.title.take().or_else(|| view.title.clone());
    left.due = left.due.into_iter().chain(view.due).min();
}

/// Answers that tell the customer what to do without saying who owns it: those that do are views already.
fn add_answers(areas: &mut Areas, told: &Told<'_>, service: Entry<'_, CloudService>) {
    for entry in told.answers.get(service.name).map(Vec::as_slice).unwrap_or_default() {
        let answer = entry.spec;
        let told = answer.customer_duty.as_deref().map(str::trim).filter(|duty| !duty.is_empty());
        let Some(told) = told.filter(|_| !matches!(answer.ownership, Some(Holder::Customer | Holder::Shared))) else {
            continue;
        };
        let left = areas.entry((area_key(&answer_area(answer)), Role::Customer)).or_default();
        left.by.insert(Leaver {
            source: ObjectKey { kind: Kind::Answer, name: entry.name.to_owned() },
            party: Some(service.spec.provider.clone()),
            basis: Some(BasisKind::QuestionnaireAnswer),
            clause: Some(answer.question.clone()),
            holder: answer.ownership.unwrap_or(Holder::Shared),
            duty: Some(told.to_owned()),
        });
        left.controls.extend(answer.controls.iter().cloned());
    }
}

/// Complementary controls of user entities in reports about this service.
fn add_reports(areas: &mut Areas, told: &Told<'_>, service: Entry<'_, CloudService>) {
    for entry in &told.reports {
        let assurance = entry.spec;
        let about = assurance.services.iter().any(|named| named == service.name)
            || (assurance.services.is_empty() && assurance.holder == service.spec.provider);
        let Some(report) = assurance.report.as_ref().filter(|_| about) else { continue };
        for control in &report.complementary_controls {
            let own = || format!("{}:{}", entry.name, control.id);
            let area = area_key(&control.area.clone().unwrap_or_else(own));
            let left = areas.entry((area, Role::Customer)).or_default();
            left.by.insert(Leaver {
                source: ObjectKey { kind: Kind::Assurance, name: entry.name.to_owned() },
                party: None,
                basis: None,
                clause: Some(control.id.clone()),
                holder: Holder::Customer,
                duty: Some(control.duty.clone()),
            });
            left.controls.extend(control.controls.iter().cloned());
        }
    }
}

fn duty(service: &str, area: String, role: Role, left: Left) -> Duty {
    let left_by: Vec<Leaver> = left.by.into_iter().collect();
    let told = |binding: bool| {
        let weighty = |leaver: &&Leaver| binding == leaver.basis.is_some_and(|basis| basis != BasisKind::OwnReading);
        left_by.iter().filter(weighty).find_map(|leaver| leaver.duty.clone())
    };
    let title = left.title.or_else(|| known_area(&area).and_then(|known| Some(known.title?.en.to_owned())));
    // A duty of a well-known area that names no control has those of the area.
    let mut controls = left.controls;
    if let (true, Some(known)) = (controls.is_empty(), known_area(&area)) {
        controls.extend(known.controls.iter().cloned());
    }
    Duty {
        service: service.to_owned(),
        role,
        duty: told(true).or_else(|| told(false)),
        title,
        area,
        left_by,
        missing: Vec::new(),
        controls: controls.into_iter().collect(),
        state: DutyState::Unstated,
        stated_in: Vec::new(),
        owner: None,
        due: left.due,
        overdue: false,
    }
}
