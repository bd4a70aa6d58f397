//! What people mean: zones with members, and flows between zones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::traffic::Traffic;
use crate::reach::expect::Asked;

/// Whose a zone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneKind {
    /// A tenant's.
    Tenant,
    /// The provider's own administration.
    Administration,
    /// Services that several zones use.
    Shared,
    /// A part of the organisation's own network, no tenant's.
    Internal,
    /// Outside every network of the model.
    Outside,
}

/// What belongs to a zone. An entry with several fields means what all of them hold for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Member {
    /// Account, subscription or project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Network, by identifier or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Subnet, by identifier or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
    /// Namespace of a cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// A label, as `key=value`, or `key` for any value. Labels of subnet and network count for what is inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Addresses: a block or range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// An endpoint, by identifier, name or alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A network, subnet, namespace or endpoint by any of these; `*` stands for any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any: Option<String>,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Zone {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub kind: ZoneKind,
    /// The tenant, for a tenant's zone; several zones may be one tenant's. Empty where the zone's name says it.
    #[serde(default)]
    pub tenant: String,
    /// Whether nobody declared it beside others that somebody did: what it may reach and be reached by is not said.
    #[serde(skip)]
    pub implied: bool,
    /// What belongs to it. A zone of kind outside may have none: it is everything outside.
    #[serde(default)]
    pub members: Vec<Member>,
}

/// A flow between zones that somebody wants, or that nobody may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Flow {
    /// The sender's zone; `*` is every zone.
    pub from: String,
    /// The receiver's zone; `*` is every zone.
    pub to: String,
    /// Protocol: a usual name, a number, or `any`.
    #[serde(default = "any")]
    pub proto: String,
    /// Destination port, range `a-b`, or `any`.
    #[serde(default = "any")]
    pub port: String,
    /// Whether it must not be: it takes away from what other flows allow.
    #[serde(default)]
    pub deny: bool,
    /// Who answers for it.
    #[serde(default)]
    pub owner: String,
    /// Why it is wanted.
    #[serde(default)]
    pub reason: String,
    /// The last day it is wanted, `YYYY-MM-DD`; empty for no end.
    #[serde(default)]
    pub expires: String,
}

fn any() -> String {
    "any".into()
}

/// Zones and the flows intended between them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Intent {
    /// The zones.
    #[serde(default)]
    pub zones: Vec<Zone>,
    /// The flows.
    #[serde(default)]
    pub flows: Vec<Flow>,
    /// Whether nobody gave the zones: they were derived from the model.
    #[serde(default)]
    pub derived: bool,
    /// The zones around a zone, by name: what is in both counts for the narrower.
    #[serde(skip)]
    pub around: BTreeMap<String, Vec<String>>,
}

/// An intent that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntentError {
    /// Neither YAML nor JSON of the shape.
    #[error("the intent cannot be read: {0}")]
    Unreadable(String),
    /// A zone without a name.
    #[error("a zone has no name")]
    Nameless,
    /// Two zones of one name.
    #[error("two zones are called {0:?}")]
    Twice(String),
    /// A flow names a zone that does not exist.
    #[error("a flow names the zone {name:?}, which does not exist; {}", listed(.known))]
    NoZone {
        /// The name.
        name: String,
        /// The zones that do.
        known: Vec<String>,
    },
    /// A flow's protocol, port or date cannot be read.
    #[error("the flow from {from:?} to {to:?}: {message}")]
    Flow {
        /// The sender's zone.
        from: String,
        /// The receiver's zone.
        to: String,
        /// What is wrong.
        message: String,
    },
}

/// The zones there are, for a message.
fn listed(known: &[String]) -> String {
    const MOST: usize = 20;
    if known.is_empty() {
        return "there is none".into();
    }
    let more = known.len().saturating_sub(MOST);
    let shown = known[..known.len() - more].join(", ");
    if more == 0 { format!("there are {shown}") } else { format!("there are {shown} and {more} more") }
}

impl Intent {
    /// Reads an intent from YAML or JSON.
    ///
    /// # Errors
    /// Where it cannot be read or names what does not exist.
    pub fn read(text: &str) -> Result<Self, IntentError> {
        Self::read_beside(text, Self::default())
    }

    /// Reads an intent that stands beside another: its flows may name the other's zones, and both are one intent. A flow of a
    /// zone that has others in it is theirs too.
    ///
    /// # Errors
    /// Where it cannot be read, names what neither has, or calls a zone what the other calls one.
    pub fn read_beside(text: &str, mut known: Self) -> Result<Self, IntentError> {
        let read: Self = serde_saphyr::from_str(text).map_err(|error| IntentError::Unreadable(error.to_string()))?;
        known.derived |= read.derived;
        known.zones.splice(0..0, read.zones);
        let flows: Vec<Flow> = read.flows.iter().flat_map(|flow| known.spread(flow)).collect();
        known.flows.splice(0..0, flows);
        known.check()?;
        Ok(known)
    }

    /// A flow between two zones, and between those that are part of them.
    fn spread(&self, flow: &Flow) -> Vec<Flow> {
        let within = |outer: &String| -> Vec<String> {
            let inner = self.around.iter().filter(|(_, around)| around.contains(outer)).map(|(inner, _)| inner);
            std::iter::once(outer).chain(inner).cloned().collect()
        };
        let (from, to) = (within(&flow.from), within(&flow.to));
        let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (from, to)));
        pairs.map(|(from, to)| Flow { from: from.clone(), to: to.clone(), ..flow.clone() }).collect()
    }

    /// Checks names, services and dates.
    ///
    /// # Errors
    /// Where one of them cannot be used.
    pub fn check(&self) -> Result<(), IntentError> {
        for (index, zone) in self.zones.iter().enumerate() {
            if zone.name.trim().is_empty() {
                return Err(IntentError::Nameless);
            }
            if self.zones[..index].iter().any(|other| other.name == zone.name) {
                return Err(IntentError::Twice(zone.name.clone()));
            }
        }
        for flow in &self.flows {
            for name in [&flow.from, &flow.to] {
                if name != "*" && !self.zones.iter().any(|zone| zone.name == *name) {
                    let known = self.zones.iter().map(|zone| zone.name.clone()).collect();
                    return Err(IntentError::NoZone { name: name.clone(), known });
                }
            }
            let bad = |message: String| IntentError::Flow { from: flow.from.clone(), to: flow.to.clone(), message };
            flow.traffic().map_err(bad)?;
            if !flow.expires.is_empty() {
                flow.expires.parse::<jiff::civil::Date>().map_err(|error| bad(format!("expires: {error}")))?;
            }
        }
        Ok(())
    }
}

impl Zone {
    /// The tenant whose zone it is; empty for any other kind of zone.
    #[must_use]
    pub fn tenant(&self) -> &str {
        match (self.kind, self.tenant.is_empty()) {
            (ZoneKind::Tenant, true) => &self.name,
            (ZoneKind::Tenant, false) => &self.tenant,
            _ => "",
        }
    }
}

impl Intent {
    /// Whether a zone is part of another, both by index.
    pub(super) fn is_part_of(&self, inner: usize, outer: usize) -> bool {
        let (inner, outer) = (&self.zones[inner].name, &self.zones[outer].name);
        let lies = |inner: &String, outer: &String| self.around.get(inner).is_some_and(|around| around.contains(outer));
        // Two that are said to be part of each other are beside each other.
        lies(inner, outer) && !lies(outer, inner)
    }

    /// The flows that are wanted from one zone to another on a day, each with its packets: what is denied is taken out.
    #[must_use]
    pub fn wanted(&self, from: &str, to: &str, day: jiff::civil::Date) -> Vec<(&Flow, Traffic)> {
        // `Intent::check` has read every flow before; an unreadable one allows nothing.
        let packets = |flow: &Flow| flow.traffic().unwrap_or_else(|_| Traffic::none());
        let held = || self.flows.iter().filter(|flow| flow.is_between(from, to) && flow.holds_on(day));
        let denied = held().filter(|flow| flow.deny).fold(Traffic::none(), |sum, flow| sum.or(&packets(flow)));
        held().filter(|flow| !flow.deny).map(|flow| (flow, packets(flow).minus(&denied))).collect()
    }
}

impl Flow {
    /// The packets of the flow.
    ///
    /// # Errors
    /// Where protocol or port cannot be read.
    pub fn traffic(&self) -> Result<Traffic, String> {
        Asked::read(&self.proto, &self.port).map(|asked| asked.set((0, u16::MAX)))
    }

    /// Whether the flow is still wanted on a day.
    #[must_use]
    pub fn holds_on(&self, day: jiff::civil::Date) -> bool {
        self.expires.parse::<jiff::civil::Date>().map_or(self.expires.is_empty(), |last| day <= last)
    }

    pub(super) fn is_between(&self, from: &str, to: &str) -> bool {
        (self.from == "*" || self.from == from) && (self.to == "*" || self.to == to)
    }
}
