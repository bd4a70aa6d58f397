//! Root file systems given as archives.
