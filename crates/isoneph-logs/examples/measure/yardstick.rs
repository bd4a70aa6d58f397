//! The least that anybody could do with the same files: unpack them and read nine fields of each record. Nothing is
//! digested, kept or written.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use libdeflater::Decompressor;
use serde::Deserialize;
use walkdir::WalkDir;

use crate::Failure;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Trail<'a> {
    #[serde(borrow)]
    records: Vec<Record<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "reading them is what is measured")]
struct Record<'a> {
    #[serde(borrow)]
    event_time: Cow<'a, str>,
    #[serde(borrow)]
    event_source: Cow<'a, str>,
    #[serde(borrow)]
    event_name: Cow<'a, str>,
    #[serde(borrow)]
    aws_region: Cow<'a, str>,
    #[serde(borrow, rename = "eventID")]
    event_id: Cow<'a, str>,
    #[serde(borrow)]
    recipient_account_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    error_code: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "sourceIPAddress")]
    source_address: Option<Cow<'a, str>>,
    read_only: Option<bool>,
}

pub(crate) fn read(paths: &[&str]) -> Result<(), Failure> {
    let (mut decompressor, mut unpacked, mut events) = (Decompressor::new(), Vec::new(), 0);
    for path in paths {
        for entry in WalkDir::new(path) {
            let entry = entry?;
            if entry.file_type().is_file() {
                events += of_file(entry.path(), &mut decompressor, &mut unpacked)?;
            }
        }
    }
    println!("{events} events");
    Ok(())
}

fn of_file(path: &Path, decompressor: &mut Decompressor, unpacked: &mut Vec<u8>) -> Result<usize, Failure> {
    let packed = fs::read(path)?;
    let size = packed.last_chunk().map(|bytes| u32::from_le_bytes(*bytes) as usize).ok_or("no gzip")?;
    unpacked.resize(size, 0);
    decompressor.gzip_decompress(&packed, unpacked)?;
    // A file of one record a line holds no list.
    Ok(serde_json::from_slice::<Trail<'_>>(unpacked).map_or(0, |trail| trail.records.len()))
}
