//! Azure: one file a family of services. Each exports its own `MAPPINGS`; a new family is one line here.

mod access;
mod activity;
mod alarms;
mod backups;
mod containers;
mod cosmos;
mod databases;
mod endpoints;
mod filters;
mod functions;
mod guards;
mod kubernetes;
mod locks;
mod machines;
mod networks;
mod roles;
mod sign_in;
mod storage;
mod vault;
mod web;

use super::mapping::Mapping;
use super::resource::Resource;

/// What stands in a resource group names it by this attribute.
const GROUP: &str = "resource_group_name";

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
    cosmos::MAPPINGS,
    filters::MAPPINGS,
    functions::MAPPINGS,
    kubernetes::MAPPINGS,
    locks::MAPPINGS,
    machines::MAPPINGS,
    networks::MAPPINGS,
    roles::MAPPINGS,
    web::MAPPINGS,
];

/// Notes the resource group that a resource stands in, whatever its type.
pub(crate) fn note_group(resource: &Resource) {
    if resource.native_type().starts_with("azurerm_") {
        resource.reference(GROUP, &["azurerm_resource_group"]);
    }
}
