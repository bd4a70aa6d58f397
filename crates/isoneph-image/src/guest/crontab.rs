//! Jobs of cron and anacron: what runs regularly.

use super::os::Family;
use super::systemd::Manager;
use super::{Guest, Known, Place, join};

/// One job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The command, or the path of a script in one of the folders that cron runs.
    pub command: String,
    /// Whether the daemon runs it when it starts.
    pub at_boot: bool,
    /// Where it stands.
    pub place: Place,
}

/// Whether a daemon runs the jobs.
#[must_use]
pub fn runs(guest: &Guest<'_>, manager: &Manager) -> bool {
    manager.any_service(guest, &["cron", "crond", "cronie", "anacron", "dcron", "fcron"]).1.is_started()
}

const FOLDERS: [&str; 9] = [
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
    "/etc/periodic/15min",
    "/etc/periodic/hourly",
    "/etc/periodic/daily",
    "/etc/periodic/weekly",
    "/etc/periodic/monthly",
];
const TABLES: [&str; 3] = ["/var/spool/cron/crontabs/*", "/var/spool/cron/*", "/etc/crontabs/*"];

/// Reads the tables of the system and of users, and the folders of scripts.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<Vec<Job>> {
    guest.watched(|| {
        let mut jobs = Vec::new();
        let dotted = takes_dots(guest);
        for folder in FOLDERS {
            for entry in guest.list(folder) {
                // run-parts takes executable files whose names have no dot.
                let runs =
                    entry.metadata.as_ref().is_ok_and(|m| (m.is_file() && m.mode & 0o111 != 0) || m.is_symlink());
                if runs && counts(&entry.name, dotted) {
                    let path = join(folder, &entry.name);
                    jobs.push(Job { command: path.clone(), at_boot: false, place: Place::file(&path) });
                }
            }
        }
        table(guest, "/etc/crontab", 1, &mut jobs);
        for path in guest.glob("/etc/cron.d/*") {
            if counts(super::base_name(&path), dotted) {
                table(guest, &path, 1, &mut jobs);
            }
        }
        for path in TABLES.iter().flat_map(|pattern| guest.glob(pattern)) {
            if guest.metadata(&path).is_some_and(|metadata| metadata.is_file()) {
                table(guest, &path, 0, &mut jobs);
            }
        }
        table(guest, "/etc/anacrontab", 0, &mut jobs);
        jobs
    })
}

/// Whether cron and its run-parts take names with dots: Red Hat's do, Debian's and busybox' do not.
fn takes_dots(guest: &Guest<'_>) -> bool {
    matches!(super::os::read(guest).family, Family::RedHat)
}

/// What editors and package managers leave behind never counts.
fn counts(name: &str, dotted: bool) -> bool {
    const LEFT: [&str; 9] = ["~", ",v", ".swp", ".rpmsave", ".rpmorig", ".rpmnew", ".cfsaved", ".bak", ".disabled"];
    if dotted {
        !LEFT.iter().any(|ending| name.ends_with(ending)) && !name.starts_with('.')
    } else {
        !name.contains('.')
    }
}

/// Reads one table; `user_fields` columns stand between the time and the command.
fn table(guest: &Guest<'_>, path: &str, user_fields: usize, jobs: &mut Vec<Job>) {
    let Some(text) = guest.text(path) else { return };
    for (number, line) in text.settings(&['#']) {
        let first = line.split_whitespace().next().unwrap_or_default();
        let assignment = first.contains('=')
            || line.split_once('=').is_some_and(|(name, _)| !name.trim().contains(char::is_whitespace));
        let times = match first {
            _ if assignment => continue,
            at if at.starts_with('@') => 1,
            _ if path.ends_with("anacrontab") => 3,
            _ => 5,
        };
        let command: Vec<&str> = line.split_whitespace().skip(times + user_fields).collect();
        if !command.is_empty() {
            let at_boot = first.eq_ignore_ascii_case("@reboot");
            jobs.push(Job { command: command.join(" "), at_boot, place: Place::line(path, number) });
        }
    }
}
