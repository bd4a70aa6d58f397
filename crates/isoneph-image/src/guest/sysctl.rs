//! Kernel parameters that the guest sets at boot.
//!
//! After sysctl.d(5): files of all folders by base name, one in a stronger folder hiding its namesakes; the last line of a
//! key wins; a key with a wildcard counts only where no line names the key itself. `/etc/sysctl.conf` is read where a link
//! in `/etc/sysctl.d` leads to it, and by OpenRC. A firewall of ufw sets its own values afterwards.

use super::ini::drop_ins;
use super::{Candidate, Effective, Guest, Known, Place, glob};
use std::collections::{BTreeMap, BTreeSet};

const FOLDERS: [&str; 5] =
    ["/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d"];

/// The parameters.
#[derive(Clone, Debug, Default)]
pub struct Sysctl {
    exact: BTreeMap<String, Vec<Candidate>>,
    patterns: Vec<(String, Candidate)>,
    excluded: BTreeSet<String>,
    /// Where among all lines a key was set last.
    last: BTreeMap<String, usize>,
    lines: usize,
    by_systemd: bool,
    /// Lines of `/etc/sysctl.conf` where nothing reads it at boot.
    unread: BTreeMap<String, Vec<Candidate>>,
}

/// Who sets parameters at boot besides systemd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appliers {
    /// systemd applies `sysctl.d`; else OpenRC or SysV scripts read `/etc/sysctl.conf` too, last.
    pub systemd: bool,
    /// ufw is switched on and applies its own file.
    pub ufw: bool,
}

/// Reads all files in the order in which they are applied.
#[must_use]
pub fn read(guest: &Guest<'_>, appliers: Appliers) -> Known<Sysctl> {
    guest.watched(|| {
        let mut sysctl = Sysctl { by_systemd: appliers.systemd, ..Sysctl::default() };
        let folders: Vec<String> = FOLDERS.iter().map(|folder| (*folder).to_owned()).collect();
        let mut linked = false;
        for path in drop_ins(guest, &folders, ".conf") {
            linked |= guest.tree().canonical(&path).is_ok_and(|path| path == "/etc/sysctl.conf");
            sysctl.read_file(guest, &path);
        }
        if !linked {
            if appliers.systemd {
                let mut unread = Sysctl::default();
                unread.read_file(guest, "/etc/sysctl.conf");
                sysctl.unread = unread.exact;
            } else {
                sysctl.read_file(guest, "/etc/sysctl.conf");
            }
        }
        if appliers.ufw {
            sysctl.read_file(guest, &ufw_file(guest));
        }
        sysctl
    })
}

fn ufw_file(guest: &Guest<'_>) -> String {
    let text = guest.text("/etc/default/ufw");
    let named = text.as_ref().and_then(|text| {
        text.settings(&['#']).filter_map(|(_, line)| line.strip_prefix("IPT_SYSCTL=")).last().map(str::to_owned)
    });
    named.map_or_else(|| "/etc/ufw/sysctl.conf".to_owned(), |path| path.trim_matches('"').to_owned())
}

impl Sysctl {
    fn read_file(&mut self, guest: &Guest<'_>, path: &str) {
        let Some(text) = guest.text(path) else { return };
        for (number, line) in text.settings(&['#', ';']) {
            let Some((key, value)) = line.split_once('=') else {
                // A key with a minus and no value is left out of what wildcards set.
                self.excluded.extend(line.strip_prefix('-').map(normalised));
                continue;
            };
            let key = normalised(key.trim().trim_start_matches('-'));
            let candidate = Candidate::new(value.trim(), Place::line(path, number));
            if key.contains(['*', '?', '[']) {
                self.patterns.push((key, candidate));
            } else {
                let lines = self.exact.entry(key.clone()).or_default();
                // systemd passes over a line that says what the last one of the key said: the key keeps its turn.
                let repeats = self.by_systemd && lines.last().is_some_and(|last| last.value == candidate.value);
                lines.push(candidate);
                if !repeats {
                    self.lines += 1;
                    self.last.insert(key, self.lines);
                }
            }
        }
    }

    /// What sets a parameter, with what it overrides. The parameter may have another name, under which it is set later.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Effective> {
        match (self.under(key), other_name(key).and_then(|other| self.under(other))) {
            (Some(mut own), Some(other)) if self.last.get(key) > other_place(self, key) => {
                own.lost.push(other.won);
                Some(own)
            }
            (own, Some(mut other)) => {
                other.lost.extend(own.into_iter().map(|own| own.won));
                Some(other)
            }
            (own, None) => own,
        }
    }

    fn under(&self, key: &str) -> Option<Effective> {
        let fitting = self.patterns.iter().filter(|(pattern, _)| matches_key(pattern, key)).map(|(_, c)| c.clone());
        let fitting: Vec<Candidate> = if self.excluded.contains(key) { Vec::new() } else { fitting.collect() };
        let Some(exact) = self.exact.get(key) else { return Effective::last_of(fitting) };
        let mut effective = Effective::last_of(exact.clone())?;
        effective.lost.extend(fitting);
        Some(effective)
    }

    /// What sets a parameter of single interfaces, or of those that fit a pattern: interface, line.
    #[must_use]
    pub fn of_interfaces(&self, family: &str, parameter: &str) -> Vec<(String, Candidate)> {
        let interface = |key: &str| {
            let name = key.strip_prefix(family)?.strip_suffix(parameter)?.strip_prefix('.')?.strip_suffix('.')?;
            (!matches!(name, "all" | "default") && !name.is_empty()).then(|| name.to_owned())
        };
        let exact = self.exact.iter().filter_map(|(key, lines)| Some((interface(key)?, lines.last()?.clone())));
        let patterns = self.patterns.iter().filter_map(|(key, line)| Some((interface(key)?, line.clone())));
        exact.chain(patterns).collect()
    }

    /// Lines of `/etc/sysctl.conf` for a parameter, where nothing reads that file at boot.
    #[must_use]
    pub fn unread(&self, key: &str) -> &[Candidate] {
        self.unread.get(key).map_or(&[], Vec::as_slice)
    }
}

/// Parameters that are one in the kernel.
const OTHER_NAMES: [(&str, &str); 1] = [("net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding")];

/// The other name of a parameter, if it has one.
#[must_use]
pub fn other_name(key: &str) -> Option<&'static str> {
    OTHER_NAMES.iter().find(|(name, _)| *name == key).map(|(_, other)| *other)
}

fn other_place<'s>(sysctl: &'s Sysctl, key: &str) -> Option<&'s usize> {
    sysctl.last.get(other_name(key)?)
}

/// A key with points between its parts: `net/ipv4/conf/eth0.1/rp_filter` is `net.ipv4.conf.eth0/1.rp_filter`.
pub(super) fn normalised(key: &str) -> String {
    let key = key.trim();
    let slashes = key.find(['.', '/']).is_some_and(|at| key[at..].starts_with('/'));
    if !slashes {
        return key.to_owned();
    }
    key.trim_start_matches('/')
        .chars()
        .map(|c| match c {
            '.' => '/',
            '/' => '.',
            other => other,
        })
        .collect()
}

/// A wildcard stays within one part of the key.
fn matches_key(pattern: &str, key: &str) -> bool {
    let (patterns, parts): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), key.split('.').collect());
    patterns.len() == parts.len()
        && patterns.iter().zip(parts).all(|(pattern, part)| glob::matches(pattern, part, false))
}
