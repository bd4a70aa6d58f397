//! What outcomes come to, cell by cell: collected while they stream, judged at the end by the rule of isoneph-standard.

mod count;
mod findings;

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray;
use isoneph_assessment::{CheckInfo, CheckOutcome, Loss, Population, SaidAnswer, StandingAnswer, Tail};
use isoneph_model::{ControlId, EvidenceClass, InputId, Outcome, Role};
use isoneph_standard::standing::{Claim, judge};
use isoneph_standard::{Catalogue, RequirementKey};
use isoneph_tables::{Inventory, TableId};

use self::count::{Cell, Tally, add_failures, add_outcomes, add_to, with_population};
use crate::check::Check;
use crate::engine::{CellClaim, ServiceInScope, Settings};
use crate::said::{self, Sayings};

type CellKey = (ControlId, Role);

/// Counts while outcomes stream: of one check at a time, by account or service, and into the cells when the next check begins. So
/// an outcome costs a few additions, whatever its check supports.
pub(crate) struct Standings<'a> {
    catalogue: &'a Catalogue,
    settings: &'a Settings,
    checks: Vec<(&'a CheckInfo, &'a Check)>,
    /// Accounts seen by something other than a plan.
    seen: BTreeSet<String>,
    /// By cell and service; outcomes that may concern every service stand under `None`.
    cells: BTreeMap<CellKey, BTreeMap<Option<String>, Cell>>,
    /// What the parties claim, by the settings and by the register.
    claims: Vec<CellClaim>,
    current: usize,
    /// Whether the current check looks at things whose existence refutes somebody's exclusion.
    refuting: bool,
    /// Outcomes of the current check, by the account of their subject; `""` where it is not known.
    of_accounts: BTreeMap<String, Tally>,
    /// Outcomes of the current check about what has no account but a service: what parties say is of services.
    of_services: BTreeMap<String, Tally>,
    tail: Tail,
}

impl<'a> Standings<'a> {
    pub(crate) fn new(
        catalogue: &'a Catalogue,
        settings: &'a Settings,
        checks: Vec<(&'a CheckInfo, &'a Check)>,
        inventory: &Inventory,
        chosen: &BTreeSet<i64>,
    ) -> Standings<'a> {
        let mut standings = Standings {
            catalogue,
            settings,
            checks,
            seen: accounts_seen(inventory, chosen),
            cells: BTreeMap::new(),
            claims: settings.claims.clone(),
            current: 0,
            refuting: false,
            of_accounts: BTreeMap::new(),
            of_services: BTreeMap::new(),
            tail: Tail::default(),
        };
        standings.add_findings(inventory, chosen);
        standings.add_said(said::read(catalogue, settings.edition, settings.as_of, inventory, chosen));
        standings.refuting = standings.may_refute(0);
        standings
    }

    /// Counts an outcome. Outcomes come check by check.
    pub(crate) fn add(&mut self, outcome: &CheckOutcome) {
        if outcome.check != self.current {
            self.flush();
            self.current = outcome.check;
            self.refuting = self.may_refute(outcome.check);
        }
        let account = outcome.subject.as_ref().map_or("", |subject| subject.account.as_str());
        let (tallies, owner) = match (account, outcome.service.as_str()) {
            ("", service) if !service.is_empty() => (&mut self.of_services, service),
            (account, _) => (&mut self.of_accounts, account),
        };
        match tallies.get_mut(owner) {
            Some(tally) => tally.add(outcome, self.refuting),
            None => tallies.entry(owner.to_owned()).or_default().add(outcome, self.refuting),
        }
    }

    /// Whether a check looks at what a control is about that somebody excludes.
    fn may_refute(&self, check: usize) -> bool {
        let Some((info, check)) = self.checks.get(check) else { return false };
        info.supports.iter().any(|supports| {
            let concerns = |claim: &&CellClaim| claim.control == supports.control && claim.role == supports.role;
            let excluded = |claim: &CellClaim| matches!(claim.claim, Claim::Excluded { .. });
            self.claims.iter().filter(concerns).any(excluded) && self.is_about(&supports.control, Some(check.subject))
        })
    }

    /// Whether a control is about the rows of a table; where it does not say, it is about whatever is looked at.
    fn is_about(&self, control: &ControlId, table: Option<TableId>) -> bool {
        let Some(control) = self.catalogue.control(self.settings.edition, control) else { return false };
        let named = |table: TableId| control.about.iter().any(|name| name == table.def().name);
        control.about.is_empty() || table.is_some_and(named)
    }

    /// Puts what was counted of the current check into the cells that it supports.
    fn flush(&mut self) {
        let accounts = std::mem::take(&mut self.of_accounts);
        let services = std::mem::take(&mut self.of_services);
        let Some((info, check)) = self.checks.get(self.current).copied() else { return };
        for (account, tally) in &accounts {
            self.put(info, check, tally, |standings, role| standings.services_of(role, Some(account)));
        }
        for (service, tally) in &services {
            self.put(info, check, tally, |standings, role| standings.service_named(role, service));
        }
    }

    fn put(
        &mut self,
        info: &CheckInfo,
        check: &Check,
        tally: &Tally,
        services_of: impl Fn(&Self, Role) -> Vec<Option<String>>,
    ) {
        add_outcomes(&mut self.tail.outcomes, tally);
        add_failures(&mut self.tail.failures, info.severity, tally);
        for supports in &info.supports {
            let key = supports.requirement.as_ref().and_then(|name| self.requirement(supports, name, check));
            let about = self.is_about(&supports.control, Some(check.subject));
            for service in services_of(self, supports.role) {
                let cells = self.cells.entry((supports.control.clone(), supports.role)).or_default();
                let cell = cells.entry(service).or_default();
                cell.count(info.severity, tally);
                if about {
                    cell.things.extend(tally.things.iter().cloned());
                    cell.evidence.failing_subjects += tally.outcomes.fail;
                }
                let part = match &key {
                    Some(key) => cell.evidence.requirements.entry(key.clone()).or_default(),
                    None => &mut cell.evidence.whole,
                };
                add_to(part, supports.support, tally);
            }
        }
    }

    /// The service of this name, if it is one of the role: what is said of a service that is none of ours bears on none.
    fn service_named(&self, role: Role, name: &str) -> Vec<Option<String>> {
        if self.settings.services.is_empty() {
            return vec![None];
        }
        let services = self.settings.services.iter();
        let own = services.filter(|service| service.id == name && service.role == role);
        own.map(|service| Some(service.id.clone())).collect()
    }

    /// The services that something in an account bears on, for one role. `None` stands for every one: where the account
    /// is not known, or is none of the declared ones, it may be any.
    fn services_of(&self, role: Role, account: Option<&str>) -> Vec<Option<String>> {
        let Some(account) = account.filter(|account| !account.is_empty()) else { return vec![None] };
        let named = |service: &&ServiceInScope| service.accounts.iter().any(|one| one == account);
        let mut services = self.settings.services.iter().filter(named).peekable();
        if services.peek().is_none() {
            return vec![None];
        }
        services.filter(|service| service.role == role).map(|service| Some(service.id.clone())).collect()
    }

    /// The key of a requirement that a check names: the one the check itself refers to, else the cell's own.
    fn requirement(
        &self,
        supports: &isoneph_assessment::Supports,
        name: &str,
        check: &Check,
    ) -> Option<RequirementKey> {
        let own = check.supports().iter().filter(|cell| cell.role == supports.role);
        let mut own = own.filter_map(|cell| cell.requirement.as_ref()).filter(|key| key.name == name);
        let cell = self.catalogue.control(self.settings.edition, &supports.control)?.cell(supports.role);
        own.find(|key| cell.requires.iter().any(|requirement| requirement.key == **key)).cloned()
    }

    /// What the parties say: claims, and answers to what asks for a word.
    fn add_said(&mut self, sayings: Sayings) {
        self.claims.extend(sayings.claims);
        for said in sayings.answers {
            let cells = self.cells.entry((said.control, said.role)).or_default();
            let cell = cells.entry(said.service).or_default();
            let part = cell.evidence.requirements.entry(said.requirement.clone()).or_default();
            part.required.add(Outcome::Pass);
            part.stale += u64::from(said.stale);
            part.classes.insert(said.class);
            cell.said.push(SaidAnswer { requirement: said.requirement, class: said.class, place: said.place });
        }
    }

    /// The standing of every cell with guidance, and of every cell that something bears on.
    pub(crate) fn finish(mut self, inventory: &Inventory) -> Tail {
        self.flush();
        let view = self.catalogue.edition(self.settings.edition);
        let mut standings = Vec::new();
        for (control, role, cell) in view.cells() {
            for service in self.services_in(role) {
                let name = service.map_or("", |service| service.id.as_str());
                let seen = self.cell(&(control.id.clone(), role), name);
                let claim = self.claim(&control.id, role, name);
                let population = self.population(service);
                let mut evidence = with_population(cell, seen.evidence, &population);
                evidence.subjects = seen.things.len() as u64;
                let judgement = judge(cell, &evidence, claim);
                standings.push(StandingAnswer {
                    control: control.id.clone(),
                    role,
                    service: name.to_owned(),
                    standing: judgement.standing,
                    why: judgement.why,
                    counts: seen.counts,
                    said: seen.said,
                    population,
                });
            }
        }
        standings.sort_by(|a, b| {
            a.control.cmp(&b.control).then(a.role.cmp(&b.role)).then_with(|| a.service.cmp(&b.service))
        });
        self.tail.standings = standings;
        self.tail.losses = losses(inventory);
        self.tail
    }

    /// What bears on a cell for a service: its own outcomes, and those that belong to no one service.
    fn cell(&self, key: &CellKey, service: &str) -> Cell {
        let Some(cells) = self.cells.get(key) else { return Cell::default() };
        let mut sum = cells.get(&Some(service.to_owned())).cloned().unwrap_or_default();
        if let Some(shared) = cells.get(&None) {
            sum.merge(shared);
        }
        sum
    }

    fn claim(&self, control: &ControlId, role: Role, service: &str) -> Option<&Claim> {
        let fits = |claim: &&CellClaim| claim.control == *control && claim.role == role;
        let mut claims = self.claims.iter().filter(fits);
        let own = claims.clone().find(|claim| claim.service.as_deref() == Some(service));
        own.or_else(|| claims.find(|claim| claim.service.is_none())).map(|claim| &claim.claim)
    }

    /// The services of a role; without any declared, one that has no name.
    fn services_in(&self, role: Role) -> Vec<Option<&ServiceInScope>> {
        if self.settings.services.is_empty() {
            return vec![None];
        }
        self.settings.services.iter().filter(|service| service.role == role).map(Some).collect()
    }

    /// How many of the accounts in scope were seen: of the service's own, or of all.
    fn population(&self, service: Option<&ServiceInScope>) -> Population {
        let expected = service.map_or(&self.settings.accounts, |service| &service.accounts);
        if expected.is_empty() {
            return Population { seen: self.seen.len() as u64, expected: None, basis: "assumed" };
        }
        let seen = expected.iter().filter(|account| self.seen.contains(*account)).count();
        Population { seen: seen as u64, expected: Some(expected.len() as u64), basis: "declared" }
    }
}

/// The accounts seen by something other than a plan.
fn accounts_seen(inventory: &Inventory, chosen: &BTreeSet<i64>) -> BTreeSet<String> {
    let is_seen = |snapshot: &i64| {
        let input = inventory.snapshot(*snapshot).map(|snapshot| snapshot.input.0 as usize);
        let class = input.and_then(|input| inventory.inputs.get(input)).and_then(|input| input.class);
        class.is_some_and(|class| class != EvidenceClass::Intended)
    };
    let snapshots: BTreeSet<i64> = chosen.iter().copied().filter(is_seen).collect();
    let mut accounts: BTreeSet<String> = BTreeSet::new();
    if snapshots.is_empty() {
        return accounts;
    }
    for table in TableId::all() {
        let batch = inventory.table_of(table, &snapshots);
        let Some(index) = table.def().column_index("account") else { continue };
        for account in batch.column(index).as_string::<i32>().iter().flatten().filter(|account| !account.is_empty()) {
            if !accounts.contains(account) {
                accounts.insert(account.to_owned());
            }
        }
    }
    accounts
}

/// What was given but could not be read.
fn losses(inventory: &Inventory) -> Vec<Loss> {
    let mut losses = Vec::new();
    for (index, input) in inventory.inputs.iter().enumerate() {
        let id = Some(InputId(index as u32));
        for reject in &input.rejected {
            let message = format!("{}: {}: {} [{}]", input.path, reject.locator, reject.message, reject.code);
            losses.push(Loss { input: id, message });
        }
    }
    losses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_control_is_about_is_a_table() {
        let catalogue = Catalogue::embedded().unwrap();
        let editions = isoneph_model::Edition::ALL.iter().flat_map(|edition| catalogue.edition(*edition).controls());
        let about: Vec<&String> = editions.flat_map(|control| &control.about).collect();
        assert!(!about.is_empty());
        for name in about {
            assert!(TableId::find(name).is_some(), "{name}");
        }
    }
}
