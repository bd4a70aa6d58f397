//! Log files that no digest names. A digest names every file that was delivered in its time, so that a file beside them
//! was put there by somebody else, or by another trail; by its name nobody can tell, only by what it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use isoneph_tables::Instant;

use super::chain::DELIVERY;
use super::document::{file_name, instant};
use super::files::{Found, hash_log, unpacked};
use super::{Chain, DigestGap, DigestReport, Problem};
use crate::decode::{Decoder, LogFormat, Output, Trouble};
use crate::event::Event;
use crate::ingest::hints;

/// The most unlisted files that are named.
const MAX_UNLISTED: usize = 10_000;

/// What the digests name.
#[derive(Default)]
pub(super) struct Listed<'d> {
    pub(super) names: BTreeSet<&'d str>,
    /// In lower case.
    pub(super) hashes: BTreeSet<String>,
}

/// The times of the events of a file, by account and region; `""` where a record does not say.
type Streams = BTreeMap<(String, String), (Instant, Instant)>;

/// Finds the files whose events lie in the time of a chain, the hour before its end aside, and tells them and what they
/// leave in doubt.
pub(super) fn find(found: &Found, known: &BTreeMap<PathBuf, String>, listed: &Listed<'_>, report: &mut DigestReport) {
    let mut decoder = Decoder::default();
    let mut rest: BTreeMap<usize, DigestGap> = BTreeMap::new();
    // What has the name of a listed file was compared with it.
    let unnamed = found.all_but_digests().filter(|path| !listed.names.contains(file_name(&path.to_string_lossy())));
    for path in unnamed {
        let Some(streams) = streams_of(path, known, listed, &mut decoder) else { continue };
        let shown = path.display().to_string();
        let gaps: Vec<DigestGap> = streams.iter().flat_map(|stream| gaps(stream, &shown, report)).collect();
        if gaps.is_empty() {
            if report.unproven.len() < MAX_UNLISTED {
                report.unproven.push(shown);
            }
            continue;
        }
        if report.unlisted.len() < MAX_UNLISTED {
            report.unlisted.push(shown);
            // Of an hour whose digest is missing it is known already.
            let is_new = |gap: &DigestGap| {
                let holes = report.gaps.iter().filter(|hole| hole.chain == gap.chain);
                !holes.into_iter().any(|hole| hole.begins_at <= gap.begins_at && gap.ends_at <= hole.ends_at)
            };
            let gaps: Vec<DigestGap> = gaps.into_iter().filter(is_new).collect();
            report.gaps.extend(gaps);
            continue;
        }
        // However many there are, what they leave in doubt stays so.
        for gap in gaps {
            let (begins_at, ends_at) = (gap.begins_at, gap.ends_at);
            let all = rest.entry(gap.chain).or_insert(gap);
            all.begins_at = all.begins_at.min(begins_at);
            all.ends_at = all.ends_at.max(ends_at);
        }
    }
    report.gaps.extend(rest.into_values());
    report.unlisted.sort();
    report.unproven.sort();
}

/// What a file holds; `None` where it is no log, or a copy of one that a digest names.
fn streams_of(
    path: &Path,
    known: &BTreeMap<PathBuf, String>,
    listed: &Listed<'_>,
    decoder: &mut Decoder,
) -> Option<Streams> {
    let hash = match known.get(path) {
        Some(hash) => Some(hash.clone()),
        None if !is_json(path).unwrap_or(true) => return None,
        None => hash_log(path).ok(),
    };
    if hash.is_some_and(|hash| listed.hashes.contains(&hash.to_ascii_lowercase())) {
        return None;
    }
    match read(path, decoder) {
        Ok(streams) if !streams.is_empty() => Some(streams),
        // What is gone, cannot be read or holds no event has its name at least.
        _ => by_name(path).map(|stream| Streams::from([stream])),
    }
}

fn is_json(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    unpacked(File::open(path)?)?.take(4096).read_to_end(&mut head)?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    Ok(matches!(text.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'[' | 0x1e)))
}

fn read(path: &Path, decoder: &mut Decoder) -> io::Result<Streams> {
    let mut seen = Seen::default();
    decoder.file(Vec::new(), unpacked(File::open(path)?)?, &hints(path), &mut seen)?;
    Ok(seen.0)
}

/// Collects the times of events.
#[derive(Default)]
struct Seen(Streams);

impl Output for Seen {
    fn event(&mut self, format: LogFormat, _: u64, event: &Event<'_>) -> io::Result<()> {
        if format == LogFormat::CloudTrail {
            let [account, region] =
                [&event.account, &event.region].map(|text| text.as_deref().unwrap_or_default().to_owned());
            // One that does not say when may be of any time.
            let (first, last) = event.time.map_or((Instant(i64::MIN), Instant(i64::MAX)), |time| (time, time));
            let times = self.0.entry((account, region)).or_insert((first, last));
            *times = (times.0.min(first), times.1.max(last));
        }
        Ok(())
    }

    fn reject(&mut self, _: u64, _: u64, _: Trouble) {}

    fn digest(&mut self) {}

    fn list(&mut self) {}
}

/// Of a log file by the name that CloudTrail gives it: `ACCOUNT_CloudTrail_REGION_TIME_…`.
fn by_name(path: &Path) -> Option<((String, String), (Instant, Instant))> {
    let shown = path.to_string_lossy();
    let mut parts = file_name(&shown).split('_');
    let (account, _, region, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let delivered = instant(&format!(
        "{}-{}-{}T{}:{}:00Z",
        time.get(..4)?,
        time.get(4..6)?,
        time.get(6..8)?,
        time.get(9..11)?,
        time.get(11..13)?
    ))?;
    Some(((account.to_owned(), region.to_owned()), (delivered, delivered)))
}

/// What a file leaves in doubt: in each chain of its account and region the time of its events.
fn gaps(
    ((account, region), (first, last)): (&(String, String), &(Instant, Instant)),
    shown: &str,
    report: &DigestReport,
) -> Vec<DigestGap> {
    let is_of = |chain: &Chain| {
        !chain.backfill
            && (account.is_empty() || *account == chain.account)
            && (region.is_empty() || *region == chain.region)
            && first.0 <= chain.ends_at.0.saturating_sub(DELIVERY)
            && *last >= chain.begins_at
    };
    let chains = report.chains.iter().enumerate().filter(|(_, chain)| is_of(chain));
    let gap = |(number, chain): (usize, &Chain)| {
        let begins_at = (*first).max(chain.begins_at);
        let shows = |digest: &super::VerifiedDigest| digest.chain == number && digest.ends_at > begins_at;
        let digest = report.digests.iter().position(shows)?;
        let (ends_at, object) = ((*last).min(chain.ends_at), shown.to_owned());
        Some(DigestGap { chain: number, problem: Problem::FileUnlisted, begins_at, ends_at, object, digest })
    };
    chains.filter_map(gap).collect()
}
