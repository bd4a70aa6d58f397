//! What the scope of an assurance gained and lost between two versions.

use std::collections::BTreeSet;

use isoneph_register::kinds::Assurance;
use serde::Serialize;

use crate::declared::Declared;

/// How the scope of a later version differs from that of an earlier one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ScopeDifference {
    /// The earlier version.
    pub earlier: String,
    /// The later version.
    pub later: String,
    /// Products in scope now only: with environment and region, where the scope names them.
    pub services_gained: Vec<String>,
    /// Products in scope before only.
    pub services_lost: Vec<String>,
    /// Regions for all products, now only.
    pub regions_gained: Vec<String>,
    /// Regions for all products, before only.
    pub regions_lost: Vec<String>,
    /// Sites now only.
    pub sites_gained: Vec<String>,
    /// Sites before only.
    pub sites_lost: Vec<String>,
    /// Controls now only.
    pub controls_gained: Vec<String>,
    /// Controls before only.
    pub controls_lost: Vec<String>,
}

impl ScopeDifference {
    /// Whether the scope lost anything.
    pub fn lost_anything(&self) -> bool {
        let lost = [&self.services_lost, &self.regions_lost, &self.sites_lost, &self.controls_lost];
        lost.iter().any(|list| !list.is_empty())
    }
}

/// Every assurance that supersedes another in the register, against it.
pub fn scope_differences(declared: &Declared<'_>) -> Vec<ScopeDifference> {
    let superseding = declared.claimed::<Assurance>().filter_map(|later| {
        let earlier = declared.get::<Assurance>(later.spec.supersedes.as_ref()?)?;
        Some(scope_difference((earlier.name, earlier.spec), (later.name, later.spec)))
    });
    superseding.collect()
}

/// How the later of two versions differs.
pub fn scope_difference(earlier: (&str, &Assurance), later: (&str, &Assurance)) -> ScopeDifference {
    let (before, now) = (earlier.1, later.1);
    let (services_gained, services_lost) = differences(services(before), services(now));
    let (regions_gained, regions_lost) = differences(texts(&before.regions), texts(&now.regions));
    let (sites_gained, sites_lost) = differences(texts(&before.sites), texts(&now.sites));
    let (controls_gained, controls_lost) = differences(texts(&before.controls), texts(&now.controls));
    ScopeDifference {
        earlier: earlier.0.to_owned(),
        later: later.0.to_owned(),
        services_gained,
        services_lost,
        regions_gained,
        regions_lost,
        sites_gained,
        sites_lost,
        controls_gained,
        controls_lost,
    }
}

fn services(assurance: &Assurance) -> BTreeSet<String> {
    let mut services = BTreeSet::new();
    for covered in &assurance.services_in_scope {
        let environment = covered.environment.as_ref().map(|name| format!(" [{name}]")).unwrap_or_default();
        let name = format!("{}{environment}", covered.name.trim());
        if covered.regions.is_empty() {
            services.insert(name);
        } else {
            services.extend(covered.regions.iter().map(|region| format!("{name} in {region}")));
        }
    }
    services
}

fn texts<T: ToString>(list: &[T]) -> BTreeSet<String> {
    list.iter().map(|item| item.to_string().trim().to_owned()).collect()
}

fn differences(before: BTreeSet<String>, now: BTreeSet<String>) -> (Vec<String>, Vec<String>) {
    (now.difference(&before).cloned().collect(), before.difference(&now).cloned().collect())
}
