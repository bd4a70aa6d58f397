//! Reads files into tables and says how many rows came of them: `cargo run -p isoneph-sources --example read -- PATH…`.

use std::io::Write as _;
use std::path::Path;

use isoneph_sources::read_path;
use isoneph_tables::Sink;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sink = Sink::default();
    for path in std::env::args_os().skip(1) {
        read_path(Path::new(&path), &mut sink)?;
    }
    let inventory = sink.finish()?;
    let mut out = std::io::stdout().lock();
    for input in &inventory.inputs {
        writeln!(out, "{} {} {} records", input.path, input.format, input.records)?;
        for reject in &input.rejected {
            writeln!(out, "  {} {}: {}", reject.code, reject.locator, reject.message)?;
        }
        writeln!(out, "  not mapped: {:?}", input.unsupported)?;
    }
    for (table, count) in inventory.row_counts().into_iter().filter(|(_, count)| *count > 0) {
        writeln!(out, "{table} {count}")?;
    }
    Ok(())
}
