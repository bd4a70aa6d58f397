//! What others leave to a party, minus what it currently states that it does: a work list.
//!
//! Others leave duties to a party in their matrices, in agreements, in answers to questionnaires, and in the controls
//! that an auditor's report leaves to user entities. A duty is done only by a statement of the party itself, for that
//! control, role and service, that is implemented and was reviewed in time; or by a row of its own matrix that takes
//! the area on and shows current evidence. Where several controls belong to a duty, each needs its statement.

mod left;
mod sheet;
mod stated;

pub use sheet::sheet;

use std::collections::BTreeMap;

use isoneph_model::{ControlId, Role};
use isoneph_register::ObjectKey;
use isoneph_register::kinds::{BasisKind, CloudService, Holder, Kind};
use jiff::civil::Date;
use serde::Serialize;

use crate::declared::Declared;

/// After how many days a review without a day for the next one is out of date.
pub const REVIEW_HOLDS_DAYS: i64 = 365;

/// The kinds that [`duties`] looks at.
pub const KINDS: &[Kind] = &[
    Kind::Scope,
    Kind::Party,
    Kind::CloudService,
    Kind::Responsibility,
    Kind::Agreement,
    Kind::Answer,
    Kind::Assurance,
    Kind::Statement,
];

isoneph_model::vocabulary! {
    /// How far a party has come with a duty.
    pub enum DutyState {
        /// It states nothing.
        Unstated = "unstated",
        /// It states something for some of the controls only.
        PartlyStated = "partly-stated",
        /// There is a draft that nobody has taken on.
        Proposed = "proposed",
        /// It states that the control does not apply, while others leave it to the party.
        Excluded = "excluded",
        /// It states that it is not done.
        NotImplemented = "not-implemented",
        /// It states that it is meant to be done.
        Planned = "planned",
        /// It states that it is done in part.
        Partial = "partial",
        /// It states that it is done, but the review is out of date, or there was none.
        OutOfDate = "out-of-date",
        /// Done, by a current statement.
        Done = "done",
    }
}

/// Who leaves a duty to the party, and in which words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Leaver {
    /// The object that says it.
    pub source: ObjectKey,
    /// The party whose word it is; `None` for an agreement of both or an auditor's report.
    pub party: Option<String>,
    /// What it rests on.
    pub basis: Option<BasisKind>,
    /// The clause, the question, the number in the report.
    pub clause: Option<String>,
    /// Who carries it, as said there.
    pub holder: Holder,
    /// The duty in those words, if it is told.
    pub duty: Option<String>,
}

/// One duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duty {
    /// The service.
    pub service: String,
    /// The role in which the party has it.
    pub role: Role,
    /// The area, question or number in a report.
    pub area: String,
    /// The area in words.
    pub title: Option<String>,
    /// The duty, in the words of whoever leaves it; `None` if nobody tells it, which is worth asking.
    pub duty: Option<String>,
    /// Who leaves it.
    pub left_by: Vec<Leaver>,
    /// The controls that it belongs to. Without any, only the party's own matrix can show that it is done.
    pub controls: Vec<ControlId>,
    /// How far the party has come.
    pub state: DutyState,
    /// Controls without a current statement that they are done.
    pub missing: Vec<ControlId>,
    /// The party's own objects that speak of it.
    pub stated_in: Vec<ObjectKey>,
    /// Who is accountable.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<Date>,
    /// Whether that day has passed.
    pub overdue: bool,
}

/// The duties of a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkList {
    /// The party.
    pub party: String,
    /// The day it holds for.
    pub as_of: Date,
    /// What is open: overdue ones first, then by day, service and area.
    pub open: Vec<Duty>,
    /// What is done.
    pub done: Vec<Duty>,
    /// How many of each state.
    pub counts: BTreeMap<DutyState, usize>,
}

/// What others leave to a party, and how far it has come.
pub fn duties(declared: &Declared<'_>, party: &str, as_of: Date) -> WorkList {
    let told = left::Told::new(declared);
    let stated = stated::Stated::new(declared, party, as_of);
    let mut list =
        WorkList { party: party.to_owned(), as_of, open: Vec::new(), done: Vec::new(), counts: BTreeMap::new() };
    for service in declared.services_in_use() {
        for duty in left::duties(declared, &told, service, party) {
            let duty = judge(duty, &stated, service.spec, as_of);
            *list.counts.entry(duty.state).or_insert(0) += 1;
            if duty.state == DutyState::Done { list.done.push(duty) } else { list.open.push(duty) }
        }
    }
    let day = |duty: &Duty| (!duty.overdue, duty.due.is_none(), duty.due);
    let place = |duty: &Duty| (duty.service.clone(), duty.area.clone(), duty.role);
    list.open.sort_by_cached_key(|duty| (day(duty), place(duty)));
    list.done.sort_by_cached_key(place);
    list
}

fn judge(mut duty: Duty, stated: &stated::Stated<'_>, service: &CloudService, as_of: Date) -> Duty {
    let own = stated.own_rows(&duty);
    let mut answer = stated.answer(&duty);
    if own.shown && matches!(answer.state, DutyState::Unstated | DutyState::PartlyStated) {
        answer.state = DutyState::Done;
        answer.missing.clear();
    }
    duty.state = answer.state;
    duty.missing = answer.missing;
    duty.stated_in = own.sources.into_iter().chain(answer.sources).collect();
    duty.stated_in.sort();
    duty.stated_in.dedup();
    duty.owner = own.owner.or(answer.owner).or_else(|| service.owner.clone());
    duty.due = own.due.or(duty.due);
    duty.overdue = duty.state != DutyState::Done && duty.due.is_some_and(|due| due < as_of);
    duty
}
