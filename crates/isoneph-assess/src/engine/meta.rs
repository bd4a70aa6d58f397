//! Tables about the run itself, for questions of the user's own: what is not known, what was covered, what was read.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use isoneph_tables::{Inventory, TableId};

/// Their names.
pub(crate) const META_TABLES: &[&str] = &["gap", "coverage", "snapshot", "input"];

fn schema(columns: &[(&str, DataType)]) -> SchemaRef {
    let fields: Vec<Field> = columns.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect();
    Arc::new(Schema::new(fields))
}

/// Their columns.
pub(crate) fn schemas() -> Vec<(&'static str, SchemaRef)> {
    use DataType::{Int64, Utf8};
    let time = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let columns = [
        schema(&[("row", Int64), ("table_name", Utf8), ("column_name", Utf8), ("code", Utf8)]),
        schema(&[
            ("table_name", Utf8),
            ("snapshot", Int64),
            ("provider", Utf8),
            ("account", Utf8),
            ("region", Utf8),
            ("native_type", Utf8),
            ("subject", Utf8),
            ("extent", Utf8),
            ("code", Utf8),
            ("input", Int64),
            ("locator", Utf8),
        ]),
        schema(&[("id", Int64), ("input", Int64), ("kind", Utf8), ("observed_at", time())]),
        schema(&[
            ("id", Int64),
            ("path", Utf8),
            ("sha256", Utf8),
            ("format", Utf8),
            ("class", Utf8),
            ("records", Int64),
        ]),
    ];
    META_TABLES.iter().copied().zip(columns).collect()
}

fn texts<T: AsRef<str>>(values: impl Iterator<Item = Option<T>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn numbers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

/// Their rows.
pub(crate) fn batches(inventory: &Inventory) -> Result<Vec<RecordBatch>, ArrowError> {
    let Inventory { gaps, coverage, snapshots, inputs, .. } = inventory;
    let table = |ordinal| TableId::from_ordinal(ordinal).map(TableId::def);
    let column = |gap: &isoneph_tables::Gap| {
        table(gap.row.table())
            .and_then(|table| table.all_columns().nth(usize::from(gap.column)))
            .map(|column| column.name)
    };
    let columns: Vec<Vec<ArrayRef>> = vec![
        vec![
            numbers(gaps.iter().map(|gap| gap.row.column())),
            texts(gaps.iter().map(|gap| table(gap.row.table()).map(|table| table.name))),
            texts(gaps.iter().map(column)),
            texts(gaps.iter().map(|gap| Some(gap.code.as_str()))),
        ],
        vec![
            texts(coverage.iter().map(|entry| Some(entry.table.def().name))),
            numbers(coverage.iter().map(|entry| entry.snapshot)),
            texts(coverage.iter().map(|entry| entry.scope.provider.as_ref())),
            texts(coverage.iter().map(|entry| entry.scope.account.as_ref())),
            texts(coverage.iter().map(|entry| entry.scope.region.as_ref())),
            texts(coverage.iter().map(|entry| entry.scope.native_type.as_ref())),
            texts(coverage.iter().map(|entry| entry.scope.subject.as_ref())),
            texts(coverage.iter().map(|entry| Some(entry.extent.as_str()))),
            texts(coverage.iter().map(|entry| entry.code.map(isoneph_model::GapCode::as_str))),
            numbers(coverage.iter().map(|entry| i64::from(entry.input.0))),
            texts(coverage.iter().map(|entry| entry.locator.as_ref().map(isoneph_model::Locator::as_str))),
        ],
        vec![
            numbers(snapshots.iter().map(|snapshot| snapshot.id)),
            numbers(snapshots.iter().map(|snapshot| i64::from(snapshot.input.0))),
            texts(snapshots.iter().map(|snapshot| Some(snapshot.kind.as_str()))),
            Arc::new(
                snapshots
                    .iter()
                    .map(|snapshot| snapshot.observed_at.map(|at| at.0))
                    .collect::<TimestampMicrosecondArray>()
                    .with_timezone("UTC"),
            ),
        ],
        vec![
            numbers((0..).take(inputs.len())),
            texts(inputs.iter().map(|input| Some(&input.path))),
            texts(inputs.iter().map(|input| input.sha256.map(|digest| digest.to_string()))),
            texts(inputs.iter().map(|input| Some(&input.format))),
            texts(inputs.iter().map(|input| input.class.map(isoneph_model::EvidenceClass::as_str))),
            numbers(inputs.iter().map(|input| i64::try_from(input.records).unwrap_or(i64::MAX))),
        ],
    ];
    let schemas = schemas().into_iter().map(|(_, schema)| schema);
    schemas.zip(columns).map(|(schema, columns)| RecordBatch::try_new(schema, columns)).collect()
}
