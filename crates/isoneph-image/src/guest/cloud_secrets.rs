//! Secrets in what cloud-init was given: user data, vendor data, scripts, its configuration. A secret is named and placed;
//! nothing here keeps one.

use super::{Candidate, Guest, Place, Text};
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// The secrets of one file: what kind, and on which line.
pub(super) fn found(guest: &Guest<'_>, path: &str) -> Vec<Candidate> {
    // The pickled object is no text, but keeps the user data as one.
    let text = if path.ends_with(".pkl") {
        guest.bytes(path, super::TEXT_CAP).map(|bytes| Text::new(path, &bytes).into())
    } else {
        guest.text(path)
    };
    let Some(text) = text else { return Vec::new() };
    if text.content().starts_with("\u{1f}\u{fffd}") {
        guest.problem(path, "compressed", format!("{path} is compressed: whether it holds a secret is not known"));
        return Vec::new();
    }
    let mut found = in_lines(text.lines());
    for (number, bytes) in encoded(text.lines()) {
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let message = format!("{path}:{number} is compressed: whether it holds a secret is not known");
            guest.problem(path, "compressed", message);
        }
        let inner = Text::new(path, &bytes);
        // What is encoded has its place where the encoding begins.
        found.extend(in_lines(inner.lines()).into_iter().map(|(_, what)| (number, what)));
    }
    found.sort_unstable();
    found.dedup();
    let candidate = |(number, what)| Candidate::new(format!("{path}: {what}"), Place::line(path, number));
    found.into_iter().map(candidate).collect()
}

type Secret = (u32, &'static str);

fn in_lines<'t>(lines: impl Iterator<Item = (u32, &'t str)>) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut in_passwords = false;
    for (number, line) in lines {
        let trimmed = line.trim();
        if trimmed.starts_with('#') {
            continue;
        }
        if !line.starts_with([' ', '\t', '-']) {
            in_passwords = trimmed.starts_with("chpasswd:");
        }
        found.extend(secret_of(trimmed, in_passwords).map(|what| (number, what)));
    }
    found
}

/// What kind of secret a line gives.
fn secret_of(line: &str, in_passwords: bool) -> Option<&'static str> {
    let lower = line.to_ascii_lowercase();
    if lower.contains("private key-----") {
        return Some("private key");
    }
    if lower.contains("chpasswd") && lower.contains('|') {
        return Some("password set by a script");
    }
    // YAML may stand on one line, in braces and brackets.
    lower.split(['{', '}', '[', ']', ',']).find_map(|pair| secret_of_pair(pair, in_passwords))
}

const PASSWORDS: [&str; 6] =
    ["password", "passwd", "plain_text_passwd", "hashed_passwd", "hashed-password", "chpasswd_hash"];
const CREDENTIALS: [&str; 7] =
    ["secret_access_key", "aws_secret", "api_key", "apikey", "auth_token", "access_token", "client_secret"];

fn secret_of_pair(pair: &str, in_passwords: bool) -> Option<&'static str> {
    let (key, value) = pair.trim().trim_start_matches("- ").split_once([':', '='])?;
    let bare = |text: &str| text.trim().trim_matches(['"', '\'']).trim().to_owned();
    let (key, value) = (bare(key), bare(value));
    if value.is_empty() || value == "null" {
        return None;
    }
    let key = key.strip_prefix("export ").unwrap_or(&key);
    if PASSWORDS.contains(&key) {
        return Some("password");
    }
    if CREDENTIALS.iter().any(|name| key.ends_with(name)) {
        return Some("credential");
    }
    // The list below chpasswd: `name:password`, there or on the line itself.
    let listed = match key {
        "list" => value.contains(':'),
        "expire" | "users" | "name" | "type" | "chpasswd" => false,
        _ => true,
    };
    (in_passwords && listed).then_some("password")
}

/// Shorter words are not looked into: hardly a secret, and every path looks like one.
const LEAST: usize = 24;
/// How much is decoded of one file.
const MOST: usize = 1 << 20;

/// What is written in base64: a word of a line, or lines that are nothing else (a part of a MIME message).
fn encoded<'t>(lines: impl Iterator<Item = (u32, &'t str)>) -> Vec<(u32, Vec<u8>)> {
    let mut runs: Vec<(u32, String)> = Vec::new();
    let mut open = false;
    for (number, line) in lines {
        let trimmed = line.trim();
        let whole = !trimmed.is_empty() && trimmed.chars().all(is_letter);
        match runs.last_mut() {
            Some((_, run)) if open && whole => run.push_str(trimmed),
            _ if whole => runs.push((number, trimmed.to_owned())),
            _ => {
                let words = trimmed.split(|character| !is_letter(character));
                runs.extend(words.filter(|word| word.len() >= LEAST).map(|word| (number, word.to_owned())));
            }
        }
        open = whole;
    }
    let mut left = MOST;
    let mut found = Vec::new();
    for (number, run) in runs.into_iter().filter(|(_, run)| run.len() >= LEAST) {
        let Some(rest) = left.checked_sub(run.len()) else { break };
        left = rest;
        found.extend(decoder().decode(run.trim_end_matches('=')).ok().map(|bytes| (number, bytes)));
    }
    found
}

fn is_letter(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '+' | '/' | '=')
}

/// Padding is left out by some writers.
fn decoder() -> GeneralPurpose {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&base64::alphabet::STANDARD, lenient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    fn of(text: &str) -> Vec<(u32, &'static str)> {
        let lines = || text.lines().zip(1..).map(|(line, number)| (number, line));
        let mut found = in_lines(lines());
        for (number, bytes) in encoded(lines()) {
            let inner = String::from_utf8_lossy(&bytes).into_owned();
            let inner = inner.lines().zip(1..).map(|(line, number)| (number, line));
            found.extend(in_lines(inner).into_iter().map(|(_, what)| (number, what)));
        }
        found
    }

    #[test]
    fn secrets_are_found_in_blocks_and_on_one_line() {
        assert_eq!(of("users:\n  - name: a\n    plain_text_passwd: tea\n"), [(3, "password")]);
        assert_eq!(of("users: [{name: a, plain_text_passwd: 'tea'}]\n"), [(1, "password")]);
        assert_eq!(of("chpasswd: {expire: false, list: 'root:tea'}\n"), [(1, "password")]);
        assert_eq!(of("chpasswd:\n  expire: false\n  list: |\n    root:tea\n"), [(4, "password")]);
        assert_eq!(of("#!/bin/sh\nexport AWS_SECRET_ACCESS_KEY=abc\n"), [(2, "credential")]);
        assert_eq!(of("ssh_pwauth: false\nlock_passwd: true\npassword:\nruncmd: [ls, -l]\n"), []);
    }

    #[test]
    fn what_is_encoded_is_looked_into() {
        let inner = STANDARD.encode("#!/bin/sh\necho 'root:tea' | chpasswd\n");
        let what = "password set by a script";
        assert_eq!(of(&format!("write_files:\n  - encoding: b64\n    content: {inner}\n")), [(3, what)]);
        assert_eq!(of(&format!("write_files: [{{encoding: b64, content: \"{inner}\"}}]\n")), [(1, what)]);
        let (first, second) = inner.split_at(16);
        assert_eq!(of(&format!("MIME-Version: 1.0\n\n{first}\n{second}\n\n--end\n")), [(3, what)]);
    }
}
