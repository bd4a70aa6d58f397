//! Tables with a column for each day; for each week or month where days are too many to stand beside each other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::plain::plain;
use crate::words::Words;

/// The most columns that a table has beside each other: the last ones.
const MAX_COLUMNS: usize = 62;
/// The most rows: accounts and regions.
const MAX_ROWS: usize = 400;

/// A table with a column for each day, week or month.
pub(super) struct Days {
    pub(super) columns: Vec<String>,
    /// What a column is, where it is no day.
    pub(super) unit: Option<String>,
    pub(super) earlier: Option<String>,
    pub(super) rows: Vec<DaysRow>,
    pub(super) more: Option<String>,
}

pub(super) struct DaysRow {
    pub(super) head: String,
    pub(super) cells: Vec<Option<DayCell>>,
}

/// What a day is coloured, marked and titled as.
pub(super) struct DayCell {
    pub(super) state: &'static str,
    pub(super) text: String,
    pub(super) title: String,
}

/// What is known of a day, and of several together.
pub(super) trait OfDay {
    fn add(&mut self, other: Self);
    fn cell(&self, words: &Words) -> DayCell;
}

/// Rows by name, of which each knows something of days (`2026-11-02`).
pub(super) type Rows<T> = BTreeMap<Vec<String>, Vec<(String, T)>>;

/// What a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
}

impl Unit {
    /// The smallest of which a table has room for all, and what it has columns for. A time line has no jumps, unless one
    /// wrong date would make it longer than all of them.
    fn fitting(days: &BTreeSet<Date>) -> (Unit, BTreeSet<Date>) {
        let known = |unit: Unit| (unit, days.iter().map(|day| unit.first(*day)).collect::<BTreeSet<Date>>());
        let whole = |(unit, columns): (Unit, BTreeSet<Date>)| Some((unit, unit.without_jumps(&columns)?));
        let all = || [Unit::Day, Unit::Week, Unit::Month].into_iter().map(known);
        let fits = |(_, columns): &(Unit, BTreeSet<Date>)| columns.len() <= MAX_COLUMNS;
        all().find_map(whole).or_else(|| all().find(fits)).unwrap_or_else(|| known(Unit::Month))
    }

    /// With those between them of which nothing is known, where there is room for all.
    fn without_jumps(self, columns: &BTreeSet<Date>) -> Option<BTreeSet<Date>> {
        let last = columns.last();
        let all = std::iter::successors(columns.first().copied(), |one| self.next(*one));
        let all = all.take_while(|one| Some(one) <= last).take(MAX_COLUMNS + 1).collect::<BTreeSet<Date>>();
        (all.len() <= MAX_COLUMNS).then_some(all)
    }

    /// The first day of the one that a day is in.
    fn first(self, day: Date) -> Date {
        match self {
            Unit::Day => day,
            Unit::Week => {
                let since_monday = i64::from(day.weekday().to_monday_zero_offset());
                day.checked_sub(since_monday.days()).unwrap_or(day)
            }
            Unit::Month => day.first_of_month(),
        }
    }

    fn next(self, first: Date) -> Option<Date> {
        let span = match self {
            Unit::Day => 1.day(),
            Unit::Week => 1.week(),
            Unit::Month => 1.month(),
        };
        first.checked_add(span).ok()
    }

    fn written(self, first: Date) -> String {
        let form = if self == Unit::Month { "%Y-%m" } else { "%Y-%m-%d" };
        first.strftime(form).to_string()
    }

    fn told(self, words: &Words) -> Option<String> {
        match self {
            Unit::Day => None,
            Unit::Week => Some(words.say("log-by-week")),
            Unit::Month => Some(words.say("log-by-month")),
        }
    }
}

pub(super) fn more(words: &Words, n: usize) -> Option<String> {
    (n > 0).then(|| words.say_with("and-more", &[("n", n.into())]))
}

/// The table of these rows.
pub(super) fn table<T: OfDay>(words: &Words, rows: Rows<T>) -> Days {
    let parsed = |day: &str| day.parse::<Date>().ok();
    let days: BTreeSet<Date> = rows.values().flatten().filter_map(|(day, _)| parsed(day)).collect();
    let is_undated = rows.values().flatten().any(|(day, _)| parsed(day).is_none());
    let (unit, columns) = Unit::fitting(&days);
    let earlier = columns.len().saturating_sub(MAX_COLUMNS);
    let dated = columns.into_iter().skip(earlier).map(Some);
    let columns: Vec<Option<Date>> = is_undated.then_some(None).into_iter().chain(dated).collect();
    let hidden = rows.len().saturating_sub(MAX_ROWS);
    let row = |(names, known): (Vec<String>, Vec<(String, T)>)| {
        let mut cells: BTreeMap<Option<Date>, T> = BTreeMap::new();
        for (day, value) in known {
            match cells.entry(parsed(&day).map(|day| unit.first(day))) {
                std::collections::btree_map::Entry::Occupied(mut cell) => cell.get_mut().add(value),
                std::collections::btree_map::Entry::Vacant(cell) => drop(cell.insert(value)),
            }
        }
        let names = names.iter().filter(|name| !name.is_empty());
        DaysRow {
            head: names.map(|name| plain(name)).collect::<Vec<_>>().join(" "),
            cells: columns.iter().map(|column| cells.get(column).map(|cell| cell.cell(words))).collect(),
        }
    };
    let rows = rows.into_iter().take(MAX_ROWS).map(row).collect();
    let written = |column: &Option<Date>| column.map_or_else(|| words.say("unknown-value"), |day| unit.written(day));
    Days {
        unit: unit.told(words),
        earlier: more(words, earlier),
        rows,
        more: more(words, hidden),
        columns: columns.iter().map(written).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: &str, count: i64, step: i64) -> BTreeSet<Date> {
        let first: Date = first.parse().unwrap();
        (0..count).map(|n| first.checked_add((n * step).days()).unwrap()).collect()
    }

    #[test]
    fn a_long_time_is_told_by_weeks_or_months_as_a_whole() {
        let cases = [
            (days("2026-11-02", 1, 1), Unit::Day, "2026-11-02", 1),
            (days("2026-11-04", 62, 1), Unit::Day, "2026-11-04", 62),
            (days("2026-11-04", 30, 2), Unit::Day, "2026-11-04", 59),
            (days("2026-11-04", 63, 1), Unit::Week, "2026-11-02", 10),
            (days("2025-10-18", 400, 1), Unit::Week, "2025-10-13", 58),
            (days("2025-10-18", 20, 20), Unit::Week, "2025-10-13", 56),
            (days("2023-01-15", 1400, 1), Unit::Month, "2023-01-01", 47),
            // One wrong date does not make a table of what lies between.
            (&days("1970-01-01", 1, 1) | &days("2026-11-02", 30, 1), Unit::Day, "1970-01-01", 31),
        ];
        for (days, unit, first, count) in cases {
            let (found, columns) = Unit::fitting(&days);
            assert_eq!((found, columns.first().unwrap().to_string().as_str(), columns.len()), (unit, first, count));
        }
    }
}
