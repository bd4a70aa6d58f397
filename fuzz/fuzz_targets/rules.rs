//! Rule files of every format, and what a policy that was read decides.
#![no_main]

use isoneph_network::acl::{ReadOptions, read};
use isoneph_network::policy::{Options, difference};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(document) = read(text, &ReadOptions::default()) else { return };
    for policy in document.policies.iter().filter(|policy| policy.rules.len() < 64) {
        if let Ok(found) = difference(policy, policy, &Options::default()) {
            assert!(!found.is_different(), "a policy differs from itself");
        }
    }
});
