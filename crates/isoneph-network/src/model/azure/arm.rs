//! ARM's own JSON: lists of resources as `az … list`, a resource graph query or a template export yields them. Properties
//! stand under `properties`, or beside the identifier where the command line has lifted them.

mod balancers;
mod machines;
mod peerings;
mod spelling;
mod uplinks;

use serde_json::Value;

use super::estate::{
    AdminRule, Connection, End, Estate, Interface, InterfacePlace, Machine, NatGateway, Peering, PublicAddress, Route,
    SecurityGroup, SecurityRule, Subnet, Table, VirtualNetwork,
};
use super::template::{self, is_untold};
use crate::model::address::{AddressRange, Family};
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
    let is_one =
        |value: &Value| ["microsoft.network/", "microsoft.compute/"].iter().any(|of| kind(value).starts_with(of));
    match template::read(document) {
        Some(found) => found.resources.iter().any(|(_, value)| is_one(value)),
        None => resources(document).iter().any(|(_, value)| is_one(value)),
    }
}

/// Properties, wherever they stand.
fn properties(value: &Value) -> &Value {
    value.get("properties").filter(|held| held.is_object()).unwrap_or(value)
}

fn id(value: &Value) -> String {
    text_or_empty(value, "id").to_lowercase()
}

/// What a field refers to. A template that does not tell has a text there: that is something, though nobody knows what.
fn reference(value: &Value, key: &str) -> Option<String> {
    let held = value.get(key)?;
    text(held, "id").or_else(|| held.as_str().filter(|text| is_untold(text))).map(str::to_lowercase)
}

/// Whether a flag is set, or may be: a template does not tell all of them.
fn may_be(value: &Value, key: &str) -> bool {
    flag(value, key) == Some(true) || is_untold_at(value, key)
}

fn is_untold_at(value: &Value, key: &str) -> bool {
    text(value, key).is_some_and(is_untold)
}

/// The ranges of some texts; none where one of them is not told.
fn read_ranges(texts: &[String]) -> Vec<AddressRange> {
    texts.iter().map(|text| AddressRange::parse(text)).collect::<Option<_>>().unwrap_or_default()
}

/// Whether it is of the standard offer.
fn offer(value: &Value) -> Option<bool> {
    let word = value.get("sku").and_then(|sku| text(sku, "name")).filter(|word| !is_untold(word));
    word.map(|word| word.eq_ignore_ascii_case("standard"))
}

fn references(value: &Value, key: &str) -> Vec<String> {
    list(value, key).iter().map(id).filter(|id| !id.is_empty()).collect()
}

fn family(word: &str) -> Option<Family> {
    match word.to_ascii_lowercase().as_str() {
        "ipv4" => Some(Family::V4),
        "ipv6" => Some(Family::V6),
        _ => None,
    }
}

fn subscription(id: &str) -> String {
    id.split('/').skip_while(|part| *part != "subscriptions").nth(1).unwrap_or_default().to_owned()
}

/// An identifier without its last two segments: what a subnet's or configuration's identifier says of its owner.
pub(super) fn parent(id: &str) -> String {
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
    if let Some(found) = template::read(document) {
        if found.is_cut {
            problems.push(Problem::unread(source, "#", "it says more than is worked out: what it deploys is open"));
        }
        found.doubts.into_iter().for_each(|doubt| estate.told.leave_open(doubt));
        let effect = "what it deploys is not in the input";
        let elsewhere = |(at, name): (String, String)| {
            Unsupported::new(source, format!("{at} {name}"), "microsoft.resources/deployments", effect)
        };
        unsupported.extend(found.elsewhere.into_iter().map(elsewhere));
        for (locator, value) in found.resources {
            take(estate, &value, locator, source, unsupported, problems);
        }
        return;
    }
    for (locator, value) in resources(document) {
        take(estate, value, locator, source, unsupported, problems);
    }
}

/// Takes one resource into the estate.
fn take(
    estate: &mut Estate,
    value: &Value,
    locator: String,
    source: usize,
    unsupported: &mut Vec<Unsupported>,
    problems: &mut Vec<Problem>,
) {
    let origin = Origin { source, locator: locator.clone() };
    let value = &spelling::current(value);
    let (name, own) = (text_or_empty(value, "name"), id(value));
    match kind(value).as_str() {
        "microsoft.network/virtualnetworks" => network(estate, value, own, name, origin, problems),
        "microsoft.network/virtualnetworks/subnets" => subnet(estate, value, &parent(&own), &origin, problems),
        "microsoft.network/virtualnetworks/virtualnetworkpeerings" => {
            let read = peerings::peering(value, &parent(&own));
            estate.told.settle(&own, &read, &origin, problems);
            let is_known = |held: &Peering| held.from == read.from && held.name == read.name;
            if !estate.peerings.iter().any(is_known) {
                estate.peerings.push(read);
            }
        }
        "microsoft.network/networksecuritygroups/securityrules" => {
            let of = parent(&own);
            let read = rules(value, of.rsplit('/').next().unwrap_or(&of));
            estate.parts.entry(of.clone()).or_default().rules.extend(read);
            estate.add_parts(&of);
        }
        "microsoft.network/routetables/routes" => {
            let of = parent(&own);
            estate.parts.entry(of.clone()).or_default().routes.push(route(value, &of));
            estate.add_parts(&of);
        }
        "microsoft.network/networksecuritygroups" => group(estate, value, own, name, origin, problems),
        "microsoft.network/networkinterfaces" => machines::interface(estate, value, own, name, origin, problems),
        "microsoft.network/publicipaddresses" => {
            let standard = offer(value);
            let address = text(properties(value), "ipAddress").and_then(AddressRange::parse);
            let family = text(properties(value), "publicIPAddressVersion").and_then(family);
            let read = PublicAddress { address, family, standard };
            estate.told.settle(&own, &read, &origin, problems);
            // A template tells less of it than an answer does.
            let held = estate.public.entry(own).or_default();
            *held = PublicAddress {
                address: address.or(held.address),
                family: family.or(held.family),
                standard: standard.or(held.standard),
            };
        }
        "microsoft.network/routetables" => table(estate, value, own, name, origin, problems),
        "microsoft.network/publicipprefixes" => {
            let address = text(properties(value), "ipPrefix").and_then(AddressRange::parse);
            let read = PublicAddress { address, ..PublicAddress::default() };
            let held = estate.public.entry(own).or_default();
            held.address = address.or(held.address);
            estate.told.settle(&id(value), &read, &origin, problems);
        }
        "microsoft.network/natgateways" => {
            let keys = ["publicIpAddresses", "publicIpAddressesV6", "publicIpPrefixes", "publicIpPrefixesV6"];
            let public = keys.iter().flat_map(|key| references(properties(value), key)).collect();
            let read = NatGateway { public };
            estate.told.settle(&own, &read, &origin, problems);
            estate.gateways.insert(own, read);
        }
        "microsoft.network/loadbalancers" => balancers::balancer(estate, value, own, name, origin, problems),
        "microsoft.network/privatelinkservices" => {
            let held = list(properties(value), "ipConfigurations").iter();
            let subnets = held.filter_map(|held| reference(properties(held), "subnet")).collect();
            estate.services.insert(own, subnets);
            // Who of networks that are not shown has an endpoint of it, nobody tells.
            estate.entries.push(name);
        }
        "microsoft.network/privateendpoints" => private_endpoint(estate, own, properties(value), &origin, problems),
        "microsoft.network/virtualnetworkgateways" => uplinks::gateway(estate, own, name, properties(value)),
        "microsoft.network/localnetworkgateways" => uplinks::site(estate, own, name, properties(value)),
        "microsoft.network/connections" => uplinks::connection(estate, name, properties(value)),
        "microsoft.compute/virtualmachines" => {
            let interfaces = properties(value).get("networkProfile").map(|held| references(held, "networkInterfaces"));
            let interfaces = interfaces.unwrap_or_default();
            let read = Machine { name, interfaces, tags: tags(value.get("tags")) };
            estate.told.settle(&own, &read, &origin, problems);
            estate.machines.insert(own, read);
        }
        "microsoft.compute/virtualmachinescalesets" => {
            machines::scale_set(estate, value, &own, &name, &origin, problems);
        }
        word if word.starts_with("microsoft.network/") && !word.ends_with("applicationsecuritygroups") => {
            unsupported.push(Unsupported::new(
                source,
                locator,
                word,
                "not modelled: undecided where a route leads there",
            ));
            if is_way_in(word) {
                standing(estate, value, own, &name, &origin);
            }
            unmodelled(estate, word, &name);
        }
        _ => {}
    }
}

/// What something of a kind that is not read may do.
pub(super) fn unmodelled(estate: &mut Estate, word: &str, name: &str) {
    if word.starts_with("microsoft.network/networkmanagers") {
        estate.admin.extend(AdminRule::unseen(name));
        estate.managers.push(name.to_owned());
    }
    if is_way_in(word) {
        estate.entries.push(name.to_owned());
    }
}

/// Whether something of a kind lets in what comes from outside, in ways that are not followed.
fn is_way_in(word: &str) -> bool {
    ["applicationgateways", "azurefirewalls", "bastionhosts", "virtualhubs"].iter().any(|entry| word.ends_with(entry))
}

fn network(estate: &mut Estate, value: &Value, own: String, name: String, origin: Origin, problems: &mut Vec<Problem>) {
    let held = properties(value);
    for held in list(held, "subnets") {
        subnet(estate, held, &own, &origin, problems);
    }
    peerings::peerings(estate, held, &own, &origin, problems);
    let ranges = held.get("addressSpace").map(|space| texts(space, "addressPrefixes")).unwrap_or_default();
    let read = VirtualNetwork {
        name,
        owner: subscription(&own),
        region: text_or_empty(value, "location"),
        ranges: read_ranges(&ranges),
        looked_up: false,
        tags: tags(value.get("tags")),
        origin,
    };
    estate.told.settle(&own, &read, &read.origin, problems);
    estate.networks.insert(own, read);
}

fn subnet(estate: &mut Estate, value: &Value, network: &str, origin: &Origin, problems: &mut Vec<Problem>) {
    let of = properties(value);
    let mut prefixes = texts(of, "addressPrefixes");
    prefixes.extend(text(of, "addressPrefix").map(ToOwned::to_owned));
    let endpoint_policies = text(of, "privateEndpointNetworkPolicies").filter(|word| !is_untold(word));
    let read = Subnet {
        name: text_or_empty(value, "name"),
        network: network.to_owned(),
        ranges: read_ranges(&prefixes),
        group: reference(of, "networkSecurityGroup"),
        table: reference(of, "routeTable"),
        nat: reference(of, "natGateway"),
        endpoint_policies: endpoint_policies.map(covers_groups),
        endpoint_routes: endpoint_policies.map(covers_routes),
        services: list(of, "serviceEndpoints")
            .iter()
            .filter_map(|held| text(held, "service"))
            .map(Into::into)
            .collect(),
        private: flag(of, "defaultOutboundAccess") == Some(false),
        gateway: is_of_gateways(&text_or_empty(value, "name")) && !list(of, "ipConfigurations").is_empty(),
        standing: uplinks::standing(of),
        origin: origin.clone(),
    };
    estate.told.settle(&id(value), &read, origin, problems);
    estate.subnets.insert(id(value), read);
}

/// Whether the name of a subnet is that of the one in which gateways, or route servers, of a network stand.
pub(super) fn is_of_gateways(name: &str) -> bool {
    ["GatewaySubnet", "RouteServerSubnet"].iter().any(|held| held.eq_ignore_ascii_case(name))
}

/// Whether a subnet's word about private endpoints puts them under its security group.
pub(super) fn covers_groups(word: &str) -> bool {
    ["Enabled", "NetworkSecurityGroupEnabled"].iter().any(|held| held.eq_ignore_ascii_case(word))
}

/// Whether it puts them under its route table.
pub(super) fn covers_routes(word: &str) -> bool {
    ["Enabled", "RouteTableEnabled"].iter().any(|held| held.eq_ignore_ascii_case(word))
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
    estate.groups.insert(own.clone(), SecurityGroup { name, rules, origin });
    estate.add_parts(&own);
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
    let routes = if is_listed(held, "routes") && !differs {
        list(held, "routes").iter().map(|held| route(held, &name)).collect()
    } else {
        vec![Route { prefix: unshown("routes", &name), ..Route::default() }]
    };
    let shuts_out = flag(held, "disableBgpRoutePropagation") == Some(true);
    estate.tables.insert(own.clone(), Table { name, routes, shuts_out, origin });
    estate.add_parts(&own);
}

fn route(value: &Value, table: &str) -> Route {
    let held = properties(value);
    Route {
        prefix: text(held, "addressPrefix").map_or_else(|| unshown("addressPrefix", table), ToOwned::to_owned),
        kind: text_or_empty(held, "nextHopType"),
        next: text(held, "nextHopIpAddress").and_then(AddressRange::parse),
    }
}

/// What the interfaces of a private endpoint are of.
fn private_endpoint(estate: &mut Estate, own: String, held: &Value, origin: &Origin, problems: &mut Vec<Problem>) {
    let keys = ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"];
    let of = keys.iter().flat_map(|key| list(held, key)).map(properties).next();
    let state = of.and_then(|of| of.get("privateLinkServiceConnectionState")).and_then(|held| text(held, "status"));
    let to = of.and_then(|of| text(of, "privateLinkServiceId")).unwrap_or_default().to_lowercase();
    let refused = matches!(state, Some("Pending" | "Rejected" | "Disconnected"));
    let mut interfaces = references(held, "networkInterfaces");
    if interfaces.is_empty() {
        // Those that are meant to be have none yet.
        let place =
            InterfacePlace { subnet: reference(held, "subnet").unwrap_or_default(), ..InterfacePlace::default() };
        let name = own.rsplit('/').next().unwrap_or_default().to_owned();
        let (private_endpoint, origin) = (true, origin.clone());
        let read = Interface { name, private_endpoint, places: vec![place], origin, ..Interface::default() };
        estate.interfaces.insert(own.clone(), read);
        interfaces.push(own);
    }
    for interface in interfaces {
        let read = Connection { to: to.clone(), refused };
        estate.told.settle(&interface, &read, origin, problems);
        estate.endpoints.insert(interface, read);
    }
}

/// A service of the platform that stands in a subnet: it sends to others there, whatever it takes itself.
fn standing(estate: &mut Estate, value: &Value, own: String, name: &str, origin: &Origin) {
    let held = properties(value);
    let keys = ["gatewayIPConfigurations", "ipConfigurations", "frontendIPConfigurations"];
    let configurations = keys.iter().flat_map(|key| list(held, key)).chain(held.get("managementIpConfiguration"));
    let mut subnets: Vec<String> = configurations.filter_map(|held| reference(properties(held), "subnet")).collect();
    subnets.sort_unstable();
    subnets.dedup();
    let places: Vec<InterfacePlace> =
        subnets.into_iter().map(|subnet| InterfacePlace { subnet, ..InterfacePlace::default() }).collect();
    if !places.is_empty() {
        let (name, owner, origin) = (name.to_owned(), subscription(&own), origin.clone());
        let (forwards, template, tags) = (true, true, tags(value.get("tags")));
        let read = Interface { name, owner, places, forwards, template, tags, origin, ..Interface::default() };
        estate.interfaces.insert(own, read);
    }
}
