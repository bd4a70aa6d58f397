//! FedRAMP control summaries (CIS) and customer responsibility matrices (CRM): a sheet of either, or both together.
//!
//! The matrix decides who holds a control; the summary fills in where there is none, and is held against it.

use std::collections::BTreeMap;

use isoneph_register::Object;
use isoneph_register::kinds::{Basis, BasisKind, Holder, Responsibility};
use isoneph_workbook::{Heading, Sheet, Table, Workbook};

use super::rows::SheetTable;
use super::{
    Import, ImportError, ImportFormat, Line, Mark, ProblemCode, Rows, Target, key, object_name, read_mark, sentence,
};

const ID: Heading = Heading { key: "control", names: &["Control ID", "Control Number", "Control"], required: true };

const MATRIX: &[Heading] = &[
    ID,
    Heading {
        key: "inherited",
        names: &["Can Be Inherited from CSP", "Can be Inherited", "Inheritable"],
        required: true,
    },
    Heading {
        key: "responsibilities",
        names: &[
            "Specific Inheritance and Customer Agency/CSP Responsibilities",
            "Specific Inheritance and Customer Responsibilities",
            "Customer Responsibilities",
        ],
        required: false,
    },
];

const SUMMARY: &[Heading] = &[
    ID,
    Heading { key: "implemented", names: &["Implemented"], required: true },
    Heading { key: "partially", names: &["Partially Implemented"], required: false },
    Heading { key: "planned", names: &["Planned"], required: false },
    Heading { key: "alternate", names: &["Alternate Implementation", "Alternative Implementation"], required: false },
    Heading { key: "not-applicable", names: &["N/A", "Not Applicable"], required: false },
    Heading { key: "corporate", names: &["Service Provider Corporate"], required: true },
    Heading { key: "system", names: &["Service Provider System Specific"], required: false },
    Heading { key: "hybrid", names: &["Service Provider Hybrid"], required: false },
    Heading { key: "configured", names: &["Configured by Customer"], required: false },
    Heading { key: "provided", names: &["Provided by Customer"], required: false },
    Heading { key: "shared", names: &["Shared"], required: false },
    Heading {
        key: "pre-existing",
        names: &[
            "Inherited",
            "Inherited from pre-existing Authorization",
            "Inherited from pre-existing FedRAMP Authorization",
        ],
        required: false,
    },
];

pub(super) fn fits(workbook: &Workbook) -> bool {
    workbook.sheets.iter().any(|sheet| sheet.table(MATRIX).is_ok() || sheet.table(SUMMARY).is_ok())
}

/// Reads the sheets of a package.
///
/// # Errors
/// If no sheet has the headings of a matrix or a summary.
pub fn fedramp(workbook: &Workbook, target: &Target) -> Result<Import, ImportError> {
    let table = |headings: &'static [Heading]| {
        let found = |sheet: &'_ Sheet| sheet.table(headings).is_ok();
        workbook.sheets.iter().find(|sheet| found(sheet)).and_then(|sheet| sheet.table(headings).ok())
    };
    let (matrix, summary) = (table(MATRIX), table(SUMMARY));
    let origins: BTreeMap<String, Origin> = summary
        .iter()
        .flat_map(Table::rows)
        .filter_map(|line| Some((control(line.text("control"))?, origin(&line))))
        .collect();
    match (matrix, summary) {
        (Some(matrix), summary) => {
            let mut rows = Rows::of(workbook, &matrix, ImportFormat::Fedramp);
            if let Some(summary) = &summary {
                rows.also(summary);
            }
            read_matrix(&SheetTable::new(matrix), &origins, target, &mut rows);
            Ok(rows.finish())
        }
        (None, Some(summary)) => {
            let mut rows = Rows::of(workbook, &summary, ImportFormat::Fedramp);
            read_summary(&SheetTable::new(summary), target, &mut rows);
            Ok(rows.finish())
        }
        (None, None) => {
            let tried = workbook.sheets.iter().filter_map(|sheet| sheet.table(MATRIX).err()).collect();
            Err(ImportError::NoTable { format: ImportFormat::Fedramp, tried })
        }
    }
}

fn read_matrix(table: &SheetTable<'_>, origins: &BTreeMap<String, Origin>, target: &Target, rows: &mut Rows) {
    for line in table.rows() {
        let Some(id) = begin(&line, rows) else { continue };
        let holder = match key(line.text("inherited")).as_str() {
            "yes" => Holder::Provider,
            "partial" | "partially" => Holder::Shared,
            "no" => Holder::Customer,
            "n/a" | "na" | "not applicable" => Holder::NotApplicable,
            "" => {
                rows.problem(&line, "inherited", ProblemCode::Missing, "it is not said whether it can be inherited");
                continue;
            }
            _ => {
                rows.problem(&line, "inherited", ProblemCode::NotUnderstood, "it is Yes, Partial or No");
                continue;
            }
        };
        if let Some(other) = origins.get(&id).and_then(|origin| origin.holder).filter(|other| *other != holder) {
            let message = format!("the matrix says {holder}, the control summary {other}");
            rows.problem(&line, "inherited", ProblemCode::Contradicts, message);
        }
        let duty = sentence(line.text("responsibilities"));
        let made = responsibility(target, &id, holder, duty);
        rows.make(&line, "control", made);
    }
}

fn read_summary(table: &SheetTable<'_>, target: &Target, rows: &mut Rows) {
    for line in table.rows() {
        let Some(id) = begin(&line, rows) else { continue };
        let origin = origin(&line);
        for (key, text) in &origin.other {
            rows.problem(&line, key, ProblemCode::NotUnderstood, format!("'{text}' is no mark"));
        }
        match origin.holder {
            Some(holder) => rows.make(&line, "control", responsibility(target, &id, holder, None)),
            None => rows.problem(&line, "control", ProblemCode::Missing, "no origin is marked"),
        }
    }
}

/// Begins a row that has an id. Rows of titles have none, and say nothing else.
fn begin(line: &Line<'_>, rows: &mut Rows) -> Option<String> {
    let text = line.text("control");
    if text.is_empty() || line.row().cells.len() < 2 {
        return None;
    }
    rows.start(line, "control");
    let id = control(text);
    if id.is_none() {
        rows.problem(line, "control", ProblemCode::NotUnderstood, "this is no id like AC-2(1)");
    }
    id
}

struct Origin {
    holder: Option<Holder>,
    other: Vec<(&'static str, String)>,
}

fn origin(line: &Line<'_>) -> Origin {
    let mut other = Vec::new();
    let mut marked = |columns: &[&'static str]| {
        let mut any = false;
        for column in columns {
            match read_mark(line.text(column)) {
                Mark::Set | Mark::Part => any = true,
                Mark::Empty | Mark::Cleared => {}
                Mark::Other => other.push((*column, line.text(column).to_owned())),
            }
        }
        any
    };
    let provider = marked(&["corporate", "system", "hybrid", "pre-existing"]);
    let customer = marked(&["configured", "provided"]);
    let shared = marked(&["shared"]);
    let not_applicable = marked(&["not-applicable"]);
    let holder = match (shared || (provider && customer), provider, customer) {
        (true, _, _) => Some(Holder::Shared),
        (false, true, _) => Some(Holder::Provider),
        (false, false, true) => Some(Holder::Customer),
        (false, false, false) => not_applicable.then_some(Holder::NotApplicable),
    };
    Origin { holder, other }
}

/// `AC-02 (01)` → `AC-2(1)`.
fn control(text: &str) -> Option<String> {
    let upper: String = text.to_ascii_uppercase().chars().filter(|c| !c.is_whitespace()).collect();
    let (family, rest) = upper.split_once('-')?;
    let (number, enhancement) = match rest.split_once(['(', '.']) {
        Some((number, enhancement)) => (number, Some(enhancement.trim_end_matches(')'))),
        None => (rest, None),
    };
    let family = Some(family).filter(|family| family.len() == 2 && family.bytes().all(|b| b.is_ascii_uppercase()))?;
    let number: u16 = number.parse().ok()?;
    match enhancement {
        None => Some(format!("{family}-{number}")),
        Some(enhancement) => Some(format!("{family}-{number}({})", enhancement.parse::<u16>().ok()?)),
    }
}

fn responsibility(target: &Target, id: &str, holder: Holder, duty: Option<String>) -> Object {
    let area = target.area(id).unwrap_or_else(|| format!("nist-800-53:{id}"));
    let mut row = Responsibility::new(target.service.clone(), area, holder);
    row.stated_by.clone_from(&target.stated_by);
    row.customer.clone_from(&target.customer);
    // One text tells what is inherited and what is left: it is both sides' duty where they share.
    row.provider_duty = duty.clone().filter(|_| matches!(holder, Holder::Provider | Holder::Shared));
    row.customer_duty = duty.filter(|_| matches!(holder, Holder::Customer | Holder::Shared));
    row.version = target.document.as_ref().and_then(|document| document.version.clone());
    row.dated = target.dated;
    row.basis = Some(Basis {
        clause: Some(id.to_owned()),
        document: target.document.clone(),
        ..Basis::new(BasisKind::PublishedDocument)
    });
    let party = target.stated_by.as_deref().unwrap_or("own");
    let name = object_name(&[&target.service, party, "nist-800-53", &id.replace('(', ".").replace(')', "")]);
    Object::new(name, row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_one_however_they_are_written() {
        for text in ["AC-2(1)", "AC-02 (01)", "ac-2 (1)", "AC-2.1"] {
            assert_eq!(control(text).as_deref(), Some("AC-2(1)"), "{text}");
        }
        for text in ["", "AC", "XX", "AC-2(one)", "A-1", "ACC-1"] {
            assert_eq!(control(text), None, "{text}");
        }
    }
}
