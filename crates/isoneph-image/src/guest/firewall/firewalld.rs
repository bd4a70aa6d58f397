//! firewalld: it refuses what no zone in use names, unless such a zone lets everything in.

use super::chains::{Chains, Rest};
use super::iptables::{ANYWHERE, every_port, take_rule};
use super::{Default, Firewall, Firewalls, switched_on};
use crate::guest::systemd::Manager;
use crate::guest::{Candidate, Guest, Place, base_name, ini, words};

pub(super) fn service(guest: &Guest<'_>, manager: &Manager, firewalls: &mut Firewalls) {
    let state = manager.service(guest, "firewalld");
    let Some(place) = switched_on("firewalld", &state, firewalls) else { return };
    let zone = guest.text("/etc/firewalld/firewalld.conf").and_then(|text| {
        let lines = ini::assignments(&text);
        let found = lines.iter().rev().find(|line| line.key == "DefaultZone")?;
        Some(Candidate::new(found.value.clone(), Place::line(text.path(), found.line)))
    });
    let name = zone.as_ref().map_or("public", |zone| zone.value.as_str()).to_owned();
    let mut used = bound_zones(guest);
    used.push(name);
    used.sort();
    used.dedup();
    let verdicts: Vec<Option<(Rest, Candidate)>> = used.iter().map(|name| zone_rest(guest, name)).collect();
    let extra = direct_rules(guest).into_iter().chain(policies(guest));
    let all: Vec<(Rest, Candidate)> = verdicts.iter().flatten().cloned().chain(extra).collect();
    let has = |wanted: Rest| all.iter().any(|(rest, _)| *rest == wanted);
    let default = if has(Rest::Accept) {
        Some(Default::Accept)
    } else if has(Rest::Unclear) || verdicts.iter().any(Option::is_none) {
        None
    } else {
        Some(Default::Deny)
    };
    let parts = zone.into_iter().chain(all.into_iter().map(|(_, candidate)| candidate)).collect();
    firewalls.on.push(Firewall { name: "firewalld", place, default, parts, flushes: false });
}

/// The zones that an interface or an address was given to: by firewalld's own files or by a connection's.
fn bound_zones(guest: &Guest<'_>) -> Vec<String> {
    let mut zones = Vec::new();
    for path in guest.files_ending("/etc/firewalld/zones", ".xml") {
        let Some(text) = guest.text(&path) else { continue };
        // A source inside a rule binds nothing.
        let outside: String =
            text.content().split("<rule").map(|part| part.rsplit("</rule>").next().unwrap_or(part)).collect();
        if outside.contains("<interface") || outside.contains("<source ") {
            zones.push(base_name(&path).trim_end_matches(".xml").to_owned());
        }
    }
    let folders = ["/etc/NetworkManager/system-connections", "/usr/lib/NetworkManager/system-connections"];
    for path in folders.iter().flat_map(|folder| guest.files_ending(folder, ".nmconnection")) {
        let Some(text) = guest.text(&path) else { continue };
        let lines = ini::assignments(&text);
        let named = lines.into_iter().filter(|line| line.section == "connection" && line.key == "zone");
        zones.extend(named.map(|line| line.value));
    }
    for path in guest.glob("/etc/sysconfig/network-scripts/ifcfg-*") {
        zones.extend(super::shell_value(guest, &path, "ZONE").map(|zone| zone.value));
    }
    zones.retain(|zone| !zone.is_empty());
    zones
}

/// What a zone does with the rest; `None` when its file is not in the guest.
fn zone_rest(guest: &Guest<'_>, name: &str) -> Option<(Rest, Candidate)> {
    let files = ["/etc/firewalld/zones", "/usr/lib/firewalld/zones"].map(|folder| format!("{folder}/{name}.xml"));
    let Some(text) = files.iter().find_map(|path| guest.text(path)) else {
        // This one lets everything in by its meaning.
        return (name == "trusted").then(|| (Rest::Accept, Candidate::new("zone trusted", Place::file(&files[1]))));
    };
    let tags = tags(text.content());
    let target = tags.iter().find(|tag| tag_name(tag) == "zone").and_then(|tag| attribute(tag, "target"));
    let said = |rest: Rest, what: String| Some((rest, Candidate::new(what, Place::file(text.path()))));
    if target.as_deref() == Some("ACCEPT") {
        return said(Rest::Accept, "target ACCEPT".to_owned());
    }
    if let Some(tag) = opens(&tags) {
        return said(Rest::Accept, format!("lets everything in: <{tag}>"));
    }
    said(Rest::Deny, format!("target {}", target.as_deref().unwrap_or("default")))
}

/// The tag that lets in what no other names: all ports, a whole protocol, a rule without a condition.
fn opens(tags: &[String]) -> Option<&String> {
    let mut rule: Option<(&String, bool, bool)> = None;
    for tag in tags {
        let of = |name: &str| attribute(tag, name).unwrap_or_default();
        match (tag_name(tag), rule.as_mut()) {
            ("rule", _) => rule = Some((tag, true, false)),
            ("/rule", Some((opened, wide, accepts))) => {
                if *wide && *accepts {
                    return Some(opened);
                }
                rule = None;
            }
            ("accept", Some((_, _, accepts))) => *accepts = true,
            ("port" | "source-port", None) if every_port(&of("port")) => return Some(tag),
            ("protocol", None) if matches!(of("value").as_str(), "tcp" | "udp") => return Some(tag),
            ("port" | "source-port", Some((_, wide, _))) => *wide &= every_port(&of("port")),
            ("protocol", Some((_, wide, _))) => *wide &= matches!(of("value").as_str(), "tcp" | "udp"),
            ("source" | "destination", Some((_, wide, _))) => *wide &= ANYWHERE.contains(&of("address").as_str()),
            ("log" | "audit" | "/log" | "/audit" | "/accept" | "limit", _) => {}
            (_, Some((_, wide, _))) => *wide = false,
            _ => {}
        }
    }
    None
}

/// Rules that go to iptables as they are, and come before those of the zones.
fn direct_rules(guest: &Guest<'_>) -> Option<(Rest, Candidate)> {
    let path = "/etc/firewalld/direct.xml";
    let text = guest.text(path)?;
    let mut chains = Chains::default();
    for part in text.content().split('<').skip(1) {
        let Some((tag, body)) = part.split_once('>') else { continue };
        let candidate = Candidate::new(body.trim(), Place::file(path));
        let mut arguments = match tag_name(tag) {
            "rule" => vec!["-A".to_owned(), attribute(tag, "chain").unwrap_or_default()],
            "passthrough" => Vec::new(),
            _ => continue,
        };
        arguments.extend(words(body).into_iter().filter(|word| word != "filter" && word != "-t"));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        take_rule(&arguments, candidate, &mut chains);
    }
    let found = ["INPUT", "INPUT_direct"].into_iter().find_map(|chain| chains.rest(chain));
    found.filter(|(rest, _)| *rest != Rest::Deny)
}

/// A policy towards the guest itself that lets everything in; which zones it holds for is not followed.
fn policies(guest: &Guest<'_>) -> Option<(Rest, Candidate)> {
    guest.files_ending("/etc/firewalld/policies", ".xml").iter().find_map(|path| {
        let text = guest.text(path)?;
        let tags = tags(text.content());
        let accepts = tags.iter().any(|tag| attribute(tag, "target").as_deref() == Some("ACCEPT"));
        let inwards =
            tags.iter().any(|tag| tag_name(tag) == "egress-zone" && attribute(tag, "name").as_deref() == Some("HOST"));
        (accepts && inwards).then(|| (Rest::Unclear, Candidate::new("a policy that accepts", Place::file(path))))
    })
}

/// The tags of a text, without their brackets; comments are gone.
fn tags(content: &str) -> Vec<String> {
    let shown: String = content
        .split("<!--")
        .enumerate()
        .map(|(index, part)| if index == 0 { part } else { part.split_once("-->").map_or("", |(_, rest)| rest) })
        .collect();
    shown.split('<').skip(1).filter_map(|part| part.split('>').next()).map(str::to_owned).collect()
}

fn tag_name(tag: &str) -> &str {
    let end = tag.char_indices().find(|(at, c)| c.is_whitespace() || *c == '/' && *at > 0);
    end.map_or(tag, |(at, _)| &tag[..at])
}

/// The value of an attribute, in either kind of quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once('=') {
        let value = after.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, next) = value[1..].split_once(quote)?;
        if before.split_whitespace().last() == Some(name) {
            return Some(value.to_owned());
        }
        rest = next;
    }
    None
}
