//! Certificates: whatever is given, the verifier answers.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = isoneph_proof::verify(text);
});
