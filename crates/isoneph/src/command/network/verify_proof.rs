//! `isoneph network verify-proof`: whether a certificate proves what it claims.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isoneph_proof::{MAX_BYTES, ProofError, Verified, verify};
use serde_json::{Value, json};

use super::{load, text_of};
use crate::exit::Exit;
use crate::output::Output;
use crate::safe;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The certificate
    #[arg(value_name = "FILE")]
    certificate: PathBuf,
    /// The network it is to hold for: the same files, in the same order, as were given to `prove`
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write to this file instead of standard output; it appears only when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Runs the command. It ends with 1 where the certificate is not valid, or is of another network.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let text = text_of(&arguments.certificate, MAX_BYTES)?;
    let verified = verify(&text);
    let (mut exit, mut digest) = (Exit::Done, None);
    if !arguments.paths.is_empty() {
        let (model, read) = load(&arguments.paths)?;
        (exit, digest) = (read, Some(model.digest));
    }
    let answer = Answer::of(verified, digest);
    exit = exit.max(answer.exit());
    let mut out = Output::beside(arguments.output.as_deref(), arguments.paths.iter().chain([&arguments.certificate]))?;
    match arguments.format {
        Format::Text => answer.text(&mut out)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &answer.value())?;
            writeln!(out)?;
        }
    }
    out.finish()?;
    Ok(exit)
}

/// What came of it.
enum Answer {
    Valid { verified: Verified, compared: bool },
    OtherModel { stated: String, given: String },
    Invalid(ProofError),
}

impl Answer {
    fn of(verified: Result<Verified, ProofError>, digest: Option<String>) -> Answer {
        match (verified, digest) {
            (Err(why), _) => Answer::Invalid(why),
            (Ok(verified), Some(given)) if given != verified.model_sha256 => {
                Answer::OtherModel { stated: verified.model_sha256, given }
            }
            (Ok(verified), digest) => Answer::Valid { verified, compared: digest.is_some() },
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Answer::Valid { .. } => Exit::Done,
            // Neither valid nor refuted.
            Answer::Invalid(ProofError::TooComplex) => Exit::Incomplete,
            Answer::Invalid(_) | Answer::OtherModel { .. } => Exit::Findings,
        }
    }

    fn text(&self, out: &mut impl Write) -> anyhow::Result<()> {
        match self {
            Answer::Invalid(why) => writeln!(out, "NOT VALID: {}", safe::terminal(&why.to_string()))?,
            Answer::OtherModel { stated, given } => {
                writeln!(out, "NOT OF THIS NETWORK: it is of the model {stated}, what is given is {given}")?;
            }
            Answer::Valid { verified, compared } => {
                let basis = if *compared { "the network that is given" } else { "no network was given to compare" };
                writeln!(out, "VALID, network layer only; model {} ({basis})", verified.model_sha256)?;
                for ((from, to), (claims, exceptions)) in pairs(verified) {
                    let flows = match exceptions {
                        0 => String::new(),
                        count => format!(", but for {count} intended flows"),
                    };
                    let (from, to) = (safe::terminal(from), safe::terminal(to));
                    writeln!(out, "  {from} -> {to}: apart in {claims} claims{flows}")?;
                }
                writeln!(
                    out,
                    "{} claims, {} boxes; certificate {}",
                    verified.apart.len(),
                    verified.boxes,
                    verified.sha256
                )?;
            }
        }
        Ok(())
    }

    fn value(&self) -> Value {
        let schema = "isoneph.network-verified/1";
        match self {
            Answer::Invalid(why) => json!({ "schema": schema, "valid": false, "why": why.to_string() }),
            Answer::OtherModel { stated, given } => {
                json!({ "schema": schema, "valid": false, "why": "of another network", "model": stated, "given": given })
            }
            Answer::Valid { verified, compared } => {
                let pairs: Vec<Value> = pairs(verified)
                    .into_iter()
                    .map(|((from, to), (claims, exceptions))| {
                        json!({ "from": from, "to": to, "claims": claims, "intended_flows": exceptions })
                    })
                    .collect();
                json!({
                    "schema": schema,
                    "valid": true,
                    "layer": "network",
                    "model": verified.model_sha256,
                    "compared": compared,
                    "certificate": verified.sha256,
                    "boxes": verified.boxes,
                    "apart": pairs,
                })
            }
        }
    }
}

/// (claims, intended flows) of each pair of zones.
fn pairs(verified: &Verified) -> BTreeMap<(&str, &str), (usize, usize)> {
    let mut out: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for apart in &verified.apart {
        let held = out.entry((apart.from.as_str(), apart.to.as_str())).or_default();
        held.0 += 1;
        held.1 = held.1.max(apart.exceptions.len());
    }
    out
}
