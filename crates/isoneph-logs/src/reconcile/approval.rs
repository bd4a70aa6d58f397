//! How an operation was approved: by a change, by a pipeline's reviewers, or why not.

use isoneph_model::fits_pattern;

use super::Records;
use super::actor::{People, is_by_identity, or};
use super::changes::{ChangeIndex, and, approved_by_then, fits, in_window, nothing_open};
use super::operation::{Approval, Approved, Operation};
use super::pipelines::{Named, RunIndex, is_of};
use crate::changes::{Change, OfServices, Procedure, Review};

/// How far beside its window a change still explains an operation, in microseconds.
const DAY: i64 = 86_400_000_000;

/// All that judging one operation needs.
pub(super) struct Judge<'a> {
    pub(super) records: &'a Records,
    pub(super) all: &'a [Change],
    pub(super) changes: &'a ChangeIndex,
    pub(super) runs: &'a RunIndex,
    pub(super) people: &'a People,
}

/// What was found on the way, best first.
#[derive(Default)]
struct Found {
    approved: Vec<usize>,
    open: bool,
    refused: Option<usize>,
    outside: Option<usize>,
}

impl Judge<'_> {
    pub(super) fn judge(&self, operation: &mut Operation) {
        operation.break_glass = self.break_glass(operation);
        operation.procedure = self.procedure(operation);
        operation.reviewer = self.reviewer(operation);
        if self.records.changes.is_some() {
            operation.approval = self.approval(operation).and_then(|found| of_emergency(found, operation));
        }
        if operation.approval.as_ref().is_some_and(|approved| approved.how == Approval::Pipeline) {
            operation.unattended = Some(true);
        }
    }

    fn approval(&self, operation: &Operation) -> Option<Approved> {
        let changes = self.by_change(operation);
        if !changes.approved.is_empty() {
            return Some(self.approved(operation, Approval::Change, &changes.approved));
        }
        let runs = self.by_run(operation);
        if !runs.approved.is_empty() {
            return Some(self.approved(operation, Approval::Pipeline, &runs.approved));
        }
        // A row that could not be read could have approved anything.
        if changes.open || runs.open || self.records.refused > 0 {
            return None;
        }
        let (how, change) = match (changes.refused.or(runs.refused), changes.outside) {
            (Some(refused), _) => (Approval::NotApproved, Some(refused)),
            (None, Some(outside)) => (Approval::OutsideWindow, Some(outside)),
            (None, None) => (Approval::Nothing, None),
        };
        Some(Approved { how, change, approver: String::new(), by_actor_alone: Some(false) })
    }

    fn by_change(&self, operation: &Operation) -> Found {
        let mut found = Found::default();
        let Some(at) = operation.time else {
            // Without a time any change that fits may be the one.
            found.open = self.all.iter().any(|change| fits(change, operation, self.people) != Some(false));
            return found;
        };
        for number in self.changes.around(operation.account.as_deref(), at, 0) {
            let change = &self.all[number];
            let fits = fits(change, operation, self.people);
            match (in_window(change, operation), fits, approved_by_then(change, operation)) {
                (Some(false), ..) | (_, Some(false), _) => {}
                (Some(true), Some(true), Some(true)) => found.approved.push(number),
                // Refused, and for nobody knows when: it says nothing of this operation.
                (None, _, Some(false)) if change.window_open => {}
                (_, _, Some(false)) => found.refused = found.refused.or(Some(number)),
                _ => found.open = true,
            }
        }
        if found.approved.is_empty() && operation.account.is_none() {
            // It may be of an account that changes speak of.
            found.open |= self.all.iter().any(|change| !change.accounts.is_empty());
        }
        if found.approved.is_empty() && found.refused.is_none() && !found.open {
            found.outside = self.changes.around(operation.account.as_deref(), at, DAY).into_iter().find(|number| {
                let change = &self.all[*number];
                change.approved == Some(true) && fits(change, operation, self.people) == Some(true)
            });
        }
        found
    }

    fn by_run(&self, operation: &Operation) -> Found {
        let mut found = Found::default();
        for (number, named) in self.runs.of(operation, self.all) {
            let run = &self.all[number];
            let named = (named == Named::Surely).then_some(true);
            let fits = [nothing_open(run), named].into_iter().fold(is_of(run, operation), and);
            match (fits, approved_by_then(run, operation)) {
                (Some(false), _) => {}
                // Nobody approved it, and it may not be the one: it says nothing of this operation.
                (_, Some(false)) if named.is_none() => {}
                (Some(true), Some(true)) => found.approved.push(number),
                (_, Some(false)) => found.refused = found.refused.or(Some(number)),
                _ => found.open = true,
            }
        }
        found
    }

    /// The approval by one of several changes: one whose approver is surely another, if there is such a one.
    fn approved(&self, operation: &Operation, how: Approval, changes: &[usize]) -> Approved {
        let judged = changes.iter().map(|number| {
            let (approver, alone) = self.approver(operation, how, &self.all[*number]);
            Approved { how, change: Some(*number), approver, by_actor_alone: alone }
        });
        let best = judged.min_by_key(|approved| match approved.by_actor_alone {
            Some(false) => 0,
            None => 1,
            Some(true) => 2,
        });
        best.unwrap_or(Approved { how, change: None, approver: String::new(), by_actor_alone: None })
    }

    /// Who approved a change, and whether that was the actor alone. In a pipeline the one who acts is who wrote the
    /// commit, or, where nobody says who did, who started the run; where a program carries a change out it is who asked for
    /// it.
    fn approver(&self, operation: &Operation, how: Approval, change: &Change) -> (String, Option<bool>) {
        let started = |name: &str| change.started_by.iter().map(|by| self.people.same(by, name)).reduce(or).flatten();
        let is_actor = |name: &String| match how {
            Approval::Pipeline if change.requester.is_empty() => started(name),
            Approval::Pipeline => self.people.same(&change.requester, name),
            _ if operation.unattended == Some(true) && !change.requester.is_empty() => {
                self.people.same(&change.requester, name)
            }
            _ => self.people.is(operation, name),
        };
        let is_another = |name: &&String| is_actor(name) == Some(false) && self.people.may_be_a_person(name);
        let other = change.approvers.iter().find(is_another);
        if let Some(other) = other {
            return (other.clone(), Some(false));
        }
        let all_own = !change.approvers.is_empty() && change.approvers.iter().all(|name| is_actor(name) == Some(true));
        (change.approvers.first().cloned().unwrap_or_default(), all_own.then_some(true))
    }

    fn break_glass(&self, operation: &Operation) -> Option<bool> {
        let declared = self.records.declared.break_glass.as_ref()?;
        operation.actor.as_ref()?;
        Some(declared.iter().any(|own| is_by_identity(operation, &own.identity)))
    }

    fn procedure(&self, operation: &Operation) -> Option<String> {
        let procedures = self.records.declared.procedures.as_ref()?;
        let of_services = |procedure: &Procedure| of_services(procedure.services.as_ref(), operation);
        let mut open = false;
        for procedure in procedures {
            let is_settled = if procedure.unsettled { None } else { Some(true) };
            match and(is_about(procedure, operation), and(of_services(procedure), is_settled)) {
                Some(true) => return Some(procedure.id.clone()),
                Some(false) => {}
                None => open = true,
            }
        }
        (!open).then(String::new)
    }

    /// A review by the actor is none.
    fn reviewer(&self, operation: &Operation) -> Option<String> {
        let reviews = self.records.declared.reviews.as_ref()?;
        let at = operation.time?;
        let mut open = false;
        for review in reviews.iter().filter(|review| review.from <= at && at < review.until) {
            let is_person = self.people.may_be_a_person(&review.reviewer);
            let by_another = self.people.is(operation, &review.reviewer).map(|own| !own && is_person);
            match and(by_another, looked_at(review, operation)) {
                Some(true) => return Some(review.reviewer.clone()),
                Some(false) => {}
                None => open = true,
            }
        }
        (!open).then(String::new)
    }
}

/// What was found of an approval, where an identity for emergencies may have acted: it goes past approval on purpose, and
/// a review afterwards stands for it. Whether there was one may be open.
fn of_emergency(found: Approved, operation: &Operation) -> Option<Approved> {
    let is_approved = matches!(found.how, Approval::Change | Approval::Pipeline);
    if is_approved || operation.break_glass != Some(true) {
        return Some(found);
    }
    let is_reviewed = !operation.reviewer.as_deref()?.is_empty();
    let how = if is_reviewed { Approval::Emergency } else { found.how };
    Some(Approved { how, ..found })
}

fn of_services(services: Option<&OfServices>, operation: &Operation) -> Option<bool> {
    services.map_or(Some(true), |services| services.speaks_of(operation.account.as_deref()))
}

/// Whether a procedure covers operations of this kind; `None` where a name in it may mean this one.
fn is_about(procedure: &Procedure, operation: &Operation) -> Option<bool> {
    let named = |names: &[String]| names.iter().any(|name| fits_pattern(&name.to_lowercase(), &operation.name));
    match procedure.classes.contains(&operation.class) || named(&procedure.operations) {
        true => Some(true),
        false => (!named(&procedure.perhaps)).then_some(false),
    }
}

/// Whether a review was about the operation's account, and held after it.
fn looked_at(review: &Review, operation: &Operation) -> Option<bool> {
    let account = operation.account.as_deref();
    let of_account = match account {
        _ if review.accounts.is_empty() => Some(true),
        None => None,
        Some(account) => Some(review.accounts.iter().any(|own| own.eq_ignore_ascii_case(account))),
    };
    let after = match (review.held_at, operation.time) {
        (None, _) => Some(true),
        (Some((earliest, _)), Some(at)) if at < earliest => Some(true),
        (Some((_, latest)), Some(at)) if at >= latest => Some(false),
        _ => None,
    };
    [of_services(review.services.as_ref(), operation), after].into_iter().fold(of_account, and)
}
