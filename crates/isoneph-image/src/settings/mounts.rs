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
        Some(mount) if mount.is_in_memory() => Setting::explicit(*id, "in-memory").parts([&candidate(mount)]),
        Some(mount) => Setting::explicit(*id, "same-volume").parts([&candidate(mount)]),
        None => Setting::explicit(*id, "same-volume").note(format!("neither fstab nor a mount unit mounts {path}")),
    });
    let paths = OPTIONS.iter().map(|(_, path)| *path).chain(VOLUMES.iter().map(|(_, path)| *path));
    let settings = options.chain(volumes).zip(paths).map(|(setting, path)| match remounted(readings, path) {
        Some(command) => {
            let why = format!("{}: a command that boot or cron runs mounts {path} anew", command.place);
            Setting::unknown(&setting.id, "set-by-command", why).parts([&command])
        }
        None => setting,
    });
    settings.map(|setting| setting.needs(&mounts.problems)).collect()
}

/// The command that mounts there once more, or takes the mount away.
fn remounted(readings: &Readings<'_>, path: &str) -> Option<Candidate> {
    let command = readings.manager.commands.iter().find(|command| {
        let words = command.words();
        let mounts = words.first().is_some_and(|program| matches!(program.as_str(), "mount" | "umount"));
        mounts && words[1..].iter().any(|word| word.trim_end_matches('/') == path)
    })?;
    Some(Candidate::new(command.text.clone(), command.place.clone()))
}

fn candidate(mount: &Mount) -> Candidate {
    Candidate::new(format!("{} {} {}", mount.target, mount.kind, mount.options.join(",")), mount.place.clone())
}
