//! The tables as the query engine sees them: the same shelves for the life of an engine, filled for one run at a time.
//! So a check is planned once, before any evidence is there.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::catalog::{MemTable, MemorySchemaProvider, SchemaProvider, TableProvider};
use datafusion::common::TableReference;
use datafusion::error::DataFusionError;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SessionState, SessionStateBuilder, TaskContext};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::{SessionConfig, SessionContext};
use isoneph_tables::schema::AuditEvent;
use isoneph_tables::{Inventory, Row as _, TableId};

use super::stored::StoredEvents;
use super::{AssessError, meta};

pub(crate) struct Shelves {
    pub(crate) context: SessionContext,
    current: Vec<Arc<MemTable>>,
    history: Vec<Arc<MemTable>>,
    meta: Vec<Arc<MemTable>>,
}

impl Shelves {
    pub(crate) fn new() -> Result<Shelves, DataFusionError> {
        // Checks are small and many: what a second pass over a plan would gain is less than what it costs.
        let config = SessionConfig::new()
            .with_target_partitions(1)
            .with_information_schema(false)
            .set_usize("datafusion.optimizer.max_passes", 1)
            .set_bool("datafusion.sql_parser.collect_spans", true)
            .set_bool("datafusion.execution.collect_statistics", false);
        let state = SessionStateBuilder::new().with_config(config).with_default_features().build();
        Shelves::of(SessionContext::new_with_state(state))
    }

    /// Shelves for questions of the user's own: what sorts and groups beyond this much memory goes to disk.
    pub(crate) fn for_questions(memory: usize) -> Result<Shelves, DataFusionError> {
        let config = SessionConfig::new().with_target_partitions(1).with_information_schema(false);
        let config = config.set_bool("datafusion.sql_parser.collect_spans", true);
        let runtime = RuntimeEnvBuilder::new().with_memory_limit(memory, 1.0).build_arc()?;
        let state = SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features();
        Shelves::of(SessionContext::new_with_state(state.build()))
    }

    fn of(context: SessionContext) -> Result<Shelves, DataFusionError> {
        let history_schema = Arc::new(MemorySchemaProvider::new());
        let meta_schema = Arc::new(MemorySchemaProvider::new());
        if let Some(catalog) = context.catalog("datafusion") {
            catalog.register_schema("history", history_schema.clone())?;
            catalog.register_schema("meta", meta_schema.clone())?;
        }
        let empty = |schema| MemTable::try_new(schema, vec![Vec::new()]).map(Arc::new);
        let mut shelves = Shelves { context, current: Vec::new(), history: Vec::new(), meta: Vec::new() };
        for id in TableId::all() {
            let (now, all) = (empty(id.def().schema())?, empty(id.def().schema())?);
            shelves.context.register_table(id.def().name, now.clone())?;
            history_schema.register_table(id.def().name.to_owned(), all.clone())?;
            shelves.current.push(now);
            shelves.history.push(all);
        }
        for (name, schema) in meta::schemas() {
            let table = empty(schema)?;
            shelves.context.register_table(name, table.clone())?;
            meta_schema.register_table(name.to_owned(), table.clone())?;
            shelves.meta.push(table);
        }
        Ok(shelves)
    }

    /// Puts the tables of a run onto the shelves.
    pub(crate) async fn fill(&self, inventory: &Inventory, chosen: &BTreeSet<i64>) {
        for (index, id) in TableId::all().enumerate() {
            put(&self.current[index], inventory.table_of(id, chosen)).await;
            put(&self.history[index], inventory.table(id).clone()).await;
        }
    }

    /// Puts the tables about the run itself onto the shelves; checks do not see them.
    pub(crate) async fn fill_meta(&self, inventory: &Inventory) -> Result<(), DataFusionError> {
        for (table, batch) in self.meta.iter().zip(meta::batches(inventory)?) {
            put(table, batch).await;
        }
        Ok(())
    }

    /// Puts events that lie in files onto the shelf of audit events, and asks whether they are as many as they should be.
    pub(crate) async fn lay_out(&self, stored: &StoredEvents) -> Result<(), AssessError> {
        let id = AuditEvent::table();
        let name = id.def().name;
        for name in [TableReference::bare(name), TableReference::partial("history", name)] {
            self.context.deregister_table(name.clone())?;
            self.context.register_table(name, stored.table(&self.context)?)?;
        }
        let found = stored.held(&self.context).await?;
        let expected = usize::try_from(stored.events).unwrap_or(usize::MAX);
        if found == expected { Ok(()) } else { Err(AssessError::RowCount { table: id, expected, found }) }
    }

    /// What plans and runs the queries of one run. To make it is dear: every function is entered anew.
    pub(crate) fn session(&self) -> Session {
        Session { state: self.context.state(), task: self.context.task_ctx() }
    }

    /// Empties the shelves: the engine holds no evidence between runs.
    pub(crate) async fn clear(&self) {
        for table in self.current.iter().chain(&self.history).chain(&self.meta) {
            for partition in &table.batches {
                partition.write().await.clear();
            }
        }
    }

    /// Asks every shelf, by the way that queries take, whether it holds as many rows as the sources wrote.
    pub(crate) async fn check_counts(
        &self,
        inventory: &Inventory,
        chosen: &BTreeSet<i64>,
        session: &Session,
    ) -> Result<(), AssessError> {
        for (index, id) in TableId::all().enumerate() {
            let all = inventory.table(id).num_rows();
            let now = inventory.rows_of(id, chosen);
            for (shelf, expected) in [(&self.current[index], now), (&self.history[index], all)] {
                let plan = shelf.scan(&session.state, Some(&vec![0]), &[], None).await?;
                let batches = session.collect(plan).await?;
                let found: usize = batches.iter().map(RecordBatch::num_rows).sum();
                if found != expected {
                    return Err(AssessError::RowCount { table: id, expected, found });
                }
            }
        }
        Ok(())
    }
}

/// What plans and runs the queries of one run.
pub(crate) struct Session {
    pub(crate) state: SessionState,
    pub(crate) task: Arc<TaskContext>,
}

impl Session {
    /// All rows of a plan.
    pub(crate) async fn collect(&self, plan: Arc<dyn ExecutionPlan>) -> Result<Vec<RecordBatch>, DataFusionError> {
        datafusion::physical_plan::collect(plan, self.task.clone()).await
    }
}

async fn put(table: &MemTable, batch: RecordBatch) {
    for partition in &table.batches {
        *partition.write().await = if batch.num_rows() == 0 { Vec::new() } else { vec![batch.clone()] };
    }
}
