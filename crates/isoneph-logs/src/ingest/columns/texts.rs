//! A column of texts, or of lists of texts: numbers of a dictionary, or the texts themselves where few of them repeat.

use memchr::memchr_iter;

use super::dictionary::Dictionary;
use crate::ingest::words::Words;

/// After so many texts, and again after as many, it is asked whether the dictionary gains anything,
const TRIAL: usize = 2048;
/// once it has so many bytes, in columns that are judged: a smaller one costs little, and who reads it has each text
/// once.
pub(super) const SMALL: usize = 1 << 20;
/// Pages of texts are cut when they are this long, in bytes: packing them is quickest where it needs little memory.
const PAGE: usize = 96 << 10;
/// A shared text that is not in the dictionary yet.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// What is at a place in a list of texts, as Parquet counts: no list, an empty one, and a text.
const NO_LIST: u8 = 0;
const EMPTY_LIST: u8 = 1;
const IN_LIST: u8 = 3;

/// A column of texts that grows.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Texts {
    /// Whether every row differs: there is no dictionary then from the beginning.
    distinct: bool,
    /// Whether nearly all rows begin alike.
    prefixed: bool,
    /// How long a dictionary is kept whatever it gains, in bytes.
    small: usize,
    /// For each place how much of it is there: 0 for NULL.
    pub(super) definitions: Vec<u8>,
    /// For each place of a list whether it goes on; empty for a column of texts.
    pub(super) repetitions: Vec<u8>,
    pub(super) dictionary: Dictionary,
    /// The texts by their numbers in the dictionary.
    pub(super) numbers: Vec<u32>,
    /// The number of the empty text, which most columns have most of, once it is there.
    empty: u32,
    /// The texts themselves, as Parquet has them, where there is no dictionary.
    pub(super) plain: Option<Plain>,
    /// Memory for them.
    spare: Plain,
}

/// Texts one after the other. Their lengths stand apart: ids of one length are nothing but their digits then, which are
/// packed quickest.
#[derive(Debug, Default)]
pub(super) struct Plain {
    pub(super) bytes: Vec<u8>,
    pub(super) lengths: Vec<u32>,
    /// How much of the text before each one begins with, which is not written again; empty where nobody asks.
    pub(super) prefixes: Vec<u32>,
    /// What the texts of a page begin with.
    prefix: String,
    /// Where pages begin, but the first.
    pub(super) cuts: Vec<Cut>,
}

/// Where a page begins: at which place, which text, and which byte of the texts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cut {
    pub(super) place: usize,
    pub(super) text: usize,
    pub(super) byte: usize,
}

impl Plain {
    fn clear(&mut self) {
        self.bytes.clear();
        self.lengths.clear();
        self.prefixes.clear();
        self.prefix.clear();
        self.cuts.clear();
    }

    fn push(&mut self, text: &[u8]) {
        self.lengths.push(text.len() as u32);
        self.bytes.extend_from_slice(text);
    }

    /// Appends a text without what it has in common with those before it.
    fn push_rest(&mut self, text: &str) {
        let rest = text.strip_prefix(&*self.prefix).unwrap_or(text);
        self.prefixes.push((text.len() - rest.len()) as u32);
        self.push(rest.as_bytes());
        if self.prefix.is_empty() || rest.len() == text.len() {
            // An identity begins with the cloud and the account.
            let end = memchr_iter(b'/', text.as_bytes()).nth(1).map_or(0, |slash| slash + 1);
            self.prefix.clear();
            self.prefix.push_str(&text[..end]);
        }
    }

    /// A row begins at this place: a page may as well.
    fn begin(&mut self, place: usize) {
        if self.bytes.len() - self.cuts.last().map_or(0, |cut| cut.byte) >= PAGE {
            self.cuts.push(Cut { place, text: self.lengths.len(), byte: self.bytes.len() });
            self.prefix.clear();
        }
    }
}

impl Texts {
    pub(super) fn new(distinct: bool, prefixed: bool, small: usize) -> Texts {
        let mut texts = Texts { distinct, prefixed, small, ..Texts::default() };
        texts.clear();
        texts
    }

    /// Makes room for other rows, in the memory of these.
    pub(super) fn clear(&mut self) {
        self.definitions.clear();
        self.repetitions.clear();
        self.numbers.clear();
        self.dictionary.clear();
        self.empty = UNKNOWN;
        if let Some(plain) = self.plain.take() {
            self.spare = plain;
        }
        self.spare.clear();
        self.plain = self.distinct.then(|| std::mem::take(&mut self.spare));
    }

    /// Appends a text or NULL.
    pub(in crate::ingest) fn append(&mut self, text: Option<&str>) {
        self.begin();
        self.definitions.push(u8::from(text.is_some()));
        match text {
            Some("") if self.empty != UNKNOWN => self.numbers.push(self.empty),
            Some(text) => self.push(text),
            None => {}
        }
    }

    /// Appends a text of which is known whether it was the last one as well.
    pub(super) fn append_next(&mut self, text: &str, again: bool) {
        match self.numbers.last().filter(|_| again && self.plain.is_none()) {
            Some(number) => {
                self.definitions.push(1);
                self.numbers.push(*number);
            }
            None => self.append(Some(text)),
        }
    }

    /// Appends a text that rows share. `numbers` knows its number in the dictionary once it is there.
    pub(in crate::ingest) fn append_shared(&mut self, number: u32, words: &Words, numbers: &mut [u32]) -> Option<()> {
        let known = numbers.get_mut(number as usize)?;
        if *known == UNKNOWN || self.plain.is_some() {
            let text = words.text(number)?;
            self.append(Some(text));
            *known = self.numbers.last().copied().unwrap_or(UNKNOWN);
            return Some(());
        }
        self.definitions.push(1);
        self.numbers.push(*known);
        Some(())
    }

    /// Appends a list of texts, or NULL.
    pub(in crate::ingest) fn append_list(&mut self, list: Option<&[&str]>) {
        self.begin();
        for (place, text) in list.unwrap_or_default().iter().enumerate() {
            self.repetitions.push(u8::from(place > 0));
            self.definitions.push(IN_LIST);
            self.push(text);
        }
        if list.is_none_or(<[&str]>::is_empty) {
            self.repetitions.push(0);
            self.definitions.push(if list.is_some() { EMPTY_LIST } else { NO_LIST });
        }
    }

    /// A row begins: a page may as well.
    fn begin(&mut self) {
        if let Some(plain) = &mut self.plain {
            plain.begin(self.definitions.len());
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(plain) = &mut self.plain {
            match self.prefixed {
                true => plain.push_rest(text),
                false => plain.push(text.as_bytes()),
            }
            return;
        }
        let number = self.dictionary.number(text);
        self.numbers.push(number);
        if text.is_empty() {
            self.empty = number;
        }
        let asked = self.numbers.len().is_multiple_of(TRIAL) && self.dictionary.bytes().len() > self.small;
        if asked && self.dictionary.len() * 2 > self.numbers.len() {
            self.without_dictionary();
        }
    }

    /// Writes out what the dictionary says: nearly every text stands in it once.
    fn without_dictionary(&mut self) {
        let mut plain = std::mem::take(&mut self.spare);
        for number in self.numbers.drain(..) {
            plain.push(self.dictionary.text(number));
        }
        self.empty = UNKNOWN;
        self.plain = Some(plain);
    }
}
