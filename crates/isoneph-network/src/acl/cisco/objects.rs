//! What objects and object groups come to, those within others resolved.

use std::collections::BTreeMap;

use super::aliases::Aliases;
use super::member::Member;
use super::predefined;
use crate::packet::{AddressSet, Match, Ranges};

/// Groups may nest this deep.
const MAX_DEPTH: usize = 16;
/// Groups may hold this many members, those of nested groups counted each time.
const MAX_MEMBERS: usize = 100_000;
/// A service group may hold this many services.
const MAX_SERVICES: usize = 4096;

/// Objects and groups by name.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) groups: BTreeMap<String, Vec<Member>>,
    pub(super) aliases: Aliases,
}

/// A group resolved: what is known of it, and whether that is all.
pub(super) struct Resolved<T> {
    pub(super) value: T,
    pub(super) complete: bool,
}

impl Objects {
    /// The addresses of a group or object; [`None`] when there is none of the name.
    pub(super) fn addresses(&self, name: &str) -> Option<Resolved<AddressSet>> {
        let mut ranges = Vec::new();
        let mut complete = true;
        self.each(name, &mut |member| match member {
            Some(Member::Addresses(set)) => ranges.extend(set.ranges()),
            Some(Member::Group(_)) => {}
            _ => complete = false,
        })?;
        Some(Resolved { value: AddressSet::from_ranges(ranges), complete })
    }

    /// The ports of a group.
    pub(super) fn ports(&self, name: &str) -> Option<Resolved<Ranges<u16>>> {
        let mut resolved = Resolved { value: Ranges::none(), complete: true };
        self.each(name, &mut |member| match member {
            Some(Member::Ports(set)) => resolved.value = resolved.value.union(set),
            Some(Member::Group(_)) => {}
            _ => resolved.complete = false,
        })?;
        Some(resolved)
    }

    /// The services of a group, a protocol group or a service object.
    pub(super) fn services(&self, name: &str) -> Option<Resolved<Vec<Match>>> {
        let mut resolved = Resolved { value: Vec::new(), complete: true };
        self.each(name, &mut |member| match member {
            Some(Member::Services(services)) if resolved.value.len() < MAX_SERVICES => {
                resolved.value.extend(services.iter().cloned());
            }
            Some(Member::Group(_)) => {}
            _ => resolved.complete = false,
        })?;
        Some(resolved)
    }

    /// What kind of things a group holds: whether it holds ports only.
    pub(super) fn is_ports(&self, name: &str) -> bool {
        let mut any = false;
        let mut only = true;
        let found = self.each(name, &mut |member| match member {
            Some(Member::Ports(_)) => any = true,
            Some(Member::Group(_)) => {}
            _ => only = false,
        });
        found.is_some() && any && only
    }

    fn each(&self, name: &str, visit: &mut dyn FnMut(Option<&Member>)) -> Option<()> {
        let mut left = MAX_MEMBERS;
        self.each_below(name, 0, &mut left, visit)
    }

    fn each_below(
        &self,
        name: &str,
        depth: usize,
        left: &mut usize,
        visit: &mut dyn FnMut(Option<&Member>),
    ) -> Option<()> {
        let members = self.groups.get(name)?;
        // Devices let no group in use be empty: one that holds nothing here holds what is not seen.
        if depth >= MAX_DEPTH || members.is_empty() {
            visit(None);
            return Some(());
        }
        for member in members {
            if *left == 0 {
                visit(None);
                return Some(());
            }
            *left -= 1;
            visit(Some(member));
            if let Member::Group(inner) = member
                && self.each_below(inner, depth + 1, left, visit).is_none()
            {
                visit(predefined::service(inner).map(|one| Member::Services(vec![one])).as_ref());
            }
        }
        Some(())
    }
}
