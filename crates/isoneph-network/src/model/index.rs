//! Finds endpoints by address within a network, by public address, and by name.

use std::collections::BTreeMap;

use super::address::{AddressRange, Family, is_private};
use super::form::{EndpointId, NetworkId, Parts};

/// An endpoint and which of its places.
pub type Spot = (EndpointId, usize);

/// Lookup tables over [`Parts`].
#[derive(Debug, Default)]
pub struct Index {
    inside: BTreeMap<(NetworkId, Family, u128), Vec<Spot>>,
    /// Places of which only a range is known, by network.
    ranges: BTreeMap<NetworkId, Vec<Spot>>,
    public: BTreeMap<(Family, u128), Vec<Spot>>,
    /// Places that have a public address which is not known.
    open: Vec<Spot>,
    names: BTreeMap<String, Vec<EndpointId>>,
}

impl Index {
    pub(super) fn new(parts: &Parts) -> Self {
        let mut out = Self::default();
        for (id, endpoint) in parts.endpoints.iter().enumerate() {
            for (number, place) in endpoint.places.iter().enumerate() {
                let spot = (id, number);
                match place.inside.single() {
                    Some(address) => {
                        out.inside.entry((endpoint.network, place.inside.family, address)).or_default().push(spot);
                    }
                    None => out.ranges.entry(endpoint.network).or_default().push(spot),
                }
                match place.public.map(|public| (public.family, public.single())) {
                    Some((family, Some(address))) => out.public.entry((family, address)).or_default().push(spot),
                    Some((_, None)) => out.open.push(spot),
                    None => {}
                }
            }
            let mut names: Vec<String> = [&endpoint.id, &endpoint.name]
                .into_iter()
                .chain(&endpoint.aliases)
                .map(|name| name.to_ascii_lowercase())
                .collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                out.names.entry(name).or_default().push(id);
            }
        }
        out
    }

    /// Endpoints that hold some address of the range inside a network: those that surely do, or may (range known only).
    pub fn inside<'a>(
        &'a self,
        parts: &'a Parts,
        network: NetworkId,
        range: AddressRange,
    ) -> impl Iterator<Item = Spot> + 'a {
        let exact = self
            .inside
            .range((network, range.family, range.low)..=(network, range.family, range.high))
            .flat_map(|(_, spots)| spots.iter().copied());
        let open = self.ranges.get(&network).map_or(&[][..], Vec::as_slice).iter().copied();
        exact.chain(open.filter(move |(endpoint, place)| parts.endpoints[*endpoint].places[*place].inside.meets(range)))
    }

    /// Endpoints that hold some public address of the range: (surely, or maybe because theirs is not known).
    pub fn public<'a>(&'a self, parts: &'a Parts, range: AddressRange) -> impl Iterator<Item = Spot> + 'a {
        let exact = self
            .public
            .range((range.family, range.low)..=(range.family, range.high))
            .flat_map(|(_, spots)| spots.iter().copied());
        // An address that is not known is public all the same.
        exact.chain(self.open.iter().copied().filter(move |(endpoint, place)| {
            !is_private(range)
                && parts.endpoints[*endpoint].places[*place].public.is_some_and(|public| public.meets(range))
        }))
    }

    /// Endpoints of a name, identifier or alias, in any case.
    #[must_use]
    pub fn named(&self, name: &str) -> &[EndpointId] {
        self.names.get(&name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// Endpoints that hold an address anywhere: inside some network, or as public address.
    #[must_use]
    pub fn anywhere(&self, parts: &Parts, range: AddressRange) -> Vec<Spot> {
        let mut out: Vec<Spot> = self
            .inside
            .iter()
            .filter(|((_, family, address), _)| range.covers(AddressRange::number(*family, *address)))
            .flat_map(|(_, spots)| spots.iter().copied())
            .collect();
        out.extend(self.public(parts, range).filter(|(endpoint, place)| {
            parts.endpoints[*endpoint].places[*place].public.is_some_and(|public| range.covers(public))
        }));
        out.sort_unstable();
        out.dedup();
        out
    }
}
