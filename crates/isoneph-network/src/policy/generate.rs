//! Seeded rule lists in the manner of packet classification benchmarks, with rewrites that keep or change their meaning.

use super::flat::{FLAT_GREATEST, FlatRule, decide};

/// A small generator of numbers (SplitMix64): the same seed, the same rules, everywhere.
#[derive(Debug, Clone)]
pub struct Seeded(u64);

impl Seeded {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which must not be 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What kind of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Access lists: long prefixes on both sides, exact destination ports.
    Access,
    /// Firewalls: many wildcards on either side, few services.
    Firewall,
    /// Between the two: prefixes of all lengths, some ranges of ports.
    Mixed,
}

/// `count` rules; the last of them denies everything.
pub fn rules(style: Style, count: usize, seed: u64) -> Vec<FlatRule> {
    let mut random = Seeded::new(seed);
    let pool: Vec<u32> = (0..count.div_ceil(8).max(4)).map(|_| random.bits() as u32).collect();
    let mut rules: Vec<FlatRule> = (1..count).map(|_| rule(style, &pool, &mut random)).collect();
    rules.push(FlatRule { bounds: FLAT_GREATEST.map(|greatest| (0, greatest)), permit: false });
    rules
}

fn rule(style: Style, pool: &[u32], random: &mut Seeded) -> FlatRule {
    let (wild, shortest) = match style {
        Style::Access => (3, 24),
        Style::Firewall => (35, 16),
        Style::Mixed => (12, 12),
    };
    let source = prefix(pool, wild, shortest, random);
    let destination = prefix(pool, wild, shortest, random);
    let protocol = match random.below(20) {
        0 => (0, 255),
        1 => (1, 1),
        2..=6 => (17, 17),
        _ => (6, 6),
    };
    let source_port = if random.chance(90) { (0, 65535) } else { (1024, 65535) };
    let destination_port = match random.below(10) {
        0 => (0, 65535),
        1 => (1024, 65535),
        2 if style != Style::Access => {
            let low = random.below(60000) as u32;
            (low, low + random.below(2000) as u32)
        }
        _ => {
            let port = [22, 25, 53, 80, 110, 123, 135, 161, 389, 443, 445, 993, 1433, 1521, 3306, 3389, 5432, 8080];
            let port = port[random.below(port.len() as u64) as usize];
            (port, port)
        }
    };
    let bounds = [source, destination, protocol, source_port, destination_port];
    FlatRule { bounds, permit: random.chance(70) }
}

fn prefix(pool: &[u32], wild: u64, shortest: u64, random: &mut Seeded) -> (u32, u32) {
    if random.chance(wild) {
        return (0, u32::MAX);
    }
    let base = pool[random.below(pool.len() as u64) as usize] ^ (random.below(16) as u32) << 4;
    let length = shortest + random.below(33 - shortest);
    let host = u32::MAX.checked_shr(length as u32).unwrap_or(0);
    (base & !host, base | host)
}

/// The same meaning, other rules: neighbours that may be swapped are, a fifth is split, shadowed copies are added.
pub fn rewrite(rules: &[FlatRule], seed: u64) -> Vec<FlatRule> {
    let mut random = Seeded::new(seed);
    let mut rewritten = Vec::with_capacity(rules.len() * 5 / 4);
    for rule in rules {
        if random.chance(20) {
            let field = random.below(5) as usize;
            let (low, high) = rule.bounds[field];
            if low < high {
                let middle = low + (high - low) / 2;
                let (mut left, mut right) = (*rule, *rule);
                left.bounds[field] = (low, middle);
                right.bounds[field] = (middle + 1, high);
                rewritten.extend([right, left]);
                continue;
            }
        }
        rewritten.push(*rule);
        if random.chance(5) {
            let shadowing = rewritten[random.below(rewritten.len() as u64) as usize];
            rewritten.push(FlatRule { permit: random.chance(50), ..shadowing });
        }
    }
    for index in 1..rewritten.len() {
        let (left, right) = (rewritten[index - 1], rewritten[index]);
        let apart = left.bounds.iter().zip(&right.bounds).any(|(a, b)| a.1 < b.0 || b.1 < a.0);
        if (apart || left.permit == right.permit) && random.chance(50) {
            rewritten.swap(index - 1, index);
        }
    }
    rewritten
}

/// One rule's action flipped, of a rule that decides at least its own first point; the list as it is when none does.
pub fn flip(rules: &[FlatRule], seed: u64) -> Vec<FlatRule> {
    let mut random = Seeded::new(seed);
    let mut flipped = rules.to_vec();
    let start = random.below(rules.len().max(1) as u64) as usize;
    for step in 0..rules.len() {
        let index = (start + step) % rules.len();
        let point = rules[index].bounds.map(|(low, _)| low);
        flipped[index].permit = !rules[index].permit;
        if decide(&flipped, &point) != decide(rules, &point) {
            return flipped;
        }
        flipped[index].permit = rules[index].permit;
    }
    flipped
}
