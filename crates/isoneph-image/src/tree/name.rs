//! Names inside a guest as text, without loss.
//!
//! A Linux file name is any run of bytes but `/` and NUL. Here every path is a `String`: what is UTF-8 stands as it is,
//! and a byte that is not becomes the private-use character U+10FF00 + byte. Characters of that range are themselves
//! written byte by byte, so two names are the same text only when they are the same bytes.

const ESCAPE_BASE: u32 = 0x10_FF00;

/// Whether a character stands for one byte that is not UTF-8.
fn escaped_byte(character: char) -> Option<u8> {
    u32::from(character).checked_sub(ESCAPE_BASE).and_then(|byte| u8::try_from(byte).ok())
}

fn push_escaped(text: &mut String, bytes: &[u8]) {
    text.extend(bytes.iter().filter_map(|byte| char::from_u32(ESCAPE_BASE + u32::from(*byte))));
}

/// Makes text of the bytes of a guest's name or path.
#[must_use]
pub fn text_of_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if escaped_byte(character).is_some() {
                push_escaped(&mut text, character.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                text.push(character);
            }
        }
        push_escaped(&mut text, chunk.invalid());
    }
    text
}

/// The bytes that [`text_of_bytes`] made the text of.
#[must_use]
pub fn bytes_of_text(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match escaped_byte(character) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// Text for a person's eye: bytes that are not UTF-8 and control characters become `\xNN`, so that no name can move a
/// cursor. Not reversible: a name may hold the text `\x1b` itself.
#[must_use]
pub fn printable(text: &str) -> String {
    use std::fmt::Write as _;
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        let byte = escaped_byte(character).map(u32::from);
        if byte.is_some() || character.is_control() || is_direction_mark(character) {
            let code = byte.unwrap_or(u32::from(character));
            // Writing to a String cannot fail.
            let _ = if code < 0x100 { write!(shown, "\\x{code:02x}") } else { write!(shown, "\\u{{{code:x}}}") };
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Characters that change the direction of the text around them and so can make a name read as another.
fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
