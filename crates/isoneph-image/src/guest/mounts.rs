//! What the guest mounts at boot, and with which options: fstab and mount units.

use super::systemd::Manager;
use super::{Guest, Known, Place};
use std::collections::BTreeSet;

/// One mount that boot makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// What is mounted, such as `UUID=…` or `tmpfs`.
    pub source: String,
    /// Where.
    pub target: String,
    /// Kind of file system.
    pub kind: String,
    /// Options as written.
    pub options: Vec<String>,
    /// Where it is written.
    pub place: Place,
}

impl Mount {
    /// The restrictions that hold in the end, sorted: of `nodev`, `noexec`, `nosuid`, `ro`.
    #[must_use]
    pub fn restrictions(&self) -> Vec<&'static str> {
        let mut held: BTreeSet<&'static str> = BTreeSet::new();
        for option in &self.options {
            match option.as_str() {
                "nosuid" => _ = held.insert("nosuid"),
                "nodev" => _ = held.insert("nodev"),
                "noexec" => _ = held.insert("noexec"),
                "ro" => _ = held.insert("ro"),
                "suid" => _ = held.remove("nosuid"),
                "dev" => _ = held.remove("nodev"),
                "exec" => _ = held.remove("noexec"),
                "rw" => _ = held.remove("ro"),
                "defaults" => held.clear(),
                "user" | "users" => held.extend(["nosuid", "nodev", "noexec"]),
                "owner" | "group" => held.extend(["nosuid", "nodev"]),
                _ => {}
            }
        }
        held.into_iter().collect()
    }

    /// Whether it is a volume of its own: not a folder of another mount.
    #[must_use]
    pub fn is_volume(&self) -> bool {
        !self.options.iter().any(|option| matches!(option.as_str(), "bind" | "rbind"))
    }
}

/// Reads fstab and the mount units that boot starts.
#[must_use]
pub fn read(guest: &Guest<'_>, manager: &Manager) -> Known<Vec<Mount>> {
    guest.watched(|| {
        let mut mounts = Vec::new();
        if let Some(text) = guest.text("/etc/fstab") {
            for (number, line) in text.settings(&['#']) {
                mounts.extend(fstab_line(line, Place::line(text.path(), number)));
            }
        }
        for name in manager.unit_names().filter(|name| name.ends_with(".mount")) {
            if !manager.unit_state(guest, name).is_started() {
                continue;
            }
            let Some(unit) = manager.load(guest, name) else { continue };
            let value = |key: &str| unit.value("Mount", key);
            let (Some(target), Some(source)) = (value("Where"), value("What")) else { continue };
            let options = value("Options").map_or(String::new(), |options| options.won.value);
            let mount = Mount {
                source: source.won.value,
                target: target.won.value,
                kind: value("Type").map_or(String::new(), |kind| kind.won.value),
                options: options.split(',').map(|option| option.trim().to_owned()).collect(),
                place: value("Options").map_or(target.won.place, |options| options.won.place),
            };
            // A unit in /etc comes before what the generator makes of fstab; the vendor's comes after.
            let own = unit.files.first().is_some_and(|path| path.starts_with("/etc/"));
            let listed = mounts.iter().any(|other: &Mount| other.target == mount.target);
            if own {
                mounts.retain(|other| other.target != mount.target);
            }
            if own || !listed {
                mounts.push(mount);
            }
        }
        mounts
    })
}

/// A line of fstab, unless boot leaves it out (`noauto`) or it mounts nothing (swap).
fn fstab_line(line: &str, place: Place) -> Option<Mount> {
    let fields: Vec<String> = line.split_whitespace().map(unescaped).collect();
    let (source, target, kind) = (fields.first()?, fields.get(1)?, fields.get(2)?);
    let options = fields.get(3).map_or("defaults", String::as_str);
    let options: Vec<String> = options.split(',').map(str::to_owned).collect();
    if !target.starts_with('/') || options.iter().any(|option| option == "noauto") {
        return None;
    }
    let target = if target.len() > 1 { target.trim_end_matches('/') } else { target };
    Some(Mount { source: source.clone(), target: target.to_owned(), kind: kind.clone(), options, place })
}

/// Replaces `\040` and the like.
fn unescaped(field: &str) -> String {
    let mut text = String::new();
    let mut rest = field;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 4).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(code) => {
                text.push(char::from(code));
                rest = &rest[at + 4..];
            }
            None => {
                text.push('\\');
                rest = &rest[at + 1..];
            }
        }
    }
    text + rest
}

/// The mount at a path: of several at one place the last covers the others.
#[must_use]
pub fn at<'a>(mounts: &'a [Mount], target: &str) -> Option<&'a Mount> {
    mounts.iter().rev().find(|mount| mount.target == target)
}
