//! `isoneph network diff`: what one policy permits and another denies.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use isoneph_network::acl::{self, Document};
use isoneph_network::policy::{Difference, Options, Policy, Side, difference};
use serde_json::{Value, json};

use super::text_of;
use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::safe;

/// The largest file of rules.
const MOST: usize = 256 << 20;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The first rules: iptables-save, Cisco access lists, Capirca policies, or CSV
    /// `action,protocol,src,sport,dst,dport`
    #[arg(value_name = "A")]
    first: PathBuf,
    /// The second rules
    #[arg(value_name = "B")]
    second: PathBuf,
    /// How to write the difference
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write to this file instead of standard output; it appears only when it is complete
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Runs the command. It ends with 1 where the policies differ.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let (first, second) = (read(&arguments.first)?, read(&arguments.second)?);
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
    let mut out = Output::open(arguments.output.as_deref())?;
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

fn read(path: &Path) -> anyhow::Result<Document> {
    let text = text_of(path, MOST)?;
    acl::read(&text, &acl::ReadOptions::default()).map_err(|error| usage(format!("{}: {error}", path.display())))
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
