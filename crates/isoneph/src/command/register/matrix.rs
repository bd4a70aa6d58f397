//! `isoneph matrix`: who carries which duty, where that is not settled, where duties go, and how two splits differ.

use std::path::{Path, PathBuf};

use clap::Args;
use isoneph_derive::responsibilities::{
    CHAIN_KINDS, Chain, Comparison, MATRIX_KINDS, Matrix, chains, chains_sheet, compare, comparison_sheet,
    findings_sheet, hands_down, matrices, matrix, sheet,
};
use isoneph_derive::{
    Declared,
    import::{self, ImportRow},
};
use isoneph_register::{Documents, Object};
use isoneph_workbook::Limits;
use serde::Serialize;

use super::sheets::{Asked, Shown};
use crate::exit::{Exit, usage};
use crate::{output, safe, workspace};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The service; without it every service in use
    #[arg(value_name = "SERVICE")]
    service: Option<String>,
    /// Another service of the register, or a file with a matrix (YAML, XLSX, CSV), to hold it against
    #[arg(long, value_name = "SERVICE|FILE", requires = "service")]
    compare: Option<String>,
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Serialize)]
struct Answer {
    matrices: Vec<Matrix>,
    chains: Vec<Chain>,
}

/// Runs the command. It ends with 1 where something is wrong with a split, or where two differ.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let objects = arguments.asked.objects(MATRIX_KINDS)?;
    let declared = Declared::of_kinds(MATRIX_KINDS, &objects);
    let found: Vec<Matrix> = match &arguments.service {
        None => matrices(&declared),
        Some(service) => vec![of_service(&declared, service)?],
    };
    if let (Some(other), Some(first)) = (&arguments.compare, found.first()) {
        return run_compare(arguments, first, &other_matrix(&declared, &objects, first, other)?);
    }
    let lang = arguments.shown.lang;
    let mut ways = if hands_down(&declared) { followed(arguments)? } else { Vec::new() };
    ways.retain(|chain| found.iter().any(|matrix| matrix.service == chain.service));
    let mut sheets: Vec<_> = found.iter().map(|one| named(sheet(one, lang), &one.service)).collect();
    if arguments.shown.is_csv() && sheets.len() > 1 {
        return Err(usage("several matrices do not fit one CSV: name one service, or take xlsx"));
    }
    sheets.push(findings_sheet(&found, lang));
    if !ways.is_empty() {
        sheets.push(chains_sheet(&ways, lang));
    }
    let broken = ways.iter().any(|chain| !chain.end.holds());
    let wrong = broken || found.iter().any(|one| !one.findings.is_empty());
    arguments.shown.write("Shared responsibilities", sheets, &Answer { matrices: found, chains: ways })?;
    Ok(if wrong { Exit::Findings } else { Exit::Done })
}

/// Where duties go that are handed down. What the last tier shows is read only where some are.
fn followed(arguments: &Arguments) -> anyhow::Result<Vec<Chain>> {
    let kinds = [MATRIX_KINDS, CHAIN_KINDS].concat();
    let objects = arguments.asked.objects(&kinds)?;
    Ok(chains(&Declared::of_kinds(&kinds, &objects), arguments.asked.day()))
}

fn named(mut sheet: isoneph_workbook::SheetDraft, service: &str) -> isoneph_workbook::SheetDraft {
    sheet.name = format!("{} {service}", sheet.name);
    sheet
}

fn of_service(declared: &Declared<'_>, service: &str) -> anyhow::Result<Matrix> {
    matrix(declared, service).ok_or_else(|| usage(format!("there is no service '{service}'")))
}

/// Two splits, and the rows of a file that no split could be made of.
#[derive(Serialize)]
struct Compared {
    #[serde(flatten)]
    comparison: Comparison,
    not_understood: Vec<ImportRow>,
}

/// Ends with 3 where rows of the other were not understood: an area that seems to be in one only may be in both.
fn run_compare(arguments: &Arguments, first: &Matrix, other: &Other) -> anyhow::Result<Exit> {
    let comparison = compare(first, &other.matrix);
    let same = comparison.rows.iter().all(|row| row.difference.as_str() == "same");
    let sheets = vec![comparison_sheet(&comparison, arguments.shown.lang)];
    let compared = Compared { comparison, not_understood: other.not_understood.clone() };
    arguments.shown.write("Two splits of responsibilities", sheets, &compared)?;
    for row in &other.not_understood {
        let why: Vec<&str> = row.problems.iter().map(|problem| problem.message.as_str()).collect();
        let told = format!("{} '{}' was not compared: {}", row.place, row.id, why.join("; "));
        output::warn(&safe::terminal(&told));
    }
    Ok(match (other.not_understood.is_empty(), same) {
        (false, _) => Exit::Incomplete,
        (true, true) => Exit::Done,
        (true, false) => Exit::Findings,
    })
}

struct Other {
    matrix: Matrix,
    not_understood: Vec<ImportRow>,
}

/// The matrix of another service, or the one that a file holds.
fn other_matrix(declared: &Declared<'_>, ours: &[Object], first: &Matrix, other: &str) -> anyhow::Result<Other> {
    let path = Path::new(other);
    if !path.is_file() {
        return Ok(Other { matrix: of_service(declared, other)?, not_understood: Vec::new() });
    }
    let mut documents = Documents::new();
    let mut not_understood = Vec::new();
    let bytes = workspace::bytes(path)?;
    if std::str::from_utf8(&bytes).is_ok_and(isoneph_register::looks_like_register) {
        documents = workspace::documents(&[PathBuf::from(path)])?;
    } else {
        let workbook = isoneph_workbook::read(other, &bytes, &Limits::default()).map_err(usage)?;
        let target = import::Target { service: first.service.clone(), ..import::Target::default() };
        let read = import::plain::plain(&workbook, &target, None).map_err(usage)?;
        not_understood = read.rows.into_iter().filter(|row| row.makes.is_none()).collect();
        documents.take(other, &bytes, read.objects.into_iter().map(|object| (String::new(), object)));
    }
    // The other side's rows stand beside the services and parties that both know, and beside no row of ours.
    let theirs: Vec<_> = documents.objects().cloned().collect();
    let ours = ours
        .iter()
        .filter(|object| !matches!(object.kind().as_str(), "responsibility" | "answer" | "agreement" | "disclosure"));
    let both = Declared::of_kinds(MATRIX_KINDS, ours.chain(&theirs));
    let mut second = of_service(&both, &first.service)?;
    second.service = other.to_owned();
    Ok(Other { matrix: second, not_understood })
}
