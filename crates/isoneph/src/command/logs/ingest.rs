//! `isoneph logs ingest`: into a store for good.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use isoneph_logs::ingest::{FileStatus, IngestError, Options, Summary, ingest_into};
use isoneph_register::DeclaredAttribution;

use crate::exit::{Exit, unread, usage};
use crate::output::{self, Output};
use crate::{safe, settings};

#[derive(Args)]
pub(crate) struct IngestArguments {
    /// Files and folders: CloudTrail, Azure activity and sign-in logs, Google Cloud audit logs, Kubernetes audit, OCSF
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The folder of the store; it is made where there is none. `assess` and `query` take the folder as they take logs
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// Who is what and what is in scope: an isoneph.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Text for people, or JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
}

pub(super) fn run(arguments: &IngestArguments) -> anyhow::Result<Exit> {
    let declaration = settings::declaration(arguments.config.as_deref())?;
    let attribution = DeclaredAttribution::new(&declaration);
    let into = &arguments.into;
    if into.exists() && !into.is_dir() {
        return Err(usage(format!("{}: it is a file, and --into takes a folder", into.display())));
    }
    let told = |error: IngestError| match error {
        IngestError::NotFound(_) | IngestError::Locked(_) | IngestError::NotEmpty(_) => usage(error),
        IngestError::Damage { .. } | IngestError::NotOurs { .. } => unread(error),
        other => other.into(),
    };
    let summary = ingest_into(&arguments.into, &arguments.paths, &Options::default(), &attribution).map_err(told)?;
    let mut out = Output::open(None)?;
    if arguments.format == "json" {
        serde_json::to_writer_pretty(&mut out, &summary)?;
        writeln!(out)?;
    } else {
        text(&mut out, &arguments.into, &summary)?;
    }
    out.finish()?;
    let totals = &summary.totals;
    let whole = totals.rejected == 0 && totals.files_rejected == 0 && totals.files_partial == 0;
    let whole = whole && summary.problems.is_empty();
    Ok(if whole && summary.events > 0 { Exit::Done } else { Exit::Incomplete })
}

fn text(out: &mut impl Write, into: &Path, summary: &Summary) -> anyhow::Result<()> {
    let totals = &summary.totals;
    for problem in &summary.problems {
        let reason = problem.reason.as_deref().unwrap_or("some of its records were rejected");
        let what = if problem.status == FileStatus::Read { "not whole" } else { "not read" };
        output::warn(&safe::terminal(&format!("{what}: {}: {reason}", problem.path)));
        for reject in problem.rejects.iter().take(3) {
            output::warn(&safe::terminal(&format!("  {}: {} [{}]", reject.locator, reject.message, reject.code)));
        }
    }
    for skipped in &summary.skipped {
        let reason = skipped.reason.as_deref().unwrap_or("no audit log");
        writeln!(out, "passed over {}: {}", safe::terminal(&skipped.path), safe::terminal(reason))?;
    }
    writeln!(
        out,
        "{} files read, {} in part, {} rejected, {} passed over, {} known from before, {} digest files",
        totals.files_read,
        totals.files_partial,
        totals.files_rejected,
        totals.files_skipped,
        totals.files_known,
        totals.digest_files
    )?;
    writeln!(
        out,
        "{} records, {} rejected, {} duplicates: {} events added, {} in the store",
        totals.records, totals.rejected, totals.duplicates, summary.added, summary.events
    )?;
    if totals.conflicts > 0 {
        let conflicts = totals.conflicts;
        output::warn(&format!(
            "{conflicts} records carry the id of another record and say something else: all are kept"
        ));
    }
    for uid in summary.conflicts.iter().take(3) {
        output::warn(&safe::terminal(&format!("  {uid}")));
    }
    if totals.digest_files > 0 {
        writeln!(
            out,
            "the store keeps copies of the digest files: `isoneph logs verify {} --public-keys FILE` holds them against \
             the log files",
            safe::terminal(&into.display().to_string())
        )?;
    }
    if let (Some(first), Some(last)) = (&summary.first_time, &summary.last_time) {
        writeln!(out, "from {first} to {last}")?;
    }
    Ok(())
}
