//! An object of the register: its kind, its name, what it says.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize};

use crate::kinds::{Absent, Kind, KindSpec, Spec};

/// What an object is known by: unique in a register.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ObjectKey {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// An object as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name: letters, digits and `. _ - / : @ +`, at most 200 characters.
    pub name: String,
    /// Words to find it by.
    pub labels: BTreeMap<String, String>,
    /// Whether a draft made it and nobody has taken it on. What is proposed claims nothing.
    pub proposed: bool,
    /// What it says.
    pub spec: Spec,
}

impl Object {
    /// An object that somebody stands behind.
    pub fn new(name: impl Into<String>, spec: impl Into<Spec>) -> Object {
        Object { name: name.into(), labels: BTreeMap::new(), proposed: false, spec: spec.into() }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.spec.kind()
    }

    /// What it is known by.
    pub fn key(&self) -> ObjectKey {
        ObjectKey { kind: self.kind(), name: self.name.clone() }
    }
}

/// An object as it is read, once its kind is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Envelope<T> {
    #[serde(rename = "kind")]
    _kind: Kind,
    name: String,
    #[serde(default = "BTreeMap::new")]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    proposed: bool,
    spec: T,
}

impl<T> From<Envelope<T>> for Object
where
    Spec: From<T>,
{
    fn from(envelope: Envelope<T>) -> Object {
        let Envelope { _kind: _, name, labels, proposed, spec } = envelope;
        Object { name, labels, proposed, spec: spec.into() }
    }
}

impl Object {
    /// As JSON on one line, always the same for the same object.
    pub(crate) fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The object that [`to_json`](Self::to_json) wrote.
    pub(crate) fn from_json(kind: Kind, text: &str) -> Result<Object, serde_json::Error> {
        fn read<T: KindSpec>(text: &str) -> Result<Object, serde_json::Error>
        where
            Spec: From<T>,
        {
            serde_json::from_str::<Envelope<T>>(text).map(Object::from)
        }
        for_kind!(kind, T => read::<T>(text))
    }
}

/// Fields in the order people read them: kind, name, labels, proposed, spec.
impl Serialize for Object {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Object", 5)?;
        object.serialize_field("kind", &self.kind())?;
        object.serialize_field("name", &self.name)?;
        if !self.labels.is_absent() {
            object.serialize_field("labels", &self.labels)?;
        }
        if self.proposed {
            object.serialize_field("proposed", &true)?;
        }
        object.serialize_field("spec", &self.spec)?;
        object.end()
    }
}

/// The longest name, in characters.
pub const MAX_NAME: usize = 200;

/// Why a text cannot be a name, if it cannot.
pub fn name_problem(name: &str) -> Option<&'static str> {
    let allowed = |c: char| c.is_alphanumeric() || "._-/:@+".contains(c);
    if name.is_empty() {
        Some("a name is not empty")
    } else if name.chars().count() > MAX_NAME {
        Some("a name has at most 200 characters")
    } else if !name.chars().all(allowed) {
        Some("a name has letters, digits and . _ - / : @ + only")
    } else if !name.starts_with(char::is_alphanumeric) {
        Some("a name begins with a letter or digit")
    } else {
        None
    }
}
