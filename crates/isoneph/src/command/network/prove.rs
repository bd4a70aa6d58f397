//! `isoneph network prove`: zones apart, or the packet that passes.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use isoneph_network::idd::Budget;
use isoneph_network::model::Model;
use isoneph_network::zones::{Intent, Latent, PairProof, Proof, Separation, certify, derive, prove};
use jiff::civil::Date;

use super::hops::write_hops;
use super::intent::Meant;
use super::{load, write_json};
use crate::exit::{Exit, usage};
use crate::output::{self, Output};
use crate::safe;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Networks: Terraform plans, answers of the provider's API, Kubernetes manifests
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    meant: Meant,
    /// Write a certificate of what is apart, which `isoneph network verify-proof` verifies with code of its own
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// How to write the proof
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

/// Runs the command. It ends with 1 for a breach, with 3 where something is undecided.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let (model, read) = load(&arguments.paths)?;
    let (intent, day) = (arguments.meant.read()?.unwrap_or_else(|| derive(&model)), arguments.meant.day());
    let proof = prove(&model, &intent, day).map_err(usage)?;
    let mut out = Output::beside(arguments.output.as_deref(), &arguments.paths)?;
    match arguments.format {
        Format::Text => text(&mut out, &proof)?,
        Format::Json => write_json(&mut out, "isoneph.network-proof/1", &model, "proof", &proof)?,
    }
    out.finish()?;
    let certified = match &arguments.certificate {
        None => Exit::Done,
        Some(path) => certificate(path, &model, &intent, day, &proof)?,
    };
    let read = read.max(certified);
    let has = |separation| proof.pairs.iter().any(|pair| pair.separation == separation);
    if !proof.is_about_something() {
        output::warn("nothing was proved: no two zones hold something of the network");
        return Ok(read.max(Exit::Incomplete));
    }
    Ok(match (has(Separation::Breach), has(Separation::Undecided)) {
        (_, true) => read.max(Exit::Incomplete),
        (true, false) => read.max(Exit::Findings),
        (false, false) => read,
    })
}

/// Writes the certificate of all pairs that are apart. Where none can be written, the file does not appear.
fn certificate(path: &Path, model: &Model, intent: &Intent, day: Date, proof: &Proof) -> anyhow::Result<Exit> {
    if !proof.pairs.iter().any(|pair| pair.separation == Separation::Apart) {
        output::warn("no certificate: no two zones are apart");
        return Ok(Exit::Incomplete);
    }
    match certify(model, intent, day, proof, Budget::default()) {
        Ok(certificate) => {
            let mut out = Output::open(Some(path))?;
            serde_json::to_writer(&mut out, &certificate)?;
            writeln!(out)?;
            out.finish()?;
            Ok(Exit::Done)
        }
        Err(why) => {
            output::warn(&safe::terminal(&format!("no certificate: {why}")));
            Ok(Exit::Incomplete)
        }
    }
}

/// Breaches first, then what is undecided, then the count of what is proved.
fn text(out: &mut impl Write, proof: &Proof) -> anyhow::Result<()> {
    let basis = if proof.derived { "derived from the network itself: nobody declared them" } else { "as declared" };
    writeln!(out, "network layer only; zones {basis}; model {}", proof.model)?;
    for wanted in [Separation::Breach, Separation::Undecided] {
        for pair in proof.pairs.iter().filter(|pair| pair.separation == wanted) {
            pair_text(out, pair)?;
        }
    }
    for pair in &proof.pairs {
        if let Some(latent) = &pair.latent {
            latent_text(out, pair, latent)?;
        }
    }
    for pair in proof.pairs.iter().filter(|pair| flows_of(pair) > 0) {
        excepted_text(out, pair)?;
    }
    summary_text(out, proof)?;
    for name in proof.hollow() {
        writeln!(out, "  holds nothing of this network: {}", safe::terminal(name))?;
    }
    for (what, names) in [
        ("in no zone", &proof.unassigned),
        ("in several zones", &proof.disputed),
        ("perhaps in a zone", &proof.uncertain),
        ("names nothing (zone: number of its member)", &proof.empty),
    ] {
        for name in names {
            writeln!(out, "  {what}: {}", safe::terminal(name))?;
        }
    }
    Ok(())
}

/// How many flows are intended on the day between two zones that are otherwise apart.
fn flows_of(pair: &PairProof) -> usize {
    match pair.separation {
        Separation::Apart => pair.intended.iter().filter(|allowed| !allowed.expired).count(),
        _ => 0,
    }
}

/// Apart, but for flows that are intended on the day: which these are, and until when.
fn excepted_text(out: &mut impl Write, pair: &PairProof) -> anyhow::Result<()> {
    let (from, to) = (safe::terminal(&pair.from), safe::terminal(&pair.to));
    writeln!(out, "APART  {from} -> {to}: but for {}", flows_text(flows_of(pair)))?;
    for allowed in pair.intended.iter().filter(|allowed| !allowed.expired) {
        let flow = &allowed.flow;
        let until = if flow.expires.is_empty() { String::new() } else { format!(", until {}", flow.expires) };
        writeln!(out, "    {}", safe::terminal(&format!("{} {} {}{until}", flow.proto, flow.port, flow.reason)))?;
    }
    Ok(())
}

fn flows_text(count: usize) -> String {
    if count == 1 { "1 intended flow".to_owned() } else { format!("{count} intended flows") }
}

/// How many pairs are what. What is apart but for flows is counted by itself.
fn summary_text(out: &mut impl Write, proof: &Proof) -> anyhow::Result<()> {
    let count = |wanted| proof.pairs.iter().filter(|pair| pair.separation == wanted).count();
    let excepted = proof.pairs.iter().filter(|pair| flows_of(pair) > 0).count();
    let flows = proof.pairs.iter().map(flows_of).sum();
    let ending = proof.pairs.iter().filter(|pair| pair.latent.is_some()).count();
    let some = |count: usize, text: String| if count == 0 { String::new() } else { text };
    writeln!(
        out,
        "{} ordered pairs of {} zones: {} proved apart{}, {} breached, {} undecided{}{}",
        proof.pairs.len(),
        proof.zones.len(),
        count(Separation::Apart) - excepted,
        some(excepted, format!(", {excepted} apart but for {}", flows_text(flows))),
        count(Separation::Breach),
        count(Separation::Undecided),
        some(
            count(Separation::HoldsNothing),
            format!(", {} with a zone that holds nothing", count(Separation::HoldsNothing))
        ),
        some(ending, format!("; {ending} of those that are apart are so today, and one more machine would change it")),
    )?;
    Ok(())
}

/// Apart today, and not for a machine that may come.
fn latent_text(out: &mut impl Write, pair: &PairProof, latent: &Latent) -> anyhow::Result<()> {
    let (from, to) = (safe::terminal(&pair.from), safe::terminal(&pair.to));
    writeln!(out, "APART TODAY  {from} -> {to}: one more machine like today's would change that")?;
    if let Some(witness) = &latent.witness {
        writeln!(out, "    {}", safe::terminal(&witness.to_string()))?;
        write_hops(out, &witness.path)?;
    }
    for why in &latent.because {
        writeln!(out, "    {}", safe::terminal(why))?;
    }
    Ok(())
}

fn pair_text(out: &mut impl Write, pair: &PairProof) -> anyhow::Result<()> {
    let (from, to) = (safe::terminal(&pair.from), safe::terminal(&pair.to));
    if let Some(witness) = &pair.witness {
        let kind = if witness.connects { "a connection can be set up" } else { "a packet arrives" };
        writeln!(out, "BREACH  {from} -> {to}: {kind}: {}", safe::terminal(&witness.to_string()))?;
        writeln!(out, "    passes: {}", pair.breaching)?;
        write_hops(out, &witness.path)?;
    } else {
        writeln!(out, "UNDECIDED  {from} -> {to}")?;
    }
    for why in &pair.because {
        writeln!(out, "    {}", safe::terminal(why))?;
    }
    Ok(())
}
