//! The scan in a process of its own.
