//! `isoneph network diff`: what one policy permits and another denies, or one state of a network and another.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use isoneph_network::acl::{self, Document, ReadOptions};
use isoneph_network::policy::{Difference, Options, Policy, Side, difference};
use isoneph_network::reach::{Changes, changes};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{hop_text, load, text_of};
use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::{safe, settings};

/// The largest file of rules.
const MOST: usize = 256 << 20;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The first rules: iptables-save, Cisco access lists, Capirca policies, or CSV
    /// `action,protocol,src,sport,dst,dport`. Or the first state of a network: a plan, a state, manifests, a folder
    #[arg(value_name = "A")]
    first: PathBuf,
    /// The second rules, or the second state
    #[arg(value_name = "B")]
    second: PathBuf,
    /// Names of networks and services for Capirca policies (`.net`, `.svc` or YAML); may be given again
    #[arg(long, value_name = "FILE")]
    definitions: Vec<PathBuf>,
    /// A file that Capirca policies include (`#include`); may be given again
    #[arg(long, value_name = "FILE")]
    include: Vec<PathBuf>,
    /// Of iptables rules only those for packets that come in here
    #[arg(long, value_name = "NAME")]
    input_interface: Option<String>,
    /// Of iptables rules only those for packets that go out here
    #[arg(long, value_name = "NAME")]
    output_interface: Option<String>,
    /// The day on which it is judged what has expired (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// How to write the difference
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

/// Runs the command. It ends with 1 where the policies differ.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    if is_network(&arguments.first) && is_network(&arguments.second) {
        return run_states(arguments);
    }
    let options = options(arguments)?;
    let (first, second) = (read(&arguments.first, &options)?, read(&arguments.second, &options)?);
    let pairs = pairs(&first, &second)?;
    let mut answers = Vec::new();
    let mut exit = Exit::Done;
    for (one, other) in pairs {
        let answer = difference(one, other, &Options::default());
        exit = exit.max(match &answer {
            Ok(difference) if difference.is_equal() => Exit::Done,
            Ok(_) => Exit::Findings,
            Err(_) => Exit::Incomplete,
        });
        answers.push((one.name.clone(), answer));
    }
    let mut out = Output::beside(arguments.output.as_deref(), [&arguments.first, &arguments.second])?;
    match arguments.format {
        Format::Text => {
            for (name, answer) in &answers {
                text(&mut out, name, answer.as_ref().map_err(ToString::to_string))?;
            }
        }
        Format::Json => {
            let answers: Vec<Value> = answers.iter().map(|(name, answer)| value(name, answer)).collect();
            let whole = json!({ "schema": "isoneph.network-diff/1", "policies": answers });
            serde_json::to_writer_pretty(&mut out, &whole)?;
            writeln!(out)?;
        }
    }
    out.finish()?;
    Ok(exit)
}

/// Whether a path shows a network, and not a list of rules: a folder, JSON, or YAML.
fn is_network(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    path.is_dir() || ["json", "yaml", "yml", "tfstate"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

fn run_states(arguments: &Arguments) -> anyhow::Result<Exit> {
    let (first, one) = load(std::slice::from_ref(&arguments.first))?;
    let (second, other) = load(std::slice::from_ref(&arguments.second))?;
    let found = changes(&first, &second).map_err(usage)?;
    let mut out = Output::beside(arguments.output.as_deref(), [&arguments.first, &arguments.second])?;
    match arguments.format {
        Format::Text => states_text(&mut out, &found)?,
        Format::Json => {
            let whole = json!({
                "schema": "isoneph.network-changes/1",
                "first": first.sources,
                "second": second.sources,
                "changes": found,
            });
            serde_json::to_writer_pretty(&mut out, &whole)?;
            writeln!(out)?;
        }
    }
    out.finish()?;
    let exit = match (found.is_different(), found.is_equal()) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::Done,
        (false, false) => Exit::Incomplete,
    };
    Ok(exit.max(one).max(other))
}

fn states_text(out: &mut impl Write, found: &Changes) -> anyhow::Result<()> {
    if found.is_equal() {
        writeln!(out, "both states let the same pass")?;
    }
    for (title, list) in [("only B lets pass", &found.gained), ("only A lets pass", &found.lost)] {
        for change in list {
            let what = if change.surely.is_empty() {
                format!("perhaps {}", change.perhaps)
            } else {
                change.surely.to_string()
            };
            let line = format!("{title}: {} -> {}: {what}", change.from, change.to);
            writeln!(out, "{}", safe::terminal(&line))?;
            for hop in &change.path {
                writeln!(out, "    {}", safe::terminal(&hop_text(hop)))?;
            }
            for why in &change.because {
                writeln!(out, "    {}", safe::terminal(why))?;
            }
        }
    }
    for name in &found.unpaired {
        writeln!(out, "  in one state only: {}", safe::terminal(name))?;
    }
    Ok(())
}

fn options(arguments: &Arguments) -> anyhow::Result<ReadOptions> {
    let mut options = ReadOptions {
        input_interface: arguments.input_interface.clone(),
        output_interface: arguments.output_interface.clone(),
        as_of: Some(arguments.as_of.unwrap_or_else(settings::today)),
        ..ReadOptions::default()
    };
    for path in &arguments.definitions {
        let text = text_of(path, MOST)?;
        options.definitions.add(&text).map_err(|error| usage(format!("{}: {error}", path.display())))?;
    }
    for path in &arguments.include {
        options.includes.insert(path.to_string_lossy().into_owned(), text_of(path, MOST)?);
    }
    Ok(options)
}

fn read(path: &Path, options: &ReadOptions) -> anyhow::Result<Document> {
    let text = text_of(path, MOST)?;
    acl::read(&text, options).map_err(|error| usage(format!("{}: {error}", path.display())))
}

/// The policies to compare: by name, or the only ones there are.
fn pairs<'a>(first: &'a Document, second: &'a Document) -> anyhow::Result<Vec<(&'a Policy, &'a Policy)>> {
    if let ([one], [other]) = (first.policies.as_slice(), second.policies.as_slice()) {
        return Ok(vec![(one, other)]);
    }
    let named = |name: &str| second.policies.iter().find(|policy| policy.name == name);
    let pairs: Vec<_> = first.policies.iter().filter_map(|one| Some((one, named(&one.name)?))).collect();
    let alone = first.policies.len() != pairs.len() || second.policies.len() != pairs.len();
    if alone {
        let names = |document: &Document| {
            document.policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        return Err(usage(format!(
            "the files hold different policies: {} and {}; give files with the same ones",
            names(first),
            names(second)
        )));
    }
    Ok(pairs)
}

fn text(out: &mut impl Write, name: &str, answer: Result<&Difference, String>) -> anyhow::Result<()> {
    let name = if name.is_empty() { "the policies".to_owned() } else { safe::terminal(name) };
    match answer {
        Err(why) => writeln!(out, "{name}: undecided: {}", safe::terminal(&why))?,
        Ok(difference) if difference.is_equal() => writeln!(out, "{name}: every packet is decided alike")?,
        Ok(difference) => {
            writeln!(out, "{name}: they differ")?;
            side(out, "A permits, B denies", difference, &difference.only_first)?;
            side(out, "B permits, A denies", difference, &difference.only_second)?;
        }
    }
    Ok(())
}

fn side(out: &mut impl Write, title: &str, difference: &Difference, side: &Side) -> anyhow::Result<()> {
    if side.possible.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {title}: {}", safe::terminal(&difference.space.describe(side.possible)))?;
    for finding in &side.findings {
        let doubt = if finding.certain { "" } else { " (perhaps: a rule is not fully known)" };
        writeln!(out, "    {}{doubt}", safe::terminal(&finding.text))?;
        writeln!(out, "      for example {}", finding.witness)?;
    }
    if !side.complete {
        writeln!(out, "    … and more")?;
    }
    Ok(())
}

fn value(name: &str, answer: &Result<Difference, isoneph_network::policy::Undecided>) -> Value {
    match answer {
        Err(why) => json!({ "policy": name, "answer": "undecided", "why": why.to_string() }),
        Ok(difference) => {
            let answer = match (difference.is_equal(), difference.is_different()) {
                (true, _) => "equal",
                (false, true) => "different",
                (false, false) => "undecided",
            };
            json!({
                "policy": name,
                "answer": answer,
                "only_first": side_value(difference, &difference.only_first),
                "only_second": side_value(difference, &difference.only_second),
            })
        }
    }
}

fn side_value(difference: &Difference, side: &Side) -> Value {
    let findings: Vec<Value> = side
        .findings
        .iter()
        .map(|finding| {
            json!({
                "certain": finding.certain,
                "witness": finding.witness,
                "text": finding.text,
                "permitted_by": finding.permitted_by,
                "denied_by": finding.denied_by,
            })
        })
        .collect();
    json!({
        "packets": difference.space.describe(side.possible),
        "complete": side.complete,
        "findings": findings,
    })
}
