//! The language of ARM templates: calls within brackets, `[concat(parameters('x'), '-nic')]`.

/// One expression, as written.
#[derive(Debug)]
pub(super) enum Expression {
    Text(String),
    Number(i64),
    Call(String, Vec<Self>),
    Member(Box<Self>, String),
    Element(Box<Self>, Box<Self>),
}

/// The deepest that calls may stand within each other.
const MAX_DEPTH: usize = 48;

/// What stands between the brackets of a text that is an expression.
pub(super) fn inside(text: &str) -> Option<&str> {
    text.strip_prefix('[').filter(|rest| !rest.starts_with('[')).and_then(|rest| rest.strip_suffix(']'))
}

/// Reads an expression; `None` where it is none.
pub(super) fn parse(text: &str) -> Option<Expression> {
    let mut reader = Reader { rest: text };
    let found = reader.expression(0)?;
    reader.skip();
    reader.rest.is_empty().then_some(found)
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, sign: char) -> bool {
        self.skip();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The longest beginning of letters that count.
    fn run(&mut self, counts: fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|next| !counts(next)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        run
    }

    fn word(&mut self) -> Option<&'t str> {
        Some(self.run(|next| next.is_alphanumeric() || next == '_')).filter(|word| !word.is_empty())
    }

    fn expression(&mut self, depth: usize) -> Option<Expression> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut held = self.plain(depth)?;
        loop {
            if self.take('.') {
                held = Expression::Member(Box::new(held), self.word()?.to_owned());
            } else if self.take('[') {
                held = Expression::Element(Box::new(held), Box::new(self.expression(depth + 1)?));
                self.take(']').then_some(())?;
            } else {
                return Some(held);
            }
        }
    }

    fn plain(&mut self, depth: usize) -> Option<Expression> {
        self.skip();
        match self.rest.chars().next()? {
            '\'' => self.text().map(Expression::Text),
            '-' | '0'..='9' => {
                self.run(|next| next == '-' || next.is_ascii_digit()).parse().ok().map(Expression::Number)
            }
            _ => {
                let name = self.word()?.to_lowercase();
                self.take('(').then_some(())?;
                let mut arguments = Vec::new();
                while !self.take(')') {
                    if !arguments.is_empty() {
                        self.take(',').then_some(())?;
                    }
                    arguments.push(self.expression(depth + 1)?);
                }
                Some(Expression::Call(name, arguments))
            }
        }
    }

    /// A text; a quotation mark within is written twice.
    fn text(&mut self) -> Option<String> {
        let mut out = String::new();
        loop {
            self.rest = self.rest.strip_prefix('\'')?;
            out.push_str(self.run(|next| next != '\''));
            self.rest = self.rest.strip_prefix('\'')?;
            if !self.rest.starts_with('\'') {
                return Some(out);
            }
            out.push('\'');
        }
    }
}
