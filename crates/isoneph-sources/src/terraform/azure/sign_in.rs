//! Conditional access: what the directory demands of those who sign in.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::AuthPolicy;

use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] =
    &[Mapping::new("azuread_conditional_access_policy", conditional_access, &[table::<AuthPolicy>])];

fn conditional_access(resource: &Resource, stage: &mut Stage) {
    let controls = resource.block("grant_controls");
    if controls.is_unset() {
        // It shapes the session only: nobody is let in or kept out by it.
        return;
    }
    let demanded = match &controls {
        Attr::Known(controls) => demands_mfa(controls),
        Attr::Unset => Cell::default(),
        Attr::Unknown(code) => Cell::Gap(*code),
    };
    stage.add(
        resource,
        AuthPolicy {
            kind: "conditional-access".into(),
            audience: audience(resource),
            enabled: resource.text("state").cell().map(|state| state == "enabled"),
            mfa_required: demanded,
            has_password_rule: false.into(),
            min_length: 0.into(),
            character_classes: 0.into(),
            reuse_prevented: 0.into(),
            has_max_age: false.into(),
            max_age_days: 0.into(),
            mfa_offered: true.into(),
        },
    );
}

/// Whether nobody gets in without a second factor: all demands hold together, or none of those that stand for one another
/// does without. Who is blocked does not get in at all.
fn demands_mfa(controls: &Block<'_>) -> Cell<bool> {
    let built_in = match controls.texts("built_in_controls") {
        Attr::Known(words) => words,
        Attr::Unset => Vec::new(),
        Attr::Unknown(code) => return Cell::Gap(code),
    };
    if built_in.iter().any(|word| word == "block") {
        return true.into();
    }
    let strength = controls.is_set("authentication_strength_policy_id").cell();
    let others = ["custom_authentication_factors", "terms_of_use"]
        .iter()
        .map(|path| controls.is_set(path).cell())
        .fold(Cell::Known(built_in.iter().any(|word| word != "mfa")), Cell::either);
    let asked = strength.either(built_in.iter().any(|word| word == "mfa").into());
    controls.text("operator").or("AND").and_then(|operator| match operator.as_str() {
        "AND" => asked,
        "OR" => asked.and(others.not()),
        _ => Cell::Gap(GapCode::Unreadable),
    })
}

fn audience(resource: &Resource) -> Cell<String> {
    let users = resource.texts("conditions.users.included_users");
    let roles = resource.is_set("conditions.users.included_roles");
    match (users, roles) {
        (Attr::Known(users), _) if users.iter().any(|user| user == "All") => "everybody".into(),
        (Attr::Unknown(code), _) | (_, Attr::Unknown(code)) => Cell::Gap(code),
        (_, Attr::Known(true)) => "administrators".into(),
        _ => "staff".into(),
    }
}
