//! What objects refer to.

use isoneph_model::ControlId;

use crate::kinds::Kind;

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// An object of a kind.
    Object(Kind),
    /// A control of either edition, or of ISO/IEC 27002.
    Control,
}

/// A reference from a field to something else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The field's path within the spec: `basis/agreement`, `agreed/0/by`.
    pub path: String,
    /// What it leads to.
    pub target: Target,
    /// The name it gives.
    pub name: String,
}

/// Collects the references of one object.
#[derive(Debug, Default)]
pub struct References {
    found: Vec<Reference>,
}

impl References {
    /// A field that names an object.
    pub fn object<'a>(&mut self, path: &str, kind: Kind, name: impl Into<Option<&'a String>>) {
        if let Some(name) = name.into() {
            let target = Target::Object(kind);
            self.found.push(Reference { path: path.to_owned(), target, name: name.clone() });
        }
    }

    /// A list of fields that name objects.
    pub fn objects(&mut self, path: &str, kind: Kind, names: &[String]) {
        for (i, name) in names.iter().enumerate() {
            self.object(&format!("{path}/{i}"), kind, name);
        }
    }

    /// A field that names a control.
    pub fn control<'a>(&mut self, path: &str, id: impl Into<Option<&'a ControlId>>) {
        if let Some(id) = id.into() {
            self.found.push(Reference { path: path.to_owned(), target: Target::Control, name: id.to_string() });
        }
    }

    /// A list of fields that name controls.
    pub fn controls(&mut self, path: &str, ids: &[ControlId]) {
        for (i, id) in ids.iter().enumerate() {
            self.control(&format!("{path}/{i}"), id);
        }
    }

    pub(crate) fn finish(self) -> Vec<Reference> {
        self.found
    }
}
