//! Mappings: which column is which, as somebody gave it or as it was found, to be remembered.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_workbook::{Heading, ROWS_SEARCHED, Row, Sheet, Table, Workbook};
use serde::{Deserialize, Serialize};

use super::{ImportError, key, readable};

/// Which column is which, to be remembered for the next file of the same hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mapping {
    /// The sheet; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Our name of a column → its heading in the file.
    pub columns: BTreeMap<String, String>,
    /// A word in the file → ours: for applicability, status, roles, reasons and holders.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
}

impl Mapping {
    /// Our word for one of the file; one that the mapping does not name is taken as it is.
    pub(crate) fn word<'t>(&'t self, text: &'t str) -> &'t str {
        let ours = self.words.iter().find(|(theirs, _)| key(theirs) == key(text));
        ours.map_or(text, |(_, ours)| ours.as_str())
    }
}

/// The tables whose row of headings has all that the mapping names: columns of one of these forms, with all that the form
/// requires.
pub(crate) fn mapped<'a>(
    workbook: &'a Workbook,
    mapping: &Mapping,
    forms: &[Vec<Heading>],
) -> Result<Vec<Table<'a>>, ImportError> {
    let headings = || forms.iter().flatten();
    let known = |name: &str| headings().find(|heading| heading.key == name).map(|heading| heading.key);
    for name in mapping.columns.keys() {
        if known(name).is_none() {
            let names: BTreeSet<&str> = headings().map(|heading| heading.key).collect();
            let names: Vec<&str> = names.into_iter().collect();
            return Err(ImportError::Mapping(format!("it has no column '{name}'; columns are {}", names.join(", "))));
        }
    }
    let lacking = |form: &Vec<Heading>| {
        let required = form.iter().filter(|heading| heading.required).map(|heading| heading.key);
        required.filter(|key| !mapping.columns.contains_key(*key)).collect::<Vec<&str>>()
    };
    let lacking = forms.iter().map(lacking).min_by_key(Vec::len).unwrap_or_default();
    if let Some(required) = lacking.first() {
        return Err(ImportError::Mapping(format!("it does not say which column is '{required}'")));
    }
    let meant = |sheet: &Sheet| mapping.sheet.as_ref().is_none_or(|name| key(name) == key(&sheet.name));
    let found = readable(workbook, |sheet| {
        let mut rows = sheet.rows.iter().take(ROWS_SEARCHED).filter(|_| meant(sheet));
        rows.find_map(|row| {
            let columns = mapping.columns.iter();
            let columns = columns.map(|(name, heading)| Some((known(name)?, column_headed(row, heading)?)));
            Some(Table::mapped(sheet, row.number, columns.collect::<Option<_>>()?))
        })
    });
    if !found.is_empty() {
        return Ok(found);
    }
    let rows =
        workbook.sheets.iter().filter(|sheet| meant(sheet)).flat_map(|sheet| sheet.rows.iter().take(ROWS_SEARCHED));
    let missing = rows.map(|row| {
        let headings = mapping.columns.values();
        headings.filter(|heading| column_headed(row, heading).is_none()).cloned().collect::<Vec<String>>()
    });
    let least = missing.min_by_key(Vec::len).map(|missing| missing.join(", ")).unwrap_or_default();
    Err(ImportError::Mapping(format!("no row of headings has all its columns; missing: {least}")))
}

fn column_headed(row: &Row, heading: &str) -> Option<u32> {
    row.cells.iter().find(|cell| key(&cell.text) == key(heading)).map(|cell| cell.column)
}
