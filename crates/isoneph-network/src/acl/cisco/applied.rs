//! Where a configuration applies its lists: by which interface, for which family, which way.

use std::collections::BTreeMap;

use super::bare::is_of_itself;
use super::lines;
use super::uses::{APPLIES, DIRECTIONS, ITSELF, after};
use crate::acl::document::{Applied, Interfaces};
use crate::packet::Family;

/// What the file says of its interfaces, where it has any.
pub(super) fn interfaces(text: &str) -> Option<Interfaces> {
    let (mut places, mut names, mut host) = (BTreeMap::new(), BTreeMap::new(), None);
    // The line that the present one is indented under, and, in a file without indents, the last that opens such a part.
    let (mut section, mut opener): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for (index, raw) in text.lines().enumerate() {
        let words: Vec<&str> = raw.split_whitespace().collect();
        let Some(first) = words.first().filter(|first| !first.starts_with('!')) else { continue };
        let is_within = raw.starts_with([' ', '\t']);
        let (is_taken, rest) = if *first == "no" { (true, &words[1..]) } else { (false, words.as_slice()) };
        if let Some(one) = place(rest, if is_within { &section } else { &opener }, index as u32 + 1) {
            // What an interface is told again replaces what it was told before.
            places.remove(&one.at);
            if !is_taken {
                places.insert(one.at.clone(), one);
            }
        } else if !is_within {
            if let Some(name) = interface(&words) {
                let passes = !is_of_itself(&name);
                names.insert(name, passes);
            }
            host = host.or_else(|| after(&words, "hostname").map(|name| name.join(" ")));
            if *first == "interface" || ITSELF.iter().any(|part| after(&words, part).is_some()) {
                opener.clone_from(&words);
            }
            section = words;
        }
    }
    let mut applied: Vec<Applied> = places.into_values().collect();
    applied.sort_by_key(|place| place.line);
    (!names.is_empty()).then(|| Interfaces { host, names, applied, are_open: !lines::is_asa(text) })
}

/// The name of the interface that a line opens.
fn interface(words: &[&str]) -> Option<String> {
    after(words, "interface").map(|name| name.join(" "))
}

/// What a line applies, where it does.
fn place(words: &[&str], section: &[&str], line: u32) -> Option<Applied> {
    let (starts, rest) = APPLIES.iter().find_map(|starts| Some((*starts, after(words, starts)?)))?;
    let end = rest.iter().position(|word| DIRECTIONS.contains(word))?;
    let family = starts.starts_with("ipv6").then_some(Family::V6);
    // An ASA names the interface, or says `global`, in the line itself.
    let section = if starts == "access-group" { &[] } else { section };
    let six = family.map(|_| "IPv6");
    let way = rest[end..].iter().copied().filter(|word| !word.starts_with("hardware") && !word.ends_with("-stats"));
    let at: Vec<&str> = section.iter().copied().chain(six).chain(way).collect();
    let lists = rest[..end].iter().filter(|word| **word != "common").map(|name| (*name).to_owned()).collect();
    Some(Applied { at: at.join(" "), interface: interface(section), lists, family, line })
}
