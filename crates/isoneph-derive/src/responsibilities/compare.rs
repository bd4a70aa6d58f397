//! How two matrices differ.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_register::kinds::Holder;
use serde::Serialize;

use super::matrix::{Matrix, MatrixRow, RowStanding};

isoneph_model::vocabulary! {
    /// How a row of one matrix stands to that of another.
    pub enum RowDifference {
        /// Same holder, same words.
        Same = "same",
        /// Another holder.
        Holder = "holder",
        /// The same holder, other words.
        Words = "words",
        /// In the first only.
        OnlyFirst = "only-first",
        /// In the second only.
        OnlySecond = "only-second",
        /// In one of them views differ, or only drafts speak: nothing to compare.
        Undecided = "undecided",
    }
}

/// One area in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowComparison {
    /// The area.
    pub area: String,
    /// The customer; `None` for all.
    pub customer: Option<String>,
    /// How they differ.
    pub difference: RowDifference,
    /// The holder in the first.
    pub first: Option<Holder>,
    /// The holder in the second.
    pub second: Option<Holder>,
    /// Where words differ: which (`provider-duty`, `customer-duty`), in the first, in the second.
    pub words: Vec<(&'static str, Option<String>, Option<String>)>,
}

/// Two matrices, area by area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The service of the first.
    pub first: String,
    /// The service of the second.
    pub second: String,
    /// Every area of either, in order.
    pub rows: Vec<RowComparison>,
    /// How many rows of each difference.
    pub counts: BTreeMap<RowDifference, usize>,
}

/// Holds two matrices against each other, area by area.
pub fn compare(first: &Matrix, second: &Matrix) -> Comparison {
    let (one, two) = (by_area(first), by_area(second));
    let areas: BTreeSet<_> = one.keys().chain(two.keys()).copied().collect();
    let rows: Vec<RowComparison> =
        areas.into_iter().map(|key| compare_rows(key, one.get(&key), two.get(&key))).collect();
    let mut counts = BTreeMap::new();
    for row in &rows {
        *counts.entry(row.difference).or_insert(0) += 1;
    }
    Comparison { first: first.service.clone(), second: second.service.clone(), rows, counts }
}

type Key<'a> = (&'a str, Option<&'a str>);

fn by_area(matrix: &Matrix) -> BTreeMap<Key<'_>, &MatrixRow> {
    matrix.rows.iter().map(|row| ((row.area.as_str(), row.customer.as_deref()), row)).collect()
}

fn compare_rows(key: Key<'_>, one: Option<&&MatrixRow>, two: Option<&&MatrixRow>) -> RowComparison {
    let mut words = Vec::new();
    let difference = match (one, two) {
        (None, None) | (Some(_), None) => RowDifference::OnlyFirst,
        (None, Some(_)) => RowDifference::OnlySecond,
        (Some(one), Some(two)) => {
            let undecided = |row: &MatrixRow| matches!(row.standing, RowStanding::Disputed | RowStanding::Proposed);
            for (name, a, b) in [
                ("provider-duty", &one.provider_duty, &two.provider_duty),
                ("customer-duty", &one.customer_duty, &two.customer_duty),
            ] {
                if !same_words(a.as_deref(), b.as_deref()) {
                    words.push((name, a.clone(), b.clone()));
                }
            }
            if undecided(one) || undecided(two) {
                RowDifference::Undecided
            } else if one.holder != two.holder {
                RowDifference::Holder
            } else if words.is_empty() {
                RowDifference::Same
            } else {
                RowDifference::Words
            }
        }
    };
    RowComparison {
        area: key.0.to_owned(),
        customer: key.1.map(str::to_owned),
        difference,
        first: one.and_then(|row| row.holder),
        second: two.and_then(|row| row.holder),
        words,
    }
}

/// White space does not count.
fn same_words(one: Option<&str>, two: Option<&str>) -> bool {
    one.unwrap_or_default().split_whitespace().eq(two.unwrap_or_default().split_whitespace())
}
