//! A store verifies what it was made of, whatever became of the bucket.

use std::path::Path;

use isoneph_logs::digest::{DigestInputs, DigestReport, DigestsOfStores, verify};
use isoneph_logs::ingest::{IngestError, Manifest, Options, Summary, ingest_into};
use isoneph_tables::Unattributed;
use tempfile::TempDir;

use crate::plant::digests::{Planted, Shape, plant};
use crate::support::options;

/// A bucket of a day with one chain, whose last signature lies beside its digest.
fn bucket() -> (TempDir, Planted) {
    let folder = tempfile::tempdir().unwrap();
    let mut planted = plant(&folder.path().join("bucket"), 7, &["us-east-1"], 24, &Shape::default());
    for (object, signature) in std::mem::take(&mut planted.signatures) {
        let name = object.rsplit('/').next().unwrap();
        let text = format!(r#"{{"Metadata":{{"signature":"{signature}"}}}}"#);
        std::fs::write(planted.folder.join(format!("{name}.head.json")), text).unwrap();
    }
    (folder, planted)
}

fn ingest(planted: &Planted, store: &Path, copy_digests: bool) -> Summary {
    let options = Options { copy_digests, ..options() };
    ingest_into(store, std::slice::from_ref(&planted.folder), &options, &Unattributed).unwrap()
}

fn digests(store: &Path) -> DigestsOfStores {
    let manifest = Manifest::load(store).unwrap().unwrap();
    manifest.check(store).unwrap();
    let mut digests = DigestsOfStores::default();
    digests.note_store(store, &manifest);
    manifest.files(store).for_each(|entry| digests.note(&entry.unwrap()));
    digests
}

fn verified(planted: &Planted, store: &Path) -> DigestReport {
    let mut inputs = DigestInputs { paths: Vec::new(), ..planted.inputs() };
    digests(store).add_to(&mut inputs);
    verify(&inputs).unwrap()
}

fn bytes_of(store: &Path) -> Vec<(String, Vec<u8>)> {
    let names = std::fs::read_dir(store).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut all: Vec<_> = names.map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    all.sort();
    all
}

#[test]
fn a_chain_is_verified_when_the_bucket_is_gone() {
    let (folder, planted) = bucket();
    let store = folder.path().join("store");
    ingest(&planted, &store, true);
    std::fs::remove_dir_all(&planted.folder).unwrap();
    let report = verified(&planted, &store);
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.digests.len(), report.files_compared), (24, planted.logs.len() as u64));
    assert!(digests(&store).gone().is_empty());
}

#[test]
fn what_was_missing_when_it_was_taken_in_is_missing_in_the_store() {
    let (folder, planted) = bucket();
    let store = folder.path().join("store");
    std::fs::remove_file(&planted.digests["us-east-1"][2]).unwrap();
    std::fs::remove_file(planted.logs.last().unwrap()).unwrap();
    ingest(&planted, &store, true);
    std::fs::remove_dir_all(&planted.folder).unwrap();
    let problems: Vec<String> = verified(&planted, &store).gaps.iter().map(|gap| gap.problem.to_string()).collect();
    assert_eq!(problems, ["previous-missing", "file-missing"]);
}

#[test]
fn the_same_digests_are_copied_once_and_older_stores_get_them_later() {
    let (folder, planted) = bucket();
    let (store, older) = (folder.path().join("store"), folder.path().join("older"));
    ingest(&planted, &store, true);
    let before = bytes_of(&store);
    ingest(&planted, &store, true);
    assert_eq!(bytes_of(&store), before, "nothing new: not a byte changes");
    ingest(&planted, &older, false);
    assert_eq!(Manifest::load(&older).unwrap().unwrap().copies, Vec::<String>::new());
    ingest(&planted, &older, true);
    std::fs::remove_dir_all(&planted.folder).unwrap();
    assert!(verified(&planted, &older).is_whole());
}

#[test]
fn without_copies_digests_that_are_gone_are_named() {
    let (folder, planted) = bucket();
    let store = folder.path().join("store");
    ingest(&planted, &store, false);
    assert!(verified(&planted, &store).is_whole(), "they are where they were");
    std::fs::remove_dir_all(&planted.folder).unwrap();
    assert_eq!(digests(&store).gone().len(), 24);
    assert_eq!(verified(&planted, &store).digests.len(), 0);
}

#[test]
fn copies_that_were_changed_are_damage() {
    let (folder, planted) = bucket();
    let store = folder.path().join("store");
    ingest(&planted, &store, true);
    let manifest = Manifest::load(&store).unwrap().unwrap();
    let copies = store.join(&manifest.copies[0]);
    let mut bytes = std::fs::read(&copies).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&copies, bytes).unwrap();
    assert!(matches!(manifest.check(&store), Err(IngestError::Damage { path, .. }) if path == copies));
    std::fs::remove_file(&copies).unwrap();
    assert!(matches!(manifest.check(&store), Err(IngestError::Damage { .. })));
}

#[test]
fn digests_that_come_after_their_logs_find_them_where_they_lie_or_leave_them_open() {
    let (folder, planted) = bucket();
    let store = folder.path().join("store");
    let account = planted.logs[0].ancestors().find(|path| path.ends_with("CloudTrail")).unwrap().parent().unwrap();
    let (logs, digests_of_account) = (account.join("CloudTrail"), account.join("CloudTrail-Digest"));
    let aside = folder.path().join("aside");
    std::fs::rename(&digests_of_account, &aside).unwrap();
    ingest_into(&store, std::slice::from_ref(&logs), &options(), &Unattributed).unwrap();
    std::fs::rename(&aside, &digests_of_account).unwrap();
    ingest(&planted, &store, true);
    let report = verified(&planted, &store);
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.files_compared, planted.logs.len() as u64);
    // One that was changed meanwhile is told, and one that is gone is neither missing from the record nor compared.
    std::fs::remove_file(planted.logs.last().unwrap()).unwrap();
    std::fs::write(&planted.logs[0], br#"{"Records":[]}"#).unwrap();
    let report = verified(&planted, &store);
    let mut problems: Vec<String> = report.gaps.iter().map(|gap| gap.problem.to_string()).collect();
    problems.sort();
    assert_eq!(problems, ["file-changed", "file-not-compared"]);
    assert!(!report.is_whole());
    assert_eq!(report.digests.iter().filter_map(|digest| digest.files_missing.as_ref()).flatten().count(), 0);
}
