//! Lines of text within a width, with colour where it is wanted. Wide characters count as two columns.

use anstyle::{AnsiColor, Color};
use isoneph_model::{Severity, Standing};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::text::Style;

/// Narrower than this a line is not wrapped: nothing legible would come of it.
const LEAST_WIDTH: usize = 24;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Bold,
    Dim,
    Bad,
    Warn,
    Good,
}

impl Look {
    pub(super) fn of_severity(severity: Severity) -> Look {
        match severity {
            Severity::Critical | Severity::High => Look::Bad,
            Severity::Medium => Look::Warn,
            Severity::Low => Look::Plain,
        }
    }

    pub(super) fn of_standing(standing: Standing) -> Look {
        match standing {
            Standing::Contradicted | Standing::Adverse => Look::Bad,
            Standing::Incomplete => Look::Warn,
            Standing::Supported => Look::Good,
            Standing::Excluded => Look::Plain,
            Standing::NoGuidance => Look::Dim,
        }
    }

    fn style(self) -> anstyle::Style {
        let color = |color| anstyle::Style::new().fg_color(Some(Color::Ansi(color)));
        match self {
            Look::Plain => anstyle::Style::new(),
            Look::Bold => anstyle::Style::new().bold(),
            Look::Dim => anstyle::Style::new().dimmed(),
            Look::Bad => color(AnsiColor::Red).bold(),
            Look::Warn => color(AnsiColor::Yellow),
            Look::Good => color(AnsiColor::Green),
        }
    }
}

/// Text being laid out.
pub(super) struct Page {
    text: String,
    style: Style,
}

impl Page {
    pub(super) fn new(style: Style) -> Page {
        Page { text: String::new(), style }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn width(&self) -> usize {
        self.style.width.max(LEAST_WIDTH)
    }

    /// A piece of text in its look.
    pub(super) fn paint(&self, look: Look, text: &str) -> String {
        if !self.style.color || look == Look::Plain || text.is_empty() {
            return text.to_owned();
        }
        let style = look.style();
        format!("{style}{text}{style:#}")
    }

    /// A line as it is.
    pub(super) fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A heading with an empty line above.
    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        let painted = self.paint(Look::Bold, text);
        self.line(&painted);
    }

    /// Text wrapped within the width: `first` columns in on the first line, where `lead` stands already, `rest` on others.
    pub(super) fn wrapped(&mut self, lead: &str, first: usize, rest: usize, text: &str, look: Look) {
        let lines = wrap(text, self.width().saturating_sub(first), self.width().saturating_sub(rest));
        for (index, line) in lines.iter().enumerate() {
            let painted = self.paint(look, line);
            if index == 0 {
                self.line(&format!("{lead}{painted}"));
            } else {
                self.line(&format!("{}{painted}", " ".repeat(rest)));
            }
        }
    }

    /// An indented paragraph.
    pub(super) fn paragraph(&mut self, indent: usize, text: &str, look: Look) {
        self.wrapped(&" ".repeat(indent), indent, indent, text, look);
    }

    /// A label and what belongs to it.
    pub(super) fn labelled(&mut self, label: &str, width: usize, text: &str) {
        let lead = format!("  {}  ", self.paint(Look::Dim, &pad(label, width)));
        self.wrapped(&lead, width + 4, width + 4, text, Look::Plain);
    }
}

/// Text with spaces after it up to a width in columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Text with spaces before it up to a width in columns.
pub(super) fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

/// Breaks text at spaces and between wide characters; a word longer than a line is left whole, so that it can be copied.
fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for piece in pieces(text) {
        let room = if lines.len() == 1 { first } else { rest }.max(LEAST_WIDTH);
        let width = piece.trim_end().width();
        if used > 0 && used + width > room {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(piece);
            used += piece.width();
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// Words with the spaces after them, and single wide characters with the closing punctuation after them.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((_, c)) = chars.next() {
        let Some((next, following)) = chars.peek().copied() else { break };
        let wide = c.width() == Some(2) || following.width() == Some(2);
        let sticks = matches!(following, '、' | '。' | ')' | '）' | '」' | '』' | ',' | '.' | ' ')
            || matches!(c, '(' | '（' | '「' | '『');
        if (c == ' ' && following != ' ') || (wide && !sticks) {
            pieces.push(&text[start..next]);
            start = next;
        }
    }
    pieces.push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_words_and_long_words_stay_whole() {
        assert_eq!(wrap("one two three four five six", 24, 24), ["one two three four five", "six"]);
        let long = "x".repeat(60);
        assert_eq!(wrap(&format!("a {long} b"), 24, 24), ["a", long.as_str(), "b"]);
    }

    #[test]
    fn japanese_breaks_between_characters_but_not_before_a_full_stop() {
        let lines = wrap("管理策は、求められる事項のすべてが示されている。", 24, 24);
        assert!(lines.iter().all(|line| line.width() <= 24), "{lines:?}");
        assert_eq!(lines.concat(), "管理策は、求められる事項のすべてが示されている。");
        assert!(!lines.iter().any(|line| line.starts_with(['、', '。'])), "{lines:?}");
    }

    #[test]
    fn padding_counts_columns() {
        assert_eq!(pad("鍵", 4), "鍵  ");
        assert_eq!(pad_left("鍵", 4), "  鍵");
    }
}
