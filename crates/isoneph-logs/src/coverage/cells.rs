//! A day of a stream: in which of its seconds there were events.

use crate::reconcile::Source;

/// Microseconds of a second and of a day.
pub(super) const SECOND: i64 = 1_000_000;
pub(super) const DAY: i64 = 86_400 * SECOND;
const SECONDS: usize = 86_400;
/// Above this many seconds, a bit each takes less room.
const FEW: usize = SECONDS / 32;
/// An event later than its own delivery by more than this is no matter of rounding.
const SKEW: i64 = 300 * SECOND;

enum Seconds {
    Few(Vec<u32>),
    Bits(Vec<u64>),
}

pub(super) struct DayCell {
    /// Of what every record has, and of what is taken in only where somebody asks for it.
    seconds: [Seconds; 2],
    pub(super) events: u64,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) after_delivery: u64,
    /// How many delays have this many binary digits.
    delays: [u64; 64],
    pub(super) source: Source,
}

impl DayCell {
    pub(super) fn new(source: Source) -> DayCell {
        DayCell {
            seconds: [Seconds::Few(Vec::new()), Seconds::Few(Vec::new())],
            events: 0,
            first: i64::MAX,
            last: i64::MIN,
            after_delivery: 0,
            delays: [0; 64],
            source,
        }
    }

    /// Adds an event of what every record has, or (`asked_for`) of what is taken in only where somebody asks for it.
    pub(super) fn add(&mut self, at: i64, second: i64, delivered_at: Option<i64>, asked_for: bool) {
        self.events += 1;
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        if let Some(delivered_at) = delivered_at {
            let delay = delivered_at.saturating_sub(at);
            let seconds = u64::try_from(delay / SECOND).unwrap_or(0);
            match delay < -SKEW {
                true => self.after_delivery += 1,
                false => self.delays[(64 - seconds.leading_zeros()).min(63) as usize] += 1,
            }
        }
        self.seconds[usize::from(asked_for)].add(second as usize % SECONDS);
    }

    /// The seconds of the day with events of either kind, in order.
    pub(super) fn seconds(&self, asked_for: bool) -> Vec<i64> {
        self.seconds[usize::from(asked_for)].sorted()
    }

    /// 95 in 100 delays are below this, in seconds. How late an event is whose clock is wrong nobody knows: where that
    /// decides, nothing is said.
    pub(super) fn delay(&self) -> Option<i64> {
        let (earliest, latest) = (self.delay_with(true), self.delay_with(false));
        earliest.filter(|_| earliest == latest)
    }

    /// The same, where those that seem to be later than their delivery came at once, or never.
    fn delay_with(&self, at_once: bool) -> Option<i64> {
        let all = self.delays.iter().sum::<u64>() + self.after_delivery;
        let mut seen = if at_once { self.after_delivery } else { 0 };
        let digits = self.delays.iter().position(|count| {
            seen += count;
            all > 0 && seen * 100 >= all * 95
        })?;
        Some(1_i64 << digits.min(62))
    }

    /// Whether anything tells when events were delivered.
    pub(super) fn tells_delivery(&self) -> bool {
        self.after_delivery > 0 || self.delays.iter().any(|count| *count > 0)
    }
}

impl Seconds {
    fn add(&mut self, second: usize) {
        match self {
            Seconds::Few(few) if few.last() == Some(&(second as u32)) => {}
            Seconds::Few(few) if few.len() < FEW => few.push(second as u32),
            Seconds::Few(few) => {
                let mut bits = vec![0_u64; SECONDS.div_ceil(64)];
                few.iter().map(|s| *s as usize).chain([second]).for_each(|s| bits[s / 64] |= 1 << (s % 64));
                *self = Seconds::Bits(bits);
            }
            Seconds::Bits(bits) => bits[second / 64] |= 1 << (second % 64),
        }
    }

    fn sorted(&self) -> Vec<i64> {
        match self {
            Seconds::Few(few) => {
                let mut seconds: Vec<i64> = few.iter().map(|second| i64::from(*second)).collect();
                seconds.sort_unstable();
                seconds.dedup();
                seconds
            }
            Seconds::Bits(bits) => {
                let set = |(word, bits): (usize, &u64)| {
                    let bits = *bits;
                    (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| (word * 64 + bit) as i64)
                };
                bits.iter().enumerate().flat_map(set).collect()
            }
        }
    }
}
