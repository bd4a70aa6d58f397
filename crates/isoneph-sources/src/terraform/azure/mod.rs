//! Azure: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

mod access;
mod activity;
mod alarms;
mod backups;
mod containers;
mod databases;
mod endpoints;
mod filters;
mod functions;
mod guards;
mod kubernetes;
mod machines;
mod networks;
mod roles;
mod sign_in;
mod storage;
mod vault;
mod web;

use super::mapping::Mapping;

/// Every family.
pub(crate) const FAMILIES: &[&[Mapping]] = &[
    access::MAPPINGS,
    endpoints::MAPPINGS,
    sign_in::MAPPINGS,
    vault::MAPPINGS,
    backups::MAPPINGS,
    databases::MAPPINGS,
    storage::MAPPINGS,
    activity::MAPPINGS,
    alarms::MAPPINGS,
    guards::MAPPINGS,
    containers::MAPPINGS,
    filters::MAPPINGS,
    functions::MAPPINGS,
    kubernetes::MAPPINGS,
    machines::MAPPINGS,
    networks::MAPPINGS,
    roles::MAPPINGS,
    web::MAPPINGS,
];
