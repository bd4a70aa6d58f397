//! Load balancers, as the load balancing API answers with them.

use serde_json::Value;

use super::Place;
use crate::model::aws::estate::{Estate, Listener};
use crate::model::form::Origin;
use crate::model::json::{flag, is_given, is_listed, list, number, text, text_or_empty};

pub(super) fn balancer(estate: &mut Estate, value: &Value, place: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "LoadBalancerArn")?;
    let held = estate.balancers.entry(id.into()).or_default();
    held.name = text_or_empty(value, "LoadBalancerName");
    held.kind = text_or_empty(value, "Type");
    held.folder = place.folder.into();
    held.unguarded = text(value, "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic") == Some("off");
    Some(())
}

pub(super) fn balancer_listeners(estate: &mut Estate, value: &Value, place: &Place<'_>, origin: Origin) -> Option<()> {
    let balancer = text(value, "LoadBalancerArn")?;
    estate.balancers.entry(balancer.into()).or_default().listed = is_listed(value, "Listeners");
    for held in list(value, "Listeners") {
        listener(estate, held, place, origin.clone())?;
    }
    Some(())
}

pub(super) fn listener(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let balancer = text(value, "LoadBalancerArn")?;
    let held = estate.balancers.entry(balancer.into()).or_default();
    held.listed = true;
    let Some(port) = number(value, "Port").filter(|_| is_given(value, "Protocol")) else {
        // It listens somewhere, and the input does not show where.
        estate.unheard.insert(balancer.to_owned());
        return Some(());
    };
    let (mut groups, mut clear) = (Vec::new(), is_listed(value, "DefaultActions"));
    for action in list(value, "DefaultActions") {
        if text(action, "Type") != Some("forward") {
            continue;
        }
        let many = action.get("ForwardConfig").map_or(&[][..], |held| list(held, "TargetGroups"));
        let own = text(action, "TargetGroupArn");
        groups.extend(many.iter().filter_map(|held| text(held, "TargetGroupArn")).chain(own).map(ToOwned::to_owned));
        clear &= !groups.is_empty();
    }
    groups.sort_unstable();
    groups.dedup();
    held.listeners.push(Listener { protocol: text_or_empty(value, "Protocol"), port, groups, clear });
    Some(())
}

pub(super) fn target_group(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let held = estate.target_groups.entry(text(value, "TargetGroupArn")?.into()).or_default();
    held.kind = text_or_empty(value, "TargetType");
    held.protocol = text_or_empty(value, "Protocol");
    Some(())
}

pub(super) fn target_health(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let held = estate.target_groups.entry(text(value, "TargetGroupArn")?.into()).or_default();
    held.listed = is_listed(value, "TargetHealthDescriptions");
    for entry in list(value, "TargetHealthDescriptions") {
        let Some(target) = entry.get("Target") else { continue };
        let state = entry.get("TargetHealth").and_then(|held| text(held, "State"));
        if !matches!(state, Some("draining" | "unused")) {
            held.targets.push((text(target, "Id")?.into(), number(target, "Port")));
        }
    }
    Some(())
}

pub(super) fn target_attributes(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let held = estate.target_groups.entry(text(value, "TargetGroupArn")?.into()).or_default();
    for attribute in list(value, "Attributes") {
        if text(attribute, "Key") == Some("preserve_client_ip.enabled") {
            held.keeps_client = flag(attribute, "Value");
        }
    }
    Some(())
}
