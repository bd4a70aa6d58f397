//! `isoneph image scan`: the assessment of disk images alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isoneph_assess::{Check, Engine, Pack, query};
use isoneph_assessment::{Filtered, View, Writer};
use isoneph_image::catalogue;
use isoneph_model::Edition;
use isoneph_report::{ImageTextWriter, ScannedImage};
use isoneph_sources::Reading;
use isoneph_standard::Catalogue;
use isoneph_tables::Inventory;
use jiff::civil::Date;
use serde::Deserialize;

use crate::evidence;
use crate::exit::Exit;
use crate::output::Output;
use crate::report::{self, Format, ReportArguments, told};
use crate::settings::{self, CheckArguments, RunArguments};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Disk images (raw, qcow2, VMDK, VHD, VHDX), root file systems as archives (tar, OCI layout, `docker save`), folders of
    /// them; beside them documents of the register that say what images are for (kind `image-purpose`)
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What the images are: templates that machines are made of, or disks of machines. A template must also carry no
    /// identity, key or history
    #[arg(long, value_enum, default_value_t = Profile::Server)]
    profile: Profile,
    /// The folder that backing files and extents may lie in. Without it an image leads to no other file
    #[arg(long, value_name = "DIR")]
    allow_backing: Option<PathBuf>,
    /// Who is what and what is in scope: an isoneph.toml. Never taken from a folder being assessed
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The edition of ISO/IEC 27017
    #[arg(long, default_value = "2015", value_parser = settings::edition)]
    edition: Edition,
    /// The day for which the assessment holds (YYYY-MM-DD); by default today, in UTC
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    #[command(flatten)]
    checks: CheckArguments,
    #[command(flatten)]
    report: ReportArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Profile {
    Server,
    Template,
}

/// The tables that an image fills. Checks of their rows are what a scan runs.
const TABLES: [&str; 6] = ["image", "image_setting", "image_service", "image_account", "image_package", "image_file"];

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let catalogue = Catalogue::embedded()?;
    let declaration = settings::declaration(arguments.config.as_deref())?;
    let pack = arguments.checks.load()?;
    let run = RunArguments {
        config: arguments.config.clone(),
        edition: arguments.edition,
        as_of: arguments.as_of,
        profile: (arguments.profile == Profile::Template).then(|| "template".to_owned()),
    };
    let settings = run.settings(&declaration, &pack)?;
    let reading = Reading { backing_directory: arguments.allow_backing.clone(), ..Reading::new(settings.as_of) };
    let engine = Engine::new(of_images(pack), settings, catalogue).map_err(told)?;
    let config = arguments.config.as_deref();
    let inventory = evidence::read_images_alone(&arguments.paths, config, &declaration, &reading)?;
    let mut output = Output::beside(arguments.report.output.as_deref(), &arguments.paths)?;
    let shown = {
        let writer = writer(arguments, catalogue, &inventory, &mut output)?;
        let mut filtered = Filtered::new(View { without_standings: true, ..View::default() }, writer);
        engine.assess(&inventory, &mut filtered).map_err(told)?;
        filtered.shown()
    };
    output.finish()?;
    Ok(arguments.report.end(evidence::is_empty(&inventory), &shown))
}

fn of_images(pack: Pack) -> Vec<Check> {
    let is_of_image = |check: &Check| TABLES.contains(&check.subject().def().name);
    pack.into_checks().into_iter().filter(is_of_image).collect()
}

fn writer<'a>(
    arguments: &Arguments,
    catalogue: &'static Catalogue,
    inventory: &Inventory,
    output: &'a mut Output,
) -> anyhow::Result<Box<dyn Writer + 'a>> {
    if arguments.report.format != Format::Text {
        return arguments.report.writer(catalogue, output);
    }
    let style = report::style(output);
    Ok(Box::new(ImageTextWriter::new(output, arguments.report.lang, style, known(inventory)?)))
}

/// An image, and a setting of it that nothing could be said of.
#[derive(Deserialize)]
struct ImageRow {
    uid: String,
    distribution: Option<String>,
    distribution_version: Option<String>,
    container: Option<String>,
    file_system: Option<String>,
}

#[derive(Deserialize)]
struct UnknownRow {
    image: String,
    setting: String,
    derivation: Option<String>,
}

/// What images are, and why settings of them are unknown, by the checks that ask for these.
fn known(inventory: &Inventory) -> anyhow::Result<BTreeMap<String, ScannedImage>> {
    let images = "SELECT uid, distribution, distribution_version, container, file_system FROM image";
    let images: Vec<ImageRow> = serde_json::from_str(&query(inventory, None, images)?.to_json()?)?;
    let mut known: BTreeMap<String, ScannedImage> = BTreeMap::new();
    for row in images {
        let parts = [row.distribution, row.distribution_version, row.container, row.file_system];
        let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        known.entry(address(&row.uid).to_owned()).or_default().about = parts.join(" ");
    }
    let unknown = "SELECT image, setting, derivation FROM image_setting WHERE origin = 'unknown'";
    let unknown: Vec<UnknownRow> = serde_json::from_str(&query(inventory, None, unknown)?.to_json()?)?;
    let checks = catalogue::checks();
    for row in unknown {
        let Some(image) = known.get_mut(address(&row.image)) else { continue };
        for check in checks.iter().filter(|check| check.expect.iter().any(|expect| expect.setting == row.setting)) {
            image.reasons.entry(check.id.clone()).or_insert_with(|| row.derivation.clone().unwrap_or_default());
        }
    }
    Ok(known)
}

/// What people know a row by: its uid without the snapshot's number.
fn address(uid: &str) -> &str {
    uid.split_once(':').map_or(uid, |(_, address)| address)
}
