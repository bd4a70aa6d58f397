//! Into the tables `monitoring_feed`, `feed_aspect` and `feed_event`.

use isoneph_model::{Extent, InputId};
use isoneph_tables::schema::{FeedAspect, FeedEvent as EventRow, MonitoringFeed};
use isoneph_tables::{Cell, Common, Scope, Sink, SinkError, TableId};

use super::{AspectSeen, FeedResult, Witness, WitnessKind};

/// Writes what feeds come to. `input_of` gives the input that a file (path, SHA-256) is kept under; of one that declares
/// feeds the digest is `""`.
pub fn write(
    feeds: &[FeedResult],
    sink: &mut Sink,
    snapshot: i64,
    input_of: &mut dyn FnMut(&mut Sink, &str, &str) -> InputId,
) -> Result<(), SinkError> {
    let mut first = None;
    for (number, result) in feeds.iter().enumerate() {
        let input = input_of(sink, &result.feed.file, "");
        first = first.or(Some(input));
        let place = sink.place(input, &result.feed.locator)?;
        let uid = format!("feed:{}/{number}", result.feed.tenant);
        sink.push(snapshot, place, &common(result, uid.clone(), &result.feed.tenant), &feed_row(result))?;
        for aspect in &result.aspects {
            let common = common(result, format!("{uid}/{}", aspect.name), &aspect.name);
            sink.push(snapshot, place, &common, &aspect_row(&uid, aspect, result.unread > 0))?;
        }
        for (kind, witness) in &result.witnesses {
            let input = input_of(sink, &witness.source.file, &witness.source.sha256);
            let place = sink.place(input, &format!("record {}", witness.source.index))?;
            let common = Common {
                account: witness.account.as_str().into(),
                ..common(result, format!("{uid}/{kind}/{}", witness.id), &witness.operation_name)
            };
            sink.push(snapshot, place, &common, &event_row(&uid, *kind, witness))?;
        }
    }
    let tables = ["monitoring_feed", "feed_aspect", "feed_event"].into_iter().filter_map(TableId::find);
    for (table, input) in tables.zip(first.into_iter().cycle()) {
        sink.covers(table, snapshot, input, Scope::default(), Extent::Declared);
    }
    Ok(())
}

fn common(result: &FeedResult, uid: String, name: &str) -> Common {
    let service = &result.feed.service;
    Common {
        uid,
        name: name.into(),
        service: if service.is_empty() { Cell::default() } else { service.as_str().into() },
        tenant: result.feed.tenant.as_str().into(),
        ..Common::default()
    }
}

fn feed_row(result: &FeedResult) -> MonitoringFeed {
    let (feed, agreement) = (&result.feed, &result.agreement);
    MonitoringFeed {
        capability: feed.capability.as_str().into(),
        covers: feed.covers.clone().into(),
        events: count(result.events),
        first_at: known(result.first_at),
        last_at: known(result.last_at),
        taken_at: result.taken_at.into(),
        unread: count(result.unread),
        own: count(result.own),
        others: count(result.others),
        unsaid: count(result.unsaid),
        shown_tenants: result.whose.clone().into(),
        has_latency: feed.latency_seconds.is_some().into(),
        latency_seconds: feed.latency_seconds.unwrap_or_default().into(),
        timed: count(result.timed),
        late: count(result.late),
        slowest_seconds: known(result.slowest_seconds),
        alike: known(agreement.alike.map(number)),
        differing: known(agreement.differing.map(number)),
        added: known(agreement.added.map(number)),
        missing: known(agreement.missing.map(number)),
        later: known(result.later.map(number)),
        record_until: known(result.record_until),
    }
}

fn aspect_row(feed: &str, aspect: &AspectSeen, has_losses: bool) -> FeedAspect {
    let recorded = aspect.recorded.filter(|_| aspect.shows && !has_losses);
    FeedAspect {
        feed: feed.into(),
        promised: aspect.promised.into(),
        seen: if aspect.shows { (aspect.events > 0).into() } else { Cell::default() },
        events: count(aspect.events),
        last_at: known(aspect.last_at),
        recorded: known(recorded.map(number)),
    }
}

fn event_row(feed: &str, kind: WitnessKind, witness: &Witness) -> EventRow {
    EventRow {
        feed: feed.into(),
        kind: kind.as_str().into(),
        event: witness.id.as_str().into(),
        time: known(witness.time),
        whose: witness.whose.as_str().into(),
        differs_in: witness.what.as_str().into(),
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count(count: u64) -> Cell<i64> {
    number(count).into()
}

fn known<T>(value: Option<T>) -> Cell<T> {
    value.map_or_else(Cell::default, Cell::Known)
}
