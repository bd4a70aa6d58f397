//! Checks: one folder each, read from the program itself and from folders of the user's own.

pub(crate) mod bind;
mod evidence;
mod expect;
mod front_matter;
mod pack;
mod parameters;
mod sections;
pub(crate) mod sql;
pub(crate) mod sql_rules;

use std::collections::{BTreeMap, BTreeSet};

use datafusion::sql::sqlparser::ast::{Expr, Query};
use isoneph_assessment::{Message, MessageError, STORY};
use isoneph_model::{ControlId, Edition, Role, Severity, Support, Text};
use isoneph_standard::{Catalogue, RequirementKey};
use isoneph_tables::{TABLES, TableId};

pub(crate) use evidence::Member;
pub use front_matter::Status;
pub use pack::{Pack, TestFiles};
pub(crate) use parameters::{Bound, bind_all};
pub use parameters::{ParameterDef, ParameterType, ParameterValue, Stricter};
pub use sql_rules::Rule;

use crate::error::{CheckError, SourceFile, did_you_mean};
use front_matter::FrontMatter;
use sections::{Prose, Sections};
use sql::SqlText;

/// A cell that a check supports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportedCell {
    /// The edition that the identifier belongs to.
    pub edition: Edition,
    /// The control.
    pub control: ControlId,
    /// The role.
    pub role: Role,
    /// Whether the cell needs it.
    pub support: Support,
    /// The requirement of the cell that it answers, where it names one.
    pub requirement: Option<RequirementKey>,
}

/// A check that reads well.
#[derive(Debug, Clone)]
pub struct Check {
    front: FrontMatter,
    message: Message,
    sections: Sections,
    document: String,
    built_in: bool,
    supports: Vec<SupportedCell>,
    pub(crate) subject: TableId,
    pub(crate) sql: SqlText,
    pub(crate) query: Query,
    pub(crate) members: Vec<Member>,
    /// Column of the result → its place.
    pub(crate) columns: Columns,
    pub(crate) applies: Option<(SqlText, Expr)>,
    pub(crate) tables: BTreeSet<TableId>,
}

/// Where the parts of an observation stand in what the SQL yields.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) subject: usize,
    pub(crate) pass: usize,
    pub(crate) evidence: usize,
    /// Where the SQL says whether there was anything to judge.
    pub(crate) applies: Option<usize>,
    /// Each place of the message and its column; and what tells the story that an outcome is of, where there is one.
    pub(crate) places: Vec<(String, usize)>,
}

impl Check {
    /// Reads a check from the text of its `check.md`; `path` is how people know the file.
    ///
    /// # Errors
    /// With file, line and the line itself, if anything is not as it should be.
    pub fn parse(path: &str, text: &str, catalogue: &Catalogue, built_in: bool) -> Result<Check, CheckError> {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        let (front, body, first_line) = front_matter::split(&file)?;
        let prose = if built_in { Prose::Whole } else { Prose::Free };
        let sections = sections::read(&file, body, first_line, prose)?;
        let subject = check_front(&file, &front)?;
        let message = check_message(&file, &front)?;
        let supports = read_supports(&file, &front, catalogue)?;
        let sql = sql_text(&file, &front, &sections, &message)?;
        let query = sql.parse_query()?;
        let tables = sql_rules::examine(&sql, &query, sql_rules::Strictness::Check)?;
        let (columns, members) = read_shape(&sql, &query, &message, subject)?;
        bind::check_placeholders(&sql, &query, &front.parameters)?;
        let applies = read_applies(&file, &front)?;
        Ok(Check {
            document: body.to_owned(),
            front,
            message,
            sections,
            built_in,
            supports,
            subject,
            sql,
            query,
            members,
            columns,
            applies,
            tables,
        })
    }

    /// Its id, which names the bad pattern.
    pub fn id(&self) -> &str {
        &self.front.id
    }

    /// Its title.
    pub fn title(&self) -> &Text {
        &self.front.title
    }

    /// What it says of a subject.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// How much a failure weighs.
    pub fn severity(&self) -> Severity {
        self.front.severity
    }

    /// The table of its subjects.
    pub fn subject(&self) -> TableId {
        self.subject
    }

    /// The cells it supports, as it names them.
    pub fn supports(&self) -> &[SupportedCell] {
        &self.supports
    }

    /// Its parameters.
    pub fn parameters(&self) -> &BTreeMap<String, ParameterDef> {
        &self.front.parameters
    }

    /// The tables that its SQL names.
    pub fn tables(&self) -> &BTreeSet<TableId> {
        &self.tables
    }

    /// How settled it is.
    pub fn status(&self) -> Status {
        self.front.status.unwrap_or(Status::Stable)
    }

    /// The version that it came with.
    pub fn since(&self) -> &str {
        &self.front.since
    }

    /// Ids it had before.
    pub fn aliases(&self) -> &[String] {
        &self.front.aliases
    }

    /// The profiles it belongs to; empty for every run.
    pub fn profiles(&self) -> &[String] {
        &self.front.profiles
    }

    /// The age in days beyond which evidence decides nothing.
    pub fn max_age_days(&self) -> Option<u32> {
        self.front.max_age
    }

    /// Whether the program itself brings it.
    pub fn is_built_in(&self) -> bool {
        self.built_in
    }

    /// The file it was read from.
    pub fn file(&self) -> &str {
        &self.sql.file.path
    }

    /// Its text in Markdown, without the front matter.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// What it checks (Markdown).
    pub fn what(&self) -> &str {
        &self.sections.what
    }

    /// Why it matters (Markdown).
    pub fn why(&self) -> &str {
        &self.sections.why
    }

    /// What it cannot see (Markdown).
    pub fn blind_spots(&self) -> &str {
        &self.sections.blind
    }

    /// How to put it right (Markdown).
    pub fn fix(&self) -> &str {
        &self.sections.fix
    }

    /// Its SQL; of the short form, the SQL that it stands for.
    pub fn sql(&self) -> &str {
        &self.sql.text
    }

    /// The condition under which it concerns a subject, if it has one.
    pub fn applies(&self) -> Option<&str> {
        self.front.applies.as_deref()
    }
}

fn is_kebab(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.split('-').all(word)
}

fn check_front(file: &SourceFile, front: &FrontMatter) -> Result<TableId, CheckError> {
    let at = |key: &str, message: String| file.error(front_matter::line_of(file, key), 1, message);
    if !is_kebab(&front.id) {
        return Err(at("id", format!("'{}' should be in kebab-case (like bucket-without-key)", front.id)));
    }
    let folder = std::path::Path::new(&file.path).parent().and_then(|parent| parent.file_name());
    if let Some(folder) = folder.and_then(|folder| folder.to_str()).filter(|folder| *folder != front.id) {
        return Err(at("id", format!("the id '{}' and the folder '{folder}' should be the same", front.id)));
    }
    for (key, text) in [("title", &front.title), ("message", &front.message)] {
        if text.en.trim().is_empty() || text.ja.trim().is_empty() {
            return Err(at(key, format!("the {key} is empty in English or Japanese")));
        }
    }
    for (name, def) in &front.parameters {
        let key = format!("parameters.{name}");
        let name_fits = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !name_fits || ["as_of", "regions_in_scope"].contains(&name.as_str()) {
            return Err(at(&key, format!("'{name}' cannot be the name of a parameter (a–z, 0–9, _)")));
        }
        if !def.direction_fits() {
            return Err(at(&key, format!("stricter = '{}' does not fit the type {}", def.stricter, def.kind)));
        }
        def.bind(&def.default).map_err(|problem| at(&key, format!("the default of '{name}': {problem}")))?;
    }
    TableId::find(&front.subject).ok_or_else(|| {
        let error = at("subject", format!("there is no table '{}'", front.subject));
        CheckError { hint: did_you_mean(&front.subject, TABLES.iter().map(|table| table.name)), ..error }
    })
}

fn check_message(file: &SourceFile, front: &FrontMatter) -> Result<Message, CheckError> {
    Message::new(front.message.clone()).map_err(|error| {
        let problem = match error {
            MessageError::Unbalanced => "a brace of the message is not closed",
            MessageError::PlacesDiffer => "the English and the Japanese message name different places",
        };
        file.error(front_matter::line_of(file, "message"), 1, problem)
    })
}

fn read_supports(
    file: &SourceFile,
    front: &FrontMatter,
    catalogue: &Catalogue,
) -> Result<Vec<SupportedCell>, CheckError> {
    let lines = file.text.lines().enumerate();
    let mut entry_lines = lines.filter(|(_, line)| line.trim() == "[[supports]]").map(|(index, _)| index + 2);
    let mut supports = Vec::new();
    for entry in &front.supports {
        let line = entry_lines.next().unwrap_or(1);
        let found =
            catalogue.find(entry.edition, &entry.control).map_err(|error| file.error(line, 1, error.to_string()))?;
        let requirement = match &entry.requirement {
            None => None,
            Some(name) => Some(find_requirement(found, entry.role, name).map_err(|known| {
                let known =
                    if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
                let message = format!("the {} cell of {} has no requirement '{name}'", entry.role, found.id());
                file.error(line, 1, message).with_hint(known)
            })?),
        };
        supports.push(SupportedCell {
            edition: entry.edition,
            control: found.id().clone(),
            role: entry.role,
            support: entry.support,
            requirement,
        });
    }
    Ok(supports)
}

fn find_requirement(found: isoneph_standard::Found<'_>, role: Role, name: &str) -> Result<RequirementKey, Vec<String>> {
    let isoneph_standard::Found::Control(control) = found else { return Err(Vec::new()) };
    let requires = &control.cell(role).requires;
    let found = requires.iter().find(|requirement| requirement.key.name == name);
    found
        .map(|requirement| requirement.key.clone())
        .ok_or_else(|| requires.iter().map(|r| r.key.name.clone()).collect())
}

fn sql_text(
    file: &SourceFile,
    front: &FrontMatter,
    sections: &Sections,
    message: &Message,
) -> Result<SqlText, CheckError> {
    match (&sections.sql, &front.expect) {
        (Some((text, first_line)), None) => {
            Ok(SqlText { file: file.clone(), text: text.clone(), first_line: *first_line, indent: 0 })
        }
        (None, Some(expect)) => {
            let line = front_matter::line_of(file, "expect");
            let text = expect::expand(front, expect, message).map_err(|problem| file.error(line, 1, problem))?;
            Ok(SqlText { file: file.clone(), text, first_line: line, indent: 0 })
        }
        (None, None) => Err(file.error_whole("a ```sql block (or [expect]) is missing")),
        (Some((_, line)), Some(_)) => Err(file.error(*line, 1, "[expect] and an SQL block: one of the two is enough")),
    }
}

fn read_shape(
    sql: &SqlText,
    query: &Query,
    message: &Message,
    subject: TableId,
) -> Result<(Columns, Vec<Member>), CheckError> {
    let Some(select) = sql::top_select(query) else {
        return Err(sql.error_at(1, 1, "a check is one SELECT; put a UNION ALL into WITH"));
    };
    let yields = sql::yields(sql, select)?;
    let names: Vec<String> = yields.iter().map(|(name, _)| sql::folded(name)).collect();
    let column = |wanted: &str| names.iter().position(|name| name == wanted);
    let required = |wanted: &str| {
        let message = format!("the SQL yields no column '{wanted}'");
        column(wanted).ok_or_else(|| sql.error(select.select_token.0.span, message))
    };
    let mut places: Vec<String> = message.places().into_iter().map(str::to_owned).collect();
    places.extend(column(STORY).map(|_| STORY.to_owned()));
    places.sort_unstable();
    places.dedup();
    let mut found = Vec::new();
    for place in places {
        let Some(index) = column(&place) else {
            let line = front_matter::line_of(&sql.file, "message");
            let error =
                sql.file.error(line, 1, format!("the message has a place {{{place}}} that the SQL does not yield"));
            return Err(CheckError { hint: did_you_mean(&place, names.iter().map(String::as_str)), ..error });
        };
        found.push((place, index));
    }
    let columns = Columns {
        subject: required("subject")?,
        pass: required("pass")?,
        evidence: required("evidence")?,
        applies: column("applies"),
        places: found,
    };
    let members = evidence::read(sql, yields[columns.evidence].1, &sql::aliases(select), subject)?;
    Ok((columns, members))
}

fn read_applies(file: &SourceFile, front: &FrontMatter) -> Result<Option<(SqlText, Expr)>, CheckError> {
    let Some(text) = &front.applies else { return Ok(None) };
    let first_line = front_matter::line_of(file, "applies");
    let written = file.text.lines().nth(first_line - 1).unwrap_or_default();
    let indent = written.find(['"', '\'']).map_or(0, |quote| written[..quote].chars().count() + 1);
    let sql = SqlText { file: file.clone(), text: text.clone(), first_line, indent };
    let expr = sql.parse_expression()?;
    sql_rules::examine_expression(&sql, &expr)?;
    bind::check_placeholders(&sql, &expr, &front.parameters)?;
    Ok(Some((sql, expr)))
}
