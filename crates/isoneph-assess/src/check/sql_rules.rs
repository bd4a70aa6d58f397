//! What SQL of a check may not say. Every rule here stands for a way in which SQL decides what is not known, or reads
//! what is not a table. The first kind is lifted by a comment directly above the line: `-- allow(rule): reason`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::OnceLock;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Distinct, DuplicateTreatment, Expr, Function, FunctionArguments, GroupByExpr, ObjectName, Query,
    Select, SetExpr, SetOperator, SetQuantifier, Spanned, TableFactor, UnaryOperator, Value, Visit, Visitor,
};
use datafusion::sql::sqlparser::tokenizer::{Location, Span};
use isoneph_tables::{TABLES, TableId};

use super::sql::{SqlText, folded, name_parts};
use crate::error::{CheckError, did_you_mean};

isoneph_model::vocabulary! {
    /// A rule of the deny list.
    pub enum Rule {
        /// `coalesce` and its kin turn NULL into a value.
        Coalesce = "coalesce",
        /// `IS TRUE`, `IS NOT FALSE`, `IS DISTINCT FROM` decide NULL.
        IsTrue = "is-true",
        /// `bool_and`, `bool_or`, `ANY`, `ALL` pass over NULL.
        BoolAggregate = "bool-aggregate",
        /// `greatest` and `least` pass over NULL.
        GreatestLeast = "greatest-least",
        /// `concat` and `concat_ws` pass over NULL; `||` does not.
        Concat = "concat",
        /// `NOT IN (SELECT …)` relies on the absence of rows.
        NotIn = "not-in",
        /// `NOT EXISTS` relies on the absence of rows.
        NotExists = "not-exists",
        /// `EXCEPT` and `INTERSECT` take NULL for a value.
        Except = "except",
        /// Aggregates pass over NULL and over rows that were not seen.
        AggregateUnderPass = "aggregate-under-pass",
        /// `LIMIT` loses rows.
        Limit = "limit",
        /// `DISTINCT` takes NULL for a value.
        Distinct = "distinct",
        /// The answer depends on more than the evidence.
        ClockRandom = "clock-random",
        /// `IS NULL` of a cell decides what is not known; of `alias.row` it asks for absence.
        IsNull = "is-null",
    }
}

impl Rule {
    fn why(self) -> &'static str {
        match self {
            Rule::Coalesce => "turns NULL (unknown) into a value",
            Rule::IsTrue => "decides NULL (unknown)",
            Rule::BoolAggregate => "passes over NULL (unknown); yield one row each, the engine folds them",
            Rule::GreatestLeast => "passes over NULL (unknown)",
            Rule::Concat => "passes over NULL (unknown); `||` does not",
            Rule::NotIn | Rule::NotExists => {
                "relies on the absence of rows that may not have been seen; LEFT JOIN the table and put its row into evidence"
            }
            Rule::Except => "takes NULL (unknown) for a value",
            Rule::AggregateUnderPass => {
                "passes over NULL and over rows not seen; yield one row each, the engine folds them"
            }
            Rule::Limit => "loses rows",
            Rule::Distinct => "takes NULL (unknown) for a value",
            Rule::ClockRandom => "depends on more than the evidence; $as_of is the day of the assessment",
            Rule::IsNull => "decides what is not known; only alias.row may be asked, for absence",
        }
    }
}

const CLOCK_OR_RANDOM: &[&str] = &[
    "now",
    "current_date",
    "current_time",
    "current_timestamp",
    "today",
    "localtime",
    "localtimestamp",
    "random",
    "rand",
    "uuid",
    "gen_random_uuid",
    "version",
];

/// What a query is made of: the check's rules, or only what keeps it to the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// The SQL of a check.
    Check,
    /// A question of the user's own: nothing is judged by it.
    Query,
}

/// Refuses what a query may not say. Returns the tables that it names.
pub(crate) fn examine(sql: &SqlText, query: &Query, strictness: Strictness) -> Result<BTreeSet<TableId>, CheckError> {
    let mut examiner = Examiner::new(sql, strictness)?;
    let _ = examiner.examine_ctes(query);
    let outcome = query.visit(&mut examiner);
    examiner.close(outcome)
}

/// Refuses what an expression over one table may not say.
pub(crate) fn examine_expression(sql: &SqlText, expr: &Expr) -> Result<(), CheckError> {
    let mut examiner = Examiner::new(sql, Strictness::Check)?;
    let outcome = expr.visit(&mut examiner);
    examiner.close(outcome).map(|_| ())
}

struct Examiner<'a> {
    sql: &'a SqlText,
    strictness: Strictness,
    ctes: BTreeSet<String>,
    tables: BTreeSet<TableId>,
    /// Rules allowed on a line of the SQL, with the line of the comment; whether they were needed.
    allowed: Allowances,
}

impl<'a> Examiner<'a> {
    fn new(sql: &'a SqlText, strictness: Strictness) -> Result<Examiner<'a>, CheckError> {
        let allowed = if strictness == Strictness::Check { read_allowances(sql)? } else { BTreeMap::new() };
        Ok(Examiner { sql, strictness, ctes: BTreeSet::new(), tables: BTreeSet::new(), allowed })
    }

    fn close(self, outcome: ControlFlow<CheckError>) -> Result<BTreeSet<TableId>, CheckError> {
        if let ControlFlow::Break(error) = outcome {
            return Err(error);
        }
        match self.allowed.iter().find(|(_, (_, used))| !used) {
            Some(((_, rule), (line, _))) => Err(self.sql.error_at(
                *line,
                1,
                format!("allow({rule}) is not needed: nothing below it breaks that rule"),
            )),
            None => Ok(self.tables),
        }
    }

    fn examine_ctes(&mut self, query: &Query) -> ControlFlow<()> {
        struct Ctes<'b>(&'b mut BTreeSet<String>);
        impl Visitor for Ctes<'_> {
            type Break = ();
            fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
                let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
                self.0.extend(ctes.map(|cte| folded(&cte.alias.name)));
                ControlFlow::Continue(())
            }
        }
        query.visit(&mut Ctes(&mut self.ctes))
    }

    /// The place of a name; the parser gives none to what is quoted like a text.
    fn place_of(&self, name: &ObjectName) -> Span {
        let span = name.span();
        if span.start.line > 0 {
            return span;
        }
        let written = name.to_string();
        let found = self.sql.text.lines().enumerate().find_map(|(line, text)| Some((line, text.find(&written)?)));
        let at = found.map_or(Location::new(1, 1), |(line, column)| Location::new(line as u64 + 1, column as u64 + 1));
        Span::new(at, at)
    }

    fn refuse(&self, span: Span, message: impl Into<String>) -> ControlFlow<CheckError> {
        ControlFlow::Break(self.sql.error(span, message))
    }

    fn deny(&mut self, rule: Rule, span: Span, what: &str) -> ControlFlow<CheckError> {
        if self.strictness == Strictness::Query {
            return ControlFlow::Continue(());
        }
        let line = (span.start.line as usize).max(1);
        if let Some((_, used)) = self.allowed.get_mut(&(line, rule)) {
            *used = true;
            return ControlFlow::Continue(());
        }
        let error = self.sql.error(span, format!("{what} {} [{rule}]", rule.why()));
        ControlFlow::Break(
            error.with_hint(format!("if it is sound here, say so above the line: -- allow({rule}): reason")),
        )
    }

    fn function(&mut self, function: &Function) -> ControlFlow<CheckError> {
        let name = name_parts(&function.name).pop().unwrap_or_default();
        let span = function.name.span();
        let what = format!("{name}()");
        match name.as_str() {
            "coalesce" | "ifnull" | "nvl" | "nvl2" | "nullif" => self.deny(Rule::Coalesce, span, &what)?,
            "bool_and" | "bool_or" | "every" | "any" | "some" => self.deny(Rule::BoolAggregate, span, &what)?,
            "greatest" | "least" => self.deny(Rule::GreatestLeast, span, &what)?,
            "concat" | "concat_ws" => self.deny(Rule::Concat, span, &what)?,
            name if CLOCK_OR_RANDOM.contains(&name) => self.deny(Rule::ClockRandom, span, &what)?,
            name if aggregates().contains(name) || function.over.is_some() => {
                self.deny(Rule::AggregateUnderPass, span, &what)?;
            }
            _ => {}
        }
        match &function.args {
            FunctionArguments::List(list) if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) => {
                self.deny(Rule::Distinct, span, "DISTINCT")
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

fn aggregates() -> &'static BTreeSet<String> {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let functions = datafusion::functions_aggregate::all_default_aggregate_functions();
        let names = |f: &std::sync::Arc<datafusion::logical_expr::AggregateUDF>| {
            std::iter::once(f.name().to_owned()).chain(f.aliases().iter().cloned()).collect::<Vec<_>>()
        };
        functions.iter().flat_map(names).map(|name| name.to_lowercase()).collect()
    })
}

/// The line and rule that an allowance lifts → the line it stands in, and whether it was needed.
type Allowances = BTreeMap<(usize, Rule), (usize, bool)>;

/// Reads `-- allow(rule): reason`; it speaks of the next line that is not such a comment.
fn read_allowances(sql: &SqlText) -> Result<Allowances, CheckError> {
    let mut allowed = BTreeMap::new();
    let mut waiting: Vec<(Rule, usize)> = Vec::new();
    for (index, line) in sql.text.lines().enumerate() {
        let number = index + 1;
        let comment = line.trim_start().strip_prefix("--").map(str::trim_start);
        let Some(rest) = comment.and_then(|comment| comment.strip_prefix("allow")) else {
            allowed.extend(waiting.drain(..).map(|(rule, at)| ((number, rule), (at, false))));
            continue;
        };
        let parsed = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let Some((word, reason)) = parsed else {
            return Err(sql.error_at(number, 1, "an allowance reads: -- allow(rule): reason"));
        };
        let rule: Rule = word.trim().parse().map_err(|error| sql.error_at(number, 1, format!("allow: {error}")))?;
        if reason.trim_start().strip_prefix(':').is_none_or(|reason| reason.trim().is_empty()) {
            return Err(sql.error_at(number, 1, format!("allow({rule}) gives no reason: -- allow({rule}): reason")));
        }
        waiting.push((rule, number));
    }
    Ok(allowed)
}

/// Whether this asks for the absence of a row: `alias.row`.
fn is_row_column(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_row_column(inner),
        Expr::CompoundIdentifier(parts) => parts.len() >= 2 && parts.last().is_some_and(|last| folded(last) == "row"),
        _ => false,
    }
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        other => other,
    }
}

impl Visitor for Examiner<'_> {
    type Break = CheckError;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<CheckError> {
        let span = query.span();
        if query.limit_clause.is_some() || query.fetch.is_some() {
            let at = query.limit_clause.as_ref().map_or(span, Spanned::span);
            self.deny(Rule::Limit, at, "LIMIT")?;
        }
        if !query.locks.is_empty() || query.for_clause.is_some() || !query.pipe_operators.is_empty() {
            return self.refuse(span, "a plain SELECT only: no locks, FOR or pipes");
        }
        if query.with.as_ref().is_some_and(|with| with.recursive) {
            return self.refuse(span, "WITH RECURSIVE is not read here: it may never end");
        }
        self.examine_set(&query.body)
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<CheckError> {
        let span = select.select_token.0.span;
        if let Some(Distinct::Distinct | Distinct::On(_)) = select.distinct {
            self.deny(Rule::Distinct, span, "DISTINCT")?;
        }
        if select.top.is_some() {
            self.deny(Rule::Limit, span, "TOP")?;
        }
        if select.into.is_some() {
            return self.refuse(span, "SELECT INTO writes; a check only reads");
        }
        if !select.lateral_views.is_empty() || !select.connect_by.is_empty() {
            return self.refuse(span, "a plain SELECT only: no LATERAL VIEW, no CONNECT BY");
        }
        let groups = match &select.group_by {
            GroupByExpr::All(_) => true,
            GroupByExpr::Expressions(exprs, _) => !exprs.is_empty(),
        };
        if groups {
            self.deny(Rule::AggregateUnderPass, select.group_by.span(), "GROUP BY")?;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<CheckError> {
        let parts = name_parts(name);
        let table = match parts.as_slice() {
            [table] if self.ctes.contains(table) => return ControlFlow::Continue(()),
            [table] => table,
            [schema, table] if schema == "history" => table,
            [schema, table] if schema == "meta" && self.strictness == Strictness::Query => table,
            _ => return self.refuse(self.place_of(name), format!("'{name}' is no table")),
        };
        if let Some(id) = TableId::find(table) {
            self.tables.insert(id);
            return ControlFlow::Continue(());
        }
        if self.strictness == Strictness::Query && crate::engine::META_TABLES.contains(&table.as_str()) {
            return ControlFlow::Continue(());
        }
        let error = self.sql.error(self.place_of(name), format!("there is no table '{table}'"));
        ControlFlow::Break(match did_you_mean(table, TABLES.iter().map(|table| table.name)) {
            Some(hint) => error.with_hint(hint),
            None => error.with_hint("`isoneph table list` lists the tables"),
        })
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<CheckError> {
        match factor {
            TableFactor::Table { args: None, sample: None, version: None, .. }
            | TableFactor::Derived { lateral: false, .. }
            | TableFactor::NestedJoin { .. } => ControlFlow::Continue(()),
            other => self.refuse(other.span(), "only tables and subqueries can be read from"),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<CheckError> {
        let span = expr.span();
        match expr {
            Expr::Function(function) => self.function(function),
            Expr::IsTrue(_) | Expr::IsNotTrue(_) | Expr::IsFalse(_) | Expr::IsNotFalse(_) => {
                self.deny(Rule::IsTrue, span, "IS [NOT] TRUE/FALSE")
            }
            Expr::IsUnknown(_) | Expr::IsNotUnknown(_) => self.deny(Rule::IsTrue, span, "IS [NOT] UNKNOWN"),
            Expr::IsDistinctFrom(..) | Expr::IsNotDistinctFrom(..) => {
                self.deny(Rule::IsTrue, span, "IS [NOT] DISTINCT FROM")
            }
            Expr::BinaryOp { op: BinaryOperator::Spaceship, .. } => self.deny(Rule::IsTrue, span, "<=>"),
            Expr::AnyOp { .. } | Expr::AllOp { .. } => self.deny(Rule::BoolAggregate, span, "ANY/ALL"),
            Expr::IsNull(inner) | Expr::IsNotNull(inner) if !is_row_column(inner) => {
                self.deny(Rule::IsNull, span, "IS [NOT] NULL")
            }
            Expr::InSubquery { negated: true, .. } => self.deny(Rule::NotIn, span, "NOT IN (SELECT …)"),
            Expr::Exists { negated: true, .. } => self.deny(Rule::NotExists, span, "NOT EXISTS"),
            Expr::UnaryOp { op: UnaryOperator::Not, expr: inner } => match bare(inner) {
                Expr::InSubquery { .. } => self.deny(Rule::NotIn, span, "NOT … IN (SELECT …)"),
                Expr::Exists { .. } => self.deny(Rule::NotExists, span, "NOT EXISTS"),
                _ => ControlFlow::Continue(()),
            },
            Expr::Value(value) if self.strictness == Strictness::Query => match &value.value {
                Value::Placeholder(name) => self.refuse(value.span, format!("a query has no parameter {name}")),
                _ => ControlFlow::Continue(()),
            },
            _ => ControlFlow::Continue(()),
        }
    }
}

impl Examiner<'_> {
    fn examine_set(&mut self, body: &SetExpr) -> ControlFlow<CheckError> {
        match body {
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => ControlFlow::Continue(()),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let span = right.span();
                match (op, set_quantifier) {
                    (SetOperator::Union, SetQuantifier::All) => {}
                    (SetOperator::Union, _) => self.deny(Rule::Distinct, span, "UNION without ALL")?,
                    _ => self.deny(Rule::Except, span, "EXCEPT/INTERSECT")?,
                }
                self.examine_set(left)?;
                self.examine_set(right)
            }
            other => self.refuse(other.span(), "only SELECT reads from tables"),
        }
    }
}
