//! The Compute API's own JSON: objects that name their kind as `compute#…`, in lists or one by one.

mod machines;
mod routes;

use serde_json::Value;

use super::estate::{Connected, Estate, Firewall, FirewallPolicy, Network, Peering, Subnet};
use super::listed;
use super::reading::short;

use crate::model::address::AddressRange;
use crate::model::form::Origin;
use crate::model::json::{flag, is_given, is_listed, list, number, text, text_or_empty, texts, unshown};
use crate::model::{Problem, Unsupported};

/// One object of a document.
pub(super) struct Held<'v> {
    pub(super) locator: String,
    pub(super) value: &'v Value,
    /// Whether it is of no whole list: of one of which there are more pages, or described by itself.
    pub(super) cut: bool,
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
pub(super) fn is_cut(list: &Value) -> bool {
    text(list, "nextPageToken").is_some_and(|token| !token.is_empty())
}

/// Whether it is one object, as `describe` answers with: there may be others.
fn is_described(document: &Value) -> bool {
    is_of_api(document) && text(document, "kind").is_none_or(|kind| !kind.ends_with("List"))
}

/// Routes by policy, which another API answers with.
pub(super) const BY_POLICY: &str = "networkconnectivity#policyBasedRoute";

fn is_of_api(value: &Value) -> bool {
    text(value, "kind").is_some_and(|kind| kind.starts_with("compute#") || kind == BY_POLICY)
}

/// Whether a document holds objects of this API.
pub(crate) fn recognises(document: &Value) -> bool {
    let mut held = Vec::new();
    objects(document, "#", false, &mut held);
    ancestors(document).is_some()
        || is_of_api(document)
        || document.get(0).is_some_and(is_of_api)
        || held.first().is_some_and(|first| is_of_api(first.value))
}

fn own(value: &Value) -> String {
    text(value, "selfLink").map_or_else(|| text_or_empty(value, "name"), short)
}

fn project(value: &Value) -> String {
    project_of(text(value, "selfLink").unwrap_or_default())
}

pub(super) fn project_of(link: &str) -> String {
    link.split('/').skip_while(|part| *part != "projects").nth(1).unwrap_or_default().to_owned()
}

fn link(value: &Value, key: &str) -> String {
    text(value, key).map(short).unwrap_or_default()
}

fn last(value: &Value, key: &str) -> String {
    text(value, key).and_then(|link| link.rsplit('/').next()).unwrap_or_default().to_owned()
}

/// Takes a document into the estate.
pub(crate) fn read(
    estate: &mut Estate,
    document: &Value,
    source: usize,
    unsupported: &mut Vec<Unsupported>,
    problems: &mut Vec<Problem>,
) {
    if ancestry(estate, document) {
        return;
    }
    listed::answered(estate, document);
    let mut held = Vec::new();
    objects(document, "#", is_described(document), &mut held);
    take(estate, held, source, unsupported, problems);
}

/// Takes objects into the estate.
pub(super) fn take(
    estate: &mut Estate,
    held: Vec<Held<'_>>,
    source: usize,
    unsupported: &mut Vec<Unsupported>,
    problems: &mut Vec<Problem>,
) {
    for Held { locator, value, cut } in held {
        let origin = Origin { source, locator: locator.clone() };
        let kind = text_or_empty(value, "kind");
        estate.listed.saw(&kind, project(value));
        if !cut {
            estate.listed.add(kind, project(value));
        }
        match text(value, "kind").unwrap_or_default() {
            "compute#network" => network(estate, value, origin, problems),
            "compute#subnetwork" => {
                let keys = ["ipCidrRange", "ipv6CidrRange", "externalIpv6Prefix", "internalIpv6Prefix"];
                let blocks = keys.iter().filter_map(|key| text(value, key));
                let mut ranges: Vec<AddressRange> = blocks.filter_map(AddressRange::parse).collect();
                // The block of IPv6 is told twice.
                ranges.dedup();
                ranges.extend(
                    list(value, "secondaryIpRanges")
                        .iter()
                        .filter_map(|held| AddressRange::parse(text(held, "ipCidrRange")?)),
                );
                let (name, network, region) =
                    (text_or_empty(value, "name"), link(value, "network"), last(value, "region"));
                let read = Subnet { name, network, project: project(value), region, ranges, origin };
                estate.told.settle(&own(value), &read, &read.origin, problems);
                estate.subnets.insert(own(value), read);
            }
            "compute#firewall" => {
                add_firewall(estate, value, &origin, problems);
            }
            "compute#firewallPolicy" => policy(estate, value, &origin, problems),
            "compute#instance" => machines::instance(estate, value, &origin, problems),
            "compute#route" => routes::route(estate, value, &origin, problems),
            "compute#router" => routes::router(estate, value, &origin, problems),
            BY_POLICY => estate.steered.push((link(value, "network"), text_or_empty(value, "name"))),
            "compute#serviceAttachment" => {
                let subnets: Vec<String> = texts(value, "natSubnets").iter().map(|link| short(link)).collect();
                estate.told.settle(&own(value), &serde_json::json!({ "natSubnets": subnets }), &origin, problems);
                estate.attachments.insert(own(value), subnets);
                // Who of networks that are not shown is connected to it, nobody tells.
                estate.entries.push(own(value));
            }
            "compute#forwardingRule" if text(value, "target").is_some_and(|to| to.contains("/serviceAttachments/")) => {
                let (network, to) = (link(value, "network"), link(value, "target"));
                let read = Connected { name: own(value), network, to };
                estate.told.settle(&read.name, &read, &origin, problems);
                estate.connected.push(read);
            }
            kind if kind.ends_with("List") => {}
            kind => {
                if kind.to_ascii_lowercase().contains("vpngateway") {
                    routes::beyond(estate, value);
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

fn network(estate: &mut Estate, value: &Value, origin: Origin, problems: &mut Vec<Problem>) {
    let id = own(value);
    let peerings = list(value, "peerings").iter().map(|peering| {
        Peering {
            name: text_or_empty(peering, "name"),
            from: id.clone(),
            // Of one whose state is not shown nobody knows whether it joins the two.
            to: text(peering, "state").map(|_| link(peering, "network")).unwrap_or_default(),
            active: text(peering, "state").is_none_or(|state| state == "ACTIVE"),
            imports: flag(peering, "importCustomRoutes") == Some(true),
            exports: flag(peering, "exportCustomRoutes") == Some(true),
            imports_public: flag(peering, "importSubnetRoutesWithPublicIp"),
            exports_public: flag(peering, "exportSubnetRoutesWithPublicIp"),
            six: text(peering, "stackType").map(|word| word != "IPV4_ONLY"),
        }
    });
    let peerings: Vec<Peering> = peerings.collect();
    estate.told.settle(&id, &serde_json::json!({ "peerings": peerings }), &origin, problems);
    estate.peerings.extend(peerings);
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
    estate.told.settle(&id, &network, &network.origin, problems);
    estate.networks.insert(id, network);
}

fn services(value: &Value, key: &str, protocol: &str) -> Vec<(String, Vec<String>)> {
    list(value, key).iter().map(|held| (text_or_empty(held, protocol), texts(held, "ports"))).collect()
}

/// What of a rule an answer always shows, and this one does not.
fn lacking(of: &str, lacks: &[(&str, bool)]) -> Option<String> {
    lacks.iter().find(|(_, lacking)| *lacking).map(|(key, _)| unshown(key, of))
}

/// A rule for each way that it may be about.
fn each_way(rule: Firewall, direction: Option<&str>) -> Vec<Firewall> {
    match direction {
        Some("EGRESS") => vec![Firewall { ingress: false, ..rule }],
        Some(_) => vec![Firewall { ingress: true, ..rule }],
        None => vec![Firewall { ingress: true, ..rule.clone() }, Firewall { ingress: false, ..rule }],
    }
}

/// A rule of a network. Of one that an answer shows in part nobody knows whether it holds, and before all others it may
/// decide or not, which is what it may do in any place.
fn firewall(value: &Value) -> Vec<Firewall> {
    let action = match (is_listed(value, "denied"), is_listed(value, "allowed")) {
        (true, _) => "deny",
        (false, true) => "allow",
        (false, false) => "",
    };
    let (direction, priority) = (text(value, "direction"), number(value, "priority"));
    let none_of = |keys: &[&str]| keys.iter().all(|key| list(value, key).is_empty());
    let from = none_of(&["sourceRanges", "sourceTags", "sourceServiceAccounts"]);
    let name = text_or_empty(value, "name");
    let lacks = [
        ("allowed or denied", action.is_empty()),
        ("direction", direction.is_none()),
        ("priority", priority.is_none()),
        ("disabled", flag(value, "disabled").is_none()),
        ("network", text(value, "network").is_none()),
        ("sourceRanges", direction == Some("INGRESS") && from),
        ("destinationRanges", direction == Some("EGRESS") && none_of(&["destinationRanges"])),
    ];
    let rule = Firewall {
        doubt: lacking(&format!("rule {name}"), &lacks),
        name,
        network: link(value, "network"),
        priority: priority.unwrap_or(-1),
        action: action.into(),
        disabled: flag(value, "disabled") == Some(true),
        services: services(value, if action == "deny" { "denied" } else { "allowed" }, "IPProtocol"),
        source_ranges: texts(value, "sourceRanges"),
        destination_ranges: texts(value, "destinationRanges"),
        source_tags: texts(value, "sourceTags"),
        source_accounts: texts(value, "sourceServiceAccounts"),
        target_tags: texts(value, "targetTags"),
        target_accounts: texts(value, "targetServiceAccounts"),
        ..Firewall::default()
    };
    each_way(rule, direction)
}

/// Takes a rule; beside one that another answer gives otherwise either may hold, or neither.
fn add_firewall(estate: &mut Estate, value: &Value, origin: &Origin, problems: &mut Vec<Problem>) {
    let id = own(value);
    let differs = differs(estate, &id, value, origin, problems);
    let doubt = differs.then(|| format!("which of the two descriptions of {id} holds"));
    if let Some(doubt) = &doubt {
        let of =
            |rule: &&mut Firewall| rule.name == text_or_empty(value, "name") && rule.network == link(value, "network");
        estate.firewalls.values_mut().filter(of).for_each(|rule| rule.doubt = Some(doubt.clone()));
    }
    for rule in firewall(value) {
        let way = if rule.ingress { "in" } else { "out" };
        let again = if differs { format!(" at {} {}", origin.source, origin.locator) } else { String::new() };
        let doubt = doubt.clone().or_else(|| rule.doubt.clone());
        estate.firewalls.insert(format!("{id} {way}{again}"), Firewall { doubt, ..rule });
    }
}

/// Whether another answer says otherwise of an object.
fn differs(estate: &mut Estate, id: &str, value: &Value, origin: &Origin, problems: &mut Vec<Problem>) -> bool {
    // Rules that allow and rules that deny have no field in common that says so.
    let mut whole = value.clone();
    if let Some(object) = whole.as_object_mut() {
        object.retain(|key, _| !NEEDLESS.contains(&key.as_str()));
    }
    let whole = serde_json::json!({"what it says": whole});
    let told = estate.told.differs(id, &whole, &["what it says"], &origin.locator);
    problems.extend(told.as_ref().map(|told| told.problem(id, origin.source, &origin.locator)));
    told.is_some()
}

/// Fields that say nothing of packets, or change by themselves.
const NEEDLESS: [&str; 8] =
    ["kind", "id", "description", "creationTimestamp", "logConfig", "fingerprint", "ruleTupleCount", "routeStatus"];

/// Fields of a policy's rule that narrow it in ways that are not followed.
const SCOPES: [&str; 6] =
    ["srcNetworkScope", "srcNetworkType", "srcNetworkContext", "srcNetworks", "destNetworkScope", "destNetworkType"];

/// Fields of a policy's rule, and of whom it is about, that are followed or say nothing of packets.
const OF_RULE: [&str; 17] = [
    "kind",
    "action",
    "description",
    "direction",
    "disabled",
    "enableLogging",
    "match",
    "priority",
    "ruleName",
    "ruleTupleCount",
    "securityProfileGroup",
    "targetResources",
    "targetSecureTags",
    "targetServiceAccounts",
    "targetType",
    "tlsInspect",
    "id",
];
const OF_MATCH: [&str; 3] = ["srcIpRanges", "destIpRanges", "layer4Configs"];

/// Fields that are not known: they may narrow whom a rule is about.
fn unknown<'v>(value: &'v Value, known: &'static [&'static str]) -> impl Iterator<Item = &'v str> {
    let says = |held: &Value| !held.is_null() && held.as_array().is_none_or(|held| !held.is_empty());
    let fields = value.as_object().into_iter().flatten();
    fields.filter(move |(key, held)| says(held) && !known.contains(&key.as_str())).map(|(key, _)| key.as_str())
}

fn policy(estate: &mut Estate, value: &Value, origin: &Origin, problems: &mut Vec<Problem>) {
    let title = text(value, "shortName").or_else(|| text(value, "name")).unwrap_or_default().to_owned();
    let differs = differs(estate, &own(value), value, origin, problems);
    // Rules for load balancers are not about machines.
    let about = |rule: &&Value| text(rule, "targetType") != Some("INTERNAL_MANAGED_LB");
    let rules = list(value, "rules").iter().filter(about).flat_map(|rule| {
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
            .chain(unknown(rule, &OF_RULE))
            .chain(unknown(held, &OF_MATCH).filter(|key| !open.contains(key) && !SCOPES.contains(key)))
            .chain(text(rule, "targetType").filter(|word| *word != "INSTANCES").map(|_| "targetType"))
            .map(|key| format!("{key} of a rule of {}", text_or_empty(value, "name")))
            .next();
        let (direction, priority) = (text(rule, "direction"), number(rule, "priority"));
        let lacks = [
            ("action", text(rule, "action").is_none()),
            ("direction", direction.is_none()),
            ("priority", priority.is_none()),
            ("match", !is_given(rule, "match")),
            ("layer4Configs", !is_listed(held, "layer4Configs")),
        ];
        let doubt = lacking(&format!("a rule of {title}"), &lacks).or(doubt);
        let rule = Firewall {
            name,
            priority: priority.unwrap_or(-1),
            action: text_or_empty(rule, "action"),
            disabled: flag(rule, "disabled") == Some(true),
            services: services(held, "layer4Configs", "ipProtocol"),
            source_ranges: texts(held, "srcIpRanges"),
            destination_ranges: texts(held, "destIpRanges"),
            target_accounts: texts(rule, "targetServiceAccounts"),
            target_networks: texts(rule, "targetResources").iter().map(|link| short(link)).collect(),
            doubt,
            ..Firewall::default()
        };
        each_way(rule, direction)
    });
    let mut rules: Vec<Firewall> = rules.collect();
    if !is_listed(value, "rules") {
        rules.extend(Firewall::unseen(&unshown("rules", &title)));
    }
    if differs {
        let doubt = format!("which of the two descriptions of {title} holds");
        let before = estate.policies.get_mut(&own(value)).map(|held| std::mem::take(&mut held.rules));
        rules.extend(before.into_iter().flatten());
        rules.iter_mut().for_each(|rule| rule.doubt = Some(doubt.clone()));
    }
    let associations = list(value, "associations");
    let targets = |word: &'static str| {
        associations.iter().filter(move |held| text(held, "attachmentTarget").is_some_and(|to| to.contains(word)))
    };
    let above: Vec<String> = associations.iter().filter_map(|held| node(text(held, "attachmentTarget")?)).collect();
    let whole = targets("organizations/").next().is_some();
    let networks = associations.iter().map(|held| link(held, "attachmentTarget")).collect();
    let parent = text(value, "parent").unwrap_or_default();
    let hierarchical = parent.starts_with("organizations/") || parent.starts_with("folders/") || !above.is_empty();
    if hierarchical {
        estate.listed.saw_above();
    }
    if hierarchical && is_given(value, "associations") && above.is_empty() {
        // It is associated with nothing, and holds nowhere.
        return;
    }
    let hierarchical = hierarchical.then_some(u8::from(!whole));
    let regional = text(value, "region").map(|_| last(value, "region"));
    let policy = FirewallPolicy { name: title, rules, networks, anywhere: false, hierarchical, above, regional };
    estate.policies.insert(own(value), policy);
}

/// The organisation or folder that a link or a name is of, as `folders/NUMBER`.
fn node(link: &str) -> Option<String> {
    let at = ["organizations/", "folders/"].iter().find_map(|word| link.rfind(word))?;
    Some(link[at..].to_owned())
}

/// What `gcloud projects get-ancestors` answers with: a project, and what it is in from the inside out.
fn ancestors(document: &Value) -> Option<(&str, Vec<String>)> {
    let mut each = document.as_array()?.iter().map(|held| Some((text(held, "type")?, text(held, "id")?)));
    let (_, project) = each.next()?.filter(|(kind, _)| *kind == "project")?;
    let above = each.map(|held| {
        let (kind, id) = held?;
        Some(format!("{kind}s/{id}"))
    });
    // One that does not end in an organisation is not whole.
    let above: Vec<String> = above.collect::<Option<_>>()?;
    above.last().is_some_and(|last| last.starts_with("organizations/")).then_some((project, above))
}

fn ancestry(estate: &mut Estate, document: &Value) -> bool {
    let found = ancestors(document).map(|(project, above)| (project.to_owned(), above));
    let is_one = found.is_some();
    estate.ancestors.extend(found);
    is_one
}
