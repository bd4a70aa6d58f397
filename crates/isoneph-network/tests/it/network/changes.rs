//! Two states of a network.

use isoneph_network::model::Model;
use isoneph_network::reach::{changes, matrix};

use super::estate::Estate;
use super::model;

/// A machine on the internet that takes SSH from some block.
fn open_to(blocks: &[&str]) -> Model {
    let rules: Vec<String> = blocks.iter().map(|block| format!("tcp 22 {block}")).collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "0.0.0.0/0 igw-a"])
        .group("web", "a", &rules, &[])
        .eni("web", "one", "10.0.1.10", Some("198.51.100.1"), &["web"]);
    model(&estate.text())
}

#[test]
fn a_block_of_the_internet_that_one_state_alone_lets_in_is_a_change() {
    let (before, after) = (open_to(&[]), open_to(&["203.0.113.0/24"]));
    let found = changes(&before, &after).unwrap();
    let gained: Vec<String> =
        found.gained.iter().map(|change| format!("{} -> {}: {}", change.from, change.to, change.surely)).collect();
    assert_eq!(gained, ["outside 203.0.113.0/24 -> web: tcp 22"]);
    assert!(found.lost.is_empty() && found.is_different());
    let back = changes(&after, &before).unwrap();
    assert_eq!((back.gained.len(), back.lost.len()), (0, 1));
    assert!(changes(&after, &after).unwrap().is_equal());
}

#[test]
fn blocks_that_each_state_opens_are_told_apart_by_what_they_share() {
    let found = changes(&open_to(&["203.0.113.0/24"]), &open_to(&["203.0.113.128/25", "192.0.2.0/24"])).unwrap();
    let of =
        |list: &[isoneph_network::reach::Change]| list.iter().map(|change| change.from.clone()).collect::<Vec<_>>();
    assert_eq!(of(&found.gained), ["outside 192.0.2.0/24"]);
    assert_eq!(of(&found.lost), ["outside 203.0.113.0/25"]);
}

#[test]
fn the_internet_is_called_so_where_no_rule_tells_its_parts_apart() {
    let names = |model: &Model| {
        let found = matrix(model).unwrap();
        found.classes.into_iter().filter(|class| class.outside.is_some()).map(|class| class.name).collect::<Vec<_>>()
    };
    let plain = names(&open_to(&["0.0.0.0/0"]));
    assert_eq!(plain[0], "the internet (e.g. 1.0.0.0)");
    assert!(names(&open_to(&["203.0.113.0/24"])).contains(&"outside 203.0.113.0/24".to_owned()));
}
