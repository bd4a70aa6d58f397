//! A configuration file as numbered lines, and the splitting of a line into words.

/// The text of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    path: String,
    content: String,
}

impl Text {
    /// The text of a file's bytes; bytes that are no UTF-8 become U+FFFD, a byte order mark is dropped.
    #[must_use]
    pub fn new(path: &str, bytes: &[u8]) -> Self {
        let content = String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned();
        Self { path: path.to_owned(), content }
    }

    /// The path it was asked for by.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }

    /// Its lines, numbered from 1, without their ends.
    pub fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        (1_u32..).zip(self.content.lines())
    }

    /// Its lines without blank ones and those that begin with one of the comment signs; surrounding blanks are gone.
    pub fn settings<'a>(&'a self, comment: &'a [char]) -> impl Iterator<Item = (u32, &'a str)> {
        self.lines()
            .map(|(number, line)| (number, line.trim()))
            .filter(move |(_, line)| !line.is_empty() && !line.starts_with(comment))
    }

    /// Its lines with those that end in a backslash joined to the next, numbered by their first.
    #[must_use]
    pub fn joined_lines(&self) -> Vec<(u32, String)> {
        self.joined_lines_before(|line| line)
    }

    /// The same of lines cut at their comment first: one that had a comment is never continued, whatever it ends in.
    #[must_use]
    pub fn joined_lines_before(&self, comment: impl Fn(&str) -> &str) -> Vec<(u32, String)> {
        let mut joined = Vec::new();
        let mut pending: Option<(u32, String)> = None;
        for (number, line) in self.lines() {
            let (first, mut text) = pending.take().unwrap_or((number, String::new()));
            let kept = comment(line);
            if let Some(start) = kept.strip_suffix('\\').filter(|_| kept.len() == line.len()) {
                text.push_str(start);
                pending = Some((first, text));
            } else {
                text.push_str(kept);
                joined.push((first, text));
            }
        }
        joined.extend(pending);
        joined
    }
}

/// Splits a line into words at blanks; single and double quotes keep blanks, a backslash takes the next character as it is
/// (not inside single quotes).
#[must_use]
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => {
                let next = characters.next().unwrap_or('\\');
                word.get_or_insert_default().push(next);
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}
