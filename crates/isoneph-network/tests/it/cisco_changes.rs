//! Configurations in which later lines change what earlier ones said: objects, groups and entries of Cisco's lists.

use crate::{only_policy, verdict};

/// What an ASA does from 10.0.0.1, .2, .3 to port 80, of a group `G` that these lines make.
#[track_caller]
fn of_group(lines: &str) -> [&'static str; 3] {
    let text = format!("{lines}\naccess-list OUT extended permit tcp object-group G any eq 80\n");
    [1, 2, 3].map(|last| verdict(&only_policy(&text), &format!("tcp 10.0.0.{last}:1024 192.0.2.1:80")))
}

const ONE: &str = "object-group network G\n network-object host 10.0.0.1\n";
const TWO: &str = "object-group network G\n network-object host 10.0.0.2\n";

#[test]
fn a_group_opened_again_is_extended_and_one_removed_before_use_starts_anew() {
    assert_eq!(of_group(&format!("{ONE}{TWO}")), ["permit", "permit", "deny"]);
    for removal in ["no object-group network G", "clear configure object-group", "clear configure object-group network"]
    {
        assert_eq!(of_group(&format!("{ONE}{removal}\n{TWO}")), ["deny", "permit", "deny"], "{removal}");
    }
    let other = format!("{ONE}clear configure object-group service\nno object-group network H\n{TWO}");
    assert_eq!(of_group(&other), ["permit", "permit", "deny"]);
}

#[test]
fn a_group_that_is_removed_where_it_may_be_in_use_is_in_doubt() {
    let used = format!("{ONE}access-list IN extended permit tcp object-group G any\nno object-group network G\n{TWO}");
    let text = format!("{used}access-list OUT extended permit tcp object-group G any eq 80\n");
    let document = isoneph_network::acl::read(&text, &isoneph_network::acl::ReadOptions::default()).unwrap();
    let out = document.policies.iter().find(|policy| policy.name == "OUT").unwrap();
    assert_eq!(verdict(out, "tcp 10.0.0.1:1024 192.0.2.1:80"), "undecided");
    assert!(document.notes.iter().any(|note| note.line == 4 && note.message.starts_with("G is removed")));
}

#[test]
fn a_member_taken_back_is_gone_and_one_that_was_not_there_leaves_doubt() {
    for taken in [
        " no network-object host 10.0.0.1",
        "no network-object  host 10.0.0.1",
        " no network-object host 10.0.0.1\n no description",
    ] {
        let lines = format!("{ONE} network-object host 10.0.0.2\n{taken}\n network-object host 10.0.0.3");
        assert_eq!(of_group(&lines), ["deny", "permit", "permit"], "{taken}");
    }
    let lines = format!("{ONE} no network-object 10.0.0.0 255.255.255.0");
    assert_eq!(of_group(&lines), ["undecided"; 3]);
    let nexus = "object-group ip address G\n 10 host 10.0.0.1\n 20 host 10.0.0.2\n no 10\n\
                 ip access-list X\n 10 permit tcp addrgroup G any\n";
    assert_eq!(verdict(&only_policy(nexus), "tcp 10.0.0.1:1024 192.0.2.1:80"), "deny");
    assert_eq!(verdict(&only_policy(nexus), "tcp 10.0.0.2:1024 192.0.2.1:80"), "permit");
}

#[test]
fn an_object_has_the_value_it_was_given_last() {
    let of_object = |lines: &str| {
        let text = format!(
            "{lines}\naccess-list OUT extended permit tcp object A any object-group P\nobject-group service P tcp\n port-object eq 80\n"
        );
        [1, 2].map(|last| verdict(&only_policy(&text), &format!("tcp 10.0.0.{last}:1024 192.0.2.1:80")))
    };
    let (one, two) = ("object network A\n host 10.0.0.1\n", "object network A\n host 10.0.0.2\n");
    assert_eq!(of_object(&format!("{one}{two}")), ["deny", "permit"]);
    assert_eq!(
        of_object(&format!("{one}object network A\n nat (inside,outside) dynamic interface\n")),
        ["permit", "deny"]
    );
    assert_eq!(of_object(&format!("{one}no object network A\n{two}")), ["deny", "permit"]);
    assert_eq!(of_object(&format!("{one}object network A\n fqdn www.example.com\n")), ["undecided"; 2]);
    assert_eq!(of_object(&format!("{one}object-group network A\n network-object host 10.0.0.2\n")), ["undecided"; 2]);
}

#[test]
fn a_group_without_members_holds_what_is_not_seen() {
    assert_eq!(of_group("object-group network G\n description to come"), ["undecided"; 3]);
    assert_eq!(of_group(&format!("{ONE} no network-object host 10.0.0.1")), ["undecided"; 3]);
}

#[test]
fn a_number_in_a_group_of_services_is_a_protocol_and_in_one_of_a_nexus_the_place_of_a_member() {
    let service =
        "object-group service S\n 47\n 6 eq 80\n 0\nip access-list extended X\n permit object-group S any any\n";
    assert_eq!(verdict(&only_policy(service), "47 10.0.0.1 10.0.0.2"), "undecided");
    let service = service.replace(" 0\n", "");
    for (packet, expected) in [
        ("47 10.0.0.1 10.0.0.2", "permit"),
        ("tcp 10.0.0.1:1 10.0.0.2:80", "permit"),
        ("udp 10.0.0.1:1 10.0.0.2:80", "deny"),
    ] {
        assert_eq!(verdict(&only_policy(&service), packet), expected, "{packet}");
    }
    let nexus = "object-group ip port P\n 6 eq 80\nip access-list X\n 10 permit udp any any portgroup P\n";
    assert_eq!(verdict(&only_policy(nexus), "udp 10.0.0.1:1 10.0.0.2:80"), "permit");
}

#[test]
fn an_entry_taken_back_is_gone_where_it_is_clear_which_one() {
    let ends = |text: &str| {
        [80, 443, 22].map(|port| verdict(&only_policy(text), &format!("tcp 10.0.0.1:1024 10.0.0.2:{port}")))
    };
    let asa = "access-list X extended permit tcp any any eq 80\naccess-list X extended permit tcp any any eq 443\n";
    let ios = "ip access-list extended X\n 10 permit tcp any any eq 80\n 20 permit tcp any any eq 443\n";
    for text in [
        format!("{asa}no access-list X extended permit tcp any any eq 80\n"),
        format!("{ios} no 10\n"),
        format!("{ios} no permit tcp any any eq 80\n"),
        format!("{ios}exit\nclear configure access-list\nip access-list extended X\n 20 permit tcp any any eq 443\n"),
    ] {
        assert_eq!(ends(&text), ["deny", "permit", "deny"], "{text}");
    }
    for text in [
        // Another entry says the same in other words: the device may have refused it, or takes it as well.
        format!("{asa}access-list X extended permit tcp any any eq www\nno access-list X extended permit tcp any any eq 80\n"),
        format!("{asa}no access-list X extended permit tcp any any eq 25\n"),
        "access-list 101 permit tcp any any eq 80\naccess-list 101 permit tcp any any eq 443\nno access-list 101 permit tcp any any eq 80\n".to_owned(),
    ] {
        assert_eq!(ends(&text), ["undecided"; 3], "{text}");
    }
}
