//! What a record of Azure is about, and whether it changed anything: by its category and by how operations are named.

use super::super::fields::{Fields, first};
use crate::event::Category;

/// What a record is about. Older exports have what the operation does (`Write`, `Delete`, `Action`) where the category is
/// now, and rows of a table may lack it: then the operation tells.
pub(super) fn category(word: Option<&str>, record: &Fields, operation: &str) -> Category {
    let word = word.filter(|word| !matches!(*word, "Write" | "Delete" | "Action"));
    let word = word.map(str::to_owned).or_else(|| first(record, &["properties/eventCategory"]));
    match word.as_deref() {
        None => of_operation(operation),
        Some("Administrative") => Category::Management,
        Some("Policy") => Category::Policy,
        Some("ServiceHealth" | "ResourceHealth" | "Alert" | "Autoscale" | "Recommendation") => Category::System,
        Some("Security") => Category::Insight,
        Some(
            "AuditEvent"
            | "StorageRead"
            | "StorageWrite"
            | "StorageDelete"
            | "DataPlaneRequests"
            | "SQLSecurityAuditEvents"
            | "DevOpsOperationsAudit",
        ) => Category::Data,
        Some(_) => Category::Other,
    }
}

/// Operations of the activity log that nobody asked for, by how they begin.
const NOT_ASKED_FOR: [(&str, Category); 7] = [
    ("microsoft.authorization/policies/", Category::Policy),
    ("microsoft.resourcehealth/", Category::System),
    ("microsoft.servicehealth/", Category::System),
    ("microsoft.advisor/generaterecommendations/", Category::System),
    ("microsoft.insights/alertrules/", Category::System),
    ("microsoft.insights/autoscalesettings/", Category::System),
    ("microsoft.security/locations/alerts/", Category::Insight),
];

fn of_operation(operation: &str) -> Category {
    let lower = operation.to_ascii_lowercase();
    let Some((provider, rest)) = lower.split_once('/') else { return Category::Other };
    let verb = rest.rsplit('/').next().unwrap_or_default();
    match NOT_ASKED_FOR.iter().find(|(beginning, _)| verb == "action" && lower.starts_with(beginning)) {
        Some((_, category)) => *category,
        None if provider.contains('.') && matches!(verb, "write" | "delete" | "action") => Category::Management,
        None => Category::Other,
    }
}

/// Reads, by the way that the operations of Azure, its storage and its vaults are named; unknown for actions, of which
/// some read.
pub(super) fn read_only(operation: &str) -> Option<bool> {
    let lower = operation.to_ascii_lowercase();
    match lower.rsplit('/').next().unwrap_or_default() {
        "read" => Some(true),
        "write" | "delete" => Some(false),
        word if !lower.contains('/') => of_words(word),
        _ => None,
    }
}

/// Storage has the verb first (`GetBlob`), a vault has it last (`KeyGet`).
fn of_words(word: &str) -> Option<bool> {
    const READS: [&str; 4] = ["get", "list", "head", "query"];
    const CHANGES: [&str; 9] = ["put", "delete", "set", "create", "append", "copy", "undelete", "update", "post"];
    const READS_AT_THE_END: [&str; 6] = ["get", "list", "getdeleted", "listdeleted", "listversions", "backup"];
    const CHANGES_AT_THE_END: [&str; 13] = [
        "delete", "purge", "set", "put", "patch", "create", "import", "update", "restore", "recover", "rotate",
        "merge", "release",
    ];
    // Keys are used without being changed.
    const USES: [&str; 6] = ["encrypt", "decrypt", "sign", "verify", "wrap", "unwrap"];
    let begins = |words: &[&str]| words.iter().any(|beginning| word.starts_with(beginning));
    let of_a_vault =
        ["vault", "key", "secret", "certificate", "managedhsm"].iter().find_map(|of| word.strip_prefix(of));
    let ends = |words: &[&str]| of_a_vault.is_some_and(|verb| words.iter().any(|end| verb.ends_with(end)));
    match () {
        () if begins(&READS) || ends(&READS_AT_THE_END) || ends(&USES) => Some(true),
        () if begins(&CHANGES) || ends(&CHANGES_AT_THE_END) => Some(false),
        () => None,
    }
}
