//! How a file is packed, and what is inside.

use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;

/// The largest window of zstd, as a power of two: what its own tool unpacks unless it is told otherwise.
const MAX_WINDOW: u32 = 27;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    pub(super) fn of(head: &[u8]) -> Packing {
        match head {
            [0x1f, 0x8b, ..] => Packing::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
            _ => Packing::Plain,
        }
    }

    /// What is inside. One that asks for a window of more than [`MAX_WINDOW`] is damaged, as far as we know.
    pub(super) fn unpacked<'r>(self, raw: Box<dyn Read + 'r>) -> io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Packing::Plain => raw,
            Packing::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, raw))),
            Packing::Zstd => {
                let mut reader = zstd::stream::read::Decoder::new(raw)?;
                reader.window_log_max(MAX_WINDOW)?;
                Box::new(Unzstd(reader))
            }
        })
    }
}

/// A reader of zstd whose errors are told from those of the file below it.
struct Unzstd<R>(R);

/// What is wrong with something that was packed with zstd.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct DamagedZstd(io::Error);

impl<R: Read> Read for Unzstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Other => io::Error::new(io::ErrorKind::InvalidData, DamagedZstd(error)),
            _ => error,
        })
    }
}
