//! Events back out of a store, batch by batch.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};

use super::columns::DISTINCT;
use super::error::IngestError;

/// Rows that are read at a time.
const BATCH: usize = 8192;

/// Gives the rows of one Parquet file of a store, with the columns that are named. Texts that repeat come as numbers and
/// a dictionary, as they stand in the file: nobody has to copy or compare them row by row.
pub fn each_batch<E: From<IngestError>>(
    part: &Path,
    columns: &[&str],
    take: &mut dyn FnMut(&RecordBatch) -> Result<(), E>,
) -> Result<(), E> {
    each_batch_of(part, columns, None, take)
}

/// The same for some of the rows, counted from the first of the file: ranges in order, none of which meets another. Pages
/// without any of them are not unpacked.
pub fn each_batch_of_rows<E: From<IngestError>>(
    part: &Path,
    columns: &[&str],
    rows: Vec<Range<usize>>,
    take: &mut dyn FnMut(&RecordBatch) -> Result<(), E>,
) -> Result<(), E> {
    each_batch_of(part, columns, Some(rows), take)
}

fn each_batch_of<E: From<IngestError>>(
    part: &Path,
    columns: &[&str],
    rows: Option<Vec<Range<usize>>>,
    take: &mut dyn FnMut(&RecordBatch) -> Result<(), E>,
) -> Result<(), E> {
    let at = |source| IngestError::parquet(part, source);
    let file = File::open(part).map_err(|source| IngestError::file(part, source))?;
    let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(at)?;
    let options = ArrowReaderOptions::new().with_schema(numbered(plain.schema()));
    let metadata = ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).map_err(at)?;
    let all = metadata.metadata().row_groups().iter().map(|group| usize::try_from(group.num_rows()).unwrap_or(0)).sum();
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
    if let Some(rows) = rows {
        builder = builder.with_row_selection(RowSelection::from_consecutive_ranges(rows.into_iter(), all));
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    for batch in builder.with_projection(mask).with_batch_size(BATCH).build().map_err(at)? {
        take(&batch.map_err(|error| at(error.into()))?)?;
    }
    Ok(())
}

/// A schema whose texts, where they repeat, have a dictionary.
fn numbered(schema: &Schema) -> SchemaRef {
    let field = |field: &Arc<Field>| {
        if *field.data_type() != DataType::Utf8 || DISTINCT.contains(&field.name().as_str()) {
            return Arc::clone(field);
        }
        let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        Arc::new(Field::clone(field).with_data_type(kind))
    };
    Arc::new(Schema::new_with_metadata(
        schema.fields().iter().map(field).collect::<Vec<_>>(),
        schema.metadata().clone(),
    ))
}
