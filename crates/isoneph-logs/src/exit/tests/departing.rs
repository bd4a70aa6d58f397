//! What is said of a departure itself: whose a thing is, what was handed back, and the times of a record.

use super::*;

#[test]
fn capitals_in_names_and_keys_of_tags_keep_nothing_from_its_tenant() {
    let owns = |name: &str, tag: &str| {
        let thing = ListedItem { name: name.to_owned(), tags: vec![tag.to_owned()], ..item("x") };
        departures("").departures[0].owns(&thing)
    };
    for (name, tag) in [("ACME-net", ""), ("Acme-", ""), ("net", "Tenant=acme"), ("net", "TENANT=acme")] {
        assert!(owns(name, tag), "{name} {tag}");
    }
    for (name, tag) in
        [("acm", ""), ("acmé-net", ""), ("net", "tenant=Acme"), ("net", "tenant=acme2"), ("net", "tenant")]
    {
        assert!(!owns(name, tag), "{name} {tag}");
    }
}

#[test]
fn what_is_to_be_handed_back_later_is_not_handed_back() {
    let text =
        "[[exit]]\ntenant = 'acme'\nended_on = 2026-09-30\ndays = 30\nreturn_agreed = true\nreturned_on = 2026-10-10";
    let catalogue = Catalogue::proposed().unwrap();
    let returned = |n| {
        let departures = DeparturesFile::parse("exits.toml", text).unwrap();
        let exit = ExitTracker::new(&catalogue, departures, Vec::new()).finish(day(n)).remove(0);
        let record = RemovalRecord::new("t".to_owned(), day(n), std::slice::from_ref(&exit), BTreeSet::new()).unwrap();
        assert_eq!(record.contradictions().unwrap(), Vec::<String>::new());
        exit.departure.returned.unwrap()
    };
    assert_eq!(returned(9), Return { agreed: true, on: None });
    assert_eq!(returned(10), Return { agreed: true, on: Some(day(10)) });
}

#[test]
fn a_record_that_tells_no_times_where_it_should_holds_nothing() {
    let catalogue = Catalogue::proposed().unwrap();
    let exit = ExitTracker::new(&catalogue, departures(""), Vec::new()).finish(day(60)).remove(0);
    let wrong = |change: fn(&mut RemovalRecord)| {
        let mut record =
            RemovalRecord::new("t".to_owned(), day(60), std::slice::from_ref(&exit), BTreeSet::new()).unwrap();
        change(&mut record);
        let told = record.contradictions().unwrap();
        told.into_iter().filter(|told| !told.contains("its digest")).collect::<Vec<_>>()
    };
    assert_eq!(wrong(|_| ()), Vec::<String>::new());
    let told = wrong(|record| record.as_of = "soon".to_owned());
    assert_eq!(told, ["the time for which it holds is no time: 'soon'"]);
    let told = wrong(|record| record.exits[0].returned_at = Some("soon".to_owned()));
    assert_eq!(told, ["acme: 'soon' is no time"]);
    let told = wrong(|record| record.exits[0].returned_at = Some("2027-01-01T00:00:00Z".to_owned()));
    assert_eq!(told, ["acme: its things were handed back after the time for which the record holds"]);
}
