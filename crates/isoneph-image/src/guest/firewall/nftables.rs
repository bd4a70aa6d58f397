//! nftables rule files: the base chains that see packets to the guest, and what they do with the rest.

use super::Default;
use super::chains::{Chains, Rest};
use super::iptables::both;
use super::nft_rules::read_rule;
use super::nft_syntax::{Block, Statement, statements};
use crate::guest::{Candidate, Guest, Place};
use std::collections::BTreeMap;

/// Files at most, and inside one another.
const FILES: usize = 256;
const DEPTH: usize = 16;

/// What the rule files amount to.
#[derive(Clone, Debug)]
pub struct Ruleset {
    /// What happens to the rest; `None` when the files do not tell.
    pub default: Option<Default>,
    /// The chains that say so.
    pub parts: Vec<Candidate>,
    /// Whether the rules of everybody else are taken away first.
    pub flushes: bool,
}

/// One base chain on the hook `input`, or one whose hook is not read yet.
#[derive(Clone, Debug)]
struct Chain {
    family: String,
    table: String,
    name: String,
    input: bool,
    /// Whether the policy is to drop.
    drops: bool,
    place: Place,
}

#[derive(std::default::Default)]
struct Reader {
    chains: Vec<Chain>,
    rules: Chains,
    /// Tables, by family and name, whose rules do not work.
    dormant: Vec<(String, String)>,
    /// The first command whose outcome is not followed.
    unclear: Option<Candidate>,
    /// Variables that stand for one word.
    defined: BTreeMap<String, String>,
    flushes: bool,
    files: usize,
}

pub(super) fn read(guest: &Guest<'_>, paths: &[String]) -> Ruleset {
    let mut reader = Reader::default();
    for path in paths {
        reader.file(guest, path, &[], 0);
    }
    reader.verdict()
}

/// The name under which the rules of a chain are kept.
fn key(family: &str, table: &str, chain: &str) -> String {
    format!("{family} {table} {chain}")
}

const FAMILIES: [&str; 6] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

/// Family and the words after it; without one it is `ip`.
fn family<'a>(words: &'a [&'a str]) -> (&'a str, &'a [&'a str]) {
    match words {
        [family, rest @ ..] if FAMILIES.contains(family) => (family, rest),
        rest => ("ip", rest),
    }
}

fn is_dormant(words: &[&str]) -> bool {
    words.first() == Some(&"flags") && words.iter().any(|word| word.split(',').any(|flag| flag == "dormant"))
}

impl Reader {
    fn file(&mut self, guest: &Guest<'_>, path: &str, outer: &[Block], depth: usize) {
        self.files += 1;
        if depth > DEPTH || self.files > FILES {
            guest.problem(path, "limit", format!("{path}: rule files of nftables include each other too deeply"));
            return;
        }
        let Some(text) = guest.text(path) else { return };
        for statement in statements(&text, outer) {
            if let [include, pattern, ..] = statement.words.as_slice()
                && include == "include"
            {
                self.include(guest, pattern, &statement, path, depth);
            } else {
                self.take(&statement, path);
            }
        }
    }

    /// Reads what is included, in its place. Without a wildcard a file that is not there makes nft refuse everything.
    fn include(&mut self, guest: &Guest<'_>, pattern: &str, statement: &Statement, path: &str, depth: usize) {
        let folder = path.rsplit_once('/').map_or("/etc", |(folder, _)| folder);
        let patterns = match pattern.strip_prefix('/') {
            Some(_) => vec![pattern.to_owned()],
            None => [folder, "/etc"].map(|folder| format!("{folder}/{pattern}")).into(),
        };
        let found = patterns.iter().map(|pattern| guest.glob(pattern)).find(|found| !found.is_empty());
        if found.is_none() && !pattern.contains(['*', '?', '[']) {
            let why = format!("include {pattern}: there is no such file");
            self.unclear.get_or_insert(Candidate::new(why, Place::line(path, statement.line)));
        }
        for included in found.unwrap_or_default() {
            self.file(guest, &included, &statement.blocks, depth + 1);
        }
    }

    fn take(&mut self, statement: &Statement, path: &str) {
        let words: Vec<&str> = statement.words.iter().map(String::as_str).collect();
        let place = Place::line(path, statement.line);
        match statement.blocks.as_slice() {
            [] => self.command(&words, place),
            [Block::Table(family, table)] if is_dormant(&words) => {
                self.dormant.push((family.clone(), table.clone()));
            }
            [.., Block::Chain(family, table, chain)] => self.in_chain(family, table, chain, &words, place),
            _ => {}
        }
    }

    fn in_chain(&mut self, family: &str, table: &str, name: &str, words: &[&str], place: Place) {
        let known = |chain: &Chain| chain.family == family && chain.table == table && chain.name == name;
        let at = self.chains.iter().position(known).unwrap_or_else(|| {
            let (family, table, name) = (family.to_owned(), table.to_owned(), name.to_owned());
            self.chains.push(Chain { family, table, name, input: false, drops: false, place: place.clone() });
            self.chains.len() - 1
        });
        let chain = &mut self.chains[at];
        match words {
            // An empty statement says that the chain is there.
            [] | ["comment", ..] => {}
            ["type", kind, ..] => {
                chain.input = *kind == "filter" && words.windows(2).any(|pair| pair == ["hook", "input"]);
            }
            ["policy", policy, ..] => {
                chain.drops = self.defined.get(*policy).map_or(*policy, String::as_str) == "drop";
            }
            rule => {
                let key = key(family, table, name);
                self.rules.rules(&key).push(read_rule(rule, &key, place));
            }
        }
    }

    /// A statement outside tables: a command of `nft`.
    fn command(&mut self, words: &[&str], place: Place) {
        let shown = Candidate::new(words.join(" "), place.clone());
        match words {
            ["define" | "redefine", name, "=", value] => {
                self.defined.insert(format!("${name}"), (*value).to_owned());
            }
            ["flush", "ruleset", ..] => {
                (self.chains, self.rules) = <(Vec<Chain>, Chains)>::default();
                self.flushes = true;
            }
            ["flush" | "delete" | "destroy", "table", rest @ ..] => {
                let (family, names) = family(rest);
                let table = names.first().copied().unwrap_or_default();
                self.rules.0.retain(|key, _| !key.starts_with(&format!("{family} {table} ")));
                if words[0] != "flush" {
                    self.chains.retain(|chain| chain.family != family || chain.table != table);
                }
            }
            [verb @ ("add" | "insert"), "rule", rest @ ..] => {
                let (family, names) = family(rest);
                if let [table, chain, rule @ ..] = names {
                    let key = key(family, table, chain);
                    let rule = read_rule(rule, &key, place);
                    let rules = self.rules.rules(&key);
                    let at = if *verb == "add" { rules.len() } else { 0 };
                    rules.insert(at, rule);
                }
            }
            ["delete" | "destroy" | "replace" | "rename" | "flush", "rule" | "chain", ..] => {
                self.unclear.get_or_insert(shown);
            }
            _ => {}
        }
    }

    fn verdict(&self) -> Ruleset {
        let works = |chain: &Chain| {
            !self.dormant.iter().any(|(family, table)| *family == chain.family && *table == chain.table)
        };
        let inputs: Vec<(&Chain, Rest)> = self
            .chains
            .iter()
            .filter(|chain| chain.input && works(chain))
            .map(|chain| {
                let policy = if chain.drops { Rest::Deny } else { Rest::Accept };
                let rest = self.rules.rest(&key(&chain.family, &chain.table, &chain.name));
                (chain, rest.map_or(policy, |(rest, _)| rest))
            })
            .collect();
        // A chain of the family inet sees both; of ip or ip6 one of them. What one chain drops no other lets in.
        let of = |families: [&str; 2]| {
            let fitting = inputs.iter().filter(|(chain, _)| families.contains(&chain.family.as_str()));
            let rests: Vec<Rest> = fitting.map(|(_, rest)| *rest).collect();
            [Rest::Deny, Rest::Unclear].into_iter().find(|rest| rests.contains(rest)).unwrap_or(Rest::Accept)
        };
        let default = both(of(["inet", "ip"]), of(["inet", "ip6"]));
        let parts = inputs.iter().map(|(chain, rest)| {
            let word = match rest {
                Rest::Deny => "drop",
                Rest::Accept => "accept",
                Rest::Unclear => "not told",
            };
            Candidate::new(format!("chain {} {}: {word}", chain.family, chain.name), chain.place.clone())
        });
        let parts = parts.chain(self.unclear.clone()).collect();
        let default = if self.unclear.is_some() && default != Some(Default::Accept) { None } else { default };
        Ruleset { default, parts, flushes: self.flushes }
    }
}
