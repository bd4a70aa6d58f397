//! Credentials by the shape of their value, and what is kept in their place.

use std::borrow::Cow;

use memchr::memmem;
use ring::digest::{SHA256, digest};

use crate::hex::hex;

/// What is kept of a credential: the beginning of the digest of a long token, a word for a short one. `None` where
/// nothing needs replacing, because the provider has done it or there is nothing.
pub(super) fn withheld(text: &str) -> Option<String> {
    const ALREADY: [&str; 7] = ["***", "<sensitive", "HIDDEN_DUE", "[withheld", "[sha256:", "REDACTED", "[REDACTED"];
    if text.is_empty() || ALREADY.iter().any(|word| text.starts_with(word)) {
        return None;
    }
    Some(replacement(text))
}

fn replacement(text: &str) -> String {
    if !is_machine_made(text) {
        return "[withheld]".to_owned();
    }
    format!("[sha256:{}]", hex(&digest(&SHA256, text.as_bytes()).as_ref()[..8]))
}

/// Whether nobody can guess a text: long, without spaces, and of many different characters. Everything else could be
/// found again from its digest by trying.
fn is_machine_made(text: &str) -> bool {
    if text.len() < 32 || text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return false;
    }
    let mut seen = [false; 256];
    text.bytes().for_each(|byte| seen[usize::from(byte)] = true);
    let classes = [u8::is_ascii_digit, u8::is_ascii_lowercase, u8::is_ascii_uppercase];
    let kinds = classes.iter().filter(|class| text.bytes().any(|byte| class(&byte))).count();
    seen.iter().filter(|seen| **seen).count() >= 12 && kinds >= 2
}

/// Beginnings that issuers gave their tokens so that they can be found, with the least length of a token.
const BEGINNINGS: &[(&str, usize)] = &[
    ("eyJ", 60),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("sk_live_", 20),
    ("AIza", 35),
    ("ya29.", 20),
    ("hvs.", 20),
    ("Bearer ", 20),
    ("Basic ", 12),
];

/// What stands before a credential in a URL, a connection string or a command line; it ends at a separator.
const ASSIGNMENTS: &[&str] = &[
    "sig=",
    "signature=",
    "x-amz-security-token=",
    "x-amz-credential=",
    "accountkey=",
    "sharedaccesskey=",
    "password=",
    "passwd=",
    "pwd=",
    "token=",
    "secret=",
    "api_key=",
    "apikey=",
];

/// The text with credentials of a known shape replaced; as it is where there are none.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    if text.len() < 12 {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let begins = |beginning: &str| bytes[0] == beginning.as_bytes()[0] && text.starts_with(beginning);
    if BEGINNINGS.iter().any(|(beginning, least)| text.len() >= *least && begins(beginning)) {
        return Cow::Owned(replacement(text));
    }
    // Nearly every text has none of these, and one look over its bytes is cheaper than three searches.
    const EQUALS: u8 = 1;
    const COLON: u8 = 2;
    const DASH: u8 = 4;
    const SPACE: u8 = 8;
    const SLASH: u8 = 16;
    let mark = |byte: u8| match byte {
        b'=' => EQUALS,
        b':' => COLON,
        b'-' => DASH,
        b' ' => SPACE,
        b'/' => SLASH,
        _ => 0,
    };
    let met = bytes.iter().fold(0, |met, byte| met | mark(*byte));
    let has = |words: &str| memmem::find(bytes, words.as_bytes()).is_some();
    let all = |marks: u8| met & marks == marks;
    if all(DASH | SPACE) && has("-----BEGIN ") && has("PRIVATE KEY") {
        return Cow::Owned("[withheld]".to_owned());
    }
    if all(EQUALS) {
        masked_assignments(text)
    } else if all(COLON | SLASH) {
        masked_user(text)
    } else {
        Cow::Borrowed(text)
    }
}

fn masked_assignments(text: &str) -> Cow<'_, str> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<usize> = Vec::new();
    for word in ASSIGNMENTS {
        found.extend(lower.match_indices(word).map(|(at, _)| at + word.len()));
    }
    if found.is_empty() {
        return masked_user(text);
    }
    found.sort_unstable();
    let mut kept = String::with_capacity(text.len());
    let mut copied = 0;
    for start in found {
        if start < copied {
            continue;
        }
        let ends = |c: char| c.is_whitespace() || matches!(c, '&' | ';' | '"' | '\'' | ',' | '\\' | '<');
        let end = text[start..].find(ends).map_or(text.len(), |length| start + length);
        // `password=$VAR` and `token=` hold nothing.
        if end > start && !text[start..].starts_with(['$', '{', '%', '*']) {
            kept.push_str(&text[copied..start]);
            kept.push_str(&replacement(&text[start..end]));
            copied = end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(&text[copied..]);
    Cow::Owned(kept)
}

/// `scheme://user:password@host`.
fn masked_user(text: &str) -> Cow<'_, str> {
    let Some(colon) = memmem::find(text.as_bytes(), b"://") else { return Cow::Borrowed(text) };
    let (scheme, rest) = (&text[..colon], &text[colon + 3..]);
    let end = rest.find(['/', '?', '#', ' ']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@').map(|(user, host)| (user.split_once(':'), host)) {
        Some((Some((user, password)), _)) if !password.is_empty() => {
            let host = &rest[user.len() + 1 + password.len()..];
            Cow::Owned(format!("{scheme}://{user}:[withheld]{host}"))
        }
        _ => Cow::Borrowed(text),
    }
}
