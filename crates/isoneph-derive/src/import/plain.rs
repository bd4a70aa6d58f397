//! Any matrix with one row an area: a column that names the holder, or a column for each party with ticks, letters
//! (responsible, accountable) or the duty itself.

mod headings;
mod marks;

use isoneph_register::Object;
use isoneph_register::kinds::{Basis, BasisKind, EvidenceRef, Holder, Responsibility, ThirdParty};
use isoneph_workbook::{Cell, Sheet, Workbook};

use headings::forms;
use marks::by_columns;

use super::{
    Import, ImportError, ImportFormat, Line, Mapping, Mark, ProblemCode, Rows, SheetTable, Target, key, mapped,
    object_name, read_controls, read_date, read_holder, read_mark, read_word, readable, sentence,
};

pub(super) fn fits(sheet: &Sheet) -> bool {
    forms().iter().any(|form| sheet.table(form).is_ok())
}

/// Reads a matrix.
///
/// # Errors
/// If no sheet has the headings of one, or the mapping does not fit the workbook.
pub fn plain(workbook: &Workbook, target: &Target, mapping: Option<&Mapping>) -> Result<Import, ImportError> {
    let forms = forms();
    let of_some_form = |sheet| forms.iter().find_map(|form| Sheet::table(sheet, form).ok());
    let tables = match mapping {
        Some(mapping) => mapped(workbook, mapping, &forms)?,
        None => readable(workbook, of_some_form),
    };
    let (tables, mut rows) = Rows::among(workbook, tables, &forms[0], ImportFormat::Matrix)?;
    let given = mapping.cloned().unwrap_or_default();
    for table in &tables {
        read_table(table, target, &given, &mut rows);
    }
    Ok(rows.finish())
}

fn read_table(table: &SheetTable<'_>, target: &Target, given: &Mapping, rows: &mut Rows) {
    let in_force =
        table.facts().find(|(name, _)| ["version in force", "version", "版", "現行版"].contains(&key(name).as_str()));
    let in_force = in_force.map(|(_, version)| version.to_owned());
    for line in table.rows() {
        if named(&line).is_empty() {
            says_of_what(&line, rows);
            continue;
        }
        if is_title(&line) {
            continue;
        }
        rows.start(&line, "area");
        let held = if line.has("holder") { by_word(&line, given, rows) } else { by_columns(&line, rows) };
        let Some(held) = held else { continue };
        let row = responsibility(&line, target, held, in_force.as_deref(), rows);
        let party = target.stated_by.as_deref().unwrap_or("own");
        let customer = row.customer.clone().unwrap_or_default();
        let mut parts = vec![target.service.as_str(), party, row.area.as_str()];
        if !customer.is_empty() {
            parts.push(&customer);
        }
        let name = object_name(&parts);
        rows.make(&line, "area", Object::new(name, row));
    }
}

/// What the row is about: the area, with its part where the table has a column of those.
fn named(line: &Line<'_>) -> String {
    // The column to the left is the wider one, whatever the two are called.
    let mut cells: Vec<&Cell> = ["area", "part"].into_iter().filter_map(|key| line.cell(key)).collect();
    cells.sort_by_key(|cell| cell.column);
    cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<&str>>().join(": ")
}

/// Titles of groups stand alone in their row, or merged over all of it.
fn is_title(line: &Line<'_>) -> bool {
    line.row().cells.len() < 2
        && ["holder", "provider", "customer"].into_iter().any(|key| line.covered_by(key).is_some())
}

/// A row that names a holder and no area is no title: it lost its name.
fn says_of_what(line: &Line<'_>, rows: &mut Rows) {
    let among_others = line.row().cells.len() > 1;
    let says = |text: &str| match read_mark(text) {
        Mark::Empty => false,
        Mark::Other => among_others || read_holder(text).is_some(),
        _ => true,
    };
    if ["holder", "provider", "customer", "shared"].into_iter().any(|key| says(line.text(key))) {
        rows.start(line, "area");
        rows.problem(line, "area", ProblemCode::Missing, "of which area is not said");
    }
}

struct Held {
    holder: Holder,
    provider_duty: Option<String>,
    customer_duty: Option<String>,
    customer: Option<String>,
}

fn by_word(line: &Line<'_>, given: &Mapping, rows: &mut Rows) -> Option<Held> {
    let word = line.text("holder");
    // Our own sheet leaves the holder of a disputed row empty: there is nothing to take over.
    if word.is_empty() {
        rows.problem(line, "holder", ProblemCode::Missing, "nobody is named");
        return None;
    }
    let Some(holder) = read_holder(given.word(word)) else {
        rows.problem(line, "holder", ProblemCode::NotUnderstood, format!("'{word}' names no holder"));
        return None;
    };
    Some(Held { holder, provider_duty: None, customer_duty: None, customer: sentence(line.text("customer")) })
}

fn responsibility(
    line: &Line<'_>,
    target: &Target,
    held: Held,
    in_force: Option<&str>,
    rows: &mut Rows,
) -> Responsibility {
    let text = |key: &str| sentence(line.text(key));
    let (controls, other) = read_controls(line.text("controls"));
    if !other.is_empty() {
        rows.problem(line, "controls", ProblemCode::NotUnderstood, format!("no control: {}", other.join(", ")));
    }
    let due = line.text("due");
    if !due.is_empty() && read_date(due).is_none() {
        rows.problem(line, "due", ProblemCode::NotUnderstood, "a day is written 2026-11-21");
    }
    let basis = basis(line.text("basis"));
    if basis.is_none() && !line.text("basis").is_empty() {
        rows.problem(line, "basis", ProblemCode::NotUnderstood, "it names no basis; it counts as an own reading");
    }
    let written = named(line);
    let area = target.areas.get(&written).cloned().unwrap_or_else(|| slug(&written));
    let mut row = Responsibility::new(target.service.clone(), area, held.holder);
    row.stated_by.clone_from(&target.stated_by);
    row.customer = held.customer.or_else(|| target.customer.clone());
    row.title = text("title").or_else(|| (slug(&written) != written).then_some(written));
    row.controls = controls;
    row.provider_duty = text("provider-duty").or(held.provider_duty);
    row.customer_duty = text("customer-duty").or(held.customer_duty);
    let duty = row.provider_duty.clone().unwrap_or_default();
    row.third_party = text("third-party").map(|party| ThirdParty::new(object_name(&[&party]), duty));
    row.handed_to = text("handed-to");
    // A file that its own party publishes is a published document unless a row says otherwise.
    let published =
        || (target.document.is_some() && line.text("basis").is_empty()).then_some(BasisKind::PublishedDocument);
    row.basis = basis.or_else(published).map(|kind| Basis {
        clause: text("clause"),
        document: target.document.clone(),
        ..Basis::new(kind)
    });
    let document = target.document.as_ref().and_then(|document| document.version.clone());
    row.version = text("version").or(document).or_else(|| in_force.map(str::to_owned));
    row.dated = target.dated;
    row.owner = text("owner");
    row.due = read_date(due);
    row.evidence = text("evidence").map(EvidenceRef::new).into_iter().collect();
    row
}

fn basis(text: &str) -> Option<BasisKind> {
    read_word(text).or_else(|| match key(text).as_str() {
        "contract" | "agreement" | "terms" | "契約" => Some(BasisKind::Contract),
        "document" | "published" | "white paper" | "whitepaper" | "website" | "公開文書" => {
            Some(BasisKind::PublishedDocument)
        }
        "answer" | "questionnaire" | "caiq" | "回答" => Some(BasisKind::QuestionnaireAnswer),
        "own" | "reading" | "assumption" | "own assessment" => Some(BasisKind::OwnReading),
        _ => None,
    })
}

/// `Lamp oil` → `lamp-oil`: the word under which both sides meet.
fn slug(text: &str) -> String {
    let words: Vec<String> = key(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.join("-")
}
