//! rpm's database: where it is, and the header of one package.
//!
//! A header is two big-endian counts (entries, bytes of data), entries of tag, type, offset and count, and the data. Tags
//! after `include/rpm/rpmtag.h`.

use super::{Manager, Package, Packages, bdb, ndb, sqlite};
use crate::guest::Guest;

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const ARCHITECTURE: u32 = 1022;
const FILE_MODES: u32 = 1030;
const SOURCE: u32 = 1044;
const FOLDER_INDEXES: u32 = 1116;
const BASE_NAMES: u32 = 1117;
const FOLDER_NAMES: u32 = 1118;
/// Entries and bytes a header may have.
const ENTRIES: usize = 65536;

const FOLDERS: [&str; 3] = ["/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm"];

/// A file of a package that has a special permission bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnedFile {
    pub(crate) path: String,
    pub(crate) mode: u16,
}

pub(super) fn read(guest: &Guest<'_>, packages: &mut Packages) {
    for folder in FOLDERS {
        let paths = ["rpmdb.sqlite", "Packages.db", "Packages"].map(|name| format!("{folder}/{name}"));
        let Some((kind, path)) = paths.iter().enumerate().find(|(_, path)| guest.exists(path)) else { continue };
        match kind {
            0 => read_sqlite(guest, path, packages),
            1 => read_ndb(guest, path, packages),
            _ => read_bdb(guest, path, packages),
        }
        return;
    }
}

fn read_sqlite(guest: &Guest<'_>, path: &str, packages: &mut Packages) {
    let Some(bytes) = guest.bytes(path, super::DATABASE_CAP) else { return };
    let log = guest.bytes(&format!("{path}-wal"), super::DATABASE_CAP).unwrap_or_default();
    let rows = sqlite::Database::open(&bytes, &log).and_then(|database| database.rows("Packages"));
    match rows {
        Ok(rows) => {
            let blobs = rows.iter().map(|row| match row.get(1) {
                Some(sqlite::Value::Blob(blob)) => blob.as_slice(),
                _ => &[],
            });
            take(guest, path, blobs, packages);
        }
        Err(error) => guest.problem(path, "damaged", error.to_string()),
    }
}

fn read_ndb(guest: &Guest<'_>, path: &str, packages: &mut Packages) {
    let Some(bytes) = guest.bytes(path, super::DATABASE_CAP) else { return };
    match ndb::headers(&bytes) {
        Ok(headers) => take(guest, path, headers.into_iter(), packages),
        Err(error) => guest.problem(path, "damaged", error),
    }
}

fn read_bdb(guest: &Guest<'_>, path: &str, packages: &mut Packages) {
    let Some(bytes) = guest.bytes(path, super::DATABASE_CAP) else { return };
    match bdb::headers(&bytes) {
        Ok(headers) => take(guest, path, headers, packages),
        Err(error) => guest.problem(path, "damaged", error),
    }
}

fn take(guest: &Guest<'_>, path: &str, headers: impl Iterator<Item = impl AsRef<[u8]>>, packages: &mut Packages) {
    packages.found = true;
    let mut damaged = 0;
    for bytes in headers {
        let Some(header) = Header::open(bytes.as_ref()) else {
            damaged += 1;
            continue;
        };
        let Some(package) = header.package(path) else {
            damaged += 1;
            continue;
        };
        header.special_files(&mut packages.rpm_files);
        // Keys that packages are signed with stand in the database as packages of their own.
        if package.name != "gpg-pubkey" {
            packages.add(package);
        }
    }
    if damaged > 0 {
        guest.problem(path, "damaged", format!("{damaged} packages of the rpm database cannot be read"));
    }
}

/// One package header.
struct Header<'a> {
    entries: &'a [u8],
    data: &'a [u8],
}

impl<'a> Header<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let count = usize::try_from(be32(bytes, 0)?).ok().filter(|count| *count <= ENTRIES)?;
        let size = usize::try_from(be32(bytes, 4)?).ok()?;
        let end = 8 + count * 16;
        Some(Self { entries: bytes.get(8..end)?, data: bytes.get(end..end.checked_add(size)?)? })
    }

    /// The data of a tag from its beginning, its type and its count.
    fn tag(&self, tag: u32) -> Option<(&'a [u8], u32, usize)> {
        let entry = self.entries.chunks_exact(16).find(|entry| be32(entry, 0) == Some(tag))?;
        let data = self.data.get(be32(entry, 8)? as usize..)?;
        Some((data, be32(entry, 4)?, be32(entry, 12)? as usize))
    }

    /// The texts of a tag (types: string, string array, translated string).
    fn texts(&self, tag: u32) -> Vec<String> {
        let Some((data, 6 | 8 | 9, count)) = self.tag(tag) else { return Vec::new() };
        let parts = data.split(|byte| *byte == 0).take(count);
        parts.map(|part| String::from_utf8_lossy(part).into_owned()).collect()
    }

    fn text(&self, tag: u32) -> Option<String> {
        self.texts(tag).into_iter().next()
    }

    fn package(&self, path: &str) -> Option<Package> {
        let epoch = self.tag(EPOCH).and_then(|(data, _, _)| be32(data, 0));
        let epoch = epoch.map_or(String::new(), |epoch| format!("{epoch}:"));
        let version = format!("{epoch}{}-{}", self.text(VERSION)?, self.text(RELEASE)?);
        let source = self.text(SOURCE).unwrap_or_default();
        // "openssh-8.7p1-38.el9.src.rpm" is of the source package "openssh".
        let source = source.rsplitn(3, '-').nth(2).unwrap_or_default().to_owned();
        Some(Package {
            name: self.text(NAME)?,
            version,
            architecture: self.text(ARCHITECTURE).unwrap_or_default(),
            source,
            manager: Manager::Rpm,
            path: path.to_owned(),
            line: 0,
        })
    }

    /// The files that have a setuid or setgid bit.
    fn special_files(&self, found: &mut Vec<OwnedFile>) {
        let Some((modes, 3, count)) = self.tag(FILE_MODES) else { return };
        let special: Vec<(usize, u16)> = modes
            .chunks_exact(2)
            .take(count)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .enumerate()
            .filter(|(_, mode)| mode & 0o6000 != 0)
            .collect();
        if special.is_empty() {
            return;
        }
        let (names, folders) = (self.texts(BASE_NAMES), self.texts(FOLDER_NAMES));
        let Some((indexes, 4, _)) = self.tag(FOLDER_INDEXES) else { return };
        for (index, mode) in special {
            let folder = be32(indexes, index * 4).and_then(|folder| folders.get(folder as usize));
            if let (Some(name), Some(folder)) = (names.get(index), folder) {
                found.push(OwnedFile { path: format!("{folder}{name}"), mode: mode & 0o7777 });
            }
        }
    }
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let found = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes([found[0], found[1], found[2], found[3]]))
}
