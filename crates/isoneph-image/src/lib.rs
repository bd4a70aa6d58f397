//! Disk images, read offline.
