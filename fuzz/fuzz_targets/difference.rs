//! Two small lists of rules: the diagrams and the evaluator that goes rule by rule must agree.
#![no_main]

use isoneph_network::idd::Budget;
use isoneph_network::policy::flat::{FLAT_GREATEST, FlatRule, compare, decide};
use libfuzzer_sys::fuzz_target;

/// Bytes of a rule: both ends of five fields, and what it does.
const RULE: usize = 11;

fn rules(bytes: &[u8]) -> Vec<FlatRule> {
    let rule = |held: &[u8]| {
        let bounds = std::array::from_fn(|field| {
            // Every bound stands for a place on the whole line, so that its ends are met.
            let at = |byte: u8| (u64::from(byte) * u64::from(FLAT_GREATEST[field]) / 255) as u32;
            let (one, other) = (at(held[2 * field]), at(held[2 * field + 1]));
            (one.min(other), one.max(other))
        });
        FlatRule { bounds, permit: held[RULE - 1] & 1 == 1 }
    };
    bytes.chunks_exact(RULE).take(24).map(rule).collect()
}

fuzz_target!(|lists: (Vec<u8>, Vec<u8>)| {
    let (first, second) = (rules(&lists.0), rules(&lists.1));
    let Ok(found) = compare(&first, &second, None, Budget { edges: 1 << 16, steps: 1 << 20 }) else { return };
    match found.witness {
        Some(point) => assert_ne!(decide(&first, &point), decide(&second, &point), "no witness: {point:?}"),
        None => {
            for corner in first.iter().chain(&second).flat_map(|rule| [rule.bounds.map(|at| at.0), rule.bounds.map(|at| at.1)]) {
                assert_eq!(decide(&first, &corner), decide(&second, &corner), "they differ: {corner:?}");
            }
        }
    }
});
