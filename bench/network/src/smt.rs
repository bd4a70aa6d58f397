//! The same question to Z3, by Python, where both are there: the packet as bit vectors, a list as nested choices.

use std::path::Path;
use std::process::Command;

use isoneph_network::idd::Budget;
use isoneph_network::policy::flat::{FlatRule, compare};

use crate::decision::{Pair, pairs};
use crate::timing::{median, shown};

/// Seconds that Z3 may take.
const BUDGET: u32 = 60;

pub(crate) fn run(files: Option<&Path>) {
    println!("## The same question to Z3, {BUDGET} s of budget\n");
    let there = Command::new("python3").args(["-c", "import z3"]).output().is_ok_and(|run| run.status.success());
    if !there {
        println!("Not run: Python's `z3` is not installed here (`pip install z3-solver`).\n");
        return;
    }
    println!("| pair | isoneph | Z3 solving | ratio |\n|---|---|---|---|");
    for family in ["acl1", "fw1", "ipc1"] {
        let [pair, _] = pairs(files, family, 5_000);
        let (own, _) = median(5, || compare(&pair.first, &pair.second, None, Budget::default()));
        match solve(&pair) {
            Some(seconds) => println!("| {} | {} | {} | {:.0} |", pair.name, shown(own), shown(seconds), seconds / own),
            None => {
                let least = f64::from(BUDGET) / own;
                println!("| {} | {} | no answer in {BUDGET} s | over {least:.0} |", pair.name, shown(own));
            }
        }
    }
    println!();
}

/// CPU seconds of solving, without encoding; [`None`] where there was no answer in the budget.
fn solve(pair: &Pair) -> Option<f64> {
    let folder = std::env::temp_dir().join(format!("isoneph-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).ok()?;
    let write = |name: &str, rules: &[FlatRule]| {
        let lines = rules.iter().map(|rule| {
            let bounds = rule.bounds.map(|(low, high)| format!("{low} {high}"));
            format!("{} {}\n", bounds.join(" "), u8::from(rule.permit))
        });
        std::fs::write(folder.join(name), lines.collect::<String>())
    };
    write("first", &pair.first).ok()?;
    write("second", &pair.second).ok()?;
    let output = Command::new("python3")
        .args(["-c", include_str!("differ.py"), &BUDGET.to_string()])
        .arg(folder.join("first"))
        .arg(folder.join("second"))
        .output();
    let _ = std::fs::remove_dir_all(&folder);
    String::from_utf8(output.ok()?.stdout).ok()?.trim().parse().ok()
}
