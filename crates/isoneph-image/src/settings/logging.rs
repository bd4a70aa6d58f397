//! Settings of logs and of the clock.

use super::{Readings, Setting};
use crate::guest::rsyslog::{Scope, Target, Transport};
use crate::guest::systemd::State;
use crate::guest::{Candidate, Place, ini, logging, mounts};

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let targets = remote_targets(readings);
    vec![
        logger(readings, &targets),
        persistence(readings),
        remote(readings, &targets),
        transport(readings, &targets),
        rotation(readings),
        clock(readings),
        clock_sources(readings),
    ]
}

fn started(readings: &Readings<'_>, service: &str) -> Option<Candidate> {
    let state = readings.manager.service(readings.guest, service);
    state
        .place()
        .filter(|_| state.is_started())
        .map(|place| Candidate::new(format!("{service} is enabled"), place.clone()))
}

/// The targets of every logger that boot starts.
fn remote_targets(readings: &Readings<'_>) -> Vec<Target> {
    let mut targets = Vec::new();
    if started(readings, "rsyslog").is_some() {
        targets.extend(readings.rsyslog.facts.clone());
    }
    if started(readings, "syslog-ng").is_some() {
        targets.extend(readings.syslog_ng.facts.clone());
    }
    if !readings.manager.has_systemd() && started(readings, "syslog").is_some() {
        targets.extend(logging::busybox(readings.guest).facts);
    }
    targets.extend(logging::journal_upload(readings.guest, &readings.manager));
    targets.extend(logging::agents(readings.guest, &readings.manager, &readings.packages));
    targets
}

fn logger(readings: &Readings<'_>, targets: &[Target]) -> Setting {
    let id = "logging.system-logger";
    let problems = &readings.manager.problems;
    for service in ["rsyslog", "syslog-ng"] {
        if let Some(candidate) = started(readings, service) {
            return Setting::explicit(id, service).parts([&candidate]).needs(problems);
        }
    }
    // busybox' logger of Alpine goes by this name.
    if !readings.manager.has_systemd()
        && let Some(candidate) = started(readings, "syslog")
    {
        return Setting::explicit(id, "syslog").parts([&candidate]).needs(problems);
    }
    let upload = targets.iter().find(|_| started(readings, "systemd-journal-upload").is_some());
    let value = match upload {
        Some(_) if persistence(readings).value.as_deref() == Some("persistent") => "journal-upload",
        _ => "none",
    };
    Setting::explicit(id, value).needs(problems)
}

/// The word as journald takes it: it is told large from small letters, and what it does not know leaves the default.
fn known_storage(word: &str) -> String {
    let known = ["persistent", "auto", "volatile", "none"].contains(&word);
    if known { word.to_owned() } else { "auto".to_owned() }
}

/// Whether the journal is kept: `persistent`, `volatile` or `none`.
fn persistence(readings: &Readings<'_>) -> Setting {
    let id = "journal.persistence";
    let guest = readings.guest;
    if !readings.manager.has_systemd() {
        return Setting::absent(id, "the guest has no journal").needs(&readings.manager.problems);
    }
    let read = guest.watched(|| {
        let storage = ini::systemd_value(guest, "journald.conf", "Journal", "Storage");
        (storage, guest.metadata("/var/log/journal").is_some_and(|metadata| metadata.is_directory()))
    });
    let (storage, kept) = &read.facts;
    if let Some((place, why)) = lost_journal(readings) {
        return Setting::explicit(id, "volatile").at(place).note(why).needs(&read.problems);
    }
    let word = storage.as_ref().map_or("auto".to_owned(), |effective| known_storage(effective.value()));
    let value = match (word.as_str(), kept) {
        ("persistent", _) | ("auto", true) => "persistent",
        ("none", _) => "none",
        ("auto" | "volatile", _) => "volatile",
        _ => return Setting::unknown(id, "not-understood", format!("Storage={word}")).needs(&read.problems),
    };
    let setting = match storage {
        Some(effective) => Setting::effective(id, value, effective),
        None => Setting::default(id, value, "Storage=auto: kept when /var/log/journal is there"),
    };
    let folder = Place::file("/var/log/journal");
    let setting = if word == "auto" && *kept { setting.noted(&folder, "the folder is there") } else { setting };
    setting.needs(&read.problems)
}

/// Why a journal that is to be kept is not: nothing moves it to the disk, or its folder lies in memory.
fn lost_journal(readings: &Readings<'_>) -> Option<(Place, &'static str)> {
    for service in ["systemd-journal-flush.service", "systemd-journald.service"] {
        if let State::Masked(place) = readings.manager.unit_state(readings.guest, service) {
            return Some((place, "the service that writes the journal to the disk is masked"));
        }
    }
    let folders = ["/var", "/var/log", "/var/log/journal"];
    let in_memory = folders.iter().filter_map(|folder| mounts::at(&readings.mounts, folder)).next_back()?;
    in_memory.is_in_memory().then(|| (in_memory.place.clone(), "the folder of the journal lies in memory"))
}

fn remote(readings: &Readings<'_>, targets: &[Target]) -> Setting {
    let id = "logging.remote";
    let parts: Vec<Candidate> = targets.iter().map(Target::candidate).collect();
    match targets.iter().map(|target| target.scope).max() {
        Some(Scope::Whole) => {
            return Setting::explicit(id, "set").parts(&parts).needs(&readings.manager.problems);
        }
        Some(Scope::Perhaps) => {
            let why = "which messages are sent away hangs on a condition that is not evaluated";
            return Setting::unknown(id, "not-understood", why).parts(&parts).needs(&readings.manager.problems);
        }
        Some(Scope::Some) => {
            let some = Setting::explicit(id, "some-messages").parts(&parts);
            return some.note("what logins report stays in the guest").needs(&readings.manager.problems);
        }
        None => {}
    }
    let problems =
        [&readings.manager.problems[..], &readings.rsyslog.problems[..], &readings.syslog_ng.problems[..]].concat();
    Setting::explicit(id, "none").needs(&problems)
}

/// The weakest way by which logs leave.
fn transport(readings: &Readings<'_>, targets: &[Target]) -> Setting {
    let id = "logging.remote-transport";
    let problems =
        [&readings.manager.problems[..], &readings.rsyslog.problems[..], &readings.syslog_ng.problems[..]].concat();
    let parts: Vec<Candidate> = targets.iter().map(Target::candidate).collect();
    let value = match targets.iter().filter_map(|target| target.transport).min() {
        Some(Transport::Plain) => "plain",
        Some(Transport::Encrypted) => "encrypted",
        Some(Transport::Authenticated) if targets.iter().all(|target| target.transport.is_some()) => "authenticated",
        None if targets.is_empty() => "none",
        _ => {
            let why = "an agent sends logs by its own means, whose configuration is not read";
            return Setting::unknown(id, "agent", why).parts(&parts).needs(&problems);
        }
    };
    Setting::explicit(id, value).parts(&parts).needs(&problems)
}

fn rotation(readings: &Readings<'_>) -> Setting {
    let id = "logging.rotation";
    let problems =
        [&readings.packages.problems[..], &readings.manager.problems[..], &readings.jobs.problems[..]].concat();
    let Some(package) = readings.packages.get("logrotate") else {
        return Setting::explicit(id, "not-installed").needs(&problems);
    };
    let mut parts =
        vec![Candidate::new(format!("logrotate {}", package.version), Place::line(&package.path, package.line))];
    let timer = readings.manager.unit_state(readings.guest, "logrotate.timer");
    let service = readings.manager.unit_state(readings.guest, "logrotate.service");
    let startable = !matches!(service, State::Masked(_) | State::NotFound);
    if let Some(place) = timer.place().filter(|_| timer.is_started() && startable) {
        parts.push(Candidate::new("logrotate.timer is enabled", place.clone()));
    } else if let Some(job) = readings
        .jobs
        .iter()
        .find(|job| job.command.contains("logrotate") && !leaves_to_systemd(readings, &job.command))
        .filter(|_| runs_jobs(readings))
    {
        parts.push(Candidate::new(job.command.clone(), job.place.clone()));
    }
    Setting::explicit(id, if parts.len() > 1 { "scheduled" } else { "not-scheduled" }).parts(&parts).needs(&problems)
}

/// Whether a job's script does nothing where systemd runs, as Debian's scripts do that have a timer.
fn leaves_to_systemd(readings: &Readings<'_>, command: &str) -> bool {
    let path = command.split_whitespace().next().unwrap_or_default();
    let text = readings.guest.text(path).filter(|_| readings.manager.has_systemd() && path.starts_with('/'));
    text.is_some_and(|text| text.settings(&['#']).any(|(_, line)| line.contains("/run/systemd/system")))
}

/// Whether a daemon runs the jobs of cron.
pub(super) fn runs_jobs(readings: &Readings<'_>) -> bool {
    crate::guest::crontab::runs(readings.guest, &readings.manager)
}

fn clock(readings: &Readings<'_>) -> Setting {
    let id = "time.synchronisation";
    let on = readings.clocks.iter().find(|daemon| daemon.state.is_started());
    let setting = match on {
        Some(daemon) => {
            let place =
                daemon.state.place().map(|place| Candidate::new(format!("{} is enabled", daemon.name), place.clone()));
            Setting::explicit(id, daemon.name).parts(&place)
        }
        None => {
            let place = |state: &State, name: &str| {
                state.place().map(|place| Candidate::new(format!("{name} is {}", state.name()), place.clone()))
            };
            let parts: Vec<Candidate> =
                readings.clocks.iter().filter_map(|daemon| place(&daemon.state, daemon.name)).collect();
            Setting::explicit(id, "none").parts(&parts)
        }
    };
    setting.needs(&readings.clocks.problems).needs(&readings.manager.problems)
}

fn clock_sources(readings: &Readings<'_>) -> Setting {
    let id = "time.sources";
    let problems = [&readings.clocks.problems[..], &readings.manager.problems[..]].concat();
    let on: Vec<_> = readings.clocks.iter().filter(|daemon| daemon.state.is_started()).collect();
    let named: Vec<Candidate> = on.iter().flat_map(|daemon| daemon.sources.clone()).collect();
    if on.is_empty() {
        return Setting::explicit(id, "no-daemon").needs(&problems);
    }
    if !named.is_empty() {
        return Setting::explicit(id, "named").parts(&named).needs(&problems);
    }
    let fallback = on.iter().find_map(|daemon| daemon.fallback.clone());
    match fallback {
        Some(candidate) => Setting::explicit(id, "fallback").parts([&candidate]).needs(&problems),
        None if on.iter().any(|daemon| daemon.name == "systemd-timesyncd") => {
            Setting::default(id, "fallback", "the servers that systemd-timesyncd was built with").needs(&problems)
        }
        None => Setting::explicit(id, "none").needs(&problems),
    }
}
