//! Questions of the user's own: one SELECT over the same tables that checks read. Nothing is judged by it.

use std::future::poll_fn;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::Statement;
use isoneph_tables::Inventory;

use crate::check::sql::SqlText;
use crate::check::sql_rules::{Strictness, examine};
use crate::engine::{
    AssessError, Session, Shelves, StoredEvents, choose_snapshots, on_deep_stack, plan_error, run_error, text_of,
};
use crate::error::{CheckError, SourceFile};

/// What a question came to.
#[derive(Debug, Clone)]
pub struct Answer {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The question does not read well.
    #[error("{0}")]
    Sql(CheckError),
    /// The query engine failed.
    #[error(transparent)]
    Engine(#[from] AssessError),
    /// The answer cannot be written in this form.
    #[error("the answer could not be written: {0}")]
    Write(#[from] arrow::error::ArrowError),
}

/// Asks one question. Tables by their bare names hold the snapshots that would be judged, `history.TABLE` all of them;
/// `gap`, `coverage`, `snapshot` and `input` speak of the run itself. `stored` holds the table `audit_event`.
///
/// # Errors
/// If the question is not one SELECT over known tables, or cannot be answered.
pub fn query(inventory: &Inventory, stored: Option<&StoredEvents>, sql: &str) -> Result<Answer, QueryError> {
    let file = SourceFile { path: "query".to_owned(), text: sql.to_owned() };
    let sql = SqlText { file, text: sql.to_owned(), first_line: 1, indent: 0 };
    let query = sql.parse_query().map_err(QueryError::Sql)?;
    examine(&sql, &query, Strictness::Query).map_err(QueryError::Sql)?;
    let statement = DfStatement::Statement(Box::new(Statement::Query(Box::new(query))));
    let chosen = choose_snapshots(inventory);
    on_deep_stack(|runtime| {
        let shelves = Shelves::for_questions(MEMORY)?;
        runtime.block_on(async {
            shelves.fill(inventory, &chosen).await;
            shelves.fill_meta(inventory).await?;
            shelves.check_counts(inventory, &chosen, &shelves.session()).await?;
            if let Some(stored) = stored {
                shelves.lay_out(stored).await?;
            }
            let Session { state, task } = shelves.session();
            let plan = match state.statement_to_plan(statement).await {
                Ok(plan) => plan,
                Err(error) => return Ok(Err(plan_error(&sql, &error))),
            };
            let schema: SchemaRef = Arc::new(plan.schema().as_arrow().clone());
            let plan = match state.create_physical_plan(&plan).await {
                Ok(plan) => plan,
                Err(error) => return Ok(Err(plan_error(&sql, &error))),
            };
            let mut stream = datafusion::physical_plan::execute_stream(plan, task)?;
            let (mut batches, mut bytes) = (Vec::new(), 0_usize);
            while let Some(batch) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
                let batch = match batch {
                    Ok(batch) => batch,
                    Err(error) => return Ok(Err(run_error(&sql, error)?)),
                };
                bytes = bytes.saturating_add(batch.get_array_memory_size());
                if bytes > MAX_ANSWER {
                    return Err(AssessError::AnswerTooLarge(MAX_ANSWER >> 20));
                }
                batches.push(batch);
            }
            Ok(Ok(Answer { schema, batches }))
        })
    })?
    .map_err(QueryError::Sql)
}

/// The memory in which a question is answered, in bytes; beyond it the engine sorts and groups on disk.
const MEMORY: usize = 256 << 20;
/// How NULL is shown where a text stands for it.
const NULL: &str = "NULL";
/// The largest answer, in bytes.
const MAX_ANSWER: usize = 256 << 20;

impl Answer {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// As a table for people.
    ///
    /// # Errors
    /// If a column cannot be shown as text.
    pub fn to_table(&self) -> Result<String, QueryError> {
        if self.batches.is_empty() {
            return Ok(
                arrow::util::pretty::pretty_format_batches(&[RecordBatch::new_empty(self.schema.clone())])?.to_string()
            );
        }
        let shown = arrow::util::display::FormatOptions::default().with_null(NULL);
        Ok(arrow::util::pretty::pretty_format_batches_with_options(&self.batches, &shown)?.to_string())
    }

    /// As CSV with a header; lists as `[a, b]`, NULL as the word: an empty text is another answer.
    ///
    /// # Errors
    /// If a column cannot be shown as text.
    pub fn to_csv(&self) -> Result<String, QueryError> {
        let mut out = Vec::new();
        {
            let mut writer =
                arrow::csv::WriterBuilder::new().with_header(true).with_null(NULL.to_owned()).build(&mut out);
            if self.batches.is_empty() {
                writer.write(&RecordBatch::new_empty(texts_of(&self.schema)))?;
            }
            for batch in &self.batches {
                writer.write(&as_texts(batch)?)?;
            }
        }
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    /// As a JSON array of objects; NULL is `null`.
    ///
    /// # Errors
    /// If a column cannot be shown as JSON.
    pub fn to_json(&self) -> Result<String, QueryError> {
        let builder = arrow::json::WriterBuilder::new().with_explicit_nulls(true);
        let mut writer = builder.build::<_, arrow::json::writer::JsonArray>(Vec::new());
        for batch in &self.batches {
            writer.write(batch)?;
        }
        writer.finish()?;
        let text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
        Ok(if text.is_empty() { "[]".to_owned() } else { text })
    }
}

fn texts_of(schema: &SchemaRef) -> SchemaRef {
    let fields: Vec<Field> =
        schema.fields().iter().map(|field| Field::new(field.name(), DataType::Utf8, true)).collect();
    Arc::new(Schema::new(fields))
}

fn as_texts(batch: &RecordBatch) -> Result<RecordBatch, arrow::error::ArrowError> {
    let column = |column: &ArrayRef| {
        let texts = (0..batch.num_rows()).map(|row| text_of(column, row)).collect::<Result<Vec<_>, _>>()?;
        Ok::<ArrayRef, arrow::error::ArrowError>(Arc::new(StringArray::from(texts)))
    };
    let columns = batch.columns().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(texts_of(&batch.schema()), columns)
}
