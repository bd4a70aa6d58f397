//! Clock synchronisation: which daemon runs, and whom it asks.

use super::systemd::{Manager, State};
use super::{Candidate, Guest, Known, Place, ini};

/// A daemon that sets the clock.
#[derive(Clone, Debug)]
pub struct Daemon {
    /// Name, such as `chrony`.
    pub name: &'static str,
    /// How its service stands.
    pub state: State,
    /// The sources it is told to use.
    pub sources: Vec<Candidate>,
    /// Sources it falls back to when it is told none.
    pub fallback: Option<Candidate>,
}

/// Name of a daemon, names of its service, and how its sources are read.
type Kind = (&'static str, &'static [&'static str], fn(&Guest<'_>) -> Vec<Candidate>);

/// The daemons that are in the guest.
#[must_use]
pub fn read(guest: &Guest<'_>, manager: &Manager) -> Known<Vec<Daemon>> {
    guest.watched(|| {
        let mut daemons = Vec::new();
        let kinds: [Kind; 5] = [
            ("chrony", &["chrony", "chronyd"], chrony),
            ("systemd-timesyncd", &["systemd-timesyncd"], timesyncd),
            ("ntpsec", &["ntpsec"], |guest| ntp(guest, "/etc/ntpsec/ntp.conf")),
            ("ntp", &["ntp", "ntpd"], |guest| [ntp(guest, "/etc/ntp.conf"), busybox(guest)].concat()),
            ("openntpd", &["openntpd"], |guest| {
                [ntp(guest, "/etc/openntpd/ntpd.conf"), ntp(guest, "/etc/ntpd.conf")].concat()
            }),
        ];
        for (name, services, sources) in kinds {
            let (_, state) = manager.any_service(guest, services);
            if state == State::NotFound {
                continue;
            }
            if name == "chrony" {
                leaves_the_clock(guest, manager);
            }
            let fallback = (name == "systemd-timesyncd").then(|| fallback(guest)).flatten();
            daemons.push(Daemon { name, state, sources: sources(guest), fallback });
        }
        daemons
    })
}

/// States an option by which chronyd does not set the clock.
fn leaves_the_clock(guest: &Guest<'_>, manager: &Manager) {
    let commands = ["chrony.service", "chronyd.service"].into_iter().filter_map(|name| manager.load(guest, name));
    let commands = commands.flat_map(|unit| unit.values("Service", "ExecStart"));
    let mut lines: Vec<(String, Place)> = commands.map(|command| (command.value, command.place)).collect();
    for path in ["/etc/default/chrony", "/etc/sysconfig/chronyd", "/etc/conf.d/chronyd"] {
        let text = guest.text(path);
        let options = text.iter().flat_map(|text| text.settings(&['#']));
        lines.extend(options.map(|(number, line)| (line.to_owned(), Place::line(path, number))));
    }
    let has = |line: &str| line.split([' ', '\t', '=', '"', '\'']).any(|word| matches!(word, "-x" | "-q" | "-Q"));
    if let Some((_, place)) = lines.iter().find(|(line, _)| has(line)) {
        guest.problem(&place.path, "not-understood", format!("{place}: chronyd is told to leave the clock alone"));
    }
}

/// Files chrony reads at most.
const FILES: usize = 256;

fn chrony(guest: &Guest<'_>) -> Vec<Candidate> {
    let mut sources = Vec::new();
    let mut files: Vec<String> = vec!["/etc/chrony/chrony.conf".to_owned(), "/etc/chrony.conf".to_owned()];
    let mut index = 0;
    while index < files.len().min(FILES) {
        let path = files[index].clone();
        index += 1;
        let Some(text) = guest.text(&path) else { continue };
        for (number, line) in text.settings(&['#', '!', ';', '%']) {
            let parts: Vec<&str> = line.split_whitespace().collect();
            let Some(argument) = parts.get(1) else { continue };
            match parts[0].to_ascii_lowercase().as_str() {
                "server" | "pool" | "peer" | "refclock" => {
                    sources.push(Candidate::new(parts[..2].join(" "), Place::line(&path, number)));
                }
                "include" => files.extend(guest.glob(argument)),
                "confdir" => parts[1..].iter().for_each(|folder| files.extend(guest.files_ending(folder, ".conf"))),
                "sourcedir" => {
                    parts[1..].iter().for_each(|folder| files.extend(guest.files_ending(folder, ".sources")));
                }
                _ => {}
            }
        }
    }
    sources
}

fn ntp(guest: &Guest<'_>, path: &str) -> Vec<Candidate> {
    let Some(text) = guest.text(path) else { return Vec::new() };
    let source = |(number, line): (u32, &str)| {
        let mut parts = line.split_whitespace();
        let (keyword, host) = (parts.next()?, parts.next()?);
        // The computer's own clock is no source.
        let real = matches!(keyword, "server" | "servers" | "pool" | "peer") && !host.starts_with("127.127.1.");
        real.then(|| Candidate::new(format!("{keyword} {host}"), Place::line(path, number)))
    };
    text.settings(&['#']).filter_map(source).collect()
}

/// The options that Alpine gives busybox' ntpd.
fn busybox(guest: &Guest<'_>) -> Vec<Candidate> {
    let Some(text) = guest.text("/etc/conf.d/ntpd") else { return Vec::new() };
    let lines = text.settings(&['#']).filter(|(_, line)| line.starts_with("NTPD_OPTS=") && line.contains("-p"));
    lines.map(|(number, line)| Candidate::new(line, Place::line(text.path(), number))).collect()
}

fn timesyncd(guest: &Guest<'_>) -> Vec<Candidate> {
    ini::systemd_value(guest, "timesyncd.conf", "Time", "NTP").map(|effective| effective.won).into_iter().collect()
}

fn fallback(guest: &Guest<'_>) -> Option<Candidate> {
    ini::systemd_value(guest, "timesyncd.conf", "Time", "FallbackNTP").map(|effective| effective.won)
}
