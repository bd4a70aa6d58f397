//! A place in the evidence as people read it.

use isoneph_assessment::Head;
use isoneph_model::Place;

use crate::plain::plain;

/// `path:locator`. A locator that begins with the path stands for itself.
pub(crate) fn told(head: &Head, place: &Place) -> String {
    let path = head.inputs.get(place.input.0 as usize).map(|input| input.path.as_str()).unwrap_or_default();
    in_file(path, place.locator.as_str())
}

/// The same of a path and a locator; one without a locator is the whole file.
pub(crate) fn in_file(path: &str, locator: &str) -> String {
    match locator.strip_prefix(path) {
        _ if locator.is_empty() => plain(path).into_owned(),
        Some(rest) if !path.is_empty() && rest.starts_with(':') => plain(locator).into_owned(),
        _ => format!("{}:{}", plain(path), plain(locator)),
    }
}
