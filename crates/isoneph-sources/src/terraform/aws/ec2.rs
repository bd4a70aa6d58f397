//! Machines of EC2 and the templates they are made from.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Attachment, Credential, Disk, Vm};

use super::ebs::{Volume, disk};
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::secrets;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_eip", eip, &[table::<Attachment>]).patching(&[table::<Vm>]),
    Mapping::new("aws_eip_association", eip_association, &[table::<Attachment>]).patching(&[table::<Vm>]),
    Mapping::new("aws_instance", instance, &[table::<Vm>, table::<Disk>, table::<Attachment>]),
    Mapping::new("aws_key_pair", key_pair, &[table::<Credential>]),
    Mapping::new("aws_launch_template", launch_template, &[table::<Vm>, table::<Disk>, table::<Attachment>]),
    Mapping::new("aws_network_interface", network_interface, &[table::<Attachment>]),
];

pub(super) const INSTANCE_TYPES: &[&str] = &["aws_instance", "aws_spot_instance_request"];
pub(super) const GROUP_TYPES: &[&str] = &["aws_security_group", "aws_default_security_group"];
pub(super) const SUBNET_TYPES: &[&str] = &["aws_subnet", "aws_default_subnet"];
const INTERFACE_TYPES: &[&str] = &["aws_network_interface"];
const PROFILE_TYPES: &[&str] = &["aws_iam_instance_profile"];
const ADDRESS_TYPES: &[&str] = &["aws_eip"];
const IMAGE_TYPES: &[&str] = &["aws_ami", "aws_ami_copy", "aws_ami_from_instance"];

fn instance(resource: &Resource, stage: &mut Stage) {
    let subnet = resource.unless_computed("subnet_id", SUBNET_TYPES);
    let profile = resource.unless_computed("iam_instance_profile", PROFILE_TYPES);
    // Told nothing, AWS chooses a subnet of the default network.
    let subnets = match &subnet {
        Reference::Unset => Cell::Gap(GapCode::ProviderDefault),
        subnet => Resource::uids(std::slice::from_ref(subnet)),
    };
    // An address given as it starts; else what the subnet does, which the subnet's own row says.
    let public =
        match resource.unset_if_computed("associate_public_ip_address", resource.bool("associate_public_ip_address")) {
            Attr::Unset => Cell::Gap(GapCode::ProviderDefault),
            attr => attr.cell(),
        };
    let row = Vm {
        kind: "machine".into(),
        public_address: public,
        identity_login: Cell::default(),
        deletion_protected: unless_set(resource, "disable_api_termination"),
        monitored: unless_set(resource, "monitoring"),
        ip_forwarding: resource.bool("source_dest_check").or(true).not(),
        subnets,
        identity: profile.cell(),
        ..started(resource, resource.unset_if_computed("metadata_options", metadata(resource)))
    };
    stage.add(resource, row);
    attach_groups(resource, stage, &["vpc_security_group_ids", "security_groups"]);
    attach(resource, stage, "subnet", std::slice::from_ref(&subnet));
    for name in ["root_block_device", "ebs_block_device"] {
        block_devices(resource, stage, name);
    }
}

/// A switch that is off unless set, and computed by the provider when it is not.
fn unless_set(resource: &Resource, name: &str) -> Cell<bool> {
    resource.unset_if_computed(name, resource.bool(name)).or(false)
}

/// Whether the metadata service demands a token: as the block says, else as the image and the account say.
fn metadata(resource: &Resource) -> Attr<bool> {
    match resource.block("metadata_options") {
        Attr::Known(block) => {
            let tokens = block.text("http_tokens").map(|tokens| tokens == "required");
            match (block.text("http_endpoint"), tokens) {
                // A service that does not answer needs no token.
                (Attr::Known(endpoint), _) if endpoint == "disabled" => Attr::Known(true),
                (_, tokens) => tokens,
            }
        }
        Attr::Unset => Attr::Unset,
        Attr::Unknown(code) => Attr::Unknown(code),
    }
}

/// What a machine and a template have in common.
fn started(resource: &Resource, protected: Attr<bool>) -> Vm {
    let path = if resource.knows("image_id") { "image_id" } else { "ami" };
    // A machine made from a template takes the template's image.
    let image = match resource.unless_computed(path, IMAGE_TYPES) {
        Reference::Unset => Reference::Unresolved(GapCode::NotCollected),
        image => image,
    };
    Vm {
        image: image.cell(),
        // An AMI is named by its id, unless a parameter of Systems Manager chooses it at the start.
        image_pinned: image.cell().map(|image| !image.starts_with("resolve:ssm:")),
        metadata_protected: protected.or_cell(Cell::Gap(GapCode::ProviderDefault)),
        confidential: resource.text("cpu_options.amd_sev_snp").map(|sev| sev == "enabled").or(false),
        secret_in_startup: startup_secret(resource),
        default_identity: false.into(),
        ..Vm::default()
    }
}

/// Whether a secret stands in the user data. An old provider writes only a digest of it: then nobody can tell.
fn startup_secret(resource: &Resource) -> Cell<bool> {
    let is_digest = |text: &str| text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let digested = resource.decide("user_data", is_digest);
    let plain = match digested {
        Attr::Known(true) => Attr::Unknown(GapCode::Unreadable),
        _ => resource.unset_if_computed("user_data", resource.decide("user_data", secrets::in_text)),
    };
    let encoded = resource.decide("user_data_base64", secrets::in_text);
    let encoded = resource.unset_if_computed("user_data_base64", encoded);
    plain.or(false).either(encoded.or(false))
}

fn block_devices(resource: &Resource, stage: &mut Stage, name: &str) {
    let kind = if name == "root_block_device" { "boot" } else { "data" };
    match resource.blocks(name) {
        Attr::Known(blocks) => {
            for block in &blocks {
                let row = disk(resource, block, &Volume { vm: resource.uid(), kind, size: "volume_size" });
                stage.add_block(resource, block, row);
            }
        }
        // Every machine has a boot disk; what it is like is the image's affair until the machine is there.
        Attr::Unknown(code) if kind == "boot" => {
            let row = Disk {
                vm: resource.uid().into(),
                kind: kind.into(),
                encrypted: Cell::Gap(code),
                key: Cell::Gap(code),
                key_manager: Cell::Gap(code),
                size_gib: Cell::Gap(code),
                deleted_with_vm: Cell::Gap(code),
                public_access: false.into(),
                ..Disk::default()
            };
            stage.add_suffixed(resource, "#root_block_device", row);
        }
        Attr::Unknown(_) | Attr::Unset => {}
    }
}

fn launch_template(resource: &Resource, stage: &mut Stage) {
    let interface = resource.block("network_interfaces");
    let public = match &interface {
        Attr::Known(block) => block.bool("associate_public_ip_address").or_cell(Cell::Gap(GapCode::ProviderDefault)),
        Attr::Unset => Cell::Gap(GapCode::ProviderDefault),
        Attr::Unknown(code) => Cell::Gap(*code),
    };
    let profile = ["iam_instance_profile.name", "iam_instance_profile.arn"]
        .into_iter()
        .map(|path| resource.reference(path, PROFILE_TYPES))
        .find(|profile| !profile.is_unset())
        .unwrap_or(Reference::Unset);
    let subnets = resource.references("network_interfaces.subnet_id", SUBNET_TYPES);
    let row = Vm {
        kind: "template".into(),
        public_address: public,
        deletion_protected: resource.bool("disable_api_termination").or(false),
        monitored: resource.bool("monitoring.enabled").or(false),
        ip_forwarding: false.into(),
        subnets: Resource::uids(&subnets),
        identity: profile.cell(),
        ..started(resource, metadata(resource))
    };
    stage.add(resource, row);
    attach_groups(resource, stage, &["vpc_security_group_ids", "network_interfaces.security_groups"]);
    if let Attr::Known(mappings) = resource.blocks("block_device_mappings") {
        for mapping in &mappings {
            if let Attr::Known(ebs) = mapping.block("ebs") {
                let row = disk(resource, &ebs, &Volume { vm: resource.uid(), kind: "data", size: "volume_size" });
                stage.add_block(resource, &ebs, row);
            }
        }
    }
}

/// Ties security groups to a thing.
pub(super) fn attach_groups(resource: &Resource, stage: &mut Stage, paths: &[&str]) {
    for path in paths {
        // A computed list that nobody configured: the network's default group, which no reference shows.
        if resource.is_configured(path) == Some(false) && resource.texts(path).known().is_none() {
            continue;
        }
        attach(resource, stage, "filter", &resource.references(path, GROUP_TYPES));
    }
}

/// Ties each of these to the resource.
pub(super) fn attach(resource: &Resource, stage: &mut Stage, kind: &str, what: &[Reference]) {
    for (i, reference) in what.iter().filter(|reference| !reference.is_unset()).enumerate() {
        let row = Attachment {
            what: reference.cell(),
            kind: kind.into(),
            target: resource.uid().into(),
            ..Attachment::default()
        };
        stage.add_suffixed(resource, &format!("#{kind}/{i}"), row);
    }
}

fn network_interface(resource: &Resource, stage: &mut Stage) {
    attach_groups(resource, stage, &["security_groups"]);
    attach(resource, stage, "subnet", &[resource.reference("subnet_id", SUBNET_TYPES)]);
    if let Attr::Known(attachments) = resource.blocks("attachment") {
        for attachment in &attachments {
            let machine = resource.reference_in(attachment, "instance", INSTANCE_TYPES);
            let row = Attachment {
                what: resource.uid().into(),
                kind: "address".into(),
                target: machine.cell(),
                ..Attachment::default()
            };
            stage.add_block(resource, attachment, row);
        }
    }
}

fn eip(resource: &Resource, stage: &mut Stage) {
    let interface = resource.unless_computed("network_interface", INTERFACE_TYPES);
    let machine = resource.unless_computed("instance", INSTANCE_TYPES);
    address(resource, stage, "instance", resource.uid().into(), &[machine, interface]);
}

fn eip_association(resource: &Resource, stage: &mut Stage) {
    let what = resource.reference("allocation_id", ADDRESS_TYPES).cell();
    let interface = resource.unless_computed("network_interface_id", INTERFACE_TYPES);
    let machine = resource.unless_computed("instance_id", INSTANCE_TYPES);
    address(resource, stage, "instance_id", what, &[machine, interface]);
}

/// Ties a public address to what it is given to; a machine that has one can be reached from outside.
fn address(resource: &Resource, stage: &mut Stage, path: &str, what: Cell<String>, targets: &[Reference]) {
    if resource.is_configured(path) != Some(false) || targets.first().is_some_and(|machine| !machine.is_unset()) {
        stage.facet::<Vm>(
            resource,
            path,
            INSTANCE_TYPES,
            |row, code| row.public_address = Cell::Gap(code),
            |row| row.public_address = true.into(),
        );
    }
    for (i, target) in targets.iter().filter(|target| !target.is_unset()).enumerate() {
        let row =
            Attachment { what: what.clone(), kind: "address".into(), target: target.cell(), ..Attachment::default() };
        stage.add_suffixed(resource, &format!("#address/{i}"), row);
    }
}

fn key_pair(resource: &Resource, stage: &mut Stage) {
    stage.add(
        resource,
        Credential {
            principal: "".into(),
            kind: "ssh-key".into(),
            active: true.into(),
            long_lived: true.into(),
            has_expiry: false.into(),
            // Only the public half is given.
            secret_in_state: false.into(),
            ..Credential::default()
        },
    );
}
