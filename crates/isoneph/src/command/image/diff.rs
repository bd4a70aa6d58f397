//! `isoneph image diff`: what drifted between two images.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use clap::{Args, ValueEnum};
use isoneph_image::container::Access;
use isoneph_image::difference::{Change, Difference, difference};
use isoneph_image::sandbox::Confinement;
use isoneph_image::scan::{self, GuestScan, Program, Scan};
use isoneph_image::settings::Options;
use isoneph_image::tree::WalkBudget;
use jiff::civil::Date;
use serde_json::json;

use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::{safe, scanner, settings};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The image that others are held against, such as the golden one
    #[arg(value_name = "A")]
    first: PathBuf,
    /// The other image, such as the disk of a machine
    #[arg(value_name = "B")]
    second: PathBuf,
    /// The folder that backing files and extents may lie in. Without it an image leads to no other file
    #[arg(long, value_name = "DIR")]
    allow_backing: Option<PathBuf>,
    /// The day for which support of the release is judged (YYYY-MM-DD); by default today, in UTC
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// How to write the difference
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write to this file instead of standard output; it appears only when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Runs the command. It ends with 1 where the images differ, with 3 where not everything could be compared.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let program = scanner::program()?;
    let access = Access { backing_directory: arguments.allow_backing.clone() };
    let options = Options { as_of: arguments.as_of.unwrap_or_else(settings::today), walk: Some(WalkBudget::default()) };
    let scan = |path: &Path| scanned(path, &program, &access, &options);
    let (first, second) = thread::scope(|scope| {
        let second = scope.spawn(|| scan(&arguments.second));
        let first = scan(&arguments.first);
        let defect = |_| Err(anyhow::anyhow!("the scan ended in a defect of this program"));
        (first, second.join().unwrap_or_else(defect))
    });
    let ((first, confinement), (second, _)) = (first?, second?);
    scanner::tell(Some(confinement));
    let (before, after) = (guest(&arguments.first, &first)?, guest(&arguments.second, &second)?);
    let mut found = difference(before, after);
    found.unread.extend(unread("A", &first));
    found.unread.extend(unread("B", &second));
    let mut out = Output::beside(arguments.output.as_deref(), [&arguments.first, &arguments.second])?;
    match arguments.format {
        Format::Text => text(&mut out, &found)?,
        Format::Json => json_of(&mut out, arguments, &found)?,
    }
    out.finish()?;
    let differs = if found.is_equal() { Exit::Done } else { Exit::Findings };
    Ok(if found.is_complete() { differs } else { differs.max(Exit::Incomplete) })
}

fn scanned(path: &Path, program: &Program, access: &Access, options: &Options) -> anyhow::Result<(Scan, Confinement)> {
    if !path.exists() {
        return Err(usage(format!("{}: there is no such file or folder", path.display())));
    }
    let told = |error| usage(format!("{}: {error}", path.display()));
    scan::in_child(program, &[path.to_owned()], access, options).map_err(told)
}

/// The one guest of an image: which of several is meant nobody could tell.
fn guest<'a>(path: &Path, scan: &'a Scan) -> anyhow::Result<&'a GuestScan> {
    match scan.guests.as_slice() {
        [guest] => Ok(guest),
        [] => Err(usage(format!("{}: no volume holds the root file system of a Linux guest", path.display()))),
        several => {
            let roots: Vec<&str> = several.iter().map(|guest| guest.root.as_str()).collect();
            Err(usage(format!(
                "{}: it holds several guests ({}); give an image of one",
                path.display(),
                roots.join(", ")
            )))
        }
    }
}

/// Volumes that could not be read: what lay on them is not compared.
fn unread(side: &str, scan: &Scan) -> Vec<String> {
    scan.report.unread().map(|volume| format!("{side}: {} was not read", volume.name)).collect()
}

fn text(out: &mut impl Write, found: &Difference) -> anyhow::Result<()> {
    for (name, changes) in found.lists() {
        if changes.is_empty() {
            continue;
        }
        writeln!(out, "{name}: {} changed", changes.len())?;
        for change in changes {
            writeln!(out, "  {}", safe::terminal(&line_of(change)))?;
        }
    }
    for (title, lines) in [("not compared", &undecided(found)), ("not read", &found.unread)] {
        if lines.is_empty() {
            continue;
        }
        writeln!(out, "{title}:")?;
        for line in lines {
            writeln!(out, "  {}", safe::terminal(line))?;
        }
    }
    let counts: Vec<String> = found.lists().iter().map(|(name, changes)| format!("{} {name}", changes.len())).collect();
    let verdict = if found.is_equal() { "no drift was found" } else { "they differ" };
    writeln!(out, "{verdict}: {}; {} settings are unknown in both", counts.join(", "), found.unknown_in_both)?;
    Ok(())
}

fn undecided(found: &Difference) -> Vec<String> {
    found.undecided.iter().map(|(name, why)| format!("{name}: {why}")).collect()
}

fn line_of(change: &Change) -> String {
    let place = if change.place.is_empty() { String::new() } else { format!("  [{}]", change.place) };
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{}: {before} -> {after}{place}", change.name),
        (None, Some(after)) => format!("{}: new: {after}{place}", change.name),
        (Some(before), None) => format!("{}: gone: {before}{place}", change.name),
        (None, None) => change.name.clone(),
    }
}

fn json_of(out: &mut impl Write, arguments: &Arguments, found: &Difference) -> anyhow::Result<()> {
    let answer = match (found.is_equal(), found.is_complete()) {
        (true, true) => "equal",
        (false, _) => "different",
        (true, false) => "undecided",
    };
    let (first, second) = (arguments.first.display().to_string(), arguments.second.display().to_string());
    let whole = json!({
        "schema": "isoneph.image-diff/1", "first": first, "second": second, "answer": answer, "difference": found,
    });
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)?;
    Ok(())
}
