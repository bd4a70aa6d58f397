//! `cargo xtask bench logs`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;

use super::process::{Usage, measure};
use crate::root;

/// The longest that one step may take, in seconds.
const LIMIT: u32 = 3_600;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Sizes, in events
    #[arg(long, value_delimiter = ',', default_values_t = [200_000, 1_000_000])]
    sizes: Vec<u64>,
    /// Seeds: what is planted differs, and must come out exactly
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3])]
    seeds: Vec<u64>,
    /// The build to measure; by default the release build of the log engine alone, which is built first
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Where the target directory of that build lies
    #[arg(long)]
    target: Option<PathBuf>,
}

/// Measures.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => release_build(arguments.target.as_deref())?,
    };
    println!(
        "| events | seed | files | read only | into a store | events per CPU s | of read only | again | judged, events per CPU s | peak memory | planted |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for events in &arguments.sizes {
        for seed in &arguments.seeds {
            println!("{}", row(&binary, *events, *seed)?);
        }
    }
    Ok(())
}

fn row(binary: &Path, events: u64, seed: u64) -> anyhow::Result<String> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name).display().to_string();
    step(binary, &["plant", &at(""), &events.to_string(), &seed.to_string()])?;
    let truth: Value = serde_json::from_slice(&std::fs::read(at("truth.json"))?)?;
    let events = truth["events"].as_f64().context("the truth counts events")?;
    let read = step(binary, &["read", &at("trail")])?;
    let ingested = step(binary, &["ingest", &at("store"), &at("trail")])?;
    let again = step(binary, &["ingest", &at("store"), &at("trail")])?;
    let judged = measure(binary, &["judge".to_owned(), at("store"), at("")], LIMIT)?;
    let planted = if judged.code == 0 { "found exactly" } else { "NOT found exactly" };
    let files = 20 * 8 * 168 + 1;
    Ok(format!(
        "| {events} | {seed} | {files} | {:.2} s | {:.2} s | {:.0} | {:.2} | {:.2} s | {:.0} | {:.0} MB | {planted} |",
        read.cpu,
        ingested.cpu,
        events / ingested.cpu,
        read.cpu / ingested.cpu,
        again.cpu,
        events / judged.cpu,
        ingested.peak_mb.max(judged.peak_mb),
    ))
}

fn step(binary: &Path, words: &[&str]) -> anyhow::Result<Usage> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let used = measure(binary, &words, LIMIT)?;
    if used.code != 0 {
        bail!("{} {} ended with {}", binary.display(), words.join(" "), used.code);
    }
    Ok(used)
}

/// The log engine needs no query engine: its own release build takes minutes, not half an hour.
fn release_build(target: Option<&Path>) -> anyhow::Result<PathBuf> {
    let target = target.map_or_else(|| root().join("target/logs"), Path::to_path_buf);
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--package", "isoneph-logs", "--example", "measure", "--locked", "--target-dir"])
        .arg(&target)
        .current_dir(root())
        .status()?;
    if !status.success() {
        bail!("the release build failed");
    }
    Ok(target.join("release/examples/measure"))
}
