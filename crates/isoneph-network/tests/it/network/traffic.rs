//! The algebra of protocol and port sets, against a naive reading.

use isoneph_network::model::traffic::{Parcel, Traffic, TrafficBox};
use proptest::prelude::*;

/// Boxes in a corner of the universe small enough to look at every packet.
fn small_box() -> impl Strategy<Value = TrafficBox> {
    let pair = |max: u16| (0..=max, 0..=max).prop_map(|(a, b)| (a.min(b), a.max(b)));
    (pair(3), pair(4), pair(4)).prop_map(|(protocol, source, destination)| TrafficBox {
        protocol: (protocol.0 as u8 + 4, protocol.1 as u8 + 4),
        source,
        destination,
    })
}

fn set(boxes: &[TrafficBox]) -> Traffic {
    boxes.iter().fold(Traffic::none(), |set, piece| set.or(&Traffic::of(*piece)))
}

fn inside(boxes: &[TrafficBox], parcel: Parcel) -> bool {
    boxes.iter().any(|piece| {
        let within = |range: (u16, u16), value: u16| range.0 <= value && value <= range.1;
        piece.protocol.0 <= parcel.protocol
            && parcel.protocol <= piece.protocol.1
            && within(piece.source, parcel.source)
            && within(piece.destination, parcel.destination)
    })
}

fn corner() -> impl Iterator<Item = Parcel> {
    (3..=8).flat_map(|protocol| {
        (0..=5).flat_map(move |source| (0..=5).map(move |destination| Parcel { protocol, source, destination }))
    })
}

proptest! {
    #[test]
    fn operations_agree_with_packets(left in prop::collection::vec(small_box(), 0..5), right in prop::collection::vec(small_box(), 0..5)) {
        let (a, b) = (set(&left), set(&right));
        let (both, either, only) = (a.and(&b), a.or(&b), a.minus(&b));
        for parcel in corner() {
            let (x, y) = (inside(&left, parcel), inside(&right, parcel));
            prop_assert_eq!(a.contains(parcel), x);
            prop_assert_eq!(both.contains(parcel), x && y);
            prop_assert_eq!(either.contains(parcel), x || y);
            prop_assert_eq!(only.contains(parcel), x && !y);
            prop_assert_eq!(a.not().contains(parcel), !x);
        }
    }

    #[test]
    fn equal_sets_are_equal_values(boxes in prop::collection::vec(small_box(), 0..6)) {
        let forward = set(&boxes);
        let mut turned = boxes.clone();
        turned.reverse();
        prop_assert_eq!(&forward, &set(&turned));
        prop_assert_eq!(&forward, &set(&forward.boxes()));
        prop_assert_eq!(&forward, &forward.not().not());
        prop_assert!(forward.minus(&forward).is_empty());
        prop_assert!(forward.witness().is_none_or(|parcel| forward.contains(parcel)));
        prop_assert_eq!(forward.is_empty(), forward.witness().is_none());
    }

    #[test]
    fn answers_come_back_for_exactly_the_packets_whose_answer_may(boxes in prop::collection::vec(small_box(), 0..5)) {
        let replies = set(&boxes);
        let answered = Traffic::all().answered_by(&replies);
        for parcel in corner().filter(|parcel| parcel.protocol == 6) {
            prop_assert_eq!(answered.contains(parcel), replies.contains(Traffic::answer_to(parcel)));
        }
    }
}

#[test]
fn bounds_hold_at_both_ends() {
    let whole = Traffic::of(TrafficBox { protocol: (0, 255), source: (0, 65535), destination: (0, 65535) });
    assert!(whole.is_all());
    let edges = Traffic::ports(6, 0, 0).or(&Traffic::ports(6, 65535, 65535));
    assert_eq!(edges.to_string(), "tcp 0,65535");
    assert_eq!(edges.not().and(&Traffic::protocol(6)).to_string(), "tcp 1-65534");
    assert!(Traffic::of(TrafficBox { protocol: (6, 5), source: (0, 1), destination: (0, 1) }).is_empty());
}

#[test]
fn source_ports_are_named_as_such_and_behind_the_ports_asked_for() {
    let of = |source, destination| Traffic::of(TrafficBox { protocol: (6, 6), source, destination });
    let two = of((0, 21), (80, 80)).or(&of((0, 21), (443, 443)));
    assert_eq!(two.to_string(), "tcp 80,443 (from source ports 0-21)");
    assert_eq!(of((53, 53), (0, u16::MAX)).to_string(), "tcp (from source port 53)");
    assert_eq!(of((0, u16::MAX), (22, 22)).to_string(), "tcp 22");
}
