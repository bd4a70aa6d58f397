//! Tables: the columns all of them share, the row types, and the macro that declares one.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::cell::Cell;
use crate::column::{Column, ColumnBuilder, ColumnKind};
use crate::schema::TABLES;

/// A table, by its place in [`TABLES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub(crate) u16);

impl TableId {
    /// The table's definition.
    pub fn def(self) -> &'static TableDef {
        &TABLES[usize::from(self.0)]
    }

    /// The ordinal, as [`RowId`](isoneph_model::RowId) carries it.
    pub fn ordinal(self) -> u16 {
        self.0
    }

    /// The table with this ordinal.
    pub fn from_ordinal(ordinal: u16) -> Option<TableId> {
        (usize::from(ordinal) < TABLES.len()).then_some(TableId(ordinal))
    }

    /// The table with this name.
    pub fn find(name: &str) -> Option<TableId> {
        TABLES.iter().position(|table| table.name == name).map(|i| TableId(i as u16))
    }

    /// Every table, in order.
    pub fn all() -> impl Iterator<Item = TableId> {
        (0..TABLES.len()).map(|i| TableId(i as u16))
    }
}

impl fmt::Display for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.def().name)
    }
}

/// A table: its name, what a row of it is, and its own columns.
#[derive(Debug, Clone, Copy)]
pub struct TableDef {
    /// Its name in SQL.
    pub name: &'static str,
    /// What a row of it is.
    pub doc: &'static str,
    /// The columns it has beside [`COMMON_COLUMNS`].
    pub columns: &'static [Column],
}

impl TableDef {
    /// Every column, the common ones first.
    pub fn all_columns(&self) -> impl Iterator<Item = &'static Column> {
        COMMON_COLUMNS.iter().chain(self.columns)
    }

    /// The place of a column among [`all_columns`](Self::all_columns).
    pub fn column_index(&self, name: &str) -> Option<usize> {
        self.all_columns().position(|column| column.name == name)
    }

    /// The Arrow schema.
    pub fn schema(&self) -> SchemaRef {
        let fields: Vec<Field> = self.all_columns().map(field_of).collect();
        Arc::new(Schema::new(fields))
    }
}

/// `row` and `snapshot` are never NULL, nor is `uid`: the sink sets the former, and a row without an identity cannot be built.
fn field_of(column: &'static Column) -> Field {
    match column.name {
        "row" | "snapshot" => Field::new(column.name, DataType::Int64, false),
        "uid" => Field::new(column.name, DataType::Utf8, false),
        _ => column.field(),
    }
}

macro_rules! columns {
    ($($name:literal $kind:ident $none:literal $doc:literal;)+) => {
        &[$(Column { name: $name, kind: ColumnKind::$kind, none: $none, doc: $doc },)+]
    };
}

/// The columns that every table has.
pub const COMMON_COLUMNS: &[Column] = columns! {
    "snapshot" Int "never: always set" "The snapshot the row belongs to (`snapshot.id`).";
    "uid" Text "never: always set" "The row's identity within its snapshot; other tables refer to it.";
    "row" Int "never: always set" "The number that stands for the row's place in the evidence.";
    "provider" Text "''" "The cloud: `aws`, `azure`, `google`, `kubernetes`, or another source's own word.";
    "account" Text "''" "The account, subscription or project it belongs to.";
    "region" Text "'global'" "The provider's region or location, in the provider's own spelling; `global` for what has none.";
    "native_type" Text "''" "The type as the source names it (`aws_s3_bucket`).";
    "native_id" Text "''" "The provider's own identifier (ARN, resource id, self link).";
    "name" Text "''" "The name a person would know it by.";
    "tags" Texts "[]" "Tags or labels, each as `key=value`, sorted.";
    "service" Text "''" "The cloud service it serves, as declared; `''` for none of the declared ones.";
    "tenant" Text "''" "The tenant it belongs to, as declared or tagged; `''` for no single tenant.";
};

/// The common columns of a row. Rows that come from one thing share one.
#[derive(Debug, Clone, Default)]
pub struct Common {
    /// See the column `uid`.
    pub uid: String,
    /// See the column `provider`.
    pub provider: Cell<String>,
    /// See the column `account`.
    pub account: Cell<String>,
    /// See the column `region`.
    pub region: Cell<String>,
    /// See the column `native_type`.
    pub native_type: Cell<String>,
    /// See the column `native_id`.
    pub native_id: Cell<String>,
    /// See the column `name`.
    pub name: Cell<String>,
    /// See the column `tags`.
    pub tags: Cell<Vec<String>>,
    /// See the column `service`.
    pub service: Cell<String>,
    /// See the column `tenant`.
    pub tenant: Cell<String>,
}

impl Common {
    /// The same thing under another identity: for rows of which one thing has several.
    pub fn part(self: &Rc<Self>, suffix: &str) -> Rc<Common> {
        Rc::new(Common { uid: format!("{}{suffix}", self.uid), ..Common::clone(self) })
    }
}

/// A typed row of one table.
pub trait Row {
    /// The table.
    fn table() -> TableId;

    /// Appends the row's own cells, in the order of [`TableDef::columns`], and reports each gap by column index.
    fn append(&self, columns: &mut [ColumnBuilder], gap: &mut dyn FnMut(usize, isoneph_model::GapCode));
}

/// Declares a table: the row type, its columns with their meaning and none-value.
///
/// ```text
/// table! {
///     /// A container of objects.
///     pub struct Bucket = "bucket" {
///         /// The cipher that encrypts objects at rest.
///         cipher: String, none "''";
///     }
/// }
/// ```
#[macro_export]
macro_rules! table {
    (
        $(#[doc = $doc:literal])+
        pub struct $row:ident = $name:literal {
            $($(#[doc = $cdoc:literal])+ $column:ident: $type:ty, none $none:literal;)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default)]
        pub struct $row {
            $($(#[doc = $cdoc])+ pub $column: $crate::Cell<$type>,)+
        }

        impl $row {
            /// The table's definition.
            pub const DEF: $crate::TableDef = $crate::TableDef {
                name: $name,
                doc: concat!($($doc, "\n",)+),
                columns: &[$($crate::Column {
                    name: stringify!($column),
                    kind: <$type as $crate::CellValue>::KIND,
                    doc: concat!($($cdoc, "\n",)+),
                    none: $none,
                },)+],
            };
        }

        impl $crate::Row for $row {
            fn table() -> $crate::TableId {
                // Evaluated by the compiler: a table that is missing from the list does not build.
                const ID: $crate::TableId = $crate::schema::id_of($name);
                ID
            }

            fn append(
                &self,
                columns: &mut [$crate::ColumnBuilder],
                gap: &mut dyn FnMut(usize, isoneph_model::GapCode),
            ) {
                let mut index = 0;
                $(
                    <$type as $crate::CellValue>::append(self.$column.known(), &mut columns[index]);
                    if let Some(code) = self.$column.gap() {
                        gap(index, code);
                    }
                    index += 1;
                )+
                let _ = index;
            }
        }
    };
}
