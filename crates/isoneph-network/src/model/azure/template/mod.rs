//! ARM templates (`az group export`, what Bicep builds): resources have no identifiers there, and say by expressions what they
//! are called and what they refer to. They become resources as the API answers with them.

mod expression;
mod functions;
mod scope;

use std::cell::Cell;

use serde_json::{Map, Value, json};

use crate::model::json::{list, text};
use functions::identifier;
use scope::{Scope, is_open};

/// The most values that are worked out for one template, beside so many times those that it writes.
const BUDGET: usize = 100_000;
const TIMES: usize = 8;
/// The deepest that templates stand within each other.
const MAX_DEPTH: usize = 8;

/// What a template deploys.
#[derive(Default)]
pub(super) struct Template {
    /// Resources with their places.
    pub(super) resources: Vec<(String, Value)>,
    /// What nobody knows of which resources there are.
    pub(super) doubts: Vec<String>,
    /// Whether it says more than is worked out.
    pub(super) is_cut: bool,
    /// Templates that it refers to, with their places.
    pub(super) elsewhere: Vec<(String, String)>,
}

/// Lists that a template leaves out where nothing is in them.
const LISTS: [(&str, &[&str]); 3] = [
    ("microsoft.network/virtualnetworks", &["subnets", "virtualNetworkPeerings"]),
    ("microsoft.network/networksecuritygroups", &["securityRules"]),
    ("microsoft.network/routetables", &["routes"]),
];

/// Whether a document is a template.
pub(crate) fn is_template(document: &Value) -> bool {
    let named =
        text(document, "$schema").is_some_and(|schema| schema.to_ascii_lowercase().contains("deploymenttemplate"));
    let plain =
        |held: &Value| held.get("id").is_none() && held.get("apiVersion").is_some() && held.get("type").is_some();
    named || list(document, "resources").iter().any(plain)
}

/// Reads a template; `None` where a document is none.
pub(super) fn read(document: &Value) -> Option<Template> {
    if !is_template(document) {
        return None;
    }
    let (budget, mut out) = (Cell::new(BUDGET + TIMES * written(document)), Template::default());
    let scope = Scope::new(document, Map::new(), &budget);
    out.each(document, "#", &scope, None, 0);
    if budget.get() == 0 {
        out.is_cut = true;
        out.doubts.insert(0, "a template that says more than is worked out".into());
    }
    out.join();
    Some(out)
}

/// How many values stand in one.
fn written(value: &Value) -> usize {
    1 + match value {
        Value::Array(held) => held.iter().map(written).sum(),
        Value::Object(held) => held.values().map(written).sum(),
        _ => 0,
    }
}

fn kind(value: &Value) -> String {
    text(value, "type").unwrap_or_default().to_ascii_lowercase()
}

impl Template {
    /// The resources that stand in something: a list, or by names that only the template uses.
    fn each(&mut self, of: &Value, at: &str, scope: &Scope<'_>, parent: Option<(&str, &str)>, depth: usize) {
        let held: Vec<(String, &Value)> = match of.get("resources") {
            Some(Value::Array(held)) => {
                held.iter().enumerate().map(|(index, one)| (format!("{at}/resources/{index}"), one)).collect()
            }
            Some(Value::Object(held)) => {
                held.iter().map(|(name, one)| (format!("{at}/resources/{name}"), one)).collect()
            }
            _ => Vec::new(),
        };
        for (at, raw) in held {
            // What stood before is only named.
            if raw.get("existing") == Some(&Value::Bool(true)) {
                continue;
            }
            match raw.get("copy").map(|copy| (copy, scope.turns_of(copy))) {
                None => self.one(raw, &at, scope, parent, depth),
                Some((copy, Some(turns))) => {
                    let name = text(copy, "name").unwrap_or_default();
                    turns.for_each(|turn| self.one(raw, &at, &scope.turn(name, turn), parent, depth));
                }
                Some((_, None)) => {
                    self.doubts.push(format!("how many there are of {}", text(raw, "name").unwrap_or(&at)));
                    self.one(raw, &at, scope, parent, depth);
                }
            }
        }
    }

    fn one(&mut self, raw: &Value, at: &str, scope: &Scope<'_>, parent: Option<(&str, &str)>, depth: usize) {
        let word = |key: &str| {
            let held = raw.get(key).map(|held| scope.resolve(held));
            held.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let (mut kind, mut name) = (word("type"), word("name"));
        if let Some((above, owner)) = parent
            && !kind.to_ascii_lowercase().starts_with(&above.to_ascii_lowercase())
        {
            kind = format!("{above}/{kind}");
            name = format!("{owner}/{name}");
        } else if let Some((_, owner)) = parent.filter(|_| !name.contains('/')) {
            name = format!("{owner}/{name}");
        }
        match raw.get("condition").map(|held| scope.resolve(held)) {
            None | Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => return,
            Some(held) => {
                let condition = held.as_str().unwrap_or_default();
                self.doubts.push(format!("whether {kind} {name} is deployed, by its condition {condition}"));
            }
        }
        if kind.eq_ignore_ascii_case("microsoft.resources/deployments") {
            return self.within(raw, &name, at, scope, depth);
        }
        if name.is_empty() {
            self.doubts.push(format!("what {kind} at {at} is called"));
        }
        self.resources.push((at.to_owned(), resource(raw, &kind, &name, scope)));
        self.each(raw, at, scope, Some((&kind, &name)), depth);
    }

    /// A template that another one deploys: as Bicep writes modules.
    fn within(&mut self, raw: &Value, name: &str, at: &str, scope: &Scope<'_>, depth: usize) {
        let Some((template, scope)) = scope.deployed(raw).filter(|_| depth < MAX_DEPTH) else {
            return self.elsewhere.push((at.to_owned(), name.to_owned()));
        };
        self.each(template, &format!("{at}/properties/template"), &scope, None, depth + 1);
    }

    /// Gives resources that belong to others to them, and parts the identifiers that they have in answers.
    fn join(&mut self) {
        let (children, mut whole): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.resources).into_iter().partition(|(_, held)| kind(held).matches('/').count() > 1);
        for (at, child) in children {
            let id = text(&child, "id").unwrap_or_default().to_lowercase();
            let mut parts = id.rsplitn(3, '/');
            let (_, _, above) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
            let key = text(&child, "type").and_then(|kind| kind.rsplit('/').next()).unwrap_or_default().to_owned();
            let owner =
                whole.iter_mut().find(|(_, held)| text(held, "id").is_some_and(|id| id.to_lowercase() == above));
            match owner {
                Some((_, owner)) => add(owner, &key, child),
                None => whole.push((at, child)),
            }
        }
        whole.iter_mut().for_each(|(_, held)| complete(held));
        self.resources = whole;
    }
}

/// A resource with its identifier, and all that it says worked out.
fn resource(raw: &Value, kind: &str, name: &str, scope: &Scope<'_>) -> Value {
    let mut out = Map::new();
    let needless = ["resources", "copy", "dependsOn", "type", "name", "id", "condition"];
    for (key, held) in raw.as_object().into_iter().flatten().filter(|(key, _)| !needless.contains(&key.as_str())) {
        out.insert(key.clone(), scope.resolve(held));
    }
    out.insert("type".into(), kind.into());
    out.insert("name".into(), name.rsplit('/').next().unwrap_or(name).into());
    out.insert("id".into(), identifier(kind, &[name]).into());
    Value::Object(out)
}

/// Adds a resource to the list of its owner where that does not hold it already.
fn add(owner: &mut Value, key: &str, child: Value) {
    let Some(properties) = owner.as_object_mut().map(|held| held.entry("properties").or_insert_with(|| json!({})))
    else {
        return;
    };
    let known =
        properties.as_object().and_then(|held| held.keys().find(|held| held.eq_ignore_ascii_case(key)).cloned());
    let key = known.unwrap_or_else(|| camel(key));
    let Some(held) = properties.as_object_mut().map(|held| held.entry(key).or_insert_with(|| json!([]))) else {
        return;
    };
    let name = text(&child, "name").unwrap_or_default().to_owned();
    if let Some(held) = held.as_array_mut() {
        // What stands in both is deployed twice; the resource of its own comes last.
        held.retain(|one| !text(one, "name").is_some_and(|held| held.eq_ignore_ascii_case(&name)));
        held.push(child);
    }
}

/// How fields of such parts are written.
fn camel(key: &str) -> String {
    let known = LISTS.iter().flat_map(|(_, keys)| keys.iter());
    known.copied().find(|held| held.eq_ignore_ascii_case(key)).unwrap_or(key).to_owned()
}

/// Adds what answers would show beside what a template says.
fn complete(resource: &mut Value) {
    let (kind, id) = (kind(resource), text(resource, "id").unwrap_or_default().to_owned());
    let Some(object) = resource.as_object_mut() else { return };
    let Some(properties) = object.entry("properties").or_insert_with(|| json!({})).as_object_mut() else { return };
    for key in LISTS.iter().filter(|(held, _)| *held == kind).flat_map(|(_, keys)| keys.iter()) {
        properties.entry(*key).or_insert_with(|| json!([]));
    }
    for (key, held) in properties.iter_mut() {
        for part in held.as_array_mut().into_iter().flatten() {
            let Some(part) = part.as_object_mut() else { continue };
            if let Some(name) = part.get("name").and_then(Value::as_str).map(ToOwned::to_owned) {
                part.entry("id").or_insert_with(|| format!("{id}/{key}/{name}").into());
            }
            if key.eq_ignore_ascii_case("virtualNetworkPeerings")
                && let Some(peering) = part.entry("properties").or_insert_with(|| json!({})).as_object_mut()
            {
                // What is meant is taken to come about, as in a plan.
                peering.entry("peeringState").or_insert_with(|| "Connected".into());
            }
        }
    }
}

/// Whether a text of a resource is one that a template does not tell.
pub(super) fn is_untold(text: &str) -> bool {
    is_open(&Value::String(text.to_owned()))
}
