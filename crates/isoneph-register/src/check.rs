//! Whether objects hold together: each within itself, and all that they refer to.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_model::{ControlId, Edition, Role};
use isoneph_standard::{BaseStandard, Catalogue};

use crate::declaration::Declaration;
use crate::documents::Documents;
use crate::kinds::{Kind, Spec, Target};
use crate::mistake::{MAX_MISTAKES, Mistake};

/// The names that references may lead to, beside those of the documents themselves.
#[derive(Debug, Default)]
pub(crate) struct Known {
    names: BTreeMap<Kind, BTreeSet<String>>,
}

impl Known {
    pub(crate) fn add(&mut self, kind: Kind, name: &str) {
        self.names.entry(kind).or_default().insert(name.to_owned());
    }

    pub(crate) fn add_declared(&mut self, declaration: &Declaration) {
        for (_, object) in declaration.to_objects() {
            self.add(object.kind(), &object.name);
        }
    }

    pub(crate) fn remove(&mut self, kind: Kind, name: &str) {
        if let Some(names) = self.names.get_mut(&kind) {
            names.remove(name);
        }
    }

    pub(crate) fn has(&self, kind: Kind, name: &str) -> bool {
        self.names.get(&kind).is_some_and(|names| names.contains(name))
    }

    /// What a reference that leads nowhere may have meant.
    pub(crate) fn unknown(&self, kind: Kind, name: &str) -> String {
        const SHOWN: usize = 8;
        let names: Vec<&str> = self.names.get(&kind).into_iter().flatten().map(String::as_str).collect();
        let more = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
        let listed = if names.is_empty() { "none".to_owned() } else { names[..names.len().min(SHOWN)].join(", ") };
        format!("no {kind} is named '{name}' (there are: {listed}{more})")
    }
}

/// Every mistake in documents, those of reading them included. `known` is given the documents' own names.
pub(crate) fn check(documents: &Documents, known: &mut Known) -> Vec<Mistake> {
    let mut checker = Checker { documents, mistakes: documents.mistakes() };
    checker.duplicates();
    for given in &documents.objects {
        known.add(given.object.kind(), &given.object.name);
    }
    for index in 0..documents.objects.len() {
        if checker.mistakes.len() > MAX_MISTAKES {
            break;
        }
        checker.within(index);
        checker.references(index, known);
        checker.requirement(index);
    }
    checker.mistakes
}

struct Checker<'a> {
    documents: &'a Documents,
    mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    fn tell(&mut self, index: usize, path: &str, message: String) {
        self.mistakes.push(self.documents.mistake_at(index, path, message));
    }

    fn duplicates(&mut self) {
        let mut first: BTreeMap<(Kind, &str), usize> = BTreeMap::new();
        for (index, given) in self.documents.objects.iter().enumerate() {
            let key = (given.object.kind(), given.object.name.as_str());
            if let Some(before) = first.insert(key, index) {
                let at = &self.documents.objects[before];
                let file = &self.documents.files[at.file as usize].path;
                let message = format!("{} '{}' stands at {file}:{} already", key.0, key.1, at.place.short());
                self.tell(index, "name", message);
                first.insert(key, before);
            }
        }
    }

    fn within(&mut self, index: usize) {
        for (path, message) in self.documents.objects[index].object.spec.contradictions() {
            self.tell(index, &format!("spec/{path}"), message);
        }
    }

    fn references(&mut self, index: usize, known: &Known) {
        let object = &self.documents.objects[index].object;
        for reference in object.spec.references() {
            let message = match reference.target {
                Target::Control => (!is_control(&reference.name)).then(|| {
                    format!("'{}' is a control neither of ISO/IEC 27017 nor of ISO/IEC 27002", reference.name)
                }),
                Target::Object(kind) if kind == object.kind() && reference.name == object.name => {
                    Some(format!("{kind} '{}' refers to itself", object.name))
                }
                Target::Object(kind) => {
                    (!known.has(kind, &reference.name)).then(|| known.unknown(kind, &reference.name))
                }
            };
            if let Some(message) = message {
                self.tell(index, &format!("spec/{}", reference.path), message);
            }
        }
    }

    /// A requirement that is named is one of a cell of the named controls.
    fn requirement(&mut self, index: usize) {
        let object = &self.documents.objects[index].object;
        let Some((name, roles, controls)) = named_requirement(&object.spec) else { return };
        let Ok(catalogue) = Catalogue::embedded() else { return };
        let mut asked = BTreeSet::new();
        for control in controls.iter().filter_map(|id| find(catalogue, id)) {
            for role in roles {
                asked.extend(control.cell(*role).requires.iter().map(|requirement| requirement.key.name.as_str()));
            }
        }
        if !asked.contains(name) {
            let listed: Vec<&str> = asked.into_iter().collect();
            let there = if listed.is_empty() { "they ask nothing here".to_owned() } else { listed.join(", ") };
            self.tell(index, "spec/requirement", format!("the controls ask for no '{name}' (there are: {there})"));
        }
    }
}

/// The requirement that an object names, the roles whose cells may have it, and the controls.
fn named_requirement(spec: &Spec) -> Option<(&str, &'static [Role], Vec<&ControlId>)> {
    const PROVIDER: &[Role] = &[Role::Provider];
    const CUSTOMER: &[Role] = &[Role::Customer];
    const BOTH: &[Role] = &[Role::Provider, Role::Customer];
    let of = |role: Option<Role>| match role {
        Some(Role::Provider) => PROVIDER,
        Some(Role::Customer) => CUSTOMER,
        None => BOTH,
    };
    let (name, roles, controls) = match spec {
        // A customer that keeps what a provider told answers a cell of its own with it.
        Spec::Disclosure(disclosure) => (&disclosure.requirement, BOTH, vec![&disclosure.control]),
        Spec::Capability(capability) => (&capability.requirement, PROVIDER, capability.controls.iter().collect()),
        Spec::Statement(statement) => (&statement.requirement, of(statement.role), vec![&statement.control]),
        Spec::Review(review) => (&review.requirement, of(review.role), review.controls.iter().collect()),
        Spec::Answer(answer) => (&answer.requirement, PROVIDER, answer.controls.iter().collect()),
        _ => return None,
    };
    Some((name.as_deref()?, roles, controls))
}

fn find<'a>(catalogue: &'a Catalogue, id: &ControlId) -> Option<&'a isoneph_standard::Control> {
    [Edition::E2015, Edition::E2026].into_iter().find_map(|edition| catalogue.control(edition, id))
}

/// Whether some edition of ISO/IEC 27017 or 27002 has this control.
fn is_control(name: &str) -> bool {
    let Ok(id) = name.parse::<ControlId>() else { return false };
    let Ok(catalogue) = Catalogue::embedded() else { return false };
    let bases = [BaseStandard::E2013, BaseStandard::E2022];
    find(catalogue, &id).is_some() || bases.into_iter().any(|base| catalogue.base_control(base, &id).is_some())
}
