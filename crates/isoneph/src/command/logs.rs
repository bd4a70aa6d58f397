//! `isoneph logs`: audit logs taken in for good, and the catalogue of critical operations.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use isoneph_logs::ingest::{IngestError, Options, Summary, ingest_into};
use isoneph_logs::operations::Catalogue;
use isoneph_model::Lang;
use isoneph_register::DeclaredAttribution;

use crate::exit::{Exit, usage};
use crate::output::{self, Output};
use crate::{safe, settings};

/// What can be done with audit logs.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Take logs into a store of Parquet files; what was taken in before counts once
    Ingest(IngestArguments),
    /// The operations that can do irreversible harm, as proposed
    Operations(OperationArguments),
}

#[derive(Args)]
pub(crate) struct IngestArguments {
    /// Files and folders: CloudTrail, Azure activity and sign-in logs, Google Cloud audit logs, Kubernetes audit, OCSF
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The folder of the store; it is made where there is none
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// Who is what and what is in scope: an isoneph.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Text for people, or JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
}

#[derive(Args)]
pub(crate) struct OperationArguments {
    /// Only those of this platform
    #[arg(long, value_parser = ["aws", "azure", "google", "kubernetes"])]
    platform: Option<String>,
    /// Text for people, or JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
    /// The language of the texts
    #[arg(long, default_value = "en", value_parser = settings::lang)]
    lang: Lang,
}

/// Runs the command.
pub(crate) fn run(command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Ingest(arguments) => ingest(arguments),
        Command::Operations(arguments) => operations(arguments),
    }
}

fn ingest(arguments: &IngestArguments) -> anyhow::Result<Exit> {
    let declaration = settings::declaration(arguments.config.as_deref())?;
    let attribution = DeclaredAttribution::new(&declaration);
    let told = |error: IngestError| match error {
        IngestError::NotFound(_) | IngestError::Locked(_) => usage(error),
        other => other.into(),
    };
    let summary = ingest_into(&arguments.into, &arguments.paths, &Options::default(), &attribution).map_err(told)?;
    let mut out = Output::open(None)?;
    if arguments.format == "json" {
        serde_json::to_writer_pretty(&mut out, &summary)?;
        writeln!(out)?;
    } else {
        text(&mut out, &summary)?;
    }
    out.finish()?;
    let whole = summary.totals.rejected == 0 && summary.totals.files_rejected == 0 && summary.totals.files_partial == 0;
    Ok(if whole && summary.events > 0 { Exit::Done } else { Exit::Incomplete })
}

fn text(out: &mut impl Write, summary: &Summary) -> anyhow::Result<()> {
    let totals = &summary.totals;
    for problem in &summary.problems {
        let reason = problem.reason.as_deref().unwrap_or("some of its records were rejected");
        output::warn(&safe::terminal(&format!("not read: {}: {reason}", problem.path)));
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
    if let (Some(first), Some(last)) = (&summary.first_time, &summary.last_time) {
        writeln!(out, "from {first} to {last}")?;
    }
    Ok(())
}

fn operations(arguments: &OperationArguments) -> anyhow::Result<Exit> {
    let catalogue = Catalogue::proposed()?;
    let wanted = |platform: &str| arguments.platform.as_deref().is_none_or(|one| one == platform);
    let listed: Vec<_> = catalogue.operations().into_iter().filter(|one| wanted(&one.platform)).collect();
    let mut out = Output::open(None)?;
    if arguments.format == "json" {
        serde_json::to_writer_pretty(&mut out, &listed)?;
        writeln!(out)?;
    } else {
        for one in &listed {
            let back = format!("{} {}, reversible: {}", one.class, one.act, one.reversible);
            writeln!(out, "{:<11} {}  ({back})\n            {}", one.platform, one.name, one.why.get(arguments.lang))?;
        }
        let versions: Vec<String> =
            catalogue.versions().iter().map(|(platform, version)| format!("{platform} {version}")).collect();
        writeln!(
            out,
            "{} operations; versions: {}. A proposal: whoever answers for the service adopts or amends it.",
            listed.len(),
            versions.join(", ")
        )?;
    }
    out.finish()?;
    Ok(Exit::Done)
}
