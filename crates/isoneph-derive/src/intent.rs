//! The zones and flows of the register, as the network engine takes them.
//!
//! A zone that is part of another has its flows too, and its tenant where it names none. A tenant with accounts or tags of
//! its own and no zone is a zone by itself.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_network::zones::{Flow, Intent, Member, Zone, ZoneKind};
use isoneph_register::Register;
use isoneph_register::kinds::{self, FlowAction, Tenant, ZonePurpose};

/// How many zones may stand in one another.
const MAX_DEPTH: usize = 16;

/// What the registers together mean to be; `None` where nobody declares any zone. Drafts count for nothing.
#[must_use]
pub fn network_intent<'a>(registers: impl IntoIterator<Item = &'a Register>) -> Option<Intent> {
    let mut zones: BTreeMap<String, &kinds::Zone> = BTreeMap::new();
    let mut tenants: BTreeMap<String, &Tenant> = BTreeMap::new();
    let mut flows: BTreeMap<String, &kinds::Flow> = BTreeMap::new();
    for register in registers {
        zones.extend(register.claimed::<kinds::Zone>().map(|held| (held.name.to_owned(), held.spec)));
        tenants.extend(register.claimed::<Tenant>().map(|held| (held.name.to_owned(), held.spec)));
        flows.extend(register.claimed::<kinds::Flow>().map(|held| (held.name.to_owned(), held.spec)));
    }
    let above = Above { zones: &zones };
    let mut out = Intent::default();
    // What is in two zones, one part of the other, counts for the narrower. The deepest come first.
    let mut names: Vec<&String> = zones.keys().collect();
    names.sort_by_key(|name| (std::cmp::Reverse(above.of(name).len()), *name));
    for name in names {
        let around: Vec<String> = above.of(name).into_iter().map(str::to_owned).collect();
        if !around.is_empty() {
            out.around.insert(name.clone(), around);
        }
        out.zones.push(zone(name, zones[name], &above));
    }
    let zoned: BTreeSet<&str> = out.zones.iter().map(Zone::tenant).filter(|tenant| !tenant.is_empty()).collect();
    let alone: Vec<Zone> = tenants
        .iter()
        .filter(|(name, _)| !zoned.contains(name.as_str()) && !zones.contains_key(*name))
        .filter_map(|(name, tenant)| tenant_zone(name, tenant))
        .collect();
    out.zones.extend(alone);
    if out.zones.is_empty() {
        return None;
    }
    for (name, spec) in &flows {
        out.flows.extend(flow(name, spec, &above));
    }
    if !out.zones.iter().any(|zone| zone.kind == ZoneKind::Outside) && !zones.contains_key("outside") {
        let (kind, members) = (ZoneKind::Outside, Vec::new());
        out.zones.push(Zone { name: "outside".into(), kind, tenant: String::new(), implied: true, members });
    }
    Some(out)
}

/// The declared tenants, with the accounts that are their own. Drafts count for nothing.
#[must_use]
pub fn tenant_accounts<'a>(registers: impl IntoIterator<Item = &'a Register>) -> BTreeMap<String, Vec<String>> {
    let tenants = registers.into_iter().flat_map(Register::claimed::<Tenant>);
    tenants.map(|held| (held.name.to_owned(), held.spec.accounts.clone())).collect()
}

struct Above<'a> {
    zones: &'a BTreeMap<String, &'a kinds::Zone>,
}

impl Above<'_> {
    /// The zones that a zone is part of, nearest first.
    fn of(&self, name: &str) -> Vec<&str> {
        let mut out: Vec<&str> = Vec::new();
        let mut next = self.zones.get(name).and_then(|zone| zone.part_of.as_deref());
        while let Some(above) = next.filter(|above| !out.contains(above) && out.len() < MAX_DEPTH) {
            out.push(above);
            next = self.zones.get(above).and_then(|zone| zone.part_of.as_deref());
        }
        out
    }

    /// A zone and all that are part of it.
    fn within<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        let inner = self.zones.keys().map(String::as_str).filter(move |inner| self.of(inner).contains(&name));
        std::iter::once(name).chain(inner)
    }
}

fn zone(name: &str, spec: &kinds::Zone, above: &Above<'_>) -> Zone {
    let line: Vec<&kinds::Zone> = std::iter::once(spec)
        .chain(above.of(name).into_iter().filter_map(|name| above.zones.get(name).copied()))
        .collect();
    let tenant = line.iter().find_map(|zone| zone.tenant.as_deref());
    let kind = match (spec.outside, tenant, line.iter().find_map(|zone| zone.purpose)) {
        (Some(true), _, _) => ZoneKind::Outside,
        (_, Some(_), None) => ZoneKind::Tenant,
        (_, _, Some(ZonePurpose::Administration)) => ZoneKind::Administration,
        (_, _, Some(ZonePurpose::Shared)) => ZoneKind::Shared,
        (_, _, Some(ZonePurpose::Internal)) | (_, None, None) => ZoneKind::Internal,
    };
    let member = Member::default;
    let addresses = spec.addresses.iter().map(|held| Member { address: Some(held.clone()), ..member() });
    let named = spec.members.iter().map(|held| Member { any: Some(held.clone()), ..member() });
    let members = addresses.chain(named).chain(owned(&spec.accounts, &spec.tags)).collect();
    let tenant = if kind == ZoneKind::Tenant { tenant.unwrap_or_default().to_owned() } else { String::new() };
    Zone { name: name.to_owned(), kind, tenant, implied: false, members }
}

fn owned(accounts: &[String], tags: &[String]) -> Vec<Member> {
    let accounts = accounts.iter().map(|held| Member { account: Some(held.clone()), ..Member::default() });
    let tags = tags.iter().map(|held| Member { tag: Some(held.clone()), ..Member::default() });
    accounts.chain(tags).collect()
}

fn tenant_zone(name: &str, tenant: &Tenant) -> Option<Zone> {
    let tags: Vec<String> = tenant.marks.iter().filter(|mark| mark.contains('=')).cloned().collect();
    let members = owned(&tenant.accounts, &tags);
    let kind = ZoneKind::Tenant;
    let name = name.to_owned();
    (!members.is_empty()).then(|| Zone { tenant: name.clone(), name, kind, implied: false, members })
}

/// One flow for each port, and for each zone within either end.
fn flow(name: &str, spec: &kinds::Flow, above: &Above<'_>) -> Vec<Flow> {
    let ports = if spec.ports.is_empty() { vec!["any".to_owned()] } else { spec.ports.clone() };
    let mut out = Vec::new();
    for from in above.within(&spec.from) {
        for to in above.within(&spec.to) {
            out.extend(ports.iter().map(|port| Flow {
                from: from.to_owned(),
                to: to.to_owned(),
                proto: spec.protocol.clone().unwrap_or_else(|| "any".into()),
                port: port.replace(' ', ""),
                deny: spec.action == FlowAction::Deny,
                owner: spec.owner.clone().unwrap_or_default(),
                reason: spec.purpose.clone().unwrap_or_else(|| name.to_owned()),
                expires: spec.until.map(|day| day.to_string()).unwrap_or_default(),
            }));
        }
    }
    out
}
