//! Audit logs, the sinks that carry logs on, and the buckets that keep them.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Account, AuditTrail, Bucket, LogStore};

use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_folder_iam_audit_config", audit_config, &[table::<AuditTrail>]).patching(PATCHED),
    Mapping::new("google_logging_billing_account_bucket_config", log_bucket, &[table::<LogStore>]),
    Mapping::new("google_logging_folder_bucket_config", log_bucket, &[table::<LogStore>]),
    Mapping::new("google_logging_folder_sink", sink, &[table::<AuditTrail>]).patching(&[table::<LogStore>]),
    Mapping::new("google_logging_organization_bucket_config", log_bucket, &[table::<LogStore>]),
    Mapping::new("google_logging_organization_sink", sink, &[table::<AuditTrail>]).patching(&[table::<LogStore>]),
    Mapping::new("google_logging_project_bucket_config", log_bucket, &[table::<LogStore>]),
    Mapping::new("google_logging_project_sink", sink, &[table::<AuditTrail>]).patching(&[table::<LogStore>]),
    Mapping::new("google_organization_iam_audit_config", audit_config, &[table::<AuditTrail>]).patching(PATCHED),
    Mapping::new("google_project_iam_audit_config", audit_config, &[table::<AuditTrail>]).patching(PATCHED),
];

const PATCHED: &[fn() -> isoneph_tables::TableId] = &[table::<AuditTrail>, table::<Bucket>];

const LOG_BUCKETS: &[&str] = &[
    "google_logging_project_bucket_config",
    "google_logging_folder_bucket_config",
    "google_logging_organization_bucket_config",
    "google_logging_billing_account_bucket_config",
];

const DESTINATIONS: &[&str] = &[
    "google_storage_bucket",
    "google_pubsub_topic",
    "google_bigquery_dataset",
    "google_logging_project_bucket_config",
    "google_logging_folder_bucket_config",
    "google_logging_organization_bucket_config",
    "google_logging_billing_account_bucket_config",
];

/// Notes that the project's own settings are in the input. Google records administration by itself: the log cannot be
/// switched off, and is kept for 400 days in a bucket that nobody can change.
pub(crate) fn account_seen(resource: &Resource, stage: &mut Stage) {
    stage.account(resource, |account: &mut Account| {
        account.settings_seen = true.into();
        account.recorded_by_provider = true.into();
    });
}

/// Whether a resource is set up for an organisation; of a folder it is not known for which projects.
pub(crate) fn for_organisation(resource: &Resource) -> Cell<bool> {
    let words: Vec<&str> = resource.native_type().split('_').collect();
    if words.contains(&"organization") {
        true.into()
    } else if words.contains(&"folder") {
        Cell::default()
    } else {
        false.into()
    }
}

/// What a filter lets through.
struct Carried {
    administration: Cell<bool>,
    data: Cell<bool>,
}

/// Which audit records a filter lets through. What it takes out again (`NOT`, `-`) is not worked out.
fn carried(filter: &str) -> Carried {
    if filter.trim().is_empty() {
        return Carried { administration: true.into(), data: true.into() };
    }
    if !filter.contains("cloudaudit") {
        let none =
            || if filter.contains("logName") || filter.contains("log_id") { false.into() } else { Cell::default() };
        return Carried { administration: none(), data: none() };
    }
    if filter.contains("NOT") || filter.contains("!=") || filter.contains("-log") || filter.contains("-resource") {
        return Carried { administration: Cell::default(), data: Cell::default() };
    }
    // A condition beside the name of the log narrows what is carried.
    let narrowed = ["severity", "resource.type", "protoPayload", "resource.labels", "sample("]
        .iter()
        .any(|word| filter.contains(word));
    let one_by_one = ["activity", "data_access", "system_event", "policy"].iter().any(|log| filter.contains(log));
    let carries = |log: &str| match (!one_by_one || filter.contains(log), narrowed) {
        (false, _) => false.into(),
        (true, true) => Cell::default(),
        (true, false) => true.into(),
    };
    Carried { administration: carries("activity"), data: carries("data_access") }
}

fn sink(resource: &Resource, stage: &mut Stage) {
    let (destination, target) = destination(resource);
    let filter = resource.text("filter");
    let found = match &filter {
        Attr::Known(filter) => carried(filter),
        Attr::Unset => carried(""),
        Attr::Unknown(code) => Carried { administration: Cell::Gap(*code), data: Cell::Gap(*code) },
    };
    if found.administration == Cell::Known(false) && found.data == Cell::Known(false) {
        return;
    }
    let whole = whole(resource);
    let administration = found.administration.and(whole.clone());
    let organisation = match for_organisation(resource) {
        Cell::Known(true) => resource.bool("include_children").or(false),
        // Of a folder's projects it is not known which ones they are.
        Cell::Gap(code) => {
            resource.bool("include_children").or(false).and_then(|all| if all { Cell::Gap(code) } else { false.into() })
        }
        single @ Cell::Known(false) => single,
    };
    if resource.native_type() == "google_logging_project_sink" {
        account_seen(resource, stage);
    }
    if let Some(target) = target.filter(|_| administration.known() == Some(&true)) {
        stage.link(&Reference::Uid(resource.uid().to_owned()), &Reference::Uid(target));
        stage.for_linked::<LogStore>(resource, |_, row| row.receives_audit_trail = true.into());
    }
    stage.add(
        resource,
        AuditTrail {
            enabled: resource.bool("disabled").or(false).not(),
            all_regions: true.into(),
            organisation,
            management_events: administration,
            // They are made only where an audit configuration says so, perhaps one of the organisation's.
            data_events: found.data.and(whole).and(Cell::default()),
            can_hold_data_events: true.into(),
            integrity_protected: false.into(),
            key_manager: "".into(),
            destination,
            // Metrics and alerts on logs see a record before it goes to any sink.
            watched: true.into(),
            ..AuditTrail::default()
        },
    );
}

/// Whether nothing is taken out of what the filter lets through.
fn whole(resource: &Resource) -> Cell<bool> {
    match resource.blocks("exclusions") {
        Attr::Known(exclusions) => {
            let harmless = exclusions.iter().all(|exclusion| {
                let off = exclusion.bool("disabled").known() == Some(&true);
                let of_others = exclusion.text("filter").known().is_some_and(|filter| {
                    filter.contains("resource.type")
                        && !filter.contains("cloudaudit")
                        && !filter.contains("protoPayload")
                });
                off || of_others
            });
            if harmless { true.into() } else { Cell::default() }
        }
        Attr::Unset => true.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

/// Where a sink leads: `storage.googleapis.com/NAME`, `logging.googleapis.com/projects/…/buckets/…`. Also the `uid` of a
/// log bucket of the input.
fn destination(resource: &Resource) -> (Cell<String>, Option<String>) {
    let reference = match resource.text("destination") {
        Attr::Known(written) => {
            let id = written.split_once(".googleapis.com/").map_or(written.as_str(), |(_, id)| id);
            match resource.survey.index.by_literal(id, DESTINATIONS) {
                Some(Some(found)) => {
                    Reference::Uid(format!("{}:{}", resource.snapshot, resource.survey.index.address(found)))
                }
                _ => Reference::Literal(written),
            }
        }
        _ => resource.reference("destination", DESTINATIONS),
    };
    let bucket = reference.uid().filter(|uid| {
        let address = uid.split_once(':').map_or(*uid, |(_, address)| address);
        LOG_BUCKETS.iter().any(|kind| address.split('.').any(|part| part == *kind))
    });
    let bucket = bucket.map(str::to_owned);
    (reference.cell(), bucket)
}

/// What a project, folder or organisation records beside administration, which it always does.
fn audit_config(resource: &Resource, stage: &mut Stage) {
    let kinds = match resource.blocks("audit_log_config") {
        Attr::Known(configs) => {
            let kinds: Option<Vec<String>> =
                configs.iter().map(|config| config.text("log_type").known().cloned()).collect();
            kinds.map_or_else(Cell::default, Cell::Known)
        }
        Attr::Unset => Cell::Known(Vec::new()),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let data_events = kinds.map(|kinds| ["DATA_READ", "DATA_WRITE"].iter().all(|kind| kinds.iter().any(|k| k == kind)));
    // Of those who are exempted nothing is recorded: whether they matter cannot be told from here.
    let whole = |config: &Block<'_>| config.is_set("exempted_members") == Attr::Known(false);
    let exempts = resource.blocks("audit_log_config").known().is_some_and(|configs| !configs.iter().all(whole));
    let data_events = data_events.and(if exempts { Cell::default() } else { true.into() });
    let project = resource.native_type() == "google_project_iam_audit_config";
    if project {
        account_seen(resource, stage);
        let events = data_events.clone();
        stage.for_account::<AuditTrail>(resource, move |common, row| {
            let is_sink = common.native_type.known().is_some_and(|kind| kind == "google_logging_project_sink");
            if is_sink && row.data_events.gap().is_some() && events.known() == Some(&true) {
                row.data_events = true.into();
            }
        });
        let storage = resource
            .text("service")
            .known()
            .is_some_and(|service| service == "allServices" || service == "storage.googleapis.com");
        if storage {
            let events = data_events.clone();
            stage.for_account::<Bucket>(resource, move |_, row| {
                row.access_log = row.access_log.clone().either(events.clone());
            });
        }
    }
    stage.add(
        resource,
        AuditTrail {
            enabled: true.into(),
            all_regions: true.into(),
            organisation: for_organisation(resource),
            management_events: true.into(),
            data_events,
            can_hold_data_events: true.into(),
            // Records of administration lie in a locked bucket, those of accesses to data in one that sinks decide on.
            integrity_protected: Cell::default(),
            key_manager: "".into(),
            destination: Cell::default(),
            watched: true.into(),
            ..AuditTrail::default()
        },
    );
}

fn log_bucket(resource: &Resource, stage: &mut Stage) {
    let cmek = match resource.blocks("cmek_settings") {
        Attr::Known(blocks) => Cell::Known(!blocks.is_empty()),
        Attr::Unset => Cell::Known(false),
        Attr::Unknown(_) if resource.is_configured("cmek_settings") == Some(false) => Cell::Known(false),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    // What a `_Required` bucket holds, and for how long, nobody can change.
    let required = resource.text("bucket_id").known().is_some_and(|id| id == "_Required");
    let locked = resource.bool("locked").or(false).either(required.into());
    stage.add(
        resource,
        LogStore {
            has_expiry: true.into(),
            retention_days: if required { 400.into() } else { resource.int("retention_days").or(30) },
            key: match &cmek {
                Cell::Known(false) => "".into(),
                _ => resource.reference("cmek_settings.kms_key_name", &["google_kms_crypto_key"]).cell(),
            },
            key_manager: cmek.map(|cmek| if cmek { "customer" } else { "provider" }.to_owned()),
            locked: locked.clone(),
            public: false.into(),
            deletion_protected: locked,
            receives_audit_trail: required.into(),
            ..LogStore::default()
        },
    );
}
