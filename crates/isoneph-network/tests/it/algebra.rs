//! Laws that sets keep whatever they hold.

use isoneph_network::packet::{AddressRange, AddressSet, Family, Match, PacketSet, PacketSpace, Ranges};
use proptest::prelude::*;

fn address() -> impl Strategy<Value = AddressRange> {
    prop_oneof![
        (any::<u32>(), 0_u8..=32).prop_map(|(at, length)| AddressRange::prefix(
            std::net::Ipv4Addr::from(at).into(),
            length
        )
        .unwrap()),
        (any::<u128>(), 0_u8..=128).prop_map(|(at, length)| AddressRange::prefix(
            std::net::Ipv6Addr::from(at).into(),
            length
        )
        .unwrap()),
        Just(AddressRange::whole(Family::V4)),
        Just(AddressRange::whole(Family::V6)),
    ]
}

fn condition() -> impl Strategy<Value = Match> {
    let side = || prop::option::of(prop::collection::vec(address(), 1..3));
    let ports = || prop::option::weighted(0.3, (any::<u16>(), any::<u16>()));
    (side(), side(), prop::option::of(any::<u8>()), ports(), ports(), prop::option::weighted(0.2, any::<bool>()))
        .prop_map(|(source, destination, protocol, source_port, destination_port, established)| {
            let side = |list: Option<Vec<AddressRange>>| list.map_or_else(AddressSet::any, AddressSet::from_ranges);
            let ports =
                |pair: Option<(u16, u16)>| pair.map_or_else(Ranges::any, |(a, b)| Ranges::between(a.min(b), a.max(b)));
            Match {
                source: side(source),
                destination: side(destination),
                protocol: protocol.map_or_else(Ranges::any, Ranges::single),
                source_port: ports(source_port),
                destination_port: ports(destination_port),
                established,
                ..Match::any()
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn sets_keep_the_laws_of_algebra(a in condition(), b in condition(), c in condition()) {
        let mut s = PacketSpace::default();
        let (a, b, c) = (s.matching(&a).unwrap(), s.matching(&b).unwrap(), s.matching(&c).unwrap());
        prop_assert_eq!(s.difference(a, a).unwrap(), PacketSet::EMPTY);
        let (ab, ba) = (s.union(a, b).unwrap(), s.union(b, a).unwrap());
        prop_assert_eq!(ab, ba);
        let rest = s.difference(ab, b).unwrap();
        prop_assert!(s.is_subset(rest, a).unwrap());
        let (not_a, not_b) = (s.complement(a).unwrap(), s.complement(b).unwrap());
        let left = s.complement(ab).unwrap();
        let right = s.intersection(not_a, not_b).unwrap();
        prop_assert_eq!(left, right);
        prop_assert_eq!(s.complement(not_a).unwrap(), a);
        let bc = s.union(b, c).unwrap();
        let (left, x, y) = (s.intersection(a, bc).unwrap(), s.intersection(a, b).unwrap(), s.intersection(a, c).unwrap());
        prop_assert_eq!(left, s.union(x, y).unwrap());
        let (d1, d2) = (s.difference(a, b).unwrap(), s.difference(b, a).unwrap());
        prop_assert_eq!(s.symmetric_difference(a, b).unwrap(), s.union(d1, d2).unwrap());
        prop_assert_eq!(s.witness(a).is_none(), a.is_empty());
        if let Some(witness) = s.witness(d1) {
            prop_assert!(s.contains(a, &witness) && !s.contains(b, &witness));
        }
    }

    #[test]
    fn replies_of_replies_are_the_established_part(a in condition()) {
        let mut s = PacketSpace::default();
        // Without ICMP, whose requests turn into replies for good.
        let a = Match { protocol: a.protocol.difference(&Ranges::from_intervals([(1, 1), (58, 58)])), established: Some(true), ..a };
        let set = s.matching(&a).unwrap();
        let replies = s.replies(set, 1 << 16).unwrap();
        prop_assert_eq!(s.replies(replies, 1 << 16).unwrap(), set);
    }

    #[test]
    fn ranges_agree_with_their_members(list in prop::collection::vec((any::<u8>(), any::<u8>()), 0..6), other in prop::collection::vec((any::<u8>(), any::<u8>()), 0..6)) {
        let a = Ranges::from_intervals(list.iter().copied());
        let b = Ranges::from_intervals(other.iter().copied());
        let (union, both, minus, complement) = (a.union(&b), a.intersection(&b), a.difference(&b), a.complement());
        for value in 0..=255_u8 {
            let (x, y) = (list.iter().any(|(l, h)| *l <= value && value <= *h), other.iter().any(|(l, h)| *l <= value && value <= *h));
            prop_assert_eq!(a.contains(value), x);
            prop_assert_eq!(union.contains(value), x || y);
            prop_assert_eq!(both.contains(value), x && y);
            prop_assert_eq!(minus.contains(value), x && !y);
            prop_assert_eq!(complement.contains(value), !x);
        }
        prop_assert_eq!(a.overlaps(&b), !both.is_none());
        prop_assert_eq!(a.contains_all(&b), b.difference(&a).is_none());
    }
}
