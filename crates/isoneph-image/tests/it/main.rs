//! Tests.

#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod engine;
