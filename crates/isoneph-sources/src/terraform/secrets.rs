//! Whether a text holds something like a secret. The text goes in, a boolean comes out: nothing of it is kept.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Prefixes of tokens that their issuers chose so that they can be found.
const PREFIXES: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("AIza", 35),
    ("ya29.", 20),
    ("SG.", 40),
    ("npm_", 36),
    ("hvs.", 20),
    ("dop_v1_", 40),
];

/// Parts of names whose value is a secret.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "accesskey",
    "private_key",
    "privatekey",
    "account_key",
    "accountkey",
    "client_secret",
    "connection_string",
    "connectionstring",
    "credential",
    "passphrase",
];

/// What may follow a secret's name without being one itself: where it is kept, not what it is.
const POINTERS: &[&str] =
    &["_arn", "_id", "_name", "_path", "_file", "_url", "_uri", "_ref", "_length", "_ttl", "_policy"];

/// Whether a text (a script, user data, plain or in base64) holds something like a secret.
pub(crate) fn in_text(text: &str) -> bool {
    in_plain(text) || decode_base64(text).is_some_and(|plain| in_plain(&plain))
}

/// Whether a setting, by its name and value, is one.
pub(crate) fn in_setting(name: &str, value: &str) -> bool {
    (names_secret(name) && looks_literal(value)) || in_text(value)
}

fn in_plain(text: &str) -> bool {
    text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----")
        || PREFIXES.iter().any(|(prefix, length)| has_token(text, prefix, *length))
        || has_password_in_url(text)
        || text.lines().any(assigns_secret)
}

fn has_token(text: &str, prefix: &str, length: usize) -> bool {
    text.match_indices(prefix).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let own = before.is_none_or(|c| !c.is_ascii_alphanumeric());
        let rest = text[start + prefix.len()..].chars();
        own && rest.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')).count() >= length
    })
}

/// `scheme://user:password@host`.
fn has_password_in_url(text: &str) -> bool {
    text.match_indices("://").any(|(start, _)| {
        let rest = &text[start + 3..];
        let authority: &str = rest.split(['/', ' ', '"', '\'', '\n', '?']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let password = user.and_then(|user| user.split_once(':')).map(|(_, password)| password);
        password.is_some_and(looks_literal)
    })
}

/// `NAME=value`, `name: value`, `--name value` with a name that says secret.
fn assigns_secret(line: &str) -> bool {
    line.match_indices(['=', ':']).any(|(at, _)| {
        let written = line[..at].trim_end();
        let name = written.trim_end_matches(['"', '\'']);
        // `a:b` is a path or an ARN; only `a: b` and `"a":b` assign.
        let joined = line[at..].starts_with(':') && written.len() == name.len();
        if joined && !line[at + 1..].starts_with([' ', '\t', '"', '\'']) {
            return false;
        }
        let start =
            name.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))).map_or(0, |i| i + 1);
        let name = name.get(start..).unwrap_or_default();
        let value = line[at + 1..].trim_start_matches(['=', ':', ' ', '\t', '>']);
        let value = match value.strip_prefix(['"', '\'']) {
            Some(quoted) => quoted.split(['"', '\'']).next().unwrap_or_default(),
            None => value.split([' ', '\t', ';', ',', '&']).next().unwrap_or_default(),
        };
        names_secret(name) && looks_literal(value)
    })
}

fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    NAMES.iter().any(|secret| name.contains(&secret.replace('-', "_")))
        && !POINTERS.iter().any(|pointer| name.ends_with(pointer))
}

/// Whether a value is a literal, not a variable, a reference to a secret store, or a placeholder.
fn looks_literal(value: &str) -> bool {
    const REFERENCES: [&str; 12] = [
        "$",
        "{{",
        "http://",
        "https://",
        "arn:",
        "projects/",
        "@Microsoft.KeyVault",
        "vault:",
        "ssm:",
        "secretsmanager:",
        "/run/secrets",
        "file:",
    ];
    const PLACEHOLDERS: [&str; 10] =
        ["true", "false", "null", "none", "changeme", "redacted", "example", "placeholder", "required", "optional"];
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    let enclosed = |open: char, close: char| value.starts_with(open) && value[1..].contains(close);
    value.len() >= 6
        && !enclosed('<', '>')
        && !enclosed('%', '%')
        && !REFERENCES.iter().any(|reference| value.starts_with(reference))
        && !PLACEHOLDERS.contains(&lower.as_str())
        && value.bytes().any(|b| b != value.as_bytes()[0])
}

/// Decodes base64 that holds text, in either alphabet; `None` for anything else.
fn decode_base64(text: &str) -> Option<String> {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let standard = |byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    };
    let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(standard).collect();
    if compact.len() < 16 || compact.len() > 1 << 20 {
        return None;
    }
    String::from_utf8(GeneralPurpose::new(&STANDARD, lenient).decode(compact).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_in_scripts_settings_and_base64() {
        for text in [
            "#!/bin/bash\nexport DB_PASSWORD=hunter2!x",
            "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
            "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----",
            "postgres://app:s3cr3tpw@db.internal/app",
            "ZXhwb3J0IERCX1BBU1NXT1JEPWh1bnRlcjIheA==",
        ] {
            assert!(in_text(text), "{text}");
        }
        assert!(in_setting("API_TOKEN", "9f8e7d6c5b4a"));
        for literal in ["Pässw0rt-2024!", "%Tr0ub4dor&3", "httpd-Passw0rd", "<3Passw0rd"] {
            assert!(in_setting("DB_PASSWORD", literal), "{literal}");
        }
    }

    #[test]
    fn where_a_secret_is_kept_is_not_a_secret() {
        for text in [
            "#!/bin/bash\napt-get update\nsystemctl start nginx",
            "DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id db)",
            "PASSWORD=${PASSWORD}",
            "https://example.com/token",
            "bWVyZWx5IGEgc2VudGVuY2UgaW4gYmFzZTY0",
            "",
        ] {
            assert!(!in_text(text), "{text}");
        }
        assert!(!in_setting("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"));
        assert!(!in_setting("DB_PASSWORD_SECRET_NAME", "db-password"));
        assert!(!in_setting("LOG_LEVEL", "debugging"));
        assert!(!in_setting("DB_PASSWORD", "%DB_PASSWORD%") && !in_setting("DB_PASSWORD", "<from-the-vault>"));
    }
}
