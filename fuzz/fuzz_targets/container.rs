//! A container, its disk read from end to end.
#![no_main]

use isoneph_image::container::{self, Disk as _};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

fuzz_target!(|bytes: Vec<u8>| {
    let Ok(container) = container::open_disk(Arc::new(bytes)) else { return };
    let mut buffer = vec![0; 50_000];
    for step in 0..200_u64 {
        let _ = container.disk.read_at(step * 50_000, &mut buffer);
    }
    let _ = container.disk.read_at(container.disk.length().saturating_sub(512), &mut buffer[..512]);
});
