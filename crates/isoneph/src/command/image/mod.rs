//! `isoneph image`: disk images read offline: how they are hardened, and what drifted.

mod diff;
mod scan;

use clap::Subcommand;

use crate::exit::Exit;

/// What can be asked of disk images.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Judge disk images against the hardening baseline: how much was decided, what is worst, how to put it right
    Scan(Box<scan::Arguments>),
    /// What drifted between two images: settings, services, accounts, packages, files of note
    Diff(diff::Arguments),
}

/// Runs the command.
pub(crate) fn run(command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Scan(arguments) => scan::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
    }
}
