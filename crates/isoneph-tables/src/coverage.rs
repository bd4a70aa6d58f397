//! Coverage: how much of a table's population was seen, in which scope. A check that relies on the *absence* of a row
//! is only as good as this.

use isoneph_model::{Extent, GapCode, InputId, Locator};

use crate::table::TableId;

/// What a coverage entry speaks of. `None` means "whatever it is".
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The cloud.
    pub provider: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The native type of the things that the missing rows would belong to.
    pub native_type: Option<String>,
    /// The one thing (its `uid`) that the missing rows would belong to.
    pub subject: Option<String>,
}

impl Scope {
    /// Whether this scope takes in a subject. What is unknown of the subject may be inside.
    fn takes_in(&self, subject: &Scope) -> bool {
        let may_equal = |ours: &Option<String>, theirs: &Option<String>| match (ours, theirs) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        may_equal(&self.provider, &subject.provider)
            && may_equal(&self.account, &subject.account)
            && may_equal(&self.region, &subject.region)
            && may_equal(&self.native_type, &subject.native_type)
            && may_equal(&self.subject, &subject.subject)
    }

    /// Whether this scope is sure to take in a subject.
    fn surely_takes_in(&self, subject: &Scope) -> bool {
        let equals = |ours: &Option<String>, theirs: &Option<String>| ours.is_none() || ours == theirs;
        equals(&self.provider, &subject.provider)
            && equals(&self.account, &subject.account)
            && equals(&self.region, &subject.region)
            && equals(&self.native_type, &subject.native_type)
            && equals(&self.subject, &subject.subject)
    }
}

/// What one source saw of one table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coverage {
    /// The table.
    pub table: TableId,
    /// The snapshot the entry speaks of.
    pub snapshot: i64,
    /// The part of the population it speaks of.
    pub scope: Scope,
    /// How much of it was seen.
    pub extent: Extent,
    /// Why it was not all, when it was not.
    pub code: Option<GapCode>,
    /// The input that says so.
    pub input: InputId,
    /// The place of what was not understood, when there is one.
    pub locator: Option<Locator>,
}

/// What coverage answers to "may I rely on there being no such row?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverageAnswer {
    /// Yes: the population was seen.
    Closed,
    /// No: part of it was not seen, for this reason.
    Partial(Option<GapCode>),
    /// No: nobody looked.
    None,
}

impl CoverageAnswer {
    /// Asks for one table, snapshot and subject. One open entry that may concern the subject outweighs any closed one,
    /// and an entry closes the table only when it is sure to concern the subject.
    pub fn ask(entries: &[Coverage], table: TableId, snapshot: i64, subject: &Scope) -> CoverageAnswer {
        let mut closed = false;
        let mut looked = false;
        let concerned = entries.iter().filter(|e| e.table == table && e.snapshot == snapshot);
        for entry in concerned.filter(|e| e.scope.takes_in(subject)) {
            match entry.extent {
                Extent::Partial => return CoverageAnswer::Partial(entry.code),
                Extent::None => {}
                Extent::Complete | Extent::Declared => {
                    looked = true;
                    closed |= entry.scope.surely_takes_in(subject);
                }
            }
        }
        match (closed, looked) {
            (true, _) => CoverageAnswer::Closed,
            (false, true) => CoverageAnswer::Partial(None),
            (false, false) => CoverageAnswer::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(extent: Extent, scope: Scope) -> Coverage {
        let code = (!extent.is_closed()).then_some(GapCode::UnresolvedReference);
        Coverage { table: TableId(0), snapshot: 1, scope, extent, code, input: InputId(0), locator: None }
    }

    fn account(id: &str) -> Scope {
        Scope { account: Some(id.to_owned()), ..Scope::default() }
    }

    #[test]
    fn a_table_nobody_filled_closes_nothing() {
        let entries = [entry(Extent::None, Scope::default())];
        assert_eq!(CoverageAnswer::ask(&entries, TableId(0), 1, &Scope::default()), CoverageAnswer::None);
        assert_eq!(CoverageAnswer::ask(&[], TableId(0), 1, &Scope::default()), CoverageAnswer::None);
    }

    #[test]
    fn one_partial_entry_outweighs_a_closed_one() {
        let entries = [entry(Extent::Complete, Scope::default()), entry(Extent::Partial, account("a"))];
        assert_eq!(CoverageAnswer::ask(&entries, TableId(0), 1, &account("b")), CoverageAnswer::Closed);
        let partial = CoverageAnswer::Partial(Some(GapCode::UnresolvedReference));
        assert_eq!(CoverageAnswer::ask(&entries, TableId(0), 1, &account("a")), partial);
        assert_eq!(CoverageAnswer::ask(&entries, TableId(0), 1, &Scope::default()), partial, "it may be account a");
    }

    #[test]
    fn a_closed_account_says_nothing_of_a_subject_whose_account_is_unknown() {
        let entries = [entry(Extent::Complete, account("a"))];
        let answer = CoverageAnswer::ask(&entries, TableId(0), 1, &Scope::default());
        assert_eq!(answer, CoverageAnswer::Partial(None));
        assert_eq!(CoverageAnswer::ask(&entries, TableId(0), 2, &account("a")), CoverageAnswer::None, "other snapshot");
    }
}
