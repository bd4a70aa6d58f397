//! Containers: files that hold a disk.
//!
//! [`open`] tells the format by content and gives a flat [`Disk`]. References to other files (backing files, extents) are
//! followed only where [`Access`] allows it.

mod cache;
mod disk;
mod inflate;
mod open;
mod qcow2;
mod vhd;
mod vhdx;
mod vhdx_log;
mod vmdk;

pub use disk::{Disk, DiskError, HostFile, Window};
pub use open::{Access, Container, companions, open, open_disk};

pub(crate) use disk::{check_range, read_vec};
