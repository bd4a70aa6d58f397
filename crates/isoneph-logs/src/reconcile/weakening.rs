//! Operations that weaken a record of what is done only by what they ask for: that is read of their rows alone.

use std::collections::HashMap;
use std::ops::Range;

use arrow::array::RecordBatch;

use super::Reconciler;
use super::batch::each_wanted;
use super::columns::BatchError;

/// The columns that such rows are read with, beside [`COLUMNS`](super::COLUMNS).
pub const ASKED_COLUMNS: &[&str] = &["raw_request", "raw_response", "raw_additional"];

/// Where an event went.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// Among the operations.
    Kept(usize),
    /// Among the records that are put together at last.
    Part(usize),
}

/// Operations of which is still to be read what they ask for.
#[derive(Default)]
pub(super) struct Asked {
    /// Their places, by what their events are known by.
    places: HashMap<Box<str>, Place>,
    /// Their rows in the file that is being read, and how many rows of it were seen.
    marked: Vec<Range<usize>>,
    rows: usize,
}

impl Asked {
    /// Notes where an event went, unless it has told all.
    pub(super) fn note(&mut self, key: &str, place: Place, told: Option<bool>) {
        if told.is_none() {
            self.places.insert(key.into(), place);
        }
    }

    /// Marks rows of the next batch of the file, which has `rows` of them.
    pub(super) fn mark(&mut self, marked: impl Iterator<Item = usize>, rows: usize) {
        self.marked.extend(marked.map(|row| self.rows + row..self.rows + row + 1));
        self.rows += rows;
    }
}

impl Reconciler<'_> {
    /// The rows of the file whose requests are to be read, and a new beginning for the next one.
    pub fn take_marked(&mut self) -> Vec<Range<usize>> {
        self.asked.rows = 0;
        std::mem::take(&mut self.asked.marked)
    }

    /// Reads what was asked for in the rows of a batch, which were marked. It has [`COLUMNS`](super::COLUMNS) and
    /// [`ASKED_COLUMNS`].
    pub fn read_requests(&mut self, batch: &RecordBatch) -> Result<(), BatchError> {
        let catalogue = self.catalogue;
        let mut told: Vec<(Place, Option<bool>)> = Vec::new();
        let mut key = String::new();
        each_wanted(batch, &|_, _| true, &mut |event, _| {
            self.write_key(event, &mut key);
            let name = event.operation_name.as_deref().unwrap_or_default();
            let entry = catalogue.find(&event.provider, name);
            let place = self.asked.places.get(key.as_str());
            told.extend(place.zip(entry).map(|(place, entry)| (*place, catalogue.weakens(entry, event))));
        })?;
        for (place, told) in told {
            let operation = match place {
                Place::Kept(index) => self.operations.get_mut(index),
                Place::Part(index) => self.parts.get_mut(index).map(|part| &mut part.operation),
            };
            if let Some(operation) = operation {
                operation.note_weakening(told);
            }
        }
        Ok(())
    }
}
