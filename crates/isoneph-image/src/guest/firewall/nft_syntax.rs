//! The statements of nftables' rule files, each with the blocks it stands in.

use crate::guest::{Text, words};

/// What a brace opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Family, name.
    Table(String, String),
    /// Family, table, name.
    Chain(String, String, String),
    /// A set, a map, an object: nothing in it is a rule.
    Other,
}

/// One statement; a set inside a rule belongs to it, its braces, commas and colons being words.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) words: Vec<String>,
    pub(super) blocks: Vec<Block>,
    pub(super) line: u32,
}

#[derive(Default)]
struct Parser {
    found: Vec<Statement>,
    blocks: Vec<Block>,
    text: String,
    line: u32,
    /// Braces of sets that are open in the statement at hand.
    sets: usize,
    quoted: bool,
}

/// Reads a whole file, which stands in these blocks of the one that includes it.
pub(super) fn statements(text: &Text, outer: &[Block]) -> Vec<Statement> {
    let mut parser = Parser { blocks: outer.to_vec(), ..Parser::default() };
    for (number, line) in text.lines() {
        let (line, continued) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
        for character in line.chars() {
            if character == '#' && !parser.quoted {
                break;
            }
            parser.character(character, number);
        }
        if parser.sets > 0 || continued {
            parser.text.push(' ');
        } else {
            parser.quoted = false;
            parser.end();
        }
    }
    parser.end();
    parser.found
}

impl Parser {
    fn character(&mut self, character: char, number: u32) {
        if self.text.trim().is_empty() {
            self.line = number;
        }
        match character {
            '"' => {
                self.quoted = !self.quoted;
                self.text.push('"');
            }
            other if self.quoted => self.text.push(other),
            '{' if self.sets > 0 || !self.open() => {
                self.sets += 1;
                self.text.push_str(" { ");
            }
            '{' => {}
            '}' if self.sets > 0 => {
                self.sets -= 1;
                self.text.push_str(" } ");
            }
            '}' => {
                self.end();
                self.blocks.pop();
            }
            ';' if self.sets == 0 => self.end(),
            ',' | ':' | ';' if self.sets > 0 => {
                self.text.push(' ');
                self.text.push(character);
                self.text.push(' ');
            }
            other => self.text.push(other),
        }
    }

    /// Opens the block that the text so far names; `false` when it is a rule or a definition, and the brace opens a set.
    fn open(&mut self) -> bool {
        if matches!(self.blocks.last(), Some(Block::Chain(..) | Block::Other)) {
            return false;
        }
        let all = words(&self.text);
        let named: Vec<&str> =
            all.iter().map(String::as_str).skip_while(|word| matches!(*word, "add" | "create")).collect();
        let block = match (named.as_slice(), self.blocks.last()) {
            (["table", family, name], _) => Block::Table((*family).to_owned(), (*name).to_owned()),
            (["table", name], _) => Block::Table("ip".to_owned(), (*name).to_owned()),
            (["chain", name], Some(Block::Table(family, table))) => {
                Block::Chain(family.clone(), table.clone(), (*name).to_owned())
            }
            (["chain", family, table, name], _) => {
                Block::Chain((*family).to_owned(), (*table).to_owned(), (*name).to_owned())
            }
            (["chain", table, name], _) => Block::Chain("ip".to_owned(), (*table).to_owned(), (*name).to_owned()),
            (["define" | "redefine" | "rule" | "insert" | "element" | "elements", ..], _) => return false,
            _ => Block::Other,
        };
        self.text.clear();
        let chain = matches!(block, Block::Chain(..));
        self.blocks.push(block);
        if chain {
            // An empty statement says that the chain is there, whatever it holds.
            self.found.push(Statement { words: Vec::new(), blocks: self.blocks.clone(), line: self.line });
        }
        true
    }

    fn end(&mut self) {
        let words = words(&self.text);
        self.text.clear();
        if !words.is_empty() {
            self.found.push(Statement { words, blocks: self.blocks.clone(), line: self.line });
        }
    }
}
