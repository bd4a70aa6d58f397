//! JSON passed over byte by byte, as strictly as a parser reads it: where values begin and end, and nothing else.
//!
//! `None` means that something is not as it should be, or not there yet, or deeper than is looked. Why, a parser says:
//! this is the quick way for what is well-formed.

use super::plain::{BLOCK, marks};

/// How deep objects and arrays may stand in one another: as deep as the bits of the word that remembers them.
const MAX_DEPTH: u32 = u64::BITS;

/// What a value is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// It was not met.
    #[default]
    Absent,
    Null,
    True,
    False,
    Number,
    /// A text in which no character is escaped.
    Plain,
    /// A text with escaped characters.
    Escaped,
    /// An object or an array.
    Nested,
}

/// A value: what it is, and where it stands; a text with its quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A key as it is mostly written, with its quotes and the colon behind it: as two words, and which of their bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal {
    words: [u128; 2],
    masks: [u128; 2],
    length: usize,
}

impl Literal {
    /// The longest one.
    const MAX: usize = 32;
    /// What stands nowhere.
    pub(super) const NONE: Literal = Literal { words: [u128::MAX; 2], masks: [u128::MAX; 2], length: 0 };

    /// A key without its quotes; `None` where it is too long.
    pub(super) fn of_key(key: &[u8]) -> Option<Literal> {
        let length = key.len() + 3;
        let (mut bytes, mut masks) = ([0; Literal::MAX], [0; Literal::MAX]);
        bytes.get_mut(1..length - 2)?.copy_from_slice(key);
        bytes.get_mut(length - 2..length)?.copy_from_slice(b"\":");
        bytes[0] = b'"';
        masks[..length].fill(u8::MAX);
        Some(Literal { words: words(&bytes), masks: words(&masks), length })
    }

    fn stands_in(&self, bytes: &[u8; Literal::MAX]) -> bool {
        let [low, high] = words(bytes);
        (low ^ self.words[0]) & self.masks[0] | (high ^ self.words[1]) & self.masks[1] == 0
    }
}

fn words(bytes: &[u8; Literal::MAX]) -> [u128; 2] {
    let (words, _) = bytes.as_chunks();
    [0, 1].map(|at| words.get(at).map_or(0, |word| u128::from_le_bytes(*word)))
}

/// A place in JSON that moves on.
pub(super) struct Scan<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Which bytes were looked at together, and which of them matter: several texts end in them.
    block: usize,
    marks: u64,
}

impl<'b> Scan<'b> {
    /// The beginning of some bytes, of which 4 GiB are looked at.
    pub(super) fn new(bytes: &'b [u8]) -> Scan<'b> {
        let bytes = bytes.get(..u32::MAX as usize).unwrap_or(bytes);
        Scan { bytes, at: 0, block: usize::MAX, marks: 0 }
    }

    /// How far it has come.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is not white space. It stays there.
    #[inline]
    pub(super) fn next(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at)? {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    /// Takes a byte, after white space; `false` where another one stands.
    pub(super) fn take(&mut self, wanted: u8) -> Option<bool> {
        let is = self.next()? == wanted;
        self.at += usize::from(is);
        Some(is)
    }

    /// Takes a key where it stands just so; `false` where something else stands, or perhaps the same in other words.
    #[inline]
    pub(super) fn take_literal(&mut self, literal: &Literal) -> bool {
        let rest = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk);
        let is = rest.is_some_and(|rest| literal.stands_in(rest));
        self.at += if is { literal.length } else { 0 };
        is
    }

    /// A key of an object, without its quotes, and the colon behind it. A key with escaped characters is left to others.
    pub(super) fn key(&mut self) -> Option<&'b [u8]> {
        if self.next()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        if self.text()? != Kind::Plain {
            return None;
        }
        let key = &self.bytes[start..self.at - 1];
        self.take(b':')?.then_some(key)
    }

    /// Goes on to the next key of an object; `false` where it ends instead.
    #[inline]
    pub(super) fn goes_on(&mut self) -> Option<bool> {
        let byte = self.next()?;
        self.at += 1;
        match byte {
            b',' => Some(true),
            b'}' => Some(false),
            _ => None,
        }
    }

    /// Passes over a value.
    #[inline]
    pub(super) fn value(&mut self) -> Option<Span> {
        let first = self.next()?;
        let start = self.at as u32;
        let kind = if first == b'"' { self.text()? } else { self.any()? };
        Some(Span { kind, start, end: self.at as u32 })
    }

    fn any(&mut self) -> Option<Kind> {
        match self.next()? {
            b'"' => self.text(),
            b'{' | b'[' => self.nested(),
            b'n' => self.word(b"null", Kind::Null),
            b't' => self.word(b"true", Kind::True),
            b'f' => self.word(b"false", Kind::False),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Option<Kind> {
        self.bytes[self.at..].starts_with(word).then(|| {
            self.at += word.len();
            kind
        })
    }

    /// A text, from its opening quote on.
    #[inline(always)]
    fn text(&mut self) -> Option<Kind> {
        self.at += 1;
        self.pass_plain();
        if *self.bytes.get(self.at)? == b'"' {
            self.at += 1;
            return Some(Kind::Plain);
        }
        self.escaped_text()
    }

    /// The rest of a text, from an escaped character on.
    #[inline(never)]
    fn escaped_text(&mut self) -> Option<Kind> {
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(Kind::Escaped);
                }
                b'\\' => self.at += escape(&self.bytes[self.at..])?,
                _ => return None,
            }
            self.pass_plain();
        }
    }

    /// Passes over what is plain in a text.
    #[inline(always)]
    fn pass_plain(&mut self) {
        loop {
            let block = self.at / BLOCK;
            if block != self.block {
                self.look_at(block);
            }
            let marks = self.marks >> (self.at % BLOCK);
            if marks != 0 {
                self.at += marks.trailing_zeros() as usize;
                return;
            }
            self.at = (block + 1) * BLOCK;
        }
    }

    #[inline(never)]
    fn look_at(&mut self, block: usize) {
        let rest = self.bytes.get(block * BLOCK..).unwrap_or_default();
        self.block = block;
        self.marks = rest.first_chunk().map_or_else(|| marks_at_end(rest), marks);
    }

    fn number(&mut self) -> Option<Kind> {
        let digits = |scan: &mut Self| {
            let rest = scan.bytes.get(scan.at..).unwrap_or_default();
            let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            scan.at += count;
            (count > 0).then_some(())
        };
        let one_of = |scan: &mut Self, wanted: &[u8]| {
            let is = scan.bytes.get(scan.at).is_some_and(|byte| wanted.contains(byte));
            scan.at += usize::from(is);
            is
        };
        one_of(self, b"-");
        if !one_of(self, b"0") {
            digits(self)?;
        }
        if one_of(self, b".") {
            digits(self)?;
        }
        if one_of(self, b"eE") {
            one_of(self, b"+-");
            digits(self)?;
        }
        // Whether `1` goes on, only what follows says; and nothing ends in a `01`.
        (!self.bytes.get(self.at)?.is_ascii_digit()).then_some(Kind::Number)
    }

    /// An object or an array, from its bracket on. What is open is kept as bits: whether it is an object.
    fn nested(&mut self) -> Option<Kind> {
        let (mut depth, mut objects) = (0_u32, 0_u64);
        loop {
            match self.next()? {
                open @ (b'{' | b'[') => {
                    depth += 1;
                    if depth > MAX_DEPTH {
                        return None;
                    }
                    objects = objects << 1 | u64::from(open == b'{');
                    self.at += 1;
                    // An empty one closes at once.
                    let closes = self.next()? == open + 2;
                    if !closes {
                        if open == b'{' {
                            self.any_key()?;
                        }
                        continue;
                    }
                }
                _ => {
                    self.any()?;
                }
            }
            // Behind a value, or before the bracket of an empty one.
            loop {
                let object = objects & 1 == 1;
                match self.next()? {
                    b',' => {
                        self.at += 1;
                        if object {
                            self.any_key()?;
                        }
                        break;
                    }
                    close if close == if object { b'}' } else { b']' } => {
                        self.at += 1;
                        objects >>= 1;
                        depth -= 1;
                    }
                    _ => return None,
                }
                if depth == 0 {
                    return Some(Kind::Nested);
                }
            }
        }
    }

    fn any_key(&mut self) -> Option<()> {
        if self.next()? != b'"' {
            return None;
        }
        self.text()?;
        self.take(b':')?.then_some(())
    }
}

/// The marks of less than a block: the end of all bytes is one.
#[cold]
fn marks_at_end(rest: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    marks(&block)
}

/// The length of an escaped character, from its backslash on.
fn escape(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes.get(2..6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}
