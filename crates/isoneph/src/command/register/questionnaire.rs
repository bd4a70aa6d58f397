//! `isoneph questionnaire`: the provider cells as a checklist for a vendor. `apply` reads it back as answers.

use std::path::PathBuf;

use clap::Args;
use isoneph_derive::questionnaire::{questions, sheet};
use isoneph_model::{Edition, Lang};
use isoneph_standard::Catalogue;

use super::sheets::workbook;
use crate::exit::Exit;
use crate::output::Output;
use crate::settings;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The service that is asked about
    #[arg(long, value_name = "SERVICE")]
    service: String,
    /// The edition of ISO/IEC 27017
    #[arg(long, default_value = "2015", value_parser = settings::edition)]
    edition: Edition,
    /// The language of the questions
    #[arg(long, default_value = "en", value_parser = settings::lang)]
    lang: Lang,
    /// The workbook (XLSX) to write
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    use std::io::Write;
    let asked = questions(Catalogue::embedded()?, arguments.edition);
    let sheet = sheet(&asked, &arguments.service, arguments.edition, arguments.lang);
    let mut out = Output::open(Some(&arguments.output))?;
    out.write_all(&workbook("Vendor checklist", vec![sheet])?)?;
    out.finish()?;
    Ok(Exit::Done)
}
