//! Workbooks to be written: every cell a text.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula,
    Workbook, Worksheet, XlsxError,
};

use crate::guard::guard;

/// Blank rows beneath the last that still offer the choices of their column.
const ROWS_TO_FILL_IN: u32 = 1_000;
/// What a drop-down holds in itself; longer ones refer to a hidden sheet.
const INLINE_CHOICES: usize = 255;
/// The hidden sheet of long drop-downs.
const CHOICES_SHEET: &str = "isoneph-choices";

/// A workbook to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkbookDraft {
    /// Its title, in the properties of the document.
    pub title: String,
    /// Its sheets, in order.
    pub sheets: Vec<SheetDraft>,
}

/// A sheet to be written: a block of facts about it, one row of headings, the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetDraft {
    /// Its name: at most 31 characters, none of `[]:*?/\`.
    pub name: String,
    /// What stands above the headings: a name and a value a row (organisation, scope, version, date, digest).
    pub facts: Vec<(String, String)>,
    /// The columns.
    pub columns: Vec<ColumnDraft>,
    /// The rows, a text for each column. Missing ones are empty.
    pub rows: Vec<Vec<String>>,
}

/// A column to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnDraft {
    /// Its heading.
    pub title: String,
    /// Its width in characters; 0 for a width by the heading.
    pub width: u16,
    /// What its cells may be; empty for any text.
    pub choices: Vec<String>,
    /// What a reader is told on entering a cell; at most 255 characters are shown.
    pub hint: String,
    /// Whether rows that differ only in such columns are one thing to a reader who is shown text.
    pub gathers: bool,
}

impl ColumnDraft {
    /// A column for any text.
    pub fn text(title: impl Into<String>, width: u16) -> ColumnDraft {
        ColumnDraft { title: title.into(), width, ..ColumnDraft::default() }
    }

    /// The same column, as one that gathers.
    #[must_use]
    pub fn gathering(self) -> ColumnDraft {
        ColumnDraft { gathers: true, ..self }
    }

    /// A column for one of some words.
    pub fn choice<T: Into<String>>(
        title: impl Into<String>,
        width: u16,
        choices: impl IntoIterator<Item = T>,
    ) -> ColumnDraft {
        let choices = choices.into_iter().map(Into::into).collect();
        ColumnDraft { title: title.into(), width, choices, ..ColumnDraft::default() }
    }
}

/// A workbook that cannot be written: a sheet's name, or a text longer than a cell holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct WriteError {
    /// The place: `Sheet1!B7`, or a sheet.
    pub place: String,
    /// What is wrong.
    pub message: String,
}

fn failed(place: &str) -> impl Fn(XlsxError) -> WriteError + '_ {
    move |error| WriteError { place: place.to_owned(), message: error.to_string() }
}

/// An XLSX file. Every cell is written as text and formatted as text, so that nothing in it is calculated, now or when
/// somebody edits it. Same draft, same bytes.
///
/// # Errors
/// If a sheet's name or a text is longer than a workbook holds. Nothing is cut off.
pub fn write_xlsx(draft: &WorkbookDraft) -> Result<Vec<u8>, WriteError> {
    let mut workbook = Workbook::new();
    // The file says when it was made; a fixed day keeps the bytes the same.
    let day = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed("properties"))?;
    workbook.set_properties(&DocProperties::new().set_title(&draft.title).set_creation_datetime(&day));
    let mut choices = Choices::default();
    for sheet in &draft.sheets {
        write_sheet(workbook.add_worksheet(), sheet, &mut choices)?;
    }
    choices.write(&mut workbook)?;
    workbook.save_to_buffer().map_err(failed("workbook"))
}

fn write_sheet(worksheet: &mut Worksheet, sheet: &SheetDraft, choices: &mut Choices) -> Result<(), WriteError> {
    let bad = failed(&sheet.name);
    worksheet.set_name(&sheet.name).map_err(&bad)?;
    let text = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    let strong = text.clone().set_bold();
    let title = strong.clone().set_border_bottom(FormatBorder::Thin);
    let mut write = |row: usize, column: usize, value: &str, format: &Format| -> Result<(), WriteError> {
        let at = || crate::place(&sheet.name, row as u32 + 1, column as u32);
        let too_many = || WriteError { place: at(), message: "a sheet has no room for this cell".to_owned() };
        let (row, column) =
            (u32::try_from(row).map_err(|_| too_many())?, u16::try_from(column).map_err(|_| too_many())?);
        let written = worksheet.write_string_with_format(row, column, value, format);
        written.map(drop).map_err(failed(&at()))
    };
    for (row, (name, value)) in sheet.facts.iter().enumerate() {
        write(row, 0, name, &strong)?;
        write(row, 1, value, &text)?;
    }
    let heading = sheet.heading_row();
    for (column, draft) in sheet.columns.iter().enumerate() {
        write(heading, column, &draft.title, &title)?;
    }
    for (index, cells) in sheet.rows.iter().enumerate() {
        for (column, value) in cells.iter().enumerate().filter(|(_, value)| !value.is_empty()) {
            write(heading + 1 + index, column, value, &text)?;
        }
    }
    let first = heading as u32 + 1;
    let last = first + sheet.rows.len() as u32 + ROWS_TO_FILL_IN;
    for (column, draft) in sheet.columns.iter().enumerate() {
        let column = column as u16;
        let width = if draft.width == 0 { draft.title.chars().count().clamp(8, 40) } else { draft.width.into() };
        worksheet.set_column_width(column, width as f64).map_err(&bad)?;
        if let Some(rule) = choices.rule(draft)? {
            worksheet.add_data_validation(first, column, last.min(1_048_575), column, &rule).map_err(&bad)?;
        }
    }
    if let (false, Some(width)) = (sheet.rows.is_empty(), sheet.columns.len().checked_sub(1)) {
        worksheet.autofilter(first - 1, 0, first - 1 + sheet.rows.len() as u32, width as u16).map_err(&bad)?;
    }
    worksheet.set_freeze_panes(first, 0).map(drop).map_err(&bad)
}

impl SheetDraft {
    /// The row of headings, from 0: beneath the facts and one empty row.
    fn heading_row(&self) -> usize {
        if self.facts.is_empty() { 0 } else { self.facts.len() + 1 }
    }
}

/// Lists of words that are too long for a drop-down to hold.
#[derive(Default)]
struct Choices {
    lists: Vec<Vec<String>>,
}

impl Choices {
    fn rule(&mut self, column: &ColumnDraft) -> Result<Option<DataValidation>, WriteError> {
        if column.choices.is_empty() && column.hint.is_empty() {
            return Ok(None);
        }
        let bad = failed(&column.title);
        let mut rule = DataValidation::new();
        if !column.hint.is_empty() {
            let hint: String = column.hint.chars().take(255).collect();
            rule = rule.set_input_message(hint).map_err(&bad)?;
        }
        if column.choices.is_empty() {
            return Ok(Some(rule.allow_any_value()));
        }
        let length: usize = column.choices.iter().map(|word| word.chars().count() + 1).sum();
        let plain = column.choices.iter().all(|word| !word.contains([',', '"', '\n']) && guard(word) == word.as_str());
        rule = if plain && length <= INLINE_CHOICES {
            rule.allow_list_strings(&column.choices).map_err(&bad)?
        } else {
            let list = self.list(&column.choices);
            let letters = crate::place("", 1, list as u32);
            let letters = letters.trim_start_matches("''!").trim_end_matches('1').to_owned();
            let range = format!("='{CHOICES_SHEET}'!${letters}$1:${letters}${}", column.choices.len());
            rule.allow_list_formula(Formula::new(range))
        };
        Ok(Some(rule.set_error_style(DataValidationErrorStyle::Warning)))
    }

    fn list(&mut self, words: &[String]) -> usize {
        let known = self.lists.iter().position(|list| list == words);
        known.unwrap_or_else(|| {
            self.lists.push(words.to_vec());
            self.lists.len() - 1
        })
    }

    fn write(&self, workbook: &mut Workbook) -> Result<(), WriteError> {
        if self.lists.is_empty() {
            return Ok(());
        }
        let bad = failed(CHOICES_SHEET);
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(CHOICES_SHEET).map_err(&bad)?.set_hidden(true);
        let text = Format::new().set_num_format("@");
        for (column, list) in self.lists.iter().enumerate() {
            for (row, word) in list.iter().enumerate() {
                worksheet.write_string_with_format(row as u32, column as u16, word, &text).map_err(&bad)?;
            }
        }
        Ok(())
    }
}

/// One sheet as CSV, UTF-8 with the mark that spreadsheets look for, the facts above the headings. What begins like a
/// formula is written with an apostrophe before it; [`crate::read`] takes it off again.
pub fn write_csv(sheet: &SheetDraft) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(vec![0xef, 0xbb, 0xbf]);
    let mut write = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<_> = cells.map(|cell| guard(cell).into_owned()).collect();
        // A vector takes whatever is written to it.
        let _ = writer.write_record(&cells);
    };
    for (name, value) in &sheet.facts {
        write(&mut [name.as_str(), value.as_str()].into_iter());
    }
    if !sheet.facts.is_empty() {
        write(&mut [""].into_iter());
    }
    write(&mut sheet.columns.iter().map(|column| column.title.as_str()));
    for row in &sheet.rows {
        let padded = (0..sheet.columns.len().max(row.len())).map(|i| row.get(i).map_or("", String::as_str));
        write(&mut padded.into_iter());
    }
    writer.into_inner().unwrap_or_default()
}
