//! Rows of a test, of whichever table, on their way into an inventory.

use std::collections::BTreeMap;

use isoneph_model::{EvidenceClass, Extent, GapCode, InputId, SnapshotKind};
use isoneph_tables::{
    COMMON_COLUMNS, Cell, ColumnBuilder, ColumnKind, Common, Coverage, Instant, Inventory, NewInput, Row, Scope, Sink,
    SinkError, TableId,
};

/// A value of a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Text(String),
    Bool(bool),
    Int(i64),
    Time(i64),
    Texts(Vec<String>),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Text(text) => write!(f, "'{text}'"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Time(micros) => match jiff::Timestamp::from_microsecond(*micros) {
                Ok(time) => write!(f, "{time}"),
                Err(_) => write!(f, "{micros}"),
            },
            Value::Texts(texts) => write!(f, "[{}]", texts.join(";")),
        }
    }
}

impl Value {
    /// Reads a value as a test writes it. An empty cell is NULL.
    pub(crate) fn parse(kind: ColumnKind, written: &str) -> Result<Option<Value>, String> {
        if written.is_empty() {
            return Ok(None);
        }
        let value = match kind {
            ColumnKind::Text if written == "''" => Value::Text(String::new()),
            ColumnKind::Text => Value::Text(written.to_owned()),
            ColumnKind::Bool => match written {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => return Err(format!("'{written}' is neither true nor false")),
            },
            ColumnKind::Int => Value::Int(written.parse().map_err(|_| format!("'{written}' is not a whole number"))?),
            ColumnKind::Time => Value::Time(parse_time(written)?),
            ColumnKind::Texts => {
                let inner = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                let inner = inner.ok_or_else(|| format!("'{written}' is not a list: write [a;b]"))?;
                let parts = inner.split(';').map(|part| part.trim().to_owned());
                Value::Texts(if inner.trim().is_empty() { Vec::new() } else { parts.collect() })
            }
        };
        Ok(Some(value))
    }

    /// The value with every text in it changed.
    pub(crate) fn map_texts(&self, change: &dyn Fn(&str) -> String) -> Value {
        match self {
            Value::Text(text) => Value::Text(change(text)),
            Value::Texts(texts) => Value::Texts(texts.iter().map(|text| change(text)).collect()),
            other => other.clone(),
        }
    }
}

fn parse_time(written: &str) -> Result<i64, String> {
    let error = || format!("'{written}' is not a time (2026-01-31 or 2026-01-31T12:00:00Z)");
    if let Ok(time) = written.parse::<jiff::Timestamp>() {
        return Ok(time.as_microsecond());
    }
    let day: jiff::civil::Date = written.parse().map_err(|_| error())?;
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| error())?;
    Ok(midnight.timestamp().as_microsecond())
}

/// A row of a table: a value for each of its columns, the common ones first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestRow {
    pub(crate) table: TableId,
    pub(crate) line: usize,
    pub(crate) cells: Vec<Option<Value>>,
}

/// Place of `uid` among the common columns.
pub(crate) const UID: usize = 1;

impl TestRow {
    pub(crate) fn uid(&self) -> &str {
        match &self.cells[UID] {
            Some(Value::Text(uid)) => uid,
            _ => "",
        }
    }

    fn common(&self) -> Common {
        let text = |column: usize| match &self.cells[column] {
            Some(Value::Text(text)) => Cell::Known(text.clone()),
            _ => Cell::default(),
        };
        let tags = match &self.cells[9] {
            Some(Value::Texts(tags)) => Cell::Known(tags.clone()),
            _ => Cell::default(),
        };
        Common {
            uid: self.uid().to_owned(),
            provider: text(3),
            account: text(4),
            region: text(5),
            native_type: text(6),
            native_id: text(7),
            name: text(8),
            tags,
            service: text(10),
            tenant: text(11),
        }
    }
}

/// The own cells of a row of the table with this ordinal.
struct Own<'a, const TABLE: u16>(&'a [Option<Value>]);

impl<const TABLE: u16> Row for Own<'_, TABLE> {
    fn table() -> TableId {
        TableId::from_ordinal(TABLE).unwrap_or_else(|| isoneph_tables::schema::id_of("resource"))
    }

    fn append(&self, columns: &mut [ColumnBuilder], gap: &mut dyn FnMut(usize, GapCode)) {
        for (index, (cell, column)) in self.0.iter().zip(columns).enumerate() {
            match cell {
                Some(Value::Text(text)) => column.append_text(Some(text)),
                Some(Value::Bool(value)) => column.append_bool(Some(*value)),
                Some(Value::Int(value)) => column.append_int(Some(*value)),
                Some(Value::Time(micros)) => column.append_time(Some(*micros)),
                Some(Value::Texts(texts)) => column.append_texts(Some(texts)),
                None => {
                    column.append_null();
                    gap(index, GapCode::NotCollected);
                }
            }
        }
    }
}

/// Coverage of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TestCoverage {
    pub(crate) extent: Extent,
    pub(crate) code: Option<GapCode>,
}

/// One estate: rows, and how much of each table was seen.
#[derive(Debug, Clone)]
pub(crate) struct Estate {
    pub(crate) rows: Vec<TestRow>,
    /// Tables not named are complete.
    pub(crate) coverage: BTreeMap<TableId, TestCoverage>,
    pub(crate) observed_at: Option<Instant>,
}

/// Builds an inventory of estates, each a snapshot of its own.
pub(crate) fn inventory<'a>(
    path: &str,
    tables: &[TableId],
    estates: impl Iterator<Item = &'a Estate>,
) -> Result<Inventory, SinkError> {
    let mut sink = Sink::default();
    let input = sink.input(NewInput {
        path: path.to_owned(),
        sha256: None,
        format: "test".to_owned(),
        class: Some(EvidenceClass::Configured),
    });
    for estate in estates {
        let snapshot = sink.snapshot(input, SnapshotKind::Deployed, estate.observed_at);
        for table in tables {
            let complete = TestCoverage { extent: Extent::Complete, code: None };
            let TestCoverage { extent, code } = *estate.coverage.get(table).unwrap_or(&complete);
            sink.coverage(Coverage {
                table: *table,
                snapshot,
                scope: Scope::default(),
                extent,
                code,
                input,
                locator: None,
            });
        }
        for row in &estate.rows {
            push(&mut sink, input, path, snapshot, row)?;
        }
    }
    sink.finish()
}

fn push(sink: &mut Sink, input: InputId, path: &str, snapshot: i64, row: &TestRow) -> Result<(), SinkError> {
    let place = sink.place(input, &format!("{path}:{}", row.line))?;
    let common = row.common();
    let own = &row.cells[COMMON_COLUMNS.len()..];
    macro_rules! of_table {
        ($($ordinal:literal)+) => {
            match row.table.ordinal() {
                $($ordinal => sink.push(snapshot, place, &common, &Own::<$ordinal>(own)).map(|_| ()),)+
                more => Err(SinkError::TooMany(u64::from(more))),
            }
        };
    }
    of_table! {
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41
        42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82
        83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_can_be_written_by_a_test() {
        let row = |table: TableId| {
            let mut cells = vec![None; table.def().all_columns().count()];
            cells[UID] = Some(Value::Text("x".to_owned()));
            TestRow { table, line: 1, cells }
        };
        let rows = TableId::all().map(row).collect();
        let estate = Estate { rows, coverage: BTreeMap::new(), observed_at: None };
        let inventory = inventory("t", &[], std::iter::once(&estate)).unwrap();
        assert!(TableId::all().all(|table| inventory.table(table).num_rows() == 1));
    }

    #[test]
    fn values_are_read_as_they_are_written() {
        assert_eq!(Value::parse(ColumnKind::Text, ""), Ok(None));
        assert_eq!(Value::parse(ColumnKind::Text, "''"), Ok(Some(Value::Text(String::new()))));
        assert_eq!(Value::parse(ColumnKind::Texts, "[]"), Ok(Some(Value::Texts(Vec::new()))));
        let list = Value::Texts(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(Value::parse(ColumnKind::Texts, "[a;b]"), Ok(Some(list)));
        assert_eq!(Value::parse(ColumnKind::Time, "1970-01-02"), Ok(Some(Value::Time(86_400_000_000))));
        assert!(Value::parse(ColumnKind::Bool, "yes").is_err());
    }
}
