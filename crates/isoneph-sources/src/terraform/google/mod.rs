//! Google Cloud: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

mod access;
mod alarms;
mod databases;
mod disks;
mod endpoints;
mod functions;
mod guards;
mod kms;
mod kubernetes;
mod logging;
mod machines;
mod members;
mod networks;
mod registries;
mod secrets;
mod sign_in;
mod storage;

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
