//! Settings of the host firewall.

use super::{Readings, Setting};
use crate::guest::Candidate;
use crate::guest::firewall::{Default, Firewall};

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let firewalls = &readings.firewalls;
    let problems = [&firewalls.problems[..], &readings.manager.problems[..]].concat();
    let on: Vec<Candidate> = firewalls
        .on
        .iter()
        .map(|firewall| Candidate::new(format!("{} is switched on", firewall.name), firewall.place.clone()))
        .collect();
    let state =
        Setting::explicit("firewall.state", if on.is_empty() { "off" } else { "on" }).parts(&on).parts(&firewalls.off);
    let state = match firewalls.changed.first().filter(|_| on.is_empty() || turned_off(readings)) {
        Some(command) => by_command("firewall.state", command),
        None => state,
    };
    vec![state.needs(&problems), policy(readings).needs(&problems)]
}

/// Whether a command may switch off what boot has switched on.
fn turned_off(readings: &Readings<'_>) -> bool {
    readings.firewalls.changed.iter().any(|command| command.value.contains("ufw") && command.value.contains("disable"))
}

fn by_command(id: &str, command: &Candidate) -> Setting {
    let why = format!("{}: a command that boot or cron runs changes rules, which is not followed", command.place);
    Setting::unknown(id, "set-by-command", why).parts([command])
}

fn policy(readings: &Readings<'_>) -> Setting {
    let id = "firewall.default-input";
    let firewalls = &readings.firewalls.on;
    let parts: Vec<Candidate> = firewalls.iter().flat_map(|firewall| firewall.parts.clone()).collect();
    if let Some(command) = readings.firewalls.changed.first() {
        return by_command(id, command);
    }
    let denies = |firewall: &Firewall| firewall.default == Some(Default::Deny);
    let undone = |firewall: &&Firewall| {
        denies(firewall) && firewalls.iter().any(|other| !denies(other) && other.may_undo(firewall))
    };
    if let Some(one) = firewalls.iter().find(undone)
        && firewalls.iter().all(|other| !denies(other) || undone(&other))
    {
        let why = format!(
            "another firewall is switched on that takes the rules of {} away, or is overruled by them",
            one.name
        );
        return Setting::unknown(id, "not-understood", why).parts(&parts);
    }
    let value = match firewalls.iter().filter_map(|firewall| firewall.default).max() {
        Some(Default::Deny) => "deny",
        Some(Default::Partial) => "deny-one-family",
        Some(Default::Accept) => "accept",
        None if firewalls.is_empty() => "no-firewall",
        None => {
            return Setting::unknown(
                id,
                "not-understood",
                "the firewall's rules are not in the image, or do not tell what they let in",
            )
            .parts(&parts);
        }
    };
    Setting::explicit(id, value).parts(&parts)
}
