//! `isoneph logs exit` and `isoneph logs check-removal`: what is left of tenants that departed, as a record that the
//! provider hands over and the customer checks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use isoneph_logs::exit::{RecordedExit, RecordedInput, RecordedItem, RemovalRecord, digests_of};
use isoneph_sources::Reading;
use isoneph_tables::Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::evidence;
use crate::exit::{Exit, usage};
use crate::logs_against::{KeyArguments, LogArguments};
use crate::output::Output;
use crate::{safe, settings};

#[derive(Args)]
pub(crate) struct ExitArguments {
    /// Inventories before and after, audit logs, documents of the register
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Tenants that left, with what was agreed and counted (TOML); those of the register are known beside them
    #[arg(long, value_name = "FILE")]
    departures: Vec<PathBuf>,
    /// Only this tenant: the record that is handed to it speaks of nobody else
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    #[command(flatten)]
    keys: KeyArguments,
    /// Who is what and what is in scope: an isoneph.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The day for which the record holds (YYYY-MM-DD); by default today, in UTC
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Text for people, or the record as JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
    /// Write to this file instead of standard output; it appears only when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct CheckArguments {
    /// The record
    #[arg(value_name = "RECORD")]
    record: PathBuf,
    /// Files and folders that it rests on, as far as they were handed over
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Makes the record.
pub(super) fn run(arguments: &ExitArguments) -> anyhow::Result<Exit> {
    let declaration = settings::declaration(arguments.config.as_deref())?;
    let as_of = arguments.as_of.unwrap_or_else(settings::today);
    let against = LogArguments::of_departures(&arguments.departures, &arguments.keys);
    let config = arguments.config.as_deref();
    let evidence = evidence::read(&arguments.paths, &against, config, &declaration, &Reading::new(as_of))?;
    let mut exits = evidence.judged.exits;
    if let Some(tenant) = &arguments.tenant {
        exits.retain(|exit| exit.departure.tenant == *tenant);
    }
    if exits.is_empty() {
        let whom = arguments.tenant.as_deref().unwrap_or("anybody");
        return Err(usage(format!("nothing declares that {whom} left: give --departures, or a register with tenants")));
    }
    let input = |input: &isoneph_tables::Input| {
        let sha256 = input.sha256?.to_string();
        Some(RecordedInput { sha256, path: input.path.clone(), format: input.format.clone() })
    };
    let inputs: BTreeSet<RecordedInput> = evidence.inventory.inputs.iter().filter_map(input).collect();
    let tool = concat!("isoneph ", env!("CARGO_PKG_VERSION")).to_owned();
    let record = RemovalRecord::new(tool, end_of(as_of), &exits, inputs)?;
    let mut out = Output::open(arguments.output.as_deref())?;
    if arguments.format == "json" {
        serde_json::to_writer_pretty(&mut out, &record)?;
        writeln!(out)?;
    } else {
        record.exits.iter().try_for_each(|exit| text(&mut out, exit))?;
    }
    out.finish()?;
    Ok(match evidence::tell_losses(&evidence.inventory) {
        Exit::Incomplete => Exit::Incomplete,
        _ => verdict(&record),
    })
}

/// Checks a record that somebody else made.
pub(super) fn check(arguments: &CheckArguments) -> anyhow::Result<Exit> {
    let name = arguments.record.display().to_string();
    let text_of =
        std::fs::read_to_string(&arguments.record).map_err(|error| usage(format!("cannot read {name}: {error}")))?;
    let record: RemovalRecord = serde_json::from_str(&text_of).map_err(|error| usage(format!("{name}: {error}")))?;
    let mut out = Output::open(None)?;
    record.exits.iter().try_for_each(|exit| text(&mut out, exit))?;
    let mut wrong = record.contradictions()?;
    if !arguments.paths.is_empty() {
        let mut given = digests_of(&arguments.paths).map_err(usage)?;
        let own = arguments.record.canonicalize().ok();
        given.retain(|_, path| own.is_none() || path.canonicalize().ok() != own);
        wrong.extend(handed_over(&mut out, &record, &given)?);
    }
    for words in &wrong {
        writeln!(out, "{}", safe::terminal(words))?;
    }
    if wrong.is_empty() {
        writeln!(out, "the record holds together: its digest, its sums and its days follow from what it says")?;
        writeln!(out, "what it says of each thing is the word of whoever made it: no file was judged again here")?;
    }
    out.finish()?;
    // What does not hold together answers nothing: it is no finding about what is left.
    Ok(if wrong.is_empty() { verdict(&record) } else { Exit::Incomplete })
}

/// Tells which of the files that a record rests on are here, and gives what of those handed over is none of them.
fn handed_over(
    out: &mut impl Write,
    record: &RemovalRecord,
    given: &BTreeMap<String, PathBuf>,
) -> anyhow::Result<Vec<String>> {
    let listed: BTreeMap<&str, &str> =
        record.inputs.iter().map(|input| (input.sha256.as_str(), input.path.as_str())).collect();
    let missing: Vec<&str> =
        listed.iter().filter(|(sha256, _)| !given.contains_key(**sha256)).map(|(_, path)| *path).collect();
    let held = listed.len() - missing.len();
    writeln!(out, "{held} of the {} files that it rests on are here and are as they were", listed.len())?;
    for path in &missing {
        writeln!(out, "  not here: {}", safe::terminal(path))?;
    }
    let others = given.iter().filter(|(sha256, _)| !listed.contains_key(sha256.as_str()));
    Ok(others.map(|(_, path)| other(path, &missing)).collect())
}

/// What is told of a file that is none of those that a record rests on; one of the name of a missing one was changed.
fn other(path: &Path, missing: &[&str]) -> String {
    let name = path.file_name();
    let is_changed = missing.iter().any(|missing| Path::new(missing).file_name() == name);
    let why = if is_changed { "holds something else than the one of its name" } else { "is none of the files" };
    format!("{} {why} that it rests on", path.display())
}

/// Something left, or late, is a finding; something undecided leaves the answer open, and so does what nobody looked for.
fn verdict(record: &RemovalRecord) -> Exit {
    let items = || record.exits.iter().flat_map(|exit| &exit.items);
    let counts = || record.exits.iter().map(|exit| exit.counts);
    let is_searched = record.exits.iter().all(|exit| exit.searched);
    if !is_searched || counts().any(|counts| counts.undecided > 0 || counts.items == 0) {
        Exit::Incomplete
    } else if counts().any(|counts| counts.remaining + counts.recoverable > 0)
        || items().any(|item| item.in_time == Some(false))
    {
        Exit::Findings
    } else {
        Exit::Done
    }
}

fn text(out: &mut impl Write, exit: &RecordedExit) -> anyhow::Result<()> {
    let due = exit.due_at.as_deref().map_or_else(|| "no time was agreed".to_owned(), |due| format!("due {}", day(due)));
    writeln!(out, "{}: agreement ended {}, {due}", safe::terminal(&exit.tenant), day(&exit.ended_at))?;
    let returned = match (exit.return_agreed, &exit.returned_at) {
        (_, Some(at)) => format!("handed back {}", day(at)),
        (Some(false), None) => "no return was agreed".to_owned(),
        (Some(true), None) => "agreed, and not handed back".to_owned(),
        (None, None) => "unknown: nobody recorded it".to_owned(),
    };
    writeln!(out, "  return: {returned}")?;
    for item in &exit.items {
        writeln!(out, "  {}", safe::terminal(&line(item)))?;
    }
    let counts = exit.counts;
    writeln!(
        out,
        "  {} things: {} removed, {} recoverable, {} remaining, {} cannot be told",
        counts.items, counts.removed, counts.recoverable, counts.remaining, counts.undecided
    )?;
    if counts.items == 0 {
        writeln!(out, "  no inventory that could be used shows anything of it: nothing can be told")?;
    } else if !exit.searched {
        writeln!(
            out,
            "  no inventory from before its end shows what its marks could find, or one of its accounts is in none: \
             whether more is left cannot be told"
        )?;
    }
    for inventory in &exit.not_used {
        writeln!(out, "  not used: {}: {}", safe::terminal(&inventory.path), safe::terminal(&inventory.why))?;
    }
    Ok(())
}

fn line(item: &RecordedItem) -> String {
    let state = item.state.map_or("cannot be told", |state| state.as_str());
    let mut words = format!("{:<15} {:<10} {}", state, item.kind, item.id);
    let known: Vec<&str> = item.known_by.iter().map(|known| known.as_str()).collect();
    let when = item.removed_at.as_ref().map(|at| format!("on {}", day(at)));
    let until = item.recoverable_until.as_ref().map(|until| format!("until {}", day(until)));
    let left = (item.residue > 0).then(|| format!("{} left", item.residue));
    let late = (item.in_time == Some(false)).then(|| "late".to_owned());
    let by = (!known.is_empty()).then(|| format!("by {}", known.join(", ")));
    let why = item.undecided.map(|why| why.as_str().to_owned());
    let more: Vec<String> = [why, when, until, left, late, by].into_iter().flatten().collect();
    if !more.is_empty() {
        words.push_str(&format!("  ({})", more.join("; ")));
    }
    words
}

/// A time for people: the end of a day, which is what a date without a time means here, is that date.
fn day(time: &str) -> &str {
    time.strip_suffix("T23:59:59.999999Z").unwrap_or(time)
}

/// The last microsecond of a day.
fn end_of(day: Date) -> Instant {
    let next = day.tomorrow().ok().and_then(|next| next.to_zoned(TimeZone::UTC).ok());
    Instant(next.map_or(i64::MAX, |next| next.timestamp().as_microsecond() - 1))
}
