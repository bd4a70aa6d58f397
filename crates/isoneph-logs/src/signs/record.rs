//! What a record says, read once for all signs that it may be.

use serde_json::Value;

use super::path;
use crate::event::Event;

/// A part of a record.
#[derive(Debug)]
pub(crate) enum Part {
    /// The log does not have it.
    NotThere,
    /// It cannot be read: withheld, or no JSON.
    Unreadable,
    /// As it stands.
    Read(Value),
}

impl Part {
    fn new(text: Option<&str>) -> Part {
        if text.is_none_or(str::is_empty) {
            return Part::NotThere;
        }
        match path::parsed(text) {
            Some(value @ (Value::Object(_) | Value::Array(_))) => Part::Read(value),
            _ => Part::Unreadable,
        }
    }
}

/// The parts of a record.
#[derive(Debug)]
pub(crate) struct Said {
    request: Part,
    response: Part,
    more: Part,
}

impl Said {
    pub(crate) fn new(event: &Event<'_>) -> Said {
        Said {
            request: Part::new(event.raw_request.as_deref()),
            response: Part::new(event.raw_response.as_deref()),
            more: Part::new(event.raw_additional.as_deref()),
        }
    }

    /// The part that a path begins with.
    pub(crate) fn part(&self, at: &str) -> &Part {
        match at.split('/').next() {
            Some("response") => &self.response,
            Some("more") => &self.more,
            _ => &self.request,
        }
    }

    /// What stands at a path.
    pub(crate) fn at(&self, at: &str) -> Vec<&Value> {
        let path = at.split_once('/').map_or("", |(_, path)| path);
        match self.part(at) {
            Part::Read(value) => path::at(value, path),
            _ => Vec::new(),
        }
    }
}
