//! Lists of products in scope of a certificate: a row a product with its environment and regions, a column for each
//! environment or standard with ticks, or a bare list.

use std::collections::BTreeMap;

use isoneph_register::Object;
use isoneph_register::kinds::{Assurance, CoveredService};
use isoneph_standard::StandardRef;
use isoneph_workbook::{Heading, Sheet, Table, Workbook};
use serde::Serialize;

use super::doubt::CROSSED;
use super::{Import, ImportError, ImportFormat, Line, Mark, ProblemCode, Rows, key, read_mark, read_yes_no};
use crate::assurance::{ScopeDifference, scope_difference};

const HEADINGS: &[Heading] = &[
    Heading {
        key: "service",
        names: &[
            "Service",
            "Services",
            "Service name",
            "Cloud service",
            "Cloud services",
            "Product",
            "Product name",
            "Offering",
            "Offerings",
            "Services in scope",
            "サービス",
            "サービス名",
            "対象サービス",
        ],
        required: true,
    },
    Heading {
        key: "environment",
        names: &["Environment", "Cloud", "Cloud environment", "Partition", "環境"],
        required: false,
    },
    Heading { key: "regions", names: &["Regions", "Region", "Locations", "リージョン"], required: false },
    Heading { key: "scope", names: &["In scope", "Scope", "対象"], required: false },
];

/// A column of services alone is in many a workbook: a list of what is in scope says so, or where.
pub(super) fn fits(sheet: &Sheet) -> bool {
    sheet.table(HEADINGS).is_ok_and(|table| ["environment", "regions", "scope"].into_iter().any(|key| table.has(key)))
}

/// A list of products that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScopeImport {
    /// Row by row.
    pub import: Import,
    /// The assurance with the products of the list in scope, instead of those it had.
    pub assurance: Assurance,
    /// What its scope gains and loses by that.
    pub difference: ScopeDifference,
}

/// What a column without a name of its own is.
enum Column {
    Environment(String),
    /// The standard of the assurance.
    Wanted,
    /// Another standard.
    Other,
}

/// Reads a list of products for an assurance of this name.
///
/// # Errors
/// If there is no sheet with such a list.
pub fn services_in_scope(workbook: &Workbook, name: &str, assurance: &Assurance) -> Result<ScopeImport, ImportError> {
    let bare;
    let found = Rows::find(workbook, HEADINGS, ImportFormat::ServicesInScope);
    let (tables, mut rows) = match found {
        Ok(found) => found,
        Err(error) => {
            let Some(sheet) = bare_list(workbook) else { return Err(error) };
            bare = Workbook { sheets: vec![sheet], notes: workbook.notes.clone() };
            Rows::find(&bare, HEADINGS, ImportFormat::ServicesInScope)?
        }
    };
    let wanted = crate::assurance::standard_of(assurance);
    let mut scope: Vec<CoveredService> = Vec::new();
    let mut makes = Vec::new();
    for table in &tables {
        let columns = columns(table.table(), wanted);
        for line in table.rows() {
            let service = line.text("service");
            // Titles of groups stand alone in their row.
            let titled = !columns.is_empty() || table.table().has("scope");
            if service.is_empty() || (line.row().cells.len() < 2 && titled) {
                continue;
            }
            rows.start(&line, "service");
            let covered = covered(&line, service, &columns, &mut rows);
            let new: Vec<CoveredService> = covered.iter().filter(|new| !scope.contains(new)).cloned().collect();
            if new.is_empty() && !covered.is_empty() {
                rows.problem(&line, "service", ProblemCode::Duplicate, "a row above says this already");
            }
            makes.push(!new.is_empty());
            scope.extend(new);
        }
    }
    let mut changed = assurance.clone();
    changed.services_in_scope = scope;
    let mut import = rows.finish();
    let object = Object::new(name, changed.clone());
    for (row, makes) in import.rows.iter_mut().zip(makes) {
        row.makes = makes.then(|| object.key());
    }
    import.objects = vec![object];
    let difference = scope_difference((name, assurance), (name, &changed));
    Ok(ScopeImport { import, assurance: changed, difference })
}

fn covered(line: &Line<'_>, service: &str, columns: &BTreeMap<u32, Column>, rows: &mut Rows) -> Vec<CoveredService> {
    let text = |key: &str| Some(line.text(key).to_owned()).filter(|text| !text.is_empty());
    let mut in_scope = said_in_scope(line, rows);
    let mut environments = Vec::new();
    let mut of_wanted = None;
    for (column, kind) in columns {
        match kind {
            Column::Environment(name) if marked(line, *column, rows) => environments.push(Some(name.clone())),
            Column::Wanted => of_wanted = Some(of_wanted.unwrap_or(false) || marked(line, *column, rows)),
            Column::Environment(_) | Column::Other => {}
        }
    }
    if of_wanted.is_none() && columns.values().any(|column| matches!(column, Column::Other)) {
        let message = "the columns are of other standards than the assurance: none says that it is in its scope";
        rows.problem(line, "service", ProblemCode::Missing, message);
        return Vec::new();
    }
    in_scope &= of_wanted.unwrap_or(true);
    if !columns.values().any(|column| matches!(column, Column::Environment(_))) {
        environments.push(text("environment"));
    }
    if !in_scope {
        return Vec::new();
    }
    let regions = line.text("regions").split([',', ';', '\n', '、']).map(str::trim).filter(|region| !region.is_empty());
    let regions: Vec<String> = regions.map(str::to_owned).collect();
    let covered = environments.into_iter().map(|environment| CoveredService {
        environment,
        regions: regions.clone(),
        ..CoveredService::new(service.to_owned())
    });
    covered.collect()
}

/// What the column says that is there for it. `Planned` and an empty cell are not in scope; where there is no such column,
/// to be listed is to be in scope.
fn said_in_scope(line: &Line<'_>, rows: &mut Rows) -> bool {
    if !line.has("scope") {
        return true;
    }
    let written = line.text("scope");
    // Said of it already when the row was begun.
    if rows.is_crossed(line, written) {
        return false;
    }
    let said = read_yes_no(written);
    if said.is_none() {
        let (code, message) = match written {
            "" => (ProblemCode::Missing, "it is not said whether it is in scope".to_owned()),
            written => (ProblemCode::NotUnderstood, format!("'{written}' is neither yes nor no; it counts as none")),
        };
        rows.problem(line, "scope", code, message);
    }
    said == Some(true)
}

fn marked(line: &Line<'_>, column: u32, rows: &mut Rows) -> bool {
    let written = line.row().text(column);
    if rows.is_crossed(line, written) {
        rows.problem_at(line.place_of(column), ProblemCode::Ambiguous, format!("{CROSSED}; it counts as none"));
        return false;
    }
    match (written, read_yes_no(written)) {
        ("", _) => false,
        (_, Some(marked)) => marked,
        (_, None) => {
            let place = line.place_of(column);
            rows.problem_at(place, ProblemCode::NotUnderstood, format!("'{written}' is no mark; it counts as none"));
            false
        }
    }
}

fn same_standard(wanted: StandardRef, named: StandardRef) -> bool {
    wanted.family == named.family && (wanted.year == named.year || named.year.is_none() || wanted.year.is_none())
}

/// Columns that hold marks only, or nearly: a standard if the heading names one, or else an environment.
fn columns(table: &Table<'_>, wanted: Option<StandardRef>) -> BTreeMap<u32, Column> {
    let other = table.other_headings().into_iter().filter_map(|(column, heading)| {
        let texts: Vec<&str> =
            table.rows().map(|line| line.row().text(column)).filter(|text| !text.is_empty()).collect();
        let marks = texts.iter().filter(|text| !matches!(read_mark(text), Mark::Other)).count();
        let words = texts.iter().filter(|text| read_yes_no(text).is_some()).count();
        let kind = kind(heading, wanted);
        // A column of remarks may hold a mark by chance; one of a standard may hold words beside its marks.
        let ticked = match kind {
            Column::Environment(_) => marks > 0 && marks * 2 >= texts.len(),
            Column::Wanted => true,
            Column::Other => marks.max(words) * 2 >= texts.len().max(1),
        };
        ticked.then_some((column, kind))
    });
    other.collect()
}

fn kind(heading: String, wanted: Option<StandardRef>) -> Column {
    // `ISO/IEC 27001, 27017, 27018` names several.
    let named: Vec<StandardRef> =
        heading.split([',', '/', '&', '+', '\n', '、']).filter_map(|part| part.parse().ok()).collect();
    let whole = heading.parse::<StandardRef>().ok();
    if wanted.is_some_and(|wanted| named.iter().chain(&whole).any(|named| same_standard(wanted, *named))) {
        Column::Wanted
    } else if whole.is_some() || !named.is_empty() || names_a_standard(&heading) {
        Column::Other
    } else {
        Column::Environment(heading)
    }
}

fn names_a_standard(heading: &str) -> bool {
    let key = key(heading);
    let names =
        ["iso", "soc", "pci", "fedramp", "hipaa", "c5", "hitrust", "csa", "ismap", "nist", "dod", "irap", "ens"];
    key.split(|c: char| !c.is_alphanumeric()).any(|word| names.contains(&word))
}

/// A list of one column without a heading, as if it had one.
fn bare_list(workbook: &Workbook) -> Option<Sheet> {
    let mut sheet = workbook.sheets.iter().find(|sheet| !sheet.rows.is_empty() && !sheet.hidden)?.clone();
    let one = sheet.rows.iter().all(|row| row.cells.len() == 1 && row.cells[0].column == 0);
    if !one {
        return None;
    }
    let heading = isoneph_workbook::Cell::new(0, "Service", isoneph_workbook::CellKind::Text);
    sheet.rows.insert(0, isoneph_workbook::Row { number: 0, cells: vec![heading] });
    Some(sheet)
}
