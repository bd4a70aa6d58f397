//! Workbooks as people have them, and as an attacker would send them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod delimited;
mod hostile;
mod package;
mod round_trip;
mod table;
