//! Where a text of JSON stops being plain: at a quote, a backslash or a control character.

use wide::u8x16;

/// How many bytes are compared at a time, which every processor of today does.
const LANE: usize = 16;

/// How many bytes [`marks`] looks at.
pub(super) const BLOCK: usize = 4 * LANE;

/// The bytes that matter, each as a bit.
pub(super) fn marks(block: &[u8; BLOCK]) -> u64 {
    let (lanes, _) = block.as_chunks::<LANE>();
    lanes.iter().rev().fold(0, |marks, lane| marks << LANE | u64::from(marks_of_lane(lane)))
}

fn marks_of_lane(lane: &[u8; LANE]) -> u32 {
    let bytes = u8x16::new(*lane);
    let is = |byte| bytes.simd_eq(u8x16::splat(byte));
    let control = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    (is(b'"') | is(b'\\') | control).to_bitmask()
}

/// How many bytes there are before the first one that matters.
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (lanes, tail) = bytes.as_chunks::<LANE>();
    for (count, lane) in lanes.iter().enumerate() {
        let marks = marks_of_lane(lane);
        if marks != 0 {
            return count * LANE + marks.trailing_zeros() as usize;
        }
    }
    let matters = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    bytes.len() - tail.len() + tail.iter().position(matters).unwrap_or(tail.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{marks, plain};

    proptest! {
        #[test]
        fn the_first_byte_that_matters_is_found(bytes in prop::collection::vec(any::<u8>(), 0..80), least in any::<u8>()) {
            let bytes: Vec<u8> = bytes.into_iter().map(|byte| byte.max(least)).collect();
            let found = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            prop_assert_eq!(plain(&bytes), found.unwrap_or(bytes.len()));
            if let Some(block) = bytes.first_chunk() {
                prop_assert_eq!(marks(block).trailing_zeros() as usize, plain(block));
            }
        }
    }
}
