//! Ways through a device on which no list filters: from an interface without one for what comes in to another without one for
//! what goes out.

use std::collections::BTreeSet;

use crate::packet::Family;
use crate::policy::{Note, NoteKind};

/// An interface that passes packets on.
#[derive(Default)]
struct Interface<'a> {
    name: &'a str,
    line: u32,
    /// Its routing table; nothing where it is the common one.
    table: &'a str,
    families: Vec<Family>,
    /// Whether lists filter what comes in and what goes out, by family.
    filtered: Vec<(Family, Way)>,
    /// Of an ASA, how much it is trusted; what goes down is let through without a list.
    level: Option<u32>,
    /// Whether it passes nothing on.
    is_off: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

/// What passes by no list, where any list is applied at all.
pub(super) fn ways(text: &str) -> Vec<Note> {
    let mut device = Device::of(text);
    device.apply_of_an_asa(text);
    if device.interfaces.iter().all(|interface| interface.filtered.is_empty()) {
        return Vec::new();
    }
    // Of a family that no list is about it is told elsewhere that nothing is known.
    let filtered =
        |family: Family| device.interfaces.iter().any(|one| one.filtered.iter().any(|(other, _)| *other == family));
    [Family::V4, Family::V6]
        .into_iter()
        .filter(|family| filtered(*family))
        .flat_map(|family| device.way(family))
        .collect()
}

struct Device<'a> {
    interfaces: Vec<Interface<'a>>,
    /// Whether an ASA lets through what goes between interfaces of one level.
    between_equals: bool,
}

impl<'a> Device<'a> {
    fn of(text: &'a str) -> Self {
        let between_equals = text.lines().any(|line| line.trim() == "same-security-traffic permit inter-interface");
        let mut device = Self { interfaces: Vec::new(), between_equals };
        let mut inside = false;
        for (index, raw) in text.lines().enumerate() {
            let words: Vec<&str> = raw.split_whitespace().collect();
            let Some(first) = words.first() else { continue };
            if let Some(name) = raw.strip_prefix("interface ") {
                let name = name.trim();
                inside = true;
                device.interfaces.push(Interface { name, line: index as u32 + 1, ..Interface::default() });
            } else if inside && !first.starts_with('!') {
                inside = device.interfaces.last_mut().is_some_and(|interface| interface.take(&words))
                    || raw.starts_with([' ', '\t']);
            }
        }
        device.interfaces.retain(|one| !one.is_off && !one.families.is_empty() && !is_of_itself(one.name));
        device
    }

    /// `access-group LIST in interface outside` and `access-group LIST global`.
    fn apply_of_an_asa(&mut self, text: &str) {
        for line in text.lines().filter(|line| line.starts_with("access-group ")) {
            let words: Vec<&str> = line.split_whitespace().collect();
            for interface in &mut self.interfaces {
                let way = match words.as_slice() {
                    [_, _, "in", "interface", name, rest @ ..] if *name == interface.name => (Way::In, rest),
                    [_, _, "out", "interface", name, rest @ ..] if *name == interface.name => (Way::Out, rest),
                    [_, _, "global", rest @ ..] => (Way::In, rest),
                    _ => continue,
                };
                if !way.1.contains(&"control-plane") {
                    interface.filtered.extend([(Family::V4, way.0), (Family::V6, way.0)]);
                }
            }
        }
    }

    /// A way of one family, with the interfaces for which the same holds.
    fn way(&self, family: Family) -> Option<Note> {
        let has = |one: &&Interface<'_>| one.families.contains(&family);
        let mut found = self.interfaces.iter().filter(has).flat_map(|from| {
            let to = self.interfaces.iter().filter(has).filter(move |to| self.passes(from, to, family));
            to.map(move |to| (from, to))
        });
        let (from, to) = found.next()?;
        let more: BTreeSet<&str> = found.map(|(from, _)| from.name).filter(|name| *name != from.name).collect();
        let more = if more.is_empty() { String::new() } else { format!(", and so for {}", joined(&more)) };
        let family = if family == Family::V4 { "IPv4" } else { "IPv6" };
        let message = format!(
            "no list filters what of {family} comes in by {} and goes out by {}{more}: what passes there is not judged",
            from.name, to.name
        );
        Some(Note { line: from.line, kind: NoteKind::Depends, message })
    }

    /// Whether packets may come in by one interface and go out by another and meet no list.
    fn passes(&self, from: &Interface<'_>, to: &Interface<'_>, family: Family) -> bool {
        let bare = |one: &Interface<'_>, way| !one.filtered.contains(&(family, way));
        let downwards = match (from.level, to.level) {
            (Some(from), Some(to)) => from > to || from == to && self.between_equals,
            _ => true,
        };
        from.line != to.line && from.table == to.table && bare(from, Way::In) && bare(to, Way::Out) && downwards
    }
}

impl<'a> Interface<'a> {
    /// Takes a line of its own; false where the line is none of an interface.
    fn take(&mut self, words: &[&'a str]) -> bool {
        match words {
            ["ip" | "ipv4", "address", ..] | ["ip" | "ipv4", "unnumbered", ..] => self.families.push(Family::V4),
            ["ipv6", "address" | "unnumbered" | "enable", ..] => self.families.push(Family::V6),
            ["ip" | "ipv4", "access-group", rest @ ..] => self.filter(Family::V4, rest),
            ["ipv6", "traffic-filter" | "access-group", rest @ ..] => self.filter(Family::V6, rest),
            ["vrf", "forwarding" | "member", name, ..] | ["ip", "vrf", "forwarding", name, ..] | ["vrf", name] => {
                self.table = name;
            }
            // An ASA calls it so from here on.
            ["nameif", name] => self.name = name,
            ["security-level", level] => self.level = level.parse().ok(),
            ["shutdown"] | ["management-only", ..] => self.is_off = true,
            _ => return false,
        }
        true
    }

    fn filter(&mut self, family: Family, rest: &[&str]) {
        if rest.iter().any(|word| matches!(*word, "in" | "ingress")) {
            self.filtered.push((family, Way::In));
        }
        if rest.iter().any(|word| matches!(*word, "out" | "egress")) {
            self.filtered.push((family, Way::Out));
        }
    }
}

/// Interfaces by which nothing passes on: a device's own addresses, and those that it is administered by.
pub(super) fn is_of_itself(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["loopback", "lo", "null", "nve", "mgmt", "management"].iter().any(|kind| {
        name.strip_prefix(kind)
            .is_some_and(|rest| rest.is_empty() || !rest.starts_with(|letter: char| letter.is_ascii_alphabetic()))
    }) || name.starts_with("mgmteth")
}

fn joined(names: &BTreeSet<&str>) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).copied().collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
