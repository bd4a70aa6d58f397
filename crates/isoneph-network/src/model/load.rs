//! Reads files and folders, tells formats by content, and puts everything into one model.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::sha256;

use super::form::{Origin, Parts};
use super::{
    Model, NOT_SHOWN, Problem, Source, Unfollowed, Unsupported, aws, azure, google, kubernetes, terraform, yaml,
};

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 512 << 20;
/// The deepest folder that is entered, counted from what was given.
const MAX_DEPTH: usize = 16;
/// The most files that are read.
const MAX_FILES: usize = 100_000;

/// One input: a path for reports, and its bytes.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// The path as it is to be reported.
    pub path: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Model {
    /// Reads files and folders (entered by depth, in the order of names) into one model. Files of a folder that hold
    /// nothing of a network are passed over; files that were named and hold nothing of it are problems.
    #[must_use]
    pub fn load(paths: &[PathBuf]) -> (Self, Vec<Problem>) {
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for path in paths {
            collect(path, 0, &mut files, &mut problems);
        }
        let mut inputs = Vec::with_capacity(files.len());
        for (path, named) in files {
            match read_file(&path) {
                Ok(bytes) => inputs.push((InputFile { path: path.display().to_string(), bytes }, named)),
                Err(message) => problems.push(Problem::file(&path.display().to_string(), message)),
            }
        }
        let (mut model, mut more) = read(inputs);
        model.unfollowed.take_unread(&problems);
        problems.append(&mut more);
        (model, problems)
    }

    /// Reads what holds something of a network among inputs in memory; others are passed over without a word. What was
    /// read is in [`Model::sources`].
    #[must_use]
    pub fn read_found(files: Vec<InputFile>) -> (Self, Vec<Problem>) {
        let (model, mut problems) = read(files.into_iter().map(|file| (file, false)).collect());
        problems.retain(|problem| model.sources.iter().any(|source| source.path == problem.path));
        (model, problems)
    }

    /// Reads inputs that are already in memory. Each must hold something of a network.
    #[must_use]
    pub fn read(files: Vec<InputFile>) -> (Self, Vec<Problem>) {
        read(files.into_iter().map(|file| (file, true)).collect())
    }
}

fn collect(path: &Path, depth: usize, files: &mut Vec<(PathBuf, bool)>, problems: &mut Vec<Problem>) {
    let report = |message: &str| Problem::file(&path.display().to_string(), message);
    // Only what was named may be a link: a folder under judgement does not lead out of itself.
    let metadata = if depth == 0 { path.metadata() } else { path.symlink_metadata() };
    let metadata = match metadata {
        Ok(metadata) => metadata,
        Err(error) => return problems.push(report(&error.to_string())),
    };
    if metadata.is_file() {
        let readable = path.extension().and_then(|text| text.to_str()).is_some_and(|text| {
            ["json", "jsonl", "ndjson", "yaml", "yml", "tfstate", "tfplan"]
                .iter()
                .any(|known| text.eq_ignore_ascii_case(known))
        });
        if depth > 0 && !readable {
            return;
        }
        if files.len() >= MAX_FILES {
            return problems.push(report("passed over: more files than are read at once"));
        }
        files.push((path.to_owned(), depth == 0));
    } else if metadata.is_dir() {
        if depth >= MAX_DEPTH {
            return problems.push(report("passed over: nested too deeply"));
        }
        let mut entries: Vec<PathBuf> = match path.read_dir() {
            Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
            Err(error) => return problems.push(report(&error.to_string())),
        };
        entries.sort_unstable();
        for entry in entries {
            collect(&entry, depth + 1, files, problems);
        }
    } else if depth == 0 {
        // A pipe that somebody names.
        files.push((path.to_owned(), true));
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let told = |error: std::io::Error| error.to_string();
    let mut bytes = Vec::new();
    // What a pipe holds is known when it ends.
    File::open(path).map_err(told)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(told)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("more than the {MAX_FILE_BYTES} bytes that are read"));
    }
    Ok(bytes)
}

/// Estates under construction: each platform gathers all its files before it builds.
#[derive(Default)]
struct Gathering {
    aws: aws::estate::Estate,
    azure: azure::Estate,
    google: google::Estate,
    cluster: kubernetes::Cluster,
    /// Addresses of Terraform resources that have no identifier yet.
    addresses: BTreeSet<String>,
    sources: Vec<Source>,
    unsupported: Vec<Unsupported>,
    unfollowed: Unfollowed,
    problems: Vec<Problem>,
}

impl Gathering {
    /// Interfaces that answers of an API list and whose networks no answer shows: nothing is said of them.
    fn unplaced(&self) -> Vec<Unsupported> {
        let found = self.aws.unplaced().into_iter().chain(self.azure.unplaced()).chain(self.google.unplaced());
        let answered = |origin: &Origin| self.sources.get(origin.source).is_some_and(|held| held.format != "terraform");
        let effect = &format!("its network {NOT_SHOWN}");
        let named = |(name, origin): (String, &Origin)| {
            Unsupported::new(origin.source, format!("{} {name}", origin.locator), "network interface", effect)
        };
        found.filter(|(_, origin)| answered(origin)).map(named).collect()
    }
}

fn read(files: Vec<(InputFile, bool)>) -> (Model, Vec<Problem>) {
    let (mut gathering, mut passed) = (Gathering::default(), Vec::new());
    for (file, named) in files {
        let before = gathering.problems.len();
        let documents = documents(&file, &mut gathering.problems);
        let source = gathering.sources.len();
        let mut format = None;
        for document in &documents {
            let known = gathering.unsupported.len();
            format = take(&mut gathering, document, &file.path, source).or(format);
            gathering.unfollowed.take(&document.value, &document.locator, &gathering.unsupported[known..]);
        }
        if let Some(format) = format {
            let sha256 = sha256(&file.bytes);
            let live = documents.iter().all(|held| is_live(format, &held.value));
            gathering.sources.push(Source { path: file.path.clone(), format, live, sha256 });
        } else if named && is_rules(&file.bytes) {
            gathering.problems.truncate(before);
            gathering.problems.push(Problem::file(&file.path, OF_A_DEVICE));
        } else if named && gathering.problems.len() == before {
            gathering.problems.push(Problem::file(&file.path, "nothing of a network was found in it"));
        } else if gathering.problems.len() == before && !documents.iter().all(|held| is_nothing(&held.value)) {
            passed.push(file.path.clone());
        }
        for problem in &mut gathering.problems[before..] {
            problem.path.clone_from(&file.path);
        }
    }
    let unplaced = gathering.unplaced();
    let digest = |source: usize| gathering.sources.get(source).map(|held| held.sha256.clone()).unwrap_or_default();
    gathering.unfollowed.take_of_source(&unplaced, digest);
    gathering.unsupported.extend(unplaced);
    let told = [&gathering.aws.told, &gathering.azure.told, &gathering.google.told];
    let contradiction = told.iter().find_map(|told| told.contradiction().cloned());
    let mut parts = Parts { contradiction, ..Parts::default() };
    aws::build(&gathering.aws, &mut parts);
    azure::build(&gathering.azure, &mut parts);
    google::build(&gathering.google, &mut parts);
    let lacks = [gathering.cluster.without_policies(), gathering.google.without_policies()];
    for lack in lacks.into_iter().flatten() {
        gathering.unfollowed.take_lack(&lack);
        gathering.unsupported.push(lack);
    }
    let before = gathering.problems.len();
    kubernetes::build(&gathering.cluster, &mut parts, &mut gathering.problems);
    for problem in &mut gathering.problems[before..] {
        if let Some(source) = problem.source.and_then(|source| gathering.sources.get(source)) {
            problem.path.clone_from(&source.path);
        }
    }
    gathering.unsupported.extend(kubernetes::taken_as_private(&parts));
    let mut model = Model::new(parts, gathering.sources, gathering.unsupported);
    (model.passed, model.unfollowed) = (passed, gathering.unfollowed);
    model.unfollowed.take_unread(&gathering.problems);
    (model, gathering.problems)
}

/// Whether a document is a list of nothing: there is nothing in it that could be read.
fn is_nothing(document: &Value) -> bool {
    document.is_null() || document.as_array().is_some_and(Vec::is_empty)
}

/// What is said of a file of rules where a network is asked for.
const OF_A_DEVICE: &str = "it holds rules of a device, which are no network: what is taken is Terraform plans and states, \
                           answers of a provider's API and Kubernetes objects (`network diff` takes rules of devices)";

fn is_rules(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| crate::acl::detect(text).is_some())
}

/// Parts of a Terraform plan that say nothing of packets, and are the most of it.
const NEEDLESS: &[&str] = &["resource_drift", "relevant_attributes", "checks", "output_changes"];

/// A document without what is needless at its top.
struct Lean(Value);

/// Of a change of a Terraform plan what is known only after apply, and what it lets go of: the rest is the most of a plan.
#[derive(Deserialize, Serialize)]
struct LeanChange {
    #[serde(default)]
    change: Option<Change>,
    /// What names the resource.
    #[serde(flatten)]
    resource: Named,
}

#[derive(Deserialize, Serialize)]
struct Named {
    address: Option<String>,
    module_address: Option<String>,
    mode: Option<String>,
    r#type: Option<String>,
    name: Option<String>,
    index: Option<Value>,
}

#[derive(Deserialize, Serialize)]
#[serde(from = "WholeChange")]
struct Change {
    actions: Vec<String>,
    after_unknown: Value,
    before: Value,
}

#[derive(Deserialize)]
struct WholeChange {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    before: Value,
}

impl From<WholeChange> for Change {
    fn from(whole: WholeChange) -> Self {
        let is_forgotten = whole.actions.iter().any(|action| action == "forget");
        let before = if is_forgotten { whole.before } else { Value::Null };
        Self { actions: whole.actions, after_unknown: whole.after_unknown, before }
    }
}

impl<'de> Deserialize<'de> for Lean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Top;
        impl<'de> Visitor<'de> for Top {
            type Value = Lean;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object or a list")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lean, A::Error> {
                let mut kept = serde_json::Map::new();
                while let Some(key) = map.next_key::<String>()? {
                    if NEEDLESS.contains(&key.as_str()) {
                        map.next_value::<IgnoredAny>()?;
                    } else if key == "resource_changes" {
                        let changes: Option<Vec<LeanChange>> = map.next_value()?;
                        kept.insert(key, serde_json::to_value(changes).map_err(serde::de::Error::custom)?);
                    } else {
                        kept.insert(key, map.next_value()?);
                    }
                }
                Ok(Lean(Value::Object(kept)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Lean, A::Error> {
                let mut kept = Vec::new();
                while let Some(element) = seq.next_element()? {
                    kept.push(element);
                }
                Ok(Lean(Value::Array(kept)))
            }
        }
        deserializer.deserialize_any(Top)
    }
}

/// A document of a file, with the place it stands at.
struct Document {
    locator: String,
    value: Value,
}

/// Whether a document shows what is there. Only the server numbers the versions of an object.
fn is_live(format: &str, document: &Value) -> bool {
    let stored = |object: &Value| object.pointer("/metadata/resourceVersion").is_some_and(Value::is_string);
    match format {
        "terraform" => document.get("planned_values").is_none(),
        "azure-arm" => !azure::is_template(document),
        "kubernetes" => match document.get("items").and_then(Value::as_array) {
            Some(items) => items.iter().all(stored),
            None => stored(document),
        },
        _ => true,
    }
}

/// A text of 16-bit letters, as shells of Windows write what is sent to a file; `None` for any other.
fn of_wide(bytes: &[u8]) -> Option<String> {
    let (mark, rest) = bytes.split_first_chunk::<2>()?;
    let letter = match mark {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let (pairs, rest) = rest.as_chunks::<2>();
    let letters = pairs.iter().map(|pair| letter(*pair));
    char::decode_utf16(letters).collect::<Result<String, _>>().ok().filter(|_| rest.is_empty())
}

/// Lines of which each is an asset, as Google exports them, as one list.
fn of_lines(bytes: &[u8]) -> Option<Value> {
    let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let first: Value = serde_json::from_slice(lines.next()?).ok().filter(google::recognises_assets)?;
    let rest = lines.map(serde_json::from_slice).collect::<Result<Vec<Value>, _>>().ok()?;
    Some(Value::Array(std::iter::once(first).chain(rest).collect()))
}

/// The documents of a file: one of JSON, or many of YAML. Those that cannot be read are problems.
fn documents(file: &InputFile, problems: &mut Vec<Problem>) -> Vec<Document> {
    let wide = of_wide(&file.bytes);
    let bytes = wide.as_ref().map_or(file.bytes.as_slice(), String::as_bytes);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bad = |locator: String, message: String| Problem { locator, ..Problem::file(&file.path, message) };
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(start, Some(b'{' | b'[')) {
        return match serde_json::from_slice::<Lean>(bytes) {
            Ok(Lean(value)) => vec![Document { locator: "#".into(), value }],
            Err(_) if let Some(value) = of_lines(bytes) => vec![Document { locator: "#".into(), value }],
            Err(error) => {
                problems.push(bad(format!("line {}", error.line()), error.to_string()));
                Vec::new()
            }
        };
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        problems.push(bad(String::new(), "neither JSON nor text".into()));
        return Vec::new();
    };
    let mut out = Vec::new();
    for document in yaml::documents(text) {
        let locator = format!("line {}", document.line);
        match document.value {
            Ok(value) => out.push(Document { locator, value }),
            Err(message) => problems.push(bad(locator, message)),
        }
    }
    out
}

/// Takes a document into the estate of its platform; the format's name, or `None` where it is none.
fn take(gathering: &mut Gathering, held: &Document, path: &str, source: usize) -> Option<&'static str> {
    let document = &held.value;
    for told in [&mut gathering.aws.told, &mut gathering.azure.told, &mut gathering.google.told] {
        told.enter(path);
    }
    let folder = Path::new(path).parent().map(|parent| parent.display().to_string()).unwrap_or_default();
    gathering.google.enter(&folder);
    if aws::api::recognises(document, path) {
        let place = aws::api::Place { path, folder: &folder, source };
        aws::api::read(&mut gathering.aws, document, &place, &mut gathering.unsupported, &mut gathering.problems);
        return Some("aws-api");
    }
    if terraform::recognises(document) {
        let mut document = terraform::Document::read(document);
        document.tell_apart(&mut gathering.addresses, path);
        if aws::terraform::recognises(&document) {
            aws::terraform::read(&mut gathering.aws, &document, source, &mut gathering.unsupported);
        }
        if azure::recognises_terraform(&document) {
            azure::read_terraform(&mut gathering.azure, &document, source, &mut gathering.unsupported);
        }
        if google::recognises_terraform(&document) {
            google::read_terraform(&mut gathering.google, &document, source, &mut gathering.unsupported);
        }
        return Some("terraform");
    }
    let name = Path::new(path).file_stem().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let empty = document.as_array().is_some_and(Vec::is_empty);
    if empty && google::read_nothing(&mut gathering.google, &name) {
        return Some("google-compute");
    }
    if google::recognises_assets(document) {
        let (unsupported, problems) = (&mut gathering.unsupported, &mut gathering.problems);
        google::read_assets(&mut gathering.google, document, source, unsupported, problems);
        return Some("google-assets");
    }
    if google::recognises_api(document) {
        let (unsupported, problems) = (&mut gathering.unsupported, &mut gathering.problems);
        google::read_api(&mut gathering.google, document, source, unsupported, problems);
        return Some("google-compute");
    }
    if azure::recognises_arm(document) {
        let (unsupported, problems) = (&mut gathering.unsupported, &mut gathering.problems);
        azure::read_arm(&mut gathering.azure, document, source, unsupported, problems);
        return Some("azure-arm");
    }
    if kubernetes::recognises(document) {
        let origin = Origin { source, locator: held.locator.clone() };
        let (unsupported, problems) = (&mut gathering.unsupported, &mut gathering.problems);
        kubernetes::read(&mut gathering.cluster, document, (&origin, &name), unsupported, problems);
        return Some("kubernetes");
    }
    None
}
