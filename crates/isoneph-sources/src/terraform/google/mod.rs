//! Google Cloud: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

mod access;
mod endpoints;
mod kms;
mod members;
mod secrets;
mod sign_in;
mod databases;
mod disks;
mod storage;

use super::mapping::Mapping;

/// Every family.
pub(crate) const FAMILIES: &[&[Mapping]] = &[access::MAPPINGS, endpoints::MAPPINGS, kms::MAPPINGS, secrets::MAPPINGS, sign_in::MAPPINGS, databases::MAPPINGS, disks::MAPPINGS, storage::MAPPINGS];
