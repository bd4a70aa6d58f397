//! The bytes of an input as the readers want them: hashed as they are on disk, unpacked, checked to be UTF-8, without a
//! byte-order mark, and never without end.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::PathBuf;
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use isoneph_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::fault::Fault;

/// The most bytes that one input may unpack to.
const MAX_BYTES: u64 = 16 << 30;
const BUFFER: usize = 1 << 18;

/// A file, which can be opened again.
#[derive(Debug, Clone)]
pub(crate) struct Source(pub(crate) PathBuf);

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Nothing there.
    Empty,
    /// UTF-16 or UTF-32, by its byte-order mark or its zero bytes.
    WideText,
    /// A zip archive.
    Zip,
    /// The first byte that is not white space could begin a JSON document.
    Json,
    /// Anything else.
    Other,
}

/// The text is not UTF-8.
#[derive(Debug, thiserror::Error)]
#[error("byte {offset} is not part of any UTF-8 text")]
pub(crate) struct BadText {
    /// Where the first bad byte is.
    pub(crate) offset: u64,
}

/// It goes on for too long.
#[derive(Debug, thiserror::Error)]
#[error("more than {0} GiB when unpacked")]
pub(crate) struct TooLong(u64);

impl Source {
    fn raw(&self) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(File::open(&self.0)?))
    }

    /// Looks at the first bytes.
    pub(crate) fn opening(&self) -> Result<Opening, Fault> {
        let mut head = Vec::new();
        unpacked(self.raw()?)?.take(4096).read_to_end(&mut head)?;
        Ok(match head.as_slice() {
            [] => Opening::Empty,
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Opening::WideText,
            [b'P', b'K', 3, 4, ..] => Opening::Zip,
            [0, ..] | [_, 0, ..] => Opening::WideText,
            bytes => match without_mark(bytes).iter().find(|b| !b.is_ascii_whitespace()) {
                Some(b'{' | b'[') => Opening::Json,
                Some(_) => Opening::Other,
                None => Opening::Empty,
            },
        })
    }

    /// Whether the bytes at the beginning hold a text, as the names in an archive do.
    pub(crate) fn begins_with_any(&self, names: &[&[u8]]) -> Result<bool, Fault> {
        let mut head = Vec::new();
        self.raw()?.take(1 << 16).read_to_end(&mut head)?;
        Ok(names.iter().any(|name| head.windows(name.len()).any(|window| window == *name)))
    }

    /// The unpacked text from its beginning, without a byte-order mark.
    pub(crate) fn open(&self) -> Result<Box<dyn Read>, Fault> {
        text(self.raw()?)
    }

    /// The digest of what a packed file holds; `None` for one that is not packed.
    pub(crate) fn unpacked_digest(&self) -> Result<Option<Digest>, Fault> {
        let (head, _) = peek(self.raw()?, 2)?;
        if head != [0x1f, 0x8b] {
            return Ok(None);
        }
        let hashing = Hashing(Rc::new(RefCell::new(Hashed { raw: unpacked(self.raw()?)?, hasher: Sha256::new() })));
        Ok(Some(hashing.finish()?))
    }

    /// As [`open`](Self::open), and the digest of the raw bytes once all of it is read.
    pub(crate) fn open_hashed(&self) -> Result<(Box<dyn Read>, Hashing), Fault> {
        let hashing = Hashing(Rc::new(RefCell::new(Hashed { raw: self.raw()?, hasher: Sha256::new() })));
        Ok((text(Box::new(hashing.clone()))?, hashing))
    }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes)
}

/// The first bytes of a reader, put before the rest of it.
fn peek(mut reader: Box<dyn Read>, count: usize) -> io::Result<(Vec<u8>, Box<dyn Read>)> {
    let mut head = Vec::with_capacity(count);
    reader.by_ref().take(count as u64).read_to_end(&mut head)?;
    Ok((head, reader))
}

fn unpacked(raw: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let (head, rest) = peek(raw, 2)?;
    let packed = head == [0x1f, 0x8b];
    let whole = Cursor::new(head).chain(rest);
    Ok(if packed { Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, whole))) } else { Box::new(whole) })
}

fn text(raw: Box<dyn Read>) -> Result<Box<dyn Read>, Fault> {
    let (head, rest) = peek(unpacked(raw)?, 3)?;
    let marked = head.len() - without_mark(&head).len();
    let whole = Cursor::new(head[marked..].to_vec()).chain(rest);
    Ok(Box::new(Text { inner: whole, offset: marked as u64, pending: Vec::new() }))
}

struct Hashed {
    raw: Box<dyn Read>,
    hasher: Sha256,
}

/// A reader that digests what passes.
#[derive(Clone)]
pub(crate) struct Hashing(Rc<RefCell<Hashed>>);

impl Hashing {
    /// Reads what is left, and gives the digest of all of it.
    pub(crate) fn finish(&self) -> io::Result<Digest> {
        let mut buffer = vec![0; BUFFER];
        while self.clone().read(&mut buffer)? > 0 {}
        Ok(Digest::new(self.0.borrow().hasher.clone().finalize().into()))
    }
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let hashed = &mut *self.0.borrow_mut();
        let count = hashed.raw.read(buffer)?;
        hashed.hasher.update(&buffer[..count]);
        Ok(count)
    }
}

/// Lets UTF-8 through, and only so much of it.
struct Text<R> {
    inner: R,
    offset: u64,
    /// The beginning of a character that was cut by the end of a chunk.
    pending: Vec<u8>,
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.check(&buffer[..count], count == 0 && !buffer.is_empty())?;
        self.offset += count as u64;
        if self.offset > MAX_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TooLong(MAX_BYTES >> 30)));
        }
        Ok(count)
    }
}

impl<R> Text<R> {
    fn check(&mut self, chunk: &[u8], ended: bool) -> io::Result<()> {
        let bad = |offset| io::Error::new(io::ErrorKind::InvalidData, BadText { offset });
        let start = self.offset - self.pending.len() as u64;
        if ended && !self.pending.is_empty() {
            return Err(bad(start));
        }
        let mut used = 0;
        while !self.pending.is_empty() && used < chunk.len() {
            self.pending.push(chunk[used]);
            used += 1;
            match std::str::from_utf8(&self.pending) {
                Ok(_) => self.pending.clear(),
                Err(error) if error.error_len().is_some() => return Err(bad(start)),
                Err(_) => {}
            }
        }
        if let Err(error) = std::str::from_utf8(&chunk[used..]) {
            let at = used + error.valid_up_to();
            if error.error_len().is_some() {
                return Err(bad(self.offset + at as u64));
            }
            self.pending = chunk[at..].to_vec();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Drip(Vec<u8>, usize);

    impl Read for Drip {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let end = (self.1 + 1).min(self.0.len());
            let piece = &self.0[self.1..end];
            buffer[..piece.len()].copy_from_slice(piece);
            self.1 = end;
            Ok(piece.len())
        }
    }

    #[test]
    fn characters_may_be_cut_anywhere_and_bad_bytes_are_found_where_they_are() {
        let mut out = String::new();
        text(Box::new(Drip("\u{feff}日本語 ok".into(), 0))).unwrap().read_to_string(&mut out).unwrap();
        assert_eq!(out, "日本語 ok");
        let mut bytes = "日本".as_bytes().to_vec();
        bytes.extend([0xff, b'x']);
        let error = text(Box::new(Drip(bytes, 0))).unwrap().read_to_end(&mut Vec::new()).unwrap_err();
        let bad = error.get_ref().and_then(|e| e.downcast_ref::<BadText>()).unwrap();
        assert_eq!(bad.offset, 6);
    }

    #[test]
    fn the_digest_is_of_all_bytes_however_few_were_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{\"a\": 1} and more").unwrap();
        let source = Source(file.path().to_owned());
        let (mut reader, hashing) = source.open_hashed().unwrap();
        reader.read_exact(&mut [0; 3]).unwrap();
        let whole = Digest::new(Sha256::digest(b"{\"a\": 1} and more").into());
        assert_eq!(hashing.finish().unwrap(), whole);
    }
}
