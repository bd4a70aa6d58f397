//! What fields of the google provider's resources refer to: by reference, by link or by name.

use crate::model::form::Origin;
use crate::model::json::{text, text_or_empty};
use crate::model::terraform::{Document, Resource};

/// The identity a self link, an identifier or a plain name stands for: the last part, in its project and its region or
/// zone, for those have names of their own.
pub(super) fn short(text: &str) -> String {
    let parts: Vec<&str> = text.trim_start_matches("https://").split('/').collect();
    let after = |word: &str| parts.iter().position(|part| *part == word).and_then(|place| parts.get(place + 1));
    match (after("projects"), after("regions").or_else(|| after("zones"))) {
        (Some(project), Some(place)) => format!("{project}/{place}/{}", parts.last().unwrap_or(&"")),
        (Some(project), None) => format!("{project}/{}", parts.last().unwrap_or(&"")),
        (None, _) => text.to_owned(),
    }
}

/// What a text names among the resources of a document.
pub(super) enum Named {
    /// This one.
    One(String),
    /// One of several, or one of which it is not sure.
    Several,
    /// None of them.
    Nothing,
}

/// The parts of a link, or of a plain name.
struct Link<'t> {
    project: Option<&'t str>,
    /// Its region or zone.
    place: Option<&'t str>,
    name: &'t str,
}

impl<'t> Link<'t> {
    fn read(text: &'t str) -> Self {
        let parts: Vec<&str> = text.split('/').collect();
        let after = |word: &str| parts.iter().position(|part| *part == word).and_then(|at| parts.get(at + 1)).copied();
        let place = after("regions").or_else(|| after("zones"));
        Self { project: after("projects"), place, name: parts.last().copied().unwrap_or(text) }
    }

    /// Whether a resource may be in its place.
    fn fits(&self, resource: &Resource) -> bool {
        let own = ["region", "zone"].iter().find_map(|key| text(&resource.values, key));
        let own = own.and_then(|held| held.rsplit('/').next());
        self.place.zip(own).is_none_or(|(place, own)| place == own)
    }
}

pub(super) struct Reading<'a> {
    pub(super) document: &'a Document,
    pub(super) source: usize,
}

impl Reading<'_> {
    pub(super) fn origin(&self, resource: &Resource) -> Origin {
        Origin { source: self.source, locator: resource.pointer.clone() }
    }
    /// What a field refers to: what the configuration names, else the resource of that link or name. A name that several
    /// have and no project tells apart is the name of nothing.
    pub(super) fn at(&self, resource: &Resource, path: &[&str], kinds: &[&str]) -> Option<String> {
        let of_kind = || self.document.any_of_kind(kinds);
        let referred = self.document.referred(resource, path);
        if let ([only], false) = (referred.found.as_slice(), referred.choice)
            && let Some(found) = of_kind().find(|other| other.identity() == *only)
        {
            return Some(own(found));
        }
        let held = self.document.id(resource, path)?;
        match self.named(&held, &text_or_empty(&resource.values, "project"), kinds) {
            Named::One(id) => Some(id),
            Named::Nothing => Some(short(&held)),
            Named::Several => None,
        }
    }

    /// What a link, an identifier or a plain name in a project is of.
    pub(super) fn named(&self, held: &str, project: &str, kinds: &[&str]) -> Named {
        let of_kind = || self.document.any_of_kind(kinds);
        let wanted = short(held);
        if let Some(found) = of_kind().find(|other| own(other) == wanted || other.identity() == held) {
            return Named::One(own(found));
        }
        let link = Link::read(held);
        let named: Vec<&Resource> =
            of_kind().filter(|other| text(&other.values, "name") == Some(link.name) && link.fits(other)).collect();
        let project = link.project.unwrap_or(project);
        let here: Vec<&&Resource> =
            named.iter().filter(|other| text_or_empty(&other.values, "project") == project).collect();
        // What names its project is nothing of another; of what does not show its own nobody knows.
        let sure = |other: &&Resource| link.project.is_none() || text(&other.values, "project").is_some();
        match (here.as_slice(), named.as_slice()) {
            ([only], _) => Named::One(own(only)),
            ([], [only]) if link.project.is_none() => Named::One(own(only)),
            ([], all) if all.iter().all(sure) && (link.project.is_some() || all.is_empty()) => Named::Nothing,
            _ => Named::Several,
        }
    }

    /// The network that a field names; `None` where nobody knows which.
    pub(super) fn known_network(&self, resource: &Resource, path: &[&str]) -> Option<String> {
        let ids = self.document.ids(resource, path);
        self.at(resource, path, &["google_compute_network"]).filter(|_| !ids.choice)
    }

    pub(super) fn network(&self, resource: &Resource, path: &[&str]) -> String {
        self.known_network(resource, path).unwrap_or_default()
    }
}

pub(super) fn own(resource: &Resource) -> String {
    text(&resource.values, "self_link")
        .or_else(|| text(&resource.values, "id"))
        .map_or_else(|| resource.address.clone(), short)
}

pub(super) fn name(resource: &Resource) -> String {
    text(&resource.values, "name").unwrap_or(&resource.address).to_owned()
}

/// Service accounts of a field by e-mail, or by the resource that will have one; whether some stay unknown.
pub(super) fn accounts(reading: &Reading<'_>, resource: &Resource, path: &[&str]) -> (Vec<String>, bool) {
    let ids = reading.document.ids(resource, path);
    let found = ids.found.iter().map(|held| {
        let of = |other: &&Resource| other.identity() == *held || text(&other.values, "email") == Some(held.as_str());
        reading
            .document
            .any_of_kind(&["google_service_account"])
            .find(of)
            .map_or_else(|| held.clone(), |other| other.address.clone())
    });
    let unknown = ids.choice || (ids.open && ids.found.is_empty());
    let found = if ids.choice { Vec::new() } else { found.collect() };
    (found, unknown && reading.document.is_written(resource, path))
}
