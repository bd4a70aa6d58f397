//! The part of a file that is in memory: it slides over the file, and never holds more than one record needs.

use std::io::{self, Read};

/// How much is read at a time.
const CHUNK: usize = 1 << 18;

/// Bytes of a file, from `offset` on.
pub(crate) struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    failed: Option<io::Error>,
    offset: u64,
}

impl<R: Read> Window<R> {
    /// The window at the beginning of what the reader gives. `head` are the bytes before that, if some were read.
    pub(crate) fn new(head: Vec<u8>, reader: R) -> Window<R> {
        Window { reader, buffer: head, start: 0, ended: false, failed: None, offset: 0 }
    }

    /// What is in memory and not yet consumed.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// How far the file was consumed.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Lets go of the first `count` bytes.
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.buffer.len() - self.start);
        self.start += count;
        self.offset += count as u64;
    }

    /// Reads on; `false` where the file has ended. An error is told when all before it was given.
    pub(crate) fn more(&mut self) -> io::Result<bool> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let before = self.buffer.len();
        // As much again as there is: a long record is looked at a few times, not once for every chunk of it.
        let wanted = before.max(CHUNK);
        let read = self.reader.by_ref().take(wanted as u64).read_to_end(&mut self.buffer);
        let came = self.buffer.len() > before;
        match read {
            Ok(count) => self.ended = count < wanted,
            Err(error) if came => self.failed = Some(error),
            Err(error) => return Err(error),
        }
        Ok(came)
    }

    /// Has at least `count` bytes in memory, or all that there are. An error waits until they were looked at.
    pub(crate) fn fill(&mut self, count: usize) -> io::Result<()> {
        while self.bytes().len() < count && self.failed.is_none() {
            match self.more() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if self.bytes().is_empty() => return Err(error),
                Err(error) => self.failed = Some(error),
            }
        }
        Ok(())
    }

    /// The memory, to be used again.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

/// Walks over a JSON value without keeping it: how records that are too long or broken are passed over.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Skipper {
    depth: u64,
    in_text: bool,
    escaped: bool,
    begun: bool,
}

impl Skipper {
    /// A skipper that is already inside so many objects or arrays.
    pub(crate) fn inside(depth: u64) -> Skipper {
        Skipper { depth, begun: true, ..Skipper::default() }
    }

    /// The place behind the value, if it ends in these bytes. A text cannot hold a line break: a value that is broken
    /// by one ends there.
    pub(crate) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            if self.in_text {
                match byte {
                    b'\n' => return Some(at),
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_text = false,
                    _ => continue,
                }
                if !self.in_text && self.depth == 0 {
                    return Some(at + 1);
                }
                continue;
            }
            match byte {
                b'"' => {
                    self.in_text = true;
                    self.begun = true;
                }
                b'{' | b'[' => {
                    self.depth += 1;
                    self.begun = true;
                }
                b'}' | b']' if self.depth == 0 => return Some(at),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                b',' | b'\n' | b' ' | b'\t' | b'\r' if self.depth == 0 && self.begun => return Some(at),
                b',' if self.depth == 0 => return Some(at),
                b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => self.begun = true,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_is_passed_over_wherever_the_chunks_end() {
        for (text, rest) in [
            (r#"{"a":"}\"]","b":[1,{}]},x"#, ",x"),
            ("12.5,x", ",x"),
            (" \n true\n{}", "\n{}"),
            (r#""a,b" ]"#, " ]"),
            ("]", "]"),
            ("{\"broken\nnext", "\nnext"),
        ] {
            for cut in 0..text.len() {
                let mut skipper = Skipper::default();
                let end = match skipper.end(&text.as_bytes()[..cut]) {
                    Some(end) => Some(end),
                    None => skipper.end(&text.as_bytes()[cut..]).map(|end| cut + end),
                };
                assert_eq!(end.map(|end| &text[end..]), Some(rest), "{text:?} at {cut}");
            }
        }
        assert_eq!(Skipper::inside(1).end(br#","n":{"m":1}} {"#), Some(13));
    }

    proptest! {
        #[test]
        fn a_window_gives_every_byte_once(bytes in prop::collection::vec(any::<u8>(), 0..2000), steps in prop::collection::vec(1_usize..300, 1..50)) {
            let mut window = Window::new(bytes[..bytes.len() / 3].to_vec(), &bytes[bytes.len() / 3..]);
            let mut seen = Vec::new();
            for step in steps.iter().cycle().take(4000) {
                window.fill(*step).unwrap();
                let count = window.bytes().len().min(*step);
                seen.extend_from_slice(&window.bytes()[..count]);
                window.consume(count);
            }
            prop_assert_eq!(window.offset(), seen.len() as u64);
            prop_assert_eq!(seen, bytes);
        }
    }
}
