//! The outcomes of a check, one for each subject, and one for subjects that nobody saw.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use isoneph_assessment::{CheckOutcome, Evidence};
use isoneph_model::{Digest, Outcome, Reason, ReasonCode, RowId, fits_pattern};
use isoneph_tables::{Instant, Inventory, Scope, TableId};
use sha2::{Digest as _, Sha256};

use super::absence::gap_reason;
use super::coverage::{CoverageIndex, PopulationCoverage, reason};
use super::judge::{Judge, Judged, Observation, rows_of};
use super::observe::Observations;
use super::population::{Population, common};
use super::prepare::Prepared;
use super::{AssessError, Engine};
use crate::fold::{Folded, fold};

const DAY: i64 = 86_400_000_000;

pub(crate) struct Outcomes<'a> {
    engine: &'a Engine,
    inventory: &'a Inventory,
    chosen: &'a BTreeSet<i64>,
    coverage: CoverageIndex,
    populations: BTreeMap<TableId, Population>,
    /// Tables of the chosen snapshots, as far as they were asked for.
    tables: BTreeMap<TableId, RecordBatch>,
}

type HandOn<'a> = dyn FnMut(CheckOutcome) -> Result<(), AssessError> + 'a;

impl<'a> Outcomes<'a> {
    pub(crate) fn new(engine: &'a Engine, inventory: &'a Inventory, chosen: &'a BTreeSet<i64>) -> Outcomes<'a> {
        let coverage = CoverageIndex::new(&inventory.coverage);
        Outcomes { engine, inventory, chosen, coverage, populations: BTreeMap::new(), tables: BTreeMap::new() }
    }

    /// Folds what a check yielded and hands on its outcomes.
    pub(crate) fn of_check(
        &mut self,
        index: usize,
        batches: Vec<RecordBatch>,
        hand_on: &mut HandOn<'_>,
    ) -> Result<(), AssessError> {
        let engine = self.engine;
        let settled = &engine.checks[index];
        let table = settled.check.subject;
        let (inventory, chosen) = (self.inventory, self.chosen);
        let members = settled.prepared().map_or(&[][..], |prepared| &prepared.members);
        for asked in members.iter().map(|member| member.table).chain([table]) {
            self.tables.entry(asked).or_insert_with(|| inventory.table_of(asked, chosen));
        }
        let batch = &self.tables[&table];
        self.populations.entry(table).or_insert_with(|| Population::of(batch.clone()));
        let population = &self.populations[&table];
        if let Some(outcome) = self.unseen(index, population) {
            hand_on(outcome)?;
        }
        if population.order.is_empty() {
            return Ok(());
        }
        let unplanned = || AssessError::Runtime(format!("check '{}' was not planned", settled.check.id()));
        let prepared = settled.prepared().ok_or_else(unplanned)?;
        let observations = Observations::read(prepared, batches, population)?;
        let of_check = OfCheck {
            run: self,
            index,
            prepared,
            population,
            judge: Judge { inventory, prepared, coverage: &self.coverage, loose: self.loose(prepared)? },
            observations,
            applies: applies(prepared, population)?,
        };
        population.order.iter().try_for_each(|subject| hand_on(of_check.outcome(*subject)?))
    }

    fn loose(&self, prepared: &Prepared) -> Result<Vec<super::absence::Loose>, AssessError> {
        let loose = |member: &super::prepare::PreparedMember| match &member.meeting {
            Some(meeting) => Ok(meeting.loose(&self.tables[&member.table])?),
            None => Ok(super::absence::Loose::default()),
        };
        prepared.members.iter().map(loose).collect()
    }

    /// What is to be said of subjects that nobody saw, if anything.
    fn unseen(&self, index: usize, population: &Population) -> Option<CheckOutcome> {
        let check = &self.engine.checks[index].check;
        let table = check.subject;
        let seen = self.coverage.population(table, self.chosen);
        let (outcome, code) = match (population.order.is_empty(), seen) {
            (_, PopulationCoverage::Partial) => (Outcome::Unknown, ReasonCode::CoveragePartial),
            (true, PopulationCoverage::Unseen) => (Outcome::Unknown, ReasonCode::CoverageNone),
            (true, PopulationCoverage::Closed) => (Outcome::NotApplicable, ReasonCode::NoSubject),
            (false, PopulationCoverage::Unseen | PopulationCoverage::Closed) => return None,
        };
        Some(CheckOutcome {
            check: index,
            subject: None,
            service: String::new(),
            outcome,
            reason: Some(reason(table, code)),
            values: Vec::new(),
            exception: None,
            evidence: Vec::new(),
            observed_at: None,
            fingerprint: fingerprint(&[check.id(), table.def().name]),
        })
    }
}

fn applies(prepared: &Prepared, population: &Population) -> Result<Option<BooleanArray>, AssessError> {
    let Some(applies) = &prepared.applies else { return Ok(None) };
    let rows = population.batch.num_rows();
    let values = applies.expr.evaluate(&population.batch)?.into_array(rows)?;
    let values = arrow::compute::cast(&values, &arrow::datatypes::DataType::Boolean)?;
    Ok(Some(values.as_boolean().clone()))
}

/// The parts are told apart by their lengths, so that no two lists of parts read alike.
fn fingerprint(parts: &[&str]) -> Digest {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    Digest::new(hasher.finalize().into())
}

struct OfCheck<'a> {
    run: &'a Outcomes<'a>,
    index: usize,
    prepared: &'a Prepared,
    population: &'a Population,
    judge: Judge<'a>,
    observations: Observations,
    applies: Option<BooleanArray>,
}

/// The answer for one subject, before it is dressed.
struct Answer {
    outcome: Outcome,
    reason: Option<Reason>,
    /// The observations that decided it.
    decided_by: Vec<Observation>,
}

impl OfCheck<'_> {
    fn outcome(&self, subject: u32) -> Result<CheckOutcome, AssessError> {
        let view = self.population.view();
        let row = subject as usize;
        let snapshot = view.snapshot(row);
        let mut answer = self.answer(subject)?;
        let mut rows = rows_of(answer.decided_by.iter());
        rows.extend(view.row(row));
        if let Some(reason) = self.age(&rows).filter(|_| matches!(answer.outcome, Outcome::Pass | Outcome::Fail)) {
            (answer.outcome, answer.reason) = (Outcome::Unknown, Some(reason));
        }
        let check = &self.prepared.check;
        let subject = view.subject(row);
        let exception = (answer.outcome == Outcome::Fail).then(|| self.exception(&subject.address)).flatten();
        let values = match answer.decided_by.first() {
            Some(observation) => self.observations.values(self.prepared, observation)?,
            None => self.values_of_subject(row)?,
        };
        Ok(CheckOutcome {
            check: self.index,
            service: view.text(common::SERVICE, row).unwrap_or_default().to_owned(),
            outcome: answer.outcome,
            reason: answer.reason,
            values,
            exception,
            evidence: self.evidence(&rows),
            observed_at: self.observed_at(snapshot),
            fingerprint: fingerprint(&[check.id(), &subject.native_type, &subject.address, &subject.account]),
            subject: Some(subject),
        })
    }

    fn answer(&self, subject: u32) -> Result<Answer, AssessError> {
        let decided = |outcome, reason| Ok(Answer { outcome, reason: Some(reason), decided_by: Vec::new() });
        let table = self.prepared.check.subject;
        match self.applies_to(subject as usize) {
            Some(true) => {}
            Some(false) => {
                let reason = Reason { code: ReasonCode::DoesNotApply, table: None, column: None };
                return decided(Outcome::NotApplicable, reason);
            }
            None => return decided(Outcome::Unknown, self.why_applies_unknown(subject as usize)),
        }
        let view = self.population.view();
        let row = subject as usize;
        // Only an absence asks for the scope.
        let observations = self.observations.of(self.prepared, self.population.kept_under(subject))?;
        let relies = observations.iter().any(|o| o.rows.iter().any(Option::is_none));
        let scope = if relies { view.scope(row) } else { Scope::default() };
        let judged = Judged { scope: &scope, snapshot: view.snapshot(row), row: view.row(row) };
        let weighed: Vec<(Observation, Option<bool>, Option<Reason>)> = observations
            .into_iter()
            .map(|observation| {
                let (pass, reason) = self.judge.weigh(&observation, &judged);
                (observation, pass, reason)
            })
            .collect();
        let (outcome, keep) = match fold(weighed.iter().map(|(_, pass, _)| *pass)) {
            // Nothing failed because there was nothing that could.
            Folded::Pass if weighed.iter().all(|(observation, ..)| observation.applies == Some(false)) => {
                (Outcome::NotApplicable, Some(true))
            }
            Folded::Pass => (Outcome::Pass, Some(true)),
            Folded::Fail => (Outcome::Fail, Some(false)),
            Folded::Unknown => (Outcome::Unknown, None),
            Folded::NoObservation => return decided(Outcome::Unknown, reason(table, ReasonCode::NoObservation)),
        };
        let kept: Vec<_> = weighed.into_iter().filter(|(_, pass, _)| *pass == keep).collect();
        let reason = match outcome {
            Outcome::NotApplicable => Some(Reason { code: ReasonCode::DoesNotApply, table: None, column: None }),
            _ => kept.iter().find_map(|(_, _, reason)| reason.clone()),
        };
        Ok(Answer { outcome, reason, decided_by: kept.into_iter().map(|(observation, _, _)| observation).collect() })
    }

    fn applies_to(&self, row: usize) -> Option<bool> {
        match &self.applies {
            None => Some(true),
            Some(values) => values.is_valid(row).then(|| values.value(row)),
        }
    }

    fn why_applies_unknown(&self, row: usize) -> Reason {
        let columns = self.prepared.applies.iter().flat_map(|applies| &applies.columns);
        let unknown = columns.copied().find(|column| self.population.batch.column(*column).is_null(row));
        match self.population.view().row(row).zip(unknown) {
            Some((row, column)) => gap_reason(self.run.inventory, row, column),
            None => reason(self.prepared.check.subject, ReasonCode::NoObservation),
        }
    }

    /// Why the evidence is too old to decide, if the check sets a limit.
    fn age(&self, rows: &BTreeSet<RowId>) -> Option<Reason> {
        let limit = i64::from(self.prepared.check.max_age_days()?);
        let since_epoch = self.run.engine.settings.as_of.duration_since(jiff::civil::date(1970, 1, 1));
        let oldest = (since_epoch.as_hours() / 24 - limit).saturating_mul(DAY);
        let inventory = self.run.inventory;
        let snapshot_of = |row: &RowId| {
            let table = TableId::from_ordinal(row.table())?;
            let column = inventory.table(table).column(common::SNAPSHOT);
            Some(column.as_primitive::<arrow::datatypes::Int64Type>().value(row.index()))
        };
        let snapshots: BTreeSet<i64> = rows.iter().filter_map(snapshot_of).collect();
        let reason = |code, column: Option<&str>| Reason {
            code,
            table: Some("snapshot".to_owned()),
            column: column.map(str::to_owned),
        };
        let mut times = snapshots.into_iter().map(|snapshot| self.observed_at(snapshot));
        times.find_map(|time| match time {
            Some(Instant(at)) if at < oldest => Some(reason(ReasonCode::Stale, None)),
            Some(_) => None,
            None => Some(reason(ReasonCode::NotCollected, Some("observed_at"))),
        })
    }

    fn observed_at(&self, snapshot: i64) -> Option<Instant> {
        self.run.inventory.snapshot(snapshot).and_then(|snapshot| snapshot.observed_at)
    }

    fn exception(&self, address: &str) -> Option<usize> {
        let check = self.prepared.check.id();
        let covers = |exception: &isoneph_assessment::Exception| {
            exception.check == check && fits_pattern(&exception.subject, address)
        };
        let mut accepted = self.run.engine.settings.accepted();
        accepted.find(|(_, exception)| covers(exception)).map(|(index, _)| index)
    }

    fn evidence(&self, rows: &BTreeSet<RowId>) -> Vec<Evidence> {
        let inventory = self.run.inventory;
        let evidence = |row: &RowId| {
            let table = TableId::from_ordinal(row.table())?.def().name.to_owned();
            Some(Evidence { table, place: inventory.place(*row)?, class: inventory.class(*row)? })
        };
        let mut found: Vec<Evidence> = rows.iter().filter_map(evidence).collect();
        found.sort_by(|a, b| a.place.cmp(&b.place).then_with(|| a.table.cmp(&b.table)));
        found.dedup();
        found
    }

    /// Places of the message that are called like columns of the subject.
    fn values_of_subject(&self, row: usize) -> Result<Vec<(String, Option<String>)>, AssessError> {
        let table = self.prepared.check.subject.def();
        let value = |(name, _): &(String, usize)| {
            let column = table.column_index(name).map(|index| self.population.batch.column(index));
            let text = column.map_or(Ok(None), |column| super::text_of(column, row))?;
            Ok((name.clone(), text))
        };
        self.prepared.check.columns.places.iter().map(value).collect()
    }
}
