//! Assurance: what certificates and reports say, whether they hold on a day, what they cover of what is in use, and what
//! one may build on. They speak of the provider's part only.

mod coverage;
mod finding;
mod holds;
mod names;
mod scope_difference;
mod sheets;
mod usable;

use isoneph_register::kinds::Kind;

/// The kinds that this module looks at: assurances, what is in use, and the split of it.
pub const KINDS: &[Kind] = &[
    Kind::Scope,
    Kind::Party,
    Kind::CloudService,
    Kind::Responsibility,
    Kind::Agreement,
    Kind::Answer,
    Kind::Assurance,
    Kind::Obligation,
];

pub use coverage::{CoverageState, EnvironmentInScope, OfferingCoverage, ServiceCoverage, coverage};
pub use finding::{AssuranceCode, AssuranceFinding, Weight};
pub use holds::{Holding, Options, review};
pub use scope_difference::{ScopeDifference, scope_difference, scope_differences};
pub use sheets::{coverage_sheet, differences_sheet, holdings_sheet, usable_sheet};
pub use usable::{ControlUse, ProviderPart, usable};

pub(crate) use holds::{rests_on_statement, standard as standard_of};
