//! What events of deletion are looked through for: the things of departed tenants, by the names that logs have for them.

use isoneph_tables::TableId;

use super::{ListedItem, identity};
use crate::event::Event;

/// A thing to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) key: String,
    pub(super) id: String,
    provider: Option<String>,
    account: Option<String>,
    /// Where the thing goes by a name alone, of which each region may have one.
    region: Option<String>,
    /// Whether it is a bucket of Google Cloud, by its name: there is one of a name in the world.
    is_bucket: bool,
    /// Whether it is an instance of Cloud SQL by its mere name: there is one of a name in a project.
    is_sql: bool,
}

impl Wanted {
    pub(super) fn of(item: &ListedItem) -> Wanted {
        let is_google = item.provider.as_deref() == Some("google");
        let in_buckets = TableId::find("bucket").is_some_and(|table| item.tables.contains(&table));
        let is_bucket = is_google && in_buckets && !item.id.contains('/');
        let is_sql = item.type_name() == Some("google_sql_database_instance") && !item.id.contains(['/', ':']);
        let is_name = !identity::is_full(&item.id) && !is_bucket;
        let region = item.region.clone().filter(|region| is_name && !region.is_empty() && region != "global");
        let (provider, account) = (item.provider.clone(), item.account.clone());
        Wanted { key: identity::key(item), id: item.id.clone(), provider, account, region, is_bucket, is_sql }
    }

    /// Whether an operation on this target deletes it.
    pub(super) fn is_deleted(&self, target: &str, operation_name: &str) -> bool {
        let is_it = |name: &str| self.is_bucket && name.eq_ignore_ascii_case(&self.id);
        let bucket = target.strip_prefix("projects/_/buckets/").filter(|_| operation_name == "storage.buckets.delete");
        let version = self.has_version(target) && operation_name.ends_with("destroycryptokeyversion");
        let instance = target.rsplit_once("/instances/").filter(|_| self.is_sql && deletes_sql(operation_name));
        let instance =
            instance.is_some_and(|(project, name)| name.eq_ignore_ascii_case(&self.id) && self.is_in(project));
        version || instance || bucket.is_some_and(is_it) || is_deleted(&self.id, target, operation_name)
    }

    /// Whether a path begins with the project that it is in, if that is known.
    fn is_in(&self, path: &str) -> bool {
        let project = path.split_once("projects/").map(|(_, project)| project);
        let ours = project.zip(self.account.as_deref());
        // A number is another name of a project.
        ours.is_none_or(|(project, own)| project == own || project.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Whether an operation on this target makes it again, or something else under its name.
    pub(super) fn is_made(&self, target: &str, operation_name: &str) -> bool {
        let Some(noun) = made_by(operation_name) else { return false };
        let bucket = target.strip_prefix("projects/_/buckets/").filter(|_| self.is_bucket);
        let (id, target) = (self.id.to_lowercase(), target.to_lowercase());
        // A database is a `db` in an ARN.
        let is_kind = |kind: String| !kind.is_empty() && (kind.ends_with(noun) || noun.starts_with(&kind));
        // Whichever of the two is more than a name says what it is.
        let is_plain = |text: &str| !text.contains(['/', ':']);
        let is_end = || target.strip_suffix(id.as_str()).is_some_and(|before| before.ends_with(['/', ':']));
        let full = match (is_plain(&id), is_plain(&target)) {
            (false, true) => Some(&id),
            (true, false) if is_end() => Some(&target),
            _ => None,
        };
        let is_name = full.and_then(|full| kind_of(full)).is_some_and(|kind| is_kind(noun_of_kind(kind)));
        bucket.is_some_and(|name| name.eq_ignore_ascii_case(&id)) || is_same(&id, &target) || is_name
    }

    /// Whether it is the key of Google Cloud that this is a version of: a key goes by the last of its versions.
    pub(super) fn has_version(&self, target: &str) -> bool {
        key_of_version(&target.to_lowercase()).is_some_and(|key| self.id.eq_ignore_ascii_case(key))
    }

    /// Whether an event may be about it, by where it happened.
    pub(super) fn is_where(&self, event: &Event<'_>) -> bool {
        let same = |ours: &Option<String>, theirs: Option<&str>| {
            ours.as_deref().zip(theirs).is_none_or(|(ours, theirs)| ours.eq_ignore_ascii_case(theirs))
        };
        same(&self.provider, Some(&event.provider))
            && same(&self.account, event.account.as_deref())
            && same(&self.region, event.region.as_deref())
    }
}

/// Whether an operation deletes an instance of Cloud SQL.
fn deletes_sql(operation_name: &str) -> bool {
    matches!(operation_name, "cloudsql.instances.delete" | "google.cloud.sql.sqlinstancesservice.delete")
}

/// Operations that take something from a thing or from its use, and leave the thing.
const LEAVING: [&str; 12] = [
    "sqs:purgequeue",
    "s3:deleteobject",
    "s3:deleteobjects",
    "kms:disablekey",
    "kms:disablekeyrotation",
    "kms:putkeypolicy",
    "kms:revokegrant",
    "kms:updatealias",
    "kms:deleteimportedkeymaterial",
    "kms:updateprimaryregion",
    "secretsmanager:cancelrotatesecret",
    "ec2:disableimage",
];

/// Whether an operation on this target deletes the thing itself. A target that is the thing's full identity says so; by
/// a mere name, what the operation deletes must be what the thing is: a deleted listener names its load balancer too.
fn is_deleted(id: &str, target: &str, operation_name: &str) -> bool {
    if LEAVING.contains(&operation_name) {
        return false;
    }
    let (id, target) = (id.to_lowercase(), target.to_lowercase());
    if is_same(&id, &target) {
        return true;
    }
    let noun = operation_name.rsplit([':', '.', '/']).next().unwrap_or(operation_name);
    let verbs = ["batchdelete", "delete", "terminate", "schedule", "destroy", "deregister", "release", "purge"];
    let noun = verbs.iter().find_map(|verb| noun.strip_prefix(verb)).unwrap_or_default();
    let noun = noun.strip_suffix("deletion").unwrap_or(noun).trim_end_matches('s');
    let kind = kind_of(&id);
    let by_kind = kind.filter(|kind| !kind.is_empty()).is_some_and(|kind| noun_of_kind(kind).ends_with(noun));
    // `vol-…`, `snap-…`, `i-…`: the beginning of the identity says what it is.
    let by_beginning = id.split_once('-').is_some_and(|(start, _)| noun.starts_with(start));
    !noun.is_empty() && (by_kind || by_beginning)
}

/// Whether a target is the full identity of a thing, both in lower case.
fn is_same(id: &str, target: &str) -> bool {
    // Google's inventories put the service before the path that its logs have.
    let is_path =
        || target.starts_with("projects/") && id.strip_suffix(target).is_some_and(|before| before.ends_with('/'));
    id == target && id.contains(['/', ':']) || is_path()
}

/// A kind of thing as operations have it.
fn noun_of_kind(kind: &str) -> String {
    let plain: String = kind.chars().filter(char::is_ascii_alphanumeric).collect();
    plain.trim_end_matches('s').to_owned()
}

/// What an operation makes, or puts back from a copy: `dbinstance` of `rds:restoredbinstancefromdbsnapshot`, `disk` of
/// `compute.disks.insert`, `storageaccount` of `microsoft.storage/storageaccounts/write`.
pub(super) fn made_by(operation_name: &str) -> Option<&str> {
    const VERBS: [&str; 6] = ["create", "restore", "undelete", "import", "register", "insert"];
    let (before, action) = operation_name.rsplit_once([':', '.', '/']).unwrap_or(("", operation_name));
    let noun = match action {
        "write" | "create" | "insert" => before.rsplit(['.', '/']).next()?,
        _ => VERBS.iter().find_map(|verb| action.strip_prefix(verb))?,
    };
    let noun = noun.split("from").next().unwrap_or(noun);
    let noun = noun.split("topointintime").next().unwrap_or(noun).trim_end_matches('s');
    (!noun.is_empty()).then_some(noun)
}

/// What a thing is, by its identity in lower case. Some identities of AWS hold nothing but the name.
fn kind_of(id: &str) -> Option<&str> {
    let parts: Vec<&str> = id.splitn(6, ':').collect();
    if let ["arn", _, service, _, _, name] = parts[..]
        && !name.contains([':', '/'])
        && let Some((_, kind)) = [("s3", "bucket"), ("sqs", "queue"), ("sns", "topic")].iter().find(|k| k.0 == service)
    {
        return Some(kind);
    }
    id.rsplit('/').nth(1).or_else(|| id.rsplit(':').nth(1)).map(|part| part.rsplit(':').next().unwrap_or(part))
}

/// The key that a version of it, in lower case, belongs to.
fn key_of_version(id: &str) -> Option<&str> {
    id.split_once("/cryptokeyversions/").map(|(key, _)| key)
}

/// The names that a thing goes by in a log: its identity, what stands last in it, and of a version of a key the key's.
pub(super) fn names_of(id: &str) -> impl Iterator<Item = String> {
    let id = id.to_lowercase();
    let last = id.rsplit(['/', ':']).next().filter(|last| last.len() >= 4 && *last != id).map(str::to_owned);
    let key = key_of_version(&id).map(str::to_owned);
    [Some(id), last, key].into_iter().flatten()
}
