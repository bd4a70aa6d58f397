//! An audit log: taken into a store, which then holds what was counted, and the same file once.
#![no_main]

use isoneph_logs::ingest::{IngestError, Manifest, Options, each_batch, ingest_into};
use isoneph_logs::operations::Catalogue;
use isoneph_logs::reconcile::{COLUMNS, Reconciler, Records};
use isoneph_tables::Unattributed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, store) = (folder.path().join("log.json"), folder.path().join("store"));
    std::fs::write(&file, bytes).expect("a file");
    let options = Options { durable: false, ..Options::default() };
    let summary = ingest_into(&store, std::slice::from_ref(&file), &options, &Unattributed).expect("a store");
    let again = ingest_into(&store, &[file], &options, &Unattributed).expect("the same store");
    assert_eq!(again.added, 0, "the same file twice counts once");
    let Some(manifest) = Manifest::load(&store).expect("a manifest") else { return };
    let catalogue = Catalogue::proposed().expect("a catalogue");
    let (mut pass, mut rows) = (Reconciler::new(&catalogue), 0);
    for part in manifest.part_paths(&store) {
        each_batch::<IngestError>(&part, COLUMNS, &mut |batch| {
            rows += batch.num_rows() as u64;
            pass.observe_batch(batch).expect("the columns of the table");
            Ok(())
        })
        .expect("a part");
    }
    assert_eq!(rows, summary.events, "the store holds what was counted");
    pass.finish(&Records::default());
});
