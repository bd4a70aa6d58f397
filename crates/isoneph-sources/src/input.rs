//! Files and folders: what is read, what is passed over, and what becomes of what cannot be read.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use isoneph_image::scan::Program;
use isoneph_model::{InputId, Locator};
use isoneph_tables::{NewInput, Sink, SinkError};
use jiff::civil::Date;
use walkdir::{DirEntry, WalkDir};

use crate::fault::Fault;
use crate::format::Format;
use crate::head::{self, FirstKeys, Look};
use crate::images::{self, ImagePurpose};
use crate::stream::{BadText, Opening, Source, TooLong};
use crate::{findings, inventories, terraform};

/// How deep folders may stand in one another.
pub(crate) const MAX_FOLDERS: usize = 64;
/// How many things a folder may hold.
pub(crate) const MAX_FILES: usize = 100_000;

/// How evidence is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The day for which the assessment holds.
    pub as_of: Date,
    /// Files that somebody else has read: they are passed over here without a word.
    pub taken: BTreeSet<PathBuf>,
    /// The folder in which files lie that disk images may lead to; without one they lead nowhere.
    pub backing_directory: Option<PathBuf>,
    /// The program that scans an image in a confined process; without one images are scanned in this process.
    pub image_scanner: Option<Program>,
    /// What images are declared for.
    pub image_purposes: Vec<ImagePurpose>,
}

impl Reading {
    /// Reading for a day; images lead nowhere.
    pub fn new(as_of: Date) -> Reading {
        let taken = BTreeSet::new();
        Reading { as_of, taken, backing_directory: None, image_scanner: None, image_purposes: Vec::new() }
    }
}

/// What reading a path came to. What was found is in the sink.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadSummary {
    /// Inputs that were read, wholly or in part.
    pub read: usize,
    /// Inputs that were not read at all.
    pub rejected: usize,
    /// What a folder holds that is plainly not evidence, with the reason.
    pub skipped: Vec<(String, &'static str)>,
}

/// What ends a run.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The path names nothing.
    #[error("{path}: there is no such file or folder")]
    NotFound {
        /// The path as given.
        path: String,
    },
    /// More than a run can hold.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// Reads a file, or everything in a folder, into the sink.
pub fn read_path(path: &Path, reading: &Reading, sink: &mut Sink) -> Result<ReadSummary, ReadError> {
    let mut summary = ReadSummary::default();
    match std::fs::metadata(path) {
        // Somebody else has read it as a whole.
        Ok(_) if reading.taken.contains(path) => summary.read += 1,
        Ok(metadata) if metadata.is_dir() => read_folder(path, reading, sink, &mut summary)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(ReadError::NotFound { path: shown(path) });
        }
        // Whatever else is wrong with it is found when it is opened, and told as a reject.
        _ => read_file(path, reading, sink, &mut summary)?,
    }
    Ok(summary)
}

pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn read_folder(folder: &Path, reading: &Reading, sink: &mut Sink, summary: &mut ReadSummary) -> Result<(), ReadError> {
    let before = summary.read + summary.rejected;
    let mut count = 0;
    let mut entries = WalkDir::new(folder).sort_by_file_name().max_depth(MAX_FOLDERS).into_iter();
    while let Some(entry) = entries.next() {
        count += 1;
        if count > MAX_FILES {
            let message = format!("the folder holds more than {MAX_FILES} files; give a part of it");
            reject_path(folder, Fault::reject("", "too-large", message), sink, summary)?;
            break;
        }
        match entry {
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let message = format!("could not be listed: {error}");
                reject_path(&path, Fault::reject("", "unreadable", message), sink, summary)?;
            }
            // What somebody else has read: a file, or a folder as a whole.
            Ok(entry) if reading.taken.contains(entry.path()) => {
                if entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
                summary.read += 1;
            }
            Ok(entry) => match skip_reason(&entry) {
                Some(reason) => {
                    if entry.file_type().is_dir() {
                        entries.skip_current_dir();
                    }
                    summary.skipped.push((shown(entry.path()), reason));
                }
                None if entry.file_type().is_file() => read_listed(entry.path(), reading, sink, summary)?,
                None => {}
            },
        }
    }
    if summary.read + summary.rejected == before {
        let message = "the folder holds no file that could be read: nothing was assessed";
        reject_path(folder, Fault::reject("", "no-readable-file", message), sink, summary)?;
    }
    note_skipped(folder, sink, summary);
    Ok(())
}

/// What stands in a folder and is not passed over, in its order: files, and folders that are one thing as a whole, into
/// which it does not go down. What cannot be listed is told by whoever reads the folder.
pub(crate) fn listed(folder: &Path, is_whole: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries = WalkDir::new(folder).sort_by_file_name().max_depth(MAX_FOLDERS).into_iter();
    let mut count = 0;
    while let Some(entry) = entries.next().filter(|_| count < MAX_FILES) {
        count += 1;
        let Ok(entry) = entry else { continue };
        let folder = entry.file_type().is_dir();
        let passed_over = skip_reason(&entry).is_some();
        if folder && (passed_over || is_whole(entry.path())) {
            entries.skip_current_dir();
        }
        if !passed_over && (entry.file_type().is_file() || folder && is_whole(entry.path())) {
            found.push(entry.into_path());
        }
    }
    found
}

/// Files that a folder of infrastructure code holds beside evidence, by their endings.
const NOT_EVIDENCE: &[&str] = &[
    "md", "tf", "tfvars", "hcl", "toml", "yaml", "yml", "txt", "lock", "sh", "py", "rs", "go", "js", "ts", "html",
    "css", "png", "jpg", "svg", "pdf", "csv", "xlsx", "docx", "tpl", "tftpl", "cfg", "ini", "rst", "adoc",
];

/// Whether somebody who lists the folder would not see it.
pub(crate) fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

fn skip_reason(entry: &DirEntry) -> Option<&'static str> {
    let name = entry.file_name().to_string_lossy();
    if is_hidden(entry) {
        return Some("hidden");
    }
    if entry.path_is_symlink() {
        return (entry.depth() > 0).then_some("a symbolic link: not followed");
    }
    if entry.file_type().is_dir() {
        return None;
    }
    if !entry.file_type().is_file() {
        return Some("not a file");
    }
    if name == "isoneph.toml" {
        return Some("a declaration counts where --config names it");
    }
    let code = [".tf.json", ".tfvars.json", ".tftest.json"].iter().any(|end| name.ends_with(end));
    let ending = entry.path().extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    (code || ending.is_some_and(|ending| NOT_EVIDENCE.contains(&ending.as_str()))).then_some("not evidence by its name")
}

/// Reads a file that a folder holds: what is plainly something else is passed over, and said so.
fn read_listed(path: &Path, reading: &Reading, sink: &mut Sink, summary: &mut ReadSummary) -> Result<(), ReadError> {
    if reading.taken.contains(path) {
        return read_file(path, reading, sink, summary);
    }
    let source = Source(path.to_owned());
    let named_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if !named_json && images::looks_like(path) {
        return read_file(path, reading, sink, summary);
    }
    let passed_over = match source.opening() {
        Ok(Opening::Empty) if !named_json => Some("empty"),
        Ok(Opening::Other) if !named_json => Some("not JSON"),
        Ok(Opening::Zip) => match source.begins_with_any(PLAN_PARTS) {
            Ok(true) => None,
            _ => Some("an archive"),
        },
        _ => None,
    };
    match passed_over {
        Some(reason) => {
            summary.skipped.push((shown(path), reason));
            Ok(())
        }
        None => read_file(path, reading, sink, summary),
    }
}

/// What was passed over is kept with the run, on an input that stands for the folder.
fn note_skipped(folder: &Path, sink: &mut Sink, summary: &ReadSummary) {
    if summary.skipped.is_empty() {
        return;
    }
    let input = sink.input(NewInput { path: shown(folder), sha256: None, format: "folder".to_owned(), class: None });
    let notes = summary.skipped.iter().map(|(path, reason)| format!("passed over {path}: {reason}"));
    sink.input_mut(input).notes.extend(notes);
}

fn reject_path(path: &Path, fault: Fault, sink: &mut Sink, summary: &mut ReadSummary) -> Result<(), ReadError> {
    let input = sink.input(NewInput { path: shown(path), sha256: None, format: String::new(), class: None });
    summary.rejected += 1;
    reject(input, fault, sink)
}

fn read_file(path: &Path, reading: &Reading, sink: &mut Sink, summary: &mut ReadSummary) -> Result<(), ReadError> {
    if reading.taken.contains(path) {
        summary.read += 1;
        return Ok(());
    }
    let input = sink.input(NewInput { path: shown(path), sha256: None, format: String::new(), class: None });
    match read_source(path.to_owned(), reading, input, sink) {
        Ok(()) => summary.read += 1,
        Err(fault) => {
            let unread = sink.input_mut(input).records == 0;
            if unread {
                sink.input_mut(input).format.clear();
                summary.rejected += 1;
            } else {
                summary.read += 1;
            }
            reject(input, fault, sink)?;
        }
    }
    Ok(())
}

/// The names inside a plan that Terraform saved.
const PLAN_PARTS: &[&[u8]] = &[b"tfplan", b"tfstate", b"tfconfig/"];

fn read_source(path: PathBuf, reading: &Reading, input: InputId, sink: &mut Sink) -> Result<(), Fault> {
    if images::looks_like(&path) {
        return images::read(&path, reading, input, sink);
    }
    let source = Source(path);
    match source.opening() {
        Ok(Opening::Empty) => {
            hash(&source, input, sink)?;
            return Err(Fault::reject("byte 0", "empty", "the file is empty"));
        }
        Ok(Opening::WideText) => {
            hash(&source, input, sink)?;
            let message = "the text is UTF-16, as PowerShell's `>` writes it. Write it as UTF-8; a plan by \
                           `terraform show -json tfplan | Out-File -Encoding utf8 plan.json`";
            return Err(Fault::reject("byte 0", "wrong-encoding", message));
        }
        Ok(Opening::Zip) => {
            hash(&source, input, sink)?;
            let message = "this is a zip archive, as `terraform plan -out` saves a plan. \
                           Give the JSON of it: `terraform show -json tfplan > plan.json`";
            return Err(Fault::reject("byte 0", "unknown-format", message));
        }
        Ok(Opening::Json | Opening::Other) => {}
        Err(fault) => {
            hash(&source, input, sink)?;
            return Err(fault);
        }
    }
    match head::look(BufReader::with_capacity(1 << 16, source.open()?), &tell) {
        Look::Format(format) => read_format(format, &source, input, sink),
        Look::Other(keys) => {
            hash(&source, input, sink)?;
            Err(unknown(&keys))
        }
        Look::Broken(error, keys) => {
            hash(&source, input, sink)?;
            let blank = error.is_eof() && !keys.is_object() && !keys.is_array();
            Err(if blank { Fault::reject("byte 0", "empty", "the file holds only white space") } else { error.into() })
        }
    }
}

fn hash(source: &Source, input: InputId, sink: &mut Sink) -> Result<(), Fault> {
    // A file that cannot be unpacked still has bytes, and those a digest.
    if let Ok((_, hashing)) = source.open_hashed() {
        sink.input_mut(input).sha256 = Some(hashing.finish()?);
    }
    Ok(())
}

fn read_format(format: Format, source: &Source, input: InputId, sink: &mut Sink) -> Result<(), Fault> {
    sink.input_mut(input).format = format.as_str().to_owned();
    let (reader, hashing) = source.open_hashed()?;
    let read = match format {
        Format::TerraformPlan | Format::TerraformState => {
            let mut first = Some(reader);
            let mut open = || -> Result<Box<dyn Read>, Fault> {
                match first.take() {
                    Some(reader) => Ok(reader),
                    None => source.open(),
                }
            };
            let read = terraform::read(format, &mut open, input, sink);
            // A copy that is packed shows the estate that its original shows.
            sink.input_mut(input).unpacked = source.unpacked_digest().unwrap_or_default();
            read
        }
        _ if format.is_cloud_list() => inventories::read(format, reader, input, sink),
        _ => findings::read(format, &mut BufReader::with_capacity(1 << 18, reader), input, sink),
    };
    sink.input_mut(input).sha256 = Some(hashing.finish()?);
    read
}

/// Tells a format by the first keys.
pub(crate) fn tell(keys: &FirstKeys) -> Option<Format> {
    terraform_format(keys).or_else(|| findings::sniff(keys)).or_else(|| inventories::sniff(keys))
}

fn terraform_format(keys: &FirstKeys) -> Option<Format> {
    if keys.is_array() || keys.text("format_version").is_none() {
        return None;
    }
    let has = |key: &&str| keys.has(key);
    if ["planned_values", "resource_changes", "configuration", "proposed_unknown"].iter().any(has) {
        Some(Format::TerraformPlan)
    } else if keys.has("values") {
        Some(Format::TerraformState)
    } else {
        None
    }
}

/// Whether a file holds a plan or a state of Terraform, by its first keys.
pub(crate) fn is_terraform(path: &Path) -> bool {
    let source = Source(path.to_owned());
    let Ok(Opening::Json) = source.opening() else { return false };
    let Ok(reader) = source.open() else { return false };
    // What comes later than this would be told by reading all of it: whoever asks does that anyway.
    let beginning = BufReader::with_capacity(1 << 16, reader.take(1 << 20));
    matches!(head::look(beginning, &terraform_format), Look::Format(Format::TerraformPlan | Format::TerraformState))
}

/// Whether a document is Terraform's, in a form that is read or in another.
pub(crate) fn is_of_terraform(keys: &FirstKeys) -> bool {
    keys.is_object() && ["format_version", "terraform_version"].iter().any(|key| keys.text(key).is_some())
}

/// Whether a file is a list that a cloud made of what there is in it.
pub fn is_cloud_list(path: &Path) -> bool {
    let source = Source(path.to_owned());
    let Ok(reader) = source.open() else { return false };
    let reader = BufReader::with_capacity(1 << 16, reader);
    matches!(head::look(reader, &tell), Look::Format(format) if format.is_cloud_list())
}

/// What other tools list of an estate and is not read, by a key of theirs that stands at the top.
const INVENTORIES: [(&str, &str); 7] = [
    ("configurationItems", "the history of AWS Config (what changed, and not what there is)"),
    ("Reservations", "`aws ec2 describe-instances`"),
    ("Volumes", "`aws ec2 describe-volumes`"),
    ("Snapshots", "`aws ec2 describe-snapshots`"),
    ("DBInstances", "`aws rds describe-db-instances`"),
    ("resourceIdentifiers", "`aws configservice list-discovered-resources`"),
    ("baseConfigurationItems", "`aws configservice batch-get-resource-config`"),
];

/// JSON of no format that is read: what it probably is, and what to do.
fn unknown(keys: &FirstKeys) -> Fault {
    let show = "give the output of `terraform show -json`";
    let message = if keys.number("version") == Some(4) && (keys.has("serial") || keys.has("terraform_version")) {
        format!("this is a raw Terraform state file: {show} instead, which keeps sensitive values marked")
    } else if keys.has("@level") && keys.has("@message") {
        format!("this is the log of `terraform plan -json`, not the plan: {show} of the saved plan instead")
    } else if keys.text("format_version").is_some() {
        let what = "this is a Terraform state without any values: nothing has been applied";
        return Fault::reject("#", "empty", what);
    } else if let Some((_, tool)) = INVENTORIES.iter().find(|(key, _)| keys.is_object() && keys.has(key)) {
        format!(
            "this is a list by {tool}, which is not read as an inventory: give a snapshot of AWS \
                 Config, what Resource Explorer finds, or {show} of a state"
        )
    } else if keys.has("data/0") && (keys.has("total_records") || keys.has("totalRecords")) {
        let ask = "ask for them: `project id, type, location, tags`";
        format!("these are rows of Azure Resource Graph without the `id` and the `type` of each thing: {ask}")
    } else if keys.is_array() {
        format!(
            "this JSON list is of no format that is known; where it is to be an inventory, give a list of AWS Config, \
             Azure Resource Graph or Cloud Asset Inventory, or {show} of a state"
        )
    } else if keys.is_object() {
        let top = keys.top();
        let shown = top.iter().take(8).map(|key| clip(key)).collect::<Vec<_>>().join(", ");
        let more = if top.len() > 8 { ", …" } else { "" };
        format!("this JSON is of no format that is known; its top-level keys are: {shown}{more}")
    } else {
        "this is a single JSON value, or a table as CSV that is none of the logs and inventories: no evidence"
            .to_owned()
    };
    Fault::reject("#", "unknown-format", message)
}

fn clip(key: &str) -> String {
    let mut text: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
    if text.len() < key.len() {
        text.push('…');
    }
    text
}

/// One reject for one fault.
pub(crate) fn reject(input: InputId, fault: Fault, sink: &mut Sink) -> Result<(), ReadError> {
    let (locator, code, message) = match fault {
        Fault::Sink(error) => return Err(ReadError::Sink(error)),
        Fault::Reject { locator, code, message } => (locator, code, message),
        Fault::Json(error) => of_json(error),
        Fault::Io(error) => of_io(&error),
    };
    sink.reject(input, locator, code, message);
    Ok(())
}

fn of_json(error: serde_json::Error) -> (Locator, &'static str, String) {
    if error.is_io() {
        return of_io(&error.into());
    }
    let locator = Locator::new(format!("line {}, column {}", error.line(), error.column()));
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    if error.is_eof() {
        (locator, "truncated", "the JSON ends in the middle: the file is cut off".to_owned())
    } else if what.starts_with("recursion limit") {
        (locator, "too-deep", "too many objects and lists inside one another".to_owned())
    } else {
        (locator, "not-json", format!("this is not the JSON it should be: {what}"))
    }
}

fn of_io(error: &std::io::Error) -> (Locator, &'static str, String) {
    let inner = error.get_ref();
    if let Some(bad) = inner.and_then(|e| e.downcast_ref::<BadText>()) {
        let message = format!("{bad}: write the file as UTF-8");
        return (Locator::new(format!("byte {}", bad.offset)), "wrong-encoding", message);
    }
    if let Some(cause) = inner
        && cause.is::<TooLong>()
    {
        return (Locator::new(""), "too-large", error.to_string());
    }
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            (Locator::new(""), "truncated", "the compressed file ends in the middle".to_owned())
        }
        _ => (Locator::new(""), "unreadable", format!("could not be read: {error}")),
    }
}
