//! One feed, while it is read and compared.

use std::collections::BTreeMap;

use isoneph_tables::Instant;

use super::asked::Asked;
use super::kept::{AllKept, Kept, Met};
use super::own_files::OwnFiles;
use super::period::Period;
use super::result::{Agreement, AspectSeen, FeedResult, Told, Witness, WitnessKind};
use super::whose::Tenants;
use super::{Feed, FeedEvent, Record, RecordState, is_aspect};
use crate::reconcile::Source;
use crate::reconcile::intern::Interner;

/// How long an event may be on its way where no time is promised, in seconds.
const ON_ITS_WAY: i64 = 3600;
const SECOND: i64 = 1_000_000;

/// How many events of the feed were found how in the record.
#[derive(Default)]
struct Counts {
    alike: u64,
    /// Of both, those that are not another tenant's: what is another's shows nothing of this one.
    in_common: u64,
    differing: u64,
    added: u64,
    /// Of accounts and times that the record does not tell of, or that only the feed itself tells of.
    uncompared: u64,
}

/// What was seen of a feed so far.
pub(super) struct Reading {
    feed: Feed,
    taken_at: Instant,
    tenant: Option<usize>,
    /// The words of `covers`, in one spelling.
    covers: Vec<String>,
    /// Of them, those that events show.
    shown_words: Vec<String>,
    kept: AllKept,
    files: OwnFiles,
    /// Events that were not kept.
    beyond: u64,
    period: Period,
    /// From when on it surely tells, once all of it was read.
    sure_from: Option<Instant>,
    own: u64,
    unsaid: u64,
    /// Events of others, by their number.
    others: BTreeMap<usize, u64>,
    timed: u64,
    late: u64,
    slowest: Option<i64>,
    aspects: BTreeMap<String, (u64, Option<Instant>)>,
    /// The tenant's events in the record, by aspect, from the time of the feed.
    recorded: BTreeMap<String, u64>,
    own_recorded: u64,
    missing: u64,
    /// Of those that the feed lacks, those of which nobody can say whether they are of its time.
    doubtful: u64,
    /// Whether the record has what may have come behind the feed, and nobody says when that was fetched.
    undated: bool,
    later: u64,
    told: Told,
}

impl Reading {
    pub(super) fn new(feed: Feed, tenants: &Tenants, as_of: Instant) -> Reading {
        let spelling = |word: &String| word.trim().to_lowercase().replace(['_', ' '], "-");
        let mut covers: Vec<String> = feed.covers.iter().map(spelling).collect();
        covers.sort();
        covers.dedup();
        Reading {
            taken_at: feed.taken_at.unwrap_or(as_of),
            tenant: tenants.number(&feed.tenant),
            shown_words: covers.iter().filter(|word| is_aspect(word)).cloned().collect(),
            covers,
            feed,
            kept: AllKept::default(),
            files: OwnFiles::default(),
            beyond: 0,
            period: Period::default(),
            sure_from: None,
            own: 0,
            unsaid: 0,
            others: BTreeMap::new(),
            timed: 0,
            late: 0,
            slowest: None,
            aspects: BTreeMap::new(),
            recorded: BTreeMap::new(),
            own_recorded: 0,
            missing: 0,
            doubtful: 0,
            undated: false,
            later: 0,
            told: Told::default(),
        }
    }

    /// Takes in an event of the feed; it is kept to be compared where there are `texts` to keep it with.
    pub(super) fn take(
        &mut self,
        event: &FeedEvent<'_>,
        whose: Option<usize>,
        aspects: &[String],
        texts: Option<&mut Interner>,
    ) {
        // What happened after it was fetched has a wrong date: by it the feed would never stop. What is another tenant's
        // shows nothing of how far this one's goes.
        let is_others = whose.is_some() && whose != self.tenant;
        let fetched = self.taken_at.0.saturating_add(ON_ITS_WAY * SECOND);
        let time = event.time.filter(|time| !is_others && time.0 <= fetched);
        self.period.note(time);
        self.time(event);
        for aspect in aspects.iter().filter(|_| !is_others) {
            let (count, last) = self.aspects.entry(aspect.clone()).or_default();
            *count += 1;
            *last = (*last).max(time);
        }
        let Some(texts) = texts else {
            self.beyond += 1;
            return self.count(whose);
        };
        let source = Source {
            file: texts.keep(event.place.file),
            sha256: texts.keep(event.place.sha256),
            index: event.place.index,
        };
        self.files.add(&source.file, &source.sha256);
        let kept = Kept {
            time: event.time,
            account: texts.keep(event.account),
            operation: texts.keep(event.operation_name),
            actor: texts.keep(event.actor),
            outcome: event.outcome,
            address: texts.keep(event.address),
            asked: Asked::of(event.request),
            whose,
            met: Met::Not,
            source,
        };
        self.kept.insert(event.id, kept);
    }

    fn time(&mut self, event: &FeedEvent<'_>) {
        let Some((at, delivered)) = event.time.zip(event.delivered_at) else { return };
        let delay = delivered.0.saturating_sub(at.0) / SECOND;
        self.timed += 1;
        self.late += u64::from(self.feed.latency_seconds.is_some_and(|latency| delay > latency));
        self.slowest = self.slowest.max(Some(delay));
    }

    fn count(&mut self, whose: Option<usize>) {
        match whose {
            Some(tenant) if Some(tenant) == self.tenant => self.own += 1,
            Some(other) => *self.others.entry(other).or_default() += 1,
            None => self.unsaid += 1,
        }
    }

    /// Holds an event of the provider's record against the feed.
    pub(super) fn compare(
        &mut self,
        event: &FeedEvent<'_>,
        whose: Option<usize>,
        aspects: impl FnOnce() -> Vec<String>,
    ) {
        let is_itself = self.files.has(event.place);
        if !is_itself {
            self.kept.note_answer(event);
        }
        if let Some(kept) = self.kept.find(event.id, event.account) {
            // The record may know whose it is where the feed leaves it out.
            kept.whose = whose.filter(|_| !is_itself).or(kept.whose);
            kept.met = match kept.met {
                Met::Alike | Met::Differing => kept.met,
                Met::Not if is_itself => Met::Itself,
                met if is_itself => met,
                _ => kept.met_with(event, &mut self.told),
            };
            return;
        }
        if !is_itself && whose.is_some() && whose == self.tenant && !self.kept.has_answer(event) {
            self.expect(event, &aspects());
        }
    }

    /// An event of the tenant that its feed does not have.
    fn expect(&mut self, event: &FeedEvent<'_>, aspects: &[String]) {
        let Some(time) = event.time else {
            self.doubtful += 1;
            return;
        };
        let is_covered = self.covers.is_empty() || aspects.iter().any(|aspect| self.shown_words.contains(aspect));
        if self.period.first.is_some_and(|first| time < first) {
            return;
        }
        if self.sure_from.is_none() {
            self.sure_from = self.period.sure_from();
        }
        if self.sure_from.is_some_and(|from| time < from) {
            self.doubtful += u64::from(is_covered);
            return;
        }
        self.own_recorded += 1;
        for aspect in aspects {
            *self.recorded.entry(aspect.clone()).or_default() += 1;
        }
        if !is_covered {
            return;
        }
        let on_its_way = self.feed.latency_seconds.unwrap_or(ON_ITS_WAY).saturating_mul(SECOND);
        if self.period.last.is_some_and(|last| time <= last) {
            self.missing += 1;
            self.told.add(WitnessKind::Missing, || Witness::of(event, self.feed.tenant.clone(), String::new()));
        } else if time.0.saturating_add(on_its_way) <= self.taken_at.0 {
            self.later += 1;
            self.told.add(WitnessKind::Later, || Witness::of(event, self.feed.tenant.clone(), String::new()));
            self.overdue(event);
        }
    }

    /// An event that is later than all of the feed, and that was promised to be there when it was fetched.
    fn overdue(&mut self, event: &FeedEvent<'_>) {
        // What has nothing of its tenant begins and ends nowhere.
        if self.feed.latency_seconds.is_none() || self.period.last.is_none() {
            return;
        }
        if self.feed.taken_at.is_none() {
            self.undated = true;
            return;
        }
        self.missing += 1;
        self.told.add(WitnessKind::Missing, || Witness::of(event, self.feed.tenant.clone(), String::new()));
    }

    pub(super) fn finish(mut self, tenants: &Tenants, record: &Record, state: RecordState) -> FeedResult {
        let Counts { alike, in_common, differing, added, uncompared } = self.count_kept(tenants, record);
        // Without one event in common, nobody can tell whether ids are comparable at all, nor of which time the feed is.
        let is_comparable = in_common > 0 && self.beyond == 0;
        let says_what = self.covers.is_empty() || !self.shown_words.is_empty();
        let agreement = Agreement {
            alike: is_comparable.then_some(alike),
            differing: is_comparable.then_some(differing),
            // Of what was compared with nothing, nobody knows whether it is added.
            added: (is_comparable && !state.has_losses && (added > 0 || uncompared == 0)).then_some(added),
            missing: (is_comparable && says_what && (self.missing > 0 || self.doubtful == 0 && !self.undated))
                .then_some(self.missing),
        };
        let is_whole = self.doubtful == 0 && !state.has_losses;
        let knows_record = alike + differing + self.own_recorded > 0;
        if !is_comparable {
            self.told.drop(&[WitnessKind::Added, WitnessKind::Missing]);
        }
        FeedResult {
            aspects: self.aspects_seen(knows_record),
            events: self.own + self.unsaid + self.others.values().sum::<u64>(),
            first_at: self.period.first,
            last_at: self.period.last,
            taken_at: self.taken_at,
            own: self.own,
            unsaid: self.unsaid,
            others: self.others.values().sum(),
            whose: self.others.keys().map(|number| tenants.name(*number).to_owned()).collect(),
            timed: self.timed,
            late: self.late,
            slowest_seconds: self.slowest,
            agreement,
            later: (knows_record && self.beyond == 0 && (self.later > 0 || is_whole)).then_some(self.later),
            record_until: record.until().filter(|_| knows_record),
            unread: 0,
            witnesses: self.told.all(),
            feed: self.feed,
        }
    }

    /// Counts the events that were kept, and tells those of others and those that no record has.
    fn count_kept(&mut self, tenants: &Tenants, record: &Record) -> Counts {
        let mut counts = Counts::default();
        for (id, kept) in self.kept.take_all() {
            self.count(kept.whose);
            let whose = kept.whose.map_or("", |number| tenants.name(number));
            let witness = || Witness::kept(&id, &kept, whose);
            if kept.whose.is_some() && kept.whose != self.tenant {
                self.told.add(WitnessKind::Others, witness);
            } else if matches!(kept.met, Met::Alike | Met::Differing) {
                counts.in_common += 1;
            }
            match kept.met {
                Met::Alike => counts.alike += 1,
                Met::Differing => counts.differing += 1,
                Met::Not if kept.time.is_some_and(|time| record.speaks_of(&kept.account, time)) => {
                    counts.added += 1;
                    self.told.add(WitnessKind::Added, witness);
                }
                Met::Not | Met::Itself => counts.uncompared += 1,
                Met::Answered => {}
            }
        }
        counts
    }

    fn aspects_seen(&self, knows_record: bool) -> Vec<AspectSeen> {
        let names: std::collections::BTreeSet<&String> = self.aspects.keys().chain(&self.covers).collect();
        let aspect = |name: &String| {
            let (events, last_at) = self.aspects.get(name).copied().unwrap_or_default();
            AspectSeen {
                name: name.clone(),
                promised: self.covers.contains(name),
                shows: is_aspect(name),
                events,
                last_at,
                recorded: knows_record.then(|| events + self.recorded.get(name).copied().unwrap_or_default()),
            }
        };
        names.into_iter().map(aspect).collect()
    }
}
