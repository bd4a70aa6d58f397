//! `cargo xtask bench network` runs this. Every figure is CPU seconds inside this process, parsing apart; every ratio is of
//! two measurements of one run.

mod decision;
mod groups;
mod pods;
mod smt;
mod timing;

use std::path::PathBuf;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        arguments.iter().position(|held| held == name).and_then(|at| arguments.get(at + 1)).map(PathBuf::from)
    };
    let rules = value("--classbench");
    decision::run(rules.as_deref());
    smt::run(rules.as_deref());
    groups::run();
    pods::run();
}
