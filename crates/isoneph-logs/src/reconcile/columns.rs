//! Columns of record batches of the table `audit_event`, plain or with a dictionary.

use std::borrow::Cow;
use std::str::FromStr;

use arrow::array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, ListArray, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::Int32Type;
use isoneph_tables::Instant;

use crate::event::MaybeText;

/// A batch that is not of the table.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The column is not there.
    #[error("a batch of audit_event has no column '{0}'")]
    Missing(&'static str),
    /// The column is of another type.
    #[error("the column '{column}' of audit_event is of the type {found}")]
    Type {
        /// The column.
        column: &'static str,
        /// Its type.
        found: String,
    },
}

/// A column of texts.
pub(crate) enum Texts<'a> {
    /// As they are.
    Plain(&'a StringArray),
    /// By number.
    Dictionary(&'a DictionaryArray<Int32Type>, &'a StringArray),
}

impl<'a> Texts<'a> {
    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Texts::Plain(array) => array.is_valid(row).then(|| array.value(row)),
            Texts::Dictionary(array, values) => {
                let key = array.is_valid(row).then(|| array.keys().value(row))?;
                usize::try_from(key).ok().map(|key| values.value(key))
            }
        }
    }

    /// How many texts the dictionary has; `None` without one.
    pub(crate) fn distinct(&self) -> Option<usize> {
        match self {
            Texts::Plain(_) => None,
            Texts::Dictionary(_, values) => Some(values.len()),
        }
    }

    /// The place of a row's text in the dictionary.
    pub(crate) fn number(&self, row: usize) -> Option<usize> {
        match self {
            Texts::Plain(_) => None,
            Texts::Dictionary(array, _) => {
                array.is_valid(row).then(|| usize::try_from(array.keys().value(row)).ok()).flatten()
            }
        }
    }

    pub(crate) fn text(&self, row: usize) -> MaybeText<'a> {
        self.get(row).map(Cow::Borrowed)
    }
}

/// A batch, by the names of its columns.
pub(crate) struct Batch<'a>(pub(crate) &'a RecordBatch);

impl<'a> Batch<'a> {
    fn column(&self, name: &'static str) -> Result<&'a ArrayRef, BatchError> {
        self.0.column_by_name(name).ok_or(BatchError::Missing(name))
    }

    pub(crate) fn typed<T: 'static>(&self, name: &'static str) -> Result<&'a T, BatchError> {
        let column = self.column(name)?;
        column.as_any().downcast_ref::<T>().ok_or_else(|| of_type(name, column))
    }

    pub(crate) fn texts(&self, name: &'static str) -> Result<Texts<'a>, BatchError> {
        let column = self.column(name)?;
        if let Some(array) = column.as_any().downcast_ref::<StringArray>() {
            return Ok(Texts::Plain(array));
        }
        let array = column.as_any().downcast_ref::<DictionaryArray<Int32Type>>();
        let values = array.and_then(|array| array.values().as_any().downcast_ref::<StringArray>());
        array.zip(values).map(|(array, values)| Texts::Dictionary(array, values)).ok_or_else(|| of_type(name, column))
    }
}

fn of_type(column: &'static str, array: &ArrayRef) -> BatchError {
    BatchError::Type { column, found: array.data_type().to_string() }
}

pub(crate) fn time(array: &TimestampMicrosecondArray, row: usize) -> Option<Instant> {
    array.is_valid(row).then(|| Instant(array.value(row)))
}

pub(crate) fn truth(array: &BooleanArray, row: usize) -> Option<bool> {
    array.is_valid(row).then(|| array.value(row))
}

pub(crate) fn word<T: FromStr>(text: Option<&str>) -> Option<T> {
    text.and_then(|text| text.parse().ok())
}

pub(crate) fn texts_of(list: &ListArray, row: usize) -> Option<Vec<String>> {
    let values = list.is_valid(row).then(|| list.value(row))?;
    let values = values.as_any().downcast_ref::<StringArray>()?;
    Some(values.iter().flatten().map(str::to_owned).collect())
}
