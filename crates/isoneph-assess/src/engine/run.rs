//! Where queries run: a thread with a deep stack (planning recurses), a runtime of its own, and a channel that holds the
//! result of one check at a time.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;
use std::thread;

use arrow::array::RecordBatch;
use isoneph_tables::Inventory;
use tokio::runtime::{Builder, Runtime};

use super::prepare::run_error;
use super::shelves::Session;
use super::{AssessError, Engine};

/// Debug builds of the planner need more than the two megabytes that threads are given.
const STACK: usize = 16 << 20;

/// Runs something on a thread with a deep stack and a runtime.
pub(crate) fn on_deep_stack<T: Send>(
    work: impl FnOnce(&Runtime) -> Result<T, AssessError> + Send,
) -> Result<T, AssessError> {
    thread::scope(|scope| {
        let run =
            || work(&Builder::new_current_thread().build().map_err(|error| AssessError::Runtime(error.to_string()))?);
        let handle = thread::Builder::new().stack_size(STACK).name("queries".to_owned()).spawn_scoped(scope, run);
        let handle = handle.map_err(|error| AssessError::Runtime(error.to_string()))?;
        handle.join().unwrap_or_else(|_| Err(AssessError::Runtime("the query thread panicked".to_owned())))
    })
}

/// Runs the checks in order. While one result is folded here, the next query runs there; there are never more than
/// three results at a time.
pub(crate) fn stream(
    engine: &Engine,
    inventory: &Inventory,
    chosen: &BTreeSet<i64>,
    fold: &mut dyn FnMut(usize, Vec<RecordBatch>) -> Result<(), AssessError>,
) -> Result<(), AssessError> {
    let (sender, receiver) = sync_channel::<Result<(usize, Vec<RecordBatch>), AssessError>>(1);
    thread::scope(|scope| {
        let run = move || {
            let runtime = match Builder::new_current_thread().build() {
                Ok(runtime) => runtime,
                Err(error) => {
                    let _ = sender.send(Err(AssessError::Runtime(error.to_string())));
                    return;
                }
            };
            runtime.block_on(async {
                let shelves = &engine.shelves;
                shelves.fill(inventory, chosen).await;
                let session = shelves.session();
                let counted = shelves.check_counts(inventory, chosen, &session).await;
                let failed = counted.is_err();
                if let Err(error) = counted {
                    let _ = sender.send(Err(error));
                }
                for index in 0..if failed { 0 } else { engine.checks.len() } {
                    let result =
                        query(engine, index, inventory, chosen, &session).await.map(|batches| (index, batches));
                    // A receiver that is gone has met an error of its own.
                    if sender.send(result).is_err() {
                        break;
                    }
                }
                shelves.clear().await;
            });
        };
        let handle = thread::Builder::new().stack_size(STACK).name("queries".to_owned()).spawn_scoped(scope, run);
        handle.map_err(|error| AssessError::Runtime(error.to_string()))?;
        let mut told = 0;
        let outcome = receiver.iter().try_for_each(|result| {
            let (index, batches) = result?;
            told += 1;
            fold(index, batches)
        });
        drop(receiver);
        outcome?;
        if told == engine.checks.len() {
            Ok(())
        } else {
            Err(AssessError::Runtime("the query thread ended early".to_owned()))
        }
    })
}

/// What a check's SQL yields. Without a subject there is nothing to ask.
async fn query(
    engine: &Engine,
    index: usize,
    inventory: &Inventory,
    chosen: &BTreeSet<i64>,
    session: &Session,
) -> Result<Vec<RecordBatch>, AssessError> {
    let settled = &engine.checks[index];
    if inventory.rows_of(settled.check.subject, chosen) == 0 {
        return Ok(Vec::new());
    }
    let state = &session.state;
    let prepared = settled.prepare(state).await.map_err(|error| AssessError::Checks(vec![error]))?;
    let result = match state.query_planner().create_physical_plan(&prepared.plan, state).await {
        Ok(plan) => session.collect(plan).await,
        Err(error) => Err(error),
    };
    result.map_err(|error| match run_error(&settled.check.sql, error) {
        Ok(fault) => AssessError::Checks(vec![fault]),
        Err(error) => error.into(),
    })
}
