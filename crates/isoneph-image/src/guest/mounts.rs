//! What the guest mounts at boot, and with which options: fstab and mount units.

use super::systemd::{Manager, State};
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
                "user" | "users" => held.extend(["nosuid", "nodev", "noexec"]),
                "owner" | "group" => held.extend(["nosuid", "nodev"]),
                _ => {}
            }
        }
        held.into_iter().collect()
    }

    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|own| own == option)
    }

    /// Whether what is written there is gone after boot.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        matches!(self.kind.as_str(), "tmpfs" | "ramfs")
    }

    /// Whether it is a volume of its own: not a folder of another mount, and not memory.
    #[must_use]
    pub fn is_volume(&self) -> bool {
        !self.is_in_memory() && !self.options.iter().any(|option| matches!(option.as_str(), "bind" | "rbind"))
    }
}

/// Reads fstab and the mount units that boot starts.
#[must_use]
pub fn read(guest: &Guest<'_>, manager: &Manager) -> Known<Vec<Mount>> {
    guest.watched(|| {
        let mut mounts = fstab(guest, manager);
        let listed: Vec<String> = mounts.iter().map(|mount| mount.target.clone()).collect();
        for name in manager.unit_names().filter(|name| name.ends_with(".mount")) {
            let Some((mount, own)) = unit_mount(guest, manager, name) else { continue };
            let in_fstab = listed.contains(&mount.target);
            // A unit in /etc comes before what the generator makes of fstab, and fstab's line starts it; the vendor's
            // comes after.
            let starts = manager.unit_state(guest, name).is_started() || own && in_fstab;
            if starts && (own || !in_fstab) {
                mounts.retain(|other| other.target != mount.target);
                mounts.push(mount);
            }
        }
        mounts
    })
}

/// What a mount unit's file says, and whether the administrator wrote the file.
fn unit_mount(guest: &Guest<'_>, manager: &Manager, name: &str) -> Option<(Mount, bool)> {
    if matches!(manager.unit_state(guest, name), State::Masked(_)) {
        return None;
    }
    let unit = manager.load(guest, name)?;
    let value = |key: &str| unit.value("Mount", key);
    let (target, source) = (value("Where")?, value("What")?);
    let options = value("Options").map_or(String::new(), |options| options.won.value);
    let mount = Mount {
        source: source.won.value,
        target: target.won.value,
        kind: value("Type").map_or(String::new(), |kind| kind.won.value),
        options: split_options(&options),
        place: value("Options").map_or(target.won.place, |options| options.won.place),
    };
    let own = unit.files.first().is_some_and(|path| is_stronger(path));
    Some((mount, own))
}

/// Whether a unit file comes before those that generators make.
fn is_stronger(path: &str) -> bool {
    ["/etc/", "/run/"].iter().any(|folder| path.starts_with(folder))
}

fn split_options(options: &str) -> Vec<String> {
    options.split(',').map(|option| option.trim().to_owned()).collect()
}

/// The mounts of fstab. systemd makes a unit of the first line of a target, which masks and drop-ins then hold for;
/// elsewhere each line is mounted over those before it.
fn fstab(guest: &Guest<'_>, manager: &Manager) -> Vec<Mount> {
    let Some(text) = guest.text("/etc/fstab") else { return Vec::new() };
    let lines = text.settings(&['#']).filter_map(|(number, line)| fstab_line(line, Place::line(text.path(), number)));
    if !manager.has_systemd() {
        return lines.filter(|mount| !mount.has("noauto")).collect();
    }
    let mut mounts: Vec<Mount> = Vec::new();
    for mount in lines {
        if !mounts.iter().any(|other| other.target == mount.target) {
            mounts.push(mount);
        }
    }
    let automounts = |mount: &Mount| mount.has("x-systemd.automount") || mount.has("comment=systemd.automount");
    mounts.retain(|mount| {
        let masked = match manager.unit_state(guest, &unit_name(&mount.target)) {
            State::Masked(place) => is_stronger(&place.path),
            _ => false,
        };
        !masked && (!mount.has("noauto") || automounts(mount))
    });
    for mount in &mut mounts {
        let drop_ins = manager.drop_ins(guest, &unit_name(&mount.target));
        if !drop_ins.names("Mount", "Options") {
            continue;
        }
        let options = drop_ins.value("Mount", "Options");
        mount.options = options.as_ref().map_or(Vec::new(), |options| split_options(options.value()));
        mount.place = options.map_or_else(|| mount.place.clone(), |options| options.won.place);
    }
    mounts
}

/// The name of the unit that mounts there, as systemd-escape(1) makes it.
fn unit_name(target: &str) -> String {
    let path = target.trim_matches('/');
    if path.is_empty() {
        return "-.mount".to_owned();
    }
    let mut name = String::new();
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'/' => name.push('-'),
            b'.' if at == 0 => name.push_str("\\x2e"),
            b'_' | b':' | b'.' => name.push(char::from(byte)),
            other if other.is_ascii_alphanumeric() => name.push(char::from(other)),
            other => name.push_str(&format!("\\x{other:02x}")),
        }
    }
    name + ".mount"
}

/// A line of fstab, unless it mounts nothing (swap).
fn fstab_line(line: &str, place: Place) -> Option<Mount> {
    let fields: Vec<String> = line.split_whitespace().map(unescaped).collect();
    let (source, target, kind) = (fields.first()?, fields.get(1)?, fields.get(2)?);
    let options = fields.get(3).map_or("defaults", String::as_str);
    let options: Vec<String> = options.split(',').map(str::to_owned).collect();
    if !target.starts_with('/') {
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
