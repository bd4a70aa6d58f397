//! Directories that were read, kept by inode: paths share their first components.

use super::resolve::Place;
use crate::filesystem::{FileSystem, FileSystemError};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// The names of one directory, sorted by their bytes.
pub(super) type Names = Arc<BTreeMap<Vec<u8>, u64>>;

/// Names kept at most; past it everything is forgotten and read anew.
const KEPT_NAMES: usize = 100_000;

#[derive(Default)]
pub(super) struct Directories {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    names: usize,
    by_place: HashMap<Place, Names>,
}

impl Directories {
    pub(super) fn names(&self, system: &dyn FileSystem, place: Place) -> Result<Names, FileSystemError> {
        if let Some(names) = self.kept().by_place.get(&place) {
            return Ok(Arc::clone(names));
        }
        let mut names = BTreeMap::new();
        for entry in system.entries(place.node)? {
            if is_safe(&entry.name) {
                // Of two entries of one name the kernel finds the first.
                names.entry(entry.name).or_insert(entry.node);
            } else {
                return Err(FileSystemError::Corrupt(format!(
                    "directory {} holds a name no file can have",
                    place.node
                )));
            }
        }
        let names = Arc::new(names);
        let mut kept = self.kept();
        if kept.names > KEPT_NAMES {
            *kept = Kept::default();
        }
        kept.names += names.len() + 1;
        kept.by_place.insert(place, Arc::clone(&names));
        Ok(names)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // What is kept is always whole: a panic elsewhere cannot have torn it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_safe(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && name.len() <= 255 && !name.iter().any(|byte| matches!(byte, 0 | b'/'))
}
