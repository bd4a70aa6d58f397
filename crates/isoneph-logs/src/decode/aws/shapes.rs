//! Which key of a record follows which: records of one log have few shapes, and a key that is expected is compared and
//! not looked for.

use super::quick::{Field, Level};
use crate::decode::scan::{Literal, Scan};

/// How many keys are remembered; those that come later are looked for each time.
const MAX_KEYS: usize = 512;

/// A key that was met.
struct Known {
    level: Level,
    /// How it is written, with its quotes and the colon behind it.
    literal: Literal,
    field: Option<Field>,
    /// What came behind it: the last time, and before that.
    next: [u16; 2],
}

/// The keys that were met.
pub(crate) struct Shapes {
    /// The first one stands for the beginning of a record.
    known: Vec<Known>,
    /// The key that was met last.
    at: usize,
}

impl Default for Shapes {
    fn default() -> Shapes {
        let beginning = Known { level: Level::Record, literal: Literal::NONE, field: None, next: [0; 2] };
        Shapes { known: vec![beginning], at: 0 }
    }
}

impl Shapes {
    /// A record begins.
    pub(super) fn begin(&mut self) {
        self.at = 0;
    }

    /// The field that the key at hand names in an object of this level; `Some(None)` for one that is not wanted.
    #[inline]
    pub(super) fn key(&mut self, scan: &mut Scan<'_>, level: Level) -> Option<Option<Field>> {
        let Some(before) = self.known.get_mut(self.at) else { return self.look_for(scan, level) };
        let [first, second] = before.next.map(usize::from);
        if let Some(known) = self.known.get(first)
            && known.level == level
            && scan.take_literal(&known.literal)
        {
            self.at = first;
            return Some(known.field);
        }
        if let Some(known) = self.known.get(second)
            && known.level == level
            && scan.take_literal(&known.literal)
        {
            let field = known.field;
            self.known[self.at].next.swap(0, 1);
            self.at = second;
            return Some(field);
        }
        self.look_for(scan, level)
    }

    /// Reads a key that was not expected, which is from now on.
    #[cold]
    fn look_for(&mut self, scan: &mut Scan<'_>, level: Level) -> Option<Option<Field>> {
        let key = scan.key()?;
        let field = level.field(key);
        if let Some(literal) = Literal::of_key(key) {
            let met = |known: &Known| known.level == level && known.literal == literal;
            let place = self.known.iter().position(met).unwrap_or(self.known.len());
            if place == self.known.len() && place < MAX_KEYS {
                self.known.push(Known { level, literal, field, next: [0; 2] });
            }
            if place < self.known.len() {
                let next = &mut self.known[self.at].next;
                *next = [place as u16, next[0]];
                self.at = place;
            }
        }
        Some(field)
    }
}
