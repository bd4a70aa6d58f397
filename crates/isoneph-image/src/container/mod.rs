//! Containers of disks.
