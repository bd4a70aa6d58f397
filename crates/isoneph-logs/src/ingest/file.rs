//! One file: opened, digested, unpacked within bounds, and given to the decoder.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

use libdeflater::Decompressor;
use ring::digest::{Context, SHA256, digest};

use super::packing::{DamagedZstd, Packing};
use crate::decode::{Decoder, Hints, Output, Trouble, list_for_the_eye, stamp};
use crate::hex::hex;

/// Files up to this size are read at once, and unpacked at once up to [`MAX_UNPACKED_AT_ONCE`].
const MAX_AT_ONCE: u64 = 8 << 20;
const MAX_UNPACKED_AT_ONCE: usize = 32 << 20;
/// How much a packed file may hold: this, and [`MAX_RATIO`] times its size. Logs pack ten to fifty times.
const ALLOWANCE: u64 = 16 << 20;
const MAX_RATIO: u64 = 200;

/// Memory that is used again for every file.
#[derive(Default)]
pub(super) struct Memory {
    packed: Vec<u8>,
    unpacked: Vec<u8>,
    decompressor: Option<Decompressor>,
}

/// What a file is, before its records are read.
pub(super) struct Opened {
    file: File,
    pub(super) bytes: u64,
    pub(super) sha256: [u8; 32],
    packing: Packing,
    /// Whether all of it is in memory.
    at_once: bool,
    modified: Option<SystemTime>,
}

/// Why a file is not read.
#[derive(Debug)]
pub(super) enum Closed {
    /// It holds something else; what, in words.
    Other(String),
    /// It cannot be read.
    Unreadable(Trouble),
}

impl From<io::Error> for Closed {
    fn from(error: io::Error) -> Closed {
        Closed::Unreadable(Trouble::new("unreadable", error.to_string()))
    }
}

/// Opens a file and digests it, unless its first bytes show that it is no log.
pub(super) fn open(path: &Path, memory: &mut Memory) -> Result<Opened, Closed> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    memory.packed.clear();
    let head = if metadata.len() <= MAX_AT_ONCE { MAX_AT_ONCE + 1 } else { 4096 };
    (&mut file).take(head).read_to_end(&mut memory.packed)?;
    // The size of a pipe, or of a file that grows, says nothing: what came does.
    let at_once = metadata.len() <= MAX_AT_ONCE && memory.packed.len() as u64 <= MAX_AT_ONCE;
    if !at_once && !metadata.is_file() {
        let message = format!("a pipe may carry {} MiB here; give a file instead", MAX_AT_ONCE >> 20);
        return Err(Closed::Unreadable(Trouble::new("too-large", message)));
    }
    let bytes = if at_once { memory.packed.len() as u64 } else { metadata.len() };
    let packing = Packing::of(&memory.packed);
    if packing == Packing::Plain {
        looks_like_log(&memory.packed)?;
    }
    let sha256 = if at_once {
        digest(&SHA256, &memory.packed)
    } else {
        file.seek(SeekFrom::Start(0))?;
        digest_of(&mut file)?
    };
    let mut bytes_of_digest = [0; 32];
    bytes_of_digest.copy_from_slice(sha256.as_ref());
    Ok(Opened { file, bytes, sha256: bytes_of_digest, packing, at_once, modified: metadata.modified().ok() })
}

pub(super) fn digest_of(file: &mut File) -> io::Result<ring::digest::Digest> {
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(context.finish()),
            count => context.update(&buffer[..count]),
        }
    }
}

/// Where a tar archive says that it is one, and how.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// The code of a file in a form that logs are kept in and that is not read.
pub const OTHER_FORM: &str = "other-form";

/// Whether bytes can be the beginning of a log: JSON, after white space.
fn looks_like_log(head: &[u8]) -> Result<(), Closed> {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"\x1f\x8b", "packed with gzip twice: unpack it first"),
        (b"PAR1", "a Parquet file: give its rows as JSON"),
        (b"Obj\x01", "an Avro file: give its records as JSON"),
        (b"PK\x03\x04", "a zip archive: unpack it first"),
        (b"BZh", "packed with bzip2: unpack it first"),
        (b"\xfd7zXZ\0", "packed with xz: unpack it first"),
        (b"\xff\xfe", "UTF-16, not UTF-8: convert it first"),
        (b"\xfe\xff", "UTF-16, not UTF-8: convert it first"),
        (b"SQLite format 3", "a database"),
    ];
    if let Some((_, words)) = KNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
        let code = match words {
            words if words.starts_with("UTF-16") => "wrong-encoding",
            words if words.contains("archive") => "archive",
            _ => OTHER_FORM,
        };
        let trouble = Trouble::new(code, *words);
        return Err(if words.contains(':') { Closed::Unreadable(trouble) } else { Closed::Other((*words).to_owned()) });
    }
    if head.get(TAR.0..).is_some_and(|rest| rest.starts_with(TAR.1)) {
        return Err(Closed::Unreadable(Trouble::new("archive", "a tar archive: unpack it first")));
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[' | 0x1e) => Ok(()),
        // As much white space as was looked at: the decoder finds what comes behind it.
        None if head.len() >= 4096 => Ok(()),
        None => Err(Closed::Other("empty".to_owned())),
        Some(_) if stamp(text).is_some() => Ok(()),
        Some(_) => Err(match list_for_the_eye(text) {
            Some(instead) => Closed::Unreadable(Trouble::new(OTHER_FORM, instead)),
            None => Closed::Other("not JSON".to_owned()),
        }),
    }
}

/// How a file is read.
pub(super) struct Way<'h> {
    /// What its path says of its records.
    pub(super) hints: &'h Hints,
    /// Whether what it holds is hashed.
    pub(super) hashed: bool,
}

/// How the reading of an opened file ended.
pub(super) struct Ending {
    /// The SHA-256 of what the file holds, once unpacked, in hexadecimal; `None` where it was not asked for, or the file not
    /// read to its end.
    pub(super) content_sha256: Option<String>,
    /// What stopped the reading.
    pub(super) stopped: Option<Closed>,
}

/// Gives what a file holds to the decoder. An error is one of the output.
pub(super) fn decode(
    opened: Opened,
    memory: &mut Memory,
    decoder: &mut Decoder,
    way: &Way<'_>,
    output: &mut dyn Output,
) -> Ending {
    if opened.at_once {
        if opened.packing == Packing::Plain {
            let content = std::mem::take(&mut memory.packed);
            return whole(content, |memory| &mut memory.packed, memory, decoder, way, output);
        }
        if opened.packing == Packing::Gzip && unpack_at_once(memory) {
            let content = std::mem::take(&mut memory.unpacked);
            if let Err(closed) = looks_like_log(&content) {
                memory.unpacked = content;
                return Ending { content_sha256: None, stopped: Some(closed) };
            }
            return whole(content, |memory| &mut memory.unpacked, memory, decoder, way, output);
        }
    }
    stream(opened, memory, decoder, way, output)
}

fn whole(
    content: Vec<u8>,
    home: fn(&mut Memory) -> &mut Vec<u8>,
    memory: &mut Memory,
    decoder: &mut Decoder,
    way: &Way<'_>,
    output: &mut dyn Output,
) -> Ending {
    let content_sha256 = way.hashed.then(|| hex(digest(&SHA256, &content).as_ref()));
    let read = decoder.file(content, io::empty(), way.hints, output);
    let stopped = match read {
        Ok(buffer) => {
            *home(memory) = buffer;
            None
        }
        Err(error) => Some(closed_by(&error)),
    };
    Ending { content_sha256, stopped }
}

/// Unpacks a small file; `false` where it has to be read piece by piece.
fn unpack_at_once(memory: &mut Memory) -> bool {
    let packed = &memory.packed;
    let Some(size) = packed.last_chunk().map(|bytes| u32::from_le_bytes(*bytes) as usize) else { return false };
    // A second member begins like the first one: the quick decoder would not see it.
    let several = memchr::memmem::find(&packed[3..], &[0x1f, 0x8b, 8]).is_some();
    if size == 0 || size > MAX_UNPACKED_AT_ONCE || size as u64 > allowed(packed.len() as u64) || several {
        return false;
    }
    let decompressor = memory.decompressor.get_or_insert_with(Decompressor::new);
    memory.unpacked.resize(size, 0);
    matches!(decompressor.gzip_decompress(packed, &mut memory.unpacked), Ok(count) if count == size)
}

fn allowed(packed: u64) -> u64 {
    ALLOWANCE.saturating_add(packed.saturating_mul(MAX_RATIO))
}

fn stream(
    mut opened: Opened,
    memory: &mut Memory,
    decoder: &mut Decoder,
    way: &Way<'_>,
    output: &mut dyn Output,
) -> Ending {
    let raw: Box<dyn Read + '_> = if opened.at_once {
        Box::new(Cursor::new(&memory.packed))
    } else {
        if let Err(error) = opened.file.seek(SeekFrom::Start(0)) {
            return Ending { content_sha256: None, stopped: Some(error.into()) };
        }
        Box::new(BufReader::with_capacity(1 << 18, &opened.file))
    };
    let limit = if opened.packing == Packing::Plain { u64::MAX } else { allowed(opened.bytes) };
    let reader = match opened.packing.unpacked(raw) {
        Ok(reader) => reader,
        Err(error) => return Ending { content_sha256: None, stopped: Some(error.into()) },
    };
    let mut reader = Bounded { reader, context: way.hashed.then(|| Context::new(&SHA256)), count: 0, limit };
    let mut head = Vec::new();
    let looked = (&mut reader).take(4096).read_to_end(&mut head);
    let broken = looked.err();
    if let Some(error) = broken.as_ref().filter(|_| head.is_empty()) {
        return Ending { content_sha256: None, stopped: Some(closed_by(error)) };
    }
    if let Err(closed) = looks_like_log(&head) {
        let closed = broken.as_ref().map_or(closed, closed_by);
        return Ending { content_sha256: None, stopped: Some(closed) };
    }
    // What came before a file breaks off is read all the same.
    let read = match broken {
        Some(error) => decoder.file(head, Failed(Some(error)), way.hints, output),
        None => decoder.file(head, &mut reader, way.hints, output),
    };
    if let Err(error) = read {
        return Ending { content_sha256: None, stopped: Some(closed_by(&error)) };
    }
    let content_sha256 = reader.context.map(|context| hex(context.finish().as_ref()));
    drop(reader.reader);
    // The digest was taken before, in a pass of its own: what was read must be what was digested.
    let same = opened.at_once
        || opened.file.metadata().is_ok_and(|now| now.len() == opened.bytes && now.modified().ok() == opened.modified);
    let changed = || Closed::Unreadable(Trouble::new("changed-while-read", "the file was changed while it was read"));
    Ending { content_sha256, stopped: if same { None } else { Some(changed()) } }
}

/// A reader that gives nothing but its error.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// A reader that digests what passes, where that is asked for, up to a limit.
struct Bounded<R> {
    reader: R,
    context: Option<Context>,
    count: u64,
    limit: u64,
}

/// What a packed file holds is more than a log can be.
#[derive(Debug, thiserror::Error)]
#[error("the file unpacks to more than {} times its size: it was not read further", MAX_RATIO)]
struct Bomb;

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.context.iter_mut().for_each(|context| context.update(&buffer[..count]));
        self.count += count as u64;
        if self.count > self.limit {
            return Err(io::Error::new(io::ErrorKind::InvalidData, Bomb));
        }
        Ok(count)
    }
}

fn closed_by(error: &io::Error) -> Closed {
    let is_bomb = matches!(error.get_ref(), Some(inner) if inner.is::<Bomb>());
    let is_zstd = matches!(error.get_ref(), Some(inner) if inner.is::<DamagedZstd>());
    let code = match error.kind() {
        _ if is_bomb => "zip-bomb",
        _ if is_zstd => "damaged-zstd",
        io::ErrorKind::UnexpectedEof => "truncated",
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "damaged-gzip",
        _ => "unreadable",
    };
    Closed::Unreadable(Trouble::new(code, error.to_string()))
}
