//! Which lists of two configurations are compared with each other.

use isoneph_network::acl::{ReadOptions, pairs, read};

const INTERFACE: &str = "interface Gi0/0\n ip address 192.0.2.1 255.255.255.0\n";
const OTHER: &str = "interface Gi0/1\n ip address 198.51.100.1 255.255.255.0\n";
const LISTS: &str =
    "ip access-list extended WEB\n permit tcp any any eq 443\nip access-list extended SSH\n permit tcp any any eq 22\n";

/// The pairs of two texts, as `place: one and other`, and what is alone.
#[track_caller]
fn of(first: &str, second: &str) -> (Vec<String>, Vec<String>) {
    let [first, second] = [first, second].map(|text| read(text, &ReadOptions::default()).unwrap());
    let found = pairs(&first, &second);
    let pair = |pair: &isoneph_network::acl::Pair<'_>| {
        let at = pair.at.as_ref().map(|at| format!("{at}: ")).unwrap_or_default();
        format!("{at}{} and {}", pair.lists[0].name, pair.lists[1].name)
    };
    let alone = found.alone.iter().map(|alone| format!("{}: {}", alone.name, alone.why)).collect();
    (found.pairs.iter().map(pair).collect(), alone)
}

#[test]
fn lists_of_one_name_are_compared_and_one_that_only_one_file_has_is_told() {
    let (pairs, alone) = of(
        LISTS,
        "ip access-list extended SSH\n permit tcp any any eq 22\nip access-list extended NEW\n permit udp any any\n",
    );
    assert_eq!(pairs, ["SSH and SSH"]);
    assert_eq!(
        alone,
        [
            "WEB: only A has it: there is nothing to compare it with",
            "NEW: only B has it: there is nothing to compare it with"
        ]
    );
}

#[test]
fn what_is_applied_at_a_place_is_compared_with_what_the_other_applies_there() {
    let with = |list: &str| format!("{INTERFACE} ip access-group {list} in\n{OTHER}{LISTS}");
    for (first, second, expected) in [
        (with("WEB"), with("WEB"), None),
        (with("WEB"), with("SSH"), Some("interface Gi0/0 in: WEB and SSH")),
        (with("WEB"), format!("{INTERFACE}{OTHER}{LISTS}"), Some("interface Gi0/0 in: WEB and no list")),
        (format!("{INTERFACE}{OTHER}{LISTS}"), with("WEB"), Some("interface Gi0/0 in: no list and WEB")),
        // A file of lists alone says nothing of interfaces.
        (with("WEB"), LISTS.to_owned(), None),
        // Written again, and taken back.
        (with("WEB"), with("SSH\n ip access-group WEB"), None),
        (with("WEB"), with("SSH in\n no ip access-group SSH in\n ip access-group WEB"), None),
        // Without indents.
        (with("WEB"), with("SSH").replace("\n ", "\n"), Some("interface Gi0/0 in: WEB and SSH")),
    ] {
        let (pairs, alone) = of(&first, &second);
        let places: Vec<&str> = pairs.iter().map(String::as_str).filter(|pair| pair.contains(": ")).collect();
        assert_eq!(places, Vec::from_iter(expected), "{second}");
        assert_eq!(alone, Vec::<String>::new(), "{second}");
    }
}

#[test]
fn a_list_under_another_name_is_compared_where_it_is_applied() {
    let with = |list: &str| {
        format!(
            "{INTERFACE} ip access-group {list} in\nip access-list extended {list}\n permit tcp any any eq 443\n{LISTS}"
        )
    };
    let (pairs, alone) = of(&with("OLD"), &with("NEW"));
    assert_eq!((pairs.last().map(String::as_str), alone), (Some("interface Gi0/0 in: OLD and NEW"), Vec::new()));
}

#[test]
fn a_place_of_which_not_all_is_given_is_told_as_open() {
    let with = |list: &str| format!("{INTERFACE} ip access-group {list} in\n{LISTS}");
    for (first, second, expected) in [
        (with("WEB"), with("AWAY"), Some("there A has WEB and B has AWAY (not given):")),
        (with("AWAY"), with("AWAY"), None),
        (
            with("WEB"),
            format!("{}{LISTS}", INTERFACE.replace("0/0", "0/9")),
            Some("there A has WEB and B has no such interface:"),
        ),
    ] {
        let (_, alone) = of(&first, &second);
        match expected {
            Some(expected) => assert!(alone[0].contains(expected), "{alone:?}"),
            None => assert_eq!(alone, Vec::<String>::new()),
        }
    }
    let asa = |applied: &str| {
        format!("interface G0\n nameif outside\naccess-list X extended permit tcp any any eq 22\n{applied}")
    };
    let (pairs, alone) = of(&asa("access-group X in interface outside\n"), &asa(""));
    assert_eq!(pairs, ["X and X"]);
    assert!(
        alone.len() == 1 && alone[0].starts_with("in interface outside: there A has X and B has no list:"),
        "{alone:?}"
    );
}

#[test]
fn families_have_places_of_their_own() {
    let with = |six: &str| {
        format!(
            "{INTERFACE} ip access-group X in\n{six}ip access-list extended X\n permit tcp any any eq 443\n\
             ipv6 access-list X\n permit tcp any any eq 443\n"
        )
    };
    let (pairs, alone) = of(&with(" ipv6 traffic-filter X in\n"), &with(""));
    assert_eq!(pairs, ["X and X", "X (IPv6) and X (IPv6)", "interface Gi0/0 IPv6 in: X (IPv6) and no list"]);
    assert_eq!(alone, Vec::<String>::new());
}

#[test]
fn a_list_that_is_for_something_else_in_each_is_told_as_open() {
    let with = |used: &str| format!("{INTERFACE} ip access-group WEB in\n{LISTS}{used}");
    let login = "line vty 0 4\n access-class SSH in\n";
    for (first, second, expected) in [
        (with(login), with(login), None),
        (
            with(login),
            with(""),
            Some("SSH: in A it is no filter: it is for who may log in to the device; in B it filters nothing"),
        ),
        (with(login), LISTS.to_owned(), None),
    ] {
        let (_, alone) = of(&first, &second);
        assert_eq!(alone.len(), usize::from(expected.is_some()), "{alone:?}");
        assert!(alone.iter().all(|told| expected.is_some_and(|expected| told.starts_with(expected))), "{alone:?}");
    }
}

#[test]
fn two_devices_apply_their_lists_each_where_it_needs_to_and_an_interface_more_is_told_of_one() {
    let with = |host: &str, interface: &str| format!("hostname {host}\n{interface} ip access-group WEB in\n{LISTS}");
    let (pairs, alone) = of(&with("r1", INTERFACE), &with("r2", OTHER));
    assert_eq!((pairs.len(), alone), (2, Vec::new()));
    let (_, alone) = of(&with("r1", INTERFACE), &with("r1", &format!("{OTHER}{INTERFACE}")));
    assert_eq!(alone, ["interface Gi0/1: only B has it, and no list filters what passes by it"]);
}
