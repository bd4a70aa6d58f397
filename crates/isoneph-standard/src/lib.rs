//! ISO/IEC 27017 as data, and the rule that says what evidence comes to.
//!
//! The facts are TOML files at the root of the repository, embedded at build time: one folder per control of the 2015
//! edition under `controls/`, and under `standard/` the two editions of ISO/IEC 27002, the 2026 edition, the edition
//! history and the glossary. This crate reads them, refuses what contradicts itself (naming file and line), and answers:
//!
//! - which controls an [edition](Catalogue::edition) has, and what each asks of a provider and of a customer ([`Control`]);
//! - what somebody meant by `6.3.1`, `A.9.2.1` or `8.35` ([`Catalogue::find`]), or by a reference in another tool's
//!   finding ([`Catalogue::controls_for_reference`]);
//! - where a control went from one edition to the next ([`Catalogue::crosswalk`]);
//! - what a word means ([`Catalogue::explain`]);
//! - what the evidence about one cell (control × role × service) comes to ([`standing::judge`]).
//!
//! ```
//! use isoneph_model::{Edition, Role};
//! use isoneph_standard::{Catalogue, Found};
//!
//! let catalogue = Catalogue::embedded()?;
//! let Found::Control(control) = catalogue.find(Edition::E2015, "6.3.1")? else { panic!("6.3.1 is a cloud control") };
//! assert_eq!(control.id.as_str(), "CLD.6.3.1");
//! assert!(control.cell(Role::Customer).guidance);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Pure: no IO, no clock, no text for people except what the files hold. No sentence of any standard is in them.

mod base;
mod catalogue;
mod control;
mod crosswalk;
mod edition;
mod embedded;
mod error;
mod find;
mod glossary;
mod load;
mod reference;
mod source;
mod spelling;
pub mod standing;

pub use base::{BaseControl, BaseStandard, CloudLayer};
pub use catalogue::Catalogue;
pub use control::{
    Cell, Certainty, Confidence, Control, ControlKind, Layout, MappingBasis, Origin, Passage, Requirement,
    RequirementKey, TitleBasis,
};
pub use crosswalk::{CrosswalkRow, Link, Relation};
pub use edition::{EditionFacts, EditionStatus, EditionView};
pub use error::{CatalogueError, Problem};
pub use find::{Found, Instead, NotFound};
pub use glossary::{Aliases, Glossary, Hit, Lookup, Term, TermKind};
pub use reference::{Family, StandardRef};
