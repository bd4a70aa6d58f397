//! The register's changes, procedures, reviews and departed tenants, in the terms that logs are held against.

use isoneph_logs::changes::{
    Change, ChangeKind, ChangePlace, Declared, Procedure, Review, approved_after, day_anywhere,
};
use isoneph_logs::exit::{Departure, DeparturesFile, Residue, Return};
use isoneph_logs::feed::{Feed, Tenant};
use isoneph_model::ControlId;
use isoneph_register::{Named, Register, kinds};
use isoneph_tables::Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;

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
            approved: approved_after(!spec.approved.is_empty(), spec.outcome.as_deref().unwrap_or_default()),
            // The register names no more than the day of an approval: on that day it may have come first.
            approved_at: spec.approved.iter().map(|act| act.on).min().map(day_anywhere).map(|(from, _)| (from, from)),
            closed_at: None,
            from: spec.from.map(|at| Instant(at.as_microsecond())),
            until: spec.until.map(|at| Instant(at.as_microsecond())),
            until_at_the_latest: None,
            accounts: spec.accounts.clone(),
            classes: spec.calls.iter().filter_map(|call| call.parse().ok()).collect(),
            operations: spec.calls.iter().filter(|c| !is_class(c)).map(|call| call.to_lowercase()).collect(),
            resources: Vec::new(),
            resources_by_name: false,
            actors: spec.actors.clone(),
            requester: spec.requested.as_ref().map(|act| act.by.clone()).unwrap_or_default(),
            approvers: spec.approved.iter().map(|act| act.by.clone()).collect(),
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

fn is_class(call: &str) -> bool {
    call.parse::<isoneph_logs::operations::OperationClass>().is_ok()
}

/// What the register says of procedures and reviews. A register that names procedures names all there are; reviews
/// count where they link to evidence with the days that were looked at.
pub(super) fn declared(register: &Register) -> Declared {
    let procedures: Vec<Procedure> = register
        .claimed::<kinds::Procedure>()
        .map(|named| {
            let calls = named.spec.critical_operations.iter().flat_map(|operation| &operation.calls);
            let (classes, operations): (Vec<_>, Vec<_>) = calls.partition(|call| is_class(call));
            Procedure {
                id: named.name.to_owned(),
                classes: classes.into_iter().filter_map(|call| call.parse().ok()).collect(),
                operations: operations.into_iter().cloned().collect(),
            }
        })
        .collect();
    let reviews: Vec<Review> = register.claimed::<kinds::Review>().flat_map(|named| reviews(named.spec)).collect();
    Declared {
        procedures: (!procedures.is_empty()).then_some(procedures),
        reviews: (!reviews.is_empty()).then_some(reviews),
        ..Declared::default()
    }
}

fn reviews(spec: &kinds::Review) -> Vec<Review> {
    let about = |control: &ControlId| control.to_string() == OPERATIONS;
    let Some(reviewer) = spec.by.clone().filter(|_| spec.controls.iter().any(about)) else { return Vec::new() };
    let looked_at = spec.evidence.iter().filter_map(|link| link.from.zip(link.until));
    let review = |(from, until): (Date, Date)| {
        let until = end_of(until)?;
        Some(Review { reviewer: reviewer.clone(), accounts: Vec::new(), from: start_of(from)?, until })
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
