//! What people ask of networks: expected flows, and zones with their flows.
#![no_main]

use isoneph_network::reach::expect::read_expectations;
use isoneph_network::zones::Intent;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = read_expectations(text);
    if let Ok(intent) = Intent::read(text) {
        let _ = intent.check();
    }
});
