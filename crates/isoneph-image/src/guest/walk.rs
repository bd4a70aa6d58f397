//! One walk over every file of the guest: modes, owners, special bits.

use super::accounts::Accounts;
use super::{Guest, Problem};
use crate::tree::{Kind, WalkBudget, WalkEntry};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Files listed of each kind; all are counted.
const LISTED: usize = 500;

/// Why a file is of note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remark {
    /// A regular file that everybody may write.
    WorldWritable,
    /// A directory in which everybody may write and delete what others wrote.
    NotSticky,
    /// Owner or group is nobody the guest knows.
    Unowned,
    /// Runs with the rights of its owner or group.
    Setuid,
    /// Part of a library directory that others than root may change.
    OpenLibrary,
}

impl Remark {
    /// `world-writable`, `not-sticky`, `unowned`, `setuid`, `open-library`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WorldWritable => "world-writable",
            Self::NotSticky => "not-sticky",
            Self::Unowned => "unowned",
            Self::Setuid => "setuid",
            Self::OpenLibrary => "open-library",
        }
    }
}

/// A file of note.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotedFile {
    /// Why.
    pub remark: Remark,
    /// Path without links.
    pub path: String,
    /// Permission bits.
    pub mode: u16,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes.
    pub size: u64,
    /// For a set-uid or set-gid program: whether a package owns it with this mode; `None` when not asked, or the
    /// package's mode is not known.
    pub packaged: Option<bool>,
}

/// What the walk found.
#[derive(Clone, Debug, Default)]
pub struct Walked {
    /// Files of note, sorted, at most 500 of each kind.
    pub noted: Vec<NotedFile>,
    /// How many there are of each kind.
    pub counts: std::collections::BTreeMap<Remark, u64>,
    /// Entries visited.
    pub visited: u64,
    /// What was not seen.
    pub problems: Vec<Problem>,
    /// Whether everything was seen.
    pub complete: bool,
}

/// Folders whose content is made anew at boot or is meant for everybody.
const FREE_FOR_ALL: [&str; 4] = ["/proc", "/sys", "/tmp", "/var/tmp"];
const MADE_AT_BOOT: [&str; 2] = ["/proc", "/sys"];

fn is_below(path: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Whether a path is in `/lib*` or `/usr/lib*`.
fn is_library(path: &str) -> bool {
    let rest = path.strip_prefix("/usr/").or_else(|| path.strip_prefix('/')).unwrap_or_default();
    rest.starts_with("lib")
}

/// Walks.
#[must_use]
pub fn read(guest: &Guest<'_>, accounts: &Accounts, budget: WalkBudget) -> Walked {
    let (users, groups) = (accounts.user_ids(), accounts.groups.keys().copied().collect::<BTreeSet<u32>>());
    let mut walked = Walked::default();
    let report = guest.tree().walk(budget, &mut |entry| {
        let remarks = remarks(&entry, &users, &groups);
        for remark in remarks {
            let count = walked.counts.entry(remark).or_default();
            *count += 1;
            if *count <= LISTED as u64 {
                walked.noted.push(NotedFile {
                    remark,
                    path: entry.path.clone(),
                    mode: entry.metadata.mode,
                    uid: entry.metadata.uid,
                    gid: entry.metadata.gid,
                    size: entry.metadata.size,
                    packaged: None,
                });
            }
        }
        ControlFlow::Continue(())
    });
    walked.noted.sort();
    walked.visited = report.visited;
    walked.complete = report.is_complete();
    walked.problems = report.unseen.iter().map(|error| super::problem_of("/", error)).collect();
    // A volume that is missing may stand where the tree has no directory to walk into.
    for (path, device) in guest.tree().mount_points().filter_map(|(path, device)| Some((path, device?))) {
        let message = format!("{path} is on {device}, which was not found in the image: its files were not seen");
        walked.problems.push(Problem { path: path.to_owned(), code: "not-mounted".to_owned(), message });
        walked.complete = false;
    }
    if let Some(reason) = report.stopped {
        let message = format!("the walk over all files ended early: budget of {reason}");
        walked.problems.push(Problem { path: "/".to_owned(), code: "limit".to_owned(), message });
    }
    walked
}

fn remarks(entry: &WalkEntry, users: &BTreeSet<u32>, groups: &BTreeSet<u32>) -> Vec<Remark> {
    let (path, metadata) = (entry.path.as_str(), &entry.metadata);
    let mut remarks = Vec::new();
    let others_write = metadata.mode & 0o002 != 0;
    match metadata.kind {
        Kind::File => {
            if others_write && !is_below(path, &FREE_FOR_ALL) {
                remarks.push(Remark::WorldWritable);
            }
            let runs_as_group = metadata.mode & 0o2010 == 0o2010;
            if metadata.mode & 0o4000 != 0 || runs_as_group {
                remarks.push(Remark::Setuid);
            }
        }
        Kind::Directory if others_write && metadata.mode & 0o1000 == 0 && !is_below(path, &MADE_AT_BOOT) => {
            remarks.push(Remark::NotSticky);
        }
        _ => {}
    }
    let owned = users.contains(&metadata.uid) && groups.contains(&metadata.gid);
    if !owned && !is_below(path, &MADE_AT_BOOT) {
        remarks.push(Remark::Unowned);
    }
    let open = metadata.uid != 0 || metadata.mode & 0o022 != 0;
    if metadata.kind == Kind::Directory && is_library(path) && open {
        remarks.push(Remark::OpenLibrary);
    }
    remarks
}
