//! Statements of applicability in any order of columns. Which column is which is found by its heading, or given by a
//! [`Mapping`] that was remembered; it comes back with every import.

use std::collections::BTreeMap;

use isoneph_model::{ControlId, Edition, Role};
use isoneph_register::Object;
use isoneph_register::kinds::{Act, EvidenceRef, Implementation, Inclusion, Statement};
use isoneph_standard::{BaseStandard, Catalogue};
use isoneph_workbook::{CellKind, Heading, Table, Workbook};
use serde::{Deserialize, Serialize};

use super::rows::SheetTable;
use super::{
    Import, ImportError, ImportFormat, Line, Mark, ProblemCode, Rows, Target, key, object_name, read_date, read_mark,
    read_role, read_word, read_yes_no, sentence,
};

macro_rules! headings {
    ($($key:literal $required:literal: [$($name:literal),+ $(,)?],)+) => {
        &[$(Heading { key: $key, names: &[$($name),+], required: $required }),+]
    };
}

const HEADINGS: &[Heading] = headings! {
    "control" true: ["Control", "Control ID", "Control No", "Control number", "Control ref", "Control reference", "Ref",
        "Reference", "Annex A", "Annex A control", "Annex A reference", "ISO/IEC 27001:2022 Control", "ISO 27001 control",
        "ISO/IEC 27001 control", "ID", "No", "管理策番号", "附属書A", "番号", "管理策"],
    "applicable" true: ["Applicable", "Applicability", "Applies", "Is applicable", "Applicable?", "Included", "Selected",
        "適用", "適用の有無", "適用可否", "適用有無", "採否"],
    "role" false: ["Role", "CSP/CSC", "役割"],
    "service" false: ["Service", "Cloud service", "対象サービス", "サービス"],
    "reasons" false: ["Reasons for inclusion", "Reason for inclusion", "Justification for inclusion", "Inclusion reason",
        "Reason for selection", "Reasons for selection", "Source of requirement", "採用理由", "適用理由", "選択理由"],
    "legal" false: ["LR", "Legal", "Legal requirement", "Legal requirements", "Regulatory", "法令"],
    "contractual" false: ["CO", "Contractual", "Contractual obligation", "Contractual obligations", "契約"],
    "best-practice" false: ["BR/BP", "BP", "Best practice", "Business requirement", "Business requirements",
        "Business requirements/best practices"],
    "risk" false: ["RRA", "Risk", "Result of risk assessment", "Results of risk assessment", "Risk assessment"],
    "customer" false: ["Customer request", "Customer requirement", "Customer"],
    "exclusion" false: ["Reason for exclusion", "Reasons for exclusion", "Justification for exclusion",
        "Exclusion reason", "Justification for non-applicability", "除外理由", "適用除外の理由", "非適用理由"],
    "justification" false: ["Justification", "Reason", "Rationale", "理由", "正当化"],
    "status" false: ["Status", "Implementation status", "Implementation", "Implemented", "Current status", "実施状況", "実施"],
    "how" false: ["How it is done", "How", "Implementation method", "Implementation description", "Description of implementation",
        "Overview of implementation", "Measures", "実施内容", "対策内容", "実施方法"],
    "owner" false: ["Owner", "Control owner", "Responsible", "Accountable", "責任者", "担当"],
    "risks" false: ["Risks", "Risk reference", "Risk references", "Risk IDs", "リスク"],
    "approved" false: ["Treatment approved", "Approved", "Approved by", "リスク対応の承認"],
    "evidence" false: ["Evidence", "Records", "Document", "Documents", "証拠", "記録", "関連文書"],
    "reviewed" false: ["Reviewed", "Last review", "Last reviewed", "Review date", "レビュー日"],
    // Our own sheets say which number a statement bears and what it is called: one row of Annex A holds several.
    "stated-as" false: ["Stated as", "言明の管理策"],
    "statement" false: ["Statement name", "言明の名称"],
    "requirement" false: ["Requirement of the cell", "区画の要求事項"],
    "next-review" false: ["Next review", "Next review date", "次回レビュー"],
};

/// Which column is which, to be remembered for the next file of the same hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mapping {
    /// The sheet; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Our name of a column → its heading in the file.
    pub columns: BTreeMap<String, String>,
    /// A word in the file → ours, for applicability, status, roles and reasons.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
}

/// Our names of columns, which a mapping may use.
pub fn column_names() -> impl Iterator<Item = &'static str> {
    HEADINGS.iter().map(|heading| heading.key)
}

pub(super) fn fits(workbook: &Workbook) -> bool {
    workbook.sheets.iter().any(|sheet| sheet.table(HEADINGS).is_ok())
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
    let (table, rows) = match mapping {
        Some(mapping) => {
            let table = mapped(workbook, mapping)?;
            let rows = Rows::of(workbook, &table, ImportFormat::Applicability);
            (SheetTable::new(table), rows)
        }
        None => Rows::find(workbook, HEADINGS, ImportFormat::Applicability)?,
    };
    let words = mapping.map(|mapping| &mapping.words).into_iter().flatten();
    let words: BTreeMap<String, &str> = words.map(|(word, ours)| (key(word), ours.as_str())).collect();
    let mut reading = Reading { target, catalogue, words, rows, before: None };
    for line in table.rows() {
        reading.line(&line);
    }
    let import = reading.rows.finish();
    let found = Mapping {
        sheet: Some(table.table().sheet().name.clone()).filter(|_| workbook.sheets.len() > 1),
        columns: import.columns.iter().map(|(key, heading)| ((*key).to_owned(), heading.clone())).collect(),
        words: BTreeMap::new(),
    };
    Ok((import, mapping.cloned().unwrap_or(found)))
}

/// The table whose row of headings has all that the mapping names.
fn mapped<'a>(workbook: &'a Workbook, mapping: &Mapping) -> Result<Table<'a>, ImportError> {
    let known = |name: &str| HEADINGS.iter().find(|heading| heading.key == name).map(|heading| heading.key);
    for name in mapping.columns.keys() {
        if known(name).is_none() {
            let names: Vec<&str> = column_names().collect();
            return Err(ImportError::Mapping(format!("it has no column '{name}'; columns are {}", names.join(", "))));
        }
    }
    for required in ["control", "applicable"] {
        if !mapping.columns.contains_key(required) {
            return Err(ImportError::Mapping(format!("it does not say which column is '{required}'")));
        }
    }
    let mut lacking: Option<Vec<String>> = None;
    let sheets = workbook.sheets.iter();
    for sheet in sheets.filter(|sheet| mapping.sheet.as_ref().is_none_or(|name| key(name) == key(&sheet.name))) {
        for row in sheet.rows.iter().take(20) {
            let column =
                |heading: &str| row.cells.iter().find(|cell| key(&cell.text) == key(heading)).map(|c| c.column);
            let missing: Vec<String> =
                mapping.columns.values().filter(|heading| column(heading).is_none()).cloned().collect();
            if missing.is_empty() {
                let columns = mapping.columns.iter();
                let columns = columns.filter_map(|(name, heading)| Some((known(name)?, column(heading)?))).collect();
                return Ok(Table::mapped(sheet, row.number, columns));
            }
            if lacking.as_ref().is_none_or(|least| missing.len() < least.len()) {
                lacking = Some(missing);
            }
        }
    }
    let lacking = lacking.map(|missing| missing.join(", ")).unwrap_or_default();
    Err(ImportError::Mapping(format!("no row of headings has all its columns; missing: {lacking}")))
}

struct Reading<'a> {
    target: &'a Target,
    catalogue: &'a Catalogue,
    words: BTreeMap<String, &'a str>,
    rows: Rows,
    /// The control of the row before, by which `5.1` that was `5.10` is told.
    before: Option<ControlId>,
}

impl Reading<'_> {
    fn word<'t>(&'t self, text: &'t str) -> &'t str {
        self.words.get(&key(text)).copied().unwrap_or(text)
    }

    fn line(&mut self, line: &Line<'_>) {
        // Titles of clauses stand alone in their row.
        if line.text("control").is_empty() || (line.row().cells.len() < 2 && line.text("applicable").is_empty()) {
            return;
        }
        self.rows.start(line, "control");
        let Some(control) = self.control(line) else { return };
        self.before = Some(control.clone());
        let written = line.text("applicable");
        if written.is_empty() {
            return self.rows.problem(line, "applicable", ProblemCode::Missing, "it is not said whether it applies");
        }
        let Some(applicable) = read_yes_no(self.word(written)) else {
            let message = format!("'{written}' is neither yes nor no");
            return self.rows.problem(line, "applicable", ProblemCode::NotUnderstood, message);
        };
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
                (ProblemCode::NotUnderstood, "no control of ISO/IEC 27001 Annex A, 27002 or 27017".to_owned())
            };
            self.rows.problem(line, "control", code, message);
        }
        control
    }

    /// A spreadsheet keeps `5.10` typed as a number as `5.1`. After 5.9 it was 5.10; after nothing, another clause's
    /// last control or 5.0 it was 5.1.
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
            Some((before, _)) if before != clause && number == 1 => Some(short),
            None if number == 1 => Some(short),
            _ => None,
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
        let word = self.word(written);
        let status = read_word(word).or_else(|| match key(word).as_str() {
            "fully implemented" | "done" | "complete" | "completed" | "in place" | "yes" | "operational" | "実施済"
            | "実施" | "実施済み" | "対応済" => Some(Implementation::Implemented),
            "in progress" | "partially implemented" | "partly" | "ongoing" | "一部実施" | "実施中" => {
                Some(Implementation::Partial)
            }
            "to do" | "open" | "planned for" | "計画中" | "予定" => Some(Implementation::Planned),
            "no" | "not done" | "none" | "not started" | "未実施" => Some(Implementation::NotImplemented),
            _ => None,
        });
        if status.is_none() && !written.is_empty() {
            let message = format!("'{written}' is no status");
            self.rows.problem(line, "status", ProblemCode::NotUnderstood, message);
        }
        status
    }

    fn reasons(&mut self, line: &Line<'_>) -> Vec<Inclusion> {
        let mut reasons = Vec::new();
        for reason in Inclusion::ALL {
            match read_mark(line.text(reason.as_str())) {
                Mark::Empty | Mark::Cleared => {}
                Mark::Set | Mark::Part | Mark::Other => reasons.push(*reason),
            }
        }
        for column in ["reasons", "justification"] {
            for written in line.text(column).split([',', ';', '/', '\n', '、', '，']).map(str::trim) {
                if written.is_empty() {
                    continue;
                }
                match reason(self.word(written)) {
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

fn reason(text: &str) -> Option<Inclusion> {
    read_word(text).or_else(|| {
        let key = key(text);
        let named = |words: &[&str]| words.iter().any(|word| key.contains(word));
        match key.as_str() {
            "lr" => Some(Inclusion::Legal),
            "co" => Some(Inclusion::Contractual),
            "br" | "bp" => Some(Inclusion::BestPractice),
            "rra" => Some(Inclusion::Risk),
            _ if named(&["legal", "law", "regulat", "statut", "法令", "法的"]) => Some(Inclusion::Legal),
            _ if named(&["contract", "契約"]) => Some(Inclusion::Contractual),
            _ if named(&["customer", "client", "顧客"]) => Some(Inclusion::Customer),
            _ if named(&["risk", "リスク"]) => Some(Inclusion::Risk),
            _ if named(&["best practice", "good practice", "business", "ベストプラクティス", "事業"]) => {
                Some(Inclusion::BestPractice)
            }
            _ => None,
        }
    })
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

/// The control that somebody means by `A.5.1`, `Annex A 5.1 (title)`, `9.2.1`, `6.3.1` or `CLD.6.3.1`.
pub(super) fn known_control(catalogue: &Catalogue, text: &str) -> Option<ControlId> {
    let words = key(text);
    let words = words.strip_prefix("annex ").unwrap_or(&words);
    let mut words = words.split_whitespace();
    let first = words.next()?;
    // `A 8.15` and `CLD 6.3.1` come as two words.
    let joined = || Some(format!("{first}.{}", words.clone().next()?));
    let id = first.parse::<ControlId>().ok().or_else(|| joined()?.parse().ok())?;
    let in_2022 = catalogue.base_control(BaseStandard::E2022, &id).map(|control| control.id.clone());
    let parts = id.as_str().trim_start_matches("CLD.").split('.').count();
    // A clause of the management system is no control: 9.2 is its internal audit, unless it says it is of Annex A.
    let found = |edition: Edition| catalogue.find(edition, id.as_str()).ok().map(|found| found.id().clone());
    match parts {
        2 => in_2022.or_else(|| found(Edition::E2026)),
        _ => found(Edition::E2015),
    }
}
