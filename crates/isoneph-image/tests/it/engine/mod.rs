//! The engine below the settings: containers, partitions, file systems, archives, and the process around them.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests; one that is skipped says so")]

mod archives;
mod confined;
mod containers;
mod ext;
mod fixtures;
mod hostile;
mod mounts;
mod sample;
mod tools;
mod tree;
mod volumes;
mod xfs;
