//! One walk over everything: modes, owners, sizes.

use super::resolve::Place;
use super::{FileId, Kind, Metadata, Tree, TreeError, child_path, text_of_bytes};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;

/// What a walk may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkBudget {
    /// Entries visited at most.
    pub entries: u64,
    /// Directories below the root at most.
    pub depth: usize,
    /// Paths that could not be read, listed at most; the rest are counted.
    pub listed_errors: usize,
}

impl Default for WalkBudget {
    /// Ten million entries, 512 levels, 1000 listed errors.
    fn default() -> Self {
        Self { entries: 10_000_000, depth: 512, listed_errors: 1000 }
    }
}

/// One file met on a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkEntry {
    /// Its path, without links or dots.
    pub path: String,
    /// What its inode says.
    pub metadata: Metadata,
    /// The target, of a symbolic link that could be read.
    pub link_target: Option<String>,
}

/// What a walk saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalkReport {
    /// Entries visited, the root among them.
    pub visited: u64,
    /// Paths that could not be read, with why; everything below them was not seen. At most the budget's number.
    pub unseen: Vec<TreeError>,
    /// Number of paths that could not be read.
    pub unseen_count: u64,
    /// Why the walk ended early, if it did: a budget, or the visitor.
    pub stopped: Option<&'static str>,
}

impl WalkReport {
    /// Whether every file was seen: only then does "none found" mean that there is none.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.visited > 0 && self.unseen_count == 0 && self.stopped.is_none()
    }
}

/// What is still to be visited: a path and the inode that its parent names.
struct Pending {
    path: String,
    place: Place,
    node: u64,
    depth: usize,
}

impl Tree {
    /// Visits every file once by path, directories before what they hold, names in the order of their bytes, joined
    /// volumes included. A directory met a second time (a cycle) is stated as unseen, not entered.
    pub fn walk(&self, budget: WalkBudget, visit: &mut dyn FnMut(WalkEntry) -> ControlFlow<()>) -> WalkReport {
        let mut report = WalkReport::default();
        let mut entered: HashSet<FileId> = HashSet::new();
        let mut stack = vec![self.start()];
        let mut unmet: BTreeSet<&str> = self.mounts.keys().map(String::as_str).collect();
        while let Some(pending) = stack.pop().or_else(|| self.behind_no_directory(&mut unmet)) {
            unmet.remove(pending.path.as_str());
            if report.visited >= budget.entries {
                report.stopped = Some("entries");
                break;
            }
            let (place, metadata) = match self.child(pending.place, pending.node, &pending.path) {
                Ok(found) => found,
                Err(error) => {
                    note(&mut report, budget, error);
                    continue;
                }
            };
            report.visited += 1;
            if metadata.kind == Kind::Directory {
                self.enter(&pending, place, &metadata, budget, &mut entered, &mut stack, &mut report);
            }
            let link_target = self.target_of(place, &metadata);
            if visit(WalkEntry { path: pending.path, metadata, link_target }).is_break() {
                report.stopped = Some("visitor");
                break;
            }
        }
        report
    }

    fn start(&self) -> Pending {
        let node = self.volumes.first().map_or(0, |volume| volume.system.root());
        Pending { path: "/".to_owned(), place: Place { volume: 0, node }, node, depth: 0 }
    }

    /// A mount point for which no directory stands: the guest makes one when it mounts, so what is mounted is there.
    fn behind_no_directory(&self, unmet: &mut BTreeSet<&str>) -> Option<Pending> {
        let path = unmet.pop_first()?;
        let depth = path.matches('/').count();
        Some(Pending { path: path.to_owned(), place: Place { volume: 0, node: 0 }, node: 0, depth })
    }

    fn target_of(&self, place: Place, metadata: &Metadata) -> Option<String> {
        if metadata.kind != Kind::Symlink {
            return None;
        }
        let target = self.system(place).ok()?.link_target(place.node).ok()?;
        Some(text_of_bytes(&target))
    }

    #[allow(clippy::too_many_arguments)]
    fn enter(
        &self,
        pending: &Pending,
        place: Place,
        metadata: &Metadata,
        budget: WalkBudget,
        entered: &mut HashSet<FileId>,
        stack: &mut Vec<Pending>,
        report: &mut WalkReport,
    ) {
        if pending.depth >= budget.depth || !entered.insert(metadata.id) {
            note(report, budget, TreeError::LinkLoop { path: pending.path.clone() });
            return;
        }
        match self.names(place, &pending.path) {
            Ok(names) => {
                let below = |(name, node): (&Vec<u8>, &u64)| Pending {
                    path: child_path(&pending.path, &text_of_bytes(name)),
                    place,
                    node: *node,
                    depth: pending.depth + 1,
                };
                stack.extend(names.iter().rev().map(below));
            }
            Err(error) => note(report, budget, error),
        }
    }
}

fn note(report: &mut WalkReport, budget: WalkBudget, error: TreeError) {
    report.unseen_count += 1;
    if report.unseen.len() < budget.listed_errors {
        report.unseen.push(error);
    }
}
