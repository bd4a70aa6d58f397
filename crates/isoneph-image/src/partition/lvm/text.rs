//! The text in which LVM describes a group: `key = value`, `key = [a, b]`, `name { … }`, comments after `#`.

use std::collections::BTreeMap;

const MAX_DEPTH: usize = 16;
const MAX_ITEMS: usize = 1 << 18;

/// What stands between two braces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    values: BTreeMap<String, Vec<String>>,
    pub(super) sections: BTreeMap<String, Section>,
}

impl Section {
    pub(super) fn section(&self, name: &str) -> Option<&Self> {
        self.sections.get(name)
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key)?.first().map(String::as_str)
    }

    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.text(key)?.parse().ok()
    }

    pub(super) fn list(&self, key: &str) -> Option<Vec<&str>> {
        self.values.get(key).map(|values| values.iter().map(String::as_str).collect())
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Quoted(String),
    Mark(char),
}

pub(super) fn parse(text: &str) -> Result<Section, String> {
    let mut tokens = Tokens { rest: text };
    // Sections that are open, with the name that each will have in the one around it.
    let mut open = vec![(String::new(), Section::default())];
    let mut items = 0;
    while let Some(token) = tokens.next()? {
        items += 1;
        if items > MAX_ITEMS {
            return Err("description of too many items".to_owned());
        }
        match token {
            Token::Mark('}') => {
                let (name, section) = open.pop().ok_or("a brace too many")?;
                open.last_mut().ok_or("a brace too many")?.1.sections.insert(name, section);
            }
            Token::Word(key) => match tokens.next()? {
                Some(Token::Mark('{')) if open.len() < MAX_DEPTH => open.push((key.to_owned(), Section::default())),
                Some(Token::Mark('=')) => {
                    let values = tokens.value()?;
                    items += values.len();
                    open.last_mut().ok_or("a brace too many")?.1.values.insert(key.to_owned(), values);
                }
                _ => return Err(format!("after {key}")),
            },
            other => return Err(format!("unexpected {other:?}")),
        }
    }
    let (_, root) = open.pop().filter(|_| open.is_empty()).ok_or("a brace is missing")?;
    Ok(root)
}

struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Result<Option<Token<'a>>, String> {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with('#') {
                break;
            }
            self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        if matches!(first, '{' | '}' | '[' | ']' | '=' | ',') {
            self.rest = &self.rest[1..];
            return Ok(Some(Token::Mark(first)));
        }
        if first == '"' {
            return self.quoted().map(Some);
        }
        let is_end = |character: char| character.is_whitespace() || "{}[]=,\"#".contains(character);
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Some(Token::Word(word)))
    }

    fn quoted(&mut self) -> Result<Token<'a>, String> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(Token::Quoted(text));
                }
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                other => text.push(other),
            }
        }
        Err("a quote is missing".to_owned())
    }

    fn value(&mut self) -> Result<Vec<String>, String> {
        match self.next()? {
            Some(Token::Word(word)) => Ok(vec![word.to_owned()]),
            Some(Token::Quoted(text)) => Ok(vec![text]),
            Some(Token::Mark('[')) => {
                let mut values = Vec::new();
                loop {
                    match self.next()? {
                        Some(Token::Mark(']')) => return Ok(values),
                        Some(Token::Mark(',')) => {}
                        Some(Token::Word(word)) => values.push(word.to_owned()),
                        Some(Token::Quoted(text)) => values.push(text),
                        _ => return Err("a bracket is missing".to_owned()),
                    }
                    if values.len() > MAX_ITEMS {
                        return Err("a list of too many items".to_owned());
                    }
                }
            }
            _ => Err("a value is missing".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_read() {
        let text = "# made by\nvg0 {\n\tid = \"a-b\"\n\tstatus = [\"READ\", \"WRITE\"]\n\tflags = []\n\tpv0 { n = 8 }\n}\nx = 1\n";
        let root = parse(text).unwrap();
        let group = root.section("vg0").unwrap();
        assert_eq!(group.text("id"), Some("a-b"));
        assert_eq!(group.list("status"), Some(vec!["READ", "WRITE"]));
        assert_eq!(group.list("flags"), Some(vec![]));
        assert_eq!(group.section("pv0").unwrap().number("n"), Some(8));
        assert_eq!(root.number("x"), Some(1));
    }

    #[test]
    fn what_does_not_end_is_refused() {
        for text in ["a {", "a = [1", "a = \"b", "}", "a {}}", "a", "= 1", &"a {".repeat(100)] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
