//! What can be wrong with a check, told with the line at fault.

use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// Something wrong in a check or in a file of its tests. It names the place and carries the line, so that whoever wrote
/// it sees what is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckError {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// The column, from 1; 0 when the line as a whole is meant.
    pub column: usize,
    /// The line as written.
    pub source_line: String,
    /// What is wrong.
    pub message: String,
    /// What may help.
    pub hint: Option<String>,
}

impl std::error::Error for CheckError {}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.message)?;
        self.hint.iter().try_for_each(|hint| write!(f, " ({hint})"))
    }
}

impl CheckError {
    /// The error with the same place and a hint.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> CheckError {
        CheckError { hint: Some(hint.into()), ..self }
    }

    /// The error as people read it: message, place, the line with a mark under it, hint. Plain text.
    pub fn render(&self) -> String {
        let title = Level::ERROR.primary_title(self.message.as_str());
        let group = if self.line == 0 {
            title.element(Level::NOTE.message(self.file.as_str()))
        } else {
            let start = char_offset(&self.source_line, self.column.saturating_sub(1));
            let end = start + word_length(&self.source_line[start..]);
            let mark = AnnotationKind::Primary.span(start..end);
            let snippet = Snippet::source(self.source_line.as_str()).line_start(self.line).path(self.file.as_str());
            title.element(snippet.annotation(mark))
        };
        let group = match &self.hint {
            Some(hint) => group.element(Level::HELP.message(hint.as_str())),
            None => group,
        };
        Renderer::plain().render(&[group])
    }
}

fn char_offset(line: &str, column: usize) -> usize {
    line.char_indices().nth(column).map_or(0, |(offset, _)| offset)
}

/// How many bytes to mark: a word, or whatever single character stands there.
fn word_length(text: &str) -> usize {
    let word = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.'))).unwrap_or(text.len());
    if word > 0 { word } else { text.chars().next().map_or(0, char::len_utf8) }
}

/// A text file that errors point into.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// The path, as people know it.
    pub(crate) path: String,
    /// The text.
    pub(crate) text: String,
}

impl SourceFile {
    /// An error at a line and column, both from 1.
    pub(crate) fn error(&self, line: usize, column: usize, message: impl Into<String>) -> CheckError {
        let source_line = line.checked_sub(1).and_then(|index| self.text.lines().nth(index)).unwrap_or_default();
        CheckError {
            file: self.path.clone(),
            line,
            column,
            source_line: source_line.to_owned(),
            message: message.into(),
            hint: None,
        }
    }

    /// An error at a byte offset.
    pub(crate) fn error_at(&self, offset: usize, message: impl Into<String>) -> CheckError {
        let before = self.text.get(..offset).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        self.error(before.matches('\n').count() + 1, before[start..].chars().count() + 1, message)
    }

    /// An error about the file as a whole.
    pub(crate) fn error_whole(&self, message: impl Into<String>) -> CheckError {
        self.error(0, 0, message)
    }
}

/// The known word nearest to what was written, if any is near.
pub(crate) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = known.into_iter().map(|word| (edit_distance(written, word), word));
    let (distance, word) = near.min()?;
    (distance <= 2 + written.len() / 6).then(|| format!("did you mean '{word}'?"))
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_the_line_and_marks_the_word() {
        let file = SourceFile { path: "a/check.md".to_owned(), text: "one\nb.chipper = 'x'\n".to_owned() };
        let error = file.error(2, 1, "there is no column 'chipper'").with_hint("did you mean 'cipher'?");
        let shown = error.render();
        assert!(shown.contains("--> a/check.md:2:1"), "{shown}");
        assert!(shown.contains("2 | b.chipper = 'x'"), "{shown}");
        assert!(shown.contains("^^^^^^^^^"), "{shown}");
        assert!(shown.contains("did you mean 'cipher'?"), "{shown}");
        assert_eq!(file.error_at(5, "x").column, 2);
    }

    #[test]
    fn a_near_word_is_offered_and_a_far_one_is_not() {
        assert_eq!(did_you_mean("buket", ["key", "bucket"]), Some("did you mean 'bucket'?".to_owned()));
        assert_eq!(did_you_mean("elephant", ["key", "bucket"]), None);
    }
}
