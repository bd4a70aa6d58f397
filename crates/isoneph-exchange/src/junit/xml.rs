//! Text for XML 1.0. Some characters cannot be written in it at all, not even as a reference.

use std::fmt::Write as _;

/// Text as it may stand in an attribute or an element. Characters that XML 1.0 does not have are written out (`\u{1b}`).
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // In an attribute a parser would make spaces of these.
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}') => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_impossible_characters_are_written_out() {
        assert_eq!(escape("a]]><b> & \"c\""), "a]]&gt;&lt;b&gt; &amp; &quot;c&quot;");
        assert_eq!(escape("\u{0}\u{1b}[2J\u{ffff}\u{202e}"), "\\u{0}\\u{1b}[2J\\u{ffff}\\u{202e}");
        assert_eq!(escape("one\ntwo"), "one&#10;two");
    }
}
