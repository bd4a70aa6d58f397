//! A register: objects that hold together, each with the place it comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use isoneph_model::{Digest, Locator, Role};

use crate::check::{Known, check};
use crate::declaration::Declaration;
use crate::documents::Documents;
use crate::kinds::{CloudService, Kind, KindSpec, Party, Scope, Spec};
use crate::mistake::Mistakes;
use crate::object::{Object, ObjectKey};

/// Everything the parties say, checked: every reference in it leads somewhere.
#[derive(Debug, Clone, Default)]
pub struct Register {
    files: Vec<RegisterFile>,
    entries: BTreeMap<ObjectKey, Entry>,
}

/// A file that objects come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterFile {
    /// The path as given.
    pub path: String,
    /// The digest of its bytes.
    pub sha256: Digest,
}

/// An object of the register.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The object.
    pub object: Object,
    /// Its file, by its place in [`Register::files`].
    pub file: usize,
    /// Its place in the file: a line, a cell, or its kind and name.
    pub place: String,
}

impl Entry {
    /// The place as evidence names it.
    pub fn locator(&self, files: &[RegisterFile]) -> Locator {
        match files.get(self.file) {
            Some(file) if self.place.bytes().all(|byte| byte.is_ascii_digit()) => {
                Locator::new(format!("{}:{}", file.path, self.place))
            }
            _ => Locator::new(self.place.clone()),
        }
    }
}

/// An object of one kind.
#[derive(Debug)]
pub struct Named<'a, T> {
    /// Its name.
    pub name: &'a str,
    /// What it says.
    pub spec: &'a T,
    /// Whether a draft made it and nobody has taken it on.
    pub proposed: bool,
    /// The object, and where it comes from.
    pub entry: &'a Entry,
}

impl<T> Clone for Named<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Named<'_, T> {}

impl Register {
    /// The register that documents make, alone.
    ///
    /// # Errors
    /// Every mistake in them: what could not be read, and what leads nowhere.
    pub fn new(documents: Documents) -> Result<Register, Mistakes> {
        Register::with_declaration(documents, None)
    }

    /// The register that documents make beside a declaration (`isoneph.toml`): its organisation, parties and services
    /// can be referred to, and are in the register where the documents do not say them.
    ///
    /// # Errors
    /// As [`Register::new`].
    pub fn with_declaration(
        documents: Documents,
        declaration: Option<(&str, &Declaration)>,
    ) -> Result<Register, Mistakes> {
        Register::beside(documents, declaration, Register::default()).map(|(register, _)| register)
    }

    /// The register that documents make beside a declaration and a register that is kept: its objects can be referred to,
    /// and all of them together are one register. An object that stands in both counts once. Where the two say the same,
    /// at its place in the documents; where they differ, as it is kept, for that is what somebody has stood behind: what
    /// differs comes back, with its place in the documents.
    ///
    /// # Errors
    /// As [`Register::new`].
    pub fn beside(
        documents: Documents,
        declaration: Option<(&str, &Declaration)>,
        kept: Register,
    ) -> Result<(Register, Vec<(ObjectKey, Locator)>), Mistakes> {
        let mut known = Known::default();
        if let Some((_, declaration)) = declaration {
            known.add_declared(declaration);
        }
        for key in kept.entries.keys() {
            known.add(key.kind, &key.name);
        }
        Mistakes::check(check(&documents, &mut known))?;
        let mut register = Register::default();
        for file in documents.files {
            register.files.push(RegisterFile { path: file.path, sha256: file.sha256 });
        }
        for given in documents.objects {
            let entry = Entry { file: given.file as usize, place: given.place.short(), object: given.object };
            register.entries.insert(entry.object.key(), entry);
        }
        let differing = register.join(kept);
        if let Some((path, declaration)) = declaration {
            register.add_declared(path, declaration);
        }
        Ok((register, differing))
    }

    /// Takes in what is kept. A draft gives way to what somebody stands behind, on either side.
    fn join(&mut self, kept: Register) -> Vec<(ObjectKey, Locator)> {
        let before = self.files.len();
        self.files.extend(kept.files);
        let mut differing = Vec::new();
        for (key, mut entry) in kept.entries {
            entry.file += before;
            let given = self.entries.get(&key);
            match given {
                Some(given) if given.object == entry.object => continue,
                Some(given) if entry.object.proposed && !given.object.proposed => continue,
                Some(given) if !given.object.proposed => differing.push((key.clone(), given.locator(&self.files))),
                _ => {}
            }
            self.entries.insert(key, entry);
        }
        differing
    }

    /// Adds what a declaration says and nobody stands behind in the register: it takes the place of drafts.
    pub fn add_declared(&mut self, path: &str, declaration: &Declaration) {
        let sha256 = declaration.sha256.unwrap_or(Digest::new([0; 32]));
        self.files.push(RegisterFile { path: path.to_owned(), sha256 });
        let file = self.files.len() - 1;
        for (place, object) in declaration.to_objects() {
            let key = object.key();
            if self.entries.get(&key).is_none_or(|known| known.object.proposed) {
                self.entries.insert(key, Entry { object, file, place });
            }
        }
    }

    /// A register of objects that were checked before, from one file.
    pub(crate) fn of_stored(path: &str, sha256: Digest, objects: Vec<Object>) -> Register {
        let files = vec![RegisterFile { path: path.to_owned(), sha256 }];
        let entry = |object: Object| {
            let key = object.key();
            (key.clone(), Entry { object, file: 0, place: key.to_string() })
        };
        Register { files, entries: objects.into_iter().map(entry).collect() }
    }

    /// Reads files and folders ([`Documents::read_paths`]) into a register.
    ///
    /// # Errors
    /// Every mistake found.
    pub fn load(paths: &[PathBuf]) -> Result<Register, Mistakes> {
        let mut documents = Documents::new();
        documents.read_paths(paths)?;
        Register::new(documents)
    }

    /// The files that objects come from.
    pub fn files(&self) -> &[RegisterFile] {
        &self.files
    }

    /// Every object, by kind and name.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.values()
    }

    /// Every object, by kind and name, without its place.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = &Object> {
        self.entries.values().map(|entry| &entry.object)
    }

    /// Every object, by kind and name, taken out of it.
    pub fn into_objects(self) -> impl ExactSizeIterator<Item = Object> {
        self.entries.into_values().map(|entry| entry.object)
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One object.
    pub fn get(&self, kind: Kind, name: &str) -> Option<&Entry> {
        self.entries.get(&ObjectKey { kind, name: name.to_owned() })
    }

    /// The objects of a kind that is known only when it runs, by name.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        let first = ObjectKey { kind, name: String::new() };
        self.entries.range(first..).take_while(move |(key, _)| key.kind == kind).map(|(_, entry)| entry)
    }

    /// The objects of a kind, by name.
    pub fn all<'a, T: KindSpec + 'a>(&'a self) -> impl Iterator<Item = Named<'a, T>>
    where
        &'a T: TryFrom<&'a Spec>,
    {
        self.of_kind(T::KIND).filter_map(named)
    }

    /// The objects of a kind that somebody stands behind, by name. Drafts are left out.
    pub fn claimed<'a, T: KindSpec + 'a>(&'a self) -> impl Iterator<Item = Named<'a, T>>
    where
        &'a T: TryFrom<&'a Spec>,
    {
        self.all::<T>().filter(|named| !named.proposed)
    }

    /// One object of a kind.
    pub fn find<'a, T: KindSpec + 'a>(&'a self, name: &str) -> Option<Named<'a, T>>
    where
        &'a T: TryFrom<&'a Spec>,
    {
        self.get(T::KIND, name).and_then(named)
    }

    /// The party that keeps the register: the organisation of its scope, if all scopes name the same.
    pub fn keeper(&self) -> Option<Named<'_, Party>> {
        let mut organisations: Vec<&str> = self.all::<Scope>().map(|scope| scope.spec.organisation.as_str()).collect();
        organisations.dedup();
        match organisations.as_slice() {
            [one] => self.find(one),
            _ => None,
        }
    }

    /// The roles of a party towards a service: provider of its own, customer of one that names it, and of one that a
    /// service of its own is built on. Where nobody is known to use a service, whoever keeps the register does: one
    /// registers what one uses. A service further down, which another's is built on, is that other's.
    pub fn roles(&self, party: &str, service: &str) -> Vec<Role> {
        let Some(found) = self.find::<CloudService>(service) else { return Vec::new() };
        let provides = found.spec.provider == party;
        let above = self.all::<CloudService>().filter(|above| above.spec.built_on.iter().any(|base| base == service));
        let mut customers: Vec<&str> = found.spec.customers.iter().map(String::as_str).collect();
        customers.extend(above.map(|above| above.spec.provider.as_str()));
        if customers.is_empty() {
            customers.extend(self.keeper().map(|keeper| keeper.name));
        }
        let uses = !provides && customers.contains(&party);
        let roles = [(provides, Role::Provider), (uses, Role::Customer)];
        roles.into_iter().filter_map(|(has, role)| has.then_some(role)).collect()
    }

    /// The register as YAML: one document an object, by kind and name. The same register gives the same bytes, and
    /// reading them gives the same register.
    ///
    /// # Errors
    /// If an object cannot be written as YAML.
    pub fn to_yaml(&self) -> Result<String, crate::ExportError> {
        crate::export::to_yaml(self.objects())
    }
}

fn named<'a, T: KindSpec + 'a>(entry: &'a Entry) -> Option<Named<'a, T>>
where
    &'a T: TryFrom<&'a Spec>,
{
    let spec = <&T>::try_from(&entry.object.spec).ok()?;
    Some(Named { name: &entry.object.name, spec, proposed: entry.object.proposed, entry })
}
