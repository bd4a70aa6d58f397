//! The editions of ISO/IEC 27017, and what the 2026 edition asks as far as the 2015 edition tells.

use std::collections::BTreeMap;

use isoneph_model::{ControlId, Edition, Role, Text};
use serde::{Deserialize, Serialize};

use crate::control::{Cell, Certainty, Control, Origin};

isoneph_model::vocabulary! {
    /// Whether an edition is in force.
    pub enum EditionStatus {
        /// In force.
        Current = "current",
        /// Replaced by a later edition.
        Withdrawn = "withdrawn",
    }
}

/// What is known about an edition, and how surely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditionFacts {
    /// The key.
    pub edition: Edition,
    /// `ISO/IEC 27017:2015`.
    pub standard: String,
    /// Its title.
    pub title: Text,
    /// Month of publication, `YYYY-MM`.
    pub published: String,
    /// Whether it is in force.
    pub status: EditionStatus,
    /// The edition of ISO/IEC 27002 whose numbers it uses.
    pub numbering: String,
    /// How many controls have cloud guidance, those of its own included.
    pub controls: usize,
    /// The identical ITU-T recommendation, if known.
    pub itu_twin: Option<String>,
    /// The identical Japanese standard, if known.
    pub jis_twin: Option<String>,
    /// How sure we are.
    pub confidence: Certainty,
    /// What that rests on.
    pub basis: Text,
    /// What it holds, in a sentence or two.
    pub summary: Text,
}

/// An edition with its controls, in the order of the standard.
#[derive(Debug, Clone)]
pub struct EditionView {
    pub(crate) facts: EditionFacts,
    pub(crate) controls: BTreeMap<ControlId, Control>,
}

impl EditionView {
    /// What is known about the edition.
    pub fn facts(&self) -> &EditionFacts {
        &self.facts
    }

    /// The controls with cloud guidance, in the order of the standard.
    pub fn controls(&self) -> impl ExactSizeIterator<Item = &Control> {
        self.controls.values()
    }

    /// One control with cloud guidance.
    pub fn control(&self, id: &ControlId) -> Option<&Control> {
        self.controls.get(id)
    }

    /// Every control × role, in order, cells without guidance included.
    pub fn cells(&self) -> impl Iterator<Item = (&Control, Role, &Cell)> {
        self.controls().flat_map(|c| Role::ALL.iter().map(move |role| (c, *role, c.cell(*role))))
    }
}

/// The cell of a control of 2026 that comes from these controls of 2015. `known` says what is known of a cell that
/// nothing of 2015 stands for.
pub(crate) fn derived_cell(guidance: bool, role: Role, sources: &[&Control], known: Option<&Text>) -> Cell {
    let mut cell = Cell { guidance, origin: Origin::Written, passages: Vec::new(), requires: Vec::new() };
    if !guidance {
        return cell;
    }
    let with_guidance: Vec<&&Control> = sources.iter().filter(|c| c.cell(role).guidance).collect();
    if with_guidance.is_empty() {
        cell.origin = Origin::Unseen { known: known.cloned().unwrap_or_else(role_is_new) };
        return cell;
    }
    for source in &with_guidance {
        cell.passages.extend_from_slice(&source.cell(role).passages);
        cell.requires.extend_from_slice(&source.cell(role).requires);
    }
    cell.origin = Origin::Derived { from: with_guidance.iter().map(|c| c.id.clone()).collect() };
    cell
}

fn role_is_new() -> Text {
    Text {
        en: "This edition has guidance for this role, the controls of 2015 that it comes from have none. Its text was not seen."
            .to_owned(),
        ja: "この版はこの役割への指針をもつが、元となった2015年版の管理策にはこの役割への指針がない。本文は未確認。".to_owned(),
    }
}
