//! What the tests share: files that are ingested, and the rows that come of them.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use isoneph_logs::ingest::{IngestError, Options, Summary, ingest_into};
use isoneph_tables::Unattributed;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value};
use tempfile::TempDir;

/// A folder with logs in it, and a store beside them.
pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("in")).unwrap();
        Bench { folder }
    }

    pub(crate) fn input(&self) -> PathBuf {
        self.folder.path().join("in")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Writes a file of logs.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.input().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn ingest(&self) -> Summary {
        self.try_ingest(&[self.input()], &options()).unwrap()
    }

    pub(crate) fn try_ingest(&self, paths: &[PathBuf], options: &Options) -> Result<Summary, IngestError> {
        ingest_into(&self.store(), paths, options, &Unattributed)
    }

    /// Every file of the store, with its digest-like content, by name.
    pub(crate) fn store_files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.store(), &self.store(), &mut files);
        files.sort();
        files
    }
}

fn collect(base: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(base, &path, files);
        } else if path.file_name().unwrap() != ".audit-events.lock" {
            let name = path.strip_prefix(base).unwrap().to_string_lossy().into_owned();
            files.push((name, std::fs::read(&path).unwrap()));
        }
    }
}

/// Options for tests: no waiting for the disk.
pub(crate) fn options() -> Options {
    Options { durable: false, ..Options::default() }
}

pub(crate) fn batches(part: &Path) -> Vec<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(part).unwrap()).unwrap();
    builder.build().unwrap().map(Result::unwrap).collect()
}

/// Every row of a store, as JSON without what is NULL; times in UTC.
pub(crate) fn rows(parts: &[PathBuf]) -> Vec<Map<String, Value>> {
    let mut json = Vec::new();
    let mut writer = arrow::json::LineDelimitedWriter::new(&mut json);
    for part in parts {
        for batch in batches(part) {
            writer.write(&without_zone(&batch)).unwrap();
        }
    }
    writer.finish().unwrap();
    String::from_utf8(json).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The writer knows no names of time zones.
fn without_zone(batch: &RecordBatch) -> RecordBatch {
    let named = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, column)| {
            let column = match field.data_type() {
                DataType::Timestamp(unit, Some(_)) => cast(column, &DataType::Timestamp(*unit, None)).unwrap(),
                _ => column.clone(),
            };
            (field.name().clone(), column)
        })
        .collect::<Vec<_>>();
    RecordBatch::try_from_iter(named).unwrap()
}

/// The values of one column.
pub(crate) fn column(parts: &[PathBuf], name: &str) -> Vec<String> {
    let shown = |row: &Map<String, Value>| match row.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => "NULL".to_owned(),
    };
    rows(parts).iter().map(shown).collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A record of CloudTrail that stands for many.
pub(crate) fn event(id: &str, account: &str, time: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.10","userIdentity":{{"type":"AWSService","invokedBy":"x.amazonaws.com"}},"eventTime":"{time}","eventSource":"ec2.amazonaws.com","eventName":"DeleteVolume","awsRegion":"eu-west-1","requestParameters":{{"volumeId":"vol-{id}"}},"eventID":"{id}","readOnly":false,"recipientAccountId":"{account}"}}"#
    )
}

pub(crate) fn records(events: &[String]) -> String {
    format!("{{\"Records\":[{}]}}", events.join(","))
}
