//! Which lists the API answered with: what is not in them is not there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::api::{is_cut, project_of};
use super::estate::Estate;
use crate::model::json::text;
use crate::model::{TAKEN_AS_NONE, Unsupported};

/// Lists that were answered.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// By kind and project.
    of: BTreeSet<(String, String)>,
    /// Lists of nothing that do not say of which project, by kind and folder.
    nameless: BTreeSet<(String, String)>,
    /// The projects of the objects that each folder's files hold, each with whether it has a network there.
    folders: BTreeMap<String, BTreeMap<String, bool>>,
    /// The folder that is being read.
    folder: String,
    /// Whether something of an organisation itself was shown, or a list of what stands above projects.
    above: bool,
}

impl Listed {
    /// What is read from now on stands in a folder.
    pub(super) fn enter(&mut self, folder: &str) {
        folder.clone_into(&mut self.folder);
    }

    /// An object that was answered.
    pub(super) fn saw(&mut self, kind: &str, project: String) {
        if !project.is_empty() {
            let held = self.folders.entry(self.folder.clone()).or_default();
            *held.entry(project).or_default() |= kind == "compute#network";
        }
    }

    /// Firewall policies of folders and organisations were answered, or all that an organisation has.
    pub(super) fn saw_above(&mut self) {
        self.above = true;
    }

    pub(super) fn add(&mut self, kind: String, project: String) {
        self.of.insert((kind, project));
    }

    /// The one project that a folder's answers are of: that of its networks, or of all that is in it. Where nothing else is in
    /// it, that of all that was read.
    fn project_in(&self, folder: &str) -> Option<&String> {
        let Some(own) = self.folders.get(folder) else {
            return only(self.folders.values().flat_map(BTreeMap::keys));
        };
        only(own.iter().filter(|(_, has_network)| **has_network).map(|(project, _)| project))
            .or_else(|| only(own.keys()))
    }

    fn holds(&self, kind: &str, project: &str) -> bool {
        let is_of = |of: &str| self.of.contains(&(kind.to_owned(), of.to_owned()));
        let mut nameless = self.nameless.iter().filter(|(held, _)| held == kind);
        is_of(project)
            || is_of("")
            || nameless.any(|(_, folder)| self.project_in(folder).is_some_and(|held| held == project))
    }
}

/// The only one of several names.
fn only<'n>(names: impl Iterator<Item = &'n String>) -> Option<&'n String> {
    let names: BTreeSet<&String> = names.collect();
    names.first().copied().filter(|_| names.len() == 1)
}

/// Takes lists that were answered, though nothing be in them: those of which this is the last page.
pub(super) fn answered(estate: &mut Estate, document: &Value) {
    for list in document.as_array().into_iter().flatten() {
        answered(estate, list);
    }
    let kind = text(document, "kind").and_then(|kind| kind.strip_suffix("List")).filter(|_| !is_cut(document));
    let Some(kind) = kind.map(|kind| kind.strip_suffix("Aggregated").unwrap_or(kind)) else { return };
    let of = ["selfLink", "id"].iter().find_map(|key| text(document, key)).map(project_of);
    estate.listed.add(kind.to_owned(), of.unwrap_or_default());
}

/// What the command line writes of a list that holds nothing tells only by the file's name which list it is, and by its folder
/// of which project.
const BY_NAME: [(&str, &str); 3] =
    [("firewall", "compute#firewall"), ("router", "compute#router"), ("route", "compute#route")];
/// The same of the policies of folders and organisations.
const POLICIES: [&str; 2] = ["firewall-policies", "firewall_policies"];

/// Takes an empty list by the name of its file; says whether that tells what it is a list of.
pub(crate) fn read_nothing(estate: &mut Estate, name: &str) -> bool {
    if POLICIES.contains(&name) {
        estate.listed.saw_above();
        return true;
    }
    let tells = |word: &str| name.strip_prefix(word).is_some_and(|rest| matches!(rest, "" | "s" | "-rules" | "_rules"));
    let kind = BY_NAME.iter().find(|(word, _)| tells(word));
    let folder = estate.listed.folder.clone();
    estate.listed.nameless.extend(kind.map(|(_, kind)| ((*kind).to_owned(), folder)));
    kind.is_some()
}

impl Estate {
    /// What is read from now on stands in a folder.
    pub(crate) fn enter(&mut self, folder: &str) {
        self.listed.enter(folder);
    }

    /// That nothing is shown of the policies above projects, where networks were answered. A project may be in no organisation,
    /// and few organisations have such policies: they are taken as none, which is told.
    pub(crate) fn without_policies(&self) -> Option<Unsupported> {
        let shown = self.listed.above || self.policies.values().any(|held| held.hierarchical.is_some());
        let held = self.networks.values().find(|held| held.answered).filter(|_| !shown)?;
        let effect = format!(
            "no list of the firewall policies of folders and organisations was given \
             (`gcloud compute firewall-policies list --organization`): {TAKEN_AS_NONE}"
        );
        let origin = &held.origin;
        Some(Unsupported::new(origin.source, origin.locator.clone(), "compute#firewallPolicy", &effect))
    }

    /// What of a network an answer of the API does not show, where the list of that kind is not in the input.
    pub(super) fn hidden(&self, network: &str, kind: &str, words: &str) -> Option<String> {
        let held = self.networks.get(network).filter(|held| held.answered)?;
        let shown = self.listed.holds(kind, &held.project);
        (!shown).then(|| format!("the {words} of {network}, of which the input has no list"))
    }
}
