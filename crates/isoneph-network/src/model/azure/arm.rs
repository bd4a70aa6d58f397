//! ARM's own JSON: lists of resources as `az … list`, a resource graph query or a template export yields them. Properties
//! stand under `properties`, or beside the identifier where the command line has lifted them.

use serde_json::Value;

use super::estate::{
    AdminRule, Balancer, BalancerRule, Connection, End, Estate, Interface, InterfacePlace, JoinedSubnets, Machine,
    NatGateway, Peering, PublicAddress, Route, SecurityGroup, SecurityRule, Subnet, Table, VirtualNetwork,
};
use crate::model::address::AddressRange;
use crate::model::form::Origin;
use crate::model::json::{flag, is_listed, list, number, tags, text, text_or_empty, texts, unshown};
use crate::model::{Problem, Unsupported};

/// The resources of a document with their places.
fn resources(document: &Value) -> Vec<(String, &Value)> {
    let (base, held) = match document {
        Value::Array(held) => ("#", held.as_slice()),
        Value::Object(_) => ["value", "resources", "data"]
            .into_iter()
            .find_map(|key| Some((key, document.get(key)?.as_array()?)))
            .map_or(("", &[][..]), |(key, held)| (key, held.as_slice())),
        _ => ("", &[][..]),
    };
    let base = if base == "#" { "#".to_owned() } else { format!("#/{base}") };
    let mut out: Vec<(String, &Value)> =
        held.iter().enumerate().map(|(index, value)| (format!("{base}/{index}"), value)).collect();
    if out.is_empty() && document.is_object() {
        out.push(("#".into(), document));
    }
    out
}

fn kind(value: &Value) -> String {
    text(value, "type").unwrap_or_default().to_ascii_lowercase()
}

/// Whether a document holds ARM resources.
pub(crate) fn recognises(document: &Value) -> bool {
    resources(document).iter().any(|(_, value)| {
        kind(value).starts_with("microsoft.network/") || kind(value).starts_with("microsoft.compute/")
    })
}

/// Properties, wherever they stand.
fn properties(value: &Value) -> &Value {
    value.get("properties").filter(|held| held.is_object()).unwrap_or(value)
}

fn id(value: &Value) -> String {
    text_or_empty(value, "id").to_lowercase()
}

fn reference(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(|held| text(held, "id")).map(str::to_lowercase)
}

fn references(value: &Value, key: &str) -> Vec<String> {
    list(value, key).iter().map(id).filter(|id| !id.is_empty()).collect()
}

fn subscription(id: &str) -> String {
    id.split('/').skip_while(|part| *part != "subscriptions").nth(1).unwrap_or_default().to_owned()
}

/// An identifier without its last two segments: what a subnet's or configuration's identifier says of its owner.
fn parent(id: &str) -> String {
    id.rsplitn(3, '/').nth(2).unwrap_or_default().to_owned()
}

/// Takes a document into the estate.
pub(crate) fn read(
    estate: &mut Estate,
    document: &Value,
    source: usize,
    unsupported: &mut Vec<Unsupported>,
    problems: &mut Vec<Problem>,
) {
    for (locator, value) in resources(document) {
        let origin = Origin { source, locator: locator.clone() };
        let (name, own) = (text_or_empty(value, "name"), id(value));
        match kind(value).as_str() {
            "microsoft.network/virtualnetworks" => network(estate, value, own, name, origin, problems),
            "microsoft.network/networksecuritygroups" => group(estate, value, own, name, origin, problems),
            "microsoft.network/networkinterfaces" => interface(estate, value, own, name, origin, problems),
            "microsoft.network/publicipaddresses" => {
                let standard = value
                    .get("sku")
                    .and_then(|sku| text(sku, "name"))
                    .map(|word| word.eq_ignore_ascii_case("standard"));
                let address = text(properties(value), "ipAddress").and_then(AddressRange::parse);
                let read = PublicAddress { address, standard };
                estate.told.settle(&own, &read, &origin, problems);
                // A template tells less of it than an answer does.
                let held = estate.public.entry(own).or_default();
                *held = PublicAddress { address: address.or(held.address), standard: standard.or(held.standard) };
            }
            "microsoft.network/routetables" => table(estate, value, own, name, origin, problems),
            "microsoft.network/natgateways" => {
                let public = references(properties(value), "publicIpAddresses");
                let read = NatGateway { public };
                estate.told.settle(&own, &read, &origin, problems);
                estate.gateways.insert(own, read);
            }
            "microsoft.network/loadbalancers" => balancer(estate, value, own, name, origin, problems),
            "microsoft.network/privatelinkservices" => {
                let held = list(properties(value), "ipConfigurations").iter();
                let subnets = held.filter_map(|held| reference(properties(held), "subnet")).collect();
                estate.services.insert(own, subnets);
                // Who of networks that are not shown has an endpoint of it, nobody tells.
                estate.entries.push(name);
            }
            "microsoft.network/privateendpoints" => private_endpoint(estate, properties(value), &origin, problems),
            "microsoft.network/virtualnetworkgateways" => {
                let subnets = list(properties(value), "ipConfigurations")
                    .iter()
                    .filter_map(|held| reference(properties(held), "subnet"));
                estate.connected.extend(subnets.map(|subnet| parent(&subnet)));
            }
            "microsoft.compute/virtualmachines" => {
                let interfaces =
                    properties(value).get("networkProfile").map(|held| references(held, "networkInterfaces"));
                let interfaces = interfaces.unwrap_or_default();
                let read = Machine { name, interfaces, tags: tags(value.get("tags")) };
                estate.told.settle(&own, &read, &origin, problems);
                estate.machines.insert(own, read);
            }
            "microsoft.compute/virtualmachinescalesets" => {
                scale_set(estate, value, &own, &name, &origin, problems);
            }
            word if word.starts_with("microsoft.network/") && !word.ends_with("applicationsecuritygroups") => {
                unsupported.push(Unsupported::new(
                    source,
                    locator,
                    word,
                    "not modelled: undecided where a route leads there",
                ));
                unmodelled(estate, word, &name);
            }
            _ => {}
        }
    }
}

/// What something of a kind that is not read may do.
pub(super) fn unmodelled(estate: &mut Estate, word: &str, name: &str) {
    if word.starts_with("microsoft.network/networkmanagers") {
        estate.admin.extend(AdminRule::unseen(name));
        estate.managers.push(name.to_owned());
    }
    if ["applicationgateways", "azurefirewalls", "virtualhubs"].iter().any(|entry| word.ends_with(entry)) {
        estate.entries.push(name.to_owned());
    }
}

fn network(estate: &mut Estate, value: &Value, own: String, name: String, origin: Origin, problems: &mut Vec<Problem>) {
    let held = properties(value);
    for subnet in list(held, "subnets") {
        let of = properties(subnet);
        let mut prefixes = texts(of, "addressPrefixes");
        prefixes.extend(text(of, "addressPrefix").map(ToOwned::to_owned));
        let read = Subnet {
            name: text_or_empty(subnet, "name"),
            network: own.clone(),
            ranges: prefixes.iter().filter_map(|text| AddressRange::parse(text)).collect(),
            group: reference(of, "networkSecurityGroup"),
            table: reference(of, "routeTable"),
            nat: reference(of, "natGateway"),
            endpoint_policies: text(of, "privateEndpointNetworkPolicies").map(covers_groups),
            private: flag(of, "defaultOutboundAccess") == Some(false),
            gateway: is_of_gateways(&text_or_empty(subnet, "name")) && !list(of, "ipConfigurations").is_empty(),
            origin: origin.clone(),
        };
        estate.told.settle(&id(subnet), &read, &origin, problems);
        estate.subnets.insert(id(subnet), read);
    }
    peerings(estate, held, &own, &origin, problems);
    let ranges = held.get("addressSpace").map(|space| texts(space, "addressPrefixes")).unwrap_or_default();
    let read = VirtualNetwork {
        name,
        owner: subscription(&own),
        region: text_or_empty(value, "location"),
        ranges: ranges.iter().filter_map(|text| AddressRange::parse(text)).collect(),
        looked_up: false,
        tags: tags(value.get("tags")),
        origin,
    };
    estate.told.settle(&own, &read, &read.origin, problems);
    estate.networks.insert(own, read);
}

/// The peerings of a network, as far as they are shown.
fn peerings(estate: &mut Estate, held: &Value, own: &str, origin: &Origin, problems: &mut Vec<Problem>) {
    if !is_listed(held, "virtualNetworkPeerings") {
        estate.unpeered.insert(own.to_owned());
        return;
    }
    let read = list(held, "virtualNetworkPeerings").iter().map(|peering| {
        let of = properties(peering);
        Peering {
            name: text_or_empty(peering, "name"),
            from: own.to_owned(),
            // Of one whose state is not shown nobody knows whether it joins the two.
            to: text(of, "peeringState").and_then(|_| reference(of, "remoteVirtualNetwork")).unwrap_or_default(),
            access: flag(of, "allowVirtualNetworkAccess").unwrap_or(true),
            connected: text(of, "peeringState").is_none_or(|state| state == "Connected"),
            remote_gateways: flag(of, "useRemoteGateways") == Some(true),
            subnets: (flag(of, "peerCompleteVnets") == Some(false))
                .then(|| JoinedSubnets { own: texts(of, "localSubnetNames"), far: texts(of, "remoteSubnetNames") }),
        }
    });
    let read: Vec<Peering> = read.collect();
    estate.told.settle(own, &serde_json::json!({ "peerings": read }), origin, problems);
    estate.peerings.extend(read);
}

/// Whether the name of a subnet is that of the one in which gateways, or route servers, of a network stand.
pub(super) fn is_of_gateways(name: &str) -> bool {
    ["GatewaySubnet", "RouteServerSubnet"].iter().any(|held| held.eq_ignore_ascii_case(name))
}

/// Whether a subnet's word about private endpoints puts them under its security group.
pub(super) fn covers_groups(word: &str) -> bool {
    ["Enabled", "NetworkSecurityGroupEnabled"].iter().any(|held| held.eq_ignore_ascii_case(word))
}

/// A security group. Of rules that are not shown, or that two answers do not say alike, nobody knows what they say.
fn group(estate: &mut Estate, value: &Value, own: String, name: String, origin: Origin, problems: &mut Vec<Problem>) {
    let held = properties(value);
    let differs = differs(estate, &own, value, "securityRules", &origin, problems);
    let rules = if is_listed(held, "securityRules") && !differs {
        list(held, "securityRules").iter().flat_map(|rule| rules(rule, &name)).collect()
    } else {
        SecurityRule::unseen(&unshown("securityRules", &name))
    };
    estate.groups.insert(own, SecurityGroup { name, rules, origin });
}

/// Whether another answer says otherwise of a part of an object.
fn differs(
    estate: &mut Estate,
    own: &str,
    value: &Value,
    part: &str,
    origin: &Origin,
    problems: &mut Vec<Problem>,
) -> bool {
    let told = estate.told.differs(own, properties(value), &[part], &origin.locator);
    problems.extend(told.as_ref().map(|told| told.problem(own, origin.source, &origin.locator)));
    told.is_some()
}

/// One rule; where a part of it that decides is not shown, one for each of what it may say. Before all others it may decide
/// or not, which is what it may do in any place.
fn rules(value: &Value, group: &str) -> Vec<SecurityRule> {
    let held = properties(value);
    let end = |word: &str| {
        let mut prefixes = texts(held, &format!("{word}AddressPrefixes"));
        prefixes.extend(text(held, &format!("{word}AddressPrefix")).map(ToOwned::to_owned));
        let mut ports = texts(held, &format!("{word}PortRanges"));
        ports.extend(text(held, &format!("{word}PortRange")).map(ToOwned::to_owned));
        End { prefixes, ports, groups: references(held, &format!("{word}ApplicationSecurityGroups")) }
    };
    let is = |key: &str, words: [&str; 2]| {
        let held = text(held, key)?;
        words.iter().position(|word| held.eq_ignore_ascii_case(word)).map(|place| place == 0)
    };
    let (inbound, allow) = (is("direction", ["inbound", "outbound"]), is("access", ["allow", "deny"]));
    let (priority, protocol) = (number(held, "priority"), text(held, "protocol"));
    let (mut source, mut destination) = (end("source"), end("destination"));
    let named = |end: &End| !end.prefixes.is_empty() || !end.groups.is_empty();
    let name = text_or_empty(value, "name");
    let lacks = [
        ("direction", inbound.is_none()),
        ("access", allow.is_none()),
        ("priority", priority.is_none()),
        ("protocol", protocol.is_none()),
        ("sourceAddressPrefix", !named(&source)),
        ("destinationAddressPrefix", !named(&destination)),
        ("sourcePortRange", source.ports.is_empty()),
        ("destinationPortRange", destination.ports.is_empty()),
    ];
    let of = if name.is_empty() { format!("a rule of {group}") } else { format!("rule {name} of {group}") };
    let doubt = lacks.iter().find(|(_, lacking)| *lacking).map(|(key, _)| unshown(key, &of));
    for end in [&mut source, &mut destination] {
        if !named(end) {
            end.prefixes.push("*".into());
        }
    }
    let protocol = protocol.unwrap_or("*").to_owned();
    let one = SecurityRule {
        name,
        priority: priority.unwrap_or(-1),
        inbound: true,
        allow: true,
        protocol,
        source,
        destination,
        doubt,
    };
    let either = |known: Option<bool>| known.map_or_else(|| vec![true, false], |known| vec![known]);
    either(inbound)
        .into_iter()
        .flat_map(|inbound| either(allow).into_iter().map(move |allow| (inbound, allow)))
        .map(|(inbound, allow)| SecurityRule { inbound, allow, ..one.clone() })
        .collect()
}

fn table(estate: &mut Estate, value: &Value, own: String, name: String, origin: Origin, problems: &mut Vec<Problem>) {
    let held = properties(value);
    let differs = differs(estate, &own, value, "routes", &origin, problems);
    let of = |route: &Value| {
        let held = properties(route);
        Route {
            prefix: text(held, "addressPrefix").map_or_else(|| unshown("addressPrefix", &name), ToOwned::to_owned),
            kind: text_or_empty(held, "nextHopType"),
            next: text(held, "nextHopIpAddress").and_then(AddressRange::parse),
        }
    };
    let routes = if is_listed(held, "routes") && !differs {
        list(held, "routes").iter().map(of).collect()
    } else {
        vec![Route { prefix: unshown("routes", &name), ..Route::default() }]
    };
    estate.tables.insert(own, Table { name, routes, origin });
}

/// Fields by which an interface names what it is a target of: `BALANCER/backendAddressPools/NAME`.
const BEHIND: [&str; 3] =
    ["loadBalancerBackendAddressPools", "loadBalancerInboundNatRules", "applicationGatewayBackendAddressPools"];

/// The interfaces of a scale set: as many as it has machines, wherever in their subnets.
fn scale_set(estate: &mut Estate, value: &Value, own: &str, name: &str, origin: &Origin, problems: &mut Vec<Problem>) {
    let held = properties(value);
    let profile = held.pointer("/virtualMachineProfile/networkProfile").unwrap_or(&Value::Null);
    for (index, one) in list(profile, "networkInterfaceConfigurations").iter().enumerate() {
        let of = properties(one);
        let configurations: Vec<&Value> = list(of, "ipConfigurations").iter().map(properties).collect();
        let public = |of: &Value| {
            let given = ["publicIPAddressConfiguration", "publicIpAddressConfiguration"];
            given
                .iter()
                .any(|key| of.get(key).is_some_and(Value::is_object))
                .then(|| format!("public address of {own}"))
        };
        let all = |key: &str| configurations.iter().flat_map(|of| references(of, key)).collect::<Vec<_>>();
        let id = if index == 0 { own.to_owned() } else { format!("{own} interface {index}") };
        let read = Interface {
            name: name.to_owned(),
            owner: subscription(own),
            group: reference(of, "networkSecurityGroup"),
            places: configurations
                .iter()
                .map(|of| InterfacePlace {
                    subnet: reference(of, "subnet").unwrap_or_default(),
                    address: None,
                    public: public(of),
                })
                .collect(),
            application_groups: all("applicationSecurityGroups"),
            behind: BEHIND.iter().flat_map(|key| all(key)).map(|part| parent(&part)).collect(),
            forwards: flag(of, "enableIPForwarding").or_else(|| flag(of, "enableIpForwarding")) == Some(true),
            template: true,
            tags: tags(value.get("tags")),
            origin: origin.clone(),
            ..Interface::default()
        };
        estate.told.settle(&id, &read, origin, problems);
        estate.interfaces.insert(id, read);
    }
}

fn interface(
    estate: &mut Estate,
    value: &Value,
    own: String,
    name: String,
    origin: Origin,
    problems: &mut Vec<Problem>,
) {
    let held = properties(value);
    let (mut places, mut groups, mut behind) = (Vec::new(), Vec::new(), Vec::new());
    for configuration in list(held, "ipConfigurations") {
        let of = properties(configuration);
        behind.extend(BEHIND.iter().flat_map(|key| references(of, key)).map(|part| parent(&part)));
        groups.extend(references(of, "applicationSecurityGroups"));
        places.push(InterfacePlace {
            subnet: reference(of, "subnet").unwrap_or_default(),
            address: text(of, "privateIPAddress")
                .or_else(|| text(of, "privateIpAddress"))
                .and_then(AddressRange::parse),
            public: reference(of, "publicIPAddress").or_else(|| reference(of, "publicIpAddress")),
        });
    }
    groups.sort_unstable();
    groups.dedup();
    let read = Interface {
        name,
        owner: subscription(&own),
        group: reference(held, "networkSecurityGroup"),
        forwards: flag(held, "enableIPForwarding").or_else(|| flag(held, "enableIpForwarding")) == Some(true),
        places,
        application_groups: groups,
        behind,
        private_endpoint: held.get("privateEndpoint").is_some_and(Value::is_object),
        tags: tags(value.get("tags")),
        origin,
        ..Interface::default()
    };
    estate.told.settle(&own, &read, &read.origin, problems);
    estate.interfaces.insert(own, read);
}

/// What the interfaces of a private endpoint are of.
fn private_endpoint(estate: &mut Estate, held: &Value, origin: &Origin, problems: &mut Vec<Problem>) {
    let keys = ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"];
    let of = keys.iter().flat_map(|key| list(held, key)).map(properties).next();
    let state = of.and_then(|of| of.get("privateLinkServiceConnectionState")).and_then(|held| text(held, "status"));
    let to = of.and_then(|of| text(of, "privateLinkServiceId")).unwrap_or_default().to_lowercase();
    for interface in references(held, "networkInterfaces") {
        let refused = matches!(state, Some("Pending" | "Rejected" | "Disconnected"));
        let read = Connection { to: to.clone(), refused };
        estate.told.settle(&interface, &read, origin, problems);
        estate.endpoints.insert(interface, read);
    }
}

/// The scale set whose machine an interface is of, else the interface.
fn scaled(interface: &str) -> String {
    let set = interface.split_once("/virtualmachines/").map(|(set, _)| set);
    set.filter(|set| set.contains("/virtualmachinescalesets/")).unwrap_or(interface).to_owned()
}

fn balancer(
    estate: &mut Estate,
    value: &Value,
    own: String,
    name: String,
    origin: Origin,
    problems: &mut Vec<Problem>,
) {
    let held = properties(value);
    let frontends = list(held, "frontendIPConfigurations").iter().chain(list(held, "frontendIpConfigurations"));
    let frontends = frontends.map(|front| {
        let of = properties(front);
        (text_or_empty(front, "name"), reference(of, "publicIPAddress").or_else(|| reference(of, "publicIpAddress")))
    });
    // The interfaces of a pool, and whether it has no addresses beside theirs.
    let pool = |wanted: &str| -> Option<(Vec<String>, bool)> {
        let pool = properties(list(held, "backendAddressPools").iter().find(|pool| id(pool) == wanted)?);
        // A configuration's identifier ends in its interface's, `/ipConfigurations/NAME`.
        let targets: Vec<String> =
            references(pool, "backendIPConfigurations").iter().map(|held| scaled(&parent(held))).collect();
        let whole = list(pool, "loadBalancerBackendAddresses").len() <= targets.len();
        Some((targets, whole))
    };
    let rules = list(held, "loadBalancingRules").iter().map(|rule| {
        let of = properties(rule);
        let known = reference(of, "backendAddressPool").and_then(|wanted| pool(&wanted));
        let (targets, complete) = known.unwrap_or_default();
        let port = |key: &str| number(of, key).unwrap_or(0);
        let protocol = text_or_empty(of, "protocol");
        BalancerRule {
            protocol,
            frontend_port: port("frontendPort"),
            backend_port: port("backendPort"),
            complete,
            targets,
        }
    });
    let nat = list(held, "inboundNatRules").iter().map(|rule| {
        let of = properties(rule);
        let targets: Vec<String> =
            reference(of, "backendIPConfiguration").map(|held| scaled(&parent(&held))).into_iter().collect();
        let port = |key: &str| number(of, key).unwrap_or(0);
        let protocol = text_or_empty(of, "protocol");
        BalancerRule {
            protocol,
            frontend_port: port("frontendPort"),
            backend_port: port("backendPort"),
            complete: !targets.is_empty(),
            targets,
        }
    });
    let rules = rules.chain(nat).collect();
    let read = Balancer { name, owner: subscription(&own), frontends: frontends.collect(), rules, origin };
    estate.told.settle(&own, &read, &read.origin, problems);
    estate.balancers.insert(own, read);
}
