//! Load balancers and what stands behind them.

use std::collections::BTreeMap;

use super::machines::{SCALE_SETS, scaled_id};
use super::{Reading, given, name, subscription};
use crate::model::azure::estate::{Balancer, BalancerRule, Estate, is_unclear};
use crate::model::json::{list, number, text_or_empty};

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
            rules: Vec::new(),
            origin: reading.origin(resource),
        };
        estate.balancers.insert(Reading::own(resource), balancer);
    }
    let (pools, open) = pools(reading);
    for resource in document.of_kind(&["azurerm_lb_rule", "azurerm_lb_nat_rule"]) {
        let mut held = reading.ids(resource, &["backend_address_pool_ids"]);
        held.extend(reading.at(resource, &["backend_address_pool_id"]));
        if resource.kind == "azurerm_lb_nat_rule" {
            held.push(Reading::own(resource));
        }
        let rule = BalancerRule {
            protocol: text_or_empty(&resource.values, "protocol"),
            frontend_port: number(&resource.values, "frontend_port").unwrap_or(0),
            backend_port: number(&resource.values, "backend_port").unwrap_or(0),
            complete: !open && !held.is_empty() && held.iter().all(|pool| pools.contains_key(pool)),
            targets: held.iter().filter_map(|pool| pools.get(pool)).flatten().cloned().collect(),
        };
        if let Some(balancer) = estate.balancers.get_mut(&reading.id(resource, "loadbalancer_id")) {
            balancer.rules.push(rule);
        }
    }
}

/// The interfaces of each pool, and of each rule of address translation; whether there may be others.
fn pools(reading: &Reading<'_>) -> (BTreeMap<String, Vec<String>>, bool) {
    let document = reading.document;
    let mut pools: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Targets by address are not followed.
    let mut open = document.of_kind(&["azurerm_lb_backend_address_pool_address"]).next().is_some();
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
                let key = "load_balancer_backend_address_pool_ids";
                let path = ["network_interface", &number, "ip_configuration", &place, key];
                let ids = document.ids(resource, &path);
                open |= ids.choice || (ids.open && document.is_written(resource, &path));
                for pool in reading.ids(resource, &path) {
                    pools.entry(pool).or_default().push(scaled_id(resource, at));
                }
            }
        }
    }
    (pools, open)
}
