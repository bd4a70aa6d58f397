//! The one place that sources write into: rows, gaps, coverage, rejects.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use isoneph_model::{Digest, EvidenceClass, Extent, GapCode, InputId, Locator, RowId, SnapshotKind};

use crate::attribution::{Attribution, Unattributed};
use crate::cell::{Cell, CellValue, Instant};
use crate::column::ColumnBuilder;
use crate::coverage::{Coverage, Scope};
use crate::inventory::{Gap, Input, Inventory, Reject, Snapshot};
use crate::places::{PlaceId, Places};
use crate::table::{COMMON_COLUMNS, Common, Row, TableId};

/// What ends a run: more than the numbers can count.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// More rows or places than row numbers can tell apart.
    #[error("more than {0} rows or places in one run")]
    TooMany(u64),
    /// What resources of an account say of each other is more than can be worked through.
    #[error("table {table}: what the resources of one account say of its others takes more than {most} steps")]
    TooManySteps {
        /// The table.
        table: TableId,
        /// How many are made.
        most: usize,
    },
    /// A table's columns came out of different lengths: a bug, told rather than hidden.
    #[error("table {table}: {source}")]
    Table {
        /// The table.
        table: TableId,
        /// What Arrow says.
        source: arrow::error::ArrowError,
    },
}

/// An input about to be read.
#[derive(Debug, Clone)]
pub struct NewInput {
    /// The path as given.
    pub path: String,
    /// The digest of its bytes.
    pub sha256: Option<Digest>,
    /// The format, told by content.
    pub format: String,
    /// What kind of evidence it is.
    pub class: Option<EvidenceClass>,
}

struct TableBuilder {
    columns: Vec<ColumnBuilder>,
    places: Vec<PlaceId>,
}

/// Collects what sources find.
pub struct Sink {
    attribution: Box<dyn Attribution>,
    tables: Vec<TableBuilder>,
    gaps: Vec<Gap>,
    coverage: Vec<Coverage>,
    inputs: Vec<Input>,
    snapshots: Vec<Snapshot>,
    places: Places,
}

impl Default for Sink {
    fn default() -> Self {
        Sink::new(Box::new(Unattributed))
    }
}

impl Sink {
    /// An empty sink; `attribution` tells whose the rows are.
    pub fn new(attribution: Box<dyn Attribution>) -> Sink {
        let builder = |id: TableId| TableBuilder {
            columns: id.def().all_columns().map(|column| ColumnBuilder::new(column.kind)).collect(),
            places: Vec::new(),
        };
        Sink {
            attribution,
            tables: TableId::all().map(builder).collect(),
            gaps: Vec::new(),
            coverage: Vec::new(),
            inputs: Vec::new(),
            snapshots: Vec::new(),
            places: Places::default(),
        }
    }

    /// Begins an input. What is written next belongs to it as its id says.
    pub fn input(&mut self, input: NewInput) -> InputId {
        let id = InputId(self.inputs.len() as u32);
        self.inputs.push(Input {
            path: input.path,
            sha256: input.sha256,
            unpacked: None,
            format: input.format,
            class: input.class,
            records: 0,
            unsupported: BTreeMap::new(),
            rejected: Vec::new(),
            notes: Vec::new(),
        });
        id
    }

    /// The record of an input, to fill in what was learned while reading it.
    pub fn input_mut(&mut self, id: InputId) -> &mut Input {
        &mut self.inputs[id.0 as usize]
    }

    /// The first snapshot of an input, if there is one yet.
    pub fn snapshot_of(&self, id: InputId) -> Option<i64> {
        self.snapshots.iter().find(|snapshot| snapshot.input == id).map(|snapshot| snapshot.id)
    }

    /// The account that the parties declare for an input.
    pub fn declared_account(&self, id: InputId) -> Option<String> {
        self.attribution.account_of_input(&self.inputs[id.0 as usize].path)
    }

    /// Notes that something of an input could not be read.
    pub fn reject(&mut self, id: InputId, locator: Locator, code: &str, message: impl Into<String>) {
        let reject = Reject { locator, code: code.to_owned(), message: message.into() };
        self.inputs[id.0 as usize].rejected.push(reject);
    }

    /// Counts a record of a type that the source does not understand.
    pub fn unsupported(&mut self, id: InputId, native_type: &str) {
        let counts = &mut self.inputs[id.0 as usize].unsupported;
        match counts.get_mut(native_type) {
            Some(count) => *count += 1,
            None => {
                counts.insert(native_type.to_owned(), 1);
            }
        }
    }

    /// Begins a snapshot.
    pub fn snapshot(&mut self, input: InputId, kind: SnapshotKind, observed_at: Option<Instant>) -> i64 {
        let id = self.snapshots.len() as i64;
        self.snapshots.push(Snapshot { id, input, kind, observed_at });
        id
    }

    /// The snapshots begun so far.
    pub fn snapshots(&self) -> impl Iterator<Item = i64> + use<> {
        0..self.snapshots.len() as i64
    }

    /// Keeps a place for rows to point at.
    pub fn place(&mut self, input: InputId, locator: &str) -> Result<PlaceId, SinkError> {
        self.places.add(input, locator).ok_or(SinkError::TooMany(u64::from(u32::MAX)))
    }

    /// Where a row was seen, for rows that follow from it. `None` for a number that no row has.
    pub fn place_of(&self, row: RowId) -> Option<PlaceId> {
        self.tables.get(usize::from(row.table()))?.places.get(row.index()).copied()
    }

    /// Says how much of a table's population a source has seen.
    pub fn coverage(&mut self, entry: Coverage) {
        self.coverage.push(entry);
    }

    /// Says that a source has seen all of a table that its snapshot can hold.
    pub fn covers(&mut self, table: TableId, snapshot: i64, input: InputId, scope: Scope, extent: Extent) {
        self.coverage(Coverage { table, snapshot, scope, extent, code: None, input, locator: None });
    }

    /// Adds a row: what it is, where it was seen, and its cells.
    pub fn push<R: Row>(
        &mut self,
        snapshot: i64,
        place: PlaceId,
        common: &Common,
        row: &R,
    ) -> Result<RowId, SinkError> {
        let table = R::table();
        let builder = &mut self.tables[usize::from(table.ordinal())];
        let index = builder.places.len();
        let id = RowId::new(table.ordinal(), index).ok_or(SinkError::TooMany(1 << 40))?;
        builder.places.push(place);
        let (shared, own) = builder.columns.split_at_mut(COMMON_COLUMNS.len());
        let mut gap = |column: usize, code: GapCode| {
            // `not-collected` is what a gap without an entry means: a hundred thousand rows need not repeat it.
            if code != GapCode::NotCollected {
                self.gaps.push(Gap { row: id, column: column as u16, code });
            }
        };
        append_common(shared, snapshot, id, common, &*self.attribution, &mut gap);
        row.append(own, &mut |column, code| gap(COMMON_COLUMNS.len() + column, code));
        Ok(id)
    }

    /// The inputs begun so far.
    pub fn inputs(&self) -> impl Iterator<Item = (InputId, &Input)> {
        (0..).map(InputId).zip(&self.inputs)
    }

    /// What some tables hold so far, for those who judge what came before them. The other tables are empty, and no row
    /// has a place.
    pub fn so_far(&self, asked: &[TableId]) -> Result<Inventory, SinkError> {
        let table = |(id, builder): (TableId, &TableBuilder)| {
            let schema = id.def().schema();
            if !asked.contains(&id) {
                return Ok(RecordBatch::new_empty(schema));
            }
            let columns = builder.columns.iter().map(ColumnBuilder::so_far).collect();
            RecordBatch::try_new(schema, columns).map_err(|source| SinkError::Table { table: id, source })
        };
        Ok(Inventory {
            tables: TableId::all().zip(&self.tables).map(table).collect::<Result<_, _>>()?,
            gaps: Vec::new(),
            coverage: self.coverage.clone(),
            inputs: self.inputs.clone(),
            snapshots: self.snapshots.clone(),
            places: Places::default(),
            row_places: TableId::all().map(|_| Vec::new()).collect(),
        })
    }

    /// The finished tables.
    pub fn finish(mut self) -> Result<Inventory, SinkError> {
        self.gaps.sort_unstable();
        self.coverage.sort();
        self.coverage.dedup();
        let mut tables = Vec::with_capacity(self.tables.len());
        let mut row_places = Vec::with_capacity(self.tables.len());
        for (id, builder) in TableId::all().zip(&mut self.tables) {
            let columns = builder.columns.iter_mut().map(ColumnBuilder::finish).collect();
            let batch = RecordBatch::try_new(id.def().schema(), columns);
            tables.push(batch.map_err(|source| SinkError::Table { table: id, source })?);
            row_places.push(std::mem::take(&mut builder.places));
        }
        Ok(Inventory {
            tables,
            gaps: self.gaps,
            coverage: self.coverage,
            inputs: self.inputs,
            snapshots: self.snapshots,
            places: self.places,
            row_places,
        })
    }
}

/// Appends the common cells in the order of [`COMMON_COLUMNS`]; whose the row is comes from the attribution where the
/// source does not say.
fn append_common(
    columns: &mut [ColumnBuilder],
    snapshot: i64,
    row: RowId,
    common: &Common,
    attribution: &dyn Attribution,
    gap: &mut dyn FnMut(usize, GapCode),
) {
    let account = common.account.known().map(String::as_str);
    let tags = common.tags.known().map_or(&[][..], Vec::as_slice);
    let attributed =
        |own: &Cell<String>, declared: Option<String>| own.clone().or(declared.map_or_else(Cell::default, Cell::Known));
    let service = attributed(&common.service, attribution.service(account, tags));
    let tenant = attributed(&common.tenant, attribution.tenant(account, tags));
    columns[0].append_int(Some(snapshot));
    columns[1].append_text(Some(&common.uid));
    columns[2].append_int(Some(row.column()));
    let texts =
        [&common.provider, &common.account, &common.region, &common.native_type, &common.native_id, &common.name];
    for (index, cell) in (3..).zip(texts) {
        append(columns, index, cell, gap);
    }
    append(columns, 9, &common.tags, gap);
    append(columns, 10, &service, gap);
    append(columns, 11, &tenant, gap);
}

fn append<T: CellValue>(
    columns: &mut [ColumnBuilder],
    index: usize,
    cell: &Cell<T>,
    gap: &mut dyn FnMut(usize, GapCode),
) {
    T::append(cell.known(), &mut columns[index]);
    if let Some(code) = cell.gap() {
        gap(index, code);
    }
}

#[cfg(test)]
mod tests;
