//! The archive around a workbook, unpacked under a cap.
//!
//! Sizes in an archive are claims. So every part is unpacked here, counted, and packed again without compression: the
//! parser that follows sees only bytes that were counted, and no second reading of a hostile archive can differ from
//! the first.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::error::WorkbookError;
use crate::limits::{Limits, demand};
use crate::note::{NoteCode, Notes};

/// The parts of a workbook, counted.
pub(crate) struct Package {
    /// An archive without compression.
    pub(crate) bytes: Vec<u8>,
}

pub(crate) fn unpack(file: &str, bytes: &[u8], limits: &Limits, notes: &mut Notes) -> Result<Package, WorkbookError> {
    let broken = |error: zip::result::ZipError| WorkbookError::damaged(file, "archive", error);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    demand(archive.len() <= limits.parts, file, || "the number of parts".to_owned(), limits.parts as u64)?;
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut seen = BTreeSet::new();
    let mut left = limits.unpacked_bytes;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(broken)?;
        let name = part.name().map_err(broken)?.into_owned();
        if part.encrypted() {
            return Err(WorkbookError::Locked { file: file.to_owned() });
        }
        // Names that differ in case only would be one part to the parser.
        if !seen.insert(name.to_lowercase()) {
            return Err(WorkbookError::damaged(file, &name, "the archive has two parts of this name"));
        }
        note_part(&name, notes);
        if part.is_dir() || !is_read(&name) {
            continue;
        }
        let mut content = Vec::new();
        let read = part.by_ref().take(left.saturating_add(1)).read_to_end(&mut content);
        let read = read.map_err(|error| WorkbookError::damaged(file, &name, error))? as u64;
        demand(read <= left, file, || format!("{name}: the unpacked size in bytes"), limits.unpacked_bytes)?;
        left -= read;
        packed.start_file(&name, options).map_err(broken)?;
        packed.write_all(&content).map_err(|error| WorkbookError::damaged(file, &name, error))?;
    }
    let bytes = packed.finish().map_err(broken)?.into_inner();
    Ok(Package { bytes })
}

/// Pictures, macros, embedded files and links to other files are never unpacked.
fn is_read(name: &str) -> bool {
    let name = name.to_lowercase();
    let document = name.ends_with(".xml") || name.ends_with(".rels");
    document && !name.contains("externallinks/") && !name.contains("media/") && !name.contains("embeddings/")
}

fn note_part(name: &str, notes: &mut Notes) {
    let lower = name.to_lowercase();
    if lower.contains("externallinks/") && lower.ends_with(".xml") {
        notes.add(NoteCode::ExternalLink, || name.to_owned());
    }
    if lower.ends_with("vbaproject.bin") {
        notes.add(NoteCode::Macro, || name.to_owned());
    }
}
