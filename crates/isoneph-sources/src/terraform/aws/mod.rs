//! AWS: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

mod ebs;
mod ec2;
mod kms;
mod s3;
mod s3_settings;
mod cognito;
mod delivery;
mod endpoints;
mod iam;
mod iam_grants;
pub(crate) mod secrets;
mod backups;
mod databases;
mod files;
mod queues;
mod stores;

use super::mapping::Mapping;

/// Every family.
pub(crate) const FAMILIES: &[&[Mapping]] = &[kms::MAPPINGS, s3::MAPPINGS, s3_settings::MAPPINGS, cognito::MAPPINGS, delivery::MAPPINGS, endpoints::MAPPINGS, iam::MAPPINGS, iam_grants::MAPPINGS, secrets::MAPPINGS, backups::MAPPINGS, databases::MAPPINGS, files::MAPPINGS, queues::MAPPINGS, stores::MAPPINGS];
