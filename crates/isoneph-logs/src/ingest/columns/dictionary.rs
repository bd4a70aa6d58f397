//! The texts of a column, each once, and the number of each.

use crate::hash::hash;

/// How many slots are looked at for one text. Whoever makes texts collide only makes the dictionary longer.
const TRIES: usize = 16;
/// How many slots an empty dictionary has; a power of two.
const SLOTS: usize = 256;

/// Texts, appended one after the other as Parquet has them: the length in four bytes, then the text.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    bytes: Vec<u8>,
    /// Where each text begins, and its hash.
    texts: Vec<(u32, u32)>,
    /// One more than the number of a text, at the place that its hash says or behind it; 0 where there is none.
    slots: Vec<u32>,
    /// The number that was asked for last: neighbours often agree.
    last: u32,
}

impl Dictionary {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.texts.clear();
        self.slots.clear();
        self.slots.resize(SLOTS, 0);
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// All of them, as a page has them.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text with a number.
    pub(super) fn text(&self, number: u32) -> &[u8] {
        let start = |number: usize| self.texts.get(number).map_or(self.bytes.len(), |(start, _)| *start as usize);
        &self.bytes[start(number as usize) + 4..start(number as usize + 1)]
    }

    /// All texts, in order of their numbers.
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.texts.len() as u32).map(|number| self.text(number))
    }

    /// The number of a text, which is added where it is new.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if (self.last as usize) < self.texts.len() && self.text(self.last) == text.as_bytes() {
            return self.last;
        }
        self.last = self.find(text);
        self.last
    }

    fn find(&mut self, text: &str) -> u32 {
        let hash = hash(0, text);
        let mask = self.slots.len() - 1;
        for place in (hash as usize..).take(TRIES).map(|place| place & mask) {
            let Some(number) = self.slots[place].checked_sub(1) else {
                self.slots[place] = self.texts.len() as u32 + 1;
                break;
            };
            if self.texts[number as usize].1 == hash && self.text(number) == text.as_bytes() {
                return number;
            }
        }
        self.add(text, hash)
    }

    fn add(&mut self, text: &str, hash: u32) -> u32 {
        let number = self.texts.len() as u32;
        self.texts.push((self.bytes.len() as u32, hash));
        self.bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(text.as_bytes());
        if self.texts.len() * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        self.slots.clear();
        self.slots.resize(mask + 1, 0);
        for (number, (_, hash)) in (1..).zip(&self.texts) {
            let free = (*hash as usize..).take(TRIES).map(|place| place & mask).find(|place| self.slots[*place] == 0);
            if let Some(place) = free {
                self.slots[place] = number;
            }
        }
    }
}
