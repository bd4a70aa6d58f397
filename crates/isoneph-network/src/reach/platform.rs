//! What the platform keeps for itself in every network.

use super::walk::Walker;
use crate::model::address::{AddressRange, Family};
use crate::model::form::{NetworkId, Platform};

impl Walker<'_> {
    /// Services of the platform that no group, list or route covers.
    pub(super) fn unfiltered(&self, network: NetworkId, destination: AddressRange) -> Option<String> {
        let network = &self.model.parts.networks[network];
        let named: &[(&str, &str)] = match network.platform {
            Platform::Aws => &[
                ("169.254.169.254", "instance metadata"),
                ("169.254.169.253", "Amazon DNS"),
                ("169.254.169.123", "time synchronisation"),
                ("169.254.169.250/31", "license activation"),
                ("169.254.170.2", "task metadata"),
                ("fd00:ec2::254", "instance metadata"),
                ("fd00:ec2::253", "Amazon DNS"),
                ("fd00:ec2::123", "time synchronisation"),
            ],
            Platform::Azure => &[
                ("168.63.129.16", "Azure platform address"),
                ("fe80::1234:5678:9abc", "Azure platform address"),
                ("169.254.169.254", "instance metadata"),
            ],
            Platform::Google => &[("169.254.169.254", "metadata server")],
            Platform::Kubernetes => &[],
        };
        let found =
            named.iter().find(|(text, _)| AddressRange::parse(text).is_some_and(|held| held.covers(destination)));
        if let Some((_, name)) = found {
            return Some((*name).to_owned());
        }
        if network.platform == Platform::Aws {
            // The resolver answers at the second address of each block of the network.
            let resolver = |range: &AddressRange| AddressRange::number(range.family, range.low.saturating_add(2));
            let own = network.ranges.ranges().iter().filter(|range| range.family == Family::V4);
            return own.map(resolver).any(|held| held == destination).then(|| "Amazon DNS".to_owned());
        }
        None
    }
}
