//! What the guest listens on, one row a listener: judged against what the image is declared for.

use super::{Readings, Setting};
use crate::guest::listening::{Listener, is_inside, is_known, is_silent, listeners};
use crate::guest::{Candidate, Place, base_name};

pub(super) const ID: &str = "services.listener";

/// What the guest would listen on.
pub(super) fn read(readings: &Readings<'_>) -> Vec<Listener> {
    let listeners = listeners(readings.guest, &readings.manager, &readings.inetd, &sshd_ports(readings));
    let of_sshd = |listener: &Listener| matches!(listener.service.as_str(), "ssh.service" | "sshd.service" | "sshd");
    let inside = sshd_stays_inside(readings);
    listeners.into_iter().filter(|listener| !(inside && of_sshd(listener))).collect()
}

/// The ports of sshd: those of its addresses, where they have one, else its own.
fn sshd_ports(readings: &Readings<'_>) -> Vec<(String, Place)> {
    let mut ports: Vec<(String, Place)> =
        readings.sshd.all("port").into_iter().map(|port| (port.value, port.place)).collect();
    for address in readings.sshd.all("listenaddress") {
        let own = split_address(&address.value).1.map(|port| (port.to_owned(), address.place.clone()));
        ports.extend(own.filter(|(port, _)| !ports.iter().any(|(other, _)| other == port)));
    }
    ports
}

/// Whether every address of sshd is reached from inside alone.
fn sshd_stays_inside(readings: &Readings<'_>) -> bool {
    let addresses = readings.sshd.all("listenaddress");
    !addresses.is_empty() && addresses.iter().all(|address| is_inside(split_address(&address.value).0))
}

/// `host`, `host:port`, `[address]` or `[address]:port`; a bare IPv6 address has no port.
fn split_address(value: &str) -> (&str, Option<&str>) {
    let value = value.split_whitespace().next().unwrap_or_default();
    match value.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (value, None),
    }
}

/// Folders of programs that packages of a distribution bring.
const OF_PACKAGES: [&str; 7] = ["/usr/bin/", "/usr/sbin/", "/usr/lib", "/usr/share/", "/bin/", "/sbin/", "/lib"];
/// Programs that run others, which may be anything.
const RUNNERS: [&str; 12] =
    ["python", "python3", "perl", "ruby", "node", "java", "php", "nc", "ncat", "socat", "busybox", "podman"];

/// Services of which it is not known what they listen on: their program is not a distribution's, runs another, or is none of
/// those that are known to open nothing.
fn of_its_own(readings: &Readings<'_>) -> Vec<Candidate> {
    let (manager, guest) = (&readings.manager, readings.guest);
    let mut found = Vec::new();
    for (name, _) in manager.started().filter(|(name, _)| name.ends_with(".service")) {
        let Some(unit) = manager.load(guest, name) else { continue };
        let value = |key: &str| unit.value("Service", key).map(|value| value.won.value).unwrap_or_default();
        let sealed = matches!(value("PrivateNetwork").as_str(), "yes" | "true" | "on" | "1");
        if sealed || value("Type") == "oneshot" || is_known(name) {
            continue;
        }
        let own = unit.files.first().is_some_and(|file| file.starts_with("/etc/") || file.starts_with("/usr/local/"));
        for command in unit.values("Service", "ExecStart") {
            let program = command.value.trim_start_matches(['-', '@', ':', '+', '!']);
            let program = program.split_whitespace().next().unwrap_or_default();
            let of_package = !program.starts_with('/') || OF_PACKAGES.iter().any(|folder| program.starts_with(folder));
            let runs_another = RUNNERS
                .contains(&base_name(program).trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
                || RUNNERS.contains(&base_name(program));
            if !of_package || own && runs_another || !is_silent(&unit) {
                found.push(Candidate::new(name, command.place.clone()));
                break;
            }
        }
    }
    found
}

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let problems = [&readings.manager.problems[..], &readings.inetd.problems[..], &readings.sshd.problems[..]].concat();
    let listeners = read(readings);
    let open = of_its_own(readings);
    if listeners.is_empty() && open.is_empty() {
        return vec![Setting::explicit(ID, "none").needs(&problems)];
    }
    let row = |listener: &Listener| {
        let port = &listener.port;
        if port.is_empty() {
            let why = format!("{} listens where its own configuration says, which is not understood", listener.service);
            return Setting::unknown(ID, "not-understood", why)
                .scope(listener.service.clone())
                .at(listener.place.clone());
        }
        let note = if listener.assumed { "the daemon's usual port" } else { "as configured" };
        let candidate = Candidate::new(format!("{} listens on {port}", listener.service), listener.place.clone());
        Setting::explicit(ID, port).scope(format!("{} {port}", listener.service)).parts([&candidate]).note(note)
    };
    let mut settings: Vec<Setting> = listeners.iter().map(row).collect();
    settings.extend(open.iter().map(|command| {
        let why = format!("what {} listens on, if on anything, is not known", command.value);
        Setting::unknown(ID, "not-understood", why).scope(command.value.clone()).at(command.place.clone())
    }));
    if let Some(problem) = problems.first() {
        settings.push(Setting::unknown(ID, &problem.code, &problem.message).scope("what could not be read"));
    }
    settings
}
