//! Repositories of container images.

use isoneph_tables::Cell;
use isoneph_tables::schema::{ImageRegistry, ResourcePolicy};

use super::kms::{KEY_TYPES, key_manager};
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_ecr_lifecycle_policy", life_cycle, &[]).patching(&[table::<ImageRegistry>]),
    Mapping::new("aws_ecr_registry_scanning_configuration", scanning, &[]).patching(&[table::<ImageRegistry>]),
    Mapping::new("aws_ecr_repository", repository, &[table::<ImageRegistry>]),
    Mapping::new("aws_ecr_repository_policy", repository_policy, &[table::<ResourcePolicy>])
        .patching(&[table::<ImageRegistry>]),
];

const REPOSITORIES: &[&str] = &["aws_ecr_repository"];

fn repository(resource: &Resource, stage: &mut Stage) {
    let key = resource.reference("encryption_configuration.kms_key", KEY_TYPES);
    let kind = resource.text("encryption_configuration.encryption_type");
    let kind = resource.unset_if_computed("encryption_configuration", kind);
    stage.add(
        resource,
        ImageRegistry {
            scan_on_push: match resource.block("image_scanning_configuration") {
                Attr::Known(block) => block.bool("scan_on_push").cell(),
                Attr::Unset => resource.default("aws.ecr.scan_on_push"),
                Attr::Unknown(code) => Cell::Gap(code),
            },
            tags_immutable: resource.text("image_tag_mutability").or("MUTABLE").map(|kind| kind == "IMMUTABLE"),
            public: false.into(),
            admin_account: false.into(),
            key_manager: kind.or("AES256").and_then(|kind| match kind.as_str() {
                "AES256" => "provider".into(),
                _ => key_manager(&key, "provider".into()),
            }),
            has_expiry_rule: false.into(),
            ..ImageRegistry::default()
        },
    );
}

fn repository_policy(resource: &Resource, stage: &mut Stage) {
    let public = policy::is_public(&resource.text("policy"));
    let forget = |row: &mut ImageRegistry, code| row.public = Cell::Gap(code);
    let repository =
        stage.facet::<ImageRegistry>(resource, "repository", REPOSITORIES, forget, move |row| row.public = public);
    policy::add_statements(resource, stage, "policy", repository.cell());
}

fn life_cycle(resource: &Resource, stage: &mut Stage) {
    let forget = |row: &mut ImageRegistry, code| row.has_expiry_rule = Cell::Gap(code);
    stage.facet::<ImageRegistry>(resource, "repository", REPOSITORIES, forget, |row| {
        row.has_expiry_rule = true.into();
    });
}

/// The registry's own rules outrank what a repository says of scanning.
fn scanning(resource: &Resource, stage: &mut Stage) {
    let everything = scans_everything(resource);
    let region = resource.common.region.clone();
    stage.for_account::<ImageRegistry>(resource, move |common, row| match &everything {
        _ if super::regions::same(&region, common) == Cell::Known(false) => {}
        Cell::Known(true) => {
            let here = super::regions::same(&region, common);
            row.scan_on_push = std::mem::take(&mut row.scan_on_push).either(here);
        }
        Cell::Known(false) if row.scan_on_push == Cell::Known(true) => {}
        // A rule for some names may or may not be for this one.
        Cell::Known(false) => row.scan_on_push = Cell::default(),
        Cell::Gap(code) => row.scan_on_push = Cell::Gap(*code),
    });
}

fn scans_everything(resource: &Resource) -> Cell<bool> {
    let rules = match resource.blocks("rule") {
        Attr::Known(rules) => rules,
        Attr::Unset => return false.into(),
        Attr::Unknown(code) => return Cell::Gap(code),
    };
    let one = |rule: &crate::terraform::block::Block<'_>| {
        let arrives = rule.text("scan_frequency").cell().map(|when| when != "MANUAL");
        let filters = match rule.blocks("repository_filter") {
            Attr::Known(filters) => filters,
            Attr::Unset => return Cell::Known(false),
            Attr::Unknown(code) => return Cell::Gap(code),
        };
        let all = filters.iter().map(|filter| filter.text("filter").cell().map(|filter| filter == "*"));
        arrives.and(all.fold(Cell::Known(false), Cell::either))
    };
    rules.iter().map(one).fold(Cell::Known(false), Cell::either)
}
