//! Storage accounts, their containers and what is set apart from them.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::Bucket;

use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::estate::tag;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_storage_account", account, &[table::<Bucket>]),
    Mapping::new("azurerm_storage_account_customer_managed_key", own_key, &[]).patching(&[table::<Bucket>]),
    Mapping::new("azurerm_storage_account_network_rules", networks, &[]).patching(&[table::<Bucket>]),
    Mapping::new("azurerm_storage_container", container, &[]).patching(&[table::<Bucket>]),
    Mapping::new("azurerm_storage_container_immutability_policy", container_lock, &[]).patching(&[table::<Bucket>]),
    Mapping::new("azurerm_storage_management_policy", lifecycle, &[]).patching(&[table::<Bucket>]),
];

const ACCOUNT: &[&str] = &["azurerm_storage_account"];
const KEYS: &[&str] = &["azurerm_key_vault_key", "azurerm_key_vault_managed_hardware_security_module_key"];

/// An attribute that is not set means what the table of defaults says of it.
pub(super) fn flag(resource: &Resource, attribute: &str) -> Cell<bool> {
    resource.bool(attribute).or_default(resource, &format!("{}.{attribute}", resource.native_type()))
}

/// `TLS1_2`, `1.2`, `Tls12` → `1.2`.
pub(super) fn tls_version(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.as_str() {
        "10" | "11" | "12" | "13" => format!("1.{}", &digits[1..]),
        _ => String::new(),
    }
}

/// The region that Azure pairs with another: copies that are "geo-redundant" go there.
const PAIRS: &[(&str, &str)] = &[
    ("australiaeast", "australiasoutheast"),
    ("brazilsouth", "southcentralus"),
    ("canadacentral", "canadaeast"),
    ("centralindia", "southindia"),
    ("centralus", "eastus2"),
    ("eastasia", "southeastasia"),
    ("eastus", "westus"),
    ("francecentral", "francesouth"),
    ("germanywestcentral", "germanynorth"),
    ("japaneast", "japanwest"),
    ("koreacentral", "koreasouth"),
    ("northcentralus", "southcentralus"),
    ("northeurope", "westeurope"),
    ("norwayeast", "norwaywest"),
    ("southafricanorth", "southafricawest"),
    ("swedencentral", "swedensouth"),
    ("switzerlandnorth", "switzerlandwest"),
    ("uaenorth", "uaecentral"),
    ("uksouth", "ukwest"),
    ("westcentralus", "westus2"),
];

/// The regions of copies, where they go to the paired region or nowhere.
pub(super) fn paired(resource: &Resource, copied: &Cell<bool>) -> Cell<Vec<String>> {
    let region = resource.common.region.clone();
    copied.clone().and_then(|copied| match copied {
        false => Vec::new().into(),
        true => region.and_then(|region| pair_of(&region).map_or_else(Cell::default, |pair| vec![pair].into())),
    })
}

fn pair_of(region: &str) -> Option<String> {
    // Not every pair is mutual: South Central US is the other half of two.
    let other = PAIRS.iter().find(|(one, _)| *one == region).map(|(_, other)| *other);
    let back = || match region {
        "southcentralus" => Some("northcentralus"),
        _ => PAIRS.iter().find(|(_, other)| *other == region).map(|(one, _)| *one),
    };
    other.or_else(back).map(str::to_owned)
}

fn account(resource: &Resource, stage: &mut Stage) {
    let open = resource
        .bool("allow_nested_items_to_be_public")
        .or_else(|| resource.bool("allow_blob_public_access"))
        .or_default(resource, "azurerm_storage_account.allow_nested_items_to_be_public");
    let network = flag(resource, "public_network_access_enabled");
    let https = resource
        .bool("https_traffic_only_enabled")
        .or_else(|| resource.bool("enable_https_traffic_only"))
        .or_default(resource, "azurerm_storage_account.https_traffic_only_enabled");
    let own_key = resource.is_set("customer_managed_key").cell();
    let copied =
        resource.text("account_replication_type").cell().map(|kind| kind.contains("GRS") || kind.contains("GZRS"));
    let immutable = match resource.block("immutability_policy") {
        Attr::Known(block) => block.text("state").or("Unlocked"),
        Attr::Unset => "Disabled".into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    stage.add(
        resource,
        Bucket {
            cipher: "AES256".into(),
            encrypted: true.into(),
            key: match own_key.known() {
                Some(false) => String::new().into(),
                _ => resource.reference("customer_managed_key.key_vault_key_id", KEYS).cell(),
            },
            key_manager: own_key.map(|own| if own { "customer" } else { "provider" }.to_owned()),
            holds_customer_data: is_tagged(resource, &["customer-data", "holds-customer-data"]),
            holds_records: is_tagged(resource, &["holds-records", "record-class", "records"]),
            own_public_access_block: open.clone().not(),
            public_access_blocked: open.not().either(network.clone().not()),
            public_acl: false.into(),
            public_policy: false.into(),
            uniform_access: flag(resource, "shared_access_key_enabled").not(),
            tls_required: https,
            tls_min: resource
                .text("min_tls_version")
                .or_default(resource, "azurerm_storage_account.min_tls_version")
                .map(|text| tls_version(&text)),
            versioning: written(resource, "blob_properties", |r| r.bool("blob_properties.versioning_enabled"), false),
            mfa_delete: false.into(),
            recovery_days: recovery_days(resource),
            retention_locked: immutable.clone().map(|state| state == "Locked"),
            retention_lock: immutable.map(|state| state != "Disabled"),
            access_log: false.into(),
            log_target: "".into(),
            has_expiry_rule: false.into(),
            replicated_to: paired(resource, &copied),
            network_restricted: network.not().either(restricted(resource)),
            ..Bucket::default()
        },
    );
}

/// An attribute of a block that the provider fills in by itself where nobody wrote it.
fn written<T>(resource: &Resource, block: &str, read: impl Fn(&Resource) -> Attr<T>, unset: T) -> Cell<T> {
    match read(resource) {
        Attr::Unknown(_) if resource.is_configured(block) == Some(false) => Cell::Known(unset),
        attr => attr.or(unset),
    }
}

fn recovery_days(resource: &Resource) -> Cell<i64> {
    const POLICY: &str = "blob_properties.delete_retention_policy";
    let present = written(resource, "blob_properties", |r| Attr::from(r.is_set(POLICY).cell()), false);
    let days = resource.int(&format!("{POLICY}.days")).or(7);
    present.and_then(|present| if present { days } else { Cell::Known(0) })
}

fn restricted(resource: &Resource) -> Cell<bool> {
    written(resource, "network_rules", |r| r.text("network_rules.default_action"), "Allow".to_owned())
        .map(|action| action == "Deny")
}

/// Whether a tag of one of these names is there and does not say no.
pub(super) fn is_tagged(resource: &Resource, keys: &[&str]) -> Cell<bool> {
    let no = ["", "false", "no", "none", "0"];
    tag(&resource.common.tags, keys).map(|value| !no.contains(&value.to_lowercase().as_str()))
}

fn own_key(resource: &Resource, stage: &mut Stage) {
    let key = resource.reference("key_vault_key_id", KEYS);
    let key = if key.is_unset() { resource.reference("key_name", KEYS).cell() } else { key.cell() };
    stage.facet::<Bucket>(
        resource,
        "storage_account_id",
        ACCOUNT,
        |row, code| {
            row.key = Cell::Gap(code);
            row.key_manager = Cell::Gap(code);
        },
        move |row| {
            row.key = key;
            row.key_manager = "customer".into();
        },
    );
}

fn networks(resource: &Resource, stage: &mut Stage) {
    let deny = resource.text("default_action").cell().map(|action| action == "Deny");
    stage.facet::<Bucket>(
        resource,
        "storage_account_id",
        ACCOUNT,
        |row, code| row.network_restricted = Cell::Gap(code),
        move |row| row.network_restricted = std::mem::take(&mut row.network_restricted).either(deny),
    );
}

fn container(resource: &Resource, stage: &mut Stage) {
    let public = resource.text("container_access_type").or("private").map(|access| access != "private");
    // Version 4 names the account by its id, earlier ones by its name.
    let path = if resource.is_set("storage_account_id").known() == Some(&false) {
        "storage_account_name"
    } else {
        "storage_account_id"
    };
    stage.facet_of_several::<Bucket>(
        resource,
        path,
        ACCOUNT,
        |row, code| row.public_acl = std::mem::take(&mut row.public_acl).either(Cell::Gap(code)),
        move |row| row.public_acl = std::mem::take(&mut row.public_acl).either(public),
    );
}

/// A lock on one container: of which account cannot be told from it alone, so of none it is known that it has no lock.
fn container_lock(resource: &Resource, stage: &mut Stage) {
    stage.for_account::<Bucket>(resource, |_, row| {
        if row.retention_lock == Cell::Known(false) {
            row.retention_lock = Cell::Gap(GapCode::UnresolvedReference);
            row.retention_locked = Cell::Gap(GapCode::UnresolvedReference);
        }
    });
}

fn lifecycle(resource: &Resource, stage: &mut Stage) {
    let ends = match resource.blocks("rule") {
        Attr::Known(rules) => rules.iter().fold(Cell::Known(false), |any, rule| any.either(rule_ends(rule))),
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    stage.facet::<Bucket>(
        resource,
        "storage_account_id",
        ACCOUNT,
        |row, code| row.has_expiry_rule = Cell::Gap(code),
        move |row| row.has_expiry_rule = ends,
    );
}

/// Whether a rule deletes current objects; the provider writes -1 for "never".
fn rule_ends(rule: &Block<'_>) -> Cell<bool> {
    const DELETIONS: [&str; 3] = [
        "actions.base_blob.delete_after_days_since_modification_greater_than",
        "actions.base_blob.delete_after_days_since_last_access_time_greater_than",
        "actions.base_blob.delete_after_days_since_creation_greater_than",
    ];
    let days = |path: &&str| rule.int(path).or(-1).map(|days| days >= 0);
    let deletes = DELETIONS.iter().map(days).fold(Cell::Known(false), Cell::either);
    rule.bool("enabled").or(true).and(deletes)
}
