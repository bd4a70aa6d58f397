//! Disks of EC2, their snapshots, and the images made of them.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Account, Attachment, Disk, DiskSnapshot};

use super::ec2::INSTANCE_TYPES;
use super::kms::{KEY_TYPES, key_manager};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_ami", ami, &[table::<DiskSnapshot>]),
    Mapping::new("aws_ami_copy", ami_copy, &[table::<DiskSnapshot>]),
    Mapping::new("aws_ami_from_instance", ami_from_instance, &[table::<DiskSnapshot>]),
    Mapping::new("aws_ami_launch_permission", launch_permission, &[]).patching(&[table::<DiskSnapshot>]),
    Mapping::new("aws_ebs_encryption_by_default", encryption_by_default, &[]).patching(&[table::<Disk>]),
    Mapping::new("aws_ebs_snapshot", snapshot, &[table::<DiskSnapshot>]),
    Mapping::new("aws_ebs_snapshot_copy", snapshot_copy, &[table::<DiskSnapshot>]),
    Mapping::new("aws_ebs_volume", volume, &[table::<Disk>]),
    Mapping::new("aws_snapshot_create_volume_permission", volume_permission, &[]).patching(&[table::<DiskSnapshot>]),
    Mapping::new("aws_volume_attachment", volume_attachment, &[table::<Attachment>]).patching(&[table::<Disk>]),
];

const VOLUME_TYPES: &[&str] = &["aws_ebs_volume"];
const SNAPSHOT_TYPES: &[&str] = &["aws_ebs_snapshot", "aws_ebs_snapshot_copy"];
const IMAGE_TYPES: &[&str] = &["aws_ami", "aws_ami_copy", "aws_ami_from_instance"];

/// What a disk's own attributes do not say of it.
pub(super) struct Volume<'a> {
    pub(super) vm: &'a str,
    pub(super) kind: &'a str,
    pub(super) size: &'a str,
}

/// The row of a disk, described by a resource or by a block of one.
pub(super) fn disk(resource: &Resource, block: &Block<'_>, volume: &Volume<'_>) -> Disk {
    let encrypted = encrypted(resource, block);
    let key = resource.reference_computed_in(block, "kms_key_id", KEY_TYPES);
    let (key, manager) = key_of(&encrypted, &key);
    Disk {
        vm: volume.vm.into(),
        kind: volume.kind.into(),
        key,
        key_manager: manager,
        encrypted,
        size_gib: block.int(volume.size).cell(),
        deleted_with_vm: if volume.vm.is_empty() { false.into() } else { block.bool("delete_on_termination").or(true) },
        // A volume can be reached through its machine only.
        public_access: false.into(),
        ..Disk::default()
    }
}

/// Not set means not encrypted, unless the account encrypts by default or the snapshot it comes from is encrypted:
/// neither is shown here, so it is a default that cannot be proved.
fn encrypted(resource: &Resource, block: &Block<'_>) -> Cell<bool> {
    let attr = match block.bool("encrypted") {
        Attr::Unknown(GapCode::AfterApply) if resource.is_configured_in(block, "encrypted") == Some(false) => {
            Attr::Unset
        }
        attr => attr,
    };
    match attr {
        Attr::Unset => Cell::Gap(GapCode::ProviderDefault),
        attr => attr.cell(),
    }
}

/// The key and who manages it: nobody's, of what is not encrypted.
fn key_of(encrypted: &Cell<bool>, key: &Reference) -> (Cell<String>, Cell<String>) {
    match (encrypted, key) {
        (Cell::Known(false), Reference::Unset) => ("".into(), "".into()),
        // Encrypted without a key named: the account's default key, AWS's own unless somebody changed it.
        (Cell::Known(true), Reference::Unset) => {
            (Cell::Gap(GapCode::ProviderDefault), Cell::Gap(GapCode::ProviderDefault))
        }
        (Cell::Gap(code), Reference::Unset) => (Cell::Gap(*code), Cell::Gap(*code)),
        (_, key) => (key.cell(), key_manager(key, "".into())),
    }
}

fn volume(resource: &Resource, stage: &mut Stage) {
    let row = disk(resource, &resource.root(), &Volume { vm: "", kind: "data", size: "size" });
    // Whether it goes with its machine is the attachment's affair, and Terraform's attachments leave it.
    stage.add(resource, Disk { deleted_with_vm: false.into(), ..row });
    resource.unless_computed("snapshot_id", SNAPSHOT_TYPES);
}

fn volume_attachment(resource: &Resource, stage: &mut Stage) {
    let machine = resource.reference("instance_id", INSTANCE_TYPES);
    let of_machine = machine.cell();
    let volume = stage.facet::<Disk>(
        resource,
        "volume_id",
        VOLUME_TYPES,
        |row, code| row.vm = Cell::Gap(code),
        move |row| row.vm = of_machine,
    );
    stage.add(
        resource,
        Attachment { what: volume.cell(), kind: "disk".into(), target: machine.cell(), ..Attachment::default() },
    );
}

fn encryption_by_default(resource: &Resource, stage: &mut Stage) {
    let on = resource.bool("enabled").or(true);
    let of_account = on.clone();
    stage.account(resource, move |account: &mut Account| {
        account.default_disk_encryption = of_account;
        account.settings_seen = true.into();
    });
    let region = resource.common.region.clone();
    stage.for_account::<Disk>(resource, move |common, row| {
        let here = super::regions::same(&region, common) == Cell::Known(true);
        // It encrypts what is made while it is on; a disk that says otherwise is encrypted all the same, but only where
        // nothing was said can the plan be sure to make it so.
        if here && on == Cell::Known(true) && row.encrypted == Cell::Gap(GapCode::ProviderDefault) {
            row.encrypted = true.into();
        }
    });
}

fn snapshot(resource: &Resource, stage: &mut Stage) {
    let source = resource.reference("volume_id", VOLUME_TYPES);
    let encrypted = resource.bool("encrypted").or_cell(Cell::default());
    stage.add(resource, DiskSnapshot { source: source.cell(), ..shot("snapshot", encrypted, Cell::default()) });
}

/// A snapshot or image that nobody else may use, until a permission says so.
fn shot(kind: &str, encrypted: Cell<bool>, manager: Cell<String>) -> DiskSnapshot {
    DiskSnapshot {
        kind: kind.into(),
        encrypted,
        key_manager: manager,
        public: false.into(),
        shared_with: Vec::new().into(),
        ..DiskSnapshot::default()
    }
}

fn snapshot_copy(resource: &Resource, stage: &mut Stage) {
    let source = resource.reference("source_snapshot_id", SNAPSHOT_TYPES);
    let (encrypted, manager) = copied(resource);
    stage.add(resource, DiskSnapshot { source: source.cell(), ..shot("snapshot", encrypted, manager) });
}

/// Whether a copy is encrypted, and with whose key. A copy of what is encrypted stays so without being told.
fn copied(resource: &Resource) -> (Cell<bool>, Cell<String>) {
    let encrypted = match resource.bool("encrypted") {
        Attr::Known(true) => true.into(),
        Attr::Known(false) | Attr::Unset => Cell::Gap(GapCode::ProviderDefault),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let key = resource.reference_computed_in(&resource.root(), "kms_key_id", KEY_TYPES);
    let (_, manager) = key_of(&encrypted, &key);
    (encrypted, manager)
}

fn ami(resource: &Resource, stage: &mut Stage) {
    let devices = resource.blocks("ebs_block_device");
    let encrypted = match &devices {
        // What is made from a snapshot is encrypted as the snapshot is.
        Attr::Known(devices) => devices.iter().fold(true.into(), |all: Cell<bool>, device| {
            let from_snapshot = device.is_set("snapshot_id").or(false);
            all.and(match (device.bool("encrypted"), from_snapshot) {
                (Attr::Known(false) | Attr::Unset, Cell::Known(true)) => Cell::default(),
                (attr, _) => attr.or(false),
            })
        }),
        Attr::Unset => Cell::default(),
        Attr::Unknown(code) => Cell::Gap(*code),
    };
    let encrypted = match devices {
        Attr::Known(devices) if devices.is_empty() => Cell::default(),
        _ => encrypted,
    };
    stage.add(resource, DiskSnapshot { source: "".into(), ..shot("image", encrypted, Cell::default()) });
}

fn ami_copy(resource: &Resource, stage: &mut Stage) {
    let source = resource.reference("source_ami_id", IMAGE_TYPES);
    let (encrypted, manager) = copied(resource);
    stage.add(resource, DiskSnapshot { source: source.cell(), ..shot("image", encrypted, manager) });
}

/// An image of all disks of a machine: encrypted as they are, which is not shown here.
fn ami_from_instance(resource: &Resource, stage: &mut Stage) {
    let source = resource.reference("source_instance_id", INSTANCE_TYPES);
    let open = || GapCode::UnresolvedReference;
    let row = shot("image", Cell::Gap(open()), Cell::Gap(open()));
    stage.add(resource, DiskSnapshot { source: source.cell(), ..row });
}

fn launch_permission(resource: &Resource, stage: &mut Stage) {
    let group = resource.text("group").map(|group| group == "all").or(false);
    let with: Vec<Attr<String>> =
        ["account_id", "organization_arn", "organizational_unit_arn"].iter().map(|path| resource.text(path)).collect();
    share(resource, stage, "image_id", IMAGE_TYPES, group, with);
}

fn volume_permission(resource: &Resource, stage: &mut Stage) {
    let account = resource.text("account_id");
    share(resource, stage, "snapshot_id", SNAPSHOT_TYPES, false.into(), vec![account]);
}

fn share(
    resource: &Resource,
    stage: &mut Stage,
    path: &str,
    types: &'static [&'static str],
    public: Cell<bool>,
    with: Vec<Attr<String>>,
) {
    let unknown = with.iter().find_map(|attr| match attr {
        Attr::Unknown(code) => Some(*code),
        Attr::Known(_) | Attr::Unset => None,
    });
    let accounts: Vec<String> = with.iter().filter_map(|attr| attr.known().cloned()).collect();
    stage.facet_of_several::<DiskSnapshot>(
        resource,
        path,
        types,
        |row, code| {
            row.public = std::mem::take(&mut row.public).either(Cell::Gap(code));
            if row.shared_with.known().is_none_or(Vec::is_empty) {
                row.shared_with = Cell::Gap(code);
            }
        },
        move |row| {
            row.public = row.public.clone().either(public);
            row.shared_with = match unknown {
                Some(code) => Cell::Gap(code),
                None => row.shared_with.clone().map(|mut all| {
                    all.extend(accounts);
                    all.sort();
                    all.dedup();
                    all
                }),
            };
        },
    );
}
