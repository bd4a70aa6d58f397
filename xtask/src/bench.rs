//! Benchmarks a user can run. Each measures isoneph and a yardstick in one run and tells the ratio: seconds of one
//! machine say nothing about another.

mod assess;
mod network;
mod process;

use clap::Subcommand;

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// `isoneph assess` on Terraform plans of growing size, against Python reading the same JSON
    Assess(assess::Arguments),
    /// Packet sets and reachability, against OxiDD, Z3 where it is installed, and loops over all pairs
    Network(network::Arguments),
}

/// Runs a benchmark.
pub(crate) fn run(bench: &Bench) -> anyhow::Result<()> {
    match bench {
        Bench::Assess(arguments) => assess::run(arguments),
        Bench::Network(arguments) => network::run(arguments),
    }
}
