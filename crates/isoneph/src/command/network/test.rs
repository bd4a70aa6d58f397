//! `isoneph network test`: expected flows, held against a network.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isoneph_network::reach::expect::{Answer, Tested, read_expectations, test_expectations};

use super::hops::in_one_line;
use super::{load, text_of, write_json};
use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::safe;

/// The largest file of expectations.
const MOST: usize = 256 << 20;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Expected flows: CSV with a header, or JSON lines, with `src`, `dst`, `proto`, `port`, `expect` (permit or deny)
    #[arg(value_name = "EXPECTATIONS")]
    expectations: PathBuf,
    /// Networks: Terraform plans, answers of the provider's API, Kubernetes manifests
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to write the answers
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
    Csv,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let file = arguments.expectations.display();
    let expectations = read_expectations(&text_of(&arguments.expectations, MOST)?)
        .map_err(|error| usage(format!("{file}: {error}")))?;
    let (model, read) = load(&arguments.paths)?;
    let tested = test_expectations(&model, &expectations).map_err(|error| usage(format!("{file}: {error}")))?;
    let mut out = Output::beside(arguments.output.as_deref(), arguments.paths.iter().chain([&arguments.expectations]))?;
    match arguments.format {
        Format::Text => text(&mut out, &tested)?,
        Format::Json => write_json(&mut out, "isoneph.network-test/1", &model, "results", &tested)?,
        Format::Csv => table(&mut out, &tested)?,
    }
    out.finish()?;
    let failed = tested.iter().any(|one| one.ok == Some(false));
    Ok(if failed { read.max(Exit::Findings) } else { read })
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Permit => "permit",
        Answer::Deny => "deny",
        Answer::Undecided => "undecided",
    }
}

/// What is not as expected, and what arrives though no connection can be set up, each with what decided, then the count.
fn text(out: &mut impl Write, tested: &[Tested]) -> anyhow::Result<()> {
    for one in tested.iter().filter(|one| one.ok != Some(true) || one.one_way) {
        let asked = &one.expectation;
        let mark = match one.ok {
            Some(true) => "as expected",
            Some(false) => "NOT AS EXPECTED",
            None => "asked",
        };
        let expected = asked.expect.map_or(String::new(), |expect| format!(", expected {}", word(expect)));
        let flow = format!("{} -> {} {} {}", asked.src, asked.dst, asked.proto, asked.port);
        let answer = word(one.answer);
        writeln!(out, "{}", safe::terminal(&format!("{mark}  line {}: {flow}: {answer}{expected}", asked.line)))?;
        for why in &one.why {
            writeln!(out, "    {}", safe::terminal(why))?;
        }
    }
    let count = |ok| tested.iter().filter(|one| one.ok == ok).count();
    let undecided = tested.iter().filter(|one| one.answer == Answer::Undecided).count();
    writeln!(
        out,
        "{} flows: {} as expected, {} not, {} only asked; {undecided} undecided",
        tested.len(),
        count(Some(true)),
        count(Some(false)),
        count(None)
    )?;
    Ok(())
}

/// What decided. Of a permit these are the rules that let it pass.
fn reasons(one: &Tested) -> Vec<String> {
    if !one.why.is_empty() || one.answer != Answer::Permit {
        return one.why.clone();
    }
    one.path.iter().filter_map(|hop| Some(format!("{} {}: {}", hop.what, hop.name, hop.rule.as_ref()?))).collect()
}

fn table(out: &mut impl Write, tested: &[Tested]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["src", "dst", "proto", "port", "expect", "answer", "ok", "why", "path"])?;
    for one in tested {
        let asked = &one.expectation;
        let expect = asked.expect.map_or("", word);
        let ok = one.ok.map_or("", |ok| if ok { "true" } else { "false" });
        let why = reasons(one).join("; ");
        let path = in_one_line(&one.path);
        let cells = [&asked.src, &asked.dst, &asked.proto, &asked.port, expect, word(one.answer), ok, &why, &path];
        writer.write_record(cells.map(safe::cell))?;
    }
    writer.flush()?;
    Ok(())
}
