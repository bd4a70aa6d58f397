//! Lists as devices show them, beside the configurations that they are of.

use isoneph_network::acl::{ReadOptions, pairs, read};
use isoneph_network::policy::{Comparison, Options, difference};

/// How what a device shows compares with a configuration, list by list.
#[track_caller]
fn compared(shown: &str, configured: &str) -> Vec<(String, Comparison)> {
    let [shown, configured] = [shown, configured].map(|text| read(text, &ReadOptions::default()).unwrap());
    let found = pairs(&shown, &configured);
    assert_eq!(found.alone, []);
    let compare = |pair: &isoneph_network::acl::Pair<'_>| {
        let found = difference(&pair.lists[0], &pair.lists[1], &Options::default()).unwrap();
        (pair.lists[0].name.clone(), found.comparison())
    };
    found.pairs.iter().map(compare).collect()
}

const EDGE: &str = "ip access-list extended EDGE\n permit tcp any any eq 443\n deny ip 10.0.0.0 0.0.0.255 any log\n \
                    permit udp any host 10.1.1.1 eq domain\n";

#[test]
fn what_a_device_shows_of_a_list_is_what_it_is_configured_with() {
    for (shown, configured, name) in [
        (
            "Extended IP access list EDGE\n    10 permit tcp any any eq 443 (12 matches)\n    \
             20 deny ip 10.0.0.0 0.0.0.255 any log (1 match)\n    30 permit udp any host 10.1.1.1 eq domain\n",
            EDGE,
            "EDGE",
        ),
        (
            "IP access list EDGE\n        statistics per-entry\n        10 permit tcp any any eq 443 [match=12]\n        \
             20 deny ip 10.0.0.0/24 any log [match=0]\n        30 permit udp any 10.1.1.1/32 eq domain [match=4]\n",
            EDGE,
            "EDGE",
        ),
        (
            "ipv4 access-list EDGE\n 10 permit tcp any any eq 443 (12 hw matches)\n 20 deny ipv4 10.0.0.0 0.0.0.255 any\n \
             30 permit udp any host 10.1.1.1 eq domain\n",
            EDGE,
            "EDGE",
        ),
        (
            "Standard IP access list 10\n    10 permit 10.0.0.0, wildcard bits 0.0.0.255 (5 matches)\n    20 permit 192.0.2.1\n",
            "access-list 10 permit 10.0.0.0 0.0.0.255\naccess-list 10 permit 192.0.2.1\n",
            "10",
        ),
        (
            "IPv6 access list SIX\n    permit tcp any any eq 443 (2 matches) sequence 20\n    deny tcp any any sequence 10\n    \
             permit udp any any sequence 30\n",
            "ipv6 access-list SIX\n deny tcp any any\n permit udp any any\n",
            "SIX",
        ),
        (
            "access-list cached ACL log flows: total 0, denied 0 (deny-flow-max 4096)\n            alert-interval 300\n\
             access-list OUT; 4 elements; name hash: 0x1234abcd\naccess-list OUT line 1 remark the shop\n\
             access-list OUT line 2 extended permit tcp any any eq https (hitcnt=5) 0xabcdef01\n\
             access-list OUT line 3 extended permit tcp any object-group WEB eq www (hitcnt=2) (Last Hit=19:40:29 UTC Oct 25 2025) 0x12345678\n  \
             access-list OUT line 3 extended permit tcp any host 10.0.0.1 eq www (hitcnt=2) (Last Hit=19:40:29 UTC Oct 25 2025) 0x12345679\n  \
             access-list OUT line 3 extended permit tcp any host 10.0.0.2 eq www (hitcnt=0) 0x1234567a\n\
             access-list OUT line 4 extended permit udp any any (hitcnt=0) (inactive) 0x12345670\n",
            "object-group network WEB\n network-object host 10.0.0.1\n network-object host 10.0.0.2\n\
             access-list OUT extended permit tcp any any eq https\n\
             access-list OUT extended permit tcp any object-group WEB eq www\n\
             access-list OUT extended permit udp any any inactive\n",
            "OUT",
        ),
        (
            "access-list OUT; 3 elements; name hash: 0x558eed49\naccess-list OUT line 1 remark the shop\n\
             access-list OUT line 2 extended permit tcp any object-group WEB eq 443 0x11111111\n  \
             access-list OUT line 2 extended permit tcp any host 10.0.0.5 eq 443 (hitcnt=4) 0x22222222\n  \
             access-list OUT line 2 extended permit tcp any host 10.0.0.6 eq 443 (hitcnt=5) 0x33333333\n\
             access-list OUT line 3 extended deny ip any any (hitcnt=3) 0xf304e575\n",
            "access-list OUT extended permit tcp any host 10.0.0.5 eq 443\n\
             access-list OUT extended permit tcp any host 10.0.0.6 eq 443\n",
            "OUT",
        ),
    ] {
        assert_eq!(compared(shown, configured), [(name.to_owned(), Comparison::Equal)], "{shown}");
    }
}

#[test]
fn what_is_shown_otherwise_differs_and_what_is_no_counter_stays_open() {
    let shown = "Extended IP access list EDGE\n    10 permit tcp any any eq 444 (12 matches)\n    \
                 20 deny ip 10.0.0.0 0.0.0.255 any\n    30 permit udp any host 10.1.1.1 eq domain\n";
    assert_eq!(compared(shown, EDGE), [("EDGE".to_owned(), Comparison::Different)]);
    let shown = shown.replace("444 (12 matches)", "443 (12 matches) (time left 4)");
    assert_eq!(compared(&shown, EDGE), [("EDGE".to_owned(), Comparison::Undecided)]);
}

#[test]
fn an_entry_keeps_its_line_in_what_was_shown() {
    let shown =
        read("Extended IP access list A\n    10 permit tcp any any (2 matches)\n", &ReadOptions::default()).unwrap();
    assert_eq!(shown.policies[0].rules[0].line, 2);
}
