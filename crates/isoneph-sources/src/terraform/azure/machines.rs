//! Virtual machines, alone and in scale sets, and what is set on them from outside.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Disk, Vm, Workload};

use super::networks::INTERFACES;
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::secrets;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_linux_virtual_machine", machine, &[table::<Vm>, table::<Disk>]),
    Mapping::new("azurerm_linux_virtual_machine_scale_set", scale_set, &[table::<Vm>, table::<Workload>]),
    Mapping::new("azurerm_maintenance_assignment_virtual_machine", maintained, &[]).patching(&[table::<Vm>]),
    Mapping::new("azurerm_maintenance_configuration", nothing_more, &[]),
    Mapping::new("azurerm_monitor_autoscale_setting", autoscale, &[]).patching(&[table::<Workload>]),
    Mapping::new("azurerm_orchestrated_virtual_machine_scale_set", scale_set, &[table::<Vm>, table::<Workload>]),
    Mapping::new("azurerm_virtual_machine", classic, &[table::<Vm>, table::<Disk>]),
    Mapping::new("azurerm_virtual_machine_extension", extension, &[]).patching(&[table::<Vm>]),
    Mapping::new("azurerm_windows_virtual_machine", machine, &[table::<Vm>, table::<Disk>]),
    Mapping::new("azurerm_windows_virtual_machine_scale_set", scale_set, &[table::<Vm>, table::<Workload>]),
];

/// The types of machines.
pub(super) const MACHINES: &[&str] =
    &["azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine", "azurerm_virtual_machine"];
const SETS: &[&str] = &["azurerm_disk_encryption_set"];
const IDENTITIES: &[&str] = &["azurerm_user_assigned_identity"];
const IMAGES: &[&str] = &["azurerm_image", "azurerm_shared_image", "azurerm_shared_image_version"];

fn nothing_more(_: &Resource, _: &mut Stage) {}

/// Why it is not seen what the interfaces of a machine are, where one of them is not in the input.
fn elsewhere(resource: &Resource) -> Option<GapCode> {
    let interfaces = resource.references("network_interface_ids", INTERFACES);
    interfaces.iter().find_map(|interface| match interface {
        Reference::Uid(_) | Reference::Unset => None,
        Reference::Literal(_) => Some(GapCode::NotCollected),
        Reference::Unresolved(code) => Some(*code),
    })
}

fn machine(resource: &Resource, stage: &mut Stage) {
    let windows = resource.native_type().contains("windows");
    // Whether a public address leads to it, and where it stands, is written on its interfaces.
    let elsewhere = elsewhere(resource);
    let row = Vm {
        kind: "machine".into(),
        public_address: elsewhere.map_or(false.into(), Cell::Gap),
        subnets: elsewhere.map_or(Cell::Known(Vec::new()), Cell::Gap),
        ip_forwarding: elsewhere.map_or(false.into(), Cell::Gap),
        deletion_protected: false.into(),
        has_backup: false.into(),
        identity_login: false.into(),
        patch_managed: patched(resource, windows),
        ..started(resource, windows)
    };
    stage.add(resource, row);
    boot_disk(resource, stage, "os_disk");
}

/// What a machine and the template of a scale set have in common.
fn started(resource: &Resource, windows: bool) -> Vm {
    let (image, image_pinned) = image(resource, "source_image_reference", "source_image_id");
    let in_text = |path: &str| resource.decide(path, secrets::in_text).or(false);
    Vm {
        image,
        image_pinned,
        os: if windows { "windows" } else { "linux" }.into(),
        // The service refuses requests without the header `Metadata: true`.
        metadata_protected: true.into(),
        // What is not set is left to the image and to a default that Azure has been changing.
        secure_boot: resource.bool("secure_boot_enabled").or_cell(Cell::Gap(GapCode::ProviderDefault)),
        vtpm: resource.bool("vtpm_enabled").or_cell(Cell::Gap(GapCode::ProviderDefault)),
        confidential: resource.is_set("os_disk.security_encryption_type").cell(),
        password_login: if windows {
            true.into()
        } else {
            resource.bool("disable_password_authentication").or(true).not()
        },
        secret_in_startup: in_text("custom_data").either(in_text("user_data")),
        identity: identity(resource),
        default_identity: false.into(),
        ..Vm::default()
    }
}

/// The image it starts from, and whether what names it never changes.
fn image(resource: &Resource, reference: &str, id: &str) -> (Cell<String>, Cell<bool>) {
    let named = resource.reference(id, IMAGES);
    match &named {
        Reference::Uid(_) | Reference::Literal(_) => {
            let is_gallery = |text: &String| text.contains("/galleries/") && !text.contains("/versions/");
            let of_gallery = |uid: &String| uid.contains("azurerm_shared_image.");
            let floats = match &named {
                Reference::Literal(text) => is_gallery(text) || text.ends_with("/versions/latest"),
                Reference::Uid(uid) => of_gallery(uid),
                Reference::Unset | Reference::Unresolved(_) => false,
            };
            (named.cell(), Cell::Known(!floats))
        }
        Reference::Unresolved(code) => (Cell::Gap(*code), Cell::Gap(*code)),
        Reference::Unset => match resource.block(reference) {
            Attr::Known(block) => {
                let version = block.text("version").cell();
                let part = |name: &str| block.text(name).or("");
                let parts = [part("publisher"), part("offer"), part("sku"), version.clone()];
                let name =
                    parts.into_iter().reduce(|all, part| all.and_then(|all| part.map(|part| format!("{all}:{part}"))));
                (name.unwrap_or_default(), version.map(|version| !version.eq_ignore_ascii_case("latest")))
            }
            Attr::Unset => (Cell::default(), Cell::default()),
            Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
        },
    }
}

/// The identity it was given; the machine's own where Azure makes one for it.
pub(super) fn identity(resource: &Resource) -> Cell<String> {
    let mut given = resource.references("identity.identity_ids", IDENTITIES);
    if !given.is_empty() {
        return given.swap_remove(0).cell();
    }
    match resource.block("identity") {
        Attr::Known(_) => resource.uid().into(),
        Attr::Unset => "".into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

/// Whether a service of Azure or the system's own updater looks after its patches.
fn patched(resource: &Resource, windows: bool) -> Cell<bool> {
    let unset = if windows { "AutomaticByOS" } else { "ImageDefault" };
    let applied = resource.text("patch_mode").or(unset).map(|mode| mode.starts_with("AutomaticBy"));
    let assessed = resource.text("patch_assessment_mode").or("ImageDefault").map(|mode| mode == "AutomaticByPlatform");
    applied.either(assessed)
}

fn boot_disk(resource: &Resource, stage: &mut Stage, name: &str) {
    let Attr::Known(block) = resource.block(name) else { return };
    let row = disk_row(resource, &block);
    stage.add_block(resource, &block, row);
}

fn disk_row(resource: &Resource, block: &Block<'_>) -> Disk {
    let set = resource.reference_in(block, "disk_encryption_set_id", SETS);
    Disk {
        vm: resource.uid().into(),
        kind: "boot".into(),
        // Managed disks are encrypted at rest, whatever else is chosen.
        encrypted: true.into(),
        key: set.cell(),
        key_manager: match &set {
            Reference::Uid(_) | Reference::Literal(_) => "customer".into(),
            Reference::Unset => "provider".into(),
            Reference::Unresolved(code) => Cell::Gap(*code),
        },
        size_gib: block.int("disk_size_gb").cell(),
        ..Disk::default()
    }
}

fn scale_set(resource: &Resource, stage: &mut Stage) {
    let windows = resource.native_type().contains("windows")
        || resource.block("os_profile.windows_configuration").known().is_some();
    let orchestrated = resource.native_type().contains("orchestrated");
    let public = match resource.blocks("network_interface") {
        Attr::Known(interfaces) => interfaces.iter().map(has_public_address).fold(Cell::Known(false), Cell::either),
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let upgraded = resource.bool("automatic_os_upgrade_policy.enable_automatic_os_upgrade");
    let upgraded = upgraded.or_else(|| resource.bool("automatic_os_upgrade_policy.automatic_os_upgrade_enabled"));
    let by_password = resource.bool("os_profile.linux_configuration.disable_password_authentication").or(true).not();
    let template = started(resource, windows);
    let row = Vm {
        kind: "template".into(),
        public_address: public,
        deletion_protected: false.into(),
        ip_forwarding: false.into(),
        patch_managed: upgraded.or(false).either(patched(resource, windows)),
        password_login: if orchestrated && !windows { by_password } else { template.password_login.clone() },
        ..template
    };
    let identity = row.identity.clone();
    stage.add(resource, row);
    stage.add(
        resource,
        Workload {
            kind: "vm-group".into(),
            runtime: "".into(),
            identity,
            default_identity: false.into(),
            secret_in_settings: false.into(),
            privileged: false.into(),
            in_own_network: true.into(),
            // A scale set keeps its number unless a setting for automatic scaling names it.
            scales: false.into(),
            max_instances: 0.into(),
            multi_zone: resource.texts("zones").map(|zones| zones.len() > 1).or(false),
            ..Workload::default()
        },
    );
}

fn has_public_address(interface: &Block<'_>) -> Cell<bool> {
    match interface.blocks("ip_configuration") {
        Attr::Known(blocks) => blocks
            .iter()
            .map(|block| match block.blocks("public_ip_address") {
                Attr::Known(addresses) => Cell::Known(!addresses.is_empty()),
                Attr::Unset => Cell::Known(false),
                Attr::Unknown(code) => Cell::Gap(code),
            })
            .fold(Cell::Known(false), Cell::either),
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn autoscale(resource: &Resource, stage: &mut Stage) {
    let on = resource.bool("enabled").or(true);
    let most = match resource.blocks("profile") {
        Attr::Known(profiles) => {
            let each = profiles.iter().map(|profile| profile.int("capacity.maximum").cell());
            each.reduce(|most, next| most.and_then(|most| next.map(|next| most.max(next)))).unwrap_or_default()
        }
        Attr::Unset => Cell::default(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let target = resource.reference("target_resource_id", &[]);
    let Some(uid) = target.uid().map(str::to_owned) else { return };
    stage.for_account::<Workload>(resource, move |common, row| {
        if common.uid == uid {
            row.scales = on.clone();
            row.max_instances = most.clone();
        }
    });
}

/// The generation of the resource before Linux and Windows were told apart.
fn classic(resource: &Resource, stage: &mut Stage) {
    let linux = resource.block("os_profile_linux_config");
    let windows = resource.block("os_profile_windows_config");
    let elsewhere = elsewhere(resource);
    let (image, image_pinned) = image(resource, "storage_image_reference", "storage_image_reference.id");
    stage.add(
        resource,
        Vm {
            kind: "machine".into(),
            image,
            image_pinned,
            os: match (&linux, &windows) {
                (Attr::Known(_), _) => "linux".into(),
                (_, Attr::Known(_)) => "windows".into(),
                _ => Cell::default(),
            },
            public_address: elsewhere.map_or(false.into(), Cell::Gap),
            subnets: elsewhere.map_or(Cell::Known(Vec::new()), Cell::Gap),
            ip_forwarding: elsewhere.map_or(false.into(), Cell::Gap),
            metadata_protected: true.into(),
            password_login: match linux {
                Attr::Known(block) => block.bool("disable_password_authentication").cell().not(),
                Attr::Unset => Cell::default(),
                Attr::Unknown(code) => Cell::Gap(code),
            },
            secret_in_startup: resource.decide("os_profile.custom_data", secrets::in_text).or(false),
            identity: identity(resource),
            default_identity: false.into(),
            identity_login: false.into(),
            patch_managed: match windows {
                Attr::Known(block) => block.bool("enable_automatic_upgrades").or(false),
                Attr::Unset => false.into(),
                Attr::Unknown(code) => Cell::Gap(code),
            },
            deletion_protected: false.into(),
            has_backup: false.into(),
            ..Vm::default()
        },
    );
}

fn extension(resource: &Resource, stage: &mut Stage) {
    let login = match resource.text("type") {
        Attr::Known(kind) => {
            matches!(kind.as_str(), "AADSSHLoginForLinux" | "AADLoginForLinux" | "AADLoginForWindows")
        }
        Attr::Unset | Attr::Unknown(_) => false,
    };
    if !login {
        resource.reference("virtual_machine_id", MACHINES);
        return;
    }
    let forget = |row: &mut Vm, code| row.identity_login = Cell::Gap(code);
    stage.facet::<Vm>(resource, "virtual_machine_id", MACHINES, forget, |row| row.identity_login = true.into());
}

fn maintained(resource: &Resource, stage: &mut Stage) {
    resource.reference("maintenance_configuration_id", &["azurerm_maintenance_configuration"]);
    let forget = |row: &mut Vm, code| {
        if row.patch_managed != Cell::Known(true) {
            row.patch_managed = Cell::Gap(code);
        }
    };
    stage.facet::<Vm>(resource, "virtual_machine_id", MACHINES, forget, |row| row.patch_managed = true.into());
}
