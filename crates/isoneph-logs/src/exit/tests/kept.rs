//! What services keep of what was deleted is not gone.

use super::*;

/// One thing of a cloud, deleted on day 10: the state on day 12, by the log alone, and on day `n` by an inventory of that day.
fn kept(provider: &'static str, name: &'static str, thing: &ListedItem, event: Event<'static>, n: i64) -> [Told; 2] {
    let catalogue = Catalogue::proposed().unwrap();
    let own = |at, items: &[ListedItem]| Listing {
        items: items.to_vec(),
        complete: [(provider.to_owned(), "1".to_owned())].into(),
        ..listing(at, &[], true)
    };
    let before = own(day(-5), std::slice::from_ref(thing));
    let event = Event { provider: provider.into(), operation_name: Some(name.into()), ..event };
    let told = |listings, as_of| {
        let mut tracker = ExitTracker::new(&catalogue, departures(""), listings);
        tracker.observe(&event, &PLACE);
        let item = tracker.finish(as_of).remove(0).items.remove(0);
        (item.state, item.in_time)
    };
    [told(vec![before.clone()], day(12)), told(vec![before, own(day(n), &[])], day(n))]
}

#[test]
fn what_a_service_keeps_after_a_deletion_is_not_gone_before_an_inventory_from_behind_it() {
    let azure = "/subscriptions/1/resourceGroups/g/providers/";
    let on_azure = |rest: &str| -> &'static str { format!("{azure}{rest}").leak() };
    let vault = "Microsoft.RecoveryServices/vaults/v/backupFabrics/Azure/protectionContainers/c/protectedItems/i";
    // What nobody can tell is open; what is kept for certain can be got back.
    let (open, back) = (None, Some(ItemState::Recoverable));
    let cases = [
        ("aws", "ec2:deletesnapshot", "arn:aws:ec2:r::snapshot/snap-0001", open, 365),
        ("aws", "ec2:deregisterimage", "arn:aws:ec2:r::image/ami-0001", open, 365),
        ("aws", "ec2:deletevolume", "arn:aws:ec2:r:1:volume/vol-0001", open, 7),
        ("aws", "dynamodb:deletetable", "arn:aws:dynamodb:r:1:table/acme-t", open, 35),
        ("aws", "rds:deletedbinstance", "arn:aws:rds:r:1:db:acme-db", open, 35),
        ("aws", "elasticfilesystem:deletefilesystem", "arn:aws:elasticfilesystem:r:1:file-system/fs-0001", open, 35),
        ("aws", "cloudtrail:deleteeventdatastore", "arn:aws:cloudtrail:r:1:eventdatastore/acme-data", back, 7),
        (
            "azure",
            "microsoft.recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems/delete",
            on_azure(vault),
            open,
            180,
        ),
        (
            "azure",
            "microsoft.storage/storageaccounts/blobservices/containers/delete",
            on_azure("Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c"),
            open,
            365,
        ),
        (
            "azure",
            "microsoft.sql/managedinstances/databases/delete",
            on_azure("Microsoft.Sql/managedInstances/i/databases/d"),
            open,
            35,
        ),
        (
            "azure",
            "microsoft.dbforpostgresql/flexibleservers/delete",
            on_azure("Microsoft.DBforPostgreSQL/flexibleServers/s"),
            back,
            5,
        ),
        (
            "azure",
            "microsoft.documentdb/databaseaccounts/delete",
            on_azure("Microsoft.DocumentDB/databaseAccounts/a"),
            open,
            30,
        ),
        ("azure", "microsoft.web/sites/delete", on_azure("Microsoft.Web/sites/w"), open, 30),
        (
            "azure",
            "microsoft.operationalinsights/workspaces/delete",
            on_azure("Microsoft.OperationalInsights/workspaces/w"),
            back,
            14,
        ),
        (
            "azure",
            "microsoft.machinelearningservices/workspaces/delete",
            on_azure("Microsoft.MachineLearningServices/workspaces/w"),
            back,
            14,
        ),
        (
            "azure",
            "microsoft.appconfiguration/configurationstores/delete",
            on_azure("Microsoft.AppConfiguration/configurationStores/c"),
            open,
            7,
        ),
        ("google", "google.logging.configservicev2.deletebucket", "projects/1/locations/global/buckets/b", back, 7),
        ("google", "google.iam.admin.deleterole", "projects/1/roles/acmeRole", back, 7),
        ("google", "cloudsql.instances.delete", "projects/1/instances/acme-db", open, 365),
        ("google", "google.bigtable.admin.bigtabletableadmin.deletetable", "projects/1/instances/i/tables/t", back, 7),
    ];
    for (provider, name, id, at_once, days) in cases {
        let thing = thing_of(provider, None, id);
        let states = |n| kept(provider, name, &thing, deletion(name, id, day(10)), n).map(|(state, _)| state);
        assert_eq!(states(10 + days - 1), [at_once, at_once], "{name}");
        assert_eq!(states(10 + days), [at_once, Some(ItemState::Removed)], "{name}");
    }
}

#[test]
fn what_was_set_for_a_thing_says_how_long_it_is_kept() {
    let vault = "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/acme-kv";
    let (azure, google) = ("microsoft.keyvault/vaults/delete", "storage.buckets.delete");
    let (open, back, removed) = (None, Some(ItemState::Recoverable), Some(ItemState::Removed));
    let cases = [
        ("azure", azure, vault, None, back, 90),
        ("azure", azure, vault, Some(30), back, 30),
        ("azure", azure, vault, Some(900), back, 90),
        ("google", google, "projects/_/buckets/acme-b", None, open, 90),
        ("google", google, "projects/_/buckets/acme-b", Some(7), open, 7),
        ("google", google, "projects/_/buckets/acme-b", Some(0), removed, 0),
    ];
    for (provider, name, id, kept_days, at_once, days) in cases {
        let thing = ListedItem { kept_days, ..thing_of(provider, None, id) };
        let states = |n| kept(provider, name, &thing, deletion(name, id, day(10)), n).map(|(state, _)| state);
        assert_eq!(states(9 + days.max(2)), [at_once, at_once], "{id} {kept_days:?}");
        assert_eq!(states(10 + days), [at_once, removed], "{id} {kept_days:?}");
    }
    // The log alone: behind the end of its time nobody knows, before it it can be got back until then.
    let until = |as_of| {
        let catalogue = Catalogue::proposed().unwrap();
        let thing = ListedItem { kept_days: Some(30), ..thing_of("azure", None, vault) };
        let before = Listing { items: vec![thing], ..listing(day(-5), &[], true) };
        let mut tracker = ExitTracker::new(&catalogue, departures(""), vec![before]);
        tracker.observe(&Event { provider: "azure".into(), ..deletion(azure, vault, day(10)) }, &PLACE);
        let item = tracker.finish(as_of).remove(0).items.remove(0);
        (item.state, item.recoverable_until, item.undecided)
    };
    assert_eq!(until(day(39)), (back, Some(day(40)), None));
    assert_eq!(until(day(40)), (None, None, Some(Undecided::TimeIsOver)));
}

#[test]
fn a_purge_ends_what_was_deleted_and_kept() {
    const VAULTS: &str = "microsoft.keyvault/vaults";
    const PURGE: &str = "microsoft.keyvault/locations/deletedvaults/purge/action";
    let own = |kind: &str| -> &'static str { format!("/subscriptions/1/resourceGroups/g/providers/{kind}").leak() };
    let deleted = |rest: &str| -> &'static str { format!("/subscriptions/1/providers/{rest}").leak() };
    let state = |id: &'static str, deletes: &str, purge: &'static str, target: &'static str| {
        let catalogue = Catalogue::proposed().unwrap();
        let before = Listing { items: vec![thing_of("azure", None, id)], ..listing(day(-5), &[], true) };
        let mut tracker = ExitTracker::new(&catalogue, departures(""), vec![before]);
        let event = |name: &str, target, at| Event {
            provider: "azure".into(),
            account: Some("1".into()),
            operation_name: Some(name.to_owned().into()),
            ..deletion("", target, day(at))
        };
        tracker.observe(&event(deletes, id, 10), &PLACE);
        tracker.observe(&event(purge, target, 11), &PLACE);
        let item = tracker.finish(day(60)).remove(0).items.remove(0);
        (item.state, item.removed_at)
    };
    let vault = own("Microsoft.KeyVault/vaults/acme-kv");
    let of_vault = |target| state(vault, &format!("{VAULTS}/delete"), PURGE, target);
    let (removed, kept) = ((Some(ItemState::Removed), Some(day(11))), Some(ItemState::Recoverable));
    assert_eq!(of_vault(deleted("Microsoft.KeyVault/locations/westeurope/deletedVaults/acme-kv")), removed);
    assert_eq!(of_vault(deleted("Microsoft.KeyVault/locations/westeurope/deletedVaults/other-kv")).0, kept);
    assert_eq!(of_vault(deleted("Microsoft.KeyVault/locations/westeurope/deletedManagedHSMs/acme-kv")).0, kept);
    let module = state(
        own("Microsoft.KeyVault/managedHSMs/acme-hsm"),
        "microsoft.keyvault/managedhsms/delete",
        "microsoft.keyvault/locations/deletedmanagedhsms/purge/action",
        deleted("Microsoft.KeyVault/locations/westeurope/deletedManagedHSMs/acme-hsm"),
    );
    assert_eq!(module, removed);
    let store = state(
        own("Microsoft.AppConfiguration/configurationStores/acme-settings"),
        "microsoft.appconfiguration/configurationstores/delete",
        "microsoft.appconfiguration/locations/deletedconfigurationstores/purge/action",
        deleted("Microsoft.AppConfiguration/locations/westeurope/deletedConfigurationStores/acme-settings"),
    );
    assert_eq!(store, removed);
}

#[test]
fn what_went_and_could_not_be_got_back_before_it_was_due_went_in_time() {
    let thing = thing_of("aws", None, "arn:aws:ec2:r:1:volume/vol-0001");
    let told = |at| kept("aws", "ec2:deletevolume", &thing, deletion("", "vol-0001", day(at)), 50)[1];
    let removed = |in_time| (Some(ItemState::Removed), in_time);
    assert_eq!(told(23), removed(Some(true)));
    assert_eq!(told(24), removed(None), "it may have been kept until the day after");
    assert_eq!(told(31), removed(Some(false)));
}

#[test]
fn an_order_says_whether_automatic_backups_of_a_database_stay() {
    let id = "arn:aws:rds:r:1:db:acme-db";
    let state = |asked: &'static str, answered: &'static str, n| {
        let event = deletion("", id, day(10));
        let event = Event { raw_request: Some(asked.into()), raw_response: Some(answered.into()), ..event };
        kept("aws", "rds:deletedbinstance", &thing_of("aws", None, id), event, n).map(|(state, _)| state)
    };
    let (removed, back) = (Some(ItemState::Removed), Some(ItemState::Recoverable));
    assert_eq!(state(r#"{"deleteAutomatedBackups":true}"#, "null", 12), [removed, removed]);
    assert_eq!(state("{}", "null", 12), [removed, removed]);
    assert_eq!(state("null", "null", 12), [None, None], "the log does not keep what was asked");
    let kept = r#"{"deleteAutomatedBackups":false}"#;
    assert_eq!(state(kept, "null", 44), [back, back]);
    assert_eq!(state(kept, "null", 45), [back, removed]);
    assert_eq!(state(kept, r#"{"backupRetentionPeriod":7}"#, 17), [back, removed]);
    assert_eq!(state(kept, r#"{"backupRetentionPeriod":0}"#, 12), [removed, removed], "it had none");
}

#[test]
fn a_last_backup_that_the_answer_names_is_left_until_it_is_deleted() {
    let id = "arn:aws:fsx:r:1:file-system/fs-0001";
    let named = r#"{"fileSystemId":"fs-0001","windowsResponse":{"finalBackupId":"backup-0001"}}"#;
    let states = |answered: &'static str, copy: Option<&'static str>| {
        let ended = deletion("fsx:deletefilesystem", id, day(3));
        let ended = Event { raw_response: Some(answered.into()), ..ended };
        let copy = copy.map(|copy| deletion("fsx:deletebackup", copy, day(4)));
        let before = || vec![listing(day(-5), &[id], true)];
        told(before(), &[[ended].as_slice(), copy.as_slice()].concat(), day(20)).0
    };
    let removed = Some(ItemState::Removed);
    assert_eq!(states(named, None), Some(ItemState::Recoverable));
    assert_eq!(states(named, Some("backup-0002")), Some(ItemState::Recoverable));
    assert_eq!(states(named, Some("backup-0001")), removed);
    assert_eq!(states(r#"{"fileSystemId":"fs-0001"}"#, None), removed);
    assert_eq!(states("null", None), None, "the log does not keep what was answered");
}

#[test]
fn a_deletion_of_which_nobody_knows_what_the_service_keeps_does_not_remove_by_itself() {
    let id = "arn:aws:timestream:r:1:database/acme-data";
    let states = |native_type, n| {
        let mut thing = thing_of("aws", native_type, id);
        thing.tables.extend(TableId::find("database").filter(|_| native_type.is_some()));
        kept("aws", "timestream:deletedatabase", &thing, deletion("", id, day(10)), n).map(|(state, _)| state)
    };
    let removed = Some(ItemState::Removed);
    assert_eq!(states(None, 20), [None, removed], "an inventory shows what holds no data no more");
    assert_eq!(states(Some("aws_timestreamwrite_database"), 365), [None, None]);
    assert_eq!(states(Some("aws_timestreamwrite_database"), 376), [None, removed]);
    // A named person says that it is final.
    let mut catalogue = Catalogue::proposed().unwrap();
    let amended = "adopted_by = 'Aiko Mori'\nadopted_on = 2026-09-01\n[[operation]]\nplatform = 'aws'\n\
                   name = 'timestream:DeleteDatabase'\nclass = 'storage'\nact = 'delete'\nreversible = 'no'\n\
                   why = { en = 'gone at once', ja = '即時に失われる' }";
    catalogue.amend("f", amended).unwrap();
    let mut tracker = ExitTracker::new(&catalogue, departures(""), vec![listing(day(-5), &[id], true)]);
    tracker.observe(&deletion("timestream:deletedatabase", id, day(10)), &PLACE);
    assert_eq!(tracker.finish(day(12)).remove(0).items.remove(0).state, removed);
}

#[test]
fn what_was_missed_once_is_gone_when_it_is_missed_again_behind_the_time_that_its_kind_is_kept() {
    let account = "/subscriptions/1/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w";
    let cases = [
        ("azure", None, account, 14),
        ("google", Some("google_service_account"), "projects/1/serviceAccounts/acme@1.iam.gserviceaccount.com", 30),
        ("google", Some("google_project_iam_custom_role"), "projects/1/roles/acmeRole", 7),
        ("aws", Some("aws_ebs_snapshot"), "arn:aws:ec2:r::snapshot/snap-0001", 365),
        ("aws", Some("aws_instance"), "arn:aws:ec2:r:1:instance/i-0001", 0),
    ];
    let catalogue = Catalogue::proposed().unwrap();
    for (provider, native_type, id, days) in cases {
        let own = |at, items: Vec<ListedItem>| Listing {
            complete: [(provider.to_owned(), "1".to_owned())].into(),
            items,
            ..listing(at, &[], true)
        };
        let state = |looked: &[i64]| {
            let mut listings = vec![own(day(-5), vec![thing_of(provider, native_type, id)])];
            listings.extend(looked.iter().map(|n| own(day(*n), Vec::new())));
            ExitTracker::new(&catalogue, departures(""), listings).finish(day(600)).remove(0).items.remove(0).state
        };
        let removed = Some(ItemState::Removed);
        assert_eq!(state(&[10]), removed.filter(|_| days == 0), "{id}");
        assert_eq!(state(&[10, 9 + days.max(1)]), removed.filter(|_| days == 0), "{id}");
        assert_eq!(state(&[10, 10 + days]), removed, "{id}");
    }
}
