//! apt's sources in either form, after sources.list(5): which let packages in without a signature.

use super::apt::truth;
use crate::guest::{Candidate, Guest, Place, Text};

/// Options that let unsigned packages in.
const TRUSTING: [&str; 4] = ["trusted", "allow-insecure", "allow-weak", "allow-downgrade-to-insecure"];

/// Reads all sources; whether there is any that is switched on.
pub(super) fn read(guest: &Guest<'_>, unsigned: &mut Vec<Candidate>) -> bool {
    let folder = "/etc/apt/sources.list.d";
    let lists = ["/etc/apt/sources.list".to_owned()].into_iter().chain(guest.files_ending(folder, ".list"));
    let mut found = false;
    for text in lists.filter_map(|path| guest.text(&path)) {
        found |= of_lines(&text, unsigned);
    }
    for text in guest.files_ending(folder, ".sources").iter().filter_map(|path| guest.text(path)) {
        found |= of_stanzas(&text, unsigned);
    }
    found
}

/// Lines `deb [name=value …] uri suite`.
fn of_lines(text: &Text, unsigned: &mut Vec<Candidate>) -> bool {
    let mut found = false;
    for (number, line) in text.settings(&['#']) {
        let lower = line.to_ascii_lowercase();
        let kinds = ["deb-src", "deb"].into_iter();
        let mut rests = kinds.filter_map(|kind| lower.strip_prefix(kind).filter(|rest| rest.starts_with([' ', '\t'])));
        let Some(rest) = rests.next() else { continue };
        found = true;
        let options =
            rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or("", |(own, _)| own);
        let pairs = options.split_whitespace().filter_map(|option| option.split_once('='));
        if pairs.into_iter().any(|(name, value)| trusts(name, value)) {
            unsigned.push(trusted(text, number));
        }
    }
    found
}

/// Stanzas of `Name: value`, divided by empty lines.
fn of_stanzas(text: &Text, unsigned: &mut Vec<Candidate>) -> bool {
    let mut found = false;
    let mut stanza: Vec<(u32, String, String)> = Vec::new();
    for (number, line) in text.lines().chain([(0, "")]) {
        if line.trim().is_empty() {
            let fields = std::mem::take(&mut stanza);
            let off = fields.iter().any(|(_, name, value)| name == "enabled" && truth(value) == Some(false));
            if off || fields.is_empty() {
                continue;
            }
            found |= fields.iter().any(|(_, name, _)| name == "types");
            let trusting = fields.iter().filter(|(_, name, value)| trusts(name, value));
            unsigned.extend(trusting.map(|(number, ..)| trusted(text, *number)));
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, _, value)) = stanza.last_mut() {
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':').filter(|_| !line.starts_with('#')) {
            stanza.push((number, name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    found
}

fn trusts(name: &str, value: &str) -> bool {
    TRUSTING.contains(&name) && truth(value.trim_matches('"')) == Some(true)
}

fn trusted(text: &Text, number: u32) -> Candidate {
    Candidate::new("a source trusted without signature", Place::line(text.path(), number))
}
