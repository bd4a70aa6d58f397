//! Selectors as Calico writes them: `app == 'db' && has(role)`, in three values.
//!
//! Source: Calico, resource definitions, "Selectors" of GlobalNetworkPolicy and NetworkPolicy.

use crate::model::policy::Match;

/// An expression that was understood to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    All,
    Has(String),
    In(String, Vec<String>),
    Contains(String, String),
    Starts(String, String),
    Ends(String, String),
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
}

/// What is known of a label.
pub(super) enum Label<'a> {
    Is(&'a str),
    Absent,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(&'static str),
}

/// Longer signs first.
const SIGNS: [&str; 10] = ["==", "!=", "&&", "||", "!", "(", ")", "{", "}", ","];

/// How deep expressions may be nested.
const DEPTH: usize = 32;

impl Expression {
    /// Reads a selector; `None` for what is not understood. An empty one selects everything.
    pub(super) fn read(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        if tokens.is_empty() {
            return Some(Self::All);
        }
        let mut reader = Reader { tokens: &tokens, depth: 0 };
        let read = reader.any_of()?;
        reader.tokens.is_empty().then_some(read)
    }

    /// Whether labels are selected, as `label` knows them.
    pub(super) fn matches<'a>(&self, label: &dyn Fn(&str) -> Label<'a>) -> Match {
        let tested = |key: &str, test: &dyn Fn(&str) -> bool| match label(key) {
            Label::Is(held) if test(held) => Match::Yes,
            Label::Is(_) | Label::Absent => Match::No,
            Label::Unknown => Match::Maybe,
        };
        match self {
            Self::All => Match::Yes,
            Self::Has(key) => tested(key, &|_| true),
            Self::In(key, values) => tested(key, &|held| values.iter().any(|value| value == held)),
            Self::Contains(key, part) => tested(key, &|held| held.contains(part.as_str())),
            Self::Starts(key, part) => tested(key, &|held| held.starts_with(part.as_str())),
            Self::Ends(key, part) => tested(key, &|held| held.ends_with(part.as_str())),
            Self::Not(held) => match held.matches(label) {
                Match::Yes => Match::No,
                Match::No => Match::Yes,
                Match::Maybe => Match::Maybe,
            },
            Self::And(all) => all.iter().map(|held| held.matches(label)).min().unwrap_or(Match::Yes),
            Self::Or(all) => all.iter().map(|held| held.matches(label)).max().unwrap_or(Match::No),
        }
    }
}

fn tokens(mut text: &str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    loop {
        text = text.trim_start();
        let Some(first) = text.chars().next() else { return Some(out) };
        if let Some(sign) = SIGNS.iter().find(|sign| text.starts_with(**sign)) {
            out.push(Token::Sign(sign));
            text = &text[sign.len()..];
        } else if matches!(first, '"' | '\'') {
            let (held, rest) = text[1..].split_once(first)?;
            out.push(Token::Text(held.to_owned()));
            text = rest;
        } else {
            let is_of_word = |next: char| next.is_ascii_alphanumeric() || matches!(next, '-' | '_' | '.' | '/');
            let end = text.find(|next| !is_of_word(next)).unwrap_or(text.len());
            if end == 0 {
                return None;
            }
            out.push(Token::Word(text[..end].to_owned()));
            text = &text[end..];
        }
    }
}

struct Reader<'t> {
    tokens: &'t [Token],
    depth: usize,
}

impl Reader<'_> {
    fn sign(&mut self, sign: &str) -> Option<()> {
        let (Token::Sign(held), rest) = self.tokens.split_first()? else { return None };
        (*held == sign).then(|| self.tokens = rest)
    }

    fn word(&mut self) -> Option<String> {
        let (Token::Word(held), rest) = self.tokens.split_first()? else { return None };
        self.tokens = rest;
        Some(held.clone())
    }

    fn text(&mut self) -> Option<String> {
        let (Token::Text(held), rest) = self.tokens.split_first()? else { return None };
        self.tokens = rest;
        Some(held.clone())
    }

    fn any_of(&mut self) -> Option<Expression> {
        let mut out = vec![self.all_of()?];
        while self.sign("||").is_some() {
            out.push(self.all_of()?);
        }
        Some(if out.len() == 1 { out.remove(0) } else { Expression::Or(out) })
    }

    fn all_of(&mut self) -> Option<Expression> {
        let mut out = vec![self.one()?];
        while self.sign("&&").is_some() {
            out.push(self.one()?);
        }
        Some(if out.len() == 1 { out.remove(0) } else { Expression::And(out) })
    }

    fn one(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let read = self.within();
        self.depth -= 1;
        read
    }

    fn within(&mut self) -> Option<Expression> {
        if self.sign("!").is_some() {
            return Some(Expression::Not(Box::new(self.one()?)));
        }
        if self.sign("(").is_some() {
            let read = self.any_of()?;
            self.sign(")")?;
            return Some(read);
        }
        let key = self.word()?;
        if self.sign("(").is_some() {
            return self.called(&key);
        }
        if self.sign("==").is_some() {
            return Some(Expression::In(key, vec![self.text()?]));
        }
        if self.sign("!=").is_some() {
            return Some(Expression::Not(Box::new(Expression::In(key, vec![self.text()?]))));
        }
        match (self.word()?.as_str(), key) {
            ("in", key) => Some(Expression::In(key, self.set()?)),
            ("not", key) if self.word()? == "in" => Some(Expression::Not(Box::new(Expression::In(key, self.set()?)))),
            ("contains", key) => Some(Expression::Contains(key, self.text()?)),
            ("starts", key) if self.word()? == "with" => Some(Expression::Starts(key, self.text()?)),
            ("ends", key) if self.word()? == "with" => Some(Expression::Ends(key, self.text()?)),
            _ => None,
        }
    }

    /// `all()` and `has(key)`; `global()` tells of what is in no namespace, and is not read.
    fn called(&mut self, name: &str) -> Option<Expression> {
        let read = match name {
            "all" => Expression::All,
            "has" => Expression::Has(self.word()?),
            _ => return None,
        };
        self.sign(")")?;
        Some(read)
    }

    fn set(&mut self) -> Option<Vec<String>> {
        self.sign("{")?;
        let mut out = Vec::new();
        if self.sign("}").is_some() {
            return Some(out);
        }
        loop {
            out.push(self.text()?);
            if self.sign("}").is_some() {
                return Some(out);
            }
            self.sign(",")?;
        }
    }
}
