//! Coverage, sorted for asking: entries that speak of one subject are found by it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use isoneph_model::{Extent, Reason, ReasonCode};
use isoneph_tables::{Coverage, CoverageAnswer, Scope, TableId};

#[derive(Default)]
struct Entries {
    general: Vec<Coverage>,
    by_subject: HashMap<String, Vec<Coverage>>,
}

/// The coverage of a run.
pub(crate) struct CoverageIndex {
    entries: BTreeMap<(TableId, i64), Entries>,
}

impl CoverageIndex {
    pub(crate) fn new(all: &[Coverage]) -> CoverageIndex {
        let mut entries: BTreeMap<(TableId, i64), Entries> = BTreeMap::new();
        for entry in all {
            let of = entries.entry((entry.table, entry.snapshot)).or_default();
            match &entry.scope.subject {
                Some(subject) => of.by_subject.entry(subject.clone()).or_default().push(entry.clone()),
                None => of.general.push(entry.clone()),
            }
        }
        CoverageIndex { entries }
    }

    /// Why one may not rely on there being no row of a table beside a subject; `None` if one may.
    pub(crate) fn open(&self, table: TableId, snapshot: i64, subject: &Scope) -> Option<Reason> {
        let Some(entries) = self.entries.get(&(table, snapshot)) else {
            return Some(reason(table, ReasonCode::CoverageNone));
        };
        let ask = |entries: &[Coverage]| CoverageAnswer::ask(entries, table, snapshot, subject);
        let own = subject.subject.as_ref().and_then(|uid| entries.by_subject.get(uid));
        // An open entry outweighs any closed one, wherever the two stand.
        match (ask(&entries.general), own.map_or(CoverageAnswer::None, |own| ask(own))) {
            (CoverageAnswer::Partial(_), _) | (_, CoverageAnswer::Partial(_)) => {
                Some(reason(table, ReasonCode::CoveragePartial))
            }
            (CoverageAnswer::Closed, _) | (_, CoverageAnswer::Closed) => None,
            (CoverageAnswer::None, CoverageAnswer::None) => Some(reason(table, ReasonCode::CoverageNone)),
        }
    }

    /// What is known of a table's population as a whole, over the chosen snapshots.
    pub(crate) fn population(&self, table: TableId, chosen: &BTreeSet<i64>) -> PopulationCoverage {
        let mut seen = PopulationCoverage::Unseen;
        for snapshot in chosen {
            let Some(entries) = self.entries.get(&(table, *snapshot)) else { continue };
            for entry in entries.general.iter().chain(entries.by_subject.values().flatten()) {
                match entry.extent {
                    Extent::Partial => return PopulationCoverage::Partial,
                    Extent::None => {}
                    Extent::Complete | Extent::Declared => seen = PopulationCoverage::Closed,
                }
            }
        }
        seen
    }
}

/// How much of a table's population was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PopulationCoverage {
    /// All of what was looked at.
    Closed,
    /// Some is known to be missing.
    Partial,
    /// Nobody looked.
    Unseen,
}

/// A reason that names a table.
pub(crate) fn reason(table: TableId, code: ReasonCode) -> Reason {
    Reason { code, table: Some(table.def().name.to_owned()), column: None }
}

#[cfg(test)]
mod tests {
    use isoneph_model::{GapCode, InputId};

    use super::*;

    fn entry(extent: Extent, subject: Option<&str>) -> Coverage {
        let scope = Scope { subject: subject.map(str::to_owned), ..Scope::default() };
        let table = TableId::find("relation").unwrap();
        Coverage {
            table,
            snapshot: 0,
            scope,
            extent,
            code: Some(GapCode::Unreadable),
            input: InputId(0),
            locator: None,
        }
    }

    fn of(uid: &str) -> Scope {
        Scope { subject: Some(uid.to_owned()), ..Scope::default() }
    }

    #[test]
    fn what_is_missing_of_one_subject_leaves_the_others_closed() {
        let table = TableId::find("relation").unwrap();
        let index = CoverageIndex::new(&[entry(Extent::Complete, None), entry(Extent::Partial, Some("a"))]);
        assert_eq!(index.open(table, 0, &of("a")).unwrap().code, ReasonCode::CoveragePartial);
        assert_eq!(index.open(table, 0, &of("b")), None);
        assert_eq!(index.open(table, 1, &of("b")).unwrap().code, ReasonCode::CoverageNone);
        assert_eq!(index.population(table, &[0].into()), PopulationCoverage::Partial);
    }

    #[test]
    fn a_subject_that_was_looked_at_alone_is_closed_alone() {
        let table = TableId::find("relation").unwrap();
        let index = CoverageIndex::new(&[entry(Extent::Complete, Some("a"))]);
        assert_eq!(index.open(table, 0, &of("a")), None);
        assert_eq!(index.open(table, 0, &of("b")).unwrap().code, ReasonCode::CoverageNone);
    }
}
