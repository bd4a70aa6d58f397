//! How long a deletion can be taken back, and the copies that it leaves by its own order.

use isoneph_model::native_type;
use isoneph_tables::{Instant, TableId};
use serde_json::{Map, Value};

use super::ListedItem;
use super::declared::after_days;
use super::kept::{self, Keeping, LONGEST_KNOWN};
use super::wanted::names_of;
use crate::decode::instant;
use crate::event::Event;
use crate::operations::{Basis, CriticalOperation, OperationClass, Reversible};

/// Whether a deletion can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recovery {
    /// It is final.
    No,
    /// It can, for so many days at most.
    Within(i64),
    /// It may be, for so many days at most: that was set for the thing, and the order does not tell.
    Perhaps(i64),
    /// It can, until the moment that the order names.
    Until(Instant),
    /// Nobody knows: no list says what the service does.
    Unknown,
}

/// Operations that give back what was deleted, or call the deletion off.
const GIVE_BACK: [&str; 26] = [
    "kms:cancelkeydeletion",
    "secretsmanager:restoresecret",
    "acm-pca:restorecertificateauthority",
    "cloudtrail:restoreeventdatastore",
    "elasticbeanstalk:rebuildenvironment",
    "ec2:restoreimagefromrecyclebin",
    "ec2:restoresnapshotfromrecyclebin",
    "ec2:restorevolumefromrecyclebin",
    "keyrecover",
    "secretrecover",
    "certificaterecover",
    "vaultrecover",
    "restore user",
    "restore application",
    "restore service principal",
    "restore group",
    "cloudresourcemanager:undeleteproject",
    "google.cloud.resourcemanager.projects.undeleteproject",
    "google.cloud.kms.keymanagementservice.restorecryptokeyversion",
    "cloudkms:restorecryptokeyversion",
    "google.iam.admin.undeleteserviceaccount",
    "google.iam.admin.undeleterole",
    "google.logging.configservicev2.undeletebucket",
    "google.bigtable.admin.bigtabletableadmin.undeletetable",
    "google.iam.workloadidentitypools.undeleteworkloadidentitypool",
    "google.api.apikeys.apikeys.undeletekey",
];

/// Whether an operation gives back what was deleted, or calls the deletion off.
pub(super) fn gives_back(operation_name: &str) -> bool {
    GIVE_BACK.contains(&operation_name)
}

impl Recovery {
    /// Of an operation of deletion, which the catalogue of critical operations may have.
    pub(super) fn of(event: &Event<'_>, entry: Option<&CriticalOperation>) -> Recovery {
        let name = event.operation_name.as_deref().unwrap_or_default();
        let (asked, answer) = (fields(event.raw_request.as_deref()), fields(event.raw_response.as_deref()));
        match kept::by_operation(&event.provider, name) {
            Some(Keeping::Not) => Recovery::No,
            Some(Keeping::For(longest)) => Recovery::within(longest, asked.as_ref(), answer.as_ref()),
            Some(Keeping::Perhaps(longest)) => Recovery::Perhaps(longest),
            Some(Keeping::AsOrdered(longest)) => Recovery::of_backups(longest, asked.as_ref(), answer.as_ref()),
            Some(Keeping::AsAnswered) if answer.is_some() => Recovery::No,
            Some(Keeping::AsAnswered) => Recovery::Unknown,
            None if entry.is_some_and(is_final) => Recovery::No,
            None => Recovery::Unknown,
        }
    }

    /// Of a thing that is not there any more, when nobody saw it go.
    pub(super) fn of_type(item: &ListedItem) -> Recovery {
        match kept::by_type(item) {
            Some(Keeping::Not) => Recovery::No,
            Some(Keeping::For(longest) | Keeping::Perhaps(longest) | Keeping::AsOrdered(longest)) => {
                Recovery::Perhaps(longest)
            }
            None if !holds_data(item) && !is_unheard(item) => Recovery::No,
            None | Some(Keeping::AsAnswered) => Recovery::Perhaps(LONGEST_KNOWN),
        }
    }

    /// What is known of the thing's kind, where nobody knows what the operation does.
    pub(super) fn or_by_type(self, item: &ListedItem) -> Recovery {
        match Recovery::of_type(item) {
            Recovery::Perhaps(longest) if self == Recovery::Unknown => Recovery::Perhaps(longest),
            _ => self,
        }
    }

    /// For as long as it was set for the thing itself, where an inventory tells. Longer than the service can keep it says
    /// nothing, and neither does what was ordered with an end of its own.
    pub(super) fn as_set_for(self, item: &ListedItem) -> Recovery {
        match (self, item.kept_days) {
            (Recovery::Perhaps(_), Some(0)) => Recovery::No,
            (Recovery::Within(longest), Some(days)) if (1..longest).contains(&days) => Recovery::Within(days),
            (Recovery::Perhaps(longest), Some(days)) if (1..longest).contains(&days) => Recovery::Perhaps(days),
            _ => self,
        }
    }

    /// For as long as the order or its answer says, else for the longest that can be asked for.
    fn within(longest: i64, asked: Option<&Map<String, Value>>, answer: Option<&Map<String, Value>>) -> Recovery {
        let asked = |name: &str| asked.and_then(|asked| asked.get(name));
        if asked("forceDeleteWithoutRecovery").and_then(Value::as_bool) == Some(true) {
            return Recovery::No;
        }
        let names = ["pendingWindowInDays", "recoveryWindowInDays", "permanentDeletionTimeInDays"];
        let days = names.into_iter().find_map(|name| asked(name)?.as_i64());
        let end = answer.and_then(|answer| answer.get("destroyTime")).and_then(Value::as_str).and_then(instant);
        match (days.filter(|days| (1..=longest).contains(days)), end) {
            (Some(days), _) => Recovery::Within(days),
            (None, Some(end)) => Recovery::Until(end),
            (None, None) => Recovery::Within(longest),
        }
    }

    /// Automatic backups go with the database unless the order says otherwise. An order that the log does not keep may.
    fn of_backups(longest: i64, asked: Option<&Map<String, Value>>, answer: Option<&Map<String, Value>>) -> Recovery {
        let Some(asked) = asked else { return Recovery::Perhaps(longest) };
        if asked.get("deleteAutomatedBackups").and_then(Value::as_bool) != Some(false) {
            return Recovery::No;
        }
        match answer.and_then(|answer| answer.get("backupRetentionPeriod")).and_then(Value::as_i64) {
            Some(0) => Recovery::No,
            Some(days) if (1..=longest).contains(&days) => Recovery::Within(days),
            _ => Recovery::Within(longest),
        }
    }

    /// Whether what was deleted can be got back, by an inventory that no longer shows it: what waits for its end is often
    /// not listed either.
    pub(super) fn can_be_taken_back(self, at: Option<Instant>, gone_by: Option<Instant>) -> bool {
        matches!(self, Recovery::Within(_) | Recovery::Until(_)) && !self.is_over(at, gone_by)
    }

    /// Whether nobody can tell if what was deleted can be got back.
    pub(super) fn is_open(self, at: Option<Instant>, gone_by: Option<Instant>) -> bool {
        match self {
            Recovery::Perhaps(_) => !self.is_over(at, gone_by),
            Recovery::Unknown => gone_by.is_none(),
            Recovery::No | Recovery::Within(_) | Recovery::Until(_) => false,
        }
    }

    /// Whether an inventory from behind the end of the time shows the thing no more.
    fn is_over(self, at: Option<Instant>, gone_by: Option<Instant>) -> bool {
        gone_by.zip(self.latest(at)).is_some_and(|(gone_by, latest)| gone_by >= latest)
    }

    /// The latest moment at which it can be got back.
    pub(super) fn latest(self, at: Option<Instant>) -> Option<Instant> {
        match self {
            Recovery::Within(days) | Recovery::Perhaps(days) => at.map(|at| after_days(at, days)),
            Recovery::Until(end) => Some(end),
            Recovery::No | Recovery::Unknown => None,
        }
    }
}

/// Whether an operation ends what was deleted before and kept: Azure names it by a path of its own, without the group
/// that the thing lay in (`…/locations/westeurope/deletedVaults/NAME`).
pub(super) fn purges(id: &str, target: &str, operation_name: &str) -> bool {
    let (id, target) = (id.to_lowercase(), target.to_lowercase());
    let of_path = || {
        let (own, of_target) = (kept::type_in(&id)?, kept::type_in(&target)?);
        let (namespace, kind) = own.split_once('/')?;
        let deleted = of_target.strip_prefix(namespace)?.rsplit('/').next()?;
        let is_purge = operation_name
            .strip_prefix(of_target.as_str())
            .is_some_and(|act| act == "/purge/action" || act == "/delete");
        Some(is_purge && deleted.strip_prefix("deleted") == Some(kind))
    };
    of_path() == Some(true) && id.rsplit('/').next() == target.rsplit('/').next()
}

/// Whether an operation that no list has ends something for good: it is about networks, about an object of a cluster that
/// holds no data, or a named person says so.
fn is_final(entry: &CriticalOperation) -> bool {
    let is_said = matches!(entry.basis, Basis::Amended { .. }) && entry.reversible == Reversible::No;
    let is_object = entry.platform == "kubernetes" && entry.class != OperationClass::Storage;
    is_said || is_object || entry.class == OperationClass::Network
}

/// Whether a thing is of a kind that holds what a tenant would not want to be kept.
fn holds_data(item: &ListedItem) -> bool {
    const TABLES: [&str; 8] = ["disk_snapshot", "backup", "bucket", "database", "file_store", "disk", "key", "secret"];
    TABLES.iter().any(|table| TableId::find(table).is_some_and(|table| item.tables.contains(&table)))
}

/// Whether a cloud's list alone shows it, of a type of which nobody knows what it holds.
fn is_unheard(item: &ListedItem) -> bool {
    item.native_type.as_deref().is_some_and(native_type::is_unheard)
}

/// The fields of what was asked or answered; `None` where the log does not keep them.
fn fields(json: Option<&str>) -> Option<Map<String, Value>> {
    serde_json::from_str(json?).ok()
}

/// Deletions that can be told to make a copy first; the log then names it beside the thing.
const COPYING: [&str; 8] = [
    "rds:deletedbinstance",
    "rds:deletedbcluster",
    "redshift:deletecluster",
    "redshift-serverless:deletenamespace",
    "elasticache:deletecachecluster",
    "elasticache:deletereplicationgroup",
    "elasticache:deleteserverlesscache",
    "memorydb:deletecluster",
];

/// What answers call the copy that a deletion made by itself.
const COPY_FIELDS: [&str; 3] = ["finalBackupId", "finalRelationalDatabaseSnapshotName", "finalSnapshotName"];

/// The copies that a deletion made of a thing.
pub(super) fn copies(event: &Event<'_>, id: &str) -> Vec<String> {
    let name = event.operation_name.as_deref().unwrap_or_default();
    let mut copies: Vec<String> = Vec::new();
    if COPYING.contains(&name) {
        let own = last(id);
        let names = event.targets.iter().flatten().map(|target| last(target));
        copies.extend(names.filter(|name| *name != own));
    }
    for json in [&event.raw_request, &event.raw_response] {
        if let Some(fields) = fields(json.as_deref()) {
            named_in(&Value::Object(fields), &mut copies);
        }
    }
    copies
}

/// Collects the names of copies from what was asked or answered.
fn named_in(value: &Value, copies: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().filter(|_| COPY_FIELDS.contains(&name.as_str())) {
                    Some(copy) => copies.push(last(copy)),
                    None => named_in(value, copies),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| named_in(value, copies)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether an operation deletes such copies.
pub(super) fn deletes_copies(operation_name: &str) -> bool {
    const COPIES: [&str; 9] = [
        "rds:deletedbsnapshot",
        "rds:deletedbclustersnapshot",
        "redshift:deleteclustersnapshot",
        "redshift-serverless:deletesnapshot",
        "elasticache:deletesnapshot",
        "elasticache:deleteserverlesscachesnapshot",
        "memorydb:deletesnapshot",
        "fsx:deletebackup",
        "lightsail:deleterelationaldatabasesnapshot",
    ];
    COPIES.contains(&operation_name)
}

/// The last name that a thing goes by.
fn last(id: &str) -> String {
    names_of(id).last().unwrap_or_default()
}
