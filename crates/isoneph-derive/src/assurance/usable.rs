//! What a customer may build on, control by control: the provider's assurance, its own doing, or its assessor's word.

use isoneph_model::{ControlId, Edition, Role, Text};
use isoneph_register::kinds::{Assurance, CloudService, Holder};
use isoneph_standard::{Catalogue, Family};
use jiff::civil::Date;
use serde::Serialize;

use super::coverage::{CoverageState, is_about, of_service};
use super::finding::{AssuranceCode, Weight};
use super::holds::{Holding, Options, holding, speaks_to, standard};
use crate::declared::{Declared, Entry};
use crate::responsibilities::matrix;

isoneph_model::vocabulary! {
    /// What may be built on for the provider's part of a control.
    pub enum ProviderPart {
        /// An assurance that holds, of an accredited body or an auditor, that covers all in use and speaks to it.
        Usable = "usable",
        /// An assurance speaks to it, but is limited: the assessor decides.
        AssessorDecides = "assessor-decides",
        /// No assurance that holds speaks to it.
        Nothing = "nothing",
        /// The guidance asks nothing of the provider, or the split leaves all of it to the customer.
        NoPart = "no-part",
    }
}

/// One control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ControlUse {
    /// The control of ISO/IEC 27017:2015.
    pub control: ControlId,
    /// Its title.
    pub title: Text,
    /// What may be built on for the provider's part.
    pub provider: ProviderPart,
    /// Whether there is a part of the customer's own: no assurance of the provider covers it.
    pub yours: bool,
    /// The assurances that speak to it.
    pub assurances: Vec<String>,
    /// Why the assessor decides.
    pub limits: Vec<AssuranceCode>,
    /// Products in use that those assurances do not cover.
    pub uncovered: Vec<String>,
}

/// The 44 controls of ISO/IEC 27017:2015 for one service. `None` if there is no such service, or no catalogue.
pub fn usable(declared: &Declared<'_>, options: &Options, service: &str, as_of: Date) -> Option<Vec<ControlUse>> {
    let service = declared.get::<CloudService>(service)?;
    let catalogue = Catalogue::embedded().ok()?;
    let covered = of_service(declared, options, service, as_of);
    let rows = matrix(declared, service.name).map(|matrix| matrix.rows).unwrap_or_default();
    let about = declared.claimed::<Assurance>().filter(|entry| is_about(entry.spec, service));
    let held: Vec<(Entry<'_, Assurance>, Holding)> =
        about.map(|entry| (entry, holding(declared, options, entry, as_of))).filter(|(_, held)| held.holds).collect();
    let controls = catalogue.edition(Edition::E2015).controls().map(|control| {
        let of_control = rows.iter().filter(|row| row.controls.contains(&control.id));
        let holders: Vec<Option<Holder>> = of_control.map(|row| row.holder).collect();
        let all_customers = !holders.is_empty() && holders.iter().all(|holder| *holder == Some(Holder::Customer));
        let any_customers = holders.iter().any(|holder| matches!(holder, Some(Holder::Customer | Holder::Shared)));
        let mut used = ControlUse {
            control: control.id.clone(),
            title: control.title.clone(),
            provider: ProviderPart::NoPart,
            yours: control.cell(Role::Customer).guidance || any_customers,
            assurances: Vec::new(),
            limits: Vec::new(),
            uncovered: Vec::new(),
        };
        if control.cell(Role::Provider).guidance && !all_customers {
            let speaking: Vec<_> = held.iter().filter(|(entry, _)| speaks(entry.spec, &control.id)).collect();
            weigh(&mut used, &speaking, &covered.offerings);
        }
        used
    });
    Some(controls.collect())
}

/// Whether it speaks to a control: by naming it, in a claim or in its list; or, if it names none, as a certificate of
/// ISO/IEC 27017 for the provider's role.
fn speaks(assurance: &Assurance, control: &ControlId) -> bool {
    let claimed = assurance.claims.iter().flat_map(|claim| &claim.controls);
    if assurance.controls.iter().chain(claimed).any(|named| named == control) {
        return speaks_to(assurance, Role::Provider);
    }
    let of_27017 = standard(assurance).is_some_and(|standard| standard.family == Family::Iso27017);
    assurance.controls.is_empty() && of_27017 && speaks_to(assurance, Role::Provider)
}

fn weigh(
    used: &mut ControlUse,
    speaking: &[&(Entry<'_, Assurance>, Holding)],
    offerings: &[super::coverage::OfferingCoverage],
) {
    used.provider = if speaking.is_empty() { ProviderPart::Nothing } else { ProviderPart::AssessorDecides };
    for (entry, held) in speaking {
        let limits: Vec<AssuranceCode> =
            held.findings.iter().filter(|f| f.weight == Weight::Limits).map(|finding| finding.code).collect();
        let not_covered = offerings.iter().filter(|offering| {
            offering.assurance.as_deref() == Some(entry.name) && offering.state != CoverageState::Covered
        });
        let not_covered: Vec<String> = not_covered.map(|offering| offering.offering.clone()).collect();
        if limits.is_empty() && not_covered.is_empty() {
            used.provider = ProviderPart::Usable;
        }
        used.assurances.push(entry.name.to_owned());
        used.limits.extend(limits);
        used.uncovered.extend(not_covered);
    }
    if used.provider == ProviderPart::Usable {
        used.limits.clear();
        used.uncovered.clear();
    }
    used.limits.sort();
    used.limits.dedup();
    used.uncovered.sort();
    used.uncovered.dedup();
}
