//! Routes, and routers with Cloud NAT and what they learn.

use serde_json::Value;

use super::super::estate::{Estate, Nat, NextHop, Route};
use super::super::outbound::takes_first;
use super::super::reading::short;
use super::{differs, last, link, own};
use crate::model::Problem;
use crate::model::address::AddressRange;
use crate::model::form::Origin;
use crate::model::json::{list, number, text, text_or_empty, texts};

/// What a gateway or a router learns at run time stands in no list of routes.
pub(super) fn beyond(estate: &mut Estate, value: &Value) {
    let route = Route::unseen(link(value, "network"), &text_or_empty(value, "name"));
    estate.routes.insert(format!("routes of {}", own(value)), route);
}

pub(super) fn router(estate: &mut Estate, value: &Value, origin: &Origin, problems: &mut Vec<Problem>) {
    // A private one leads to other networks, and nowhere else.
    let held = list(value, "nats").iter().filter(|nat| text(nat, "type") != Some("PRIVATE"));
    let (told, unclear): (Vec<&Value>, Vec<&Value>) = held.partition(|nat| is_told(nat));
    let nats: Vec<Nat> = told.into_iter().map(|nat| nat_of(nat, value)).collect();
    for nat in unclear {
        let name = format!("Cloud NAT {}", text_or_empty(nat, "name"));
        let route = Route::unseen(link(value, "network"), &name);
        estate.routes.insert(format!("{name} of {}", own(value)), route);
    }
    let speaks = !list(value, "bgpPeers").is_empty();
    estate.told.settle(&own(value), &serde_json::json!({ "nats": nats, "bgpPeers": speaks }), origin, problems);
    estate.nats.extend(nats);
    if speaks {
        beyond(estate, value);
    }
}

/// Whether it is told which subnets a gateway lets out, all of them by the addresses that machines have first.
fn is_told(nat: &Value) -> bool {
    let named = list(nat, "subnetworks");
    match text(nat, "sourceSubnetworkIpRangesToNat") {
        Some("LIST_OF_SUBNETWORKS") => {
            !named.is_empty() && named.iter().all(|held| takes_first(&texts(held, "sourceIpRangesToNat")))
        }
        word => word.is_some(),
    }
}

fn nat_of(nat: &Value, router: &Value) -> Nat {
    let all = text(nat, "sourceSubnetworkIpRangesToNat").is_none_or(|word| word != "LIST_OF_SUBNETWORKS");
    let named = list(nat, "subnetworks").iter().filter(|_| !all);
    Nat {
        name: text_or_empty(nat, "name"),
        network: link(router, "network"),
        region: last(router, "region"),
        subnets: named.map(|held| link(held, "name")).collect(),
        public: Vec::new(),
    }
}

pub(super) fn route(estate: &mut Estate, value: &Value, origin: &Origin, problems: &mut Vec<Problem>) {
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
    let id = own(value);
    let (name, network) = (text_or_empty(value, "name"), link(value, "network"));
    let differs = differs(estate, &id, value, origin, problems);
    let priority = number(value, "priority").filter(|_| !differs && !network.is_empty());
    let Some(priority) = priority else {
        // Where it stands among others, or of which network it is, is not shown.
        estate.routes.insert(id, Route::unseen(network, &format!("route {name}")));
        return;
    };
    let range = text(value, "destRange").and_then(AddressRange::parse);
    estate.routes.insert(id, Route { name, network, range, priority, tags: texts(value, "tags"), next });
}
