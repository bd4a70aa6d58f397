//! Events out of record batches of the table `audit_event`, so that what was ingested can be judged from Parquet.

use std::borrow::Cow;

use arrow::array::{BooleanArray, Int64Array, ListArray, RecordBatch, TimestampMicrosecondArray};

use super::Reconciler;
use super::columns::{Batch, BatchError, Texts, texts_of, time, truth, word};
use crate::event::{Actor, Event, EventOutcome, Phase, SourcePlace};

/// The columns of `audit_event` that a batch must have; others are left alone.
pub const COLUMNS: &[&str] = &[
    "provider",
    "account",
    "region",
    "native_type",
    "native_id",
    "uid",
    "time",
    "operation",
    "operation_name",
    "actor_kind",
    "actor",
    "actor_name",
    "actor_account",
    "session",
    "session_issuer",
    "mfa",
    "invoked_by",
    "acting_as",
    "targets",
    "outcome",
    "error_code",
    "operation_id",
    "phase",
    "source_file",
    "source_sha256",
    "source_index",
];

impl Reconciler<'_> {
    /// Takes in the rows of a batch of `audit_event`, which has [`COLUMNS`] at least.
    pub fn observe_batch(&mut self, batch: &RecordBatch) -> Result<(), BatchError> {
        let catalogue = self.catalogue;
        let rows = Batch(batch);
        let (provider, name) = (rows.texts("provider")?, rows.texts("operation_name")?);
        let is_critical = |provider: &str, name: &str| catalogue.find(provider, name).is_some();
        let critical = wanted_rows(batch.num_rows(), &provider, &name, &is_critical);
        let is_asked = |row: &usize| {
            let entry = provider.get(*row).zip(name.get(*row)).and_then(|(cloud, name)| catalogue.find(cloud, name));
            entry.is_some_and(|entry| catalogue.weakens_by_request(entry))
        };
        self.asked.mark(critical.iter().copied().filter(is_asked), batch.num_rows());
        give_rows(&rows, &critical, &mut |event, place| self.observe(event, place))?;
        self.seen.events += batch.num_rows().saturating_sub(critical.len()) as u64;
        Ok(())
    }
}

/// Gives the operations of a batch of `audit_event`, which has [`COLUMNS`] at least, that somebody wants, by cloud and name,
/// and how many there are. What was asked and answered is given where the batch has it.
pub(crate) fn each_wanted(
    batch: &RecordBatch,
    is_wanted: &dyn Fn(&str, &str) -> bool,
    take: &mut dyn FnMut(&Event<'_>, &SourcePlace<'_>),
) -> Result<usize, BatchError> {
    let rows = Batch(batch);
    let (provider, name) = (rows.texts("provider")?, rows.texts("operation_name")?);
    let wanted = wanted_rows(batch.num_rows(), &provider, &name, is_wanted);
    give_rows(&rows, &wanted, take)?;
    Ok(wanted.len())
}

/// The most pairs of a provider and an operation that are remembered for a batch.
const MAX_PAIRS: usize = 1 << 20;

/// The rows whose operation is wanted. Where texts have numbers, each pair of them is looked up once.
fn wanted_rows(
    rows: usize,
    provider: &Texts<'_>,
    name: &Texts<'_>,
    is_wanted: &dyn Fn(&str, &str) -> bool,
) -> Vec<usize> {
    let is_wanted = |row: usize| match (provider.get(row), name.get(row)) {
        (Some(provider), Some(name)) => is_wanted(provider, name),
        _ => false,
    };
    let pairs = provider.distinct().zip(name.distinct()).and_then(|(some, others)| some.checked_mul(others));
    let (Some(pairs), Some(width)) = (pairs.filter(|pairs| *pairs <= MAX_PAIRS), name.distinct()) else {
        return (0..rows).filter(|row| is_wanted(*row)).collect();
    };
    let mut known: Vec<Option<bool>> = vec![None; pairs];
    let mut is_known = |row: &usize| match (provider.number(*row), name.number(*row)) {
        (Some(provider), Some(name)) => *known[provider * width + name].get_or_insert_with(|| is_wanted(*row)),
        _ => false,
    };
    (0..rows).filter(|row| is_known(row)).collect()
}

fn give_rows(
    rows: &Batch<'_>,
    wanted: &[usize],
    take: &mut dyn FnMut(&Event<'_>, &SourcePlace<'_>),
) -> Result<(), BatchError> {
    let text = |name| rows.texts(name);
    let (provider, name, uid) = (text("provider")?, text("operation_name")?, text("uid")?);
    let (account, region, native_type, id) =
        (text("account")?, text("region")?, text("native_type")?, text("native_id")?);
    let (operation, kind, actor, actor_name) =
        (text("operation")?, text("actor_kind")?, text("actor")?, text("actor_name")?);
    let (session, issuer, invoked_by, acting_as) =
        (text("session")?, text("session_issuer")?, text("invoked_by")?, text("acting_as")?);
    let (outcome, error) = (text("outcome")?, text("error_code")?);
    let (request, response) = (text("raw_request").ok(), text("raw_response").ok());
    let (additional, category) = (text("raw_additional").ok(), text("category").ok());
    let actor_account = text("actor_account").ok();
    let (operation_id, phase, file, sha256) =
        (text("operation_id")?, text("phase")?, text("source_file")?, text("source_sha256")?);
    let at: &TimestampMicrosecondArray = rows.typed("time")?;
    let mfa: &BooleanArray = rows.typed("mfa")?;
    let targets: &ListArray = rows.typed("targets")?;
    let index: &Int64Array = rows.typed("source_index")?;
    for &row in wanted {
        let (id, provider) = (id.get(row).unwrap_or_default(), provider.get(row).unwrap_or_default());
        let part = part_of(uid.get(row).unwrap_or_default(), provider, account.get(row), id);
        let event = Event {
            provider: Cow::Borrowed(provider),
            account: account.text(row),
            region: region.text(row),
            id: Cow::Borrowed(id),
            id_part: Cow::Borrowed(part),
            native_type: native_type.text(row),
            time: time(at, row),
            operation: operation.text(row),
            operation_name: name.text(row),
            actor: Actor {
                kind: word(kind.get(row)),
                id: actor.text(row),
                name: actor_name.text(row),
                account: actor_account.as_ref().and_then(|texts| texts.text(row)),
                session: session.text(row),
                session_issuer: issuer.text(row),
                mfa: truth(mfa, row),
                invoked_by: invoked_by.text(row),
                acting_as: acting_as.text(row),
                ..Actor::default()
            },
            targets: texts_of(targets, row).map(|all| all.into_iter().map(Cow::Owned).collect()),
            outcome: word::<EventOutcome>(outcome.get(row)),
            error_code: error.text(row),
            operation_id: operation_id.text(row),
            phase: word::<Phase>(phase.get(row)),
            raw_request: request.as_ref().and_then(|texts| texts.text(row)),
            raw_response: response.as_ref().and_then(|texts| texts.text(row)),
            raw_additional: additional.as_ref().and_then(|texts| texts.text(row)),
            category: category.as_ref().and_then(|texts| word(texts.get(row))).unwrap_or_default(),
            ..Event::default()
        };
        let index = u64::try_from(index.value(row)).unwrap_or_default();
        let (file, sha256) = (file.get(row).unwrap_or_default(), sha256.get(row).unwrap_or_default());
        take(&event, &SourcePlace { file, sha256, index });
    }
    Ok(())
}

/// What stands behind the event's own id in its `uid`: `provider/account/id/part`.
fn part_of<'a>(uid: &'a str, provider: &str, account: Option<&str>, id: &str) -> &'a str {
    let end = provider.len() + 1 + account.map_or(1, str::len) + 1 + id.len();
    uid.get(end..).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default()
}
