//! The files of a feed: what was read from one of them is no record to hold the feed against.
//!
//! A provider hands over copies of its own log files, so that the same bytes are no sign that both are one file. They are
//! where they lie at the same place.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::event::SourcePlace;

/// The files of a feed.
#[derive(Default)]
pub(super) struct OwnFiles {
    /// Their paths, by what they hold.
    by_digest: HashMap<Arc<str>, Vec<Place>>,
    /// What was found of the files that hold the same, by their path.
    known: HashMap<Box<str>, bool>,
}

/// Where a file lies.
struct Place {
    path: Arc<str>,
    /// Its one path on this machine; `None` where it is not there any more, as with a store that was made long ago.
    real: Option<PathBuf>,
}

impl Place {
    fn of(path: &Arc<str>) -> Place {
        Place { real: Path::new(&**path).canonicalize().ok(), path: Arc::clone(path) }
    }

    /// Whether both are one file. Of one that is not there to be looked at, a path that is how the other ends may be the
    /// same, named from another folder.
    fn may_be(&self, other: &Place) -> bool {
        match (&self.real, &other.real) {
            (Some(one), Some(other)) => one == other,
            _ => {
                let (one, other) = (self.parts(), other.parts());
                one.ends_with(&other) || other.ends_with(&one)
            }
        }
    }

    fn parts(&self) -> Vec<&str> {
        self.path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect()
    }
}

impl OwnFiles {
    pub(super) fn add(&mut self, path: &Arc<str>, sha256: &Arc<str>) {
        let places = self.by_digest.entry(Arc::clone(sha256)).or_default();
        if places.iter().all(|place| place.path != *path) {
            places.push(Place::of(path));
        }
    }

    /// Whether an event of the record was read from a file of the feed.
    pub(super) fn has(&mut self, place: SourcePlace<'_>) -> bool {
        let Some(own) = self.by_digest.get(place.sha256) else { return false };
        if let Some(known) = self.known.get(place.file) {
            return *known;
        }
        let of_record = Place::of(&place.file.into());
        let is_own = own.iter().any(|own| own.may_be(&of_record));
        self.known.insert(place.file.into(), is_own);
        is_own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_at_another_place_are_another_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        for name in ["feed/a.json", "prov/a.json"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, "{}").expect("a file");
        }
        let gone = |name: &str| format!("gone/{name}");
        let cases = [
            (at("feed/a.json"), at("feed/a.json"), true),
            (at("feed/a.json"), at("prov/../feed/a.json"), true),
            (at("feed/a.json"), at("prov/a.json"), false),
            (gone("feed/a.json"), "./gone/feed/a.json".to_owned(), true),
            (gone("feed/a.json"), "feed/a.json".to_owned(), true),
            (gone("feed/a.json"), "prov/a.json".to_owned(), false),
            (gone("feed/a.json"), at("prov/a.json"), false),
        ];
        for (own, of_record, expected) in cases {
            let mut files = OwnFiles::default();
            files.add(&own.as_str().into(), &"00".into());
            let place = |sha256| SourcePlace { file: &of_record, sha256, index: 0 };
            assert!(!files.has(place("11")), "{own} holds something else");
            assert_eq!(files.has(place("00")), expected, "{own} {of_record}");
        }
    }
}
