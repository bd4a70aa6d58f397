//! Text from evidence made safe to show. Names in evidence are chosen by whoever wrote it: they may hold escape
//! sequences that repaint a terminal, marks that reverse the reading direction, or a megabyte of text.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The most characters of one text from evidence that a report for people shows.
pub const MOST_CHARACTERS: usize = 600;

/// The text with everything invisible or commanding written out (`\n`, `\u{1b}`), cut at [`MOST_CHARACTERS`].
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.len() <= MOST_CHARACTERS && !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(4 * MOST_CHARACTERS));
    for (count, c) in text.chars().enumerate() {
        if count == MOST_CHARACTERS {
            out.push('…');
            break;
        }
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Text as HTML shows it, lines and tabs as they are. What is invisible or turns the text round is shown to be there.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if is_hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Control characters, line separators, direction marks, zero-width characters and tags.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_or_turns_the_text_round_is_written_out() {
        assert_eq!(plain("a\u{1b}[31mb\u{9b}2Jc"), "a\\u{1b}[31mb\\u{9b}2Jc");
        assert_eq!(plain("one\ntwo\r\t"), "one\\ntwo\\r\\t");
        assert_eq!(plain("\u{202e}gpj.exe\u{2066}\u{200f}"), "\\u{202e}gpj.exe\\u{2066}\\u{200f}");
        assert_eq!(plain("zero\u{200b}width"), "zero\\u{200b}width");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", "aws_s3_bucket.logs", "請求書バケット", "naïve — “quoted”"] {
            assert!(matches!(plain(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn a_megabyte_is_cut() {
        let shown = plain(&"あ".repeat(1 << 20)).into_owned();
        assert_eq!(shown.chars().count(), MOST_CHARACTERS + 1);
        assert!(shown.ends_with('…'));
    }
}
