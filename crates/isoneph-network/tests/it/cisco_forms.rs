//! Forms in which configurations write lists and groups: in one line, within each other, under names, between other parts.

use isoneph_network::acl::{Document, ReadOptions, read};

use crate::{only_policy, verdict};

#[track_caller]
fn document(text: &str) -> Document {
    read(text, &ReadOptions::default()).unwrap()
}

/// What each list says of a packet, by its name.
#[track_caller]
fn verdicts<'a>(document: &'a Document, packet: &str) -> Vec<(&'a str, &'static str)> {
    document.policies.iter().map(|policy| (policy.name.as_str(), verdict(policy, packet))).collect()
}

#[test]
fn a_port_of_a_name_that_is_not_known_may_be_any_port() {
    for (entry, port, expected) in [
        ("permit tcp any any eq frobnicate", 80, "undecided"),
        ("permit tcp any any neq frobnicate", 80, "undecided"),
        ("permit tcp any any gt frobnicate", 80, "undecided"),
        ("permit tcp any any range 1 frobnicate", 80, "undecided"),
        ("permit tcp any any eq 70000", 80, "undecided"),
        // One more of several ports, and not an option of the entry.
        ("permit tcp any any eq 443 frobnicate", 80, "undecided"),
        ("permit tcp any any eq 443 frobnicate log", 80, "undecided"),
        ("permit tcp any any eq 443 log", 80, "deny"),
        ("permit tcp any any eq 443 time-range NIGHT", 80, "deny"),
        ("permit tcp any eq frobnicate host 10.0.0.1 eq 80", 80, "undecided"),
        ("permit tcp any eq frobnicate host 10.0.0.1 eq 80", 81, "deny"),
        ("permit tcp any eq 1024 frobnicate host 10.0.0.1 eq 80", 80, "undecided"),
        ("deny tcp any any eq frobnicate\n permit tcp any any", 80, "undecided"),
        ("permit udp any any eq frobnicate", 80, "deny"),
        // What can be no port leaves the whole entry open.
        ("permit tcp any any range 1", 80, "undecided"),
        ("permit tcp any any eq", 80, "undecided"),
        ("permit udp any eq host 10.0.0.9", 80, "undecided"),
    ] {
        let list = only_policy(&format!("ip access-list extended X\n {entry}\n"));
        assert_eq!(verdict(&list, &format!("tcp 10.9.0.1:1024 10.0.0.1:{port}")), expected, "{entry}");
    }
    let asa = only_policy("access-list OUT extended permit tcp any host 10.0.0.1 eq frobnicate\n");
    assert_eq!(verdict(&asa, "tcp 10.9.0.1:1024 10.0.0.1:80"), "undecided");
    assert_eq!(verdict(&asa, "tcp 10.9.0.1:1024 10.0.0.2:80"), "deny");
}

#[test]
fn a_group_of_ios_xr_holds_what_groups_within_it_hold() {
    for group in [
        "object-group network ipv4 B\n 10.2.0.0/16\n object-group A\n host 10.4.0.1\n",
        "object-group network ipv4 B\nobject-group A\n10.2.0.0/16\nhost 10.4.0.1\n",
        "object-group network ipv4 B 10.2.0.0/16\nobject-group network ipv4 B object-group A\n\
         object-group network ipv4 B host 10.4.0.1\n",
    ] {
        let text = format!(
            "object-group network ipv4 A\n 10.1.0.0/16\n!\n{group}!\nobject-group port P\n eq 80\n!\n\
             object-group port Q\n range 8000 8010\n object-group P\n!\n\
             ipv4 access-list X\n 10 permit tcp net-group B any port-group Q\n"
        );
        let list = only_policy(&text);
        for (packet, expected) in [
            ("tcp 10.1.0.1:1024 8.8.8.8:80", "permit"),
            ("tcp 10.2.0.1:1024 8.8.8.8:8001", "permit"),
            ("tcp 10.3.0.1:1024 8.8.8.8:80", "deny"),
            ("tcp 10.4.0.1:1024 8.8.8.8:80", "permit"),
            ("tcp 10.2.0.1:1024 8.8.8.8:81", "deny"),
        ] {
            assert_eq!(verdict(&list, packet), expected, "{packet}: {group}");
        }
    }
}

#[test]
fn entries_that_stand_in_one_line_with_the_name_of_their_list_count() {
    for text in [
        "ipv4 access-list X 10 remark the edge\nipv4 access-list X 10 permit ipv4 10.0.0.0/24 any\n",
        "ipv4 access-list X remark the edge\nipv4 access-list X permit ipv4 10.0.0.0/24 any\n",
        "ipv4 access-list X\n 20 deny ipv4 any any\n!\nipv4 access-list X 10 permit ipv4 10.0.0.0/24 any\n",
        "ipv4 access-list X 5 permit ipv4 any any\nipv4 access-list X 10 permit ipv4 10.0.0.0/24 any\n\
         no ipv4 access-list X 5\n",
    ] {
        let list = only_policy(text);
        assert_eq!(verdict(&list, "tcp 10.0.0.1:1024 8.8.8.8:80"), "permit", "{text}");
        assert_eq!(verdict(&list, "tcp 10.0.1.1:1024 8.8.8.8:80"), "deny", "{text}");
    }
    let six = only_policy("ASA Version 8.2(1)\nipv6 access-list OUT permit tcp any host 2001:db8::5 eq https\n");
    assert_eq!(verdict(&six, "tcp [2001:db8::1]:1024 [2001:db8::5]:443"), "permit");
    assert_eq!(verdict(&six, "tcp [2001:db8::1]:1024 [2001:db8::6]:443"), "deny");
}

#[test]
fn lists_of_two_families_may_have_one_name() {
    let both = "ip access-list X\n 10 permit ip 10.0.0.0/8 any\nipv6 access-list X\n 10 permit ipv6 any any\n";
    let held = document(both);
    assert_eq!(verdicts(&held, "tcp 10.0.0.1:1024 8.8.8.8:80"), [("X", "permit"), ("X (IPv6)", "deny")]);
    assert_eq!(verdicts(&held, "tcp 11.0.0.1:1024 8.8.8.8:80"), [("X", "deny"), ("X (IPv6)", "deny")]);
    assert_eq!(document(&format!("{both}no ip access-list X\n")).policies[0].name, "X");
    assert_eq!(document(&format!("{both}no ipv6 access-list X\n")).policies.len(), 1);
}

#[test]
fn what_follows_a_list_whose_entries_are_indented_is_no_part_of_it() {
    let list = "ipv4 access-list X\n 10 permit tcp any any eq ssh\n";
    let rest = "!\nethernet-services access-list E\n 10 permit any any\n!\nprefix-set P\n  10.0.0.0/8 le 32\nend-set\n\
                !\nroute-policy R\n  pass\nend-policy\n";
    let held = only_policy(&format!("{list}{rest}"));
    assert!(held.is_exact(), "{:?}", held.notes);
    assert_eq!(verdict(&held, "tcp 10.0.0.1:1024 8.8.8.8:80"), "deny");
    // Where nothing is indented, nothing says where the list ends.
    let flat = only_policy("ipv4 access-list X\n10 permit tcp any any eq ssh\nprefix-set P\n");
    assert_eq!(verdict(&flat, "tcp 10.0.0.1:1024 8.8.8.8:80"), "undecided");
}

#[test]
fn names_of_an_asa_stand_for_their_addresses() {
    let text = "names\nname 10.0.0.5 WEB description the shop\nname 10.1.0.0 LAN\nname 10.9.0.1 TWICE\n\
                name 10.9.0.2 TWICE\nobject-group network G\n network-object host WEB\n network-object LAN 255.255.0.0\n\
                access-list OUT extended permit tcp any host WEB eq https\n\
                access-list OUT extended permit tcp LAN 255.255.0.0 any eq 80\n\
                access-list OUT extended permit tcp any object-group G eq 22\n";
    let list = only_policy(text);
    for (packet, expected) in [
        ("tcp 8.8.8.8:1024 10.0.0.5:443", "permit"),
        ("tcp 8.8.8.8:1024 10.0.0.6:443", "deny"),
        ("tcp 10.1.2.3:1024 8.8.8.8:80", "permit"),
        ("tcp 10.2.2.3:1024 8.8.8.8:80", "deny"),
        ("tcp 8.8.8.8:1024 10.1.9.9:22", "permit"),
    ] {
        assert_eq!(verdict(&list, packet), expected, "{packet}");
    }
    let twice = only_policy(&format!("{text}access-list OUT extended permit tcp any host TWICE eq 81\n"));
    assert_eq!(verdict(&twice, "tcp 8.8.8.8:1024 10.9.0.1:81"), "undecided");
}

#[test]
fn an_entry_that_keeps_a_reflection_lets_pass_as_any_other_does() {
    let list = only_policy("ip access-list extended X\n permit tcp any any eq 80 reflect BACK timeout 300\n");
    assert!(list.is_exact(), "{:?}", list.notes);
    assert_eq!(verdict(&list, "tcp 8.8.8.8:1024 10.0.0.5:80"), "permit");
}

#[test]
fn an_unreachable_destination_is_of_ios_the_address_alone() {
    let list = only_policy("ipv6 access-list X\n permit icmp any any destination-unreachable\n");
    assert_eq!(verdict(&list, "icmpv6 1/3 2001:db8::1 2001:db8::2"), "permit");
    assert_eq!(verdict(&list, "icmpv6 1/0 2001:db8::1 2001:db8::2"), "deny");
}
