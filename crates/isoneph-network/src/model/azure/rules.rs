//! Security rules as policies: tags, application groups, default rules.

use std::collections::BTreeMap;

use super::estate::{AdminRule, End, SecurityGroup, SecurityRule};
use crate::model::address::{AddressRange, Family, RangeSet, private_blocks};
use crate::model::form::{EndpointId, Origin};
use crate::model::policy::{Action, Peers, Policy, Rule, Service, Tier};
use crate::model::traffic::{ICMP, ICMP6, SCTP, TCP, Traffic, TrafficBox, UDP, protocol_number};

/// The address from which the platform probes and serves.
const PLATFORM: &str = "168.63.129.16/32";

/// The tag for what is of the network.
const TAG: &str = "VirtualNetwork";

/// What the tags of rules mean where a group is attached.
pub(super) struct Surroundings {
    /// The tag VirtualNetwork: own, peered and connected networks, and prefixes of user-defined routes.
    pub(super) virtual_network: Vec<AddressRange>,
    /// The same without those prefixes.
    pub(super) joined: Vec<AddressRange>,
    /// What of the tag is not known.
    pub(super) unknown: Vec<String>,
    /// What leads to private addresses of the tag, of which not all are known.
    pub(super) beyond: Option<String>,
    /// Members of application groups in the network, sorted.
    pub(super) members: BTreeMap<String, Vec<EndpointId>>,
    /// Endpoints of the network that may be in any, sorted.
    pub(super) open: Vec<EndpointId>,
    /// Whether nobody stands there yet: who will be in an application group is not known.
    pub(super) vacant: bool,
}

impl Surroundings {
    /// The tag Internet: what is public and not of the network.
    fn internet(&self) -> Vec<AddressRange> {
        Self::public_beside(&self.virtual_network)
    }

    fn public_beside(own: &[AddressRange]) -> Vec<AddressRange> {
        let mut taken = private_blocks();
        taken.extend(own);
        [Family::V4, Family::V6].into_iter().flat_map(|family| AddressRange::whole(family).minus(&taken)).collect()
    }

    fn peers(&self, end: &End) -> Peers {
        let mut out = Peers::default();
        let mut ranges = Vec::new();
        for prefix in &end.prefixes {
            match prefix.as_str() {
                "*" => out.any = true,
                word if word.eq_ignore_ascii_case("any") => out.any = true,
                word if word.eq_ignore_ascii_case(TAG) => {
                    ranges.extend(&self.virtual_network);
                    out.unknown.extend(self.unknown.iter().cloned());
                }
                word if word.eq_ignore_ascii_case("AzureLoadBalancer") => ranges.extend(AddressRange::parse(PLATFORM)),
                word if word.eq_ignore_ascii_case("Internet") => ranges.extend(self.internet()),
                word => match AddressRange::parse(word) {
                    Some(range) => ranges.push(range),
                    None => out.unknown.push(format!("service tag {word}")),
                },
            }
        }
        for group in &end.groups {
            // A group of no interface of this network matches nothing here.
            match self.members.get(group) {
                Some(members) => out.endpoints.extend(members),
                None if self.vacant => out.unknown.push(format!("members of application group {group}")),
                None => {}
            }
        }
        if !end.groups.is_empty() && !self.open.is_empty() {
            out.maybe.clone_from(&self.open);
            out.doubt = Some("which application groups the peer is in".into());
        }
        out.endpoints.sort_unstable();
        out.endpoints.dedup();
        out.addresses = RangeSet::new(ranges);
        out
    }

    /// One direction of a security group, with the network manager's rules before it.
    pub(super) fn policy(
        &self,
        id: &str,
        group: &SecurityGroup,
        admin: &[&AdminRule],
        inbound: bool,
        sure: bool,
    ) -> Policy {
        let mut rules: Vec<&SecurityRule> = group.rules.iter().filter(|rule| rule.inbound == inbound).collect();
        rules.sort_by(|left, right| (left.priority, &left.name).cmp(&(right.priority, &right.name)));
        let word = if inbound { "inbound" } else { "outbound" };
        let mut held: Vec<Rule> = rules
            .into_iter()
            .flat_map(|rule| {
                let action = if rule.allow { Action::Permit } else { Action::Deny };
                self.rules(rule, action, &format!("{} {word} {} {}", group.name, rule.priority, rule.name))
            })
            .collect();
        held.extend(self.default_rules(&group.name, inbound));
        let mut tiers = Vec::new();
        if !admin.is_empty() {
            tiers.push(self.admin_tier(admin, inbound, sure));
        }
        tiers.push(Tier {
            name: format!("{} {word}", group.name),
            rules: held,
            otherwise: Action::Deny,
            uncertain: None,
        });
        Policy { id: id.to_owned(), name: group.name.clone(), stateful: true, tiers, origin: group.origin.clone() }
    }

    fn admin_tier(&self, admin: &[&AdminRule], inbound: bool, sure: bool) -> Tier {
        let mut rules: Vec<&&AdminRule> = admin.iter().filter(|rule| rule.rule.inbound == inbound).collect();
        rules.sort_by_key(|rule| rule.rule.priority);
        let read = |admin: &&AdminRule| {
            let action = match admin.action.to_ascii_lowercase().as_str() {
                "deny" => Action::Deny,
                "alwaysallow" => Action::Permit,
                _ => Action::Pass,
            };
            let id = format!("security admin rule {} {}", admin.rule.priority, admin.rule.name);
            let mut rules = self.rules(&admin.rule, action, &id);
            if !sure || admin.networks.is_none() {
                let doubt = "which networks a network manager's group holds";
                rules.iter_mut().for_each(|rule| rule.condition = Some(doubt.into()));
            }
            rules
        };
        let rules = rules.into_iter().flat_map(read).collect();
        Tier { name: "security admin rules".into(), rules, otherwise: Action::Pass, uncertain: None }
    }

    /// A rule, and what it may mean as well: private addresses behind gateways, where they belong to the tag that it names.
    fn rules(&self, rule: &SecurityRule, action: Action, id: &str) -> Vec<Rule> {
        let names = |end: &End| end.prefixes.iter().any(|prefix| prefix.eq_ignore_ascii_case(TAG));
        let wide = self.beyond.as_ref().filter(|_| names(&rule.source) || names(&rule.destination)).map(|beyond| {
            let widened = |end: &End| {
                let mut end = end.clone();
                let private = private_blocks().into_iter().map(|block| block.to_string());
                end.prefixes.extend(private.filter(|_| names(&end)).collect::<Vec<_>>());
                end
            };
            let doubt = rule.doubt.clone().or_else(|| Some(beyond.clone()));
            let (source, destination) = (widened(&rule.source), widened(&rule.destination));
            self.rule(&SecurityRule { source, destination, doubt, ..rule.clone() }, action, id.to_owned())
        });
        std::iter::once(self.rule(rule, action, id.to_owned())).chain(wide).collect()
    }

    fn rule(&self, rule: &SecurityRule, action: Action, id: String) -> Rule {
        let (far, near) =
            if rule.inbound { (&rule.source, &rule.destination) } else { (&rule.destination, &rule.source) };
        let services = vec![service(rule)];
        let condition = rule.doubt.clone();
        Rule { id, action, peers: self.peers(far), local: Some(self.peers(near)), services, condition }
    }

    fn default_rules(&self, name: &str, inbound: bool) -> Vec<Rule> {
        let end = |prefix: &str| End { prefixes: vec![prefix.to_owned()], ..End::default() };
        let rule = |word: &str, priority, source: &str, destination: &str, allow| SecurityRule {
            name: word.to_owned(),
            priority,
            inbound,
            allow,
            protocol: "*".into(),
            source: end(source),
            destination: end(destination),
            doubt: None,
        };
        let held = if inbound {
            [
                rule("AllowVnetInBound", 65000, "VirtualNetwork", "VirtualNetwork", true),
                rule("AllowAzureLoadBalancerInBound", 65001, "AzureLoadBalancer", "*", true),
                rule("DenyAllInBound", 65500, "*", "*", false),
            ]
        } else {
            [
                rule("AllowVnetOutBound", 65000, "VirtualNetwork", "VirtualNetwork", true),
                rule("AllowInternetOutBound", 65001, "*", "Internet", true),
                rule("DenyAllOutBound", 65500, "*", "*", false),
            ]
        };
        held.iter()
            .flat_map(|rule| {
                let action = if rule.allow { Action::Permit } else { Action::Deny };
                self.rules(rule, action, &format!("{name} default {} {}", rule.priority, rule.name))
            })
            .collect()
    }

    /// Where no group is attached at all: everything passes, but a standard public address stays closed.
    pub(super) fn ungrouped(&self, standard: Option<bool>) -> Policy {
        let rule = Rule {
            id: "a standard public address is closed without a security group".into(),
            action: Action::Deny,
            // Whatever users' routes add to the tag.
            peers: Peers::addresses(Self::public_beside(&self.joined)),
            local: None,
            services: vec![Service::Exact(Traffic::all())],
            condition: standard.is_none().then(|| "which offer a public address is of".into()),
        };
        let tier =
            Tier { name: "no security group".into(), rules: vec![rule], otherwise: Action::Permit, uncertain: None };
        Policy {
            id: "no security group".into(),
            name: "no security group".into(),
            stateful: true,
            tiers: vec![tier],
            origin: Origin::default(),
        }
    }
}

fn ports(texts: &[String]) -> Option<Vec<(u16, u16)>> {
    let read = |text: &String| {
        if text == "*" {
            return Some((0, u16::MAX));
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let pair = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        (pair.0 <= pair.1).then_some(pair)
    };
    let whole = ["*".to_owned()];
    let texts = if texts.is_empty() { &whole[..] } else { texts };
    texts.iter().map(read).collect()
}

fn service(rule: &SecurityRule) -> Service {
    let unclear = || Service::Unknown { object: format!("the service of rule {}", rule.name), within: Traffic::all() };
    let (Some(sources), Some(destinations)) = (ports(&rule.source.ports), ports(&rule.destination.ports)) else {
        return unclear();
    };
    let whole = sources == [(0, u16::MAX)] && destinations == [(0, u16::MAX)];
    let protocols = match rule.protocol.to_ascii_lowercase().as_str() {
        "*" | "any" | "" if whole => return Service::Exact(Traffic::all()),
        // With ports given, only what has ports is meant.
        "*" | "any" | "" => vec![TCP, UDP, SCTP],
        "icmp" => {
            let within = Traffic::protocol(ICMP).or(&Traffic::protocol(ICMP6));
            // It has no ports: whether a rule that asks for some ever holds, the platform does not say.
            let object = || format!("whether rule {}, which names ports, holds for ICMP", rule.name);
            return if whole { Service::Exact(within) } else { Service::Unknown { object: object(), within } };
        }
        word => match protocol_number(word) {
            Some(number) => vec![number],
            None => return unclear(),
        },
    };
    let mut set = Traffic::none();
    for protocol in protocols {
        for source in &sources {
            for destination in &destinations {
                set = set.or(&Traffic::of(TrafficBox {
                    protocol: (protocol, protocol),
                    source: *source,
                    destination: *destination,
                }));
            }
        }
    }
    Service::Exact(set)
}
