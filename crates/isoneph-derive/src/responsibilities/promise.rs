//! Times that a provider promises, held against the legal clocks of its customers.

use isoneph_register::ObjectKey;
use isoneph_register::kinds::{Kind, Obligation};

use super::area::INCIDENTS;
use super::find::Clocks;
use super::finding::{Finding, FindingCode};
use super::matrix::Matrix;
use crate::declared::Entry;

/// The topic of the time within which customers are told of an incident.
const INCIDENT_NOTICE: &str = "incident-notice";

struct Promised {
    hours: u32,
    from: Option<String>,
    source: ObjectKey,
}

pub(super) fn findings(matrix: &Matrix, clocks: &Clocks<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for obligation in &clocks.obligations {
        let Obligation { party, services, topic, clock_hours, clock_from, .. } = obligation.spec;
        let (Some(topic), Some(clock)) = (topic, clock_hours) else { continue };
        let reaches = services.is_empty() || services.contains(&matrix.service);
        // Only what a provider can be late with: a time that its customers wait for.
        if !reaches || !matrix.customers.contains(party) {
            continue;
        }
        let promised = promised(matrix, clocks, party, topic);
        let finding = |code| {
            let mut finding = Finding::new(&matrix.service, code)
                .fact("topic", topic)
                .fact("clock-hours", clock)
                .fact("obligation", obligation.name)
                .source([key(obligation)]);
            finding.customer = Some(party.clone());
            if let Some(from) = clock_from {
                finding = finding.fact("clock-from", from);
            }
            finding
        };
        // What is promised twice holds in the better form: the customer may rely on either.
        match promised.into_iter().min_by_key(|promise| promise.hours) {
            Some(promise) if promise.hours > *clock => {
                let mut slow = finding(FindingCode::PromiseSlowerThanClock).fact("promised-hours", promise.hours);
                if let Some(from) = promise.from {
                    slow = slow.fact("promised-from", from);
                }
                found.push(slow.source([promise.source]));
            }
            Some(_) => {}
            None => found.push(finding(FindingCode::NoPromiseForClock)),
        }
    }
    found
}

fn key(obligation: &Entry<'_, Obligation>) -> ObjectKey {
    ObjectKey { kind: Kind::Obligation, name: obligation.name.to_owned() }
}

fn promised(matrix: &Matrix, clocks: &Clocks<'_>, customer: &str, topic: &str) -> Vec<Promised> {
    let mut promised = Vec::new();
    let concerns = |named: Option<&str>| named.is_none_or(|named| named == customer);
    // A customer's own rows promise nothing in the provider's name, unless they quote what binds it.
    let views = matrix.rows.iter().filter(|row| concerns(row.customer.as_deref())).flat_map(|row| {
        let views = row.views.iter().filter(|view| !view.proposed);
        views.filter(|view| view.side != super::view::Side::Customer || view.binds()).map(move |view| (row, view))
    });
    for (row, view) in views {
        for promise in view.promises.iter().filter(|promise| promise.topic == topic) {
            promised.push(Promised { hours: promise.hours, from: promise.from.clone(), source: view.source.clone() });
        }
        let incident = view.incident.as_ref().and_then(|facts| facts.notice_hours);
        if let Some(hours) = incident.filter(|_| topic == INCIDENT_NOTICE && row.area == INCIDENTS) {
            promised.push(Promised { hours, from: None, source: view.source.clone() });
        }
    }
    for agreement in &clocks.agreements {
        let spec = agreement.spec;
        if !concerns(spec.customer.as_deref()) || !spec.services.contains(&matrix.service) {
            continue;
        }
        for promise in spec.promises.iter().filter(|promise| promise.topic == topic) {
            let source = ObjectKey { kind: Kind::Agreement, name: agreement.name.to_owned() };
            promised.push(Promised { hours: promise.hours, from: promise.from.clone(), source });
        }
    }
    promised
}
