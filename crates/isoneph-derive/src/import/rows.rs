//! What was understood, row by row.

use std::collections::BTreeMap;

use isoneph_register::{Object, ObjectKey};
use isoneph_workbook::{Cell, Heading, HeadingError, Note, Row, Sheet, Table, TableRow, Workbook};
use serde::Serialize;

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
        /// Two cells of the row contradict each other.
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

/// A table, and the facts above its headings.
#[derive(Debug)]
pub struct SheetTable<'a> {
    table: Table<'a>,
    sheet: &'a Sheet,
}

/// A row of it.
pub type Line<'a> = TableRow<'a>;

impl<'a> SheetTable<'a> {
    pub(crate) fn new(table: Table<'a>) -> SheetTable<'a> {
        SheetTable { sheet: table.sheet(), table }
    }

    /// The rows beneath the headings.
    pub fn rows(&'a self) -> impl Iterator<Item = Line<'a>> {
        self.table.rows()
    }

    /// The table itself.
    pub fn table(&self) -> &Table<'a> {
        &self.table
    }

    /// Names and values above the headings: the first two cells of each row.
    pub fn facts(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let heading = self.table.heading_row();
        let above = self.sheet.rows.iter().take_while(move |row| row.number < heading);
        above.filter_map(|row| Some((row.cells.first()?.text.as_str(), row.cells.get(1)?.text.as_str())))
    }
}

/// Collects what was understood.
#[derive(Debug)]
pub struct Rows {
    import: Import,
    made: BTreeMap<ObjectKey, String>,
}

impl Rows {
    /// The first sheet with these headings, and a collector for its rows.
    ///
    /// # Errors
    /// If no sheet has them.
    pub fn find<'a>(
        workbook: &'a Workbook,
        headings: &[Heading],
        format: ImportFormat,
    ) -> Result<(SheetTable<'a>, Rows), ImportError> {
        let mut tried = Vec::new();
        for sheet in &workbook.sheets {
            match sheet.table(headings) {
                Ok(table) => {
                    let rows = Rows::of(workbook, &table, format);
                    return Ok((SheetTable::new(table), rows));
                }
                Err(error) => tried.push(error),
            }
        }
        Err(ImportError::NoTable { format, tried })
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
        Rows { import, made: BTreeMap::new() }
    }

    pub(crate) fn also(&mut self, table: &Table<'_>) {
        add_sheet(&mut self.import, table);
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
        let key = object.key();
        if let Some(first) = self.made.get(&key) {
            let message = format!("{} says this already", first.clone());
            return self.problem(line, id, ProblemCode::Duplicate, message);
        }
        self.made.insert(key.clone(), line.place(id));
        if let Some(row) = self.import.rows.last_mut() {
            row.makes = Some(key);
        }
        self.import.objects.push(object);
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
