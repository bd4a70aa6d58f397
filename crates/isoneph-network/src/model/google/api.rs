//! The Compute API's own JSON: objects that name their kind as `compute#…`, in lists or one by one.

use serde_json::Value;

use super::estate::{
    Connected, Estate, Firewall, FirewallPolicy, Interface, Nat, Network, NextHop, Peering, Route, Subnet,
};
use super::reading::short;
use crate::model::Unsupported;
use crate::model::address::AddressRange;
use crate::model::form::Origin;
use crate::model::json::{flag, list, number, tags, text, text_or_empty, texts};

/// One object of a document.
struct Held<'v> {
    locator: String,
    value: &'v Value,
    /// Whether it is of a list of which there are more pages.
    cut: bool,
}

/// The objects of a document: one, an array, a list as the API answers with, or one for all zones and regions.
fn objects<'v>(value: &'v Value, at: &str, cut: bool, out: &mut Vec<Held<'v>>) {
    let cut = cut || is_cut(value);
    match (value, value.get("items")) {
        (Value::Array(held), _) => {
            held.iter().enumerate().for_each(|(index, one)| objects(one, &format!("{at}/{index}"), cut, out));
        }
        (_, Some(Value::Array(held))) => {
            held.iter().enumerate().for_each(|(index, one)| objects(one, &format!("{at}/items/{index}"), cut, out));
        }
        (_, Some(Value::Object(places))) => {
            for (place, held) in places {
                let at = format!("{at}/items/{}", place.replace('~', "~0").replace('/', "~1"));
                for (key, held) in held.as_object().into_iter().flatten().filter(|(_, held)| held.is_array()) {
                    objects(held, &format!("{at}/{key}"), cut, out);
                }
            }
        }
        _ => out.push(Held { locator: at.to_owned(), value, cut }),
    }
}

/// Whether a list has more pages.
fn is_cut(list: &Value) -> bool {
    text(list, "nextPageToken").is_some_and(|token| !token.is_empty())
}

fn is_of_api(value: &Value) -> bool {
    text(value, "kind").is_some_and(|kind| kind.starts_with("compute#"))
}

/// Whether a document holds objects of this API.
pub(crate) fn recognises(document: &Value) -> bool {
    let mut held = Vec::new();
    objects(document, "#", false, &mut held);
    is_of_api(document)
        || document.get(0).is_some_and(is_of_api)
        || held.first().is_some_and(|first| is_of_api(first.value))
}

/// Lists that were answered, though nothing be in them: those of which this is the last page.
fn answered(estate: &mut Estate, document: &Value) {
    for list in document.as_array().into_iter().flatten() {
        answered(estate, list);
    }
    let kind = text(document, "kind").and_then(|kind| kind.strip_suffix("List")).filter(|_| !is_cut(document));
    let Some(kind) = kind.map(|kind| kind.strip_suffix("Aggregated").unwrap_or(kind)) else { return };
    let of = ["selfLink", "id"].iter().find_map(|key| text(document, key)).map(project_of);
    estate.listed.insert((kind.to_owned(), of.unwrap_or_default()));
}

/// What the command line writes of a list that holds nothing tells only by the file's name which list it is.
const BY_NAME: [(&str, &str); 3] =
    [("firewall", "compute#firewall"), ("router", "compute#router"), ("route", "compute#route")];

/// Takes an empty list by the name of its file; says whether that tells what it is a list of.
pub(crate) fn read_nothing(estate: &mut Estate, name: &str) -> bool {
    let tells = |word: &str| name.strip_prefix(word).is_some_and(|rest| matches!(rest, "" | "s" | "-rules" | "_rules"));
    let kind = BY_NAME.iter().find(|(word, _)| tells(word));
    estate.listed.extend(kind.map(|(_, kind)| ((*kind).to_owned(), String::new())));
    kind.is_some()
}

fn own(value: &Value) -> String {
    text(value, "selfLink").map_or_else(|| text_or_empty(value, "name"), short)
}

fn project(value: &Value) -> String {
    project_of(text(value, "selfLink").unwrap_or_default())
}

fn project_of(link: &str) -> String {
    link.split('/').skip_while(|part| *part != "projects").nth(1).unwrap_or_default().to_owned()
}

fn link(value: &Value, key: &str) -> String {
    text(value, key).map(short).unwrap_or_default()
}

fn last(value: &Value, key: &str) -> String {
    text(value, key).and_then(|link| link.rsplit('/').next()).unwrap_or_default().to_owned()
}

/// Takes a document into the estate.
pub(crate) fn read(estate: &mut Estate, document: &Value, source: usize, unsupported: &mut Vec<Unsupported>) {
    answered(estate, document);
    let mut held = Vec::new();
    objects(document, "#", false, &mut held);
    for Held { locator, value, cut } in held {
        let origin = Origin { source, locator: locator.clone() };
        if !cut {
            estate.listed.insert((text_or_empty(value, "kind"), project(value)));
        }
        match text(value, "kind").unwrap_or_default() {
            "compute#network" => network(estate, value, origin),
            "compute#subnetwork" => {
                let blocks = [text(value, "ipCidrRange"), text(value, "ipv6CidrRange")].into_iter().flatten();
                let mut ranges: Vec<AddressRange> = blocks.filter_map(AddressRange::parse).collect();
                ranges.extend(
                    list(value, "secondaryIpRanges")
                        .iter()
                        .filter_map(|held| AddressRange::parse(text(held, "ipCidrRange")?)),
                );
                let (name, network, region) =
                    (text_or_empty(value, "name"), link(value, "network"), last(value, "region"));
                estate
                    .subnets
                    .insert(own(value), Subnet { name, network, project: project(value), region, ranges, origin });
            }
            "compute#firewall" => {
                estate.firewalls.insert(own(value), firewall(value));
            }
            "compute#firewallPolicy" => policy(estate, value),
            "compute#instance" => instance(estate, value, &origin),
            "compute#route" => route(estate, value),
            "compute#router" => {
                for nat in list(value, "nats") {
                    let all =
                        text(nat, "sourceSubnetworkIpRangesToNat").is_none_or(|word| word != "LIST_OF_SUBNETWORKS");
                    let subnets = if all {
                        Vec::new()
                    } else {
                        list(nat, "subnetworks").iter().map(|held| link(held, "name")).collect()
                    };
                    let (name, network, region) =
                        (text_or_empty(nat, "name"), link(value, "network"), last(value, "region"));
                    estate.nats.push(Nat { name, network, region, subnets, public: Vec::new() });
                }
                if !list(value, "bgpPeers").is_empty() {
                    beyond(estate, value);
                }
            }
            "compute#serviceAttachment" => {
                let subnets = texts(value, "natSubnets").iter().map(|link| short(link)).collect();
                estate.attachments.insert(own(value), subnets);
                // Who of networks that are not shown is connected to it, nobody tells.
                estate.entries.push(own(value));
            }
            "compute#forwardingRule" if text(value, "target").is_some_and(|to| to.contains("/serviceAttachments/")) => {
                let (network, to) = (link(value, "network"), link(value, "target"));
                estate.connected.push(Connected { name: own(value), network, to });
            }
            kind if kind.ends_with("List") => {}
            kind => {
                if kind.to_ascii_lowercase().contains("vpngateway") {
                    beyond(estate, value);
                }
                let effect = "not modelled: whether it lets something in from outside is left open";
                unsupported.push(Unsupported::new(source, locator, kind, effect));
                let inside = text(value, "loadBalancingScheme").is_some_and(|scheme| scheme.starts_with("INTERNAL"));
                if !inside && kind != "compute#project" {
                    estate.entries.push(own(value));
                }
            }
        }
    }
}

/// What a gateway or a router learns at run time stands in no list of routes.
fn beyond(estate: &mut Estate, value: &Value) {
    let route = Route::unseen(link(value, "network"), &text_or_empty(value, "name"));
    estate.routes.insert(format!("routes of {}", own(value)), route);
}

fn network(estate: &mut Estate, value: &Value, origin: Origin) {
    let id = own(value);
    for peering in list(value, "peerings") {
        estate.peerings.push(Peering {
            name: text_or_empty(peering, "name"),
            from: id.clone(),
            to: link(peering, "network"),
            active: text(peering, "state").is_none_or(|state| state == "ACTIVE"),
            imports: flag(peering, "importCustomRoutes") == Some(true),
            exports: flag(peering, "exportCustomRoutes") == Some(true),
        });
    }
    let classic_first = text(value, "networkFirewallPolicyEnforcementOrder") != Some("BEFORE_CLASSIC_FIREWALL");
    let (name, automatic) = (text_or_empty(value, "name"), flag(value, "autoCreateSubnetworks") == Some(true));
    let network = Network {
        name,
        project: project(value),
        classic_first,
        automatic,
        looked_up: false,
        answered: true,
        subnets: texts(value, "subnetworks").iter().map(|link| short(link)).collect(),
        policy: text(value, "firewallPolicy").map(short),
        origin,
    };
    estate.networks.insert(id, network);
}

fn services(value: &Value, key: &str, protocol: &str) -> Vec<(String, Vec<String>)> {
    list(value, key).iter().map(|held| (text_or_empty(held, protocol), texts(held, "ports"))).collect()
}

fn firewall(value: &Value) -> Firewall {
    let denies = !list(value, "denied").is_empty();
    let ingress = text(value, "direction") != Some("EGRESS");
    let mut source_ranges = texts(value, "sourceRanges");
    let (source_tags, source_accounts) = (texts(value, "sourceTags"), texts(value, "sourceServiceAccounts"));
    if ingress && source_ranges.is_empty() && source_tags.is_empty() && source_accounts.is_empty() {
        source_ranges.push("0.0.0.0/0".into());
    }
    Firewall {
        name: text_or_empty(value, "name"),
        network: link(value, "network"),
        priority: number(value, "priority").unwrap_or(1000),
        ingress,
        action: if denies { "deny" } else { "allow" }.into(),
        disabled: flag(value, "disabled") == Some(true),
        services: services(value, if denies { "denied" } else { "allowed" }, "IPProtocol"),
        source_ranges,
        destination_ranges: texts(value, "destinationRanges"),
        source_tags,
        source_accounts,
        target_tags: texts(value, "targetTags"),
        target_accounts: texts(value, "targetServiceAccounts"),
        ..Firewall::default()
    }
}

/// Fields of a policy's rule that narrow it in ways that are not followed.
const SCOPES: [&str; 6] =
    ["srcNetworkScope", "srcNetworkType", "srcNetworkContext", "srcNetworks", "destNetworkScope", "destNetworkType"];

fn policy(estate: &mut Estate, value: &Value) {
    let rules = list(value, "rules").iter().map(|rule| {
        let empty = Value::Null;
        let held = rule.get("match").unwrap_or(&empty);
        let open = [
            "srcFqdns",
            "destFqdns",
            "srcRegionCodes",
            "destRegionCodes",
            "srcThreatIntelligences",
            "destThreatIntelligences",
            "srcAddressGroups",
            "destAddressGroups",
            "srcSecureTags",
        ];
        let name = text(rule, "ruleName").or_else(|| text(rule, "description")).unwrap_or_default().to_owned();
        let written = |value: &Value, key: &str| value.get(key).is_some_and(|held| held.is_string() || held.is_array());
        let doubt = open
            .into_iter()
            .filter(|key| !list(held, key).is_empty())
            .chain(SCOPES.into_iter().filter(|key| written(held, key)))
            .chain(["targetSecureTags"].into_iter().filter(|key| !list(rule, key).is_empty()))
            .map(|key| format!("{key} of a rule of {}", text_or_empty(value, "name")))
            .next();
        Firewall {
            name,
            priority: number(rule, "priority").unwrap_or(i64::MAX),
            ingress: text(rule, "direction") != Some("EGRESS"),
            action: text_or_empty(rule, "action"),
            disabled: flag(rule, "disabled") == Some(true),
            services: services(held, "layer4Configs", "ipProtocol"),
            source_ranges: texts(held, "srcIpRanges"),
            destination_ranges: texts(held, "destIpRanges"),
            target_accounts: texts(rule, "targetServiceAccounts"),
            target_networks: texts(rule, "targetResources").iter().map(|link| short(link)).collect(),
            doubt,
            ..Firewall::default()
        }
    });
    let associations = list(value, "associations");
    let targets = |word: &'static str| {
        associations.iter().filter(move |held| text(held, "attachmentTarget").is_some_and(|to| to.contains(word)))
    };
    let whole = targets("organizations/").next().is_some();
    let networks = associations.iter().map(|held| link(held, "attachmentTarget")).collect();
    let parent = text(value, "parent").unwrap_or_default();
    let hierarchical = parent.starts_with("organizations/") || parent.starts_with("folders/");
    if hierarchical && value.get("associations").is_some() && !whole && targets("folders/").next().is_none() {
        // It is associated with nothing, and holds nowhere.
        return;
    }
    let level = if whole {
        Some(0)
    } else if hierarchical {
        Some(1)
    } else {
        None
    };
    let regional = text(value, "region").map(|_| last(value, "region"));
    let name = text(value, "shortName").or_else(|| text(value, "name")).unwrap_or_default().to_owned();
    estate.policies.insert(
        own(value),
        FirewallPolicy {
            name,
            rules: rules.collect(),
            networks,
            anywhere: false,
            hierarchical: level,
            whole,
            regional,
        },
    );
}

fn instance(estate: &mut Estate, value: &Value, origin: &Origin) {
    let id = own(value);
    let accounts: Vec<String> =
        list(value, "serviceAccounts").iter().filter_map(|held| text(held, "email")).map(ToOwned::to_owned).collect();
    for (index, held) in list(value, "networkInterfaces").iter().enumerate() {
        let access = list(held, "accessConfigs");
        let public =
            access.first().map(|held| text(held, "natIP").and_then(AddressRange::parse)).filter(Option::is_some);
        let aliases =
            list(held, "aliasIpRanges").iter().filter_map(|held| AddressRange::parse(text(held, "ipCidrRange")?));
        let six = text(held, "ipv6Address").and_then(AddressRange::parse);
        estate.interfaces.insert(
            if index == 0 { id.clone() } else { format!("{id} nic{index}") },
            Interface {
                name: text_or_empty(value, "name"),
                project: project(value),
                network: link(held, "network"),
                subnet: link(held, "subnetwork"),
                address: text(held, "networkIP").and_then(AddressRange::parse),
                more: aliases.chain(six).collect(),
                public,
                tags: value.get("tags").map(|held| texts(held, "items")).unwrap_or_default(),
                accounts: accounts.clone(),
                open_tags: false,
                open_account: false,
                forwards: flag(value, "canIpForward") == Some(true),
                template: false,
                aliases: vec![id.clone()],
                labels: tags(value.get("labels")),
                origin: origin.clone(),
            },
        );
    }
}

fn route(estate: &mut Estate, value: &Value) {
    // Routes of subnets and peerings follow from those.
    if text(value, "nextHopNetwork").is_some() || text(value, "nextHopPeering").is_some() {
        return;
    }
    let next = if text(value, "nextHopGateway").is_some() {
        NextHop::Internet
    } else if text(value, "nextHopInstance").is_some() {
        NextHop::Instance(link(value, "nextHopInstance"))
    } else if let Some(address) = text(value, "nextHopIp").and_then(AddressRange::parse) {
        NextHop::Address(address)
    } else if let Some(name) = ["nextHopIlb", "nextHopVpnTunnel", "nextHopHub"].iter().find_map(|key| text(value, key))
    {
        NextHop::Other(short(name))
    } else {
        NextHop::Unknown
    };
    estate.routes.insert(
        own(value),
        Route {
            name: text_or_empty(value, "name"),
            network: link(value, "network"),
            range: text(value, "destRange").and_then(AddressRange::parse),
            priority: number(value, "priority").unwrap_or(1000),
            tags: texts(value, "tags"),
            next,
        },
    );
}
