//! Pitfalls of access lists and of the model, one test each (numbers as in the project's notes: 30 Cisco, 31 iptables,
//! 33 model).

use isoneph_network::packet::{AddressRange, AddressSet, Match, PacketSet, PacketSpace, Ranges};
use isoneph_network::policy::{Action, Options, Policy, Rule, difference};

use crate::{only_policy, packet, verdict};

#[test]
fn p30_a_wildcard_with_scattered_bits_matches_exactly_its_addresses() {
    let policy = only_policy("ip access-list extended x\n permit tcp any 192.168.0.64 0.0.255.31\n");
    for (last, expected) in
        [("0.64", "permit"), ("7.95", "permit"), ("7.96", "deny"), ("255.63", "deny"), ("255.64", "permit")]
    {
        assert_eq!(verdict(&policy, &format!("tcp 1.1.1.1:1 192.168.{last}:2")), expected, "{last}");
    }
    // Odd hosts only.
    let policy = only_policy("ip access-list extended x\n permit ip 10.0.0.1 0.0.0.254 any\n");
    assert_eq!(verdict(&policy, "47 10.0.0.7 1.1.1.1"), "permit");
    assert_eq!(verdict(&policy, "47 10.0.0.8 1.1.1.1"), "deny");
    // A network mask with a hole, as ASA writes it.
    let policy = only_policy("access-list x extended permit ip any 128.168.0.0 191.255.255.128\n");
    assert_eq!(verdict(&policy, "47 1.1.1.1 192.168.0.5"), "permit");
    assert_eq!(verdict(&policy, "47 1.1.1.1 128.168.0.127"), "permit");
    assert_eq!(verdict(&policy, "47 1.1.1.1 128.168.0.128"), "deny");
}

#[test]
fn p30_a_wildcard_with_too_many_scattered_bits_is_undecided_and_not_dropped() {
    let policy = only_policy("ip access-list extended x\n permit ip 10.0.0.0 0.170.170.170 any\n deny ip any any\n");
    assert_eq!(verdict(&policy, "47 10.2.0.2 1.1.1.1"), "permit");
    let policy = only_policy("ip access-list extended x\n permit ip 0.0.0.1 170.170.170.170 any\n deny ip any any\n");
    assert_eq!(verdict(&policy, "47 2.2.0.3 1.1.1.1"), "undecided");
    assert_eq!(verdict(&policy, "47 255.255.0.3 1.1.1.1"), "deny");
}

#[test]
fn p30_what_no_entry_matches_is_denied_and_fragments_entries_match_nothing_compared() {
    let policy = only_policy("ip access-list extended x\n deny tcp any any fragments\n permit tcp any any eq 22\n");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:22"), "permit");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:23"), "deny");
}

#[test]
fn p31_syn_is_a_new_connection_and_reject_denies() {
    let policy =
        only_policy("*filter\n:FORWARD ACCEPT\n-A FORWARD -p tcp --syn -j REJECT --reject-with tcp-reset\nCOMMIT\n");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:22"), "deny");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:22+"), "permit");
}

#[test]
fn p31_negations_complement_their_own_field_only() {
    let policy = only_policy(
        "*filter\n:INPUT DROP\n-A INPUT ! -p tcp -j ACCEPT\n-A INPUT -p tcp ! --dport 25 ! -s 10.0.0.0/8 -j ACCEPT\nCOMMIT\n",
    );
    assert_eq!(verdict(&policy, "udp 1.1.1.1:1 2.2.2.2:25"), "permit");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:25"), "deny");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:26"), "permit");
    assert_eq!(verdict(&policy, "tcp 10.1.1.1:1 2.2.2.2:26"), "deny");
}

#[test]
fn p31_an_uncertain_return_leaves_the_rest_of_its_chain_uncertain() {
    let policy = only_policy(
        "*filter\n:INPUT DROP\n:a -\n-A INPUT -j a\n-A a -m geoip --source-country DE -j RETURN\n-A a -p tcp -j ACCEPT\nCOMMIT\n",
    );
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:25"), "undecided");
    assert_eq!(verdict(&policy, "udp 1.1.1.1:1 2.2.2.2:25"), "deny");
}

#[test]
fn p33_ends_of_every_line_are_exact() {
    let mut space = PacketSpace::default();
    for range in [
        "0.0.0.0/0",
        "0.0.0.0/32",
        "255.255.255.255/32",
        "::/0",
        "::/128",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
    ] {
        let range: AddressRange = range.parse().unwrap();
        let set = space.matching(&Match::any().with_source(range)).unwrap();
        let rest = space.complement(set).unwrap();
        assert!(!set.is_empty() && !rest.is_empty(), "{range}");
        assert_eq!(space.union(set, rest).unwrap(), PacketSet::ALL);
        let witness = space.witness(set).unwrap();
        assert!(AddressSet::from(range).contains(witness.source()));
    }
    let zero = space.matching(&Match::any().with_destination_ports(Ranges::single(0))).unwrap();
    assert!(space.contains(zero, &packet("tcp 1.1.1.1:1 2.2.2.2:0")));
    assert!(!space.contains(zero, &packet("tcp 1.1.1.1:1 2.2.2.2:1")));
    let all_ports =
        space.matching(&Match::any().with_protocol(6).with_destination_ports(Ranges::between(0, 65535))).unwrap();
    assert_eq!(all_ports, space.matching(&Match::any().with_protocol(6)).unwrap());
}

#[test]
fn p33_the_protocol_number_zero_is_not_any_protocol() {
    let mut space = PacketSpace::default();
    let zero = space.matching(&Match::any().with_protocol(0)).unwrap();
    assert!(!zero.is_all());
    assert!(space.contains(zero, &packet("0 1.1.1.1 2.2.2.2")));
    assert!(!space.contains(zero, &packet("tcp 1.1.1.1:1 2.2.2.2:1")));
}

#[test]
fn p33_mapped_addresses_are_of_the_sixth_version() {
    let mut space = PacketSpace::default();
    let four = space.matching(&Match::any().with_source("10.0.0.0/8".parse::<AddressRange>().unwrap())).unwrap();
    let mapped =
        space.matching(&Match::any().with_source("::ffff:10.0.0.0/104".parse::<AddressRange>().unwrap())).unwrap();
    assert!(space.intersection(four, mapped).unwrap().is_empty());
}

#[test]
fn p33_ports_do_not_match_packets_without_ports() {
    let low = Match::any().with_destination_ports(Ranges::between(0, 1023));
    let high = Match::any().with_destination_ports(Ranges::between(1024, 65535));
    let mut space = PacketSpace::default();
    let both = space.matching_any(&[low, high]).unwrap();
    assert!(!both.is_all(), "ICMP has no port");
    assert!(!space.contains(both, &packet("icmp 8/0 1.1.1.1 2.2.2.2")));
}

#[test]
fn p33_the_first_of_two_rules_decides_and_the_second_is_shadowed() {
    let ssh = Match::any().with_protocol(6).with_destination_ports(Ranges::single(22));
    let both = |first: Action| {
        let rules = vec![Rule::new(first, ssh.clone()), Rule::new(first.opposite(), ssh.clone())];
        Policy::first_match("tie", rules, Action::Deny)
    };
    let found = difference(&both(Action::Permit), &both(Action::Deny), &Options::default()).unwrap();
    assert!(found.is_different() && found.only_second.certain.is_empty());
    assert_eq!(found.only_first.findings.len(), 1);
}

#[test]
fn p33_a_rule_that_matches_nothing_changes_nothing() {
    let nothing = Match::any().with_destination_ports(Ranges::single(1)).with_icmp(Ranges::single(8), Ranges::any());
    let empty = Policy::first_match("empty", Vec::new(), Action::Deny);
    let with = Policy::first_match("nothing", vec![Rule::new(Action::Permit, nothing)], Action::Deny);
    assert!(difference(&empty, &with, &Options::default()).unwrap().is_equal());
    let open = Policy::first_match("open", Vec::new(), Action::Permit);
    let found = difference(&open, &empty, &Options::default()).unwrap();
    assert!(found.only_first.certain.is_all());
}
