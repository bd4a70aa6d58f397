//! AWS Backup and the lifecycle manager of disks.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Backup, ResourcePolicy};

use super::databases::{add, key_of};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::identity::arn_part;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_backup_plan", plan, &[table::<Backup>]),
    Mapping::new("aws_backup_selection", selection, &[]).patching(&[table::<Backup>]),
    Mapping::new("aws_backup_vault", vault, &[table::<Backup>]),
    Mapping::new("aws_backup_vault_lock_configuration", vault_lock, &[]).patching(&[table::<Backup>]),
    Mapping::new("aws_backup_vault_policy", vault_policy, &[table::<ResourcePolicy>]),
    Mapping::new("aws_dlm_lifecycle_policy", lifecycle, &[table::<Backup>]),
];

const VAULT: &[&str] = &["aws_backup_vault"];

fn vault(resource: &Resource, stage: &mut Stage) {
    let (_, manager) = key_of(resource, "kms_key_arn", &Cell::Known(true), false);
    stage.add(
        resource,
        Backup {
            kind: "vault".into(),
            covers: Vec::new().into(),
            locked: false.into(),
            soft_delete: false.into(),
            key_manager: manager,
            interval_hours: 0.into(),
            replicated_to: Vec::new().into(),
            ..Backup::default()
        },
    );
}

fn vault_lock(resource: &Resource, stage: &mut Stage) {
    // Without a minimum a lock keeps nobody from deleting a copy at once.
    let locked = resource.int("min_retention_days").or(0).map(|days| days > 0);
    stage.facet::<Backup>(
        resource,
        "backup_vault_name",
        VAULT,
        |row, code| row.locked = Cell::Gap(code),
        move |row| row.locked = locked,
    );
}

fn vault_policy(resource: &Resource, stage: &mut Stage) {
    let vault = resource.reference("backup_vault_name", VAULT);
    policy::add_statements(resource, stage, "policy", vault.cell());
}

/// What the rules of a plan come to together.
struct Rules {
    all_end: Cell<bool>,
    longest: Cell<i64>,
    copied: Cell<bool>,
    regions: Cell<Vec<String>>,
}

fn plan(resource: &Resource, stage: &mut Stage) {
    let rules = match resource.blocks("rule") {
        Attr::Known(blocks) => {
            for block in &blocks {
                resource.reference_in(block, "target_vault_name", VAULT);
            }
            read_rules(&blocks, &resource.common.region)
        }
        Attr::Unset => read_rules(&[], &resource.common.region),
        Attr::Unknown(code) => Rules {
            all_end: Cell::Gap(code),
            longest: Cell::Gap(code),
            copied: Cell::Gap(code),
            regions: Cell::Gap(code),
        },
    };
    stage.add(
        resource,
        Backup {
            kind: "plan".into(),
            covers: Vec::new().into(),
            has_expiry: rules.all_end,
            retention_days: rules.longest,
            locked: false.into(),
            soft_delete: false.into(),
            copied_elsewhere: rules.copied,
            replicated_to: rules.regions,
            ..Backup::default()
        },
    );
}

fn read_rules(blocks: &[Block<'_>], own_region: &Cell<String>) -> Rules {
    let mut rules = Rules {
        all_end: Cell::Known(true),
        longest: Cell::Known(0),
        copied: Cell::Known(false),
        regions: Cell::Known(Vec::new()),
    };
    for block in blocks {
        let days = block.int("lifecycle.delete_after").or(0);
        rules.all_end = rules.all_end.and(days.clone().map(|days| days > 0));
        rules.longest = longer(rules.longest, days);
        let copies = block.is_set("copy_action").cell();
        rules.copied = rules.copied.either(copies.clone());
        rules.regions = match (copies.known(), block.blocks("copy_action")) {
            (Some(false), _) => rules.regions,
            (_, Attr::Known(copies)) => copies.iter().fold(rules.regions, |regions, copy| {
                let region = copy.text("destination_vault_arn").cell().map(|arn| arn_part(&arn, 3).unwrap_or_default());
                if region.known().is_some() && region == *own_region { regions } else { add(&regions, region) }
            }),
            _ => Cell::default(),
        };
    }
    rules
}

fn longer(one: Cell<i64>, other: Cell<i64>) -> Cell<i64> {
    one.and_then(|one| other.map(|other| one.max(other)))
}

/// What a plan covers; tags and wildcards count as "selected by a rule".
fn selection(resource: &Resource, stage: &mut Stage) {
    let covered = resource.references("resources", &[]);
    let by_rule = ["selection_tag", "condition"].iter().any(|path| resource.is_set(path).known() != Some(&false));
    let mut uids = Resource::uids(&covered);
    if by_rule {
        uids = uids.map(|mut uids| {
            uids.push("*".to_owned());
            uids
        });
    }
    stage.facet_of_several::<Backup>(
        resource,
        "plan_id",
        &["aws_backup_plan"],
        |row, code| row.covers = Cell::Gap(code),
        move |row| {
            row.covers = std::mem::take(&mut row.covers).and_then(|mut all| {
                uids.map(|uids| {
                    all.extend(uids);
                    all.sort();
                    all.dedup();
                    all
                })
            });
        },
    );
}

fn lifecycle(resource: &Resource, stage: &mut Stage) {
    let enabled = resource.text("state").or("ENABLED").map(|state| state == "ENABLED");
    let schedules = resource.blocks("policy_details.schedule");
    let known = schedules.known().map_or(&[][..], Vec::as_slice);
    let days = known.iter().fold(Cell::Known(0), |longest, block| longer(longest, kept_days(block)));
    let copied =
        known.iter().fold(Cell::Known(false), |any, block| any.either(block.is_set("cross_region_copy_rule").cell()));
    let gap = |cell: Cell<bool>| if let Attr::Unknown(code) = schedules { Cell::Gap(code) } else { cell };
    stage.add(
        resource,
        Backup {
            kind: "schedule".into(),
            covers: enabled.map(|on| if on { vec!["*".to_owned()] } else { Vec::new() }),
            // A rule to keep a number or an age of copies is required.
            has_expiry: true.into(),
            retention_days: days,
            locked: false.into(),
            soft_delete: false.into(),
            replicated_to: gap(copied.clone())
                .and_then(|copied| if copied { Cell::default() } else { Vec::new().into() }),
            copied_elsewhere: gap(copied),
            ..Backup::default()
        },
    );
}

/// Days, where the schedule keeps by age; a number of copies says nothing of days.
fn kept_days(schedule: &Block<'_>) -> Cell<i64> {
    let interval = schedule.int("retain_rule.interval").cell();
    let unit = schedule.text("retain_rule.interval_unit").cell();
    interval.and_then(|interval| {
        unit.and_then(|unit| match unit.as_str() {
            "DAYS" => Cell::Known(interval),
            "WEEKS" => Cell::Known(interval.saturating_mul(7)),
            "MONTHS" => Cell::Known(interval.saturating_mul(30)),
            "YEARS" => Cell::Known(interval.saturating_mul(365)),
            _ => Cell::default(),
        })
    })
}
