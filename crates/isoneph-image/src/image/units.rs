//! Mounts that do not stand in `fstab`: those of mount units that something asks for, and those that systemd makes of the
//! types of partitions (systemd-gpt-auto-generator(8)).

use super::fstab::FstabEntry;
use crate::guest::Text;
use crate::guest::ini::assignments;
use crate::tree::Tree;
use std::collections::BTreeSet;

const FOLDERS: [&str; 4] =
    ["/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];
const MAX_UNIT: u64 = 1 << 20;
/// Mount units read at most.
const MAX_UNITS: usize = 256;

/// The mounts of units that a folder of wants or requirements names.
pub(super) fn mounts(tree: &Tree) -> Vec<FstabEntry> {
    let names = |folder: &str| -> Vec<String> {
        tree.list(folder).unwrap_or_default().into_iter().map(|entry| entry.name).collect()
    };
    let mut asked = BTreeSet::new();
    for folder in FOLDERS {
        let wants = names(folder).into_iter().filter(|name| name.ends_with(".wants") || name.ends_with(".requires"));
        let units = wants.flat_map(|name| names(&format!("{folder}/{name}")));
        asked.extend(units.filter(|name| name.ends_with(".mount")));
    }
    let unit = |name: String| {
        // A link to the null device masks it: it is no file that can be read.
        let paths = FOLDERS.map(|folder| format!("{folder}/{name}"));
        let path = paths.into_iter().find(|path| tree.symlink_metadata(path).is_ok())?;
        entry(&path, &tree.read(&path, MAX_UNIT).ok()?)
    };
    asked.into_iter().take(MAX_UNITS).filter_map(unit).collect()
}

fn entry(path: &str, bytes: &[u8]) -> Option<FstabEntry> {
    let lines = assignments(&Text::new(path, bytes));
    let value = |key: &str| {
        let own = lines.iter().rev().find(|line| line.section == "Mount" && line.key == key);
        own.map(|line| line.value.clone()).filter(|value| !value.is_empty())
    };
    let options = value("Options").unwrap_or_default();
    Some(FstabEntry {
        source: value("What")?,
        mount_point: value("Where")?,
        kind: value("Type").unwrap_or_else(|| "auto".to_owned()),
        options: options
            .split(',')
            .map(|option| option.trim().to_owned())
            .filter(|option| !option.is_empty())
            .collect(),
        line: 0,
    })
}

/// Types of partitions that are mounted without being asked for, and where.
const DISCOVERED: [(&str, &str); 5] = [
    ("933ac7e1-2eb4-4f13-b844-0e14e2aef915", "/home"),
    ("3b8f8425-20e0-4f3b-907f-1a25a76f98e8", "/srv"),
    ("7ec6f557-3bc5-4aca-b293-16ef5df639d1", "/var/tmp"),
    ("8484680c-9521-48c6-9c11-b0720656f69e", "/usr"),
    ("b0e01050-ee5f-4390-949a-9101b17104e9", "/usr"),
];
const GENERATORS: [&str; 2] = ["/usr/lib/systemd/system-generators", "/lib/systemd/system-generators"];

/// Where systemd mounts a partition of this type; nowhere if the guest's own folder holds something, or nothing would.
pub(super) fn discovered(tree: &Tree, kind: &str) -> Option<&'static str> {
    let (_, point) = DISCOVERED.iter().find(|(own, _)| own.eq_ignore_ascii_case(kind))?;
    let is_empty = tree.list(point).map_or_else(|error| error.is_absent(), |entries| entries.is_empty());
    // Without /usr it cannot be seen whether the generator is there.
    let generates = *point == "/usr"
        || GENERATORS.iter().any(|folder| tree.metadata(&format!("{folder}/systemd-gpt-auto-generator")).is_ok());
    (is_empty && generates).then_some(*point)
}
