//! Google Cloud: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

mod access;
mod databases;
mod disks;
mod endpoints;
mod kms;
mod members;
mod secrets;
mod sign_in;
mod storage;
mod alarms;
mod guards;
mod logging;
mod functions;
mod kubernetes;
mod machines;
mod networks;
mod registries;

use super::mapping::Mapping;

/// Every family.
pub(crate) const FAMILIES: &[&[Mapping]] = &[
    access::MAPPINGS,
    endpoints::MAPPINGS,
    kms::MAPPINGS,
    secrets::MAPPINGS,
    sign_in::MAPPINGS,
    databases::MAPPINGS,
    disks::MAPPINGS,
    storage::MAPPINGS,
    alarms::MAPPINGS,
    guards::MAPPINGS,
    logging::MAPPINGS,
    functions::MAPPINGS,
    kubernetes::MAPPINGS,
    machines::MAPPINGS,
    networks::MAPPINGS,
    registries::MAPPINGS,
];
