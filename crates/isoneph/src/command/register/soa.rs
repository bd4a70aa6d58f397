//! `isoneph soa`: the statement of applicability, as it stands, frozen, and against a frozen version.

use std::path::{Path, PathBuf};

use clap::Args;
use isoneph_derive::Declared;
use isoneph_derive::soa::{self, CellEvidence, FrozenSoa, Soa};
use isoneph_model::Role;
use isoneph_register::Object;
use isoneph_register::kinds::{Act, Kind};
use isoneph_standard::Catalogue;
use serde::Deserialize;

use super::sheets::{Asked, Shown};
use crate::exit::{Exit, usage};
use crate::{frozen, output, workspace};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The ISMS scope; needed only where the register has several
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// An assessment (`isoneph assess --format json`): what the evidence says then stands beside what is claimed
    #[arg(long, value_name = "FILE")]
    assessment: Option<PathBuf>,
    /// Freeze it under this version; a frozen version never changes
    #[arg(long, value_name = "VERSION", conflicts_with = "compare")]
    freeze: Option<String>,
    /// Who approved the version that is frozen
    #[arg(long, value_name = "WHO", requires = "freeze")]
    approved_by: Option<String>,
    /// Hold it against a frozen version
    #[arg(long, value_name = "VERSION")]
    compare: Option<String>,
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    shown: Shown,
}

/// Runs the command. With `--compare` it ends with 1 where anything changed.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let objects = arguments.asked.objects(soa::KINDS)?;
    let declared = Declared::of_kinds(soa::KINDS, &objects);
    let evidence = arguments.assessment.as_deref().map(standings).transpose()?.unwrap_or_default();
    let catalogue = Catalogue::embedded()?;
    let found = soa::soa(&declared, catalogue, arguments.scope.as_deref(), &evidence, arguments.asked.day());
    let found = found.ok_or_else(|| which_scope(&objects, arguments.scope.as_deref()))?;
    if let Some(version) = &arguments.compare {
        return run_compare(arguments, &found, version);
    }
    let frozen = arguments.freeze.as_deref().map(|version| freeze(arguments, &found, version)).transpose()?;
    let sheets = vec![soa::sheet(&found, frozen.as_ref(), arguments.shown.lang)];
    match &frozen {
        Some(frozen) => arguments.shown.write("Statement of applicability", sheets, frozen)?,
        None => arguments.shown.write("Statement of applicability", sheets, &found)?,
    }
    Ok(Exit::Done)
}

/// Why no scope, or no single one, was found.
fn which_scope(objects: &[Object], asked: Option<&str>) -> anyhow::Error {
    let named = objects.iter().filter(|object| object.kind() == Kind::Scope).map(|object| object.name.as_str());
    let names = named.collect::<Vec<_>>().join(", ");
    usage(match (asked, names.as_str()) {
        (_, "") => "the register has no ISMS scope: declare one (kind: scope)".to_owned(),
        (Some(asked), names) => format!("the register has no ISMS scope '{asked}'; there are: {names}"),
        (None, names) => format!("which ISMS scope? --scope NAME; there are: {names}"),
    })
}

fn run_compare(arguments: &Arguments, now: &Soa, version: &str) -> anyhow::Result<Exit> {
    let path = path_of(&workspace::find(arguments.asked.workspace.as_deref())?, &now.scope, version)?;
    let before = frozen::read(&path)?;
    let comparison = soa::compare(&before.soa, now);
    let sheets = vec![soa::comparison_sheet(version, &comparison, arguments.shown.lang)];
    arguments.shown.write("Changes of the statement of applicability", sheets, &comparison)?;
    Ok(if comparison.changes.is_empty() { Exit::Done } else { Exit::Findings })
}

/// Puts a version down, whole or not at all, and never over one that is there.
fn freeze(arguments: &Arguments, found: &Soa, version: &str) -> anyhow::Result<FrozenSoa> {
    let path = path_of(&workspace::find(arguments.asked.workspace.as_deref())?, &found.scope, version)?;
    let approved = arguments.approved_by.clone().map(|by| Act::new(by, arguments.asked.day()));
    let frozen = soa::freeze(found.clone(), version, approved).map_err(usage)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".soa-").tempfile_in(folder)?;
    serde_json::to_writer_pretty(&mut file, &frozen)?;
    file.as_file().sync_all()?;
    if file.persist_noclobber(&path).is_err() {
        return Err(usage(format!("version '{version}' is frozen already: a frozen version never changes")));
    }
    output::warn(&format!("frozen as {} ({})", path.display(), frozen.sha256));
    Ok(frozen)
}

fn path_of(workspace: &Path, scope: &str, version: &str) -> anyhow::Result<PathBuf> {
    let plain = |text: &str| {
        let kept = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' };
        text.trim().chars().map(kept).collect::<String>()
    };
    let file = plain(version);
    if file.is_empty() || file.starts_with('.') {
        return Err(usage(format!("'{version}' cannot be the name of a version")));
    }
    Ok(workspace.join(frozen::FOLDER).join(plain(scope)).join(format!("{file}.json")))
}

/// The standings of an assessment, as far as a statement of applicability needs them.
fn standings(path: &Path) -> anyhow::Result<Vec<CellEvidence>> {
    #[derive(Deserialize)]
    struct Assessment {
        standings: Vec<Cell>,
    }
    #[derive(Deserialize)]
    struct Cell {
        control: String,
        role: String,
        #[serde(default)]
        service: String,
        standing: String,
        #[serde(default)]
        why: Vec<serde_json::Value>,
    }
    let wrong = |message: String| usage(format!("{}: {message}", path.display()));
    let read: Assessment =
        serde_json::from_slice(&workspace::bytes(path)?).map_err(|error| wrong(error.to_string()))?;
    let cell = |cell: Cell| {
        let why = cell.why.iter().map(short).collect::<Vec<_>>().join(", ");
        Ok(CellEvidence {
            control: cell.control.parse().map_err(|_| wrong(format!("'{}' is no control", cell.control)))?,
            role: cell.role.parse::<Role>().ok(),
            service: Some(cell.service).filter(|service| !service.is_empty()),
            standing: cell.standing.parse().map_err(|_| wrong(format!("'{}' is no standing", cell.standing)))?,
            why,
        })
    };
    read.standings.into_iter().map(cell).collect()
}

/// A reason in short: its message, else its code.
fn short(why: &serde_json::Value) -> String {
    let field = |name: &str| why.get(name).and_then(serde_json::Value::as_str);
    let text = why.as_str().or_else(|| field("message")).or_else(|| field("code")).map(str::to_owned);
    text.unwrap_or_else(|| why.to_string())
}
