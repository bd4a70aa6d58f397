//! Finds what a person means by `web-1`, `shop/cart[Deployment]`, `10.1.2.3`, `eni-0ab…`, `10.0.0.0/8` or `internet`.

use serde::Serialize;

use super::links::through;
use super::walk::{Goal, Start};
use crate::model::address::{AddressRange, Family, Meeting, is_private, private_blocks};
use crate::model::form::{EndpointId, Network, NetworkId, Platform};
use crate::model::{Model, Spot};

/// Why a name means nothing in the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
pub enum Unreferred {
    /// Neither a name nor an address.
    #[error("nothing in the model is called {0:?}")]
    Unknown(String),
    /// A name of something whose network the input does not show.
    #[error("{0:?} is in the input, and the network that it stands in is not: nothing is said of it")]
    Unplaced(String),
    /// An address of a network all of whose interfaces are listed, and none has it.
    #[error("nothing in {network} has the address {address}")]
    Vacant {
        /// The address.
        address: String,
        /// The network.
        network: String,
    },
    /// An address of a network that does not show all its interfaces, and none that it shows surely has it.
    #[error(
        "who has the address {address} is not known: {network} does not show all its interfaces with their addresses"
    )]
    Unlisted {
        /// The address.
        address: String,
        /// The network.
        network: String,
    },
    /// A private address that no network of the model holds.
    #[error("no network of the model holds the address {0}")]
    Elsewhere(String),
    /// A service, which is nobody by itself.
    #[error(
        "{0:?} is a service of a cluster, and no party by itself: `network test` follows what is sent to it to its pods"
    )]
    Service(String),
    /// Neither end is of the model.
    #[error("neither end is in a network of the model: what passes between two parties outside is not shown")]
    BothOutside,
}

/// One end of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// Endpoints by name; more than one where a name is shared.
    Endpoints(Vec<EndpointId>),
    /// An address or range inside, or a public one of an endpoint: whoever has it.
    Address(AddressRange),
    /// Somebody outside every network, with an address of these ranges.
    Outside(Vec<AddressRange>),
}

/// The internet's addresses: all but those it does not route, and those the model's endpoints hold.
#[must_use]
pub fn internet(model: &Model) -> Vec<AddressRange> {
    let mut taken = private_blocks();
    // The last is Azure's own, which its machines alone reach and hear.
    let unrouted = ["0.0.0.0/8", "224.0.0.0/3", "::/8", "ff00::/8", "168.63.129.16/32"];
    taken.extend(unrouted.iter().filter_map(|text| AddressRange::parse(text)));
    for endpoint in &model.parts.endpoints {
        for place in &endpoint.places {
            taken.extend(place.public.filter(|public| public.single().is_some()));
            taken
                .extend((place.inside.family == Family::V6 && place.inside.single().is_some()).then_some(place.inside));
        }
    }
    [Family::V4, Family::V6].into_iter().flat_map(|family| AddressRange::whole(family).minus(&taken)).collect()
}

/// Whether a word means the world outside.
pub(crate) fn is_outside(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "internet" | "external" | "world" | "any" | "outside")
}

impl Party {
    /// Finds who is meant.
    ///
    /// # Errors
    /// Where nothing of the model is meant.
    pub fn find(model: &Model, text: &str) -> Result<Self, Unreferred> {
        let text = text.trim();
        if !model.services(text).is_empty() {
            return Err(Unreferred::Service(text.to_owned()));
        }
        // `NAME[Kind]` is tried as written first, then as the name alone.
        let bare = text.strip_suffix(']').and_then(|text| text.rsplit_once('[')).map_or(text, |(name, _)| name);
        for name in [text, bare] {
            let found = model.index().named(name);
            if !found.is_empty() {
                return Ok(Self::Endpoints(found.to_vec()));
            }
        }
        let plain = text.strip_suffix("[External]").unwrap_or(text);
        if is_outside(plain) {
            return Ok(Self::Outside(internet(model)));
        }
        let unknown = || match model.unsupported.iter().any(|held| held.is_unplaced(bare)) {
            true => Unreferred::Unplaced(text.into()),
            false => Unreferred::Unknown(text.into()),
        };
        let range = AddressRange::parse(plain).ok_or_else(unknown)?;
        Ok(Self::of_range(model, range))
    }

    fn of_range(model: &Model, range: AddressRange) -> Self {
        let held = !model.index().anywhere(&model.parts, range).is_empty();
        let inside = model.parts.networks.iter().any(|network| network.ranges.meeting(range) == Meeting::Within);
        let released = model.parts.released.iter().any(|(address, _)| address.covers(range));
        let whole = range == AddressRange::whole(range.family);
        // Beside a cluster stand networks with private addresses that no manifest shows.
        let beside = model.parts.networks.iter().any(|network| network.flat);
        if (held || inside || released || (is_private(range) && !beside)) && !whole {
            Self::Address(range)
        } else {
            Self::Outside(vec![range])
        }
    }

    /// Whether it is somebody outside every network.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Outside(_))
    }

    /// The starts it stands for: alternatives, of which each inner list is one party with several addresses.
    ///
    /// # Errors
    /// Where nobody of the model has the address.
    pub fn starts(&self, model: &Model) -> Result<Vec<Vec<Start>>, Unreferred> {
        let places = |endpoint: EndpointId| -> Vec<Start> {
            (0..model.parts.endpoints[endpoint].places.len()).map(|place| Start::Endpoint(endpoint, place)).collect()
        };
        match self {
            Self::Endpoints(endpoints) => {
                let all = machines(model, endpoints).into_iter();
                Ok(all.map(|own| own.into_iter().flat_map(places).collect()).collect())
            }
            Self::Outside(ranges) => Ok(vec![ranges.iter().map(|range| Start::Outside(*range)).collect()]),
            Self::Address(range) => {
                let found = model.index().anywhere(&model.parts, *range);
                if found.is_empty() {
                    return Err(vacancy(model, *range));
                }
                Ok(found.into_iter().map(|(endpoint, place)| vec![Start::Endpoint(endpoint, place)]).collect())
            }
        }
    }

    /// The goals it stands for to a sender outside every network or inside one, each with the address asked: alternatives,
    /// of which each inner list is one party.
    ///
    /// # Errors
    /// Where a sender outside asks for somebody outside, or for an address of which nobody is known.
    pub fn goals(&self, model: &Model, outside: bool) -> Result<Goals, Unreferred> {
        match self {
            Self::Endpoints(endpoints) => {
                let places = |endpoint: EndpointId| 0..model.parts.endpoints[endpoint].places.len();
                let one = |endpoint: EndpointId| {
                    let own = places(endpoint).flat_map(move |place| asked_at(model, (endpoint, place), outside));
                    own.chain(through(model, endpoint, outside))
                };
                let all = machines(model, endpoints).into_iter();
                Ok(all.map(|own| own.into_iter().flat_map(one).collect()).collect())
            }
            Self::Address(range) if outside => held_from_outside(model, *range),
            Self::Address(range) => Ok(vec![vec![(Goal::Anybody, *range)]]),
            Self::Outside(_) if outside => Err(Unreferred::BothOutside),
            Self::Outside(ranges) => Ok(vec![ranges.iter().map(|range| (Goal::Outside, *range)).collect()]),
        }
    }

    /// Where a sender starts, and for what it asks.
    ///
    /// # Errors
    /// Where nobody of the model has an address, or neither is of the model.
    pub fn asked_by(&self, model: &Model, sender: &Self) -> Result<(Vec<Vec<Start>>, Goals), Unreferred> {
        match sender.starts(model) {
            Err(Unreferred::Elsewhere(address)) => self.asked_from_elsewhere(model, sender, address),
            starts => Ok((starts?, self.goals(model, sender.is_outside())?)),
        }
    }

    /// The starts and goals of a sender with a private address that no network holds, who may stand behind a gateway or nowhere:
    /// what the receiver's own policies deny to anybody, they deny to it.
    ///
    /// # Errors
    /// Where nobody of the model receives.
    fn asked_from_elsewhere(
        &self,
        model: &Model,
        sender: &Self,
        address: String,
    ) -> Result<(Vec<Vec<Start>>, Goals), Unreferred> {
        let goals = match self {
            Self::Endpoints(_) => self.goals(model, false)?,
            Self::Address(range) => {
                let held = model.index().anywhere(&model.parts, *range).into_iter();
                let inside = |(endpoint, place): Spot| model.parts.endpoints[endpoint].places[place].inside;
                held.map(|spot| vec![(Goal::Endpoint(spot.0, spot.1), inside(spot))]).collect()
            }
            Self::Outside(_) => Vec::new(),
        };
        match sender {
            Self::Address(range) if !goals.is_empty() => Ok((vec![vec![Start::Outside(*range)]], goals)),
            _ => Err(Unreferred::Elsewhere(address)),
        }
    }
}

/// Endpoints by machine: what has one name may be several machines, and each of them may have several interfaces.
fn machines(model: &Model, endpoints: &[EndpointId]) -> Vec<Vec<EndpointId>> {
    let of = |endpoint: &EndpointId| model.parts.machines.iter().position(|own| own.contains(endpoint));
    let mut out: Vec<(Option<usize>, Vec<EndpointId>)> = Vec::new();
    for endpoint in endpoints {
        let machine = of(endpoint);
        match out.iter_mut().find(|(held, _)| machine.is_some() && *held == machine) {
            Some((_, own)) => own.push(*endpoint),
            None => out.push((machine, vec![*endpoint])),
        }
    }
    out.into_iter().map(|(_, own)| own).collect()
}

/// Alternatives, each with the addresses at which one party is asked for.
pub type Goals = Vec<Vec<(Goal, AddressRange)>>;

/// The addresses at which a place is asked for. Inside, its own and its public one: either leads to it, whatever lies between.
/// From outside its public one; its own alone says that it has none, or is asked for through an entry that is not modelled.
fn asked_at(model: &Model, (endpoint, place): Spot, outside: bool) -> Vec<(Goal, AddressRange)> {
    let endpoint_held = &model.parts.endpoints[endpoint];
    let held = &endpoint_held.places[place];
    let network = &model.parts.networks[endpoint_held.network];
    let unsure = !network.entries.is_empty() || !network.loose_of(Some(endpoint)).is_empty();
    let own = (!outside || held.public.is_none() || unsure).then_some(held.inside);
    own.into_iter().chain(held.public).map(|range| (Goal::Endpoint(endpoint, place), range)).collect()
}

/// Whom an address means to a sender outside: who is found by it from there, else whoever holds it inside.
fn held_from_outside(model: &Model, range: AddressRange) -> Result<Goals, Unreferred> {
    let released = model.parts.released.iter().any(|(address, _)| address.covers(range));
    if released || !found_from_outside(model, range).is_empty() {
        return Ok(vec![vec![(Goal::Anybody, range)]]);
    }
    let held = model.index().anywhere(&model.parts, range);
    if held.is_empty() {
        return Err(vacancy(model, range));
    }
    Ok(held.into_iter().map(|spot| asked_at(model, spot, true)).collect())
}

/// Endpoints that surely have an address of a range by which the outside finds them.
pub(super) fn found_from_outside(model: &Model, range: AddressRange) -> Vec<Spot> {
    let parts = &model.parts;
    let surely = |(endpoint, place): &Spot| {
        let public = parts.endpoints[*endpoint].places[*place].public;
        public.is_some_and(|public| range.covers(public))
    };
    let mut found: Vec<Spot> = model.index().public(parts, range).filter(surely).collect();
    for (network, held) in parts.networks.iter().enumerate() {
        if (range.family == Family::V6 && held.platform != Platform::Azure) || held.flat {
            found.extend(model.index().inside(parts, network, range).filter(|(endpoint, place)| {
                let inside = parts.endpoints[*endpoint].places[*place].inside;
                range.covers(inside) && (held.flat || !is_private(inside))
            }));
        }
    }
    found
}

/// Why nobody is known to have an address.
fn vacancy(model: &Model, range: AddressRange) -> Unreferred {
    let holds = |network: &&(NetworkId, &Network)| network.1.ranges.meeting(range) == Meeting::Within;
    let all: Vec<(NetworkId, &Network)> = model.parts.networks.iter().enumerate().collect();
    let holders: Vec<&(NetworkId, &Network)> = all.iter().filter(holds).collect();
    // Somebody of whom only the subnet is known may have it.
    let open = |id: NetworkId| model.index().inside(&model.parts, id, range).next().is_some();
    let unlisted = holders.iter().find(|(id, network)| !network.complete || open(*id));
    let (address, name) = (range.to_string(), |network: &Network| network.name.clone());
    match (unlisted, holders.first()) {
        (Some((_, network)), _) => Unreferred::Unlisted { address, network: name(network) },
        (None, Some((_, network))) => Unreferred::Vacant { address, network: name(network) },
        (None, None) => Unreferred::Elsewhere(address),
    }
}
