//! Times out of record batches of the table `audit_event`.

use arrow::array::{Int64Array, RecordBatch, TimestampMicrosecondArray};

use super::{CoverageBuilder, is_asked_for};
use crate::event::{SourcePlace, is_notice};
use crate::reconcile::BatchError;
use crate::reconcile::columns::{Batch, time};

/// The columns of `audit_event` that a batch must have; others are left alone.
pub const COLUMNS: &[&str] = &[
    "provider",
    "account",
    "region",
    "native_type",
    "category",
    "time",
    "delivered_at",
    "source_file",
    "source_sha256",
    "source_index",
];

impl CoverageBuilder {
    /// Takes in the rows of a batch of `audit_event`, which has [`COLUMNS`] at least.
    pub fn observe_batch(&mut self, batch: &RecordBatch) -> Result<(), BatchError> {
        let rows = Batch(batch);
        let (provider, account, region) = (rows.texts("provider")?, rows.texts("account")?, rows.texts("region")?);
        let (kind, category) = (rows.texts("native_type")?, rows.texts("category")?);
        let (file, sha256) = (rows.texts("source_file")?, rows.texts("source_sha256")?);
        let index: &Int64Array = rows.typed("source_index")?;
        let at: &TimestampMicrosecondArray = rows.typed("time")?;
        let delivered: &TimestampMicrosecondArray = rows.typed("delivered_at")?;
        for row in (0..batch.num_rows()).filter(|row| !is_notice(kind.get(*row))) {
            let names = [&provider, &account, &region].map(|texts| texts.get(row).unwrap_or_default());
            let times = (time(at, row), time(delivered, row));
            let asked_for = category.get(row).is_some_and(is_asked_for);
            self.add((names[0], names[1], names[2]), times, asked_for, || SourcePlace {
                file: file.get(row).unwrap_or_default(),
                sha256: sha256.get(row).unwrap_or_default(),
                index: u64::try_from(index.value(row)).unwrap_or_default(),
            });
        }
        Ok(())
    }
}
