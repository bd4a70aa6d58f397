//! The words of one line, taken from the front.

/// Words taken one by one.
#[derive(Clone)]
pub(super) struct Tokens<'a> {
    words: Vec<&'a str>,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { words: line.split_whitespace().collect(), at: 0 }
    }

    pub(super) fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }

    /// The word after the next one.
    pub(super) fn second(&self) -> Option<&'a str> {
        self.words.get(self.at + 1).copied()
    }

    pub(super) fn next(&mut self) -> Option<&'a str> {
        let word = self.peek();
        self.at += usize::from(word.is_some());
        word
    }

    /// Takes the word if it is this one.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let is = self.peek() == Some(word);
        self.at += usize::from(is);
        is
    }

    /// Takes the word if it is one of these.
    pub(super) fn take_any(&mut self, words: &[&str]) -> bool {
        let is = self.peek().is_some_and(|word| words.contains(&word));
        self.at += usize::from(is);
        is
    }

    /// Takes a leading whole number.
    pub(super) fn number(&mut self) -> Option<u64> {
        let number = self.peek()?.parse().ok()?;
        self.at += 1;
        Some(number)
    }
}
