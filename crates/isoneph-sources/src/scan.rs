//! Walks through a JSON document of any size without holding it: objects and arrays are entered one key or element at a
//! time, what is of no interest is skipped (and still checked to be JSON), and a value that is wanted is handed to serde
//! as one slice.

use std::io::Read;
use std::ops::ControlFlow;

use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// How many containers may stand in one another.
pub(crate) const MAX_DEPTH: usize = 128;
/// The largest single value that is read into memory.
const MAX_VALUE: usize = 64 << 20;
const CHUNK: usize = 1 << 20;

/// A place in the text, for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    line: u64,
    column: u64,
}

impl Position {
    /// `line 3, column 17`.
    pub(crate) fn locator(self) -> String {
        format!("line {}, column {}", self.line, self.column)
    }

    /// The position that serde names inside a slice that begins here.
    fn within(self, error: &serde_json::Error) -> Position {
        let (line, column) = (error.line() as u64, error.column() as u64);
        match line {
            0 | 1 => Position { line: self.line, column: self.column + column.saturating_sub(1) },
            _ => Position { line: self.line + line - 1, column },
        }
    }
}

/// Reads a document from beginning to end.
pub(crate) struct Scanner<R> {
    source: R,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    /// How many bytes went before the buffer.
    before: u64,
    line: u64,
    line_start: u64,
    /// The containers that are open: true for an object.
    open: Vec<bool>,
    /// The start of the value that is being kept.
    anchor: Option<usize>,
}

#[derive(Clone, Copy)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
}

impl<R: Read> Scanner<R> {
    /// A scanner at the first byte of a document.
    pub(crate) fn new(source: R) -> Scanner<R> {
        Scanner {
            source,
            buffer: vec![0; CHUNK],
            at: 0,
            end: 0,
            before: 0,
            line: 1,
            line_start: 0,
            open: Vec::new(),
            anchor: None,
        }
    }

    /// Where the scanner stands.
    pub(crate) fn position(&self) -> Position {
        let offset = self.before + self.at as u64;
        Position { line: self.line, column: (offset + 1).saturating_sub(self.line_start) }
    }

    /// How many bytes were read.
    pub(crate) fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    fn fill(&mut self) -> Result<bool, Fault> {
        let keep = self.anchor.unwrap_or(self.at);
        if keep > 0 {
            self.buffer.copy_within(keep..self.end, 0);
            self.at -= keep;
            self.end -= keep;
            self.before += keep as u64;
            if let Some(anchor) = &mut self.anchor {
                *anchor = 0;
            }
        }
        if self.end == self.buffer.len() {
            if self.buffer.len() >= MAX_VALUE {
                let message = format!("one value is larger than {} MiB", MAX_VALUE >> 20);
                return Err(Fault::reject(self.position().locator(), "too-large", message));
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Io(error)),
            }
        }
    }

    /// The next byte that is not white space.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            while self.at < self.end {
                match self.buffer[self.at] {
                    b'\n' => {
                        self.at += 1;
                        self.line += 1;
                        self.line_start = self.offset();
                    }
                    b' ' | b'\t' | b'\r' => self.at += 1,
                    byte => return Ok(Some(byte)),
                }
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// The next byte of a document that goes on. Most of the time it is there and no white space: only that is inlined.
    #[inline]
    pub(crate) fn need(&mut self) -> Result<u8, Fault> {
        match self.buffer[..self.end].get(self.at) {
            Some(byte) if *byte > b' ' => Ok(*byte),
            _ => self.need_more(),
        }
    }

    #[inline(never)]
    fn need_more(&mut self) -> Result<u8, Fault> {
        self.peek()?.ok_or_else(|| self.truncated())
    }

    fn truncated(&self) -> Fault {
        let message = "the JSON ends in the middle: the file is cut off";
        Fault::reject(self.position().locator(), "truncated", message)
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        Fault::reject(self.position().locator(), "not-json", format!("this is not JSON: {wanted} should stand here"))
    }

    fn enter(&mut self, object: bool) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} objects and lists inside one another");
            return Err(Fault::reject(self.position().locator(), "too-deep", message));
        }
        self.open.push(object);
        self.at += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.open.pop();
        self.at += 1;
    }

    /// Enters an object and calls `each` with every key; it must read or skip the value. A value that is no object is
    /// skipped.
    pub(crate) fn object(&mut self, mut each: impl FnMut(&str, &mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        let each = |key: &str, scanner: &mut Self| each(key, scanner).map(ControlFlow::Continue);
        self.object_until(each).map(|_: ControlFlow<()>| ())
    }

    /// As [`object`](Self::object), until `each` breaks off: the scanner then stands where that left it.
    pub(crate) fn object_until<B>(
        &mut self,
        mut each: impl FnMut(&str, &mut Self) -> Result<ControlFlow<B>, Fault>,
    ) -> Result<ControlFlow<B>, Fault> {
        if self.need()? != b'{' {
            return self.skip().map(ControlFlow::Continue);
        }
        self.enter(true)?;
        if self.need()? == b'}' {
            self.leave();
            return Ok(ControlFlow::Continue(()));
        }
        loop {
            if self.need()? != b'"' {
                return Err(self.unexpected("a key in quotes"));
            }
            let key = self.key()?;
            if self.need()? != b':' {
                return Err(self.unexpected("a colon"));
            }
            self.at += 1;
            if let broken @ ControlFlow::Break(_) = each(&key, self)? {
                return Ok(broken);
            }
            match self.need()? {
                b',' => {
                    self.at += 1;
                    self.need()?;
                }
                b'}' => {
                    self.leave();
                    return Ok(ControlFlow::Continue(()));
                }
                _ => return Err(self.unexpected("a comma or a closing brace")),
            }
        }
    }

    /// Enters a list and calls `each` with every index; it must read or skip the element. A value that is no list is
    /// skipped.
    pub(crate) fn array(&mut self, mut each: impl FnMut(usize, &mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.need()? != b'[' {
            return self.skip();
        }
        self.enter(false)?;
        if self.need()? == b']' {
            self.leave();
            return Ok(());
        }
        for index in 0.. {
            each(index, self)?;
            match self.need()? {
                b',' => self.at += 1,
                b']' => {
                    self.leave();
                    break;
                }
                _ => return Err(self.unexpected("a comma or a closing bracket")),
            }
        }
        Ok(())
    }

    fn key(&mut self) -> Result<String, Fault> {
        let position = self.position();
        let text = self.kept(Self::string)?;
        serde_json::from_slice(text).map_err(|error| fault_at(position, &error))
    }

    /// Runs something that moves on, and gives the bytes it passed.
    fn kept(&mut self, pass: impl FnOnce(&mut Self) -> Result<(), Fault>) -> Result<&[u8], Fault> {
        self.anchor = Some(self.at);
        let passed = pass(self);
        let start = self.anchor.take().unwrap_or(self.at);
        passed?;
        Ok(&self.buffer[start..self.at])
    }

    /// Reads the next value. `Ok(Err(message))` where it is JSON but not of this form.
    pub(crate) fn parse<T: DeserializeOwned>(&mut self) -> Result<Result<T, Misfit>, Fault> {
        self.need()?;
        let position = self.position();
        let slice = self.kept(Self::skip)?;
        Ok(serde_json::from_slice(slice)
            .map_err(|error| Misfit { position: position.within(&error), message: message_of(&error) }))
    }

    /// Passes over the next value.
    pub(crate) fn skip(&mut self) -> Result<(), Fault> {
        let floor = self.open.len();
        let mut expect = Expect::Value;
        loop {
            let byte = self.need()?;
            let mut ended = false;
            expect = match (expect, byte) {
                (Expect::Value | Expect::ValueOrEnd, b'{') => {
                    self.enter(true)?;
                    Expect::KeyOrEnd
                }
                (Expect::Value | Expect::ValueOrEnd, b'[') => {
                    self.enter(false)?;
                    Expect::ValueOrEnd
                }
                (Expect::ValueOrEnd, b']') | (Expect::KeyOrEnd, b'}') => {
                    self.leave();
                    ended = true;
                    Expect::CommaOrEnd
                }
                (Expect::Value | Expect::ValueOrEnd, b'"') => {
                    self.string()?;
                    ended = true;
                    Expect::CommaOrEnd
                }
                (Expect::Value | Expect::ValueOrEnd, _) => {
                    self.scalar()?;
                    ended = true;
                    Expect::CommaOrEnd
                }
                (Expect::Key | Expect::KeyOrEnd, b'"') => {
                    self.string()?;
                    Expect::Colon
                }
                (Expect::Colon, b':') => {
                    self.at += 1;
                    Expect::Value
                }
                (Expect::CommaOrEnd, b',') => {
                    self.at += 1;
                    if self.open.last() == Some(&true) { Expect::Key } else { Expect::Value }
                }
                (Expect::CommaOrEnd, b'}') if self.open.last() == Some(&true) => {
                    self.leave();
                    ended = true;
                    Expect::CommaOrEnd
                }
                (Expect::CommaOrEnd, b']') if self.open.last() == Some(&false) => {
                    self.leave();
                    ended = true;
                    Expect::CommaOrEnd
                }
                (Expect::Key | Expect::KeyOrEnd, _) => return Err(self.unexpected("a key in quotes")),
                (Expect::Colon, _) => return Err(self.unexpected("a colon")),
                (Expect::CommaOrEnd, _) => return Err(self.unexpected("a comma or an end")),
            };
            if ended && self.open.len() <= floor {
                return Ok(());
            }
        }
    }

    /// Passes a text; the scanner stands on its first quote.
    fn string(&mut self) -> Result<(), Fault> {
        self.at += 1;
        loop {
            let Some(stop) = plain_length(&self.buffer[self.at..self.end]) else {
                self.at = self.end;
                if !self.fill()? {
                    return Err(self.truncated());
                }
                continue;
            };
            self.at += stop + 1;
            match self.buffer[self.at - 1] {
                b'"' => return Ok(()),
                b'\\' => {
                    if self.at == self.end && !self.fill()? {
                        return Err(self.truncated());
                    }
                    if !matches!(self.buffer[self.at], b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u') {
                        return Err(self.unexpected("an escape that JSON knows"));
                    }
                    self.at += 1;
                }
                _ => {
                    self.at -= 1;
                    return Err(self.unexpected("a printable character"));
                }
            }
        }
    }

    /// Passes a number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<(), Fault> {
        let mut word = [0_u8; 5];
        let mut length = 0;
        loop {
            if self.at == self.end && !self.fill()? {
                break;
            }
            let byte = self.buffer[self.at];
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) {
                break;
            }
            if let Some(slot) = word.get_mut(length) {
                *slot = byte;
            }
            length += 1;
            self.at += 1;
        }
        let is_number = length > 0 && (word[0].is_ascii_digit() || (word[0] == b'-' && word[1].is_ascii_digit()));
        match (&word[..length.min(5)], length) {
            (b"true" | b"null", 4) | (b"false", 5) => Ok(()),
            _ if is_number => Ok(()),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Makes sure that nothing but white space follows the document.
    pub(crate) fn finish(&mut self) -> Result<(), Fault> {
        match self.peek()? {
            None => Ok(()),
            Some(_) => {
                let message = "something follows the end of the JSON document";
                Err(Fault::reject(self.position().locator(), "not-json", message))
            }
        }
    }
}

/// How many bytes stand before the first that ends a text, begins an escape or may not stand in a text.
#[inline]
fn plain_length(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // A byte that is below `limit` borrows from its highest bit; what the borrow does to bytes behind it is no matter,
    // since the first is looked for.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGHS;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found =
            below(word, 0x20) | below(word ^ (ONES * u64::from(b'"')), 1) | below(word ^ (ONES * u64::from(b'\\')), 1);
        if found != 0 {
            return Some(8 * index + found.trailing_zeros() as usize / 8);
        }
    }
    let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
    Some(8 * words.len() + found)
}

/// A value that is JSON, but not what it should be.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub(crate) position: Position,
    pub(crate) message: String,
}

fn fault_at(position: Position, error: &serde_json::Error) -> Fault {
    Fault::reject(position.within(error).locator(), "not-json", message_of(error))
}

/// What serde says, without the place: that is said apart.
fn message_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, so that every token is cut somewhere.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(3).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn skip_all(text: &str) -> Result<(), Fault> {
        let mut scanner = Scanner::new(Drip(text.as_bytes()));
        scanner.skip()?;
        scanner.finish()
    }

    #[test]
    fn what_is_skipped_is_still_checked() {
        for text in ["{}", "[]", r#"{"a":[1,-2.5e3,"x\"\\\u00e9",{"b":null}],"c":true}"#, " [ false , \n 3 ] "] {
            skip_all(text).unwrap();
        }
        for text in ["{", r#"{"a""#, "[1 2]", "{1:2}", r#"{"a":}"#, "[1,]", "nul", "{}x", r#""\q""#, "[}", "-"] {
            assert!(skip_all(text).is_err(), "{text}");
        }
    }

    /// The words of eight bytes say the same as looking at each byte.
    #[test]
    fn a_text_ends_where_its_first_special_byte_stands() {
        for length in 0..40 {
            let plain = vec![0xc3_u8; length];
            assert_eq!(plain_length(&plain), None, "{length}");
            for at in 0..length {
                for byte in 0..=255_u8 {
                    let mut bytes = plain.clone();
                    bytes[at] = byte;
                    // A second one behind it must not be taken for the first.
                    if let Some(last) = bytes.last_mut().filter(|_| at + 1 < length) {
                        *last = b'"';
                    }
                    let wanted = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
                    assert_eq!(plain_length(&bytes), wanted, "{byte} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn a_value_comes_out_whole_whatever_the_chunks() {
        let text =
            r#"{"skip": {"deep": [1, 2]}, "want": {"name": "a \"long\" text that spans chunks", "n": [1, 2, 3]}}"#;
        let mut scanner = Scanner::new(Drip(text.as_bytes()));
        let mut wanted = None;
        scanner
            .object(|key, scanner| {
                if key == "want" {
                    wanted = Some(scanner.parse::<serde_json::Value>()?.unwrap());
                    Ok(())
                } else {
                    scanner.skip()
                }
            })
            .unwrap();
        assert_eq!(wanted.unwrap()["n"][2], 3);
    }

    #[test]
    fn an_error_names_line_and_column_of_the_whole_document() {
        let mut scanner = Scanner::new(Drip(b"{\n  \"a\": {\"b\": 1}\n}"));
        let mut misfit = None;
        scanner
            .object(|_, scanner| {
                misfit = scanner.parse::<Vec<u8>>()?.err();
                Ok(())
            })
            .unwrap();
        assert!(misfit.unwrap().position.locator().starts_with("line 2, column "));
        let Err(Fault::Reject { locator, code, .. }) = skip_all("{\n \"a\" 1}") else { panic!() };
        assert_eq!((locator.as_str(), code), ("line 2, column 6", "not-json"));
    }

    #[test]
    fn nesting_ends_in_a_message_and_not_in_an_overflow() {
        let Err(Fault::Reject { code, .. }) = skip_all(&"[".repeat(100_000)) else { panic!() };
        assert_eq!(code, "too-deep");
    }
}
