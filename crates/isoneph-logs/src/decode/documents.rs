//! A file as a row of records: one JSON value a line, values one after the other, one array, or an object around an
//! array (`{"Records": […]}`), in any mixture. Only the record at hand is in memory.

use std::io::{self, Read};

use super::pages::{BEHIND, more_around, more_follows};
use super::tell::{self, Told};
use super::window::{Skipper, Window};
use super::{Decoder, Hints, LogFormat, MAX_RECORD, Output, Trouble, around, aws, stamp};

/// How much of a document is looked at to find the array in it.
const HEAD: usize = 1 << 16;
/// How deep records may stand in records (`{"message": "{\"detail\": {…}}"}`).
const MAX_NESTED: u8 = 6;

/// Reads a file to its end.
pub(super) fn read<R: Read>(
    decoder: &mut Decoder,
    head: Vec<u8>,
    reader: R,
    hints: &Hints,
    output: &mut dyn Output,
) -> io::Result<Vec<u8>> {
    let mut window = Window::new(head, reader);
    window.fill(3)?;
    if window.bytes().starts_with(&[0xef, 0xbb, 0xbf]) {
        window.consume(3);
    }
    let mut reading = Reading { decoder, window, hints, around: None, output, index: 0, wrapped: true };
    reading.documents()?;
    Ok(reading.window.into_buffer())
}

struct Reading<'r, R> {
    decoder: &'r mut Decoder,
    window: Window<R>,
    hints: &'r Hints,
    /// The same, with what the object around the array at hand says.
    around: Option<Hints>,
    output: &'r mut dyn Output,
    /// How many records were met.
    index: u64,
    /// Whether the document before was an object around an array: the next one may be as well.
    wrapped: bool,
}

/// What became of the value at the beginning of the window.
enum Taken {
    /// It was read, and is so long.
    Whole(usize),
    /// It is not all there.
    Short,
    /// It is no JSON.
    Broken(Trouble),
}

impl<R: Read> Reading<'_, R> {
    fn documents(&mut self) -> io::Result<()> {
        while let Some(first) = self.next_byte(b",\x1e")? {
            match first {
                b'[' => {
                    self.window.consume(1);
                    if !self.array()? {
                        return Ok(());
                    }
                }
                b'{' if self.wrapped && self.around_array()? => {}
                b'0'..=b'9' if let Some(length) = self.stamp()? => self.window.consume(length),
                _ => {
                    self.wrapped = false;
                    self.value(true)?;
                }
            }
        }
        Ok(())
    }

    /// How long a time is that stands before the record at hand.
    fn stamp(&mut self) -> io::Result<Option<usize>> {
        self.window.fill(64)?;
        Ok(stamp(self.window.bytes()))
    }

    /// The next byte that is neither white space nor a separator.
    fn next_byte(&mut self, separators: &[u8]) -> io::Result<Option<u8>> {
        loop {
            let bytes = self.window.bytes();
            let passed = bytes.iter().position(|byte| !byte.is_ascii_whitespace() && !separators.contains(byte));
            if let Some(passed) = passed {
                let byte = bytes[passed];
                self.window.consume(passed);
                return Ok(Some(byte));
            }
            self.window.consume(bytes.len());
            if !self.window.more()? {
                return Ok(None);
            }
        }
    }

    /// Reads a document that is an object around an array of records; `false` where it is none.
    fn around_array(&mut self) -> io::Result<bool> {
        self.window.fill(HEAD)?;
        let bytes = self.window.bytes();
        let Some(inside) = around::array_in(&bytes[..bytes.len().min(HEAD)]) else { return Ok(false) };
        self.around = around::account_before(&bytes[..inside]).map(|account| self.hints.or_account(account));
        let before = bytes[..inside].to_vec();
        self.window.consume(inside);
        self.wrapped = true;
        let first = self.index;
        let whole = self.array()?;
        self.around = None;
        let mut behind = Vec::new();
        if whole && !self.skip_into(Skipper::inside(1), Some(&mut behind))? {
            let message = "the file ends before the object around the records does";
            self.reject(Trouble::new("truncated", message));
        }
        if around::begins_again(&before, &behind) {
            let message = "the object has a second list of records of the same name, which was not read";
            self.reject(Trouble::new("second-list", message));
        }
        let records = usize::try_from(self.index - first).unwrap_or(usize::MAX);
        self.output.page(more_around(&before, &behind, records));
        Ok(true)
    }

    /// Reads the records of an array, from behind its opening bracket; `false` where the file ends in it.
    fn array(&mut self) -> io::Result<bool> {
        self.output.list();
        loop {
            match self.next_byte(b",")? {
                None => {
                    self.reject(Trouble::new("truncated", "the file ends before the list of records does"));
                    return Ok(false);
                }
                Some(b']') => {
                    self.window.consume(1);
                    return Ok(true);
                }
                Some(_) => self.value(false)?,
            }
        }
    }

    /// Reads one record. `line` says that a broken one ends with its line.
    fn value(&mut self, line: bool) -> io::Result<()> {
        let mut looked = false;
        // A word or a number that begins a line is no record, and what follows on its line none that can be trusted.
        let word = line && !matches!(self.window.bytes().first(), Some(b'{' | b'[' | b'"'));
        loop {
            match self.take()? {
                Taken::Whole(length) => {
                    self.window.consume(length);
                    return if word { self.pass_broken(true) } else { Ok(()) };
                }
                Taken::Broken(trouble) => {
                    self.reject(trouble);
                    return self.pass_broken(line);
                }
                // Perhaps the beginning of a long list of records: looked at once, before more is read.
                Taken::Short if line && !looked => {
                    looked = true;
                    if self.window.bytes().first() == Some(&b'{') && self.around_array()? {
                        return Ok(());
                    }
                }
                Taken::Short if self.window.bytes().len() > MAX_RECORD => {
                    let message = format!("the record is longer than {} MiB and was not read", MAX_RECORD >> 20);
                    self.reject(Trouble::new("record-too-large", message));
                    self.skip(Skipper::default())?;
                    return Ok(());
                }
                Taken::Short => {
                    if !self.window.more()? {
                        return self.end_short();
                    }
                }
            }
        }
    }

    fn end_short(&mut self) -> io::Result<()> {
        // The last line of a file that is still written, or of one that was cut.
        self.reject(Trouble::new("truncated", "the file ends in the middle of a record"));
        self.window.consume(usize::MAX);
        Ok(())
    }

    /// Tries to read the value at the beginning of the window.
    fn take(&mut self) -> io::Result<Taken> {
        let bytes = self.window.bytes();
        // Neighbours are mostly of one format. Whatever this one is instead is looked at more closely below.
        if self.decoder.last == Some(LogFormat::CloudTrail)
            && let Some((record, length)) = aws::record(&bytes[..bytes.len().min(MAX_RECORD)], &mut self.decoder.shapes)
            && record.is_event()
        {
            let Decoder { redactor, names, .. } = &mut *self.decoder;
            let hints = self.around.as_ref().unwrap_or(self.hints);
            let event = aws::event(record, hints, redactor, names);
            self.output.event(LogFormat::CloudTrail, self.index, &event)?;
            self.index += 1;
            return Ok(Taken::Whole(length));
        }
        let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<&serde_json::value::RawValue>();
        let (json, length) = match values.next() {
            Some(Ok(raw)) => (raw.get(), values.byte_offset()),
            Some(Err(error)) if error.is_eof() => return Ok(Taken::Short),
            Some(Err(error)) => return Ok(Taken::Broken(broken(bytes, error))),
            None => return Ok(Taken::Short),
        };
        if length > MAX_RECORD {
            return Ok(Taken::Short);
        }
        let offset = self.window.offset();
        let hints = self.around.as_ref().unwrap_or(self.hints);
        let mut nested = Nested { decoder: self.decoder, output: self.output, index: &mut self.index, offset };
        nested.record(json, hints, 0)?;
        Ok(Taken::Whole(length))
    }

    /// Passes over what is left of a broken record.
    fn pass_broken(&mut self, line: bool) -> io::Result<()> {
        if !line {
            self.skip(Skipper::default())?;
            return Ok(());
        }
        loop {
            let bytes = self.window.bytes();
            let count = bytes.iter().position(|byte| *byte == b'\n');
            self.window.consume(count.map_or(bytes.len(), |count| count + 1));
            if count.is_some() || !self.window.more()? {
                return Ok(());
            }
        }
    }

    /// Passes over a value; `false` where the file ends in it.
    fn skip(&mut self, skipper: Skipper) -> io::Result<bool> {
        self.skip_into(skipper, None)
    }

    /// The same; the beginning of what is passed over is kept.
    fn skip_into(&mut self, mut skipper: Skipper, mut kept: Option<&mut Vec<u8>>) -> io::Result<bool> {
        let mut any = false;
        let mut keep = |bytes: &[u8]| {
            if let Some(kept) = &mut kept {
                kept.extend(&bytes[..bytes.len().min(BEHIND - kept.len())]);
            }
        };
        loop {
            let bytes = self.window.bytes();
            if let Some(end) = skipper.end(bytes) {
                keep(&bytes[..end]);
                // Always on: a bracket too many is passed over as well.
                self.window.consume(if any { end } else { end.max(1) });
                return Ok(true);
            }
            keep(bytes);
            any |= !bytes.is_empty();
            self.window.consume(bytes.len());
            if !self.window.more()? {
                return Ok(false);
            }
        }
    }

    fn reject(&mut self, trouble: Trouble) {
        self.output.reject(self.index, self.window.offset(), trouble);
        self.index += 1;
    }
}

/// What is wrong with a value that is no JSON.
fn broken(bytes: &[u8], error: serde_json::Error) -> Trouble {
    let text = &bytes[..bytes.len().min(4096)];
    let valid = std::str::from_utf8(text).map_or_else(|error| error.error_len().is_none(), |_| true);
    let trouble = Trouble::unreadable(error);
    if valid { trouble } else { Trouble { code: "wrong-encoding", ..trouble } }
}

/// A record, and the records in it.
struct Nested<'r> {
    decoder: &'r mut Decoder,
    output: &'r mut dyn Output,
    index: &'r mut u64,
    offset: u64,
}

impl Nested<'_> {
    fn record(&mut self, json: &str, hints: &Hints, depth: u8) -> io::Result<()> {
        let told = if depth <= MAX_NESTED {
            tell::tell(json)
        } else {
            Err(Trouble::new("too-deep", "records stand in records more than six levels deep"))
        };
        let around = match &told {
            Ok(Told::OfCluster(_) | Told::List(_)) => around::account_around(json),
            _ => None,
        };
        let around = around.map(|account| hints.or_account(account));
        let hints = around.as_ref().unwrap_or(hints);
        match told {
            Ok(Told::Record(format)) => self.event(format, json, hints),
            Ok(Told::Digest) => {
                self.output.digest();
                *self.index += 1;
                Ok(())
            }
            Ok(Told::Inner(inner)) => self.record(inner.get(), hints, depth + 1),
            Ok(Told::Text(text) | Told::OfCluster(text)) => self.record(&text, hints, depth + 1),
            Ok(Told::List(records)) => {
                records.iter().try_for_each(|record| self.record(record.get(), hints, depth + 1))?;
                if json.trim_start().starts_with('{') {
                    self.output.page(more_follows(json, records.len()));
                }
                Ok(())
            }
            Err(trouble) => {
                self.output.reject(*self.index, self.offset, trouble);
                *self.index += 1;
                Ok(())
            }
        }
    }

    fn event(&mut self, format: LogFormat, json: &str, hints: &Hints) -> io::Result<()> {
        let index = *self.index;
        *self.index += 1;
        match self.decoder.event(format, json, hints, &mut |event| self.output.event(format, index, event)) {
            Ok(written) => {
                self.decoder.last = Some(format);
                written
            }
            Err(trouble) => {
                self.output.reject(index, self.offset, trouble);
                Ok(())
            }
        }
    }
}
