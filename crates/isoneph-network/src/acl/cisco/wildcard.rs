//! Addresses with masks, contiguous or not.

use std::net::Ipv4Addr;

use crate::packet::{AddressSet, Ranges};

/// Masks with up to this many scattered free bits are written out; more would need more than 4,096 intervals.
const MAX_SCATTERED: u32 = 12;

/// The addresses that agree with `base` where `free` has no bit; [`None`] when they need too many intervals.
pub(super) fn expand(base: Ipv4Addr, free: u32) -> Option<AddressSet> {
    let base = u32::from(base) & !free;
    let tail = free.trailing_ones();
    let run = 1_u32.checked_shl(tail).map_or(u32::MAX, |size| size - 1);
    let scattered = free & !run;
    if scattered.count_ones() > MAX_SCATTERED {
        return None;
    }
    let mut intervals = Vec::with_capacity(1 << scattered.count_ones());
    // Every subset of the scattered bits, rising.
    let mut subset = 0_u32;
    loop {
        let low = base | subset;
        intervals.push((low, low | run));
        subset = subset.wrapping_sub(scattered) & scattered;
        if subset == 0 {
            break;
        }
    }
    Some(AddressSet { v4: Ranges::from_intervals(intervals), v6: Ranges::none() })
}

/// The least interval around them all.
pub(super) fn around(base: Ipv4Addr, free: u32) -> AddressSet {
    let base = u32::from(base) & !free;
    AddressSet { v4: Ranges::between(base, base | free), v6: Ranges::none() }
}

/// Whether a mask is one that keeps leading bits, with an address that has some of them: IOS would take just these for free,
/// and saves no address with bits that are free.
pub(super) fn may_be_network_mask(base: Ipv4Addr, mask: Ipv4Addr) -> bool {
    let (base, mask) = (u32::from(base), u32::from(mask));
    mask.leading_ones() == mask.count_ones() && base & mask != 0
}
