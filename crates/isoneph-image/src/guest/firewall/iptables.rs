//! Rules saved for iptables: the policy of the chain INPUT, and the rules before it.

use super::chains::{Action, Chains, Reach, Rest, Rule, by_interface};
use super::{Default, Firewall, Firewalls, switched_on};
use crate::guest::systemd::Manager;
use crate::guest::{Candidate, Guest, Place, words};
use crate::tree::Entry;

/// A service that loads saved rules.
struct Service {
    name: &'static str,
    four: &'static [&'static str],
    six: &'static [&'static str],
    /// The service that loads the rules for IPv6, where it is another.
    six_by: Option<&'static str>,
}

const SERVICES: [Service; 4] = [
    Service {
        name: "netfilter-persistent",
        four: &["/etc/iptables/rules.v4"],
        six: &["/etc/iptables/rules.v6"],
        six_by: None,
    },
    Service {
        name: "iptables-persistent",
        four: &["/etc/iptables/rules.v4"],
        six: &["/etc/iptables/rules.v6"],
        six_by: None,
    },
    Service {
        name: "iptables",
        four: &["/etc/sysconfig/iptables", "/etc/iptables/iptables.rules", "/etc/iptables/rules-save"],
        six: &["/etc/sysconfig/ip6tables", "/etc/iptables/ip6tables.rules", "/etc/iptables/rules6-save"],
        six_by: Some("ip6tables"),
    },
    Service { name: "ferm", four: &[], six: &[], six_by: None },
];

pub(super) fn services(guest: &Guest<'_>, manager: &Manager, firewalls: &mut Firewalls) {
    for service in &SERVICES {
        let state = manager.service(guest, service.name);
        let Some(place) = switched_on(service.name, &state, firewalls) else { continue };
        let of = |usual: &[&str], name: &str| {
            let named = named_file(guest, manager, name);
            let paths = named.map_or_else(|| usual.iter().map(|path| (*path).to_owned()).collect(), |path| vec![path]);
            let mut loaded = paths.iter().filter(|path| has_plugin(guest, path));
            loaded.find_map(|path| input_rest(guest, path))
        };
        let loads_six = service.six_by.is_none_or(|name| {
            let state = manager.service(guest, name);
            switched_on(name, &state, firewalls).is_some()
        });
        let four = of(service.four, service.name);
        let six = of(service.six, service.six_by.unwrap_or(service.name)).filter(|_| loads_six);
        let rest = |found: &Option<(Rest, Candidate)>| found.as_ref().map(|(rest, _)| *rest);
        let default = match (rest(&four), rest(&six)) {
            (None, None) => None,
            (four, six) => both(four.unwrap_or(Rest::Accept), six.unwrap_or(Rest::Accept)),
        };
        let parts = [four, six].into_iter().flatten().map(|(_, candidate)| candidate).collect();
        firewalls.on.push(Firewall { name: "iptables", place, default, parts, flushes: true });
        return;
    }
}

/// The file that a service of this name is told to load: by its unit, or by OpenRC's variables.
fn named_file(guest: &Guest<'_>, manager: &Manager, name: &str) -> Option<String> {
    if super::is_openrc(guest) && !manager.has_systemd() {
        let variable = if name.starts_with("ip6") { "IP6TABLES_SAVE" } else { "IPTABLES_SAVE" };
        return super::shell_value(guest, &format!("/etc/conf.d/{name}"), variable).map(|named| named.value);
    }
    let unit = manager.load(guest, &format!("{name}.service"))?;
    unit.values("Service", "ExecStart").iter().find_map(|command| {
        let words = words(&command.value);
        let restores = words.first().is_some_and(|program| program.ends_with("tables-restore"));
        words.into_iter().skip(1).find(|word| restores && word.starts_with('/'))
    })
}

/// Whether Debian's loader of saved rules has the plugin that loads these: they come in a package of their own. Other
/// loaders need none.
fn has_plugin(guest: &Guest<'_>, path: &str) -> bool {
    const FOLDER: &str = "/usr/share/netfilter-persistent/plugins.d";
    let wanted = match path {
        "/etc/iptables/rules.v4" => "ip4tables",
        "/etc/iptables/rules.v6" => "ip6tables",
        _ => return true,
    };
    if !guest.exists("/usr/sbin/netfilter-persistent") && !guest.exists(FOLDER) {
        return true;
    }
    let runs = |entry: &Entry| entry.metadata.as_ref().is_ok_and(|metadata| metadata.mode & 0o111 != 0);
    guest.list(FOLDER).iter().any(|entry| entry.name.contains(wanted) && runs(entry))
}

/// What the rules of both families amount to; `None` when the rules do not tell.
pub(super) fn both(four: Rest, six: Rest) -> Option<Default> {
    match (four, six) {
        (Rest::Deny, Rest::Deny) => Some(Default::Deny),
        (Rest::Unclear, _) | (_, Rest::Unclear) if four != Rest::Accept && six != Rest::Accept => None,
        (Rest::Deny, _) | (_, Rest::Deny) => Some(Default::Partial),
        _ => Some(Default::Accept),
    }
}

/// What the table `filter` of saved rules does with the rest.
fn input_rest(guest: &Guest<'_>, path: &str) -> Option<(Rest, Candidate)> {
    let mut chains = Chains::default();
    let policy = read_filter(guest, path, &mut chains);
    chains.rest("INPUT").or(policy)
}

/// Adds the rules of the table `filter` in a file; gives the policy of INPUT.
pub(super) fn read_filter(guest: &Guest<'_>, path: &str, chains: &mut Chains) -> Option<(Rest, Candidate)> {
    let text = guest.text(path)?;
    let mut filter = false;
    let mut policy = None;
    for (number, line) in text.settings(&['#']) {
        if let Some(table) = line.strip_prefix('*') {
            filter = table == "filter";
        }
        if !filter {
            continue;
        }
        let candidate = Candidate::new(line, Place::line(path, number));
        let parts = words(line);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            [":INPUT", name, ..] | ["-P" | "--policy", "INPUT", name, ..] => {
                policy = Some((if *name == "DROP" { Rest::Deny } else { Rest::Accept }, candidate));
            }
            _ => take_rule(&parts, candidate, chains),
        }
    }
    policy
}

/// Takes one line as `iptables` takes its arguments, with the counters that saving puts before it.
pub(super) fn take_rule(parts: &[&str], candidate: Candidate, chains: &mut Chains) {
    let parts = match parts {
        [counters, rest @ ..] if counters.starts_with('[') => rest,
        all => all,
    };
    let [command, chain, rest @ ..] = parts else { return };
    match *command {
        "-A" | "--append" => chains.rules(chain).push(rule(rest, candidate)),
        "-I" | "--insert" => {
            let (at, rest) = match rest {
                [at, others @ ..] if at.parse::<usize>().is_ok() => (at.parse().unwrap_or(1), others),
                others => (1, others),
            };
            let rules = chains.rules(chain);
            rules.insert(rules.len().min(at.max(1) - 1), rule(rest, candidate));
        }
        // What takes rules away again is not followed.
        "-D" | "--delete" | "-R" | "--replace" | "-F" | "--flush" => {
            let unclear = Rule { reach: Reach::All, action: Action::Unclear, candidate };
            chains.rules(chain).insert(0, unclear);
        }
        _ => {}
    }
}

/// Every address, and every port of a protocol that has them.
pub(super) const ANYWHERE: [&str; 4] = ["0.0.0.0/0", "0/0", "::/0", "0.0.0.0/0.0.0.0"];
pub(super) const WHOLE_PROTOCOLS: [&str; 7] = ["tcp", "udp", "6", "17", "all", "any", "0"];

/// Beginnings of options that do not tell which connections a rule means.
const WIDE: [&str; 14] = [
    "--limit",
    "--hashlimit",
    "--connlimit",
    "--mode",
    "--probability",
    "--every",
    "--packet",
    "--quota",
    "--pkt-type",
    "--dst-type",
    "--src-type",
    "--ctdir",
    "--time",
    "--date",
];

fn rule(mut rest: &[&str], candidate: Candidate) -> Rule {
    let mut reach = Reach::All;
    let mut action = Action::Pass;
    while let [first, others @ ..] = rest {
        let (narrowed, taken) = match (*first, others) {
            ("-j" | "--jump", [target, ..]) => {
                action = action_of(target, Action::Jump);
                (Reach::All, 2)
            }
            ("-g" | "--goto", [target, ..]) => {
                action = Action::Goto((*target).to_owned());
                (Reach::All, 2)
            }
            ("-m" | "--match" | "--comment" | "--reject-with" | "--log-prefix" | "--log-level", [_, ..]) => {
                (Reach::All, 2)
            }
            ("-s" | "--source" | "--src" | "-d" | "--destination" | "--dst", [address, ..])
                if ANYWHERE.contains(address) =>
            {
                (Reach::All, 2)
            }
            ("-i" | "--in-interface", [name, ..]) => (by_interface(name), 2),
            ("!", ["--state" | "--ctstate", states, ..]) if states.split(',').any(|state| state == "NEW") => {
                (Reach::Named, 3)
            }
            ("!", ["-f" | "--fragment" | "--syn", ..]) => (Reach::Named, 2),
            ("!", [_, _, ..]) => (Reach::Most, 3),
            ("-p" | "--protocol", [protocol, ..]) if WHOLE_PROTOCOLS.contains(protocol) => (Reach::Wide, 2),
            (
                "--dport" | "--dports" | "--destination-port" | "--destination-ports" | "--sport" | "--sports",
                [ports, ..],
            ) if every_port(ports) => (Reach::Wide, 2),
            ("--state" | "--ctstate", [states, ..]) if states.split(',').any(|state| state == "NEW") => {
                (Reach::Wide, 2)
            }
            // The first packet of every connection has these flags.
            ("--syn", _) => (Reach::Wide, 1),
            ("--tcp-flags", [_, _, ..]) => (Reach::Wide, 3),
            // How often, from where and when: much or all of the rest may be meant.
            (option, [_, ..]) if WIDE.iter().any(|wide| option.starts_with(wide)) => (Reach::Most, 2),
            _ => (Reach::Named, 1),
        };
        reach = reach.min(narrowed);
        rest = &rest[taken..];
    }
    Rule { reach, action, candidate }
}

/// Targets after which the rules go on.
const PASSING: [&str; 11] =
    ["LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "AUDIT", "SET", "TRACE", "CT", "SECMARK", "CONNSECMARK"];

fn action_of(target: &str, jump: impl FnOnce(String) -> Action) -> Action {
    match target {
        "ACCEPT" => Action::Accept,
        "DROP" | "REJECT" | "TARPIT" => Action::Deny,
        "RETURN" => Action::Return,
        "NFQUEUE" | "QUEUE" | "SYNPROXY" => Action::Unclear,
        passing if PASSING.contains(&passing) => Action::Pass,
        chain => jump(chain.to_owned()),
    }
}

/// Whether a range is that of all ports.
pub(super) fn every_port(ports: &str) -> bool {
    let Some((first, last)) = ports.split_once([':', '-']) else { return false };
    matches!(first.trim(), "" | "0" | "1") && matches!(last.trim(), "" | "65535")
}
