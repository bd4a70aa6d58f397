//! Rebuilds the crate when a check comes or goes: the embedding macro alone sees edits only.
#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=../../controls");
    println!("cargo::rerun-if-changed=build.rs");
}
