//! The matrix of a service.

use std::collections::BTreeSet;

use isoneph_model::ControlId;
use isoneph_register::kinds::{CloudService, Holder};
use jiff::civil::Date;
use serde::Serialize;

use super::area::area as known_area;
use super::find;
use super::finding::Finding;
use super::version::current_version;
use super::view::{Side, View, Views};
use crate::declared::{Declared, Entry};

/// The split of responsibilities of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// The service.
    pub service: String,
    /// What people call it.
    pub title: String,
    /// `iaas`, `paas` or `saas`.
    pub model: String,
    /// Who provides it.
    pub provider: String,
    /// Who uses it.
    pub customers: Vec<String>,
    /// The version of the provider's split that now holds.
    pub version: Option<String>,
    /// The rows: by area, the row for all customers before those of single ones.
    pub rows: Vec<MatrixRow>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

isoneph_model::vocabulary! {
    /// How a row stands.
    pub enum RowStanding {
        /// What binds names one holder.
        Settled = "settled",
        /// Only a party's own reading names a holder.
        OwnReading = "own-reading",
        /// Views differ.
        Disputed = "disputed",
        /// Nobody holds it.
        Nobody = "nobody",
        /// Only drafts say anything.
        Proposed = "proposed",
    }
}

/// One area of one service, for all customers or for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatrixRow {
    /// The area.
    pub area: String,
    /// The area in words.
    pub title: Option<String>,
    /// The customer that it holds for; `None` for all.
    pub customer: Option<String>,
    /// Who carries it; `None` while views differ or nothing but drafts says so.
    pub holder: Option<Holder>,
    /// How that stands.
    pub standing: RowStanding,
    /// The controls that it is about.
    pub controls: Vec<ControlId>,
    /// What the provider does.
    pub provider_duty: Option<String>,
    /// What the customer does.
    pub customer_duty: Option<String>,
    /// The other party that carries it, or a part.
    pub third_party: Option<String>,
    /// The service below to which the provider hands its part.
    pub handed_to: Option<String>,
    /// Who is accountable inside the holder.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<Date>,
    /// How many pieces of evidence the views name.
    pub evidence: usize,
    /// What each source says.
    pub views: Vec<View>,
}

/// The matrix of one service. `None` if there is no such service.
pub fn matrix(declared: &Declared<'_>, service: &str) -> Option<Matrix> {
    let service = declared.get::<CloudService>(service)?;
    Some(build(declared, &Views::of_service(declared, service.name), &find::Clocks::new(declared), service))
}

/// The matrices of all services that are not ended, by name.
pub fn matrices(declared: &Declared<'_>) -> Vec<Matrix> {
    let (views, clocks) = (Views::new(declared), find::Clocks::new(declared));
    declared.services_in_use().map(|service| build(declared, &views, &clocks, service)).collect()
}

fn build(
    declared: &Declared<'_>,
    views: &Views,
    clocks: &find::Clocks<'_>,
    service: Entry<'_, CloudService>,
) -> Matrix {
    let rows: Vec<MatrixRow> = views.of(service.name).flat_map(|(area, views)| rows_of(area, views)).collect();
    let mut matrix = Matrix {
        service: service.name.to_owned(),
        title: service.spec.title.clone(),
        model: service.spec.model.to_string(),
        provider: service.spec.provider.clone(),
        customers: declared.customers(service.name).into_iter().map(str::to_owned).collect(),
        version: current_version(service.spec, &rows),
        rows,
        findings: Vec::new(),
    };
    matrix.findings = find::findings(&matrix, service, declared.is_ours(service.name), clocks);
    matrix
}

/// The row for all customers, and one for each customer about which something of its own is said.
fn rows_of(area: &str, views: &[View]) -> Vec<MatrixRow> {
    let mut customers: BTreeSet<Option<&str>> = views.iter().map(|view| view.customer.as_deref()).collect();
    let general = views.iter().any(|view| view.customer.is_none());
    if !general {
        customers.remove(&None);
    }
    let concerned = |customer: Option<&str>| -> Vec<View> {
        let concerns = |view: &&View| view.customer.is_none() || view.customer.as_deref() == customer;
        views.iter().filter(concerns).cloned().collect()
    };
    customers.into_iter().map(|customer| row(area, customer, concerned(customer))).collect()
}

pub(super) fn row(area: &str, customer: Option<&str>, mut views: Vec<View>) -> MatrixRow {
    views.sort_by(|a, b| a.source.cmp(&b.source).then_with(|| a.clause.cmp(&b.clause)));
    let (holder, standing) = decide(&views);
    let claimed: Vec<&View> = views.iter().filter(|view| !view.proposed).collect();
    // What binds is told first, then what the party that has the duty says of itself.
    let told = |side: Side, duty: fn(&View) -> Option<&String>| {
        let by_weight = |view: &&&View| (!view.binds(), view.side != side);
        let mut with: Vec<&&View> = claimed.iter().filter(|view| duty(view).is_some()).collect();
        with.sort_by_key(by_weight);
        with.first().and_then(|view| duty(view).cloned())
    };
    let first = |of: fn(&View) -> Option<&String>| claimed.iter().find_map(|view| of(view).cloned());
    let controls: BTreeSet<ControlId> = views.iter().flat_map(|view| view.controls.iter().cloned()).collect();
    MatrixRow {
        area: area.to_owned(),
        title: first(|view| view.title.as_ref())
            .or_else(|| known_area(area).and_then(|known| Some(known.title?.en.to_owned()))),
        customer: customer.map(str::to_owned),
        holder,
        standing,
        controls: controls.into_iter().collect(),
        provider_duty: told(Side::Provider, |view| view.provider_duty.as_ref()),
        customer_duty: told(Side::Customer, |view| view.customer_duty.as_ref()),
        third_party: first(|view| view.third_party.as_ref().map(|third| &third.party)),
        handed_to: first(|view| view.handed_to.as_ref()),
        owner: first(|view| view.owner.as_ref()),
        due: claimed.iter().filter_map(|view| view.due).min(),
        evidence: claimed.iter().map(|view| view.evidence.len()).sum(),
        views,
    }
}

/// Who holds it: by what binds, or else by what parties read for themselves.
fn decide(views: &[View]) -> (Option<Holder>, RowStanding) {
    let claimed: Vec<&View> = views.iter().filter(|view| !view.proposed).collect();
    if claimed.is_empty() {
        return (None, RowStanding::Proposed);
    }
    if find::left_to_each_other(&claimed).is_some() {
        return (Some(Holder::Nobody), RowStanding::Nobody);
    }
    if find::held_by_both(&claimed).is_some() {
        return (None, RowStanding::Disputed);
    }
    let binding: BTreeSet<Holder> = claimed.iter().filter(|view| view.binds()).map(|view| view.holder).collect();
    let read: BTreeSet<Holder> = claimed.iter().map(|view| view.holder).collect();
    let (holders, standing) =
        if binding.is_empty() { (read, RowStanding::OwnReading) } else { (binding, RowStanding::Settled) };
    match (holders.len(), holders.first()) {
        (1, Some(Holder::Nobody)) => (Some(Holder::Nobody), RowStanding::Nobody),
        (1, Some(holder)) => (Some(*holder), standing),
        _ => (None, RowStanding::Disputed),
    }
}
