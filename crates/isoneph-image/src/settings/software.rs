//! Settings of software: protection against malware, integrity, signatures, updates, the release's age.

use super::{Readings, Setting};
use crate::guest::Candidate;
use crate::guest::Place;
use crate::guest::end_of_life::{EndOfLife, Support};
use crate::guest::packages::Package;
use crate::guest::systemd::State;
use jiff::civil::Date;

/// Agents of endpoint protection: packages, services.
const ENDPOINT_AGENTS: [(&[&str], &[&str]); 12] = [
    (&["falcon-sensor"], &["falcon-sensor"]),
    (&["mdatp"], &["mdatp"]),
    (&["sentinelagent", "SentinelAgent"], &["sentinelone", "sentinelagent"]),
    (&["ds-agent", "ds_agent"], &["ds_agent"]),
    (&["cbagentd", "cb-psc-sensor"], &["cbagentd"]),
    (&["sophos-spl", "sophos-av"], &["sophos-spl", "sav-protect"]),
    (&["eea", "efs", "eset"], &["eea", "efs"]),
    (&["kesl"], &["kesl"]),
    (&["bitdefender-security-tools"], &["bdsec"]),
    (&["traps", "cortex-agent"], &["traps_pmd"]),
    (&["elastic-endpoint"], &["ElasticEndpoint"]),
    (&["f-secure-linuxsecurity", "f-secure-linuxsecurity64"], &["f-secure-linuxsecurity-main"]),
];

pub(super) fn settings(readings: &Readings<'_>, day: Date) -> Vec<Setting> {
    vec![
        malware(readings),
        integrity(readings),
        signatures(readings),
        automatic_updates(readings),
        release(readings, day),
    ]
}

fn installed(package: &Package) -> Candidate {
    Candidate::new(format!("{} {}", package.name, package.version), Place::line(&package.path, package.line))
}

fn started(readings: &Readings<'_>, services: &[&str]) -> Option<Candidate> {
    let (name, state) = readings.manager.any_service(readings.guest, services);
    state
        .place()
        .filter(|_| state.is_started())
        .map(|place| Candidate::new(format!("{name} is enabled"), place.clone()))
}

fn malware(readings: &Readings<'_>) -> Setting {
    let id = "malware.protection";
    let problems = [&readings.packages.problems[..], &readings.manager.problems[..]].concat();
    for (packages, services) in ENDPOINT_AGENTS {
        if let (Some(package), Some(service)) = (readings.packages.any(packages), started(readings, services)) {
            return Setting::explicit(id, "endpoint-agent").parts([&service, &installed(package)]).needs(&problems);
        }
    }
    let scanner = readings.packages.any(&["clamav-daemon", "clamd", "clamav-scanner-systemd", "clamav-server"]);
    let daemon = started(readings, &["clamav-daemon", "clamd", "clamd@scan"]);
    let by_job = || {
        let mut jobs = readings.jobs.iter().filter(|_| super::logging::runs_jobs(readings));
        let job = jobs.find(|job| names_program(&job.command, "freshclam"))?;
        Some(Candidate::new(job.command.clone(), job.place.clone()))
    };
    let updater = started(readings, &["clamav-freshclam", "freshclam"]).or_else(by_job);
    let parts: Vec<Candidate> =
        [scanner.map(installed), daemon.clone(), updater.clone()].into_iter().flatten().collect();
    let value = match (daemon, updater) {
        (Some(_), Some(_)) => "scanner-with-updates",
        (Some(_), None) => "scanner-without-updates",
        (None, Some(_)) => "updates-without-scanner",
        (None, None) => "none",
    };
    Setting::explicit(id, value).parts(&parts).needs(&problems)
}

/// Tools that notice changed files: packages, what a timer's name or a job's command contains, services that watch by themselves.
const INTEGRITY_TOOLS: [(&[&str], &str, &[&str]); 6] = [
    (&["aide"], "aide", &[]),
    (&["tripwire"], "tripwire", &[]),
    (&["samhain"], "samhain", &["samhain"]),
    (&["wazuh-agent", "ossec-hids-agent", "ossec-hids"], "ossec", &["wazuh-agent", "ossec"]),
    (&["integrit"], "integrit", &[]),
    (&["afick"], "afick", &[]),
];

/// Whether a command names the program: a whole part of a path or a word, such as in `/usr/bin/aide.wrapper`.
fn names_program(command: &str, word: &str) -> bool {
    let wrapper = format!("daily{word}check");
    let starts = |text: &str, at: usize| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
    let ends = |text: &str, at: usize| !text[at..].starts_with(|c: char| c.is_ascii_alphanumeric());
    let whole = |text: &str, name: &str| {
        text.match_indices(name).any(|(at, _)| starts(text, at) && ends(text, at + name.len()))
    };
    // Its logs and databases are named as it is: a later word that leads to them runs nothing.
    let data = ["/var/", "/tmp/", "/etc/", "/run/"];
    let mut words = command.split_whitespace().enumerate();
    words.any(|(at, text)| {
        let is_data =
            at > 0 && data.iter().any(|folder| text.trim_start_matches(['"', '\'', '>', '<']).starts_with(folder));
        !is_data && (whole(text, word) || whole(text, &wrapper))
    })
}

/// Whether the service of a timer may be started.
fn starts_its_service(readings: &Readings<'_>, timer: &str) -> bool {
    let own = format!("{}.service", timer.trim_end_matches(".timer"));
    let unit = readings.manager.load(readings.guest, timer);
    let named = unit.and_then(|unit| unit.value("Timer", "Unit")).map(|unit| unit.won.value);
    !matches!(readings.manager.unit_state(readings.guest, &named.unwrap_or(own)), State::Masked(_))
}

fn integrity(readings: &Readings<'_>) -> Setting {
    let id = "integrity.checks";
    let problems =
        [&readings.packages.problems[..], &readings.manager.problems[..], &readings.jobs.problems[..]].concat();
    let mut parts = Vec::new();
    for (packages, word, services) in INTEGRITY_TOOLS {
        let Some(package) = readings.packages.any(packages) else { continue };
        parts.push(installed(package));
        let fits = |name: &str| name.ends_with(".timer") && name.contains(word) && starts_its_service(readings, name);
        let timers = readings.manager.started().filter(|(name, _)| fits(name));
        let timer = timers.map(|(name, place)| Candidate::new(format!("{name} is enabled"), place.clone())).next();
        let mut jobs = readings.jobs.iter().filter(|_| super::logging::runs_jobs(readings));
        let job = jobs.find(|job| names_program(&job.command, word));
        let job = job.map(|job| Candidate::new(job.command.clone(), job.place.clone()));
        if let Some(trigger) = timer.or(job).or_else(|| started(readings, services).filter(|_| !services.is_empty())) {
            parts.push(trigger);
            return Setting::explicit(id, "scheduled").parts(&parts).needs(&problems);
        }
    }
    let value = if parts.is_empty() { "none" } else { "not-scheduled" };
    Setting::explicit(id, value).parts(&parts).needs(&problems)
}

fn signatures(readings: &Readings<'_>) -> Setting {
    let updates = &readings.updates;
    let id = "packages.unsigned";
    if !updates.found && updates.unsigned.is_empty() {
        let why = "no configuration of a package manager was found";
        return Setting::unknown(id, "no-package-manager", why).needs(&updates.problems);
    }
    Setting::offenders(id, &updates.unsigned, &updates.problems)
}

fn automatic_updates(readings: &Readings<'_>) -> Setting {
    let updates = &readings.updates;
    let problems = [&updates.problems[..], &readings.packages.problems[..], &readings.manager.problems[..]].concat();
    let setting = match &updates.automatic {
        Some(parts) => Setting::explicit("packages.automatic-updates", "on").parts(parts),
        None => Setting::explicit("packages.automatic-updates", "off").parts(&updates.partly),
    };
    setting.needs(&problems)
}

/// Distributions that are one release for ever.
const ROLLING: [&str; 5] = ["opensuse-tumbleweed", "arch", "void", "gentoo", "kali"];

fn release(readings: &Readings<'_>, day: Date) -> Setting {
    let id = "os.support";
    let table = EndOfLife::table();
    let os = &readings.os;
    let place = Place::file(&os.path);
    if os.id.is_empty() {
        return Setting::unknown(id, "no-release", "the guest does not say which release it is").needs(&os.problems);
    }
    // A rolling release has no end; its version is the day it was made, where it has one.
    if ROLLING.contains(&os.id.as_str()) {
        return Setting::explicit(id, "rolling").at(place).needs(&os.problems);
    }
    let Some(release) = table.find(os) else {
        let why = format!("{} {} is not in the table of releases of {}", os.id, os.version, table.reviewed);
        return Setting::unknown(id, "not-in-table", why).at(place).needs(&os.problems);
    };
    let value = match release.support(day) {
        Support::Full => "full",
        Support::Extended => "extended",
        Support::Paid => "paid",
        Support::Ended => "ended",
    };
    let note = format!("{} {}: until {}{}", release.id, release.version, release.ends, later(release.extended));
    Setting::explicit(id, value).at(place).note(note).note(format!("on {day}")).needs(&os.problems)
}

fn later(extended: Option<Date>) -> String {
    extended.map_or(String::new(), |date| format!(", long-term support until {date}"))
}
