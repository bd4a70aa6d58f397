//! Files that logs are held against: the first byte says of which kind.
#![no_main]

use isoneph_logs::changes::{self, Declared};
use isoneph_logs::digest::{read_public_keys, read_signatures};
use isoneph_logs::exit::DeparturesFile;
use isoneph_logs::feed::FeedsFile;
use isoneph_logs::operations::Catalogue;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    match kind % 7 {
        0 => drop(changes::read("input", bytes, &changes::ReadOptions::default())),
        1 => drop(Declared::parse("input", &text)),
        2 => drop(DeparturesFile::parse("input", &text)),
        3 => drop(FeedsFile::parse("input", &text)),
        4 => drop(read_public_keys("input", &text)),
        5 => drop(read_signatures("input", &text)),
        _ => drop(Catalogue::proposed().expect("a catalogue").amend("input", &text)),
    }
});
