//! AWS: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

pub(crate) mod alarms;
mod backups;
mod cognito;
mod containers;
mod databases;
mod delivery;
mod ebs;
mod ec2;
mod eks;
mod endpoints;
mod files;
mod fleet;
mod functions;
mod guards;
mod iam;
mod iam_grants;
mod key_policies;
mod kms;
mod network;
mod queues;
mod regions;
mod registries;
pub(crate) mod routes;
mod s3;
mod s3_settings;
pub(crate) mod secrets;
pub(crate) mod security_groups;
mod stores;
mod trails;

use super::mapping::Mapping;

/// Every family, one a line.
#[rustfmt::skip]
pub(crate) const FAMILIES: &[&[Mapping]] = &[
    backups::MAPPINGS,
    cognito::MAPPINGS,
    databases::MAPPINGS,
    delivery::MAPPINGS,
    ebs::MAPPINGS,
    ec2::MAPPINGS,
    endpoints::MAPPINGS,
    files::MAPPINGS,
    iam::MAPPINGS,
    iam_grants::MAPPINGS,
    kms::MAPPINGS,
    network::MAPPINGS,
    queues::MAPPINGS,
    routes::MAPPINGS,
    s3::MAPPINGS,
    s3_settings::MAPPINGS,
    secrets::MAPPINGS,
    security_groups::MAPPINGS,
    stores::MAPPINGS,
    alarms::MAPPINGS,
    guards::MAPPINGS,
    trails::MAPPINGS,
    containers::MAPPINGS,
    eks::MAPPINGS,
    fleet::MAPPINGS,
    functions::MAPPINGS,
    registries::MAPPINGS,
    key_policies::MAPPINGS,
];
