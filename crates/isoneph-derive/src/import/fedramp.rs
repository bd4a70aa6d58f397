//! FedRAMP control summaries (CIS) and customer responsibility matrices (CRM): a sheet of either, or both together.
//!
//! The matrix decides who holds a control; the summary fills in where there is none, and is held against it.

mod id;
mod origin;

use std::collections::{BTreeMap, BTreeSet};

use isoneph_register::Object;
use isoneph_register::kinds::{Basis, BasisKind, Holder, Responsibility};
use isoneph_workbook::{Heading, Sheet, Table, Workbook};

use id::control;
use origin::{Origin, by_origin, origin};

use super::{
    Import, ImportError, ImportFormat, Line, ProblemCode, Rows, SheetTable, Target, key, object_name, readable,
    sentence,
};

const ID: Heading = Heading { key: "control", names: &["Control ID", "Control Number", "Control"], required: true };

/// One text that tells what is inherited and what is left.
const BOTH: Heading = Heading {
    key: "responsibilities",
    names: &[
        "Specific Inheritance and Customer Agency/CSP Responsibilities",
        "Specific Inheritance and Customer Responsibilities",
    ],
    required: false,
};

const PROVIDER: Heading = Heading {
    key: "provider-duty",
    names: &["CSP Responsibilities", "CSP Responsibility", "Provider Responsibilities", "Provider Responsibility"],
    required: false,
};

const CUSTOMER: Heading = Heading {
    key: "customer-duty",
    names: &["Customer Responsibilities", "Customer Responsibility", "Customer Agency Responsibilities"],
    required: false,
};

const MATRIX: &[Heading] = &[
    ID,
    Heading {
        key: "inherited",
        names: &["Can Be Inherited from CSP", "Can be Inherited", "Inheritable"],
        required: true,
    },
    BOTH,
    PROVIDER,
    CUSTOMER,
];

/// A matrix that tells in one column whose a control is, in the words of the summary.
const ORIGINS: &[Heading] = &[
    ID,
    Heading { key: "origin", names: &["Control Origination", "Control Origin", "Origination"], required: true },
    BOTH,
    PROVIDER,
    CUSTOMER,
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

pub(super) fn fits(sheet: &Sheet) -> bool {
    sheet.table(SUMMARY).is_ok() || matrix(sheet).is_some()
}

/// Reads the sheets of a package: all matrices, and of summaries what no matrix tells.
///
/// # Errors
/// If no sheet has the headings of a matrix or a summary.
pub fn fedramp(workbook: &Workbook, target: &Target) -> Result<Import, ImportError> {
    let summaries = readable(workbook, |sheet| sheet.table(SUMMARY).ok().filter(|_| matrix(sheet).is_none()));
    let matrices = readable(workbook, matrix);
    let matrix_count = matrices.len();
    let all = matrices.into_iter().chain(summaries).collect();
    let (tables, mut rows) = Rows::among(workbook, all, MATRIX, ImportFormat::Fedramp)?;
    let (matrices, summaries) = tables.split_at(matrix_count);
    let lines = summaries.iter().flat_map(SheetTable::rows);
    let origins: BTreeMap<String, Origin> =
        lines.filter_map(|line| Some((control(line.text("control"))?, origin(&line)))).collect();
    let mut told = BTreeSet::new();
    for table in matrices {
        read_matrix(table, &origins, target, &mut told, &mut rows);
    }
    for table in summaries {
        read_summary(table, &told, target, &mut rows);
    }
    Ok(rows.finish())
}

/// A summary has its origins as columns, under a title like that of a matrix with one column of them.
fn matrix(sheet: &Sheet) -> Option<Table<'_>> {
    let origins = || sheet.table(ORIGINS).ok().filter(|_| sheet.table(SUMMARY).is_err());
    sheet.table(MATRIX).ok().or_else(origins)
}

fn read_matrix(
    table: &SheetTable<'_>,
    origins: &BTreeMap<String, Origin>,
    target: &Target,
    told: &mut BTreeSet<String>,
    rows: &mut Rows,
) {
    for line in table.rows() {
        let Some(id) = begin(&line, rows) else { continue };
        told.insert(id.clone());
        let holder = if line.has("inherited") { by_inheritance(&line, rows) } else { by_origin(&line, rows) };
        let Some(holder) = holder else { continue };
        let key = if line.has("inherited") { "inherited" } else { "origin" };
        if let Some(other) = origins.get(&id).and_then(|origin| origin.holder).filter(|other| *other != holder) {
            let message = format!("the matrix says {holder}, the control summary {other}");
            rows.problem(&line, key, ProblemCode::Contradicts, message);
        }
        let duties = Duties::of(&line, holder);
        if holder == Holder::Provider && duties.customer.is_some() {
            let message = "the customer is told to do something of what is the provider's";
            rows.problem(&line, "customer-duty", ProblemCode::Contradicts, message);
        }
        rows.make(&line, "control", responsibility(target, &id, holder, duties));
    }
}

fn by_inheritance(line: &Line<'_>, rows: &mut Rows) -> Option<Holder> {
    match key(line.text("inherited")).trim_end_matches('.') {
        "yes" | "y" | "fully" | "fully inherited" => return Some(Holder::Provider),
        "partial" | "partially" | "partially inherited" | "shared" => return Some(Holder::Shared),
        "no" | "n" | "not inherited" => return Some(Holder::Customer),
        "n/a" | "na" | "not applicable" => return Some(Holder::NotApplicable),
        "" => {
            let message = "it is not said whether it can be inherited";
            rows.problem(line, "inherited", ProblemCode::Missing, message);
        }
        _ => rows.problem(line, "inherited", ProblemCode::NotUnderstood, "it is Yes, Partial or No"),
    }
    None
}

fn read_summary(table: &SheetTable<'_>, told: &BTreeSet<String>, target: &Target, rows: &mut Rows) {
    for line in table.rows() {
        if control(line.text("control")).is_some_and(|id| told.contains(&id)) {
            continue;
        }
        let Some(id) = begin(&line, rows) else { continue };
        let origin = origin(&line);
        for (key, text) in &origin.other {
            rows.problem(&line, key, ProblemCode::NotUnderstood, format!("'{text}' is no mark"));
        }
        match origin.holder {
            Some(holder) => rows.make(&line, "control", responsibility(target, &id, holder, Duties::default())),
            None => rows.problem(&line, "control", ProblemCode::Missing, "no origin is marked"),
        }
    }
}

/// What each side is told to do.
#[derive(Default)]
struct Duties {
    provider: Option<String>,
    customer: Option<String>,
}

impl Duties {
    /// A text under a party's name is that party's, whoever holds the control. One text for both tells what is inherited
    /// and what is left: it is both sides' where they share.
    fn of(line: &Line<'_>, holder: Holder) -> Duties {
        let text = |key: &str| sentence(line.text(key));
        let both = text("responsibilities");
        let of = |holders: [Holder; 2]| both.clone().filter(|_| holders.contains(&holder));
        Duties {
            provider: text("provider-duty").or_else(|| of([Holder::Provider, Holder::Shared])),
            customer: text("customer-duty").or_else(|| of([Holder::Customer, Holder::Shared])),
        }
    }
}

/// Begins a row that has an id. Rows of titles have none, and say nothing else.
fn begin(line: &Line<'_>, rows: &mut Rows) -> Option<String> {
    let text = line.text("control");
    let answered = ["inherited", "origin"].into_iter().any(|key| !line.text(key).is_empty());
    if !answered && (text.is_empty() || line.row().cells.len() < 2) {
        return None;
    }
    rows.start(line, "control");
    let id = control(text);
    if id.is_none() {
        let message = if text.is_empty() { "of which control is not said" } else { "this is no id like AC-2(1)" };
        rows.problem(line, "control", ProblemCode::NotUnderstood, message);
    }
    id
}

fn responsibility(target: &Target, id: &str, holder: Holder, duties: Duties) -> Object {
    let area = target.area(id).unwrap_or_else(|| format!("nist-800-53:{id}"));
    let mut row = Responsibility::new(target.service.clone(), area, holder);
    row.stated_by.clone_from(&target.stated_by);
    row.customer.clone_from(&target.customer);
    row.provider_duty = duties.provider;
    row.customer_duty = duties.customer;
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
