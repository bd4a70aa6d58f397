//! A hole is found where it was made, and what is usual is none.

use isoneph_tables::Instant;
use proptest::prelude::*;

use super::*;
use crate::ingest::MoreFollows;

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
    assert_eq!((day.day.as_str(), day.events, day.after_delivery), ("2026-11-02", 3, Some(1)));
    assert_eq!(day.delay, None, "how late the one whose clock is wrong came nobody knows");
    assert_eq!((day.longest_silence, coverage.undated), (3_580, 1));
}

#[test]
fn a_wrong_clock_leaves_the_delay_open_where_it_decides() {
    for (late, ahead, delay) in [(100, 0, Some(256)), (99, 1, Some(256)), (90, 10, None), (0, 5, None), (0, 0, None)] {
        let mut builder = CoverageBuilder::default();
        let told = std::iter::repeat_n(200, late).chain(std::iter::repeat_n(-400, ahead));
        for (second, delay) in (0..).zip(told) {
            let at = event(START + second);
            builder.observe(&Event { delivered_at: at.time.map(|at| Instant(at.0 + delay * SECOND)), ..at }, &PLACE);
        }
        builder.observe(&event(START), &PLACE);
        let day = builder.finish(&CoverageInputs::default()).days.remove(0);
        let told = (late + ahead > 0).then_some(ahead as u64);
        assert_eq!((day.delay, day.after_delivery), (delay, told), "{late} {ahead}");
    }
}

#[test]
fn a_hole_takes_from_the_days_of_the_calendar_that_have_a_row() {
    let coverage = cover(week(), &CoverageInputs::default());
    let name = |from: i64, until: i64| {
        coverage.days_between(Instant((START + from) * SECOND), Instant((START + until) * SECOND))
    };
    assert_eq!(name(0, 86_400), ["2026-11-02"]);
    assert_eq!(name(86_399, 86_401), ["2026-11-02", "2026-11-03"]);
    assert_eq!(name(5, 5), ["2026-11-02"]);
    assert_eq!(name(-40_000_000_000, 40_000_000_000).len(), 7);
}

#[test]
fn a_hole_is_told_on_the_days_that_it_takes_whole_or_on_the_one_of_which_it_takes_most() {
    const HOUR: i64 = 3_600;
    let days: Vec<String> = (2..=5).map(|day| format!("2026-11-0{day}")).collect();
    let told = |days: &[String], from: i64, until: i64| {
        told_on(days, (Instant((START + from) * SECOND), Instant((START + until) * SECOND)))
    };
    assert_eq!(told(&days[..2], 23 * HOUR, 26 * HOUR), ["2026-11-03"]);
    assert_eq!(told(&days[..2], 22 * HOUR, 26 * HOUR), ["2026-11-02"], "of equal parts the earlier one");
    assert_eq!(told(&days, 23 * HOUR, 73 * HOUR), ["2026-11-03", "2026-11-04"]);
    assert_eq!(told(&days[1..2], 23 * HOUR, 25 * HOUR), ["2026-11-03"], "only days that it takes from");
    assert!(told(&[], 0, HOUR).is_empty());
}

/// Days with their events, and whether something in doubt takes from them.
fn days_of(coverage: &LogCoverage, region: &str) -> Vec<(String, u64, bool)> {
    let own = coverage.days.iter().filter(|day| day.stream.region == region);
    let doubt = |day: &LogDay| {
        let holes = coverage.silences.iter().filter(|silence| silence.stream.region == region);
        holes.into_iter().any(|silence| silence.days.contains(&day.day))
    };
    own.map(|day| (day.day[5..].to_owned(), day.events, doubt(day))).collect()
}

#[test]
fn without_a_period_a_day_that_is_not_covered_to_its_end_is_in_doubt() {
    let mut builder = CoverageBuilder::default();
    for second in week() {
        builder.observe(&event(START + second), &PLACE);
        let here = Event { region: Some("eu-central-1".into()), ..event(START + second) };
        // From 10:00 of the second day until 10:00 of the sixth.
        if (122_400..468_000).contains(&second) {
            builder.observe(&here, &PLACE);
        }
    }
    let coverage = builder.finish(&CoverageInputs::default());
    let shown =
        |region| days_of(&coverage, region).into_iter().map(|(day, events, doubt)| format!("{day} {events} {doubt}"));
    let here: Vec<String> = shown("eu-central-1").collect();
    let expected = [
        "11-02 0 true",
        "11-03 168 true",
        "11-04 288 false",
        "11-05 288 false",
        "11-06 288 false",
        "11-07 120 true",
        "11-08 0 true",
    ];
    assert_eq!(here, expected);
    assert!(coverage.silences.iter().all(|silence| silence.certain.is_none()), "{:?}", coverage.silences);
    assert!(shown("us-east-1").all(|day| day.ends_with("288 false")));
}

#[test]
fn one_wrong_date_makes_no_thousands_of_days() {
    for wrong in ["1970-01-01", "2099-12-31"] {
        let mut builder = CoverageBuilder::default();
        let wrong_at = format!("{wrong}T00:00:00Z").parse::<Timestamp>().unwrap().as_second();
        for second in week().chain([wrong_at - START]) {
            for region in ["us-east-1", "eu-west-1"] {
                builder.observe(&Event { region: Some(region.into()), ..event(START + second) }, &PLACE);
            }
        }
        let coverage = builder.finish(&CoverageInputs::default());
        assert!(coverage.days.len() < 200, "{wrong}: {}", coverage.days.len());
        assert!(coverage.silences.iter().all(|silence| silence.days.len() < 100), "{wrong}");
        let days = coverage.days.iter().filter(|day| day.day.starts_with("2026-11-0") && day.events > 0);
        assert_eq!(days.count(), 14, "{wrong}");
        let of_week: Vec<_> = days_of(&coverage, "us-east-1").into_iter().filter(|day| day.1 == 288).collect();
        assert!(of_week.iter().all(|day| !day.2), "{wrong}: the days around it are whole: {of_week:?}");
        let of_wrong = days_of(&coverage, "us-east-1").into_iter().find(|day| day.1 == 1).unwrap();
        assert!(of_wrong.2, "{wrong}: the day itself is not");
    }
}

#[test]
fn a_silence_takes_from_the_days_where_it_stands_out() {
    // From 22:00 until 00:02 of the next day.
    let late = week().filter(|second| !(165_601..172_920).contains(second));
    let coverage = cover(late, &CoverageInputs::default());
    assert_eq!(coverage.silences.iter().flat_map(|silence| &silence.days).collect::<Vec<_>>(), ["2026-11-03"]);
    // From 23:50 until 00:10.
    let around = week().filter(|second| !(172_201..173_400).contains(second));
    let coverage = cover(around, &CoverageInputs::default());
    assert_eq!(coverage.silences[0].days.len(), 1, "{:?}", coverage.silences);
}

#[test]
fn an_account_in_scope_without_any_log_has_days() {
    let account =
        |account: &str| Stream { provider: "aws".to_owned(), account: account.to_owned(), region: String::new() };
    let inputs = CoverageInputs { expected: vec![account("1"), account("2")], ..CoverageInputs::default() };
    let coverage = cover(week(), &inputs);
    let missing: Vec<_> = coverage.days.iter().filter(|day| day.events == 0).map(|day| &*day.stream.account).collect();
    assert_eq!(missing, ["2"; 7]);
    let silent: Vec<_> =
        coverage.silences.iter().map(|silence| (&*silence.stream.account, silence.no_events)).collect();
    assert_eq!(silent, [("2", true)]);
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

#[test]
fn a_day_whose_only_file_is_missing_has_a_row() {
    let hole = |from: i64, until: i64, region: &str| Proven {
        account: "1".to_owned(),
        region: region.to_owned(),
        begins_at: Instant((START + from) * SECOND),
        ends_at: Instant((START + until) * SECOND),
    };
    let days = |holes: Vec<Proven>| {
        let coverage = cover([10, 90_000], &CoverageInputs { holes, ..CoverageInputs::default() });
        coverage.days.iter().map(|day| (day.day.clone(), day.events, day.proven)).collect::<Vec<_>>()
    };
    let day = |name: &str, events| (name.to_owned(), events, false);
    let seen = [day("2026-11-02", 1), day("2026-11-03", 1)];
    assert_eq!(days(Vec::new()), seen);
    assert_eq!(days(vec![hole(4 * 86_400, 4 * 86_400 + 60, "eu-west-1")]), seen, "it is another stream's");
    let with = [&seen[..], &[day("2026-11-05", 0), day("2026-11-06", 0)]].concat();
    assert_eq!(days(vec![hole(4 * 86_400 - 60, 4 * 86_400 + 60, "us-east-1")]), with);
    assert!(days(vec![hole(-4_000_000_000, 60, "us-east-1")]).len() < 70, "a wrong date makes no thousands of days");
}

#[test]
fn access_to_data_that_goes_on_fills_no_hole_of_what_else_is_recorded() {
    let hole = 200_001..250_000;
    let data = || week().map(|second| Event { category: Category::Data, ..event(START + second + 7) });
    let own = week().filter(|second| !hole.contains(second)).map(|second| event(START + second));
    let mut builder = CoverageBuilder::default();
    own.chain(data()).for_each(|event| builder.observe(&event, &PLACE));
    assert_eq!(found(&builder.finish(&CoverageInputs::default())), [(199_800, 250_200, Some(true))]);
    // A record of nothing else is judged by what it has.
    let mut builder = CoverageBuilder::default();
    data()
        .filter(|event| !hole.contains(&(event.time.unwrap().0 / SECOND - START)))
        .for_each(|event| builder.observe(&event, &PLACE));
    assert_eq!(builder.finish(&CoverageInputs::default()).silences.len(), 1);
}

#[test]
fn what_a_page_does_not_show_is_neither_there_nor_missing() {
    let holed = || week().filter(|second| !(200_001..203_000).contains(second));
    let day = |number: i64| day_name((START / 86_400) + number);
    for (earlier, later, days, certain) in
        [(true, false, 0..4, None), (false, true, 5..7, Some(true)), (true, true, 0..7, None)]
    {
        let between = [3 * 86_400, 5 * 86_400 + 10].map(|second| Instant((START + second) * SECOND));
        let pages = vec![OpenPage::planted("aws", "1", between, MoreFollows { earlier, later })];
        let coverage = cover(holed(), &CoverageInputs { pages, ..CoverageInputs::default() });
        let cut: Vec<&String> = coverage.cuts.iter().flat_map(|cut| &cut.days).collect();
        let expected: Vec<String> = days.map(day).collect();
        assert_eq!(cut, expected.iter().collect::<Vec<_>>(), "{earlier} {later}");
        assert_eq!(coverage.silences[0].certain, certain, "{earlier} {later}");
    }
}
