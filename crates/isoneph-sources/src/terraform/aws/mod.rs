//! AWS: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

mod backups;
mod cognito;
mod databases;
mod delivery;
mod ebs;
mod ec2;
mod endpoints;
mod files;
mod iam;
mod iam_grants;
mod kms;
mod network;
mod queues;
mod routes;
mod s3;
mod s3_settings;
pub(crate) mod secrets;
mod security_groups;
mod stores;
pub(crate) mod alarms;
mod guards;
mod trails;
mod containers;
mod eks;
mod fleet;
mod functions;
mod registries;
mod key_policies;

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
