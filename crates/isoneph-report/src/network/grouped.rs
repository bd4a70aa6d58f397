//! What of a network a graph can show: without what nearly everybody has, and with all that fare alike as one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Link, Picture};

/// From so many links on, those that nearly everybody has are left out.
const MANY_LINKS: usize = 60;
/// Nearly everybody: so many of a hundred parties.
const NEARLY_ALL: usize = 50;
/// Names that a title lists.
const NAMES: usize = 20;

/// A line of the graph: links that say the same between members of two groups.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The first of the links.
    pub(super) number: usize,
    pub(super) count: usize,
}

/// The graph, before it is laid out.
pub(super) struct Grouped {
    /// Parties that have the same links, in order.
    pub(super) groups: Vec<Vec<usize>>,
    pub(super) edges: Vec<Edge>,
    /// What is not in the graph, in words.
    pub(super) left_out: Vec<String>,
}

/// One end of a link as seen from the other: who, whether surely, what.
type End<'a> = (usize, bool, &'a str);

impl Grouped {
    pub(super) fn of(picture: &Picture) -> Self {
        let (kept, mut left_out) = without_common(picture);
        let groups = groups(picture, &kept);
        let alone = picture.parties.len() - groups.iter().map(Vec::len).sum::<usize>();
        if alone > 0 {
            let other = if left_out.is_empty() { "" } else { "other " };
            left_out.push(format!("{alone} of {} classes have no {other}link", picture.parties.len()));
        }
        let edges = edges(picture, &kept, &groups);
        Self { groups, edges, left_out }
    }
}

/// The links to be drawn, by number, and what is left out: links of whoever nearly everybody sends to or hears from.
fn without_common(picture: &Picture) -> (Vec<usize>, Vec<String>) {
    let all: Vec<usize> = (0..picture.links.len()).filter(|link| !is_own(&picture.links[*link])).collect();
    if all.len() < MANY_LINKS {
        return (all, Vec::new());
    }
    let count = |end: fn(&Link) -> usize| {
        let mut held: BTreeMap<usize, usize> = BTreeMap::new();
        all.iter().for_each(|link| *held.entry(end(&picture.links[*link])).or_default() += 1);
        held.retain(|_, links| *links * 100 >= picture.parties.len() * NEARLY_ALL);
        held
    };
    let (receivers, senders) = (count(|link| link.to), count(|link| link.from));
    let name = |party: &usize| picture.parties.get(*party).map_or("", |party| party.name.as_str());
    let most = picture.parties.len().saturating_sub(1);
    let told = |(party, links): (&usize, &usize), verb: &str| format!("{links} of {most} {verb} {}", name(party));
    let mut left_out: Vec<String> = receivers.iter().map(|held| told(held, "reach")).collect();
    left_out.extend(senders.iter().map(|held| told(held, "are reached by")));
    let common = |link: &Link| receivers.contains_key(&link.to) || senders.contains_key(&link.from);
    (all.into_iter().filter(|link| !common(&picture.links[*link])).collect(), left_out)
}

fn is_own(link: &Link) -> bool {
    link.from == link.to
}

/// Parties in groups: those that have the same links to and from the same others, and those that have them with one another
/// as well. Parties without a link are in none.
fn groups(picture: &Picture, kept: &[usize]) -> Vec<Vec<usize>> {
    let mut ends: BTreeMap<usize, [BTreeSet<End<'_>>; 2]> = BTreeMap::new();
    for link in kept.iter().map(|number| &picture.links[*number]) {
        ends.entry(link.from).or_default()[0].insert((link.to, link.surely, &link.what));
        ends.entry(link.to).or_default()[1].insert((link.from, link.surely, &link.what));
    }
    let mut apart: BTreeMap<&[BTreeSet<End<'_>>; 2], Vec<usize>> = BTreeMap::new();
    for (party, own) in &ends {
        apart.entry(own).or_default().push(*party);
    }
    let (mut out, lone): (Vec<Vec<usize>>, Vec<Vec<usize>>) = apart.into_values().partition(|group| group.len() > 1);
    // With itself among its own neighbours a party is like those that it has the same links with.
    let mut together: BTreeMap<[BTreeSet<End<'_>>; 2], Vec<usize>> = BTreeMap::new();
    for party in lone.into_iter().flatten() {
        together.entry(closed(party, &ends[&party])).or_default().push(party);
    }
    out.extend(together.into_values());
    out.sort();
    out
}

/// The ends of a party with itself among them, by what it has with the first it has something both ways with.
fn closed<'a>(party: usize, own: &[BTreeSet<End<'a>>; 2]) -> [BTreeSet<End<'a>>; 2] {
    let mut out = own.clone();
    if let Some((_, surely, what)) = own[0].intersection(&own[1]).next().copied() {
        out.iter_mut().for_each(|ends| {
            ends.insert((party, surely, what));
        });
    }
    out
}

/// Links between groups: those that say the same are one line.
fn edges(picture: &Picture, kept: &[usize], groups: &[Vec<usize>]) -> Vec<Edge> {
    let place: BTreeMap<usize, usize> = groups
        .iter()
        .enumerate()
        .flat_map(|(group, parties)| parties.iter().map(move |party| (*party, group)))
        .collect();
    let mut held: BTreeMap<(usize, usize, bool, &str), (usize, usize)> = BTreeMap::new();
    for number in kept {
        let link = &picture.links[*number];
        let key = (place[&link.from], place[&link.to], link.surely, link.what.as_str());
        held.entry(key).or_insert((*number, 0)).1 += 1;
    }
    held.into_iter().map(|((from, to, ..), (number, count))| Edge { from, to, number, count }).collect()
}

/// What a group is called, and the names of its members.
pub(super) fn called(picture: &Picture, group: &[usize]) -> (String, String) {
    let name = |party: &usize| picture.parties.get(*party).map_or("", |party| party.name.as_str());
    let first = group.first().map(name).unwrap_or_default();
    if group.len() < 2 {
        return (first.to_owned(), first.to_owned());
    }
    let mut names: Vec<&str> = group.iter().take(NAMES).map(name).collect();
    names.extend((group.len() > NAMES).then_some("…"));
    (format!("{first} and {} alike", group.len() - 1), names.join(", "))
}
