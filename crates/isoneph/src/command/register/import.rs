//! `isoneph import`: what a file says that others have made. It shows row by row what it understood; it takes it into the
//! register only on somebody's word (`--as`).

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use isoneph_derive::import::applicability::applicability;
use isoneph_derive::import::services_in_scope::services_in_scope;
use isoneph_derive::import::{Import, ImportFormat, Mapping, Target, caiq, ciso_assistant, detect, fedramp, plain};
use isoneph_derive::questionnaire;
use isoneph_model::Edition;
use isoneph_register::kinds::{Assurance, Document, Kind};
use isoneph_register::{Documents, Moment};
use isoneph_standard::Catalogue;
use isoneph_workbook::{Limits, Sheet, Workbook};
use jiff::civil::Date;
use sha2::Digest as _;

use super::apply::{self, Change};
use crate::exit::{Exit, usage};
use crate::output::{self, Output};
use crate::{safe, workspace};

/// Where a workspace remembers how the columns of a statement of applicability were read.
const MAPPING: &str = ".isoneph/statement-of-applicability.json";

#[derive(Args)]
pub(crate) struct Arguments {
    /// The file: XLSX or CSV
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What it is: caiq, fedramp-crm, matrix, statement-of-applicability, ciso-assistant-audit, services-in-scope,
    /// questionnaire; by default told by its headings
    #[arg(long, value_name = "FORMAT", value_parser = |word: &str| word.parse::<ImportFormat>())]
    format_of: Option<ImportFormat>,
    /// The service that it is about
    #[arg(long, value_name = "SERVICE", default_value = "")]
    service: String,
    /// The party whose view it is; by default whoever keeps the register
    #[arg(long, value_name = "PARTY")]
    stated_by: Option<String>,
    /// The customer that it holds for; by default all
    #[arg(long, value_name = "PARTY")]
    customer: Option<String>,
    /// The day of the file (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    dated: Option<Date>,
    /// The area of a question or control: CAIQ's IAM=identity. May be given several times
    #[arg(long = "area", value_name = "ID=AREA", value_parser = pair)]
    areas: Vec<(String, String)>,
    /// The assurance of the register whose products in scope the file lists
    #[arg(long, value_name = "NAME")]
    assurance: Option<String>,
    /// Which column of a statement of applicability or a matrix is which, and which word is ours: JSON such as
    /// {"columns": {"area": "Task", "holder": "Who"}, "words": {"AWS": "provider"}}
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Take it into the register, on whose word; without it nothing is written
    #[arg(long = "as", value_name = "WHO")]
    who: Option<String>,
    /// With --as: only say what would change
    #[arg(long, requires = "who")]
    dry_run: bool,
    /// The workspace; by default the folder upwards that has an isoneph.toml
    #[arg(long, value_name = "FOLDER")]
    workspace: Option<PathBuf>,
    /// Text for people, JSON with every row, or the objects as YAML
    #[arg(long, value_parser = ["text", "json", "yaml"], default_value = "text")]
    format: String,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (id, area) = text.split_once('=').ok_or("an area is given as ID=AREA")?;
    Ok((id.to_owned(), area.to_owned()))
}

/// Runs the command. It ends with 3 where a row could not be understood.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let name = arguments.file.display().to_string();
    let bytes = workspace::bytes(&arguments.file)?;
    let workbook = isoneph_workbook::read(&name, &bytes, &Limits::default()).map_err(usage)?;
    let listed = arguments.assurance.as_ref().map(|_| ImportFormat::ServicesInScope);
    let format = arguments.format_of.or(listed).or_else(|| detect(&workbook)).or_else(|| checklist(&workbook));
    let format = format.ok_or_else(|| unknown(&name, &workbook))?;
    let (import, mapping) = read(arguments, &workbook, &bytes, format)?;
    let mut out = Output::open(None)?;
    match arguments.format.as_str() {
        "json" => {
            serde_json::to_writer_pretty(&mut out, &Shown { import: &import })?;
            writeln!(out)?;
        }
        "yaml" => write!(out, "{}", isoneph_register::to_yaml(import.objects.iter())?)?,
        _ => text(&mut out, &import)?,
    }
    if let Some(who) = &arguments.who {
        let mut documents = Documents::new();
        let places = import.rows.iter().filter(|row| row.makes.is_some()).map(|row| row.place.clone());
        let places = places.chain(std::iter::repeat(String::new()));
        documents.take(&name, &bytes, places.zip(import.objects.clone()));
        let folder = workspace::find(arguments.workspace.as_deref())?;
        let change = Change { documents: &documents, who, note: "import", dry_run: arguments.dry_run };
        let difference = change.apply(&folder, &mut workspace::store(&folder)?)?;
        apply::text(&mut out, &difference)?;
        if let (Some(mapping), true) = (mapping, difference.written) {
            remember(&folder, &mapping)?;
        }
    } else if arguments.format == "text" {
        output::warn("nothing was written: --as WHO takes it into the register");
    }
    out.finish()?;
    Ok(if import.not_understood() == 0 { Exit::Done } else { Exit::Incomplete })
}

/// What a file of no known form begins with, sheet by sheet, and what can be said beside it.
fn unknown(name: &str, workbook: &Workbook) -> anyhow::Error {
    let first = |sheet: &Sheet| {
        let row = sheet.rows.iter().find(|row| row.cells.len() > 1).or(sheet.rows.first());
        let Some(row) = row else { return format!("sheet '{}' is empty", sheet.name) };
        let cells: Vec<&str> = row.cells.iter().map(|cell| cell.text.trim()).collect();
        format!("sheet '{}', row {}: {}", sheet.name, row.number, cells.join(" | "))
    };
    let begins: Vec<String> = workbook.sheets.iter().map(first).collect();
    let known: Vec<&str> = ImportFormat::ALL.iter().map(|format| format.as_str()).collect();
    usage(safe::terminal(&format!(
        "{name}: its headings are of none that is known ({}); say what it is: --format-of {}, and for a matrix or a \
         statement of applicability which column is which: --mapping FILE",
        begins.join("; "),
        known.join("|"),
    )))
}

fn checklist(workbook: &Workbook) -> Option<ImportFormat> {
    questionnaire::is_checklist(workbook).then_some(ImportFormat::Questionnaire)
}

fn read(
    arguments: &Arguments,
    workbook: &Workbook,
    bytes: &[u8],
    format: ImportFormat,
) -> anyhow::Result<(Import, Option<Mapping>)> {
    let target = target(arguments, bytes);
    let catalogue = Catalogue::embedded()?;
    let needs_service = matches!(format, ImportFormat::Caiq | ImportFormat::Fedramp | ImportFormat::Matrix);
    if needs_service && target.service.is_empty() {
        return Err(usage(format!("which service is this {format} about? --service SERVICE")));
    }
    let read = match format {
        ImportFormat::Caiq => caiq::caiq(workbook, &target),
        ImportFormat::Fedramp => fedramp::fedramp(workbook, &target),
        ImportFormat::Matrix => {
            let given = arguments.mapping.as_deref().map(mapping).transpose()?;
            plain::plain(workbook, &target, given.as_ref())
        }
        ImportFormat::CisoAssistant => ciso_assistant::ciso_assistant(workbook, &target, catalogue),
        ImportFormat::Questionnaire => questionnaire::read(workbook, &target, catalogue, Edition::E2015),
        ImportFormat::ServicesInScope => return in_scope(arguments, workbook),
        ImportFormat::Applicability => {
            let (import, mapping) = statement(arguments, workbook, &target, catalogue)?;
            return Ok((import, Some(mapping)));
        }
    };
    Ok((read.map_err(usage)?, None))
}

fn target(arguments: &Arguments, bytes: &[u8]) -> Target {
    let title = arguments.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut document = Document::new(title);
    document.dated = arguments.dated;
    document.sha256 = Some(isoneph_model::Digest::new(sha2::Sha256::digest(bytes).into()));
    Target {
        service: arguments.service.clone(),
        stated_by: arguments.stated_by.clone(),
        customer: arguments.customer.clone(),
        document: Some(document),
        dated: arguments.dated,
        areas: arguments.areas.iter().cloned().collect(),
    }
}

/// By the mapping that is given; else by the one that the workspace remembers, if it fits; else by the headings.
fn statement(
    arguments: &Arguments,
    workbook: &Workbook,
    target: &Target,
    catalogue: &Catalogue,
) -> anyhow::Result<(Import, Mapping)> {
    if let Some(path) = &arguments.mapping {
        return applicability(workbook, target, catalogue, Some(&mapping(path)?)).map_err(usage);
    }
    let remembered = workspace::find(arguments.workspace.as_deref()).ok().map(|folder| folder.join(MAPPING));
    if let Some(path) = remembered.filter(|path| path.is_file())
        && let Ok(read) = applicability(workbook, target, catalogue, Some(&mapping(&path)?))
    {
        output::warn(&format!("columns as remembered in {}", path.display()));
        return Ok(read);
    }
    applicability(workbook, target, catalogue, None).map_err(usage)
}

fn mapping(path: &Path) -> anyhow::Result<Mapping> {
    serde_json::from_slice(&workspace::bytes(path)?).map_err(|error| usage(format!("{}: {error}", path.display())))
}

fn remember(workspace: &Path, mapping: &Mapping) -> anyhow::Result<()> {
    let mut out = Output::open(Some(&workspace.join(MAPPING)))?;
    serde_json::to_writer_pretty(&mut out, mapping)?;
    out.finish()
}

fn in_scope(arguments: &Arguments, workbook: &Workbook) -> anyhow::Result<(Import, Option<Mapping>)> {
    let name = arguments.assurance.as_deref();
    let name = name.ok_or_else(|| usage("whose products in scope? --assurance NAME of the register"))?;
    let mut store = workspace::store(&workspace::find(arguments.workspace.as_deref())?)?;
    let known = store.get(Kind::Assurance, Some(name), Moment::Now).map_err(workspace::told)?;
    let known = known.first().and_then(|object| <&Assurance>::try_from(&object.spec).ok());
    let known = known.ok_or_else(|| usage(format!("there is no assurance '{name}' in the register")))?;
    let read = services_in_scope(workbook, name, known).map_err(usage)?;
    for (what, list) in [("gains", &read.difference.services_gained), ("loses", &read.difference.services_lost)] {
        if !list.is_empty() {
            output::warn(&safe::terminal(&format!("the scope {what}: {}", list.join(", "))));
        }
    }
    Ok((read.import, None))
}

/// What is shown of an import as JSON: its objects as the register writes them.
#[derive(serde::Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    import: &'a Import,
}

fn text(out: &mut impl Write, import: &Import) -> anyhow::Result<()> {
    writeln!(out, "{} ({})", import.format, safe::terminal(&import.sheets.join(", ")))?;
    for (ours, theirs) in &import.columns {
        writeln!(out, "  {ours} is read from '{}'", safe::terminal(theirs))?;
    }
    if !import.ignored.is_empty() {
        writeln!(out, "  not read: {}", safe::terminal(&import.ignored.join(", ")))?;
    }
    for note in &import.notes {
        writeln!(out, "  note: {} at {}", note.code, safe::terminal(&note.place))?;
    }
    for row in &import.rows {
        let makes = row.makes.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        writeln!(out, "\n{}  {} -> {}", safe::terminal(&row.place), safe::terminal(&row.id), safe::terminal(&makes))?;
        for (column, value) in &row.read {
            writeln!(out, "    {column}: {}", safe::terminal(value))?;
        }
        for problem in &row.problems {
            let line = format!("! {} {}: {}", problem.place, problem.code, problem.message);
            writeln!(out, "    {}", safe::terminal(&line))?;
        }
    }
    let (rows, without) = (import.rows.len(), import.not_understood());
    writeln!(out, "\n{rows} rows, {} objects, {without} rows make nothing", import.objects.len())?;
    Ok(())
}
