//! The evidence of a check: `named_struct('bucket', b.row, 'key', k.row)`.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::sql::sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Value};
use isoneph_tables::{TABLES, TableId};

use super::sql::{SqlText, folded, name_parts, span_of};
use crate::error::{CheckError, did_you_mean};

/// One member of the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// The table whose row it holds.
    pub(crate) table: TableId,
    /// The alias under which the SQL reads it.
    pub(crate) alias: String,
}

/// Reads the members, and refuses what is not a row of the table it is said to be.
pub(crate) fn read(
    sql: &SqlText,
    expr: &Expr,
    aliases: &BTreeMap<String, Option<String>>,
    subject: TableId,
) -> Result<Vec<Member>, CheckError> {
    const FORM: &str = "the evidence reads: named_struct('table', alias.row, …) AS evidence";
    let Expr::Function(function) = expr else { return Err(sql.error(span_of(expr), FORM)) };
    let FunctionArguments::List(list) = &function.args else { return Err(sql.error(span_of(expr), FORM)) };
    if name_parts(&function.name) != ["named_struct"] || list.args.is_empty() || list.args.len() % 2 != 0 {
        return Err(sql.error(span_of(expr), FORM));
    }
    let mut members = Vec::new();
    let mut names = BTreeSet::new();
    for pair in list.args.chunks(2) {
        let [FunctionArg::Unnamed(FunctionArgExpr::Expr(name)), FunctionArg::Unnamed(FunctionArgExpr::Expr(value))] =
            pair
        else {
            return Err(sql.error(span_of(expr), FORM));
        };
        let Expr::Value(literal) = name else { return Err(sql.error(span_of(name), FORM)) };
        let Value::SingleQuotedString(name) = &literal.value else { return Err(sql.error(literal.span, FORM)) };
        if !names.insert(name.clone()) {
            let message = format!("two members are called '{name}'; a second row of a table is '{name}.label'");
            return Err(sql.error(literal.span, message));
        }
        let table_name = name.split_once('.').map_or(name.as_str(), |(table, _)| table);
        let Some(table) = TableId::find(table_name) else {
            let error = sql.error(literal.span, format!("there is no table '{table_name}'"));
            let hint = did_you_mean(table_name, TABLES.iter().map(|table| table.name));
            return Err(CheckError { hint, ..error });
        };
        members.push(Member { table, alias: alias_of(sql, value, aliases, table)? });
    }
    if !members.iter().any(|member| member.table == subject) {
        let message = format!("the evidence lacks the subject's own row: '{subject}'");
        return Err(sql.error(span_of(expr), message));
    }
    Ok(members)
}

fn alias_of(
    sql: &SqlText,
    value: &Expr,
    aliases: &BTreeMap<String, Option<String>>,
    table: TableId,
) -> Result<String, CheckError> {
    let Expr::CompoundIdentifier(parts) = value else {
        return Err(sql.error(span_of(value), "the value of a member is alias.row"));
    };
    let [alias, column] = parts.as_slice() else {
        return Err(sql.error(span_of(value), "the value of a member is alias.row"));
    };
    let (alias, column) = (folded(alias), folded(column));
    match aliases.get(&alias) {
        None => {
            let error = sql.error(span_of(value), format!("nothing in FROM is called '{alias}'"));
            Err(CheckError { hint: did_you_mean(&alias, aliases.keys().map(String::as_str)), ..error })
        }
        Some(Some(base)) if TableId::find(base).is_some() => {
            if TableId::find(base) != Some(table) {
                Err(sql.error(span_of(value), format!("'{alias}' is a row of '{base}', not of '{table}'")))
            } else if column != "row" {
                Err(sql.error(span_of(value), format!("'{alias}.{column}' is not the row itself: {alias}.row")))
            } else {
                Ok(alias)
            }
        }
        // A column of a CTE: that it holds rows of this table is checked when it is read.
        Some(_) => Ok(alias),
    }
}
