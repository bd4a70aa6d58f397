//! `oscap-chroot` on the trees of the same guests, all rules: what it costs, and where the two disagree.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use super::{Arguments, Report, guest_of};
use crate::bench::process::measure;

/// The rule of the SCAP Security Guide that asks what a setting asks, or what comes nearest.
const RULES: &str = include_str!("oscap_rules.csv");

/// Compares, as far as oscap is installed.
pub(super) fn compare(
    arguments: &Arguments,
    ours: &BTreeMap<String, f64>,
    reports: &BTreeMap<String, Report>,
) -> anyhow::Result<()> {
    let installed = Command::new("oscap").arg("--version").output().is_ok_and(|output| output.status.success());
    if !installed || !arguments.content.is_file() || arguments.tree.is_empty() {
        println!("\noscap was not measured: it is not installed, its content is not there, or no tree was given");
        return Ok(());
    }
    let rules = rules()?;
    let (mut ratios, mut differing) = (Vec::new(), Vec::new());
    println!("\n| tree | oscap-chroot | isoneph | ratio | oscap decides | isoneph decides | both | agree |");
    println!("|---|---|---|---|---|---|---|---|");
    for tree in &arguments.tree {
        let guest = guest_of(tree);
        let (Some(own), Some(report)) = (ours.get(&guest), reports.get(&guest)) else {
            bail!("no image of the tree {} was given", tree.display())
        };
        let words = words(tree, &arguments.content);
        let theirs = measure(Path::new("oscap-chroot"), &words, 3600)?;
        let compared = agreement(&rules, &results(&words)?, report, &guest);
        ratios.push(theirs.cpu / own);
        println!(
            "| {guest} | {:.2} s | {own:.2} s | {:.0} | {} | {} | {} | {} |",
            theirs.cpu,
            theirs.cpu / own,
            compared.theirs,
            compared.ours,
            compared.both,
            compared.both - compared.differing.len()
        );
        differing.extend(compared.differing);
    }
    ratios.sort_by(f64::total_cmp);
    println!("\nmedian: {:.0} times less CPU than oscap-chroot", ratios[ratios.len() / 2]);
    println!("\n{} disagreements; docs/oscap.md explains them", differing.len());
    differing.iter().for_each(|line| println!("  {line}"));
    Ok(())
}

fn words(tree: &Path, content: &Path) -> Vec<String> {
    let (tree, content) = (tree.display().to_string(), content.display().to_string());
    [&tree, "xccdf", "eval", "--profile", "(all)", &content].map(str::to_owned).to_vec()
}

/// The rule of each setting.
fn rules() -> anyhow::Result<BTreeMap<String, String>> {
    let rows = csv::Reader::from_reader(RULES.as_bytes()).into_deserialize::<(String, String)>();
    Ok(rows.collect::<Result<_, csv::Error>>()?)
}

/// The result of each rule, as oscap prints them: `Rule` and `Result`, each with its value behind a tab.
fn results(words: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let output = Command::new("oscap-chroot").args(words).output().context("oscap-chroot")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (mut results, mut rule) = (BTreeMap::new(), None);
    for line in text.lines() {
        match line.split_once('\t').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("Rule", value)) => rule = value.rsplit_once("_rule_").map(|(_, name)| name.to_owned()),
            Some(("Result", value)) => results.extend(rule.take().map(|rule| (rule, value.to_owned()))),
            _ => {}
        }
    }
    if results.is_empty() {
        bail!("oscap-chroot gave no results: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(results)
}

/// How two sets of answers compare.
#[derive(Debug, Default, PartialEq)]
struct Compared {
    ours: usize,
    theirs: usize,
    both: usize,
    differing: Vec<String>,
}

fn agreement(
    rules: &BTreeMap<String, String>,
    theirs: &BTreeMap<String, String>,
    report: &Report,
    guest: &str,
) -> Compared {
    let decided = |word: Option<&String>| word.filter(|word| matches!(word.as_str(), "pass" | "fail")).cloned();
    let mut compared = Compared::default();
    for (setting, rule) in rules {
        let (own, other) = (decided(report.outcomes.get(setting)), decided(theirs.get(rule)));
        compared.ours += usize::from(own.is_some());
        compared.theirs += usize::from(other.is_some());
        let (Some(own), Some(other)) = (own, other) else { continue };
        compared.both += 1;
        if own != other {
            compared.differing.push(format!("{guest} {setting}: {own}, and oscap's {rule} says {other}"));
        }
    }
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_with_a_rule_is_one_of_the_catalogue() {
        let known: Vec<String> =
            isoneph_image::catalogue::checks().into_iter().map(|check| check.alias.clone()).collect();
        let unknown: Vec<String> = rules().unwrap().into_keys().filter(|setting| !known.contains(setting)).collect();
        assert_eq!(unknown, Vec::<String>::new());
    }

    #[test]
    fn only_what_both_decide_is_compared() {
        let map = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
        };
        let rules = map(&[("a", "r-a"), ("b", "r-b"), ("c", "r-c")]);
        let theirs = map(&[("r-a", "pass"), ("r-b", "notapplicable"), ("r-c", "pass")]);
        let report = Report { bytes_read: 0, inodes: 0, outcomes: map(&[("a", "pass"), ("b", "fail"), ("c", "fail")]) };
        let compared = agreement(&rules, &theirs, &report, "base");
        assert_eq!((compared.ours, compared.theirs, compared.both, compared.differing.len()), (3, 2, 2, 1));
    }
}
