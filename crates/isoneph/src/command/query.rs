//! `isoneph query`: a question of the user's own, in SQL, over the tables that checks read.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use isoneph_assess::{AssessError, QueryError, StoredEvents, query};
use isoneph_sources::{Logs, Reading};
use jiff::civil::Date;

use crate::evidence;
use crate::exit::{Exit, usage};
use crate::logs_against::LogArguments;
use crate::output::Output;
use crate::safe;
use crate::settings;

#[derive(Args)]
pub(crate) struct Arguments {
    /// One SELECT. Tables by their bare names hold what would be judged, `history.NAME` every snapshot; `gap`, `coverage`,
    /// `snapshot` and `input` speak of the run
    #[arg(value_name = "SQL")]
    sql: String,
    /// Files and folders, as for `assess`; of audit logs every event is in the table `audit_event`
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Who is what and what is in scope: an isoneph.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The day for which it is asked, which decides what is due and what has expired
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    #[command(flatten)]
    logs: LogArguments,
    /// The folder that backing files and extents of disk images may lie in. Without it an image leads to no other file
    #[arg(long, value_name = "DIR")]
    allow_backing: Option<PathBuf>,
    /// A table for people, CSV or JSON
    #[arg(long, value_parser = ["table", "csv", "json"], default_value = "table")]
    format: String,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let declaration = settings::declaration(arguments.config.as_deref())?;
    let config = arguments.config.as_deref();
    let backing_directory = arguments.allow_backing.clone();
    let reading = Reading { backing_directory, ..Reading::new(arguments.as_of.unwrap_or_else(settings::today)) };
    let evidence = evidence::read(&arguments.paths, &arguments.logs, config, &declaration, &reading)?;
    let Logs { parts, events, snapshot, .. } = evidence.logs.clone();
    let stored = snapshot.map(|snapshot| StoredEvents { parts, events, snapshot });
    let answer = query(
        &evidence.inventory,
        stored.as_ref().filter(|one| one.parts.iter().any(|parts| !parts.is_empty())),
        &arguments.sql,
    )
    .map_err(|error| match error {
        QueryError::Sql(error) => usage(format!("the question cannot be answered\n{}", error.render())),
        QueryError::Engine(error @ AssessError::AnswerTooLarge(_)) => usage(error),
        other => other.into(),
    })?;
    let text = match arguments.format.as_str() {
        "csv" => answer.to_csv()?,
        "json" => answer.to_json()?,
        _ => answer.to_table()?.lines().map(|line| safe::terminal(line) + "\n").collect(),
    };
    let mut output = Output::open(None)?;
    writeln!(output, "{}", text.trim_end())?;
    output.finish()?;
    Ok(evidence::tell_losses(&evidence.inventory))
}
