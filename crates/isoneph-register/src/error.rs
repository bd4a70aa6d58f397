//! Errors of a declaration, with the line they stand in.

use std::fmt;
use std::ops::Range;

/// A declaration that cannot be used: every problem found, each with its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DeclarationError {
    /// The file as the user named it.
    pub file: String,
    /// The problems, in the order they stand in the file.
    pub problems: Vec<Problem>,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The line as it stands in the file.
    pub source: String,
    /// What is wrong.
    pub message: String,
}

impl DeclarationError {
    pub(crate) fn syntax(file: &str, text: &str, error: &toml::de::Error) -> DeclarationError {
        let problem = Problem::at(text, error.span().unwrap_or(0..0), error.message().to_owned());
        DeclarationError { file: file.to_owned(), problems: vec![problem] }
    }
}

impl Problem {
    pub(crate) fn at(text: &str, span: Range<usize>, message: String) -> Problem {
        let before = text.get(..span.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let source = text.lines().nth(line - 1).unwrap_or_default().trim_end().to_owned();
        Problem { line, source, message }
    }
}

impl fmt::Display for DeclarationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:{}: {}", self.file, problem.line, problem.message)?;
            if !problem.source.trim().is_empty() {
                write!(f, "\n    {}", problem.source.trim())?;
            }
        }
        Ok(())
    }
}
