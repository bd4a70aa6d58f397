//! Which files show networks: answers of a provider's API, Kubernetes objects, rule files of devices. Told by content.

use std::io::Read;
use std::path::{Path, PathBuf};

use isoneph_network::acl::{self, Document, ReadOptions};
use isoneph_network::model::{InputFile, Model, Problem};
use jiff::civil::Date;
use walkdir::WalkDir;

use super::Taken;
use crate::head::{self, Look};
use crate::input::{MAX_FILES, MAX_FOLDERS, is_hidden, tell};
use crate::stream::Source;

/// The largest file that is looked at.
const MAX_BYTES: u64 = 64 << 20;
/// All of them together.
const MAX_ALL: u64 = 512 << 20;

/// Endings under which rules of devices are kept. In a folder only such files are looked into; what they are is told by
/// their content.
const RULE_ENDINGS: &[&str] = &["acl", "pol", "rules", "cfg", "conf", "txt", "csv", "v4", "v6"];

/// The rules of a device.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) document: Document,
}

/// Files that show networks.
#[derive(Debug, Default)]
pub struct NetworkFiles {
    /// Their paths: nobody else needs to look at them.
    pub taken: Taken,
    pub(crate) found: Option<(Model, Vec<Problem>)>,
    pub(crate) devices: Vec<Device>,
}

/// Looks for networks among files and folders. Terraform is left to its own reader, and what is not understood to others.
#[must_use]
pub fn find_networks(paths: &[PathBuf], taken: &Taken, as_of: Date) -> NetworkFiles {
    let mut looking = Looking { room: MAX_ALL, ..Looking::default() };
    for path in paths {
        if path.is_dir() {
            let entries = WalkDir::new(path).sort_by_file_name().max_depth(MAX_FOLDERS);
            let entries = entries.into_iter().filter_entry(|entry| !is_hidden(entry)).take(MAX_FILES);
            for entry in entries.flatten().filter(|entry| entry.file_type().is_file()) {
                if !taken.contains(entry.path()) {
                    looking.look(entry.path(), false, as_of);
                }
            }
        } else if path.is_file() && !taken.contains(path) {
            looking.look(path, true, as_of);
        }
    }
    looking.finish()
}

#[derive(Default)]
struct Looking {
    room: u64,
    candidates: Vec<InputFile>,
    devices: Vec<Device>,
}

impl Looking {
    fn look(&mut self, path: &Path, named: bool, as_of: Date) {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "json" if !is_unknown_json(path) => {}
            "json" | "yaml" | "yml" => self.candidate(path),
            ending if named || RULE_ENDINGS.contains(&ending) => self.device(path, as_of),
            _ => {}
        }
    }

    fn candidate(&mut self, path: &Path) {
        let Some(bytes) = self.bytes(path) else { return };
        let words: [&[u8]; 2] = [b"apiVersion", b"\""];
        // YAML without a version of an API is no object of a cluster.
        if words.iter().any(|word| bytes.windows(word.len()).any(|window| window == *word)) {
            self.candidates.push(InputFile { path: path.to_string_lossy().into_owned(), bytes });
        }
    }

    fn device(&mut self, path: &Path, as_of: Date) {
        let Some(bytes) = self.bytes(path) else { return };
        let Ok(text) = std::str::from_utf8(&bytes) else { return };
        if acl::detect(text).is_none() {
            return;
        }
        let options = ReadOptions { as_of: Some(as_of), ..ReadOptions::default() };
        // A file that begins as rules do and cannot be read is left to the reader that tells what a file is not.
        if let Ok(document) = acl::read(text, &options) {
            self.devices.push(Device { path: path.to_string_lossy().into_owned(), bytes, document });
        }
    }

    fn bytes(&mut self, path: &Path) -> Option<Vec<u8>> {
        let size = path.metadata().ok()?.len();
        if size > MAX_BYTES || size > self.room {
            return None;
        }
        let mut bytes = Vec::new();
        Source::File(path.to_owned()).open().ok()?.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
        let read = bytes.len() as u64;
        self.room = self.room.saturating_sub(read);
        (read <= MAX_BYTES).then_some(bytes)
    }

    fn finish(self) -> NetworkFiles {
        let mut out = NetworkFiles { devices: self.devices, ..NetworkFiles::default() };
        out.taken.extend(out.devices.iter().map(|device| PathBuf::from(&device.path)));
        if !self.candidates.is_empty() {
            let (model, problems) = Model::read_found(self.candidates);
            out.taken.extend(model.sources.iter().map(|source| PathBuf::from(&source.path)));
            out.found = Some((model, problems)).filter(|(model, _)| !model.sources.is_empty());
        }
        out
    }
}

/// Whether a file is JSON of no format that another reader knows.
fn is_unknown_json(path: &Path) -> bool {
    let source = Source::File(path.to_owned());
    source.open().is_ok_and(|reader| {
        let reader = std::io::BufReader::with_capacity(1 << 16, reader);
        matches!(head::look(reader, &tell), Look::Other(_))
    })
}
