//! What a tenant left behind comes out as what it is, and what nobody looked for comes out undecided.

use std::collections::BTreeSet;

use isoneph_model::SnapshotKind;
use isoneph_tables::schema::{Disk, DiskSnapshot, Relation, Resource};
use isoneph_tables::{Common, NewInput, Scope, Sink, TableId};

use super::*;
use crate::ingest::MoreFollows;

mod departing;
mod kept;
mod lists;

const DAY: i64 = 86_400_000_000;
const PLACE: SourcePlace<'_> = SourcePlace { file: "f", sha256: "00", index: 7 };

/// The end of day `n` after the agreement ended.
fn day(n: i64) -> Instant {
    let ended = departures("").departures[0].ended_at;
    Instant(ended.0 + n * DAY)
}

fn departures(more: &str) -> DeparturesFile {
    let text = format!(
        "[[exit]]\ntenant = 'acme'\nended_on = 2026-09-30\ndays = 30\ntags = ['tenant=acme']\nprefixes = ['acme-']\n{more}"
    );
    DeparturesFile::parse("exits.toml", &text).unwrap()
}

fn item(id: &str) -> ListedItem {
    ListedItem {
        id: id.to_owned(),
        kind: "resource".to_owned(),
        provider: Some("aws".to_owned()),
        account: Some("1".to_owned()),
        tags: vec!["tenant=acme".to_owned()],
        ..ListedItem::default()
    }
}

fn listing(at: Instant, ids: &[&str], complete: bool) -> Listing {
    let complete = complete.then(|| ("aws".to_owned(), "1".to_owned())).into_iter().collect();
    let items = ids.iter().map(|id| item(id)).collect();
    Listing { observed_at: at, items, complete, seen: Vec::new(), list: None, tags: BTreeMap::new() }
}

fn deletion(name: &'static str, target: &'static str, at: Instant) -> Event<'static> {
    Event {
        provider: "aws".into(),
        time: Some(at),
        operation_name: Some(name.into()),
        targets: Some(vec![target.into()]),
        outcome: Some(EventOutcome::Success),
        ..Event::default()
    }
}

type Told = (Option<ItemState>, Option<bool>);

fn told(listings: Vec<Listing>, events: &[Event<'_>], as_of: Instant) -> Told {
    let catalogue = Catalogue::proposed().unwrap();
    let mut tracker = ExitTracker::new(&catalogue, departures(""), listings);
    events.iter().for_each(|event| tracker.observe(event, &PLACE));
    let exit = tracker.finish(as_of).remove(0);
    assert_eq!(exit.items.len(), 1);
    (exit.items[0].state, exit.items[0].in_time)
}

#[test]
fn a_deletion_in_time_removes_and_one_too_late_is_late() {
    let before = || vec![listing(day(-5), &["i-0001"], true)];
    let removed = |n| told(before(), &[deletion("ec2:terminateinstances", "i-0001", day(n))], day(60));
    assert_eq!(removed(10), (Some(ItemState::Removed), Some(true)));
    assert_eq!(removed(40), (Some(ItemState::Removed), Some(false)));
    assert_eq!(removed(-10), (None, None), "it was seen after that");
}

#[test]
fn a_key_whose_end_is_ordered_can_still_be_got_back() {
    let before = vec![listing(day(-5), &["arn:aws:kms:r:1:key/abcd-ef"], true)];
    let ordered = [deletion("kms:schedulekeydeletion", "abcd-ef", day(10))];
    assert_eq!(told(before, &ordered, day(39)), (Some(ItemState::Recoverable), Some(false)));
}

#[test]
fn behind_the_end_of_its_time_only_somebody_who_looked_knows_that_it_is_gone() {
    let key = "arn:aws:kms:r:1:key/abcd-ef";
    let ordered = [deletion("kms:schedulekeydeletion", "abcd-ef", day(10))];
    let seen = |days: &[(i64, &[&str])]| days.iter().map(|(n, ids)| listing(day(*n), ids, true)).collect::<Vec<_>>();
    let (before, open) = ((-5, &[key][..]), (None, None));
    assert_eq!(told(seen(&[before]), &ordered, day(60)), open);
    assert_eq!(told(seen(&[before, (20, &[])]), &ordered, day(60)), open, "nobody looked since it ended");
    assert_eq!(told(seen(&[before, (20, &[key])]), &ordered, day(60)), open, "it was seen while it waited");
    assert_eq!(told(seen(&[before, (20, &[]), (41, &[])]), &ordered, day(60)).0, Some(ItemState::Removed));
    let there = told(seen(&[before, (41, &[key])]), &ordered, day(60));
    assert_eq!(there, (Some(ItemState::Remaining), Some(false)), "it is there behind its end");
}

fn thing_of(provider: &str, native_type: Option<&str>, id: &str) -> ListedItem {
    let native_type = native_type.map(str::to_owned);
    ListedItem { provider: Some(provider.to_owned()), native_type, ..item(id) }
}

#[test]
fn what_only_an_inventory_of_an_unknown_time_shows_cannot_be_told() {
    let catalogue = Catalogue::proposed().unwrap();
    let unused = || Unused {
        which: vec![NotUsed { path: "b.json".to_owned(), why: "no time".to_owned() }],
        items: vec![
            item("vol-0001"),
            item("vol-0002"),
            item("vol-0001"),
            ListedItem { tags: Vec::new(), ..item("other") },
        ],
    };
    let items = |listings: Vec<Listing>| {
        let exit = ExitTracker::new(&catalogue, departures(""), listings).beside(unused()).finish(day(60)).remove(0);
        assert_eq!(exit.not_used, unused().which);
        exit.items.into_iter().map(|item| (item.item.id, item.state)).collect::<Vec<_>>()
    };
    let [first, second] = ["vol-0001".to_owned(), "vol-0002".to_owned()];
    assert_eq!(items(Vec::new()), [(first.clone(), None), (second.clone(), None)]);
    let dated = vec![listing(day(-5), &["vol-0001"], true), listing(day(20), &[], true)];
    assert_eq!(items(dated), [(first, Some(ItemState::Removed)), (second, None)]);
}

#[test]
fn what_waits_for_its_end_can_be_got_back_though_no_inventory_shows_it() {
    let key = "arn:aws:kms:r:1:key/abcd-ef";
    let gone = |n| vec![listing(day(-5), &[key], true), listing(day(n), &[], true)];
    let ordered = [deletion("kms:schedulekeydeletion", "abcd-ef", day(5))];
    assert_eq!(told(gone(10), &ordered, day(12)), (Some(ItemState::Recoverable), None), "not due yet");
    assert_eq!(told(gone(10), &ordered, day(31)), (Some(ItemState::Recoverable), Some(false)));
    assert_eq!(told(gone(36), &ordered, day(40)), (Some(ItemState::Removed), None), "when it went nobody saw");
    let catalogue = Catalogue::proposed().unwrap();
    let mut tracker = ExitTracker::new(&catalogue, departures(""), gone(10));
    tracker.observe(&ordered[0], &PLACE);
    assert_eq!(tracker.finish(day(12))[0].items[0].recoverable_until, Some(day(35)));
}

#[test]
fn an_order_says_itself_how_long_it_can_be_taken_back() {
    let (key, secret) = ("arn:aws:kms:r:1:key/abcd-ef", "arn:aws:secretsmanager:r:1:secret:acme-db");
    let (vault, version) = ("/subscriptions/1/vaults/acme-vault", "projects/p/cryptoKeyVersions/1");
    let never = "";
    let cases = [
        ("aws", "kms:schedulekeydeletion", key, r#"{"pendingWindowInDays":7}"#, never, Some(day(12))),
        ("aws", "kms:schedulekeydeletion", key, r#"{"pendingWindowInDays":700}"#, never, Some(day(35))),
        ("aws", "kms:schedulekeydeletion", key, never, never, Some(day(35))),
        ("aws", "secretsmanager:deletesecret", secret, r#"{"recoveryWindowInDays":10}"#, never, Some(day(15))),
        ("aws", "secretsmanager:deletesecret", secret, r#"{"forceDeleteWithoutRecovery":true}"#, never, None),
        ("azure", "microsoft.keyvault/vaults/delete", vault, never, never, Some(day(95))),
        (
            "google",
            "cloudkms:destroycryptokeyversion",
            version,
            never,
            r#"{"destroyTime":"2026-10-12T00:00:00Z"}"#,
            Some(Instant(1_791_763_200_000_000)),
        ),
        ("google", "cloudkms:destroycryptokeyversion", version, never, never, Some(day(125))),
    ];
    let catalogue = Catalogue::proposed().unwrap();
    for (provider, name, id, asked, answered, until) in cases {
        // An inventory that was taken on the next day and does not show it.
        let own = |at, ids: &[&str]| {
            let mut listing = listing(at, ids, true);
            listing.complete = [(provider.to_owned(), "1".to_owned())].into();
            listing.items.iter_mut().for_each(|item| item.provider = Some(provider.to_owned()));
            listing
        };
        let mut tracker = ExitTracker::new(&catalogue, departures(""), vec![own(day(-5), &[id]), own(day(6), &[])]);
        let event = deletion(name, id, day(5));
        let event = Event {
            provider: provider.into(),
            raw_request: Some(asked.into()),
            raw_response: Some(answered.into()),
            ..event
        };
        tracker.observe(&event, &PLACE);
        let item = tracker.finish(day(7)).remove(0).items.remove(0);
        let state = if until.is_some() { ItemState::Recoverable } else { ItemState::Removed };
        assert_eq!((item.state, item.recoverable_until), (Some(state), until), "{name} {asked} {answered}");
    }
}

#[test]
fn what_was_set_for_a_thing_and_is_not_in_its_deletion_leaves_it_open_for_as_long_as_it_may_be() {
    let database = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Sql/servers/s/databases/acme-db";
    let account = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/acmedata";
    let dataset = "projects/1/datasets/acme_data";
    let cases = [
        ("google", "storage.buckets.delete", "acme-files", "projects/_/buckets/acme-files", 80, None),
        (
            "google",
            "storage.buckets.delete",
            "acme-files",
            "projects/_/buckets/acme-files",
            100,
            Some(ItemState::Removed),
        ),
        // Nobody saw that bucket deleted, another one of a similar name was: it may have gone the day before.
        ("google", "storage.buckets.delete", "acme-files", "projects/_/buckets/acme-files-2", 100, None),
        ("azure", "microsoft.sql/servers/databases/delete", database, database, 30, None),
        ("azure", "microsoft.sql/servers/databases/delete", database, database, 50, Some(ItemState::Removed)),
        ("azure", "microsoft.storage/storageaccounts/delete", account, account, 12, Some(ItemState::Recoverable)),
        ("azure", "microsoft.storage/storageaccounts/delete", account, account, 30, Some(ItemState::Removed)),
        (
            "google",
            "google.cloud.bigquery.datasetservice.deletedataset",
            dataset,
            dataset,
            12,
            Some(ItemState::Recoverable),
        ),
        (
            "google",
            "google.cloud.bigquery.datasetservice.deletedataset",
            dataset,
            dataset,
            30,
            Some(ItemState::Removed),
        ),
    ];
    let catalogue = Catalogue::proposed().unwrap();
    for (provider, name, id, target, gone_by, expected) in cases {
        let own = |at, ids: &[&str]| {
            let mut listing = listing(at, ids, true);
            listing.complete = [(provider.to_owned(), "1".to_owned())].into();
            for item in &mut listing.items {
                item.provider = Some(provider.to_owned());
                item.tables.extend(TableId::find("bucket").filter(|_| name.contains("bucket")));
            }
            listing
        };
        let mut tracker =
            ExitTracker::new(&catalogue, departures(""), vec![own(day(-5), &[id]), own(day(gone_by), &[])]);
        tracker.observe(&Event { provider: provider.into(), ..deletion(name, target, day(5)) }, &PLACE);
        let item = tracker.finish(day(gone_by + 1)).remove(0).items.remove(0);
        assert_eq!(item.state, expected, "{name} {target} {gone_by}");
    }
}

#[test]
fn a_key_waits_with_its_last_version_once_it_is_listed_no_more() {
    let key = "projects/1/locations/eu/keyRings/r/cryptoKeys/acme-key";
    let catalogue = Catalogue::proposed().unwrap();
    let state = |listed_after: &[&str], answered: &str| {
        let own = |at, ids: &[&str]| {
            let mut listing = listing(at, ids, true);
            listing.complete = [("google".to_owned(), "1".to_owned())].into();
            listing.items.iter_mut().for_each(|item| item.provider = Some("google".to_owned()));
            listing
        };
        let mut tracker =
            ExitTracker::new(&catalogue, departures(""), vec![own(day(-5), &[key]), own(day(6), listed_after)]);
        let version = "projects/1/locations/eu/keyRings/r/cryptoKeys/acme-key/cryptoKeyVersions/1";
        let event = deletion("cloudkms:destroycryptokeyversion", version, day(5));
        tracker.observe(
            &Event { provider: "google".into(), raw_response: Some(answered.to_owned().into()), ..event },
            &PLACE,
        );
        tracker.finish(day(7)).remove(0).items.remove(0).state
    };
    let later = r#"{"destroyTime":"2026-12-01T00:00:00Z"}"#;
    let sooner = r#"{"destroyTime":"2026-10-06T00:00:00Z"}"#;
    assert_eq!(state(&[], later), Some(ItemState::Recoverable));
    assert_eq!(state(&[], sooner), Some(ItemState::Removed));
    assert_eq!(state(&[key], later), Some(ItemState::Remaining), "it may have other versions");
}

#[test]
fn what_was_given_back_is_not_gone() {
    let key = "arn:aws:kms:r:1:key/abcd-ef";
    let events = |back| {
        [deletion("kms:schedulekeydeletion", "abcd-ef", day(2)), deletion("kms:cancelkeydeletion", key, day(back))]
    };
    let seen = |n: i64, ids: &[&str]| vec![listing(day(-5), &[key], true), listing(day(n), ids, true)];
    assert_eq!(told(seen(-4, &[key]), &events(3), day(60)).0, None, "nobody looked since");
    assert_eq!(told(seen(9, &[key]), &events(3), day(60)).0, Some(ItemState::Remaining));
    assert_eq!(told(seen(4, &[]), &events(5), day(60)).0, None, "it was given back after somebody looked");
    assert_eq!(told(seen(-4, &[key]), &events(1), day(20)).0, Some(ItemState::Recoverable), "it was ordered again");
}

#[test]
fn what_cannot_be_told_says_why() {
    let (volume, bucket) = ("arn:aws:ec2:r:1:volume/vol-0001", "arn:aws:s3:::acme-files");
    let data = "arn:aws:timestream:r:1:database/acme-data";
    let catalogue = Catalogue::proposed().unwrap();
    let why = |id: &str, events: &[Event<'_>], as_of| {
        let mut tracker = ExitTracker::new(&catalogue, departures(""), vec![listing(day(-5), &[id], true)]);
        events.iter().for_each(|event| tracker.observe(event, &PLACE));
        let exits = tracker.finish(as_of);
        let record = RemovalRecord::new("t".to_owned(), as_of, &exits, BTreeSet::new()).unwrap();
        assert_eq!(record.exits[0].items[0].undecided, exits[0].items[0].undecided);
        exits[0].items[0].undecided
    };
    let deleted = [deletion("ec2:deletevolume", "vol-0001", day(3))];
    assert_eq!(why(volume, &[], day(60)), Some(Undecided::NotSeenSince));
    assert_eq!(why(volume, &deleted, day(9)), Some(Undecided::MayBeKept));
    assert_eq!(why(volume, &deleted, day(10)), Some(Undecided::TimeIsOver));
    let unknown = [deletion("timestream:deletedatabase", data, day(3))];
    assert_eq!(why(data, &unknown, day(60)), Some(Undecided::KeepingNotKnown));
    let [gone, again] =
        [deletion("s3:deletebucket", bucket, day(3)), deletion("s3:createbucket", "acme-files", day(5))];
    assert_eq!(why(bucket, &[gone.clone(), again], day(60)), Some(Undecided::BackAgain));
    assert_eq!(why(bucket, &[gone], day(60)), None, "it is removed");
    let residue = |line: &str| {
        let file = departures(&format!("[[residue]]\ntenant = 'acme'\nstore = 'orders'\n{line}"));
        ExitTracker::new(&catalogue, file, Vec::new()).finish(day(60)).remove(0).items.remove(0).undecided
    };
    assert_eq!(residue(""), Some(Undecided::NotCounted));
    assert_eq!(residue("count = 0\ncounted_on = 2026-12-24"), Some(Undecided::NotCounted), "counted later");
    assert_eq!(residue("count = 0\ncounted_on = 2026-10-05"), Some(Undecided::CopiesNotTold));
    assert_eq!(residue("count = 1\ncounted_on = 2026-10-05"), None, "it remains");
}

#[test]
fn what_was_made_again_under_its_name_is_not_gone_until_somebody_looks_again() {
    let bucket = "arn:aws:s3:::acme-files";
    let role = "arn:aws:iam::1:role/acme-files";
    let database = "arn:aws:rds:r:1:db:acme-db";
    let machine = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/acme-vm";
    let disk = "projects/1/zones/z/disks/acme-disk";
    let cases = [
        ("aws", bucket, ("s3:deletebucket", bucket), ("s3:createbucket", "acme-files"), true),
        ("aws", bucket, ("s3:deletebucket", bucket), ("s3:createbucket", "acme-files-2"), false),
        ("aws", bucket, ("s3:deletebucket", bucket), ("iam:createrole", "acme-files"), false),
        ("aws", bucket, ("s3:deletebucket", bucket), ("s3:getbucketpolicy", "acme-files"), false),
        ("aws", role, ("iam:deleterole", role), ("iam:createrole", "acme-files"), true),
        ("aws", database, ("rds:deletedbinstance", database), ("rds:restoredbinstancefromdbsnapshot", "acme-db"), true),
        ("aws", database, ("rds:deletedbinstance", database), ("rds:createdbinstance", database), true),
        ("aws", database, ("rds:deletedbinstance", database), ("rds:createdbsubnetgroup", "other"), false),
        (
            "azure",
            machine,
            ("microsoft.compute/virtualmachines/delete", machine),
            ("microsoft.compute/virtualmachines/write", machine),
            true,
        ),
        (
            "azure",
            machine,
            ("microsoft.compute/virtualmachines/delete", machine),
            ("microsoft.compute/virtualmachines/write", "/subscriptions/1/virtualMachines/other"),
            false,
        ),
        ("google", disk, ("compute.disks.delete", disk), ("compute.disks.insert", disk), true),
        ("google", disk, ("compute.disks.delete", disk), ("compute.snapshots.insert", "acme-disk"), false),
    ];
    let catalogue = Catalogue::proposed().unwrap();
    for (provider, id, deleted, made, is_back) in cases {
        let own = |n, items: &[&str]| Listing {
            items: items.iter().map(|id| thing_of(provider, None, id)).collect(),
            complete: [(provider.to_owned(), "1".to_owned())].into(),
            ..listing(day(n), &[], true)
        };
        let event = |(name, target), at| Event {
            provider: provider.into(),
            raw_request: Some("{}".into()),
            ..deletion(name, target, day(at))
        };
        let state = |made_at, looked: Option<(i64, &[&str])>| {
            let listings = [own(-5, &[id])].into_iter().chain(looked.map(|(n, items)| own(n, items)));
            let mut tracker = ExitTracker::new(&catalogue, departures(""), listings.collect());
            [event(deleted, 3), event(made, made_at)].iter().for_each(|event| tracker.observe(event, &PLACE));
            tracker.finish(day(60)).remove(0).items.remove(0).state
        };
        let removed = Some(ItemState::Removed);
        assert_eq!(state(5, None), removed.filter(|_| !is_back), "{made:?}");
        assert_eq!(state(5, Some((4, &[]))), removed.filter(|_| !is_back), "{made:?} after somebody looked");
        assert_eq!(state(1, None), removed, "{made:?} before it was deleted");
        assert_eq!(state(5, Some((20, &[id]))), Some(ItemState::Remaining), "{made:?}");
    }
    // A mere name, and the path that the log has for it.
    let missed = || vec![listing(day(-5), &["acme-jobs"], true), listing(day(4), &[], true)];
    let made = |name, target| told(missed(), &[deletion(name, target, day(5))], day(60)).0;
    assert_eq!(made("sqs:createqueue", "arn:aws:sqs:r:1:acme-jobs"), None);
    assert_eq!(made("batch:createjobqueue", "arn:aws:batch:r:1:job-queue/acme-jobs"), None);
    assert_eq!(made("iam:createrole", "arn:aws:iam::1:policy/acme-jobs"), Some(ItemState::Removed));
    let gone = vec![listing(day(-5), &[bucket], true), listing(day(20), &[], true)];
    let again = [deletion("s3:deletebucket", bucket, day(3)), deletion("s3:createbucket", "acme-files", day(5))];
    assert_eq!(told(gone, &again, day(60)).0, Some(ItemState::Removed), "somebody looked again");
}

#[test]
fn a_path_of_google_is_known_with_its_service_before_it() {
    let id = "//compute.googleapis.com/projects/p/zones/z/instances/acme-vm";
    let state = |target| {
        let event = Event { provider: "google".into(), ..deletion("compute.instances.delete", target, day(3)) };
        let mut before = listing(day(-5), &[id], true);
        before.items[0].provider = Some("google".to_owned());
        told(vec![before], &[event], day(60)).0
    };
    assert_eq!(state("projects/p/zones/z/instances/acme-vm"), Some(ItemState::Removed));
    assert_eq!(state("projects/q/zones/z/instances/acme-vm"), None);
}

#[test]
fn a_copy_that_the_deletion_made_itself_is_left_until_it_is_deleted() {
    let database = "arn:aws:rds:r:1:db:acme-db";
    let gone = || vec![listing(day(-5), &[database], true), listing(day(10), &[], true)];
    let ended = |targets: &[&'static str]| Event {
        targets: Some(targets.iter().map(|target| (*target).into()).collect()),
        raw_request: Some(r#"{"skipFinalSnapshot":false}"#.into()),
        ..deletion("rds:deletedbinstance", "", day(3))
    };
    let copied = ended(&["acme-db", "acme-final", database]);
    assert_eq!(told(gone(), &[ended(&["acme-db", database])], day(20)).0, Some(ItemState::Removed));
    assert_eq!(told(gone(), std::slice::from_ref(&copied), day(20)).0, Some(ItemState::Recoverable));
    let copy = deletion("rds:deletedbsnapshot", "acme-final", day(4));
    assert_eq!(told(gone(), &[copied, copy], day(20)).0, Some(ItemState::Removed));
}

#[test]
fn a_thing_whose_identity_is_its_name_is_known_by_it() {
    let cases = [
        ("arn:aws:s3:::acme-files", "s3:deletebucket", "acme-files", true),
        ("arn:aws:s3:::acme-files", "s3:deletebucketpolicy", "acme-files", false),
        ("arn:aws:sqs:r:1:acme-jobs", "sqs:deletequeue", "https://sqs.r.amazonaws.com/1/acme-jobs", true),
        ("arn:aws:sqs:r:1:acme-jobs", "sqs:purgequeue", "https://sqs.r.amazonaws.com/1/acme-jobs", false),
        ("arn:aws:s3:::acme-files", "s3:deleteobjects", "arn:aws:s3:::acme-files", false),
        ("arn:aws:sns:r:1:acme-news", "sns:deletetopic", "acme-news", true),
        ("arn:aws:sns:r:1:acme-jobs", "sqs:deletequeue", "https://sqs.r.amazonaws.com/1/acme-jobs", false),
    ];
    for (id, name, target, is_gone) in cases {
        let state = told(vec![listing(day(-5), &[id], true)], &[deletion(name, target, day(3))], day(60)).0;
        assert_eq!(state == Some(ItemState::Removed), is_gone, "{id} {name}");
    }
}

#[test]
fn a_deletion_of_something_on_a_thing_does_not_remove_the_thing() {
    let balancer = "arn:aws:elasticloadbalancing:r:1:loadbalancer/app/acme-web";
    let bucket = "arn:aws:s3:::acme-files";
    let state = |id: &'static str, name, target| {
        told(vec![listing(day(-5), &[id], true)], &[deletion(name, target, day(3))], day(60)).0
    };
    assert_eq!(state(balancer, "elasticloadbalancing:deletelistener", "acme-web"), None);
    assert_eq!(state(balancer, "elasticloadbalancing:deleteloadbalancer", balancer), Some(ItemState::Removed));
    assert_eq!(state(bucket, "s3:deletebucketpolicy", bucket), None);
    assert_eq!(state(bucket, "s3:deletebucket", bucket), Some(ItemState::Removed));
    assert_eq!(state("arn:aws:backup:r:1:backup-vault:acme-vault", "backup:deleterecoverypoint", "acme-vault"), None);
}

#[test]
fn an_order_that_can_be_taken_back_leaves_the_thing_listed() {
    let key = "arn:aws:kms:r:1:key/abcd-ef";
    let listings = vec![listing(day(-5), &[key], true), listing(day(20), &[key], true)];
    let ordered = [deletion("kms:schedulekeydeletion", "abcd-ef", day(10))];
    assert_eq!(told(listings, &ordered, day(39)), (Some(ItemState::Recoverable), Some(false)));
}

#[test]
fn only_a_complete_inventory_shows_that_something_is_gone() {
    let with = |complete| vec![listing(day(-5), &["vol-0001"], true), listing(day(20), &[], complete)];
    assert_eq!(told(with(true), &[], day(60)), (Some(ItemState::Removed), Some(true)));
    assert_eq!(told(with(false), &[], day(60)), (None, None));
    let late = vec![listing(day(-5), &["vol-0001"], true), listing(day(45), &[], true)];
    assert_eq!(told(late, &[], day(60)), (Some(ItemState::Removed), None), "nobody saw when it went");
}

#[test]
fn what_is_still_listed_remains_and_is_late_once_it_was_due() {
    let at = |n| vec![listing(day(-5), &["vol-0001"], true), listing(day(n), &["vol-0001"], false)];
    assert_eq!(told(at(10), &[], day(10)), (Some(ItemState::Remaining), None), "not due yet");
    assert_eq!(told(at(40), &[], day(40)), (Some(ItemState::Remaining), Some(false)));
    let before_only = vec![listing(day(-5), &["vol-0001"], true)];
    assert_eq!(told(before_only, &[], day(60)), (None, None), "nobody looked since");
}

#[test]
fn a_refused_deletion_removes_nothing() {
    let before = vec![listing(day(-5), &["vol-0001"], true)];
    let refused = Event { outcome: Some(EventOutcome::Failure), ..deletion("ec2:deletevolume", "vol-0001", day(3)) };
    assert_eq!(told(before, &[refused], day(60)), (None, None));
}

#[test]
fn rows_in_a_shared_store_are_gone_when_their_copies_are() {
    let residue = |line: &str, as_of: Instant| {
        let catalogue = Catalogue::proposed().unwrap();
        let file = departures(&format!("[[residue]]\ntenant = 'acme'\nstore = 'orders'\n{line}"));
        let exit = ExitTracker::new(&catalogue, file, Vec::new()).finish(as_of).remove(0);
        (exit.items[0].state, exit.items[0].in_time)
    };
    let (removed, remaining) = (Some(ItemState::Removed), Some(ItemState::Remaining));
    assert_eq!(residue("count = 3\ncounted_on = 2026-11-20", day(60)), (remaining, Some(false)));
    assert_eq!(residue("count = 0\ncounted_on = 2026-10-05", day(60)), (None, None), "its copies are not told of");
    assert_eq!(residue("count = 0\ncounted_on = 2026-10-05\ncopies_expired = true", day(60)), (removed, Some(true)));
    let until = "count = 0\ncounted_on = 2026-10-05\nrecoverable_until = 2026-11-20";
    assert_eq!(residue(until, day(20)), (Some(ItemState::Recoverable), None));
    assert_eq!(residue(until, day(45)), (Some(ItemState::Recoverable), Some(false)));
    assert_eq!(residue(until, day(60)).0, removed);
    assert_eq!(
        residue("count = 0\ncounted_on = 2026-09-01\ncopies_expired = true", day(60)),
        (None, None),
        "counted before the end"
    );
    assert_eq!(residue("", day(60)), (None, None), "nobody counted");
    let later = |line| residue(line, day(20));
    assert_eq!(later("count = 0\ncounted_on = 2026-10-21\ncopies_expired = true"), (None, None), "counted later");
    assert_eq!(later("count = 3\ncounted_on = 2026-10-21"), (None, None), "counted later");
    assert_eq!(later("count = 0\ncounted_on = 2026-10-20\ncopies_expired = true"), (removed, Some(true)));
    let ahead = "count = 0\ncounted_on = 2026-10-05\ncopies_expired = true\nrecoverable_until = 2026-12-12";
    assert_eq!(residue(ahead, day(60)), (None, None), "copies that are gone and are to last");
    assert_eq!(residue(ahead, day(80)), (removed, None), "both say the same");
}

#[test]
fn a_tenants_things_are_known_by_tag_name_account_or_attribution() {
    let departure = &departures("accounts = ['9']").departures[0];
    let plain = || ListedItem { tags: Vec::new(), ..item("x") };
    assert!(departure.owns(&item("x")));
    assert!(departure.owns(&ListedItem { name: "acme-db".to_owned(), ..plain() }));
    assert!(departure.owns(&ListedItem { account: Some("9".to_owned()), ..plain() }));
    assert!(departure.owns(&ListedItem { tenant: Some("acme".to_owned()), ..plain() }));
    assert!(!departure.owns(&plain()));
}

#[test]
fn a_departure_is_refused_with_its_line() {
    let error = |text: &str| DeparturesFile::parse("e", text).unwrap_err().to_string();
    assert_eq!(
        error("[[exit]]\ntenant = 'a'\nended_on = 10:00:00\ndays = 3"),
        "e:1: '10:00:00' is neither a date nor a time with an offset"
    );
    assert_eq!(error("\n[[residue]]\ntenant = 'b'\nstore = 's'"), "e:2: no [[exit]] of the tenant 'b'");
    let exit = "[[exit]]\ntenant = 'a'\nended_on = 2026-09-30\ndays = 3\n";
    assert_eq!(error(&format!("{exit}{exit}")), "e:5: a second [[exit]] of the tenant 'a'");
    assert!(error("[[exit]]\ntenant = 'a'").starts_with("e:1: missing field"));
}

#[test]
fn counts_add_up() {
    let catalogue = Catalogue::proposed().unwrap();
    let listings = vec![listing(day(-5), &["i-0001", "i-0002", "i-0003"], true), listing(day(40), &["i-0002"], false)];
    let mut tracker = ExitTracker::new(&catalogue, departures(""), listings);
    tracker.observe(&deletion("ec2:terminateinstances", "i-0001", day(3)), &PLACE);
    let exit = tracker.finish(day(41)).remove(0);
    assert_eq!(exit.counts(), Counts { items: 3, removed: 1, recoverable: 0, remaining: 1, undecided: 1 });
    let known: Vec<BTreeSet<KnownBy>> = exit.items.iter().map(|item| item.known_by.clone()).collect();
    assert_eq!(known, [[KnownBy::DeletionEvent].into(), [KnownBy::Inventory].into(), BTreeSet::new()]);
}

#[test]
fn a_thing_is_one_however_inventories_spell_it() {
    let group = "/subscriptions/A/resourceGroups/acme-rg/providers/Microsoft.Compute/disks/acme-d";
    let other = "/subscriptions/a/resourcegroups/ACME-RG/providers/microsoft.compute/disks/acme-d";
    let disk = "//compute.googleapis.com/projects/p/zones/z/disks/acme-d";
    let link = "https://www.googleapis.com/compute/v1/projects/p/zones/z/disks/acme-d";
    let volume = "arn:aws:ec2:r:1:volume/vol-0001";
    let remaining = Some(ItemState::Remaining);
    let cases = [
        ("azure", group, other, remaining),
        ("google", disk, link, remaining),
        ("google", disk, "projects/p/zones/z/disks/acme-d", None),
        ("aws", volume, "vol-0001", None),
        ("aws", "vol-0001", volume, None),
        ("aws", volume, "arn:aws:ec2:r:1:volume/vol-0002", Some(ItemState::Removed)),
        ("google", disk, "//file.googleapis.com/projects/p/zones/z/disks/acme-d", Some(ItemState::Removed)),
    ];
    let catalogue = Catalogue::proposed().unwrap();
    for (provider, before, after, state) in cases {
        let own = |n, id: &str, tags: &[&str]| {
            let mut listing = listing(day(n), &[id], true);
            listing.complete = [(provider.to_owned(), "1".to_owned())].into();
            listing.items[0].provider = Some(provider.to_owned());
            listing.items[0].tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            listing
        };
        // The mark of the tenant was taken off in between.
        let listings = vec![own(-5, before, &["tenant=acme"]), own(20, after, &[])];
        let items = ExitTracker::new(&catalogue, departures(""), listings).finish(day(60)).remove(0).items;
        assert_eq!(items.iter().map(|item| item.state).collect::<Vec<_>>(), [state], "{before} {after}");
    }
}

#[test]
fn what_was_made_from_a_thing_of_the_tenant_is_the_tenants() {
    let copy = |id: &str, from: &str| ListedItem { tags: Vec::new(), made_from: vec![from.to_owned()], ..item(id) };
    let volume = "arn:aws:ec2:r:1:volume/vol-0001";
    let after = vec![
        copy("arn:aws:ec2:r::snapshot/snap-0001", "vol-0001"),
        copy("ami-0001", "arn:aws:ec2:r::snapshot/snap-0001"),
        copy("arn:aws:ec2:r::snapshot/snap-0002", "vol-0002"),
        ListedItem { account: Some("2".to_owned()), ..copy("snap-0003", "vol-0001") },
    ];
    let catalogue = Catalogue::proposed().unwrap();
    let states = |events: &[Event<'_>]| {
        let listings =
            vec![listing(day(-5), &[volume], true), Listing { items: after.clone(), ..listing(day(20), &[], true) }];
        let mut tracker = ExitTracker::new(&catalogue, departures(""), listings);
        events.iter().for_each(|event| tracker.observe(event, &PLACE));
        let items = tracker.finish(day(60)).remove(0).items;
        items.into_iter().map(|item| (item.item.id, item.state)).collect::<Vec<_>>()
    };
    let [ami, snapshot] = [after[1].id.clone(), after[0].id.clone()];
    let (removed, remaining) = (Some(ItemState::Removed), Some(ItemState::Remaining));
    let of_volume = (volume.to_owned(), removed);
    assert_eq!(states(&[]), [(ami.clone(), remaining), of_volume.clone(), (snapshot.clone(), remaining)]);
    let deleted = [deletion("ec2:deletesnapshot", "snap-0001", day(30))];
    assert_eq!(states(&deleted), [(ami, remaining), of_volume, (snapshot, None)], "it may be in the recycle bin");
}

/// An inventory of day 20 with one thing of each kind: a volume, its snapshot, and what attaches the volume.
fn read_back() -> Vec<ListedItem> {
    let mut sink = Sink::default();
    let (path, sha256, format) = ("after.json".to_owned(), None, "terraform-state".to_owned());
    let input = sink.input(NewInput { path, sha256, format, class: None });
    let snapshot = sink.snapshot(input, SnapshotKind::Deployed, Some(day(20)));
    let place = sink.place(input, "/").unwrap();
    let common = |uid: &str, id: &str| Common { uid: uid.into(), native_id: id.into(), ..Common::default() };
    let relation = |from: &str, to: &str, kind: &str| Relation {
        from_uid: from.into(),
        to_uid: to.into(),
        kind: kind.into(),
        ..Relation::default()
    };
    sink.push(snapshot, place, &common("0:v", "arn:aws:ec2:r:1:volume/vol-0001"), &Disk::default()).unwrap();
    sink.push(snapshot, place, &common("0:s", "snap-0001"), &DiskSnapshot::default()).unwrap();
    sink.push(snapshot, place, &common("0:t", "snap-0002"), &DiskSnapshot::default()).unwrap();
    sink.push(snapshot, place, &common("0:a", "attachment-0001"), &Resource::default()).unwrap();
    let relations = [
        relation("0:s", "0:v", "volume_id"),
        relation("0:t", "vol-0009", "volume_id"),
        relation("0:t", "0:v", "kms_key_id"),
        relation("0:a", "0:v", "volume_id"),
    ];
    for (number, row) in relations.iter().enumerate() {
        sink.push(snapshot, place, &common(&format!("0:r{number}"), ""), row).unwrap();
    }
    let inventory = sink.so_far(&Listing::tables()).unwrap();
    Listing::of(&inventory, snapshot, &[]).unwrap().items
}

#[test]
fn an_inventory_says_what_its_snapshots_were_made_from() {
    let items = read_back();
    let made_from = items.iter().map(|item| (item.id.as_str(), item.made_from.clone())).collect::<Vec<_>>();
    let from = |id: &str| vec![id.to_owned()];
    assert_eq!(
        made_from,
        [
            ("snap-0001", from("arn:aws:ec2:r:1:volume/vol-0001")),
            ("snap-0002", from("vol-0009")),
            ("arn:aws:ec2:r:1:volume/vol-0001", Vec::new()),
            ("attachment-0001", Vec::new()),
        ]
    );
}

#[test]
fn a_name_is_a_thing_of_its_own_in_each_account_and_region() {
    let catalogue = Catalogue::proposed().unwrap();
    let at = |account: &str, region: &str| {
        let (account, region) = (Some(account.to_owned()), Some(region.to_owned()));
        ListedItem { account, region, ..item("i-acme-jobs") }
    };
    let before = || {
        let all = vec![at("1", "r"), at("1", "s"), at("2", "r")];
        Listing { items: all, ..listing(day(-5), &[], true) }
    };
    let states = |listings, events: &[Event<'_>]| {
        let mut tracker = ExitTracker::new(&catalogue, departures(""), listings);
        events.iter().for_each(|event| tracker.observe(event, &PLACE));
        tracker.finish(day(60)).remove(0).items.iter().map(|item| item.state).collect::<Vec<_>>()
    };
    let removed = Some(ItemState::Removed);
    assert_eq!(states(vec![before(), listing(day(20), &[], true)], &[]), [removed, removed, None]);
    let one_left = Listing { items: vec![at("1", "s")], ..listing(day(20), &[], true) };
    assert_eq!(states(vec![before(), one_left], &[]), [removed, Some(ItemState::Remaining), None]);
    let ended = deletion("ec2:terminateinstances", "i-acme-jobs", day(3));
    let ended = Event { account: Some("1".into()), region: Some("s".into()), ..ended };
    assert_eq!(states(vec![before()], &[ended]), [None, removed, None]);
}

#[test]
fn what_an_inventory_did_not_look_at_is_not_gone() {
    let [grant, resource] = ["grant", "resource"].map(|name| TableId::find(name).unwrap());
    let seen = |table, native_type: Option<&str>, closed| Seen {
        table,
        scope: Scope { native_type: native_type.map(str::to_owned), ..Scope::default() },
        closed,
    };
    let (removed, unknown) = (Some(ItemState::Removed), None);
    let whole = || vec![seen(resource, None, true), seen(grant, None, true)];
    let cases: [(Vec<TableId>, Vec<Seen>, _); 8] = [
        (vec![grant], vec![], removed),
        (vec![grant], whole(), removed),
        (vec![grant], vec![seen(resource, None, true)], unknown),
        (vec![grant, resource], vec![seen(resource, None, true)], removed),
        (vec![grant], [whole(), vec![seen(grant, None, false)]].concat(), unknown),
        (vec![resource], [whole(), vec![seen(grant, None, false)]].concat(), removed),
        (vec![resource], [whole(), vec![seen(resource, Some("aws_vpc"), false)]].concat(), removed),
        (vec![resource], [whole(), vec![seen(resource, Some("aws_instance"), false)]].concat(), unknown),
    ];
    for (tables, after, state) in cases {
        let mut before = listing(day(-5), &["arn:aws:iam::1:grant/acme"], true);
        before.items[0].tables = tables.into_iter().collect();
        before.items[0].native_type = Some("aws_instance".to_owned());
        let later = Listing { seen: after, ..listing(day(20), &[], true) };
        let shown = format!("{:?} {:?}", before.items[0].tables, later.seen);
        assert_eq!(told(vec![before, later], &[], day(60)).0, state, "{shown}");
    }
}

#[test]
fn nothing_found_where_nobody_could_look_is_not_nothing_left() {
    let catalogue = Catalogue::proposed().unwrap();
    let searched = |more: &str, listings: Vec<Listing>| {
        ExitTracker::new(&catalogue, departures(more), listings).finish(day(60)).remove(0).searched
    };
    let before = || listing(day(-5), &["vol-0001"], true);
    let residue = "[[residue]]\ntenant = 'acme'\nstore = 'orders'";
    assert!(searched("", vec![before()]));
    assert!(!searched("", vec![listing(day(-5), &[], true)]), "nothing of it was found");
    assert!(!searched("", vec![listing(day(3), &["vol-0001"], true)]), "nobody looked before its end");
    assert!(!searched(residue, Vec::new()), "marks that no inventory was looked through for");
    assert!(searched("accounts = ['1']", vec![before()]));
    assert!(!searched("accounts = ['1', '2']", vec![before()]), "of its other account nothing was given");
}

#[test]
fn an_instance_of_cloud_sql_is_one_of_its_project() {
    let before = || {
        let mut before = listing(day(-5), &["acme-db"], true);
        let one = thing_of("google", Some("google_sql_database_instance"), "acme-db");
        before.items[0] = ListedItem { account: Some("p-1".to_owned()), ..one };
        before.complete = [("google".to_owned(), "p-1".to_owned())].into();
        before
    };
    for (name, target, found) in [
        ("cloudsql.instances.delete", "projects/p-1/instances/acme-db", true),
        ("google.cloud.sql.sqlinstancesservice.delete", "projects/p-1/instances/acme-db", true),
        ("cloudsql.instances.delete", "projects/123/instances/acme-db", true),
        ("cloudsql.instances.delete", "projects/p-2/instances/acme-db", false),
        ("cloudsql.instances.delete", "projects/p-1/instances/acme-db2", false),
        ("cloudsql.instances.restart", "projects/p-1/instances/acme-db", false),
    ] {
        let event = Event { provider: "google".into(), ..deletion(name, target, day(3)) };
        let catalogue = Catalogue::proposed().unwrap();
        let mut tracker = ExitTracker::new(&catalogue, departures(""), vec![before()]);
        tracker.observe(&event, &PLACE);
        let item = tracker.finish(day(20)).remove(0).items.remove(0);
        assert_eq!(item.deletion.is_some(), found, "{name} {target}");
    }
}

#[test]
fn a_service_account_that_is_deleted_by_its_number_is_known_by_its_address() {
    let mut before = listing(day(-5), &["projects/p-1/serviceAccounts/acme-x@p-1.iam.gserviceaccount.com"], true);
    before.items[0].provider = Some("google".to_owned());
    let event = Event {
        provider: "google".into(),
        targets: Some(vec!["acme-x@p-1.iam.gserviceaccount.com".into(), "projects/-/serviceAccounts/1047".into()]),
        ..deletion("google.iam.admin.deleteserviceaccount", "", day(3))
    };
    let catalogue = Catalogue::proposed().unwrap();
    let mut tracker = ExitTracker::new(&catalogue, departures(""), vec![before]);
    tracker.observe(&event, &PLACE);
    assert!(tracker.finish(day(20)).remove(0).items[0].deletion.is_some());
}

#[test]
fn what_was_deleted_may_be_back_in_pages_that_were_not_given() {
    let (removed, more_follows) = ((Some(ItemState::Removed), None), (None, Some(Undecided::MoreFollows)));
    let (earlier, later) = (MoreFollows { earlier: true, later: false }, MoreFollows { earlier: false, later: true });
    for (account, more, looked, expected) in [
        ("1", later, false, more_follows),
        ("1", MoreFollows { earlier: true, ..later }, false, more_follows),
        ("1", earlier, false, removed),
        ("2", later, false, removed),
        ("1", later, true, removed),
    ] {
        let mut listings = vec![listing(day(-5), &["i-0001"], true)];
        listings.extend(looked.then(|| listing(day(30), &[], true)));
        let catalogue = Catalogue::proposed().unwrap();
        let page = OpenPage::planted("aws", account, [day(1), day(20)], more);
        let mut tracker = ExitTracker::new(&catalogue, departures(""), listings).with_pages(vec![page]);
        tracker.observe(&deletion("ec2:terminateinstances", "i-0001", day(10)), &PLACE);
        let item = tracker.finish(day(60)).remove(0).items.remove(0);
        assert_eq!((item.state, item.undecided), expected, "{account} {more:?} {looked}");
    }
}
