//! JSON passed over byte by byte, as strictly as a parser reads it: where values begin and end, and nothing else.
//!
//! `None` means that something is not as it should be, or not there yet, or deeper than is looked. Why, a parser says:
//! this is the quick way for what is well-formed.

use super::plain::{BLOCK, marks, plain};

/// How deep objects and arrays may stand in one another: as deep as the bits of the word that remembers them, less the
/// levels that a caller has gone down by itself.
const MAX_DEPTH: u32 = 100;

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

/// A place in JSON that moves on.
pub(super) struct Scan<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Where the bytes begin that were looked at together, and which of them matter: several texts end in them.
    block: usize,
    marks: u64,
}

impl<'b> Scan<'b> {
    /// The beginning of some bytes.
    pub(super) fn new(bytes: &'b [u8]) -> Scan<'b> {
        Scan { bytes, at: 0, block: usize::MAX, marks: 0 }
    }

    /// How far it has come.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is not white space. It stays there.
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

    /// Passes over a value.
    pub(super) fn value(&mut self) -> Option<Span> {
        self.next()?;
        let start = u32::try_from(self.at).ok()?;
        let kind = self.any()?;
        Some(Span { kind, start, end: u32::try_from(self.at).ok()? })
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
    fn text(&mut self) -> Option<Kind> {
        let mut kind = Kind::Plain;
        self.at += 1;
        loop {
            self.pass_plain();
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(kind);
                }
                b'\\' => {
                    kind = Kind::Escaped;
                    self.at += escape(&self.bytes[self.at..])?;
                }
                _ => return None,
            }
        }
    }

    /// Passes over what is plain in a text.
    fn pass_plain(&mut self) {
        loop {
            if let Some(passed) = self.at.checked_sub(self.block).filter(|passed| *passed < BLOCK) {
                let marks = self.marks >> passed;
                if marks != 0 {
                    self.at += marks.trailing_zeros() as usize;
                    return;
                }
                self.at = self.block + BLOCK;
            }
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(block) = rest.first_chunk() else {
                self.at += plain(rest);
                return;
            };
            (self.block, self.marks) = (self.at, marks(block));
        }
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
        let (mut depth, mut objects) = (0_u32, 0_u128);
        loop {
            match self.next()? {
                open @ (b'{' | b'[') => {
                    depth += 1;
                    if depth > MAX_DEPTH {
                        return None;
                    }
                    objects = objects << 1 | u128::from(open == b'{');
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

/// The length of an escaped character, from its backslash on.
fn escape(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes.get(2..6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}
