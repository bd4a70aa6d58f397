//! Tiny universes, compared point by point and packet by packet with the naive evaluator.

use isoneph_network::idd::Budget;
use isoneph_network::packet::{AddressRange, Match, Packet, PacketSet, PacketSpace, Payload, Ranges};
use isoneph_network::policy::generate::Seeded;
use isoneph_network::policy::{
    Action, Certainty, Method, Options, Policy, Reading, Rule, Verdict, compose_into, difference, sampled_difference,
};

const ADDRESSES: [&str; 8] = [
    "0.0.0.0",
    "0.0.0.1",
    "10.0.0.7",
    "255.255.255.255",
    "::",
    "::1",
    "2001:db8::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];
const PORTS: [u16; 4] = [0, 1, 80, 65535];
const CODES: [u8; 3] = [0, 8, 255];
const PROTOCOLS: [u8; 6] = [0, 1, 6, 17, 58, 255];

/// Every packet of the universe.
fn universe() -> Vec<Packet> {
    let mut packets = Vec::new();
    for source in ADDRESSES {
        for destination in ADDRESSES {
            for protocol in PROTOCOLS {
                let mut payloads = vec![Payload::Other];
                for (source, destination) in PORTS.iter().flat_map(|a| PORTS.iter().map(move |b| (*a, *b))) {
                    payloads.push(Payload::Ports { source, destination });
                }
                for (kind, code) in CODES.iter().flat_map(|a| CODES.iter().map(move |b| (*a, *b))) {
                    payloads.push(Payload::Icmp { kind, code });
                }
                for payload in payloads {
                    let one = Packet::new(source.parse().unwrap(), destination.parse().unwrap(), protocol, payload);
                    packets.extend(one.into_iter().flat_map(|one| [one, one.established(true)]));
                }
            }
        }
    }
    packets
}

fn pick<T: Copy>(random: &mut Seeded, from: &[T]) -> T {
    from[random.below(from.len() as u64) as usize]
}

fn random_range(random: &mut Seeded) -> AddressRange {
    loop {
        let (a, b) = (pick(random, &ADDRESSES).parse().unwrap(), pick(random, &ADDRESSES).parse().unwrap());
        if let Some(range) = AddressRange::between(a, b).or_else(|| AddressRange::between(b, a)) {
            return range;
        }
    }
}

fn random_ports(random: &mut Seeded) -> Ranges<u16> {
    if random.chance(60) {
        return Ranges::any();
    }
    let (a, b) = (pick(random, &PORTS), pick(random, &PORTS));
    let one = Ranges::between(a.min(b), a.max(b));
    if random.chance(30) { one.complement() } else { one }
}

fn random_match(random: &mut Seeded) -> Match {
    let mut one = Match::any();
    if random.chance(60) {
        one.source = random_range(random).into();
    }
    if random.chance(60) {
        one.destination = random_range(random).into();
    }
    if random.chance(20) {
        one.source = one.source.complement();
    }
    if random.chance(70) {
        let (a, b) = (pick(random, &PROTOCOLS), pick(random, &PROTOCOLS));
        one.protocol = if random.chance(70) { Ranges::single(a) } else { Ranges::between(a.min(b), a.max(b)) };
    }
    match random.below(4) {
        0 => (one.source_port, one.destination_port) = (random_ports(random), random_ports(random)),
        1 => one.icmp_type = Ranges::single(pick(random, &CODES)),
        2 => one.icmp_code = Ranges::between(0, pick(random, &CODES)),
        _ => {}
    }
    if random.chance(20) {
        one.established = Some(random.chance(50));
    }
    one
}

fn random_policy(random: &mut Seeded, rules: u64, uncertain: u64) -> Policy {
    let action = |random: &mut Seeded| if random.chance(50) { Action::Permit } else { Action::Deny };
    let rules = (0..1 + random.below(rules))
        .map(|_| {
            let mut rule = Rule::new(action(random), random_match(random));
            if random.chance(25) {
                rule.matches.push(random_match(random));
            }
            if random.chance(uncertain) {
                rule.certainty = Certainty::AtMost;
            }
            rule
        })
        .collect();
    let default = action(random);
    if random.chance(30) { Policy::set("set", rules, default) } else { Policy::first_match("list", rules, default) }
}

#[test]
fn sets_hold_exactly_the_packets_their_condition_matches() {
    let packets = universe();
    let mut random = Seeded::new(1);
    for _ in 0..400 {
        let (left, right) = (random_match(&mut random), random_match(&mut random));
        let mut space = PacketSpace::default();
        let (a, b) = (space.matching(&left).unwrap(), space.matching(&right).unwrap());
        let union = space.union(a, b).unwrap();
        let intersection = space.intersection(a, b).unwrap();
        let minus = space.difference(a, b).unwrap();
        let peeled = left.difference(&right);
        let from_peeled = space.matching_any(&peeled).unwrap();
        assert_eq!(from_peeled, minus, "{left:?} minus {right:?}");
        let both = space.matching(&left.intersection(&right)).unwrap();
        assert_eq!(both, intersection);
        for packet in &packets {
            let (in_left, in_right) = (left.contains(packet), right.contains(packet));
            assert_eq!(space.contains(a, packet), in_left, "{packet} in {left:?}");
            assert_eq!(space.contains(union, packet), in_left || in_right);
            assert_eq!(space.contains(intersection, packet), in_left && in_right);
            assert_eq!(space.contains(minus, packet), in_left && !in_right);
        }
        assert_eq!(left.is_nothing(), a.is_empty(), "{left:?}");
        if !a.is_empty() {
            let witness = space.witness(a).unwrap();
            assert!(left.contains(&witness), "{witness} is not in {left:?}");
        }
    }
}

#[test]
fn boxes_of_a_set_make_up_the_set_and_its_hull_holds_it() {
    let mut random = Seeded::new(2);
    for _ in 0..300 {
        let mut space = PacketSpace::default();
        let matches: Vec<Match> = (0..3).map(|_| random_match(&mut random)).collect();
        let set = space.matching_any(&matches).unwrap();
        let boxes = space.boxes(set, 1 << 20).unwrap();
        assert_eq!(space.matching_any(&boxes).unwrap(), set);
        let mut together = PacketSet::EMPTY;
        for one in &boxes {
            let part = space.matching(one).unwrap();
            assert!(space.intersection(together, part).unwrap().is_empty(), "boxes overlap");
            together = space.union(together, part).unwrap();
        }
        if let Some(hull) = space.hull(set) {
            let hull = space.matching(&hull).unwrap();
            assert!(space.is_subset(set, hull).unwrap());
        } else {
            assert!(set.is_empty());
        }
    }
}

#[test]
fn composed_policies_permit_exactly_what_the_naive_evaluator_permits() {
    let packets = universe();
    let mut random = Seeded::new(3);
    for _ in 0..150 {
        let policy = random_policy(&mut random, 8, 20);
        let mut space = PacketSpace::default();
        let may = compose_into(&mut space, &policy, Reading::May).unwrap();
        let must = compose_into(&mut space, &policy, Reading::Must).unwrap();
        for packet in &packets {
            let expected = match policy.evaluate(packet) {
                Verdict::Permit(_) => (true, true),
                Verdict::Deny(_) => (false, false),
                Verdict::Undecided(_) => (true, false),
            };
            assert_eq!((space.contains(may, packet), space.contains(must, packet)), expected, "{packet} {policy:?}");
        }
    }
}

#[test]
fn differences_agree_with_the_naive_evaluator_packet_by_packet() {
    let packets = universe();
    let mut random = Seeded::new(4);
    for round in 0..150 {
        let first = random_policy(&mut random, 8, if round % 2 == 0 { 0 } else { 20 });
        let mut second = random_policy(&mut random, 8, if round % 2 == 0 { 0 } else { 20 });
        if round % 3 == 0 {
            // A near copy, which alignment takes a short way to.
            second = first.clone();
            let index = random.below(second.rules.len() as u64) as usize;
            second.rules[index].action = second.rules[index].action.opposite();
        }
        let method = if round % 5 == 0 { Method::Whole } else { Method::Auto };
        let options = Options { method, ..Options::default() };
        let found = difference(&first, &second, &options).unwrap();
        for packet in &packets {
            let (a, b) = (first.evaluate(packet), second.evaluate(packet));
            let surely = matches!((a, b), (Verdict::Permit(_), Verdict::Deny(_)));
            let may = !matches!(a, Verdict::Deny(_)) && !matches!(b, Verdict::Permit(_));
            assert_eq!(found.space.contains(found.only_first.certain, packet), surely, "{packet}");
            assert_eq!(found.space.contains(found.only_first.possible, packet), may, "{packet}");
            let surely = matches!((b, a), (Verdict::Permit(_), Verdict::Deny(_)));
            let may = !matches!(b, Verdict::Deny(_)) && !matches!(a, Verdict::Permit(_));
            assert_eq!(found.space.contains(found.only_second.certain, packet), surely, "{packet}");
            assert_eq!(found.space.contains(found.only_second.possible, packet), may, "{packet}");
        }
    }
}

#[test]
fn what_samples_tell_is_so_packet_by_packet_and_nothing_is_told_of_policies_that_are_equal() {
    let packets = universe();
    let mut random = Seeded::new(7);
    let mut told = 0;
    for round in 0..60 {
        let first = random_policy(&mut random, 8, if round % 2 == 0 { 0 } else { 20 });
        let second = if round % 4 == 0 { first.clone() } else { random_policy(&mut random, 8, 20) };
        let Some(found) = sampled_difference(&first, &second, &Options::default()) else { continue };
        told += 1;
        assert!(found.is_different() && !found.only_first.complete && !found.only_second.complete);
        for packet in &packets {
            let (a, b) = (first.evaluate(packet), second.evaluate(packet));
            let surely = |a, b| matches!((a, b), (Verdict::Permit(_), Verdict::Deny(_)));
            assert!(!found.space.contains(found.only_first.certain, packet) || surely(a, b), "{packet}");
            assert!(!found.space.contains(found.only_second.certain, packet) || surely(b, a), "{packet}");
        }
        assert!(!difference(&first, &second, &Options::default()).unwrap().is_equal());
    }
    assert!(told > 20, "{told}");
}

#[test]
fn findings_cut_a_difference_into_the_parts_their_rules_decide() {
    let mut random = Seeded::new(5);
    for _ in 0..100 {
        let (first, second) = (random_policy(&mut random, 6, 0), random_policy(&mut random, 6, 0));
        let mut found = difference(&first, &second, &Options::default()).unwrap();
        assert!(found.only_first.complete && found.only_second.complete);
        for (side, permitting, denying) in [(&found.only_first, &first, &second), (&found.only_second, &second, &first)]
        {
            let mut together = PacketSet::EMPTY;
            for one in &side.findings {
                assert!(found.space.intersection(together, one.packets).unwrap().is_empty());
                together = found.space.union(together, one.packets).unwrap();
                assert!(found.space.contains(one.packets, &one.witness));
                assert_eq!(permitting.evaluate(&one.witness), Verdict::Permit(one.permitted_by));
                assert_eq!(denying.evaluate(&one.witness), Verdict::Deny(one.denied_by));
            }
            assert_eq!(together, side.certain);
        }
    }
}

#[test]
fn a_budget_that_runs_out_is_an_error_and_never_an_answer() {
    let mut random = Seeded::new(6);
    let policies: Vec<Policy> = (0..2).map(|_| random_policy(&mut random, 60, 0)).collect();
    for edges in [0, 1, 10, 50] {
        let options = Options { budget: Budget { edges, steps: 1000 }, method: Method::Whole, ..Options::default() };
        assert!(difference(&policies[0], &policies[1], &options).is_err());
    }
    let options = Options { budget: Budget { edges: 1 << 20, steps: 3 }, method: Method::Whole, ..Options::default() };
    assert!(difference(&policies[0], &policies[1], &options).is_err());
}
