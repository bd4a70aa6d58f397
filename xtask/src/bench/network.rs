//! Runs the benchmark of networks: a program of its own under `bench/network`, so that the engines it is measured against
//! are no dependency of anything else.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};
use clap::Args;

#[derive(Args)]
pub(crate) struct Arguments {
    /// A folder of rule lists by a ClassBench generator (`acl1_10000.A`, `.E`, `.N` …) instead of those generated here
    #[arg(long, value_name = "DIR")]
    classbench: Option<PathBuf>,
    /// One part alone: `rules`, `z3`, `groups` or `pods`
    #[arg(long, value_name = "PART")]
    only: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let manifest = crate::root().join("bench/network/Cargo.toml");
    let mut command = Command::new("cargo");
    command.args(["run", "--release", "--quiet", "--manifest-path"]).arg(manifest).arg("--");
    if let Some(folder) = &arguments.classbench {
        command.arg("--classbench").arg(folder);
    }
    if let Some(part) = &arguments.only {
        command.arg("--only").arg(part);
    }
    let status = command.status().context("cargo could not be started")?;
    ensure!(status.success(), "the benchmark ended with {status}");
    Ok(())
}
