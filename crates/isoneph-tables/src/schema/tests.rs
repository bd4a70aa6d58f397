//! Every table keeps the rules that the engine relies on.

use std::collections::BTreeSet;

use super::TABLES;
use crate::table::{COMMON_COLUMNS, TableId};

#[test]
fn every_column_says_what_it_means_and_what_none_is() {
    for table in TABLES {
        assert!(!table.doc.trim().is_empty(), "{}", table.name);
        for column in table.all_columns() {
            let place = format!("{}.{}", table.name, column.name);
            assert!(column.doc.trim().len() > 10, "{place} is not documented");
            assert!(!column.none.is_empty(), "{place} has no none-value");
        }
    }
}

#[test]
fn a_none_value_that_names_a_column_names_one_that_exists() {
    for table in TABLES {
        for column in table.columns {
            if let Some((named, "false")) = column.none.split_once(" = ") {
                assert!(table.column_index(named).is_some(), "{}.{} → {named}", table.name, column.name);
            }
        }
    }
}

#[test]
fn names_are_unique_and_no_column_hides_a_common_one() {
    let tables: BTreeSet<&str> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(tables.len(), TABLES.len());
    for table in TABLES {
        let columns: BTreeSet<&str> = table.all_columns().map(|column| column.name).collect();
        assert_eq!(columns.len(), COMMON_COLUMNS.len() + table.columns.len(), "{}", table.name);
    }
}

#[test]
fn a_table_is_found_by_its_name() {
    for id in TableId::all() {
        assert_eq!(TableId::find(id.def().name), Some(id));
    }
    assert_eq!(TableId::find("buckets"), None);
}
