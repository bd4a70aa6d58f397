//! Signatures, links and hours of chains of digests.

use std::collections::{BTreeMap, HashMap, HashSet};

use isoneph_tables::Instant;

use super::document::{Digest, Trail, file_name};
use super::files::{Found, add_problem};
use super::keys::{PublicKey, decode_hex};
use super::{Chain, DigestGap, DigestReport, Problem, Proven, VerifiedDigest};

const ALGORITHM: &str = "SHA256withRSA";
/// What a digest shows of the time before it, and not of its own.
const HOLES_BEFORE: [Problem; 3] = [Problem::PreviousMissing, Problem::ChainRestarted, Problem::NotContinuous];
/// The longest that an event waits for its delivery, in microseconds: digests name files by when they were delivered.
pub(super) const DELIVERY: i64 = 3_600_000_000;

/// Verifies the digests that were found: by trail, then by time.
pub(super) fn verify(found: &Found, keys: &[PublicKey], period: Option<(Instant, Instant)>) -> DigestReport {
    let signatures = Signatures::new(found);
    let mut report = DigestReport::default();
    let trails = trails(&found.digests);
    for (trail, digests) in &trails {
        let chain = report.chains.len();
        let (Some(first), Some(last)) = (digests.first(), digests.last()) else { continue };
        let Trail { account, region, trail: name, backfill, .. } = trail.clone();
        let (begins_at, ends_at, count) = (first.begins_at, last.ends_at, digests.len() as u64);
        report.chains.push(Chain { account, region, trail: name, backfill, digests: count, begins_at, ends_at });
        let of_trail = |fill: &&Digest| signature_valid(fill, &signatures, keys) != Ok(false);
        let fills: Vec<&Digest> = late_for(trail, &trails).into_iter().filter(of_trail).collect();
        verify_chain(digests, chain, (&signatures, keys), &fills, &mut report);
        match period.filter(|_| !trail.backfill) {
            Some(period) => find_edges(chain, digests, period, &mut report),
            None if trail.backfill => {}
            None => find_beginning(digests, &mut report),
        }
    }
    share_edges(&mut report);
    report.gaps.sort();
    report
}

/// The digests by trail, in order. A trail that was given another bucket goes on there.
fn trails(digests: &[Digest]) -> Vec<(Trail, Vec<&Digest>)> {
    let mut by_trail: BTreeMap<Trail, Vec<&Digest>> = BTreeMap::new();
    for digest in digests {
        by_trail.entry(digest.trail()).or_default().push(digest);
    }
    let mut trails: Vec<(Trail, Vec<&Digest>)> = by_trail.into_iter().collect();
    for (_, digests) in &mut trails {
        digests.sort_by_key(|digest| (digest.ends_at, digest.begins_at, &digest.document.object, &digest.file));
        // The same digest in two folders is one.
        digests.dedup_by(|b, a| a.document.object == b.document.object && a.sha256 == b.sha256);
    }
    let goes_on = |one: &(Trail, Vec<&Digest>), next: &(Trail, Vec<&Digest>)| {
        let same = one.0.bucket != next.0.bucket && Trail { bucket: one.0.bucket.clone(), ..next.0.clone() } == one.0;
        let named = next.1.first().and_then(|first| first.document.previous_object.as_deref());
        same && named.is_some() && named == one.1.last().map(|last| last.document.object.as_str())
    };
    let mut at = 0;
    while at < trails.len() {
        match trails.iter().position(|next| goes_on(&trails[at], next)) {
            Some(next) => {
                let (_, rest) = trails.remove(next);
                at -= usize::from(next < at);
                trails[at].1.extend(rest);
            }
            None => at += 1,
        }
    }
    trails
}

/// The digests that were delivered late for a trail, by time.
fn late_for<'d>(trail: &Trail, trails: &[(Trail, Vec<&'d Digest>)]) -> Vec<&'d Digest> {
    let late = Trail { backfill: true, ..trail.clone() };
    let of_trail = trails.iter().filter(|(own, _)| !trail.backfill && *own == late);
    of_trail.flat_map(|(_, digests)| digests.iter().copied()).collect()
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
        // In capitals or not, a signature is one.
        let mut met = HashSet::new();
        all.retain(|signature| met.insert(signature.to_ascii_lowercase()));
        all
    }
}

fn verify_chain(
    digests: &[&Digest],
    chain: usize,
    (signatures, keys): (&Signatures<'_>, &[PublicKey]),
    fills: &[&Digest],
    report: &mut DigestReport,
) {
    let is_late = report.chains[chain].backfill;
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
                } else if signature_count(digest, signatures, keys) < signatures.of(digest).len() {
                    add_problem(&mut verified, Problem::OtherSignatureInvalid);
                }
            }
            Err(problem) => add_problem(&mut verified, problem),
        }
        if file_name(&digest.file) != file_name(&digest.document.object) {
            add_problem(&mut verified, Problem::Moved);
        }
        if let Some(before) = before {
            // Digests that come late are of the hours that others left out, not of all hours.
            let reached = if is_late { digest.begins_at } else { filled(before.ends_at, fills) };
            report.gaps.extend(link((before, reached), digest, &mut verified, index));
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
    if keys_of(digest, keys).next().is_none() {
        return Err(Problem::NoPublicKey);
    }
    if signatures.of(digest).is_empty() {
        return Err(Problem::NoSignature);
    }
    Ok(signature_count(digest, signatures, keys) > 0)
}

/// The keys that a digest may be signed with.
fn keys_of<'k>(digest: &Digest, keys: &'k [PublicKey]) -> impl Iterator<Item = &'k PublicKey> {
    let fits = |key: &&PublicKey| {
        let fingerprint = &digest.document.digest_public_key_fingerprint;
        key.fingerprint.eq_ignore_ascii_case(fingerprint) && key.was_valid(digest.ends_at)
    };
    keys.iter().filter(fits)
}

/// How many of the signatures that are there for a digest hold.
fn signature_count(digest: &Digest, signatures: &Signatures<'_>, keys: &[PublicKey]) -> usize {
    let text = digest.text_to_sign();
    let holds = |signature: &[u8]| keys_of(digest, keys).any(|key| key.signed(text.as_bytes(), signature));
    let decoded = signatures.of(digest).into_iter().filter_map(decode_hex);
    decoded.filter(|signature| holds(signature)).count()
}

/// Until when there are digests from a time on, with those that came late; these are in order.
fn filled(from: Instant, fills: &[&Digest]) -> Instant {
    fills.iter().fold(from, |until, fill| if fill.begins_at <= until { until.max(fill.ends_at) } else { until })
}

/// Compares a digest with the one before it in time, from which on there are digests until `reached`.
fn link(
    (before, reached): (&Digest, Instant),
    digest: &Digest,
    verified: &mut VerifiedDigest,
    index: usize,
) -> Option<DigestGap> {
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
    } else if digest.begins_at > reached {
        problem = Some(Problem::ChainRestarted);
    }
    verified.link_valid = problem.is_none();
    verified.continuous = digest.begins_at <= reached;
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

/// Where one trail has no digests and another of the same account and region has, nobody knows whether the first was
/// replaced by the second or lost its own.
fn share_edges(report: &mut DigestReport) {
    let spans: Vec<&Chain> = report.chains.iter().filter(|chain| !chain.backfill).collect();
    let mut gaps = Vec::new();
    for gap in report.gaps.drain(..) {
        let own = &report.chains[gap.chain];
        let is_edge = gap.ends_at <= own.begins_at || gap.begins_at >= own.ends_at;
        let others = spans.iter().filter(|other| {
            is_edge && !std::ptr::eq(**other, own) && (&other.account, &other.region) == (&own.account, &own.region)
        });
        let covered = others.map(|other| (other.begins_at.max(gap.begins_at), other.ends_at.min(gap.ends_at)));
        let mut covered: Vec<(Instant, Instant)> = covered.filter(|(begins, ends)| begins < ends).collect();
        covered.sort();
        let mut at = gap.begins_at;
        for (begins_at, ends_at) in covered {
            if begins_at > at {
                gaps.push(DigestGap { begins_at: at, ends_at: begins_at, ..gap.clone() });
            }
            if ends_at > at {
                let (begins_at, problem) = (begins_at.max(at), Problem::OtherTrail);
                gaps.push(DigestGap { begins_at, ends_at, problem, ..gap.clone() });
                at = ends_at;
            }
        }
        if at < gap.ends_at || gap.begins_at == gap.ends_at {
            gaps.push(DigestGap { begins_at: at, ..gap });
        }
    }
    report.gaps = gaps;
}

/// Joins the times for which signature, link, hours and files hold.
pub(super) fn prove(report: &mut DigestReport) {
    let mut proven: Vec<Proven> = Vec::new();
    for digest in &report.digests {
        let chain = &report.chains[digest.chain];
        // Behind a hole a digest still says all of its own hour: what is missing lies before it.
        let only_hole = digest.problems.iter().all(|problem| HOLES_BEFORE.contains(problem));
        let whole = digest.signature_valid == Some(true)
            && (digest.link_valid || !digest.continuous && only_hole)
            && digest.files_changed.is_empty()
            && digest.files_missing.as_ref().is_some_and(Vec::is_empty);
        if !whole {
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
    // What happened right before the end may be in a file that was delivered behind it, which a later digest names.
    for proven in &mut joined {
        proven.ends_at = Instant(proven.ends_at.0.saturating_sub(DELIVERY).max(proven.begins_at.0));
    }
    joined.retain(|proven| proven.begins_at < proven.ends_at);
    report.proven = joined;
}
