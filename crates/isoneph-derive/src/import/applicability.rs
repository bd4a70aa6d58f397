//! Statements of applicability in any order of columns. Which column is which is found by its heading, or given by a
//! [`Mapping`] that was remembered; it comes back with every import.

mod control;
mod headings;
mod words;

use std::collections::BTreeMap;

use isoneph_model::{ControlId, Role};
use isoneph_register::Object;
use isoneph_register::kinds::{Act, EvidenceRef, Implementation, Inclusion, Statement};
use isoneph_standard::Catalogue;
use isoneph_workbook::{CellKind, Sheet, Table, Workbook};

pub(super) use control::known_control;
use headings::forms;
use words::{denies, read_reason, read_status};

use super::{
    Import, ImportError, ImportFormat, Line, Mapping, Mark, ProblemCode, Rows, Target, key, mapped, object_name,
    read_date, read_mark, read_role, read_yes_no, readable, sentence,
};

pub(super) fn fits(sheet: &Sheet) -> bool {
    forms().iter().any(|form| sheet.table(form).is_ok())
}

/// Reads a statement of applicability.
///
/// # Errors
/// If no sheet has the headings, or the mapping does not fit the workbook.
pub fn applicability(
    workbook: &Workbook,
    target: &Target,
    catalogue: &Catalogue,
    mapping: Option<&Mapping>,
) -> Result<(Import, Mapping), ImportError> {
    let forms = forms();
    let of_some_form = |sheet| forms.iter().find_map(|form| Sheet::table(sheet, form).ok());
    let tables = match mapping {
        Some(mapping) => mapped(workbook, mapping, &forms)?,
        None => readable(workbook, |sheet| Some(with_controls(of_some_form(sheet)?, catalogue))),
    };
    let (tables, rows) = Rows::among(workbook, tables, &forms[0], ImportFormat::Applicability)?;
    let given = mapping.cloned().unwrap_or_default();
    let mut reading = Reading { target, catalogue, given, rows, before: None, after: None };
    for table in &tables {
        reading.before = None;
        let lines: Vec<Line<'_>> = table.rows().collect();
        let ids: Vec<Option<ControlId>> =
            lines.iter().map(|line| known_control(catalogue, line.text("control"))).collect();
        for (i, line) in lines.iter().enumerate() {
            reading.after = ids[i + 1..].iter().flatten().next().cloned();
            reading.line(line);
        }
    }
    let import = reading.rows.finish();
    let only = tables.first().filter(|_| workbook.sheets.len() > 1 && tables.len() == 1);
    let found = Mapping {
        sheet: only.map(|table| table.table().sheet().name.clone()),
        columns: import.columns.iter().map(|(key, heading)| ((*key).to_owned(), heading.clone())).collect(),
        words: BTreeMap::new(),
    };
    Ok((import, mapping.cloned().unwrap_or(found)))
}

/// Several columns may be headed like one of ids: `No.` that counts rows, `Control` that holds titles. It is the one that
/// names most controls.
fn with_controls<'a>(table: Table<'a>, catalogue: &Catalogue) -> Table<'a> {
    let [form, _] = forms();
    let Some(heading) = form.iter().find(|heading| heading.key == "control") else { return table };
    let named =
        |column: u32| table.rows().filter(|line| known_control(catalogue, line.row().text(column)).is_some()).count();
    // Of equals the first.
    let best = table.candidates(heading).into_iter().rev().max_by_key(|column| named(*column));
    match best {
        Some(column) => table.with_column("control", column),
        None => table,
    }
}

struct Reading<'a> {
    target: &'a Target,
    catalogue: &'a Catalogue,
    /// What is given beside the file.
    given: Mapping,
    rows: Rows,
    /// The controls of the rows before and after, by which `5.1` that was `5.10` is told.
    before: Option<ControlId>,
    after: Option<ControlId>,
}

impl Reading<'_> {
    fn word<'t>(&'t self, text: &'t str) -> &'t str {
        self.given.word(text)
    }

    fn line(&mut self, line: &Line<'_>) {
        if self.is_title(line) {
            return;
        }
        self.rows.start(line, "control");
        let Some(control) = self.control(line) else { return };
        self.before = Some(control.clone());
        let Some(applicable) = self.applicable(line) else { return };
        let text = |key: &str| sentence(line.text(key));
        let mut statement = Statement::new(control.clone(), applicable);
        statement.party.clone_from(&self.target.stated_by);
        let service = Some(self.target.service.clone()).filter(|service| !service.is_empty());
        statement.service = text("service").or(service);
        statement.role = self.role(line);
        statement.requirement = text("requirement");
        statement.owner = text("owner");
        statement.evidence = lines(line.text("evidence")).map(EvidenceRef::new).collect();
        statement.reviewed = self.date(line, "reviewed").or(self.target.dated);
        statement.next_review = self.date(line, "next-review");
        statement.risks = line.text("risks").split([',', ';', '\n', '、']).filter_map(sentence).collect();
        statement.approved = approved(line.text("approved"));
        if applicable {
            statement.reasons = self.reasons(line);
            statement.status = self.status(line);
            statement.how = text("how");
            if text("exclusion").is_some() {
                let message = "it applies, and a reason is given why it does not";
                self.rows.problem(line, "exclusion", ProblemCode::Contradicts, message);
            }
        } else {
            statement.exclusion = text("exclusion").or_else(|| text("justification"));
            if statement.exclusion.is_none() {
                return self.rows.problem(line, "exclusion", ProblemCode::Missing, "an exclusion needs its reason");
            }
        }
        let role = statement.role.map(Role::as_str);
        let mut parts = vec!["soa", control.as_str()];
        parts.extend(role);
        parts.extend(statement.service.as_deref());
        let name = match line.text("statement") {
            "" => object_name(&parts),
            given => object_name(&[given]),
        };
        self.rows.make(line, "control", Object::new(name, statement));
    }

    /// Titles of clauses stand alone in their row, or have no number. An id and nothing else is a row that was left
    /// empty, and one that decides something has lost its number: both are told.
    fn is_title(&self, line: &Line<'_>) -> bool {
        let (written, cells) = (line.text("control"), line.row().cells.len());
        let decides = ["applicable", "excluded"].into_iter().any(|key| !line.text(key).is_empty());
        match written {
            "" => !decides || (cells < 2 && read_yes_no(line.text("applicable")).is_none()),
            one if !one.contains(char::is_whitespace) && known_control(self.catalogue, one).is_some() => false,
            one => !decides && (cells < 2 || self.is_of_a_clause(line, one)),
        }
    }

    /// `5 | Policies`: a number that can be no control's, a title, and nothing that a statement would say.
    fn is_of_a_clause(&self, line: &Line<'_>, written: &str) -> bool {
        let first = written.split_whitespace().next().unwrap_or_default();
        let numbers = first.split('.').filter(|part| part.starts_with(|c: char| c.is_ascii_digit())).count();
        let [form, _] = forms();
        let says = form.iter().any(|heading| heading.key != "control" && !line.text(heading.key).is_empty());
        numbers < 2 && !says
    }

    fn applicable(&mut self, line: &Line<'_>) -> Option<bool> {
        let written = line.text("applicable");
        let excluded = read_yes_no(self.word(line.text("excluded"))) == Some(true);
        let said = read_yes_no(self.word(written));
        match (written, said) {
            (_, Some(true)) if excluded => {
                let message = "it is marked as applicable and as excluded";
                self.rows.problem(line, "excluded", ProblemCode::Contradicts, message);
                None
            }
            ("", _) if excluded => Some(false),
            ("", _) if !line.has("applicable") => self.applies_by_reasons(line),
            ("", _) => {
                let message = "it is not said whether it applies";
                self.rows.problem(line, "applicable", ProblemCode::Missing, message);
                None
            }
            (_, None) => {
                let message = format!("'{written}' is neither yes nor no");
                self.rows.problem(line, "applicable", ProblemCode::NotUnderstood, message);
                None
            }
            (_, said) => said,
        }
    }

    /// Where no column says whether a control applies, a reason that is marked does; what is marked nowhere is excluded
    /// where a reason for that is given.
    fn applies_by_reasons(&mut self, line: &Line<'_>) -> Option<bool> {
        let marked = |reason: &Inclusion| matches!(read_mark(line.text(reason.as_str())), Mark::Set | Mark::Part);
        let written = |reason: &Inclusion| !line.text(reason.as_str()).is_empty();
        if Inclusion::ALL.iter().any(marked) {
            return Some(true);
        }
        if !Inclusion::ALL.iter().any(written) && sentence(line.text("exclusion")).is_some() {
            return Some(false);
        }
        let message = "no reason is marked for it and none given against it: whether it applies is not said";
        self.rows.problem(line, "control", ProblemCode::Missing, message);
        None
    }

    fn control(&mut self, line: &Line<'_>) -> Option<ControlId> {
        if let Some(stated) = known_control(self.catalogue, line.text("stated-as")) {
            return Some(stated);
        }
        let written = line.text("control");
        let number = line.cell("control").is_some_and(|cell| cell.kind == CellKind::Number);
        let found = known_control(self.catalogue, written);
        let longer = number.then(|| known_control(self.catalogue, &format!("{written}0"))).flatten();
        let control = match (found, longer) {
            (Some(short), Some(long)) => self.told_by_place(short, long),
            (found, longer) => found.or(longer),
        };
        if control.is_none() {
            let (code, message) = if number {
                let message = format!("the spreadsheet holds the number {written}: it may have been {written}0");
                (ProblemCode::Ambiguous, message)
            } else {
                let message = match written {
                    "" => "of which control is not said",
                    _ => "no control of ISO/IEC 27001 Annex A, 27002 or 27017",
                };
                (ProblemCode::NotUnderstood, message.to_owned())
            };
            self.rows.problem(line, "control", code, message);
        }
        control
    }

    /// A spreadsheet keeps `5.10` typed as a number as `5.1`. After 5.9 it was 5.10; before 5.2 it was 5.1. A list of
    /// some controls may go from 4.3 to 5.10: there nothing tells.
    fn told_by_place(&self, short: ControlId, long: ControlId) -> Option<ControlId> {
        let parts = |id: &ControlId| -> Option<(u16, u16)> {
            let (clause, number) = id.as_str().split_once('.')?;
            Some((clause.parse().ok()?, number.parse().ok()?))
        };
        let (clause, number) = parts(&short)?;
        let (_, long_number) = parts(&long)?;
        match self.before.as_ref().and_then(parts) {
            Some((before, last)) if before == clause && last + 1 == long_number => Some(long),
            Some((before, last)) if before == clause && last + 1 == number => Some(short),
            Some((before, _)) if before == clause => None,
            _ => match self.after.as_ref().and_then(parts) {
                Some(after) if number == 1 && after == (clause, 2) => Some(short),
                _ => None,
            },
        }
    }

    fn role(&mut self, line: &Line<'_>) -> Option<Role> {
        let written = line.text("role");
        let role = read_role(self.word(written));
        if role.is_none() && !matches!(key(written).as_str(), "" | "both" | "-" | "all") {
            let message = format!("'{written}' is no role; the statement counts for both");
            self.rows.problem(line, "role", ProblemCode::NotUnderstood, message);
        }
        role
    }

    fn date(&mut self, line: &Line<'_>, column: &'static str) -> Option<jiff::civil::Date> {
        let written = line.text(column);
        let day = read_date(written);
        if day.is_none() && sentence(written).is_some() {
            self.rows.problem(line, column, ProblemCode::NotUnderstood, "a day is written 2026-11-21");
        }
        day
    }

    fn status(&mut self, line: &Line<'_>) -> Option<Implementation> {
        let written = line.text("status");
        let status = read_status(self.word(written));
        if status.is_none() && !written.is_empty() {
            let message = format!("'{written}' is no status");
            self.rows.problem(line, "status", ProblemCode::NotUnderstood, message);
        }
        status
    }

    fn reasons(&mut self, line: &Line<'_>) -> Vec<Inclusion> {
        let mut reasons = Vec::new();
        for reason in Inclusion::ALL {
            let written = line.text(reason.as_str());
            match read_mark(written) {
                Mark::Empty | Mark::Cleared => {}
                Mark::Set | Mark::Part => reasons.push(*reason),
                Mark::Other if read_yes_no(written) == Some(false) || sentence(written).is_none() => {}
                // The law or the contract itself, unless the text says that there is none.
                Mark::Other if !denies(written) => reasons.push(*reason),
                Mark::Other => {
                    let message = format!("'{written}' may be a reason, or say that there is none");
                    self.rows.problem(line, reason.as_str(), ProblemCode::NotUnderstood, message);
                }
            }
        }
        for column in ["reasons", "justification"] {
            for written in line.text(column).split([',', ';', '/', '\n', '、', '，']).map(str::trim) {
                if written.is_empty() {
                    continue;
                }
                match read_reason(self.word(written)) {
                    Some(reason) => reasons.push(reason),
                    None => {
                        let message =
                            format!("'{written}' names no reason: legal, contractual, risk, best-practice, customer");
                        self.rows.problem(line, column, ProblemCode::NotUnderstood, message);
                    }
                }
            }
        }
        reasons.sort();
        reasons.dedup();
        reasons
    }
}

/// `Mika, 2026-05-01`: who, and a day. Without a day nobody has approved.
fn approved(text: &str) -> Option<Act> {
    let (by, on) = text.rsplit_once([',', ' '])?;
    let by = by.trim().trim_end_matches(',').trim();
    (!by.is_empty()).then_some(())?;
    Some(Act::new(by.to_owned(), read_date(on)?))
}

fn lines(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().filter_map(sentence)
}
