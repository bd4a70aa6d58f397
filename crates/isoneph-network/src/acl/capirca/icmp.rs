//! Terms that name the ICMP of one family of addresses, in filters of the other: what generators make of them.

use super::Target;
use super::syntax::Block;
use crate::packet::Family;

/// Platforms for which a generator leaves the whole term out of a filter of the other family.
const WHOLE: &[&str] = &[
    "arista",
    "arista_tp",
    "brocade",
    "cisco",
    "ciscoasa",
    "cisconx",
    "ciscoxr",
    "ipset",
    "iptables",
    "juniper",
    "juniperevo",
    "nsxv",
    "speedway",
    "srxlo",
    "windows_advfirewall",
    "windows_ipsec",
];
/// Platforms for which it leaves the protocol out, and with it a term that names no other.
const ALONE: &[&str] = &["gce", "gce_vpc_tf", "gcp_hf"];

/// The words for one family's ICMP, and the family of filters in which there is none.
const WORDS: [(&[&str], Family); 2] = [(&["icmp"], Family::V6), (&["icmpv6", "icmp6"], Family::V4)];

/// The families of filters that a term is left out of.
pub(super) fn left_out(block: &Block, target: &Target<'_>) -> Vec<Family> {
    let of_term = |words: &[&str]| {
        let mut named = block.all("protocol").map(|word| words.contains(&word));
        match target.platform {
            platform if WHOLE.contains(&platform) => named.any(|is| is),
            platform if ALONE.contains(&platform) => block.has("protocol") && named.all(|is| is),
            _ => false,
        }
    };
    WORDS.into_iter().filter(|(words, _)| of_term(words)).map(|(_, family)| family).collect()
}
