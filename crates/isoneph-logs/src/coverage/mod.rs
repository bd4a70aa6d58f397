//! How whole the record is: for each account, region and day what was seen, and where it is silent.
//!
//! Holes that digests prove come from [`digest`](crate::digest). This is the second line, for logs without digests: a
//! silence counts where it is far longer than what is usual for the account and region, and where the same hours of
//! other days were not silent. Where there are too few events to know what is usual, nothing is said.

mod batch;
mod cells;
mod expected;
mod pages;
mod silence;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use isoneph_tables::Instant;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::digest::Proven;
use crate::event::{Category, Event, SourcePlace, is_notice};
use crate::reconcile::Source;
use crate::reconcile::intern::Interner;
use cells::{DAY, DayCell, SECOND};

pub use batch::COLUMNS;
pub use expected::{InScope, expected_streams};
pub use pages::{Cut, OpenPage};
pub(crate) use write::weakened_by;

/// An account in a region, or the whole of an account where a log tells no regions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Stream {
    /// The cloud.
    pub provider: String,
    /// The account; `""` where the log does not say.
    pub account: String,
    /// The region; `""` where the log does not say.
    pub region: String,
}

impl Stream {
    /// Its name: a day and a hole of one stream are found by it, also where a log tells no regions.
    pub(crate) fn name(&self) -> String {
        let Stream { provider, account, region } = self;
        format!("{provider}/{account}/{region}")
    }
}

/// What the record is set against.
#[derive(Debug, Clone)]
pub struct CoverageInputs {
    /// The period that the record should cover. Without one, the days before a stream's first and behind its last event
    /// are in doubt while the record of its account goes on, and so are what is missing of the first and last day.
    pub period: Option<(Instant, Instant)>,
    /// The streams that should be there.
    pub expected: Vec<Stream>,
    /// Times for which digests prove that nothing is missing.
    pub proven: Vec<Proven>,
    /// Times of which digests show that something is missing: without a period their days count as well.
    pub holes: Vec<Proven>,
    /// Pages behind which more follows that was not given.
    pub pages: Vec<OpenPage>,
    /// No silence shorter than this is told, in seconds.
    pub shortest_silence: i64,
}

impl Default for CoverageInputs {
    fn default() -> Self {
        CoverageInputs {
            period: None,
            expected: Vec::new(),
            proven: Vec::new(),
            holes: Vec::new(),
            pages: Vec::new(),
            shortest_silence: 900,
        }
    }
}

/// A day of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogDay {
    /// The stream.
    pub stream: Stream,
    /// The day in UTC, as `2026-11-02`.
    pub day: String,
    /// How many events.
    pub events: u64,
    /// The first, in microseconds since 1970.
    pub first_at: Option<i64>,
    /// The last, in microseconds since 1970.
    pub last_at: Option<i64>,
    /// The longest time without an event inside the day and what was given of it, in seconds.
    pub longest_silence: i64,
    /// Whether digests prove that nothing is missing.
    pub proven: bool,
    /// How short a silence would have been noticed, in seconds.
    pub noticeable: Option<i64>,
    /// 95 in 100 events were delivered within this many seconds (rounded up to a power of two); `None` where no event tells,
    /// or where it depends on those that are later than their delivery.
    pub delay: Option<i64>,
    /// How many events are later than their own delivery by more than five minutes; `None` where none tells of it.
    pub after_delivery: Option<u64>,
    #[serde(skip)]
    pub(crate) source: Option<Source>,
}

/// A silence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Silence {
    /// The stream.
    pub stream: Stream,
    /// From when, in microseconds since 1970.
    pub begins_at: i64,
    /// Until when, in microseconds since 1970.
    pub ends_at: i64,
    /// Whether there was no such silence at that hour on any other day; `None` where it may be usual.
    pub certain: Option<bool>,
    /// Whether the stream, which should be there, has no events at all.
    pub no_events: bool,
    /// The days, of those that have a row, from which it takes more than what is usual.
    pub days: Vec<String>,
}

/// How whole the record is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LogCoverage {
    /// By stream and day.
    pub days: Vec<LogDay>,
    /// By stream and time.
    pub silences: Vec<Silence>,
    /// By stream and time: what pages leave open.
    pub cuts: Vec<Cut>,
    /// Events without a time: nobody knows which day they belong to.
    pub undated: u64,
}

/// Whether events of a category are in a record only where somebody asks for them.
fn is_asked_for(category: &str) -> bool {
    let asked_for = [Category::Data, Category::Network, Category::Insight];
    asked_for.iter().any(|held| held.as_str() == category)
}

/// Collects when there were events. It keeps at most 22 kB for each stream and day, however many events there are.
#[derive(Default)]
pub struct CoverageBuilder {
    interner: Interner,
    streams: HashMap<StreamKey, usize>,
    by_stream: Vec<StreamKey>,
    /// Stream, day, and what happened on it.
    cells: Vec<(usize, i64, DayCell)>,
    days: HashMap<(usize, i64), usize>,
    last: Option<usize>,
    last_cell: usize,
    undated: u64,
}

type StreamKey = (Arc<str>, Arc<str>, Arc<str>);

impl CoverageBuilder {
    /// Takes in one event; order does not matter. An event that comes twice is counted twice, but fills no hole.
    pub fn observe(&mut self, event: &Event<'_>, place: &SourcePlace<'_>) {
        if is_notice(event.native_type.as_deref()) {
            return;
        }
        let (account, region) = (event.account.as_deref(), event.region.as_deref());
        let names = (&*event.provider, account.unwrap_or_default(), region.unwrap_or_default());
        self.add(names, (event.time, event.delivered_at), is_asked_for(event.category.as_str()), || *place);
    }

    fn add<'p>(
        &mut self,
        names: (&str, &str, &str),
        (time, delivered_at): (Option<Instant>, Option<Instant>),
        asked_for: bool,
        place: impl FnOnce() -> SourcePlace<'p>,
    ) {
        let Some(time) = time else {
            self.undated += 1;
            return;
        };
        let stream = self.stream(names);
        let day = time.0.div_euclid(DAY);
        let cell = self.cell(stream, day, place);
        cell.add(time.0, time.0.rem_euclid(DAY) / SECOND, delivered_at.map(|at| at.0), asked_for);
    }

    /// Neighbouring events are mostly of one day.
    fn cell<'p>(&mut self, stream: usize, day: i64, place: impl FnOnce() -> SourcePlace<'p>) -> &mut DayCell {
        let is = |(of_stream, of_day, _): &(usize, i64, DayCell)| *of_stream == stream && *of_day == day;
        if !self.cells.get(self.last_cell).is_some_and(is) {
            let next = self.cells.len();
            self.last_cell = *self.days.entry((stream, day)).or_insert(next);
            if self.last_cell == next {
                let place = place();
                let (file, sha256) = (self.interner.keep(place.file), self.interner.keep(place.sha256));
                self.cells.push((stream, day, DayCell::new(Source { file, sha256, index: place.index })));
            }
        }
        &mut self.cells[self.last_cell].2
    }

    /// Neighbouring events are mostly of one stream.
    fn stream(&mut self, (provider, account, region): (&str, &str, &str)) -> usize {
        let is = |key: &StreamKey| &*key.2 == region && &*key.1 == account && &*key.0 == provider;
        if let Some(last) = self.last.filter(|last| is(&self.by_stream[*last])) {
            return last;
        }
        let key = (self.interner.keep(provider), self.interner.keep(account), self.interner.keep(region));
        let next = self.by_stream.len();
        let stream = *self.streams.entry(key.clone()).or_insert(next);
        if stream == next {
            self.by_stream.push(key);
        }
        self.last = Some(stream);
        stream
    }

    /// Sets what was seen against what should be there.
    pub fn finish(self, inputs: &CoverageInputs) -> LogCoverage {
        let mut of_stream: Vec<Vec<(i64, DayCell)>> = self.by_stream.iter().map(|_| Vec::new()).collect();
        for (stream, day, cell) in self.cells {
            of_stream[stream].push((day, cell));
        }
        let mut streams: Vec<(Stream, Vec<(i64, DayCell)>)> = Vec::new();
        for ((provider, account, region), mut days) in self.by_stream.iter().zip(of_stream) {
            days.sort_by_key(|(day, _)| *day);
            let names = [provider, account, region].map(ToString::to_string);
            let [provider, account, region] = names;
            streams.push((Stream { provider, account, region }, days));
        }
        add_expected(&inputs.expected, &mut streams);
        streams.sort_by(|a, b| a.0.cmp(&b.0));
        let records = Records::new(&streams);
        let mut coverage = LogCoverage { undated: self.undated, ..LogCoverage::default() };
        for (stream, days) in &streams {
            silence::judge(stream, days, records.of(stream), inputs, &mut coverage);
        }
        coverage.cut(&inputs.pages);
        coverage
    }
}

/// Adds streams that have no events. An account of which no region is expected has one row if nothing of it is there.
fn add_expected(expected: &[Stream], streams: &mut Vec<(Stream, Vec<(i64, DayCell)>)>) {
    let account = |stream: &Stream| (stream.provider.clone(), stream.account.clone());
    let mut accounts: HashSet<(String, String)> = streams.iter().map(|(stream, _)| account(stream)).collect();
    let mut all: HashSet<Stream> = streams.iter().map(|(stream, _)| stream.clone()).collect();
    let (named, unnamed): (Vec<&Stream>, Vec<&Stream>) = expected.iter().partition(|stream| !stream.region.is_empty());
    for stream in named.into_iter().chain(unnamed) {
        let is_new_account = accounts.insert(account(stream));
        if all.insert(stream.clone()) && (is_new_account || !stream.region.is_empty()) {
            streams.push((stream.clone(), Vec::new()));
        }
    }
}

/// The first and last day of the record of each account.
struct Records {
    by_account: HashMap<(String, String), (i64, i64)>,
    all: Option<(i64, i64)>,
}

/// Days that far from all others are not of the same record: a date is wrong.
const FAR: i64 = 31;

impl Records {
    fn new(streams: &[(Stream, Vec<(i64, DayCell)>)]) -> Records {
        let mut days: HashMap<(String, String), BTreeMap<i64, u64>> = HashMap::new();
        let mut all: BTreeMap<i64, u64> = BTreeMap::new();
        for (stream, cells) in streams {
            let own = days.entry((stream.provider.clone(), stream.account.clone())).or_default();
            for (day, cell) in cells {
                *own.entry(*day).or_default() += cell.events;
                *all.entry(*day).or_default() += cell.events;
            }
        }
        let by_account = days.into_iter().filter_map(|(account, days)| Some((account, bulk(&days)?))).collect();
        Records { by_account, all: bulk(&all) }
    }

    /// The days of the stream's account, or of all where that has no events.
    fn of(&self, stream: &Stream) -> Option<(i64, i64)> {
        self.by_account.get(&(stream.provider.clone(), stream.account.clone())).copied().or(self.all)
    }
}

/// The first and last of the days near one another that have the most events.
fn bulk(days: &BTreeMap<i64, u64>) -> Option<(i64, i64)> {
    let mut runs: Vec<(u64, i64, i64)> = Vec::new();
    for (day, events) in days {
        match runs.last_mut().filter(|run| day - run.2 <= FAR) {
            Some(run) => *run = (run.0 + events, run.1, *day),
            None => runs.push((*events, *day, *day)),
        }
    }
    runs.into_iter().max().map(|(_, first, last)| (first, last))
}

/// A day, counted from 1970, as `2026-11-02`.
fn day_name(day: i64) -> String {
    let timestamp = Timestamp::from_microsecond(day.saturating_mul(DAY)).unwrap_or_default();
    timestamp.to_zoned(TimeZone::UTC).date().to_string()
}

/// When a day, as `2026-11-02`, begins and ends, in microseconds since 1970.
fn day_times(day: &str) -> Option<(i64, i64)> {
    let start = day.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond();
    Some((start, start.saturating_add(DAY)))
}

/// Of the days of a hole those on which it is told, so that it is told once: the days that it takes whole, or else the one
/// of which it takes most.
pub(crate) fn told_on(days: &[String], (begins_at, ends_at): (Instant, Instant)) -> Vec<String> {
    let part = |day: &&String| {
        let (start, end) = day_times(day).unwrap_or((begins_at.0, begins_at.0.saturating_add(DAY)));
        ends_at.0.min(end).saturating_sub(begins_at.0.max(start))
    };
    let whole: Vec<String> = days.iter().filter(|day| part(day) == DAY).cloned().collect();
    // Of equal parts the earlier one.
    let most = || days.iter().rev().max_by_key(part).into_iter().cloned().collect();
    if whole.is_empty() { most() } else { whole }
}

impl LogCoverage {
    /// The days in UTC that a time touches, of those that have a row: others are nobody's.
    pub(crate) fn days_between(&self, begins_at: Instant, ends_at: Instant) -> Vec<String> {
        let first = begins_at.0.div_euclid(DAY);
        // The end itself is outside, unless nothing is inside.
        let last = (ends_at.0 - 1).div_euclid(DAY).max(first);
        let days: BTreeSet<&str> = self.days.iter().map(|day| day.day.as_str()).collect();
        days.range(&*day_name(first)..=&*day_name(last)).map(|day| (*day).to_owned()).collect()
    }
}

#[cfg(test)]
mod tests;
