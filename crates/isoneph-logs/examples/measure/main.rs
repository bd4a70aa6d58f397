//! The engine of audit logs by itself, for `cargo xtask bench logs`: it plants logs, reads them into a store, and judges
//! the store against what was planted.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to whoever runs it")]
#![allow(clippy::unwrap_used, reason = "the planting is that of the tests, where what cannot go on has failed")]

mod judge;
mod noise;
#[path = "../../tests/it/plant/mod.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod plant;
mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isoneph_logs::ingest::{Options, ingest_into};
use isoneph_tables::Unattributed;

const USAGE: &str = "measure plant FOLDER EVENTS SEED | ingest STORE PATH… | judge STORE FOLDER";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["plant", folder, events, seed] => match (events.parse(), seed.parse()) {
            (Ok(events), Ok(seed)) => noise::plant(Path::new(folder), events, seed),
            _ => Err(USAGE.into()),
        },
        ["ingest", store, paths @ ..] => ingest(Path::new(store), paths),
        ["judge", store, folder] => judge::run(Path::new(store), Path::new(folder)),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whatever goes wrong.
type Failure = Box<dyn std::error::Error>;

fn ingest(store: &Path, paths: &[&str]) -> Result<(), Failure> {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let summary = ingest_into(store, &paths, &Options::default(), &Unattributed)?;
    println!("{}", serde_json::to_string(&summary.totals)?);
    if summary.totals.rejected > 0 { Err("records were rejected".into()) } else { Ok(()) }
}
