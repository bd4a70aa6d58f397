//! `cargo xtask bench image`.

mod oscap;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use clap::Args;
use serde::Deserialize;

use super::process::{Usage, measure};
use crate::root;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Disk images. One guest in several containers is told apart by the first part of the name: `base.raw`, `base.qcow2`
    #[arg(required = true)]
    images: Vec<PathBuf>,
    /// What is true of each guest: CSV with a column `id` (the check's alias) and one for each guest, `pass` or `fail`
    #[arg(long)]
    truth: Option<PathBuf>,
    /// Folders with the trees of the same guests, for `oscap-chroot` where it is installed
    #[arg(long)]
    tree: Vec<PathBuf>,
    /// The data stream that oscap judges by
    #[arg(long, default_value = "/usr/share/xml/scap/ssg/content/ssg-debian12-ds.xml")]
    content: PathBuf,
    /// The program to measure (example `scan_image`); by default the release build, which is built first
    #[arg(long)]
    binary: Option<PathBuf>,
    /// The day for which support of the releases is judged
    #[arg(long, default_value = "2026-11-21")]
    day: String,
}

/// How often each is measured; the least counts, since other work only adds.
const RUNS: usize = 15;

/// What a scan tells of itself.
#[derive(Deserialize)]
struct Report {
    bytes_read: u64,
    inodes: u64,
    outcomes: BTreeMap<String, String>,
}

/// What one way to scan one image costs.
struct Cost {
    cpu: f64,
    peak_mb: f64,
    report: Report,
}

/// Measures.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => release_build()?,
    };
    let mut raw: BTreeMap<String, f64> = BTreeMap::new();
    let mut reports: BTreeMap<String, Report> = BTreeMap::new();
    println!("| image | configuration | with the walk | inodes | peak memory | against raw |");
    println!("|---|---|---|---|---|---|");
    for image in &arguments.images {
        let plain = cost(&binary, &["--without-walk", "--day", &arguments.day], image)?;
        let whole = cost(&binary, &["--day", &arguments.day], image)?;
        let guest = guest_of(image);
        let ratio = match raw.get(&guest) {
            Some(raw) => format!("{:.2}", whole.cpu / raw),
            None => "1".to_owned(),
        };
        raw.entry(guest.clone()).or_insert(whole.cpu);
        println!(
            "| {} | {} | {} | {} | {:.0} MB | {ratio} |",
            image.file_name().unwrap_or_default().to_string_lossy(),
            told(&plain),
            told(&whole),
            whole.report.inodes,
            whole.peak_mb,
        );
        reports.entry(guest).or_insert(whole.report);
    }
    if let Some(truth) = &arguments.truth {
        agreement(truth, &reports)?;
    }
    oscap::compare(arguments, &raw, &reports)
}

fn told(cost: &Cost) -> String {
    format!("{:.2} s, {:.1} MB read", cost.cpu, cost.report.bytes_read as f64 / 1e6)
}

/// The name of the guest in an image: `base` of `base.comp.qcow2`.
fn guest_of(image: &Path) -> String {
    let name = image.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.split('.').next().unwrap_or_default().to_owned()
}

fn cost(binary: &Path, options: &[&str], image: &Path) -> anyhow::Result<Cost> {
    let mut words: Vec<String> = options.iter().map(|word| (*word).to_owned()).collect();
    words.push(image.display().to_string());
    let output = Command::new(binary).args(&words).output().with_context(|| binary.display().to_string())?;
    let report = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{}: {}", image.display(), String::from_utf8_lossy(&output.stdout)))?;
    let runs: Vec<_> = (0..RUNS).map(|_| measure(binary, &words, 600)).collect::<anyhow::Result<_>>()?;
    let least = |value: fn(&Usage) -> f64| runs.iter().map(value).fold(f64::INFINITY, f64::min);
    Ok(Cost { cpu: least(|run| run.cpu), peak_mb: least(|run| run.peak_mb), report })
}

/// How many of the cells that are true by construction come out right.
fn agreement(truth: &Path, reports: &BTreeMap<String, Report>) -> anyhow::Result<()> {
    let (mut right, mut wrong) = (0, Vec::new());
    let mut rows = csv::Reader::from_path(truth).with_context(|| truth.display().to_string())?;
    for row in rows.deserialize() {
        let row: BTreeMap<String, String> = row?;
        let id = row.get("id").context("a row has an id")?;
        for (guest, report) in reports {
            let Some(wanted) = row.get(guest).filter(|word| matches!(word.as_str(), "pass" | "fail")) else { continue };
            match report.outcomes.get(id).map_or("missing", String::as_str) {
                found if found == wanted => right += 1,
                found => wrong.push(format!("{guest} {id}: {found} where {wanted} is true")),
            }
        }
    }
    println!("\n{right} of {} cells agree with what is true by construction", right + wrong.len());
    wrong.iter().for_each(|line| println!("  {line}"));
    Ok(())
}

fn release_build() -> anyhow::Result<PathBuf> {
    println!("building the release example of isoneph-image …");
    let words = ["build", "--release", "--quiet", "-p", "isoneph-image", "--example", "scan_image"];
    let status = Command::new("cargo").args(words).current_dir(root()).status()?;
    if !status.success() {
        bail!("the example could not be built");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release/examples/scan_image"))
}
