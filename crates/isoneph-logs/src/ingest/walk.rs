//! Which files are read: everything in a folder and the folders in it. What is passed over is told.

use std::path::{Path, PathBuf};

use isoneph_tables::Instant;
use walkdir::{DirEntry, WalkDir};

use crate::decode::{Hints, instant};

/// How deep folders may stand in one another.
const MAX_FOLDERS: usize = 64;

/// Something that was found.
pub(super) enum Found {
    /// A file to read; whether it was named by the user.
    File(PathBuf, bool),
    /// Something that is passed over, and why.
    Skipped(PathBuf, String),
}

/// Everything below a path, in the order of names. `store` is not read: it holds what was read before.
pub(super) fn walk(path: &Path, store: Option<PathBuf>) -> impl Iterator<Item = Found> {
    let mut entries = WalkDir::new(path).sort_by_file_name().max_depth(MAX_FOLDERS).into_iter();
    std::iter::from_fn(move || {
        loop {
            let entry = match entries.next()? {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(Path::new("")).to_owned();
                    return Some(Found::Skipped(path, format!("could not be listed: {error}")));
                }
            };
            if let Some(reason) = reason_to_skip(&entry, store.as_deref()) {
                if is_folder(&entry) {
                    entries.skip_current_dir();
                }
                return Some(Found::Skipped(entry.into_path(), reason));
            }
            if !is_folder(&entry) {
                let named = entry.depth() == 0;
                return Some(Found::File(entry.into_path(), named));
            }
        }
    })
}

/// What the user names may be a link.
fn is_folder(entry: &DirEntry) -> bool {
    if entry.depth() == 0 { entry.path().is_dir() } else { entry.file_type().is_dir() }
}

fn reason_to_skip(entry: &DirEntry, store: Option<&Path>) -> Option<String> {
    if is_folder(entry) {
        if entry.depth() == MAX_FOLDERS {
            return Some(format!("deeper than {MAX_FOLDERS} folders"));
        }
        // A folder that was come across is no link: the store has its name, and only then is its whole path asked for.
        let named = |store: &Path| entry.depth() == 0 || store.file_name() == Some(entry.file_name());
        let store = store.filter(|store| named(store));
        let same = store.is_some_and(|store| entry.path().canonicalize().is_ok_and(|path| path == store));
        return same.then(|| "the folder that is written into".to_owned());
    }
    if crate::digest::is_signature(entry.path()) {
        return Some("the signature of a digest file".to_owned());
    }
    if entry.depth() == 0 {
        return None;
    }
    if entry.path_is_symlink() {
        return Some("a symbolic link: not followed".to_owned());
    }
    if !entry.file_type().is_file() {
        return Some("not a file".to_owned());
    }
    let hidden = entry.file_name().to_string_lossy().starts_with('.');
    hidden.then(|| "hidden".to_owned())
}

/// What the path of a file says of its records: `…/AWSLogs/[o-ORGANISATION/]ACCOUNT/CloudTrail/REGION/…`, and the time
/// of delivery in the names of CloudTrail's files (`ACCOUNT_CloudTrail_REGION_20261102T0005Z_….json.gz`).
pub(crate) fn hints(path: &Path) -> Hints {
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    let name = parts.last().copied().unwrap_or_default();
    let mut hints = Hints { delivered_at: delivered_at(name), ..Hints::default() };
    let Some(base) = parts.iter().rposition(|part| *part == "AWSLogs") else { return hints };
    let below = parts.get(base + 1..parts.len() - 1).unwrap_or_default();
    let below = if below.first().is_some_and(|part| part.starts_with("o-")) { &below[1..] } else { below };
    if let [account, rest @ ..] = below
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
    {
        hints.account = Some((*account).to_owned());
        if let [kind, region, ..] = rest
            && kind.starts_with("CloudTrail")
        {
            hints.region = Some((*region).to_owned());
        }
    }
    hints
}

/// Where digests of CloudTrail speak of log files: they speak of what a file holds once unpacked, and to hash that as well
/// is a tenth of all the work. In a bucket they lie in a folder of their own beside that of the logs.
#[derive(Default)]
pub(super) struct DigestsBeside {
    /// The folder that was asked about last, and whether there is one of digests beside it.
    last: Option<(PathBuf, bool)>,
}

impl DigestsBeside {
    /// Whether a digest may name a file, as far as folders show. Digests that come later find the file where it lies.
    pub(super) fn may_name(&mut self, path: &Path) -> bool {
        if let Some((folder, is_there)) = &self.last
            && path.starts_with(folder)
        {
            return *is_there;
        }
        let Some(folder) = path.ancestors().find(|folder| folder.ends_with("CloudTrail")) else { return true };
        let of_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let above = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str());
        // Anywhere else digests may lie where they like.
        let is_there = !above.is_some_and(of_account) || folder.with_file_name("CloudTrail-Digest").exists();
        self.last = Some((folder.to_owned(), is_there));
        is_there
    }
}

fn delivered_at(name: &str) -> Option<Instant> {
    if !name.contains("_CloudTrail") {
        return None;
    }
    let stamp = name.split('_').find(|part| part.len() == 14 && part.ends_with('Z') && part.as_bytes()[8] == b'T')?;
    let (date, time) = stamp.split_at_checked(8)?;
    instant(&format!(
        "{}-{}-{}T{}:{}:00Z",
        date.get(..4)?,
        date.get(4..6)?,
        date.get(6..)?,
        time.get(1..3)?,
        time.get(3..5)?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_holds_is_hashed_unless_its_bucket_has_no_digests() {
        let folder = tempfile::tempdir().unwrap();
        let account = |account: &str| folder.path().join("AWSLogs").join(account);
        std::fs::create_dir_all(account("300000000000").join("CloudTrail-Digest")).unwrap();
        let mut digests = DigestsBeside::default();
        for _ in 0..2 {
            assert!(digests.may_name(&account("300000000000").join("CloudTrail/us-east-1/a.json.gz")));
            assert!(!digests.may_name(&account("300000000001").join("CloudTrail/us-east-1/a.json.gz")));
            assert!(digests.may_name(&account("logs").join("CloudTrail/a.json.gz")));
            assert!(digests.may_name(Path::new("a.json.gz")));
        }
    }

    #[test]
    fn the_place_of_a_file_says_whose_it_is_and_when_it_came() {
        let hints_of = |text: &str| hints(Path::new(text));
        let full = hints_of(
            "x/AWSLogs/o-abc/123456789012/CloudTrail/eu-west-1/2026/11/02/123456789012_CloudTrail_eu-west-1_20261102T0005Z_ab.json.gz",
        );
        assert_eq!(full.account.as_deref(), Some("123456789012"));
        assert_eq!(full.region.as_deref(), Some("eu-west-1"));
        assert_eq!(full.delivered_at, instant("2026-11-02T00:05:00Z"));
        assert_eq!(hints_of("AWSLogs/123456789012/CloudTrail/eu-west-1/a.json").region.as_deref(), Some("eu-west-1"));
        for other in
            ["a.json", "AWSLogs", "AWSLogs/x/y.json", "é_CloudTrail_ééééééééééT.json", "_CloudTrail_20261102Té005Z_"]
        {
            assert_eq!(hints_of(other), Hints::default(), "{other}");
        }
    }
}
