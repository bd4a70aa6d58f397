//! Builds a statement of applicability.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_model::{ControlId, Edition, Role, Standing};
use isoneph_register::kinds::{Implementation, Inclusion, Scope, Statement};
use isoneph_standard::{BaseStandard, Catalogue, Control, ControlKind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Decision, RowSource, Soa, SoaCell, SoaClaim, SoaProblem, SoaRow, act, speaks_against};
use crate::declared::{Declared, Entry};

/// What the evidence comes to for one cell of ISO/IEC 27017:2015, by an assessment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CellEvidence {
    /// The control.
    pub control: ControlId,
    /// The role.
    pub role: Option<Role>,
    /// The service.
    pub service: Option<String>,
    /// What it comes to.
    pub standing: Standing,
    /// Why, in short.
    pub why: String,
}

/// The statement of applicability of a scope: of the one named, or the only one. `None` if there is none, or more than
/// one and none named, or no catalogue.
pub fn soa(
    declared: &Declared<'_>,
    catalogue: &Catalogue,
    scope: Option<&str>,
    evidence: &[CellEvidence],
    as_of: Date,
) -> Option<Soa> {
    let scope = match scope {
        Some(name) => declared.get::<Scope>(name)?,
        None => {
            let mut scopes = declared.of::<Scope>();
            scopes.next().filter(|_| scopes.next().is_none())?
        }
    };
    let mut cells = Cells::new(declared, scope, evidence, as_of);
    let cloud: Vec<&Control> = catalogue.edition(Edition::E2015).controls().collect();
    let mut rows = Vec::new();
    for base in catalogue.base_controls(BaseStandard::E2022) {
        let guidance =
            |control: &&&Control| control.kind == ControlKind::Guidance && control.iso27002_2022.contains(&base.id);
        let cloud: Vec<&Control> = cloud.iter().filter(guidance).copied().collect();
        let mut names: Vec<&ControlId> = cloud.iter().map(|control| &control.id).collect();
        names.extend(&base.counterparts);
        names.push(&base.id);
        names.sort();
        names.dedup();
        let role = |role: Role| cloud.iter().any(|control| control.cell(role).guidance).then_some(role);
        rows.push(SoaRow {
            id: format!("A.{}", base.id),
            control: base.id.clone(),
            title: base.title.clone(),
            source: RowSource::AnnexA,
            cloud_controls: cloud.iter().map(|control| control.id.clone()).collect(),
            base: Some(cells.base_cell(&names, [role(Role::Provider), role(Role::Customer)])),
            provider: role(Role::Provider).map(|role| cells.cell(&names, Some(role))),
            customer: role(Role::Customer).map(|role| cells.cell(&names, Some(role))),
        });
    }
    for control in cloud.iter().filter(|control| control.kind == ControlKind::Extended) {
        let names = [&control.id];
        let role = |role: Role| control.cell(role).guidance.then_some(role);
        rows.push(SoaRow {
            id: control.id.to_string(),
            control: control.id.clone(),
            title: control.title.clone(),
            source: RowSource::Cloud,
            cloud_controls: vec![control.id.clone()],
            base: None,
            provider: role(Role::Provider).map(|role| cells.cell(&names, Some(role))),
            customer: role(Role::Customer).map(|role| cells.cell(&names, Some(role))),
        });
    }
    let mut soa = Soa {
        scope: scope.name.to_owned(),
        title: scope.spec.title.clone(),
        organisation: scope.spec.organisation.clone(),
        services: scope.spec.services.clone(),
        as_of,
        rows,
        unplaced: cells.unplaced(),
        decisions: BTreeMap::new(),
        problems: BTreeMap::new(),
    };
    let all: Vec<(Decision, Vec<SoaProblem>)> =
        soa.rows.iter().flat_map(|row| row.cells().map(|(_, cell)| (cell.decision, cell.problems.clone()))).collect();
    for (decision, problems) in all {
        *soa.decisions.entry(decision).or_insert(0) += 1;
        for problem in problems {
            *soa.problems.entry(problem).or_insert(0) += 1;
        }
    }
    Some(soa)
}

struct Cells<'a> {
    statements: BTreeMap<&'a ControlId, Vec<Entry<'a, Statement>>>,
    evidence: &'a [CellEvidence],
    placed: BTreeSet<&'a str>,
    as_of: Date,
}

impl<'a> Cells<'a> {
    fn new(declared: &Declared<'a>, scope: Entry<'a, Scope>, evidence: &'a [CellEvidence], as_of: Date) -> Cells<'a> {
        let keeper = declared.keeper();
        let of_scope = |statement: &Statement| {
            let party = statement.party.as_deref().or(keeper);
            let service = statement.service.as_ref();
            let services = &scope.spec.services;
            party.is_none_or(|party| party == scope.spec.organisation)
                && service.is_none_or(|service| services.is_empty() || services.contains(service))
        };
        let mut statements: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in declared.of::<Statement>().filter(|entry| of_scope(entry.spec)) {
            statements.entry(&entry.spec.control).or_default().push(entry);
        }
        Cells { statements, evidence, placed: BTreeSet::new(), as_of }
    }

    /// The cell of a control of Annex A without a role. A statement in a role for which there is no column stands here
    /// as well: whoever made it claims the base control.
    fn base_cell(&mut self, names: &[&ControlId], columns: [Option<Role>; 2]) -> SoaCell {
        let beside = Role::ALL.iter().copied().filter(|role| !columns.contains(&Some(*role)));
        let roles: Vec<Option<Role>> = std::iter::once(None).chain(beside.map(Some)).collect();
        self.cell_of(names, &roles)
    }

    /// A statement about a control of either numbering stands in the cell of its role; one without a role in the base
    /// cell, or, for a cloud control, in each.
    fn cell(&mut self, names: &[&ControlId], role: Option<Role>) -> SoaCell {
        self.cell_of(names, &[role])
    }

    fn cell_of(&mut self, names: &[&ControlId], roles: &[Option<Role>]) -> SoaCell {
        let extended = names.iter().all(|name| name.is_extended());
        let mut claims = Vec::new();
        for name in names {
            for entry in self.statements.get(*name).map(Vec::as_slice).unwrap_or_default() {
                let stated = entry.spec.role;
                if roles.contains(&stated) || (extended && stated.is_none()) {
                    self.placed.insert(entry.name);
                    claims.push(claim(*entry));
                }
            }
        }
        claims.sort();
        let says = self.evidence.iter().filter(|said| {
            names.iter().any(|name| **name == said.control) && (roles.contains(&said.role) || said.role.is_none())
        });
        let mut evidence_says: Vec<CellEvidence> = says.cloned().collect();
        evidence_says.sort();
        let decision = decide(&claims);
        let problems = problems(&claims, decision, &evidence_says, self.as_of);
        SoaCell { decision, claims, evidence_says, problems }
    }

    fn unplaced(&self) -> Vec<(String, ControlId)> {
        let all = self.statements.values().flatten();
        let unplaced = all.filter(|entry| !self.placed.contains(entry.name));
        let mut unplaced: Vec<(String, ControlId)> =
            unplaced.map(|entry| (entry.name.to_owned(), entry.spec.control.clone())).collect();
        unplaced.sort();
        unplaced
    }
}

fn claim(entry: Entry<'_, Statement>) -> SoaClaim {
    let statement = entry.spec;
    SoaClaim {
        statement: entry.name.to_owned(),
        control: statement.control.clone(),
        role: statement.role,
        service: statement.service.clone(),
        requirement: statement.requirement.clone(),
        applicable: statement.applicable,
        proposed: entry.proposed,
        reasons: statement.reasons.clone(),
        exclusion: statement.exclusion.clone(),
        status: statement.status,
        how: statement.how.clone(),
        owner: statement.owner.clone(),
        risks: statement.risks.clone(),
        approved: statement.approved.as_ref().map(act),
        evidence: statement.evidence.iter().map(Into::into).collect(),
        reviewed: statement.reviewed,
        next_review: statement.next_review,
    }
}

fn decide(claims: &[SoaClaim]) -> Decision {
    let claimed = |applicable: bool| claims.iter().any(|claim| !claim.proposed && claim.applicable == applicable);
    match (claimed(true), claimed(false)) {
        (true, true) => Decision::Mixed,
        (true, false) => Decision::Applicable,
        (false, true) => Decision::Excluded,
        (false, false) => Decision::Undecided,
    }
}

fn problems(claims: &[SoaClaim], decision: Decision, says: &[CellEvidence], as_of: Date) -> Vec<SoaProblem> {
    let mut found = BTreeSet::new();
    if decision == Decision::Undecided {
        found.insert(if claims.is_empty() { SoaProblem::Undecided } else { SoaProblem::ProposedOnly });
    }
    for claim in claims.iter().filter(|claim| !claim.proposed) {
        found.extend(claim.problems(says, as_of));
    }
    // What an assessment found contradicted is so, whichever claim it held against the evidence.
    if says.iter().any(|said| said.standing == Standing::Contradicted) {
        found.insert(SoaProblem::Contradicted);
    }
    found.into_iter().collect()
}

impl CellEvidence {
    /// Whether it is about what a claim is about: the same service, or no particular one.
    pub(super) fn is_about(&self, claim: &SoaClaim) -> bool {
        claim.service.is_none() || self.service.is_none() || claim.service == self.service
    }
}

impl SoaClaim {
    /// What is wrong with it, seen by itself and by what the evidence says of its cell.
    pub(super) fn problems(&self, says: &[CellEvidence], as_of: Date) -> BTreeSet<SoaProblem> {
        let mut found: BTreeSet<SoaProblem> = of_claim(self, as_of).into_iter().collect();
        let mut about = says.iter().filter(|said| said.is_about(self));
        let relies = !self.applicable || self.is_done();
        if relies && about.any(|said| speaks_against(said.standing)) {
            found.insert(SoaProblem::Contradicted);
        }
        found
    }

    fn is_done(&self) -> bool {
        matches!(self.status, Some(Implementation::Implemented | Implementation::Alternative))
    }
}

fn of_claim(claim: &SoaClaim, as_of: Date) -> Vec<SoaProblem> {
    let mut found = Vec::new();
    let mut demand = |holds: bool, problem: SoaProblem| {
        if !holds {
            found.push(problem);
        }
    };
    if !claim.applicable {
        let reasoned = claim.exclusion.as_ref().is_some_and(|reason| !reason.trim().is_empty());
        demand(reasoned, SoaProblem::ExclusionWithoutReason);
        return found;
    }
    demand(!claim.reasons.is_empty(), SoaProblem::ReasonMissing);
    demand(claim.status.is_some(), SoaProblem::StatusMissing);
    demand(claim.owner.is_some(), SoaProblem::OwnerMissing);
    if claim.is_done() {
        let current = claim.evidence.iter().any(|evidence| evidence.until.is_none_or(|until| until >= as_of));
        demand(!claim.evidence.is_empty(), SoaProblem::EvidenceMissing);
        demand(current || claim.evidence.is_empty(), SoaProblem::EvidenceEnded);
    }
    let reviewed = match (claim.reviewed, claim.next_review) {
        (None, _) => false,
        (Some(_), Some(next)) => next >= as_of,
        (Some(_), None) => true,
    };
    demand(reviewed, SoaProblem::ReviewOverdue);
    let risk = claim.reasons.contains(&Inclusion::Risk) || !claim.risks.is_empty();
    demand(!risk || claim.approved.is_some(), SoaProblem::TreatmentNotApproved);
    found
}
