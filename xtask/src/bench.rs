//! Benchmarks a user can run. Each measures isoneph and a yardstick in one run and tells the ratio: seconds of one
//! machine say nothing about another.

mod assess;
mod image;
mod logs;
mod network;
mod process;

use clap::Subcommand;

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
}

/// Runs a benchmark.
pub(crate) fn run(bench: &Bench) -> anyhow::Result<()> {
    match bench {
        Bench::Assess(arguments) => assess::run(arguments),
        Bench::Image(arguments) => image::run(arguments),
        Bench::Logs(arguments) => logs::run(arguments),
        Bench::Network(arguments) => network::run(arguments),
    }
}
