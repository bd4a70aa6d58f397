//! Which lists of two files are compared with each other: those of one name, and those that devices apply at the same place.

use std::borrow::Cow;
use std::fmt;

use super::halves::halves;
use super::{Applied, Document, Interfaces};
use crate::packet::Family;
use crate::policy::{Action, Policy};

const NO_LIST: &str = "no list";

/// Two lists to compare.
#[derive(Debug, Clone)]
pub struct Pair<'a> {
    /// Where both are applied, where that is why they are compared; else nothing.
    pub at: Option<String>,
    /// The list of the first file and of the second.
    pub lists: [Cow<'a, Policy>; 2],
}

/// What is in one file only, or cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alone {
    /// The list, or the place where lists are applied.
    pub name: String,
    /// Why nothing is said of it.
    pub why: String,
}

/// How the lists of two files belong together.
#[derive(Debug, Clone, Default)]
pub struct Pairs<'a> {
    /// Those that are compared.
    pub pairs: Vec<Pair<'a>>,
    /// What nothing is compared with.
    pub alone: Vec<Alone>,
}

/// Pairs the lists of two files, by name and by where they are applied.
#[must_use]
pub fn pairs<'a>(first: &'a Document, second: &'a Document) -> Pairs<'a> {
    if let Some(found) = halves(first, second) {
        let pairs = found
            .into_iter()
            .map(|lists| Pair { at: None, lists: <[Policy; 2]>::from(lists).map(Cow::Owned) })
            .collect();
        return Pairs { pairs, alone: Vec::new() };
    }
    let mut pairing = Pairing { files: [first, second], found: Pairs::default(), told: [Vec::new(), Vec::new()] };
    pairing.by_name();
    pairing.by_place();
    pairing.by_interface();
    pairing.by_use();
    pairing.alone();
    pairing.found
}

struct Pairing<'a> {
    files: [&'a Document; 2],
    found: Pairs<'a>,
    /// The names of the lists of each file of which something is said.
    told: [Vec<&'a str>; 2],
}

/// What decides at a place of a device.
enum Held<'a> {
    /// Everything passes, since no list is applied.
    Everything,
    List(&'a Policy),
    /// Something that is not given or not followed.
    Unknown(String),
}

impl<'a> Pairing<'a> {
    /// Lists of one name, or the only ones that there are.
    fn by_name(&mut self) {
        let [first, second] = self.files;
        if let ([one], [other]) = (first.policies.as_slice(), second.policies.as_slice()) {
            return self.pair(one, other);
        }
        for one in &first.policies {
            if let Some(other) = second.policies.iter().find(|other| other.name == one.name) {
                self.pair(one, other);
            }
        }
    }

    fn pair(&mut self, one: &'a Policy, other: &'a Policy) {
        self.told[0].push(&one.name);
        self.told[1].push(&other.name);
        self.found.pairs.push(Pair { at: None, lists: [Cow::Borrowed(one), Cow::Borrowed(other)] });
    }

    /// Where both say what they apply where: each place at which that is not a pair already.
    fn by_place(&mut self) {
        let Some([one, other]) = self.states_of_one() else { return };
        let only_there = other.applied.iter().filter(|place| one.at(&place.at).is_none());
        for place in one.applied.iter().chain(only_there) {
            let [first, second] = self.files;
            self.place(place, [Held::at(place, first, one), Held::at(place, second, other)]);
        }
    }

    /// What the two say of their interfaces, where both do, and neither is called otherwise than the other: where two devices
    /// apply their lists is nothing that could be compared.
    fn states_of_one(&self) -> Option<[&'a Interfaces; 2]> {
        let [first, second] = self.files;
        let (one, other) = (first.interfaces.as_ref()?, second.interfaces.as_ref()?);
        let is_another = one.host.is_some() && other.host.is_some() && one.host != other.host;
        (!is_another).then_some([one, other])
    }

    fn place(&mut self, place: &Applied, found: [Held<'a>; 2]) {
        let lists = match &found {
            [Held::List(one), Held::List(other)] if self.is_pair(one, other) => return,
            [Held::List(one), Held::List(other)] => [Cow::Borrowed(*one), Cow::Borrowed(*other)],
            [Held::List(one), Held::Everything] => [Cow::Borrowed(*one), Cow::Owned(everything(one.family))],
            [Held::Everything, Held::List(other)] => [Cow::Owned(everything(other.family)), Cow::Borrowed(*other)],
            [one, other] => {
                let why = format!("there A has {one} and B has {other}: what that comes to is not known");
                if one.to_string() != other.to_string() {
                    self.found.alone.push(Alone { name: place.at.clone(), why });
                }
                return;
            }
        };
        for (known, held) in self.told.iter_mut().zip(found) {
            known.extend(held.list().map(|list| list.name.as_str()));
        }
        self.found.pairs.push(Pair { at: Some(place.at.clone()), lists });
    }

    fn is_pair(&self, one: &Policy, other: &Policy) -> bool {
        self.found.pairs.iter().any(|pair| [&pair.lists[0].name, &pair.lists[1].name] == [&one.name, &other.name])
    }

    /// An interface that only one has, and on which no list filters, lets pass what nothing is compared with.
    fn by_interface(&mut self) {
        let Some([one, other]) = self.states_of_one() else { return };
        for (side, own, others) in [("A", one, other), ("B", other, one)] {
            let is_bare = |name: &&String| !own.applied.iter().any(|place| place.interface.as_ref() == Some(*name));
            let passing = own.names.iter().filter(|(_, passes)| own.are_open && **passes).map(|(name, _)| name);
            for name in passing.filter(|name| !others.names.contains_key(*name)).filter(is_bare) {
                let why = format!("only {side} has it, and no list filters what passes by it");
                self.found.alone.push(Alone { name: format!("interface {name}"), why });
            }
        }
    }

    /// Lists that both have, and that are for something else in each, as who may log in: what that comes to is not followed.
    fn by_use(&mut self) {
        let [first, second] = self.files;
        if self.states_of_one().is_none() {
            return;
        }
        let said = |file: &'a Document, list: &str| {
            file.asides.iter().find(|aside| aside.list == list).map(|aside| &aside.why)
        };
        for list in &first.policies {
            let name = list.name.as_str();
            let is_placed = |place: &Applied| place.lists.iter().any(|held| held == name);
            let placed =
                self.files.iter().flat_map(|file| &file.interfaces).flat_map(|held| &held.applied).any(is_placed);
            let (one, other) = (said(first, name), said(second, name));
            if let (Some(one), Some(other)) = (one, other)
                && one != other
                && !placed
            {
                let why = format!("in A it {one}; in B it {other}: what that comes to is not followed");
                self.found.alone.push(Alone { name: name.to_owned(), why });
            }
        }
    }

    /// Lists of which nothing was said yet.
    fn alone(&mut self) {
        let [first, second] = self.files;
        for (side, (file, known)) in [("A", (first, &self.told[0])), ("B", (second, &self.told[1]))] {
            for list in file.policies.iter().filter(|list| !known.contains(&list.name.as_str())) {
                let why = format!("only {side} has it: there is nothing to compare it with");
                self.found.alone.push(Alone { name: list.name.clone(), why });
            }
        }
    }
}

impl<'a> Held<'a> {
    fn at(place: &Applied, file: &'a Document, interfaces: &Interfaces) -> Self {
        let Some(applied) = interfaces.at(&place.at) else {
            return match &place.interface {
                Some(interface) if !interfaces.names.contains_key(interface) => {
                    Self::Unknown("no such interface".to_owned())
                }
                _ if interfaces.are_open => Self::Everything,
                _ => Self::Unknown("no list".to_owned()),
            };
        };
        let [name] = applied.lists.as_slice() else { return Self::Unknown(applied.lists.join(" and ")) };
        let six = format!("{name} (IPv6)");
        let is = |wanted: &str| file.policies.iter().find(|list| list.name == wanted);
        let found = applied.family.and_then(|_| is(&six)).or_else(|| is(name));
        found.map_or_else(|| Self::Unknown(format!("{name} (not given)")), Self::List)
    }

    fn list(&self) -> Option<&'a Policy> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }
}

impl fmt::Display for Held<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str(NO_LIST),
            Self::List(list) => f.write_str(&list.name),
            Self::Unknown(what) => f.write_str(what),
        }
    }
}

/// What lets everything of a family pass.
fn everything(family: Option<Family>) -> Policy {
    Policy { family, ..Policy::first_match(NO_LIST, Vec::new(), Action::Permit) }
}
