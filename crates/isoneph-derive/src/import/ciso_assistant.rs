//! Audits exported by CISO Assistant. Names and descriptions of requirements are not kept.

use isoneph_register::Object;
use isoneph_register::kinds::{Implementation, Statement};
use isoneph_standard::Catalogue;
use isoneph_workbook::{Heading, Sheet, Workbook};

use super::applicability::known_control;
use super::{
    Import, ImportError, ImportFormat, ProblemCode, Rows, SheetTable, Target, key, object_name, read_yes_no, sentence,
};

const HEADINGS: &[Heading] = &[
    Heading { key: "control", names: &["ref_id", "reference", "ref"], required: true },
    Heading { key: "result", names: &["compliance_result", "result"], required: true },
    Heading { key: "progress", names: &["requirement_progress", "status", "progress"], required: true },
    Heading { key: "urn", names: &["urn"], required: false },
    Heading { key: "assessable", names: &["assessable"], required: false },
    Heading { key: "extended", names: &["extended_result"], required: false },
    Heading { key: "observations", names: &["observations", "observation"], required: false },
];

pub(super) fn fits(sheet: &Sheet) -> bool {
    sheet.table(HEADINGS).is_ok()
}

/// Reads an audit as statements. What was not assessed makes nothing.
///
/// # Errors
/// If no sheet has its headings.
pub fn ciso_assistant(workbook: &Workbook, target: &Target, catalogue: &Catalogue) -> Result<Import, ImportError> {
    let (tables, mut rows) = Rows::find(workbook, HEADINGS, ImportFormat::CisoAssistant)?;
    for line in tables.iter().flat_map(SheetTable::rows) {
        // `non_compliant` in the columns of a machine is `Non-compliant` in those for people.
        let result = key(line.text("result")).replace('-', " ");
        // A title of a group bears no result of its own: what stands there is a sum of those beneath.
        let heading = line.has("assessable") && !matches!(read_yes_no(line.text("assessable")), Some(true));
        let says_nothing = matches!(result.as_str(), "" | "not assessed");
        if (heading && says_nothing) || (line.text("control").is_empty() && result.is_empty()) {
            continue;
        }
        rows.start(&line, "control");
        if heading {
            let message = format!("'{}' makes it a title, and it bears a result", line.text("assessable"));
            rows.problem(&line, "assessable", ProblemCode::Contradicts, message);
            continue;
        }
        let written = line.text("control");
        let control = known_control(catalogue, written).filter(|_| is_control(written, line.text("urn")));
        let Some(control) = control else {
            let message = "this is no control of ISO/IEC 27001 Annex A, 27002 or 27017";
            rows.problem(&line, "control", ProblemCode::NotUnderstood, message);
            continue;
        };
        let observation = sentence(line.text("observations"));
        let status = match result.as_str() {
            "compliant" => Some(Implementation::Implemented),
            "partially compliant" => Some(Implementation::Partial),
            "non compliant" | "not compliant" => Some(Implementation::NotImplemented),
            "not applicable" => None,
            "not assessed" | "" => {
                rows.problem(&line, "result", ProblemCode::Missing, "not assessed");
                continue;
            }
            other => {
                let message = format!("'{other}' is no result");
                rows.problem(&line, "result", ProblemCode::NotUnderstood, message);
                continue;
            }
        };
        if status.is_none() && observation.is_none() {
            rows.problem(&line, "observations", ProblemCode::Missing, "an exclusion needs its reason");
            continue;
        }
        let mut statement = Statement::new(control.clone(), status.is_some());
        statement.party.clone_from(&target.stated_by);
        statement.service = Some(target.service.clone()).filter(|service| !service.is_empty());
        statement.status = status;
        match status {
            Some(_) => statement.how = observation,
            None => statement.exclusion = observation,
        }
        statement.reviewed = target.dated;
        let mut parts = vec!["ciso-assistant", control.as_str()];
        parts.extend(statement.service.as_deref());
        let name = object_name(&parts);
        rows.make(&line, "control", Object::new(name, statement));
    }
    Ok(rows.finish())
}

/// Frameworks of ISO/IEC 27001 hold its clauses beside Annex A: there `5.1` is leadership, `A.5.1` a control.
fn is_control(written: &str, urn: &str) -> bool {
    let upper = written.trim().to_ascii_uppercase();
    upper.starts_with('A') || upper.starts_with("CLD") || !urn.contains("27001")
}
