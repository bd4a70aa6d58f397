//! Benchmarks a user can run. Each measures isoneph and a yardstick in one run and tells the ratio: seconds of one
//! machine say nothing about another.

mod assess;
mod image;
mod logs;
mod network;
mod process;
mod register;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::Value;

use crate::root;

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// `isoneph assess` on Terraform plans of growing size, against Python reading the same JSON
    Assess(assess::Arguments),
    /// The scan of disk images, container against container, with the agreement with a truth and with oscap beside it
    Image(image::Arguments),
    /// The log engine on planted trails, against reading the same files and doing nothing with them
    Logs(logs::Arguments),
    /// Packet sets and reachability, against OxiDD, Z3 where it is installed, and loops over all pairs
    Network(network::Arguments),
    /// The commands over the register, against the times that a user is to wait at most
    Register(register::Arguments),
}

/// Runs a benchmark.
pub(crate) fn run(bench: &Bench) -> anyhow::Result<()> {
    match bench {
        Bench::Assess(arguments) => assess::run(arguments),
        Bench::Image(arguments) => image::run(arguments),
        Bench::Logs(arguments) => logs::run(arguments),
        Bench::Network(arguments) => network::run(arguments),
        Bench::Register(arguments) => register::run(arguments),
    }
}

/// Builds what users run.
fn release_build() -> anyhow::Result<PathBuf> {
    let status = std::process::Command::new(env!("CARGO"))
        .args(["build", "--release", "--package", "isoneph", "--locked"])
        .current_dir(root())
        .status()?;
    if !status.success() {
        bail!("the release build failed");
    }
    let target = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root())
        .output()?;
    let metadata: Value = serde_json::from_slice(&target.stdout)?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names the target directory")?;
    Ok(Path::new(folder).join("release/isoneph"))
}
