//! What a party states of itself.

use std::collections::BTreeMap;

use isoneph_model::{ControlId, Role};
use isoneph_register::ObjectKey;
use isoneph_register::kinds::{Holder, Implementation, Kind, Responsibility, Statement};
use jiff::ToSpan;
use jiff::civil::Date;

use super::{Duty, DutyState, REVIEW_HOLDS_DAYS};
use crate::declared::{Declared, Entry};
use crate::responsibilities::area_key;

/// The statements and rows of one party.
pub(super) struct Stated<'a> {
    /// By control and service.
    statements: BTreeMap<(&'a str, Option<&'a str>), Vec<Entry<'a, Statement>>>,
    /// By service and area.
    rows: BTreeMap<(&'a str, String), Vec<Entry<'a, Responsibility>>>,
    as_of: Date,
}

/// What statements say of a duty.
pub(super) struct Answer {
    pub(super) state: DutyState,
    pub(super) missing: Vec<ControlId>,
    pub(super) sources: Vec<ObjectKey>,
    pub(super) owner: Option<String>,
}

/// What the party's own matrix says of a duty.
#[derive(Default)]
pub(super) struct OwnRows {
    /// Whether it takes the duty on and shows current evidence.
    pub(super) shown: bool,
    pub(super) sources: Vec<ObjectKey>,
    pub(super) owner: Option<String>,
    pub(super) due: Option<Date>,
}

impl<'a> Stated<'a> {
    pub(super) fn new(declared: &Declared<'a>, party: &str, as_of: Date) -> Stated<'a> {
        let keeper = declared.keeper();
        let own = |named: Option<&str>| named.or(keeper) == Some(party);
        let mut statements: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in declared.of::<Statement>().filter(|entry| own(entry.spec.party.as_deref())) {
            let cell = (entry.spec.control.as_str(), entry.spec.service.as_deref());
            statements.entry(cell).or_default().push(entry);
        }
        let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in declared.claimed::<Responsibility>().filter(|entry| own(entry.spec.stated_by.as_deref())) {
            rows.entry((entry.spec.service.as_str(), area_key(&entry.spec.area))).or_default().push(entry);
        }
        Stated { statements, rows, as_of }
    }

    pub(super) fn answer(&self, duty: &Duty) -> Answer {
        let mut answer = Answer { state: DutyState::Unstated, missing: Vec::new(), sources: Vec::new(), owner: None };
        let mut states = Vec::new();
        for control in &duty.controls {
            let cells = [Some(duty.service.as_str()), None].map(|service| (control.as_str(), service));
            let found = cells.iter().filter_map(|cell| self.statements.get(cell)).flatten();
            let best = best(found.copied(), duty);
            let state = best.map_or(DutyState::Unstated, |entry| self.state(entry));
            if let Some(entry) = best {
                answer.sources.push(ObjectKey { kind: Kind::Statement, name: entry.name.to_owned() });
                answer.owner = answer.owner.or_else(|| entry.spec.owner.clone());
            }
            if state != DutyState::Done {
                answer.missing.push(control.clone());
            }
            states.push(state);
        }
        // The least that is stated counts; that one control of several has nothing is worth its own word.
        let unstated = states.iter().filter(|state| **state == DutyState::Unstated).count();
        answer.state = match states.iter().min() {
            Some(DutyState::Unstated) if unstated < states.len() => DutyState::PartlyStated,
            Some(least) => *least,
            None => DutyState::Unstated,
        };
        answer
    }

    fn state(&self, entry: Entry<'_, Statement>) -> DutyState {
        let statement = entry.spec;
        if entry.proposed {
            return DutyState::Proposed;
        }
        if !statement.applicable {
            return DutyState::Excluded;
        }
        match statement.status {
            None | Some(Implementation::NotImplemented) => DutyState::NotImplemented,
            Some(Implementation::Planned) => DutyState::Planned,
            Some(Implementation::Partial) => DutyState::Partial,
            // What somebody else does for the party does not do what others leave to it.
            Some(Implementation::Inherited) => DutyState::NotImplemented,
            Some(Implementation::Implemented | Implementation::Alternative) if self.is_current(statement) => {
                DutyState::Done
            }
            Some(Implementation::Implemented | Implementation::Alternative) => DutyState::OutOfDate,
        }
    }

    /// Reviewed, and not due for the next review. A review that names no next one holds for a year.
    fn is_current(&self, statement: &Statement) -> bool {
        let holds_until = |reviewed: Date| reviewed.checked_add(REVIEW_HOLDS_DAYS.days()).unwrap_or(Date::MAX);
        match (statement.reviewed, statement.next_review) {
            (Some(reviewed), _) if reviewed > self.as_of => false,
            (_, Some(next)) => next >= self.as_of,
            (Some(reviewed), None) => holds_until(reviewed) >= self.as_of,
            (None, None) => false,
        }
    }

    pub(super) fn own_rows(&self, duty: &Duty) -> OwnRows {
        let mut own = OwnRows::default();
        let area = (duty.service.as_str(), area_key(&duty.area));
        let rows = self.rows.get(&area).map(Vec::as_slice).unwrap_or_default();
        for entry in rows.iter().filter(|entry| takes_on(entry.spec.holder, duty.role)) {
            let row = entry.spec;
            let current = |until: Option<Date>| until.is_none_or(|until| until >= self.as_of);
            own.shown |= row.evidence.iter().any(|evidence| current(evidence.until));
            own.sources.push(ObjectKey { kind: Kind::Responsibility, name: entry.name.to_owned() });
            own.owner = own.owner.or_else(|| row.owner.clone());
            own.due = own.due.into_iter().chain(row.due).min();
        }
        own
    }
}

fn takes_on(holder: Holder, role: Role) -> bool {
    match role {
        Role::Provider => matches!(holder, Holder::Provider | Holder::Shared | Holder::ThirdParty),
        Role::Customer => matches!(holder, Holder::Customer | Holder::Shared),
    }
}

/// The statement that speaks most closely of the duty: for its service and role, rather than for all. Of equals the one
/// that claims most; whoever wrote two for one cell has said the better one as well.
fn best<'a>(found: impl Iterator<Item = Entry<'a, Statement>>, duty: &Duty) -> Option<Entry<'a, Statement>> {
    let speaks = |entry: &Entry<'a, Statement>| {
        entry.spec.role.is_none_or(|role| role == duty.role) && entry.spec.requirement.is_none()
    };
    let close =
        |entry: &Entry<'a, Statement>| (!entry.proposed, entry.spec.service.is_some(), entry.spec.role.is_some());
    found.filter(speaks).max_by_key(close)
}
