//! Finds what is wrong with a matrix.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_register::kinds::{Agreement, CloudService, Holder, IncidentFacts, Lifecycle, Obligation};

use super::area::{INCIDENTS, expected_areas};
use super::finding::{Finding, FindingCode};
use super::matrix::{Matrix, MatrixRow, RowStanding};
use super::promise;
use super::version::{agreed_versions, compare_versions};
use super::view::{Side, View};
use crate::declared::{Declared, Entry};

/// The clocks that bind customers, and the agreements that promise times.
pub(super) struct Clocks<'a> {
    pub(super) obligations: Vec<Entry<'a, Obligation>>,
    pub(super) agreements: Vec<Entry<'a, Agreement>>,
}

impl<'a> Clocks<'a> {
    pub(super) fn new(declared: &Declared<'a>) -> Clocks<'a> {
        let obligations = declared.claimed::<Obligation>().filter(|entry| entry.spec.clock_hours.is_some());
        Clocks { obligations: obligations.collect(), agreements: declared.claimed::<Agreement>().collect() }
    }
}

/// All that is wrong, in order.
pub(super) fn findings(
    matrix: &Matrix,
    service: Entry<'_, CloudService>,
    is_ours: bool,
    clocks: &Clocks<'_>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let in_use = matches!(service.spec.status, None | Some(Lifecycle::Active));
    let claimed = |row: &&MatrixRow| row.standing != RowStanding::Proposed;
    if in_use && is_ours && !matrix.rows.iter().any(|row| claimed(&row)) {
        let proposed = matrix.rows.iter().flat_map(|row| row.views.iter().map(|view| view.source.clone()));
        found.push(
            Finding::new(&matrix.service, FindingCode::ServiceWithoutMatrix)
                .fact("drafts", matrix.rows.len())
                .source(proposed),
        );
    } else if in_use {
        let told: BTreeSet<&str> = matrix.rows.iter().map(|row| row.area.as_str()).collect();
        let missing = expected_areas(service.spec.model).filter(|area| is_ours && !told.contains(area.id.as_str()));
        found.extend(missing.map(|area| {
            let mut finding = Finding::new(&matrix.service, FindingCode::AreaMissing);
            finding.area = Some(area.id.clone());
            finding
        }));
        for row in &matrix.rows {
            found.extend(of_row(matrix, row));
        }
        if is_ours {
            found.extend(agreed_to_other_version(matrix));
        }
    }
    found.extend(promise::findings(matrix, clocks));
    found.sort();
    found.dedup();
    found
}

fn of_row(matrix: &Matrix, row: &MatrixRow) -> Vec<Finding> {
    let claimed: Vec<&View> = row.views.iter().filter(|view| !view.proposed).collect();
    let mut found = Vec::new();
    let mut add = |code: FindingCode, facts: Vec<(&'static str, String)>, views: &[&View]| {
        let mut finding = Finding::new(&matrix.service, code).source(views.iter().map(|view| view.source.clone()));
        finding.area = Some(row.area.clone());
        finding.customer.clone_from(&row.customer);
        finding.facts.extend(facts);
        found.push(finding);
    };
    if claimed.is_empty() {
        let all: Vec<&View> = row.views.iter().collect();
        add(FindingCode::NobodyHolds, vec![("why", "draft-only".to_owned())], &all);
        return found;
    }
    if let Some((one, other)) = left_to_each_other(&claimed) {
        add(FindingCode::NobodyHolds, vec![("why", "left-to-each-other".to_owned())], &[one, other]);
    } else if row.standing == RowStanding::Nobody {
        add(FindingCode::NobodyHolds, vec![("why", "said".to_owned())], &claimed);
    }
    if let Some((one, other)) = held_by_both(&claimed) {
        add(FindingCode::BothHold, Vec::new(), &[one, other]);
    }
    let binding: Vec<&View> = claimed.iter().copied().filter(|view| view.binds()).collect();
    let holders: BTreeMap<Holder, Vec<String>> = binding.iter().fold(BTreeMap::new(), |mut holders, view| {
        let basis = view.basis.map(|basis| basis.to_string()).unwrap_or_default();
        holders.entry(view.holder).or_insert_with(Vec::new).push(basis);
        holders
    });
    if holders.len() > 1 {
        let says = |(holder, bases): (&Holder, &Vec<String>)| format!("{holder} ({})", bases.join(", "));
        let says: Vec<String> = holders.iter().map(says).collect();
        add(FindingCode::SeenDifferently, vec![("holders", says.join("; "))], &binding);
    }
    let said_by_each = left_to_each_other(&claimed).or_else(|| held_by_both(&claimed)).is_some();
    if binding.is_empty() && !said_by_each && row.standing != RowStanding::Nobody {
        let read: BTreeSet<&str> = claimed.iter().map(|view| view.holder.as_str()).collect();
        let read: Vec<&str> = read.into_iter().collect();
        add(FindingCode::OwnReadingOnly, vec![("holders", read.join("; "))], &claimed);
    }
    if row.holder == Some(Holder::Shared) {
        let missing: Vec<&str> = [("provider", &row.provider_duty), ("customer", &row.customer_duty)]
            .into_iter()
            .filter_map(|(side, duty)| duty.is_none().then_some(side))
            .collect();
        if !missing.is_empty() {
            add(FindingCode::SharedWithoutDuties, vec![("missing", missing.join(", "))], &claimed);
        }
    }
    if row.holder == Some(Holder::ThirdParty) && row.third_party.is_none() {
        add(FindingCode::ThirdPartyUnnamed, Vec::new(), &claimed);
    }
    if row.area == INCIDENTS && row.holder.is_some_and(|holder| holder != Holder::NotApplicable) {
        let missing = missing_incident_facts(&claimed);
        if !missing.is_empty() {
            add(FindingCode::IncidentFactsMissing, vec![("missing", missing.join(", "))], &claimed);
        }
    }
    found
}

/// A view of the provider that leaves it to the customer, and one of the customer that leaves it to the provider.
pub(super) fn left_to_each_other<'v>(claimed: &[&'v View]) -> Option<(&'v View, &'v View)> {
    pair(claimed, Holder::Customer, Holder::Provider)
}

/// A view of the provider that takes it on, and one of the customer that does.
pub(super) fn held_by_both<'v>(claimed: &[&'v View]) -> Option<(&'v View, &'v View)> {
    pair(claimed, Holder::Provider, Holder::Customer)
}

fn pair<'v>(claimed: &[&'v View], provider: Holder, customer: Holder) -> Option<(&'v View, &'v View)> {
    let view = |side: Side, holder: Holder| claimed.iter().copied().find(|v| v.side == side && v.holder == holder);
    view(Side::Provider, provider).zip(view(Side::Customer, customer))
}

/// The six facts that 16.1.1 has a provider tell, of which the views together tell not all.
fn missing_incident_facts(claimed: &[&View]) -> Vec<&'static str> {
    let facts: Vec<&IncidentFacts> = claimed.iter().filter_map(|view| view.incident.as_ref()).collect();
    let told = |fact: fn(&IncidentFacts) -> bool| facts.iter().any(|facts| fact(facts));
    let all: [(&str, bool); 6] = [
        ("reported", told(|facts| facts.reported.is_some())),
        ("disclosure", told(|facts| facts.disclosure.is_some())),
        ("notice-hours", told(|facts| facts.notice_hours.is_some())),
        ("procedure", told(|facts| facts.procedure.is_some())),
        ("contact", told(|facts| facts.contact.is_some())),
        ("remedies", told(|facts| facts.remedies.is_some())),
    ];
    all.into_iter().filter_map(|(name, told)| (!told).then_some(name)).collect()
}

/// Who agreed to another version than the one that holds; and customers that agreed to none.
fn agreed_to_other_version(matrix: &Matrix) -> Vec<Finding> {
    let agreed = agreed_versions(&matrix.rows);
    let mut found = Vec::new();
    if let Some(current) = &matrix.version {
        for (party, agreement) in &agreed {
            let order = compare_versions(&agreement.version, current);
            if order != super::version::VersionOrder::Same {
                let mut finding = Finding::new(&matrix.service, FindingCode::AgreedToOtherVersion)
                    .fact("party", party)
                    .fact("agreed", &agreement.version)
                    .fact("current", current)
                    .fact("order", order)
                    .source([agreement.source.clone()]);
                finding.customer = Some(party.clone()).filter(|party| *party != matrix.provider);
                found.push(finding);
            }
        }
    }
    for customer in matrix.customers.iter().filter(|customer| !agreed.contains_key(*customer)) {
        let mut finding = Finding::new(&matrix.service, FindingCode::NeverAgreed).fact("party", customer);
        finding.customer = Some(customer.clone());
        found.push(finding);
    }
    found
}
