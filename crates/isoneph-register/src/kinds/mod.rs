//! The kinds of the register, one file a kind. A kind is a struct whose fields are what somebody may say; the same
//! struct gives the YAML, the JSON Schema for editors and the columns of the workbook.
//!
//! Conventions, so that a hundred fields read alike:
//! - Names of fields are kebab-case. A field that names another object holds its `name`.
//! - What is not said is absent, in YAML and in the struct (`None`, an empty list). An absent field claims nothing.
//! - Days are ISO 8601 (`2026-11-21`), in the calendar of whoever wrote them. Spans of time are whole hours or days, and
//!   the field says which.

#[macro_use]
mod record;
mod parts;
mod reference;
mod words;

mod agreement;
mod answer;
mod asset_removal;
mod asset_return;
mod assurance;
mod awareness;
mod capability;
mod change;
mod cloud_service;
mod contact;
mod disclosure;
mod exception;
mod flow;
mod image_purpose;
mod isolation;
mod monitoring_need;
mod notice;
mod obligation;
mod party;
mod procedure;
mod responsibility;
mod review;
mod scope;
mod statement;
mod tenant;
mod tenant_data_store;
mod zone;

pub use agreement::{Agreement, ExitTerms, Term};
pub use answer::Answer;
pub use asset_removal::{AssetRemoval, RemovedFrom};
pub use asset_return::AssetReturn;
pub use assurance::{
    Accreditation, Assurance, BaseCertificate, BridgeLetter, ComplementaryControl, CoveredService, Report, TypedClaim,
};
pub use awareness::Awareness;
pub use capability::Capability;
pub use change::Change;
pub use cloud_service::{CloudService, ServiceOperation};
pub use contact::Contact;
pub use disclosure::Disclosure;
pub use exception::RiskException;
pub use flow::Flow;
pub use image_purpose::{ImagePurpose, Listener};
pub use isolation::{BoundaryTest, Isolation, LayerIsolation};
pub use monitoring_need::MonitoringNeed;
pub use notice::Notice;
pub use obligation::Obligation;
pub use parts::{Act, Document, EvidenceRef, Promise, Sent, TestRecord};
pub use party::Party;
pub use procedure::{CriticalOperation, Procedure};
pub use record::Absent;
pub use reference::{Reference, References, Target};
pub use responsibility::{Agreed, Basis, IncidentFacts, Responsibility, ThirdParty};
pub use review::Review;
pub use scope::{Scope, ScopedAccount, Span};
pub use statement::Statement;
pub use tenant::Tenant;
pub use tenant_data_store::{ResidueCount, TenantDataStore};
pub use words::*;
pub use zone::Zone;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What every kind has.
pub trait KindSpec: Serialize + DeserializeOwned + JsonSchema {
    /// Which kind it is.
    const KIND: Kind;

    /// Names every object and control that it refers to.
    fn references(&self, to: &mut References);

    /// What its fields together say that cannot be: one text a problem, with the path of the field to mend.
    fn contradictions(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

macro_rules! kinds {
    ($dollar:tt $($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        words! {
            /// A kind of object in the register.
            pub enum Kind { $($(#[doc = $doc])+ $name = $word,)+ }
        }

        /// What an object says, by its kind.
        // Ten thousand objects of the largest kind are 11 MB: not worth a box in every match.
        #[allow(clippy::large_enum_variant, reason = "an object is kept by itself, never in bulk on a stack")]
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Spec { $($(#[doc = $doc])+ $name($name),)+ }

        impl Spec {
            /// Which kind it is.
            pub fn kind(&self) -> Kind {
                match self { $(Spec::$name(_) => Kind::$name,)+ }
            }

            /// Names every object and control that it refers to.
            pub fn references(&self) -> Vec<Reference> {
                let mut to = References::default();
                match self { $(Spec::$name(spec) => spec.references(&mut to),)+ }
                to.finish()
            }

            /// What its fields together say that cannot be: (path of the field, what is wrong).
            pub fn contradictions(&self) -> Vec<(String, String)> {
                match self { $(Spec::$name(spec) => spec.contradictions(),)+ }
            }

            /// Reads the spec of a kind.
            ///
            /// # Errors
            /// What the deserializer says.
            pub fn deserialize<'de, D: serde::Deserializer<'de>>(kind: Kind, from: D) -> Result<Spec, D::Error> {
                match kind { $(Kind::$name => <$name as serde::Deserialize>::deserialize(from).map(Spec::$name),)+ }
            }
        }

        impl Serialize for Spec {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Spec::$name(spec) => spec.serialize(serializer),)+ }
            }
        }

        $(impl From<$name> for Spec {
            fn from(spec: $name) -> Spec {
                Spec::$name(spec)
            }
        }

        impl<'a> TryFrom<&'a Spec> for &'a $name {
            type Error = Kind;

            fn try_from(spec: &'a Spec) -> Result<&'a $name, Kind> {
                match spec { Spec::$name(spec) => Ok(spec), other => Err(other.kind()) }
            }
        })+

        /// An expression with `T` standing for the struct of a kind that is known only when it runs.
        macro_rules! for_kind {
            ($dollar kind:expr, $dollar t:ident => $dollar body:expr) => {
                match $dollar kind { $($crate::kinds::Kind::$name => { type $dollar t = $crate::kinds::$name; $dollar body })+ }
            };
        }

        /// The JSON Schema of the spec of a kind.
        pub(crate) fn spec_schema(kind: Kind, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
            match kind { $(Kind::$name => generator.subschema_for::<$name>(),)+ }
        }
    };
}

kinds! {
    $
    /// What is in scope: of which ISMS, for whom, which services, accounts, regions and period.
    Scope = "scope",
    /// An organisation: provider, customer, supplier, authority, assurance body.
    Party = "party",
    /// A cloud service, in one environment of its provider.
    CloudService = "cloud-service",
    /// Who carries one area of duties in one service, as one party sees it (CLD.6.3.1).
    Responsibility = "responsibility",
    /// What a provider tells, gives or documents for its customers.
    Disclosure = "disclosure",
    /// What a service offers its customers.
    Capability = "capability",
    /// A contract or agreement between parties.
    Agreement = "agreement",
    /// What a third party, or the party itself, certifies.
    Assurance = "assurance",
    /// A documented procedure or policy.
    Procedure = "procedure",
    /// An approved change.
    Change = "change",
    /// A failure that somebody has accepted for a time.
    RiskException = "exception",
    /// A tenant of a service.
    Tenant = "tenant",
    /// A network zone of the intended segregation.
    Zone = "zone",
    /// A flow that is intended between two zones.
    Flow = "flow",
    /// A place where data of tenants rests, with counts of what is left.
    TenantDataStore = "tenant-data-store",
    /// What a party claims of a control, in a role, for a service: a row of the statement of applicability.
    Statement = "statement",
    /// Whom to reach for what.
    Contact = "contact",
    /// What a machine image is for, and what it may therefore open.
    ImagePurpose = "image-purpose",
    /// How the tenants of a service are kept apart, layer by layer (CLD.9.5.1).
    Isolation = "isolation",
    /// What a customer has to be able to watch (CLD.12.4.5).
    MonitoringNeed = "monitoring-need",
    /// The return of a customer's assets (CLD.8.1.5).
    AssetReturn = "asset-return",
    /// The removal of a customer's assets (CLD.8.1.5).
    AssetRemoval = "asset-removal",
    /// A law, regulation or contract that binds a party, with its clock.
    Obligation = "obligation",
    /// What a party told another on a day.
    Notice = "notice",
    /// Training or awareness that was held.
    Awareness = "awareness",
    /// A review, evaluation, rehearsal or comparison that was carried out.
    Review = "review",
    /// An answer to a question of a questionnaire (CAIQ, our own vendor checklist).
    Answer = "answer",
}
