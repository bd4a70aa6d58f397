//! `isoneph matrix`, `duties` and `soa`: what follows from the register, as text, JSON, CSV or a workbook.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isoneph_derive::responsibilities::{Matrix, matrices, matrix};
use isoneph_derive::{Declared, duties, responsibilities, soa};
use isoneph_model::Lang;
use isoneph_standard::Catalogue;
use isoneph_workbook::{SheetDraft, WorkbookDraft, write_csv, write_xlsx};
use jiff::civil::Date;
use serde::Serialize;

use super::get::moment;
use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::{safe, settings, workspace};

#[derive(Args)]
pub(crate) struct Common {
    /// YAML of the register to ask instead of the workspace's
    #[arg(short = 'f', long = "file", value_name = "PATH")]
    files: Vec<PathBuf>,
    /// The day for which it holds (YYYY-MM-DD); by default today, in UTC
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// The workspace; by default the folder upwards that has an isoneph.toml
    #[arg(long, value_name = "FOLDER")]
    workspace: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write to this file instead of standard output; it appears only when it is complete
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The language of headings
    #[arg(long, default_value = "en", value_parser = settings::lang)]
    lang: Lang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
    Xlsx,
}

#[derive(Args)]
pub(crate) struct MatrixArguments {
    /// The service; without it every service in use
    #[arg(value_name = "SERVICE")]
    service: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct DutiesArguments {
    /// The party; by default whoever keeps the register
    #[arg(long, value_name = "PARTY")]
    party: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct SoaArguments {
    /// The ISMS scope; needed only where the register has several
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl Common {
    fn day(&self) -> Date {
        self.as_of.unwrap_or_else(settings::today)
    }

    fn register(&self) -> anyhow::Result<isoneph_register::Register> {
        workspace::register(self.workspace.as_deref(), &self.files, moment(self.as_of)?)
    }

    /// Writes sheets in the format asked for; `value` is what JSON shows.
    fn write(&self, title: &str, sheets: Vec<SheetDraft>, value: &impl Serialize) -> anyhow::Result<()> {
        let mut out = Output::open(self.output.as_deref())?;
        match self.format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut out, value)?;
                writeln!(out)?;
            }
            Format::Text => sheets.iter().try_for_each(|sheet| text(&mut out, sheet))?,
            Format::Csv => match sheets.as_slice() {
                [one] => out.write_all(&write_csv(one))?,
                _ => return Err(usage("several sheets do not fit one CSV: name one service, or take xlsx")),
            },
            Format::Xlsx => {
                if self.output.is_none() {
                    return Err(usage("a workbook goes to a file: --output FILE"));
                }
                out.write_all(&write_xlsx(&WorkbookDraft {
                    title: title.to_owned(),
                    sheets,
                    ..WorkbookDraft::default()
                })?)?;
            }
        }
        out.finish()
    }
}

/// A sheet for the terminal: what it is about, then a block a row with what is not empty.
fn text(out: &mut impl Write, sheet: &SheetDraft) -> anyhow::Result<()> {
    writeln!(out, "{}", safe::terminal(&sheet.name))?;
    for (name, value) in &sheet.facts {
        writeln!(out, "  {}: {}", safe::terminal(name), safe::terminal(value))?;
    }
    for row in &sheet.rows {
        let mut cells = row.iter().zip(&sheet.columns).filter(|(cell, _)| !cell.is_empty());
        if let Some((first, _)) = cells.next() {
            writeln!(out, "\n- {}", safe::terminal(first))?;
        }
        for (cell, column) in cells {
            writeln!(out, "    {}: {}", safe::terminal(&column.title), safe::terminal(cell))?;
        }
    }
    writeln!(out)?;
    Ok(())
}

/// Runs `matrix`. It ends with 1 where something is wrong with a split.
pub(crate) fn run_matrix(arguments: &MatrixArguments) -> anyhow::Result<Exit> {
    let register = arguments.common.register()?;
    let declared = Declared::new(register.objects());
    let found: Vec<Matrix> = match &arguments.service {
        None => matrices(&declared),
        Some(service) => {
            vec![matrix(&declared, service).ok_or_else(|| usage(format!("there is no service '{service}'")))?]
        }
    };
    let sheets = found.iter().map(|one| responsibilities::sheet(one, arguments.common.lang)).collect();
    arguments.common.write("responsibilities", sheets, &found)?;
    Ok(if found.iter().any(|one| !one.findings.is_empty()) { Exit::Findings } else { Exit::Done })
}

/// Runs `duties`. It ends with 1 where duties are open.
pub(crate) fn run_duties(arguments: &DutiesArguments) -> anyhow::Result<Exit> {
    let register = arguments.common.register()?;
    let declared = Declared::new(register.objects());
    let party = arguments.party.as_deref().or_else(|| declared.keeper());
    let party =
        party.ok_or_else(|| usage("whose duties? --party PARTY (the register names no single organisation)"))?;
    if declared.party(party).is_none() {
        return Err(usage(format!("there is no party '{party}'")));
    }
    let list = duties::duties(&declared, party, arguments.common.day());
    arguments.common.write("duties", vec![duties::sheet(&list, arguments.common.lang)], &list)?;
    Ok(if list.open.is_empty() { Exit::Done } else { Exit::Findings })
}

/// Runs `soa`.
pub(crate) fn run_soa(arguments: &SoaArguments) -> anyhow::Result<Exit> {
    let register = arguments.common.register()?;
    let declared = Declared::new(register.objects());
    let catalogue = Catalogue::embedded()?;
    let scope = arguments.scope.as_deref();
    let found = soa::soa(&declared, catalogue, scope, &[], arguments.common.day());
    let found = found.ok_or_else(|| usage("which ISMS scope? --scope NAME (the register has none, or several)"))?;
    arguments.common.write(
        "statement of applicability",
        vec![soa::sheet(&found, None, arguments.common.lang)],
        &found,
    )?;
    Ok(Exit::Done)
}
