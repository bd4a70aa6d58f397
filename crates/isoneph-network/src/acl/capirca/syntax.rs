//! Headers, terms, keywords and values.

use std::collections::BTreeMap;

use crate::acl::AclError;
use crate::acl::document::MAX_RULES;
use crate::policy::{Note, NoteKind};

/// A header and the terms up to the next one.
pub(super) struct Filter {
    pub(super) header: Block,
    pub(super) terms: Vec<Block>,
}

/// A header or a term.
pub(super) struct Block {
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) fields: Vec<FieldOf>,
}

/// `keyword:: values`.
pub(super) struct FieldOf {
    pub(super) keyword: String,
    pub(super) values: Vec<String>,
}

/// Beyond this many tokens nothing more is included.
const MAX_TOKENS: usize = 8_000_000;
/// Included files may include others this deep.
pub(super) const MAX_INCLUDES: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// A word that ends in `::`, without it.
    Keyword(String),
    Open,
    Close,
}

type Tokens = Vec<(u32, Token)>;

pub(super) fn parse(
    text: &str,
    includes: &BTreeMap<String, String>,
    notes: &mut Vec<Note>,
) -> Result<Vec<Filter>, AclError> {
    let mut tokens = Tokens::new();
    tokenize(text, includes, 0, None, &mut tokens, notes);
    let mut filters: Vec<Filter> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let (line, token) = &tokens[at];
        let line = *line;
        let Token::Word(word) = token else {
            return Err(AclError::Malformed { line, message: "header or term expected".to_owned() });
        };
        let name = match (word.as_str(), tokens.get(at + 1)) {
            ("header", Some((_, Token::Open))) => None,
            ("term", Some((_, Token::Word(name)))) => Some(name.clone()),
            _ => {
                return Err(AclError::Malformed {
                    line,
                    message: format!("{word:?} where a header or term is expected"),
                });
            }
        };
        at += if name.is_some() { 2 } else { 1 };
        let is_header = name.is_none();
        let block = block(&tokens, &mut at, name.unwrap_or_default(), line)?;
        if is_header {
            filters.push(Filter { header: block, terms: Vec::new() });
        } else if let Some(filter) = filters.last_mut() {
            if filter.terms.len() >= MAX_RULES {
                return Err(AclError::TooManyRules { line });
            }
            filter.terms.push(block);
        } else {
            return Err(AclError::Malformed { line, message: "term before any header".to_owned() });
        }
    }
    Ok(filters)
}

fn block(tokens: &Tokens, at: &mut usize, name: String, line: u32) -> Result<Block, AclError> {
    let mut fields: Vec<FieldOf> = Vec::new();
    if tokens.get(*at).map(|(_, token)| token) != Some(&Token::Open) {
        return Err(AclError::Malformed { line, message: "{ expected".to_owned() });
    }
    *at += 1;
    while let Some((here, token)) = tokens.get(*at) {
        *at += 1;
        match token {
            Token::Close => return Ok(Block { name, line, fields }),
            Token::Open => return Err(AclError::Malformed { line: *here, message: "{ inside a block".to_owned() }),
            Token::Keyword(keyword) => fields.push(FieldOf { keyword: keyword.clone(), values: Vec::new() }),
            Token::Word(word) => match fields.last_mut() {
                Some(field) => field.values.push(word.clone()),
                None => {
                    return Err(AclError::Malformed { line: *here, message: format!("{word:?} before any keyword") });
                }
            },
        }
    }
    Err(AclError::Malformed { line, message: "block is not closed".to_owned() })
}

/// Splits a text; tokens of an included file carry the line of the include.
fn tokenize(
    text: &str,
    includes: &BTreeMap<String, String>,
    depth: usize,
    outer: Option<u32>,
    tokens: &mut Tokens,
    notes: &mut Vec<Note>,
) {
    let mut letters = text.chars().peekable();
    let mut line = 1_u32;
    let mut word = String::new();
    let at = |line: u32| outer.unwrap_or(line);
    while let Some(letter) = letters.next() {
        match letter {
            '#' => {
                end_word(&mut word, at(line), tokens);
                let comment: String = std::iter::from_fn(|| letters.next_if(|letter| *letter != '\n')).collect();
                if let Some(name) = comment.strip_prefix("include") {
                    include(name, includes, depth, at(line), tokens, notes);
                }
            }
            '"' => {
                end_word(&mut word, at(line), tokens);
                let start = at(line);
                let mut quoted = String::new();
                for letter in letters.by_ref() {
                    if letter == '"' {
                        break;
                    }
                    line += u32::from(letter == '\n');
                    quoted.push(letter);
                }
                tokens.push((start, Token::Word(quoted)));
            }
            '{' | '}' => {
                end_word(&mut word, at(line), tokens);
                tokens.push((at(line), if letter == '{' { Token::Open } else { Token::Close }));
            }
            _ if letter.is_whitespace() || letter == ',' => {
                end_word(&mut word, at(line), tokens);
                line += u32::from(letter == '\n');
            }
            ':' if letters.peek() == Some(&':') && is_keyword(&word) => {
                letters.next();
                tokens.push((at(line), Token::Keyword(std::mem::take(&mut word))));
            }
            _ => word.push(letter),
        }
    }
    end_word(&mut word, at(line), tokens);
}

/// Keywords are of small letters with hyphens; IPv6 addresses hold `::` too.
fn is_keyword(word: &str) -> bool {
    let address = !word.is_empty() && word.len() <= 4 && word.chars().all(|letter| letter.is_ascii_hexdigit());
    !address
        && word.starts_with(|letter: char| letter.is_ascii_lowercase())
        && word
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '-' || letter == '_' || letter.is_ascii_digit())
}

fn end_word(word: &mut String, line: u32, tokens: &mut Tokens) {
    if !word.is_empty() {
        tokens.push((line, Token::Word(std::mem::take(word))));
    }
}

fn include(
    name: &str,
    includes: &BTreeMap<String, String>,
    depth: usize,
    line: u32,
    tokens: &mut Tokens,
    notes: &mut Vec<Note>,
) {
    let name = name.trim().trim_matches(['\'', '"']);
    match given(name, includes) {
        Some(text) if depth < MAX_INCLUDES && tokens.len() < MAX_TOKENS => {
            tokenize(text, includes, depth + 1, Some(line), tokens, notes);
        }
        _ => {
            notes.push(missing(name, line));
            // A term that may do anything stands in for what is missing.
            let stand_in = [
                Token::Word("term".to_owned()),
                Token::Word(format!("include-{name}")),
                Token::Open,
                Token::Keyword("missing-include".to_owned()),
                Token::Word(name.to_owned()),
                Token::Close,
            ];
            tokens.extend(stand_in.map(|token| (line, token)));
        }
    }
}

/// An included file, by its path, or by its name where it lies elsewhere.
pub(super) fn given<'a>(name: &str, includes: &'a BTreeMap<String, String>) -> Option<&'a String> {
    let file = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    includes.get(name).or_else(|| includes.iter().find(|(path, _)| file(path) == file(name)).map(|(_, text)| text))
}

/// What is noted of an included file that is not given.
pub(super) fn missing(name: &str, line: u32) -> Note {
    let message = format!("included file {name} is not given: its terms are not known");
    Note { line, kind: NoteKind::NotUnderstood, message }
}
