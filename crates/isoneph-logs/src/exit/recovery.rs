//! How long a deletion can be taken back, and the copies that it leaves by its own order.

use std::borrow::Cow;

use isoneph_tables::Instant;
use serde_json::{Map, Value};

use super::wanted::names_of;
use crate::decode::instant;
use crate::event::Event;
use crate::operations::Reversible;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

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
    /// It can, and nobody knows how long; what an inventory then does not show is gone.
    WhileListed,
}

/// The longest waiting times that can be asked for, in days, as the manuals of the services have them. What waits is not in
/// most inventories.
const LONGEST: [(&str, &str, i64); 32] = [
    ("aws", "kms:schedulekeydeletion", 30),
    ("aws", "secretsmanager:deletesecret", 30),
    ("aws", "ec2:deregisterimage", 365),
    ("aws", "organizations:closeaccount", 90),
    ("aws", "account:closeaccount", 90),
    ("azure", "microsoft.keyvault/vaults/delete", 90),
    ("azure", "microsoft.keyvault/vaults/keys/delete", 90),
    ("azure", "microsoft.keyvault/vaults/secrets/delete", 90),
    ("azure", "microsoft.keyvault/managedhsms/delete", 90),
    ("azure", "microsoft.storage/storageaccounts/delete", 14),
    ("azure", "vaultdelete", 90),
    ("azure", "keydelete", 90),
    ("azure", "secretdelete", 90),
    ("azure", "certificatedelete", 90),
    ("azure", "delete user", 30),
    ("azure", "delete application", 30),
    ("azure", "delete service principal", 30),
    ("azure", "delete group", 30),
    ("google", "cloudresourcemanager:deleteproject", 30),
    ("google", "google.cloud.resourcemanager.projects.deleteproject", 30),
    ("google", "cloudresourcemanager:deletefolder", 30),
    ("google", "google.cloud.resourcemanager.folders.deletefolder", 30),
    ("google", "google.cloud.kms.keymanagementservice.destroycryptokeyversion", 120),
    ("google", "cloudkms:destroycryptokeyversion", 120),
    ("google", "google.iam.admin.deleteserviceaccount", 30),
    ("google", "google.iam.workloadidentitypools.deleteworkloadidentitypool", 30),
    ("google", "google.api.apikeys.apikeys.deletekey", 30),
    ("google", "google.admin.adminservice.deleteuser", 20),
    // A week that anybody can go back, and one more of Google's own.
    ("google", "google.cloud.bigquery.datasetservice.deletedataset", 14),
    ("google", "google.cloud.bigquery.tableservice.deletetable", 14),
    ("google", "datasetservice.delete", 14),
    ("google", "tableservice.delete", 14),
];

/// The longest that can be set for a thing while it is there, in days: what was set, its deletion does not say.
const SET_BEFORE: [(&str, &str, i64); 2] =
    [("azure", "microsoft.sql/servers/databases/delete", 35), ("google", "storage.buckets.delete", 90)];

/// Operations that give back what was deleted, or call the deletion off.
const GIVE_BACK: [&str; 19] = [
    "kms:cancelkeydeletion",
    "secretsmanager:restoresecret",
    "ec2:restoreimagefromrecyclebin",
    "ec2:restoresnapshotfromrecyclebin",
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
    "google.iam.workloadidentitypools.undeleteworkloadidentitypool",
    "google.api.apikeys.apikeys.undeletekey",
];

/// Whether an operation gives back what was deleted, or calls the deletion off.
pub(super) fn gives_back(operation_name: &str) -> bool {
    GIVE_BACK.contains(&operation_name)
}

impl Recovery {
    pub(super) fn of(event: &Event<'_>, reversible: Reversible) -> Recovery {
        let name = event.operation_name.as_deref().unwrap_or_default();
        let is_it = |(provider, own, _): &&(&str, &str, i64)| event.provider == *provider && *own == name;
        if let Some((_, _, longest)) = SET_BEFORE.iter().find(is_it) {
            return Recovery::Perhaps(*longest);
        }
        // Whoever deletes them cannot take it back by the same means, and yet they are kept for a while.
        let Some((_, _, longest)) = LONGEST.iter().find(is_it) else {
            return if reversible == Reversible::No { Recovery::No } else { Recovery::WhileListed };
        };
        let (asked, answer) = (fields(event.raw_request.as_deref()), fields(event.raw_response.as_deref()));
        let is = |name: &str| asked.get(name).and_then(Value::as_bool) == Some(true);
        if is("forceDeleteWithoutRecovery") {
            return Recovery::No;
        }
        let days = ["pendingWindowInDays", "recoveryWindowInDays"].iter().find_map(|name| asked.get(*name)?.as_i64());
        let end = answer.get("destroyTime").and_then(Value::as_str).and_then(instant);
        match (days.filter(|days| (1..=*longest).contains(days)), end) {
            (Some(days), _) => Recovery::Within(days),
            (None, Some(end)) => Recovery::Until(end),
            (None, None) => Recovery::Within(*longest),
        }
    }

    /// Whether what was deleted can be got back, by an inventory that no longer shows it: what waits for its end is often
    /// not listed either.
    pub(super) fn can_be_taken_back(self, at: Option<Instant>, gone_by: Option<Instant>) -> bool {
        match (self, gone_by) {
            (Recovery::No | Recovery::Perhaps(_), _) | (Recovery::WhileListed, Some(_)) => false,
            (_, None) => true,
            (Recovery::Within(_) | Recovery::Until(_), Some(gone_by)) => {
                self.latest(at).is_none_or(|latest| gone_by < latest)
            }
        }
    }

    /// Whether nobody can tell if what was deleted can be got back.
    pub(super) fn is_open(self, at: Option<Instant>, gone_by: Option<Instant>) -> bool {
        let is_over = gone_by.zip(self.latest(at)).is_some_and(|(gone_by, latest)| gone_by >= latest);
        matches!(self, Recovery::Perhaps(_)) && !is_over
    }

    /// The latest moment at which it can be got back.
    pub(super) fn latest(self, at: Option<Instant>) -> Option<Instant> {
        match self {
            Recovery::Within(days) | Recovery::Perhaps(days) => at.map(|at| Instant(at.0.saturating_add(days * DAY))),
            Recovery::Until(end) => Some(end),
            Recovery::No | Recovery::WhileListed => None,
        }
    }
}

/// The fields of what was asked or answered; none where the log does not keep them.
fn fields(json: Option<&str>) -> Map<String, Value> {
    json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// Deletions that can be told to make a copy first; the log then names it beside the thing.
const COPYING: [&str; 6] = [
    "rds:deletedbinstance",
    "rds:deletedbcluster",
    "redshift:deletecluster",
    "elasticache:deletecachecluster",
    "elasticache:deletereplicationgroup",
    "memorydb:deletecluster",
];

/// The copies that a deletion made of a thing.
pub(super) fn copies(operation_name: &str, id: &str, targets: &[Cow<'_, str>]) -> Vec<String> {
    if !COPYING.contains(&operation_name) {
        return Vec::new();
    }
    let own = last(id);
    targets.iter().map(|target| last(target)).filter(|name| *name != own).collect()
}

/// Whether an operation deletes such copies.
pub(super) fn deletes_copies(operation_name: &str) -> bool {
    const COPIES: [&str; 5] = [
        "rds:deletedbsnapshot",
        "rds:deletedbclustersnapshot",
        "redshift:deleteclustersnapshot",
        "elasticache:deletesnapshot",
        "memorydb:deletesnapshot",
    ];
    COPIES.contains(&operation_name)
}

/// The last name that a thing goes by.
fn last(id: &str) -> String {
    names_of(id).last().unwrap_or_default()
}
