//! Delimited text: comma, semicolon or tab; UTF-8, UTF-16 or Shift_JIS, as spreadsheets save it.

use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};

use crate::error::WorkbookError;
use crate::guard::unguard;
use crate::limits::{Limits, demand};
use crate::note::{NoteCode, Notes};
use crate::sheet::{Cell, CellKind, Row, Sheet, Workbook};

pub(crate) fn read(file: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, WorkbookError> {
    let mut notes = Notes::new(limits.notes);
    let text = decode(file, bytes, &mut notes)?;
    if text.trim().is_empty() {
        return Err(WorkbookError::Empty { file: file.to_owned() });
    }
    let separator = delimiter(&text);
    if let Some(line) = open_quote(&text, separator) {
        let message = "a quotation mark is opened and never closed: all that follows would be one cell";
        return Err(WorkbookError::damaged(file, &format!("line {line}"), message));
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut rows: Vec<Row> = Vec::new();
    let (mut cells, mut bytes) = (0_usize, 0_usize);
    let mut record = csv::StringRecord::new();
    loop {
        let number = next_line(&reader, &text);
        let more = reader.read_record(&mut record);
        if !more.map_err(|error| WorkbookError::damaged(file, &format!("line {number}"), error))? {
            break;
        }
        demand(number <= u64::from(limits.rows), file, || "the number of lines".to_owned(), limits.rows.into())?;
        demand(
            record.len() <= limits.columns as usize,
            file,
            || format!("line {number}: the number of columns"),
            limits.columns.into(),
        )?;
        let row = row(number, &record);
        for cell in &row.cells {
            let length = cell.text.len();
            demand(
                length <= limits.cell_bytes,
                file,
                || format!("line {number}: the text of a cell in bytes"),
                limits.cell_bytes as u64,
            )?;
            cells += 1;
            bytes += length;
        }
        demand(cells <= limits.cells, file, || "the number of cells".to_owned(), limits.cells as u64)?;
        demand(
            bytes <= limits.text_bytes,
            file,
            || "the text of all cells in bytes".to_owned(),
            limits.text_bytes as u64,
        )?;
        if !row.cells.is_empty() {
            rows.push(row);
        }
    }
    let sheet = Sheet { name: file.to_owned(), hidden: false, rows };
    Ok(Workbook { sheets: vec![sheet], notes: notes.finish() })
}

/// The line that the next record begins on, as a text editor numbers it: empty lines before it are passed over.
fn next_line(reader: &csv::Reader<&[u8]>, text: &str) -> u64 {
    let at = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    reader.position().line() + empty.count() as u64
}

fn row(number: u64, record: &csv::StringRecord) -> Row {
    let cells = record.iter().enumerate().filter_map(|(column, text)| {
        let text = unguard(text).trim();
        (!text.is_empty()).then(|| Cell::new(column as u32, text, CellKind::Text))
    });
    Row { number: u32::try_from(number).unwrap_or(u32::MAX), cells: cells.collect() }
}

fn decode(file: &str, bytes: &[u8], notes: &mut Notes) -> Result<String, WorkbookError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, lossy) = encoding.decode_without_bom_handling(&bytes[mark..]);
        if lossy {
            notes.add(NoteCode::Encoding, || file.to_owned());
        }
        return Ok(text.into_owned());
    }
    if bytes.contains(&0) {
        return Err(WorkbookError::damaged(file, "byte 0", "this is neither a workbook nor text"));
    }
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(text.into_owned());
    }
    let japanese = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes);
    if let Some(text) = japanese.filter(|text| reads_as_japanese(text)) {
        return Ok(text.into_owned());
    }
    Err(WorkbookError::damaged(file, "text", "this is neither UTF-8, UTF-16 nor Shift_JIS: save it as UTF-8"))
}

/// Western encodings pass for Shift_JIS: of `entfällt` it makes `entf舁lt`. Japanese stands in runs; the letters of other
/// languages come out alone between Latin ones.
fn reads_as_japanese(text: &str) -> bool {
    let (mut runs, mut alone) = (0_usize, 0_usize);
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let foreign = word.chars().filter(|c| !c.is_ascii()).count();
        let latin = word.chars().any(|c| c.is_ascii_alphabetic());
        match (foreign, latin) {
            (0, _) => {}
            (1, true) => alone += 1,
            _ => runs += 1,
        }
    }
    runs > alone || alone == 0
}

/// The separator that the first line with any has most of, outside quotation marks.
fn delimiter(text: &str) -> u8 {
    for line in text.lines().take(50) {
        let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
        let mut quoted = false;
        for byte in line.bytes() {
            quoted ^= byte == b'"';
            if let Some(count) = counts.iter_mut().find(|(separator, _)| !quoted && *separator == byte) {
                count.1 += 1;
            }
        }
        // Of equals the first: a comma.
        let most = counts.iter().rev().max_by_key(|(_, count)| *count);
        if let Some((separator, 1..)) = most {
            return *separator;
        }
    }
    b','
}

/// Where a reader of delimited text stands.
#[derive(Clone, Copy)]
enum Within {
    /// At the begin of a cell.
    Begin,
    /// In a cell without quotation marks around it: one in its middle means itself.
    Bare,
    /// In quotation marks that were opened on this line.
    Quoted(u64),
    /// After a mark that closes them, unless a second one follows.
    Closing(u64),
}

/// The line on which a quotation mark is opened that nothing closes.
fn open_quote(text: &str, separator: u8) -> Option<u64> {
    let (mut line, mut within) = (1, Within::Begin);
    for byte in text.bytes() {
        within = match (within, byte) {
            (Within::Begin, b'"') => Within::Quoted(line),
            (Within::Closing(since), b'"') => Within::Quoted(since),
            (Within::Quoted(since), b'"') => Within::Closing(since),
            (Within::Quoted(since), _) => Within::Quoted(since),
            (_, b'\r' | b'\n') => Within::Begin,
            (_, byte) if byte == separator => Within::Begin,
            _ => Within::Bare,
        };
        line += u64::from(byte == b'\n');
    }
    match within {
        Within::Quoted(since) => Some(since),
        _ => None,
    }
}
