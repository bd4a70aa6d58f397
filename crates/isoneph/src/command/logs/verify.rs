//! `isoneph logs verify`: CloudTrail's digests against the files, offline.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use isoneph_logs::digest::{DigestInputs, DigestReport, DigestsOfStores, Problem, verify};
use isoneph_logs::ingest::{Manifest, is_store};
use jiff::Timestamp;

use crate::exit::{Exit, unread, usage};
use crate::logs_against::{KeyArguments, LogArguments};
use crate::output::{self, Output};
use crate::{safe, settings};

#[derive(Args)]
pub(crate) struct VerifyArguments {
    /// Files and folders with digests and log files, as they lie in the bucket; stores that `logs ingest` made of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    keys: KeyArguments,
    /// The period that the record is to cover stands in it: an isoneph.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Text for people, or JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
}

pub(super) fn run(arguments: &VerifyArguments) -> anyhow::Result<Exit> {
    if let Some(missing) = arguments.paths.iter().find(|path| !path.exists()) {
        return Err(usage(format!("{}: there is no such file or folder", missing.display())));
    }
    let declaration = settings::declaration(arguments.config.as_deref())?;
    let against = LogArguments::of_keys(&arguments.keys);
    let against = against.with(&declaration, &[], settings::today());
    let (stores, paths) = arguments.paths.iter().cloned().partition(|path| is_store(path));
    let mut inputs = DigestInputs {
        paths,
        keys: against.public_keys().map_err(usage)?,
        signatures: against.signatures().map_err(usage)?,
        period: against.period,
        ..DigestInputs::default()
    };
    let digests = of_stores(&stores)?;
    let is_gone = !digests.gone().is_empty();
    digests.add_to(&mut inputs);
    let report = verify(&inputs)?;
    let mut out = Output::open(None)?;
    if arguments.format == "json" {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        text(&mut out, &report)?;
    }
    out.finish()?;
    Ok(if is_gone { Exit::Incomplete } else { exit(&report) })
}

/// What stores hold of digests and log files. What was copied, or read, need not be there any more.
fn of_stores(folders: &[PathBuf]) -> anyhow::Result<DigestsOfStores> {
    let mut digests = DigestsOfStores::default();
    for folder in folders {
        let Some(manifest) = Manifest::load(folder).map_err(unread)? else { continue };
        manifest.check(folder).map_err(unread)?;
        digests.note_store(folder, &manifest);
        for entry in manifest.files(folder) {
            digests.note(&entry.map_err(unread)?);
        }
    }
    for gone in digests.gone() {
        let path = gone.display();
        output::warn(&safe::terminal(&format!(
            "not verified: {path}: the store has no copy of it, and it is not there"
        )));
    }
    Ok(digests)
}

/// Whether a problem leaves something open rather than showing that something is wrong.
fn is_open(problem: Problem) -> bool {
    matches!(
        problem,
        Problem::NoSignature
            | Problem::NoPublicKey
            | Problem::UnknownAlgorithm
            | Problem::EarlierNotGiven
            | Problem::FileNotCompared
            | Problem::OtherSignatureInvalid
    )
}

fn exit(report: &DigestReport) -> Exit {
    let mut problems = report.digests.iter().flat_map(|digest| &digest.problems);
    let uncompared = report.digests.iter().any(|digest| digest.files > 0 && digest.files_missing.is_none());
    let open = !report.unproven.is_empty()
        || report.digests.iter().flat_map(|digest| &digest.problems).any(|problem| is_open(*problem));
    if report.digests.is_empty() {
        output::warn("no digest files were found: nothing was verified");
    }
    // A digest that is missing takes the signature of the one before it along: what is shown is not less shown by that.
    if report.digests.is_empty() || !report.refused.is_empty() || uncompared {
        Exit::Incomplete
    } else if problems.any(|problem| !is_open(*problem))
        || report.gaps.iter().any(|gap| !is_open(gap.problem))
        || !report.unlisted.is_empty()
    {
        Exit::Findings
    } else if open {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}

/// Places that are shown of each kind.
const SHOWN: usize = 100;

fn text(out: &mut impl Write, report: &DigestReport) -> anyhow::Result<()> {
    for (number, chain) in report.chains.iter().enumerate() {
        let backfill = if chain.backfill { ", delivered late" } else { "" };
        let name = format!("{} {} {}", chain.account, chain.region, chain.trail);
        let name = safe::terminal(&name);
        let (from, until) = (time(chain.begins_at.0), time(chain.ends_at.0));
        writeln!(out, "{name}: {} digests from {from} until {until}{backfill}", chain.digests)?;
        let own = report.digests.iter().filter(|digest| digest.chain == number && !digest.problems.is_empty());
        for digest in own.clone().take(SHOWN) {
            let problems: Vec<&str> = digest.problems.iter().map(|problem| problem.as_str()).collect();
            writeln!(out, "  {}: {}", safe::terminal(&digest.object), problems.join(", "))?;
        }
        more(out, own.count())?;
        for gap in report.gaps.iter().filter(|gap| gap.chain == number).take(SHOWN) {
            let (from, until) = (time(gap.begins_at.0), time(gap.ends_at.0));
            writeln!(out, "  hole from {from} until {until}: {} {}", gap.problem, safe::terminal(&gap.object))?;
        }
        more(out, report.gaps.iter().filter(|gap| gap.chain == number).count())?;
    }
    for name in report.unlisted.iter().take(SHOWN) {
        writeln!(out, "named by no digest: {}", safe::terminal(name))?;
    }
    more(out, report.unlisted.len())?;
    for proven in &report.proven {
        let name = format!("{} {}", proven.account, proven.region);
        let (from, until) = (time(proven.begins_at.0), time(proven.ends_at.0));
        writeln!(out, "proven: nothing of {} is missing from {from} until {until}", safe::terminal(&name))?;
    }
    for name in report.unproven.iter().take(SHOWN) {
        writeln!(out, "not proven, no digest reaches to it: {}", safe::terminal(name))?;
    }
    more(out, report.unproven.len())?;
    for refused in &report.refused {
        output::warn(&safe::terminal(&format!("not read: {}: {}", refused.file, refused.message)));
    }
    let of = |valid| report.digests.iter().filter(|digest| digest.signature_valid == valid).count();
    writeln!(
        out,
        "{} digests: {} signatures hold, {} do not, {} not verified; {} log files compared, {} not proven; {} holes",
        report.digests.len(),
        of(Some(true)),
        of(Some(false)),
        of(None),
        report.files_compared,
        report.unproven.len(),
        report.gaps.len()
    )?;
    Ok(())
}

fn more(out: &mut impl Write, count: usize) -> std::io::Result<()> {
    if count > SHOWN { writeln!(out, "  … and {} more", count - SHOWN) } else { Ok(()) }
}

fn time(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map(|at| at.to_string()).unwrap_or_default()
}
