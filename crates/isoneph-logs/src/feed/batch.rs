//! Events of feeds and records out of record batches of the table `audit_event`.

use arrow::array::{Int64Array, ListArray, RecordBatch, TimestampMicrosecondArray};

use super::{FeedEvent, FeedWatch};
use crate::event::SourcePlace;
use crate::reconcile::BatchError;
use crate::reconcile::columns::{Batch, texts_of, time, word};

/// The columns of `audit_event` that a batch must have; others are left alone.
pub const COLUMNS: &[&str] = &[
    "provider",
    "account",
    "uid",
    "time",
    "delivered_at",
    "category",
    "operation_name",
    "actor",
    "outcome",
    "source_address",
    "raw_request",
    "targets",
    "source_file",
    "source_sha256",
    "source_index",
];

impl FeedWatch<'_> {
    /// Takes in the rows of a batch of `audit_event` of the feed with this number, which has [`COLUMNS`] at least.
    pub fn observe_feed_batch(&mut self, feed: usize, batch: &RecordBatch) -> Result<(), BatchError> {
        let reads_names = self.tenants.reads_names;
        each_row(batch, reads_names, &mut |event| self.observe_feed(feed, event))
    }

    /// Takes in the rows of a batch of the provider's record. All feeds must have been taken in before.
    pub fn observe_record_batch(&mut self, batch: &RecordBatch) -> Result<(), BatchError> {
        let reads_names = self.tenants.reads_names;
        each_row(batch, reads_names, &mut |event| self.observe_record(event))
    }
}

fn each_row(batch: &RecordBatch, reads_names: bool, take: &mut dyn FnMut(&FeedEvent<'_>)) -> Result<(), BatchError> {
    let rows = Batch(batch);
    let (provider, account, uid) = (rows.texts("provider")?, rows.texts("account")?, rows.texts("uid")?);
    let (category, operation, actor) = (rows.texts("category")?, rows.texts("operation_name")?, rows.texts("actor")?);
    let (outcome, file, sha256) = (rows.texts("outcome")?, rows.texts("source_file")?, rows.texts("source_sha256")?);
    let (address, request) = (rows.texts("source_address")?, rows.texts("raw_request")?);
    let at: &TimestampMicrosecondArray = rows.typed("time")?;
    let delivered: &TimestampMicrosecondArray = rows.typed("delivered_at")?;
    let targets: &ListArray = rows.typed("targets")?;
    let index: &Int64Array = rows.typed("source_index")?;
    for row in 0..batch.num_rows() {
        let texts = [&provider, &category, &operation, &actor, &file, &sha256].map(|all| all.get(row));
        let [provider, category, operation_name, actor, file, sha256] = texts.map(Option::unwrap_or_default);
        let named = if reads_names { texts_of(targets, row).unwrap_or_default() } else { Vec::new() };
        take(&FeedEvent {
            provider,
            account: account.get(row).unwrap_or_default(),
            id: id_of(uid.get(row).unwrap_or_default(), provider, account.get(row)),
            time: time(at, row),
            delivered_at: time(delivered, row),
            category,
            operation_name,
            actor,
            outcome: word(outcome.get(row)),
            address: address.get(row).unwrap_or_default(),
            request: request.get(row).unwrap_or_default(),
            targets: &named,
            place: SourcePlace { file, sha256, index: u64::try_from(index.value(row)).unwrap_or_default() },
        });
    }
    Ok(())
}

/// The event's own id, and its stage: what stands behind `provider/account/` in its `uid`.
fn id_of<'a>(uid: &'a str, provider: &str, account: Option<&str>) -> &'a str {
    uid.get(provider.len() + 1 + account.map_or(1, str::len) + 1..).unwrap_or(uid)
}
