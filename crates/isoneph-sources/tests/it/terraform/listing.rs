//! An inventory as lines of text: `table uid column=value … column=!gap`.

use std::fmt::Write as _;

use arrow::array::{Array, AsArray, ListArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use isoneph_model::{GapCode, RowId};
use isoneph_tables::{COMMON_COLUMNS, ColumnKind, Inventory, TableId};

/// One row.
pub(super) struct Line {
    pub(super) table: &'static str,
    pub(super) uid: String,
    pub(super) text: String,
}

/// Every row; `common` asks for the common columns too.
pub(super) fn lines(inventory: &Inventory, common: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    for table in TableId::all() {
        let batch = inventory.table(table);
        let first = if common { 3 } else { COMMON_COLUMNS.len() };
        for row in 0..batch.num_rows() {
            let uid = batch.column(1).as_string::<i32>().value(row).to_owned();
            let id = RowId::from_column(batch.column(2).as_primitive::<Int64Type>().value(row)).unwrap();
            let mut text = format!("{} {uid}", table.def().name);
            for (i, column) in table.def().all_columns().enumerate().skip(first) {
                let array = batch.column(i);
                if array.is_null(row) {
                    let code = inventory.gap(id, i as u16);
                    if code != GapCode::NotCollected {
                        write!(text, " {}=!{code}", column.name).unwrap();
                    }
                } else {
                    write!(text, " {}={}", column.name, value(array, row, column.kind)).unwrap();
                }
            }
            lines.push(Line { table: table.def().name, uid, text });
        }
    }
    lines.sort_by(|a, b| a.text.cmp(&b.text));
    lines
}

fn value(array: &dyn Array, row: usize, kind: ColumnKind) -> String {
    match kind {
        ColumnKind::Text => quoted(array.as_string::<i32>().value(row)),
        ColumnKind::Bool => array.as_boolean().value(row).to_string(),
        ColumnKind::Int => array.as_primitive::<Int64Type>().value(row).to_string(),
        ColumnKind::Time => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            jiff::Timestamp::from_microsecond(micros).unwrap().to_string()
        }
        ColumnKind::Texts => {
            let list: &ListArray = array.as_list();
            let items = list.value(row);
            let items = items.as_string::<i32>();
            let texts: Vec<String> = (0..items.len()).map(|i| quoted(items.value(i))).collect();
            format!("[{}]", texts.join(","))
        }
    }
}

fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && !text.contains([' ', '=', ',', '[', ']', '"', '\n']);
    if plain { text.to_owned() } else { format!("{text:?}") }
}
