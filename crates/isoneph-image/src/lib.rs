//! Disk images, read offline: containers, partitions, file systems, and what the guest in them is set to.
//!
//! Bytes flow one way: a [`container`] makes a flat disk of a file, [`partition`] finds the volumes in it, [`filesystem`]
//! reads them by inode, [`tree`] joins them into the guest's one tree of paths. Nothing is mounted, nothing is executed,
//! and no path, link or reference in an image leads out of it. Every loop has a budget and every size a cap: an image is
//! taken to be hostile.

pub mod archive;
pub mod catalogue;
pub mod container;
pub mod difference;
pub mod filesystem;
pub mod guest;
pub mod image;
pub mod partition;
pub mod sandbox;
pub mod scan;
pub mod settings;
pub mod tree;

mod bytes;
