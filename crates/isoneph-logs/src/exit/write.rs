//! Into the tables `tenant_exit` and `exit_item`.

use std::collections::BTreeMap;

use isoneph_model::{Extent, GapCode, InputId};
use isoneph_tables::schema::{ExitItem as ItemRow, TenantExit as ExitRow};
use isoneph_tables::{Cell, Common, Coverage, Scope, Sink, SinkError, TableId};

use super::{ExitItem, TenantExit};

/// Writes departures. `input_of` gives the input that a file (path, SHA-256) is kept under; of one that declares
/// departures the digest is `""`.
pub fn write(
    exits: &[TenantExit],
    sink: &mut Sink,
    snapshot: i64,
    input_of: &mut dyn FnMut(&mut Sink, &str, &str) -> InputId,
) -> Result<(), SinkError> {
    let mut first = None;
    for exit in exits {
        let uid = format!("exit:{}", exit.departure.tenant);
        let input = input_of(sink, &exit.departure.file, "");
        first = first.or(Some(input));
        let place = sink.place(input, &exit.departure.locator)?;
        let common = Common {
            uid: uid.clone(),
            name: exit.departure.tenant.as_str().into(),
            tenant: exit.departure.tenant.as_str().into(),
            ..Common::default()
        };
        sink.push(snapshot, place, &common, &exit_row(exit))?;
        let mut ids = BTreeMap::<&str, u64>::new();
        for item in &exit.items {
            let count = ids.entry(&item.item.id).or_default();
            *count += 1;
            let place = match &item.deletion {
                Some(source) => {
                    let input = input_of(sink, &source.file, &source.sha256);
                    sink.place(input, &format!("record {}", source.index))?
                }
                None => place,
            };
            sink.push(snapshot, place, &item_common(exit, item, *count), &item_row(exit, &uid, item))?;
        }
    }
    let tables = ["tenant_exit", "exit_item"].into_iter().filter_map(TableId::find);
    for (table, input) in tables.zip(first.into_iter().cycle()) {
        sink.covers(table, snapshot, input, Scope::default(), Extent::Declared);
    }
    // A departure of which nothing was found, or where nobody could look, is not one that left nothing.
    if let (Some(table), Some(input), true) =
        (TableId::find("exit_item"), first, exits.iter().any(|exit| !exit.searched))
    {
        let (scope, extent, code) = (Scope::default(), Extent::Partial, Some(GapCode::NotCollected));
        sink.coverage(Coverage { table, snapshot, scope, extent, code, input, locator: None });
    }
    Ok(())
}

fn exit_row(exit: &TenantExit) -> ExitRow {
    let counts = exit.counts();
    let count = |count: u64| Cell::Known(i64::try_from(count).unwrap_or(i64::MAX));
    let returned = exit.departure.returned.as_ref();
    ExitRow {
        ended_at: exit.departure.ended_at.into(),
        due_at: known(exit.departure.due_at()),
        returned: known(returned.map(|returned| returned.on.is_some())),
        returned_at: known(returned.and_then(|returned| returned.on)),
        return_agreed: known(returned.map(|returned| returned.agreed)),
        items: count(counts.items),
        removed: count(counts.removed),
        recoverable: count(counts.recoverable),
        remaining: count(counts.remaining),
        undecided: count(counts.undecided),
    }
}

/// `count` says how many things of the same name there were so far: other accounts and regions may have their own.
fn item_common(exit: &TenantExit, item: &ExitItem, count: u64) -> Common {
    let listed = &item.item;
    let which = if count > 1 { format!("#{count}") } else { String::new() };
    Common {
        uid: format!("exit:{}:{}{which}", exit.departure.tenant, listed.id),
        provider: known(listed.provider.clone()),
        account: known(listed.account.clone()),
        region: known(listed.region.clone()),
        native_type: known(listed.native_type.clone()),
        native_id: listed.id.as_str().into(),
        name: listed.name.as_str().into(),
        tags: listed.tags.clone().into(),
        tenant: exit.departure.tenant.as_str().into(),
        ..Common::default()
    }
}

fn item_row(exit: &TenantExit, uid: &str, item: &ExitItem) -> ItemRow {
    ItemRow {
        exit: uid.into(),
        kind: item.item.kind.as_str().into(),
        state: known(item.state.map(|state| state.as_str().to_owned())),
        in_time: known(item.in_time),
        due: known(exit.due),
        removed_at: known(item.removed_at),
        recoverable_until: known(item.recoverable_until),
        residue: i64::try_from(item.residue).unwrap_or(i64::MAX).into(),
        known_by: item.known_by.iter().map(|known| known.as_str().to_owned()).collect::<Vec<_>>().into(),
    }
}

fn known<T>(value: Option<T>) -> Cell<T> {
    value.map_or_else(Cell::default, Cell::Known)
}
