//! Writes certificates of separation.
