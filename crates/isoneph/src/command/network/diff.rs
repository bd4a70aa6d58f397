//! `isoneph network diff`: what one policy permits and another denies, or one state of a network and another.

mod answer;
mod states;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use isoneph_network::acl::{self, Document, ReadOptions};
use isoneph_network::policy::{Comparison, Note, NoteKind};
use isoneph_network::reach::changes;
use jiff::civil::Date;
use serde_json::{Value, json};

use self::answer::Answer;
use super::{load, text_of};
use crate::exit::{Exit, unread, usage};
use crate::output::{self, Output};
use crate::{safe, settings};

/// The largest file of rules.
const MOST: usize = 256 << 20;
/// How much that is not understood is told of one file.
const MOST_TOLD: usize = 20;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The first rules: iptables-save, Cisco access lists, Capirca policies, or CSV
    /// `action,protocol,src,sport,dst,dport`. Or the first state of a network: a plan, a state, manifests, a folder
    #[arg(value_name = "A")]
    first: PathBuf,
    /// The second rules, or the second state
    #[arg(value_name = "B")]
    second: PathBuf,
    /// Of A only the list, chain or filter of this name, as messages have it
    #[arg(long, value_name = "NAME")]
    first_list: Option<String>,
    /// Of B only the list, chain or filter of this name; it may be called otherwise than A's
    #[arg(long, value_name = "NAME")]
    second_list: Option<String>,
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
    let texts = [text_of(&arguments.first, MOST)?, text_of(&arguments.second, MOST)?];
    let same_text = texts[0] == texts[1];
    let mut first = read(&arguments.first, &texts[0], &options)?;
    let mut second = read(&arguments.second, &texts[1], &options)?;
    choose(&mut first, "A", arguments.first_list.as_deref())?;
    choose(&mut second, "B", arguments.second_list.as_deref())?;
    // Two lists of one file are as different as of two.
    let same_text = same_text && arguments.first_list == arguments.second_list;
    tell_open(&arguments.first, &first);
    if !same_text {
        tell_open(&arguments.second, &second);
    }
    if arguments.first_list.is_some() || arguments.second_list.is_some() {
        // Who asks for a list does not ask where it is applied.
        (first.interfaces, second.interfaces) = (None, None);
    }
    let found = acl::pairs(&first, &second);
    if found.pairs.is_empty() && !found.alone.is_empty() {
        return Err(nothing_alike(&first, &second));
    }
    let answers: Vec<Answer> = found.pairs.iter().map(|pair| Answer::of(pair, same_text)).collect();
    let mut out = Output::beside(arguments.output.as_deref(), [&arguments.first, &arguments.second])?;
    match arguments.format {
        Format::Text if answers.is_empty() => {
            writeln!(out, "undecided: nothing was compared: neither file holds a list of rules")?;
        }
        Format::Text => {
            answers.iter().try_for_each(|answer| answer.text(&mut out))?;
            found.alone.iter().try_for_each(|alone| answer::alone_text(&mut out, alone))?;
        }
        Format::Json => {
            let alone = found.alone.iter().map(answer::alone_value);
            let answers: Vec<Value> = answers.iter().map(Answer::value).chain(alone).collect();
            let whole = json!({ "schema": "isoneph.network-diff/1", "policies": answers });
            serde_json::to_writer_pretty(&mut out, &whole)?;
            writeln!(out)?;
        }
    }
    out.finish()?;
    let alone = found.alone.iter().map(|_| Exit::Incomplete);
    Ok(answers.iter().map(Answer::exit).chain(alone).max().unwrap_or(Exit::Incomplete))
}

/// Whether a path shows a network, and not a list of rules: a folder, JSON, or YAML that is no policy.
fn is_network(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let is = |known: &[&str]| known.iter().any(|known| ending.eq_ignore_ascii_case(known));
    path.is_dir() || is(&["json", "tfstate"]) || (is(&["yaml", "yml"]) && !is_policy(path))
}

fn is_policy(path: &Path) -> bool {
    text_of(path, MOST).is_ok_and(|text| acl::detect(&text) == Some(acl::Format::Capirca))
}

fn run_states(arguments: &Arguments) -> anyhow::Result<Exit> {
    let (first, one) = load(std::slice::from_ref(&arguments.first))?;
    let (second, other) = load(std::slice::from_ref(&arguments.second))?;
    let found = changes(&first, &second).map_err(usage)?;
    let mut out = Output::beside(arguments.output.as_deref(), [&arguments.first, &arguments.second])?;
    match arguments.format {
        Format::Text => states::text(&mut out, &found, one.max(other) == Exit::Done)?,
        Format::Json => {
            let whole = json!({
                "schema": "isoneph.network-changes/1",
                "first": first.sources,
                "second": second.sources,
                "answer": found.comparison(),
                "changes": found,
            });
            serde_json::to_writer_pretty(&mut out, &whole)?;
            writeln!(out)?;
        }
    }
    out.finish()?;
    Ok(exit_of(found.comparison()).max(one).max(other))
}

/// How a comparison ends.
fn exit_of(comparison: Comparison) -> Exit {
    match comparison {
        Comparison::Equal => Exit::Done,
        Comparison::Different => Exit::Findings,
        Comparison::Undecided => Exit::Incomplete,
    }
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

fn read(path: &Path, text: &str, options: &ReadOptions) -> anyhow::Result<Document> {
    acl::read(text, options).map_err(|error| unread(format!("{}: {error}", path.display())))
}

/// Tells what is not understood of a file, with its place, whether it decides or not.
fn tell_open(path: &Path, document: &Document) {
    let own = document.policies.iter().flat_map(|policy| &policy.notes);
    let all = document.notes.iter().chain(own);
    let open: BTreeSet<&Note> = all.filter(|note| note.kind == NoteKind::NotUnderstood).collect();
    for note in open.iter().take(MOST_TOLD) {
        let line = if note.line == 0 { String::new() } else { format!(" line {}:", note.line) };
        output::warn(&safe::terminal(&format!("{}:{line} {}", path.display(), note.message)));
    }
    if open.len() > MOST_TOLD {
        output::warn(&format!("{}: … and {} more that is not understood", path.display(), open.len() - MOST_TOLD));
    }
}

/// Of files that have no list in common.
fn nothing_alike(first: &Document, second: &Document) -> anyhow::Error {
    usage(format!(
        "the files hold different policies: A has {}, B has {}; pick one of each with --first-list and --second-list",
        names(first),
        names(second)
    ))
}

/// Keeps of a file the list that was asked for.
fn choose(document: &mut Document, side: &str, wanted: Option<&str>) -> anyhow::Result<()> {
    let Some(wanted) = wanted else { return Ok(()) };
    let known = names(document);
    document.policies.retain(|policy| policy.name == wanted);
    match document.policies.len() {
        1 => Ok(()),
        0 => Err(usage(format!("{side} has no list {wanted:?}; it has {known}"))),
        count => Err(usage(format!("{side} has {count} lists called {wanted:?}"))),
    }
}

/// The names of a file's policies, for a message.
fn names(document: &Document) -> String {
    match document.policies.len() {
        0 => "none".to_owned(),
        _ => document.policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", "),
    }
}
