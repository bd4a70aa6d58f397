//! From a path to an inode, inside the guest only.

use super::directories::Names;
use super::{FileId, Kind, Metadata, Mounted, Tree, TreeError, bytes_of_text, child_path, text_of_bytes, unreadable};

/// Links that Linux follows in one resolution (`MAXSYMLINKS`).
const MAX_LINKS: usize = 40;
/// Bytes of a path, as `PATH_MAX`.
const MAX_PATH: usize = 4096;
/// Components looked at in one resolution: 40 links of `PATH_MAX` bytes could hold more than anybody writes.
const MAX_STEPS: usize = 8192;

/// An inode of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) volume: u16,
    pub(super) node: u64,
}

/// What a path leads to.
pub(super) struct Resolved {
    pub(super) place: Place,
    pub(super) metadata: Metadata,
    /// The path without links or dots.
    pub(super) path: String,
}

impl Tree {
    pub(super) fn resolved(&self, path: &str, follow_last: bool) -> Result<Resolved, TreeError> {
        if path.len() > MAX_PATH {
            return Err(TreeError::PathTooLong { path: path.chars().take(80).collect() });
        }
        // A stack of the directories on the way, so that `..` needs no parent pointers: those are the image's word.
        let mut way = vec![self.root_of_tree()?];
        let mut pending: Vec<String> = components(path);
        let (mut links, mut steps) = (0, 0);
        while let Some(component) = pending.pop() {
            steps += 1;
            if steps > MAX_STEPS {
                return Err(TreeError::LinkLoop { path: path.to_owned() });
            }
            if component == ".." {
                if way.len() > 1 {
                    way.pop();
                }
                continue;
            }
            let next = self.step(here(&way), &component)?;
            if next.metadata.kind == Kind::Symlink && (follow_last || !pending.is_empty()) {
                links += 1;
                if links > MAX_LINKS {
                    return Err(TreeError::LinkLoop { path: path.to_owned() });
                }
                let target = self.system(next.place)?.link_target(next.place.node);
                let target = text_of_bytes(&target.map_err(|error| unreadable(&next.path, error))?);
                if target.starts_with('/') {
                    way.truncate(1);
                }
                pending.extend(components(&target));
                continue;
            }
            way.push(next);
        }
        Ok(way.swap_remove(way.len() - 1))
    }

    fn root_of_tree(&self) -> Result<Resolved, TreeError> {
        let place = Place { volume: 0, node: self.volumes.first().map_or(0, |volume| volume.system.root()) };
        Ok(Resolved { place, metadata: self.metadata_at(place, "/")?, path: "/".to_owned() })
    }

    fn step(&self, directory: &Resolved, name: &str) -> Result<Resolved, TreeError> {
        if directory.metadata.kind != Kind::Directory {
            return Err(TreeError::NotADirectory { path: directory.path.clone() });
        }
        let path = child_path(&directory.path, name);
        let (place, metadata) = if self.mounts.contains_key(&path) {
            self.child(directory.place, 0, &path)?
        } else {
            let names = self.names(directory.place, &directory.path)?;
            let node = names.get(bytes_of_text(name).as_slice()).copied();
            let node = node.ok_or_else(|| TreeError::NotFound { path: path.clone() })?;
            self.child(directory.place, node, &path)?
        };
        Ok(Resolved { place, metadata, path })
    }

    /// What stands at a path, given the inode that its parent directory names: a mount point hides that inode.
    pub(super) fn child(&self, directory: Place, node: u64, path: &str) -> Result<(Place, Metadata), TreeError> {
        let place = match self.mounts.get(path) {
            Some(Mounted::Volume(index)) => {
                let system = self.volumes.get(usize::from(*index)).map(|volume| &volume.system);
                Place { volume: *index, node: system.map_or(0, |system| system.root()) }
            }
            Some(Mounted::Missing(device)) => {
                let (path, mount_point, device) = (path.to_owned(), path.to_owned(), device.clone());
                return Err(TreeError::NotMounted { path, mount_point, device });
            }
            None => Place { volume: directory.volume, node },
        };
        Ok((place, self.metadata_at(place, path)?))
    }

    pub(super) fn metadata_at(&self, place: Place, path: &str) -> Result<Metadata, TreeError> {
        let node = self.system(place)?.node(place.node).map_err(|error| unreadable(path, error))?;
        Ok(Metadata {
            kind: node.kind,
            mode: node.mode & 0o7777,
            uid: node.uid,
            gid: node.gid,
            size: node.size,
            modified: node.modified,
            links: node.links,
            id: FileId { volume: place.volume, node: place.node },
        })
    }

    pub(super) fn names(&self, directory: Place, path: &str) -> Result<Names, TreeError> {
        let names = self.directories.names(self.system(directory)?, directory);
        names.map_err(|error| unreadable(path, error))
    }
}

fn here(way: &[Resolved]) -> &Resolved {
    // The root is never popped.
    &way[way.len() - 1]
}

/// The components of a path, last first, without empty ones and single dots.
fn components(path: &str) -> Vec<String> {
    path.rsplit('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
}
