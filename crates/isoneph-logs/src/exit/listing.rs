//! Inventories: what there was, when, and of which accounts all of it.

use std::collections::BTreeSet;
use std::path::Path;

use arrow::array::{Array, ListArray, RecordBatch, StringArray};
use isoneph_model::{Extent, SnapshotKind};
use isoneph_tables::{Instant, Inventory, TableId};

use super::InventoryTime;

/// Tables whose rows are things that a tenant can leave behind, beside `resource`.
const KINDS: [(&str, &str); 14] = [
    ("disk_snapshot", "snapshot"),
    ("backup", "backup"),
    ("key", "key"),
    ("secret", "key"),
    ("principal", "identity"),
    ("credential", "identity"),
    ("grant", "grant"),
    ("vm", "resource"),
    ("disk", "resource"),
    ("bucket", "resource"),
    ("database", "resource"),
    ("queue", "resource"),
    ("file_store", "resource"),
    ("endpoint", "dns"),
];

/// A thing that an inventory shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedItem {
    /// Its identity: the provider's own, or its `uid`.
    pub id: String,
    /// What it is, as in `exit_item.kind`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The cloud.
    pub provider: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The type as the source names it.
    pub native_type: Option<String>,
    /// Its tags, as `key=value`.
    pub tags: Vec<String>,
    /// The tenant, as declared.
    pub tenant: Option<String>,
    /// Whether its deletion is ordered and can be taken back; `None` where the inventory does not tell.
    pub pending_deletion: Option<bool>,
    /// Until when.
    pub recoverable_until: Option<Instant>,
}

/// An inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// When it was taken.
    pub observed_at: Instant,
    /// What it shows.
    pub items: Vec<ListedItem>,
    /// The accounts of which it shows all there is, with the cloud.
    pub complete: BTreeSet<(String, String)>,
}

impl Listing {
    /// Whether the listing would show a thing if it were there.
    pub fn covers(&self, item: &ListedItem) -> bool {
        let (Some(provider), Some(account)) = (&item.provider, &item.account) else { return false };
        self.complete.contains(&(provider.clone(), account.clone()))
    }

    /// The tables that [`of`](Listing::of) reads.
    pub fn tables() -> Vec<TableId> {
        KINDS.into_iter().map(|(table, _)| table).chain(["resource"]).filter_map(TableId::find).collect()
    }

    /// The inventory that one snapshot holds; a plan is none. `None` when nobody knows when it was taken: neither the snapshot says it
    /// nor one of those `declared`, which are found by how the path of the snapshot's input ends.
    ///
    /// An account is complete where its table `resource` was seen completely: an inventory of it, rather than a plan.
    pub fn of(inventory: &Inventory, snapshot: i64, declared: &[InventoryTime]) -> Option<Listing> {
        let known = inventory.snapshot(snapshot).filter(|known| known.kind != SnapshotKind::Planned)?;
        let path = Path::new(&inventory.inputs.get(known.input.0 as usize)?.path);
        let declared = declared.iter().find(|declared| path.ends_with(&declared.path));
        let observed_at = declared.map(|declared| declared.taken_at).or(known.observed_at)?;
        let mut listing = Listing { observed_at, items: Vec::new(), complete: BTreeSet::new() };
        let said =
            declared.iter().flat_map(|declared| &declared.complete).filter_map(|account| account.split_once('/'));
        let said = said.map(|(provider, account)| (provider.to_owned(), account.to_owned()));
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let kinds = KINDS.into_iter().chain([("resource", "resource")]);
        for (table, kind) in kinds {
            let Some(table) = TableId::find(table) else { continue };
            let rows = inventory.table_of(table, &BTreeSet::from([snapshot]));
            for item in items(&rows, kind) {
                if seen.insert(item.id.clone()) {
                    listing.items.push(item);
                }
            }
        }
        let resource = TableId::find("resource");
        for entry in inventory.coverage.iter().filter(|e| Some(e.table) == resource && e.snapshot == snapshot) {
            if let (Extent::Complete, Some(provider), Some(account), None, None, None) = (
                entry.extent,
                &entry.scope.provider,
                &entry.scope.account,
                &entry.scope.region,
                &entry.scope.native_type,
                &entry.scope.subject,
            ) {
                listing.complete.insert((provider.clone(), account.clone()));
            }
        }
        let partial = inventory.coverage.iter().filter(|e| Some(e.table) == resource && e.snapshot == snapshot);
        for entry in partial.filter(|e| e.extent == Extent::Partial) {
            listing.complete.retain(|(provider, account)| {
                entry.scope.provider.as_ref().is_some_and(|p| p != provider)
                    || entry.scope.account.as_ref().is_some_and(|a| a != account)
            });
        }
        listing.complete.extend(said);
        Some(listing)
    }
}

fn items(rows: &RecordBatch, kind: &str) -> Vec<ListedItem> {
    let text = |name: &str| rows.column_by_name(name).and_then(|c| c.as_any().downcast_ref::<StringArray>());
    let value = |name: &str, row: usize| {
        text(name).filter(|c| c.is_valid(row)).map(|c| c.value(row).to_owned()).filter(|text| !text.is_empty())
    };
    let tags = rows.column_by_name("tags").and_then(|c| c.as_any().downcast_ref::<ListArray>());
    let tags = |row: usize| {
        let list = tags.filter(|c| c.is_valid(row)).map(|c| c.value(row));
        let list = list.as_ref().and_then(|list| list.as_any().downcast_ref::<StringArray>());
        list.map(|list| list.iter().flatten().map(str::to_owned).collect()).unwrap_or_default()
    };
    (0..rows.num_rows())
        .filter_map(|row| {
            Some(ListedItem {
                id: value("native_id", row).or_else(|| value("uid", row))?,
                kind: kind.to_owned(),
                name: value("name", row).unwrap_or_default(),
                provider: value("provider", row),
                account: value("account", row),
                region: value("region", row),
                native_type: value("native_type", row),
                tags: tags(row),
                tenant: value("tenant", row),
                pending_deletion: None,
                recoverable_until: None,
            })
        })
        .collect()
}
