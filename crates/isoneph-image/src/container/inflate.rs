//! Decompression into a buffer of known size: a bomb has nowhere to go.

use flate2::{Decompress, FlushDecompress, Status};

/// Raw deflate to exactly `size` bytes.
pub(crate) fn deflate(packed: &[u8], size: usize) -> Result<Box<[u8]>, String> {
    run(Decompress::new(false), packed, size)
}

/// Deflate in the zlib frame, to exactly `size` bytes.
pub(crate) fn zlib(packed: &[u8], size: usize) -> Result<Box<[u8]>, String> {
    run(Decompress::new(true), packed, size)
}

fn run(mut decoder: Decompress, packed: &[u8], size: usize) -> Result<Box<[u8]>, String> {
    let mut unpacked = vec![0; size];
    loop {
        let (read, written) = (decoder.total_in() as usize, decoder.total_out() as usize);
        let step = decoder.decompress(
            packed.get(read..).unwrap_or_default(),
            unpacked.get_mut(written..).unwrap_or_default(),
            FlushDecompress::Finish,
        );
        let progress = (decoder.total_in() as usize, decoder.total_out() as usize) != (read, written);
        let full = decoder.total_out() as usize == size;
        match step {
            // The packed bytes are padded to sectors: what follows the stream is not ours.
            Ok(Status::StreamEnd) if full => return Ok(unpacked.into_boxed_slice()),
            _ if full => return Ok(unpacked.into_boxed_slice()),
            Ok(_) if progress => {}
            Ok(_) => return Err(format!("{} of {size} bytes", decoder.total_out())),
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// One zstd frame to exactly `size` bytes.
pub(crate) fn zstd(packed: &[u8], size: usize) -> Result<Box<[u8]>, String> {
    use std::io::Read as _;
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed).map_err(|error| error.to_string())?;
    let mut unpacked = vec![0; size];
    decoder.read_exact(&mut unpacked).map_err(|error| error.to_string())?;
    Ok(unpacked.into_boxed_slice())
}
