//! Into the tables `log_digest` and `log_gap`.

use isoneph_model::{Extent, InputId};
use isoneph_tables::schema::{LogDigest, LogGap};
use isoneph_tables::{Cell, Common, Instant, Scope, Sink, SinkError, TableId};

use super::{Chain, DigestReport, Problem};
use crate::coverage::{LogCoverage, Stream, told_on, weakened_by};
use crate::reconcile::Operation;

impl DigestReport {
    /// Writes digests and the holes that they show. `operations` are those of the same logs: a hole names the one that
    /// stopped the record. `covered` has the days that it may take from. `input_of` gives the input that a file (path, SHA-256) is kept under.
    pub fn write(
        &self,
        operations: &[Operation],
        covered: &LogCoverage,
        sink: &mut Sink,
        snapshot: i64,
        input_of: &mut dyn FnMut(&mut Sink, &str, &str) -> InputId,
    ) -> Result<(), SinkError> {
        let mut inputs = Vec::new();
        for digest in &self.digests {
            let input = input_of(sink, &digest.file, &digest.sha256);
            inputs.push(input);
            let place = sink.place(input, "#")?;
            let chain = &self.chains[digest.chain];
            let common = common(chain, format!("log-digest:{}", digest.object), &digest.object);
            let missing = digest.files_missing.as_ref().map(|files| files.len() as i64);
            let row = LogDigest {
                trail: chain.trail.as_str().into(),
                begins_at: digest.begins_at.into(),
                ends_at: digest.ends_at.into(),
                signature_valid: known(digest.signature_valid),
                link_valid: digest.link_valid.into(),
                continuous: digest.continuous.into(),
                files: i64::try_from(digest.files).unwrap_or(i64::MAX).into(),
                files_missing: known(missing),
                files_changed: known(missing.map(|_| digest.files_changed.len() as i64)),
                backfill: chain.backfill.into(),
                problems: digest.problems.iter().map(|p| p.as_str().to_owned()).collect::<Vec<_>>().into(),
            };
            sink.push(snapshot, place, &common, &row)?;
        }
        for (index, gap) in self.gaps.iter().enumerate() {
            let Some(input) = inputs.get(gap.digest) else { continue };
            let place = sink.place(*input, "#")?;
            let chain = &self.chains[gap.chain];
            let basis = match gap.problem {
                Problem::FileMissing => "file-missing",
                Problem::FileChanged | Problem::FileUnreadable => "file-changed",
                Problem::FileNotCompared => "file-not-compared",
                Problem::FileUnlisted => "file-unlisted",
                _ => "digest-missing",
            };
            let common = common(chain, format!("log-gap:digest:{}:{index}", chain.region), &gap.object);
            // Another trail, without digests, may have written what no digest names; or it may have taken this one's place.
            let open = [Problem::FileUnlisted, Problem::OtherTrail, Problem::FileNotCompared];
            let certain = (!open.contains(&gap.problem)).then_some(true);
            let times = (gap.begins_at, gap.ends_at);
            let (account, region) = (chain.account.clone(), chain.region.clone());
            let stream = Stream { provider: "aws".to_owned(), account, region };
            let row = gap_row(&stream, basis, certain, times, covered.days_between(times.0, times.1));
            let by = weakened_by(operations, "aws", &chain.account, gap.begins_at).unwrap_or_default();
            let (trail, detail) = (chain.trail.as_str().into(), gap.object.as_str().into());
            let row = LogGap { trail, detail, weakened_by: by.into(), ..row };
            sink.push(snapshot, place, &common, &row)?;
        }
        let table = TableId::find("log_digest");
        for ((chain, input), table) in self.chains.iter().zip(inputs.first()).zip(table) {
            let scope = Scope {
                provider: Some("aws".to_owned()),
                account: Some(chain.account.clone()),
                region: Some(chain.region.clone()),
                ..Scope::default()
            };
            sink.covers(table, snapshot, *input, scope, Extent::Declared);
        }
        Ok(())
    }
}

fn common(chain: &Chain, uid: String, native_id: &str) -> Common {
    Common {
        uid,
        provider: "aws".into(),
        account: chain.account.as_str().into(),
        region: chain.region.as_str().into(),
        native_id: native_id.into(),
        name: chain.trail.as_str().into(),
        ..Common::default()
    }
}

/// A row of `log_gap` that says whose, how long and which days.
pub(crate) fn gap_row(
    stream: &Stream,
    basis: &str,
    certain: Option<bool>,
    (begins_at, ends_at): (Instant, Instant),
    days: Vec<String>,
) -> LogGap {
    LogGap {
        basis: basis.into(),
        certain: known(certain),
        begins_at: begins_at.into(),
        ends_at: ends_at.into(),
        seconds: (ends_at.0.saturating_sub(begins_at.0) / 1_000_000).into(),
        told_on: told_on(&days, (begins_at, ends_at)).into(),
        days: days.into(),
        trail: "".into(),
        weakened_by: "".into(),
        detail: "".into(),
        stream: stream.name().into(),
    }
}

fn known<T>(value: Option<T>) -> Cell<T> {
    value.map_or_else(Cell::default, Cell::Known)
}
