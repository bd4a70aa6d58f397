//! The one test binary of the crate.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod decoding;
mod digests;
mod hostile;
mod identity;
mod kept_digests;
mod pages;
mod plant;
mod reconciling;
mod signs;
mod store;
mod support;
