//! `cargo xtask bench network` runs this. Every figure is CPU seconds inside this process, parsing apart; every ratio is of
//! two measurements of one run.

mod decision;
mod groups;
mod pods;
mod smt;
mod timing;

use std::path::{Path, PathBuf};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        arguments.iter().position(|held| held == name).and_then(|at| arguments.get(at + 1)).map(PathBuf::from)
    };
    let rules = value("--classbench");
    let only = value("--only");
    let parts: [(&str, &dyn Fn()); 4] = [
        ("rules", &|| decision::run(rules.as_deref())),
        ("z3", &|| smt::run(rules.as_deref())),
        ("groups", &groups::run),
        ("pods", &pods::run),
    ];
    for (name, run) in parts {
        if only.as_deref().is_none_or(|only| only == Path::new(name)) {
            run();
        }
    }
}
