//! Inventories that nothing could be told by: what they show was there at some time, and nobody knows when; and lists that say
//! of nothing that it is gone.

use std::collections::BTreeSet;

use isoneph_model::{Extent, SnapshotKind};
use isoneph_tables::{Coverage, Inventory, Snapshot};
use serde::{Deserialize, Serialize};

use super::{Departure, ExitItem, InventoryTime, ListedItem, listing};

/// Why an inventory was not used.
const UNDATED: &str = "nothing says when it was taken: give [[inventory]] with its path and taken_at (--departures)";
const PLANNED: &str = "it is a plan, which shows what is to be, not what is there: give the state after it";
const PARTIAL: &str = "for what is gone: it breaks off, is of a part only, or has records that could not be read";
const NOT_GIVEN: &str = "no inventory that could be read has this path";

/// An inventory that was not used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotUsed {
    /// Its path, as given.
    pub path: String,
    /// Why.
    pub why: String,
}

/// The inventories that were not used, and what those of an unknown time show.
#[derive(Debug, Clone, Default)]
pub struct Unused {
    /// Which, and why.
    pub which: Vec<NotUsed>,
    /// What is there in those that do not say when.
    pub items: Vec<ListedItem>,
}

impl Unused {
    /// What no [listing](super::Listing) was made of among some snapshots, and what is declared of inventories that were not given.
    pub fn of(inventory: &Inventory, snapshots: &BTreeSet<i64>, declared: &[InventoryTime]) -> Unused {
        let mut unused = Unused::default();
        let snapshots = || inventory.snapshots.iter().filter(|snapshot| snapshots.contains(&snapshot.id));
        for snapshot in snapshots() {
            let Some(input) = inventory.inputs.get(snapshot.input.0 as usize) else { continue };
            let items = listing::all_items(inventory, snapshot.id);
            let is_planned = snapshot.kind == SnapshotKind::Planned;
            let is_told = |one: &InventoryTime| one.taken_at.is_some() && one.is_of(&input.path);
            let is_dated = snapshot.observed_at.is_some() || declared.iter().any(is_told);
            if is_dated && !is_planned && is_partial(inventory, snapshot) {
                unused.which.push(NotUsed { path: input.path.clone(), why: PARTIAL.to_owned() });
            }
            if items.is_empty() || (is_dated && !is_planned) {
                continue;
            }
            let why = if is_planned { PLANNED } else { UNDATED };
            unused.which.push(NotUsed { path: input.path.clone(), why: why.to_owned() });
            if !is_planned {
                unused.items.extend(items);
            }
        }
        let given = |one: &&InventoryTime| {
            snapshots().any(|snapshot| {
                inventory.inputs.get(snapshot.input.0 as usize).is_some_and(|input| one.is_of(&input.path))
            })
        };
        let others = declared.iter().filter(|one| !given(one));
        unused.which.extend(others.map(|one| NotUsed { path: one.path.clone(), why: NOT_GIVEN.to_owned() }));
        unused.which.sort();
        unused.which.dedup();
        unused
    }

    /// What is a tenant's of what they show, beside things that are `known`: of none can be told whether it is still there.
    pub(super) fn items_of(&self, departure: &Departure, known: &dyn Fn(&str) -> bool) -> Vec<ExitItem> {
        let mut keys = BTreeSet::new();
        let own = self.items.iter().filter(|item| departure.owns(item));
        let others = own.filter(|item| {
            let key = super::identity::key(item);
            !known(&key) && keys.insert(key)
        });
        others.map(|item| ExitItem::undated(item.clone())).collect()
    }
}

/// Whether a cloud's list does not show all that it could.
fn is_partial(inventory: &Inventory, snapshot: &Snapshot) -> bool {
    let is_of = |entry: &&Coverage| entry.snapshot == snapshot.id && entry.extent == Extent::Partial;
    snapshot.kind == SnapshotKind::Recorded
        && inventory.coverage.iter().filter(is_of).any(|entry| entry.scope.native_type.is_none())
}
