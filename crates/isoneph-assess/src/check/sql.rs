//! The SQL of a check as text with a place in its file, and as a syntax tree.

use std::collections::BTreeMap;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectName, Query, Select, SelectItem, SetExpr, Statement, TableFactor, TableWithJoins,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::Span;

use crate::error::{CheckError, SourceFile};

/// SQL with its place: line 1 of the text is line `first_line` of the file, indented by `indent` columns.
#[derive(Debug, Clone)]
pub(crate) struct SqlText {
    pub(crate) file: SourceFile,
    pub(crate) text: String,
    pub(crate) first_line: usize,
    pub(crate) indent: usize,
}

impl SqlText {
    /// An error at a span of the SQL.
    pub(crate) fn error(&self, span: Span, message: impl Into<String>) -> CheckError {
        self.error_at(span.start.line as usize, span.start.column as usize, message)
    }

    /// An error at a line and column of the SQL, both from 1; 0 for the SQL as a whole.
    pub(crate) fn error_at(&self, line: usize, column: usize, message: impl Into<String>) -> CheckError {
        let indent = if line <= 1 { self.indent } else { 0 };
        self.file.error(self.first_line + line.max(1) - 1, column.max(1) + indent, message)
    }

    fn syntax_error(&self, error: &ParserError) -> CheckError {
        let (message, line, column) = match error {
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => place_in(message),
            ParserError::RecursionLimitExceeded => ("the SQL is nested too deeply", 1, 1),
        };
        self.error_at(line, column, format!("SQL: {message}"))
    }

    /// The one query of the text.
    pub(crate) fn parse_query(&self) -> Result<Query, CheckError> {
        let parser = Parser::new(&GenericDialect {}).try_with_sql(&self.text);
        let parsed = parser.and_then(|mut parser| parser.parse_statements());
        let statements = parsed.map_err(|error| self.syntax_error(&error))?;
        let mut statements = statements.into_iter();
        match (statements.next(), statements.next()) {
            (Some(Statement::Query(query)), None) => Ok(*query),
            (None, _) => Err(self.error_at(1, 1, "there is no SQL here")),
            (Some(_), Some(_)) => Err(self.error_at(1, 1, "one statement only, please")),
            (Some(_), None) => Err(self.error_at(1, 1, "only a SELECT reads without changing anything")),
        }
    }

    /// The one expression of the text.
    pub(crate) fn parse_expression(&self) -> Result<Expr, CheckError> {
        let mut parser =
            Parser::new(&GenericDialect {}).try_with_sql(&self.text).map_err(|error| self.syntax_error(&error))?;
        let expr = parser.parse_expr().map_err(|error| self.syntax_error(&error))?;
        let rest = parser.peek_token();
        match rest.token {
            datafusion::sql::sqlparser::tokenizer::Token::EOF => Ok(expr),
            _ => Err(self.error(rest.span, "the expression ends before this")),
        }
    }
}

/// The parser puts the place into its message: `… at Line: 3, Column: 14`.
fn place_in(message: &str) -> (&str, usize, usize) {
    let parse = |message| {
        let (text, place): (&str, &str) = str::rsplit_once(message, " at Line: ")?;
        let (line, column) = place.split_once(", Column: ")?;
        Some((text, line.trim().parse().ok()?, column.trim().parse().ok()?))
    };
    parse(message).unwrap_or((message, 1, 1))
}

/// The SELECT at the top of a query.
pub(crate) fn top_select(query: &Query) -> Option<&Select> {
    match query.body.as_ref() {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => top_select(query),
        _ => None,
    }
}

/// What the top SELECT yields: the name of each column and its expression.
pub(crate) fn yields<'a>(sql: &SqlText, select: &'a Select) -> Result<Vec<(Ident, &'a Expr)>, CheckError> {
    let named = |item: &'a SelectItem| match item {
        SelectItem::ExprWithAlias { expr, alias } => Ok((alias.clone(), expr)),
        SelectItem::UnnamedExpr(expr @ Expr::Identifier(ident)) => Ok((ident.clone(), expr)),
        SelectItem::UnnamedExpr(expr @ Expr::CompoundIdentifier(idents)) if !idents.is_empty() => {
            Ok((idents[idents.len() - 1].clone(), expr))
        }
        other => Err(sql.error(span_of(other), "each column that a check yields has a name: add AS …")),
    };
    select.projection.iter().map(named).collect()
}

pub(crate) fn span_of(node: &impl datafusion::sql::sqlparser::ast::Spanned) -> Span {
    node.span()
}

/// The parts of a name as DataFusion folds them: lower case unless quoted.
pub(crate) fn name_parts(name: &ObjectName) -> Vec<String> {
    name.0.iter().map(|part| part.as_ident().map_or_else(|| part.to_string(), folded)).collect()
}

/// An identifier as DataFusion folds it.
pub(crate) fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

/// The tables in the FROM of a SELECT, by alias: the table's name for a plain table, `None` for anything else.
pub(crate) fn aliases(select: &Select) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    for from in &select.from {
        add_aliases(from, &mut found);
    }
    found
}

fn add_aliases(from: &TableWithJoins, found: &mut BTreeMap<String, Option<String>>) {
    let relations = std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation));
    for relation in relations {
        match relation {
            TableFactor::Table { name, alias, .. } => {
                let parts = name_parts(name);
                let Some(last) = parts.last() else { continue };
                let alias = alias.as_ref().map_or_else(|| last.clone(), |alias| folded(&alias.name));
                found.insert(alias, Some(last.clone()));
            }
            TableFactor::Derived { alias: Some(alias), .. } => {
                found.insert(folded(&alias.name), None);
            }
            TableFactor::NestedJoin { table_with_joins, .. } => add_aliases(table_with_joins, found),
            _ => {}
        }
    }
}
