//! Scans a disk image in this process and tells in JSON what it cost and what the baseline comes to: what
//! `cargo xtask bench image` measures.
//!
//! `cargo run --release -p isoneph-image --example scan_image -- [--without-walk] [--day YYYY-MM-DD] DISK…`

use isoneph_image::catalogue::{Profile, judge};
use isoneph_image::container::Access;
use isoneph_image::scan::scan;
use isoneph_image::settings::Options;
use isoneph_image::tree::WalkBudget;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the command line asks for.
struct Asked {
    options: Options,
    paths: Vec<PathBuf>,
}

fn asked() -> Result<Asked, String> {
    let mut day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let (mut walk, mut paths) = (Some(WalkBudget::default()), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--without-walk" => walk = None,
            "--day" => {
                let text = arguments.next().unwrap_or_default();
                day = text.parse::<Date>().map_err(|error| format!("--day {text}: {error}"))?;
            }
            path => paths.push(path.into()),
        }
    }
    Ok(Asked { options: Options { as_of: day, walk }, paths })
}

fn report(asked: &Asked) -> Result<Value, String> {
    let found = scan(&asked.paths, &Access::default(), &asked.options, None).map_err(|error| error.to_string())?;
    let guest = found.guests.first().ok_or("no guest was found")?;
    let judged = judge(&guest.facts, Profile::Template, None);
    let outcomes: BTreeMap<String, Value> =
        judged.into_iter().map(|one| (one.check.alias, json!(one.outcome))).collect();
    let inodes = guest.facts.walk.as_ref().map_or(0, |walk| walk.visited);
    Ok(json!({ "bytes_read": found.bytes_read, "inodes": inodes, "outcomes": outcomes }))
}

fn main() -> ExitCode {
    let (text, code) = match asked().and_then(|asked| report(&asked)) {
        Ok(report) => (report.to_string(), ExitCode::SUCCESS),
        Err(error) => (json!({ "error": error }).to_string(), ExitCode::FAILURE),
    };
    // A closed pipe is no failure of an example.
    let _ = writeln!(std::io::stdout(), "{text}");
    code
}
