//! Load balancers, what they listen at, and whom they hand connections on to.

use super::build::Places;
use super::estate::Estate;
use crate::model::address::AddressRange;
use crate::model::form::{Balancer, BalancerTarget, Listener, Parts};
use crate::model::traffic::{TCP, UDP};

/// The part of a load balancer's ARN that its interfaces' descriptions carry: `net/NAME/ID`.
fn balancer_key(arn: &str) -> &str {
    arn.split_once(":loadbalancer/").map_or(arn, |(_, key)| key)
}

pub(super) fn build(estate: &Estate, parts: &mut Parts, places: &mut Places) {
    for (id, balancer) in &estate.balancers {
        places.balancers.insert(balancer_key(id).to_owned(), parts.balancers.len());
        parts.balancers.push(Balancer {
            id: id.clone(),
            name: if balancer.name.is_empty() { id.clone() } else { balancer.name.clone() },
            ends_connections: !matches!(balancer.kind.as_str(), "network" | "gateway"),
            listeners: Vec::new(),
            complete: balancer.listed && !estate.unheard.contains(id),
        });
    }
}

/// Whether targets see the client, where no attribute says: those that are named by an address only where the protocol is UDP,
/// all others always.
fn keeps_client(kind: &str, protocol: &str) -> Option<bool> {
    match (kind, protocol) {
        ("instance" | "alb", _) | (_, "UDP" | "TCP_UDP") => Some(true),
        ("ip", "TCP" | "TLS") => Some(false),
        _ => None,
    }
}

pub(super) fn targets(estate: &Estate, parts: &mut Parts, places: &Places) {
    for (id, balancer) in &estate.balancers {
        let Some(index) = places.balancers.get(balancer_key(id)) else { continue };
        for listener in &balancer.listeners {
            let (mut held, mut complete) = (Vec::new(), listener.clear);
            for name in &listener.groups {
                let Some(group) = estate.target_groups.get(name).filter(|group| group.listed) else {
                    complete = false;
                    continue;
                };
                for (target, port) in &group.targets {
                    let mut named = estate.standing(target);
                    named.extend(estate.nodes_of(target));
                    let mut found: Vec<_> = named.iter().filter_map(|name| places.endpoint(name)).map(Some).collect();
                    let address = AddressRange::parse(target);
                    complete &= !found.is_empty() || address.is_some();
                    if found.is_empty() {
                        found.push(None);
                    }
                    held.extend(found.into_iter().map(|endpoint| BalancerTarget {
                        endpoint,
                        address,
                        port: port.and_then(|port| u16::try_from(port).ok()),
                        keeps_client: group.keeps_client.or_else(|| keeps_client(&group.kind, &group.protocol)),
                    }));
                }
            }
            parts.balancers[*index].listeners.push(Listener {
                protocols: match listener.protocol.as_str() {
                    "UDP" | "QUIC" => vec![UDP],
                    "TCP_UDP" | "TCP_QUIC" => vec![TCP, UDP],
                    _ => vec![TCP],
                },
                port: u16::try_from(listener.port).unwrap_or(0),
                last: u16::try_from(listener.port).unwrap_or(0),
                targets: held,
                complete,
            });
        }
    }
}
