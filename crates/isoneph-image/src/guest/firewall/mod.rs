//! Host firewalls: which one boot switches on, and what becomes of a packet no rule names.

mod chains;
mod firewalld;
mod iptables;
mod nft_rules;
mod nft_syntax;
mod nftables;

pub use nftables::Ruleset;

use super::systemd::{Manager, State};
use super::{Candidate, Guest, Known, Place};
use chains::{Chains, Rest};

/// What happens to packets to the guest that no rule names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Default {
    /// They come in.
    Accept,
    /// They come in by one of IPv4 and IPv6.
    Partial,
    /// They are dropped or refused.
    Deny,
}

/// One firewall that boot switches on.
#[derive(Clone, Debug)]
pub struct Firewall {
    /// `nftables`, `ufw`, `firewalld`, `iptables`.
    pub name: &'static str,
    /// What switches it on.
    pub place: Place,
    /// What its default is; `None` when its files do not tell.
    pub default: Option<Default>,
    /// What says so.
    pub parts: Vec<Candidate>,
    /// Whether it takes the rules of others away when it starts.
    pub flushes: bool,
}

impl Firewall {
    /// Whether the rules of another may be gone once this one has started, or not: boot does not order the two.
    #[must_use]
    pub fn may_undo(&self, other: &Self) -> bool {
        match self.name {
            "nftables" => self.flushes && other.name != self.name,
            // What is saved for iptables takes the place of the tables that ufw fills.
            "iptables" => self.flushes && other.name == "ufw",
            _ => false,
        }
    }
}

/// The firewalls of the guest.
#[derive(Clone, Debug, std::default::Default)]
pub struct Firewalls {
    /// Switched on.
    pub on: Vec<Firewall>,
    /// There, and not switched on: why.
    pub off: Vec<Candidate>,
    /// Commands beside them that change rules.
    pub changed: Vec<Candidate>,
}

/// Reads them all.
#[must_use]
pub fn read(guest: &Guest<'_>, manager: &Manager) -> Known<Firewalls> {
    guest.watched(|| {
        let mut firewalls = Firewalls::default();
        nftables_service(guest, manager, &mut firewalls);
        ufw(guest, manager, &mut firewalls);
        firewalld::service(guest, manager, &mut firewalls);
        iptables::services(guest, manager, &mut firewalls);
        firewalls.changed = changes(manager);
        firewalls
    })
}

/// The services that are firewalls: what they run is their own.
const SERVICES: [&str; 9] = [
    "nftables.service",
    "ufw.service",
    "firewalld.service",
    "netfilter-persistent.service",
    "iptables-persistent.service",
    "iptables.service",
    "ip6tables.service",
    "ferm.service",
    "fail2ban.service",
];

fn changes(manager: &Manager) -> Vec<Candidate> {
    let others = manager.commands.iter().filter(|command| !SERVICES.contains(&command.unit.as_str()));
    let changing = others.filter(|command| command.changes_firewall());
    changing.map(|command| Candidate::new(command.text.clone(), command.place.clone())).collect()
}

/// Notes a service that is not started; gives the place of one that is.
fn switched_on(name: &str, state: &State, firewalls: &mut Firewalls) -> Option<Place> {
    let place = state.place()?.clone();
    if state.is_started() {
        return Some(place);
    }
    firewalls.off.push(Candidate::new(format!("{name} is {}", state.name()), place));
    None
}

fn nftables_service(guest: &Guest<'_>, manager: &Manager, firewalls: &mut Firewalls) {
    let state = manager.service(guest, "nftables");
    let Some(place) = switched_on("nftables", &state, firewalls) else { return };
    let unit = manager.load(guest, "nftables.service");
    let commands = unit.map_or_else(Vec::new, |unit| unit.values("Service", "ExecStart"));
    let mut paths: Vec<String> = Vec::new();
    let mut unclear = None;
    for command in &commands {
        let words = super::words(&command.value);
        let file = |word: &String| matches!(word.as_str(), "-f" | "--file");
        match words.iter().position(file).and_then(|at| words.get(at + 1)) {
            Some(path) => paths.push(path.clone()),
            // What it is told otherwise is not followed.
            None => unclear = Some(Candidate::new(command.value.clone(), command.place.clone())),
        }
    }
    if commands.is_empty() && is_openrc(guest) {
        let named = shell_value(guest, "/etc/conf.d/nftables", "rules_file");
        paths.push(named.map_or_else(|| "/etc/nftables.nft".to_owned(), |named| named.value));
    } else if commands.is_empty() {
        let usual = ["/etc/nftables.conf", "/etc/sysconfig/nftables.conf", "/etc/nftables.nft"];
        paths.extend(usual.into_iter().find(|path| guest.exists(path)).map(str::to_owned));
    }
    let rules = nftables::read(guest, &paths);
    let (default, mut parts, flushes) = (rules.default, rules.parts, rules.flushes);
    let default = default.filter(|default| unclear.is_none() || *default == Default::Accept);
    parts.extend(unclear);
    firewalls.on.push(Firewall { name: "nftables", place, default, parts, flushes });
}

/// Whether OpenRC starts services: its scripts are told their files by variables.
fn is_openrc(guest: &Guest<'_>) -> bool {
    guest.exists("/etc/runlevels")
}

fn shell_value(guest: &Guest<'_>, path: &str, name: &str) -> Option<Candidate> {
    let text = guest.text(path)?;
    let lines = text.settings(&['#']).filter_map(|(number, line)| {
        let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?;
        Some(Candidate::new(value.trim().trim_matches(['"', '\'']), Place::line(path, number)))
    });
    lines.last()
}

fn ufw(guest: &Guest<'_>, manager: &Manager, firewalls: &mut Firewalls) {
    let state = manager.service(guest, "ufw");
    let Some(place) = switched_on("ufw", &state, firewalls) else { return };
    let enabled = shell_value(guest, "/etc/ufw/ufw.conf", "ENABLED");
    let Some(enabled) = enabled.filter(|enabled| enabled.value.eq_ignore_ascii_case("yes")) else {
        let file = Place::file("/etc/ufw/ufw.conf");
        firewalls.off.push(Candidate::new("ufw starts, but ENABLED is not yes", file));
        return;
    };
    let policy = shell_value(guest, "/etc/default/ufw", "DEFAULT_INPUT_POLICY");
    let six = shell_value(guest, "/etc/default/ufw", "IPV6");
    let decided = ufw_rest(guest);
    let by_policy = policy.as_ref().map(|policy| match policy.value.to_ascii_uppercase().as_str() {
        // Without IPV6=yes ufw lets nothing in by IPv6 but from the machine itself.
        "DROP" | "REJECT" => Default::Deny,
        _ => Default::Accept,
    });
    let default = match &decided {
        Some((Rest::Accept, _)) => Some(Default::Accept),
        Some(_) => by_policy.filter(|default| *default != Default::Deny),
        None => by_policy,
    };
    let open = decided.map(|(_, candidate)| candidate);
    let parts = [Some(enabled), policy, six, open].into_iter().flatten().collect();
    firewalls.on.push(Firewall { name: "ufw", place, default, parts, flushes: false });
}

/// What ufw's rule files do before the policy: some rule of the administrator may decide for all packets.
fn ufw_rest(guest: &Guest<'_>) -> Option<(Rest, Candidate)> {
    let families = [
        ("ufw", ["/etc/ufw/before.rules", "/etc/ufw/user.rules", "/etc/ufw/after.rules"]),
        ("ufw6", ["/etc/ufw/before6.rules", "/etc/ufw/user6.rules", "/etc/ufw/after6.rules"]),
    ];
    families.iter().find_map(|(prefix, paths)| {
        let mut chains = Chains::default();
        for path in paths {
            iptables::read_filter(guest, path, &mut chains);
        }
        ["before", "user", "after"]
            .iter()
            .find_map(|part| chains.rest(&format!("{prefix}-{part}-input")).filter(|(rest, _)| *rest != Rest::Deny))
    })
}

/// Whether ufw is switched on: it then sets kernel parameters of its own.
#[must_use]
pub fn ufw_is_on(guest: &Guest<'_>, manager: &Manager) -> bool {
    let enabled = shell_value(guest, "/etc/ufw/ufw.conf", "ENABLED");
    manager.service(guest, "ufw").is_started()
        && enabled.is_some_and(|enabled| enabled.value.eq_ignore_ascii_case("yes"))
}
