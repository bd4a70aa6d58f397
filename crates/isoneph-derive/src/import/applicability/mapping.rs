//! Mappings: which column is which, as somebody gave it or as it was found, to be remembered.

use std::collections::BTreeMap;

use isoneph_workbook::{ROWS_SEARCHED, Row, Sheet, Table, Workbook};
use serde::{Deserialize, Serialize};

use super::headings::HEADINGS;
use crate::import::{ImportError, key, readable};

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

/// The tables whose row of headings has all that the mapping names.
pub(super) fn mapped<'a>(workbook: &'a Workbook, mapping: &Mapping) -> Result<Vec<Table<'a>>, ImportError> {
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
