//! One message on a pipe: four bytes of length, little-endian, and as many bytes.

use std::io::{ErrorKind, Read, Write};

#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    #[error("the message is {0} bytes long, more than the {1} allowed")]
    TooLong(u64, u32),
    #[error("nothing was said")]
    Ended,
    #[error(transparent)]
    Io(std::io::Error),
}

pub(super) fn write(pipe: &mut dyn Write, bytes: &[u8], longest: u32) -> Result<(), FrameError> {
    let too_long = || FrameError::TooLong(bytes.len() as u64, longest);
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= longest).ok_or_else(too_long)?;
    pipe.write_all(&length.to_le_bytes()).map_err(FrameError::Io)?;
    pipe.write_all(bytes).map_err(FrameError::Io)?;
    pipe.flush().map_err(FrameError::Io)
}

pub(super) fn read(pipe: &mut dyn Read, longest: u32) -> Result<Vec<u8>, FrameError> {
    let mut length = [0; 4];
    let ended = |error: std::io::Error| match error.kind() {
        ErrorKind::UnexpectedEof => FrameError::Ended,
        _ => FrameError::Io(error),
    };
    pipe.read_exact(&mut length).map_err(ended)?;
    let length = u32::from_le_bytes(length);
    if length > longest {
        return Err(FrameError::TooLong(u64::from(length), longest));
    }
    // Memory is taken as the bytes come, not as they are promised.
    let mut bytes = Vec::new();
    pipe.take(u64::from(length)).read_to_end(&mut bytes).map_err(FrameError::Io)?;
    if bytes.len() as u64 == u64::from(length) { Ok(bytes) } else { Err(FrameError::Ended) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut pipe = Vec::new();
        write(&mut pipe, b"abc", 3).unwrap();
        assert_eq!(read(&mut pipe.as_slice(), 3).unwrap(), b"abc");
        assert!(write(&mut pipe, b"abcd", 3).is_err());
    }

    #[test]
    fn a_promise_of_more_than_is_allowed_or_given_is_refused() {
        assert!(matches!(read(&mut &[0xFF, 0xFF, 0xFF, 0xFF][..], 10), Err(FrameError::TooLong(0xFFFF_FFFF, 10))));
        assert!(matches!(read(&mut &[9, 0, 0, 0, 1][..], 10), Err(FrameError::Ended)));
        assert!(matches!(read(&mut &[9, 0][..], 10), Err(FrameError::Ended)));
    }
}
