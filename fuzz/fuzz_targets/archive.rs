//! A tar file, plain or compressed.
#![no_main]

use isoneph_image::archive;
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

fuzz_target!(|bytes: Vec<u8>| {
    let _ = archive::open_disk(Arc::new(bytes));
});
