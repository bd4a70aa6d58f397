//! Settings of what is mounted where.

use super::{Readings, Setting};
use crate::guest::Candidate;
use crate::guest::mounts::{Mount, at};

/// Mount points whose options are catalogued: setting, path.
const OPTIONS: [(&str, &str); 4] =
    [("mount.tmp", "/tmp"), ("mount.var-tmp", "/var/tmp"), ("mount.dev-shm", "/dev/shm"), ("mount.home", "/home")];
/// Folders that are better volumes of their own: setting, path.
const VOLUMES: [(&str, &str); 2] = [("mount.var-log", "/var/log"), ("mount.var-log-audit", "/var/log/audit")];

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let mounts = &readings.mounts;
    let options = OPTIONS.iter().map(|(id, path)| match at(mounts, path) {
        Some(mount) => Setting::explicit(*id, mount.restrictions().join(" ")).parts([&candidate(mount)]),
        None => Setting::absent(*id, format!("neither fstab nor a mount unit mounts {path}")),
    });
    let volumes = VOLUMES.iter().map(|(id, path)| match at(mounts, path) {
        Some(mount) if mount.is_volume() => Setting::explicit(*id, "own-volume").parts([&candidate(mount)]),
        Some(mount) => Setting::explicit(*id, "same-volume").parts([&candidate(mount)]),
        None => Setting::explicit(*id, "same-volume").note(format!("neither fstab nor a mount unit mounts {path}")),
    });
    options.chain(volumes).map(|setting| setting.needs(&mounts.problems)).collect()
}

fn candidate(mount: &Mount) -> Candidate {
    Candidate::new(format!("{} {} {}", mount.target, mount.kind, mount.options.join(",")), mount.place.clone())
}
