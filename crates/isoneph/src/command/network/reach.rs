//! `isoneph network reach`: what passes between two parties, or between all.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isoneph_network::model::Model;
use isoneph_network::reach::{Matrix, Reach, ReachError, Unreferred, matrix, reach};
use isoneph_report::network::{Link, Party, Picture, PictureError, write as write_picture};

use super::{hop_text, load, write_json};
use crate::exit::{Exit, unread, usage};
use crate::output::Output;
use crate::safe;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Networks: Terraform plans, answers of the provider's API, Kubernetes manifests
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Who sends: a name or an address; without it every class of endpoints
    #[arg(long, value_name = "PARTY", requires = "to")]
    from: Option<String>,
    /// Who receives
    #[arg(long, value_name = "PARTY", requires = "from")]
    to: Option<String>,
    /// Only this service: `tcp/22`, `22`, `icmp`
    #[arg(long, value_name = "SERVICE", requires = "from")]
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
    let (model, exit) = load(&arguments.paths)?;
    let mut out = Output::beside(arguments.output.as_deref(), &arguments.paths)?;
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
                Format::Csv | Format::Html => return Err(usage("one pair is written as text or json")),
            }
        }
        _ => {
            let found = matrix(&model).map_err(asked)?;
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

fn picture(model: &Model, matrix: &Matrix) -> Picture {
    let read =
        model.sources.iter().map(|source| format!("{} ({}), SHA-256 {}", source.path, source.format, source.sha256));
    let open = (!model.unsupported.is_empty())
        .then(|| format!("{} objects are not modelled: what depends on them is unknown", model.unsupported.len()));
    Picture {
        basis: read.chain(open).collect(),
        parties: matrix.classes.iter().map(|class| Party { name: class.name.clone() }).collect(),
        links: matrix
            .cells
            .iter()
            .map(|cell| Link {
                from: cell.from,
                to: cell.to,
                surely: !cell.connects.must.is_empty(),
                what: if cell.connects.may.is_empty() {
                    format!("without an answer: {}", passage(&cell.arrives))
                } else {
                    passage(&cell.connects)
                },
                because: cell.because.clone(),
            })
            .collect(),
    }
}

/// What passes, and where doubt is left.
fn passage(passage: &isoneph_network::reach::Passage) -> String {
    match (passage.must.is_empty(), passage.may.is_empty()) {
        (_, true) => "nothing".to_owned(),
        (true, false) => format!("perhaps {}", passage.may),
        (false, _) if passage.may == passage.must => passage.must.to_string(),
        (false, _) => format!("{}; perhaps {}", passage.must, passage.may),
    }
}

fn pair_text(out: &mut impl Write, found: &Reach) -> anyhow::Result<()> {
    let (from, to) = (safe::terminal(&found.from), safe::terminal(&found.to));
    writeln!(out, "{from} -> {to}")?;
    writeln!(out, "  arrives:  {}", passage(&found.arrives))?;
    writeln!(out, "  connects: {}", passage(&found.connects))?;
    for way in &found.ways {
        writeln!(out, "  by {}: {}", safe::terminal(&way.end), passage(&way.connects))?;
        for hop in &way.path {
            writeln!(out, "    {}", safe::terminal(&hop_text(hop)))?;
        }
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
        writeln!(out, "{}", safe::terminal(&format!("{from} -> {to}: {}", passage(&cell.connects))))?;
        for why in &cell.because {
            writeln!(out, "    {}", safe::terminal(why))?;
        }
    }
    let pairs = matrix.classes.len() * matrix.classes.len();
    writeln!(
        out,
        "{} classes of endpoints; something may pass in {} of {pairs} pairs",
        matrix.classes.len(),
        matrix.cells.len()
    )?;
    Ok(())
}

fn matrix_csv(out: &mut impl Write, matrix: &Matrix) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["from", "to", "arrives", "connects", "because"])?;
    for cell in &matrix.cells {
        let (from, to) = (name(matrix, cell.from), name(matrix, cell.to));
        let cells = [from, to, passage(&cell.arrives), passage(&cell.connects), cell.because.join("; ")];
        writer.write_record(cells.map(|text| safe::cell(&text)))?;
    }
    writer.flush()?;
    Ok(())
}
