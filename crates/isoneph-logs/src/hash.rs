//! A quick hash for tables of a fixed size, in which a collision costs nothing but a place.

/// The hash of a text, of which eight bytes are taken at a time. Nothing keeps others from making texts collide.
pub(crate) fn hash(seed: u64, text: &str) -> u32 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(ODD);
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let hash = words.iter().fold(seed, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let tail = rest.iter().fold(text.len() as u64, |tail, byte| tail << 8 | u64::from(*byte));
    let hash = mix(hash, tail);
    (hash ^ hash >> 29).wrapping_mul(ODD).wrapping_shr(32) as u32
}
