//! What all sources together have written: finished tables with their gaps, coverage, inputs and snapshots.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, BooleanArray, Int64Array, RecordBatch};
use arrow::compute::filter_record_batch;
use isoneph_model::{Digest, EvidenceClass, GapCode, InputId, Locator, Place, RowId, SnapshotKind};

use crate::cell::Instant;
use crate::coverage::Coverage;
use crate::places::{PlaceId, Places};
use crate::table::TableId;

/// A file that was read, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The path as given.
    pub path: String,
    /// The digest of its bytes as they are on disk.
    pub sha256: Option<Digest>,
    /// Of a packed file the digest of what it unpacks to.
    pub unpacked: Option<Digest>,
    /// The format, told by content (`terraform-plan`, `ocsf` …); `""` when it was not understood.
    pub format: String,
    /// What kind of evidence it is.
    pub class: Option<EvidenceClass>,
    /// How many records (resources, findings) it held.
    pub records: u64,
    /// Record types that were counted but not understood.
    pub unsupported: BTreeMap<String, u64>,
    /// What could not be read.
    pub rejected: Vec<Reject>,
    /// What the reader should know that is no loss.
    pub notes: Vec<String>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Where.
    pub locator: Locator,
    /// A short word for the kind of trouble (`not-json`, `truncated`, `wrong-encoding` …).
    pub code: String,
    /// What a person should know.
    pub message: String,
}

/// One look at one estate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its number; the value of every row's `snapshot`.
    pub id: i64,
    /// The input it comes from.
    pub input: InputId,
    /// What it shows.
    pub kind: SnapshotKind,
    /// When it was taken, if the input says.
    pub observed_at: Option<Instant>,
}

/// Why a cell is NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The row.
    pub row: RowId,
    /// The column, by its place among [`TableDef::all_columns`](crate::TableDef::all_columns).
    pub column: u16,
    /// Why.
    pub code: GapCode,
}

/// Finished tables.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// A batch for each table, in the order of [`TABLES`](crate::TABLES); an empty one where nothing was written.
    pub tables: Vec<RecordBatch>,
    /// Gaps other than `not-collected`, sorted by row and column.
    pub gaps: Vec<Gap>,
    /// Coverage entries, sorted.
    pub coverage: Vec<Coverage>,
    /// Inputs, by [`InputId`].
    pub inputs: Vec<Input>,
    /// Snapshots, by id.
    pub snapshots: Vec<Snapshot>,
    pub(crate) places: Places,
    pub(crate) row_places: Vec<Vec<PlaceId>>,
}

impl Inventory {
    /// A table's rows.
    pub fn table(&self, id: TableId) -> &RecordBatch {
        &self.tables[usize::from(id.ordinal())]
    }

    /// Where a row was seen. `None` for a number that no row has.
    pub fn place(&self, row: RowId) -> Option<Place> {
        let places = self.row_places.get(usize::from(row.table()))?;
        places.get(row.index()).map(|id| self.places.get(*id))
    }

    /// Why a cell is NULL; `not-collected` when its source gave no other reason.
    pub fn gap(&self, row: RowId, column: u16) -> GapCode {
        match self.gaps.binary_search_by_key(&(row, column), |gap| (gap.row, gap.column)) {
            Ok(index) => self.gaps[index].code,
            Err(_) => GapCode::NotCollected,
        }
    }

    /// The snapshot with this id.
    pub fn snapshot(&self, id: i64) -> Option<&Snapshot> {
        usize::try_from(id).ok().and_then(|index| self.snapshots.get(index))
    }

    /// The class of the evidence that a row comes from.
    pub fn class(&self, row: RowId) -> Option<EvidenceClass> {
        let input = self.place(row)?.input;
        self.inputs.get(input.0 as usize)?.class
    }

    /// A table's rows of some snapshots only. Row numbers stay what they are.
    pub fn table_of(&self, id: TableId, snapshots: &BTreeSet<i64>) -> RecordBatch {
        let batch = self.table(id);
        if snapshots.len() == self.snapshots.len() {
            return batch.clone();
        }
        let column = batch.column(0).as_any().downcast_ref::<Int64Array>();
        let Some(column) = column else { return batch.slice(0, 0) };
        let keep: BooleanArray = column.values().iter().map(|id| Some(snapshots.contains(id))).collect();
        filter_record_batch(batch, &keep).unwrap_or_else(|_| batch.slice(0, 0))
    }

    /// How many rows of a table stand in some snapshots.
    pub fn rows_of(&self, id: TableId, snapshots: &BTreeSet<i64>) -> usize {
        let column = self.table(id).column(0).as_any().downcast_ref::<Int64Array>();
        column.map_or(0, |column| column.values().iter().filter(|snapshot| snapshots.contains(snapshot)).count())
    }

    /// How many rows each table has.
    pub fn row_counts(&self) -> BTreeMap<TableId, usize> {
        TableId::all().map(|id| (id, self.table(id).num_rows())).collect()
    }
}
