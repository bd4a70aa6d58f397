//! The one test binary of the crate.

mod findings;
mod terraform;
