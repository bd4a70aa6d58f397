//! Statements and shares, held against the accounts of tenants.

use isoneph_model::{Locator, SnapshotKind};
use isoneph_tables::{Inventory, NewInput, Unattributed};

use super::*;

fn common(uid: &str, account: Option<&str>) -> Common {
    let text = |text: &str| Cell::Known(text.to_owned());
    Common {
        uid: uid.into(),
        provider: text("aws"),
        account: cell(account),
        region: text("global"),
        native_type: text(""),
        native_id: text(""),
        name: text(uid),
        tags: Cell::default(),
        service: Cell::default(),
        tenant: Cell::default(),
    }
}

fn statement(effect: &str, principals: Option<&[&str]>, public: Option<bool>) -> ResourcePolicy {
    let list = |held: &[&str]| Cell::Known(held.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>());
    ResourcePolicy {
        resource: "key".into(),
        kind: "policy".into(),
        effect: effect.into(),
        principals: principals.map_or_else(Cell::default, list),
        actions: Cell::default(),
        public: public.map_or_else(Cell::default, Cell::Known),
        cross_account: Cell::default(),
        allows_write: Cell::default(),
        has_condition: Cell::default(),
        requires_tls: Cell::default(),
    }
}

/// (others, everybody) of one statement in an account, where red has 111111111111 and blue 222222222222 and `blue-prod`.
fn judged(account: Option<&str>, statement: &ResourcePolicy) -> Vec<(Option<Vec<String>>, Option<bool>)> {
    let inventory = written(|sink, snapshot, place| {
        sink.push(snapshot, place, &common("p", account), statement)?;
        Ok(())
    });
    let batch = inventory.table(TenantGrant::table());
    let shown = Shown::of(batch, TenantGrant::table());
    let owned = |held: Vec<&str>| held.into_iter().map(str::to_owned).collect();
    (0..batch.num_rows()).map(|row| (shown.texts("others", row).map(owned), shown.flag("everybody", row))).collect()
}

fn written(fill: impl FnOnce(&mut Sink, i64, isoneph_tables::PlaceId) -> Result<(), SinkError>) -> Inventory {
    let mut sink = Sink::new(Box::new(Unattributed));
    let input = sink.input(NewInput { path: "plan.json".into(), sha256: None, format: "test".into(), class: None });
    let snapshot = sink.snapshot(input, SnapshotKind::Recorded, None);
    let place = sink.place(input, "#/here").unwrap();
    fill(&mut sink, snapshot, place).unwrap();
    let list = |held: &[&str]| held.iter().map(|text| (*text).to_owned()).collect();
    let tenants = BTreeMap::from([
        ("blue".to_owned(), list(&["222222222222", "blue-prod"])),
        ("red".to_owned(), list(&["111111111111", "red-prod"])),
    ]);
    write_tenant_grants(&tenants, &mut sink).unwrap();
    sink.finish().unwrap()
}

const RED: Option<&str> = Some("111111111111");

fn blue() -> Option<Vec<String>> {
    Some(vec!["blue".to_owned()])
}

#[test]
fn another_tenants_account_is_told_however_it_is_written() {
    for principal in [
        "222222222222",
        "arn:aws:iam::222222222222:root",
        "arn:aws:iam::222222222222:role/reader",
        "serviceAccount:app@blue-prod.iam.gserviceaccount.com",
        "projectOwner:blue-prod",
    ] {
        let found = judged(RED, &statement("allow", Some(&[principal]), Some(false)));
        assert_eq!(found, [(blue(), Some(false))], "{principal}");
    }
}

#[test]
fn a_name_that_only_contains_an_account_is_not_it() {
    for principal in
        ["serviceAccount:app@blue-prod-two.iam.gserviceaccount.com", "1222222222222", "user:blue-prod@example.com"]
    {
        let found = judged(RED, &statement("allow", Some(&[principal]), Some(false)));
        assert_eq!(found, [(Some(Vec::new()), Some(false))], "{principal}");
    }
}

#[test]
fn the_own_account_is_no_other_tenant() {
    let own = statement("allow", Some(&["arn:aws:iam::111111111111:root", "red-prod"]), Some(false));
    assert_eq!(judged(RED, &own), [(Some(Vec::new()), Some(false))]);
}

#[test]
fn denials_and_resources_of_nobody_are_no_grants() {
    assert_eq!(judged(RED, &statement("deny", Some(&["222222222222"]), Some(false))), []);
    assert_eq!(judged(Some("999999999999"), &statement("allow", Some(&["222222222222"]), Some(false))), []);
}

#[test]
fn what_is_not_known_stays_unknown() {
    assert_eq!(judged(RED, &statement("allow", None, None)), [(None, None)]);
    // Everybody under a condition.
    assert_eq!(judged(RED, &statement("allow", Some(&["*"]), Some(false))), [(None, Some(false))]);
    // Nobody knows whose it is: blue itself, perhaps.
    assert_eq!(judged(None, &statement("allow", Some(&["222222222222"]), Some(false))), [(None, Some(false))]);
    assert_eq!(judged(None, &statement("allow", Some(&["*"]), Some(true))), [(Some(Vec::new()), None)]);
}

#[test]
fn a_share_of_a_snapshot_stands_at_the_place_of_the_snapshot() {
    let inventory = written(|sink, snapshot, place| {
        let row = DiskSnapshot {
            kind: "snapshot".into(),
            source: "".into(),
            encrypted: true.into(),
            key_manager: "customer".into(),
            public: false.into(),
            shared_with: vec!["222222222222".to_owned()].into(),
            created_at: Cell::default(),
        };
        sink.push(snapshot, place, &common("s", RED), &row)?;
        Ok(())
    });
    let table = TenantGrant::table();
    let shown = Shown::of(inventory.table(table), table);
    assert_eq!(shown.texts("others", 0), Some(vec!["blue"]));
    assert_eq!(shown.text("tenant", 0), Some("red"));
    let place = inventory.place(RowId::new(table.ordinal(), 0).unwrap()).unwrap();
    assert_eq!(place.locator, Locator::new("#/here"));
}
