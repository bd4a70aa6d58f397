//! Small numbers as Parquet packs them: runs of one number, and between them groups of eight, each number in as few bits
//! as the largest one takes.

/// Runs that are shorter stand among the groups.
const LEAST_RUN: usize = 16;

/// How many bits the numbers up to the largest one take; one at least, since not every reader knows numbers of no bits.
pub(super) fn width(largest: u32) -> u8 {
    (u32::BITS - largest.leading_zeros()).max(1) as u8
}

/// Appends numbers of this width.
pub(super) fn pack<N: Copy + PartialEq + Into<u32>>(numbers: &[N], width: u8, to: &mut Vec<u8>) {
    let (mut grouped, mut at) = (0, 0);
    while let Some(first) = numbers.get(at).copied() {
        let run = run_of(first, &numbers[at..]);
        if run < LEAST_RUN {
            at = numbers.len().min(at + 8);
            continue;
        }
        groups(&numbers[grouped..at], width, to);
        varint((run as u64) << 1, to);
        to.extend_from_slice(&first.into().to_le_bytes()[..usize::from(width).div_ceil(8)]);
        at += run;
        grouped = at;
    }
    groups(&numbers[grouped..], width, to);
}

/// How often a number stands at the beginning: several are looked at together, since most columns are one long run.
fn run_of<N: Copy + PartialEq>(number: N, numbers: &[N]) -> usize {
    let (blocks, _) = numbers.as_chunks::<LEAST_RUN>();
    let same = |block: &&[N; LEAST_RUN]| block.iter().fold(true, |same, other| same & (*other == number));
    let whole = blocks.iter().take_while(same).count() * LEAST_RUN;
    whole + numbers[whole..].iter().take_while(|other| **other == number).count()
}

/// Appends numbers in groups of eight; the last group may have places to spare.
fn groups<N: Copy + Into<u32>>(numbers: &[N], width: u8, to: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let count = numbers.len().div_ceil(8);
    varint((count as u64) << 1 | 1, to);
    bits(numbers.iter().map(|number| (*number).into()), count, width, to);
}

/// Appends numbers in as many groups of eight, which may have places to spare.
fn bits(numbers: impl Iterator<Item = u32>, groups: usize, width: u8, to: &mut Vec<u8>) {
    let end = to.len() + groups * usize::from(width);
    let (mut waiting, mut bits) = (0_u64, 0);
    for number in numbers {
        waiting |= u64::from(number) << bits;
        bits += u32::from(width);
        if bits >= u32::BITS {
            to.extend_from_slice(&(waiting as u32).to_le_bytes());
            waiting >>= u32::BITS;
            bits -= u32::BITS;
        }
    }
    to.extend_from_slice(&waiting.to_le_bytes()[..bits.div_ceil(8) as usize]);
    to.resize(end, 0);
}

/// How many numbers share a least step, and how many of them a width.
const STEPS: usize = 128;
const STEPS_OF_WIDTH: usize = 32;

/// Appends numbers as steps from one to the next: what Parquet calls DELTA_BINARY_PACKED.
pub(super) fn steps(numbers: &[u32], to: &mut Vec<u8>) {
    for head in [STEPS, STEPS / STEPS_OF_WIDTH, numbers.len()] {
        varint(head as u64, to);
    }
    varint(zigzag(numbers.first().copied().unwrap_or_default().into()), to);
    let mut block = Vec::with_capacity(STEPS);
    for start in (0..numbers.len().saturating_sub(1)).step_by(STEPS) {
        let from = &numbers[start..numbers.len().min(start + STEPS + 1)];
        block.clear();
        block.extend(from.array_windows().map(|[one, next]| i64::from(*next) - i64::from(*one)));
        let least = block.iter().copied().min().unwrap_or_default();
        varint(zigzag(least), to);
        let above = |step: &i64| (step - least) as u32;
        let widths = to.len();
        to.resize(widths + STEPS / STEPS_OF_WIDTH, 0);
        for (place, few) in block.chunks(STEPS_OF_WIDTH).enumerate() {
            let largest = few.iter().map(above).max().unwrap_or_default();
            let width = (u32::BITS - largest.leading_zeros()) as u8;
            to[widths + place] = width;
            bits(few.iter().map(above), STEPS_OF_WIDTH / 8, width, to);
        }
    }
}

/// A number with its sign in the last bit.
fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

fn varint(mut number: u64, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}
