//! Lists of products in scope of a certificate: a row a product with its environment and regions, a column for each
//! environment or standard with ticks, or a bare list.

use std::collections::BTreeMap;

use isoneph_register::Object;
use isoneph_register::kinds::{Assurance, CoveredService};
use isoneph_standard::StandardRef;
use isoneph_workbook::{Heading, Sheet, Table, Workbook};
use serde::Serialize;

use super::{Import, ImportError, ImportFormat, Line, Mark, ProblemCode, Rows, key, read_mark};
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
    Standard(StandardRef),
}

/// Reads a list of products for an assurance of this name.
///
/// # Errors
/// If there is no sheet with such a list.
pub fn services_in_scope(workbook: &Workbook, name: &str, assurance: &Assurance) -> Result<ScopeImport, ImportError> {
    let bare;
    let found = Rows::find(workbook, HEADINGS, ImportFormat::ServicesInScope);
    let (table, mut rows) = match found {
        Ok(found) => found,
        Err(error) => {
            let Some(sheet) = bare_list(workbook) else { return Err(error) };
            bare = Workbook { sheets: vec![sheet], notes: workbook.notes.clone() };
            Rows::find(&bare, HEADINGS, ImportFormat::ServicesInScope)?
        }
    };
    let columns = columns(table.table());
    let wanted = crate::assurance::standard_of(assurance);
    let mut scope: Vec<CoveredService> = Vec::new();
    let mut makes = Vec::new();
    for line in table.rows() {
        let service = line.text("service");
        // Titles of groups stand alone in their row.
        let alone =
            line.row().cells.len() < 2 && table.table().columns().len() + columns.len() > 1 && !columns.is_empty();
        if service.is_empty() || alone {
            continue;
        }
        rows.start(&line, "service");
        let covered = covered(&line, service, &columns, wanted, &mut rows);
        let new: Vec<CoveredService> = covered.iter().filter(|new| !scope.contains(new)).cloned().collect();
        if new.is_empty() && !covered.is_empty() {
            rows.problem(&line, "service", ProblemCode::Duplicate, "a row above says this already");
        }
        makes.push(!new.is_empty());
        scope.extend(new);
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

fn covered(
    line: &Line<'_>,
    service: &str,
    columns: &BTreeMap<u32, Column>,
    wanted: Option<StandardRef>,
    rows: &mut Rows,
) -> Vec<CoveredService> {
    let text = |key: &str| Some(line.text(key).to_owned()).filter(|text| !text.is_empty());
    let mut in_scope = !matches!(read_mark(line.text("scope")), Mark::Cleared);
    let mut environments = Vec::new();
    let mut of_wanted = None;
    for (column, kind) in columns {
        let marked = match read_mark(line.row().text(*column)) {
            Mark::Set => true,
            Mark::Empty | Mark::Cleared => false,
            Mark::Part | Mark::Other => {
                let place = line.place_of(*column);
                let what = line.row().text(*column).to_owned();
                rows.problem_at(place, ProblemCode::NotUnderstood, format!("'{what}' is no mark; it counts as none"));
                false
            }
        };
        match kind {
            Column::Environment(name) if marked => environments.push(Some(name.clone())),
            Column::Standard(standard) if wanted.is_some_and(|wanted| same_standard(wanted, *standard)) => {
                of_wanted = Some(of_wanted.unwrap_or(false) || marked);
            }
            Column::Environment(_) | Column::Standard(_) => {}
        }
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

fn same_standard(wanted: StandardRef, named: StandardRef) -> bool {
    wanted.family == named.family && (wanted.year == named.year || named.year.is_none() || wanted.year.is_none())
}

/// Columns that hold marks only, or nearly: a standard if the heading names one, or else an environment.
fn columns(table: &Table<'_>) -> BTreeMap<u32, Column> {
    let other = table.other_headings().into_iter().filter_map(|(column, heading)| {
        let texts: Vec<&str> =
            table.rows().map(|line| line.row().text(column)).filter(|text| !text.is_empty()).collect();
        let marks = texts.iter().filter(|text| !matches!(read_mark(text), Mark::Other)).count();
        let ticked = marks > 0 && marks * 2 >= texts.len();
        let kind = match heading.parse::<StandardRef>() {
            Ok(standard) => Column::Standard(standard),
            // Standards that are none of ours are no environment either.
            Err(_) if names_a_standard(&heading) => return None,
            Err(_) => Column::Environment(heading),
        };
        ticked.then_some((column, kind))
    });
    other.collect()
}

fn names_a_standard(heading: &str) -> bool {
    let key = key(heading);
    let names =
        ["iso", "soc", "pci", "fedramp", "hipaa", "c5", "hitrust", "csa", "ismap", "nist", "dod", "irap", "ens"];
    key.split(|c: char| !c.is_alphanumeric()).any(|word| names.contains(&word))
}

/// A list of one column without a heading, as if it had one.
fn bare_list(workbook: &Workbook) -> Option<Sheet> {
    let mut sheet = workbook.sheets.iter().find(|sheet| !sheet.rows.is_empty())?.clone();
    let one = sheet.rows.iter().all(|row| row.cells.len() == 1 && row.cells[0].column == 0);
    if !one {
        return None;
    }
    let heading = isoneph_workbook::Cell::new(0, "Service", isoneph_workbook::CellKind::Text);
    sheet.rows.insert(0, isoneph_workbook::Row { number: 0, cells: vec![heading] });
    Some(sheet)
}
