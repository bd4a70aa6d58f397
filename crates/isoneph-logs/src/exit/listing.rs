//! Inventories: what there was, when, and of which accounts all of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::{Array, Int64Array, ListArray, RecordBatch, StringArray};
use isoneph_model::{Extent, SnapshotKind, native_type};
use isoneph_tables::{Instant, Inventory, Scope, TableId};

use super::{InventoryTime, identity};

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

/// Tables whose rows may be copies of other things.
const COPIES: [&str; 2] = ["disk_snapshot", "disk"];

/// Types, as sources name them, of copies that stand in no other table than `resource`.
const COPIES_BY_TYPE: [&str; 4] =
    ["azurerm_image", "azurerm_shared_image_version", "google_compute_image", "google_compute_machine_image"];

/// What a copy refers to as the thing that it was made from: the `kind` of a relation.
const SOURCES: [&str; 20] = [
    "volume_id",
    "snapshot_id",
    "source_snapshot_id",
    "source_ami_id",
    "db_instance_identifier",
    "db_cluster_identifier",
    "source_uri",
    "source_resource_id",
    "source_disk",
    "source_snapshot",
    "snapshot",
    "source_instance_id",
    "source_db_snapshot_identifier",
    "source_db_cluster_snapshot_identifier",
    "source_virtual_machine_id",
    "source_instance",
    "source_image",
    "managed_image_id",
    "managed_disk_id",
    "os_disk_snapshot_id",
];

/// A thing that an inventory shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedItem {
    /// Its identity: the provider's own, or its `uid`.
    pub id: String,
    /// The tables that show it.
    pub tables: BTreeSet<TableId>,
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
    /// For how many days its service keeps it after its deletion, where that was set for it; 0 where it was switched off.
    pub kept_days: Option<i64>,
    /// Of a snapshot, an image or a disk: what it was made from, by identity or name.
    pub made_from: Vec<String>,
}

impl ListedItem {
    /// Its type, by Terraform's word where that has one.
    pub(super) fn type_name(&self) -> Option<&str> {
        self.native_type.as_deref().map(native_type::in_terraform)
    }
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
    /// What it says of its own tables: which it filled, and what of them it could not see.
    pub seen: Vec<Seen>,
    /// Of what a cloud lists by itself: its format.
    pub list: Option<String>,
    /// The clouds that it shows things of, and whether it says of any of these which tags it has.
    pub tags: BTreeMap<String, bool>,
}

/// How much an inventory saw of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The table.
    pub table: TableId,
    /// Of which part of it this is said.
    pub scope: Scope,
    /// Whether that part was seen.
    pub closed: bool,
}

impl Listing {
    /// Whether the listing would show a thing if it were there: it lists all of the account, and looked at one of the
    /// tables that showed the thing.
    pub fn covers(&self, item: &ListedItem) -> bool {
        let (Some(provider), Some(account)) = (&item.provider, &item.account) else { return false };
        let is_own = |(of, whole): &(String, String)| of == provider && whole.eq_ignore_ascii_case(account);
        if !self.complete.iter().any(is_own) {
            return false;
        }
        let of_provider = |seen: &&Seen| seen.scope.provider.as_ref().is_none_or(|of| of == provider);
        // An inventory without anything of the cloud has no tables to say it of. One that says of what it saw only a part has
        // seen no other table whole.
        let has_looked = self.seen.iter().any(|seen| of_provider(&seen));
        let looked_at = |table: &TableId| {
            let of_table = || self.seen.iter().filter(of_provider).filter(|seen| seen.table == *table);
            let in_doubt = of_table().any(|seen| !seen.closed && seen.concerns(item));
            !in_doubt && (!has_looked || of_table().any(|seen| seen.closed && seen.shows(item)))
        };
        item.tables.is_empty() || item.tables.iter().any(looked_at)
    }

    /// Whether this is a list that breaks off where it would go on with a thing, and another one may be what it goes on with.
    pub(super) fn breaks_off_before(&self, other: &Listing, item: &ListedItem) -> bool {
        let is_beside = self.observed_at == other.observed_at && self.list.is_some() && self.list == other.list;
        let of_provider =
            |seen: &Seen| seen.scope.provider.as_ref().is_none_or(|of| Some(of) == item.provider.as_ref());
        is_beside && self.seen.iter().any(|seen| !seen.closed && of_provider(seen) && seen.concerns(item))
    }

    /// Of which clouds it is a list that tells of no tags: by these nothing is found in it.
    pub(super) fn tells_no_tags(&self) -> impl Iterator<Item = &String> {
        self.tags.iter().filter(|(_, told)| self.list.is_some() && !**told).map(|(provider, _)| provider)
    }

    /// Whether it shows anything of an account, or says that it shows all of it.
    pub(super) fn speaks_of(&self, account: &str) -> bool {
        let is = |own: &str| own.eq_ignore_ascii_case(account);
        self.complete.iter().any(|(_, own)| is(own)) || self.items.iter().filter_map(|i| i.account.as_deref()).any(is)
    }

    /// The tables that [`of`](Listing::of) reads.
    pub fn tables() -> Vec<TableId> {
        Listing::tables_of_things().chain(TableId::find("relation")).collect()
    }

    /// Those of them whose rows are things.
    fn tables_of_things() -> impl Iterator<Item = TableId> {
        KINDS.into_iter().map(|(table, _)| table).chain(["resource"]).filter_map(TableId::find)
    }

    /// The inventory that one snapshot holds; a plan is none. `None` when nobody knows when it was taken: neither the snapshot says it
    /// nor one of those `declared`, which are found by how the path of the snapshot's input ends.
    ///
    /// An account is complete where its table `resource` was seen completely: an inventory of it, rather than a plan.
    pub fn of(inventory: &Inventory, snapshot: i64, declared: &[InventoryTime]) -> Option<Listing> {
        let known = inventory.snapshot(snapshot).filter(|known| known.kind != SnapshotKind::Planned)?;
        let input = inventory.inputs.get(known.input.0 as usize)?;
        let declared = declared.iter().find(|declared| declared.is_of(&input.path));
        let observed_at = declared.and_then(|declared| declared.taken_at).or(known.observed_at)?;
        let mut listing = Listing {
            observed_at,
            items: all_items(inventory, snapshot),
            complete: BTreeSet::new(),
            seen: Vec::new(),
            list: (known.kind == SnapshotKind::Recorded).then(|| input.format.clone()),
            tags: tags_told(inventory, snapshot),
        };
        let said =
            declared.iter().flat_map(|declared| &declared.complete).filter_map(|account| account.split_once('/'));
        let said = said.map(|(provider, account)| (provider.to_owned(), account.to_owned()));
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
        let tables: Vec<TableId> = Listing::tables_of_things().collect();
        let own = inventory.coverage.iter().filter(|e| e.snapshot == snapshot && tables.contains(&e.table));
        listing.seen = own
            .filter(|entry| entry.extent.is_closed() || entry.extent == Extent::Partial)
            .map(|entry| Seen { table: entry.table, scope: entry.scope.clone(), closed: entry.extent.is_closed() })
            .collect();
        Some(listing)
    }
}

impl Seen {
    /// Whether a thing may be of the part that this is said of.
    fn concerns(&self, item: &ListedItem) -> bool {
        let may_be = |of: &Option<String>, own: &Option<String>| {
            of.as_deref().zip(own.as_deref()).is_none_or(|(of, own)| of.eq_ignore_ascii_case(own))
        };
        // What is missing of one thing's own parts is nothing of other things.
        self.scope.subject.is_none()
            && may_be(&self.scope.account, &item.account)
            && may_be(&self.scope.region, &item.region)
            && (may_be(&self.scope.native_type, &item.native_type)
                || may_be(&self.scope.native_type, &item.type_name().map(str::to_owned)))
    }

    /// Whether a thing is surely of that part.
    fn shows(&self, item: &ListedItem) -> bool {
        let is = |of: &Option<String>, own: Option<&str>| {
            of.as_deref().is_none_or(|of| own.is_some_and(|own| of.eq_ignore_ascii_case(own)))
        };
        self.scope.subject.is_none()
            && is(&self.scope.account, item.account.as_deref())
            && is(&self.scope.region, item.region.as_deref())
            && (is(&self.scope.native_type, item.native_type.as_deref())
                || is(&self.scope.native_type, item.type_name()))
    }
}

/// The things that a snapshot shows, each once.
pub(super) fn all_items(inventory: &Inventory, snapshot: i64) -> Vec<ListedItem> {
    let mut all: Vec<ListedItem> = Vec::new();
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    let mut by_uid: HashMap<String, usize> = HashMap::new();
    for (table, kind) in KINDS.into_iter().chain([("resource", "resource")]) {
        let Some(table) = TableId::find(table) else { continue };
        let rows = inventory.table_of(table, &BTreeSet::from([snapshot]));
        for (uid, item) in items(&rows, table, kind) {
            let next = all.len();
            let number = *shown.entry(identity::key(&item)).or_insert(next);
            by_uid.extend(uid.map(|uid| (uid, number)));
            match number {
                known if known < next => {
                    all[known].tables.extend(item.tables);
                    all[known].kept_days = all[known].kept_days.or(item.kept_days);
                }
                _ => all.push(item),
            }
        }
    }
    for (copy, source) in sources(inventory, snapshot) {
        let Some(copy) = by_uid.get(&copy).copied() else { continue };
        let source = by_uid.get(&source).map_or(source, |source| all[*source].id.clone());
        let is_copy = |table: &str| TableId::find(table).is_some_and(|table| all[copy].tables.contains(&table));
        let by_type = all[copy].type_name().is_some_and(|native| COPIES_BY_TYPE.contains(&native));
        if by_type || COPIES.into_iter().any(is_copy) {
            all[copy].made_from.push(source);
        }
    }
    all
}

/// Which thing of a snapshot, by its `uid`, may have been made from what: a `uid`, an identity, or a name.
fn sources(inventory: &Inventory, snapshot: i64) -> Vec<(String, String)> {
    let Some(table) = TableId::find("relation") else { return Vec::new() };
    let rows = inventory.table_of(table, &BTreeSet::from([snapshot]));
    let value = |name: &str, row| text(&rows, name, row);
    let is_source = |row: &usize| value("kind", *row).is_some_and(|kind| SOURCES.contains(&kind.as_str()));
    let found = (0..rows.num_rows()).filter(is_source);
    found.filter_map(|row| value("from_uid", row).zip(value("to_uid", row))).collect()
}

/// The clouds that a snapshot shows things of, and whether it says of any of these which tags it has.
fn tags_told(inventory: &Inventory, snapshot: i64) -> BTreeMap<String, bool> {
    let Some(table) = TableId::find("resource") else { return BTreeMap::new() };
    let rows = inventory.table_of(table, &BTreeSet::from([snapshot]));
    let tags = rows.column_by_name("tags");
    let mut told = BTreeMap::new();
    for row in 0..rows.num_rows() {
        let Some(provider) = text(&rows, "provider", row) else { continue };
        *told.entry(provider).or_insert(false) |= tags.is_some_and(|tags| tags.is_valid(row));
    }
    told
}

/// A text of a row; `None` where there is none.
fn text(rows: &RecordBatch, name: &str, row: usize) -> Option<String> {
    let column = rows.column_by_name(name)?.as_any().downcast_ref::<StringArray>()?;
    column.is_valid(row).then(|| column.value(row).to_owned()).filter(|text| !text.is_empty())
}

/// The things of a table, with their `uid`.
fn items(rows: &RecordBatch, table: TableId, kind: &str) -> Vec<(Option<String>, ListedItem)> {
    let value = |name: &str, row: usize| text(rows, name, row);
    let tags = rows.column_by_name("tags").and_then(|c| c.as_any().downcast_ref::<ListArray>());
    let tags = |row: usize| {
        let list = tags.filter(|c| c.is_valid(row)).map(|c| c.value(row));
        let list = list.as_ref().and_then(|list| list.as_any().downcast_ref::<StringArray>());
        list.map(|list| list.iter().flatten().map(str::to_owned).collect()).unwrap_or_default()
    };
    let kept = rows.column_by_name("kept_days").and_then(|c| c.as_any().downcast_ref::<Int64Array>());
    let item = |row: usize| {
        let uid = value("uid", row);
        // What a cloud's list shows stands in `resource` alone, which says what it is.
        let described = value("kind", row).filter(|_| kind == "resource");
        let described = described.and_then(|table| KINDS.into_iter().find(|(name, _)| *name == table));
        let own = described.and_then(|(name, _)| TableId::find(name));
        let item = ListedItem {
            id: value("native_id", row).or_else(|| uid.clone())?,
            tables: [table].into_iter().chain(own).collect(),
            kind: described.map_or(kind, |(_, word)| word).to_owned(),
            name: value("name", row).unwrap_or_default(),
            provider: value("provider", row),
            account: value("account", row),
            region: value("region", row),
            native_type: value("native_type", row),
            tags: tags(row),
            tenant: value("tenant", row),
            kept_days: kept.filter(|days| days.is_valid(row)).map(|days| days.value(row)),
            ..ListedItem::default()
        };
        Some((uid, item))
    };
    (0..rows.num_rows()).filter_map(item).collect()
}
