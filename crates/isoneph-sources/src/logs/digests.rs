//! Digest files of CloudTrail among the logs, verified against what was read.

use isoneph_logs::digest::{DigestInputs, DigestReport, DigestsOfStores, verify};
use isoneph_model::{InputId, Locator};
use isoneph_tables::Sink;

use super::LogsError;
use super::against::LogsAgainst;

/// Verifies the digests of stores; `None` where there are none to look at.
pub(super) fn verified(
    digests: DigestsOfStores,
    against: &LogsAgainst<'_>,
    first: InputId,
    sink: &mut Sink,
) -> Result<Option<DigestReport>, LogsError> {
    if digests.is_empty() {
        return Ok(None);
    }
    tell_gone(&digests, first, sink);
    let mut inputs = DigestInputs {
        keys: against.public_keys()?,
        signatures: against.signatures()?,
        period: against.period,
        ..DigestInputs::default()
    };
    digests.add_to(&mut inputs);
    let report = verify(&inputs).map_err(|error| LogsError::Given(error.to_string()))?;
    if report.digests.is_empty() && report.refused.is_empty() {
        return Ok(None);
    }
    if against.public_keys.is_empty() {
        let message = "digest files were found, but no public keys: no signature was verified (`--public-keys`)";
        sink.input_mut(first).notes.push(message.to_owned());
    }
    for refused in &report.refused {
        sink.reject(first, Locator::new(refused.file.clone()), "digest-unreadable", refused.message.clone());
    }
    if let Some(name) = report.unlisted.first() {
        let count = report.unlisted.len();
        sink.input_mut(first).notes.push(format!("{count} log files are named by no digest, the first is {name}"));
    }
    Ok(Some(report))
}

/// Of digests that are gone, and of which no copy is left, somebody must be told.
fn tell_gone(digests: &DigestsOfStores, first: InputId, sink: &mut Sink) {
    let gone = digests.gone();
    if let Some(one) = gone.first() {
        let message = format!(
            "{} digest files that the store names are not where they were: nothing was verified by them; give their folder as well",
            gone.len()
        );
        sink.reject(first, Locator::new(one.display().to_string()), "digest-not-found", message);
    }
}
