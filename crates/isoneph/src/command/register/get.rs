//! `isoneph get` and `isoneph export`: what the register holds.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use isoneph_register::kinds::Kind;
use isoneph_register::{Moment, Object, to_workbook};
use isoneph_workbook::write_xlsx;
use jiff::civil::Date;

use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::{safe, workspace};

#[derive(Args)]
pub(crate) struct GetArguments {
    /// The kind: `cloud-service`, `responsibility`, `disclosure`, `statement` …
    #[arg(value_name = "KIND", value_parser = |word: &str| word.parse::<Kind>())]
    kind: Kind,
    /// The name of one object
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// As it stood at the end of this day (YYYY-MM-DD, UTC)
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// The workspace; by default the folder upwards that has an isoneph.toml
    #[arg(long, value_name = "FOLDER")]
    workspace: Option<PathBuf>,
    /// YAML, JSON, or the names alone
    #[arg(long, value_parser = ["yaml", "json", "names"], default_value = "yaml")]
    format: String,
}

#[derive(Args)]
pub(crate) struct ExportArguments {
    /// As it stood at the end of this day (YYYY-MM-DD, UTC)
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// The workspace; by default the folder upwards that has an isoneph.toml
    #[arg(long, value_name = "FOLDER")]
    workspace: Option<PathBuf>,
    /// YAML, or a workbook with a sheet a kind and drop-downs; `apply` takes either back without loss
    #[arg(long, value_parser = ["yaml", "xlsx"], default_value = "yaml")]
    format: String,
    /// Write to this file instead of standard output; it appears only when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs `get`.
pub(crate) fn get(arguments: &GetArguments) -> anyhow::Result<Exit> {
    let mut store = workspace::store(&workspace::find(arguments.workspace.as_deref())?)?;
    let moment = moment(arguments.as_of)?;
    if arguments.format == "names" && arguments.name.is_none() {
        return names(&store.names(arguments.kind, moment).map_err(workspace::told)?);
    }
    let found = store.get(arguments.kind, arguments.name.as_deref(), moment).map_err(workspace::told)?;
    if let (Some(name), true) = (&arguments.name, found.is_empty()) {
        return Err(usage(format!("there is no {} '{name}'", arguments.kind)));
    }
    let mut out = Output::open(None)?;
    match arguments.format.as_str() {
        "names" => writeln!(out, "{}", safe::terminal(arguments.name.as_deref().unwrap_or_default()))?,
        "json" => {
            serde_json::to_writer_pretty(&mut out, &found)?;
            writeln!(out)?;
        }
        _ => write!(out, "{}", yaml(&found)?)?,
    }
    out.finish()?;
    Ok(Exit::Done)
}

fn names(names: &[String]) -> anyhow::Result<Exit> {
    let mut out = Output::open(None)?;
    names.iter().try_for_each(|name| writeln!(out, "{}", safe::terminal(name)))?;
    out.finish()?;
    Ok(Exit::Done)
}

/// Runs `export`.
pub(crate) fn export(arguments: &ExportArguments) -> anyhow::Result<Exit> {
    let mut store = workspace::store(&workspace::find(arguments.workspace.as_deref())?)?;
    let register = store.register(moment(arguments.as_of)?).map_err(workspace::told)?;
    if arguments.format == "xlsx" && arguments.output.is_none() {
        return Err(usage("a workbook goes to a file: --output FILE"));
    }
    let mut out = Output::open(arguments.output.as_deref())?;
    match arguments.format.as_str() {
        "xlsx" => out.write_all(&write_xlsx(&to_workbook(register.objects())?).map_err(usage)?)?,
        _ => write!(out, "{}", register.to_yaml()?)?,
    }
    out.finish()?;
    Ok(Exit::Done)
}

fn yaml(objects: &[Object]) -> anyhow::Result<String> {
    Ok(isoneph_register::to_yaml(objects.iter())?)
}

/// The end of a day in UTC.
pub(crate) fn moment(day: Option<Date>) -> anyhow::Result<Moment> {
    let Some(day) = day else { return Ok(Moment::Now) };
    let next = day.tomorrow()?.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
    Ok(Moment::At(next - jiff::SignedDuration::from_nanos(1)))
}
