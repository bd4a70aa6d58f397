//! Route tables of a Terraform document, and the subnets that they are for.

use serde_json::Value;

use super::{Reading, labels, made_here, routes, take};
use crate::model::address::AddressRange;
use crate::model::aws::build::is_network;
use crate::model::aws::estate::{Destination, Estate, Route, RouteTarget, Table};
use crate::model::json::{flag, list, text};
use crate::model::terraform::{Document, Resource};

/// Takes the tables, their routes and whom they are for.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    tables(estate, reading);
    main_tables(estate, reading);
    routes::read(estate, reading);
    propagations(estate, reading);
    associations(estate, reading);
    place_tables(estate);
    main_associations(estate, reading);
    gateway_endpoints(estate, reading);
}

fn tables(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.any_of_kind(&["aws_route_table", "aws_default_route_table"]) {
        if !resource.is_managed() {
            looked_up_table(estate, reading, resource);
            continue;
        }
        let default = resource.kind == "aws_default_route_table";
        let vpc = document.id(resource, &["vpc_id"]).or_else(|| {
            let id = document.id(resource, &["default_route_table_id"])?;
            reading.made_with(&id, "main table of", &["default_route_table_id"])
        });
        let mut routes: Vec<Route> = (0..list(&resource.values, "route").len())
            .map(|at| inline_route(document, resource, "route", at))
            .collect();
        let gateways = document.ids(resource, &["propagating_vgws"]);
        if !gateways.found.is_empty() || (gateways.open && document.is_written(resource, &["propagating_vgws"])) {
            routes.push(learned(gateways.found.first()));
        }
        if document.is_open_block(resource, "route") {
            let what = format!("the routes of {}", resource.address);
            let (destination, target) = (Destination::Unknown(what.clone()), RouteTarget::Other(what));
            routes.push(Route { destination, target, active: true, propagated: false });
        }
        estate.tables.insert(
            resource.identity(),
            Table {
                vpc: vpc.unwrap_or_default(),
                main: default,
                edge: false,
                subnets: Vec::new(),
                routes,
                tags: labels(resource),
                origin: reading.origin(resource),
            },
        );
    }
}

/// A network has a main table even where nothing manages it: the network's own routes alone.
fn main_tables(estate: &mut Estate, reading: &Reading<'_>) {
    for vpc in made_here(estate, reading) {
        if !estate.tables.values().any(|table| table.vpc == vpc && table.main) {
            let origin = estate.vpcs[&vpc].origin.clone();
            let table = Table { vpc: vpc.clone(), main: true, origin, ..Table::default() };
            estate.tables.insert(format!("main table of {vpc}"), table);
        }
    }
    for resource in reading.document.of_kind(&["aws_default_route_table"]) {
        let networks = reading.perhaps_of(estate, resource, Some(("default_route_table_id", "main table of")));
        loosen_main(estate, &networks, resource);
    }
}

fn propagations(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["aws_vpn_gateway_route_propagation"]) {
        let gateway = document.id(resource, &["vpn_gateway_id"]);
        for id in reading.owners(resource, "route_table_id", estate.tables.keys()).0 {
            let id = reading.table(estate, &id);
            if let Some(table) = estate.tables.get_mut(&id) {
                table.routes.push(learned(gateway.as_ref()));
            }
        }
    }
}

fn associations(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["aws_route_table_association"]) {
        let (tables, unsure) = reading.owners(resource, "route_table_id", estate.tables.keys());
        let gateway = reading.ids(resource, "gateway_id");
        if !gateway.is_empty() {
            // What comes in by the gateway follows the table; what a VPN gateway lets in is not followed at all.
            let outside = gateway.iter().any(|id| !id.starts_with("vgw-") && !id.contains("aws_vpn_gateway."));
            for id in tables {
                let id = reading.table(estate, &id);
                estate.tables.entry(id).and_modify(|table| table.edge |= outside);
            }
            continue;
        }
        if !document.is_written(resource, &["subnet_id"]) && text(&resource.values, "subnet_id").is_none() {
            continue;
        }
        let (subnets, doubt) = reading.owners(resource, "subnet_id", estate.subnets.keys());
        if unsure.is_some() || doubt.is_some() {
            let ids = document.ids(resource, &["route_table_id"]);
            let tables = ids.found.iter().map(|id| reading.table(estate, id)).collect();
            no_table(estate, &subnets, Some(tables).filter(|_| doubt.is_none() && !ids.open && !ids.lost));
            continue;
        }
        for id in tables {
            let id = reading.table(estate, &id);
            match estate.tables.get_mut(&id) {
                Some(table) => table.subnets.extend(subnets.clone()),
                // It has a table of which nothing is shown, and not the network's main one.
                None => {
                    let tables = Some(vec![id]);
                    no_table(estate, &subnets, tables);
                }
            }
        }
    }
}

fn main_associations(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["aws_main_route_table_association"]) {
        let table = reading.table(estate, &reading.id(resource, "route_table_id"));
        let vpc = reading.id(resource, "vpc_id");
        let mut networks = reading.perhaps_of(estate, resource, None);
        let tables = document.ids(resource, &["route_table_id"]);
        networks.extend((tables.choice || tables.open).then(|| vpc.clone()));
        if !networks.is_empty() {
            loosen_main(estate, &networks, resource);
            continue;
        }
        for (name, held) in &mut estate.tables {
            held.main = if *name == table { true } else { held.main && held.vpc != vpc };
        }
    }
}

/// Routes to the services behind gateway endpoints, in the tables that these are given.
fn gateway_endpoints(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    let gateways: Vec<(String, Vec<String>)> =
        document
            .of_kind(&["aws_vpc_endpoint"])
            .filter(|resource| text(&resource.values, "vpc_endpoint_type").unwrap_or("Gateway") == "Gateway")
            .map(|resource| (resource.identity(), reading.ids(resource, "route_table_ids")))
            .chain(document.of_kind(&["aws_vpc_endpoint_route_table_association"]).map(|resource| {
                (reading.id(resource, "vpc_endpoint_id"), vec![reading.id(resource, "route_table_id")])
            }))
            .collect();
    for (endpoint, tables) in gateways {
        let service = estate.endpoints.get(&endpoint).map(|held| held.service.clone()).unwrap_or_default();
        for table in tables {
            let table = reading.table(estate, &table);
            if let Some(table) = estate.tables.get_mut(&table) {
                table.routes.push(Route {
                    destination: Destination::PrefixList(format!("of {service}")),
                    target: RouteTarget::Endpoint(endpoint.clone()),
                    active: true,
                    propagated: false,
                });
            }
        }
    }
}

/// A table of which a plan does not show the network is of that in which its subnets lie.
fn place_tables(estate: &mut Estate) {
    let Estate { tables, subnets, vpcs, .. } = estate;
    let is_shown = |vpc: &String| vpcs.contains_key(vpc) || is_network(vpc);
    for table in tables.values_mut().filter(|table| !is_shown(&table.vpc)) {
        let own = table.subnets.iter().filter_map(|id| Some(&subnets.get(id)?.vpc));
        if let Some(vpc) = own.clone().find(|vpc| is_shown(vpc)) {
            table.vpc.clone_from(vpc);
        }
    }
}

/// Notes that another table than what is known may be the main one of networks.
fn loosen_main(estate: &mut Estate, networks: &[String], resource: &Resource) {
    let what = format!("which table {} makes the main one", resource.address);
    for table in estate.tables.values_mut().filter(|table| table.main && networks.contains(&table.vpc)) {
        let (destination, target) = (Destination::Unknown(what.clone()), RouteTarget::Other(what.clone()));
        table.routes.push(Route { destination, target, active: true, propagated: false });
    }
}

/// Notes that nothing shows which table subnets have; one of these, where it is sure that it is one.
fn no_table(estate: &mut Estate, subnets: &[String], tables: Option<Vec<String>>) {
    for subnet in subnets {
        let Some(held) = estate.subnets.get_mut(subnet) else { continue };
        let first = !std::mem::replace(&mut held.unclear_table, true);
        held.maybe_tables = tables.clone().filter(|_| first);
    }
}

/// What a VPN gateway learns at run time is not shown: any address may lead to it.
fn learned(gateway: Option<&String>) -> Route {
    let name = gateway.map_or("a VPN gateway", String::as_str).to_owned();
    Route {
        destination: Destination::Unknown(format!("what {name} propagates")),
        target: RouteTarget::Other(name),
        active: true,
        propagated: true,
    }
}

fn inline_route(document: &Document, resource: &Resource, key: &str, index: usize) -> Route {
    let number = index.to_string();
    let empty = Value::Null;
    let values = list(&resource.values, key).get(index).unwrap_or(&empty);
    route(document, resource, &[key, &number], values)
}

/// A table that is looked up lists its routes and whom it is for.
fn looked_up_table(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource) {
    let values = &resource.values;
    let routes = list(values, "routes").len();
    let associations = list(values, "associations");
    let subnets = associations.iter().chain([values]).filter_map(|held| text(held, "subnet_id"));
    let table = Table {
        vpc: reading.id(resource, "vpc_id"),
        main: associations.iter().any(|held| flag(held, "main") == Some(true)),
        edge: associations.iter().filter_map(|held| text(held, "gateway_id")).any(|id| !id.starts_with("vgw-")),
        subnets: subnets.map(ToOwned::to_owned).collect(),
        routes: (0..routes).map(|at| inline_route(reading.document, resource, "routes", at)).collect(),
        tags: labels(resource),
        origin: reading.origin(resource),
    };
    take(&mut estate.tables, resource, table);
}

pub(super) fn route(document: &Document, resource: &Resource, path: &[&str], values: &Value) -> Route {
    let block = ["destination_cidr_block", "cidr_block", "destination_ipv6_cidr_block", "ipv6_cidr_block"]
        .into_iter()
        .find_map(|key| text(values, key));
    let at = |key: &'static str| -> Vec<&str> { path.iter().copied().chain([key]).collect() };
    let destination = match block {
        Some(block) => {
            AddressRange::parse(block).map_or_else(|| Destination::Unknown(block.into()), Destination::Range)
        }
        None => document.id(resource, &at("destination_prefix_list_id")).map_or_else(
            || Destination::Unknown(format!("a destination of {}", resource.address)),
            Destination::PrefixList,
        ),
    };
    let find =
        |key: &'static str, target: fn(String) -> RouteTarget| match document.targets(resource, &at(key)).as_deref() {
            Some([only]) => Some(target(only.clone())),
            Some(several) => Some(RouteTarget::OneOf(several.iter().cloned().map(target).collect())),
            None => document.id(resource, &at(key)).map(target),
        };
    let gateway = |id: String| match id.as_str() {
        "local" => RouteTarget::Local,
        held if held.starts_with("vgw-") || held.contains("aws_vpn_gateway.") => RouteTarget::Other(id),
        _ => RouteTarget::Internet(id),
    };
    let target = find("gateway_id", gateway)
        .or_else(|| find("nat_gateway_id", RouteTarget::Nat))
        .or_else(|| find("vpc_peering_connection_id", RouteTarget::Peering))
        .or_else(|| find("transit_gateway_id", RouteTarget::Transit))
        .or_else(|| find("egress_only_gateway_id", RouteTarget::EgressOnly))
        .or_else(|| find("network_interface_id", RouteTarget::Interface))
        .or_else(|| find("instance_id", RouteTarget::Instance))
        .or_else(|| find("vpc_endpoint_id", RouteTarget::Endpoint))
        .or_else(|| find("carrier_gateway_id", RouteTarget::Other))
        .or_else(|| find("local_gateway_id", RouteTarget::Other))
        .or_else(|| find("core_network_arn", RouteTarget::Other))
        .unwrap_or_else(|| RouteTarget::Other(format!("a target of {}", resource.address)));
    Route { destination, target, active: text(values, "state") != Some("blackhole"), propagated: false }
}
