//! The classes of endpoints that a zone holds, and those that it may hold.

use std::collections::{BTreeMap, BTreeSet};

use super::intent::{Intent, ZoneKind};
use super::members::Assignment;
use crate::model::Model;
use crate::reach::classes::{Class, classes};

/// All classes of a model, each of one zone, of none, or of those that it may be of.
pub(super) struct Parties {
    pub(super) all: Vec<Class>,
    /// By zone: its classes, in the order of all.
    held: Vec<Vec<Member>>,
}

/// A class in a zone.
#[derive(Debug, Clone)]
struct Member {
    class: usize,
    /// Why it is not surely of the zone; `None` where it is.
    doubt: Option<String>,
}

/// A class of a zone, and why it may be of another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Party<'p> {
    pub(super) class: &'p Class,
    pub(super) doubt: Option<&'p str>,
}

impl Parties {
    pub(super) fn of(model: &Model, intent: &Intent, assignment: &Assignment) -> Self {
        let count = intent.zones.len();
        let outside = intent.zones.iter().position(|zone| zone.kind == ZoneKind::Outside);
        // Endpoints of no zone are marked past the last zone, and those of uncertain ones past these, so that no class mixes
        // them with others.
        let (none, nowhere, first) = (count, count + 1, count + 2);
        let disputed: BTreeSet<usize> = assignment.disputed.iter().map(|(id, _)| *id).collect();
        let mut doubts: Vec<(&Vec<usize>, bool)> = Vec::new();
        let mut marks: BTreeMap<(&Vec<usize>, bool), usize> = BTreeMap::new();
        for (id, zones) in &assignment.perhaps {
            let doubt = (zones, disputed.contains(id));
            marks.entry(doubt).or_insert_with(|| {
                doubts.push(doubt);
                first + doubts.len() - 1
            });
        }
        let mark = |id: usize| match assignment.perhaps.get(&id) {
            Some(zones) => marks[&(zones, disputed.contains(&id))],
            None => assignment.zones[id].unwrap_or(none),
        };
        let all = classes(model, mark, outside.unwrap_or(nowhere));
        let mut held = vec![Vec::new(); count];
        for (number, class) in all.iter().enumerate() {
            if class.mark < count {
                held[class.mark].push(Member { class: number, doubt: None });
            } else if let Some((zones, disputed)) = class.mark.checked_sub(first).and_then(|at| doubts.get(at)) {
                for zone in *zones {
                    let doubt = Some(doubt(intent, class, *zone, zones, *disputed));
                    held[*zone].push(Member { class: number, doubt });
                }
            }
        }
        Self { all, held }
    }

    /// The classes that a zone holds or may hold.
    pub(super) fn in_zone(&self, zone: usize) -> Vec<Party<'_>> {
        let held = self.held[zone].iter();
        held.map(|member| Party { class: &self.all[member.class], doubt: member.doubt.as_deref() }).collect()
    }
}

fn doubt(intent: &Intent, class: &Class, zone: usize, zones: &[usize], disputed: bool) -> String {
    let name = |zone: &usize| intent.zones[*zone].name.as_str();
    if disputed {
        let zones: Vec<&str> = zones.iter().map(name).collect();
        return format!("{} is said to be in several zones: {}", class.name, zones.join(", "));
    }
    format!("whether {} is in {}: its address is known as a range only", class.name, name(&zone))
}
