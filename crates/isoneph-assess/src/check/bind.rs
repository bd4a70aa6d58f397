//! `$name` in the SQL of a check: checked at load, replaced by literals before planning. Values never become SQL text.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Array, DataType, Expr, TypedString, UnaryOperator, Value, ValueWithSpan, Visit, VisitMut, Visitor, VisitorMut,
};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::parameters::{Bound, ParameterDef, ParameterType};
use super::sql::SqlText;
use crate::error::{CheckError, did_you_mean};

/// The day of the assessment.
pub(crate) const AS_OF: &str = "as_of";
/// The regions in scope.
pub(crate) const REGIONS: &str = "regions_in_scope";

/// Refuses placeholders that name no parameter, and lists that stand anywhere but in `IN ($name)` and `[$name]`.
pub(crate) fn check_placeholders(
    sql: &SqlText,
    tree: &impl Visit,
    parameters: &BTreeMap<String, ParameterDef>,
) -> Result<(), CheckError> {
    match tree.visit(&mut Placeholders { sql, parameters, in_list: Vec::new() }) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Placeholders<'a> {
    sql: &'a SqlText,
    parameters: &'a BTreeMap<String, ParameterDef>,
    /// Spans of placeholders that are the whole list of an `IN` or of an array.
    in_list: Vec<Span>,
}

impl Visitor for Placeholders<'_> {
    type Break = CheckError;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<CheckError> {
        if let Expr::InList { list, .. } | Expr::Array(Array { elem: list, .. }) = expr
            && let [Expr::Value(value)] = list.as_slice()
        {
            self.in_list.push(value.span);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<CheckError> {
        let Value::Placeholder(written) = &value.value else { return ControlFlow::Continue(()) };
        let name = written.trim_start_matches('$');
        let is_list = match (name, self.parameters.get(name)) {
            (AS_OF, _) => false,
            (REGIONS, _) => true,
            (_, Some(def)) => def.kind == ParameterType::Texts,
            (_, None) => {
                let error = self.sql.error(value.span, format!("there is no parameter '{name}'"));
                let known = self.parameters.keys().map(String::as_str).chain([AS_OF, REGIONS]);
                return ControlFlow::Break(CheckError { hint: did_you_mean(name, known), ..error });
            }
        };
        if is_list && !self.in_list.contains(&value.span) {
            let message = format!("'{name}' is a list: it can only stand in … IN (${name}) and in [${name}]");
            return ControlFlow::Break(self.sql.error(value.span, message));
        }
        ControlFlow::Continue(())
    }
}

/// Replaces every placeholder by its value.
pub(crate) fn substitute(tree: &mut impl VisitMut, values: &BTreeMap<String, Bound>) {
    let ControlFlow::Continue(()) = tree.visit(&mut Substitute { values });
}

struct Substitute<'a> {
    values: &'a BTreeMap<String, Bound>,
}

impl Substitute<'_> {
    fn value_of(&self, expr: &Expr) -> Option<&Bound> {
        match expr {
            Expr::Value(ValueWithSpan { value: Value::Placeholder(name), .. }) => {
                self.values.get(name.trim_start_matches('$'))
            }
            _ => None,
        }
    }
}

impl VisitorMut for Substitute<'_> {
    type Break = std::convert::Infallible;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        if let Expr::InList { list, .. } | Expr::Array(Array { elem: list, .. }) = expr
            && let [only] = list.as_slice()
            && let Some(Bound::Texts(texts)) = self.value_of(only)
        {
            // An empty list is unknown, not "nothing is in it": nobody said what would be.
            let literals = texts.iter().map(|text| literal(Value::SingleQuotedString(text.clone())));
            *list = if texts.is_empty() { vec![literal(Value::Null)] } else { literals.collect() };
        } else if let Some(value) = self.value_of(expr) {
            *expr = match value {
                Bound::Text(text) => literal(Value::SingleQuotedString(text.clone())),
                Bound::Boolean(value) => literal(Value::Boolean(*value)),
                Bound::Date(date) => typed_date(&date.to_string()),
                Bound::Integer(value) => integer(*value),
                Bound::Texts(_) => return ControlFlow::Continue(()),
            };
        }
        ControlFlow::Continue(())
    }
}

fn literal(value: Value) -> Expr {
    Expr::Value(ValueWithSpan { value, span: Span::empty() })
}

fn typed_date(text: &str) -> Expr {
    let value = ValueWithSpan { value: Value::SingleQuotedString(text.to_owned()), span: Span::empty() };
    Expr::TypedString(TypedString { data_type: DataType::Date, value, uses_odbc_syntax: false })
}

fn integer(value: i64) -> Expr {
    let number = literal(Value::Number(value.unsigned_abs().to_string(), false));
    if value < 0 { Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(number) } } else { number }
}
