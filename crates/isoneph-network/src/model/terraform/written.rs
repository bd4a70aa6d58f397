//! Identifiers that a plan writes out though what has them is only to be made: people put them together from names. What is made
//! under these names may be what is meant; that it is, a plan does not show, for the same names may stand in another subscription.

use super::{Document, Ids, Resource};
use crate::model::json::text;

/// The last kind in an identifier of ARM, and the kind of the resource that makes such.
const KINDS: [(&str, &str); 12] = [
    ("applicationsecuritygroups", "azurerm_application_security_group"),
    ("backendaddresspools", "azurerm_lb_backend_address_pool"),
    ("inboundnatrules", "azurerm_lb_nat_rule"),
    ("loadbalancers", "azurerm_lb"),
    ("natgateways", "azurerm_nat_gateway"),
    ("networkinterfaces", "azurerm_network_interface"),
    ("networksecuritygroups", "azurerm_network_security_group"),
    ("publicipaddresses", "azurerm_public_ip"),
    ("publicipprefixes", "azurerm_public_ip_prefix"),
    ("routetables", "azurerm_route_table"),
    ("subnets", "azurerm_subnet"),
    ("virtualnetworks", "azurerm_virtual_network"),
];

impl Document {
    /// Takes an identifier as it is written, or what is to be made under its names.
    pub(super) fn add_written(&self, held: &str, out: &mut Ids) {
        let may = self.made_under(held);
        if may.is_empty() {
            out.found.push(held.to_owned());
        } else {
            out.choice = true;
            out.found.extend(may);
        }
    }

    /// Resources without an identifier yet whose names are those in an identifier of ARM.
    fn made_under(&self, held: &str) -> Vec<String> {
        let held = held.to_lowercase();
        if !held.starts_with("/subscriptions/") || self.is_known(&held) {
            return Vec::new();
        }
        let parts: Vec<&str> = held.split('/').collect();
        let [.., kind, name] = parts[..] else { return Vec::new() };
        let Some((_, kind)) = KINDS.iter().find(|(of, _)| *of == kind) else { return Vec::new() };
        let after = |word: &str| parts.iter().position(|part| *part == word).and_then(|at| parts.get(at + 1)).copied();
        let (group, network) = (after("resourcegroups"), after("virtualnetworks"));
        let says = |resource: &Resource, key: &str, wanted: Option<&str>| {
            let own = text(&resource.values, key);
            own.zip(wanted).is_none_or(|(own, wanted)| own.eq_ignore_ascii_case(wanted))
        };
        let fits = |resource: &&Resource| {
            resource.kind == *kind
                && resource.is_managed()
                && text(&resource.values, "id").is_none()
                && says(resource, "name", Some(name))
                && says(resource, "resource_group_name", group)
                && says(resource, "virtual_network_name", network)
        };
        self.resources.iter().filter(fits).map(Resource::identity).collect()
    }

    /// Whether something of the document has the identifier already.
    fn is_known(&self, held: &str) -> bool {
        self.resources
            .iter()
            .any(|resource| text(&resource.values, "id").is_some_and(|id| id.eq_ignore_ascii_case(held)))
    }
}
