//! Addresses with masks beside them, as exports of firewalls write them: `10.0.0.0 255.0.0.0`.

use std::net::Ipv4Addr;

use super::address::is_any;
use crate::packet::{AddressRange, AddressSet};

/// A list of addresses, prefixes, ranges, and addresses with their masks, separated by `;`, `,` or spaces.
pub(super) fn addresses(text: &str) -> Result<AddressSet, String> {
    if is_any(text) {
        return Ok(AddressSet::any());
    }
    let mut ranges: Vec<AddressRange> = Vec::new();
    for part in text.split([';', ',']) {
        let mut words = part.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let mask =
                words.peek().and_then(|next| next.parse::<Ipv4Addr>().ok()).filter(|next| looks_like_mask(*next));
            ranges.push(match (mask, word.parse::<Ipv4Addr>()) {
                (Some(mask), Ok(base)) => {
                    words.next();
                    network(base, mask)?
                }
                (None, Ok(Ipv4Addr::UNSPECIFIED)) => {
                    return Err(format!("{word} alone: nobody has this address, and some write all addresses so"));
                }
                _ => word.parse::<AddressRange>().map_err(|error| error.to_string())?,
            });
        }
    }
    Ok(AddressSet::from_ranges(ranges))
}

/// Nobody sends from there: behind another address it is a mask.
fn looks_like_mask(address: Ipv4Addr) -> bool {
    matches!(address.octets()[0], 0 | 255)
}

/// The network of an address and a mask of bits that are fixed, or of bits that are free, whichever leaves none of the address's
/// own bits free.
fn network(base: Ipv4Addr, mask: Ipv4Addr) -> Result<AddressRange, String> {
    let (bits, mask_bits) = (u32::from(base), u32::from(mask));
    let length = |fixed: u32| {
        let whole = fixed.leading_ones() == fixed.count_ones() && bits & !fixed == 0;
        whole.then_some(fixed.count_ones())
    };
    let length = match (length(mask_bits), length(!mask_bits)) {
        // `0.0.0.0` with either mask is how everything is written.
        (Some(one), Some(other)) => one.min(other),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return Err(format!("{base} {mask} is no network and its mask")),
    };
    format!("{base}/{length}").parse().map_err(|_| format!("{base} {mask} is no network and its mask"))
}
