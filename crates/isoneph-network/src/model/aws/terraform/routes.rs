//! Routes that stand by themselves (`aws_route`), and the tables that they belong to.

use std::collections::BTreeMap;

use super::Reading;
use super::tables::route;
use crate::model::aws::estate::{Destination, Estate, Route};
use crate::model::terraform::{Ids, Resource};

/// Gives each route to its table, or to each that may be meant.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    let all: Vec<_> = document
        .of_kind(&["aws_route"])
        .map(|resource| (resource, route(document, resource, &[], &resource.values)))
        .collect();
    let mut alike: BTreeMap<_, usize> = BTreeMap::new();
    for (resource, route) in &all {
        *alike.entry(key(resource, route)).or_default() += 1;
    }
    for (resource, route) in &all {
        let ids = document.ids(resource, &["route_table_id"]);
        let each = is_each(&ids, route, alike[&key(resource, route)]);
        let (owners, doubt) = reading.owners(resource, "route_table_id", estate.tables.keys());
        for id in owners {
            let held = match doubt.clone().filter(|_| !each) {
                Some(doubt) => Route { destination: perhaps(&route.destination, doubt), ..route.clone() },
                None => route.clone(),
            };
            let id = reading.table(estate, &id);
            if let Some(table) = estate.tables.get_mut(&id).filter(|table| !table.routes.contains(&held)) {
                table.routes.push(held);
            }
        }
    }
}

/// What routes have in common of which each is for a table of its own.
fn key<'r>(resource: &'r Resource, route: &Route) -> ((&'r str, &'r str), String) {
    (resource.repeated(), format!("{route:?}"))
}

/// Whether as many routes are made alike as there are tables that they may belong to: each has one then, for no table takes
/// two routes to the same destination.
fn is_each(ids: &Ids, route: &Route, alike: usize) -> bool {
    let shown = ids.choice && !ids.open && !ids.lost;
    shown && matches!(route.destination, Destination::Range(_)) && ids.found.len() == alike
}

fn perhaps(destination: &Destination, doubt: String) -> Destination {
    match destination {
        Destination::Range(range) => Destination::Perhaps(*range, doubt),
        _ => Destination::Unknown(doubt),
    }
}
