//! What the parties say: the register as tables, all of class `asserted`.
//!
//! Conventions beside those of every table:
//! - `native_type` is the kind of the object, `name` its name, `tags` its labels. Rows that come from one object have
//!   uids that begin with `KIND/NAME`; a column that refers to another object holds its name.
//! - `service` is the service that the row speaks of. What speaks of several has a row for each, and what speaks of all
//!   has one for each service of the register: a join by service finds everything.
//! - Drafts (`proposed`) have no rows. They claim nothing.
//! - A day is its first instant in UTC. Where a text is `''`, a list empty or a `has_…` false, the register does not say;
//!   that a register does not say something is known.

mod assured;
mod derived;
mod exit;
mod intent;
mod parties;
mod practice;
mod shared;
mod split;
mod terms;
mod told;

pub use assured::{Assurance, AssuranceClaim, AssuranceScope, ComplementaryControl};
pub use derived::{AssuranceStanding, AssuredOffering, DutyArea, ServiceSplit};
pub use exit::{AssetRemoval, AssetReturn, ResidueCount, Tenant, TenantDataStore};
pub use intent::{BoundaryTest, ImageListener, ImagePurpose, IntendedFlow, IsolationLayer, MonitoringNeed, Zone};
pub use parties::{CloudService, Contact, DeclaredScope, Party};
pub use practice::{Awareness, Change, DocumentedOperation, Procedure, Review, ServiceOperation, Statement};
pub use shared::{Delivery, EvidenceLink, Promise, TestRecord};
pub use split::{Responsibility, ResponsibilityAgreed};
pub use terms::{Agreement, AgreementTerm, Obligation};
pub use told::{Answer, Capability, Disclosure, Notice};
