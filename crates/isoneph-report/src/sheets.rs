//! Sheets as one self-contained page: no script, nothing fetched, fit to print.

use std::io::{self, Write};

use isoneph_model::Lang;
use isoneph_workbook::SheetDraft;

use crate::plain::escaped;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1b1f24;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}\
th,td{border-bottom:1px solid #d0d7de;padding:.35rem .6rem;text-align:left;vertical-align:top;white-space:pre-line}\
thead th{position:sticky;top:0;background:#f6f8fa}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}\
dt{color:#57606a}dd{margin:0;overflow-wrap:anywhere}\
@media print{body{margin:0;font-size:10px}thead th{position:static}tr{break-inside:avoid}}";

/// Writes the page.
///
/// # Errors
/// What writing comes to.
pub fn write_sheets_html(out: &mut impl Write, lang: Lang, title: &str, sheets: &[SheetDraft]) -> io::Result<()> {
    let title = escaped(title);
    write!(
        out,
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    )?;
    sheets.iter().try_for_each(|sheet| write_sheet(out, sheet))?;
    writeln!(out, "</body>\n</html>")
}

fn write_sheet(out: &mut impl Write, sheet: &SheetDraft) -> io::Result<()> {
    writeln!(out, "<section>\n<h2>{}</h2>", escaped(&sheet.name))?;
    if !sheet.facts.is_empty() {
        let fact = |(name, value): &(String, String)| format!("<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value));
        writeln!(out, "<dl>{}</dl>", sheet.facts.iter().map(fact).collect::<String>())?;
    }
    let heading = |title: &str| format!("<th scope=\"col\">{}</th>", escaped(title));
    let headings: String = sheet.columns.iter().map(|column| heading(&column.title)).collect();
    writeln!(out, "<table>\n<thead><tr>{headings}</tr></thead>\n<tbody>")?;
    for row in &sheet.rows {
        let cells = (0..sheet.columns.len().max(row.len())).map(|i| row.get(i).map_or("", String::as_str));
        let cells: String = cells.map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
        writeln!(out, "<tr>{cells}</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</section>")
}

#[cfg(test)]
mod tests {
    use isoneph_workbook::ColumnDraft;

    use super::*;

    #[test]
    fn nothing_said_becomes_markup() {
        let sheet = SheetDraft {
            name: "<b>".to_owned(),
            facts: vec![("a&b".to_owned(), "\"x\"".to_owned())],
            columns: vec![ColumnDraft::text("<i>", 10)],
            rows: vec![vec!["<script>alert('1')</script>\u{202e}".to_owned()]],
        };
        let mut page = Vec::new();
        write_sheets_html(&mut page, Lang::En, "</title><script>", &[sheet]).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert!(!page.contains("<script") && !page.contains("<b>") && !page.contains("<i>"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\\u{202e}"), "{page}");
    }
}
