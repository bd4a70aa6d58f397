//! Shared responsibilities (CLD.6.3.1): who carries what in a service, as each source sees it, and what is wrong.
//!
//! A [`View`] is what one source says of one area: a row of a party's matrix, a term of an agreement, an answer to a
//! questionnaire. Views of one area meet in a [`MatrixRow`]. What an agreement, a published document or an answer says
//! binds; a party's own reading of it does not, but a party that takes a duty on, or leaves it to the other, says so of
//! itself in any way.

mod area;
mod chain;
mod compare;
mod find;
mod finding;
mod matrix;
mod promise;
mod sheet;
mod sheets;
mod version;
mod view;

pub use area::{Area, AreaTitle, area, areas, expected_areas};
pub use chain::{Chain, ChainEnd, ChainStep, Held, chain, chains, hands_down};
pub use compare::{Comparison, RowComparison, RowDifference, compare};
pub use finding::{Finding, FindingCode};
pub use matrix::{Matrix, MatrixRow, RowStanding, matrices, matrix};
pub use sheet::sheet;
pub use sheets::{chains_sheet, comparison_sheet, findings_sheet};
pub(crate) use version::{LastAgreed, agreed_versions};
pub use version::{VersionOrder, compare_versions};
pub use view::{Side, View};

use isoneph_register::kinds::Kind;

/// The kinds that [`matrix`], [`matrices`] and [`hands_down`] look at.
pub const MATRIX_KINDS: &[Kind] = &[
    Kind::Scope,
    Kind::Party,
    Kind::CloudService,
    Kind::Responsibility,
    Kind::Agreement,
    Kind::Answer,
    Kind::Obligation,
];

/// The kinds that [`chains`] looks at beside those of a matrix: what the last tier shows.
pub const CHAIN_KINDS: &[Kind] = &[Kind::Statement, Kind::Assurance];

pub(crate) use view::{Views, answer_area, area_key};
