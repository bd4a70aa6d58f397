//! nftables rule files: the base chains that see packets to the guest, and their policies.

use super::Default;
use crate::guest::{Candidate, Guest, Place};

/// Files at most, and bytes of one rule file that are looked at.
const FILES: usize = 256;

/// What the rule files amount to.
#[derive(Clone, Debug)]
pub struct Ruleset {
    /// What happens to the rest.
    pub default: Default,
    /// The chains that say so.
    pub parts: Vec<Candidate>,
}

/// One base chain on the hook `input`.
#[derive(Clone, Debug, std::default::Default)]
struct Chain {
    family: String,
    name: String,
    input: bool,
    filters: bool,
    /// Whether the policy is to drop.
    drops: bool,
    /// The first rule without a condition: whether it drops.
    rule: Option<bool>,
    path: String,
    line: u32,
}

pub(super) fn read(guest: &Guest<'_>, paths: &[String]) -> Ruleset {
    let mut queue: Vec<String> = paths.to_vec();
    let mut chains: Vec<Chain> = Vec::new();
    let mut index = 0;
    while index < queue.len().min(FILES) {
        let path = queue[index].clone();
        index += 1;
        let Some(text) = guest.text(&path) else { continue };
        let mut parser = Parser::new(&path);
        for (number, line) in text.lines() {
            parser.line(line, number, &mut chains, &mut |pattern| {
                let folder = path.rsplit_once('/').map_or("/etc", |(folder, _)| folder);
                let pattern = if pattern.starts_with('/') { pattern.to_owned() } else { format!("{folder}/{pattern}") };
                queue.extend(guest.glob(&pattern));
            });
        }
    }
    let inputs: Vec<&Chain> = chains.iter().filter(|chain| chain.input).collect();
    let denies =
        |families: &[&str]| inputs.iter().any(|chain| chain.denies() && families.contains(&chain.family.as_str()));
    // A chain of the family inet sees both; of ip or ip6 one of them.
    let default = match (denies(&["inet", "ip"]), denies(&["inet", "ip6"])) {
        (true, true) => Default::Deny,
        (false, false) => Default::Accept,
        _ => Default::Partial,
    };
    let parts = inputs.iter().map(|chain| {
        let policy = if chain.denies() { "drop" } else { "accept" };
        Candidate::new(format!("chain {} {}: {policy}", chain.family, chain.name), Place::line(&chain.path, chain.line))
    });
    Ruleset { default, parts: parts.collect() }
}

/// Reads statements one by one; they end at a line's end, a semicolon or a brace.
struct Parser {
    path: String,
    table: String,
    chain: Option<Chain>,
    depth: usize,
    chain_depth: usize,
    /// Whether a set was opened in the rule at hand: what follows it is not the whole rule.
    conditional: bool,
}

impl Parser {
    fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            table: "ip".to_owned(),
            chain: None,
            depth: 0,
            chain_depth: 0,
            conditional: false,
        }
    }

    fn line(&mut self, line: &str, number: u32, chains: &mut Vec<Chain>, include: &mut dyn FnMut(&str)) {
        let line = line.split('#').next().unwrap_or_default();
        let mut statement = String::new();
        for character in line.chars() {
            match character {
                '{' => {
                    self.open(statement.trim(), number, chains);
                    statement.clear();
                }
                '}' => {
                    self.statement(statement.trim(), chains, include);
                    statement.clear();
                    self.close(chains);
                }
                ';' => {
                    self.statement(statement.trim(), chains, include);
                    statement.clear();
                    self.conditional = false;
                }
                other => statement.push(other),
            }
        }
        self.statement(statement.trim(), chains, include);
        self.conditional = false;
    }

    fn open(&mut self, statement: &str, number: u32, chains: &mut [Chain]) {
        self.depth += 1;
        let words: Vec<&str> =
            statement.split_whitespace().skip_while(|word| matches!(*word, "add" | "create")).collect();
        match words.as_slice() {
            ["table", family, _name] => (*family).clone_into(&mut self.table),
            ["table", _name] => "ip".clone_into(&mut self.table),
            ["chain", names @ ..] if self.chain.is_none() => {
                // Inside a table: its name; at the top: family, table, name.
                let family = if names.len() >= 3 { names[0].to_owned() } else { self.table.clone() };
                let name = names.last().copied().unwrap_or_default().to_owned();
                let known = chains.iter().find(|chain| chain.family == family && chain.name == name).cloned();
                let fresh = || Chain {
                    family: family.clone(),
                    name: name.clone(),
                    path: self.path.clone(),
                    line: number,
                    ..Chain::default()
                };
                self.chain = Some(known.unwrap_or_else(fresh));
                self.chain_depth = self.depth;
            }
            // A set or map inside a rule: `tcp dport { 22, 80 } accept`.
            _ => self.conditional = self.chain.is_some(),
        }
    }

    fn close(&mut self, chains: &mut Vec<Chain>) {
        if self.depth == self.chain_depth
            && let Some(chain) = self.chain.take()
        {
            chains.retain(|other| other.family != chain.family || other.name != chain.name);
            chains.push(chain);
            self.chain_depth = 0;
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn statement(&mut self, statement: &str, chains: &mut Vec<Chain>, include: &mut dyn FnMut(&str)) {
        let words: Vec<&str> = statement.split_whitespace().collect();
        match words.as_slice() {
            ["include", pattern, ..] => include(pattern.trim_matches(['"', '\''])),
            ["flush", "ruleset", ..] => chains.clear(),
            _ => {}
        }
        // Only statements directly in the chain, and whole ones, count.
        if self.depth != self.chain_depth || self.conditional {
            return;
        }
        let Some(chain) = self.chain.as_mut() else { return };
        if words.first() == Some(&"type") {
            chain.filters = words.get(1) == Some(&"filter");
            chain.input = chain.filters && words.windows(2).any(|pair| pair == ["hook", "input"]);
        }
        match words.as_slice() {
            ["policy", "drop"] => chain.drops = true,
            ["policy", _] => chain.drops = false,
            ["accept"] | ["counter", "accept"] => _ = chain.rule.get_or_insert(false),
            ["drop"] | ["counter", "drop"] | ["reject", ..] | ["counter", "reject", ..] => {
                _ = chain.rule.get_or_insert(true);
            }
            _ => {}
        }
    }
}

impl Chain {
    /// Whether what no rule names is dropped: by a last rule without a condition, else by the policy.
    fn denies(&self) -> bool {
        self.rule.unwrap_or(self.drops)
    }
}
