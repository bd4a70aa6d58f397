//! The text of sshd_config.

use super::{CHALLENGE, Sshd};
use crate::guest::{Candidate, Guest, Place, words};

/// Files included in one another at most, as in OpenSSH.
const DEPTH: usize = 16;
/// Files read at most: sixteen levels of patterns can name each other without end.
const FILES: usize = 1024;

/// One line: a keyword and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Keyword in lower case, deprecated names replaced by today's.
    pub keyword: String,
    /// Arguments, quotes removed.
    pub arguments: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

impl Line {
    /// The arguments as one text.
    #[must_use]
    pub fn value(&self) -> String {
        self.arguments.join(" ")
    }

    pub(super) fn candidate(&self) -> Candidate {
        Candidate::new(self.value(), self.place.clone())
    }

    /// Reads `Keyword arguments` or `Keyword=arguments`; a `#` after a blank begins a comment.
    pub(super) fn parse(text: &str, place: Place) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        let end = text.find(|c: char| c.is_whitespace() || c == '=' || c == '"').unwrap_or(text.len());
        let (keyword, rest) = text.split_at(end);
        let rest = rest.trim_start();
        let rest = rest.strip_prefix('=').unwrap_or(rest);
        let mut arguments = words(rest);
        if let Some(comment) = arguments.iter().position(|word| word.starts_with('#')) {
            arguments.truncate(comment);
        }
        Some(Self { keyword: current_name(&keyword.to_ascii_lowercase()).to_owned(), arguments, place })
    }
}

/// The name that OpenSSH knows today's option by. What became of `ChallengeResponseAuthentication` hangs on the version.
fn current_name(keyword: &str) -> &str {
    match keyword {
        "skeyauthentication" => CHALLENGE,
        "dsaauthentication" => "pubkeyauthentication",
        other => other,
    }
}

/// A Match block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it matches, as written; blocks inside one another are joined by ` & `.
    pub criteria: String,
    /// Where it begins.
    pub place: Place,
    /// Its lines.
    pub lines: Vec<Line>,
}

impl Block {
    /// Whether every connection matches.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.criteria.eq_ignore_ascii_case("all")
    }

    /// Whether a connection may match both blocks; `None` where patterns leave it open.
    #[must_use]
    pub fn meets(&self, other: &Self) -> Option<bool> {
        let mut answer = Some(true);
        let (own, others) = (self.named(), other.named());
        for (keyword, names) in &own {
            for (_, theirs) in others.iter().filter(|(other, _)| other == keyword && keyword != "group") {
                let is_pattern = |name: &&str| name.contains(['*', '?', '!', '/']);
                if names.iter().chain(theirs).any(is_pattern) {
                    answer = None;
                } else if !names.iter().any(|name| theirs.contains(name)) {
                    return Some(false);
                }
            }
        }
        answer
    }

    /// The criteria: keyword in lower case, names.
    fn named(&self) -> Vec<(String, Vec<&str>)> {
        let words: Vec<&str> = self.criteria.split_whitespace().filter(|word| *word != "&").collect();
        let pairs = words.chunks_exact(2);
        pairs.map(|pair| (pair[0].to_ascii_lowercase(), pair[1].split(',').collect())).collect()
    }

    /// What holds for connections that match this block and a later one: the first value of a keyword counts.
    #[must_use]
    pub fn with(&self, later: &Self) -> Self {
        let lines = self.lines.iter().chain(&later.lines).cloned().collect();
        Self { criteria: format!("{} & {}", self.criteria, later.criteria), place: self.place.clone(), lines }
    }
}

/// Where lines are put: outside of blocks, or into the block with this index.
type Target = Option<usize>;

pub(super) fn read(guest: &Guest<'_>, path: &str, sshd: &mut Sshd) {
    let mut files = 0;
    read_file(guest, path, sshd, None, 0, &mut files);
}

fn read_file(guest: &Guest<'_>, path: &str, sshd: &mut Sshd, outer: Target, depth: usize, files: &mut usize) {
    *files += 1;
    if depth > DEPTH || *files > FILES {
        guest.problem(path, "limit", format!("{path}: sshd's files include each other too deeply"));
        return;
    }
    let Some(text) = guest.text(path) else { return };
    // A Match block of an included file ends with that file.
    let mut target = outer;
    for (number, line) in text.lines() {
        let Some(line) = Line::parse(line, Place::line(path, number)) else { continue };
        match line.keyword.as_str() {
            "include" => {
                for pattern in &line.arguments {
                    for included in included(guest, pattern) {
                        read_file(guest, &included, sshd, target, depth + 1, files);
                    }
                }
            }
            "match" => target = Some(begin_block(sshd, outer, &line)),
            _ => {
                let lines = match target {
                    Some(index) => sshd.blocks.get_mut(index).map(|block| &mut block.lines),
                    None => Some(&mut sshd.global),
                };
                if let Some(lines) = lines {
                    lines.push(line);
                }
            }
        }
    }
}

fn begin_block(sshd: &mut Sshd, outer: Target, line: &Line) -> usize {
    let own = line.value();
    let around = outer.and_then(|index| sshd.blocks.get(index)).filter(|block| !block.is_for_all());
    let criteria = match around {
        Some(block) if own.eq_ignore_ascii_case("all") => block.criteria.clone(),
        Some(block) => format!("{} & {own}", block.criteria),
        None => own,
    };
    sshd.blocks.push(Block { criteria, place: line.place.clone(), lines: Vec::new() });
    sshd.blocks.len() - 1
}

fn included(guest: &Guest<'_>, pattern: &str) -> Vec<String> {
    let absolute = if pattern.starts_with('/') { pattern.to_owned() } else { format!("/etc/ssh/{pattern}") };
    guest.glob(&absolute)
}
