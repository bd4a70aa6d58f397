//! tuned: the kernel parameters of the profile that is switched on.

use super::sysctl::normalised;
use super::{Candidate, Guest, Place, ini};

/// Profiles that include each other at most.
const DEPTH: usize = 16;
const FOLDERS: [&str; 4] = ["/etc/tuned/profiles", "/etc/tuned", "/usr/lib/tuned/profiles", "/usr/lib/tuned"];

/// Key and value, the profile's own after those of the profiles that it includes.
pub(crate) fn parameters(guest: &Guest<'_>) -> Vec<(String, Candidate)> {
    let mut found = Vec::new();
    let Some(text) = guest.text("/etc/tuned/active_profile") else { return found };
    for name in text.content().split_whitespace() {
        profile(guest, name, 0, &mut found);
    }
    found
}

fn profile(guest: &Guest<'_>, name: &str, depth: usize, found: &mut Vec<(String, Candidate)>) {
    let text = FOLDERS.iter().find_map(|folder| guest.text(&format!("{folder}/{name}/tuned.conf")));
    let Some(text) = text.filter(|_| depth < DEPTH) else { return };
    let lines = ini::assignments(&text);
    for line in lines.iter().filter(|line| line.section == "main" && line.key == "include") {
        for other in line.value.split([',', ' ']).filter(|other| !other.is_empty()) {
            profile(guest, other, depth + 1, found);
        }
    }
    for line in lines.iter().filter(|line| line.section == "sysctl") {
        let value = line.value.trim_matches('"').to_owned();
        found.push((normalised(&line.key), Candidate::new(value, Place::line(text.path(), line.line))));
    }
}
