//! What was understood, row by row.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_register::{Object, ObjectKey};
use isoneph_workbook::{Cell, Heading, HeadingError, Note, Row, Table, Workbook};
use serde::Serialize;

use super::doubt::{CROSSED, bears_a_remark, crossed, decides, is_x};
use super::tables::{Line, SheetTable, readable};

isoneph_model::vocabulary! {
    /// What a file is.
    pub enum ImportFormat {
        /// A consensus assessment questionnaire (CAIQ v4).
        Caiq = "caiq",
        /// A FedRAMP control summary or customer responsibility matrix.
        Fedramp = "fedramp-crm",
        /// A matrix with one row an area.
        Matrix = "matrix",
        /// A statement of applicability.
        Applicability = "statement-of-applicability",
        /// An audit exported by CISO Assistant.
        CisoAssistant = "ciso-assistant-audit",
        /// A list of products in scope.
        ServicesInScope = "services-in-scope",
        /// Our own checklist, filled in.
        Questionnaire = "questionnaire",
    }
}

isoneph_model::vocabulary! {
    /// What is to be said of a row.
    pub enum ProblemCode {
        /// A cell could not be understood; nothing was made of it.
        NotUnderstood = "not-understood",
        /// A cell that is needed is empty.
        Missing = "missing",
        /// The same was said in a row before; this one makes nothing.
        Duplicate = "duplicate",
        /// Two cells of the row contradict each other, or two rows.
        Contradicts = "contradicts",
        /// It can mean more than one thing.
        Ambiguous = "ambiguous",
        /// It was understood, but whoever published the form asks for more here.
        Incomplete = "incomplete",
    }
}

/// Something to be said of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// The place: `Sheet1!B7`.
    pub place: String,
    /// What.
    pub code: ProblemCode,
    /// In words.
    pub message: String,
}

/// What was understood of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportRow {
    /// The place of what names the row: `CAIQv4.0.3!A12`.
    pub place: String,
    /// What names the row.
    pub id: String,
    /// What was read, by column.
    pub read: BTreeMap<&'static str, String>,
    /// The object that it makes, if any.
    pub makes: Option<ObjectKey>,
    /// What is to be said of it.
    pub problems: Vec<RowProblem>,
}

/// What a file says, before any of it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    /// What it is.
    pub format: ImportFormat,
    /// The sheets that were read.
    pub sheets: Vec<String>,
    /// Which heading was taken for which column.
    pub columns: BTreeMap<&'static str, String>,
    /// Headings that nothing was made of.
    pub ignored: Vec<String>,
    /// The rows.
    pub rows: Vec<ImportRow>,
    /// What the workbook itself holds otherwise than it looks.
    pub notes: Vec<Note>,
    /// The objects that applying it would make.
    pub objects: Vec<Object>,
}

impl Import {
    /// How many rows make nothing.
    pub fn not_understood(&self) -> usize {
        self.rows.iter().filter(|row| row.makes.is_none()).count()
    }
}

/// A workbook that is not what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// No sheet has the headings.
    #[error("no sheet has the headings of {format}: {}", tried.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    NoTable {
        /// What it was taken for.
        format: ImportFormat,
        /// What each sheet lacks.
        tried: Vec<HeadingError>,
    },
    /// A mapping names what the workbook does not have.
    #[error("the mapping does not fit this workbook: {0}")]
    Mapping(String),
}

/// Collects what was understood.
#[derive(Debug)]
pub struct Rows {
    import: Import,
    made: BTreeMap<ObjectKey, usize>,
    /// The row that was begun last cannot be told: nothing is made of it.
    blocked: bool,
    /// Sheets in which a letter x may be a tick or a cross.
    crossed: BTreeSet<String>,
}

impl Rows {
    /// All sheets with these headings, and a collector for their rows.
    ///
    /// # Errors
    /// If no sheet has them.
    pub fn find<'a>(
        workbook: &'a Workbook,
        headings: &[Heading],
        format: ImportFormat,
    ) -> Result<(Vec<SheetTable<'a>>, Rows), ImportError> {
        Rows::among(workbook, readable(workbook, |sheet| sheet.table(headings).ok()), headings, format)
    }

    /// A collector for the rows of these tables; the headings are those that were looked for.
    pub(crate) fn among<'a>(
        workbook: &'a Workbook,
        tables: Vec<Table<'a>>,
        headings: &[Heading],
        format: ImportFormat,
    ) -> Result<(Vec<SheetTable<'a>>, Rows), ImportError> {
        let Some((first, others)) = tables.split_first() else {
            let tried = workbook.sheets.iter().filter_map(|sheet| sheet.table(headings).err()).collect();
            return Err(ImportError::NoTable { format, tried });
        };
        let mut rows = Rows::of(workbook, first, format);
        others.iter().for_each(|table| rows.also(table));
        Ok((tables.into_iter().map(SheetTable::new).collect(), rows))
    }

    pub(crate) fn of(workbook: &Workbook, table: &Table<'_>, format: ImportFormat) -> Rows {
        let notes = workbook.notes.clone();
        let mut import = Import {
            format,
            sheets: Vec::new(),
            columns: BTreeMap::new(),
            ignored: Vec::new(),
            rows: Vec::new(),
            notes,
            objects: Vec::new(),
        };
        add_sheet(&mut import, table);
        Rows { import, made: BTreeMap::new(), blocked: false, crossed: crossed(table).into_iter().collect() }
    }

    pub(crate) fn also(&mut self, table: &Table<'_>) {
        add_sheet(&mut self.import, table);
        self.crossed.extend(crossed(table));
    }

    /// Whether a text is an `x` in a sheet that ticks with `○` or `✓`: then it is likely to mean the contrary.
    pub(crate) fn is_crossed(&self, line: &Line<'_>, text: &str) -> bool {
        is_x(text) && self.crossed.contains(&line.sheet().name)
    }

    /// Begins a row: everything read in it, and what names it.
    pub fn start(&mut self, line: &Line<'_>, id: &'static str) {
        let read = self.import.columns.keys().filter_map(|key| {
            let text = line.text(key);
            (!text.is_empty()).then(|| (*key, text.to_owned()))
        });
        let row = ImportRow {
            place: line.place(id),
            id: line.text(id).to_owned(),
            read: read.collect(),
            makes: None,
            problems: Vec::new(),
        };
        self.import.rows.push(row);
        self.blocked = false;
        for (key, other) in line.disputed() {
            let message = format!("{} has the same heading and says otherwise", line.place_of(other));
            self.problem(line, key, ProblemCode::Ambiguous, message);
            self.blocked = true;
        }
        let crosses: Vec<&'static str> =
            self.import.columns.keys().filter(|key| self.is_crossed(line, line.text(key))).copied().collect();
        for key in crosses {
            self.problem(line, key, ProblemCode::Ambiguous, CROSSED);
            self.blocked = true;
        }
        let remarks: Vec<&'static str> =
            self.import.columns.keys().filter(|key| **key != id && bears_a_remark(line.text(key))).copied().collect();
        for key in remarks {
            let message = "it bears the mark of a remark: what the remark says was not read";
            self.problem(line, key, ProblemCode::Incomplete, message);
        }
    }

    /// Says something of the row that was begun last.
    pub fn problem(&mut self, line: &Line<'_>, key: &str, code: ProblemCode, message: impl Into<String>) {
        self.problem_at(line.place(key), code, message);
    }

    pub(crate) fn problem_at(&mut self, place: String, code: ProblemCode, message: impl Into<String>) {
        let problem = RowProblem { place, code, message: message.into() };
        if let Some(row) = self.import.rows.last_mut() {
            row.problems.push(problem);
        }
    }

    /// Makes an object of the row that was begun last, unless a row before made it already.
    pub fn make(&mut self, line: &Line<'_>, id: &'static str, object: Object) {
        if self.blocked {
            return;
        }
        let key = object.key();
        if let Some(first) = self.made.get(&key).copied() {
            return self.again(line, id, first, &object);
        }
        self.made.insert(key.clone(), self.import.rows.len().saturating_sub(1));
        if let Some(row) = self.import.rows.last_mut() {
            row.makes = Some(key);
        }
        self.import.objects.push(object);
    }

    /// A row says what a row before said. Where they disagree on what decides, neither counts: which of the two holds,
    /// an older sheet or a second task of the same area, the file does not say.
    fn again(&mut self, line: &Line<'_>, id: &'static str, first: usize, object: &Object) {
        let key = object.key();
        let place = self.import.rows[first].place.clone();
        let before = self.import.objects.iter().position(|object| object.key() == key);
        let agree = before.is_some_and(|before| decides(&self.import.objects[before]) == decides(object));
        if agree {
            return self.problem(line, id, ProblemCode::Duplicate, format!("{place} says this already"));
        }
        let here = line.place(id);
        self.problem(line, id, ProblemCode::Contradicts, format!("{place} says otherwise of the same: neither counts"));
        if let Some(before) = before {
            self.import.objects.remove(before);
            let row = &mut self.import.rows[first];
            row.makes = None;
            let message = format!("{here} says otherwise of the same: neither counts");
            row.problems.push(RowProblem { place, code: ProblemCode::Contradicts, message });
        }
    }

    /// What was understood. Objects in the order of their rows.
    pub fn finish(self) -> Import {
        self.import
    }
}

fn add_sheet(import: &mut Import, table: &Table<'_>) {
    let sheet = table.sheet();
    import.sheets.push(sheet.name.clone());
    let headings: Option<&Row> = sheet.rows.iter().find(|row| row.number == table.heading_row());
    for (key, column) in table.columns() {
        let heading = headings.and_then(|row| row.cell(*column)).map(|cell: &Cell| cell.text.clone());
        import.columns.insert(key, heading.unwrap_or_default());
    }
    import.ignored.extend(table.other_headings().into_iter().map(|(_, heading)| heading));
}
