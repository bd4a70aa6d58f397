//! Reading the attributes of a resource, or of a block nested in one, with what is unknown and what is sensitive kept
//! beside the values at every depth.

use isoneph_model::GapCode;
use isoneph_tables::Instant;
use serde_json::Value;

use super::attr::Attr;
use super::mask::Mask;
use super::pointer::escape;

/// A resource's values, or a block nested in them.
#[derive(Debug, Clone)]
pub(crate) struct Block<'a> {
    value: Option<&'a Value>,
    unknown: &'a Mask,
    sensitive: &'a Mask,
    path: String,
}

/// What stands at a path.
struct Found<'a> {
    value: Option<&'a Value>,
    unknown: &'a Mask,
    sensitive: &'a Mask,
    path: String,
}

impl<'a> Block<'a> {
    /// The values of a whole resource.
    pub(crate) fn root(value: &'a Value, unknown: &'a Mask, sensitive: &'a Mask) -> Block<'a> {
        Block { value: Some(value), unknown, sensitive, path: String::new() }
    }

    /// Where the block is, as attribute names and indices joined by dots: `ingress.0`. Empty for the whole resource.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Where the block is in its resource, as a JSON pointer: `/values/ingress/0`.
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = String::from("/values");
        for segment in self.path.split('.').filter(|s| !s.is_empty()) {
            pointer.push('/');
            pointer.push_str(&escape(segment));
        }
        pointer
    }

    /// What tells a row about this block from its siblings: `#ingress/0`.
    pub(crate) fn uid_suffix(&self) -> String {
        format!("#{}", self.path.replace('.', "/"))
    }

    /// The path of an attribute of this block, seen from the resource.
    pub(crate) fn path_of(&self, path: &str) -> String {
        if self.path.is_empty() { path.to_owned() } else { format!("{}.{path}", self.path) }
    }

    fn find(&self, path: &str) -> Found<'a> {
        let mut found =
            Found { value: self.value, unknown: self.unknown, sensitive: self.sensitive, path: self.path.clone() };
        for segment in path.split('.').filter(|s| !s.is_empty()) {
            found = found.step(segment);
        }
        found
    }

    fn read<T>(&self, path: &str, read: impl FnOnce(&'a Value) -> Option<Attr<T>>) -> Attr<T> {
        let found = self.find(path);
        match found.state() {
            State::Unknown(code) => Attr::Unknown(code),
            State::Unset => Attr::Unset,
            State::Set(value) => read(value).unwrap_or(Attr::Unknown(GapCode::Unreadable)),
        }
    }

    /// Whether the schema that the input was written with has this attribute at all.
    pub(crate) fn knows(&self, path: &str) -> bool {
        let found = self.find(path);
        found.value.is_some() || found.unknown.is_any()
    }

    /// Whether the attribute has a value that is not null, empty text or an empty list. Also of sensitive ones.
    pub(crate) fn is_set(&self, path: &str) -> Attr<bool> {
        let found = self.find(path);
        match (found.is_unknown(), found.value) {
            (true, _) => Attr::Unknown(GapCode::AfterApply),
            (false, value) => Attr::Known(value.is_some_and(|value| !is_empty(value))),
        }
    }

    /// A text. Empty is "not set"; a sensitive one is never given.
    pub(crate) fn text(&self, path: &str) -> Attr<String> {
        self.read(path, |value| text_of(value).map(Attr::Known))
    }

    /// True or false, also where the provider's schema writes it as a text.
    pub(crate) fn bool(&self, path: &str) -> Attr<bool> {
        self.read(path, |value| match value {
            Value::Bool(value) => Some(Attr::Known(*value)),
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "1" => Some(Attr::Known(true)),
                "false" | "0" => Some(Attr::Known(false)),
                _ => None,
            },
            _ => None,
        })
    }

    /// A whole number, also where the provider's schema writes it as a text.
    pub(crate) fn int(&self, path: &str) -> Attr<i64> {
        self.read(path, |value| match value {
            Value::Number(number) => whole(number).map(Attr::Known),
            Value::String(text) => text.trim().parse().ok().map(Attr::Known),
            _ => None,
        })
    }

    /// An instant, written as RFC 3339.
    pub(crate) fn time(&self, path: &str) -> Attr<Instant> {
        self.text(path).and_then(|text| match text.parse::<jiff::Timestamp>() {
            Ok(time) => Attr::Known(Instant(time.as_microsecond())),
            Err(_) => Attr::Unknown(GapCode::Unreadable),
        })
    }

    /// A list of texts, in the order written. One element that is unknown or sensitive makes the list so.
    pub(crate) fn texts(&self, path: &str) -> Attr<Vec<String>> {
        let found = self.find(path);
        match found.state() {
            State::Unknown(code) => return Attr::Unknown(code),
            State::Unset => return Attr::Unset,
            State::Set(_) if found.unknown.is_any() => return Attr::Unknown(GapCode::AfterApply),
            State::Set(_) if found.sensitive.is_any() => return Attr::Unknown(GapCode::Unreadable),
            State::Set(_) => {}
        }
        match found.value {
            Some(Value::Array(items)) => {
                let texts: Option<Vec<String>> = items.iter().map(text_of).collect();
                texts.map_or(Attr::Unknown(GapCode::Unreadable), Attr::Known)
            }
            Some(value) => text_of(value).map_or(Attr::Unknown(GapCode::Unreadable), |text| Attr::Known(vec![text])),
            None => Attr::Unset,
        }
    }

    /// A map of texts, as `key=value`, sorted; entries that are null are left out.
    pub(crate) fn pairs(&self, path: &str) -> Attr<Vec<String>> {
        let found = self.find(path);
        match found.state() {
            State::Unknown(code) => Attr::Unknown(code),
            State::Unset => Attr::Unset,
            State::Set(_) if found.unknown.is_any() => Attr::Unknown(GapCode::AfterApply),
            State::Set(_) if found.sensitive.is_any() => Attr::Unknown(GapCode::Unreadable),
            State::Set(Value::Object(map)) => {
                let mut pairs: Vec<String> = map
                    .iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(key, value)| format!("{key}={}", text_of(value).unwrap_or_default()))
                    .collect();
                pairs.sort();
                Attr::Known(pairs)
            }
            State::Set(_) => Attr::Unknown(GapCode::Unreadable),
        }
    }

    /// The blocks at a path: a list of objects, or one object. None known to be there is an empty list.
    pub(crate) fn blocks(&self, path: &str) -> Attr<Vec<Block<'a>>> {
        let found = self.find(path);
        if found.is_unknown() {
            return Attr::Unknown(GapCode::AfterApply);
        }
        match found.value {
            None | Some(Value::Null) => Attr::Known(Vec::new()),
            Some(Value::Array(items)) => {
                let count = items.len();
                Attr::Known((0..count).map(|i| found.child(&i.to_string(), i)).collect())
            }
            Some(Value::Object(_)) => Attr::Known(vec![found.into_block()]),
            Some(_) => Attr::Unknown(GapCode::Unreadable),
        }
    }

    /// The one block at a path (`MaxItems: 1` in the provider's schema).
    pub(crate) fn block(&self, path: &str) -> Attr<Block<'a>> {
        match self.blocks(path) {
            Attr::Known(mut blocks) if !blocks.is_empty() => Attr::Known(blocks.swap_remove(0)),
            Attr::Known(_) | Attr::Unset => Attr::Unset,
            Attr::Unknown(code) => Attr::Unknown(code),
        }
    }

    /// Decides something about a text without giving it: the one way to look into a sensitive one.
    pub(crate) fn decide(&self, path: &str, decide: impl FnOnce(&str) -> bool) -> Attr<bool> {
        let found = self.find(path);
        match (found.is_unknown(), found.value) {
            (true, _) => Attr::Unknown(GapCode::AfterApply),
            (false, Some(Value::String(text))) if !text.is_empty() => Attr::Known(decide(text)),
            (false, None | Some(Value::Null | Value::String(_))) => Attr::Unset,
            (false, Some(_)) => Attr::Unknown(GapCode::Unreadable),
        }
    }

    /// Decides something about the entries of a map (name, text) without giving them; true as soon as one is. An entry
    /// that is unknown leaves it unknown, unless another decides.
    pub(crate) fn decide_any(&self, path: &str, decide: impl Fn(&str, &str) -> bool) -> Attr<bool> {
        let found = self.find(path);
        match (found.is_unknown(), found.value) {
            (true, _) => Attr::Unknown(GapCode::AfterApply),
            (false, None | Some(Value::Null)) => Attr::Unset,
            (false, Some(Value::Object(map))) => {
                let any = map.iter().any(|(key, value)| value.as_str().is_some_and(|text| decide(key, text)));
                match (any, found.unknown.is_any()) {
                    (false, true) => Attr::Unknown(GapCode::AfterApply),
                    (any, _) => Attr::Known(any),
                }
            }
            (false, Some(_)) => Attr::Unknown(GapCode::Unreadable),
        }
    }

    /// The literal texts at a path for resolving references: each known text, and whether any element is unknown.
    pub(crate) fn literals(&self, path: &str) -> (Vec<String>, Attr<()>) {
        let found = self.find(path);
        let unknown = if found.unknown.is_any() {
            Attr::Unknown(GapCode::AfterApply)
        } else if found.sensitive.is_any() {
            Attr::Unknown(GapCode::Unreadable)
        } else {
            Attr::Unset
        };
        if found.sensitive.is_all() {
            return (Vec::new(), unknown);
        }
        let texts = match found.value {
            Some(Value::Array(items)) => items.iter().filter_map(text_of).filter(|text| !text.is_empty()).collect(),
            Some(value) => text_of(value).filter(|text| !text.is_empty()).into_iter().collect(),
            None => Vec::new(),
        };
        (texts, unknown)
    }
}

enum State<'a> {
    Unknown(GapCode),
    Unset,
    Set(&'a Value),
}

impl<'a> Found<'a> {
    fn step(self, segment: &str) -> Found<'a> {
        match self.value {
            Some(Value::Array(items)) => match segment.parse::<usize>() {
                Ok(index) => self.element(items.get(index), index),
                // A block that can be there once is written as a list of one.
                Err(_) => self.element(items.first(), 0).step(segment),
            },
            Some(Value::Object(map)) => self.attribute(map.get(segment), segment),
            Some(_) | None => match segment.parse::<usize>() {
                Ok(index) if !matches!(self.unknown, Mask::Fields(_)) => self.element(None, index),
                _ if matches!(self.unknown, Mask::Items(_)) => self.element(None, 0).step(segment),
                _ => self.attribute(None, segment),
            },
        }
    }

    fn attribute(self, value: Option<&'a Value>, name: &str) -> Found<'a> {
        let (unknown, sensitive) = (self.unknown.field(name), self.sensitive.field(name));
        Found { value, unknown, sensitive, path: join(&self.path, name) }
    }

    fn element(self, value: Option<&'a Value>, index: usize) -> Found<'a> {
        let (unknown, sensitive) = (self.unknown.item(index), self.sensitive.item(index));
        Found { value, unknown, sensitive, path: join(&self.path, &index.to_string()) }
    }

    fn child(&self, segment: &str, index: usize) -> Block<'a> {
        let value = match self.value {
            Some(Value::Array(items)) => items.get(index),
            _ => None,
        };
        Block {
            value,
            unknown: self.unknown.item(index),
            sensitive: self.sensitive.item(index),
            path: join(&self.path, segment),
        }
    }

    fn into_block(self) -> Block<'a> {
        Block { value: self.value, unknown: self.unknown, sensitive: self.sensitive, path: self.path }
    }

    fn is_unknown(&self) -> bool {
        self.unknown.is_all()
    }

    fn state(&self) -> State<'a> {
        if self.is_unknown() {
            return State::Unknown(GapCode::AfterApply);
        }
        match self.value {
            None | Some(Value::Null) => State::Unset,
            Some(Value::String(text)) if text.is_empty() => State::Unset,
            Some(_) if self.sensitive.is_all() => State::Unknown(GapCode::Unreadable),
            Some(value) => State::Set(value),
        }
    }
}

fn join(path: &str, segment: &str) -> String {
    if path.is_empty() { segment.to_owned() } else { format!("{path}.{segment}") }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A whole number within `i64`; `3.0` is one, `1e30` and `0.5` are not.
fn whole(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let value = number.as_f64()?;
        (value.fract() == 0.0 && value.abs() < 9.0e15).then_some(value as i64)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mask(value: &Value) -> Mask {
        serde_json::from_value(value.clone()).unwrap()
    }

    #[test]
    fn known_unset_and_unknown_are_told_apart_at_any_depth() {
        let value = json!({"a": "x", "e": "", "n": null, "l": [{"b": true}, {}], "big": 1e30, "three": 3.0});
        let unknown = mask(&json!({"u": true, "l": [{"c": true}, {"b": true}]}));
        let block = Block::root(&value, &unknown, &Mask::None);
        assert_eq!(block.text("a"), Attr::Known("x".to_owned()));
        assert_eq!(block.text("e"), Attr::Unset);
        assert_eq!(block.text("n"), Attr::Unset);
        assert_eq!(block.text("none.at.all"), Attr::Unset);
        assert_eq!(block.text("u"), Attr::Unknown(GapCode::AfterApply));
        assert_eq!(block.text("u.deeper"), Attr::Unknown(GapCode::AfterApply));
        assert_eq!(block.bool("l.b"), Attr::Known(true));
        assert_eq!(block.bool("l.c"), Attr::Unknown(GapCode::AfterApply));
        assert_eq!(block.bool("l.1.b"), Attr::Unknown(GapCode::AfterApply));
        assert_eq!(block.int("big"), Attr::Unknown(GapCode::Unreadable));
        assert_eq!(block.int("three"), Attr::Known(3));
        let blocks = block.blocks("l").known().cloned().unwrap();
        assert_eq!(blocks[1].pointer(), "/values/l/1");
        assert_eq!(blocks[1].bool("b"), Attr::Unknown(GapCode::AfterApply));
    }

    #[test]
    fn what_is_sensitive_can_be_decided_on_but_not_had() {
        let value = json!({"p": "hunter2", "env": {"A": "x", "B": "y"}, "list": ["a"]});
        let sensitive = mask(&json!({"p": true, "env": {"B": true}, "list": [true]}));
        let block = Block::root(&value, &Mask::None, &sensitive);
        assert_eq!(block.text("p"), Attr::Unknown(GapCode::Unreadable));
        assert_eq!(block.is_set("p"), Attr::Known(true));
        assert_eq!(block.decide("p", |text| text.len() > 3), Attr::Known(true));
        assert_eq!(block.pairs("env"), Attr::Unknown(GapCode::Unreadable));
        assert_eq!(block.texts("list"), Attr::Unknown(GapCode::Unreadable));
        assert!(block.literals("p").0.is_empty());
    }
}
