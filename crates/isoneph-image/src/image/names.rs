//! The names by which volumes are asked for: those that `fstab` gives, and the identities of physical volumes.
//!
//! A kernel's name of a device (`/dev/sdb1`) is none of them: it depends on the order in which disks were found.

use super::volumes::OpenVolume;
use crate::partition::lvm::Membership;

/// The name that a source of `fstab` asks for, in one written form.
pub(super) fn wanted(source: &str) -> Option<String> {
    let by = source.strip_prefix("/dev/disk/by-").and_then(|rest| rest.split_once('/'));
    let tag = || source.split_once('=').filter(|(tag, _)| !tag.contains('/'));
    let Some((tag, value)) = by.or_else(tag) else { return logical(source) };
    named(&tag.to_ascii_lowercase(), value.trim_matches('"'))
}

fn named(tag: &str, value: &str) -> Option<String> {
    match tag {
        _ if value.is_empty() => None,
        "uuid" | "partuuid" => Some(format!("{tag}={}", value.to_ascii_lowercase())),
        "label" | "partlabel" => Some(format!("{tag}={value}")),
        _ => None,
    }
}

/// `/dev/GROUP/NAME` and `/dev/mapper/GROUP-NAME`.
fn logical(source: &str) -> Option<String> {
    let (folder, name) = source.strip_prefix("/dev/")?.split_once('/')?;
    match folder {
        _ if name.contains('/') => None,
        "mapper" => Some(format!("mapper={name}")),
        _ => Some(format!("lv={folder}/{name}")),
    }
}

/// The names that a volume answers to.
pub(super) fn of_volume(volume: &OpenVolume) -> Vec<String> {
    let info = volume.system.info();
    let partition = volume.partition.as_ref();
    let group = Some(&volume.name).filter(|_| volume.logical).and_then(|name| name.split_once('/'));
    let escaped = |name: &str| name.replace('-', "--");
    [
        info.uuid.as_deref().and_then(|uuid| named("uuid", uuid)),
        named("label", &info.label),
        partition.and_then(|partition| named("partuuid", partition.uuid.as_deref()?)),
        partition.and_then(|partition| named("partlabel", &partition.label)),
        group.map(|(group, name)| format!("lv={group}/{name}")),
        group.map(|(group, name)| format!("mapper={}-{}", escaped(group), escaped(name))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The names of the physical volumes that are there, and of those that their groups miss.
pub(super) fn of_physical(membership: &Membership) -> (Vec<String>, Vec<String>) {
    let names = |ids: &[String]| ids.iter().map(|id| format!("{PHYSICAL}{id}")).collect();
    (names(&membership.held), names(&membership.missing))
}

/// What the names of physical volumes begin with.
pub(super) const PHYSICAL: &str = "pv=";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_is_asked_for_in_one_form_however_fstab_writes_it() {
        for (source, name) in [
            ("UUID=AB-12", Some("uuid=ab-12")),
            ("UUID=\"ab-12\"", Some("uuid=ab-12")),
            ("/dev/disk/by-uuid/ab-12", Some("uuid=ab-12")),
            ("LABEL=Data", Some("label=Data")),
            ("/dev/disk/by-partlabel/var", Some("partlabel=var")),
            ("/dev/mapper/vg--0-var", Some("mapper=vg--0-var")),
            ("/dev/vg-0/var", Some("lv=vg-0/var")),
            ("/dev/sdb1", None),
            ("UUID=", None),
            ("host:/export", None),
            ("/dev/disk/by-path/pci-0", None),
            ("tmpfs", None),
        ] {
            assert_eq!(wanted(source).as_deref(), name, "{source}");
        }
    }
}
