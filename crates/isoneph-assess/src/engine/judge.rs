//! From observations to the outcome of a subject.

use std::collections::BTreeSet;

use isoneph_model::{Reason, ReasonCode, RowId};
use isoneph_tables::{Inventory, Scope};

use super::absence::{Loose, gap_reason, is_unknown};
use super::coverage::{CoverageIndex, reason};
use super::prepare::Prepared;
use crate::check::bind::REGIONS;

/// What a check's SQL says of a subject, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observation {
    pub(crate) pass: Option<bool>,
    /// Whether there was anything that could have failed; `None` where that is not known.
    pub(crate) applies: Option<bool>,
    /// The row of each member of the evidence; `None` where there was none.
    pub(crate) rows: Vec<Option<RowId>>,
    /// Where the values for the message stand: batch and row.
    pub(crate) at: (usize, usize),
}

/// A subject, as far as judging needs it.
pub(crate) struct Judged<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) snapshot: i64,
    pub(crate) row: Option<RowId>,
}

/// Judges the observations of one check.
pub(crate) struct Judge<'a> {
    pub(crate) inventory: &'a Inventory,
    pub(crate) prepared: &'a Prepared,
    pub(crate) coverage: &'a CoverageIndex,
    /// By member: rows that may or may not meet.
    pub(crate) loose: Vec<Loose>,
}

impl Judge<'_> {
    /// What an observation really says: what rests on an absence that is not shown is unknown. With the reason, where
    /// it is unknown.
    pub(crate) fn weigh(&self, observation: &Observation, subject: &Judged<'_>) -> (Option<bool>, Option<Reason>) {
        let doubt = self.doubt(observation, subject);
        // Whether it passes or does not apply is then not known.
        let pass = observation.pass.filter(|pass| !pass || observation.applies.is_some());
        match (pass, doubt) {
            (Some(pass), None) => (Some(pass), None),
            (Some(_), Some(doubt)) => (None, Some(doubt)),
            (None, doubt) => (None, Some(self.why_unknown(observation, doubt))),
        }
    }

    fn row_of(&self, observation: &Observation, alias: &str) -> Option<RowId> {
        let index = self.prepared.members.iter().position(|member| member.alias == alias)?;
        observation.rows[index]
    }

    /// Why the observation may not be taken at its word.
    fn doubt(&self, observation: &Observation, subject: &Judged<'_>) -> Option<Reason> {
        let row_of = |alias: &str| self.row_of(observation, alias);
        for (index, member) in self.prepared.members.iter().enumerate() {
            let absent = observation.rows[index].is_none();
            if absent {
                if let Some(reason) = self.unknown_beside(index, observation) {
                    return Some(reason);
                }
                if let Some(open) = self.coverage.open(member.table, subject.snapshot, subject.scope) {
                    return Some(open);
                }
            }
            // One more row can fail a subject that passes, and can end an absence; it cannot mend a failure. Of the
            // subject itself there is no other row.
            let own = !absent && observation.rows[index] == subject.row;
            let one_more_may_fail = observation.pass == Some(true) && !member.presence_only && !own;
            if absent || one_more_may_fail {
                let meeting = member.meeting.as_ref();
                let met = meeting.and_then(|meeting| {
                    meeting.may_meet(&self.loose[index], self.inventory, subject.snapshot, &row_of)
                });
                if met.is_some() {
                    return met;
                }
            }
        }
        None
    }

    /// A cell beside an absent row that would have to be known to say that it is absent.
    fn unknown_beside(&self, index: usize, observation: &Observation) -> Option<Reason> {
        let meeting = self.prepared.members[index].meeting.as_ref()?;
        meeting.beside.iter().find_map(|source| {
            let row = self.row_of(observation, &source.alias)?;
            is_unknown(self.inventory, row, source.column).then(|| gap_reason(self.inventory, row, source.column))
        })
    }

    /// Why `pass` is NULL: a cell that it rests on and that is not known, or what makes an absence doubtful.
    fn why_unknown(&self, observation: &Observation, doubt: Option<Reason>) -> Reason {
        if let Some(gap) = self.unknown_cell(observation, true) {
            return gap;
        }
        if let Some(doubt) = doubt {
            return doubt;
        }
        if let Some(name) = self.prepared.empty_lists.first() {
            let (table, column) = if name == REGIONS { ("scope", "regions") } else { ("parameter", name.as_str()) };
            let (table, column) = (Some(table.to_owned()), Some(column.to_owned()));
            return Reason { code: ReasonCode::NotCollected, table, column };
        }
        let absent = self.prepared.members.iter().zip(&observation.rows).find(|(_, row)| row.is_none());
        match absent {
            Some((member, _)) => reason(member.table, ReasonCode::UnresolvedReference),
            // The cell may have been read under another name, in a subquery.
            None => match self.unknown_cell(observation, false) {
                Some(gap) => gap,
                None => reason(self.prepared.check.subject, ReasonCode::NoObservation),
            },
        }
    }

    /// The first cell of the evidence that the check rests on and that is not known.
    fn unknown_cell(&self, observation: &Observation, under_its_alias: bool) -> Option<Reason> {
        self.prepared.members.iter().zip(&observation.rows).find_map(|(member, row)| {
            let row = (*row)?;
            let own =
                self.prepared.relevant.iter().filter(|source| {
                    source.table == member.table && (!under_its_alias || source.alias == member.alias)
                });
            let unknown = own.map(|source| source.column).find(|column| is_unknown(self.inventory, row, *column))?;
            Some(gap_reason(self.inventory, row, unknown))
        })
    }
}

/// The rows under some observations, each once, in order.
pub(crate) fn rows_of<'a>(observations: impl Iterator<Item = &'a Observation>) -> BTreeSet<RowId> {
    observations.flat_map(|observation| observation.rows.iter().flatten().copied()).collect()
}
