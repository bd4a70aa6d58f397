//! Repositories of Artifact Registry.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{ImageRegistry, ResourcePolicy};

use super::members;
use super::storage::key_at;
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_artifact_registry_repository", repository, &[table::<ImageRegistry>]),
    Mapping::new("google_artifact_registry_repository_iam_binding", binding, &[table::<ResourcePolicy>])
        .patching(&[table::<ImageRegistry>]),
    Mapping::new("google_artifact_registry_repository_iam_member", binding, &[table::<ResourcePolicy>])
        .patching(&[table::<ImageRegistry>]),
    Mapping::new("google_artifact_registry_repository_iam_policy", binding, &[table::<ResourcePolicy>])
        .patching(&[table::<ImageRegistry>]),
];

fn repository(resource: &Resource, stage: &mut Stage) {
    let (_, key_manager) = key_at(resource, "kms_key_name");
    let docker = resource.text("format").cell().map(|format| format == "DOCKER");
    stage.add(
        resource,
        ImageRegistry {
            scan_on_push: scanned(resource),
            tags_immutable: match resource.block("docker_config") {
                Attr::Known(block) => block.bool("immutable_tags").or(false),
                // Packages of other formats cannot be overwritten in the first place, or have no tags.
                Attr::Unset => docker.and_then(|docker| if docker { false.into() } else { Cell::default() }),
                Attr::Unknown(code) => Cell::Gap(code),
            },
            public: false.into(),
            admin_account: false.into(),
            key_manager,
            has_expiry_rule: match resource.blocks("cleanup_policies") {
                Attr::Known(policies) => policies
                    .iter()
                    .map(|policy| policy.text("action").cell().map(|action| action == "DELETE"))
                    .fold(Cell::Known(false), Cell::either),
                Attr::Unset => false.into(),
                Attr::Unknown(code) => Cell::Gap(code),
            },
            ..ImageRegistry::default()
        },
    );
}

/// A repository may opt out of scanning; else a service of the project decides, which tells the repositories itself.
fn scanned(resource: &Resource) -> Cell<bool> {
    let config = resource.text("vulnerability_scanning_config.enablement_config");
    match resource.unset_if_computed("vulnerability_scanning_config", config) {
        Attr::Known(config) if config == "DISABLED" => false.into(),
        Attr::Known(_) | Attr::Unset => Cell::Gap(GapCode::NotCollected),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn binding(resource: &Resource, stage: &mut Stage) {
    let bindings = members::read(resource);
    let public = members::any_public(&bindings);
    let repository = stage.facet_of_several::<ImageRegistry>(
        resource,
        "repository",
        &["google_artifact_registry_repository"],
        |row, code| row.public = std::mem::take(&mut row.public).either(Cell::Gap(code)),
        move |row| row.public = std::mem::take(&mut row.public).either(public),
    );
    let own = resource.common.account.known().cloned();
    for one in bindings {
        stage.add_suffixed(resource, &one.suffix, one.on_resource(repository.cell(), own.as_deref()));
    }
}
