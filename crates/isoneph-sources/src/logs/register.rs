//! The register's changes, procedures, reviews and departed tenants, in the terms that logs are held against.

use isoneph_logs::changes::{
    Change, ChangeKind, ChangePlace, Declared, Naming, OfServices, Procedure, Review, approved_after, approved_by,
    day_anywhere, naming,
};
use isoneph_logs::exit::{Departure, DeparturesFile, Residue, Return};
use isoneph_logs::feed::{Feed, Tenant};
use isoneph_register::{Named, Register, kinds};
use isoneph_tables::Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::services::accounts_of;

/// The control that reviews of administrators' operations are about.
const OPERATIONS: &str = "CLD.12.1.5";

/// The register's changes.
pub(super) fn changes(register: &Register) -> Vec<Change> {
    let change = |named: Named<'_, kinds::Change>| {
        let spec = named.spec;
        Change {
            kind: ChangeKind::Change,
            id: spec.reference.clone().unwrap_or_else(|| named.name.to_owned()),
            state: spec.outcome.clone().unwrap_or_default(),
            approved: approved(spec),
            approved_at: approved_at(spec),
            written_at: None,
            closed_at: None,
            from: spec.from.map(|at| Instant(at.as_microsecond())),
            until: spec.until.map(|at| Instant(at.as_microsecond())),
            until_at_the_latest: None,
            accounts: spec.accounts.clone(),
            services: accounts_of(register, &spec.services),
            classes: spec.calls.iter().filter_map(|call| call.parse().ok()).collect(),
            operations: spec.calls.iter().filter(|c| !is_class(c)).map(|call| call.to_lowercase()).collect(),
            resources: Vec::new(),
            perhaps: Vec::new(),
            resources_by_name: false,
            actors: spec.actors.clone(),
            requester: spec.requested.as_ref().map(|act| act.by.clone()).unwrap_or_default(),
            started_by: Vec::new(),
            approvers: approvers(spec).filter(|by| naming(by) == Naming::Somebody).collect(),
            procedure: spec.procedure.clone().unwrap_or_default(),
            commit: spec.commit.clone().unwrap_or_default(),
            session: String::new(),
            open: Vec::new(),
            window_open: false,
            place: ChangePlace { file: file(register, &named), locator: locator(register, &named) },
        }
    };
    register.claimed::<kinds::Change>().map(change).collect()
}

fn approvers(spec: &kinds::Change) -> impl Iterator<Item = String> {
    spec.approved.iter().map(|act| act.by.clone())
}

/// Whether a change was approved, and not called off afterwards.
fn approved(spec: &kinds::Change) -> Option<bool> {
    let outcome = spec.outcome.as_deref().unwrap_or_default();
    match approved_by(&approvers(spec).collect::<Vec<_>>()) {
        Some(approved) => approved_after(approved, outcome),
        None => approved_after(true, outcome).filter(|approved| !approved),
    }
}

/// Between the first and the last of its approvals, of which the register names no more than the day.
fn approved_at(spec: &kinds::Change) -> Option<(Instant, Instant)> {
    let days = spec.approved.iter().map(|act| day_anywhere(act.on));
    days.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
}

fn is_class(call: &str) -> bool {
    call.parse::<isoneph_logs::operations::OperationClass>().is_ok()
}

/// What the register says of procedures and reviews. A register that names procedures names all there are; reviews
/// count where they link to evidence with the days that were looked at.
pub(super) fn declared(register: &Register) -> Declared {
    let procedures: Vec<_> = register.claimed::<kinds::Procedure>().collect();
    let reviews: Vec<_> = register.claimed::<kinds::Review>().filter(is_about_operations).collect();
    let of_procedures = || {
        let own = procedures.iter().filter(|named| is_of_keeper(register, named.spec.party.as_deref()) != Some(false));
        own.flat_map(|named| parts_of(register, named)).collect()
    };
    let of_reviews = || reviews.iter().flat_map(|named| held(register, named.spec)).collect();
    Declared {
        procedures: (!procedures.is_empty()).then(of_procedures),
        reviews: (!reviews.is_empty()).then(of_reviews),
        ..Declared::default()
    }
}

/// Whether what names a party is of whoever keeps the register; `None` where nobody says who does.
fn is_of_keeper(register: &Register, party: Option<&str>) -> Option<bool> {
    let Some(party) = party else { return Some(true) };
    register.keeper().map(|keeper| keeper.name == party)
}

/// Whether a procedure is written down and approved; `None` where the register does not say so.
fn is_in_force(register: &Register, spec: &kinds::Procedure) -> Option<bool> {
    let approved = match spec.approved.as_ref().map(|act| naming(&act.by)) {
        Some(Naming::Somebody) => Some(true),
        Some(_) => Some(false),
        None => None,
    };
    let written = spec.document.is_some().then_some(true);
    let own = is_of_keeper(register, spec.party.as_deref());
    [written, own].into_iter().fold(approved, |one, other| match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    })
}

/// What a procedure covers: each of its operations in the services that it is of. One that was not approved covers none.
fn parts_of(register: &Register, named: &Named<'_, kinds::Procedure>) -> Vec<Procedure> {
    let in_force = is_in_force(register, named.spec);
    if in_force == Some(false) {
        return Vec::new();
    }
    let part = |operation: &kinds::CriticalOperation| {
        let services = if operation.services.is_empty() { &named.spec.services } else { &operation.services };
        let (classes, operations): (Vec<&String>, Vec<_>) = operation.calls.iter().partition(|call| is_class(call));
        Procedure {
            id: named.name.to_owned(),
            classes: classes.into_iter().filter_map(|call| call.parse().ok()).collect(),
            operations: operations.into_iter().cloned().collect(),
            services: accounts_of(register, services),
            perhaps: Vec::new(),
            unsettled: in_force.is_none(),
            place: ChangePlace { file: file(register, named), locator: locator(register, named) },
        }
    };
    named.spec.critical_operations.iter().map(part).collect()
}

fn is_about_operations(named: &Named<'_, kinds::Review>) -> bool {
    named.spec.controls.iter().any(|control| control.to_string() == OPERATIONS)
        && named.spec.by.is_some()
        && named.spec.evidence.iter().any(|link| link.from.is_some() && link.until.is_some())
}

/// What a review looked at. One that was done for another party, or that found it not good enough, covers nothing.
fn held(register: &Register, spec: &kinds::Review) -> Vec<Review> {
    let is_somebody = |by: &&String| naming(by) == Naming::Somebody;
    let Some(reviewer) = spec.by.as_ref().filter(is_somebody) else { return Vec::new() };
    let is_own = is_of_keeper(register, spec.party.as_deref());
    if is_own == Some(false) || spec.result == Some(kinds::ReviewResult::Unsatisfactory) {
        return Vec::new();
    }
    // Where nobody says who keeps the register, it is not known whose review it is.
    let services = if is_own.is_none() { Some(OfServices::default()) } else { accounts_of(register, &spec.services) };
    let looked_at = spec.evidence.iter().filter_map(|link| link.from.zip(link.until));
    let review = |(from, until): (Date, Date)| {
        Some(Review {
            reviewer: reviewer.clone(),
            accounts: Vec::new(),
            services: services.clone(),
            held_at: Some(day_anywhere(spec.on)),
            from: start_of(from)?,
            until: end_of(until)?,
        })
    };
    looked_at.filter_map(review).collect()
}

/// The register's tenants whose agreement has ended, with what was counted of them.
pub(super) fn departures(register: &Register) -> DeparturesFile {
    let mut read = DeparturesFile::default();
    for named in register.claimed::<kinds::Tenant>() {
        let Some(ended_at) = named.spec.ended.and_then(end_of) else { continue };
        let terms = named.spec.agreement.as_deref().and_then(|name| register.find::<kinds::Agreement>(name));
        let terms = terms.and_then(|agreement| agreement.spec.exit.as_ref());
        let is_tag = |mark: &&String| mark.contains('=');
        read.departures.push(Departure {
            tenant: named.name.to_owned(),
            ended_at,
            days: terms.and_then(|terms| terms.removal_days).map(i64::from),
            accounts: named.spec.accounts.clone(),
            tags: named.spec.marks.iter().filter(is_tag).cloned().collect(),
            prefixes: named.spec.marks.iter().filter(|mark| !is_tag(mark)).cloned().collect(),
            returned: returned(register, named.name, terms),
            file: file(register, &named),
            locator: locator(register, &named),
        });
        let stores = register.claimed::<kinds::TenantDataStore>();
        let stores = stores.filter(|store| store.spec.service == named.spec.service);
        read.residues.extend(stores.map(|store| residue(register, named.name, &store)));
    }
    read
}

/// The register's tenants, by what tells their events.
pub(super) fn tenants(register: &Register) -> impl Iterator<Item = Tenant> {
    let tenant = |named: Named<'_, kinds::Tenant>| Tenant {
        name: named.name.to_owned(),
        accounts: named.spec.accounts.clone(),
        // Tags are not in events.
        prefixes: named.spec.marks.iter().filter(|mark| !mark.contains('=')).cloned().collect(),
    };
    register.claimed::<kinds::Tenant>().map(tenant)
}

/// Whether the register has a capability.
pub(super) fn has_capability(register: &Register, name: &str) -> bool {
    register.find::<kinds::Capability>(name).is_some()
}

/// What the register says of a feed's capability, where the feed does not say it itself.
pub(super) fn complete(feed: &mut Feed, register: &Register) {
    let Some(capability) = register.find::<kinds::Capability>(&feed.capability) else { return };
    if feed.covers.is_empty() {
        feed.covers.clone_from(&capability.spec.covers);
    }
    if feed.service.is_empty() {
        feed.service.clone_from(&capability.spec.service);
    }
    let promised = capability.spec.latency_minutes.map(|minutes| i64::from(minutes) * 60);
    feed.latency_seconds = feed.latency_seconds.or(promised);
}

fn returned(register: &Register, tenant: &str, terms: Option<&kinds::ExitTerms>) -> Option<Return> {
    let handed = register.claimed::<kinds::AssetReturn>().find(|handed| handed.spec.tenant == tenant);
    let agreed = terms.map(|terms| terms.return_days.is_some() || !terms.return_formats.is_empty());
    match handed {
        Some(handed) => Some(Return {
            agreed: handed.spec.waived.is_none() && agreed != Some(false),
            on: end_of(handed.spec.handed_over),
        }),
        None => agreed.map(|agreed| Return { agreed, on: None }),
    }
}

/// What is known of a tenant in a store: the last count, and until when what was removed can be brought back.
fn residue(register: &Register, tenant: &str, store: &Named<'_, kinds::TenantDataStore>) -> Residue {
    let counts = store.spec.counts.iter().filter(|count| count.tenant == tenant);
    let last = counts.max_by_key(|count| count.as_of);
    let removals = register.claimed::<kinds::AssetRemoval>().filter(|removal| removal.spec.tenant == tenant);
    let removed = removals.flat_map(|removal| &removal.spec.removed).filter(|removed| removed.store == store.name);
    let removed = removed.max_by_key(|removed| removed.on);
    let gone = removed.map(|removed| removed.on).or(last.map(|count| count.as_of));
    let by_store = gone
        .zip(store.spec.recoverable_days)
        .and_then(|(gone, days)| gone.checked_add(jiff::Span::new().try_days(i64::from(days)).ok()?).ok());
    let until = removed.and_then(|removed| removed.recoverable_until).or(by_store);
    Residue {
        tenant: tenant.to_owned(),
        store: store.name.to_owned(),
        count: last.map(|count| count.count),
        counted_at: last.and_then(|count| end_of(count.as_of)),
        recoverable_until: until.and_then(end_of),
        copies_expired: store.spec.recoverable_days == Some(0),
    }
}

fn file<T>(register: &Register, named: &Named<'_, T>) -> String {
    register.files().get(named.entry.file).map(|file| file.path.clone()).unwrap_or_default()
}

fn locator<T>(register: &Register, named: &Named<'_, T>) -> String {
    named.entry.locator(register.files()).as_str().to_owned()
}

fn start_of(day: Date) -> Option<Instant> {
    day.to_zoned(TimeZone::UTC).ok().map(|at| Instant(at.timestamp().as_microsecond()))
}

/// The last microsecond of a day.
fn end_of(day: Date) -> Option<Instant> {
    start_of(day.tomorrow().ok()?).map(|at| Instant(at.0 - 1))
}

#[cfg(test)]
mod tests;
