//! Finds what a person means by `web-1`, `shop/cart[Deployment]`, `10.1.2.3`, `eni-0ab…`, `10.0.0.0/8` or `internet`.

use serde::Serialize;

use super::walk::{Goal, Start};
use crate::model::Model;
use crate::model::address::{AddressRange, Family, Meeting, is_private, private_blocks};
use crate::model::form::EndpointId;

/// Why a name means nothing in the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
pub enum Unreferred {
    /// Neither a name nor an address.
    #[error("nothing in the model is called {0:?}")]
    Unknown(String),
    /// An address of a network all of whose interfaces are listed, and none has it.
    #[error("nothing in {network} has the address {address}")]
    Vacant {
        /// The address.
        address: String,
        /// The network.
        network: String,
    },
    /// A private address that no network of the model holds.
    #[error("no network of the model holds the address {0}")]
    Elsewhere(String),
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
    taken.extend(["0.0.0.0/8", "224.0.0.0/3", "::/8", "ff00::/8"].iter().filter_map(|text| AddressRange::parse(text)));
    for endpoint in &model.parts.endpoints {
        for place in &endpoint.places {
            taken.extend(place.public.filter(|public| public.single().is_some()));
            taken
                .extend((place.inside.family == Family::V6 && place.inside.single().is_some()).then_some(place.inside));
        }
    }
    [Family::V4, Family::V6].into_iter().flat_map(|family| AddressRange::whole(family).minus(&taken)).collect()
}

impl Party {
    /// Finds who is meant.
    ///
    /// # Errors
    /// Where nothing of the model is meant.
    pub fn find(model: &Model, text: &str) -> Result<Self, Unreferred> {
        let text = text.trim();
        // `NAME[Kind]` is tried as written first, then as the name alone.
        let bare = text.strip_suffix(']').and_then(|text| text.rsplit_once('[')).map_or(text, |(name, _)| name);
        for name in [text, bare] {
            let found = model.index().named(name);
            if !found.is_empty() {
                return Ok(Self::Endpoints(found.to_vec()));
            }
        }
        let plain = text.strip_suffix("[External]").unwrap_or(text);
        if matches!(plain.to_ascii_lowercase().as_str(), "internet" | "external" | "world" | "any" | "outside") {
            return Ok(Self::Outside(internet(model)));
        }
        let range = AddressRange::parse(plain).ok_or_else(|| Unreferred::Unknown(text.into()))?;
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

    /// The starts it stands for: alternatives, of which each inner list is one party with several addresses.
    ///
    /// # Errors
    /// Where nobody of the model has the address.
    pub fn starts(&self, model: &Model) -> Result<Vec<Vec<Start>>, Unreferred> {
        let places = |endpoint: EndpointId| -> Vec<Start> {
            (0..model.parts.endpoints[endpoint].places.len()).map(|place| Start::Endpoint(endpoint, place)).collect()
        };
        match self {
            Self::Endpoints(endpoints) => Ok(endpoints.iter().map(|endpoint| places(*endpoint)).collect()),
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

    /// The goals it stands for, with the address asked: alternatives, of which each inner list is one party.
    #[must_use]
    pub fn goals(&self, model: &Model) -> Vec<Vec<(Goal, AddressRange)>> {
        match self {
            Self::Endpoints(endpoints) => endpoints
                .iter()
                .map(|endpoint| {
                    let places = &model.parts.endpoints[*endpoint].places;
                    let goal = |(place, held): (usize, &crate::model::form::Place)| {
                        (Goal::Endpoint(*endpoint, place), held.inside)
                    };
                    places.iter().enumerate().map(goal).collect()
                })
                .collect(),
            Self::Address(range) => vec![vec![(Goal::Anybody, *range)]],
            Self::Outside(ranges) => vec![ranges.iter().map(|range| (Goal::Outside, *range)).collect()],
        }
    }
}

fn vacancy(model: &Model, range: AddressRange) -> Unreferred {
    let holder = model.parts.networks.iter().find(|network| network.ranges.meeting(range) == Meeting::Within);
    match holder {
        Some(network) if network.complete => {
            Unreferred::Vacant { address: range.to_string(), network: network.name.clone() }
        }
        _ => Unreferred::Elsewhere(range.to_string()),
    }
}
