//! How far a text of JSON goes on without a byte that matters.

use wide::u8x16;

/// How many bytes there are before a quote, a backslash or a control character: a block is looked at together.
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (blocks, tail) = bytes.as_chunks::<BLOCK>();
    for (count, block) in blocks.iter().enumerate() {
        if let Some(at) = first_end(block) {
            return count * BLOCK + at;
        }
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    bytes.len() - tail.len() + tail.iter().position(ends).unwrap_or(tail.len())
}

/// How many bytes are compared at a time, which every processor of today does.
const BLOCK: usize = 16;

fn first_end(block: &[u8; BLOCK]) -> Option<usize> {
    let bytes = u8x16::new(*block);
    let is = |byte| bytes.simd_eq(u8x16::splat(byte));
    let control = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    let found = (is(b'"') | is(b'\\') | control).to_bitmask();
    (found != 0).then(|| found.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plain;

    proptest! {
        #[test]
        fn the_first_byte_that_matters_is_found(bytes in prop::collection::vec(any::<u8>(), 0..80), least in any::<u8>()) {
            let bytes: Vec<u8> = bytes.into_iter().map(|byte| byte.max(least)).collect();
            let found = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            prop_assert_eq!(plain(&bytes), found.unwrap_or(bytes.len()));
        }
    }
}
