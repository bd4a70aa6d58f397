//! apk's list of installed packages: stanzas of one-letter keys.

use super::{Manager, Package, Packages};
use crate::guest::{Guest, Text};

const DATABASES: [&str; 2] = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"];

pub(super) fn read(guest: &Guest<'_>, packages: &mut Packages) {
    for path in DATABASES {
        let Some(bytes) = guest.bytes(path, super::DATABASE_CAP) else { continue };
        packages.take(guest, path, &bytes, stanzas(&Text::new(path, &bytes)));
        return;
    }
}

fn stanzas(text: &Text) -> Vec<Package> {
    let mut found = Vec::new();
    let mut current: Option<Package> = None;
    for (number, line) in text.lines() {
        if let Some(name) = line.strip_prefix("P:") {
            found.extend(current.take());
            current = Some(Package {
                name: name.trim().to_owned(),
                version: String::new(),
                architecture: String::new(),
                source: String::new(),
                manager: Manager::Apk,
                path: text.path().to_owned(),
                line: number,
            });
        } else if line.is_empty() {
            found.extend(current.take());
        } else if let (Some(package), Some((key, value))) = (current.as_mut(), line.split_once(':')) {
            match key {
                "V" => value.trim().clone_into(&mut package.version),
                "A" => value.trim().clone_into(&mut package.architecture),
                "o" => value.trim().clone_into(&mut package.source),
                _ => {}
            }
        }
    }
    found.extend(current);
    found
}

/// Absolute paths of the files that packages own, with the mode the database states for them, if it does.
pub(super) fn owned_files(guest: &Guest<'_>) -> Vec<(String, Option<u16>)> {
    let mut files: Vec<(String, Option<u16>)> = Vec::new();
    for path in DATABASES {
        let Some(bytes) = guest.bytes(path, super::DATABASE_CAP) else { continue };
        let text = Text::new(path, &bytes);
        let mut folder = String::new();
        for (_, line) in text.lines() {
            match line.split_once(':') {
                Some(("F", name)) => name.trim().clone_into(&mut folder),
                // A file without an attribute line has mode 0755 or 0644: no special bit.
                Some(("R", name)) => files.push((format!("/{folder}/{}", name.trim()), Some(0o755))),
                Some(("a", attributes)) => {
                    let mode = attributes.trim().split(':').nth(2).and_then(|m| u16::from_str_radix(m, 8).ok());
                    if let Some(last) = files.last_mut() {
                        last.1 = mode;
                    }
                }
                _ => {}
            }
        }
        break;
    }
    files
}
