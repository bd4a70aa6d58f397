//! `isoneph questionnaire`: the provider cells as a checklist for a vendor. `apply` reads it back as answers.

use std::path::PathBuf;

use clap::Args;
use isoneph_derive::questionnaire::{questions, sheet};
use isoneph_model::{Edition, Lang};
use isoneph_register::Moment;
use isoneph_register::kinds::Kind;
use isoneph_standard::Catalogue;

use super::sheets::workbook;
use crate::exit::Exit;
use crate::output::{self, Output};
use crate::{settings, workspace};

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

/// A checklist may be for a service that is only thought of; where a register is at hand that does not know it, its name
/// may as well be misspelt.
fn told_if_unknown(service: &str) {
    let services = workspace::objects(None, &[], &[Kind::CloudService], Moment::Now).unwrap_or_default();
    let names: Vec<&str> = services.iter().map(|object| object.name.as_str()).collect();
    if !names.is_empty() && !names.contains(&service) {
        output::warn(&format!("the register has no service '{service}'; there are: {}", names.join(", ")));
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    use std::io::Write;
    let asked = questions(Catalogue::embedded()?, arguments.edition);
    let sheet = sheet(&asked, &arguments.service, arguments.edition, arguments.lang);
    told_if_unknown(&arguments.service);
    let mut out = Output::open(Some(&arguments.output))?;
    out.write_all(&workbook("Vendor checklist", vec![sheet])?)?;
    out.finish()?;
    Ok(Exit::Done)
}
