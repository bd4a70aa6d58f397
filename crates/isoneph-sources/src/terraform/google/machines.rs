//! Machines of Compute Engine, the templates and groups they come in, and what a project says of all of them.

use isoneph_model::GapCode;
use isoneph_tables::schema::{Account, Disk, Vm, Workload};
use isoneph_tables::{Cell, Common};

use super::networks::SUBNETWORKS;
use super::storage::KEYS;
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::secrets;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_compute_autoscaler", autoscaler, &[]).patching(&[table::<Workload>]),
    Mapping::new("google_compute_instance", instance, &[table::<Vm>, table::<Disk>]),
    Mapping::new("google_compute_instance_group_manager", group, &[table::<Workload>]),
    Mapping::new("google_compute_instance_template", template, &[table::<Vm>]),
    Mapping::new("google_compute_project_metadata", project_metadata, &[table::<Account>]).patching(&[table::<Vm>]),
    Mapping::new("google_compute_project_metadata_item", metadata_item, &[table::<Account>]).patching(&[table::<Vm>]),
    Mapping::new("google_compute_region_autoscaler", autoscaler, &[]).patching(&[table::<Workload>]),
    Mapping::new("google_compute_region_instance_group_manager", group, &[table::<Workload>]),
    Mapping::new("google_compute_region_instance_template", template, &[table::<Vm>]),
    Mapping::new("google_os_config_patch_deployment", patches, &[]).patching(&[table::<Vm>]),
];

const ACCOUNTS: &[&str] = &["google_service_account"];
const DISKS: &[&str] = &["google_compute_disk", "google_compute_region_disk"];
const INSTANCES: &[&str] = &["google_compute_instance"];
const OS_LOGIN: &str = "enable-oslogin";
const SERIAL_PORT: &str = "serial-port-enable";

/// How Google reads a switch in metadata.
fn is_on(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "y" | "yes")
}

fn instance(resource: &Resource, stage: &mut Stage) {
    let schedules =
        resource.references("boot_disk.initialize_params.resource_policies", &["google_compute_resource_policy"]);
    let schedules = schedules.iter().map(is_named).fold(Cell::Known(false), Cell::either);
    // A schedule can also be tied to the disk, by a resource of its own.
    let tied = stage.survey().index.types().contains("google_compute_disk_resource_policy_attachment");
    let row = Vm {
        kind: "machine".into(),
        deletion_protected: resource.bool("deletion_protection").or(false),
        has_backup: if tied { schedules.either(Cell::default()) } else { schedules },
        patch_managed: false.into(),
        ..started(resource)
    };
    let (image, image_pinned) = image(resource.text("boot_disk.initialize_params.image"));
    // The provider reads the disk back: unknown because nobody named one is not a disk of its own.
    let source = resource.unset_if_computed("boot_disk.source", resource.text("boot_disk.source"));
    if !source.is_unset() {
        resource.reference("boot_disk.source", DISKS);
    }
    let row = if source.is_unset() { Vm { image, image_pinned, ..row } } else { row };
    stage.add(resource, row);
    if let Attr::Known(block) = resource.block("boot_disk") {
        // A disk that stands on its own has a row on its own.
        if source.is_unset() {
            let row = disk_row(resource, &block);
            stage.add_block(resource, &block, row);
        }
    }
}

fn template(resource: &Resource, stage: &mut Stage) {
    let boot = match resource.blocks("disk") {
        Attr::Known(disks) => match disks.into_iter().find(|disk| disk.bool("boot").or(true) != Cell::Known(false)) {
            Some(disk) => disk.text("source_image"),
            None => Attr::Unset,
        },
        Attr::Unset => Attr::Unset,
        Attr::Unknown(code) => Attr::Unknown(code),
    };
    let (image, image_pinned) = image(boot);
    stage.add(resource, Vm { kind: "template".into(), image, image_pinned, ..started(resource) });
}

/// What a machine and a template have in common.
fn started(resource: &Resource) -> Vm {
    let switch = |key: &str| resource.text(&format!("metadata.{key}")).map(|text| is_on(&text));
    // What the machine does not say, its project may; the project's own metadata adds it.
    let unsaid = || Cell::Gap(GapCode::ProviderDefault);
    let (identity, default_identity) = identity(resource);
    let script = resource.decide("metadata_startup_script", secrets::in_text);
    let metadata =
        resource.decide_any("metadata", |name, text| secrets::in_setting(name, text) || secrets::in_text(text));
    Vm {
        public_address: public_address(resource),
        // The server refuses requests without the header `Metadata-Flavor: Google`.
        metadata_protected: true.into(),
        secure_boot: shielded(resource, "enable_secure_boot", false),
        vtpm: shielded(resource, "enable_vtpm", true),
        confidential: resource.bool("confidential_instance_config.enable_confidential_compute").or(false),
        identity_login: switch(OS_LOGIN).or_cell(unsaid()),
        serial_console: switch(SERIAL_PORT).or_cell(unsaid()),
        secret_in_startup: script.or(false).either(metadata.or(false)),
        identity,
        default_identity,
        ip_forwarding: resource.bool("can_ip_forward").or(false),
        subnets: Resource::uids(&resource.references("network_interface.subnetwork", SUBNETWORKS)),
        ..Vm::default()
    }
}

/// A switch of the block for shielded machines: as it says, else as the provider documents for a block that is there;
/// without a block the image decides what it can.
fn shielded(resource: &Resource, name: &str, unset: bool) -> Cell<bool> {
    match resource.block("shielded_instance_config") {
        Attr::Known(block) => block.bool(name).or(unset),
        Attr::Unset => Cell::Gap(GapCode::ProviderDefault),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn public_address(resource: &Resource) -> Cell<bool> {
    let interfaces = match resource.blocks("network_interface") {
        Attr::Known(interfaces) => interfaces,
        Attr::Unset => return false.into(),
        Attr::Unknown(code) => return Cell::Gap(code),
    };
    let has = |interface: &Block<'_>, name: &str| match interface.blocks(name) {
        Attr::Known(configs) => Cell::Known(!configs.is_empty()),
        Attr::Unset => Cell::Known(false),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let one = |interface: &Block<'_>| has(interface, "access_config").either(has(interface, "ipv6_access_config"));
    interfaces.iter().map(one).fold(Cell::Known(false), Cell::either)
}

/// Whom a machine acts as, and whether that is the identity that all machines of the project share.
fn identity(resource: &Resource) -> (Cell<String>, Cell<bool>) {
    match resource.block("service_account") {
        // Without the block the machine has no identity at all.
        Attr::Unset => ("".into(), false.into()),
        Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
        Attr::Known(block) => {
            let email = block.path_of("email");
            if block.text("email").is_unset() || resource.is_configured_in(&block, "email") == Some(false) {
                return ("default".into(), true.into());
            }
            let account = resource.reference(&email, ACCOUNTS);
            let shared = match &account {
                Reference::Uid(_) => false.into(),
                Reference::Literal(email) => is_shared(email).into(),
                Reference::Unset => true.into(),
                Reference::Unresolved(code) => Cell::Gap(*code),
            };
            (account.cell(), shared)
        }
    }
}

/// Whether an address is that of an identity that Google makes for a whole project.
pub(super) fn is_shared(email: &str) -> bool {
    email.ends_with("-compute@developer.gserviceaccount.com")
        || email.ends_with("@appspot.gserviceaccount.com")
        || email == "default"
}

/// The image, and whether its name stands for one image for good.
fn image(name: Attr<String>) -> (Cell<String>, Cell<bool>) {
    let pinned = name.clone().cell().and_then(|name| {
        let last = name.rsplit('/').next().unwrap_or_default();
        if name.contains("/family/") || name.starts_with("family/") {
            false.into()
        } else if name.contains("global/images/") || ends_in_date(last) {
            true.into()
        } else if name.contains("-cloud/") {
            // The short form of a public project's image without a date is a family.
            false.into()
        } else {
            // An image or a family of one's own: the name does not tell.
            Cell::Gap(GapCode::NotCollected)
        }
    });
    (name.cell(), pinned)
}

/// `debian-12-bookworm-v20251014`.
fn ends_in_date(name: &str) -> bool {
    let tail = name.rsplit("-v").next().unwrap_or_default();
    name.contains("-v") && tail.len() >= 8 && tail.bytes().take(8).all(|b| b.is_ascii_digit())
}

fn disk_row(resource: &Resource, block: &Block<'_>) -> Disk {
    let key = resource.reference_in(block, "kms_key_self_link", KEYS);
    let own = block.is_set("disk_encryption_key_raw");
    Disk {
        vm: resource.uid().into(),
        kind: "boot".into(),
        // Persistent disks are encrypted at rest, whatever else is chosen.
        encrypted: true.into(),
        key_manager: match (&key, own) {
            (Reference::Uid(_) | Reference::Literal(_), _) | (_, Attr::Known(true)) => "customer".into(),
            (Reference::Unset, _) => "provider".into(),
            // Computed because nobody chose one.
            (Reference::Unresolved(_), _) if resource.is_configured_in(block, "kms_key_self_link") == Some(false) => {
                "provider".into()
            }
            (Reference::Unresolved(code), _) => Cell::Gap(*code),
        },
        key: match &key {
            Reference::Unresolved(_) if resource.is_configured_in(block, "kms_key_self_link") == Some(false) => {
                "".into()
            }
            key => key.cell(),
        },
        size_gib: block.int("initialize_params.size").cell(),
        deleted_with_vm: block.bool("auto_delete").or(true),
        public_access: false.into(),
        ..Disk::default()
    }
}

fn group(resource: &Resource, stage: &mut Stage) {
    let regional = resource.native_type().contains("region");
    stage.add(
        resource,
        Workload {
            kind: "vm-group".into(),
            runtime: "".into(),
            default_identity: Cell::default(),
            secret_in_settings: false.into(),
            privileged: false.into(),
            in_own_network: true.into(),
            // A group keeps its number unless an autoscaler names it.
            scales: false.into(),
            max_instances: 0.into(),
            multi_zone: regional.into(),
            ..Workload::default()
        },
    );
}

fn autoscaler(resource: &Resource, stage: &mut Stage) {
    const GROUPS: &[&str] = &["google_compute_instance_group_manager", "google_compute_region_instance_group_manager"];
    let on = resource.text("autoscaling_policy.mode").or("ON").map(|mode| mode != "OFF");
    let most = resource.int("autoscaling_policy.max_replicas").cell();
    let forget = |row: &mut Workload, code| {
        if row.kind == Cell::Known("vm-group".to_owned()) {
            row.scales = Cell::Gap(code);
            row.max_instances = Cell::Gap(code);
        }
    };
    stage.facet::<Workload>(resource, "target", GROUPS, forget, move |row| {
        row.scales = on;
        row.max_instances = most;
    });
}

fn project_metadata(resource: &Resource, stage: &mut Stage) {
    // The resource holds the whole of the project's metadata: what is not in it is off.
    let switch = |key: &str| resource.text(&format!("metadata.{key}")).map(|text| is_on(&text)).or(false);
    said_by_project(resource, stage, OS_LOGIN, switch(OS_LOGIN));
    said_by_project(resource, stage, SERIAL_PORT, switch(SERIAL_PORT));
}

fn metadata_item(resource: &Resource, stage: &mut Stage) {
    let Attr::Known(key) = resource.text("key") else { return };
    let on = resource.text("value").map(|text| is_on(&text)).cell();
    said_by_project(resource, stage, &key, on);
}

/// What a project says holds for the machines that say nothing themselves.
fn said_by_project(resource: &Resource, stage: &mut Stage, key: &str, on: Cell<bool>) {
    let unsaid = |cell: &Cell<bool>| *cell == Cell::Gap(GapCode::ProviderDefault);
    match key {
        OS_LOGIN => stage.for_account::<Vm>(resource, move |_: &Common, row| {
            if unsaid(&row.identity_login) {
                row.identity_login = on.clone();
            }
        }),
        SERIAL_PORT => {
            let of_machines = on.clone();
            stage.for_account::<Vm>(resource, move |_: &Common, row| {
                if unsaid(&row.serial_console) {
                    row.serial_console = of_machines.clone();
                }
            });
            stage.account(resource, move |account| account.serial_console_access = on);
        }
        _ => {}
    }
}

/// A patch deployment chooses machines by name, label or zone.
fn patches(resource: &Resource, stage: &mut Stage) {
    let filter = match resource.block("instance_filter") {
        Attr::Known(filter) => filter,
        Attr::Unset => return,
        Attr::Unknown(code) => {
            stage.for_account::<Vm>(resource, move |_: &Common, row| patched(row, Cell::Gap(code)));
            return;
        }
    };
    let all = filter.bool("all").or(false);
    let named: Vec<Reference> = resource.references_in(&filter, "instances", INSTANCES);
    let labels: Vec<Cell<Vec<String>>> = match filter.blocks("group_labels") {
        Attr::Known(groups) => groups.iter().map(|group| group.pairs("labels").cell()).collect(),
        Attr::Unset => Vec::new(),
        Attr::Unknown(code) => vec![Cell::Gap(code)],
    };
    let prefixes = filter.texts("instance_name_prefixes").or(Vec::new());
    let zones = filter.is_set("zones").cell();
    stage.for_account::<Vm>(resource, move |common, row| {
        let by_label = labels.iter().map(|wanted| carries(common, wanted)).fold(Cell::Known(false), Cell::either);
        let by_prefix = prefixes.clone().and_then(|prefixes| {
            common.name.clone().map(|name| prefixes.iter().any(|prefix| name.starts_with(prefix.as_str())))
        });
        let by_name = named.iter().map(|one| names(one, &common.uid)).fold(Cell::Known(false), Cell::either);
        // Zones alone choose; beside another filter they narrow it. Which zone a machine is in, its row does not say.
        let by_zone = zones.clone().and_then(|set| if set { Cell::default() } else { Cell::Known(false) });
        patched(row, all.clone().either(by_label).either(by_prefix).either(by_name).either(by_zone));
    });
}

fn patched(row: &mut Vm, by: Cell<bool>) {
    if row.kind == Cell::Known("machine".to_owned()) {
        row.patch_managed = std::mem::take(&mut row.patch_managed).either(by);
    }
}

/// Whether a reference names something.
fn is_named(reference: &Reference) -> Cell<bool> {
    match reference {
        Reference::Uid(_) | Reference::Literal(_) => true.into(),
        Reference::Unset => false.into(),
        Reference::Unresolved(code) => Cell::Gap(*code),
    }
}

/// Whether nobody configured an attribute of a block that is there: then what the provider documents holds.
pub(super) fn is_left_out(resource: &Resource, path: &str) -> bool {
    match path.rsplit_once('.') {
        Some((parent, name)) => match resource.block(parent) {
            Attr::Known(block) => resource.is_configured_in(&block, name) == Some(false),
            Attr::Unset => resource.is_configured(parent) == Some(false),
            Attr::Unknown(_) => false,
        },
        None => resource.is_configured(path) == Some(false),
    }
}

fn names(reference: &Reference, uid: &str) -> Cell<bool> {
    match reference {
        Reference::Uid(named) => Cell::Known(named == uid),
        Reference::Literal(_) | Reference::Unset => Cell::Known(false),
        Reference::Unresolved(code) => Cell::Gap(*code),
    }
}

/// Whether a machine carries all of these labels.
fn carries(common: &Common, wanted: &Cell<Vec<String>>) -> Cell<bool> {
    let tags = common.tags.clone();
    wanted.clone().and_then(|wanted| tags.map(|tags| wanted.iter().all(|label| tags.contains(label))))
}
