//! From a plan to the cells it reads: which columns of which tables an expression, a join or a filter rests on.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Expr, Join, LogicalPlan, Operator, TableScan};
use isoneph_tables::TableId;

/// A column of a table, as read under one alias.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Source {
    pub(crate) alias: String,
    pub(crate) table: TableId,
    pub(crate) column: usize,
}

/// A condition that decides which rows meet.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// Every cell that it reads.
    pub(crate) reads: BTreeSet<Source>,
    /// The two sides, where it says that one column equals another.
    pub(crate) equal: Option<(Source, Source)>,
    /// The condition itself.
    pub(crate) expr: Expr,
    /// The aliases under the side of an outer join that may be missing, where it is the condition of one.
    pub(crate) decides: BTreeSet<String>,
}

/// What a plan reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lineage {
    /// Every cell, by table and column.
    pub(crate) reads: BTreeSet<(TableId, usize)>,
    /// Conditions of joins and filters.
    pub(crate) conditions: Vec<Condition>,
    /// Aliases that stand for more than one reading of a table: nothing can be said of them one by one.
    pub(crate) shared: BTreeSet<String>,
    /// Whether every join of tables goes by a `uid`, and nothing else brings rows together.
    pub(crate) isolated: bool,
}

fn scanned(scan: &TableScan) -> Option<TableId> {
    TableId::find(scan.table_name.table())
}

/// What an output column of a plan is made of.
pub(crate) fn column_sources(plan: &LogicalPlan, index: usize, found: &mut BTreeSet<Source>) {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let alias = scan.table_name.table().to_owned();
            found.extend(scanned(scan).map(|table| Source { alias, table, column: column_in(scan, index) }));
        }
        LogicalPlan::SubqueryAlias(alias) => match alias.input.as_ref() {
            LogicalPlan::TableScan(scan) => {
                let name = alias.alias.table().to_owned();
                found.extend(scanned(scan).map(|table| Source { alias: name, table, column: column_in(scan, index) }));
            }
            input => column_sources(input, index, found),
        },
        LogicalPlan::Projection(projection) => {
            if let Some(expr) = projection.expr.get(index) {
                expr_sources(expr, &projection.input, found);
            }
        }
        LogicalPlan::Filter(filter) => column_sources(&filter.input, index, found),
        LogicalPlan::Sort(sort) => column_sources(&sort.input, index, found),
        LogicalPlan::Limit(limit) => column_sources(&limit.input, index, found),
        LogicalPlan::Union(union) => union.inputs.iter().for_each(|input| column_sources(input, index, found)),
        LogicalPlan::Join(join) => {
            let left = join.left.schema().fields().len();
            match index.checked_sub(left) {
                None => column_sources(&join.left, index, found),
                Some(index) => column_sources(&join.right, index, found),
            }
        }
        LogicalPlan::Aggregate(aggregate) => {
            let exprs = aggregate.group_expr.iter().chain(&aggregate.aggr_expr);
            if let Some(expr) = exprs.into_iter().nth(index) {
                expr_sources(expr, &aggregate.input, found);
            }
        }
        other => {
            for input in other.inputs() {
                (0..input.schema().fields().len()).for_each(|index| column_sources(input, index, found));
            }
        }
    }
}

fn column_in(scan: &TableScan, index: usize) -> usize {
    scan.projection.as_ref().and_then(|projection| projection.get(index).copied()).unwrap_or(index)
}

/// What an expression over a plan's output is made of.
pub(crate) fn expr_sources(expr: &Expr, input: &LogicalPlan, found: &mut BTreeSet<Source>) {
    // In whatever order: what is found goes into a sorted set.
    #[allow(clippy::iter_over_hash_type, reason = "the order does not come out")]
    for column in expr.column_refs() {
        if let Ok(index) = input.schema().index_of_column(column) {
            column_sources(input, index, found);
        }
    }
}

/// Everything a plan reads, subqueries included.
pub(crate) fn lineage(plan: &LogicalPlan) -> Result<Lineage> {
    let mut lineage = Lineage { isolated: true, ..Lineage::default() };
    let mut aliases: BTreeSet<String> = BTreeSet::new();
    let mut outer: BTreeSet<(String, String)> = BTreeSet::new();
    let mut tables: BTreeMap<String, TableId> = BTreeMap::new();
    plan.apply_with_subqueries(|node| {
        match node {
            LogicalPlan::SubqueryAlias(alias) => {
                if let LogicalPlan::TableScan(scan) = alias.input.as_ref() {
                    let name = alias.alias.table().to_owned();
                    tables.extend(scanned(scan).map(|table| (name.clone(), table)));
                    if !aliases.insert(name.clone()) {
                        lineage.shared.insert(name);
                    }
                }
            }
            LogicalPlan::TableScan(scan) => {
                tables.extend(scanned(scan).map(|table| (scan.table_name.table().to_owned(), table)));
            }
            LogicalPlan::Join(join) => join_conditions(join, &mut lineage),
            LogicalPlan::Aggregate(_) | LogicalPlan::Window(_) | LogicalPlan::Distinct(_) | LogicalPlan::Limit(_) => {
                lineage.isolated = false;
            }
            LogicalPlan::Filter(filter) => {
                for conjunct in split_conjunction(&filter.predicate) {
                    let condition = condition(conjunct, &[&filter.input], BTreeSet::new());
                    lineage.conditions.push(condition);
                }
            }
            _ => {}
        }
        for expr in node.expressions() {
            let mut found = BTreeSet::new();
            node.inputs().iter().for_each(|input| expr_sources(&expr, input, &mut found));
            outer.extend(outer_references(&expr));
            lineage.isolated &= !has_subquery(&expr);
            lineage.reads.extend(found.into_iter().map(|source| (source.table, source.column)));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    // A bare scan under its own name, once more beside an alias of the same name, is a reading too.
    let mut bare: BTreeSet<String> = BTreeSet::new();
    plan.apply_with_subqueries(|node| {
        let scans = match node {
            LogicalPlan::SubqueryAlias(_) => Vec::new(),
            other => other.inputs(),
        };
        for input in scans {
            if let LogicalPlan::TableScan(scan) = input {
                let name = scan.table_name.table().to_owned();
                if aliases.contains(&name) || !bare.insert(name.clone()) {
                    lineage.shared.insert(name);
                }
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    for (alias, name) in outer {
        let table = tables.get(&alias);
        let column = table.and_then(|table| table.def().column_index(&name));
        lineage.reads.extend(table.copied().zip(column));
    }
    Ok(lineage)
}

/// Columns of the query around a subquery, by alias and name.
fn outer_references(expr: &Expr) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let _ = expr.apply(|expr| {
        if let Expr::OuterReferenceColumn(_, column) = expr
            && let Some(relation) = &column.relation
        {
            found.push((relation.table().to_owned(), column.name.clone()));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found
}

fn join_conditions(join: &Join, lineage: &mut Lineage) {
    use datafusion::common::JoinType;
    let decides = match join.join_type {
        JoinType::Left => aliases_of(&join.right),
        JoinType::Right => aliases_of(&join.left),
        JoinType::Full => aliases_of(&join.right).into_iter().chain(aliases_of(&join.left)).collect(),
        _ => BTreeSet::new(),
    };
    let inputs: [&LogicalPlan; 2] = [&join.left, &join.right];
    let before = lineage.conditions.len();
    for (left, right) in &join.on {
        let expr = left.clone().eq(right.clone());
        lineage.conditions.push(condition(&expr, &inputs, decides.clone()));
    }
    for conjunct in join.filter.iter().flat_map(|filter| split_conjunction(filter)) {
        lineage.conditions.push(condition(conjunct, &inputs, decides.clone()));
    }
    let is_uid = |source: &Source| source.table.def().column_index("uid") == Some(source.column);
    let by_uid = |equal: &(Source, Source)| is_uid(&equal.0) || is_uid(&equal.1);
    // A side without a table, such as a list of constants, brings no rows of two things together.
    lineage.isolated &= inputs.iter().any(|side| !reads_table(side))
        || lineage.conditions[before..].iter().filter_map(|c| c.equal.as_ref()).any(by_uid);
}

fn reads_table(plan: &LogicalPlan) -> bool {
    let mut found = false;
    // The walk cannot fail: nothing in it does.
    let _ = plan.apply_with_subqueries(|node| {
        found |= matches!(node, LogicalPlan::TableScan(_));
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    found
}

/// Whether a subquery is left in a plan after optimising.
pub(crate) fn holds_subquery(plan: &LogicalPlan) -> bool {
    plan.exists(|node| Ok(node.expressions().iter().any(has_subquery))).unwrap_or(true)
}

fn has_subquery(expr: &Expr) -> bool {
    expr.exists(|expr| {
        Ok(matches!(expr, Expr::Exists(_) | Expr::InSubquery(_) | Expr::ScalarSubquery(_) | Expr::SetComparison(_)))
    })
    .unwrap_or(true)
}

fn condition(expr: &Expr, inputs: &[&LogicalPlan], decides: BTreeSet<String>) -> Condition {
    let sources = |expr: &Expr| {
        let mut found = BTreeSet::new();
        inputs.iter().for_each(|input| expr_sources(expr, input, &mut found));
        found
    };
    let single = |expr: &Expr| {
        let plain = matches!(expr, Expr::Column(_));
        let mut found = sources(expr);
        (plain && found.len() == 1).then(|| found.pop_first()).flatten()
    };
    let equal = match expr {
        Expr::BinaryExpr(binary) if binary.op == Operator::Eq => single(&binary.left).zip(single(&binary.right)),
        _ => None,
    };
    Condition { reads: sources(expr), equal, expr: expr.clone(), decides }
}

fn aliases_of(plan: &LogicalPlan) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let _ = plan.apply(|node| {
        match node {
            LogicalPlan::SubqueryAlias(alias) => {
                found.insert(alias.alias.table().to_owned());
            }
            LogicalPlan::TableScan(scan) => {
                found.insert(scan.table_name.table().to_owned());
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found
}
