//! What the commands over the register share: which register is asked, and how sheets are written.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isoneph_model::Lang;
use isoneph_register::Object;
use isoneph_register::kinds::Kind;
use isoneph_report::write_sheets_html;
use isoneph_workbook::{SheetDraft, WorkbookDraft, write_csv, write_xlsx};
use jiff::civil::Date;
use serde::Serialize;

use super::get::moment;
use super::sheet_text;
use crate::exit::usage;
use crate::output::Output;
use crate::{settings, workspace};

/// Which register is asked, and for which day.
#[derive(Args)]
pub(crate) struct Asked {
    /// YAML or workbooks of the register to ask instead of the workspace's
    #[arg(short = 'f', long = "file", value_name = "PATH")]
    files: Vec<PathBuf>,
    /// The day for which it holds (YYYY-MM-DD); by default today, in UTC
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// The workspace; by default the folder upwards that has an isoneph.toml
    #[arg(long, value_name = "FOLDER")]
    pub(crate) workspace: Option<PathBuf>,
}

impl Asked {
    pub(crate) fn day(&self) -> Date {
        self.as_of.unwrap_or_else(settings::today)
    }

    /// The objects of these kinds; no others are read where a store can tell them apart.
    pub(crate) fn objects(&self, kinds: &[Kind]) -> anyhow::Result<Vec<Object>> {
        workspace::objects(self.workspace.as_deref(), &self.files, kinds, moment(self.as_of)?)
    }
}

/// How sheets are written.
#[derive(Args)]
pub(crate) struct Shown {
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write to this file instead of standard output; it appears only when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The language of headings
    #[arg(long, default_value = "en", value_parser = settings::lang)]
    pub(crate) lang: Lang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Html,
    Csv,
    Xlsx,
}

impl Shown {
    /// Writes sheets in the format asked for; `value` is what JSON shows. CSV has room for the first sheet only.
    pub(crate) fn write(&self, title: &str, sheets: Vec<SheetDraft>, value: &impl Serialize) -> anyhow::Result<()> {
        if self.format == Format::Xlsx && self.output.is_none() {
            return Err(usage("a workbook goes to a file: --output FILE"));
        }
        let mut out = Output::open(self.output.as_deref())?;
        match self.format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut out, value)?;
                writeln!(out)?;
            }
            Format::Text => sheets.iter().try_for_each(|sheet| sheet_text::write(&mut out, sheet))?,
            Format::Html => write_sheets_html(&mut out, self.lang, title, &sheets)?,
            Format::Csv => {
                if let Some(first) = sheets.first() {
                    out.write_all(&write_csv(first))?;
                }
            }
            Format::Xlsx => out.write_all(&workbook(title, sheets)?)?,
        }
        out.finish()
    }

    /// Whether one sheet has to hold all.
    pub(crate) fn is_csv(&self) -> bool {
        self.format == Format::Csv
    }
}

/// A workbook as bytes. Names of sheets are cut to what a workbook holds, and told apart.
pub(crate) fn workbook(title: &str, mut sheets: Vec<SheetDraft>) -> anyhow::Result<Vec<u8>> {
    let mut taken: Vec<String> = Vec::new();
    for sheet in &mut sheets {
        let plain: String = sheet.name.chars().map(|c| if "[]:*?/\\'".contains(c) { '-' } else { c }).collect();
        let fits = |n: usize| -> String {
            let tail = if n == 0 { String::new() } else { format!(" {}", n + 1) };
            let room = 31_usize.saturating_sub(tail.chars().count());
            plain.chars().take(room).chain(tail.chars()).collect()
        };
        let free = |name: &String| !taken.iter().any(|known| known.to_lowercase() == name.to_lowercase());
        sheet.name = (0..=taken.len()).map(fits).find(free).unwrap_or_default();
        taken.push(sheet.name.clone());
    }
    write_xlsx(&WorkbookDraft { title: title.to_owned(), sheets }).map_err(usage)
}
