//! The older rpm database `Packages`, a hash table of Berkeley DB: pages of keys and values, each value one package header.
//!
//! Layout after `dbinc/db_page.h` of Berkeley DB: a page of metadata, then pages with a header of 26 bytes, offsets of two
//! bytes each, and items from the end of the page on. A long value lies in a chain of overflow pages. Numbers have the byte
//! order of the machine that made the file, which the magic number tells.

/// The magic number of a hash table.
const HASH: u32 = 0x0006_1561;
/// Kinds of pages.
const OVERFLOW: u8 = 7;
const METADATA: u8 = 8;
const TABLES: [u8; 2] = [2, 13];
/// Kinds of items: a value in the page, and one in other pages.
const IN_PAGE: u8 = 1;
const OFF_PAGE: u8 = 3;
/// Bytes of a page's header.
const HEADER: usize = 26;
/// No package header is so short; the table's own counter is.
const SHORTEST: usize = 16;

/// The package headers in the database, each put together when it is asked for, or what is wrong with it.
pub(crate) fn headers(bytes: &[u8]) -> Result<impl Iterator<Item = Vec<u8>>, &'static str> {
    let file = File::open(bytes)?;
    let mut items = Vec::new();
    let (mut records, mut pages) = (0, bytes.len() / file.page_size);
    for number in 1..bytes.len() / file.page_size {
        let page = file.page(number).ok_or("a page is cut")?;
        if !TABLES.contains(&page[25]) {
            continue;
        }
        for item in file.values(page)? {
            // A page is part of one value: all of them together have no more pages than the file.
            let length = file.parts(item, &mut pages, &mut |_| ())?;
            records += 1;
            if length >= SHORTEST {
                items.push(item);
            }
        }
    }
    // What a page that is wiped out held would otherwise pass for not installed.
    if records < file.number(bytes, 88).ok_or("the metadata is cut")? as usize {
        return Err("there are fewer records than the table counts");
    }
    Ok(items.into_iter().map(move |item| {
        let mut value = Vec::new();
        // It was gone through once: nothing can be wrong with it.
        let mut pages = usize::MAX;
        let _ = file.parts(item, &mut pages, &mut |part| value.extend_from_slice(part));
        value
    }))
}

struct File<'b> {
    bytes: &'b [u8],
    page_size: usize,
    swapped: bool,
}

impl<'b> File<'b> {
    fn open(bytes: &'b [u8]) -> Result<Self, &'static str> {
        let magic: [u8; 4] = bytes.get(12..16).and_then(|magic| magic.try_into().ok()).ok_or("too short")?;
        let swapped = match u32::from_le_bytes(magic) {
            HASH => false,
            other if other.swap_bytes() == HASH => true,
            _ => return Err("no hash table of Berkeley DB"),
        };
        let mut file = Self { bytes, page_size: 0, swapped };
        file.page_size = file.number(bytes, 20).ok_or("the metadata is cut")? as usize;
        let fair = file.page_size.is_power_of_two() && (512..=65536).contains(&file.page_size);
        if !fair || bytes.get(25) != Some(&METADATA) || !bytes.len().is_multiple_of(file.page_size) {
            return Err("the metadata is damaged");
        }
        if bytes.get(24) != Some(&0) {
            return Err("the database is encrypted");
        }
        let last = file.number(bytes, 32).ok_or("the metadata is cut")? as usize;
        if bytes.len() / file.page_size <= last {
            return Err("the database is cut");
        }
        Ok(file)
    }

    fn number(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.swapped { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }

    fn short(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let two = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(usize::from(if self.swapped { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) }))
    }

    fn page(&self, number: usize) -> Option<&'b [u8]> {
        let start = number.checked_mul(self.page_size)?;
        self.bytes.get(start..start.checked_add(self.page_size)?)
    }

    /// The items of a page that are values: every second one. An item ends where the one before it begins.
    fn values(&self, page: &'b [u8]) -> Result<Vec<&'b [u8]>, &'static str> {
        let count = self.short(page, 20).ok_or("a page is cut")?;
        let offset = |index: usize| self.short(page, HEADER + 2 * index).ok_or("a page is damaged");
        let mut items = Vec::new();
        for index in (1..count).step_by(2) {
            let item = page.get(offset(index)?..offset(index - 1)?).filter(|item| !item.is_empty());
            items.push(item.ok_or("a page is damaged")?);
        }
        Ok(items)
    }

    /// Hands out the bytes of a value part by part; gives its length. Other pages than its own are counted off `pages`.
    fn parts(&self, item: &'b [u8], pages: &mut usize, take: &mut dyn FnMut(&[u8])) -> Result<usize, &'static str> {
        match item[0] {
            IN_PAGE => {
                take(&item[1..]);
                Ok(item.len() - 1)
            }
            OFF_PAGE => {
                let of = |at: usize| self.number(item, at).map(|number| number as usize).ok_or("a value is damaged");
                let (mut number, length) = (of(4)?, of(8)?);
                let mut found = 0;
                while number != 0 && found < length {
                    *pages = pages.checked_sub(1).ok_or("values have more pages than the file")?;
                    let page = self.page(number).filter(|page| page[25] == OVERFLOW).ok_or("a value leads astray")?;
                    let part = self.short(page, 22).and_then(|used| page.get(HEADER..HEADER + used));
                    let part = part.filter(|part| !part.is_empty()).ok_or("a value is damaged")?;
                    take(part);
                    found += part.len();
                    number = self.number(page, 16).ok_or("a page is cut")? as usize;
                }
                if found == length { Ok(length) } else { Err("a value is cut") }
            }
            _ => Err("an item is of a kind that rpm does not make"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_comes_out_whole_and_damage_is_told() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/rpmdb.bdb");
        let bytes = std::fs::read(path).expect("the fixture is there");
        let count = |bytes: &[u8]| headers(bytes).map(Iterator::count);
        assert_eq!(count(&bytes), Ok(4));
        assert_eq!(count(&bytes[..3072]), Err("the database is cut"));
        assert_eq!(count(b"not a database"), Err("too short"));
        // A page of keys that is wiped out, and a chain of pages that leads back to itself.
        let page = |kinds: &[u8], at: usize| {
            let pages = (1..bytes.len() / 1024).filter(|page| kinds.contains(&bytes[page * 1024 + 25]));
            pages.take(at + 1).last().expect("there is such a page") * 1024
        };
        let mut wiped = bytes.clone();
        let table = page(&TABLES, 0);
        wiped[table..table + 1024].fill(0);
        assert_eq!(count(&wiped), Err("there are fewer records than the table counts"));
        let mut circle = bytes.clone();
        let overflow = page(&[OVERFLOW], 0);
        circle[overflow + 16..overflow + 20]
            .copy_from_slice(&u32::try_from(overflow / 1024).unwrap_or(0).to_le_bytes());
        circle[overflow + 22..overflow + 24].copy_from_slice(&1_u16.to_le_bytes());
        assert_eq!(count(&circle), Err("values have more pages than the file"));
    }
}
