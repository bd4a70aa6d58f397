//! A tree in memory, for tests and for what is not a disk.

use super::{Kind, Tree, Volume};
use crate::filesystem::{Cleanliness, DirectoryEntry, FileSystem, FileSystemError, FileSystemInfo, Node};
use std::collections::BTreeMap;

/// Builds a file system in memory. Directories on the way are made as needed, `0755` of root.
///
/// ```
/// use isoneph_image::tree::MemoryTree;
/// let mut files = MemoryTree::new();
/// files.file("/etc/ssh/sshd_config", "PermitRootLogin no\n").mode("/etc/ssh/sshd_config", 0o600);
/// files.link("/etc/motd", "/run/motd").unreadable("/etc/shadow");
/// let tree = files.tree();
/// assert_eq!(tree.read("/etc/ssh/sshd_config", 1024).unwrap(), b"PermitRootLogin no\n");
/// assert!(tree.metadata("/etc/motd").unwrap_err().is_absent());
/// assert!(!tree.read("/etc/shadow", 1024).unwrap_err().is_absent());
/// ```
#[derive(Clone, Debug)]
pub struct MemoryTree {
    nodes: Vec<MemoryNode>,
}

#[derive(Clone, Debug)]
struct MemoryNode {
    node: Node,
    content: Vec<u8>,
    children: BTreeMap<Vec<u8>, usize>,
    attributes: BTreeMap<Vec<u8>, Vec<u8>>,
    readable: bool,
}

impl Default for MemoryTree {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryTree {
    /// A file system that holds its root directory only.
    #[must_use]
    pub fn new() -> Self {
        Self { nodes: vec![MemoryNode::new(Kind::Directory, 0o755, Vec::new())] }
    }

    /// Adds a directory; one that is there stays as it is.
    pub fn directory(&mut self, path: &str) -> &mut Self {
        self.node_at(path, Kind::Directory);
        self
    }

    /// Adds or replaces a regular file, mode `0644` of root.
    pub fn file(&mut self, path: &str, content: impl AsRef<[u8]>) -> &mut Self {
        self.put(path, Kind::File, 0o644, content.as_ref().to_vec())
    }

    /// Adds or replaces a symbolic link.
    pub fn link(&mut self, path: &str, target: &str) -> &mut Self {
        self.put(path, Kind::Symlink, 0o777, super::bytes_of_text(target))
    }

    /// Adds or replaces a file of a special kind, empty, mode `0644` of root.
    pub fn special(&mut self, path: &str, kind: Kind) -> &mut Self {
        self.put(path, kind, 0o644, Vec::new())
    }

    /// Adds a second name for the file at `existing` (a hard link).
    pub fn hard_link(&mut self, path: &str, existing: &str) -> &mut Self {
        let index = self.node_at(existing, Kind::File);
        let (parent, name) = self.parent_of(path);
        self.nodes[parent].children.insert(name, index);
        self.nodes[index].node.links += 1;
        self
    }

    /// Sets the permission bits of what is at `path`; a directory is made if nothing is there.
    pub fn mode(&mut self, path: &str, mode: u16) -> &mut Self {
        let index = self.node_at(path, Kind::Directory);
        self.nodes[index].node.mode = mode;
        self
    }

    /// Sets owner and group of what is at `path`.
    pub fn owner(&mut self, path: &str, uid: u32, gid: u32) -> &mut Self {
        let index = self.node_at(path, Kind::Directory);
        (self.nodes[index].node.uid, self.nodes[index].node.gid) = (uid, gid);
        self
    }

    /// Sets the time of the last change of what is at `path`, in seconds since 1970.
    pub fn modified(&mut self, path: &str, seconds: i64) -> &mut Self {
        let index = self.node_at(path, Kind::Directory);
        self.nodes[index].node.modified = seconds;
        self
    }

    /// Sets an extended attribute of what is at `path`.
    pub fn attribute(&mut self, path: &str, name: &str, value: &[u8]) -> &mut Self {
        let index = self.node_at(path, Kind::Directory);
        self.nodes[index].attributes.insert(name.as_bytes().to_vec(), value.to_vec());
        self
    }

    /// Makes what is at `path` unreadable, as a damaged inode is; an empty file is made if nothing is there.
    pub fn unreadable(&mut self, path: &str) -> &mut Self {
        let index = self.node_at(path, Kind::File);
        self.nodes[index].readable = false;
        self
    }

    /// The tree whose root this file system is.
    #[must_use]
    pub fn tree(&self) -> Tree {
        Tree::new(self.volume("memory"))
    }

    /// A tree in which the volume of a mount point was not found.
    #[must_use]
    pub fn tree_without(&self, mount_point: &str, device: &str) -> Tree {
        let mut tree = self.tree();
        tree.mount_missing(mount_point, device);
        tree
    }

    /// This file system as a volume.
    #[must_use]
    pub fn volume(&self, name: &str) -> Volume {
        Volume { name: name.to_owned(), system: Box::new(self.clone()) }
    }

    fn put(&mut self, path: &str, kind: Kind, mode: u16, content: Vec<u8>) -> &mut Self {
        let index = self.node_at(path, kind);
        self.nodes[index] = MemoryNode::new(kind, mode, content);
        self
    }

    fn parent_of(&mut self, path: &str) -> (usize, Vec<u8>) {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        (self.node_at(parent, Kind::Directory), super::bytes_of_text(name))
    }

    fn node_at(&mut self, path: &str, kind: Kind) -> usize {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let mut index = 0;
        for (position, part) in parts.iter().enumerate() {
            let name = super::bytes_of_text(part);
            index = if let Some(child) = self.nodes[index].children.get(&name) {
                *child
            } else {
                let last = position + 1 == parts.len();
                let (kind, mode) = if last { (kind, 0o644) } else { (Kind::Directory, 0o755) };
                let mode = if kind == Kind::Directory { 0o755 } else { mode };
                let child = self.nodes.len();
                self.nodes.push(MemoryNode::new(kind, mode, Vec::new()));
                self.nodes[index].children.insert(name, child);
                child
            };
        }
        index
    }

    fn at(&self, node: u64) -> Result<&MemoryNode, FileSystemError> {
        let found = usize::try_from(node).ok().and_then(|index| self.nodes.get(index));
        let found = found.ok_or_else(|| FileSystemError::Corrupt(format!("no node {node}")))?;
        if found.readable { Ok(found) } else { Err(FileSystemError::Corrupt(format!("node {node} made unreadable"))) }
    }
}

impl MemoryNode {
    fn new(kind: Kind, mode: u16, content: Vec<u8>) -> Self {
        let size = content.len() as u64;
        let node = Node { kind, mode, uid: 0, gid: 0, size, modified: 0, links: 1 };
        Self { node, content, children: BTreeMap::new(), attributes: BTreeMap::new(), readable: true }
    }
}

impl FileSystem for MemoryTree {
    fn info(&self) -> FileSystemInfo {
        FileSystemInfo { kind: "memory".to_owned(), uuid: None, label: String::new(), cleanliness: Cleanliness::Clean }
    }

    fn root(&self) -> u64 {
        0
    }

    fn node(&self, node: u64) -> Result<Node, FileSystemError> {
        self.at(node).map(|found| found.node.clone())
    }

    fn entries(&self, directory: u64) -> Result<Vec<DirectoryEntry>, FileSystemError> {
        let children = &self.at(directory)?.children;
        Ok(children.iter().map(|(name, node)| DirectoryEntry { name: name.clone(), node: *node as u64 }).collect())
    }

    fn read(&self, file: u64, offset: u64, buffer: &mut [u8]) -> Result<usize, FileSystemError> {
        let content = &self.at(file)?.content;
        let rest = usize::try_from(offset).ok().and_then(|offset| content.get(offset..)).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn link_target(&self, link: u64) -> Result<Vec<u8>, FileSystemError> {
        self.at(link).map(|found| found.content.clone())
    }

    fn attribute(&self, node: u64, name: &[u8]) -> Result<Option<Vec<u8>>, FileSystemError> {
        self.at(node).map(|found| found.attributes.get(name).cloned())
    }
}
