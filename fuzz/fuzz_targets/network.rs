//! Networks of every format: read, and asked who reaches whom.
#![no_main]

use isoneph_network::model::{InputFile, Model};
use isoneph_network::zones::{Bounds, derive, prove_within};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (model, _) = Model::read_found(vec![InputFile { path: "input".into(), bytes: bytes.to_vec() }]);
    let day = jiff::civil::date(2026, 11, 20);
    let _ = prove_within(&model, &derive(&model), day, Bounds { pairs: 2_500, future: true });
});
