//! `isoneph network reach`: what passes between two parties, or between all.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isoneph_network::model::Model;
use isoneph_network::reach::{Cell, Matrix, Narrow, Passage, Reach, ReachError, Unreferred, matrix_of, reach};
use isoneph_report::network::{Link, Party, Picture, PictureError, write as write_picture};

use super::hops::write_hops;
use super::{load, write_json};
use crate::exit::{Exit, unread, usage};
use crate::output::{self, Output};
use crate::safe;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Networks: Terraform plans, answers of the provider's API, Kubernetes manifests
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Who sends: a name or an address; without it every class of endpoints
    #[arg(long, value_name = "PARTY")]
    from: Option<String>,
    /// Who receives; without it every class of endpoints. With a sender and a receiver the ways are told as well
    #[arg(long, value_name = "PARTY")]
    to: Option<String>,
    /// Only this service: `tcp/22`, `22`, `icmp`, `icmp/8/0` (type and code)
    #[arg(long, value_name = "SERVICE")]
    port: Option<String>,
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
    Csv,
    /// One page with the matrix, the graph and the list, which loads nothing
    Html,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let (model, mut exit) = load(&arguments.paths)?;
    let mut out = Output::beside(arguments.output.as_deref(), &arguments.paths)?;
    if !model.sources.is_empty() && model.parts.endpoints.is_empty() {
        output::warn("no machine or pod is shown: no packet was followed, and nothing is said of what passes");
        exit = exit.max(Exit::Incomplete);
    }
    // What nobody is called is a slip of whoever asks; whom an address means, the input may leave open.
    let asked = |error: ReachError| match error {
        ReachError::Party(Unreferred::Unknown(_))
        | ReachError::Service(_)
        | ReachError::TooMany { .. }
        | ReachError::TooManyWays { .. } => usage(error),
        ReachError::Party(_) => unread(error),
    };
    match (&arguments.from, &arguments.to) {
        (Some(from), Some(to)) => {
            let found = reach(&model, from, to, arguments.port.as_deref()).map_err(asked)?;
            match arguments.format {
                Format::Text => pair_text(&mut out, &found)?,
                Format::Json => write_json(&mut out, "isoneph.network-reach/1", &model, "reach", &found)?,
                Format::Csv => pair_csv(&mut out, &found)?,
                Format::Html => write_picture(&pair_picture(&model, &found), &mut out).map_err(told)?,
            }
        }
        (from, to) => {
            let narrow = Narrow { from: from.as_deref(), to: to.as_deref(), service: arguments.port.as_deref() };
            let found = matrix_of(&model, narrow).map_err(asked)?;
            match arguments.format {
                Format::Text => matrix_text(&mut out, &found)?,
                Format::Json => write_json(&mut out, "isoneph.network-matrix/1", &model, "matrix", &found)?,
                Format::Csv => matrix_csv(&mut out, &found)?,
                Format::Html => write_picture(&picture(&model, &found), &mut out).map_err(told)?,
            }
        }
    }
    out.finish()?;
    Ok(exit)
}

/// A picture that is too large is the caller's to narrow.
fn told(error: PictureError) -> anyhow::Error {
    match error {
        PictureError::TooMany(_) => usage(error),
        other => other.into(),
    }
}

/// What a picture was made of.
fn basis(model: &Model) -> Vec<String> {
    let read =
        model.sources.iter().map(|source| format!("{} ({}), SHA-256 {}", source.path, source.format, source.sha256));
    let (lacks, open): (Vec<_>, Vec<_>) = model.unsupported.iter().partition(|held| held.is_lack());
    let open =
        (!open.is_empty()).then(|| format!("{} objects are not modelled: what depends on them is unknown", open.len()));
    read.chain(lacks.into_iter().map(|lack| lack.effect.clone())).chain(open).collect()
}

fn picture(model: &Model, matrix: &Matrix) -> Picture {
    // Of a part of the matrix only those are shown who have something in it.
    let all = matrix.asked == (matrix.classes.len(), matrix.classes.len());
    let used: BTreeSet<usize> = matrix.cells.iter().flat_map(|cell| [cell.from, cell.to]).collect();
    let shown: Vec<usize> = (0..matrix.classes.len()).filter(|number| all || used.contains(number)).collect();
    let place = |class: usize| shown.binary_search(&class).unwrap_or_default();
    let link = |cell: &Cell| Link {
        from: place(cell.from),
        to: place(cell.to),
        surely: !cell.connects.must.is_empty(),
        what: passages(&cell.arrives, &cell.connects),
        because: cell.because.clone(),
    };
    Picture {
        basis: basis(model),
        parties: shown.iter().map(|class| Party { name: name(matrix, *class) }).collect(),
        links: matrix.cells.iter().map(link).collect(),
    }
}

fn pair_picture(model: &Model, found: &Reach) -> Picture {
    let link = Link {
        from: 0,
        to: 1,
        surely: !found.connects.must.is_empty(),
        what: passages(&found.arrives, &found.connects),
        because: reasons(found),
    };
    Picture {
        basis: basis(model),
        parties: [&found.from, &found.to].map(|name| Party { name: name.clone() }).to_vec(),
        links: Some(link).filter(|_| !found.arrives.may.is_empty()).into_iter().collect(),
    }
}

/// What blocks or is unknown on the ways of a pair, each once.
fn reasons(found: &Reach) -> Vec<String> {
    let all: BTreeSet<&String> = found.ways.iter().flat_map(|way| &way.because).collect();
    all.into_iter().cloned().collect()
}

/// What passes, and where doubt is left.
fn passage(passage: &Passage) -> String {
    match (passage.must.is_empty(), passage.may.is_empty()) {
        (_, true) => "nothing".to_owned(),
        (true, false) => format!("perhaps {}", passage.may),
        (false, _) if passage.may == passage.must => passage.must.to_string(),
        (false, _) => format!("{}; perhaps {}", passage.must, passage.may),
    }
}

/// What passes as a connection. What arrives without an answer passes too, and is said where it is all there is.
fn passages(arrives: &Passage, connects: &Passage) -> String {
    if connects.may.is_empty() && !arrives.may.is_empty() {
        return format!("no connection; arrives without an answer: {}", passage(arrives));
    }
    let unanswered = Passage { may: arrives.may.minus(&connects.may), must: arrives.must.minus(&connects.may) };
    if unanswered.may.is_empty() {
        return passage(connects);
    }
    format!("{}; arrives without an answer: {}", passage(connects), passage(&unanswered))
}

fn pair_text(out: &mut impl Write, found: &Reach) -> anyhow::Result<()> {
    let (from, to) = (safe::terminal(&found.from), safe::terminal(&found.to));
    writeln!(out, "{from} -> {to}")?;
    writeln!(out, "  arrives:  {}", passage(&found.arrives))?;
    writeln!(out, "  connects: {}", passage(&found.connects))?;
    for way in &found.ways {
        writeln!(out, "  by {}: {}", safe::terminal(&way.end), passage(&way.connects))?;
        write_hops(out, &way.path)?;
        for why in &way.because {
            writeln!(out, "    {}", safe::terminal(why))?;
        }
    }
    Ok(())
}

fn name(matrix: &Matrix, class: usize) -> String {
    matrix.classes.get(class).map_or_else(String::new, |class| class.name.clone())
}

fn matrix_text(out: &mut impl Write, matrix: &Matrix) -> anyhow::Result<()> {
    for cell in &matrix.cells {
        let (from, to) = (name(matrix, cell.from), name(matrix, cell.to));
        let what = passages(&cell.arrives, &cell.connects);
        writeln!(out, "{}", safe::terminal(&format!("{from} -> {to}: {what}")))?;
        for why in &cell.because {
            writeln!(out, "    {}", safe::terminal(why))?;
        }
    }
    let pairs = matrix.asked.0 * matrix.asked.1;
    writeln!(
        out,
        "{} classes of endpoints; something may pass in {} of {pairs} pairs",
        matrix.classes.len(),
        matrix.cells.len()
    )?;
    Ok(())
}

/// A pair as a matrix of one row.
fn pair_csv(out: &mut impl Write, found: &Reach) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    let [arrives, connects] = [&found.arrives, &found.connects].map(passage);
    let cells = [found.from.clone(), found.to.clone(), arrives, connects, reasons(found).join("; ")];
    writer.write_record(cells.map(|text| safe::cell(&text)))?;
    writer.flush()?;
    Ok(())
}

/// Columns of the matrix.
const COLUMNS: [&str; 5] = ["from", "to", "arrives", "connects", "because"];

fn matrix_csv(out: &mut impl Write, matrix: &Matrix) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    for cell in &matrix.cells {
        let (from, to) = (name(matrix, cell.from), name(matrix, cell.to));
        let cells = [from, to, passage(&cell.arrives), passage(&cell.connects), cell.because.join("; ")];
        writer.write_record(cells.map(|text| safe::cell(&text)))?;
    }
    writer.flush()?;
    Ok(())
}
