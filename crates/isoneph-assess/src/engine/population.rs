//! The subjects of a run, table by table, in the order in which their outcomes are told.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use isoneph_assessment::Subject;
use isoneph_model::RowId;
use isoneph_tables::Scope;

/// Places of the common columns.
pub(crate) mod common {
    pub(crate) const SNAPSHOT: usize = 0;
    pub(crate) const UID: usize = 1;
    pub(crate) const ROW: usize = 2;
    pub(crate) const PROVIDER: usize = 3;
    pub(crate) const ACCOUNT: usize = 4;
    pub(crate) const REGION: usize = 5;
    pub(crate) const NATIVE_TYPE: usize = 6;
    pub(crate) const NAME: usize = 8;
    pub(crate) const SERVICE: usize = 10;
}

/// The subjects of one table.
pub(crate) struct Population {
    pub(crate) batch: RecordBatch,
    /// Indices into the batch, by address and then row.
    pub(crate) order: Vec<u32>,
    /// Of a uid, the first index that has it; a later one points at it through `same_as`.
    by_uid: HashMap<String, u32>,
    same_as: Vec<u32>,
}

impl Population {
    pub(crate) fn of(batch: RecordBatch) -> Population {
        let mut by_uid = HashMap::with_capacity(batch.num_rows());
        let mut same_as = Vec::with_capacity(batch.num_rows());
        let mut order: Vec<u32> = (0..batch.num_rows() as u32).collect();
        {
            let population = PopulationView { batch: &batch };
            for index in 0..batch.num_rows() {
                let first = by_uid.entry(population.uid(index).to_owned()).or_insert(index as u32);
                same_as.push(*first);
            }
            order.sort_by(|a, b| population.address(*a as usize).cmp(population.address(*b as usize)).then(a.cmp(b)));
        }
        Population { batch, order, by_uid, same_as }
    }

    pub(crate) fn view(&self) -> PopulationView<'_> {
        PopulationView { batch: &self.batch }
    }

    /// The index under which the observations of a uid are kept.
    pub(crate) fn find(&self, uid: &str) -> Option<u32> {
        self.by_uid.get(uid).copied()
    }

    /// The index under which the observations of a subject are kept.
    pub(crate) fn kept_under(&self, index: u32) -> u32 {
        self.same_as[index as usize]
    }
}

/// Cells of a table's common columns.
#[derive(Clone, Copy)]
pub(crate) struct PopulationView<'a> {
    batch: &'a RecordBatch,
}

impl<'a> PopulationView<'a> {
    fn column(self, column: usize) -> &'a StringArray {
        self.batch.column(column).as_string::<i32>()
    }

    pub(crate) fn text(self, column: usize, index: usize) -> Option<&'a str> {
        let column = self.column(column);
        column.is_valid(index).then(|| column.value(index))
    }

    pub(crate) fn uid(self, index: usize) -> &'a str {
        self.column(common::UID).value(index)
    }

    pub(crate) fn snapshot(self, index: usize) -> i64 {
        self.batch.column(common::SNAPSHOT).as_primitive::<Int64Type>().value(index)
    }

    pub(crate) fn row(self, index: usize) -> Option<RowId> {
        RowId::from_column(self.batch.column(common::ROW).as_primitive::<Int64Type>().value(index))
    }

    /// The uid without the snapshot's number that some sources put before it.
    pub(crate) fn address(self, index: usize) -> &'a str {
        address_of(self.uid(index), self.snapshot(index))
    }

    pub(crate) fn subject(self, index: usize) -> Subject {
        let text = |column| self.text(column, index).unwrap_or_default().to_owned();
        Subject {
            address: self.address(index).to_owned(),
            name: text(common::NAME),
            native_type: text(common::NATIVE_TYPE),
            provider: text(common::PROVIDER),
            account: text(common::ACCOUNT),
            region: text(common::REGION),
        }
    }

    pub(crate) fn scope(self, index: usize) -> Scope {
        let text = |column| self.text(column, index).map(str::to_owned);
        Scope {
            provider: text(common::PROVIDER),
            account: text(common::ACCOUNT),
            region: text(common::REGION),
            native_type: text(common::NATIVE_TYPE),
            subject: Some(self.uid(index).to_owned()),
        }
    }
}

/// A uid without the snapshot's number before it.
pub(crate) fn address_of(uid: &str, snapshot: i64) -> &str {
    let rest = uid.split_once(':').filter(|(number, _)| number.parse() == Ok(snapshot));
    rest.map_or(uid, |(_, address)| address)
}
