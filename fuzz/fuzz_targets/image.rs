//! A disk from container to walk.
#![no_main]

use isoneph_image::{image, tree::WalkBudget};
use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow;
use std::sync::Arc;

fuzz_target!(|bytes: Vec<u8>| {
    let Ok(image) = image::open_disk(Arc::new(bytes)) else { return };
    for guest in &image.guests {
        let budget = WalkBudget { entries: 3000, ..WalkBudget::default() };
        guest.tree.walk(budget, &mut |entry| {
            let _ = guest.tree.read(&entry.path, 1 << 20);
            let _ = guest.tree.attribute(&entry.path, "security.capability");
            ControlFlow::Continue(())
        });
    }
});
