//! Policies of Capirca and Aerleon (`.pol` and YAML), with network and service definitions.
//!
//! One policy a header and target, because the same terms mean different things on different targets: `established` is
//! the connection table's word on stateful targets, and TCP flags with high ports (for UDP, high ports alone) on
//! stateless ones; platforms may be left out; terms hold as they are written, or by priority; and what happens to unmatched
//! packets differs.

mod definitions;
mod icmp;
mod priority;
mod syntax;
mod term;
mod yaml;

use super::document::{MAX_INTERVALS, ReadOptions};
use super::{AclError, Document, Format};
use crate::packet::{Family, Match};
use crate::policy::{Action, Certainty, Note, NoteKind, Policy, Rule};

pub use definitions::Definitions;

use priority::Priorities;
use syntax::{Block, Filter};

pub(super) fn looks_like(text: &str) -> bool {
    let has = |start: &str| text.lines().any(|line| line.trim_start().starts_with(start));
    has("header {") && (text.contains("target::") || has("term ")) || yaml::looks_like(text)
}

/// A target of a header.
struct Target<'a> {
    platform: &'a str,
    words: &'a [String],
    family: Option<Family>,
    stateful: bool,
    default: Option<Action>,
}

/// Platforms that keep a connection table.
const STATEFUL: &[&str] = &[
    "iptables",
    "speedway",
    "ipset",
    "nftables",
    "srx",
    "paloalto",
    "gce",
    "gce_vpc_tf",
    "gcp_hf",
    "msmpc",
    "nsxv",
    "nsxt",
    "k8s",
    "fortigate",
    "fortigatelocalin",
    "packetfilter",
    "windows_advfirewall",
    "windows_ipsec",
    "versa",
    "proxmox",
];
/// Platforms whose filters are of both families unless they say otherwise.
const MIXED: &[&str] = &["srx", "paloalto", "nsxv", "nsxt", "k8s", "versa", "cloudarmor", "windows_advfirewall"];
/// Platforms on which the end of the filter is not told by the policy.
const OPEN_ENDED: &[&str] = &[
    "iptables",
    "speedway",
    "ipset",
    "packetfilter",
    "pcap",
    "demo",
    "cloudarmor",
    "windows_advfirewall",
    "windows_ipsec",
    "proxmox",
    "nvueapi",
];

/// Platforms whose lists of IPv6 permit neighbour discovery before they deny.
const DISCOVERING: &[&str] = &["cisco", "cisconx", "ciscoxr"];

impl<'a> Target<'a> {
    fn new(words: &'a [String]) -> Option<Self> {
        let (platform, rest) = words.split_first()?;
        let has = |word: &str| rest.iter().any(|one| one.eq_ignore_ascii_case(word));
        let family = match (has("mixed"), has("inet6"), has("inet")) {
            (true, _, _) | (false, true, true) => None,
            (false, true, false) => Some(Family::V6),
            (false, false, true) => Some(Family::V4),
            (false, false, false) => (!MIXED.contains(&platform.as_str())).then_some(Family::V4),
        };
        let default = match platform.as_str() {
            _ if has("ACCEPT") => Some(Action::Permit),
            _ if has("DROP") => Some(Action::Deny),
            "gce" | "gcp_hf" | "gce_vpc_tf" if has("EGRESS") => Some(Action::Permit),
            other if OPEN_ENDED.contains(&other) => None,
            _ => Some(Action::Deny),
        };
        let stateful = STATEFUL.contains(&platform.as_str()) && !has("nostate");
        Some(Self { platform, words, family, stateful, default })
    }
}

pub(super) fn read(text: &str, options: &ReadOptions) -> Result<Document, AclError> {
    let mut notes = Vec::new();
    let parse = if yaml::looks_like(text) { yaml::parse } else { syntax::parse };
    let filters = parse(text, &options.includes, &mut notes)?;
    let mut policies = Vec::new();
    for filter in &filters {
        let mut found = false;
        for words in filter.header.values("target") {
            if let Some(target) = Target::new(words) {
                policies.push(policy(filter, &target, options)?);
                found = true;
            }
        }
        if !found {
            let message = "header without a target".to_owned();
            notes.push(Note { line: filter.header.line, kind: NoteKind::Ignored, message });
        }
    }
    Ok(Document::of(Format::Capirca, policies, notes))
}

fn policy(filter: &Filter, target: &Target<'_>, options: &ReadOptions) -> Result<Policy, AclError> {
    let mut policy = Policy::first_match(target.words.join(" "), Vec::new(), target.default.unwrap_or(Action::Deny));
    policy.family = target.family;
    let mut weight = 0;
    let mut priorities = Priorities::of(target);
    for (number, block) in filter.terms.iter().enumerate() {
        let from = policy.rules.len();
        term::read(block, target, options, &mut policy)?;
        let is_last = number + 1 == filter.terms.len();
        priorities.take(block, is_last, &mut policy.rules[from..], &mut policy.notes);
        let matches = policy.rules[from..].iter().flat_map(|rule| &rule.matches);
        weight += matches.map(Match::intervals).sum::<usize>();
        if weight > MAX_INTERVALS {
            return Err(AclError::TooManyRules { line: block.line });
        }
    }
    priorities.order(&mut policy.rules);
    if target.family != Some(Family::V4) && DISCOVERING.contains(&target.platform) {
        policy.rules.push(Rule::neighbour_discovery());
        let message = format!("neighbour discovery is permitted before the end, as {} does", target.platform);
        policy.notes.push(Note { line: 0, kind: NoteKind::Assumed, message });
    }
    match target.default {
        Some(action) => {
            let done = if action == Action::Permit { "permitted" } else { "denied" };
            let message = format!("what no term matches is {done} on {}", target.platform);
            policy.notes.push(Note { line: 0, kind: NoteKind::Assumed, message });
        }
        None => {
            let message = format!("what {} does with packets that no term matches is not told here", target.platform);
            policy.notes.push(Note {
                line: filter.header.line,
                kind: NoteKind::NotUnderstood,
                message: message.clone(),
            });
            policy.rules.extend(both_ways(filter.header.line, &message));
        }
    }
    Ok(policy)
}

/// A rule that may permit and may deny anything.
fn both_ways(line: u32, label: &str) -> [Rule; 2] {
    [Action::Permit, Action::Deny].map(|action| Rule {
        certainty: Certainty::AtMost,
        line,
        label: label.to_owned(),
        ..Rule::new(action, Match::any())
    })
}

impl Block {
    /// The values of each line with this keyword.
    fn values<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a [String]> {
        self.fields.iter().filter(move |field| field.keyword == keyword).map(|field| field.values.as_slice())
    }

    /// All values of a keyword.
    fn all<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a str> {
        self.values(keyword).flatten().map(String::as_str)
    }

    fn has(&self, keyword: &str) -> bool {
        self.fields.iter().any(|field| field.keyword == keyword)
    }
}
