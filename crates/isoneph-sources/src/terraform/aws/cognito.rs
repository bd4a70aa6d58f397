//! User pools of Cognito: the sign-in of a service's own users.

use isoneph_tables::Cell;
use isoneph_tables::schema::AuthPolicy;

use super::iam::count;
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[Mapping::new("aws_cognito_user_pool", user_pool, &[table::<AuthPolicy>])];

fn user_pool(resource: &Resource, stage: &mut Stage) {
    let mfa = resource.text("mfa_configuration").or("OFF");
    let rule = resource.unset_if_computed("password_policy", resource.block("password_policy"));
    let (length, classes, reuse) = match &rule {
        Attr::Known(rule) => (
            rule.int("minimum_length").or_default(resource, "aws.cognito.minimum_length"),
            count(
                ["require_lowercase", "require_uppercase", "require_numbers", "require_symbols"]
                    .map(|path| rule.bool(path)),
            ),
            rule.int("password_history_size").or(0),
        ),
        Attr::Unset => (
            resource.default("aws.cognito.minimum_length"),
            resource.default("aws.cognito.character_classes"),
            0.into(),
        ),
        Attr::Unknown(code) => (Cell::Gap(*code), Cell::Gap(*code), Cell::Gap(*code)),
    };
    stage.add(
        resource,
        AuthPolicy {
            kind: "user-pool".into(),
            audience: "end-users".into(),
            enabled: true.into(),
            mfa_required: mfa.clone().map(|mfa| mfa == "ON"),
            has_password_rule: true.into(),
            min_length: length,
            character_classes: classes,
            reuse_prevented: reuse,
            has_max_age: false.into(),
            max_age_days: 0.into(),
            mfa_offered: mfa.map(|mfa| mfa != "OFF"),
        },
    );
}
