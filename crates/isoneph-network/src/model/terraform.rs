//! Terraform's JSON, for readers of every platform: `show -json` of a plan or state, and a raw state file.
//!
//! An identifier that is known only after apply is stood in for by the address of the resource that will have it, found
//! through the references in the configuration. Values that stay unknown are unknown to the readers too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::json::{list, text};

/// How deep modules may nest.
const MAX_MODULES: usize = 32;
/// How many references one value is followed through.
const MAX_REFERENCES: usize = 64;

/// One resource instance.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    /// Its address, with module and index.
    pub(crate) address: String,
    /// Its type.
    pub(crate) kind: String,
    /// Where it stands in the document, as a JSON pointer.
    pub(crate) pointer: String,
    /// Its values, as far as known.
    pub(crate) values: Value,
    /// Module path without indexes: `module.a.module.b`, or empty.
    module: String,
    /// `type.name` within the module (`data.type.name` for data sources).
    local: String,
    /// The index key, as text; empty where there is none.
    index: String,
}

/// Everything of one document.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) resources: Vec<Resource>,
    /// (module, local) to the resource's expressions in the configuration.
    expressions: BTreeMap<(String, String), Value>,
    /// (module, output) to its expression.
    outputs: BTreeMap<(String, String), Value>,
    /// (parent module, call) to the expressions given to it.
    calls: BTreeMap<(String, String), Value>,
    /// (module, local) to the instances.
    instances: BTreeMap<(String, String), Vec<usize>>,
    /// Addresses taken so far: a data source may stand in the plan and in the prior state.
    seen: BTreeSet<String>,
}

/// Identifiers of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ids {
    /// Those found.
    pub(crate) found: Vec<String>,
    /// Whether something of the field stays unknown.
    pub(crate) open: bool,
}

/// Whether a document is Terraform's.
pub(crate) fn recognises(value: &Value) -> bool {
    let shown = value.get("format_version").is_some()
        && (value.get("planned_values").is_some() || value.get("values").is_some());
    shown || (value.get("terraform_version").is_some() && value.get("resources").is_some_and(Value::is_array))
}

impl Resource {
    /// Its identifier, or its address where that is known only after apply.
    pub(crate) fn identity(&self) -> String {
        text(&self.values, "id").map_or_else(|| self.address.clone(), ToOwned::to_owned)
    }
}

impl Document {
    /// Reads a document.
    pub(crate) fn read(value: &Value) -> Self {
        let mut out = Self::default();
        for key in ["planned_values", "values"] {
            if let Some(root) = value.get(key).and_then(|held| held.get("root_module")) {
                out.module(root, &format!("#/{key}/root_module"), 0);
                break;
            }
        }
        if let Some(root) =
            value.get("prior_state").and_then(|held| held.get("values")).and_then(|held| held.get("root_module"))
        {
            out.data(root, "#/prior_state/values/root_module", 0);
        }
        if value.get("planned_values").is_none() && value.get("values").is_none() {
            out.raw(value);
        }
        if let Some(root) = value.get("configuration").and_then(|held| held.get("root_module")) {
            out.configuration(root, "", 0);
        }
        for (index, resource) in out.resources.iter().enumerate() {
            out.instances.entry((resource.module.clone(), resource.local.clone())).or_default().push(index);
        }
        out
    }

    fn module(&mut self, module: &Value, pointer: &str, depth: usize) {
        if depth > MAX_MODULES {
            return;
        }
        let path = module_path(text(module, "address").unwrap_or_default());
        for (index, resource) in list(module, "resources").iter().enumerate() {
            self.push(resource, &path, format!("{pointer}/resources/{index}"));
        }
        for (index, child) in list(module, "child_modules").iter().enumerate() {
            self.module(child, &format!("{pointer}/child_modules/{index}"), depth + 1);
        }
    }

    /// Data sources stand in the prior state only.
    fn data(&mut self, module: &Value, pointer: &str, depth: usize) {
        if depth > MAX_MODULES {
            return;
        }
        let path = module_path(text(module, "address").unwrap_or_default());
        let data = |held: &(usize, &Value)| text(held.1, "mode") == Some("data");
        for (index, resource) in list(module, "resources").iter().enumerate().filter(data) {
            self.push(resource, &path, format!("{pointer}/resources/{index}"));
        }
        for (index, child) in list(module, "child_modules").iter().enumerate() {
            self.data(child, &format!("{pointer}/child_modules/{index}"), depth + 1);
        }
    }

    fn push(&mut self, resource: &Value, module: &str, pointer: String) {
        let (Some(address), Some(kind), Some(name)) =
            (text(resource, "address"), text(resource, "type"), text(resource, "name"))
        else {
            return;
        };
        if !self.seen.insert(address.to_owned()) {
            return;
        }
        self.resources.push(Resource {
            address: address.to_owned(),
            kind: kind.to_owned(),
            pointer,
            values: resource.get("values").cloned().unwrap_or(Value::Null),
            module: module.to_owned(),
            local: local_name(text(resource, "mode"), kind, name),
            index: index_text(resource.get("index")),
        });
    }

    fn raw(&mut self, value: &Value) {
        for (place, resource) in list(value, "resources").iter().enumerate() {
            let (Some(kind), Some(name)) = (text(resource, "type"), text(resource, "name")) else { continue };
            let module = text(resource, "module").unwrap_or_default();
            let local = local_name(text(resource, "mode"), kind, name);
            for (number, instance) in list(resource, "instances").iter().enumerate() {
                let index = index_text(instance.get("index_key"));
                let mut address = if module.is_empty() { local.clone() } else { format!("{module}.{local}") };
                if !index.is_empty() {
                    address += &format!("[{index}]");
                }
                self.resources.push(Resource {
                    address,
                    kind: kind.to_owned(),
                    pointer: format!("#/resources/{place}/instances/{number}"),
                    values: instance.get("attributes").cloned().unwrap_or(Value::Null),
                    module: module_path(module),
                    local: local.clone(),
                    index,
                });
            }
        }
    }

    fn configuration(&mut self, module: &Value, path: &str, depth: usize) {
        if depth > MAX_MODULES {
            return;
        }
        for resource in list(module, "resources") {
            let (Some(kind), Some(name)) = (text(resource, "type"), text(resource, "name")) else { continue };
            let local = local_name(text(resource, "mode"), kind, name);
            let held = resource.get("expressions").cloned().unwrap_or(Value::Null);
            self.expressions.insert((path.to_owned(), local), held);
        }
        for (name, output) in module.get("outputs").and_then(Value::as_object).into_iter().flatten() {
            let held = output.get("expression").cloned().unwrap_or(Value::Null);
            self.outputs.insert((path.to_owned(), name.clone()), held);
        }
        for (name, call) in module.get("module_calls").and_then(Value::as_object).into_iter().flatten() {
            let child = if path.is_empty() { format!("module.{name}") } else { format!("{path}.module.{name}") };
            let held = call.get("expressions").cloned().unwrap_or(Value::Null);
            self.calls.insert((path.to_owned(), name.clone()), held);
            if let Some(held) = call.get("module") {
                self.configuration(held, &child, depth + 1);
            }
        }
    }

    /// Resources of a type.
    pub(crate) fn of_kind<'a>(&'a self, kinds: &'a [&'a str]) -> impl Iterator<Item = &'a Resource> {
        self.resources
            .iter()
            .filter(move |resource| kinds.contains(&resource.kind.as_str()) && !resource.local.starts_with("data."))
    }

    /// Resources and data sources of a type.
    pub(crate) fn any_of_kind<'a>(&'a self, kinds: &'a [&'a str]) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| kinds.contains(&resource.kind.as_str()))
    }

    /// The identifiers a field holds or will hold. `path` leads through blocks: names and, for lists, numbers.
    pub(crate) fn ids(&self, resource: &Resource, path: &[&str]) -> Ids {
        let mut out = Ids::default();
        match value_at(&resource.values, path) {
            Some(Value::String(held)) if !held.is_empty() => {
                out.found.push(held.clone());
                return out;
            }
            Some(Value::Array(held)) if !held.is_empty() && held.iter().all(Value::is_string) => {
                out.found.extend(held.iter().filter_map(Value::as_str).map(ToOwned::to_owned));
                return out;
            }
            _ => {}
        }
        let Some(expression) = self
            .expressions
            .get(&(resource.module.clone(), resource.local.clone()))
            .and_then(|held| expression_at(held, path))
        else {
            return out;
        };
        let (known, mut budget) = (expression.get("constant_value").is_some(), MAX_REFERENCES);
        let references = self.targets(&resource.module, expression, &mut budget);
        for (module, local) in &references {
            let held = self.instances.get(&(module.clone(), local.clone())).map_or(&[][..], Vec::as_slice);
            let same: Vec<usize> =
                held.iter().copied().filter(|index| self.resources[*index].index == resource.index).collect();
            let many = path.last().is_some_and(|last| last.ends_with('s'));
            let chosen = if held.len() > 1 && same.len() == 1 && !many { &same[..] } else { held };
            // A single reference to one of many instances, and no telling which.
            out.open |= held.is_empty() || (chosen.len() > 1 && !many);
            out.found.extend(chosen.iter().map(|index| self.resources[*index].identity()));
        }
        out.found.sort_unstable();
        out.found.dedup();
        out.open |= out.found.is_empty() && !known;
        out
    }

    /// Whether the configuration gives the field at all: one that is nowhere written is empty, not unknown.
    pub(crate) fn is_written(&self, resource: &Resource, path: &[&str]) -> bool {
        let held = self.expressions.get(&(resource.module.clone(), resource.local.clone()));
        held.and_then(|held| expression_at(held, path)).is_some()
    }

    /// The one identifier of a field.
    pub(crate) fn id(&self, resource: &Resource, path: &[&str]) -> Option<String> {
        self.ids(resource, path).found.into_iter().next()
    }

    /// The resources (module, local) an expression names, through variables and outputs.
    fn targets(&self, module: &str, expression: &Value, budget: &mut usize) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let mut references: Vec<&str> = list(expression, "references").iter().filter_map(Value::as_str).collect();
        // Nested blocks hold expressions of their own.
        if let (Some(object), true) = (expression.as_object(), references.is_empty()) {
            references.extend(object.values().flat_map(|held| list(held, "references")).filter_map(Value::as_str));
        }
        for reference in references {
            if *budget == 0 {
                break;
            }
            *budget -= 1;
            let parts: Vec<&str> = reference.split('.').collect();
            match parts.as_slice() {
                ["var", name, ..] => {
                    let (parent, call) = split_module(module);
                    let held = self.calls.get(&(parent.clone(), call)).and_then(|held| held.get(bare(name)));
                    if let Some(held) = held {
                        out.extend(self.targets(&parent, held, budget));
                    }
                }
                ["module", call, output, ..] => {
                    let call = bare(call);
                    let child =
                        if module.is_empty() { format!("module.{call}") } else { format!("{module}.module.{call}") };
                    if let Some(held) = self.outputs.get(&(child.clone(), bare(output).to_owned())) {
                        out.extend(self.targets(&child, held, budget));
                    }
                }
                ["local" | "each" | "count" | "path" | "terraform" | "self", ..] | ["module", _] => {}
                ["data", kind, name, ..] => out.push((module.to_owned(), format!("data.{kind}.{}", bare(name)))),
                [kind, name, ..] => out.push((module.to_owned(), format!("{kind}.{}", bare(name)))),
                _ => {}
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}

fn local_name(mode: Option<&str>, kind: &str, name: &str) -> String {
    if mode == Some("data") { format!("data.{kind}.{name}") } else { format!("{kind}.{name}") }
}

fn index_text(value: Option<&Value>) -> String {
    value.filter(|held| !held.is_null()).map(ToString::to_string).unwrap_or_default()
}

/// A name without its index.
fn bare(name: &str) -> &str {
    name.split('[').next().unwrap_or(name)
}

/// `module.a["x"].module.b` as `module.a.module.b`.
fn module_path(address: &str) -> String {
    let (mut out, mut depth) = (String::with_capacity(address.len()), 0_usize);
    for letter in address.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(letter),
            _ => {}
        }
    }
    out
}

/// (parent, call's name) of a module path.
fn split_module(module: &str) -> (String, String) {
    match module.rfind("module.") {
        Some(place) => (module[..place].trim_end_matches('.').to_owned(), module[place + "module.".len()..].to_owned()),
        None => (String::new(), String::new()),
    }
}

fn value_at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |held, key| match held {
        Value::Array(elements) => elements.get(key.parse::<usize>().ok()?),
        _ => held.get(key),
    })
}

/// An expression by path. A block that is not a list in the configuration stands for each of its instances.
fn expression_at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    let mut held = value;
    for key in path {
        held = match (key.parse::<usize>(), held) {
            (Ok(index), Value::Array(elements)) => elements.get(index).or_else(|| elements.first())?,
            (Ok(_), _) => held,
            (Err(_), Value::Object(object)) if is_expression(object) => return Some(held),
            (Err(_), _) => held.get(key)?,
        };
    }
    Some(held)
}

fn is_expression(object: &Map<String, Value>) -> bool {
    object.contains_key("references") || object.contains_key("constant_value")
}
