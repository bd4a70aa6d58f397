//! Which rows may be signs, by what is quick to read.

use arrow::array::TimestampMicrosecondArray;

use super::catalogue::SignCatalogue;
use super::new_regions::NewRegions;
use crate::event::{ActorKind, Category};
use crate::reconcile::BatchError;
use crate::reconcile::columns::{Batch, Texts, time};

/// The columns by which rows are marked.
pub(super) struct Columns<'a> {
    pub(super) provider: Texts<'a>,
    name: Texts<'a>,
    category: Texts<'a>,
    pub(super) account: Texts<'a>,
    actor_account: Texts<'a>,
    actor_kind: Texts<'a>,
    pub(super) native_type: Texts<'a>,
    region: Texts<'a>,
    outcome: Texts<'a>,
    pub(super) time: &'a TimestampMicrosecondArray,
}

/// What was found out about pairs of a provider and an operation, by their numbers in the dictionaries of a batch.
pub(super) struct Memo {
    known: Vec<Option<May>>,
    width: usize,
}

/// The most pairs that are remembered for a batch.
const MAX_PAIRS: usize = 1 << 20;

impl Memo {
    pub(super) fn new(columns: &Columns<'_>) -> Memo {
        let width = columns.name.distinct().unwrap_or_default();
        let pairs = columns.provider.distinct().unwrap_or_default().saturating_mul(width);
        Memo { known: vec![None; if pairs <= MAX_PAIRS { pairs } else { 0 }], width }
    }

    fn place(&mut self, provider: Option<usize>, name: Option<usize>) -> Option<&mut Option<May>> {
        self.known.get_mut(provider? * self.width + name?)
    }
}

/// Which records of an operation may be signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct May {
    /// All.
    all: bool,
    /// Those of whoever acted from another account, or without one.
    by_others: bool,
    /// Those of whoever is no program.
    by_people: bool,
    /// Those that say that something was unusual.
    as_insight: bool,
    /// The first in a region, so many days behind the first that was heard of the account.
    pub(super) first_after_days: Option<i64>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(rows: &Batch<'a>) -> Result<Columns<'a>, BatchError> {
        Ok(Columns {
            provider: rows.texts("provider")?,
            name: rows.texts("operation_name")?,
            category: rows.texts("category")?,
            account: rows.texts("account")?,
            actor_account: rows.texts("actor_account")?,
            actor_kind: rows.texts("actor_kind")?,
            native_type: rows.texts("native_type")?,
            region: rows.texts("region")?,
            outcome: rows.texts("outcome")?,
            time: rows.typed("time")?,
        })
    }

    /// Notes a row, the so many-th of its file, that may be the first of its kind in a region.
    pub(super) fn note_first(&self, row: usize, at: usize, days: i64, regions: &mut NewRegions) {
        let names = [&self.provider, &self.account, &self.region].map(|texts| texts.get(row).unwrap_or_default());
        let is_done = self.outcome.get(row) != Some("failure");
        let is_call = self.category.get(row) != Some("insight");
        if let Some(time) = time(self.time, row).filter(|_| is_call) {
            regions.note(names, is_done, (time.0, at), days);
        }
    }

    pub(super) fn may_be_sign(&self, row: usize, may: May) -> bool {
        may.all
            || (may.by_others && self.is_by_others(row))
            || (may.by_people && !matches!(self.actor_kind.get(row), Some("workload" | "service")))
            || (may.as_insight && self.category.get(row) == Some("insight"))
    }

    pub(super) fn may(&self, row: usize, catalogue: &SignCatalogue, memo: &mut Memo) -> May {
        let look_up = || {
            let (provider, name) = (self.provider.get(row), self.name.get(row));
            may(catalogue, provider.unwrap_or_default(), name.unwrap_or_default())
        };
        match memo.place(self.provider.number(row), self.name.number(row)) {
            Some(known) => *known.get_or_insert_with(look_up),
            None => look_up(),
        }
    }

    fn is_by_others(&self, row: usize) -> bool {
        let account = self.actor_account.get(row).filter(|account| !account.is_empty());
        self.actor_kind.get(row) == Some("anonymous")
            || account.is_some_and(|account| self.account.get(row) != Some(account))
    }
}

fn may(catalogue: &SignCatalogue, provider: &str, name: &str) -> May {
    let mut may = May::default();
    for sign in catalogue.of_operation(provider, name).map(|(_, signs)| signs).unwrap_or_default() {
        let programs = [ActorKind::Workload, ActorKind::Service];
        let by_people = !sign.actors.is_empty() && !programs.iter().any(|kind| sign.actors.contains(kind));
        match () {
            () if sign.category == Some(Category::Insight) => may.as_insight = true,
            () if sign.first_after_days.is_some() => may.first_after_days = sign.first_after_days,
            () if sign.is_by_actor() => may.by_others = true,
            () if by_people => may.by_people = true,
            () => may.all = true,
        }
    }
    may
}
