//! Transit gateways: attachments, associations, static and propagated routes.

use std::collections::BTreeMap;

use super::build::Places;
use super::estate::Estate;
use crate::model::form::{Attachment, Parts, Transit, TransitRoute, TransitTable};

/// Adds the transit gateways of the estate.
pub(super) fn build(estate: &Estate, parts: &mut Parts, places: &mut Places) {
    for (id, transit) in &estate.transits {
        places.transits.insert(id.clone(), parts.transits.len());
        let tables: Vec<&String> =
            estate.transit_tables.iter().filter(|(_, table)| table.transit == *id).map(|(name, _)| name).collect();
        let attachments = attachments(id, transit.references, &tables, estate, places);
        let names: BTreeMap<&str, usize> =
            attachments.iter().enumerate().map(|(index, held)| (held.id.as_str(), index)).collect();
        let listed = |list: &'static str| estate.listed.contains(&(transit.folder.clone(), list));
        // Where each table names its attachments, one that none names is associated with none.
        let told = !tables.is_empty() && tables.iter().all(|name| estate.transit_tables[*name].told_associated);
        let unclear = !told
            && estate.attachments.iter().any(|(name, held)| {
                held.transit == *id && held.unclear_table && associated(name, &tables, estate).is_none()
            });
        // One that attaches nobody knows which network may attach any.
        let loose = estate.loose_transits
            || estate.attachments.values().any(|held| held.transit == *id && held.unclear_network);
        let complete = !unclear
            && !loose
            && listed("TransitGatewayRouteTables")
            && (listed("TransitGatewayAttachments") || listed("TransitGatewayVpcAttachments"));
        let tables = tables.iter().map(|name| table(name, id, &names, &attachments, estate, parts)).collect();
        parts.transits.push(Transit { id: id.clone(), attachments, tables, complete });
    }
    connect_peers(estate, parts, places);
}

/// The table that names an attachment as associated with it.
fn associated(attachment: &str, tables: &[&String], estate: &Estate) -> Option<usize> {
    let plain = attachment.split('@').next().unwrap_or(attachment);
    tables.iter().position(|name| estate.transit_tables[*name].associated.iter().any(|held| held == plain))
}

fn attachments(
    transit: &str,
    references: bool,
    tables: &[&String],
    estate: &Estate,
    places: &Places,
) -> Vec<Attachment> {
    let mut out = Vec::new();
    for (id, held) in estate.attachments.iter().filter(|(_, held)| held.transit == transit) {
        out.push(Attachment {
            id: id.clone(),
            network: (held.kind == "vpc").then(|| places.networks.get(&held.resource).copied()).flatten(),
            subnets: held.subnets.iter().filter_map(|subnet| places.subnets.get(subnet)).copied().collect(),
            peer: None,
            table: held
                .table
                .as_ref()
                .and_then(|table| tables.iter().position(|name| *name == table))
                .or_else(|| associated(id, tables, estate)),
            references: references && held.references.unwrap_or(true),
            appliance_mode: held.appliance_mode,
        });
    }
    // What a route leads to and the input does not show (a VPN, another account's network) is attached all the same.
    let known: Vec<String> = out.iter().map(|held| held.id.clone()).collect();
    let routes = tables.iter().flat_map(|name| &estate.transit_tables[*name].routes);
    let mut named: Vec<&String> = routes.filter_map(|(_, attachment, _)| attachment.as_ref()).collect();
    named.sort_unstable();
    named.dedup();
    named.retain(|id| !known.contains(id) && !known.contains(&format!("{id}@{transit}")));
    out.extend(named.into_iter().map(|id| Attachment {
        id: id.clone(),
        network: None,
        subnets: Vec::new(),
        peer: None,
        table: None,
        references: false,
        appliance_mode: false,
    }));
    out
}

fn table(
    name: &str,
    transit: &str,
    names: &BTreeMap<&str, usize>,
    attachments: &[Attachment],
    estate: &Estate,
    parts: &Parts,
) -> TransitTable {
    let held = &estate.transit_tables[name];
    let find = |id: &str| names.get(id).or_else(|| names.get(format!("{id}@{transit}").as_str())).copied();
    let mut complete = held.listed && (!held.searched || held.told_propagated);
    let mut routes = Vec::new();
    if held.unclear {
        return TransitTable { id: name.to_owned(), routes, complete: false };
    }
    for (destination, attachment, fixed) in &held.routes {
        let rank = u32::from(!fixed);
        match attachment.as_deref().map(find) {
            None => routes.push(TransitRoute { destination: *destination, attachment: None, rank }),
            Some(Some(index)) => routes.push(TransitRoute { destination: *destination, attachment: Some(index), rank }),
            // The attachment is gone or not shown: traffic that the route would take has no known way.
            Some(None) => complete = false,
        }
    }
    for attachment in &held.propagations {
        let Some(index) = find(attachment) else {
            complete = false;
            continue;
        };
        match attachments[index].network {
            Some(network) => routes.extend(parts.networks[network].ranges.ranges().iter().map(|range| TransitRoute {
                destination: *range,
                attachment: Some(index),
                rank: 1,
            })),
            // What a VPN or Direct Connect propagates is learned at run time.
            None => complete = false,
        }
    }
    TransitTable { id: name.to_owned(), routes, complete }
}

/// Joins the two ends of each peering between transit gateways.
fn connect_peers(estate: &Estate, parts: &mut Parts, places: &Places) {
    let mut ends: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (transit, held) in parts.transits.iter().enumerate() {
        for (index, attachment) in held.attachments.iter().enumerate() {
            let known = estate.attachments.get(&attachment.id);
            if known.is_some_and(|known| known.peer.as_ref().is_some_and(|peer| places.transits.contains_key(peer))) {
                let id = attachment.id.split('@').next().unwrap_or_default().to_owned();
                ends.entry(id).or_default().push((transit, index));
            }
        }
    }
    for pair in ends.values() {
        if let [left, right] = *pair.as_slice() {
            parts.transits[left.0].attachments[left.1].peer = Some(right);
            parts.transits[right.0].attachments[right.1].peer = Some(left);
        }
    }
}
