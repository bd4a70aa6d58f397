//! Text from evidence, made safe for a terminal.

use std::borrow::Cow;

/// Replaces control characters: a bucket's name must not move the cursor or change the colours of a terminal.
pub(crate) fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect())
}

/// A cell of a CSV that somebody will open in a spreadsheet: what would be taken for a formula becomes text.
pub(crate) fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
