//! `docs/tables.md`: every table and column.

use std::fmt::Write as _;

use isoneph_tables::{COMMON_COLUMNS, Column, TABLES};

/// The page.
pub(crate) fn page() -> String {
    let mut page = String::from(
        "# Tables\n\n<!-- Written by `cargo xtask gen` from crates/isoneph-tables/src/schema. -->\n\n\
         Sources fill these tables, checks and `isoneph query` read them. NULL in any column means *unknown*; the column\n\
         \"none\" tells the value that says there is none. A bare name is what is judged; `history.NAME` holds every\n\
         snapshot that was read. Beside them stand `gap`, `coverage`, `snapshot` and `input`.\n\n",
    );
    for table in TABLES {
        let _ = writeln!(page, "- [`{0}`](#{0}): {1}", table.name, one_line(table.doc));
    }
    page.push_str("\n## Columns of every table\n\n");
    columns(&mut page, COMMON_COLUMNS);
    for table in TABLES {
        let _ = writeln!(page, "\n## {}\n\n{}\n", table.name, one_line(table.doc));
        columns(&mut page, table.columns);
    }
    page
}

fn columns(page: &mut String, columns: &[Column]) {
    page.push_str("| column | type | meaning | none |\n|---|---|---|---|\n");
    for column in columns {
        let doc = one_line(column.doc).replace('|', "\\|");
        let _ = writeln!(page, "| `{}` | {} | {doc} | `{}` |", column.name, column.kind.as_str(), column.none);
    }
}

fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}
