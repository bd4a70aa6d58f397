//! `isoneph network verify-proof`: whether a certificate proves what it claims.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isoneph_network::idd::Budget;
use isoneph_network::model::Model;
use isoneph_network::zones::{derive, restate};
use isoneph_proof::{MAX_BYTES, ProofError, Verified, verify};
use serde_json::{Value, json};

use super::intent::Meant;
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
    #[command(flatten)]
    meant: Meant,
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
    let (answer, read) = match verified {
        Err(why) => (Answer::Invalid(why), Exit::Done),
        Ok(verified) if arguments.paths.is_empty() => {
            (Answer::Valid { verified, compared: Compared::Nothing }, Exit::Done)
        }
        Ok(verified) => {
            let (model, read) = load(&arguments.paths)?;
            (compare(verified, &text, &model, arguments)?, read)
        }
    };
    let exit = read.max(answer.exit());
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

/// Compares what a certificate says with what the network says.
fn compare(verified: Verified, text: &str, model: &Model, arguments: &Arguments) -> anyhow::Result<Answer> {
    if model.digest != verified.model_sha256 {
        return Ok(Answer::OtherModel { stated: verified.model_sha256, given: model.digest.clone() });
    }
    let named: BTreeSet<&str> = verified.apart.iter().flat_map(|apart| [&*apart.from, &*apart.to]).collect();
    let intent = match arguments.meant.read()? {
        Some(intent) => intent,
        // `prove` derives zones where nobody declares any; where the certificate names others, somebody declared those.
        None => {
            let derived = derive(model);
            if !named.iter().all(|name| derived.zones.iter().any(|zone| zone.name == *name)) {
                return Ok(Answer::Valid { verified, compared: Compared::Model });
            }
            derived
        }
    };
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for apart in &verified.apart {
        let pair = (apart.from.as_str(), apart.to.as_str());
        if pairs.last() != Some(&pair) {
            pairs.push(pair);
        }
    }
    let statement = restate(model, &intent, arguments.meant.day(), pairs, Budget::default())?;
    let given: Value = serde_json::from_str(text)?;
    Ok(match difference(&given, &serde_json::to_value(&statement)?) {
        Some(what) => Answer::OtherClaims(what),
        None => Answer::Valid { verified, compared: Compared::Claims },
    })
}

/// The first thing that a certificate says and the network does not.
fn difference(certificate: &Value, statement: &Value) -> Option<String> {
    let list = |of: &'_ Value, key: &str| of[key].as_array().cloned().unwrap_or_default();
    let without_boxes = |mut claim: Value| {
        claim["boxes"] = Value::Array(Vec::new());
        claim
    };
    let claims: Vec<Value> = list(certificate, "claims").into_iter().map(without_boxes).collect();
    let text = |of: &Value, key: &str| of[key].as_str().unwrap_or_default().to_owned();
    let told = |claim: &Value| format!("{} to {}, {}", text(claim, "from"), text(claim, "to"), text(claim, "part"));
    let stated = list(statement, "claims");
    if let Some((claim, _)) = claims.iter().zip(&stated).find(|(claim, stated)| claim != stated) {
        return Some(format!("the claim about {}", told(claim)));
    }
    if let Some(claim) = claims.get(stated.len()).or(stated.get(claims.len())) {
        return Some(format!("the claim about {}", told(claim)));
    }
    let (given, stated) = (list(certificate, "policies"), list(statement, "policies"));
    let other = given.iter().zip(&stated).find(|(policy, stated)| policy != stated).map(|(policy, _)| policy);
    let policy = other.or(given.get(stated.len())).or(stated.get(given.len()))?;
    Some(format!("what {} may permit", text(policy, "name")))
}

/// What a certificate was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    /// No network was given.
    Nothing,
    /// The network, but not who is in its zones.
    Model,
    /// The network and its zones: policies, paths and claims are theirs.
    Claims,
}

/// What came of it.
enum Answer {
    Valid { verified: Verified, compared: Compared },
    OtherModel { stated: String, given: String },
    OtherClaims(String),
    Invalid(ProofError),
}

impl Answer {
    fn exit(&self) -> Exit {
        match self {
            // A network was given to compare with, and nobody says who is in its zones.
            Answer::Valid { compared: Compared::Model, .. } => Exit::Incomplete,
            Answer::Valid { .. } => Exit::Done,
            // Neither valid nor refuted.
            Answer::Invalid(ProofError::TooComplex) => Exit::Incomplete,
            Answer::Invalid(_) | Answer::OtherModel { .. } | Answer::OtherClaims(_) => Exit::Findings,
        }
    }

    fn text(&self, out: &mut impl Write) -> anyhow::Result<()> {
        match self {
            Answer::Invalid(why) => writeln!(out, "NOT VALID: {}", safe::terminal(&why.to_string()))?,
            Answer::OtherModel { stated, given } => {
                writeln!(out, "NOT OF THIS NETWORK: it is of the model {stated}, what is given is {given}")?;
            }
            Answer::OtherClaims(what) => writeln!(
                out,
                "NOT OF THIS NETWORK: {} is not as the network, the zones and the day that are given have it",
                safe::terminal(what)
            )?,
            Answer::Valid { verified, compared } => {
                let basis = match compared {
                    Compared::Nothing => "no network was given to compare",
                    Compared::Model => {
                        "the network that is given; NOT COMPARED are paths, policies and zones: give `--intent` or \
                         `--config` as to `prove`"
                    }
                    Compared::Claims => "the network that is given, with its paths, policies and zones",
                };
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
            Answer::OtherClaims(what) => {
                json!({ "schema": schema, "valid": false, "why": "of another network", "differs": what })
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
                    "compared": match compared {
                        Compared::Nothing => "nothing",
                        Compared::Model => "model",
                        Compared::Claims => "claims",
                    },
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
