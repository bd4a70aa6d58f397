//! What is known before the first outcome.

use isoneph_assessment::{CheckInfo, Config, Head, Scope, Supports, Tool};
use isoneph_model::Edition;
use isoneph_standard::{BaseStandard, Catalogue};
use isoneph_tables::Inventory;

use super::Engine;
use crate::check::{Check, SupportedCell};

pub(crate) fn head(engine: &Engine, inventory: &Inventory, not_judged: Vec<(i64, String)>) -> Head {
    let settings = &engine.settings;
    let mut services: Vec<String> = settings.services.iter().map(|service| service.id.clone()).collect();
    if services.is_empty() {
        services.push(String::new());
    }
    Head {
        tool: Tool { name: "isoneph", version: settings.version },
        edition: settings.edition,
        as_of: settings.as_of,
        config: Config {
            sha256: settings.config,
            parameters: engine.checks.iter().flat_map(|settled| settled.changed.iter().cloned()).collect(),
            exceptions: settings.exceptions.clone(),
        },
        scope: Scope {
            services,
            accounts: settings.accounts.clone(),
            regions: settings.regions.clone(),
            period: settings.period,
            roles: settings.roles,
        },
        inputs: inventory.inputs.clone(),
        snapshots: inventory.snapshots.clone(),
        not_judged,
        coverage: inventory.coverage.clone(),
        checks: engine.infos.clone(),
    }
}

pub(crate) fn info(check: &Check, edition: Edition, catalogue: &Catalogue) -> CheckInfo {
    CheckInfo {
        id: check.id().to_owned(),
        title: check.title().clone(),
        message: check.message().clone(),
        severity: check.severity(),
        subject: check.subject().def().name.to_owned(),
        supports: check.supports_in(edition, catalogue),
        why: check.why().to_owned(),
        fix: check.fix().to_owned(),
        file: check.file().to_owned(),
    }
}

impl Check {
    /// The cells it supports in an edition, sorted: those it names, or where their controls went.
    pub fn supports_in(&self, edition: Edition, catalogue: &Catalogue) -> Vec<Supports> {
        let cells = self.supports().iter().flat_map(|cell| supports_in(cell, edition, catalogue));
        let mut supports: Vec<Supports> = cells.collect();
        supports.sort();
        supports.dedup();
        supports
    }
}

/// A cell in the edition of the run: itself, or where its control went.
fn supports_in(cell: &SupportedCell, edition: Edition, catalogue: &Catalogue) -> Vec<Supports> {
    let requirement = cell.requirement.as_ref().map(|key| key.name.clone());
    let there =
        |control| Supports { control, role: cell.role, support: cell.support, requirement: requirement.clone() };
    if cell.edition == edition {
        return vec![there(cell.control.clone())];
    }
    let linked = catalogue.in_other_edition(cell.edition, &cell.control);
    if !linked.is_empty() {
        return linked.into_iter().map(|control| there(control.id.clone())).collect();
    }
    let base = catalogue.base_control(BaseStandard::of(cell.edition), &cell.control);
    base.into_iter().flat_map(|control| control.counterparts.iter().cloned()).map(there).collect()
}
