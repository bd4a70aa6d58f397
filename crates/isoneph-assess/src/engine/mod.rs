//! Runs checks over an inventory: plans each once, when it is first asked, asks the tables, folds what they say, and hands on the outcomes one
//! by one, sorted, without ever holding those of more than one check.

mod absence;
mod coverage;
mod head;
mod judge;
mod lineage;
mod logs;
mod meta;
mod observe;
mod outcomes;
mod population;
mod prepare;
mod run;
mod settings;
mod shelves;
mod snapshots;
mod stored;

use std::collections::BTreeSet;
use std::io;

use isoneph_assessment::{CheckInfo, CheckOutcome, Head, Tail, Writer};
use isoneph_standard::Catalogue;
use isoneph_tables::{Inventory, TableId};

use crate::check::Check;
use crate::error::CheckError;
use crate::standings::Standings;
pub(crate) use meta::META_TABLES;
pub(crate) use observe::text_of;
pub(crate) use prepare::{Settled, plan_error, run_error};
pub(crate) use run::on_deep_stack;
pub use settings::{CellClaim, ServiceInScope, Settings};
pub(crate) use shelves::{Session, Shelves};
pub use stored::StoredEvents;

/// What ends a run.
#[derive(Debug, thiserror::Error)]
pub enum AssessError {
    /// Checks that cannot be planned.
    #[error("{}", join(.0))]
    Checks(Vec<CheckError>),
    /// The query engine refuses.
    #[error("the query engine failed: {0}")]
    Query(#[from] datafusion::error::DataFusionError),
    /// A result is not what it should be.
    #[error("the query engine's result could not be read: {0}")]
    Result(#[from] arrow::error::ArrowError),
    /// The query engine does not see what the sources wrote.
    #[error("table {table}: the sources wrote {expected} rows, the query engine sees {found}; nothing was judged")]
    RowCount {
        /// The table.
        table: TableId,
        /// Rows written.
        expected: usize,
        /// Rows seen.
        found: usize,
    },
    /// A check puts rows of another table into its evidence than it says.
    #[error("check '{check}': a member of the evidence should be a row of '{table}', but is one of '{found}'")]
    Evidence {
        /// The check.
        check: String,
        /// The table it says.
        table: TableId,
        /// The table of the row.
        found: String,
    },
    /// The output could not be written.
    #[error("the assessment could not be written: {0}")]
    Write(#[source] io::Error),
    /// An answer that memory should not hold.
    #[error("the answer is larger than {0} MB: ask for fewer columns or rows, or let the query count and group")]
    AnswerTooLarge(usize),
    /// The thread or runtime that queries run on could not be made, or ended early.
    #[error("the query engine could not run: {0}")]
    Runtime(String),
}

fn join(errors: &[CheckError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Checks under some settings. It holds no evidence, and can judge many inventories one after the other.
pub struct Engine {
    pub(crate) checks: Vec<Settled>,
    pub(crate) settings: Settings,
    pub(crate) infos: Vec<CheckInfo>,
    pub(crate) shelves: Shelves,
    catalogue: &'static Catalogue,
}

impl Engine {
    /// Settles the checks, and plans those that are not the program's own: a slip in them is told before anything is
    /// judged. The program's own are planned by its tests, and here when a subject asks for them.
    ///
    /// # Errors
    /// With the line of every check that names a column that is not there, or whose parameters were set to what they
    /// cannot be.
    pub fn new(checks: Vec<Check>, settings: Settings, catalogue: &'static Catalogue) -> Result<Engine, AssessError> {
        let mut checks: Vec<Check> = checks.into_iter().filter(|check| runs_under(check, &settings)).collect();
        checks.sort_by(|a, b| a.id().cmp(b.id()));
        let infos = checks.iter().map(|check| head::info(check, settings.edition, catalogue)).collect();
        let checks = all_or_errors(checks.into_iter().map(|check| Settled::new(check, &settings)))?;
        let engine = Engine { checks, settings, infos, shelves: Shelves::new()?, catalogue };
        engine.plan(|check| !check.is_built_in())?;
        Ok(engine)
    }

    /// Plans every check now.
    ///
    /// # Errors
    /// With the line of every check that names a column that is not there.
    pub fn plan_all(self) -> Result<Engine, AssessError> {
        self.plan(|_| true)?;
        Ok(self)
    }

    fn plan(&self, which: impl Fn(&Check) -> bool + Sync) -> Result<(), AssessError> {
        if !self.checks.iter().any(|settled| which(&settled.check)) {
            return Ok(());
        }
        on_deep_stack(|runtime| {
            let state = self.shelves.context.state();
            let asked = self.checks.iter().filter(|settled| which(&settled.check));
            all_or_errors(asked.map(|settled| runtime.block_on(settled.prepare(&state)).map(|_| ()))).map(|_| ())
        })
    }

    /// The head of an assessment of this inventory.
    pub fn head(&self, inventory: &Inventory) -> Head {
        let (_, left_out) = snapshots::choose(inventory);
        head::head(self, inventory, left_out)
    }

    /// Judges an inventory: hands the head, every outcome and the tail to the writer, and returns the tail.
    ///
    /// # Errors
    /// If the tables are not what the sources wrote, a query fails, or the writer does.
    pub fn assess(&self, inventory: &Inventory, writer: &mut dyn Writer) -> Result<Tail, AssessError> {
        let (chosen, left_out) = snapshots::choose(inventory);
        let head = head::head(self, inventory, left_out);
        writer.head(&head).map_err(AssessError::Write)?;
        let checks = self.infos.iter().zip(self.checks.iter().map(|settled| settled.check.as_ref())).collect();
        let mut standings = Standings::new(self.catalogue, &self.settings, checks, inventory, &chosen);
        self.judge(inventory, &chosen, &mut |outcome| {
            standings.add(&outcome);
            writer.outcome(&head, &outcome).map_err(AssessError::Write)
        })?;
        let tail = Tail { logs: logs::picture(inventory, &chosen), ..standings.finish(inventory) };
        writer.tail(&head, &tail).map_err(AssessError::Write)?;
        Ok(tail)
    }

    /// Runs every check over some snapshots and hands on the outcomes.
    pub(crate) fn judge(
        &self,
        inventory: &Inventory,
        chosen: &BTreeSet<i64>,
        hand_on: &mut dyn FnMut(CheckOutcome) -> Result<(), AssessError>,
    ) -> Result<(), AssessError> {
        let mut outcomes = outcomes::Outcomes::new(self, inventory, chosen);
        run::stream(self, inventory, chosen, &mut |check, batches| outcomes.of_check(check, batches, hand_on))
    }
}

fn all_or_errors<T>(results: impl Iterator<Item = Result<T, CheckError>>) -> Result<Vec<T>, AssessError> {
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(one) => all.push(one),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(all) } else { Err(AssessError::Checks(errors)) }
}

/// The snapshots that are judged.
pub(crate) fn choose_snapshots(inventory: &Inventory) -> BTreeSet<i64> {
    snapshots::choose(inventory).0
}

/// Whether a check runs under the settings' profile.
fn runs_under(check: &Check, settings: &Settings) -> bool {
    check.profiles().is_empty() || settings.profile.as_ref().is_some_and(|profile| check.profiles().contains(profile))
}
