//! Pages of answers behind which more follows: what nobody gave may have happened in any silence there.

use std::collections::BTreeSet;

use isoneph_tables::Instant;
use serde::Serialize;

use super::cells::SECOND;
use super::{LogCoverage, Stream};
use crate::decode::{LogFormat, instant};
use crate::ingest::{FileEntry, MoreFollows};
use crate::reconcile::Source;

/// A page behind which more follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPage {
    file: String,
    sha256: String,
    formats: BTreeSet<LogFormat>,
    records: u64,
    /// The provider and account of its events; empty for any.
    accounts: BTreeSet<(String, String)>,
    /// Its first and its last event.
    between: Option<(Instant, Instant)>,
    more: MoreFollows,
}

/// A time, of a stream, of which a page does not show everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cut {
    /// The stream.
    pub stream: Stream,
    /// From when, in microseconds since 1970.
    pub begins_at: i64,
    /// Until when, in microseconds since 1970.
    pub ends_at: i64,
    /// The days of it that have a row and that no digest proves.
    pub days: Vec<String>,
    #[serde(skip)]
    pub(crate) source: Source,
}

fn between(entry: &FileEntry) -> Option<(Instant, Instant)> {
    let time = |text: &Option<String>| text.as_deref().and_then(instant);
    time(&entry.first_time).zip(time(&entry.last_time))
}

impl OpenPage {
    /// The page that a file is, if more follows behind it.
    pub fn of(entry: &FileEntry) -> Option<OpenPage> {
        let more = entry.more?;
        Some(OpenPage {
            file: entry.path.clone(),
            sha256: entry.sha256.clone().unwrap_or_default(),
            formats: entry.formats.clone(),
            records: entry.records,
            accounts: entry.accounts.clone(),
            between: between(entry),
            more,
        })
    }

    /// Its path.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// What a person should know.
    pub fn told(&self) -> &'static str {
        self.more.told()
    }

    /// Whether another file shows what follows: it takes in the time of the page, goes on where that breaks off, and says
    /// of itself that it is whole.
    pub fn is_shown_by(&self, other: &FileEntry) -> bool {
        let Some(((first, last), (from, until))) = self.between.zip(between(other)) else { return false };
        let same =
            self.formats == other.formats && !self.accounts.is_empty() && self.accounts.is_subset(&other.accounts);
        let goes_on = (from < first || !self.more.earlier) && (last < until || !self.more.later);
        same && other.more.is_none()
            && other.rejected == 0
            && other.records > self.records
            && from <= first
            && last <= until
            && goes_on
    }

    /// Whether it may leave out events of an account, where that is known, from behind a time.
    pub(crate) fn may_lack_after(&self, provider: Option<&str>, account: Option<&str>, at: Instant) -> bool {
        let is = |own: &str, other: Option<&str>| other.is_none_or(|other| own.eq_ignore_ascii_case(other));
        let is_own = |(of, own): &(String, String)| is(of, provider) && is(own, account);
        let is_own = self.accounts.is_empty() || self.accounts.iter().any(is_own);
        is_own && self.times().into_iter().any(|(_, ends)| ends > at.0)
    }

    /// Whether it may leave out events of a stream.
    fn may_lack(&self, stream: &Stream) -> bool {
        let is = |(provider, account): &(String, String)| *provider == stream.provider && *account == stream.account;
        self.accounts.is_empty() || self.accounts.iter().any(is)
    }

    /// The times that may lack events, in microseconds since 1970.
    fn times(&self) -> Vec<(i64, i64)> {
        let Some((first, last)) = self.between else { return vec![(i64::MIN, i64::MAX)] };
        // The second of the last event may hold more of them.
        match (self.more.earlier, self.more.later) {
            (true, false) => vec![(i64::MIN, first.0.saturating_add(SECOND))],
            (false, true) => vec![(last.0, i64::MAX)],
            _ => vec![(i64::MIN, i64::MAX)],
        }
    }
}

#[cfg(test)]
impl OpenPage {
    /// A page of an account with events between two times.
    pub(crate) fn planted(provider: &str, account: &str, [first, last]: [Instant; 2], more: MoreFollows) -> OpenPage {
        OpenPage {
            file: "page.json".to_owned(),
            sha256: String::new(),
            formats: BTreeSet::new(),
            records: 1,
            accounts: [(provider.to_owned(), account.to_owned())].into(),
            between: Some((first, last)),
            more,
        }
    }
}

impl LogCoverage {
    /// Tells of the days of which pages do not show everything; a silence there is no certain one.
    pub(super) fn cut(&mut self, pages: &[OpenPage]) {
        for page in pages {
            for (begins, ends) in page.times() {
                let inside = |from: i64, until: i64| from < ends && begins < until;
                let silences = self.silences.iter_mut().filter(|silence| page.may_lack(&silence.stream));
                silences.filter(|one| inside(one.begins_at, one.ends_at)).for_each(|one| one.certain = None);
                self.cuts.extend(cuts(page, (begins, ends), &self.days));
            }
        }
        self.cuts
            .sort_by(|a, b| (&a.stream, a.begins_at, &a.source.file).cmp(&(&b.stream, b.begins_at, &b.source.file)));
    }
}

/// What a page leaves open of each stream.
fn cuts(page: &OpenPage, (begins, ends): (i64, i64), days: &[super::LogDay]) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = Vec::new();
    let source = Source { file: page.file.as_str().into(), sha256: page.sha256.as_str().into(), index: 0 };
    for day in days.iter().filter(|day| page.may_lack(&day.stream) && !day.proven) {
        let Some((from, until)) = super::day_times(&day.day).filter(|(from, until)| *from < ends && begins < *until)
        else {
            continue;
        };
        let (from, until) = (from.max(begins), until.min(ends));
        match cuts.last_mut().filter(|cut| cut.stream == day.stream) {
            Some(cut) => {
                cut.begins_at = cut.begins_at.min(from);
                cut.ends_at = cut.ends_at.max(until);
                cut.days.push(day.day.clone());
            }
            None => cuts.push(Cut {
                stream: day.stream.clone(),
                begins_at: from,
                ends_at: until,
                days: vec![day.day.clone()],
                source: source.clone(),
            }),
        }
    }
    cuts
}
