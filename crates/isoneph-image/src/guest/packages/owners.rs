//! Which files packages own, with the modes the databases state: asked only for the few files with special bits.

use super::{Packages, apk};
use crate::guest::{Guest, Known, Text};
use std::collections::{BTreeMap, BTreeSet};

/// The files among those asked for that packages own.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    owned: BTreeMap<String, Option<u16>>,
}

impl Owners {
    /// Whether a package owns the path, and with which mode, where the database says.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Option<u16>> {
        self.owned.get(path).copied()
    }
}

/// Asks the databases about these paths (without links).
#[must_use]
pub fn owners(guest: &Guest<'_>, packages: &Packages, wanted: &BTreeSet<String>) -> Known<Owners> {
    guest.watched(|| {
        let mut owners = Owners::default();
        if wanted.is_empty() {
            return owners;
        }
        let mut take = |path: &str, mode: Option<u16>| {
            let path = unmerged(guest, path, wanted);
            if let Some(path) = path {
                owners.owned.insert(path, mode);
            }
        };
        for file in &packages.rpm_files {
            take(&file.path, Some(file.mode));
        }
        for (path, mode) in apk::owned_files(guest) {
            take(&path, mode);
        }
        dpkg_lists(guest, packages, &mut take);
        // An override states the mode of a file; it does not make a package own it.
        for (path, mode) in dpkg_overrides(guest) {
            let known = unmerged(guest, &path, wanted).and_then(|path| owners.owned.get_mut(&path));
            if let Some(known) = known {
                *known = Some(mode);
            }
        }
        owners
    })
}

/// The wanted path that a database's path is: `/bin/su` is `/usr/bin/su` where `/bin` is a link.
fn unmerged(guest: &Guest<'_>, path: &str, wanted: &BTreeSet<String>) -> Option<String> {
    if wanted.contains(path) {
        return Some(path.to_owned());
    }
    let merged = format!("/usr{path}");
    let old = ["/bin/", "/sbin/", "/lib/", "/lib64/", "/usr/sbin/"].iter().any(|folder| path.starts_with(folder));
    if !old {
        return None;
    }
    if wanted.contains(&merged) {
        return Some(merged);
    }
    // Fedora made /usr/sbin a link to /usr/bin.
    let name = path.rsplit('/').next()?;
    let bin = format!("/usr/bin/{name}");
    (wanted.contains(&bin) && guest.canonical(path).as_deref() == Some(&bin)).then_some(bin)
}

fn dpkg_lists(guest: &Guest<'_>, packages: &Packages, take: &mut impl FnMut(&str, Option<u16>)) {
    let diverted = diversions(guest);
    for package in packages.iter().filter(|package| package.manager == super::Manager::Dpkg) {
        let qualified = format!("/var/lib/dpkg/info/{}:{}.list", package.name, package.architecture);
        let plain = format!("/var/lib/dpkg/info/{}.list", package.name);
        let paths = [plain, qualified];
        let Some(bytes) = paths.iter().find_map(|path| guest.bytes(path, super::DATABASE_CAP)) else { continue };
        let text = Text::new(&paths[0], &bytes);
        for (_, path) in text.lines() {
            match diverted.get(path) {
                Some((to, by)) if *by != package.name => take(to, None),
                _ => take(path, None),
            }
        }
    }
}

/// Diversions: triples of lines from, to, package.
fn diversions(guest: &Guest<'_>) -> BTreeMap<String, (String, String)> {
    let Some(text) = guest.text("/var/lib/dpkg/diversions") else { return BTreeMap::new() };
    let lines: Vec<&str> = text.lines().map(|(_, line)| line).collect();
    lines.chunks_exact(3).map(|three| (three[0].to_owned(), (three[1].to_owned(), three[2].to_owned()))).collect()
}

/// Modes that the administrator stated with dpkg-statoverride: lines of user, group, mode, path.
fn dpkg_overrides(guest: &Guest<'_>) -> Vec<(String, u16)> {
    let Some(text) = guest.text("/var/lib/dpkg/statoverride") else { return Vec::new() };
    let entry = |line: &str| {
        let mut fields = line.splitn(4, ' ');
        let mode = u16::from_str_radix(fields.nth(2)?, 8).ok()?;
        Some((fields.next()?.to_owned(), mode))
    };
    text.lines().filter_map(|(_, line)| entry(line)).collect()
}
