//! Chains of rules, as iptables and nftables have them: what becomes of a packet that no condition names.

use crate::guest::Candidate;
use std::collections::BTreeMap;

/// Chains inside one another at most.
const DEPTH: usize = 16;

/// Which packets a rule fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Those that a condition names.
    Named,
    /// All that comes in by an interface which may face the world, or all but what a condition names: what no rule names
    /// may be among it.
    Most,
    /// All of a protocol or all new connections: enough to let in what no rule names, not enough to keep it out.
    Wide,
    /// Every packet.
    All,
}

/// Interfaces that nothing from outside comes in by: the machine itself, its guests, its tunnels.
const INSIDE: [&str; 16] = [
    "lo",
    "docker",
    "br-",
    "virbr",
    "veth",
    "vnet",
    "lxc",
    "lxd",
    "incus",
    "cni",
    "cali",
    "flannel",
    "podman",
    "wg",
    "tun",
    "tailscale",
];

/// Which packets come in by an interface of this name; a `+` or `*` at its end stands for any rest.
pub(super) fn by_interface(name: &str) -> Reach {
    let name = name.trim_matches('"');
    if matches!(name, "+" | "*") {
        Reach::All
    } else if INSIDE.iter().any(|inside| name.starts_with(inside)) {
        Reach::Named
    } else {
        Reach::Most
    }
}

/// What a rule does with a packet that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Accept,
    Deny,
    Return,
    /// On to another chain, and back.
    Jump(String),
    /// On to another chain, without coming back.
    Goto(String),
    /// On to one of several chains.
    Branch(Vec<String>),
    /// Counts, logs, marks.
    Pass,
    /// Hands the packet to what the files do not show.
    Unclear,
}

/// One rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) reach: Reach,
    pub(super) action: Action,
    pub(super) candidate: Candidate,
}

/// What becomes of the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Accept,
    Deny,
    Unclear,
}

/// Rules by chain, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Chains(pub(super) BTreeMap<String, Vec<Rule>>);

impl Chains {
    pub(super) fn rules(&mut self, chain: &str) -> &mut Vec<Rule> {
        self.0.entry(chain.to_owned()).or_default()
    }

    /// What a chain does with the rest, with the rule that says so; `None` when the packet comes to its end.
    pub(super) fn rest(&self, chain: &str) -> Option<(Rest, Candidate)> {
        self.walk(chain, 0)
    }

    fn walk(&self, chain: &str, depth: usize) -> Option<(Rest, Candidate)> {
        // Whether some packets have left the chain: what follows holds for the others only.
        let mut left = false;
        for rule in self.0.get(chain).into_iter().flatten() {
            if depth > DEPTH {
                return Some((Rest::Unclear, rule.candidate.clone()));
            }
            if rule.action == Action::Return {
                if rule.reach == Reach::All {
                    return None;
                }
                left = true;
                continue;
            }
            match self.verdict(rule, depth) {
                Some(Rest::Accept) => {
                    let rest = if left { Rest::Unclear } else { Rest::Accept };
                    return Some((rest, rule.candidate.clone()));
                }
                Some(Rest::Unclear) => return Some((Rest::Unclear, rule.candidate.clone())),
                Some(Rest::Deny) if !left => return Some((Rest::Deny, rule.candidate.clone())),
                Some(Rest::Deny) => return None,
                None if matches!(rule.action, Action::Goto(_)) && rule.reach == Reach::All => return None,
                None => {}
            }
        }
        None
    }

    fn verdict(&self, rule: &Rule, depth: usize) -> Option<Rest> {
        let below = |chain: &String| self.walk(chain, depth + 1).map(|(rest, _)| rest);
        let verdict = match &rule.action {
            Action::Branch(chains) => {
                let lets_in = chains.iter().filter_map(below).any(|rest| rest != Rest::Deny);
                return lets_in.then_some(Rest::Unclear);
            }
            _ if rule.reach == Reach::Named => None,
            Action::Accept => Some(Rest::Accept),
            Action::Deny => Some(Rest::Deny),
            Action::Unclear => Some(Rest::Unclear),
            Action::Jump(chain) | Action::Goto(chain) => below(chain),
            Action::Return | Action::Pass => None,
        };
        match verdict {
            Some(Rest::Accept) if rule.reach == Reach::Most => Some(Rest::Unclear),
            Some(Rest::Deny) if rule.reach != Reach::All => None,
            verdict => verdict,
        }
    }
}
