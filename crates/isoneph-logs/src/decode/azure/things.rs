//! What a record of Azure's data was done to. Its resource is the account or the vault: the container, the blob, the key
//! stand elsewhere in the record.

use super::super::fields::{Fields, first};
use super::super::redact::Targets;

/// Adds what the record is about: its resource, or what is named below it.
pub(super) fn add(record: &Fields, resource: Option<&str>, targets: &mut Targets<'static>) {
    let Some(resource) = resource else { return };
    let lower = resource.to_ascii_lowercase();
    if lower.contains("/providers/microsoft.storage/") {
        let below = in_storage(record, &lower).unwrap_or_default();
        targets.add(format!("{resource}{below}"));
    } else if lower.contains("/providers/microsoft.keyvault/") {
        let address = first(record, &["properties/id", "properties/requestUri", "requestUri"]);
        let address = address.map(|address| without_query(&address).to_owned());
        let below = address.as_deref().and_then(in_vault);
        targets.add(format!("{resource}{}", below.clone().unwrap_or_default()));
        address.filter(|_| below.is_some()).into_iter().for_each(|address| targets.add(address));
    } else {
        targets.add(resource.to_owned());
    }
}

/// `/containers/c/blobs/path` below `…/blobServices/default`.
fn in_storage(record: &Fields, resource: &str) -> Option<String> {
    let (_, service) = resource.rsplit_once('/').filter(|(before, _)| !before.ends_with("/storageaccounts"))?;
    let kinds = match resource.strip_suffix(&format!("/{service}"))?.rsplit('/').next()? {
        "blobservices" => ("containers", Some("blobs")),
        "fileservices" => ("shares", Some("files")),
        "queueservices" => ("queues", None),
        "tableservices" => ("tables", None),
        _ => return None,
    };
    // `/account/container/path`, or the address, which has the account in its host.
    let key = first(record, &["properties/objectKey", "objectKey"]);
    let path = match key.as_deref().map(|key| key.trim_start_matches('/').split_once('/')) {
        Some(behind_the_account) => behind_the_account?.1.to_owned(),
        None => path(&first(record, &["uri", "properties/uri"])?)?.to_owned(),
    };
    let (holder, rest) = path.split_once('/').unwrap_or((&path, ""));
    // Messages of a queue and rows of a table are no things of their own.
    let holder = holder.split('(').next().filter(|holder| !holder.is_empty())?;
    let rest = kinds.1.filter(|_| !rest.is_empty()).map(|kind| format!("/{kind}/{rest}"));
    Some(format!("/{}/{holder}{}", kinds.0, rest.unwrap_or_default()))
}

/// `/keys/k` of `https://v.vault.azure.net/keys/k/0123`.
fn in_vault(address: &str) -> Option<String> {
    let mut parts = path(address)?.split('/');
    let kind = parts.next()?.to_ascii_lowercase();
    let kind = kind.strip_prefix("deleted").unwrap_or(&kind);
    let name = parts.next().filter(|name| !name.is_empty())?;
    matches!(kind, "keys" | "secrets" | "certificates").then(|| format!("/{kind}/{name}"))
}

/// What stands behind the host of an address, without its query.
fn path(address: &str) -> Option<&str> {
    let (_, rest) = without_query(address).split_once("://")?;
    rest.split_once('/').map(|(_, path)| path).filter(|path| !path.is_empty())
}

fn without_query(address: &str) -> &str {
    address.split('?').next().unwrap_or(address)
}
