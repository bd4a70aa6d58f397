//! Networks, subnetworks, firewall rules and routes; and what a project brings along by default.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{FirewallRule, Network, Route};

use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::everybody::is_everybody;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_app_engine_application", nothing_more, &[]),
    Mapping::new("google_compute_firewall", firewall, &[table::<FirewallRule>]),
    Mapping::new("google_compute_network", network, &[table::<Network>]),
    Mapping::new("google_compute_route", route, &[table::<Route>]),
    Mapping::new("google_compute_router_nat", nothing_more, &[]),
    Mapping::new("google_compute_subnetwork", subnetwork, &[table::<Network>]),
    Mapping::new("google_project", project, &[table::<Network>]),
];

pub(super) const NETWORKS: &[&str] = &["google_compute_network"];
pub(super) const SUBNETWORKS: &[&str] = &["google_compute_subnetwork"];

/// What such a resource has to say stands in the rows that every resource has.
fn nothing_more(_: &Resource, _: &mut Stage) {}

/// A project gets a network named `default`, open to secure shell and remote desktop, unless it is told not to.
fn project(resource: &Resource, stage: &mut Stage) {
    let made = resource.bool("auto_create_network").or(true);
    if made != Cell::Known(false) {
        stage.add_suffixed(
            resource,
            "#default-network",
            Network {
                kind: "network".into(),
                parent: "".into(),
                // Whether there is one at all is as unknown as the order to make it.
                is_default: made,
                assigns_public_address: false.into(),
                flow_log: false.into(),
                ..Network::default()
            },
        );
    }
}

fn network(resource: &Resource, stage: &mut Stage) {
    stage.add(
        resource,
        Network {
            kind: "network".into(),
            parent: "".into(),
            // Address ranges belong to subnetworks.
            cidrs: Cell::Known(Vec::new()),
            is_default: resource.text("name").cell().map(|name| name == "default"),
            assigns_public_address: false.into(),
            flow_log: false.into(),
            time_servers: Cell::Known(Vec::new()),
            ..Network::default()
        },
    );
}

fn subnetwork(resource: &Resource, stage: &mut Stage) {
    let parent = resource.reference("network", NETWORKS);
    let purpose = resource.unset_if_computed("purpose", resource.text("purpose")).or("PRIVATE");
    let logged = match resource.blocks("log_config") {
        Attr::Known(blocks) if !blocks.is_empty() => true.into(),
        // Early versions of the provider had a switch of its own.
        Attr::Known(_) | Attr::Unset => resource.bool("enable_flow_logs").or(false),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let cidr = resource.text("ip_cidr_range").cell();
    stage.add(
        resource,
        Network {
            kind: "subnet".into(),
            parent: parent.cell(),
            cidrs: cidr.map(|cidr| vec![cidr]),
            is_default: resource.text("name").cell().map(|name| name == "default"),
            assigns_public_address: false.into(),
            // Subnetworks for proxies and services of the provider have no flow logs to switch on.
            flow_log: match &purpose {
                Cell::Known(purpose) if purpose.starts_with("PRIVATE") && purpose != "PRIVATE_SERVICE_CONNECT" => {
                    logged
                }
                Cell::Known(_) => Cell::default(),
                Cell::Gap(code) => Cell::Gap(*code),
            },
            time_servers: Cell::Known(Vec::new()),
            ..Network::default()
        },
    );
}

fn firewall(resource: &Resource, stage: &mut Stage) {
    resource.reference("network", NETWORKS);
    for action in ["allow", "deny"] {
        let blocks = match resource.blocks(action) {
            Attr::Known(blocks) => blocks,
            Attr::Unset => continue,
            Attr::Unknown(code) => {
                // Either the one list or the other: that there is a rule is known, not which.
                if action == "allow" {
                    let row = FirewallRule { action: Cell::Gap(code), ..rule(resource) };
                    stage.add_suffixed(resource, "#allow", row);
                }
                continue;
            }
        };
        for block in &blocks {
            let base = FirewallRule {
                action: action.into(),
                protocol: block.text("protocol").cell().map(|protocol| protocol_word(&protocol)),
                ..rule(resource)
            };
            for (i, range) in ports(block).into_iter().enumerate() {
                let suffix = format!("{}/{i}", block.uid_suffix());
                let row = FirewallRule {
                    from_port: range.clone().map(|(from, _)| from),
                    to_port: range.map(|(_, to)| to),
                    ..base.clone()
                };
                stage.add_part(resource, &block.pointer(), &suffix, row);
            }
        }
    }
}

fn protocol_word(protocol: &str) -> String {
    match protocol.to_lowercase().as_str() {
        "all" => "any".to_owned(),
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        other => other.to_owned(),
    }
}

fn ports(block: &Block<'_>) -> Vec<Cell<(i64, i64)>> {
    match block.texts("ports") {
        Attr::Known(ranges) if !ranges.is_empty() => ranges.iter().map(|range| port_range(range)).collect(),
        Attr::Known(_) | Attr::Unset => vec![Cell::Known((0, 65535))],
        Attr::Unknown(code) => vec![Cell::Gap(code)],
    }
}

/// `22`, `8000-8080`.
fn port_range(text: &str) -> Cell<(i64, i64)> {
    let number = |text: &str| text.trim().parse::<i64>().ok().filter(|port| (0..=65535).contains(port));
    let range = match text.split_once('-') {
        Some((from, to)) => number(from).zip(number(to)),
        None => number(text).map(|port| (port, port)),
    };
    range.map_or(Cell::Gap(GapCode::Unreadable), Cell::Known)
}

/// What all rules of one resource share.
fn rule(resource: &Resource) -> FirewallRule {
    let direction = resource.unset_if_computed("direction", resource.text("direction")).or("INGRESS");
    let incoming = direction.clone().map(|direction| direction == "INGRESS");
    let cidrs = match incoming {
        Cell::Known(true) => peers(resource, "source_ranges"),
        Cell::Known(false) => peers(resource, "destination_ranges"),
        Cell::Gap(code) => Attr::Unknown(code),
    };
    let named = ["source_tags", "source_service_accounts"].map(|path| resource.texts(path).or(Vec::new()));
    let named = named.into_iter().fold(Cell::Known(Vec::new()), |all, more| {
        all.and_then(|mut all| {
            more.map(|more| {
                all.extend(more);
                all.sort();
                all
            })
        })
    });
    // Without ranges, tags or accounts at the other end Google means everybody.
    let cidrs = cidrs
        .or_cell(named.clone().map(|named| if named.is_empty() { vec!["0.0.0.0/0".to_owned()] } else { Vec::new() }));
    FirewallRule {
        filter: resource.uid().into(),
        filter_kind: "firewall".into(),
        direction: direction.map(|direction| direction.to_lowercase()),
        peer_anywhere: cidrs.clone().map(|cidrs| is_everybody(cidrs.iter().map(String::as_str))),
        peer_cidrs: cidrs.map(|mut cidrs| {
            cidrs.sort();
            cidrs
        }),
        peer_references: named,
        priority: resource.int("priority").or(1000),
        enabled: resource.bool("disabled").or(false).not(),
        has_description: resource.is_set("description").cell(),
        ..FirewallRule::default()
    }
}

fn peers(resource: &Resource, path: &str) -> Attr<Vec<String>> {
    match resource.unset_if_computed(path, resource.texts(path)) {
        Attr::Known(cidrs) if cidrs.is_empty() => Attr::Unset,
        cidrs => cidrs,
    }
}

fn route(resource: &Resource, stage: &mut Stage) {
    let network = resource.reference("network", NETWORKS);
    const HOPS: [(&str, &str); 6] = [
        ("next_hop_gateway", "internet-gateway"),
        ("next_hop_instance", "virtual-appliance"),
        ("next_hop_ilb", "virtual-appliance"),
        ("next_hop_vpn_tunnel", "vpn"),
        ("next_hop_peering", "peering"),
        ("next_hop_ip", "virtual-appliance"),
    ];
    let set = HOPS.iter().find(|(path, _)| resource.is_set(path).known() == Some(&true));
    stage.add(
        resource,
        Route {
            // Routes stand on the network; there are no tables of their own.
            route_table: network.cell(),
            destination: resource.text("dest_range").cell(),
            target_kind: set.map_or_else(Cell::default, |(_, kind)| (*kind).into()),
            target: set.map_or_else(Cell::default, |(path, _)| resource.text(path).cell()),
            ..Route::default()
        },
    );
}
