//! The packet engine against naive readings of the same rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod algebra;
mod capirca;
mod certificate;
mod cisco;
mod cisco_bare;
mod cisco_changes;
mod cisco_forms;
mod cisco_shown;
mod cisco_uses;
mod conditions;
mod csv;
mod exhaustive;
mod families;
mod hostile;
mod iptables;
mod iptables_own;
mod network;
mod open;
mod pairs;
mod pitfalls;
mod rewrites;

use isoneph_network::acl::{self, ReadOptions};
use isoneph_network::packet::{Packet, Payload};
use isoneph_network::policy::{Policy, Verdict};

/// The only policy of a rule file.
#[track_caller]
fn only_policy(text: &str) -> Policy {
    let mut document = acl::read(text, &ReadOptions::default()).unwrap();
    assert_eq!(document.policies.len(), 1, "{:?}", document.policies.iter().map(|one| &one.name).collect::<Vec<_>>());
    document.policies.remove(0)
}

/// `tcp 10.0.0.1:1024 10.0.0.2:80`, `icmp 8/0 10.0.0.1 10.0.0.2`, `47 10.0.0.1 10.0.0.2`; a trailing `+` is established.
#[track_caller]
fn packet(text: &str) -> Packet {
    let (text, established) = match text.strip_suffix('+') {
        Some(text) => (text.trim(), true),
        None => (text, false),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let protocol = isoneph_network::packet::names::protocol(words[0]).unwrap();
    let one = match words.as_slice() {
        [_, kind, source, destination] => {
            let (kind, code) = kind.split_once('/').unwrap();
            let payload = Payload::Icmp { kind: kind.parse().unwrap(), code: code.parse().unwrap() };
            Packet::new(source.parse().unwrap(), destination.parse().unwrap(), protocol, payload)
        }
        [_, source, destination] => match (source.parse(), destination.parse()) {
            (Ok(source), Ok(destination)) => Packet::new(source, destination, protocol, Payload::Other),
            _ => {
                let (source, destination): (std::net::SocketAddr, std::net::SocketAddr) =
                    (source.parse().unwrap(), destination.parse().unwrap());
                let payload = Payload::Ports { source: source.port(), destination: destination.port() };
                Packet::new(source.ip(), destination.ip(), protocol, payload)
            }
        },
        _ => panic!("{text:?} is no packet"),
    };
    one.unwrap().established(established)
}

/// `permit`, `deny` or `undecided`.
#[track_caller]
fn verdict(policy: &Policy, text: &str) -> &'static str {
    match policy.evaluate(&packet(text)) {
        Verdict::Permit(_) => "permit",
        Verdict::Deny(_) => "deny",
        Verdict::Undecided(_) => "undecided",
    }
}
