//! `isoneph logs`: audit logs taken in for good and verified, critical operations, and what is left of those who left.

mod ingest;
mod operations;
mod removal;
mod verify;

use clap::Subcommand;

use crate::exit::Exit;

/// What can be done with audit logs.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Take logs into a store of Parquet files; what was taken in before counts once
    Ingest(ingest::IngestArguments),
    /// Hold CloudTrail's digests against the log files: signatures, links, hours, every file. Nothing is asked of AWS
    Verify(verify::VerifyArguments),
    /// The operations that can do irreversible harm, as proposed or adopted
    Operations(operations::OperationArguments),
    /// What became of the things of tenants that left: the removal record
    Exit(removal::ExitArguments),
    /// Check a removal record that somebody handed over
    CheckRemoval(removal::CheckArguments),
}

/// Runs the command.
pub(crate) fn run(command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Ingest(arguments) => ingest::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Operations(arguments) => operations::run(arguments),
        Command::Exit(arguments) => removal::run(arguments),
        Command::CheckRemoval(arguments) => removal::check(arguments),
    }
}
