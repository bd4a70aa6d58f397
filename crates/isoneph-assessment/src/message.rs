//! Messages of checks: a template with named places, filled when somebody reads it.

use std::fmt::Write as _;

use isoneph_model::{Lang, Text};

/// A message with places like `{name}`; `{{` and `}}` stand for braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    text: Text,
}

/// A template that cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageError {
    /// A `{` without its `}`, or the other way round.
    Unbalanced,
    /// The languages name different places.
    PlacesDiffer,
}

impl Message {
    /// A message, if its templates are well-formed and name the same places in every language.
    pub fn new(text: Text) -> Result<Message, MessageError> {
        let sorted = |template: &str| {
            let mut names = places(template)?;
            names.sort_unstable();
            names.dedup();
            Ok(names.into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        if sorted(&text.en)? != sorted(&text.ja)? {
            return Err(MessageError::PlacesDiffer);
        }
        Ok(Message { text })
    }

    /// The names of its places, in the order they appear.
    pub fn places(&self) -> Vec<&str> {
        places(&self.text.en).unwrap_or_default()
    }

    /// The text as written.
    pub fn template(&self) -> &Text {
        &self.text
    }

    /// The message with its places filled. An unknown value says so.
    pub fn fill(&self, lang: Lang, values: &[(String, Option<String>)]) -> String {
        let unknown = match lang {
            Lang::En => "(unknown)",
            Lang::Ja => "(不明)",
        };
        let mut out = String::new();
        for part in parts(self.text.get(lang)).flatten() {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Brace(brace) => out.push(brace),
                Part::Place(name) => {
                    let value = values.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.as_deref());
                    let _ = write!(out, "{}", value.unwrap_or(unknown));
                }
            }
        }
        out
    }
}

enum Part<'a> {
    Text(&'a str),
    Brace(char),
    Place(&'a str),
}

fn places(template: &str) -> Result<Vec<&str>, MessageError> {
    let mut names = Vec::new();
    for part in parts(template) {
        if let Part::Place(name) = part? {
            names.push(name);
        }
    }
    Ok(names)
}

fn parts(template: &str) -> impl Iterator<Item = Result<Part<'_>, MessageError>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        for (double, brace) in [("{{", '{'), ("}}", '}')] {
            if let Some(after) = rest.strip_prefix(double) {
                rest = after;
                return Some(Ok(Part::Brace(brace)));
            }
        }
        if let Some(after) = rest.strip_prefix('{') {
            let Some((name, after)) = after.split_once('}') else {
                rest = "";
                return Some(Err(MessageError::Unbalanced));
            };
            rest = after;
            return Some(Ok(Part::Place(name)));
        }
        if rest.starts_with('}') {
            rest = "";
            return Some(Err(MessageError::Unbalanced));
        }
        let end = rest.find(['{', '}']).unwrap_or(rest.len());
        let (text, after) = rest.split_at(end);
        rest = after;
        Some(Ok(Part::Text(text)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(en: &str, ja: &str) -> Result<Message, MessageError> {
        Message::new(Text { en: en.to_owned(), ja: ja.to_owned() })
    }

    #[test]
    fn places_are_filled_and_unknown_values_say_so() {
        let message = message("{a} of {b} {{kept}}", "{b} の {a}").unwrap();
        let values = [("a".to_owned(), Some("one {b}".to_owned())), ("b".to_owned(), None)];
        assert_eq!(message.fill(Lang::En, &values), "one {b} of (unknown) {kept}");
        assert_eq!(message.fill(Lang::Ja, &values), "(不明) の one {b}");
    }

    #[test]
    fn a_broken_template_is_refused() {
        assert_eq!(message("{a", "{a}"), Err(MessageError::Unbalanced));
        assert_eq!(message("a}", "a"), Err(MessageError::Unbalanced));
        assert_eq!(message("{a}", "{b}"), Err(MessageError::PlacesDiffer));
    }
}
