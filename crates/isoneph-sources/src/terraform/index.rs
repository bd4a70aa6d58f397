//! What there is in one input: every managed resource by its address, and by the identifiers its values hold.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use super::address::Address;

/// A resource of the input, by its place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id(u32);

/// One or several: nearly always one.
#[derive(Debug)]
enum Few {
    One(Id),
    Many(Vec<Id>),
}

impl Few {
    fn add(&mut self, id: Id) {
        match self {
            Few::One(first) if *first == id => {}
            Few::One(first) => *self = Few::Many(vec![*first, id]),
            Few::Many(ids) if ids.contains(&id) || ids.len() >= 1000 => {}
            Few::Many(ids) => ids.push(id),
        }
    }

    fn as_slice(&self) -> &[Id] {
        match self {
            Few::One(id) => std::slice::from_ref(id),
            Few::Many(ids) => ids,
        }
    }
}

/// Every managed resource of an input.
#[derive(Debug, Default)]
pub(crate) struct Index {
    addresses: Vec<Box<str>>,
    types: Vec<Rc<str>>,
    /// The instances of each resource, by the address without the last key, hashed.
    instances: HashMap<u64, Few>,
    /// Resources by an identifier in their values, hashed: the texts of a large estate need not be kept twice.
    literals: HashMap<u64, Few>,
    present: BTreeSet<Rc<str>>,
}

fn hash(text: &str) -> u64 {
    // The default hasher has fixed keys: the same input gives the same answers.
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn base_hash(module: &str, resource: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (module, resource).hash(&mut hasher);
    hasher.finish()
}

impl Index {
    /// Adds a resource. `None` past 2^32.
    pub(crate) fn add(&mut self, address: &str, native_type: Rc<str>) -> Option<Id> {
        let id = Id(u32::try_from(self.addresses.len()).ok()?);
        let parts = Address::parse(address);
        let base = base_hash(parts.module, parts.resource);
        self.instances.entry(base).and_modify(|few| few.add(id)).or_insert(Few::One(id));
        self.addresses.push(address.into());
        self.present.insert(Rc::clone(&native_type));
        self.types.push(native_type);
        Some(id)
    }

    /// Says that a resource is known by this identifier.
    pub(crate) fn name(&mut self, id: Id, literal: &str) {
        self.literals.entry(hash(&spelling(literal))).and_modify(|few| few.add(id)).or_insert(Few::One(id));
    }

    /// The native types that occur.
    pub(crate) fn types(&self) -> &BTreeSet<Rc<str>> {
        &self.present
    }

    /// A resource's address.
    pub(crate) fn address(&self, id: Id) -> &str {
        &self.addresses[id.0 as usize]
    }

    /// A resource's native type.
    pub(crate) fn native_type(&self, id: Id) -> &str {
        &self.types[id.0 as usize]
    }

    /// The instances of a resource: `module` ends with a dot or is empty.
    pub(crate) fn instances(&self, module: &str, resource: &str) -> Vec<Id> {
        let found = self.instances.get(&base_hash(module, resource)).map_or(&[][..], Few::as_slice);
        // Verified against the address itself: a hash only proposes.
        let is_it = |id: &Id| {
            let parts = Address::parse(self.address(*id));
            parts.module == module && parts.resource == resource
        };
        found.iter().copied().filter(is_it).collect()
    }

    /// The resource of one of these types (any, if none are given) that an identifier names. `None` when none does,
    /// `Some(None)` when several do.
    pub(crate) fn by_literal(&self, literal: &str, types: &[&str]) -> Option<Option<Id>> {
        let found = |literal: &str| self.literals.get(&hash(&spelling(literal)));
        // Google's bindings name a bucket as `b/NAME` once they are deployed.
        let bare = || literal.strip_prefix("b/").and_then(found);
        let ids = found(literal).or_else(bare).map_or(&[][..], Few::as_slice);
        let mut fitting = ids.iter().copied().filter(|id| types.is_empty() || types.contains(&self.native_type(*id)));
        let first = fitting.next()?;
        Some(fitting.next().is_none().then_some(first))
    }
}

/// An identifier as it is compared. Azure's are the same in capitals and small letters, and it answers in either.
fn spelling(literal: &str) -> Cow<'_, str> {
    let is_azure = |root: &str| literal.get(..root.len()).is_some_and(|start| start.eq_ignore_ascii_case(root));
    if is_azure("/subscriptions/") || is_azure("/providers/") {
        Cow::Owned(literal.to_ascii_lowercase())
    } else {
        Cow::Borrowed(literal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_found_as_a_deployed_binding_names_it() {
        let mut index = Index::default();
        let id = index.add("google_storage_bucket.site", Rc::from("google_storage_bucket")).unwrap();
        index.name(id, "site");
        assert_eq!(index.by_literal("b/site", &[]), Some(Some(id)));
        assert_eq!(index.by_literal("b/other", &[]), None);
    }

    #[test]
    fn azure_means_the_same_in_capitals_and_small_letters() {
        let mut index = Index::default();
        let id = index.add("azurerm_storage_account.a", Rc::from("azurerm_storage_account")).unwrap();
        index.name(id, "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Storage/storageAccounts/a");
        let written = "/subscriptions/s/resourcegroups/rg/providers/microsoft.storage/storageAccounts/a";
        assert_eq!(index.by_literal(written, &[]), Some(Some(id)));
        assert_eq!(index.by_literal(&written.replace("/a", "/b"), &[]), None);
    }
}
