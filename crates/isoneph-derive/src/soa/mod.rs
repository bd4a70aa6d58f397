//! The statement of applicability of one ISMS scope: the 93 controls of ISO/IEC 27001:2022 Annex A, those with guidance
//! in ISO/IEC 27017:2015 with a column for each role, and the seven controls that ISO/IEC 27017 adds.
//!
//! Live certificates pair ISO/IEC 27001:2022 with ISO/IEC 27017:2015, so a statement about `9.2.1` (numbers of 2013) and
//! one about `5.16` (numbers of 2022) meet in one row. What nobody stated is undecided, never applicable by silence.

mod build;
mod compare;
mod freeze;
mod sheet;

pub use build::{CellEvidence, soa};
pub use compare::{CellName, SoaChange, SoaComparison, compare};
pub use freeze::{FreezeError, FrozenSoa, freeze};
pub use sheet::{comparison_sheet, sheet};

use std::collections::BTreeMap;

use isoneph_model::{ControlId, Role, Standing, Text};
use isoneph_register::kinds::{Act, EvidenceRef, Implementation, Inclusion, Kind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The kinds that [`soa()`] looks at.
pub const KINDS: &[Kind] = &[Kind::Scope, Kind::Statement];

isoneph_model::vocabulary! {
    /// Where a row comes from.
    pub enum RowSource {
        /// Annex A of ISO/IEC 27001:2022.
        AnnexA = "iso27001-2022-annex-a",
        /// A control that ISO/IEC 27017:2015 adds.
        Cloud = "iso27017-2015",
    }
}

isoneph_model::vocabulary! {
    /// Whether a control applies, by what is stated.
    pub enum Decision {
        /// It applies.
        Applicable = "applicable",
        /// It is excluded.
        Excluded = "excluded",
        /// It applies to some services and is excluded for others.
        Mixed = "mixed",
        /// Nobody has stated anything, or only drafts do.
        Undecided = "undecided",
    }
}

isoneph_model::vocabulary! {
    /// What is wrong with a cell.
    pub enum SoaProblem {
        /// Nothing is stated.
        Undecided = "undecided",
        /// Only a draft says something.
        ProposedOnly = "proposed-only",
        /// It is included without a reason.
        ReasonMissing = "reason-missing",
        /// It is excluded without a reason.
        ExclusionWithoutReason = "exclusion-without-reason",
        /// How far it is done is not stated.
        StatusMissing = "status-missing",
        /// Nobody is accountable.
        OwnerMissing = "owner-missing",
        /// It is said to be done, and nothing shows it.
        EvidenceMissing = "evidence-missing",
        /// All that shows it has ended.
        EvidenceEnded = "evidence-ended",
        /// It was never reviewed, or the next review is overdue.
        ReviewOverdue = "review-overdue",
        /// It treats a risk, and nobody approved the treatment.
        TreatmentNotApproved = "treatment-not-approved",
        /// Evidence speaks against it.
        Contradicted = "contradicted",
    }
}

/// The statement of applicability of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Soa {
    /// The scope.
    pub scope: String,
    /// What it is called.
    pub title: String,
    /// The organisation.
    pub organisation: String,
    /// Its services in scope.
    pub services: Vec<String>,
    /// The day it holds for.
    pub as_of: Date,
    /// The rows: Annex A in its order, then the cloud controls.
    pub rows: Vec<SoaRow>,
    /// Statements about controls of neither list: names and controls.
    pub unplaced: Vec<(String, ControlId)>,
    /// How many cells have each decision.
    pub decisions: BTreeMap<Decision, usize>,
    /// How many cells have each problem.
    pub problems: BTreeMap<SoaProblem, usize>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SoaRow {
    /// As it is written: `A.5.16`, `CLD.6.3.1`.
    pub id: String,
    /// The control.
    pub control: ControlId,
    /// Its title.
    pub title: Text,
    /// Where it comes from.
    pub source: RowSource,
    /// The controls of ISO/IEC 27017:2015 with guidance on it.
    pub cloud_controls: Vec<ControlId>,
    /// What is stated without a role. A cloud control has no such cell.
    pub base: Option<SoaCell>,
    /// What is stated as a provider; `None` where ISO/IEC 27017 has no guidance for one.
    pub provider: Option<SoaCell>,
    /// What is stated as a customer; `None` where ISO/IEC 27017 has no guidance for one.
    pub customer: Option<SoaCell>,
}

impl SoaRow {
    /// The cells that it has, with their roles.
    pub fn cells(&self) -> impl Iterator<Item = (Option<Role>, &SoaCell)> {
        let cells =
            [(None, &self.base), (Some(Role::Provider), &self.provider), (Some(Role::Customer), &self.customer)];
        cells.into_iter().filter_map(|(role, cell)| Some((role, cell.as_ref()?)))
    }
}

/// What is stated of one control in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SoaCell {
    /// Whether it applies.
    pub decision: Decision,
    /// What is stated, each for a service or for all.
    pub claims: Vec<SoaClaim>,
    /// What the evidence says.
    pub evidence_says: Vec<CellEvidence>,
    /// What is wrong.
    pub problems: Vec<SoaProblem>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SoaClaim {
    /// The statement.
    pub statement: String,
    /// The control as the statement names it.
    pub control: ControlId,
    /// The role as the statement names it.
    pub role: Option<Role>,
    /// The service; `None` for all in scope.
    pub service: Option<String>,
    /// The requirement of the cell; `None` for the cell as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// Whether it applies.
    pub applicable: bool,
    /// A draft, which claims nothing.
    pub proposed: bool,
    /// Why it applies.
    pub reasons: Vec<Inclusion>,
    /// Why it does not.
    pub exclusion: Option<String>,
    /// How far it is done.
    pub status: Option<Implementation>,
    /// How.
    pub how: Option<String>,
    /// Who is accountable.
    pub owner: Option<String>,
    /// Risks that it treats.
    pub risks: Vec<String>,
    /// Who approved the treatment.
    pub approved: Option<String>,
    /// What shows it.
    pub evidence: Vec<SoaEvidence>,
    /// When it was last reviewed.
    pub reviewed: Option<Date>,
    /// When it is to be reviewed next.
    pub next_review: Option<Date>,
}

/// A piece of evidence, with its day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SoaEvidence {
    /// What it is.
    pub title: String,
    /// Where it is.
    pub place: Option<String>,
    /// Its digest.
    pub sha256: Option<String>,
    /// The day that it speaks of, or the first one.
    pub from: Option<Date>,
    /// The last day that it speaks of.
    pub until: Option<Date>,
}

impl From<&EvidenceRef> for SoaEvidence {
    fn from(evidence: &EvidenceRef) -> SoaEvidence {
        SoaEvidence {
            title: evidence.title.clone(),
            place: evidence.path.clone().or_else(|| evidence.url.clone()),
            sha256: evidence.sha256.map(|digest| digest.to_string()),
            from: evidence.from,
            until: evidence.until,
        }
    }
}

fn act(act: &Act) -> String {
    format!("{}, {}", act.by, act.on)
}

/// Whether a standing speaks against what is stated.
fn speaks_against(standing: Standing) -> bool {
    matches!(standing, Standing::Contradicted | Standing::Adverse)
}
