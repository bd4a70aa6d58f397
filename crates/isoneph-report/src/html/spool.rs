//! Rows that wait in a temporary file until their section is written.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// Pieces of text by number, on disk.
pub(super) struct Spool {
    file: BufWriter<File>,
    end: u64,
    pieces: BTreeMap<usize, Vec<Range<u64>>>,
}

impl Spool {
    pub(super) fn new() -> io::Result<Spool> {
        Ok(Spool { file: BufWriter::new(tempfile::tempfile()?), end: 0, pieces: BTreeMap::new() })
    }

    /// Adds to the piece with this number.
    pub(super) fn add(&mut self, number: usize, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        let start = self.end;
        self.end += text.len() as u64;
        self.pieces.entry(number).or_default().push(start..self.end);
        Ok(())
    }

    /// Copies the piece with this number.
    pub(super) fn copy(&mut self, number: usize, out: &mut impl Write) -> io::Result<()> {
        self.file.flush()?;
        for range in self.pieces.get(&number).into_iter().flatten() {
            let file = self.file.get_mut();
            file.seek(SeekFrom::Start(range.start))?;
            io::copy(&mut file.take(range.end - range.start), out)?;
        }
        self.file.get_mut().seek(SeekFrom::Start(self.end))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_in_any_order() {
        let mut spool = Spool::new().unwrap();
        for (number, text) in [(3, "three"), (1, "one"), (3, "!")] {
            spool.add(number, text).unwrap();
        }
        let mut out = Vec::new();
        for number in [1, 3, 2] {
            spool.copy(number, &mut out).unwrap();
        }
        spool.add(1, "+").unwrap();
        spool.copy(1, &mut out).unwrap();
        assert_eq!(out, b"onethree!one+");
    }
}
