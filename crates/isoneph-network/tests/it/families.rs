//! Lists of rules speak of their own family only.

use isoneph_network::acl::{ReadOptions, read};
use isoneph_network::packet::Family;
use isoneph_network::policy::{Options, Policy, Reading, Undecided, compose_into, difference};

fn policies(text: &str) -> Vec<Policy> {
    read(text, &ReadOptions::default()).unwrap().policies
}

fn chain(rules: &str) -> Policy {
    policies(&format!("*filter\n:FORWARD DROP [0:0]\n{rules}COMMIT\n")).remove(0)
}

#[test]
fn lists_of_different_families_have_nothing_in_common_and_are_not_equal() {
    let four =
        ["ip access-list extended T\n permit tcp any any eq 443\n", "access-list 7 permit 10.0.0.0 0.255.255.255\n"];
    let six = [
        "ipv6 access-list T\n permit tcp any any eq 80\n",
        "*filter\n:T DROP\n-A T -s 2001:db8::/32 -j ACCEPT\nCOMMIT\n",
    ];
    for (four, six) in four.iter().flat_map(|four| six.map(|six| (four, six))) {
        let (four, six) = (policies(four).remove(0), policies(six).remove(0));
        for (one, other) in [(&four, &six), (&six, &four)] {
            let found = difference(one, other, &Options::default());
            assert!(matches!(found, Err(Undecided::NothingCommon(..))), "{} {}", one.name, other.name);
        }
    }
}

#[test]
fn a_list_of_both_families_is_compared_where_the_other_speaks() {
    let both = policies("action,protocol,src,sport,dst,dport\npermit,tcp,any,any,any,443\n").remove(0);
    let four = policies("ip access-list extended T\n permit tcp any any eq 443\n").remove(0);
    assert_eq!(both.families_with(&four), [Family::V4]);
    assert!(difference(&both, &four, &Options::default()).unwrap().is_equal());
}

#[test]
fn the_name_of_a_protocol_outweighs_no_address() {
    let (named, sent) = ("-A FORWARD -p ipv6-icmp -j ACCEPT\n", "-A FORWARD -s 10.0.0.2 -j ACCEPT\n");
    for (rules, family) in [
        (sent.to_owned(), Family::V4),
        (format!("{named}{sent}"), Family::V4),
        (named.to_owned(), Family::V6),
        ("-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 1 -j ACCEPT\n".to_owned(), Family::V6),
        (format!("-A FORWARD -p icmp -m icmp --icmp-type 8 -j ACCEPT\n{named}"), Family::V4),
    ] {
        assert_eq!(chain(&rules).family, Some(family), "{rules}");
    }
    // Tables of which another in the file tells the family.
    let two = format!("*mangle\n-A FORWARD -s 10.0.0.9 -j ACCEPT\nCOMMIT\n*filter\n:FORWARD DROP\n{named}COMMIT\n");
    assert_eq!(policies(&two)[0].family, Some(Family::V4));
}

#[test]
fn what_a_list_permits_is_of_its_own_family() {
    let mut space = isoneph_network::packet::PacketSpace::default();
    for (text, family) in [
        ("ipv6 access-list T\n permit tcp any host 2001:db8::1 eq 443\n", Family::V6),
        ("*filter\n:FORWARD ACCEPT\n-A FORWARD -s 10.0.0.0/8 -j DROP\nCOMMIT\n", Family::V4),
    ] {
        let set = compose_into(&mut space, &policies(text)[0], Reading::May).unwrap();
        let (boxes, _) = space.first_boxes(set, 1000);
        let other = if family == Family::V4 { Family::V6 } else { Family::V4 };
        assert!(!boxes.is_empty() && boxes.iter().all(|one| !one.reaches(other)), "{text}");
    }
}

#[test]
fn rules_about_later_fragments_are_kept_apart() {
    let list =
        |rules: &str| policies(&format!("ip access-list extended T\n{rules} permit tcp any any eq 443\n")).remove(0);
    let (plain, permits) = (list(""), list(" permit ip any any fragments\n"));
    let (denies, numbered) = (list(" deny ip any any fragments\n"), list(" 5 permit ip any any fragments log\n"));
    assert_eq!(permits.fragments.len(), 1);
    assert_eq!(permits.fragments[0].line, 2);
    assert!(difference(&plain, &permits, &Options::default()).unwrap().is_equal(), "of what is compared");
    for (one, other, alike) in [
        (&plain, &permits, false),
        (&permits, &denies, false),
        (&permits, &numbered, true),
        (&plain, &list(" fragments permit-all\n"), false),
        (&list(" fragments permit-all\n"), &list(" fragments deny-all\n"), false),
        (&plain, &list(" statistics per-entry\n"), true),
        (&plain, &plain, true),
    ] {
        assert_eq!(one.treats_fragments_like(other), alike, "{:?} {:?}", one.fragments, other.fragments);
    }
}

#[test]
fn the_room_for_a_comparison_is_that_of_its_rules() {
    let short = policies("ip access-list extended T\n permit tcp any any eq 443\n").remove(0);
    let scattered = policies("ip access-list extended T\n permit ip 10.0.0.0 0.85.85.84 any\n").remove(0);
    assert_eq!((short.weight(), scattered.weight()), (1, 5), "large groups of addresses are worth several rules");
    let most = isoneph_network::idd::Budget::default();
    for (rules, share) in [(1, 600), (600, 600), (5_000, 5_000)] {
        let budget = isoneph_network::idd::Budget::for_rules(rules);
        assert_eq!((budget.edges, budget.steps), (most.edges / 10_000 * share, most.steps / 10_000 * share));
    }
    assert_eq!(isoneph_network::idd::Budget::for_rules(20_000), most);
}
