//! What of an input is not followed, with a digest of what it says: two states of a network are only the same where what
//! nobody understands of them is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::json::{list, text};
use super::{Problem, Unsupported};
use crate::digest::sha256;

/// What two states are compared by beside the form.
#[derive(Debug, Default)]
pub(crate) struct Unfollowed {
    /// Objects whose effect is not modelled.
    pub(crate) objects: BTreeSet<Object>,
    /// Objects that are read, and of which the form keeps not all they say where something of them is not understood.
    pub(crate) in_part: BTreeSet<Object>,
    /// By place in the configuration of a plan: what an expression refers to. What it will be may be known after apply only.
    pub(crate) references: BTreeMap<String, BTreeSet<String>>,
    /// Addresses of resources of which a plan does not know all before apply.
    pub(crate) later: BTreeSet<String>,
    /// What could not be read, and what files say differently of one object.
    pub(crate) unread: BTreeSet<String>,
    /// Of these, what is said of whole files: nobody knows what they hold.
    pub(crate) files: BTreeSet<String>,
}

/// An object of the input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Object {
    /// How a reader knows it.
    pub(crate) name: String,
    /// Of what it says.
    pub(crate) digest: String,
}

impl Unfollowed {
    /// Takes what a document holds of it. `found` are those of its objects that no reader follows, and `locator` is its own.
    pub(super) fn take(&mut self, document: &Value, locator: &str, found: &[Unsupported]) {
        let wanted: BTreeSet<&str> = found.iter().map(|held| held.locator.as_str()).collect();
        let mut addressed = BTreeMap::new();
        if !wanted.is_empty() {
            by_address(document, "", &wanted, &mut addressed);
        }
        for held in found {
            let pointed = held.locator.strip_prefix(locator).and_then(|rest| document.pointer(rest));
            let object = match (pointed, addressed.get(held.locator.as_str())) {
                (Some(value), _) => Object::of(value, &held.kind, &held.locator),
                (None, Some(told)) => Object::new(&held.kind, &held.locator, &told.join("\n")),
                // Where it stands is not told: whatever the document says may be about it.
                (None, None) => Object::new(&held.kind, &held.locator, &document.to_string()),
            };
            self.objects.insert(object);
        }
        let items = document.get("items").and_then(Value::as_array);
        for value in items.map_or(std::slice::from_ref(document), Vec::as_slice) {
            // Lists of one kind say it once, above: `NetworkPolicyList`.
            let kind = text(value, "kind").or_else(|| text(document, "kind")?.strip_suffix("List")).unwrap_or_default();
            if kind.ends_with("Policy") && value.get("metadata").is_some() {
                self.in_part.insert(Object::of(value, kind, locator));
            }
        }
        let changes = list(document, "resource_changes").iter();
        let later = changes.filter(|held| held.pointer("/change/after_unknown").is_some_and(has_unknown));
        self.later.extend(later.filter_map(|held| text(held, "address").map(str::to_owned)));
        if let Some(configuration) = document.get("configuration") {
            references(configuration, "", &mut self.references);
        }
    }

    /// Takes what could not be read.
    pub(super) fn take_unread(&mut self, problems: &[Problem]) {
        self.unread.extend(problems.iter().map(|problem| problem.message.clone()));
        let files = problems.iter().filter(|problem| problem.source.is_none());
        self.files.extend(files.map(|problem| problem.message.clone()));
    }

    /// Takes what an input lacks.
    pub(super) fn take_lack(&mut self, found: &Unsupported) {
        self.objects.insert(Object::new(&found.kind, "", &found.effect));
    }

    /// Takes something that is told of a whole source.
    pub(super) fn take_of_source(&mut self, found: &[Unsupported], digest: impl Fn(usize) -> String) {
        self.objects.extend(found.iter().map(|held| Object::new(&held.kind, &held.locator, &digest(held.source))));
    }
}

impl Object {
    fn new(kind: &str, name: &str, content: &str) -> Self {
        Self { name: format!("{kind} {name}"), digest: sha256(content.as_bytes()) }
    }

    /// An object by the name it has, or by its place.
    fn of(value: &Value, kind: &str, place: &str) -> Self {
        let Some(metadata) = value.get("metadata") else {
            let name = ["name", "Name", "id"].iter().find_map(|key| text(value, key)).unwrap_or(place);
            return Self::new(kind, name, &value.to_string());
        };
        let name = text(metadata, "name").unwrap_or(place);
        let name = text(metadata, "namespace").map_or_else(|| name.to_owned(), |space| format!("{space}/{name}"));
        Self::new(kind, &name, &without_state(value, metadata).to_string())
    }
}

/// An object of a cluster without what the server writes beside what it was told: that differs every time it is asked.
fn without_state(value: &Value, metadata: &Value) -> Value {
    let kept = |held: &Value, keep: &dyn Fn(&str) -> bool| -> Map<String, Value> {
        let fields = held.as_object().into_iter().flatten().filter(|(key, _)| keep(key));
        fields.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let mut out = kept(value, &|key| key != "status");
    let metadata = kept(metadata, &|key| ["name", "namespace", "labels", "generateName"].contains(&key));
    out.insert("metadata".into(), Value::Object(metadata));
    Value::Object(out)
}

/// All that a document of Terraform says of resources, by address: values, what is known after apply, configuration.
fn by_address(value: &Value, module: &str, wanted: &BTreeSet<&str>, out: &mut BTreeMap<String, Vec<String>>) {
    match value {
        Value::Object(held) => {
            let address = text(value, "address").map(str::to_owned).or_else(|| of_state(value));
            if let Some(address) = address {
                let own = if module.is_empty() { address } else { format!("{module}.{address}") };
                // In the configuration and in a state one stands for all that are counted.
                let longer =
                    wanted.range(own.as_str()..).map_while(|name| Some((name, name.strip_prefix(own.as_str())?)));
                for (name, _) in longer.filter(|(_, rest)| rest.is_empty() || rest.starts_with('[')) {
                    out.entry((*name).to_owned()).or_default().push(value.to_string());
                }
            }
            for (key, inner) in held {
                match (key.as_str(), inner) {
                    ("module_calls", Value::Object(calls)) => {
                        for (name, call) in calls {
                            let dot = if module.is_empty() { "" } else { "." };
                            by_address(call, &format!("{module}{dot}module.{name}"), wanted, out);
                        }
                    }
                    _ => by_address(inner, module, wanted, out),
                }
            }
        }
        Value::Array(held) => held.iter().for_each(|inner| by_address(inner, module, wanted, out)),
        _ => {}
    }
}

/// The address of a resource in a raw state.
fn of_state(value: &Value) -> Option<String> {
    value.get("instances")?;
    let (kind, name) = (text(value, "type")?, text(value, "name")?);
    let data = if text(value, "mode") == Some("data") { "data." } else { "" };
    let module = text(value, "module").map_or_else(String::new, |module| format!("{module}."));
    Some(format!("{module}{data}{kind}.{name}"))
}

fn has_unknown(value: &Value) -> bool {
    match value {
        Value::Bool(unknown) => *unknown,
        Value::Array(held) => held.iter().any(has_unknown),
        Value::Object(held) => held.values().any(has_unknown),
        _ => false,
    }
}

/// What each expression of a configuration refers to.
fn references(value: &Value, place: &str, out: &mut BTreeMap<String, BTreeSet<String>>) {
    let below = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place} {key}") };
    match value {
        Value::Object(held) => {
            if let Some(named) = held.get("references").and_then(Value::as_array) {
                let named = named.iter().filter_map(Value::as_str).map(str::to_owned);
                out.entry(place.to_owned()).or_default().extend(named);
                return;
            }
            for (key, inner) in held {
                // These only say where the next name stands.
                let is_way = ["root_module", "resources", "expressions", "module_calls", "module"];
                let next = if is_way.contains(&key.as_str()) { place.to_owned() } else { below(key) };
                references(inner, &next, out);
            }
        }
        Value::Array(held) => {
            for (index, inner) in held.iter().enumerate() {
                let next = text(inner, "address").map_or_else(|| below(&index.to_string()), below);
                references(inner, &next, out);
            }
        }
        _ => {}
    }
}
