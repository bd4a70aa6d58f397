//! Targets that scaling groups and services register at run time: their members, wherever those will stand.

use super::Reading;
use super::scaling::first_interfaces;
use crate::model::aws::estate::Estate;
use crate::model::json::{list, number, text};
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
        let held = first_interfaces(estate, feeder);
        whole &= !ids.choice && !held.is_empty() && port.is_some();
        out.extend(held.into_iter().map(|interface| (interface, port)));
    };
    for feeder in document.of_kind(&["aws_autoscaling_group"]) {
        add(feeder, &document.ids(feeder, &["target_group_arns"]), port);
    }
    for feeder in document.of_kind(&["aws_ecs_service"]) {
        const FED: &str = "load_balancer";
        let blocks = list(&feeder.values, FED);
        if document.is_open_list(feeder, &[FED]) {
            add(feeder, &Ids { open: true, ..Ids::default() }, None);
        }
        for (at, block) in blocks.iter().enumerate() {
            let path = [FED, &at.to_string(), "target_group_arn"];
            add(feeder, &document.ids(feeder, &path), number(block, "container_port"));
        }
    }
    for attachment in document.of_kind(&["aws_autoscaling_attachment"]) {
        let ids = document.ids(attachment, &["lb_target_group_arn"]);
        let of = document.ids(attachment, &["autoscaling_group_name"]);
        let mut groups = document.of_kind(&["aws_autoscaling_group"]);
        let is_meant = |held: &&Resource| {
            let name = text(&held.values, "name");
            of.found.iter().any(|own| *own == held.identity() || Some(own.as_str()) == name)
        };
        match groups.find(is_meant).filter(|_| !of.choice) {
            Some(feeder) => add(feeder, &ids, port),
            None => add(attachment, &ids, None),
        }
    }
    (out, whole)
}
