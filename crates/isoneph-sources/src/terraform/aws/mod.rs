//! AWS: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

mod kms;
mod s3;
mod s3_settings;

use super::mapping::Mapping;

/// Every family.
pub(crate) const FAMILIES: &[&[Mapping]] = &[kms::MAPPINGS, s3::MAPPINGS, s3_settings::MAPPINGS];
