//! Policies of keys that are resources of their own.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Key, ResourcePolicy};

use super::kms::KEY_TYPES;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] =
    &[Mapping::new("aws_kms_key_policy", key_policy, &[table::<ResourcePolicy>]).patching(&[table::<Key>])];

fn key_policy(resource: &Resource, stage: &mut Stage) {
    let public = policy::is_public(&resource.text("policy"));
    let forget = |row: &mut Key, code| row.public = Cell::Gap(code);
    // It takes the place of the policy that the key was made with.
    let key = stage.facet::<Key>(resource, "key_id", KEY_TYPES, forget, |row| row.public = public);
    policy::add_statements(resource, stage, "policy", key.cell());
}
