//! dpkg's status file: stanzas of `Key: value`, and the one-package files of distroless images.

use super::{Manager, Package, Packages};
use crate::guest::{Guest, Text};
use crate::tree::Metadata;

pub(super) fn read(guest: &Guest<'_>, packages: &mut Packages) {
    let mut paths = vec!["/var/lib/dpkg/status".to_owned()];
    let small = guest.list("/var/lib/dpkg/status.d");
    let is_stanza = |name: &str| !name.ends_with(".md5sums");
    paths.extend(small.iter().filter(|e| is_stanza(&e.name)).map(|e| format!("/var/lib/dpkg/status.d/{}", e.name)));
    for path in paths {
        if guest.metadata(&path).as_ref().is_none_or(Metadata::is_directory) {
            continue;
        }
        let Some(bytes) = guest.bytes(&path, super::DATABASE_CAP) else { continue };
        let always_installed = path.contains("/status.d/");
        let installed = stanzas(&Text::new(&path, &bytes), always_installed);
        packages.take(guest, &path, &bytes, installed);
    }
}

/// The stanzas of packages that are installed: unpacked, half-configured and configured ones have their files in place.
pub(super) fn stanzas(text: &Text, always_installed: bool) -> Vec<Package> {
    let mut found = Vec::new();
    let mut current: Option<(Package, bool)> = None;
    let mut keep = |stanza: Option<(Package, bool)>| {
        found.extend(stanza.filter(|(package, installed)| *installed && !package.name.is_empty()).map(|(p, _)| p));
    };
    for (number, line) in text.lines() {
        if line.trim().is_empty() {
            keep(current.take());
            continue;
        }
        let (package, installed) = current.get_or_insert_with(|| (empty(text.path(), number), always_installed));
        // A line that begins with a blank continues the field before it.
        let Some((key, value)) = line.split_once(':').filter(|_| !line.starts_with([' ', '\t'])) else { continue };
        let value = value.trim();
        match key.to_ascii_lowercase().as_str() {
            "package" => {
                value.clone_into(&mut package.name);
                package.line = number;
            }
            "version" => value.clone_into(&mut package.version),
            "architecture" => value.clone_into(&mut package.architecture),
            "source" => package.source = value.split([' ', '(']).next().unwrap_or_default().to_owned(),
            "status" => {
                let state = value.split_whitespace().nth(2).unwrap_or_default();
                *installed = !matches!(state, "not-installed" | "config-files" | "");
            }
            _ => {}
        }
    }
    keep(current.take());
    found
}

fn empty(path: &str, line: u32) -> Package {
    Package {
        name: String::new(),
        version: String::new(),
        architecture: String::new(),
        source: String::new(),
        manager: Manager::Dpkg,
        path: path.to_owned(),
        line,
    }
}
