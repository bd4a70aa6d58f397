//! The objects of a register, by kind and name.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_register::Object;
use isoneph_register::kinds::{CloudService, Kind, KindSpec, Lifecycle, Party, Scope, Spec};

/// What the parties declared: a view of objects, each found by kind and name.
#[derive(Debug, Clone, Default)]
pub struct Declared<'a> {
    objects: BTreeMap<Kind, BTreeMap<&'a str, &'a Object>>,
    /// The kinds that were read; all of them if `None`.
    read: Option<Vec<Kind>>,
}

/// An object of one kind.
#[derive(Debug)]
pub struct Entry<'a, T> {
    /// Its name.
    pub name: &'a str,
    /// Whether it is a draft that nobody has taken on, and claims nothing.
    pub proposed: bool,
    /// What it says.
    pub spec: &'a T,
}

impl<T> Clone for Entry<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Entry<'_, T> {}

impl<'a> Declared<'a> {
    /// A view of these objects. Of two with one kind and name the later counts.
    pub fn new(objects: impl IntoIterator<Item = &'a Object>) -> Declared<'a> {
        let mut declared = Declared::default();
        for object in objects {
            declared.objects.entry(object.kind()).or_default().insert(&object.name, object);
        }
        declared
    }

    /// A view of the objects of some kinds, where no others were read. A kind that was not read is unknown, not empty:
    /// whoever asks for it here is mistaken, and tests stop there.
    pub fn of_kinds(kinds: &[Kind], objects: impl IntoIterator<Item = &'a Object>) -> Declared<'a> {
        Declared { read: Some(kinds.to_vec()), ..Declared::new(objects) }
    }

    fn named(&self, kind: Kind) -> Option<&BTreeMap<&'a str, &'a Object>> {
        debug_assert!(self.read.as_ref().is_none_or(|read| read.contains(&kind)), "{kind} was not read");
        self.objects.get(&kind)
    }

    /// The objects of a kind, by name.
    pub fn of<T: KindSpec + 'a>(&self) -> impl Iterator<Item = Entry<'a, T>> + '_
    where
        &'a T: TryFrom<&'a Spec>,
    {
        self.named(T::KIND).into_iter().flat_map(BTreeMap::values).filter_map(|object| entry(object))
    }

    /// The objects of a kind that somebody stands behind, by name.
    pub fn claimed<T: KindSpec + 'a>(&self) -> impl Iterator<Item = Entry<'a, T>> + '_
    where
        &'a T: TryFrom<&'a Spec>,
    {
        self.of::<T>().filter(|entry| !entry.proposed)
    }

    /// One object.
    pub fn get<T: KindSpec + 'a>(&self, name: &str) -> Option<Entry<'a, T>>
    where
        &'a T: TryFrom<&'a Spec>,
    {
        self.named(T::KIND)?.get(name).and_then(|object| entry(object))
    }

    /// The organisation whose register it is: that of its scopes, if they name one only.
    pub fn keeper(&self) -> Option<&'a str> {
        let named: BTreeSet<&str> = self.of::<Scope>().map(|scope| scope.spec.organisation.as_str()).collect();
        if named.len() == 1 { named.first().copied() } else { None }
    }

    /// Who says something: the party named, or else the keeper.
    pub fn speaker(&self, named: Option<&'a str>) -> Option<&'a str> {
        named.or_else(|| self.keeper())
    }

    /// The party of this name.
    pub fn party(&self, name: &str) -> Option<Entry<'a, Party>> {
        self.get::<Party>(name)
    }

    /// The services that are in use or offered: all that are neither planned nor ended.
    pub fn services_in_use(&self) -> impl Iterator<Item = Entry<'a, CloudService>> + '_ {
        self.of::<CloudService>().filter(|service| matches!(service.spec.status, None | Some(Lifecycle::Active)))
    }

    /// Whether whoever keeps the register provides or uses a service. What stands further down is known as far as it
    /// has to be, and nothing is missed of it. Without a keeper every service counts.
    pub fn is_ours(&self, service: &str) -> bool {
        let Some(keeper) = self.keeper() else { return true };
        let provided = self.get::<CloudService>(service).is_some_and(|entry| entry.spec.provider == keeper);
        provided || self.customers(service).contains(keeper)
    }

    /// The parties that use a service: those it names, and the providers of services built on it. Where it names none
    /// and another provides it, whoever keeps the register: one registers what one uses.
    pub fn customers(&self, service: &str) -> BTreeSet<&'a str> {
        let Some(entry) = self.get::<CloudService>(service) else { return BTreeSet::new() };
        let mut customers: BTreeSet<&str> = entry.spec.customers.iter().map(String::as_str).collect();
        let above = self.of::<CloudService>().filter(|above| above.spec.built_on.iter().any(|base| base == service));
        customers.extend(above.map(|above| above.spec.provider.as_str()));
        let keeper = self.keeper().filter(|keeper| customers.is_empty() && *keeper != entry.spec.provider);
        customers.extend(keeper);
        customers.remove(entry.spec.provider.as_str());
        customers
    }
}

fn entry<'a, T>(object: &'a Object) -> Option<Entry<'a, T>>
where
    &'a T: TryFrom<&'a Spec>,
{
    let spec = <&T>::try_from(&object.spec).ok()?;
    Some(Entry { name: &object.name, proposed: object.proposed, spec })
}
