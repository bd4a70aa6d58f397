//! Signatures, links and hours of chains of digests.

use std::collections::{BTreeMap, HashMap};

use isoneph_tables::Instant;

use super::document::{Digest, Trail, file_name};
use super::files::{Found, add_problem};
use super::keys::{PublicKey, decode_hex};
use super::{Chain, DigestGap, DigestReport, Problem, Proven, VerifiedDigest};

const ALGORITHM: &str = "SHA256withRSA";

/// Verifies the digests that were found: by trail, then by time.
pub(super) fn verify(found: &Found, keys: &[PublicKey], period: Option<(Instant, Instant)>) -> DigestReport {
    let mut trails: BTreeMap<Trail, Vec<&Digest>> = BTreeMap::new();
    for digest in &found.digests {
        trails.entry(digest.trail()).or_default().push(digest);
    }
    let signatures = Signatures::new(found);
    let mut report = DigestReport::default();
    for (trail, mut digests) in trails {
        digests.sort_by_key(|digest| (digest.ends_at, digest.begins_at, &digest.document.object, &digest.file));
        // The same digest in two folders is one.
        digests.dedup_by(|b, a| a.document.object == b.document.object && a.sha256 == b.sha256);
        let chain = report.chains.len();
        let (Some(first), Some(last)) = (digests.first(), digests.last()) else { continue };
        report.chains.push(Chain {
            account: trail.account,
            region: trail.region,
            trail: trail.trail,
            backfill: trail.backfill,
            digests: digests.len() as u64,
            begins_at: first.begins_at,
            ends_at: last.ends_at,
        });
        verify_chain(&digests, chain, &signatures, keys, &mut report);
        match period.filter(|_| !trail.backfill) {
            Some(period) => find_edges(chain, &digests, period, &mut report),
            None if trail.backfill => {}
            None => find_beginning(&digests, &mut report),
        }
    }
    report.gaps.sort();
    report
}

/// Signatures by object key: those given, and those that later digests carry.
struct Signatures<'a>(HashMap<&'a str, Vec<&'a str>>);

impl<'a> Signatures<'a> {
    fn new(found: &'a Found) -> Signatures<'a> {
        let mut all: HashMap<&str, Vec<&str>> = HashMap::new();
        for (object, signature) in &found.signatures {
            all.entry(object).or_default().push(signature);
        }
        for digest in &found.digests {
            if let (Some(object), Some(signature)) =
                (&digest.document.previous_object, &digest.document.previous_signature)
            {
                all.entry(object).or_default().push(signature);
            }
        }
        Signatures(all)
    }

    fn of(&self, digest: &Digest) -> Vec<&'a str> {
        let object = digest.document.object.as_str();
        let keys = [object, file_name(object), file_name(&digest.file)];
        let mut all: Vec<&str> = keys.into_iter().filter_map(|key| self.0.get(key)).flatten().copied().collect();
        all.dedup();
        all
    }
}

fn verify_chain(
    digests: &[&Digest],
    chain: usize,
    signatures: &Signatures<'_>,
    keys: &[PublicKey],
    report: &mut DigestReport,
) {
    let mut before: Option<&Digest> = None;
    for digest in digests {
        let index = report.digests.len();
        let mut verified = VerifiedDigest {
            file: digest.file.clone(),
            sha256: digest.file_sha256.clone(),
            object: digest.document.object.clone(),
            chain,
            begins_at: digest.begins_at,
            ends_at: digest.ends_at,
            signature_valid: None,
            link_valid: true,
            continuous: true,
            files: digest.document.log_files.len() as u64,
            files_missing: None,
            files_changed: Vec::new(),
            problems: Vec::new(),
        };
        match signature_valid(digest, signatures, keys) {
            Ok(valid) => {
                verified.signature_valid = Some(valid);
                if !valid {
                    add_problem(&mut verified, Problem::SignatureInvalid);
                }
            }
            Err(problem) => add_problem(&mut verified, problem),
        }
        if file_name(&digest.file) != file_name(&digest.document.object) {
            add_problem(&mut verified, Problem::Moved);
        }
        if let Some(before) = before {
            report.gaps.extend(link(before, digest, &mut verified, index));
        }
        report.digests.push(verified);
        before = Some(digest);
    }
}

fn signature_valid(digest: &Digest, signatures: &Signatures<'_>, keys: &[PublicKey]) -> Result<bool, Problem> {
    let document = &digest.document;
    if document.digest_signature_algorithm != ALGORITHM {
        return Err(Problem::UnknownAlgorithm);
    }
    let fits = |key: &&PublicKey| {
        key.fingerprint.eq_ignore_ascii_case(&document.digest_public_key_fingerprint) && key.was_valid(digest.ends_at)
    };
    let keys: Vec<&PublicKey> = keys.iter().filter(fits).collect();
    if keys.is_empty() {
        return Err(Problem::NoPublicKey);
    }
    let signatures = signatures.of(digest);
    if signatures.is_empty() {
        return Err(Problem::NoSignature);
    }
    let text = digest.text_to_sign();
    let holds = |signature: &[u8]| keys.iter().any(|key| key.signed(text.as_bytes(), signature));
    Ok(signatures.iter().filter_map(|signature| decode_hex(signature)).any(|signature| holds(&signature)))
}

/// Compares a digest with the one before it in time.
fn link(before: &Digest, digest: &Digest, verified: &mut VerifiedDigest, index: usize) -> Option<DigestGap> {
    let document = &digest.document;
    let named = document.previous_object.as_deref();
    let mut problem = None;
    if before.document.object == document.object {
        problem = Some(Problem::Twice);
    } else if named == Some(before.document.object.as_str()) {
        let same = document.previous_hash.as_deref().is_some_and(|hash| hash.eq_ignore_ascii_case(&before.sha256));
        problem = (!same).then_some(Problem::PreviousChanged);
    } else if named.is_some() {
        problem = Some(Problem::PreviousMissing);
    } else if digest.begins_at > before.ends_at {
        problem = Some(Problem::ChainRestarted);
    }
    verified.link_valid = problem.is_none();
    verified.continuous = digest.begins_at <= before.ends_at;
    if !verified.continuous {
        add_problem(verified, Problem::NotContinuous);
    }
    if let Some(problem) = problem {
        add_problem(verified, problem);
    }
    let shown = match problem {
        Some(Problem::PreviousMissing | Problem::ChainRestarted) => problem?,
        _ if !verified.continuous => Problem::NotContinuous,
        _ => return None,
    };
    Some(DigestGap {
        chain: verified.chain,
        problem: shown,
        begins_at: before.ends_at,
        ends_at: digest.begins_at.max(before.ends_at),
        object: named.unwrap_or_default().to_owned(),
        digest: index,
    })
}

/// Without a period nobody knows how far back the digests should go: one that names another before it is not the first.
fn find_beginning(digests: &[&Digest], report: &mut DigestReport) {
    let Some(begin) = report.digests.len().checked_sub(digests.len()) else { return };
    if digests.first().is_some_and(|first| first.document.previous_object.is_some()) {
        add_problem(&mut report.digests[begin], Problem::EarlierNotGiven);
    }
}

/// Hours of the period before the first digest and behind the last.
fn find_edges(chain: usize, digests: &[&Digest], (from, until): (Instant, Instant), report: &mut DigestReport) {
    const HOUR: i64 = 3_600_000_000;
    let (Some(first), Some(last)) = (digests.first(), digests.last()) else { return };
    let end = report.digests.len().saturating_sub(1);
    let begin = report.digests.len().saturating_sub(digests.len());
    let mut edge = |begins_at: Instant, ends_at: Instant, digest: usize, object: &str| {
        // Digests are of whole hours: the hour that the period cuts is none's fault.
        if ends_at.0.saturating_sub(begins_at.0) >= HOUR {
            let object = object.to_owned();
            let problem = Problem::PreviousMissing;
            report.gaps.push(DigestGap { chain, problem, begins_at, ends_at, object, digest });
        }
    };
    edge(from, first.begins_at, begin, first.document.previous_object.as_deref().unwrap_or_default());
    edge(last.ends_at, until, end, "");
}

/// Joins the times for which signature, link, hours and files hold.
pub(super) fn prove(report: &mut DigestReport) {
    let mut proven: Vec<Proven> = Vec::new();
    for digest in &report.digests {
        let chain = &report.chains[digest.chain];
        let whole = digest.signature_valid == Some(true)
            && digest.link_valid
            && digest.files_changed.is_empty()
            && digest.files_missing.as_ref().is_some_and(Vec::is_empty);
        if !whole || chain.backfill {
            continue;
        }
        proven.push(Proven {
            account: chain.account.clone(),
            region: chain.region.clone(),
            begins_at: digest.begins_at,
            ends_at: digest.ends_at,
        });
    }
    proven.sort();
    let mut joined: Vec<Proven> = Vec::new();
    for next in proven {
        match joined.last_mut() {
            Some(last)
                if (&last.account, &last.region) == (&next.account, &next.region) && next.begins_at <= last.ends_at =>
            {
                last.ends_at = last.ends_at.max(next.ends_at);
            }
            _ => joined.push(next),
        }
    }
    report.proven = joined;
}
