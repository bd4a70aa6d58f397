//! Service endpoints of a subnet: routes of the platform's own to the addresses of its services, which come before users'.

use super::estate::Subnet as EstateSubnet;
use crate::model::address::{AddressRange, Family, private_blocks};
use crate::model::form::{Route, Target};

/// The ways to services past a subnet's `routes`. Which addresses they have, no input shows. Where all that is public goes out to
/// the internet anyway they change nothing that is asked.
pub(super) fn routes(subnet: &EstateSubnet, routes: &[Route]) -> Vec<Route> {
    if subnet.services.is_empty() {
        return Vec::new();
    }
    let mut taken = private_blocks();
    if !subnet.private {
        taken.extend(led_out(routes));
    }
    let name = subnet.services.join(", ");
    let route = |destination| Route {
        destination,
        unknown: Some(format!("the addresses of {name}")),
        target: Target::Service { name: name.clone() },
        rank: 0,
    };
    AddressRange::whole(Family::V4).minus(&taken).into_iter().map(route).collect()
}

/// The addresses that routes surely lead out to the internet.
fn led_out(routes: &[Route]) -> Vec<AddressRange> {
    let mut sure: Vec<&Route> = routes.iter().filter(|route| route.unknown.is_none()).collect();
    sure.sort_by_key(|route| (route.destination.span(), route.rank));
    let (mut taken, mut out): (Vec<AddressRange>, Vec<AddressRange>) = (Vec::new(), Vec::new());
    for route in sure {
        if matches!(route.target, Target::Internet { .. }) {
            out.extend(route.destination.minus(&taken));
        }
        taken.push(route.destination);
    }
    out
}
