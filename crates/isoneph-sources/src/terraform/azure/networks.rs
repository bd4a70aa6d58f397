//! Virtual networks, subnets, and what is tied to them: addresses, flow logs, routes.

use isoneph_model::GapCode;
use isoneph_tables::schema::{Attachment, Network, Route, Vm};
use isoneph_tables::{Cell, Common, Row, Scope};

use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_bastion_host", nothing_more, &[]),
    Mapping::new("azurerm_network_interface", interface, &[table::<Attachment>]).patching(&[table::<Vm>]),
    Mapping::new("azurerm_network_interface_security_group_association", filter_of_interface, &[table::<Attachment>]),
    Mapping::new("azurerm_network_watcher_flow_log", flow_log, &[]).patching(&[table::<Network>]),
    Mapping::new("azurerm_public_ip", nothing_more, &[]),
    Mapping::new("azurerm_resource_group", nothing_more, &[]),
    Mapping::new("azurerm_route", route, &[table::<Route>]),
    Mapping::new("azurerm_route_table", route_table, &[table::<Route>]),
    Mapping::new("azurerm_subnet", subnet, &[table::<Network>]),
    Mapping::new("azurerm_subnet_network_security_group_association", filter_of_subnet, &[table::<Attachment>])
        .patching(&[table::<Network>]),
    Mapping::new("azurerm_subnet_route_table_association", table_of_subnet, &[table::<Attachment>]),
    Mapping::new("azurerm_virtual_network", network, &[table::<Network>]),
];

const NETWORKS: &[&str] = &["azurerm_virtual_network"];
pub(super) const SUBNETS: &[&str] = &["azurerm_subnet"];
pub(super) const INTERFACES: &[&str] = &["azurerm_network_interface"];
const FILTERS: &[&str] = &["azurerm_network_security_group"];
const ADDRESSES: &[&str] = &["azurerm_public_ip", "azurerm_public_ip_prefix"];

/// Subnets of the platform, which may not carry a filter or need none.
const PLATFORM_SUBNETS: &[&str] = &[
    "GatewaySubnet",
    "AzureFirewallSubnet",
    "AzureFirewallManagementSubnet",
    "RouteServerSubnet",
    "AzureBastionSubnet",
];

/// What such a resource has to say stands in the rows that every resource has.
fn nothing_more(_: &Resource, _: &mut Stage) {}

fn network(resource: &Resource, stage: &mut Stage) {
    stage.add(
        resource,
        Network {
            kind: "network".into(),
            parent: "".into(),
            cidrs: sorted(resource.texts("address_space").cell()),
            // Azure makes no network by itself.
            is_default: false.into(),
            assigns_public_address: false.into(),
            flow_log: false.into(),
            time_servers: Cell::Known(Vec::new()),
            has_own_filter: false.into(),
            ..Network::default()
        },
    );
    let subnets = match resource.unset_if_computed("subnet", resource.blocks("subnet")) {
        Attr::Known(subnets) => subnets,
        Attr::Unset => return,
        Attr::Unknown(code) => return missing::<Network>(resource, stage, code),
    };
    for block in &subnets {
        let cidrs = block.texts("address_prefixes").or_else(|| block.texts("address_prefix"));
        let filter = block.is_set("security_group").cell();
        let row = subnet_row(resource.uid().into(), cidrs.cell(), &block.text("name"), filter);
        stage.add_block(resource, block, row);
    }
}

fn subnet(resource: &Resource, stage: &mut Stage) {
    let parent = resource.reference("virtual_network_name", NETWORKS);
    let cidrs = resource.texts("address_prefixes").or_else(|| resource.texts("address_prefix"));
    // Before version 2 of the provider the filter stood on the subnet itself.
    let filter = resource.is_set("network_security_group_id").cell();
    let mut row = subnet_row(parent.cell(), cidrs.cell(), &resource.text("name"), filter);
    // The log of a network that is not part of the input is not either.
    row.flow_log = match &parent {
        Reference::Literal(_) => Cell::default(),
        Reference::Unresolved(code) => Cell::Gap(*code),
        Reference::Uid(_) | Reference::Unset => false.into(),
    };
    stage.add(resource, row);
}

fn subnet_row(parent: Cell<String>, cidrs: Cell<Vec<String>>, name: &Attr<String>, filter: Cell<bool>) -> Network {
    let of_platform = name.known().is_some_and(|name| PLATFORM_SUBNETS.contains(&name.as_str()));
    Network {
        kind: "subnet".into(),
        parent,
        cidrs: sorted(cidrs),
        is_default: false.into(),
        assigns_public_address: false.into(),
        flow_log: false.into(),
        time_servers: Cell::Known(Vec::new()),
        has_own_filter: if of_platform && filter == Cell::Known(false) { Cell::default() } else { filter },
        ..Network::default()
    }
}

/// Says that parts of a resource are not known, so that rows may be missing.
pub(super) fn missing<R: Row>(resource: &Resource, stage: &mut Stage, code: GapCode) {
    let provider = resource.common.provider.known().cloned();
    let scope = Scope { provider, subject: Some(resource.uid().to_owned()), ..Scope::default() };
    stage.doubt(resource, R::table(), scope, code);
}

fn sorted(cidrs: Cell<Vec<String>>) -> Cell<Vec<String>> {
    cidrs.map(|mut cidrs| {
        cidrs.sort();
        cidrs
    })
}

fn tie(what: &Reference, kind: &str, target: &Reference) -> Attachment {
    Attachment { what: what.cell(), kind: kind.into(), target: target.cell(), ..Attachment::default() }
}

fn filter_of_subnet(resource: &Resource, stage: &mut Stage) {
    let filter = resource.reference("network_security_group_id", FILTERS);
    let forget = |row: &mut Network, code| {
        if row.kind == Cell::Known("subnet".to_owned()) {
            row.has_own_filter = Cell::Gap(code);
        }
    };
    let subnet = stage.facet::<Network>(resource, "subnet_id", SUBNETS, forget, |row| row.has_own_filter = true.into());
    stage.add(resource, tie(&filter, "filter", &subnet));
}

fn filter_of_interface(resource: &Resource, stage: &mut Stage) {
    let filter = resource.reference("network_security_group_id", FILTERS);
    let interface = resource.reference("network_interface_id", INTERFACES);
    stage.add(resource, tie(&filter, "filter", &interface));
}

fn table_of_subnet(resource: &Resource, stage: &mut Stage) {
    let routes = resource.reference("route_table_id", &["azurerm_route_table"]);
    let subnet = resource.reference("subnet_id", SUBNETS);
    stage.add(resource, tie(&routes, "subnet", &subnet));
}

fn interface(resource: &Resource, stage: &mut Stage) {
    let (mut public, mut subnets) = (Cell::Known(false), Vec::new());
    match resource.blocks("ip_configuration") {
        Attr::Known(blocks) => {
            for block in &blocks {
                public = public.either(is_named(&resource.reference_in(block, "public_ip_address_id", ADDRESSES)));
                let subnet = resource.reference_in(block, "subnet_id", SUBNETS);
                let row = tie(&subnet, "subnet", &Reference::Uid(resource.uid().to_owned()));
                stage.add_block(resource, block, row);
                subnets.push(subnet);
            }
        }
        Attr::Unset => {}
        Attr::Unknown(code) => public = Cell::Gap(code),
    }
    let forwards = resource.bool("ip_forwarding_enabled").or_else(|| resource.bool("enable_ip_forwarding")).or(false);
    let subnets = Resource::uids(&subnets);
    stage.for_referrers::<Vm>(resource, &["network_interface_ids"], move |_: &Common, row| {
        row.public_address = std::mem::take(&mut row.public_address).either(public.clone());
        row.ip_forwarding = std::mem::take(&mut row.ip_forwarding).either(forwards.clone());
        row.subnets = std::mem::take(&mut row.subnets).and_then(|mut all| {
            subnets.clone().map(|more| {
                all.extend(more);
                all.sort();
                all.dedup();
                all
            })
        });
    });
}

/// Whether an attribute names something.
pub(super) fn is_named(reference: &Reference) -> Cell<bool> {
    match reference {
        Reference::Uid(_) | Reference::Literal(_) => true.into(),
        Reference::Unset => false.into(),
        Reference::Unresolved(code) => Cell::Gap(*code),
    }
}

/// A flow log of a network records its subnets too; one of a packet filter records what stands behind it.
fn flow_log(resource: &Resource, stage: &mut Stage) {
    let on = resource.bool("enabled").or(true);
    let target = match resource.reference("target_resource_id", &[]) {
        // Before version 4 of the provider a log was of a packet filter.
        Reference::Unset => resource.reference("network_security_group_id", FILTERS),
        target => target,
    };
    let Reference::Uid(uid) = target else {
        let code = GapCode::UnresolvedReference;
        stage.for_account::<Network>(resource, move |_, row| doubt(row, code));
        return;
    };
    let of_network = ["azurerm_virtual_network.", "azurerm_subnet."].iter().any(|kind| named_in(&uid, kind));
    stage.for_account::<Network>(resource, move |common, row| {
        if common.uid == uid || row.parent.known() == Some(&uid) {
            row.flow_log = std::mem::take(&mut row.flow_log).either(on.clone());
        } else if !of_network {
            doubt(row, GapCode::NotCollected);
        }
    });
}

/// Whether a `uid` is of a resource of this type, in whatever module.
fn named_in(uid: &str, prefix: &str) -> bool {
    uid.rsplit_once(prefix).is_some_and(|(before, _)| before.ends_with([':', '.']))
}

fn doubt(row: &mut Network, code: GapCode) {
    if row.flow_log == Cell::Known(false) {
        row.flow_log = Cell::Gap(code);
    }
}

fn route_table(resource: &Resource, stage: &mut Stage) {
    let routes = match resource.unset_if_computed("route", resource.blocks("route")) {
        Attr::Known(routes) => routes,
        Attr::Unset => return,
        Attr::Unknown(code) => return missing::<Route>(resource, stage, code),
    };
    for block in &routes {
        let row = route_row(block, resource.uid().into());
        stage.add_block(resource, block, row);
    }
}

fn route(resource: &Resource, stage: &mut Stage) {
    let table = resource.reference("route_table_name", &["azurerm_route_table"]);
    let row = route_row(&resource.root(), table.cell());
    stage.add(resource, row);
}

fn route_row(block: &Block<'_>, table: Cell<String>) -> Route {
    let kind = block.text("next_hop_type").cell();
    Route {
        route_table: table,
        destination: block.text("address_prefix").cell(),
        target_kind: kind.map(|kind| {
            match kind.as_str() {
                "Internet" => "internet-gateway",
                "VirtualAppliance" => "virtual-appliance",
                "VirtualNetworkGateway" => "vpn",
                "VnetLocal" => "local",
                "None" => "none",
                _ => "other",
            }
            .to_owned()
        }),
        target: block.text("next_hop_in_ip_address").or(""),
        ..Route::default()
    }
}
