//! `isoneph schema`: the JSON Schemas of the register, for editors.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use isoneph_register::kinds::Kind;
use isoneph_register::{schema_of_any, schemas};

use crate::exit::Exit;
use crate::output::Output;

#[derive(Args)]
pub(crate) struct Arguments {
    /// One kind; without it the schema of any object, which completes every file of a register
    #[arg(value_name = "KIND", value_parser = |word: &str| word.parse::<Kind>())]
    kind: Option<Kind>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let of_kind = |kind: Kind| schemas().into_iter().find(|(name, _)| name == kind.as_str()).map(|(_, schema)| schema);
    let schema = arguments.kind.and_then(of_kind).unwrap_or_else(schema_of_any);
    let mut out = Output::open(arguments.output.as_deref())?;
    serde_json::to_writer_pretty(&mut out, &schema)?;
    writeln!(out)?;
    out.finish()?;
    Ok(Exit::Done)
}
