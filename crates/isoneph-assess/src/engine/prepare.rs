//! A check made ready: parameters put in, SQL planned, and what the plan rests on read off it. Planning is what costs, so
//! it waits until there is a subject to judge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::PhysicalExpr;
use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::{ExprWithAlias, Statement};
use isoneph_assessment::Parameter;
use isoneph_tables::TableId;

use super::absence::Meeting;
use super::lineage::{self, Lineage, Source};
use super::settings::Settings;
use crate::check::sql::SqlText;
use crate::check::{Bound, Check, bind, bind_all};
use crate::error::{CheckError, did_you_mean};

/// A check whose parameters are settled. Its plan is made when it is first asked for.
pub(crate) struct Settled {
    pub(crate) check: Arc<Check>,
    /// Parameters that differ from their default.
    pub(crate) changed: Vec<Parameter>,
    values: BTreeMap<String, Bound>,
    prepared: OnceLock<Prepared>,
}

impl Settled {
    /// Puts the parameters in.
    pub(crate) fn new(check: Check, settings: &Settings) -> Result<Settled, CheckError> {
        let none = BTreeMap::new();
        let set = settings.parameters.get(check.id()).unwrap_or(&none);
        let (mut values, changed) =
            bind_all(check.id(), check.parameters(), set).map_err(|problem| check.sql.file.error_whole(problem))?;
        values.insert(bind::AS_OF.to_owned(), Bound::Date(settings.as_of));
        values.insert(bind::REGIONS.to_owned(), Bound::Texts(settings.regions.clone()));
        Ok(Settled { check: Arc::new(check), changed, values, prepared: OnceLock::new() })
    }

    /// The check ready to run, planned now if it was not before.
    pub(crate) async fn prepare(&self, state: &SessionState) -> Result<&Prepared, CheckError> {
        if let Some(prepared) = self.prepared.get() {
            return Ok(prepared);
        }
        let prepared = prepare(state, &self.check, &self.values).await?;
        Ok(self.prepared.get_or_init(|| prepared))
    }

    /// The check ready to run, if it was planned.
    pub(crate) fn prepared(&self) -> Option<&Prepared> {
        self.prepared.get()
    }
}

/// A check ready to run.
pub(crate) struct Prepared {
    pub(crate) check: Arc<Check>,
    /// The optimised plan; its scans read whatever stands on the shelves.
    pub(crate) plan: LogicalPlan,
    pub(crate) members: Vec<PreparedMember>,
    /// The cells that `pass` and `applies` are made of, and those that decide which rows meet.
    pub(crate) relevant: BTreeSet<Source>,
    pub(crate) applies: Option<Applies>,
    /// Every cell that the check reads, by table and column.
    pub(crate) reads: BTreeSet<(TableId, usize)>,
    /// The tables that it reads.
    pub(crate) tables: BTreeSet<TableId>,
    /// Whether rows meet by their `uid`s only, so that estates side by side stay apart.
    pub(crate) isolated: bool,
    /// Lists that it asks for and that are empty: nobody said what would be in them.
    pub(crate) empty_lists: Vec<String>,
}

/// A member of the evidence.
pub(crate) struct PreparedMember {
    pub(crate) table: TableId,
    pub(crate) alias: String,
    /// How its rows are found; `None` for rows that a subquery hands up.
    pub(crate) meeting: Option<Meeting>,
    /// Whether it only matters that there is such a row: `pass` reads nothing else of it, and no other row is found by it.
    pub(crate) presence_only: bool,
}

/// The condition under which a check concerns a subject.
pub(crate) struct Applies {
    pub(crate) expr: Arc<dyn PhysicalExpr>,
    /// The columns that it reads.
    pub(crate) columns: Vec<usize>,
}

/// Plans a check.
async fn prepare(
    state: &SessionState,
    check: &Arc<Check>,
    values: &BTreeMap<String, Bound>,
) -> Result<Prepared, CheckError> {
    let mut query = check.query.clone();
    bind::substitute(&mut query, values);
    let statement = DfStatement::Statement(Box::new(Statement::Query(Box::new(query))));
    let plan = state.statement_to_plan(statement).await.map_err(|error| plan_error(&check.sql, &error))?;
    check_types(check, &plan)?;
    let lineage = lineage::lineage(&plan).map_err(|error| plan_error(&check.sql, &error))?;
    let (members, mut relevant) = read_members(state, check, &plan, &lineage);
    let conditions = lineage.conditions.iter().flat_map(|condition| condition.reads.iter().cloned());
    relevant.extend(conditions);
    let mut reads = lineage.reads;
    let applies = match &check.applies {
        Some((sql, expr)) => Some(prepare_applies(state, sql, expr.clone(), check.subject, values)?),
        None => None,
    };
    reads.extend(applies.iter().flat_map(|applies| &applies.columns).map(|column| (check.subject, *column)));
    let plan = state.optimize(&plan).map_err(|error| plan_error(&check.sql, &error))?;
    if lineage::holds_subquery(&plan) {
        let message = "a subquery stands here where the query engine cannot run it: LEFT JOIN the table instead";
        return Err(check.sql.error_at(1, 1, message));
    }
    let tables = check.tables().iter().copied().chain([check.subject]).collect();
    let is_empty = |value: &Bound| matches!(value, Bound::Texts(texts) if texts.is_empty());
    let asked = |name: &String| check.sql.text.contains(&format!("${name}"));
    let empty_lists =
        values.iter().filter(|(name, value)| is_empty(value) && asked(name)).map(|(name, _)| name.clone());
    let empty_lists = empty_lists.collect();
    let (check, isolated) = (check.clone(), lineage.isolated);
    Ok(Prepared { check, plan, members, relevant, applies, reads, tables, isolated, empty_lists })
}

fn check_types(check: &Check, plan: &LogicalPlan) -> Result<(), CheckError> {
    let kind = |index: usize| plan.schema().field(index).data_type();
    let is_text = |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8);
    if !is_text(kind(check.columns.subject)) {
        return Err(check.sql.error_at(1, 1, "the column 'subject' is not a text: it is the uid of the subject"));
    }
    let is_flag = |kind: &DataType| matches!(kind, DataType::Boolean | DataType::Null);
    if !is_flag(kind(check.columns.pass)) {
        let message = format!("the column 'pass' is {}, not a boolean", kind(check.columns.pass));
        return Err(check.sql.error_at(1, 1, message));
    }
    if let Some(applies) = check.columns.applies.filter(|column| !is_flag(kind(*column))) {
        let message = format!("the column 'applies' is {}, not a boolean", kind(applies));
        return Err(check.sql.error_at(1, 1, message));
    }
    match kind(check.columns.evidence) {
        DataType::Struct(fields) if fields.iter().all(|field| *field.data_type() == DataType::Int64) => Ok(()),
        _ => Err(check.sql.error_at(1, 1, "the evidence holds something other than rows (alias.row)")),
    }
}

fn read_members(
    state: &SessionState,
    check: &Check,
    plan: &LogicalPlan,
    lineage: &Lineage,
) -> (Vec<PreparedMember>, BTreeSet<Source>) {
    let mut relevant = BTreeSet::new();
    let mut evidence: Vec<BTreeSet<Source>> = Vec::new();
    if let Some((exprs, input)) = top_projection(plan) {
        for column in [Some(check.columns.pass), check.columns.applies].into_iter().flatten() {
            lineage::expr_sources(&exprs[column], input, &mut relevant);
        }
        if let Expr::ScalarFunction(function) = unalias(&exprs[check.columns.evidence]) {
            let values = function.args.iter().skip(1).step_by(2);
            evidence = values
                .map(|value| {
                    let mut found = BTreeSet::new();
                    lineage::expr_sources(value, input, &mut found);
                    found
                })
                .collect();
        }
    }
    let row = |source: &Source| source.table.def().column_index("row") == Some(source.column);
    let mut members: Vec<PreparedMember> = Vec::new();
    for (index, member) in check.members.iter().enumerate() {
        let source = evidence.get(index).filter(|found| found.len() == 1).and_then(BTreeSet::first);
        let source = source.filter(|source| source.table == member.table);
        let alias = source.map_or_else(|| member.alias.clone(), |source| source.alias.clone());
        let meeting = source.map(|source| Meeting::read(state, source, lineage));
        let presence_only = source.is_some() && relevant.iter().filter(|source| source.alias == alias).all(row);
        members.push(PreparedMember { table: member.table, alias, meeting, presence_only });
    }
    let found_by: BTreeSet<String> =
        lineage.conditions.iter().flat_map(|condition| joined_on(condition, &members)).collect();
    for member in &mut members {
        member.presence_only &= !found_by.contains(&member.alias);
    }
    (members, relevant)
}

/// The aliases that a condition uses to find the rows of others: all of its own but the last member it speaks of.
fn joined_on(condition: &lineage::Condition, members: &[PreparedMember]) -> Vec<String> {
    let aliases: BTreeSet<&str> = condition.reads.iter().map(|source| source.alias.as_str()).collect();
    let place = |alias: &str| members.iter().position(|member| member.alias == alias);
    let mut named: Vec<&str> = aliases.into_iter().collect();
    // What is found last is what the rest is used for: a row that no outer join decides, or one of no member, may be any.
    let last = match condition.decides.len() {
        0 => None,
        _ => named.iter().copied().filter(|alias| condition.decides.contains(*alias)).max_by_key(|alias| place(alias)),
    };
    named.retain(|alias| Some(*alias) != last);
    named.into_iter().map(str::to_owned).collect()
}

fn top_projection(plan: &LogicalPlan) -> Option<(&[Expr], &LogicalPlan)> {
    match plan {
        LogicalPlan::Projection(projection) => Some((&projection.expr, &projection.input)),
        LogicalPlan::Sort(sort) => top_projection(&sort.input),
        LogicalPlan::SubqueryAlias(alias) => top_projection(&alias.input),
        _ => None,
    }
}

fn unalias(expr: &Expr) -> &Expr {
    match expr {
        Expr::Alias(alias) => unalias(&alias.expr),
        other => other,
    }
}

fn prepare_applies(
    state: &SessionState,
    sql: &SqlText,
    mut expr: datafusion::sql::sqlparser::ast::Expr,
    subject: TableId,
    values: &BTreeMap<String, Bound>,
) -> Result<Applies, CheckError> {
    let fail = |error: DataFusionError| plan_error(sql, &error);
    bind::substitute(&mut expr, values);
    let schema = DFSchema::try_from_qualified_schema(subject.def().name, &subject.def().schema()).map_err(fail)?;
    let expr = state.create_logical_expr_from_sql_expr(ExprWithAlias { expr, alias: None }, &schema).map_err(fail)?;
    let mut columns: Vec<usize> =
        expr.column_refs().into_iter().filter_map(|column| schema.index_of_column(column).ok()).collect();
    columns.sort_unstable();
    let expr = state.create_physical_expr(expr, &schema).map_err(fail)?;
    match expr.data_type(schema.as_arrow()).map_err(fail)? {
        DataType::Boolean | DataType::Null => Ok(Applies { expr, columns }),
        kind => Err(sql.error_at(1, 1, format!("'applies' is {kind}, not a boolean"))),
    }
}

/// What a query met while it ran, as a fault of its SQL; of the engine's, where it could not read or write.
pub(crate) fn run_error(sql: &SqlText, error: DataFusionError) -> Result<CheckError, DataFusionError> {
    match error.find_root() {
        DataFusionError::IoError(_) | DataFusionError::Internal(_) | DataFusionError::ParquetError(_) => Err(error),
        _ => Ok(plan_error(sql, &error)),
    }
}

/// What the planner refuses, with the line that it is about.
pub(crate) fn plan_error(sql: &SqlText, error: &DataFusionError) -> CheckError {
    let span = error.diagnostic().and_then(|diagnostic| diagnostic.span);
    let place = span.map(|span| (span.start.line as usize, span.start.column as usize));
    if let DataFusionError::SchemaError(problem, _) = error.find_root()
        && let SchemaError::FieldNotFound { field, valid_fields } = problem.as_ref()
    {
        let (line, column) = place.or_else(|| find_word(&sql.text, &field.name)).unwrap_or((1, 1));
        let whose = field.relation.as_ref().map_or_else(String::new, |relation| format!(" in '{relation}'"));
        let message = format!("there is no column '{}'{whose}", field.name);
        let known = valid_fields
            .iter()
            .filter(|known| field.relation.is_none() || known.relation == field.relation)
            .map(|known| known.name.as_str());
        let error = sql.error_at(line, column, message);
        return CheckError { hint: did_you_mean(&field.name, known), ..error };
    }
    let text = error.find_root().strip_backtrace();
    let text =
        text.split_once(": ").filter(|(kind, _)| kind.ends_with("error")).map_or(text.as_str(), |(_, rest)| rest);
    let (line, column) = place.unwrap_or((1, 1));
    sql.error_at(line, column, text.lines().next().unwrap_or_default())
}

/// Line and column, from 1, of the first place where a word stands alone.
fn find_word(text: &str, word: &str) -> Option<(usize, usize)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.lines().enumerate().find_map(|(line, written)| {
        let lower = written.to_lowercase();
        lower.match_indices(&word.to_lowercase()).find_map(|(at, found)| {
            let before = lower[..at].chars().next_back().is_some_and(is_part);
            let after = lower[at + found.len()..].chars().next().is_some_and(is_part);
            (!before && !after).then(|| (line + 1, lower[..at].chars().count() + 1))
        })
    })
}
