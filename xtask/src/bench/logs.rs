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
/// What is planted: accounts, and files of each (a file an hour and region for a week), and one for the planted operations.
const ACCOUNTS: u64 = 20;
const FILES_OF_ACCOUNT: u64 = 8 * 168;
/// The first accounts whose files are a tenth of all.
const TENTH: [&str; 2] = ["300000000000", "300000000001"];

/// How DuckDB is asked, as `bench/logs/beside_duckdb.py` tells.
const DUCKDB: [&str; 3] = ["columns", "told", "guessed"];

#[derive(Args)]
pub(crate) struct Arguments {
    /// Sizes, in events; ten millions take five minutes and 5 GB of disk
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
    /// The Python whose DuckDB turns the files of one account into Parquet, for comparison; nothing is compared where it
    /// has none
    #[arg(long, default_value = "python3")]
    duckdb: PathBuf,
}

/// Measures.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let target = arguments.target.clone().unwrap_or_else(|| root().join("target/logs"));
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => release_build(&target)?,
    };
    let rivals = Rivals { read: yardstick(&target)?, duckdb: with_duckdb(&arguments.duckdb) };
    println!(
        "| events | seed | files | read only | into a store | events per CPU s | of read only | a tenth of the files | again | judged, events per CPU s | peak memory | planted | one account | DuckDB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for events in &arguments.sizes {
        for seed in &arguments.seeds {
            println!("{}", row(&binary, &rivals, *events, *seed)?);
        }
    }
    Ok(())
}

/// What the log engine is measured against.
struct Rivals {
    /// The program that reads and does nothing.
    read: PathBuf,
    /// A Python that has DuckDB.
    duckdb: Option<PathBuf>,
}

fn row(binary: &Path, rivals: &Rivals, events: u64, seed: u64) -> anyhow::Result<String> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name).display().to_string();
    step(binary, &["plant", &at(""), &events.to_string(), &seed.to_string()])?;
    let truth: Value = serde_json::from_slice(&std::fs::read(at("truth.json"))?)?;
    let events = truth["events"].as_f64().context("the truth counts events")?;
    let read = step(&rivals.read, &[&at("trail")])?;
    let ingested = step(binary, &["ingest", &at("store"), &at("trail")])?;
    let tenth = TENTH.map(|account| at(&format!("trail/AWSLogs/{account}")));
    let tenth = step(binary, &["ingest", &at("tenth"), &tenth[0], &tenth[1]])?;
    let again = step(binary, &["ingest", &at("store"), &at("trail")])?;
    let judged = measure(binary, &["judge".to_owned(), at("store"), at("")], LIMIT)?;
    let planted = if judged.code == 0 { "found exactly" } else { "NOT found exactly" };
    let (account, duckdb) = of_one_account(binary, rivals, folder.path())?;
    Ok(format!(
        "| {events} | {seed} | {} | {:.2} s | {:.2} s | {:.0} | {:.2} | {:.3} | {:.2} s | {:.0} | {:.0} MB | {planted} | {:.2} s | {duckdb} |",
        ACCOUNTS * FILES_OF_ACCOUNT + 1,
        read.cpu,
        ingested.cpu,
        events / ingested.cpu,
        read.cpu / ingested.cpu,
        tenth.cpu / ingested.cpu,
        again.cpu,
        events / judged.cpu,
        ingested.peak_mb.max(judged.peak_mb),
        account.cpu,
    ))
}

/// How often the files of one account are taken, in turns: what takes less than a second differs by a tenth from one time to
/// the next, and the least is what it takes.
const TURNS: usize = 3;

/// The files of one account, into a store and by DuckDB into a Parquet file.
fn of_one_account(binary: &Path, rivals: &Rivals, folder: &Path) -> anyhow::Result<(Usage, String)> {
    let trail = folder.join("trail/AWSLogs").join(TENTH[0]).display().to_string();
    let script = root().join("bench/logs/beside_duckdb.py").display().to_string();
    let parquet = folder.join("duckdb.parquet").display().to_string();
    let (mut ours, mut theirs) = (Vec::new(), DUCKDB.map(|_| Vec::new()));
    for turn in 0..TURNS {
        let store = folder.join(format!("one-{turn}")).display().to_string();
        ours.push(step(binary, &["ingest", &store, &trail])?);
        for (way, used) in DUCKDB.iter().zip(&mut theirs) {
            if let Some(python) = &rivals.duckdb {
                used.push(step(python, &[&script, way, &trail, &parquet])?);
            }
        }
    }
    let ours = least(&ours).context("there is a turn")?;
    let told = DUCKDB.iter().zip(&theirs).filter_map(|(way, used)| {
        let used = least(used)?;
        Some(format!("{way} {:.2} s ({:.1}x), {:.0} MB", used.cpu, used.cpu / ours.cpu, used.peak_mb))
    });
    let told: Vec<String> = told.collect();
    Ok((ours, if told.is_empty() { "not there".to_owned() } else { told.join("; ") }))
}

fn least(turns: &[Usage]) -> Option<Usage> {
    turns.iter().copied().min_by(|one, other| one.cpu.total_cmp(&other.cpu))
}

fn step(binary: &Path, words: &[&str]) -> anyhow::Result<Usage> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let used = measure(binary, &words, LIMIT)?;
    if used.code != 0 {
        bail!("{} {} ended with {}", binary.display(), words.join(" "), used.code);
    }
    Ok(used)
}

fn with_duckdb(python: &Path) -> Option<PathBuf> {
    let has = Command::new(python).args(["-c", "import duckdb"]).output().is_ok_and(|output| output.status.success());
    has.then(|| python.to_path_buf())
}

/// The log engine needs no query engine: its own release build takes minutes, not half an hour.
fn release_build(target: &Path) -> anyhow::Result<PathBuf> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--release", "--package", "isoneph-logs", "--example", "measure", "--locked"]);
    built(command.arg("--target-dir").arg(target))?;
    Ok(target.join("release/examples/measure"))
}

/// The program of `bench/logs`, built for this processor: its decoder is slow otherwise.
fn yardstick(target: &Path) -> anyhow::Result<PathBuf> {
    let target = target.join("yardstick");
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--release", "--locked", "--manifest-path"]).arg(root().join("bench/logs/Cargo.toml"));
    built(command.env("RUSTFLAGS", "-C target-cpu=native").arg("--target-dir").arg(&target))?;
    Ok(target.join("release/isoneph-bench-logs"))
}

fn built(command: &mut Command) -> anyhow::Result<()> {
    let status = command.current_dir(root()).status()?;
    if !status.success() {
        bail!("the release build failed");
    }
    Ok(())
}
