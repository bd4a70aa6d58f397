//! The store: all or nothing, nothing twice, nothing lost, and how it stood when.

use std::path::Path;

use isoneph_register::kinds::{CloudService, Kind, Party};
use isoneph_register::{Action, Apply, Difference, Documents, Moment, Object, ObjectKey, Store, StoreError};
use jiff::Timestamp;

use crate::{EVERY_KIND, documents, register};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn apply(store: &mut Store, text: &str, who: &str, when: &str) -> Result<Difference, StoreError> {
    store.apply(&Apply::new(&documents(text), who, at(when)))
}

fn party(name: &str, title: &str) -> String {
    format!("---\nkind: party\nname: {name}\nspec: {{title: {title}}}\n")
}

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("register.db")).unwrap()
}

#[test]
fn what_is_applied_is_what_is_got_and_applying_twice_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let given = register(EVERY_KIND);
    let first = apply(&mut store, EVERY_KIND, "mika", "2026-01-01T00:00:00Z").unwrap();
    assert_eq!((first.revision, first.written, first.changes.len()), (1, true, given.len()));
    let second = apply(&mut store, EVERY_KIND, "mika", "2026-01-02T00:00:00Z").unwrap();
    assert_eq!((second.revision, second.written, second.changes.len(), second.unchanged), (1, false, 0, given.len()));
    drop(store);
    let kept = open(folder.path()).register(Moment::Now).unwrap();
    assert_eq!(kept.to_yaml().unwrap(), given.to_yaml().unwrap());
}

#[test]
fn one_mistake_and_nothing_is_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let text = format!(
        "{}{}",
        party("a", "A"),
        "---\nkind: cloud-service\nname: s\nspec: {title: S, model: saas, provider: b}\n"
    );
    let error = apply(&mut store, &text, "mika", "2026-01-01T00:00:00Z").unwrap_err();
    assert_eq!(error.to_string(), "register.yaml:8:41: no party is named 'b' (there are: a)");
    assert_eq!(store.revision().unwrap(), 0);
    assert!(store.get(Kind::Party, None, Moment::Now).unwrap().is_empty());
    apply(&mut store, &party("b", "B"), "mika", "2026-01-01T00:00:00Z").unwrap();
    apply(&mut store, &text, "mika", "2026-01-01T00:00:00Z").expect("what is stored can be referred to");
}

#[test]
fn a_dry_run_shows_the_difference_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    apply(&mut store, &party("a", "A"), "mika", "2026-01-01T00:00:00Z").unwrap();
    let changed = documents(&party("a", "B"));
    let mut dry = Apply::new(&changed, "mika", at("2026-01-02T00:00:00Z"));
    dry.dry_run = true;
    let difference = store.apply(&dry).unwrap();
    let change = &difference.changes[0];
    assert_eq!((change.action, change.source.as_str()), (Action::Changed, "register.yaml:2"));
    let fields: Vec<_> = change.fields.iter().map(|field| (field.path.as_str(), &field.before, &field.after)).collect();
    let text = |text: &str| Some(serde_json::json!(text));
    assert_eq!(fields, [("spec/title", &text("A"), &text("B"))]);
    assert_eq!(store.revision().unwrap(), 1);
}

#[test]
fn every_change_is_kept_with_who_when_before_and_after() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    apply(&mut store, &party("a", "A"), "mika", "2026-01-01T00:00:00Z").unwrap();
    apply(&mut store, &party("a", "B"), "sora", "2026-02-01T00:00:00Z").unwrap();
    let key = ObjectKey { kind: Kind::Party, name: "a".to_owned() };
    let none = Documents::new();
    let mut removal = Apply::new(&none, "mika", at("2026-03-01T00:00:00Z"));
    removal.remove = std::slice::from_ref(&key);
    store.apply(&removal).unwrap();
    let history = store.history(&key).unwrap();
    let told: Vec<_> = history.iter().map(|v| (v.action, v.revision.who.as_str(), v.revision.at.to_string())).collect();
    assert_eq!(
        told,
        [
            (Action::Created, "mika", "2026-01-01T00:00:00Z".to_owned()),
            (Action::Changed, "sora", "2026-02-01T00:00:00Z".to_owned()),
            (Action::Removed, "mika", "2026-03-01T00:00:00Z".to_owned()),
        ]
    );
    assert_eq!(history[1].before.as_ref().unwrap()["spec"]["title"], "A");
    assert_eq!(history[1].after.as_ref().unwrap()["spec"]["title"], "B");
    let mut titles = |moment| -> Vec<String> {
        let found = store.get(Kind::Party, Some("a"), moment).unwrap();
        found.iter().map(|object| <&Party>::try_from(&object.spec).unwrap().title.clone()).collect()
    };
    assert_eq!(titles(Moment::At(at("2025-12-31T23:59:59Z"))), [""; 0]);
    assert_eq!(titles(Moment::At(at("2026-01-01T00:00:00Z"))), ["A"]);
    assert_eq!(titles(Moment::At(at("2026-02-15T00:00:00Z"))), ["B"]);
    assert_eq!(titles(Moment::Now), [""; 0]);
}

#[test]
fn a_clock_that_runs_late_does_not_turn_history_round() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    apply(&mut store, &party("a", "A"), "mika", "2026-02-01T00:00:00Z").unwrap();
    apply(&mut store, &party("a", "B"), "sora", "2026-01-01T00:00:00Z").unwrap();
    let instants: Vec<String> = store.revisions().unwrap().iter().map(|revision| revision.at.to_string()).collect();
    assert_eq!(instants, ["2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z"]);
    let found = store.get(Kind::Party, Some("a"), Moment::At(at("2026-02-01T00:00:00Z"))).unwrap();
    assert_eq!(<&Party>::try_from(&found[0].spec).unwrap().title, "B");
}

#[test]
fn what_others_refer_to_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    apply(&mut store, EVERY_KIND, "mika", "2026-01-01T00:00:00Z").unwrap();
    let none = Documents::new();
    let keys = [ObjectKey { kind: Kind::Party, name: "amazon".to_owned() }];
    let mut removal = Apply::new(&none, "mika", at("2026-03-01T00:00:00Z"));
    removal.remove = &keys;
    let error = store.apply(&removal).unwrap_err().to_string();
    assert!(error.contains("cloud-service aws still names party 'amazon' (provider)"), "{error}");
    assert_eq!(store.get(Kind::Party, Some("amazon"), Moment::Now).unwrap().len(), 1);
}

#[test]
fn a_change_has_an_author_and_may_demand_that_nobody_was_faster() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    assert!(matches!(apply(&mut store, &party("a", "A"), " ", "2026-01-01T00:00:00Z"), Err(StoreError::Anonymous)));
    apply(&mut store, &party("a", "A"), "mika", "2026-01-01T00:00:00Z").unwrap();
    let changed = documents(&party("a", "B"));
    let mut late = Apply::new(&changed, "sora", at("2026-01-02T00:00:00Z"));
    late.expected = Some(0);
    assert!(matches!(store.apply(&late), Err(StoreError::Moved { expected: 0, found: 1 })));
}

#[test]
fn of_many_writers_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.db");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let mut store = Store::open(path).unwrap();
                for n in 0..10 {
                    let text = format!(
                        "{}{}",
                        party(&format!("p{writer}-{n}"), "P"),
                        party("shared", &format!("w{writer}n{n}"))
                    );
                    apply(&mut store, &text, &format!("writer {writer}"), "2026-01-01T00:00:00Z").unwrap();
                }
            });
        }
    });
    let mut store = Store::open(&path).unwrap();
    assert_eq!(store.get(Kind::Party, None, Moment::Now).unwrap().len(), 41);
    assert_eq!(store.revision().unwrap(), 40);
    let shared = ObjectKey { kind: Kind::Party, name: "shared".to_owned() };
    let history = store.history(&shared).unwrap();
    assert_eq!(history.len(), 40);
    for pair in history.windows(2) {
        assert_eq!(pair[0].after, pair[1].before, "each saw what the one before it wrote");
    }
}

#[test]
fn a_file_that_is_no_store_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.db");
    std::fs::write(&path, "this is no database, however long it is".repeat(100)).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Database { .. })));
}

#[test]
fn a_whole_register_of_services_is_got_by_kind() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    apply(&mut store, EVERY_KIND, "mika", "2026-01-01T00:00:00Z").unwrap();
    let services = store.get(Kind::CloudService, None, Moment::Now).unwrap();
    assert_eq!(services.iter().map(|object: &Object| object.name.as_str()).collect::<Vec<_>>(), ["aws", "kumo-desk"]);
    let register = store.register(Moment::Now).unwrap();
    assert_eq!(register.all::<CloudService>().count(), 2);
    assert_eq!(register.entries().next().unwrap().locator(register.files()).as_str(), "scope kumo-isms");
}
