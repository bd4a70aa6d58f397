//! Tables of a workbook that are read.

use isoneph_workbook::{Sheet, Table, TableRow, Workbook};

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

/// The sheets that are read: those with these headings that show, or else hidden ones. A draft that somebody hid does
/// not speak for the file where a sheet that shows does.
pub(crate) fn readable<'a, T>(workbook: &'a Workbook, read: impl Fn(&'a Sheet) -> Option<T>) -> Vec<T> {
    for hidden in [false, true] {
        let sheets = workbook.sheets.iter().filter(|sheet| sheet.hidden == hidden);
        let found: Vec<T> = sheets.filter_map(&read).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}
