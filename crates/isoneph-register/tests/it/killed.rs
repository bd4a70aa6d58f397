//! A writer that is killed leaves all of what it wrote, or nothing.

use std::process::Command;
use std::time::{Duration, Instant};

use isoneph_register::kinds::Kind;
use isoneph_register::{Moment, Store};

/// How many objects one `apply` of the writer brings (see `tests/writer.rs`).
const BATCH: usize = 500;

#[test]
fn a_writer_killed_at_any_moment_leaves_whole_revisions_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.db");
    let mut store = Store::open(&path).unwrap();
    for round in 0..8_u64 {
        let before = store.revision().unwrap();
        let mut writer = Command::new(env!("CARGO_BIN_EXE_register-writer"))
            .args([path.as_os_str(), format!("{round}").as_ref(), BATCH.to_string().as_ref()])
            .spawn()
            .unwrap();
        // Once it has begun to write, it is killed at a moment that differs from round to round.
        let begun = Instant::now();
        while store.revision().unwrap() == before && begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(7 * round));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let parties = store.get(Kind::Party, None, Moment::Now).unwrap().len();
        let revisions = usize::try_from(store.revision().unwrap()).unwrap();
        assert!(revisions > usize::try_from(before).unwrap(), "round {round}: it wrote");
        assert_eq!(parties, revisions * BATCH, "round {round}: each revision is there whole");
    }
}
