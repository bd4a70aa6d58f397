//! A hole is found where it was made, and what is usual is none.

use isoneph_tables::Instant;
use proptest::prelude::*;

use super::*;

const PLACE: SourcePlace<'_> = SourcePlace { file: "f", sha256: "00", index: 0 };
/// 2026-11-02T00:00:00Z in seconds.
const START: i64 = 1_793_577_600;

fn event(second: i64) -> Event<'static> {
    Event {
        provider: "aws".into(),
        account: Some("1".into()),
        region: Some("us-east-1".into()),
        time: Some(Instant(second * SECOND)),
        ..Event::default()
    }
}

fn cover(seconds: impl IntoIterator<Item = i64>, inputs: &CoverageInputs) -> LogCoverage {
    let mut builder = CoverageBuilder::default();
    seconds.into_iter().for_each(|second| builder.observe(&event(START + second), &PLACE));
    builder.finish(inputs)
}

fn found(coverage: &LogCoverage) -> Vec<(i64, i64, Option<bool>)> {
    let relative = |micros: i64| micros / SECOND - START;
    coverage.silences.iter().map(|s| (relative(s.begins_at), relative(s.ends_at), s.certain)).collect()
}

/// A heartbeat every five minutes for a week.
fn week() -> impl Iterator<Item = i64> {
    (0..7 * 288).map(|beat| beat * 300)
}

#[test]
fn a_hole_in_a_steady_record_is_certain() {
    assert_eq!(found(&cover(week(), &CoverageInputs::default())), []);
    let holed = week().filter(|second| !(200_001..203_000).contains(second));
    assert_eq!(found(&cover(holed, &CoverageInputs::default())), [(199_800, 203_100, Some(true))]);
}

#[test]
fn a_hole_that_other_days_have_as_well_is_usual() {
    let nights = week().filter(|second| second % 86_400 > 21_600);
    assert_eq!(found(&cover(nights, &CoverageInputs::default())), []);
}

#[test]
fn with_few_events_nothing_is_said() {
    let coverage = cover((0..50).map(|beat| beat * 300), &CoverageInputs::default());
    assert_eq!((coverage.days[0].noticeable, coverage.silences.len()), (None, 0));
}

#[test]
fn with_few_days_to_compare_it_may_be_usual() {
    let two_days = week().filter(|second| *second < 2 * 86_400 && !(40_001..50_000).contains(second));
    assert_eq!(found(&cover(two_days, &CoverageInputs::default())), [(39_900, 50_100, None)]);
}

#[test]
fn the_ends_of_a_declared_period_count() {
    let period = Some((Instant(START * SECOND), Instant((START + 7 * 86_400) * SECOND)));
    let late = week().filter(|second| *second >= 7_200);
    let inputs = CoverageInputs { period, ..CoverageInputs::default() };
    assert_eq!(found(&cover(late, &inputs)), [(0, 7_200, Some(true))]);
}

#[test]
fn what_should_be_there_and_is_not_has_no_events() {
    let (begins_at, ends_at) = (Instant(START * SECOND), Instant((START + 2 * 86_400) * SECOND));
    let period = Some((begins_at, ends_at));
    let stream = Stream { provider: "aws".to_owned(), account: "2".to_owned(), region: "eu-west-1".to_owned() };
    let inputs = CoverageInputs { period, expected: vec![stream.clone()], ..CoverageInputs::default() };
    let coverage = CoverageBuilder::default().finish(&inputs);
    assert!(coverage.silences[0].no_events);
    assert_eq!(
        coverage.days.iter().map(|day| (day.day.as_str(), day.events)).collect::<Vec<_>>(),
        [("2026-11-02", 0), ("2026-11-03", 0)]
    );
    let proven = vec![Proven { account: "2".to_owned(), region: "eu-west-1".to_owned(), begins_at, ends_at }];
    let coverage = CoverageBuilder::default().finish(&CoverageInputs { proven, ..inputs });
    assert_eq!((coverage.silences.len(), coverage.days[0].proven), (0, true), "digests prove that there was nothing");
}

#[test]
fn a_day_tells_its_events_and_its_delays() {
    let mut builder = CoverageBuilder::default();
    for (second, delay) in [(10, 100), (20, 200), (3_600, -400)] {
        let at = event(START + second);
        let delivered_at = at.time.map(|at| Instant(at.0 + delay * SECOND));
        builder.observe(&Event { delivered_at, ..at }, &PLACE);
    }
    builder.observe(&Event { time: None, ..event(0) }, &PLACE);
    let coverage = builder.finish(&CoverageInputs::default());
    let day = &coverage.days[0];
    assert_eq!((day.day.as_str(), day.events, day.delay, day.after_delivery), ("2026-11-02", 3, Some(256), 1));
    assert_eq!((day.longest_silence, coverage.undated), (3_580, 1));
}

#[test]
fn days_are_named_as_the_calendar_does() {
    let name =
        |from: i64, until: i64| days_between(Instant((START + from) * SECOND), Instant((START + until) * SECOND));
    assert_eq!(name(0, 86_400), ["2026-11-02"]);
    assert_eq!(name(86_399, 86_401), ["2026-11-02", "2026-11-03"]);
    assert_eq!(name(5, 5), ["2026-11-02"]);
}

proptest! {
    #[test]
    fn order_and_repetition_change_no_silence(mut seconds in proptest::collection::vec(0_i64..400_000, 0..6_000), dense in any::<bool>()) {
        if dense {
            seconds.extend(0..5_000);
        }
        let once = cover(seconds.iter().copied(), &CoverageInputs::default());
        let again = cover(seconds.iter().rev().chain(seconds.iter().take(50)).copied(), &CoverageInputs::default());
        prop_assert_eq!(once.silences, again.silences);
        prop_assert_eq!(once.days.iter().map(|d| d.longest_silence).collect::<Vec<_>>(), again.days.iter().map(|d| d.longest_silence).collect::<Vec<_>>());
    }
}
