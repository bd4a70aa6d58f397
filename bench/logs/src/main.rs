//! The least that anybody could do with a trail: unpack its files and read nine fields of each record, with the fastest
//! decoders there are, on one thread. Nothing is digested, kept or written.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use libdeflater::Decompressor;
use serde::Deserialize;
use walkdir::WalkDir;

/// Whatever goes wrong.
type Failure = Box<dyn std::error::Error>;

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
    #[serde(borrow, default)]
    recipient_account_id: Cow<'a, str>,
    #[serde(borrow, default)]
    error_code: Cow<'a, str>,
    #[serde(borrow, default, rename = "sourceIPAddress")]
    source_address: Cow<'a, str>,
    read_only: Option<bool>,
}

fn main() -> Result<(), Failure> {
    let (mut decompressor, mut unpacked, mut events) = (Decompressor::new(), Vec::new(), 0);
    for path in std::env::args().skip(1) {
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
    Ok(sonic_rs::from_slice::<Trail<'_>>(unpacked).map_or(0, |trail| trail.records.len()))
}
