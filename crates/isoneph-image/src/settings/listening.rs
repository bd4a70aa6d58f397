//! What the guest listens on, one row a listener: judged against what the image is declared for.

use super::{Readings, Setting};
use crate::guest::listening::{Listener, listeners};
use crate::guest::{Candidate, Place};

pub(super) const ID: &str = "services.listener";

/// What the guest would listen on.
pub(super) fn read(readings: &Readings<'_>) -> Vec<Listener> {
    let ports: Vec<(String, Place)> =
        readings.sshd.all("port").into_iter().map(|port| (port.value, port.place)).collect();
    listeners(readings.guest, &readings.manager, &readings.inetd, &ports)
}

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let problems = [&readings.manager.problems[..], &readings.inetd.problems[..], &readings.sshd.problems[..]].concat();
    let listeners = read(readings);
    if listeners.is_empty() {
        return vec![Setting::explicit(ID, "none").needs(&problems)];
    }
    let row = |listener: &Listener| {
        let port = if listener.port.is_empty() { "port-not-known" } else { &listener.port };
        let note = if listener.assumed { "the daemon's usual port" } else { "as configured" };
        let candidate = Candidate::new(format!("{} listens on {port}", listener.service), listener.place.clone());
        Setting::explicit(ID, port).scope(format!("{} {port}", listener.service)).parts([&candidate]).note(note)
    };
    let mut settings: Vec<Setting> = listeners.iter().map(row).collect();
    if let Some(problem) = problems.first() {
        settings.push(Setting::unknown(ID, &problem.code, &problem.message).scope("what could not be read"));
    }
    settings
}
