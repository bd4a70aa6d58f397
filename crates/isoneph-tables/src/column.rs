//! Columns: their kinds, their documentation, and the Arrow builders that fill them.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Int64Builder, ListBuilder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, TimeUnit};

/// What a column holds. Plain types only, so that the same SQL runs anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// An instant in UTC, to the microsecond.
    Time,
    /// A list of texts.
    Texts,
}

impl ColumnKind {
    /// The Arrow type.
    pub fn data_type(self) -> DataType {
        match self {
            ColumnKind::Text => DataType::Utf8,
            ColumnKind::Bool => DataType::Boolean,
            ColumnKind::Int => DataType::Int64,
            ColumnKind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            ColumnKind::Texts => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
        }
    }

    /// The name used in documentation and fixtures.
    pub fn as_str(self) -> &'static str {
        match self {
            ColumnKind::Text => "text",
            ColumnKind::Bool => "boolean",
            ColumnKind::Int => "integer",
            ColumnKind::Time => "timestamp",
            ColumnKind::Texts => "list of text",
        }
    }
}

/// A column of a table, with what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in SQL.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// What it means, and its unit.
    pub doc: &'static str,
    /// The value that says "there is none"; NULL never says that.
    pub none: &'static str,
}

impl Column {
    /// The column as an Arrow field.
    pub fn field(&self) -> Field {
        Field::new(self.name, self.kind.data_type(), true)
    }
}

/// The growing values of one column.
#[derive(Debug)]
pub enum ColumnBuilder {
    /// Of [`ColumnKind::Text`].
    Text(StringBuilder),
    /// Of [`ColumnKind::Bool`].
    Bool(BooleanBuilder),
    /// Of [`ColumnKind::Int`].
    Int(Int64Builder),
    /// Of [`ColumnKind::Time`].
    Time(TimestampMicrosecondBuilder),
    /// Of [`ColumnKind::Texts`].
    Texts(ListBuilder<StringBuilder>),
}

impl ColumnBuilder {
    /// An empty column. Most tables of a run stay empty: nothing is set aside beforehand.
    pub fn new(kind: ColumnKind) -> ColumnBuilder {
        match kind {
            ColumnKind::Text => ColumnBuilder::Text(StringBuilder::with_capacity(0, 0)),
            ColumnKind::Bool => ColumnBuilder::Bool(BooleanBuilder::with_capacity(0)),
            ColumnKind::Int => ColumnBuilder::Int(Int64Builder::with_capacity(0)),
            ColumnKind::Time => {
                ColumnBuilder::Time(TimestampMicrosecondBuilder::with_capacity(0).with_data_type(kind.data_type()))
            }
            ColumnKind::Texts => {
                ColumnBuilder::Texts(ListBuilder::with_capacity(StringBuilder::with_capacity(0, 0), 0))
            }
        }
    }

    // The typed rows fix each column's kind, so a mismatch below cannot be written by a source; should a bug make one,
    // NULL (unknown) is the answer that claims nothing.

    /// Appends a text or NULL.
    pub fn append_text(&mut self, value: Option<&str>) {
        match (self, value) {
            (ColumnBuilder::Text(builder), value) => builder.append_option(value),
            (other, _) => other.append_null(),
        }
    }

    /// Appends a boolean or NULL.
    pub fn append_bool(&mut self, value: Option<bool>) {
        match (self, value) {
            (ColumnBuilder::Bool(builder), value) => builder.append_option(value),
            (other, _) => other.append_null(),
        }
    }

    /// Appends a whole number or NULL.
    pub fn append_int(&mut self, value: Option<i64>) {
        match (self, value) {
            (ColumnBuilder::Int(builder), value) => builder.append_option(value),
            (other, _) => other.append_null(),
        }
    }

    /// Appends an instant, in microseconds since 1970 in UTC, or NULL.
    pub fn append_time(&mut self, value: Option<i64>) {
        match (self, value) {
            (ColumnBuilder::Time(builder), value) => builder.append_option(value),
            (other, _) => other.append_null(),
        }
    }

    /// Appends a list of texts or NULL.
    pub fn append_texts(&mut self, value: Option<&[String]>) {
        match (self, value) {
            (ColumnBuilder::Texts(builder), Some(texts)) => {
                for text in texts {
                    builder.values().append_value(text);
                }
                builder.append(true);
            }
            (other, _) => other.append_null(),
        }
    }

    /// Appends NULL.
    pub fn append_null(&mut self) {
        match self {
            ColumnBuilder::Text(builder) => builder.append_null(),
            ColumnBuilder::Bool(builder) => builder.append_null(),
            ColumnBuilder::Int(builder) => builder.append_null(),
            ColumnBuilder::Time(builder) => builder.append_null(),
            ColumnBuilder::Texts(builder) => builder.append_null(),
        }
    }

    /// The values so far; more can be appended.
    pub fn so_far(&self) -> ArrayRef {
        match self {
            ColumnBuilder::Text(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Bool(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Int(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Time(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Texts(builder) => Arc::new(builder.finish_cloned()),
        }
    }

    /// The finished column.
    pub fn finish(&mut self) -> ArrayRef {
        match self {
            ColumnBuilder::Text(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Bool(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Int(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Time(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Texts(builder) => Arc::new(builder.finish()),
        }
    }
}
