//! A feed is its tenant's, agrees with the record, and goes on: or it is told where it does not.

use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3_600_000_000;
/// When every feed here is fetched.
const NOW: Instant = Instant(1_000 * HOUR);

/// One event: account, id, hour, operation.
type Short<'a> = (&'a str, &'a str, i64, &'a str);

fn tenant(name: &str, accounts: &[&str], prefixes: &[&str]) -> Tenant {
    let own = |all: &[&str]| all.iter().map(ToString::to_string).collect();
    Tenant { name: name.to_owned(), accounts: own(accounts), prefixes: own(prefixes) }
}

fn event<'a>((account, id, hour, operation_name): Short<'a>, sha256: &'a str, targets: &'a [String]) -> FeedEvent<'a> {
    let category = if operation_name.starts_with("signin:") { "sign-in" } else { "management" };
    FeedEvent {
        provider: "aws",
        account,
        id,
        time: Some(Instant(hour * HOUR)),
        delivered_at: Some(Instant(hour * HOUR + 600_000_000)),
        category,
        operation_name,
        actor: "amir",
        outcome: Some(EventOutcome::Success),
        address: "192.0.2.1",
        request: r#"{"bucketName": "acme-1"}"#,
        targets,
        place: SourcePlace { file: "f", sha256, index: 0 },
    }
}

fn judge(feed: Feed, feeds: &[Short<'_>], record: &[Short<'_>], record_file: &str) -> FeedResult {
    let catalogue = Catalogue::proposed().expect("a catalogue");
    let tenants = vec![tenant("acme", &["1"], &["acme-"]), tenant("globex", &["2"], &["globex-"])];
    let mut watch = FeedWatch::new(&catalogue, tenants, vec![feed], NOW);
    feeds.iter().for_each(|one| watch.observe_feed(0, &event(*one, "feed", &[])));
    record.iter().for_each(|one| watch.observe_record(&event(*one, record_file, &[])));
    watch.finish(RecordState { has_losses: false }).remove(0)
}

fn feed() -> Feed {
    Feed { tenant: "acme".to_owned(), ..Feed::default() }
}

fn told(result: &FeedResult) -> Vec<(WitnessKind, &str)> {
    result.witnesses.iter().map(|(kind, witness)| (*kind, witness.id.as_str())).collect()
}

const WHOLE: [Short<'static>; 4] = [
    ("1", "a", 990, "ec2:runinstances"),
    ("1", "b", 992, "s3:putobject"),
    ("2", "g", 993, "ec2:runinstances"),
    ("1", "c", 994, "signin:consolelogin"),
];

#[test]
fn a_feed_that_has_what_the_record_has_of_its_tenant_agrees() {
    let result = judge(feed(), &[WHOLE[0], WHOLE[1], WHOLE[3]], &WHOLE, "record");
    let all = Agreement { alike: Some(3), differing: Some(0), added: Some(0), missing: Some(0) };
    assert_eq!((result.agreement, result.own, result.others, result.later), (all, 3, 0, Some(0)));
    assert_eq!(told(&result), []);
}

#[test]
fn what_the_feed_lacks_adds_or_changes_is_told() {
    let changed = ("1", "c", 994, "iam:createuser");
    let result = judge(feed(), &[WHOLE[0], ("1", "x", 993, "s3:putobject"), changed], &WHOLE, "record");
    let all = Agreement { alike: Some(1), differing: Some(1), added: Some(1), missing: Some(1) };
    assert_eq!(result.agreement, all);
    assert_eq!(told(&result), [(WitnessKind::Missing, "b"), (WitnessKind::Added, "x"), (WitnessKind::Differing, "c")]);
}

#[test]
fn where_a_request_came_from_and_what_it_asked_are_compared() {
    let catalogue = Catalogue::proposed().expect("a catalogue");
    let plain = |operation| event(("1", "a", 990, operation), "feed", &[]);
    let cases = [
        (plain("s3:createbucket"), ""),
        (FeedEvent { address: "198.51.100.9", ..plain("s3:createbucket") }, "address"),
        (FeedEvent { request: r#"{"bucketName": "other"}"#, ..plain("s3:createbucket") }, "request"),
        (FeedEvent { address: "", request: "", ..plain("s3:createbucket") }, ""),
    ];
    for (of_feed, expected) in cases {
        let mut watch = FeedWatch::new(&catalogue, vec![tenant("acme", &["1"], &[])], vec![feed()], NOW);
        watch.observe_feed(0, &of_feed);
        watch.observe_record(&event(("1", "a", 990, "s3:createbucket"), "record", &[]));
        let result = watch.finish(RecordState { has_losses: false }).remove(0);
        let what = result.witnesses.first().map_or("", |(_, witness)| witness.what.as_str());
        assert_eq!((what, result.agreement.differing), (expected, Some(u64::from(!expected.is_empty()))));
    }
}

#[test]
fn a_feed_with_nothing_of_its_tenant_agrees_with_nothing() {
    let of_another = [("2", "g", 993, "ec2:runinstances"), ("2", "h", 994, "ec2:runinstances")];
    let record = [WHOLE.as_slice(), &of_another[1..]].concat();
    let result = judge(feed(), &of_another, &record, "record");
    assert_eq!((result.agreement, result.others), (Agreement::default(), 2));
}

#[test]
fn what_should_long_be_there_by_what_was_promised_is_missing_though_nothing_came_since() {
    let cut = &[WHOLE[0], WHOLE[1]];
    let promised = |taken: Option<i64>| Feed {
        latency_seconds: Some(900),
        taken_at: taken.map(|hour| Instant(hour * HOUR)),
        ..feed()
    };
    let missing = |feed| judge(feed, cut, &WHOLE, "record").agreement.missing;
    assert_eq!(missing(promised(Some(999))), Some(1));
    assert_eq!(missing(promised(Some(994))), Some(0), "it may be on its way");
    assert_eq!(missing(promised(None)), None, "nobody says when it was fetched");
    assert_eq!(missing(feed()), Some(0), "nothing was promised");
    let told =
        told(&judge(promised(Some(999)), cut, &WHOLE, "record")).iter().map(|(kind, _)| *kind).collect::<Vec<_>>();
    assert_eq!(told, [WitnessKind::Missing, WitnessKind::Later]);
}

#[test]
fn events_of_others_are_told_also_where_only_the_record_knows_whose_they_are() {
    let stripped = ("", "g", 993, "ec2:runinstances");
    let result = judge(feed(), &[WHOLE[0], stripped], &WHOLE, "record");
    assert_eq!((result.others, result.unsaid, &*result.whose), (1, 0, &["globex".to_owned()][..]));
    let alone = judge(feed(), &[WHOLE[0], stripped], &[], "record");
    assert_eq!((alone.others, alone.unsaid), (0, 1));
}

#[test]
fn what_a_feed_does_not_cover_is_not_missing() {
    let signs_in = Feed { covers: vec!["Sign-in".to_owned()], ..feed() };
    let result = judge(signs_in, &[WHOLE[3], ("1", "d", 996, "signin:consolelogin")], &WHOLE, "record");
    assert_eq!(result.agreement.missing, Some(0));
    let unseen = Feed { covers: vec!["anti-virus".to_owned()], ..feed() };
    let result = judge(unseen, &[WHOLE[0], WHOLE[3]], &WHOLE, "record");
    assert_eq!(result.agreement.missing, None, "what it covers cannot be seen in events");
}

#[test]
fn one_day_in_common_is_no_agreement_about_a_month() {
    let long = [("1", "early", 300, "s3:putobject"), WHOLE[0], WHOLE[1], WHOLE[3]];
    let result = judge(feed(), &long, &WHOLE, "record");
    assert_eq!(
        (result.agreement.alike, result.agreement.added),
        (Some(3), None),
        "the record does not reach so far back"
    );
    let with_more = [long.as_slice(), &[("1", "x", 993, "s3:putobject")]].concat();
    assert_eq!(judge(feed(), &with_more, &WHOLE, "record").agreement.added, Some(1), "what is surely added is told");
}

#[test]
fn one_wrong_early_date_makes_nothing_missing_and_nothing_certain() {
    let record = [&[("1", "before", 100, "s3:putobject")], WHOLE.as_slice()].concat();
    let whole = [("1", "wrong", 0, "s3:putobject"), WHOLE[0], WHOLE[1], WHOLE[3]];
    let missing = |feeds: &[Short<'_>]| {
        let shifted: Vec<Short<'_>> =
            feeds.iter().map(|(a, id, hour, op)| (*a, *id, if *id == "wrong" { -9_000 } else { *hour }, *op)).collect();
        judge(feed(), &shifted, &record, "record").agreement.missing
    };
    assert_eq!(missing(&whole), None, "the feed may have begun before it");
    assert_eq!(missing(&[whole[0], whole[1], whole[3]]), Some(1), "what is surely missing is told");
    assert_eq!(missing(&whole[1..]), Some(0));
}

#[test]
fn events_of_others_do_not_say_how_far_a_feed_goes() {
    let result = judge(feed(), &[WHOLE[0], ("2", "fresh", 999, "ec2:runinstances")], &WHOLE, "record");
    assert_eq!((result.last_at, result.later, result.agreement.missing), (Some(Instant(990 * HOUR)), Some(2), Some(0)));
}

#[test]
fn ids_that_never_meet_prove_nothing() {
    let own = [("1", "own-1", 990, "ec2:runinstances"), ("1", "own-2", 994, "s3:putobject")];
    let result = judge(feed(), &own, &WHOLE, "record");
    assert_eq!(result.agreement, Agreement::default());
    assert_eq!(told(&result), []);
}

#[test]
fn the_feeds_own_file_among_the_logs_is_no_record() {
    let result = judge(feed(), &WHOLE, &WHOLE, "feed");
    assert_eq!((result.agreement, result.later), (Agreement::default(), None));
}

#[test]
fn a_copy_of_a_file_of_the_record_is_compared_and_lacks_what_the_other_files_have() {
    let catalogue = Catalogue::proposed().expect("a catalogue");
    let mut watch = FeedWatch::new(&catalogue, vec![tenant("acme", &["1"], &[])], vec![feed()], NOW);
    let at = |file, one, sha256| FeedEvent { place: SourcePlace { file, sha256, index: 0 }, ..event(one, sha256, &[]) };
    [(WHOLE[0], "first"), (WHOLE[3], "last")]
        .iter()
        .for_each(|(one, of)| watch.observe_feed(0, &at("feed/a", *one, of)));
    let record = [(WHOLE[0], "first"), (WHOLE[1], "withheld"), (WHOLE[3], "last")];
    record.iter().for_each(|(one, of)| watch.observe_record(&at("prov/a", *one, of)));
    let result = watch.finish(RecordState { has_losses: false }).remove(0);
    assert_eq!((result.agreement.alike, result.agreement.missing), (Some(2), Some(1)));
    assert_eq!(told(&result), [(WitnessKind::Missing, "b")]);
}

#[test]
fn a_feed_that_stopped_is_behind_the_record_once_events_should_have_come() {
    let result = judge(feed(), &WHOLE[..1], &WHOLE, "record");
    assert_eq!((result.later, result.record_until), (Some(2), Some(Instant(994 * HOUR))));
    let promised = Feed { latency_seconds: Some(7 * 3600), ..feed() };
    let result = judge(promised, &WHOLE[..1], &WHOLE, "record");
    assert_eq!((result.later, result.late), (Some(1), 0), "the event of six hours ago is still on its way");
    let none = judge(feed(), &[], &WHOLE, "record");
    assert_eq!((none.events, none.later), (0, Some(3)));
}

#[test]
fn a_record_that_was_not_read_as_a_whole_shows_no_quiet_tenant() {
    let catalogue = Catalogue::proposed().expect("a catalogue");
    let later = |has_losses: bool, record: &[Short<'_>]| {
        let mut watch = FeedWatch::new(&catalogue, vec![tenant("acme", &["1"], &[])], vec![feed()], NOW);
        watch.observe_feed(0, &event(WHOLE[0], "feed", &[]));
        record.iter().for_each(|one| watch.observe_record(&event(*one, "record", &[])));
        watch.finish(RecordState { has_losses }).remove(0).later
    };
    assert_eq!((later(false, &WHOLE[..1]), later(true, &WHOLE[..1]), later(true, &WHOLE)), (Some(0), None, Some(2)));
}

#[test]
fn delays_are_counted_against_the_promise() {
    let promised = Feed { latency_seconds: Some(599), ..feed() };
    let result = judge(promised, &WHOLE[..2], &[], "record");
    assert_eq!((result.timed, result.late, result.slowest_seconds), (2, 2, Some(600)));
}

#[test]
fn aspects_are_those_promised_and_those_seen() {
    let covers = ["sign-in", "virtual-server", "leakage"].map(str::to_owned).to_vec();
    let result = judge(Feed { covers, ..feed() }, &WHOLE[..2], &WHOLE, "record");
    let seen: Vec<(&str, bool, bool, u64, Option<u64>)> =
        result.aspects.iter().map(|a| (&*a.name, a.promised, a.shows, a.events, a.recorded)).collect();
    let expected = [
        ("leakage", true, false, 0, Some(0)),
        ("management", false, true, 2, Some(2)),
        ("sign-in", true, true, 0, Some(1)),
        ("virtual-server", true, true, 1, Some(1)),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn an_event_is_whose_account_it_is_or_else_whose_things_it_names() {
    let tenants = Tenants::new(vec![
        tenant("acme", &["1", "9"], &["acme-"]),
        tenant("globex", &["2", "9"], &["globex-"]),
        tenant("initech", &[], &["initech-"]),
    ]);
    let cases: [(&str, &[&str], Option<&str>); 8] = [
        ("1", &[], Some("acme")),
        ("1", &["globex-disk"], Some("acme")),
        ("9", &["arn:aws:s3:::globex-data/x"], Some("globex")),
        ("9", &["initech-data"], None),
        ("9", &[], None),
        ("7", &["pods/Initech-web"], Some("initech")),
        ("7", &["acme-a", "globex-b"], None),
        ("", &["web"], None),
    ];
    for (account, targets, whose) in cases {
        let targets: Vec<String> = targets.iter().map(ToString::to_string).collect();
        let found = tenants.whose(account, &targets).map(|number| tenants.name(number));
        assert_eq!(found, whose, "{account} {targets:?}");
    }
}

#[test]
fn the_longer_beginning_of_a_name_says_whose_it_is() {
    let tenants = Tenants::new(vec![tenant("acme", &[], &["acme-"]), tenant("acme-eu", &[], &["acme-eu-"])]);
    let whose = |name: &str| tenants.whose("7", &[name.to_owned()]).map(|number| tenants.name(number));
    assert_eq!((whose("b/acme-eu-disk"), whose("b/acme-disk"), whose("b/acme")), (Some("acme-eu"), Some("acme"), None));
}

#[test]
fn one_id_of_two_accounts_is_two_events() {
    let both = [("2", "a", 990, "ec2:runinstances"), ("1", "a", 990, "ec2:runinstances"), WHOLE[1]];
    let record = [both[1], both[0], WHOLE[1]];
    for events in [both, [both[1], both[0], WHOLE[1]]] {
        let result = judge(feed(), &events, &record, "record");
        assert_eq!((result.events, result.own, result.others), (3, 2, 1));
        assert_eq!((result.agreement.alike, result.agreement.missing), (Some(3), Some(0)));
        assert_eq!(told(&result), [(WitnessKind::Others, "a")]);
    }
}

#[test]
fn an_event_from_the_future_does_not_keep_a_feed_alive() {
    let future = ("1", "z", 9_000, "s3:putobject");
    let result = judge(feed(), &[WHOLE[0], future], &WHOLE, "record");
    assert_eq!((result.last_at, result.later), (Some(Instant(990 * HOUR)), Some(2)));
    let early = Feed { taken_at: Some(Instant(10 * HOUR)), ..feed() };
    let result = judge(early, &WHOLE[..2], &WHOLE, "record");
    assert_eq!((result.events, result.last_at), (2, None), "nothing of it was there when it was fetched");
}

#[test]
fn what_only_events_of_others_show_is_not_seen() {
    let sign_in_of_another = ("2", "s", 991, "signin:consolelogin");
    let promised = Feed { covers: vec!["sign-in".to_owned()], ..feed() };
    let result = judge(promised, &[WHOLE[0], sign_in_of_another], &WHOLE, "record");
    let seen = result.aspects.iter().find(|aspect| aspect.name == "sign-in").map(|aspect| aspect.events);
    assert_eq!(seen, Some(0));
}

#[test]
fn an_event_without_a_time_may_be_missing() {
    let catalogue = Catalogue::proposed().expect("a catalogue");
    let mut watch = FeedWatch::new(&catalogue, vec![tenant("acme", &["1"], &[])], vec![feed()], NOW);
    watch.observe_feed(0, &event(WHOLE[0], "feed", &[]));
    watch.observe_record(&event(WHOLE[0], "record", &[]));
    watch.observe_record(&FeedEvent { time: None, ..event(WHOLE[1], "record", &[]) });
    let result = watch.finish(RecordState { has_losses: false }).remove(0);
    assert_eq!((result.agreement.alike, result.agreement.missing, result.later), (Some(1), None, None));
}

#[test]
fn stages_of_a_request_that_only_one_of_both_keeps_are_neither_missing_nor_added() {
    let catalogue = Catalogue::proposed().expect("a catalogue");
    let at =
        |id: &'static str, hour| FeedEvent { provider: "kubernetes", ..event(("1", id, hour, "pods:create"), "", &[]) };
    let (begin, end) = (at("r/RequestReceived", 990), at("r/ResponseComplete", 990));
    let (other, last) = (at("s/ResponseComplete", 991), at("t/RequestReceived", 990));
    let cases = [
        (vec![end, other], vec![begin, end, other], (2, 0, 0)),
        (vec![begin, end, other], vec![end, other], (2, 0, 0)),
        // The feed does not tell how it came out.
        (vec![begin, other], vec![begin, end, other], (2, 0, 1)),
        (vec![end, other], vec![last, end, other], (2, 0, 1)),
    ];
    for (feeds, record, (alike, added, missing)) in cases {
        let mut watch = FeedWatch::new(&catalogue, vec![tenant("acme", &["1"], &[])], vec![feed()], NOW);
        feeds.iter().for_each(|event| watch.observe_feed(0, event));
        let place = SourcePlace { file: "r", sha256: "record", index: 0 };
        record.iter().for_each(|event| watch.observe_record(&FeedEvent { place, ..*event }));
        let result = watch.finish(RecordState { has_losses: false }).remove(0);
        let found = (result.agreement.alike, result.agreement.added, result.agreement.missing);
        assert_eq!(found, (Some(alike), Some(added), Some(missing)));
    }
}

#[test]
fn a_file_of_feeds_says_where_it_is_wrong() {
    let cases = [
        ("[[feed]]\ntenant = 'a'\nfiles = []\n", "f.toml:1: no files"),
        ("\n[[tenant]]\nname = 'a'\nprefixes = ['']\n", "f.toml:2: an empty mark"),
        ("[[tenant]]\nname = 'a'\n[[tenant]]\nname = 'a'\n", "f.toml:3: the tenant 'a' is there twice"),
        ("[[feed]]\ntenant = 'a'\nfile = 'x'\n", "f.toml:3: unknown field"),
        ("[[feed]]\ntenant = 'a'\nfiles = ['x']\ntaken_at = 09:00:00\n", "f.toml:1: '09:00:00' is neither"),
    ];
    for (text, message) in cases {
        let error = FeedsFile::parse("f.toml", text).expect_err("it is wrong").to_string();
        assert!(error.starts_with(message), "{error}");
    }
    let read = FeedsFile::parse("in/f.toml", "[[feed]]\ntenant = 'a'\nfiles = ['x']\nlatency_minutes = 2\n");
    let feed = read.expect("a feed").feeds.remove(0);
    assert_eq!((feed.files, feed.latency_seconds), (vec!["in/x".into()], Some(120)));
}

proptest! {
    /// A feed made of the record by its tenant's account, without some of its events, lacks exactly these.
    #[test]
    fn what_was_left_out_is_what_is_missing(kept in proptest::collection::vec(any::<bool>(), 1..60)) {
        let ids: Vec<String> = (0..kept.len() + 2).map(|n| n.to_string()).collect();
        let record: Vec<Short<'_>> =
            ids.iter().enumerate().map(|(n, id)| ("1", id.as_str(), n as i64, "s3:putobject")).collect();
        // The first and the last stay: they say which time the feed is of.
        let stays = |n: &usize| *n == 0 || *n == record.len() - 1 || kept[n - 1];
        let feed_of: Vec<Short<'_>> = (0..record.len()).filter(stays).map(|n| record[n]).collect();
        let result = judge(feed(), &feed_of, &record, "record");
        prop_assert_eq!(result.agreement.alike, Some(feed_of.len() as u64));
        prop_assert_eq!(result.agreement.missing, Some((record.len() - feed_of.len()) as u64));
        prop_assert_eq!(result.agreement.added, Some(0));
    }
}
