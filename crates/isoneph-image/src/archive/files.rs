//! The index of an archive's files, as a file system.

use crate::container::Disk;
use crate::filesystem::{Cleanliness, DirectoryEntry, FileSystem, FileSystemError, FileSystemInfo, Node};
use crate::tree::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

const MAX_LINKS: usize = 40;
const MAX_DEPTH: usize = 512;

/// Where an entry's content is.
#[derive(Clone)]
pub(super) enum Content {
    /// On this disk, from this byte.
    At {
        /// The archive, or the spool.
        disk: Arc<dyn Disk>,
        /// The first byte.
        start: u64,
    },
    /// Not kept; the text says what it is.
    Unread(&'static str),
}

/// One entry of an archive.
pub(super) struct Entry {
    pub(super) path: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) is_hard_link: bool,
    pub(super) kind: Kind,
    pub(super) mode: u16,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) size: u64,
    pub(super) modified: i64,
    pub(super) attributes: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) content: Content,
}

struct Indexed {
    node: Node,
    children: BTreeMap<Vec<u8>, usize>,
    link: Vec<u8>,
    content: Content,
    attributes: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// The files of an archive, or of the layers of an image.
pub(super) struct Files {
    nodes: Vec<Indexed>,
    refused: BTreeMap<&'static str, u64>,
}

impl Indexed {
    fn directory() -> Self {
        let node = Node { kind: Kind::Directory, mode: 0o755, uid: 0, gid: 0, size: 0, modified: 0, links: 1 };
        let content = Content::Unread("directory");
        Self { node, children: BTreeMap::new(), link: Vec::new(), content, attributes: BTreeMap::new() }
    }
}

impl Files {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Indexed::directory()], refused: BTreeMap::new() }
    }

    /// What was refused, for people.
    pub(super) fn notes(&self) -> Vec<String> {
        self.refused.iter().map(|(why, count)| format!("{count} entries refused: {why}")).collect()
    }

    pub(super) fn names_in_root(&self) -> impl Iterator<Item = &[u8]> {
        self.nodes[0].children.keys().map(Vec::as_slice)
    }

    /// The content of the file at a path, if it is one: its place and its size.
    pub(super) fn content(&self, path: &str) -> Option<(Content, u64)> {
        let parts = parts(path.as_bytes())?;
        let indexed = &self.nodes[self.find(&parts, true)?];
        (indexed.node.kind == Kind::File).then(|| (indexed.content.clone(), indexed.node.size))
    }

    /// Applies a layer: whiteouts first, since they speak of the layers below only, then its entries in their order.
    pub(super) fn add_layer(&mut self, entries: Vec<Entry>) -> Result<(), FileSystemError> {
        for entry in &entries {
            if let Some(parts) = parts(&entry.path) {
                self.apply_whiteout(&parts);
            }
        }
        for entry in entries {
            let path = entry.path.clone();
            match parts(&path) {
                Some(parts) if whiteout(&parts).is_none() => self.add(&parts, entry),
                Some(_) => {}
                None => self.refuse("a name with .. in it"),
            }
            if self.nodes.len() > u32::MAX as usize {
                return Err(FileSystemError::Limit("number of entries in an archive".to_owned()));
            }
        }
        Ok(())
    }

    fn refuse(&mut self, why: &'static str) {
        *self.refused.entry(why).or_default() += 1;
    }

    fn apply_whiteout(&mut self, parts: &[&[u8]]) {
        let Some((directory, hidden)) = whiteout(parts) else { return };
        let Some(index) = self.find(directory, true) else { return };
        match hidden {
            Hidden::All => self.nodes[index].children.clear(),
            Hidden::Name(name) => {
                self.nodes[index].children.remove(name);
            }
        }
    }

    fn add(&mut self, parts: &[&[u8]], entry: Entry) {
        let Some((name, directory)) = parts.split_last() else {
            // The root itself: only what it says of itself counts.
            self.describe(0, entry);
            return;
        };
        let Some(parent) = self.make(directory) else {
            self.refuse("below something that is no directory, or links without end");
            return;
        };
        let existing = self.nodes[parent].children.get(*name).copied();
        if entry.is_hard_link {
            let target = self::parts(&entry.link).and_then(|parts| self.find(&parts, false));
            match target.filter(|target| self.nodes[*target].node.kind != Kind::Directory) {
                Some(target) => {
                    self.nodes[target].node.links += 1;
                    self.nodes[parent].children.insert(name.to_vec(), target);
                }
                None => {
                    // Something stands there, and what is not known: that is not the same as nothing.
                    self.refuse("a hard link to a file that is not there");
                    let lost = Content::Unread("hard link to a file that is not in the archive");
                    self.put(parent, name, Entry { size: 1, kind: Kind::File, content: lost, ..entry });
                }
            }
            return;
        }
        let is_directory = |index: usize| self.nodes[index].node.kind == Kind::Directory;
        match existing.filter(|index| entry.kind == Kind::Directory && is_directory(*index)) {
            Some(index) => self.describe(index, entry),
            None => self.put(parent, name, entry),
        }
    }

    fn put(&mut self, parent: usize, name: &[u8], entry: Entry) {
        let index = self.nodes.len();
        self.nodes.push(Indexed::directory());
        self.describe(index, entry);
        self.nodes[parent].children.insert(name.to_vec(), index);
    }

    fn describe(&mut self, index: usize, entry: Entry) {
        let indexed = &mut self.nodes[index];
        let size = if entry.kind == Kind::Symlink { entry.link.len() as u64 } else { entry.size };
        let (kind, mode, uid, gid, modified) = (entry.kind, entry.mode, entry.uid, entry.gid, entry.modified);
        indexed.node = Node { kind, mode, uid, gid, size, modified, links: 1 };
        (indexed.link, indexed.content, indexed.attributes) = (entry.link, entry.content, entry.attributes);
    }

    /// The directory at a path, links followed inside the archive, missing ones made.
    fn make(&mut self, parts: &[&[u8]]) -> Option<usize> {
        if parts.len() > MAX_DEPTH {
            return None;
        }
        if let Some(index) = self.find(parts, true) {
            return (self.nodes[index].node.kind == Kind::Directory).then_some(index);
        }
        for length in 1..=parts.len() {
            if self.find(&parts[..length], true).is_none() {
                let parent = self.find(&parts[..length - 1], true)?;
                let name = parts[length - 1].to_vec();
                // A link that leads nowhere is not replaced by what is unpacked through it.
                if self.nodes[parent].node.kind != Kind::Directory || self.nodes[parent].children.contains_key(&name) {
                    return None;
                }
                let index = self.nodes.len();
                self.nodes.push(Indexed::directory());
                self.nodes[parent].children.insert(name, index);
            }
        }
        self.find(parts, true).filter(|index| self.nodes[*index].node.kind == Kind::Directory)
    }

    /// Follows a path; the last component's link only when asked. `..` in links stops at the root.
    fn find(&self, parts: &[&[u8]], follow_last: bool) -> Option<usize> {
        let mut pending: Vec<Vec<u8>> = parts.iter().rev().map(|part| part.to_vec()).collect();
        let (mut way, mut links, mut steps) = (vec![0_usize], 0, 0);
        while let Some(part) = pending.pop() {
            steps += 1;
            if steps > 8 * MAX_DEPTH {
                return None;
            }
            if part == b".." {
                way.truncate((way.len() - 1).max(1));
                continue;
            }
            let next = *self.nodes[*way.last()?].children.get(&part)?;
            let indexed = &self.nodes[next];
            if indexed.node.kind == Kind::Symlink && (follow_last || !pending.is_empty()) {
                links += 1;
                if links > MAX_LINKS {
                    return None;
                }
                if indexed.link.starts_with(b"/") {
                    way.truncate(1);
                }
                let target = indexed.link.split(|byte| *byte == b'/').rev();
                pending.extend(target.filter(|part| !matches!(*part, b"" | b".")).map(<[u8]>::to_vec));
                continue;
            }
            way.push(next);
        }
        way.last().copied()
    }

    fn at(&self, node: u64) -> Result<&Indexed, FileSystemError> {
        let found = usize::try_from(node).ok().and_then(|index| self.nodes.get(index));
        found.ok_or_else(|| FileSystemError::Corrupt(format!("no node {node}")))
    }
}

/// The components of an entry's name; none when it would lead out of the archive.
fn parts(path: &[u8]) -> Option<Vec<&[u8]>> {
    let parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').filter(|part| !matches!(*part, b"" | b".")).collect();
    let is_safe = |part: &&[u8]| *part != b".." && part.len() <= 255 && !part.contains(&0);
    parts.iter().all(is_safe).then_some(parts)
}

/// What a whiteout hides in the layers below.
enum Hidden<'a> {
    All,
    Name(&'a [u8]),
}

/// The directory and what is hidden in it, when the name is a whiteout (OCI image specification, "Layer").
fn whiteout<'a>(parts: &'a [&'a [u8]]) -> Option<(&'a [&'a [u8]], Hidden<'a>)> {
    let (name, directory) = parts.split_last()?;
    let hidden = name.strip_prefix(b".wh.")?;
    match hidden {
        b".wh..opq" => Some((directory, Hidden::All)),
        // Other names of aufs, such as its link directory, hide nothing.
        _ if hidden.starts_with(b".wh.") || hidden.is_empty() => Some((directory, Hidden::Name(b""))),
        _ => Some((directory, Hidden::Name(hidden))),
    }
}

impl FileSystem for Files {
    fn info(&self) -> FileSystemInfo {
        let (kind, label) = ("archive".to_owned(), String::new());
        FileSystemInfo { kind, uuid: None, label, cleanliness: Cleanliness::Clean }
    }

    fn root(&self) -> u64 {
        0
    }

    fn node(&self, node: u64) -> Result<Node, FileSystemError> {
        self.at(node).map(|indexed| indexed.node.clone())
    }

    fn entries(&self, directory: u64) -> Result<Vec<DirectoryEntry>, FileSystemError> {
        let children = &self.at(directory)?.children;
        Ok(children.iter().map(|(name, node)| DirectoryEntry { name: name.clone(), node: *node as u64 }).collect())
    }

    fn read(&self, file: u64, offset: u64, buffer: &mut [u8]) -> Result<usize, FileSystemError> {
        let indexed = self.at(file)?;
        let count = indexed.node.size.saturating_sub(offset).min(buffer.len() as u64) as usize;
        match &indexed.content {
            _ if count == 0 => Ok(0),
            Content::Unread(what) => Err(FileSystemError::Unsupported((*what).to_owned())),
            Content::At { disk, start } => {
                disk.read_at(start.saturating_add(offset), &mut buffer[..count])?;
                Ok(count)
            }
        }
    }

    fn link_target(&self, link: u64) -> Result<Vec<u8>, FileSystemError> {
        self.at(link).map(|indexed| indexed.link.clone())
    }

    fn attribute(&self, node: u64, name: &[u8]) -> Result<Option<Vec<u8>>, FileSystemError> {
        self.at(node).map(|indexed| indexed.attributes.get(name).cloned())
    }
}
