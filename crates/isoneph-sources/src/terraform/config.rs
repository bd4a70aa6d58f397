//! The configuration part of a plan: what refers to what, as written, and the constants of provider blocks. Values are
//! not kept: the plan has them resolved.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Map, Value};

/// The names that an expression refers to, in the plan's own order: the longest form of each first.
pub(crate) type Names = Vec<Rc<str>>;

/// A whole configuration.
#[derive(Debug, Default)]
pub(crate) struct Config {
    pub(crate) providers: BTreeMap<String, ProviderConfig>,
    pub(crate) root: Module,
}

/// A provider block.
#[derive(Debug, Default)]
pub(crate) struct ProviderConfig {
    /// The constraint on the provider's version, as written.
    pub(crate) version: Option<String>,
    /// Texts that are constants: `region`, `project`, `subscription_id` …
    pub(crate) constants: BTreeMap<String, Vec<String>>,
    /// Default tags or labels: `None` when there are some that are not constants.
    pub(crate) tags: Option<BTreeMap<String, String>>,
}

/// A module's configuration.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Resources, by `type.name`.
    pub(crate) resources: HashMap<Box<str>, ConfigResource>,
    pub(crate) calls: HashMap<Box<str>, Call>,
    /// What each output refers to.
    pub(crate) outputs: HashMap<Box<str>, Names>,
}

/// A call of a module.
#[derive(Debug, Default)]
pub(crate) struct Call {
    /// What each argument refers to; an argument that is a constant has an empty entry.
    pub(crate) arguments: HashMap<Box<str>, Names>,
    pub(crate) for_each: Names,
    pub(crate) module: Module,
}

/// A resource as configured.
#[derive(Debug, Default)]
pub(crate) struct ConfigResource {
    pub(crate) provider: Rc<str>,
    /// What each attribute refers to: its path without indices, and the names. A path has several entries when its
    /// block occurs several times.
    pub(crate) references: Vec<(Rc<str>, Names)>,
    pub(crate) for_each: Names,
}

impl Module {
    /// The configuration of a module by the names of the calls that lead to it.
    pub(crate) fn descend<'a>(&'a self, names: &[&str]) -> Option<&'a Module> {
        names.iter().try_fold(self, |module, name| Some(&module.calls.get(*name)?.module))
    }
}

impl Config {
    /// The provider block of a key as resources carry it: `aws`, `aws.west`, `module.m:aws`.
    pub(crate) fn provider(&self, key: &str) -> Option<&ProviderConfig> {
        // A module without a provider block of its own is given its caller's; older versions write its key with the
        // module's name all the same.
        self.providers.get(key).or_else(|| self.providers.get(key.rsplit_once(':')?.1))
    }
}

/// Keeps each distinct text once.
#[derive(Debug, Default)]
pub(crate) struct Texts(std::collections::HashSet<Rc<str>>);

impl Texts {
    /// The one copy of a text.
    pub(crate) fn keep(&mut self, text: &str) -> Rc<str> {
        if let Some(kept) = self.0.get(text) {
            return Rc::clone(kept);
        }
        let kept: Rc<str> = Rc::from(text);
        self.0.insert(Rc::clone(&kept));
        kept
    }
}

#[derive(Deserialize)]
pub(crate) struct RawResource {
    #[serde(default)]
    mode: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    provider_config_key: String,
    #[serde(default)]
    expressions: Value,
    #[serde(default)]
    for_each_expression: Value,
}

impl RawResource {
    /// The resource with the key it has in its module, `None` for what is not managed.
    pub(crate) fn keep(self, texts: &mut Texts) -> Option<(Box<str>, ConfigResource)> {
        let prefix = match self.mode.as_str() {
            "managed" => "",
            "data" => "data.",
            _ => return None,
        };
        let mut references = Vec::new();
        if prefix.is_empty() {
            collect(&self.expressions, &mut String::new(), texts, &mut references);
        }
        let resource = ConfigResource {
            provider: texts.keep(&self.provider_config_key),
            references,
            for_each: names_of(&self.for_each_expression, texts),
        };
        Some((format!("{prefix}{}.{}", self.kind, self.name).into_boxed_str(), resource))
    }
}

/// The names that one expression refers to.
pub(crate) fn names_of(expression: &Value, texts: &mut Texts) -> Names {
    let Some(Value::Array(references)) = expression.get("references") else { return Vec::new() };
    references.iter().filter_map(Value::as_str).map(|name| texts.keep(name)).collect()
}

/// The arguments of a module call.
pub(crate) fn arguments_of(expressions: &Value, texts: &mut Texts) -> HashMap<Box<str>, Names> {
    let Value::Object(map) = expressions else { return HashMap::new() };
    map.iter().map(|(name, expression)| (name.as_str().into(), names_of(expression, texts))).collect()
}

fn is_expression(map: &Map<String, Value>) -> bool {
    map.is_empty() || map.get("references").is_some_and(Value::is_array) || map.contains_key("constant_value")
}

/// Collects what attributes refer to, through nested blocks. The depth is bounded by that of the JSON that was parsed.
fn collect(value: &Value, path: &mut String, texts: &mut Texts, into: &mut Vec<(Rc<str>, Names)>) {
    match value {
        Value::Array(blocks) => {
            for block in blocks {
                collect(block, path, texts, into);
            }
        }
        Value::Object(map) if !path.is_empty() && is_expression(map) => {
            let names = names_of(value, texts);
            // A constant is kept as well: it says that this occurrence of the block refers to nothing.
            into.push((texts.keep(path), names));
        }
        Value::Object(map) => {
            for (name, value) in map {
                let length = path.len();
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                collect(value, path, texts, into);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

#[derive(Deserialize)]
pub(crate) struct RawProvider {
    #[serde(default)]
    version_constraint: Option<String>,
    #[serde(default)]
    expressions: Value,
}

impl RawProvider {
    /// What is kept of a provider block. Only what places resources is looked at: never keys or tokens.
    pub(crate) fn keep(self) -> ProviderConfig {
        const PLACING: [&str; 7] =
            ["region", "allowed_account_ids", "project", "zone", "subscription_id", "tenant_id", "location"];
        let mut constants = BTreeMap::new();
        for name in PLACING {
            if let Some(texts) = self.expressions.get(name).and_then(constant_texts) {
                constants.insert(name.to_owned(), texts);
            }
        }
        let assumed = self.expressions.get("assume_role").and_then(first_block).and_then(|block| block.get("role_arn"));
        if let Some(texts) = assumed.and_then(constant_texts) {
            constants.insert("assume_role".to_owned(), texts);
        }
        ProviderConfig { version: self.version_constraint, constants, tags: default_tags(&self.expressions) }
    }
}

fn first_block(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(blocks) => blocks.first(),
        Value::Object(_) => Some(value),
        _ => None,
    }
}

fn constant_texts(expression: &Value) -> Option<Vec<String>> {
    match expression.get("constant_value")? {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// Default tags (AWS) or labels (Google). Some that are not constants make all of them unknown.
fn default_tags(expressions: &Value) -> Option<BTreeMap<String, String>> {
    let tags = expressions.get("default_tags").and_then(first_block).and_then(|block| block.get("tags"));
    let Some(expression) = tags.or_else(|| expressions.get("default_labels")) else { return Some(BTreeMap::new()) };
    let Some(Value::Object(map)) = expression.get("constant_value") else { return None };
    map.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_found_through_nested_blocks_and_constants_leave_an_empty_entry() {
        let raw: RawResource = serde_json::from_value(json!({
            "mode": "managed", "type": "aws_x", "name": "y", "provider_config_key": "aws",
            "expressions": {
                "bucket": {"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"]},
                "rule": [{"key": {"references": ["var.k"]}}, {"key": {"constant_value": "k"}}]
            }
        }))
        .unwrap();
        let (key, resource) = raw.keep(&mut Texts::default()).unwrap();
        assert_eq!(&*key, "aws_x.y");
        let listed: Vec<(&str, usize)> = resource.references.iter().map(|(path, n)| (&**path, n.len())).collect();
        assert_eq!(listed, [("bucket", 2), ("rule.key", 1), ("rule.key", 0)]);
    }

    #[test]
    fn of_a_provider_block_only_what_places_resources_is_kept() {
        let raw: RawProvider = serde_json::from_value(json!({
            "version_constraint": "~> 5.0",
            "expressions": {
                "region": {"constant_value": "eu-west-1"},
                "secret_key": {"constant_value": "hunter2"},
                "assume_role": [{"role_arn": {"constant_value": "arn:aws:iam::111122223333:role/x"}}],
                "default_tags": [{"tags": {"references": ["local.tags"]}}]
            }
        }))
        .unwrap();
        let config = raw.keep();
        assert_eq!(config.constants.keys().collect::<Vec<_>>(), ["assume_role", "region"]);
        assert_eq!(config.tags, None);
    }
}
