//! The first keys of a JSON document, in the order of the file: enough to tell what it is.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::format::Format;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    Text,
    Number,
    Bool,
    Null,
}

#[derive(Debug, Clone)]
enum Value {
    /// The key was met, its value not yet.
    Coming,
    Text(String),
    Number(Option<i64>),
    Other(Kind),
}

/// What was seen so far of the first JSON document.
#[derive(Debug, Default)]
pub(crate) struct FirstKeys {
    entries: Vec<(String, Value)>,
    root: Option<Kind>,
}

const MAX_ENTRIES: usize = 1000;
const MAX_DEPTH: usize = 4;
const MAX_TEXT: usize = 256;

impl FirstKeys {
    /// Whether the document is an array; its first element is under `0/`.
    pub(crate) fn is_array(&self) -> bool {
        self.root == Some(Kind::Array)
    }

    /// Whether the document is an object.
    pub(crate) fn is_object(&self) -> bool {
        self.root == Some(Kind::Object)
    }

    fn get(&self, path: &str) -> Option<&Value> {
        self.entries.iter().find(|(at, _)| at == path).map(|(_, value)| value)
    }

    /// Whether the key was met; its value perhaps not yet.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.get(path).is_some()
    }

    /// A text value (its first 256 bytes).
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        match self.get(path)? {
            Value::Text(text) => Some(text),
            Value::Coming | Value::Number(_) | Value::Other(_) => None,
        }
    }

    /// A whole number.
    pub(crate) fn number(&self, path: &str) -> Option<i64> {
        match self.get(path)? {
            Value::Number(number) => *number,
            Value::Coming | Value::Text(_) | Value::Other(_) => None,
        }
    }

    /// The kind of a value that was read.
    pub(crate) fn kind(&self, path: &str) -> Option<Kind> {
        match self.get(path)? {
            Value::Coming => None,
            Value::Text(_) => Some(Kind::Text),
            Value::Number(_) => Some(Kind::Number),
            Value::Other(kind) => Some(*kind),
        }
    }

    /// The keys of the document itself, in order.
    pub(crate) fn top(&self) -> Vec<&str> {
        self.entries.iter().map(|(path, _)| path.as_str()).filter(|path| !path.contains('/')).collect()
    }

    fn note(&mut self, path: &str, value: Value) {
        match self.entries.iter().position(|(at, _)| at == path) {
            Some(index) => self.entries[index].1 = value,
            None if self.entries.len() < MAX_ENTRIES => self.entries.push((path.to_owned(), value)),
            None => {}
        }
    }
}

/// What a look at the first keys came to.
pub(crate) enum Look {
    /// It is this.
    Format(Format),
    /// It is JSON from beginning to end, but of no known format.
    Other(FirstKeys),
    /// It is not JSON; or not any further.
    Broken(serde_json::Error, FirstKeys),
}

/// Looks at a document until its format is told, or to its end.
pub(crate) fn look(reader: impl Read, tell: &dyn Fn(&FirstKeys) -> Option<Format>) -> Look {
    let mut looking = Looking { keys: FirstKeys::default(), format: None, tell };
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let seen = At { looking: &mut looking, path: String::new(), depth: 0 }.deserialize(&mut deserializer);
    match (looking.format, seen) {
        (Some(format), _) => Look::Format(format),
        (None, Ok(())) => Look::Other(looking.keys),
        (None, Err(error)) => Look::Broken(error, looking.keys),
    }
}

struct Looking<'t> {
    keys: FirstKeys,
    format: Option<Format>,
    tell: &'t dyn Fn(&FirstKeys) -> Option<Format>,
}

struct At<'l, 't> {
    looking: &'l mut Looking<'t>,
    path: String,
    depth: usize,
}

impl At<'_, '_> {
    fn note<E: serde::de::Error>(&mut self, path: &str, value: Value) -> Result<(), E> {
        if path.is_empty() {
            let kind = match &value {
                Value::Text(_) => Kind::Text,
                Value::Number(_) => Kind::Number,
                Value::Other(kind) => *kind,
                Value::Coming => return Ok(()),
            };
            self.looking.keys.root = Some(kind);
            return Ok(());
        }
        self.looking.keys.note(path, value);
        self.looking.format = (self.looking.tell)(&self.looking.keys);
        // An error is the one way to stop serde early.
        if self.looking.format.is_some() { Err(E::custom("told")) } else { Ok(()) }
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}/{key}", self.path) }
    }
}

impl<'de> DeserializeSeed<'de> for At<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON document")
    }

    fn visit_bool<E: serde::de::Error>(mut self, _: bool) -> Result<(), E> {
        let path = std::mem::take(&mut self.path);
        self.note(&path, Value::Other(Kind::Bool))
    }

    fn visit_unit<E: serde::de::Error>(mut self) -> Result<(), E> {
        let path = std::mem::take(&mut self.path);
        self.note(&path, Value::Other(Kind::Null))
    }

    fn visit_i64<E: serde::de::Error>(mut self, number: i64) -> Result<(), E> {
        let path = std::mem::take(&mut self.path);
        self.note(&path, Value::Number(Some(number)))
    }

    fn visit_u64<E: serde::de::Error>(mut self, number: u64) -> Result<(), E> {
        let path = std::mem::take(&mut self.path);
        self.note(&path, Value::Number(i64::try_from(number).ok()))
    }

    fn visit_f64<E: serde::de::Error>(mut self, _: f64) -> Result<(), E> {
        let path = std::mem::take(&mut self.path);
        self.note(&path, Value::Number(None))
    }

    fn visit_str<E: serde::de::Error>(mut self, text: &str) -> Result<(), E> {
        let path = std::mem::take(&mut self.path);
        let end = (0..=MAX_TEXT.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        self.note(&path, Value::Text(text[..end].to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let path = self.path.clone();
        self.note(&path, Value::Other(Kind::Object))?;
        while let Some(key) = map.next_key::<String>()? {
            if self.depth >= MAX_DEPTH {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let path = self.below(&key);
            self.note(&path, Value::Coming)?;
            map.next_value_seed(At { looking: &mut *self.looking, path, depth: self.depth + 1 })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let path = self.path.clone();
        self.note(&path, Value::Other(Kind::Array))?;
        if self.depth < MAX_DEPTH {
            let path = self.below("0");
            let first = At { looking: &mut *self.looking, path, depth: self.depth + 1 };
            if seq.next_element_seed(first)?.is_none() {
                return Ok(());
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
