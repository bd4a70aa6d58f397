//! What a cloud lists by itself shows what is gone only where it shows all.

use super::*;

/// A list of queues, and whether it is whole.
fn list(at: Instant, ids: &[&str], is_whole: bool) -> Listing {
    let [queue, resource] = ["queue", "resource"].map(|name| TableId::find(name).unwrap());
    let mut own = listing(at, ids, true);
    own.items.iter_mut().for_each(|item| item.tables = [queue, resource].into());
    let seen = vec![Seen { table: resource, scope: Scope::default(), closed: is_whole }];
    Listing { seen, list: Some("of-queues".to_owned()), tags: [("aws".to_owned(), true)].into(), ..own }
}

fn state(listings: Vec<Listing>, id: &str) -> Option<ItemState> {
    let catalogue = Catalogue::proposed().unwrap();
    let exit = ExitTracker::new(&catalogue, departures(""), listings).finish(day(60)).remove(0);
    exit.items.into_iter().find(|item| item.item.id == id).unwrap().state
}

#[test]
fn what_a_list_that_breaks_off_lacks_may_be_there() {
    let before = || list(day(-5), &["acme-one", "acme-two"], true);
    let after = |is_whole| list(day(20), &["other"], is_whole);
    assert_eq!(state(vec![before(), after(true)], "acme-one"), Some(ItemState::Removed));
    assert_eq!(state(vec![before(), after(false)], "acme-one"), None);
}

#[test]
fn what_one_page_shows_is_there_and_what_none_shows_may_stand_on_another() {
    let before = || list(day(-5), &["acme-one", "acme-two"], true);
    let pages = |n| [list(day(n), &["acme-one"], false), list(day(n), &["other"], true)];
    let both = |id| state([vec![before()], pages(20).to_vec()].concat(), id);
    assert_eq!(both("acme-one"), Some(ItemState::Remaining));
    assert_eq!(both("acme-two"), None);
    let later = list(day(40), &["other"], true);
    assert_eq!(state([vec![before()], pages(20).to_vec(), vec![later]].concat(), "acme-two"), Some(ItemState::Removed));
    // Another cloud's list, or a state, that lacks something says nothing of this one.
    let mut other = list(day(20), &[], false);
    other.list = Some("of-secrets".to_owned());
    assert_eq!(state(vec![before(), list(day(20), &[], true), other], "acme-two"), Some(ItemState::Removed));
}

#[test]
fn by_tags_nothing_is_found_in_a_list_without_any() {
    let catalogue = Catalogue::proposed().unwrap();
    let searched = |tells: bool, more: Vec<Listing>| {
        let mut before = list(day(-5), &["acme-one"], true);
        before.tags = [("aws".to_owned(), tells)].into();
        let listings = [vec![before], more].concat();
        ExitTracker::new(&catalogue, departures(""), listings).finish(day(60)).remove(0).searched
    };
    assert!(searched(true, Vec::new()));
    assert!(!searched(false, Vec::new()));
    assert!(searched(false, vec![list(day(-4), &["acme-one"], true)]), "another list of that cloud tells them");
}

#[test]
fn a_project_of_google_goes_by_its_name_and_by_its_number() {
    let of_google = |at, id: &str| {
        let mut own = list(at, &[id], true);
        own.complete = [("google".to_owned(), "shop".to_owned())].into();
        let (provider, account) = (Some("google".to_owned()), Some("shop".to_owned()));
        own.items = vec![ListedItem { provider, account, ..own.items.remove(0) }];
        own
    };
    let topic = "projects/shop/topics/acme-t";
    for (later, state_of_it) in [
        ("projects/123456/topics/acme-t", None),
        ("projects/123456/topics/acme-u", Some(ItemState::Removed)),
        ("projects/other/topics/acme-t", Some(ItemState::Removed)),
    ] {
        let listings = vec![of_google(day(-5), topic), of_google(day(20), later)];
        assert_eq!(state(listings, topic), state_of_it, "{later}");
    }
}
