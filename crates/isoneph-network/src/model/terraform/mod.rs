//! Terraform's JSON, for readers of every platform: `show -json` of a plan or state, and a raw state file.
//!
//! An identifier that is known only after apply is stood in for by the address of the resource that will have it, found
//! through the references in the configuration. Values that stay unknown are unknown to the readers too.

mod aliases;
mod asides;
mod blocks;
mod conditions;
mod instances;
mod keyed;
mod known;
mod locals;
mod references;
mod steps;
mod unread;
mod written;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use super::json::{list, text};
pub(crate) use unread::{Unread, takes};

/// How deep modules may nest.
const MAX_MODULES: usize = 32;

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
    /// The module's own address, with indexes: `module.a["x"].module.b`, or empty.
    place: String,
    /// `type.name` within the module (`data.type.name` for data sources).
    local: String,
    /// The index key, as text; empty where there is none.
    index: String,
    /// What tells it from a resource of the same address in another document; mostly empty.
    mark: String,
}

type LocalKey = (String, Option<String>, usize);

/// Everything of one document.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) resources: Vec<Resource>,
    /// (module, local) to the resource's expressions in the configuration.
    expressions: BTreeMap<(String, String), Value>,
    /// (module, output) to its expression.
    outputs: BTreeMap<(String, String), Value>,
    /// (parent module, call) to the call as configured.
    calls: BTreeMap<(String, String), Value>,
    /// (module, local) to the expression over which its instances are made.
    repeats: BTreeMap<(String, String), Value>,
    /// Values of the root module's variables.
    variables: BTreeMap<String, Value>,
    /// What variables of called modules are when they are given nothing, by module.
    defaults: BTreeMap<(String, String), Value>,
    /// Address to what of a resource is known only after apply.
    unknown: BTreeMap<String, Value>,
    /// (module, local) of data sources that are read only while the plan is carried out.
    later: BTreeSet<(String, String)>,
    /// (module, local) to the instances.
    instances: BTreeMap<(String, String), Vec<usize>>,
    /// (module, variable or output of a called module) of which a part is named by a text somewhere: they are no lists.
    keyed: BTreeSet<(String, String)>,
    /// Names of provider configurations to the regions they are for.
    regions: BTreeMap<String, String>,
    /// (module, local) to the name of the provider configuration.
    providers: BTreeMap<(String, String), String>,
    /// (module, its instance, field) to what a local there may hold that the field takes, as far as it was asked.
    locals: RefCell<BTreeMap<LocalKey, Option<Vec<String>>>>,
    /// (address, blocks) to the blocks of the configuration that may stand behind each of the plan, as far as it was asked.
    behind: RefCell<BTreeMap<(String, String), Rc<blocks::Behind>>>,
    /// (instance of a module, local, field) to what it holds, where that is settled.
    settled: BTreeMap<(String, String, usize), String>,
    /// Kinds that readers asked for: what is of another is read by none.
    asked: RefCell<BTreeSet<String>>,
    /// Addresses taken so far: a data source may stand in the plan and in the prior state.
    seen: BTreeSet<String>,
}

/// Identifiers of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ids {
    /// Those found.
    pub(crate) found: Vec<String>,
    /// Whether the field may hold more than these.
    pub(crate) open: bool,
    /// Whether it is open for what stood before the plan alone: whatever the plan makes, and may be meant, is among those found.
    pub(crate) older: bool,
    /// Whether these are candidates, of which not all need hold.
    pub(crate) choice: bool,
    /// Of those found, which are named by their own identifiers.
    pub(crate) own: BTreeSet<String>,
    /// Of those found, of which a part is named, or the whole: what that holds need not be themselves.
    pub(crate) parts: BTreeSet<String>,
    /// Whether something that is named could not be followed.
    pub(crate) lost: bool,
}

impl Ids {
    /// Notes that it may hold more than is found.
    pub(crate) fn loosen(&mut self) {
        (self.open, self.older) = (true, false);
    }

    /// Notes that a reference in it could not be followed: a field of several may hold more.
    fn lose(&mut self, several: bool) {
        self.open |= several;
        self.lost = true;
    }

    /// Adds what another field holds beside this one.
    pub(crate) fn join(&mut self, more: Self) {
        let other = (self.open && !self.older) || (more.open && !more.older);
        self.open |= more.open;
        self.older = self.open && !other;
        self.choice |= more.choice;
        self.lost |= more.lost;
        self.found.extend(more.found);
        self.own.extend(more.own);
        self.parts.extend(more.parts);
    }
}

/// Whether a document is Terraform's.
pub(crate) fn recognises(value: &Value) -> bool {
    let shown = value.get("format_version").is_some()
        && (value.get("planned_values").is_some() || value.get("values").is_some());
    shown || (value.get("terraform_version").is_some() && value.get("resources").is_some_and(Value::is_array))
}

impl Resource {
    /// What all instances of it in one module share.
    pub(crate) fn repeated(&self) -> (&str, &str) {
        (&self.place, &self.local)
    }

    /// Whether the document makes it, and does not only look it up.
    pub(crate) fn is_managed(&self) -> bool {
        !self.local.starts_with("data.")
    }

    /// Whether it stands in an instance of a module, or in what that calls.
    fn is_in(&self, place: &str) -> bool {
        self.place.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// Its identifier, or its address where that is known only after apply.
    pub(crate) fn identity(&self) -> String {
        text(&self.values, "id").map_or_else(|| self.key(), ToOwned::to_owned)
    }

    /// Its address, told apart from the same address in another document.
    pub(crate) fn key(&self) -> String {
        format!("{}{}", self.address, self.mark)
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
        for (name, held) in value.get("variables").and_then(Value::as_object).into_iter().flatten() {
            out.variables.insert(name.clone(), held.get("value").cloned().unwrap_or(Value::Null));
        }
        out.provider_regions(value);
        out.forgotten(value);
        for change in list(value, "resource_changes") {
            let held = change.get("change").and_then(|held| held.get("after_unknown"));
            if let (Some(address), Some(held)) = (text(change, "address"), held.filter(|held| held.is_object())) {
                out.unknown.insert(address.to_owned(), held.clone());
            }
        }
        out.leave_out_later();
        for (index, resource) in out.resources.iter().enumerate() {
            out.instances.entry((resource.module.clone(), resource.local.clone())).or_default().push(index);
        }
        out.settle();
        out
    }

    /// What a plan lets go of (`removed` with `destroy = false`) stays as it is, though no state holds it.
    fn forgotten(&mut self, value: &Value) {
        let changes = list(value, "resource_changes").iter().enumerate();
        let is_forgotten = |change: &Value| {
            change
                .pointer("/change/actions")
                .and_then(Value::as_array)
                .is_some_and(|all| all.contains(&"forget".into()))
        };
        for (number, change) in changes.filter(|(_, change)| is_forgotten(change)) {
            let mut resource = change.clone();
            resource["values"] = change.pointer("/change/before").cloned().unwrap_or(Value::Null);
            let place = text(change, "module_address").unwrap_or_default();
            self.push(&resource, place, format!("#/resource_changes/{number}"));
        }
    }

    /// The regions that provider configurations are written to be for.
    fn provider_regions(&mut self, value: &Value) {
        let configurations = value.pointer("/configuration/provider_config").and_then(Value::as_object);
        for (name, held) in configurations.into_iter().flatten() {
            let Some(written) = held.pointer("/expressions/region") else { continue };
            let variable = list(written, "references").first().and_then(Value::as_str);
            let given = variable.and_then(|held| self.variables.get(held.strip_prefix("var.")?)?.as_str());
            if let Some(region) = text(written, "constant_value").or(given) {
                self.regions.insert(name.clone(), region.to_owned());
            }
        }
    }

    /// The region of the provider configuration that makes a resource.
    pub(crate) fn region(&self, resource: &Resource) -> Option<String> {
        let provider = self.providers.get(&(resource.module.clone(), resource.local.clone()))?;
        // A module's own name for what it is given: known where there is but one region.
        let only = || self.regions.values().next().filter(|first| self.regions.values().all(|held| held == *first));
        self.regions.get(provider).or_else(only).cloned()
    }

    fn module(&mut self, module: &Value, pointer: &str, depth: usize) {
        if depth > MAX_MODULES {
            return;
        }
        let place = text(module, "address").unwrap_or_default();
        for (index, resource) in list(module, "resources").iter().enumerate() {
            self.push(resource, place, format!("{pointer}/resources/{index}"));
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
        let place = text(module, "address").unwrap_or_default();
        let data = |held: &(usize, &Value)| text(held.1, "mode") == Some("data");
        for (index, resource) in list(module, "resources").iter().enumerate().filter(data) {
            self.push(resource, place, format!("{pointer}/resources/{index}"));
        }
        for (index, child) in list(module, "child_modules").iter().enumerate() {
            self.data(child, &format!("{pointer}/child_modules/{index}"), depth + 1);
        }
    }

    fn push(&mut self, resource: &Value, place: &str, pointer: String) {
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
            module: module_path(place),
            place: place.to_owned(),
            local: local_name(text(resource, "mode"), kind, name),
            index: index_text(resource.get("index")),
            mark: String::new(),
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
                    place: module.to_owned(),
                    local: local.clone(),
                    index,
                    mark: String::new(),
                });
            }
        }
    }

    fn configuration(&mut self, module: &Value, path: &str, depth: usize) {
        if depth > MAX_MODULES {
            return;
        }
        self.note_keyed(module, path);
        for resource in list(module, "resources") {
            let (Some(kind), Some(name)) = (text(resource, "type"), text(resource, "name")) else { continue };
            let local = local_name(text(resource, "mode"), kind, name);
            let held = resource.get("expressions").cloned().unwrap_or(Value::Null);
            let provider = text(resource, "provider_config_key").unwrap_or(kind.split('_').next().unwrap_or_default());
            self.providers.insert((path.to_owned(), local.clone()), provider.to_owned());
            for key in ["for_each_expression", "count_expression"] {
                if let Some(over) = resource.get(key) {
                    self.repeats.insert((path.to_owned(), local.clone()), over.clone());
                }
            }
            self.expressions.insert((path.to_owned(), local), held);
        }
        for (name, output) in module.get("outputs").and_then(Value::as_object).into_iter().flatten() {
            let held = output.get("expression").cloned().unwrap_or(Value::Null);
            self.outputs.insert((path.to_owned(), name.clone()), held);
        }
        for (name, variable) in module.get("variables").and_then(Value::as_object).into_iter().flatten() {
            if let Some(held) = variable.get("default") {
                self.defaults.insert((path.to_owned(), name.clone()), held.clone());
            }
        }
        for (name, call) in module.get("module_calls").and_then(Value::as_object).into_iter().flatten() {
            let child = if path.is_empty() { format!("module.{name}") } else { format!("{path}.module.{name}") };
            let mut held = call.clone();
            if let Some(object) = held.as_object_mut() {
                object.remove("module");
            }
            self.calls.insert((path.to_owned(), name.clone()), held);
            if let Some(held) = call.get("module") {
                self.configuration(held, &child, depth + 1);
            }
        }
    }

    /// Tells resources that have no identifier yet from those of other documents that have the same address: two plans
    /// are two estates, though both may call their network `aws_vpc.main`.
    pub(crate) fn tell_apart(&mut self, taken: &mut BTreeSet<String>, path: &str) {
        let mut unnamed = self.resources.iter_mut().filter(|held| text(&held.values, "id").is_none());
        let own: Vec<String> = unnamed.by_ref().map(|held| held.address.clone()).collect();
        if own.iter().any(|address| taken.contains(address)) {
            let unnamed = self.resources.iter_mut().filter(|held| text(&held.values, "id").is_none());
            unnamed.for_each(|held| held.mark = format!(" of {path}"));
            self.settle();
        }
        taken.extend(own);
    }

    /// Resources of a type.
    pub(crate) fn of_kind<'a>(&'a self, kinds: &'a [&'a str]) -> impl Iterator<Item = &'a Resource> {
        self.any_of_kind(kinds).filter(|resource| resource.is_managed())
    }

    /// Resources and data sources of a type.
    pub(crate) fn any_of_kind<'a>(&'a self, kinds: &'a [&'a str]) -> impl Iterator<Item = &'a Resource> {
        let mut asked = self.asked.borrow_mut();
        for kind in kinds.iter().filter(|kind| !asked.contains(**kind)).collect::<Vec<_>>() {
            asked.insert((*kind).to_owned());
        }
        self.resources.iter().filter(move |resource| kinds.contains(&resource.kind.as_str()))
    }
}

fn local_name(mode: Option<&str>, kind: &str, name: &str) -> String {
    if mode == Some("data") { format!("data.{kind}.{name}") } else { format!("{kind}.{name}") }
}

fn index_text(value: Option<&Value>) -> String {
    value.filter(|held| !held.is_null()).map(ToString::to_string).unwrap_or_default()
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
