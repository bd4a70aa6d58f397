//! Trails of CloudTrail, and the stores that logs are kept in.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Account, AuditTrail, LogStore};

use super::kms::KEY_TYPES;
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_cloudtrail", trail, &[table::<AuditTrail>]).patching(&[table::<LogStore>]),
    Mapping::new("aws_cloudtrail_event_data_store", event_data_store, &[table::<AuditTrail>, table::<LogStore>]),
    Mapping::new("aws_cloudwatch_log_group", log_group, &[table::<LogStore>]),
    Mapping::new("aws_cloudwatch_log_stream", part_of_group, &[]),
    Mapping::new("aws_cloudwatch_log_subscription_filter", part_of_group, &[]),
];

const GROUP_TYPES: &[&str] = &["aws_cloudwatch_log_group"];

/// Notes that the account's own settings are in the input. What AWS records by itself lasts for 90 days.
pub(crate) fn account_seen(resource: &Resource, stage: &mut Stage) {
    stage.account(resource, |account: &mut Account| {
        account.settings_seen = true.into();
        account.recorded_by_provider = false.into();
    });
}

/// Neither CloudTrail nor CloudWatch Logs takes a key that AWS manages: one that is named is a customer's.
fn key_manager(key: &Reference) -> Cell<String> {
    match key {
        Reference::Uid(_) | Reference::Literal(_) => "customer".into(),
        Reference::Unset => "provider".into(),
        Reference::Unresolved(code) => Cell::Gap(*code),
    }
}

fn trail(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let key = resource.reference("kms_key_id", KEY_TYPES);
    let (management_events, data_events) = selected(resource);
    stage.add(
        resource,
        AuditTrail {
            enabled: resource.bool("enable_logging").or(true),
            all_regions: resource.bool("is_multi_region_trail").or(false),
            organisation: resource.bool("is_organization_trail").or(false),
            management_events,
            data_events,
            can_hold_data_events: true.into(),
            integrity_protected: resource.bool("enable_log_file_validation").or(false),
            key_manager: key_manager(&key),
            destination: resource.reference("s3_bucket_name", &["aws_s3_bucket"]).cell(),
            watched: watched(resource),
            ..AuditTrail::default()
        },
    );
    mark_group(resource, stage);
}

/// Whether a log group is named. Built from an identifier that is not known yet, it is.
fn watched(resource: &Resource) -> Cell<bool> {
    match resource.is_set("cloud_watch_logs_group_arn") {
        Attr::Unknown(_) if resource.is_configured("cloud_watch_logs_group_arn") == Some(true) => true.into(),
        set => set.cell(),
    }
}

/// Marks the log group that a trail writes to.
fn mark_group(resource: &Resource, stage: &mut Stage) {
    match resource.text("cloud_watch_logs_group_arn") {
        Attr::Unset => {}
        Attr::Known(arn) => {
            // `arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`
            let name = arn.split(':').nth(6).unwrap_or_default().to_owned();
            stage.for_account::<LogStore>(resource, move |common, row| {
                if common.name.known() == Some(&name) {
                    row.receives_audit_trail = true.into();
                }
            });
        }
        Attr::Unknown(_) => {
            stage.facet::<LogStore>(
                resource,
                "cloud_watch_logs_group_arn",
                GROUP_TYPES,
                |row, code| row.receives_audit_trail = Cell::Gap(code),
                |row| row.receives_audit_trail = true.into(),
            );
        }
    }
}

/// Whether management events (reads and writes) and data events are recorded. Without a selector, a trail records the
/// former.
fn selected(resource: &Resource) -> (Cell<bool>, Cell<bool>) {
    let basic = resource.blocks("event_selector");
    let advanced = resource.blocks("advanced_event_selector");
    match (basic, advanced) {
        (Attr::Unknown(code), _) | (_, Attr::Unknown(code)) => (Cell::Gap(code), Cell::Gap(code)),
        (basic, advanced) => {
            let basic = basic.known().cloned().unwrap_or_default();
            let advanced = advanced.known().cloned().unwrap_or_default();
            if basic.is_empty() && advanced.is_empty() {
                return (true.into(), false.into());
            }
            let any = |cells: Vec<Cell<bool>>| cells.into_iter().fold(Cell::Known(false), Cell::either);
            let management = recorded(&basic, &advanced);
            let data = basic.iter().map(|selector| has_blocks(selector, "data_resource"));
            let data = any(data.chain(advanced.iter().map(|selector| is_category(selector, "Data"))).collect());
            (management, data)
        }
    }
}

/// Whether the selectors together take in reads and writes of management: one may have the reads, another the writes.
fn recorded(basic: &[Block<'_>], advanced: &[Block<'_>]) -> Cell<bool> {
    let half = |reads: bool| {
        let basic = basic.iter().map(|selector| basic_management(selector, reads));
        let advanced = advanced.iter().map(|selector| advanced_management(selector, reads));
        basic.chain(advanced).fold(Cell::Known(false), Cell::either)
    };
    half(true).and(half(false))
}

fn basic_management(selector: &Block<'_>, reads: bool) -> Cell<bool> {
    let own = if reads { "ReadOnly" } else { "WriteOnly" };
    let taken = selector.text("read_write_type").or("All").map(|kind| kind == "All" || kind == own);
    selector.bool("include_management_events").or(true).and(taken)
}

/// Whether a selector takes in every read, or every write, of management.
fn advanced_management(selector: &Block<'_>, reads: bool) -> Cell<bool> {
    let fields = match selector.blocks("field_selector") {
        Attr::Known(fields) => fields,
        attr => return attr.map(|_| false).cell(),
    };
    let takes = |field: &Block<'_>| {
        field.text("field").cell().and_then(|name| match name.as_str() {
            "eventCategory" => true.into(),
            "readOnly" => read_only_is(field, reads),
            // The console itself offers to leave out the services that call most (KMS, the RDS Data API).
            "eventSource" => field.is_set("not_equals").cell(),
            // Narrowed by anything else it takes in a part alone.
            _ => false.into(),
        })
    };
    is_category(selector, "Management").and(fields.iter().map(takes).fold(Cell::Known(true), Cell::and))
}

fn read_only_is(field: &Block<'_>, reads: bool) -> Cell<bool> {
    let word = if reads { "true" } else { "false" };
    let equals = field.texts("equals").or(Vec::new()).map(|words| words.iter().any(|listed| listed == word));
    let excludes = field.texts("not_equals").or(Vec::new());
    let let_in = excludes.map(|words| !words.is_empty() && words.iter().all(|listed| listed != word));
    equals.either(let_in)
}

fn is_category(selector: &Block<'_>, category: &str) -> Cell<bool> {
    match selector.blocks("field_selector") {
        Attr::Known(fields) => fields
            .iter()
            .map(|field| {
                let names_it = field.text("field").cell().map(|name| name == "eventCategory");
                let equals = field.texts("equals").or(Vec::new());
                names_it.and(equals.map(|values| values.iter().any(|value| value == category)))
            })
            .fold(Cell::Known(false), Cell::either),
        attr => attr.map(|_| false).cell(),
    }
}

fn has_blocks(block: &Block<'_>, path: &str) -> Cell<bool> {
    block.blocks(path).map(|blocks| !blocks.is_empty()).cell()
}

/// A store of CloudTrail Lake: trail and store in one. What is in it cannot be changed.
fn event_data_store(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let key = resource.reference("kms_key_id", KEY_TYPES);
    let selectors = resource.unset_if_computed("advanced_event_selector", resource.blocks("advanced_event_selector"));
    let (management_events, data_events) =
        if selectors.is_unset() { (true.into(), false.into()) } else { selected(resource) };
    stage.add(
        resource,
        AuditTrail {
            enabled: resource.bool("suspend").or(false).not(),
            all_regions: resource.bool("multi_region_enabled").or(true),
            organisation: resource.bool("organization_enabled").or(false),
            management_events,
            data_events,
            can_hold_data_events: true.into(),
            integrity_protected: true.into(),
            key_manager: key_manager(&key),
            destination: resource.uid().into(),
            // It is asked, it does not tell.
            watched: false.into(),
            ..AuditTrail::default()
        },
    );
    stage.add(
        resource,
        LogStore {
            has_expiry: true.into(),
            retention_days: resource.int("retention_period").or(2555),
            key: key.cell(),
            key_manager: key_manager(&key),
            locked: false.into(),
            public: false.into(),
            deletion_protected: resource.bool("termination_protection_enabled").or(true),
            receives_audit_trail: true.into(),
            ..LogStore::default()
        },
    );
}

fn log_group(resource: &Resource, stage: &mut Stage) {
    let days = resource.int("retention_in_days").or(0);
    let key = resource.reference("kms_key_id", KEY_TYPES);
    stage.add(
        resource,
        LogStore {
            has_expiry: days.clone().map(|days| days != 0),
            retention_days: days.and_then(|days| if days == 0 { Cell::default() } else { Cell::Known(days) }),
            key: key.cell(),
            key_manager: key_manager(&key),
            locked: false.into(),
            public: false.into(),
            // Before the provider's schema had the argument, nothing of the kind could be switched on.
            deletion_protected: resource
                .unset_if_computed("deletion_protection_enabled", resource.bool("deletion_protection_enabled"))
                .or(false),
            receives_audit_trail: false.into(),
            ..LogStore::default()
        },
    );
}

fn part_of_group(resource: &Resource, _stage: &mut Stage) {
    // It changes neither how long records are kept nor who may read them: its relation to the group says what it is.
    resource.reference("log_group_name", GROUP_TYPES);
}
