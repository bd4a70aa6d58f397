//! Which snapshots are judged. A plan and a state of one estate are not judged together: the same bucket would stand
//! twice, once as it is and once as it is to be. What is left out is told.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use isoneph_model::SnapshotKind;
use isoneph_tables::{Inventory, Snapshot, TableId};

use super::population::address_of;

/// The snapshots that are judged, and those that are not, each with the reason.
pub(crate) fn choose(inventory: &Inventory) -> (BTreeSet<i64>, Vec<(i64, String)>) {
    let mut chosen: BTreeSet<i64> = inventory.snapshots.iter().map(|snapshot| snapshot.id).collect();
    let of_kinds = |kinds: &[SnapshotKind]| -> Vec<&Snapshot> {
        inventory.snapshots.iter().filter(|snapshot| kinds.contains(&snapshot.kind)).collect()
    };
    let estates = of_kinds(&[SnapshotKind::Planned, SnapshotKind::Deployed]);
    let mut recorded = of_kinds(&[SnapshotKind::Recorded]);
    if estates.len() < 2 && recorded.len() < 2 {
        return (chosen, Vec::new());
    }
    let contents = contents(inventory);
    // Of what is recorded only lists of things show an estate. They say less of a thing than a state does: they take the
    // place of each other, and of no state.
    recorded.retain(|snapshot| contents.contains_key(&snapshot.id));
    let mut left_out: Vec<(i64, String)> =
        [estates, recorded].into_iter().flat_map(|group| superseded(inventory, &contents, group)).collect();
    chosen.retain(|id| left_out.iter().all(|(left, _)| left != id));
    left_out.sort();
    (chosen, left_out)
}

/// Those of some snapshots of which a better one shows the same estate.
fn superseded(
    inventory: &Inventory,
    contents: &BTreeMap<i64, Contents<'_>>,
    mut ranked: Vec<&Snapshot>,
) -> Vec<(i64, String)> {
    let empty = Contents::default();
    let of = |snapshot: &Snapshot| contents.get(&snapshot.id).unwrap_or(&empty);
    // The best first: what is deployed before what is planned, the later before the earlier, the first given before others.
    ranked.sort_by_key(|s| (s.kind == SnapshotKind::Planned, std::cmp::Reverse(s.observed_at), s.id));
    let mut kept: Vec<&Snapshot> = Vec::new();
    let mut left_out = Vec::new();
    for snapshot in ranked {
        let same = |other: &&&Snapshot| {
            same_input(inventory, snapshot, other)
                || of(snapshot).is_same_estate(of(other), snapshot.kind != other.kind)
        };
        match kept.iter().find(same) {
            Some(better) => left_out.push((snapshot.id, format!("same-estate-as {}", better.id))),
            None => kept.push(snapshot),
        }
    }
    left_out
}

fn same_input(inventory: &Inventory, a: &Snapshot, b: &Snapshot) -> bool {
    let digest = |s: &Snapshot| {
        let input = inventory.inputs.get(s.input.0 as usize)?;
        input.unpacked.or(input.sha256)
    };
    a.input != b.input && a.kind == b.kind && digest(a).is_some() && digest(a) == digest(b)
}

/// What tells one estate from another.
#[derive(Default)]
struct Contents<'a> {
    native_ids: BTreeSet<&'a str>,
    addresses: BTreeSet<(&'a str, &'a str)>,
    accounts: BTreeSet<&'a str>,
}

impl Contents<'_> {
    /// The provider's own identifiers tell for sure. Addresses alone tell a plan from its state, but not two plans apart:
    /// two environments made from one module have the same addresses.
    fn is_same_estate(&self, other: &Contents<'_>, kinds_differ: bool) -> bool {
        let shares_half = |common: usize, a: usize, b: usize| common > 0 && 2 * common >= a.min(b);
        let ids = self.native_ids.intersection(&other.native_ids).count();
        if shares_half(ids, self.native_ids.len(), other.native_ids.len()) {
            return true;
        }
        let accounts_differ =
            !self.accounts.is_empty() && !other.accounts.is_empty() && self.accounts.is_disjoint(&other.accounts);
        let addresses = self.addresses.intersection(&other.addresses).count();
        kinds_differ && !accounts_differ && shares_half(addresses, self.addresses.len(), other.addresses.len())
    }
}

fn contents(inventory: &Inventory) -> BTreeMap<i64, Contents<'_>> {
    let mut all: BTreeMap<i64, Contents<'_>> = BTreeMap::new();
    let Some(table) = TableId::find("resource") else { return all };
    let batch = inventory.table(table);
    let text = |name: &str, row: usize| {
        let column = batch.column(table.def().column_index(name)?).as_string_opt::<i32>()?;
        column.is_valid(row).then(|| column.value(row)).filter(|text| !text.is_empty())
    };
    let snapshots = batch.column(0).as_primitive::<Int64Type>();
    for row in 0..batch.num_rows() {
        let snapshot = snapshots.value(row);
        let contents = all.entry(snapshot).or_default();
        contents.native_ids.extend(text("native_id", row));
        contents.accounts.extend(text("account", row));
        if let Some(uid) = text("uid", row) {
            contents.addresses.insert((text("native_type", row).unwrap_or_default(), address_of(uid, snapshot)));
        }
    }
    all
}
