//! When is a row absent? A left join that finds nothing shows absence only if every condition was *false* for every row.
//! Where a condition is unknown — the reference was not resolved, the rule's direction not collected — a row might have
//! met after all. Coverage does not know of such rows; this module does.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use datafusion::common::DFSchema;
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::physical_plan::PhysicalExpr;
use isoneph_model::{Reason, RowId};
use isoneph_tables::{Inventory, TableId};

use super::lineage::{Condition, Lineage, Source};

/// How the rows under one alias are found.
pub(crate) struct Meeting {
    alias: String,
    /// Conditions on a row alone.
    locals: Vec<Arc<dyn PhysicalExpr>>,
    /// A column of the row that has to equal a column of another.
    keys: Vec<(usize, Source)>,
    /// Columns of the row that other conditions read.
    others_of_own: BTreeSet<usize>,
    /// Every column of the row that decides whether it is found.
    columns: BTreeSet<usize>,
    /// Cells of other rows that decide whether one is found.
    pub(crate) beside: BTreeSet<Source>,
}

/// Rows of which it is not known whether they meet.
#[derive(Default)]
pub(crate) struct Loose {
    rows: Vec<LooseRow>,
    /// By the value of the first key, where it is known.
    by_key: HashMap<String, Vec<usize>>,
    /// Those whose first key is not known, or that have none.
    keyless: Vec<usize>,
}

struct LooseRow {
    row: RowId,
    snapshot: i64,
    /// The cell that is not known.
    column: usize,
}

impl Meeting {
    /// Reads off a plan how the rows of an alias are found.
    pub(crate) fn read(state: &SessionState, of: &Source, lineage: &Lineage) -> Meeting {
        let mut meeting = Meeting {
            alias: of.alias.clone(),
            locals: Vec::new(),
            keys: Vec::new(),
            others_of_own: BTreeSet::new(),
            columns: BTreeSet::new(),
            beside: BTreeSet::new(),
        };
        let schema = DFSchema::try_from_qualified_schema(of.alias.as_str(), &of.table.def().schema());
        let shared = lineage.shared.contains(&of.alias);
        for condition in &lineage.conditions {
            if !condition.decides.is_empty() && !condition.decides.contains(&of.alias) {
                continue;
            }
            let own = condition.reads.iter().filter(|source| source.alias == of.alias);
            let own: BTreeSet<usize> = own.map(|source| source.column).collect();
            let rest = condition.reads.iter().filter(|source| source.alias != of.alias);
            if !condition.decides.is_empty() || !own.is_empty() {
                meeting.beside.extend(rest.clone().cloned());
            }
            if own.is_empty() {
                continue;
            }
            meeting.columns.extend(&own);
            let alone = rest.count() == 0;
            let local = || schema.as_ref().ok().and_then(|schema| local_condition(state, condition, schema));
            if let Some(key) = key_of(condition, &of.alias).filter(|_| !shared) {
                meeting.keys.push(key);
            } else if let Some(local) = (alone && !shared).then(local).flatten() {
                meeting.locals.push(local);
            } else {
                meeting.others_of_own.extend(own);
            }
        }
        meeting
    }

    /// The rows of a run of which it is not known whether they meet.
    pub(crate) fn loose(&self, batch: &RecordBatch) -> Result<Loose> {
        let mut loose = Loose::default();
        if self.columns.iter().all(|column| batch.column(*column).null_count() == 0) {
            return Ok(loose);
        }
        let rows = batch.num_rows();
        let mut excluded = vec![false; rows];
        let mut unsure = vec![false; rows];
        for local in &self.locals {
            let values = local.evaluate(batch)?.into_array(rows)?;
            let Some(values) = values.as_boolean_opt() else { continue };
            for index in 0..rows {
                excluded[index] |= values.is_valid(index) && !values.value(index);
                unsure[index] |= values.is_null(index);
            }
        }
        let keys = self.keys.iter().map(|(column, _)| column);
        for column in keys.chain(&self.others_of_own) {
            let column = batch.column(*column);
            unsure.iter_mut().enumerate().for_each(|(index, unsure)| *unsure |= column.is_null(index));
        }
        let snapshots = batch.column(0).as_primitive::<Int64Type>();
        let ids = batch.column(2).as_primitive::<Int64Type>();
        let first = self.keys.first().map(|(column, _)| batch.column(*column));
        for index in (0..rows).filter(|index| unsure[*index] && !excluded[*index]) {
            let unknown = self.columns.iter().find(|column| batch.column(**column).is_null(index));
            let (Some(column), Some(row)) = (unknown, RowId::from_column(ids.value(index))) else { continue };
            let place = loose.rows.len();
            loose.rows.push(LooseRow { row, snapshot: snapshots.value(index), column: *column });
            match first.and_then(|keys| text_at(keys, index)) {
                Some(key) => loose.by_key.entry(key.to_owned()).or_default().push(place),
                None => loose.keyless.push(place),
            }
        }
        Ok(loose)
    }

    /// A row that may meet the rows of an observation, if there is one: why it is not known whether it does.
    pub(crate) fn may_meet(
        &self,
        loose: &Loose,
        inventory: &Inventory,
        snapshot: i64,
        row_of: &dyn Fn(&str) -> Option<RowId>,
    ) -> Option<Reason> {
        if loose.rows.is_empty() {
            return None;
        }
        let other = |source: &Source| row_of(&source.alias).and_then(|row| cell_text(inventory, row, source.column));
        let known = self.keys.first().and_then(|(_, source)| other(source));
        let candidates: Box<dyn Iterator<Item = usize> + '_> = match known {
            Some(key) => Box::new(loose.by_key.get(key).into_iter().flatten().chain(&loose.keyless).copied()),
            None => Box::new(0..loose.rows.len()),
        };
        for candidate in candidates {
            let row = &loose.rows[candidate];
            let taken = row_of(&self.alias) == Some(row.row);
            let fits = |(column, source): &(usize, Source)| {
                let pair = cell_text(inventory, row.row, *column).zip(other(source));
                pair.is_none_or(|(mine, theirs)| mine == theirs)
            };
            if !taken && row.snapshot == snapshot && self.keys.iter().all(fits) {
                return Some(gap_reason(inventory, row.row, row.column));
            }
        }
        None
    }
}

fn key_of(condition: &Condition, alias: &str) -> Option<(usize, Source)> {
    let (left, right) = condition.equal.as_ref()?;
    match (left.alias == alias, right.alias == alias) {
        (true, false) => Some((left.column, right.clone())),
        (false, true) => Some((right.column, left.clone())),
        _ => None,
    }
}

/// The condition over one table's rows. `None` where it names its columns otherwise than the table does.
fn local_condition(state: &SessionState, condition: &Condition, schema: &DFSchema) -> Option<Arc<dyn PhysicalExpr>> {
    let named = condition.expr.column_refs().into_iter().all(|column| schema.index_of_column(column).is_ok());
    named.then(|| state.create_physical_expr(condition.expr.clone(), schema).ok()).flatten()
}

fn text_at(column: &dyn Array, index: usize) -> Option<&str> {
    let texts = column.as_string_opt::<i32>()?;
    texts.is_valid(index).then(|| texts.value(index))
}

/// A text cell, if it is one and known.
pub(crate) fn cell_text(inventory: &Inventory, row: RowId, column: usize) -> Option<&str> {
    let table = TableId::from_ordinal(row.table())?;
    text_at(inventory.table(table).column(column), row.index())
}

/// Whether a cell is not known. A cell that another one makes meaningless (`rotation_days` where `rotation` is false) is
/// NULL but not unknown.
pub(crate) fn is_unknown(inventory: &Inventory, row: RowId, column: usize) -> bool {
    let Some(table) = TableId::from_ordinal(row.table()) else { return false };
    let batch = inventory.table(table);
    if batch.column(column).is_valid(row.index()) {
        return false;
    }
    let none = table.def().all_columns().nth(column).and_then(|column| column.none.split_once(" = "));
    let Some((decided_by, "false")) = none else { return true };
    let other = table.def().column_index(decided_by).and_then(|index| batch.column(index).as_boolean_opt());
    !other.is_some_and(|other| other.is_valid(row.index()) && !other.value(row.index()))
}

/// Why a cell is not known.
pub(crate) fn gap_reason(inventory: &Inventory, row: RowId, column: usize) -> Reason {
    let table = TableId::from_ordinal(row.table());
    let name = table.and_then(|table| table.def().all_columns().nth(column));
    Reason {
        code: inventory.gap(row, column as u16).into(),
        table: table.map(|table| table.def().name.to_owned()),
        column: name.map(|column| column.name.to_owned()),
    }
}
