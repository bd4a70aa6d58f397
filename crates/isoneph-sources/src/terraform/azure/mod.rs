//! Azure: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

mod access;
mod endpoints;
mod sign_in;
mod vault;
mod backups;
mod databases;
mod storage;

use super::mapping::Mapping;

/// Every family.
pub(crate) const FAMILIES: &[&[Mapping]] = &[access::MAPPINGS, endpoints::MAPPINGS, sign_in::MAPPINGS, vault::MAPPINGS, backups::MAPPINGS, databases::MAPPINGS, storage::MAPPINGS];
