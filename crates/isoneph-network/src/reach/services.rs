//! What is sent to a cluster's service: it goes to one of the pods behind it, at the port that the service's leads to there.
//!
//! Policies are asked about pods, as plugins that rewrite the address before them do. Whether blocks of addresses see the
//! service's own address Kubernetes leaves to the plugin.

use std::rc::Rc;

use super::connection::Connection;
use super::expect::{Answer, Asked, Questions, Word};
use super::join::join;
use super::path::Passage;
use super::refer::{Goals, Party, Unreferred};
use super::walk::Start;
use crate::model::Model;
use crate::model::address::AddressRange;
use crate::model::form::{EndpointId, Entry, Service, ServicePort, ServiceTarget};
use crate::model::policy::{Action, Side, View};
use crate::model::traffic::{Parcel, Traffic, TrafficBox, protocol_name};

/// Who sends.
struct Sender<'s> {
    starts: &'s [Vec<Start>],
    outside: bool,
    /// Whether an address of the outside is asked for.
    at_outside: bool,
}

/// What passes to a port of a service, as packets to that port.
#[derive(Default)]
struct Led {
    passage: Option<Passage>,
    /// (the pods' port, what was followed to them), for explanations.
    told: Vec<(u16, Vec<Rc<Connection>>)>,
    doubts: Vec<String>,
    /// Whether the pods themselves do not surely take it, or some do not.
    barred: bool,
    /// Why it leads to nobody.
    nobody: Option<String>,
}

/// The ports that nodes keep for services, where a service does not choose one.
const NODE_PORTS: (u16, u16) = (30_000, 32_767);

impl Questions<'_> {
    /// What a service does to a flow.
    pub(super) fn to_service(&mut self, src: &str, dst: &str, asked: &Asked) -> Result<Word, Unreferred> {
        let model = self.model();
        let services: Vec<&Service> = model.services(dst);
        let party = Party::find(model, src)?;
        let starts = party.starts(model)?;
        if let Some(object) = services.iter().find_map(|service| service.open.clone()) {
            return Ok(Word::open(object));
        }
        if services.iter().any(|service| service.direct) {
            return Ok(Word::open(format!("which service is called {dst}: several are")));
        }
        let address = AddressRange::parse(dst).filter(|range| range.single().is_some());
        let at_outside = address.is_some_and(|held| services.iter().any(|service| service.outside.contains(&held)));
        let sender = Sender { starts: &starts, outside: party.is_outside(), at_outside };
        // An address that several share is theirs by ports; of a name nobody knows which is meant.
        let joint = if address.is_some() { Passage::or } else { Passage::either };
        let mut sum: Option<Passage> = None;
        let mut ports: Vec<((u16, u16), u8, Led)> = Vec::new();
        for service in &services {
            let mut own = Passage::none();
            for port in &service.ports {
                let led = self.to_port(service, port, &sender);
                own = own.or(led.passage.as_ref().unwrap_or(&Passage::none()));
                ports.push((asked_at(service, port, &sender), port.protocol, led));
            }
            sum = Some(sum.map_or_else(|| own.clone(), |held| joint(&held, &own)));
        }
        let sum = sum.unwrap_or_else(Passage::none);
        let (answer, parcel) = asked.answer(&sum);
        if let Some(only) = asked.only(answer, &sum) {
            return Ok(Word::open(only));
        }
        let Some(parcel) = parcel else {
            return Ok(Word { answer, why: Vec::new(), one_way: false, path: Vec::new() });
        };
        let is_it = |((first, last), protocol, _): &&((u16, u16), u8, Led)| {
            *protocol == parcel.protocol && (*first..=*last).contains(&parcel.destination)
        };
        Ok(match ports.iter().find(is_it) {
            Some((_, _, led)) => self.explained(answer, led, parcel),
            None => Word { answer, one_way: false, why: vec![no_port(&services, parcel, &sender)], path: Vec::new() },
        })
    }

    /// Why an answer about a port is what it is, by the way to one of the pods: one that says why, where some do.
    fn explained(&self, answer: Answer, led: &Led, parcel: Parcel) -> Word {
        let way =
            |(at, told): &(u16, Vec<Rc<Connection>>)| self.because(answer, told, Parcel { destination: *at, ..parcel });
        let mut words: Vec<Word> = led.told.iter().map(way).collect();
        words.sort_by_key(|word| word.why.is_empty());
        let first = words.into_iter().next();
        let mut word = first.unwrap_or_else(|| Word { answer, why: Vec::new(), one_way: false, path: Vec::new() });
        if answer == Answer::Undecided {
            // Where the pods surely take it, what is open is of the service alone.
            if !led.barred && !led.doubts.is_empty() {
                word.why.clear();
            }
            word.why.extend(led.doubts.iter().cloned());
        }
        word.why.extend(led.nobody.clone());
        word
    }

    /// What passes to one port: to any of those behind it, of which nobody knows which one it is.
    fn to_port(&mut self, service: &Service, port: &ServicePort, sender: &Sender<'_>) -> Led {
        let mut out = Led::default();
        let asked = asked_at(service, port, sender);
        let own = Traffic::ports(port.protocol, asked.0, asked.1);
        if port.targets.is_empty() {
            out.nobody = Some(format!("no pod behind service {} has the port that it names", service.name));
        } else if !port.targets.iter().any(|target| target.sure) {
            out.doubts.push(format!("whether any pod is behind service {}", service.name));
        }
        for target in &port.targets {
            let Some(at) = target.port else {
                out.doubts.push(format!("the port of {} that service {} names", self.name(target), service.name));
                out.add(Passage { may: own.clone(), must: Traffic::none() });
                continue;
            };
            let Some((passage, told)) = self.to_target(sender, target) else {
                out.add(Passage::none());
                continue;
            };
            let mut moved = Passage {
                may: moved(&passage.may, (port.protocol, at), asked),
                must: moved(&passage.must, (port.protocol, at), asked),
            };
            out.barred |= moved.must.is_empty();
            if let Some(doubt) = self.doubt(service, (port, target, at), sender, &moved) {
                (moved.may, moved.must) = (own.clone(), Traffic::none());
                out.doubts.extend((!out.doubts.contains(&doubt)).then_some(doubt));
            }
            out.told.push((at, told));
            out.add(moved);
        }
        if let (Some(passage), false) = (&mut out.passage, out.doubts.is_empty()) {
            passage.must = Traffic::none();
        }
        out
    }

    fn name(&self, target: &ServiceTarget) -> String {
        self.model().parts.endpoints[target.endpoint].name.clone()
    }

    fn to_target(&mut self, sender: &Sender<'_>, target: &ServiceTarget) -> Option<(Passage, Vec<Rc<Connection>>)> {
        let goals = goals(self.model(), &[target.endpoint], sender.outside).ok()?;
        let joined = join(self, sender.starts, &goals, Passage::or)?;
        Some((joined.connects, joined.told))
    }

    /// Why nobody knows whether a connection to a service passes as one to the pod does.
    fn doubt(
        &self,
        service: &Service,
        (port, target, at): (&ServicePort, &ServiceTarget, u16),
        sender: &Sender<'_>,
        found: &Passage,
    ) -> Option<String> {
        let (model, name) = (self.model(), &service.name);
        let surely = !found.must.is_empty();
        if sender.outside {
            return surely.then(|| doubt_outside(service, port)).flatten();
        }
        if service.keeps_to_node && !sender.at_outside && surely {
            return Some(format!("whether a pod of service {name}, which keeps to it, is on the sender's node"));
        }
        if sender.at_outside && surely && !model.parts.endpoints[target.endpoint].inbound.is_empty() {
            return Some(format!("whether what pods send to service {name} from inside comes by a node, in its name"));
        }
        let seen = Traffic::ports(port.protocol, at, at).or(&Traffic::ports(port.protocol, port.port, port.port));
        let sees_it = sender.starts.iter().flatten().any(|start| match start {
            Start::Endpoint(id, place) => {
                let near = model.parts.endpoints[*id].places[*place].inside;
                let far = model.parts.endpoints[target.endpoint].places.iter().map(|place| place.inside);
                let far: Vec<_> = far.filter(|far| far.family == near.family).collect();
                sees_address(model, (*id, near), service, (target.endpoint, &far), &seen, surely)
            }
            Start::Outside(_) => false,
        });
        sees_it.then(|| {
            format!("whether a block of addresses sees that of service {name}, which is left to the network plugin")
        })
    }
}

/// The ports at which a sender asks for one of a service: its own, or from outside the one that nodes keep for it.
fn asked_at(service: &Service, port: &ServicePort, sender: &Sender<'_>) -> (u16, u16) {
    match service.entry {
        Entry::Nodes if sender.outside => port.node.map_or(NODE_PORTS, |port| (port, port)),
        _ => (port.port, port.port),
    }
}

/// Why nobody knows whether what comes from outside reaches a service, though its pods would take it.
fn doubt_outside(service: &Service, port: &ServicePort) -> Option<String> {
    let name = &service.name;
    match service.entry {
        Entry::Own if service.restricted => {
            Some(format!("from whom the load balancer of service {name} takes connections"))
        }
        Entry::Own => None,
        Entry::Nodes => port.node.is_none().then(|| format!("which port of the nodes service {name} is given")),
        Entry::Nowhere => Some(format!("whether anybody outside reaches service {name}, which has no address there")),
    }
}

/// That a service does not have the port that is asked for.
fn no_port(services: &[&Service], parcel: Parcel, sender: &Sender<'_>) -> String {
    let names = services.iter().map(|service| service.name.as_str()).collect::<Vec<_>>().join(", ");
    let port = format!("{}/{}", protocol_name(parcel.protocol), parcel.destination);
    if sender.outside && services.iter().all(|service| service.entry == Entry::Nodes) {
        return format!("the nodes keep no port {port} for service {names}, which the outside reaches by them alone");
    }
    format!("service {names} has no port {port}")
}

/// Whether a sender's blocks of addresses say otherwise of a service's address than of the pod's.
fn sees_address(
    model: &Model,
    (id, near): (EndpointId, AddressRange),
    service: &Service,
    (target, far): (EndpointId, &[AddressRange]),
    seen: &Traffic,
    surely: bool,
) -> bool {
    let outbound = &model.parts.endpoints[id].outbound;
    let policies = || outbound.iter().map(|policy| &model.parts.policies[*policy]);
    let local = Side { range: near, endpoint: Some(id) };
    let may = |remote: Side| {
        policies().all(|policy| {
            let ports = &model.parts.endpoints[target].ports;
            !policy.evaluate(&View { local, remote, ports }).may_permit.and(seen).is_empty()
        })
    };
    let own = || service.inside.iter().filter(|range| range.family == near.family);
    let rules = || policies().flat_map(|policy| &policy.tiers).flat_map(|tier| &tier.rules);
    let blocks = |action: Action| {
        let rules = rules().filter(move |rule| rule.action == action);
        rules.flat_map(|rule| rule.peers.addresses.ranges())
    };
    if surely {
        return blocks(Action::Deny).any(|range| own().any(|held| held.meets(*range)));
    }
    // Where pods are told by their labels alone, the address of the service is nothing to a policy.
    let by_block = blocks(Action::Permit).any(|range| own().any(|held| held.meets(*range)))
        || blocks(Action::Deny).any(|range| far.iter().any(|held| held.meets(*range)));
    if !by_block {
        return false;
    }
    let to_pod = far.iter().any(|range| may(Side { range: *range, endpoint: Some(target) }));
    !to_pod && own().any(|range| may(Side { range: *range, endpoint: None }))
}

impl Led {
    fn add(&mut self, more: Passage) {
        self.passage = Some(match self.passage.take() {
            None => more,
            Some(held) => held.either(&more),
        });
    }
}

/// The goals that some endpoints are.
fn goals(model: &Model, endpoints: &[EndpointId], outside: bool) -> Result<Goals, Unreferred> {
    Party::Endpoints(endpoints.to_vec()).goals(model, outside)
}

/// Packets to a port of a pod, as packets to that of the service.
fn moved(set: &Traffic, (protocol, from): (u8, u16), to: (u16, u16)) -> Traffic {
    let pieces = set.and(&Traffic::ports(protocol, from, from)).boxes();
    let pieces = pieces.into_iter().map(|piece| Traffic::of(TrafficBox { destination: to, ..piece }));
    pieces.fold(Traffic::none(), |sum, more| sum.or(&more))
}
