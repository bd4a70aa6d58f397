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
    /// Where each text begins.
    texts: Vec<u32>,
    /// Where a text is found by its hash, or behind that.
    slots: Vec<Slot>,
    /// The number that was asked for last: neighbours often agree.
    last: u32,
}

/// A text's hash, so that another one is mostly not looked at, and one more than its number; 0 where there is none.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    hash: u32,
    number: u32,
}

impl Dictionary {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.texts.clear();
        self.slots.clear();
        self.slots.resize(SLOTS, Slot::default());
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
        let start = |number: usize| self.texts.get(number).map_or(self.bytes.len(), |start| *start as usize);
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
            let slot = self.slots[place];
            let Some(number) = slot.number.checked_sub(1) else {
                self.slots[place] = Slot { hash, number: self.texts.len() as u32 + 1 };
                break;
            };
            if slot.hash == hash && self.text(number) == text.as_bytes() {
                return number;
            }
        }
        self.add(text)
    }

    fn add(&mut self, text: &str) -> u32 {
        let number = self.texts.len() as u32;
        self.texts.push(self.bytes.len() as u32);
        self.bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(text.as_bytes());
        if self.texts.len() * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        let slots = std::mem::replace(&mut self.slots, vec![Slot::default(); mask + 1]);
        for slot in slots.into_iter().filter(|slot| slot.number > 0) {
            let mut places = (slot.hash as usize..).take(TRIES).map(|place| place & mask);
            if let Some(place) = places.find(|place| self.slots[*place].number == 0) {
                self.slots[place] = slot;
            }
        }
    }
}
