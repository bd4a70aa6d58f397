//! Host firewalls: which one boot switches on, and what becomes of a packet no rule names.

mod iptables;
mod nftables;

pub use nftables::Ruleset;

use super::systemd::{Manager, State};
use super::{Candidate, Guest, Known, Place, ini};

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
}

/// The firewalls of the guest.
#[derive(Clone, Debug, std::default::Default)]
pub struct Firewalls {
    /// Switched on.
    pub on: Vec<Firewall>,
    /// There, and not switched on: why.
    pub off: Vec<Candidate>,
}

/// Reads them all.
#[must_use]
pub fn read(guest: &Guest<'_>, manager: &Manager) -> Known<Firewalls> {
    guest.watched(|| {
        let mut firewalls = Firewalls::default();
        nftables_service(guest, manager, &mut firewalls);
        ufw(guest, manager, &mut firewalls);
        firewalld(guest, manager, &mut firewalls);
        iptables::services(guest, manager, &mut firewalls);
        firewalls
    })
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
    for command in commands {
        let words = super::words(&command.value);
        let named = words.iter().position(|word| word == "-f").and_then(|at| words.get(at + 1));
        paths.extend(named.cloned());
    }
    if paths.is_empty() {
        let usual = ["/etc/nftables.conf", "/etc/sysconfig/nftables.conf", "/etc/nftables.nft"];
        paths.extend(usual.into_iter().find(|path| guest.exists(path)).map(str::to_owned));
    }
    let rules = nftables::read(guest, &paths);
    firewalls.on.push(Firewall { name: "nftables", place, default: Some(rules.default), parts: rules.parts });
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
    let covers_six = six.as_ref().is_none_or(|six| six.value.eq_ignore_ascii_case("yes"));
    let open = ufw_opens(guest);
    let default = policy.as_ref().map(|policy| match policy.value.to_ascii_uppercase().as_str() {
        _ if open.is_some() => Default::Accept,
        "DROP" | "REJECT" if covers_six => Default::Deny,
        "DROP" | "REJECT" => Default::Partial,
        _ => Default::Accept,
    });
    let parts = [Some(enabled), policy, six, open].into_iter().flatten().collect();
    firewalls.on.push(Firewall { name: "ufw", place, default, parts });
}

/// A zone that lets everything in and to which an interface or an address was given.
fn trusting_zone(guest: &Guest<'_>) -> Option<Candidate> {
    guest.files_ending("/etc/firewalld/zones", ".xml").iter().find_map(|path| {
        let text = guest.text(path)?;
        let content = text.content();
        let bound = content.contains("<interface") || content.contains("<source");
        (bound && content.contains("target=\"ACCEPT\""))
            .then(|| Candidate::new("lets everything in", Place::file(path)))
    })
}

/// A rule of ufw's user that lets everything in.
fn ufw_opens(guest: &Guest<'_>) -> Option<Candidate> {
    let text = guest.text("/etc/ufw/user.rules")?;
    let found = text.settings(&['#']).find(|(_, line)| *line == "-A ufw-user-input -j ACCEPT");
    found.map(|(number, line)| Candidate::new(line, Place::line(text.path(), number)))
}

/// Whether ufw is switched on: it then sets kernel parameters of its own.
#[must_use]
pub fn ufw_is_on(guest: &Guest<'_>, manager: &Manager) -> bool {
    let enabled = shell_value(guest, "/etc/ufw/ufw.conf", "ENABLED");
    manager.service(guest, "ufw").is_started()
        && enabled.is_some_and(|enabled| enabled.value.eq_ignore_ascii_case("yes"))
}

/// firewalld refuses what its default zone does not name, unless the zone's target is ACCEPT.
fn firewalld(guest: &Guest<'_>, manager: &Manager, firewalls: &mut Firewalls) {
    let state = manager.service(guest, "firewalld");
    let Some(place) = switched_on("firewalld", &state, firewalls) else { return };
    let zone = guest.text("/etc/firewalld/firewalld.conf").and_then(|text| {
        let lines = ini::assignments(&text);
        let found = lines.iter().rev().find(|line| line.key == "DefaultZone")?;
        Some(Candidate::new(found.value.clone(), Place::line(text.path(), found.line)))
    });
    let name = zone.as_ref().map_or("public", |zone| zone.value.as_str());
    let files = ["/etc/firewalld/zones", "/usr/lib/firewalld/zones"].map(|folder| format!("{folder}/{name}.xml"));
    let text = files.iter().find_map(|path| guest.text(path));
    let target = text.as_ref().map(|text| {
        let content = text.content();
        let zone = content.split("<zone").nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default();
        zone.split("target=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("default").to_owned()
    });
    let trusting = trusting_zone(guest);
    let open = trusting.is_some() || target.as_deref() == Some("ACCEPT");
    let default = target.as_deref().map(|_| if open { Default::Accept } else { Default::Deny });
    let mut parts: Vec<Candidate> = zone.into_iter().chain(trusting).collect();
    if let (Some(target), Some(text)) = (target, text) {
        parts.push(Candidate::new(format!("target {target}"), Place::file(text.path())));
    }
    firewalls.on.push(Firewall { name: "firewalld", place, default, parts });
}
