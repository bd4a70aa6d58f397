//! What of what is in use is in scope, per environment of the cloud.

use std::collections::BTreeSet;

use isoneph_register::kinds::{Assurance, CloudService, CoveredService};
use jiff::civil::Date;
use serde::Serialize;

use super::holds::{Options, holding};
use super::names::{all_regions, resembles, same_environment, same_product, same_region};
use crate::declared::{Declared, Entry};

isoneph_model::vocabulary! {
    /// How far a product in use is in the scope of an assurance.
    pub enum CoverageState {
        /// It is in scope, in every region in use.
        Covered = "covered",
        /// It is in scope, but not in every region in use.
        RegionMissing = "region-missing",
        /// It is in scope; which regions are is not said.
        RegionsUnknown = "regions-unknown",
        /// It is in scope in another environment only.
        OtherEnvironment = "other-environment",
        /// The scope names products, and not this one.
        NotInScope = "not-in-scope",
        /// The scope names no products.
        ScopeUnknown = "scope-unknown",
        /// There is no assurance that holds.
        NoAssurance = "no-assurance",
    }
}

/// A product and its environments in scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EnvironmentInScope {
    /// The product as the scope names it.
    pub name: String,
    /// The environment; `None` for the usual one.
    pub environment: Option<String>,
}

/// One product in use against one assurance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfferingCoverage {
    /// The product in use.
    pub offering: String,
    /// The assurance; `None` if there is none.
    pub assurance: Option<String>,
    /// How far it is in scope.
    pub state: CoverageState,
    /// Regions in use that are not in scope.
    pub regions_missing: Vec<String>,
    /// Where the scope has it in another environment: there.
    pub elsewhere: Vec<EnvironmentInScope>,
    /// Names in the scope that may be meant; somebody has to look.
    pub resembling: Vec<String>,
}

/// One service against every assurance that holds for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceCoverage {
    /// The service.
    pub service: String,
    /// Its environment; `None` for the usual one.
    pub environment: Option<String>,
    /// Assurances that are held for it and hold no longer.
    pub not_holding: Vec<String>,
    /// Each product in use against each assurance that holds.
    pub offerings: Vec<OfferingCoverage>,
    /// Products that no assurance covers in full.
    pub uncovered: Vec<String>,
}

/// Every service in use against the assurances of its provider.
pub fn coverage(declared: &Declared<'_>, options: &Options, as_of: Date) -> Vec<ServiceCoverage> {
    let ours = declared.services_in_use().filter(|service| declared.is_ours(service.name));
    ours.map(|service| of_service(declared, options, service, as_of)).collect()
}

pub(super) fn of_service(
    declared: &Declared<'_>,
    options: &Options,
    service: Entry<'_, CloudService>,
    as_of: Date,
) -> ServiceCoverage {
    let spec = service.spec;
    let about = declared.claimed::<Assurance>().filter(|entry| is_about(entry.spec, service));
    let (holding, not_holding): (Vec<_>, Vec<_>) =
        about.partition(|entry| holding(declared, options, *entry, as_of).holds);
    let in_use = if spec.offerings.is_empty() { vec![spec.title.clone()] } else { spec.offerings.clone() };
    let mut offerings = Vec::new();
    for offering in &in_use {
        if holding.is_empty() {
            offerings.push(found(offering, None, CoverageState::NoAssurance));
        }
        offerings.extend(holding.iter().map(|assurance| of_offering(spec, offering, *assurance)));
    }
    let covered: BTreeSet<&str> = offerings
        .iter()
        .filter(|found| found.state == CoverageState::Covered)
        .map(|found| found.offering.as_str())
        .collect();
    let uncovered = in_use.iter().filter(|offering| !covered.contains(offering.as_str())).cloned().collect();
    ServiceCoverage {
        service: service.name.to_owned(),
        environment: spec.environment.clone(),
        not_holding: not_holding.iter().map(|entry| entry.name.to_owned()).collect(),
        offerings,
        uncovered,
    }
}

/// Held for the service by name, or about its provider as a whole.
pub(super) fn is_about(assurance: &Assurance, service: Entry<'_, CloudService>) -> bool {
    assurance.services.iter().any(|named| named == service.name)
        || (assurance.services.is_empty() && assurance.holder == service.spec.provider)
}

fn found(offering: &str, assurance: Option<&str>, state: CoverageState) -> OfferingCoverage {
    OfferingCoverage {
        offering: offering.to_owned(),
        assurance: assurance.map(str::to_owned),
        state,
        regions_missing: Vec::new(),
        elsewhere: Vec::new(),
        resembling: Vec::new(),
    }
}

fn of_offering(service: &CloudService, offering: &str, assurance: Entry<'_, Assurance>) -> OfferingCoverage {
    let scope = &assurance.spec.services_in_scope;
    let mut result = found(offering, Some(assurance.name), CoverageState::NotInScope);
    if scope.is_empty() {
        result.state = CoverageState::ScopeUnknown;
        return result;
    }
    let named: Vec<&CoveredService> = scope.iter().filter(|covered| same_product(&covered.name, offering)).collect();
    let here =
        |covered: &&&CoveredService| same_environment(covered.environment.as_deref(), service.environment.as_deref());
    let in_scope: Vec<&CoveredService> = named.iter().filter(here).copied().collect();
    if in_scope.is_empty() {
        let elsewhere = named
            .iter()
            .map(|covered| EnvironmentInScope { name: covered.name.clone(), environment: covered.environment.clone() });
        result.elsewhere = elsewhere.collect();
        if result.elsewhere.is_empty() {
            let resembling = scope.iter().filter(|covered| resembles(&covered.name, offering));
            let names: BTreeSet<&str> = resembling.map(|covered| covered.name.as_str()).collect();
            result.resembling = names.into_iter().take(10).map(str::to_owned).collect();
        } else {
            result.state = CoverageState::OtherEnvironment;
        }
        return result;
    }
    // A product's own regions go before those for all products.
    let own: Vec<&String> = in_scope.iter().flat_map(|covered| &covered.regions).collect();
    let all: Vec<&String> = assurance.spec.regions.iter().collect();
    let regions = if own.is_empty() { all } else { own };
    let missing = service
        .regions
        .iter()
        .filter(|used| !regions.iter().any(|region| all_regions(region) || same_region(region, used)));
    result.regions_missing = missing.cloned().collect();
    result.state = match (regions.is_empty(), result.regions_missing.is_empty()) {
        _ if service.regions.is_empty() => CoverageState::Covered,
        (true, _) => CoverageState::RegionsUnknown,
        (false, true) => CoverageState::Covered,
        (false, false) => CoverageState::RegionMissing,
    };
    if result.state == CoverageState::RegionsUnknown {
        result.regions_missing.clear();
    }
    result
}
