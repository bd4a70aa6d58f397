//! Numbers in byte buffers, and the checksum that file systems use.

/// A buffer of fixed layout. A field beyond its end reads as zero, so that no offset can panic; what needs the field to be
/// there checks the length first.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    fn array<const N: usize>(self, at: usize) -> [u8; N] {
        let field = at.checked_add(N).and_then(|end| self.0.get(at..end));
        field.and_then(|field| field.try_into().ok()).unwrap_or([0; N])
    }

    pub(crate) fn u8(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    pub(crate) fn u16_le(self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    pub(crate) fn u32_le(self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    pub(crate) fn u64_le(self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }

    pub(crate) fn u16_be(self, at: usize) -> u16 {
        u16::from_be_bytes(self.array(at))
    }

    pub(crate) fn u32_be(self, at: usize) -> u32 {
        u32::from_be_bytes(self.array(at))
    }

    pub(crate) fn u64_be(self, at: usize) -> u64 {
        u64::from_be_bytes(self.array(at))
    }

    /// The bytes from `at`, `length` of them, or none when the buffer ends before.
    pub(crate) fn slice(self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.0.get(at..at.checked_add(length)?)
    }
}

/// A UUID of sixteen bytes in the order they are written, in the usual lower-case form.
pub(crate) fn uuid_text(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().take(16).enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A GUID as Microsoft writes it: the first three fields little-endian.
pub(crate) fn guid_text(bytes: &[u8]) -> String {
    let mut ordered = [0_u8; 16];
    for (to, from) in [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].into_iter().enumerate() {
        ordered[to] = bytes.get(from).copied().unwrap_or(0);
    }
    uuid_text(&ordered)
}

/// Text up to the first NUL, what is not UTF-8 replaced.
pub(crate) fn label_text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// Eight tables for CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), eight bytes a step.
static CRC32C: [[u32; 256]; 8] = crc32c_tables();

const fn crc32c_tables() -> [[u32; 256]; 8] {
    let mut tables = [[0_u32; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { (value >> 1) ^ 0x82F6_3B78 } else { value >> 1 };
            bit += 1;
        }
        tables[0][byte] = value;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[table - 1][byte];
            tables[table][byte] = (before >> 8) ^ tables[0][(before & 0xFF) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

/// CRC-32C of `bytes`, continued from `seed`, without the inversions at either end.
pub(crate) fn crc32c_raw(seed: u32, bytes: &[u8]) -> u32 {
    let mut crc = seed;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let low = crc ^ Fields(chunk).u32_le(0);
        let high = Fields(chunk).u32_le(4);
        crc = 0;
        for (index, table) in CRC32C.iter().rev().enumerate() {
            let word = if index < 4 { low >> (8 * index) } else { high >> (8 * (index - 4)) };
            crc ^= table[(word & 0xFF) as usize];
        }
    }
    for byte in chunks.remainder() {
        crc = (crc >> 8) ^ CRC32C[0][((crc ^ u32::from(*byte)) & 0xFF) as usize];
    }
    crc
}

/// CRC-32C, as VHDX and XFS write it, of a structure whose own checksum field, four bytes at `field`, counts as zero.
pub(crate) fn crc32c_without(bytes: &[u8], field: usize) -> u32 {
    let (before, rest) = bytes.split_at(field.min(bytes.len()));
    let crc = crc32c_raw(crc32c_raw(!0, before), &[0; 4]);
    !crc32c_raw(crc, rest.get(4..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crc32c(bytes: &[u8]) -> u32 {
        !crc32c_raw(!0, bytes)
    }

    #[test]
    fn the_checksum_is_the_one_of_rfc_3720() {
        // RFC 3720, B.4: 32 bytes of zeroes, of ones, and ascending.
        assert_eq!(crc32c(&[0; 32]), 0x8A91_36AA);
        assert_eq!(crc32c(&[0xFF; 32]), 0x62A8_AB43);
        assert_eq!(crc32c(&(0..32).collect::<Vec<u8>>()), 0x46DD_794E);
        assert_eq!(crc32c(b"123456789"), 0xE306_9283);
    }

    #[test]
    fn a_field_beyond_the_end_is_zero() {
        assert_eq!(Fields(&[1, 2, 3]).u32_le(0), 0);
        assert_eq!(Fields(&[1, 2, 3]).u16_be(1), 0x0203);
        assert_eq!(Fields(&[1]).u64_le(usize::MAX), 0);
    }
}
