//! Secrets of Secrets Manager and of Parameter Store. Their values are never read, only whether the tool keeps them.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{ResourcePolicy, Secret};

use super::kms::{KEY_TYPES, key_manager};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_secretsmanager_secret", secret, &[table::<Secret>, table::<ResourcePolicy>]),
    Mapping::new("aws_secretsmanager_secret_policy", secret_policy, &[table::<ResourcePolicy>]),
    Mapping::new("aws_secretsmanager_secret_rotation", rotation, &[]).patching(&[table::<Secret>]),
    Mapping::new("aws_secretsmanager_secret_version", version, &[]).patching(&[table::<Secret>]),
    Mapping::new("aws_ssm_parameter", parameter, &[table::<Secret>]),
];

const SECRETS: &[&str] = &["aws_secretsmanager_secret"];

fn secret(resource: &Resource, stage: &mut Stage) {
    let key = resource.reference("kms_key_id", KEY_TYPES);
    // Before version 4 of the provider the rotation stood on the secret itself.
    let rotates = resource.is_set("rotation_rules").cell();
    let days = resource.block("rotation_rules").known().map_or(0.into(), interval);
    stage.add(
        resource,
        Secret {
            rotation_days: rotates.clone().and_then(|rotates| if rotates { days } else { 0.into() }),
            rotation: rotates,
            has_expiry: false.into(),
            key: key.cell(),
            key_manager: key_manager(&key, "provider".into()),
            recovery_days: resource.int("recovery_window_in_days").or(30),
            key_selectable: true.into(),
            value_in_state: false.into(),
            ..Secret::default()
        },
    );
    // A policy that nobody wrote here is read back from what others set.
    if resource.is_configured("policy") != Some(false) {
        policy::add_statements(resource, stage, "policy", resource.uid().into());
    }
}

fn secret_policy(resource: &Resource, stage: &mut Stage) {
    let secret = resource.reference("secret_arn", SECRETS);
    policy::add_statements(resource, stage, "policy", secret.cell());
}

fn rotation(resource: &Resource, stage: &mut Stage) {
    let days = match resource.block("rotation_rules") {
        Attr::Known(rules) => interval(&rules),
        Attr::Unset => Cell::default(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let forget = |row: &mut Secret, code| {
        row.rotation = Cell::Gap(code);
        row.rotation_days = Cell::Gap(code);
    };
    stage.facet::<Secret>(resource, "secret_id", SECRETS, forget, |row| {
        row.rotation = true.into();
        row.rotation_days = days;
    });
}

/// The days between rotations: written so, or as a rate. Of a calendar (`cron(…)`) they are not worked out.
fn interval(rules: &Block<'_>) -> Cell<i64> {
    let days = rules.int("automatically_after_days");
    let days = match days {
        Attr::Known(0) => Attr::Unset,
        days => days,
    };
    days.or_else(|| {
        rules.text("schedule_expression").and_then(|text| match rate_days(&text) {
            Some(days) => Attr::Known(days),
            None => Attr::Unknown(GapCode::Unreadable),
        })
    })
    .cell()
}

/// `rate(30 days)`; hours count as the days that they fill or begin.
fn rate_days(text: &str) -> Option<i64> {
    let (number, unit) = text.trim().strip_prefix("rate(")?.strip_suffix(')')?.trim().split_once(' ')?;
    let number: i64 = number.parse().ok()?;
    match unit.trim() {
        "day" | "days" => Some(number),
        "hour" | "hours" => number.checked_add(23).map(|hours| hours / 24),
        _ => None,
    }
}

fn version(resource: &Resource, stage: &mut Stage) {
    let kept = kept_in_state(resource, &["secret_string", "secret_binary"], "secret_string_wo_version");
    let forget =
        |row: &mut Secret, code| row.value_in_state = std::mem::take(&mut row.value_in_state).either(Cell::Gap(code));
    stage.facet_of_several::<Secret>(resource, "secret_id", SECRETS, forget, |row| {
        // One version in the state is enough.
        row.value_in_state = std::mem::take(&mut row.value_in_state).either(kept);
    });
}

/// Whether the state holds a value that one of these arguments gives. A value that is only known later is written to the
/// state all the same; only a write-only argument, which its version betrays, keeps it out.
pub(crate) fn kept_in_state(resource: &Resource, paths: &[&str], write_only: &str) -> Cell<bool> {
    if let Attr::Known(true) = resource.is_set(write_only) {
        return false.into();
    }
    let given = |path: &&str| resource.unset_if_computed(path, resource.is_set(path)).or(false) != Cell::Known(false);
    paths.iter().any(given).into()
}

fn parameter(resource: &Resource, stage: &mut Stage) {
    // Only these are kept encrypted, and meant to be secret.
    if resource.text("type").known().is_none_or(|kind| kind != "SecureString") {
        return;
    }
    let key = resource.reference("key_id", KEY_TYPES);
    stage.add(
        resource,
        Secret {
            rotation: false.into(),
            rotation_days: 0.into(),
            has_expiry: false.into(),
            key: key.cell(),
            key_manager: key_manager(&key, "provider".into()),
            recovery_days: 0.into(),
            key_selectable: true.into(),
            value_in_state: kept_in_state(resource, &["value"], "value_wo_version"),
            ..Secret::default()
        },
    );
}

#[cfg(test)]
mod tests {
    use super::rate_days;

    #[test]
    fn a_rate_is_read_in_days_and_a_calendar_is_not() {
        assert_eq!(rate_days("rate(30 days)"), Some(30));
        assert_eq!(rate_days("rate(1 day)"), Some(1));
        assert_eq!(rate_days("rate(4 hours)"), Some(1));
        assert_eq!(rate_days("rate(36 hours)"), Some(2));
        assert_eq!(rate_days("cron(0 16 1,15 * ? *)"), None);
        assert_eq!(rate_days("rate(x days)"), None);
    }
}
