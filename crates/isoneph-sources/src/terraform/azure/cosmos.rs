//! Cosmos DB.

use isoneph_tables::Cell;
use isoneph_tables::schema::Database;

use super::databases::key_at;
use super::storage::{flag, paired, tls_version};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[Mapping::new("azurerm_cosmosdb_account", account, &[table::<Database>])];

fn account(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = key_at(resource, "key_vault_key_id");
    let ranges = resource.is_set("ip_range_filter").cell();
    let subnets = resource.bool("is_virtual_network_filter_enabled").or(false);
    let (regions, zones) = places(resource);
    let backups = backups(resource);
    let copies = paired(resource, &backups.copied);
    stage.add(
        resource,
        Database {
            engine: "cosmosdb".into(),
            version: String::new().into(),
            kind: "cluster".into(),
            encrypted: true.into(),
            key,
            key_manager: manager,
            public: flag(resource, "public_network_access_enabled"),
            open_to_world: ranges.either(subnets).not(),
            tls_required: true.into(),
            tls_min: resource
                .text("minimal_tls_version")
                .or_default(resource, "azurerm_cosmosdb_account.minimal_tls_version")
                .map(|text| tls_version(&text)),
            identity_login: true.into(),
            backups: true.into(),
            backup_days: backups.days,
            point_in_time_recovery: backups.continuous,
            backup_copied: regions.clone().map(|regions| !regions.is_empty()).either(backups.copied),
            multi_zone: zones,
            automatic_minor_upgrades: true.into(),
            log_export: false.into(),
            storage_grows: true.into(),
            replicated_to: joined(regions, copies),
            port: 443.into(),
            ..Database::default()
        },
    );
}

/// The regions beside its own, and whether it is spread over the zones of each.
fn places(resource: &Resource) -> (Cell<Vec<String>>, Cell<bool>) {
    let blocks = match resource.blocks("geo_location") {
        Attr::Known(blocks) if !blocks.is_empty() => blocks,
        Attr::Known(_) | Attr::Unset => return (Cell::Known(Vec::new()), Cell::default()),
        Attr::Unknown(code) => return (Cell::Gap(code), Cell::Gap(code)),
    };
    let region =
        |block: &Block<'_>| block.text("location").cell().map(|text| vec![text.to_lowercase().replace(' ', "")]);
    let all = blocks.iter().map(region).fold(Cell::Known(Vec::new()), joined);
    let own = resource.common.region.clone();
    let others = all.and_then(|all| match own {
        Cell::Known(own) => all.into_iter().filter(|region| *region != own).collect::<Vec<_>>().into(),
        Cell::Gap(code) => Cell::Gap(code),
    });
    let zones = blocks.iter().map(|block| block.bool("zone_redundant").or(false)).fold(Cell::Known(true), Cell::and);
    (others, zones)
}

/// Both lists in one, each word once.
fn joined(one: Cell<Vec<String>>, other: Cell<Vec<String>>) -> Cell<Vec<String>> {
    one.and_then(|mut one| {
        other.map(|other| {
            one.extend(other);
            one.sort();
            one.dedup();
            one
        })
    })
}

struct Backups {
    continuous: Cell<bool>,
    days: Cell<i64>,
    /// To the region that its own is paired with.
    copied: Cell<bool>,
}

/// Without a block the service backs up every four hours, keeps eight hours, and copies to the paired region.
/// Continuous backups stay in the regions where the data is.
fn backups(resource: &Resource) -> Backups {
    let text = |path: &str| resource.unset_if_computed(path, resource.text(path));
    let hours = resource.unset_if_computed("backup.retention_in_hours", resource.int("backup.retention_in_hours"));
    let continuous = text("backup.type").or("Periodic").map(|kind| kind == "Continuous");
    let tier = text("backup.tier").or("Continuous30Days");
    let copied = text("backup.storage_redundancy").or("Geo").map(|kind| kind == "Geo");
    Backups {
        days: continuous.clone().and_then(|continuous| match continuous {
            true => tier.map(|tier| if tier == "Continuous7Days" { 7 } else { 30 }),
            false => hours.or(8).map(|hours| hours / 24),
        }),
        copied: continuous.clone().not().and(copied),
        continuous,
    }
}
