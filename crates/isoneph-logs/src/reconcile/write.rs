//! Into the tables `critical_operation` and `change_record`.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_model::{Extent, GapCode, InputId, Locator};
use isoneph_tables::schema::{ChangeRecord, CriticalOperation};
use isoneph_tables::{Cell, Common, Coverage, Instant, PlaceId, Scope, Sink, SinkError, TableId};

use super::operation::{Approval, Approved, Operation};
use super::{Reconciliation, Records};
use crate::changes::{Change, ChangeKind, ChangePlace, NO_END, RefusedChange};

/// The identity of a change in the table `change_record`.
fn uid_of(change: &Change) -> String {
    let kind = change.kind;
    format!("{kind}:{}:{}#{}", change.place.file, change.id, change.place.locator)
}

impl Reconciliation {
    /// Writes the operations. `input_of` gives the input that a source file (path, SHA-256) is kept under.
    ///
    /// `records` must be those that the operations were set against.
    pub fn write(
        &self,
        records: &Records,
        sink: &mut Sink,
        snapshot: i64,
        input_of: &mut dyn FnMut(&mut Sink, &str, &str) -> InputId,
    ) -> Result<(), SinkError> {
        let changes = records.changes.as_deref().unwrap_or_default();
        let mut seen: BTreeMap<(String, Option<String>), InputId> = BTreeMap::new();
        for operation in &self.operations {
            let input = input_of(sink, &operation.source.file, &operation.source.sha256);
            let place = sink.place(input, &format!("record {}", operation.source.index))?;
            let account = operation.account.as_deref().map(str::to_owned);
            seen.entry((operation.provider.to_string(), account)).or_insert(input);
            self.push(operation, changes, sink, snapshot, place)?;
        }
        let table = TableId::find("critical_operation");
        for (((provider, account), input), table) in seen.into_iter().zip(table.into_iter().cycle()) {
            let scope = Scope { provider: Some(provider), account, ..Scope::default() };
            sink.covers(table, snapshot, input, scope, Extent::Declared);
        }
        Ok(())
    }

    fn push(
        &self,
        operation: &Operation,
        changes: &[Change],
        sink: &mut Sink,
        snapshot: i64,
        place: PlaceId,
    ) -> Result<(), SinkError> {
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map_or_else(Cell::default, Cell::from);
        let common = Common {
            uid: operation.uid.to_string(),
            provider: (&*operation.provider).into(),
            account: text(&operation.account),
            region: text(&operation.region),
            native_type: text(&operation.native_type),
            native_id: (&*operation.id).into(),
            name: (&*operation.operation).into(),
            ..Common::default()
        };
        let story = self.stories.get(operation.story).map(|story| story.uid.clone());
        let approval = approval_cells(operation, changes);
        let row = CriticalOperation {
            time: known(operation.time),
            operation_name: (&*operation.name).into(),
            class: operation.class.as_str().into(),
            act: operation.act.as_str().into(),
            reversible: operation.reversible.as_str().into(),
            basis: operation.basis.into(),
            actor_kind: known(operation.actor_kind.map(|kind| kind.as_str().to_owned())),
            actor: text(&operation.actor),
            session: text(&operation.session),
            story: known(story),
            targets: known(operation.targets.clone()),
            carried_out: known(operation.carried_out),
            error_code: text(&operation.error_code),
            half_done: known(operation.half_done),
            unattended: known(operation.unattended),
            mfa: known(operation.mfa),
            break_glass: known(operation.break_glass),
            approval: approval.how,
            change: approval.change,
            approver: approval.approver,
            own_approver: approval.own,
            procedure: known(operation.procedure.clone()),
            reviewer: known(operation.reviewer.clone()),
            weakens_logging: known(operation.weakens_logging),
            logging_resumed: operation.resumed_at.is_some().into(),
            logging_resumed_at: known(operation.resumed_at),
            event: operation.uid.to_string().into(),
            told_again: operation.told_again().map(str::to_owned).collect::<Vec<_>>().into(),
        };
        sink.push(snapshot, place, &common, &row).map(|_| ())
    }
}

struct ApprovalCells {
    how: Cell<String>,
    change: Cell<String>,
    approver: Cell<String>,
    own: Cell<bool>,
}

/// Nothing to set it against is `not-collected`; something that cannot be decided is an unresolved reference.
fn approval_cells(operation: &Operation, changes: &[Change]) -> ApprovalCells {
    let Some(Approved { how, change, approver, by_actor_alone }) = &operation.approval else {
        let code = if changes.is_empty() { GapCode::NotCollected } else { GapCode::UnresolvedReference };
        return ApprovalCells {
            how: Cell::Gap(code),
            change: Cell::Gap(code),
            approver: Cell::Gap(code),
            own: Cell::Gap(code),
        };
    };
    let named = !approver.is_empty() || !matches!(how, Approval::Change | Approval::Pipeline);
    ApprovalCells {
        how: how.as_str().into(),
        change: change.and_then(|number| changes.get(number)).map_or_else(|| "".into(), |c| uid_of(c).into()),
        approver: if named { approver.as_str().into() } else { Cell::default() },
        own: by_actor_alone.map_or(Cell::Gap(GapCode::UnresolvedReference), Cell::Known),
    }
}

fn known<T>(value: Option<T>) -> Cell<T> {
    value.map_or_else(Cell::default, Cell::Known)
}

/// Writes changes and pipeline runs into `change_record`, and says how much of them was read: a refused row could have
/// approved something. `input_of` gives the input that a file is kept under.
pub fn write_changes(
    changes: &[Change],
    refused: &[RefusedChange],
    sink: &mut Sink,
    snapshot: i64,
    input_of: &mut dyn FnMut(&mut Sink, &str) -> InputId,
) -> Result<(), SinkError> {
    let mut files: BTreeSet<&str> = BTreeSet::new();
    for change in changes {
        files.insert(&change.place.file);
        let input = input_of(sink, &change.place.file);
        let place = sink.place(input, &change.place.locator)?;
        let common = Common {
            uid: uid_of(change),
            name: change.id.as_str().into(),
            native_id: change.id.as_str().into(),
            ..Common::default()
        };
        sink.push(snapshot, place, &common, &row(change))?;
    }
    let Some(table) = TableId::find("change_record") else { return Ok(()) };
    for RefusedChange { place: ChangePlace { file, locator }, .. } in refused {
        let input = input_of(sink, file);
        let (extent, code) = (Extent::Partial, Some(GapCode::Unreadable));
        let locator = Some(Locator::new(locator.as_str()));
        sink.coverage(Coverage { table, snapshot, scope: Scope::default(), extent, code, input, locator });
    }
    for file in files {
        let input = input_of(sink, file);
        sink.covers(table, snapshot, input, Scope::default(), Extent::Declared);
    }
    Ok(())
}

fn row(change: &Change) -> ChangeRecord {
    let windowed = change.from.is_some() || change.until.is_some();
    let time = |time: Option<Instant>| known(time.filter(|_| windowed));
    // A list that is empty says "no bounds", which a column that was not understood leaves open.
    let bounds = |texts: Vec<String>| match texts.is_empty() && !change.open.is_empty() {
        true => Cell::Gap(GapCode::UnresolvedReference),
        false => Cell::Known(texts),
    };
    ChangeRecord {
        kind: change.kind.as_str().into(),
        state: change.state.as_str().into(),
        approved: known(change.approved),
        has_window: if change.window_open { Cell::Gap(GapCode::UnresolvedReference) } else { windowed.into() },
        window_from: time(change.from),
        window_until: time(change.until.filter(|_| change.until_at_the_latest != Some(NO_END))),
        accounts: bounds(change.accounts.clone()),
        classes: bounds(change.classes.iter().map(|class| class.as_str().to_owned()).collect()),
        operations: bounds(change.operations.clone()),
        resources: bounds(change.resources.clone()),
        actors: bounds(change.actors.clone()),
        requester: change.requester.as_str().into(),
        approvers: change.approvers.clone().into(),
        procedure: if change.kind == ChangeKind::Pipeline { "".into() } else { change.procedure.as_str().into() },
    }
}
