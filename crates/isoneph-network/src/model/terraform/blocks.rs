//! Which block of the configuration stands behind a block of the plan.
//!
//! A plan shows the values of blocks in the order of their set, and the configuration in the order of its text; what
//! `dynamic` writes it does not show at all. Blocks are told by what both know of them; where that leaves several, each may be
//! the one.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use super::steps::{expression_at, is_expression};
use super::{Document, Resource};
use crate::model::json::list;

/// Blocks whose order counts: they are in a plan as they are written.
const ORDERED: &[&str] =
    &["default_action", "ip_configuration", "frontend_ip_configuration", "network_interfaces", "access_config"];

/// The expressions that a field may have.
#[derive(Default)]
pub(super) struct Written<'d> {
    pub(super) expressions: Vec<&'d Value>,
    /// Whether something else may have written it.
    pub(super) open: bool,
    /// Whether it is one expression of all blocks, each of which has a part of it.
    pub(super) merged: bool,
}

impl Document {
    /// The expressions of a field. `path` leads through blocks: names and, for lists, numbers.
    pub(super) fn written(&self, resource: &Resource, path: &[&str]) -> Written<'_> {
        let Some(held) = self.expressions.get(&(resource.module.clone(), resource.local.clone())) else {
            return Written::default();
        };
        let one = || Written { expressions: expression_at(held, path).into_iter().collect(), ..Written::default() };
        let [key, index, rest @ ..] = path else { return one() };
        let Ok(index) = index.parse::<usize>() else { return one() };
        let planned = list(&resource.values, key);
        match held.get(key) {
            Some(Value::Array(blocks)) if index < planned.len() => {
                let cached = (resource.key(), (*key).to_owned());
                let mut known = self.behind.borrow_mut();
                let behind = known.entry(cached).or_insert_with(|| Rc::new(behind(resource, key, blocks, planned)));
                let open = blocks.len() != planned.len() || behind[index].is_empty();
                let mut expressions: Vec<&Value> = Vec::new();
                for expression in behind[index].iter().filter_map(|at| expression_at(&blocks[*at], rest)) {
                    if !expressions.contains(&expression) {
                        expressions.push(expression);
                    }
                }
                Written { expressions, open, merged: false }
            }
            Some(Value::Object(held)) if is_expression(held) && planned.len() > 1 => Written { merged: true, ..one() },
            _ => one(),
        }
    }
}

/// By block of a plan: the blocks of the configuration that may be that.
pub(super) type Behind = Vec<Vec<usize>>;

/// More blocks than these, planned times written, are not held against each other: what they name stays open.
const MAX_PRODUCTS: usize = 1_000_000;

fn behind(resource: &Resource, key: &str, blocks: &[Value], planned: &[Value]) -> Behind {
    let as_many = blocks.len() == planned.len();
    let of_machines = resource.kind.starts_with("google_") || resource.kind.ends_with("_scale_set");
    let is_ordered = ORDERED.contains(&key) || (key == "network_interface" && of_machines);
    if as_many && (is_ordered || blocks.len() == 1) {
        return (0..planned.len()).map(|index| vec![index]).collect();
    }
    let any = || vec![(0..blocks.len()).collect(); planned.len()];
    if blocks.len().saturating_mul(planned.len()) > MAX_PRODUCTS {
        return vec![Vec::new(); planned.len()];
    }
    let fitting = |value: &Value| (0..blocks.len()).filter(|at| fits(&blocks[*at], value)).collect::<Vec<_>>();
    let found: Behind = planned.iter().map(fitting).collect();
    let met: BTreeSet<usize> = found.iter().flatten().copied().collect();
    // A block without its like was written in other words than those that the provider keeps; where there are more of the
    // plan, `dynamic` may have written it.
    let told = met.len() == blocks.len() && !(as_many && found.iter().any(Vec::is_empty));
    if told { found } else { any() }
}

/// Whether what a block says for sure is what is planned.
fn fits(block: &Value, planned: &Value) -> bool {
    let Some(block) = block.as_object() else { return true };
    block.iter().all(|(key, expression)| match (expression.get("constant_value"), planned.get(key)) {
        (Some(written), Some(planned)) => said(written) == said(planned),
        // Known in the configuration, and not yet in the plan; or made of what others make.
        _ => true,
    })
}

/// A value as text, whatever its type and the order of its parts.
fn said(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(held) if held.is_empty() => Vec::new(),
        Value::String(held) => vec![held.to_ascii_lowercase()],
        Value::Array(held) => {
            let mut out: Vec<String> = held.iter().flat_map(said).collect();
            out.sort_unstable();
            out
        }
        other => vec![other.to_string()],
    }
}
