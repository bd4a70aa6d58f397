//! SUSE's rpm database `Packages.db` ("ndb"): a table of slots, each naming a blob that is one package header.
//!
//! Layout after `lib/backend/ndb/rpmpkg.c` of rpm: a header of 32 bytes, slot pages of 4096, slots of 16 bytes, blobs of
//! 16-byte blocks. All numbers little-endian.

const SLOT_MAGIC: u32 = u32::from_le_bytes(*b"Slot");
const BLOB_MAGIC: u32 = u32::from_le_bytes(*b"BlbS");
const HEADER_MAGIC: u32 = u32::from_le_bytes(*b"RpmP");
const BLOCK: usize = 16;

/// The package headers in the database, or what is wrong with it.
pub(crate) fn headers(bytes: &[u8]) -> Result<Vec<&[u8]>, &'static str> {
    if le32(bytes, 0) != Some(HEADER_MAGIC) {
        return Err("no ndb database");
    }
    let pages = le32(bytes, 12).ok_or("the header is cut")? as usize;
    let table = pages.checked_mul(4096).filter(|size| *size <= bytes.len()).ok_or("the slot table is cut")?;
    let mut found = Vec::new();
    // The file's own header takes the place of the first two slots.
    for at in (2 * BLOCK..table).step_by(BLOCK) {
        if le32(bytes, at) != Some(SLOT_MAGIC) {
            return Err("a slot is damaged");
        }
        let index = le32(bytes, at + 4).ok_or("a slot is cut")?;
        let offset = le32(bytes, at + 8).ok_or("a slot is cut")? as usize;
        if index == 0 || offset == 0 {
            continue;
        }
        let start = offset.checked_mul(BLOCK).ok_or("a slot leads too far")?;
        if le32(bytes, start) != Some(BLOB_MAGIC) || le32(bytes, start + 4) != Some(index) {
            return Err("a slot leads to no package");
        }
        let length = le32(bytes, start + 12).ok_or("a package is cut")? as usize;
        found.push(bytes.get(start + 16..start + 16 + length).ok_or("a package is cut")?);
    }
    Ok(found)
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    let found = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([found[0], found[1], found[2], found[3]]))
}
