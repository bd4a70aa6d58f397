//! Load balancers and what stands behind them.

use std::collections::BTreeMap;

use super::machines::{SCALE_SETS, scaled_id};
use super::{Reading, given, name, subscription};
use crate::model::address::AddressRange;
use crate::model::azure::estate::{Balancer, BalancerRule, Estate, InterfacePlace, LetsOut, is_unclear};
use crate::model::json::{flag, list, number, text, text_or_empty};
use crate::model::terraform::Resource;

pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["azurerm_lb"]) {
        let frontends = list(&resource.values, "frontend_ip_configuration").iter().enumerate().map(|(index, held)| {
            let path = ["frontend_ip_configuration", &index.to_string(), "public_ip_address_id"];
            let public = given(reading, resource, &path);
            (text_or_empty(held, "name"), public)
        });
        let balancer = Balancer {
            name: name(resource),
            owner: subscription(resource),
            frontends: frontends.collect(),
            standard: text(&resource.values, "sku").map(|word| word.eq_ignore_ascii_case("standard")),
            origin: reading.origin(resource),
            ..Balancer::default()
        };
        estate.balancers.insert(Reading::own(resource), balancer);
    }
    let (pools, open) = pools(estate, reading);
    for resource in document.of_kind(&["azurerm_lb_rule", "azurerm_lb_nat_rule", "azurerm_lb_nat_pool"]) {
        let mut held = reading.ids(resource, &["backend_address_pool_ids"]);
        held.extend(reading.at(resource, &["backend_address_pool_id"]));
        if resource.kind != "azurerm_lb_rule" {
            held.push(Reading::own(resource));
        }
        let targets: Vec<String> = held.iter().filter_map(|pool| pools.get(pool)).flatten().cloned().collect();
        // A rule of translation has a pool, or interfaces that name it, and mostly not both.
        let known = if resource.kind == "azurerm_lb_rule" {
            held.iter().all(|pool| pools.contains_key(pool))
        } else {
            !targets.is_empty()
        };
        let Some(balancer) = estate.balancers.get_mut(&reading.id(resource, "loadbalancer_id")) else { continue };
        balancer.lets_out.extend(lets_out(reading, resource, &held, &targets, known));
        let ports = ports(resource);
        // Of a range each port leads to one of those behind it.
        let alone = ports.len() == 1;
        balancer.rules.extend(ports.into_iter().map(|(frontend_port, frontend_last)| BalancerRule {
            protocol: text_or_empty(&resource.values, "protocol"),
            frontend: text(&resource.values, "frontend_ip_configuration_name").map(ToOwned::to_owned),
            frontend_port,
            frontend_last,
            backend_port: number(&resource.values, "backend_port").unwrap_or(0),
            complete: !open && alone && !held.is_empty() && known,
            targets: targets.clone(),
            ..BalancerRule::default()
        }));
    }
    behind(estate, reading, &pools, open);
}

/// Whether a rule translates on the way out as well: rules of balancing do, unless they are told not to.
fn lets_out(
    reading: &Reading<'_>,
    rule: &Resource,
    pools: &[String],
    targets: &[String],
    known: bool,
) -> Option<LetsOut> {
    let quiet = flag(&rule.values, "disable_outbound_snat") == Some(true);
    let sure = known && !reading.document.is_open(rule, &["disable_outbound_snat"], &rule.values);
    let held = LetsOut {
        protocol: text_or_empty(&rule.values, "protocol"),
        pools: pools.to_vec(),
        targets: targets.to_vec(),
        sure,
    };
    (rule.kind == "azurerm_lb_rule" && !quiet).then_some(held)
}

/// Rules that do nothing but translate on the way out, and who stands in the pools.
fn behind(estate: &mut Estate, reading: &Reading<'_>, pools: &BTreeMap<String, Vec<String>>, open: bool) {
    let document = reading.document;
    for resource in document.of_kind(&["azurerm_lb_outbound_rule"]) {
        let pool = reading.id(resource, "backend_address_pool_id");
        let targets = pools.get(&pool).cloned().unwrap_or_default();
        let sure = !is_unclear(&pool);
        let protocol = text_or_empty(&resource.values, "protocol");
        let Some(balancer) = estate.balancers.get_mut(&reading.id(resource, "loadbalancer_id")) else { continue };
        balancer.lets_out.push(LetsOut { protocol, pools: vec![pool], targets, sure });
    }
    for resource in document.any_of_kind(&["azurerm_lb_backend_address_pool"]) {
        let members = pools.get(&Reading::own(resource)).cloned().unwrap_or_default();
        let Some(balancer) = estate.balancers.get_mut(&reading.id(resource, "loadbalancer_id")) else { continue };
        balancer.members.extend(members);
    }
    if open {
        let all: Vec<String> = estate.interfaces.keys().cloned().collect();
        estate.balancers.values_mut().for_each(|balancer| balancer.maybe.clone_from(&all));
    }
}

/// The most ports of a range that are followed one by one.
const MAX_PORTS: i64 = 128;

/// The ports that a rule listens on, with the last one of a range that is not followed port by port. A pool of ports of which
/// none is shown has any.
fn ports(resource: &Resource) -> Vec<(i64, Option<i64>)> {
    let port = |key: &str| number(&resource.values, key).filter(|port| *port > 0);
    match (port("frontend_port_start"), port("frontend_port_end")) {
        (Some(first), Some(last)) if last - first < MAX_PORTS => (first..=last).map(|port| (port, None)).collect(),
        (first, last) => vec![(port("frontend_port").or(first).unwrap_or(0), last)],
    }
}

/// The interfaces of each pool, and of each rule of address translation; whether there may be others.
fn pools(estate: &Estate, reading: &Reading<'_>) -> (BTreeMap<String, Vec<String>>, bool) {
    let document = reading.document;
    let mut pools: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut open = false;
    for resource in document.of_kind(&["azurerm_lb_backend_address_pool_address"]) {
        let pool = reading.id(resource, "backend_address_pool_id");
        let found = text(&resource.values, "ip_address").and_then(AddressRange::parse);
        let found = found.map(|address| holders(estate, address, &reading.id(resource, "virtual_network_id")));
        // Whom it means the plan may not show, or not which pool it is in.
        let found = found.filter(|found| found.len() == 1 && !is_unclear(&pool));
        open |= found.is_none();
        pools.entry(pool).or_default().extend(found.unwrap_or_default());
    }
    for resource in document.of_kind(&[
        "azurerm_network_interface_backend_address_pool_association",
        "azurerm_network_interface_nat_rule_association",
    ]) {
        let pool = [reading.id(resource, "backend_address_pool_id"), reading.id(resource, "nat_rule_id")].concat();
        let target = reading.id(resource, "network_interface_id");
        open |= is_unclear(&pool) || is_unclear(&target);
        pools.entry(pool).or_default().push(target);
    }
    for resource in document.of_kind(&SCALE_SETS) {
        for (at, one) in list(&resource.values, "network_interface").iter().enumerate() {
            for place in 0..list(one, "ip_configuration").len() {
                let (number, place) = (at.to_string(), place.to_string());
                for key in ["load_balancer_backend_address_pool_ids", "load_balancer_inbound_nat_rules_ids"] {
                    let path = ["network_interface", &number, "ip_configuration", &place, key];
                    let ids = document.ids(resource, &path);
                    open |= ids.choice || (ids.open && document.is_written(resource, &path));
                    for pool in reading.ids(resource, &path) {
                        pools.entry(pool).or_default().push(scaled_id(resource, at));
                    }
                }
            }
        }
    }
    (pools, open)
}

/// The interfaces of a network that surely have an address; of any network, where which is meant is not shown.
fn holders(estate: &Estate, address: AddressRange, network: &str) -> Vec<String> {
    let has = |place: &InterfacePlace| {
        let of = estate.subnets.get(&place.subnet).map(|subnet| subnet.network.as_str());
        place.address == Some(address) && (of == Some(network) || is_unclear(network))
    };
    let all = estate.interfaces.iter().filter(|(_, held)| held.places.iter().any(has));
    all.map(|(id, _)| id.clone()).collect()
}
