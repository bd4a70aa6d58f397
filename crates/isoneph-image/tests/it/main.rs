//! Tests.

mod catalogue;
mod engine;
mod guests;
mod parsers;
