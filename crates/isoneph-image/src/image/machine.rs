//! Which files hold the disks of one machine, told by the names that one asks for and another holds.
//!
//! Copies of a disk have one name: where it cannot be told whose a disk is, files are left as they are, and what lay on the
//! other disk stays unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::names::PHYSICAL;

/// A file that was opened by itself.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// What was found in it.
    pub report: &'a Report,
    /// Whether it holds the root of a guest.
    pub has_guest: bool,
}

/// The files that belong together, each group with that of the root first. Files that stand alone are in none.
#[must_use]
pub fn machines(parts: &[Part<'_>]) -> Vec<Vec<usize>> {
    let mut holders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut wanting: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, part) in parts.iter().enumerate() {
        for name in part.report.holds.iter().collect::<BTreeSet<_>>() {
            holders.entry(name).or_default().push(index);
        }
        for name in part.report.wants.iter().collect::<BTreeSet<_>>() {
            *wanting.entry(name).or_default() += 1;
        }
    }
    let mut groups = Groups::of(parts.len());
    for (index, part) in parts.iter().enumerate() {
        for name in &part.report.wants {
            let Some([holder]) = holders.get(name.as_str()).map(Vec::as_slice) else { continue };
            // All other parts of a volume group ask for the one that is missed, and its root may lie on any of them.
            let only = || wanting.get(name.as_str()) == Some(&1) && !parts[*holder].has_guest;
            if *holder != index && (name.starts_with(PHYSICAL) || only()) {
                groups.join(index, *holder);
            }
        }
    }
    let mut machines = groups.several();
    machines.retain(|machine| is_one(machine, parts));
    for machine in &mut machines {
        machine.sort_by_key(|index| (!parts[*index].has_guest, *index));
    }
    machines
}

/// Whether files can be of one machine: they hold one root at most, and nothing twice.
fn is_one(machine: &[usize], parts: &[Part<'_>]) -> bool {
    let roots = machine.iter().filter(|index| parts[**index].has_guest).count();
    let mut seen = BTreeSet::new();
    let own = |index: &usize| parts[*index].report.holds.iter().collect::<BTreeSet<_>>();
    roots <= 1 && machine.iter().flat_map(own).all(|name| seen.insert(name))
}

/// Sets of files that grow together.
struct Groups(Vec<usize>);

impl Groups {
    fn of(count: usize) -> Groups {
        Groups((0..count).collect())
    }

    fn first(&mut self, mut index: usize) -> usize {
        while self.0[index] != index {
            // Halve the way for whoever comes next.
            self.0[index] = self.0[self.0[index]];
            index = self.0[index];
        }
        index
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        self.0[one.max(other)] = one.min(other);
    }

    /// The sets of more than one.
    fn several(mut self) -> Vec<Vec<usize>> {
        let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in 0..self.0.len() {
            sets.entry(self.first(index)).or_default().push(index);
        }
        sets.into_values().filter(|set| set.len() > 1).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(holds: &[&str], wants: &[&str]) -> Report {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Report { containers: Vec::new(), volumes: Vec::new(), holds: texts(holds), wants: texts(wants) }
    }

    fn joined(files: &[(Report, bool)]) -> Vec<Vec<usize>> {
        let parts: Vec<Part<'_>> =
            files.iter().map(|(report, has_guest)| Part { report, has_guest: *has_guest }).collect();
        machines(&parts)
    }

    #[test]
    fn a_disk_belongs_to_the_only_machine_that_asks_for_it() {
        let (data, root) = (report(&["uuid=2"], &[]), report(&["uuid=1"], &["uuid=2", "uuid=3"]));
        let other = report(&["uuid=9"], &[]);
        assert_eq!(joined(&[(data, false), (other, true), (root, true)]), [vec![2, 0]]);
    }

    #[test]
    fn copies_are_not_joined_since_nobody_knows_whose_they_are() {
        let (data, root) = (|| report(&["uuid=2"], &[]), || report(&["uuid=1"], &["uuid=2"]));
        let none: Vec<Vec<usize>> = Vec::new();
        assert_eq!(joined(&[(root(), true), (data(), false), (data(), false)]), none, "two disks for one machine");
        assert_eq!(joined(&[(root(), true), (root(), true), (data(), false)]), none, "one disk for two machines");
        assert_eq!(joined(&[(root(), true), (report(&["uuid=2"], &[]), true)]), none, "another machine has it");
    }

    #[test]
    fn a_volume_group_is_put_together_of_all_its_parts() {
        let part = |own: &str, others: &[&str]| report(&[own], others);
        let files = || {
            vec![
                (part("pv=a", &["pv=b", "pv=c"]), false),
                (part("pv=b", &["pv=a", "pv=c"]), false),
                (part("pv=c", &["pv=a", "pv=b"]), false),
            ]
        };
        assert_eq!(joined(&files()), [vec![0, 1, 2]]);
        let mut copied = files();
        copied.push((part("pv=a", &["pv=b", "pv=c"]), false));
        assert_eq!(joined(&copied), Vec::<Vec<usize>>::new());
    }
}
