//! Text from evidence, made safe for a terminal.

/// Replaces control characters: a bucket's name must not move the cursor or change the colours of a terminal.
pub(crate) fn terminal(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
