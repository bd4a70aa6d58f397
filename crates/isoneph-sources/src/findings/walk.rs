//! A walk through a JSON document that never holds more of it than one record.
//!
//! `serde_json` alone would give up a whole document for one bad finding. The walker only follows brackets and strings:
//! it cuts a document into records, each parsed on its own, so that a record that makes no sense costs itself alone. Its
//! memory is one record (at most [`RECORD_CAP`]) however deep or long the document is.

use std::fmt::Write as _;
use std::io::BufRead;

use isoneph_model::Locator;

use crate::Fault;

/// The largest record that is read.
pub(super) const RECORD_CAP: usize = 16 << 20;

/// The longest key on the way to the records.
const KEY_CAP: usize = 64 << 10;

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// All of it is in the buffer.
    Whole,
    /// It is larger than it may be; it was passed over.
    TooLarge,
}

/// Walks through one document.
pub(super) struct Walker<'r> {
    reader: &'r mut dyn BufRead,
    pointer: String,
}

impl<'r> Walker<'r> {
    /// A walker at the start of a document; `root` begins every place it tells (`#`, `record 3`).
    pub(super) fn new(reader: &'r mut dyn BufRead, root: &str) -> Walker<'r> {
        Walker { reader, pointer: root.to_owned() }
    }

    /// The place of the value that comes next.
    pub(super) fn place(&self) -> Locator {
        Locator::new(&*self.pointer)
    }

    /// The first byte of the next token, which stays where it is. `None` at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            match buffer.iter().position(|b| !is_space(*b)) {
                Some(at) => {
                    let byte = buffer[at];
                    self.reader.consume(at);
                    return Ok(Some(byte));
                }
                None => {
                    let length = buffer.len();
                    self.reader.consume(length);
                }
            }
        }
    }

    /// Visits every element of the array that comes next; `visit` has to take the element.
    pub(super) fn array(&mut self, visit: &mut dyn FnMut(&mut Self, usize) -> Result<(), Fault>) -> Result<(), Fault> {
        self.token(b'[')?;
        if self.peek()? == Some(b']') {
            return self.token(b']');
        }
        for index in 0_usize.. {
            let length = self.pointer.len();
            // Writing to a String does not fail.
            let _ = write!(self.pointer, "/{index}");
            visit(self, index)?;
            self.pointer.truncate(length);
            if self.more(b']')? {
                break;
            }
        }
        Ok(())
    }

    /// Visits every member of the object that comes next; `visit` has to take the value.
    pub(super) fn object(&mut self, visit: &mut dyn FnMut(&mut Self, &str) -> Result<(), Fault>) -> Result<(), Fault> {
        self.token(b'{')?;
        if self.peek()? == Some(b'}') {
            return self.token(b'}');
        }
        let mut buffer = Vec::new();
        loop {
            let key = self.key(&mut buffer)?;
            self.token(b':')?;
            let length = self.pointer.len();
            self.pointer.push('/');
            self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            visit(self, &key)?;
            self.pointer.truncate(length);
            if self.more(b'}')? {
                return Ok(());
            }
        }
    }

    /// Takes the next value, whatever it is, into `buffer`.
    pub(super) fn take(&mut self, buffer: &mut Vec<u8>, cap: usize) -> Result<Taken, Fault> {
        buffer.clear();
        if self.peek()?.is_none() {
            return Err(self.fault("truncated", "the document ends where a value should stand"));
        }
        let mut taken = Taken::Whole;
        let mut end = End::default();
        loop {
            let bytes = self.reader.fill_buf()?;
            if bytes.is_empty() {
                return if end.may_end_here() {
                    Ok(taken)
                } else {
                    Err(self.fault("truncated", "the document ends in the middle of this"))
                };
            }
            let stop = end.find(bytes);
            let part = &bytes[..stop.unwrap_or(bytes.len())];
            if taken == Taken::Whole && buffer.len() + part.len() <= cap {
                buffer.extend_from_slice(part);
            } else {
                taken = Taken::TooLarge;
                buffer.clear();
            }
            let length = part.len();
            self.reader.consume(length);
            if stop.is_some() {
                break;
            }
        }
        if taken == Taken::Whole && buffer.is_empty() {
            return Err(self.fault("not-json", "a value should stand here"));
        }
        Ok(taken)
    }

    /// Passes over the next value.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        match self.peek()? {
            Some(b',' | b':' | b']' | b'}') => Err(self.fault("not-json", "a value should stand here")),
            _ => self.take(&mut Vec::new(), 0).map(|_| ()),
        }
    }

    /// A fault at the present place.
    pub(super) fn fault(&self, code: &'static str, message: &str) -> Fault {
        Fault::Reject { locator: self.place(), code, message: message.to_owned() }
    }

    fn key(&mut self, buffer: &mut Vec<u8>) -> Result<String, Fault> {
        if self.peek()? != Some(b'"') {
            return Err(self.fault("not-json", "a key in quotes should stand in this object"));
        }
        match self.take(buffer, KEY_CAP)? {
            Taken::Whole => serde_json::from_slice(buffer)
                .map_err(|_| self.fault("not-json", "a key of this object is not a JSON string")),
            Taken::TooLarge => Err(self.fault("too-large", "a key of this object is longer than 64 KiB")),
        }
    }

    /// Takes a comma, or the closing bracket. Whether it was the bracket.
    fn more(&mut self, close: u8) -> Result<bool, Fault> {
        match self.peek()? {
            Some(b',') => self.token(b',').map(|()| false),
            _ => self.token(close).map(|()| true),
        }
    }

    fn token(&mut self, wanted: u8) -> Result<(), Fault> {
        match self.peek()? {
            Some(byte) if byte == wanted => {
                self.reader.consume(1);
                Ok(())
            }
            Some(_) => Err(self.fault("not-json", &format!("a '{}' should stand here", char::from(wanted)))),
            None => Err(self.fault("truncated", &format!("the document ends before a '{}'", char::from(wanted)))),
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Finds the end of a value, piece by piece.
#[derive(Default)]
struct End {
    depth: usize,
    in_text: bool,
    escaped: bool,
    scalar: bool,
    over: bool,
}

impl End {
    /// The length of what still belongs to the value, once its end is in these bytes.
    fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        bytes
            .iter()
            .enumerate()
            .find_map(|(index, byte)| self.step(*byte).map(|inclusive| index + usize::from(inclusive)))
    }

    /// Whether the value ends at this byte, and then whether the byte belongs to it.
    fn step(&mut self, byte: u8) -> Option<bool> {
        if self.in_text {
            return self.step_in_text(byte);
        }
        match byte {
            b'"' if !self.scalar => self.in_text = true,
            b'{' | b'[' if !self.scalar => self.depth += 1,
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                return self.close();
            }
            b',' | b':' | b']' | b'}' if self.depth == 0 => return self.stop(),
            _ if self.depth == 0 && is_space(byte) => return self.stop(),
            _ => self.scalar |= self.depth == 0,
        }
        None
    }

    fn step_in_text(&mut self, byte: u8) -> Option<bool> {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.in_text = false;
                return self.close();
            }
            _ => {}
        }
        None
    }

    fn close(&mut self) -> Option<bool> {
        self.over = self.depth == 0;
        self.over.then_some(true)
    }

    fn stop(&mut self) -> Option<bool> {
        self.over = true;
        Some(false)
    }

    /// A number or word at the very end of a document has nothing behind it.
    fn may_end_here(&self) -> bool {
        self.over || (self.scalar && self.depth == 0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn elements(text: &str, cap: usize) -> Vec<String> {
        // A buffer of three bytes: every value crosses its edge.
        let mut reader = BufReader::with_capacity(3, text.as_bytes());
        let mut walker = Walker::new(&mut reader, "#");
        let mut seen = Vec::new();
        let mut buffer = Vec::new();
        let result = walker.array(&mut |walker, _| {
            let place = walker.place();
            let taken = walker.take(&mut buffer, cap)?;
            seen.push(format!("{place} {taken:?} {}", String::from_utf8_lossy(&buffer)));
            Ok(())
        });
        if let Err(Fault::Reject { locator, code, .. }) = result {
            seen.push(format!("{locator} {code}"));
        }
        seen
    }

    #[test]
    fn values_are_cut_out_whole() {
        let text = r#" [ {"a": "]}\"\\", "b": [1, {}]} , "x,y" ,12,null] "#;
        assert_eq!(
            elements(text, 100),
            [r##"#/0 Whole {"a": "]}\"\\", "b": [1, {}]}"##, r##"#/1 Whole "x,y""##, "#/2 Whole 12", "#/3 Whole null"]
        );
        assert!(elements("[]", 100).is_empty());
    }

    #[test]
    fn a_value_that_is_too_large_costs_itself_alone() {
        assert_eq!(elements(r#"[1,"a long text",2]"#, 4), ["#/0 Whole 1", "#/1 TooLarge ", "#/2 Whole 2"]);
    }

    #[test]
    fn what_is_no_json_ends_the_walk_with_its_place() {
        assert_eq!(elements("[1,{\"a\":", 9), ["#/0 Whole 1", "#/1 truncated"]);
        assert_eq!(elements("[1 2]", 9), ["#/0 Whole 1", "# not-json"]);
        assert_eq!(elements("[,]", 9), ["#/0 not-json"]);
        assert_eq!(elements("[1", 9), ["#/0 Whole 1", "# truncated"]);
    }

    #[test]
    fn keys_become_a_pointer() {
        let mut reader = BufReader::with_capacity(3, r#"{"a/b":1,"~":[0]}"#.as_bytes());
        let mut walker = Walker::new(&mut reader, "#");
        let mut places = Vec::new();
        let result = walker.object(&mut |walker, _| {
            places.push(walker.place().to_string());
            walker.skip()
        });
        assert!(result.is_ok());
        assert_eq!(places, ["#/a~1b", "#/~0"]);
    }
}
