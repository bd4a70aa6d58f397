use std::collections::BTreeSet;

use isoneph_derive::sample::{Item, sample};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

fn item(subject: &str) -> Item {
    Item {
        subject: subject.to_owned(),
        expected: "no".to_owned(),
        observed: "yes".to_owned(),
        evidence: "f:1".to_owned(),
    }
}

#[test]
fn a_sample_can_be_drawn_again_with_a_hash_tool() {
    let population = ["vm-1", "vm-2", "vm-3", "vm-4", "vm-5"];
    let drawn = sample("ssh-root-login", population.map(item), 2, 7);
    let mut by_hand: Vec<(Vec<u8>, &str)> =
        population.iter().map(|vm| (Sha256::digest(format!("7\n{vm}")).to_vec(), *vm)).collect();
    by_hand.sort();
    let by_hand: BTreeSet<&str> = by_hand[..2].iter().map(|(_, vm)| *vm).collect();
    assert_eq!(drawn.items.iter().map(|item| item.subject.as_str()).collect::<BTreeSet<_>>(), by_hand);
    assert_eq!((drawn.population, drawn.items.len()), (5, 2));
}

#[test]
fn what_was_observed_is_part_of_the_populations_digest() {
    let other = Item { observed: "no".to_owned(), ..item("vm-1") };
    assert_ne!(sample("c", [item("vm-1")], 1, 0).population_sha256, sample("c", [other], 1, 0).population_sha256);
}

proptest! {
    #[test]
    fn order_does_not_matter_and_a_larger_sample_holds_the_smaller(
        subjects in prop::collection::btree_set("[a-z]{1,6}", 0..30),
        size in 0_usize..20,
        seed in any::<u64>(),
    ) {
        let forwards = sample("c", subjects.iter().map(|s| item(s)), size, seed);
        let backwards = sample("c", subjects.iter().rev().map(|s| item(s)), size, seed);
        prop_assert_eq!(&forwards, &backwards);
        prop_assert_eq!(forwards.items.len(), size.min(subjects.len()));
        let larger = sample("c", subjects.iter().map(|s| item(s)), size + 1, seed);
        prop_assert!(forwards.items.iter().all(|item| larger.items.contains(item)));
    }
}
