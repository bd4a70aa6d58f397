//! Secrets that a scanner repeats in its words are not repeated here: the kind is named, the value is not kept.

use std::borrow::Cow;

/// Beginnings of well-known credentials, with the least length that makes one.
const BEGINNINGS: &[(&str, usize, &str)] = &[
    ("AKIA", 20, "access key id"),
    ("ASIA", 20, "access key id"),
    ("ghp_", 20, "token"),
    ("gho_", 20, "token"),
    ("ghs_", 20, "token"),
    ("github_pat_", 30, "token"),
    ("glpat-", 20, "token"),
    ("xoxb-", 20, "token"),
    ("xoxp-", 20, "token"),
    ("AIza", 35, "api key"),
    ("sk_live_", 20, "api key"),
    ("eyJ", 40, "token"),
];

/// The text with every word that looks like a credential replaced by its kind.
pub(super) fn mask(text: &str) -> Cow<'_, str> {
    if let Some(at) = text.find("-----BEGIN ") {
        let kept = mask(&text[..at]).into_owned();
        return Cow::Owned(format!("{kept}[key material]"));
    }
    let mut masked = String::new();
    let mut copied = 0;
    for (start, word) in words(text) {
        if let Some(kind) = credential(word) {
            masked.push_str(&text[copied..start]);
            masked.push_str(&format!("[{kind}]"));
            copied = start + word.len();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

/// Runs of the letters that credentials are made of, with where they start.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let start_of = move |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split(move |c| !belongs(c)).filter(|word| word.len() >= 20).map(move |word| (start_of(word), word))
}

fn credential(word: &str) -> Option<&'static str> {
    let known = |(beginning, least, _): &&(&str, usize, &str)| word.starts_with(beginning) && word.len() >= *least;
    BEGINNINGS.iter().find(known).map(|(_, _, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_named_and_not_kept() {
        // Put together here, so that no scanner takes this file for a leak.
        let key = format!("{}{}", "AKIA", "ABCDEFGHIJKLMNOP");
        assert_eq!(mask(&format!("found {key}, twice: '{key}'")), "found [access key id], twice: '[access key id]'");
        assert_eq!(mask("a -----BEGIN RSA PRIVATE KEY-----\nMIIE"), "a [key material]");
    }

    #[test]
    fn other_words_stay() {
        let text = "Security group sg-1 (arn:aws:ec2:eu-west-1:123456789012:security-group/sg-1) は開いている";
        assert!(matches!(mask(text), Cow::Borrowed(kept) if kept == text));
    }
}
