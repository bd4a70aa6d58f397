//! Rules saved for iptables: the policy of the chain INPUT, and its last rule.

use super::{Default, Firewall, Firewalls, switched_on};
use crate::guest::systemd::Manager;
use crate::guest::{Candidate, Guest, Place};

/// Services that load saved rules: service, files for IPv4, files for IPv6.
const SERVICES: [(&str, &[&str], &[&str]); 4] = [
    ("netfilter-persistent", &["/etc/iptables/rules.v4"], &["/etc/iptables/rules.v6"]),
    ("iptables-persistent", &["/etc/iptables/rules.v4"], &["/etc/iptables/rules.v6"]),
    (
        "iptables",
        &["/etc/sysconfig/iptables", "/etc/iptables/iptables.rules", "/etc/iptables/rules-save"],
        &["/etc/sysconfig/ip6tables", "/etc/iptables/ip6tables.rules", "/etc/iptables/rules6-save"],
    ),
    ("ferm", &[], &[]),
];

pub(super) fn services(guest: &Guest<'_>, manager: &Manager, firewalls: &mut Firewalls) {
    for (service, four, six) in SERVICES {
        let state = manager.service(guest, service);
        let Some(place) = switched_on(service, &state, firewalls) else { continue };
        let of = |paths: &[&str]| paths.iter().find_map(|path| input_default(guest, path));
        let (four, six) = (of(four), of(six));
        let denies =
            |found: &Option<(Default, Candidate)>| found.as_ref().is_some_and(|(default, _)| *default == Default::Deny);
        let default = match (denies(&four), denies(&six)) {
            (true, true) => Some(Default::Deny),
            (true, false) | (false, true) => Some(Default::Partial),
            (false, false) if four.is_none() && six.is_none() => None,
            (false, false) => Some(Default::Accept),
        };
        let parts = [four, six].into_iter().flatten().map(|(_, candidate)| candidate).collect();
        firewalls.on.push(Firewall { name: "iptables", place, default, parts });
        return;
    }
}

/// What the table `filter` of saved rules does with the rest.
fn input_default(guest: &Guest<'_>, path: &str) -> Option<(Default, Candidate)> {
    let text = guest.text(path)?;
    let mut filter = false;
    let mut policy: Option<(Default, Candidate)> = None;
    for (number, line) in text.settings(&['#']) {
        if let Some(table) = line.strip_prefix('*') {
            filter = table == "filter";
        }
        let candidate = || Candidate::new(line, Place::line(path, number));
        let parts: Vec<&str> = line.split_whitespace().collect();
        match (filter, parts.as_slice()) {
            (true, [":INPUT", policy_name, ..]) => {
                let default = if *policy_name == "DROP" { Default::Deny } else { Default::Accept };
                policy = Some((default, candidate()));
            }
            // Rules without a condition: the first decides for all that comes so far.
            (true, ["-A", "INPUT", "-j", "DROP" | "REJECT", ..]) if matches!(policy, Some((Default::Accept, _))) => {
                policy = Some((Default::Deny, candidate()));
            }
            (true, ["-A", "INPUT", "-j", "ACCEPT"]) => return Some((Default::Accept, candidate())),
            _ => {}
        }
    }
    policy
}
