//! From when until when a feed tells of its tenant.

use std::collections::BTreeMap;

use isoneph_tables::Instant;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// What lies alone on its day, and more days than this before all others, may have a wrong date.
const FAR: i64 = 31;
/// The most days that are told apart.
const MAX_DAYS: usize = 10_000;

/// The time of a feed's events.
#[derive(Default)]
pub(super) struct Period {
    pub(super) first: Option<Instant>,
    pub(super) last: Option<Instant>,
    /// The first event of each day.
    days: BTreeMap<i64, Instant>,
}

impl Period {
    pub(super) fn note(&mut self, time: Option<Instant>) {
        let Some(time) = time else { return };
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = self.last.max(Some(time));
        let day = time.0.div_euclid(DAY);
        match self.days.get_mut(&day) {
            Some(first) => *first = (*first).min(time),
            None => {
                self.days.insert(day, time);
                if self.days.len() > MAX_DAYS {
                    self.days.pop_last();
                }
            }
        }
    }

    /// From when on the feed surely tells: without the days at its beginning that may be wrong dates. Whether it should have
    /// what is between them and this, nobody can say.
    pub(super) fn sure_from(&self) -> Option<Instant> {
        let next = self.days.keys().skip(1);
        let mut starts = self.days.iter().zip(next).skip_while(|((day, _), next)| *next - *day > FAR);
        starts.next().map(|((_, first), _)| *first).or_else(|| self.days.last_key_value().map(|(_, first)| *first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_far_before_all_others_is_no_sure_beginning() {
        let cases: [(&[i64], Option<i64>); 6] = [
            (&[], None),
            (&[5], Some(5)),
            (&[1, 30, 62], Some(1)),
            (&[0, 400, 401, 402], Some(400)),
            (&[0, 400, 800, 801], Some(800)),
            // A hole behind two days is one of the feed.
            (&[1, 2, 400, 401], Some(1)),
        ];
        for (days, expected) in cases {
            let mut period = Period::default();
            days.iter().rev().for_each(|day| period.note(Some(Instant(day * DAY + 7))));
            assert_eq!(period.sure_from(), expected.map(|day| Instant(day * DAY + 7)), "{days:?}");
        }
    }
}
