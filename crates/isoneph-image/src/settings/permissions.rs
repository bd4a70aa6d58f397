//! Settings of modes and owners that a few inodes decide.

use super::{Readings, Setting};
use crate::guest::access_list::named_rights;
use crate::guest::{Candidate, Guest, Place, join};
use crate::tree::Metadata;
use std::collections::BTreeSet;

/// Files whose mode and owner are catalogued: setting prefix, path.
const FILES: [(&str, &str); 5] = [
    ("file.passwd", "/etc/passwd"),
    ("file.shadow", "/etc/shadow"),
    ("file.gshadow", "/etc/gshadow"),
    ("file.group", "/etc/group"),
    ("file.var-log", "/var/log"),
];

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let mut settings: Vec<Setting> =
        FILES.iter().flat_map(|(id, path)| mode_and_owner(readings, id, path, "")).collect();
    settings.extend(sudoers(readings));
    settings.extend(boot_loader(readings));
    settings.extend(cron(readings));
    settings.extend(homes(readings));
    settings.push(host_keys(readings));
    settings.extend(sshd_files(readings));
    settings
}

/// The settings `ID.mode` and `ID.owner` of a path that may be absent.
fn mode_and_owner(readings: &Readings<'_>, id: &str, path: &str, scope: &str) -> [Setting; 2] {
    let guest = readings.guest;
    let found = guest.watched(|| Some((guest.metadata(path)?, named_rights(guest, path).unwrap_or(0))));
    let (mode, owner) = (format!("{id}.mode"), format!("{id}.owner"));
    let settings = match &found.facts {
        Some((metadata, named)) => {
            [with_list(mode_of(&mode, path, metadata), *named), owner_of(readings, &owner, path, metadata)]
        }
        None => [mode, owner].map(|id| Setting::absent(id, format!("there is no {path}"))),
    };
    settings.map(|setting| setting.scope(scope).needs(&found.problems))
}

fn mode_of(id: &str, path: &str, metadata: &Metadata) -> Setting {
    let bits = metadata.mode & 0o7777;
    Setting::explicit(id, format!("{bits:04o}")).number(i64::from(bits)).at(Place::file(path))
}

/// What an access list gives to users and groups that it names counts as given to everybody.
fn with_list(setting: Setting, named: u16) -> Setting {
    let (Some(value), Some(bits)) = (setting.value.clone().filter(|_| named != 0), setting.number) else {
        return setting;
    };
    let place = setting.place.clone().unwrap_or_else(|| Place::file(""));
    let mut listed = setting.number(bits | i64::from(named)).noted(&place, "an access list names others");
    listed.value = Some(format!("{value}+"));
    listed
}

fn owner_of(readings: &Readings<'_>, id: &str, path: &str, metadata: &Metadata) -> Setting {
    let accounts = &readings.accounts;
    let user = if metadata.uid == 0 { "root".to_owned() } else { accounts.user_name(metadata.uid) };
    let group = if metadata.gid == 0 { "root".to_owned() } else { accounts.group_name(metadata.gid) };
    Setting::explicit(id, format!("{user}:{group}")).at(Place::file(path))
}

fn sudoers(readings: &Readings<'_>) -> Vec<Setting> {
    let path = readings.sudoers.path.clone();
    if path.is_empty() {
        let ids = ["file.sudoers.mode", "file.sudoers.owner"];
        return ids.map(|id| Setting::absent(id, "there is no sudoers file").needs(&readings.sudoers.problems)).into();
    }
    mode_and_owner(readings, "file.sudoers", &path, "").into()
}

/// The files of GRUB, where a mode means something: not on the FAT of the EFI partition.
fn boot_loader(readings: &Readings<'_>) -> Vec<Setting> {
    let files: Vec<&String> = readings.boot.files.iter().filter(|path| !path.contains("/EFI/")).collect();
    if files.is_empty() {
        let ids = ["file.grub.mode", "file.grub.owner"];
        return ids.map(|id| Setting::absent(id, "there is no file of GRUB").needs(&readings.boot.problems)).into();
    }
    files.iter().flat_map(|path| mode_and_owner(readings, "file.grub", path, path)).collect()
}

const CRON_FOLDERS: [&str; 5] =
    ["/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly"];

fn cron(readings: &Readings<'_>) -> Vec<Setting> {
    let guest = readings.guest;
    let found = guest.watched(|| {
        let of = |path: &'static str| Some((path, guest.metadata(path)?, named_rights(guest, path).unwrap_or(0)));
        let table = of("/etc/crontab");
        let folders: Vec<(&str, Metadata, u16)> = CRON_FOLDERS.into_iter().filter_map(of).collect();
        (table, folders, open_jobs(guest))
    });
    let (table, folders, open) = &found.facts;
    let mut settings = Vec::new();
    match table {
        Some((path, metadata, named)) => {
            settings.push(with_list(mode_of("cron.table.mode", path, metadata), *named));
            settings.push(owner_of(readings, "cron.table.owner", path, metadata));
        }
        None => settings
            .extend(["cron.table.mode", "cron.table.owner"].map(|id| Setting::absent(id, "there is no /etc/crontab"))),
    }
    for (path, metadata, named) in folders {
        settings.push(with_list(mode_of("cron.folder.mode", path, metadata), *named).scope(*path));
        settings.push(owner_of(readings, "cron.folder.owner", path, metadata).scope(*path));
    }
    if folders.is_empty() {
        let ids = ["cron.folder.mode", "cron.folder.owner"];
        settings.extend(ids.map(|id| Setting::absent(id, "there are no folders of cron")));
    }
    let has_jobs = !folders.is_empty() || OTHER_JOBS.iter().any(|folder| guest.exists(folder));
    settings.push(if has_jobs {
        Setting::offenders("cron.open-jobs", open, &found.problems)
    } else {
        Setting::absent("cron.open-jobs", "there are no folders of cron")
    });
    settings
        .into_iter()
        .map(
            |setting| {
                if setting.id == "cron.open-jobs" && has_jobs { setting } else { setting.needs(&found.problems) }
            },
        )
        .collect()
}

/// Folders of jobs of busybox' cron, its tables, and Debian's folder that nothing runs unless told to: of them counts alone
/// that nobody else may change them.
const OTHER_JOBS: [&str; 7] = [
    "/etc/cron.yearly",
    "/etc/crontabs",
    "/etc/periodic/15min",
    "/etc/periodic/hourly",
    "/etc/periodic/daily",
    "/etc/periodic/weekly",
    "/etc/periodic/monthly",
];

/// Jobs that others than root may change, and folders among the others that they may put some into.
fn open_jobs(guest: &Guest<'_>) -> Vec<Candidate> {
    let mut open = Vec::new();
    let mut look = |path: String| {
        let Some(metadata) = guest.metadata(&path) else { return };
        if metadata.mode & 0o022 != 0 || metadata.uid != 0 {
            open.push(Candidate::new(format!("{path} ({:04o})", metadata.mode), Place::file(&path)));
        }
    };
    OTHER_JOBS.iter().for_each(|folder| look((*folder).to_owned()));
    for folder in CRON_FOLDERS.iter().chain(&OTHER_JOBS) {
        guest.list(folder).iter().for_each(|entry| look(join(folder, &entry.name)));
    }
    open
}

/// Homes of people: of ordinary users, and root's.
fn homes(readings: &Readings<'_>) -> Vec<Setting> {
    let first = readings.login_defs.first_user();
    let people = readings.accounts.users.iter().filter(|user| user.uid == 0 || user.uid >= first && user.uid != 65534);
    let mut settings = Vec::new();
    for user in people {
        if !user.home.starts_with('/') || matches!(user.home.as_str(), "/" | "/nonexistent") || user.home == "/dev/null"
        {
            continue;
        }
        let guest = readings.guest;
        let found = guest.watched(|| Some((guest.metadata(&user.home)?, named_rights(guest, &user.home).unwrap_or(0))));
        let scope = format!("{} {}", user.name, user.home);
        let Some((metadata, named)) = &found.facts else {
            if let Some(problem) = found.problems.first() {
                let unknown = |id: &str| Setting::unknown(id, &problem.code, &problem.message).scope(scope.clone());
                settings.extend(["home.mode", "home.owner"].map(unknown));
            }
            continue;
        };
        let mode = with_list(mode_of("home.mode", &user.home, metadata), *named).scope(scope.clone());
        settings.push(mode.needs(&found.problems));
        let owned = metadata.uid == user.uid;
        let value = if owned { "own".to_owned() } else { readings.accounts.user_name(metadata.uid) };
        settings.push(Setting::explicit("home.owner", value).at(Place::file(&user.home)).scope(scope));
    }
    if settings.is_empty() {
        settings.extend(["home.mode", "home.owner"].map(|id| Setting::absent(id, "no user has a home directory")));
    }
    let problems = &readings.accounts.problems;
    settings.into_iter().map(|setting| setting.needs(problems)).collect()
}

/// Private halves of host keys: `private`, or who else can read them.
fn host_keys(readings: &Readings<'_>) -> Setting {
    let id = "sshd.host-key-access";
    let keys = &readings.left_overs.host_keys;
    if keys.is_empty() {
        return Setting::absent(id, "there are no host keys").needs(&readings.left_overs.problems);
    }
    let mut open = Vec::new();
    let problems = readings.guest.watched(|| {
        for key in keys {
            let Some(metadata) = readings.guest.metadata(&key.path) else { continue };
            let group = readings.accounts.group_name(metadata.gid);
            let allowed = if group == "ssh_keys" { 0o640 } else { 0o600 };
            let listed = named_rights(readings.guest, &key.path).is_some_and(|rights| rights != 0);
            if metadata.mode & 0o7777 & !allowed != 0 || metadata.uid != 0 || listed {
                let list = if listed { "+" } else { "" };
                open.push(Candidate::new(format!("{} ({:04o}{list})", key.path, metadata.mode), key.clone()));
            }
        }
    });
    if open.is_empty() {
        let parts: Vec<Candidate> = keys.iter().map(|key| Candidate::new("private", key.clone())).collect();
        return Setting::explicit(id, "private")
            .parts(&parts)
            .needs(&problems.problems)
            .needs(&readings.left_overs.problems);
    }
    Setting::offenders(id, &open, &[])
}

/// The server's configuration and its drop-ins.
fn sshd_files(readings: &Readings<'_>) -> Vec<Setting> {
    let ids = ["sshd.config.mode", "sshd.config.owner"];
    if readings.sshd.path.is_empty() {
        return ids
            .map(|id| Setting::absent(id, "there is no configuration of sshd").needs(&readings.sshd.problems))
            .into();
    }
    let drop_ins = readings.guest.watched(|| readings.guest.files_ending("/etc/ssh/sshd_config.d", ".conf"));
    // What it includes counts where it lies in its own folder: policies of the distribution may be read by all.
    let lines = readings.sshd.global.iter().chain(readings.sshd.blocks.iter().flat_map(|block| &block.lines));
    let included = lines.map(|line| line.place.path.clone()).filter(|path| path.starts_with("/etc/ssh/"));
    let paths: BTreeSet<String> =
        [readings.sshd.path.clone()].into_iter().chain(drop_ins.facts.clone()).chain(included).collect();
    let settings = paths.into_iter().flat_map(|path| mode_and_owner(readings, "sshd.config", &path, &path));
    settings.map(|setting| setting.needs(&drop_ins.problems)).collect()
}
