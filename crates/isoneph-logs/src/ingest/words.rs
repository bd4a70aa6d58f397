//! Texts that many rows share, kept once and known by their number: rows on their way are half as long with them.
//!
//! What has a number keeps it, and what has none never gets one, so that two rows say the same when their bytes are the
//! same. Memory is bounded: each cell of a row has a share of the numbers, for the texts that were met first.

use crate::hash::hash;

/// How many cells of a row may share texts.
pub(super) const CELLS: usize = 24;
/// How many numbers the texts of one cell get.
const OF_CELL: u16 = 2048;
/// The longest text that gets one, in bytes.
const MAX_TEXT: usize = 256;
/// How many slots a cell has; a power of two, twice its share. The slots of one cell stand together: nearly all cells
/// have few texts, and those that have many are looked for without waiting for memory.
const SLOTS: usize = 4096;
/// How many slots are looked at for one text.
const TRIES: usize = 8;

/// Where a number is found by its text.
#[derive(Clone, Copy, Default)]
struct Slot {
    /// Half of the text's hash, so that most others are told apart without looking at it.
    tag: u16,
    /// One more than the number; 0 where there is none.
    number: u16,
}

/// Texts by number, and numbers by text.
pub(super) struct Words {
    words: Vec<Box<str>>,
    slots: Vec<Slot>,
    left: [u16; CELLS],
    /// The number that was asked for last: neighbours mostly agree.
    last: [u32; CELLS],
}

impl Default for Words {
    fn default() -> Self {
        Words {
            words: Vec::new(),
            slots: vec![Slot::default(); CELLS * SLOTS],
            left: [OF_CELL; CELLS],
            last: [u32::MAX; CELLS],
        }
    }
}

impl Words {
    /// The number of a text in a cell; `None` where it has none.
    pub(super) fn number(&mut self, cell: usize, text: &str) -> Option<u32> {
        let last = *self.last.get(cell)?;
        if self.text(last) == Some(text) {
            return Some(last);
        }
        if text.len() > MAX_TEXT {
            return None;
        }
        let number = self.find(cell, text)?;
        self.last[cell] = number;
        Some(number)
    }

    /// The text with a number.
    pub(super) fn text(&self, number: u32) -> Option<&str> {
        self.words.get(number as usize).map(|text| &**text)
    }

    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    fn find(&mut self, cell: usize, text: &str) -> Option<u32> {
        let hash = hash(cell as u64, text);
        let tag = (hash >> 16) as u16;
        for place in (hash as usize..).take(TRIES).map(|place| cell * SLOTS + place % SLOTS) {
            let slot = self.slots[place];
            let Some(number) = slot.number.checked_sub(1).map(u32::from) else {
                return self.add(cell, text, tag, place);
            };
            if slot.tag == tag && self.text(number) == Some(text) {
                return Some(number);
            }
        }
        None
    }

    fn add(&mut self, cell: usize, text: &str, tag: u16, place: usize) -> Option<u32> {
        self.left[cell] = self.left[cell].checked_sub(1)?;
        let number = u16::try_from(self.words.len() + 1).ok()?;
        self.words.push(text.into());
        self.slots[place] = Slot { tag, number };
        Some(u32::from(number) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_in_each_cell() {
        let mut words = Words::default();
        let (one, other) = (words.number(3, "eu-west-1"), words.number(4, "eu-west-1"));
        assert_ne!(one, other);
        assert_eq!((words.number(3, "eu-west-1"), words.number(4, "eu-west-1")), (one, other));
        assert_eq!(one.and_then(|number| words.text(number)), Some("eu-west-1"));
        assert_eq!(words.number(CELLS, "there is no such cell"), None);
        assert_eq!(words.text(2), None);
        assert_eq!(words.number(3, &"x".repeat(MAX_TEXT + 1)), None);
    }

    #[test]
    fn what_has_a_number_keeps_it_and_what_has_none_never_gets_one() {
        let mut words = Words::default();
        let texts: Vec<String> = (0..2 * u32::from(OF_CELL)).map(|i| format!("arn:aws:iam::1:role/{i}")).collect();
        let first: Vec<Option<u32>> = texts.iter().map(|text| words.number(1, text)).collect();
        assert_eq!(first.iter().flatten().count(), usize::from(OF_CELL));
        assert!(words.number(2, "another cell has a share of its own").is_some());
        for (text, number) in texts.iter().zip(first).rev() {
            assert_eq!(words.number(1, text), number, "{text}");
            assert!(number.is_none_or(|number| words.text(number) == Some(text)));
        }
    }
}
