//! Targets that scaling groups and services register at run time: their members, wherever those will stand.

use super::Reading;
use crate::model::aws::estate::Estate;
use crate::model::json::number;
use crate::model::terraform::{Ids, Resource};

/// Targets with their ports.
type Targets = Vec<(String, Option<i64>)>;

/// The targets of a group that something feeds, and whether all that may feed it is shown.
pub(super) fn targets(estate: &Estate, reading: &Reading<'_>, group: &Resource) -> (Targets, bool) {
    let document = reading.document;
    let port = number(&group.values, "port");
    let (mut out, mut whole) = (Vec::new(), true);
    let mut add = |feeder: &Resource, ids: &Ids, port: Option<i64>| {
        if !ids.found.contains(&group.identity()) {
            // One of which nobody shows what it feeds may feed this.
            whole &= !(ids.open && ids.found.is_empty());
            return;
        }
        let held = members(estate, feeder);
        whole &= !ids.choice && !held.is_empty() && port.is_some();
        out.extend(held.into_iter().map(|interface| (interface, port)));
    };
    for feeder in document.of_kind(&["aws_autoscaling_group"]) {
        add(feeder, &document.ids(feeder, &["target_group_arns"]), port);
    }
    for feeder in document.of_kind(&["aws_ecs_service"]) {
        let port = feeder.values.pointer("/load_balancer/0/container_port").and_then(serde_json::Value::as_i64);
        add(feeder, &document.ids(feeder, &["load_balancer", "0", "target_group_arn"]), port);
    }
    for attachment in document.of_kind(&["aws_autoscaling_attachment"]) {
        let ids = document.ids(attachment, &["lb_target_group_arn"]);
        let of = document.ids(attachment, &["autoscaling_group_name"]);
        let mut groups = document.of_kind(&["aws_autoscaling_group"]);
        match groups.find(|held| of.found.contains(&held.identity())).filter(|_| !of.choice) {
            Some(feeder) => add(feeder, &ids, port),
            None => add(attachment, &ids, None),
        }
    }
    (out, whole)
}

/// The interfaces that stand for the members of a scaling group or service.
fn members(estate: &Estate, feeder: &Resource) -> Vec<String> {
    let start = format!("{} in ", feeder.key());
    estate
        .interfaces
        .range(start.clone()..)
        .map(|(id, _)| id)
        .take_while(|id| id.starts_with(&start))
        .cloned()
        .collect()
}
