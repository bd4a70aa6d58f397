//! What has network interfaces: machines' own, and those that a scale set describes.

use serde_json::Value;

use super::{is_untold_at, may_be, parent, properties, reference, references, subscription};
use crate::model::Problem;
use crate::model::address::AddressRange;
use crate::model::azure::estate::{Connection, Estate, Interface, InterfacePlace};
use crate::model::form::Origin;
use crate::model::json::{list, tags, text};

/// Fields by which an interface names what it is a target of: `BALANCER/backendAddressPools/NAME`.
const BEHIND: [&str; 3] =
    ["loadBalancerBackendAddressPools", "loadBalancerInboundNatRules", "applicationGatewayBackendAddressPools"];

/// The interfaces of a scale set: as many as it has machines, wherever in their subnets.
pub(super) fn scale_set(
    estate: &mut Estate,
    value: &Value,
    own: &str,
    name: &str,
    origin: &Origin,
    problems: &mut Vec<Problem>,
) {
    let held = properties(value);
    let profile = held.pointer("/virtualMachineProfile/networkProfile").unwrap_or(&Value::Null);
    for (index, one) in list(profile, "networkInterfaceConfigurations").iter().enumerate() {
        let of = properties(one);
        let configurations: Vec<&Value> = list(of, "ipConfigurations").iter().map(properties).collect();
        let public = |of: &Value| {
            let given = of.get("publicIPAddressConfiguration").is_some_and(|held| held.is_object() || held.is_string());
            given.then(|| format!("public address of {own}"))
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
            pools: BEHIND.iter().flat_map(|key| all(key)).collect(),
            forwards: may_be(of, "enableIPForwarding"),
            template: true,
            // Those that a flexible set makes have the ways out that somebody gives them, and no other.
            unlent: text(held, "orchestrationMode").is_some_and(|word| word.eq_ignore_ascii_case("flexible")),
            tags: tags(value.get("tags")),
            origin: origin.clone(),
            ..Interface::default()
        };
        estate.told.settle(&id, &read, origin, problems);
        estate.interfaces.insert(id, read);
    }
}

pub(super) fn interface(
    estate: &mut Estate,
    value: &Value,
    own: String,
    name: String,
    origin: Origin,
    problems: &mut Vec<Problem>,
) {
    let held = properties(value);
    let (mut places, mut groups, mut pools, mut open_groups) = (Vec::new(), Vec::new(), Vec::new(), false);
    for configuration in list(held, "ipConfigurations") {
        let of = properties(configuration);
        pools.extend(BEHIND.iter().flat_map(|key| references(of, key)));
        groups.extend(references(of, "applicationSecurityGroups"));
        open_groups |= is_untold_at(of, "applicationSecurityGroups");
        places.push(InterfacePlace {
            subnet: reference(of, "subnet").unwrap_or_default(),
            address: text(of, "privateIPAddress").and_then(AddressRange::parse),
            public: reference(of, "publicIPAddress"),
        });
    }
    groups.sort_unstable();
    groups.dedup();
    let read = Interface {
        name,
        owner: subscription(&own),
        group: reference(held, "networkSecurityGroup"),
        forwards: may_be(held, "enableIPForwarding"),
        places,
        application_groups: groups,
        behind: pools.iter().map(|part: &String| parent(part)).collect(),
        pools,
        open_groups,
        private_endpoint: held.get("privateEndpoint").is_some_and(Value::is_object),
        tags: tags(value.get("tags")),
        origin,
        ..Interface::default()
    };
    estate.told.settle(&own, &read, &read.origin, problems);
    // One of a service of the platform tells which part of it; where its endpoint is not in the input that is all.
    let part = list(held, "ipConfigurations")
        .iter()
        .filter_map(|held| properties(held).get("privateLinkConnectionProperties"))
        .find_map(|held| text(held, "groupId"));
    if let Some(part) = part.filter(|_| read.private_endpoint) {
        let connection = || Connection { to: format!("{part} of a service of the platform"), refused: false };
        estate.endpoints.entry(own.clone()).or_insert_with(connection);
    }
    estate.interfaces.insert(own, read);
}
