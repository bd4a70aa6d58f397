//! cloud-init: what it would do to logins at first boot, and secrets in what it was given.
//!
//! Of its YAML only the scalars at the left margin are read; a file that sets one of them in another way is not understood
//! and stays silent about it, which leaves cloud-init's own default.

use super::{Candidate, Effective, Guest, Known, Place, Text};
use std::collections::BTreeMap;

/// What cloud-init's configuration says.
#[derive(Clone, Debug, Default)]
pub struct CloudInit {
    /// Whether there is a configuration.
    pub found: bool,
    scalars: BTreeMap<String, Vec<Candidate>>,
    /// Secrets in user data, vendor data and configuration: what it is, and where.
    pub secrets: Vec<Candidate>,
}

impl CloudInit {
    /// The value of a key at the left margin; the last file wins.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Effective> {
        Effective::last_of(self.scalars.get(key).cloned().unwrap_or_default())
    }
}

const DATA: [&str; 8] = [
    "/var/lib/cloud/seed/*/user-data*",
    "/var/lib/cloud/seed/*/vendor-data*",
    "/var/lib/cloud/seed/*/meta-data*",
    "/var/lib/cloud/instance/*.txt*",
    "/var/lib/cloud/instances/*/*.txt*",
    "/var/lib/cloud/instances/*/obj.pkl",
    "/var/lib/cloud/instances/*/scripts/*",
    "/etc/cloud/cloud.cfg.d/*.cfg",
];

/// Reads its configuration and the data left in the image.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<CloudInit> {
    guest.watched(|| {
        let mut cloud = CloudInit::default();
        let main = "/etc/cloud/cloud.cfg".to_owned();
        for path in [main].into_iter().chain(guest.files_ending("/etc/cloud/cloud.cfg.d", ".cfg")) {
            let Some(text) = guest.text(&path) else { continue };
            cloud.found = true;
            for (number, line) in text.lines() {
                if line.starts_with('{') {
                    guest.problem(&path, "not-understood", format!("{path}:{number}: YAML in braces is not read"));
                }
                let margin = line
                    .starts_with(|character: char| character.is_ascii_alphabetic() || matches!(character, '"' | '\''));
                let Some((key, value)) = line.split_once(':').filter(|_| margin) else { continue };
                let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
                let candidate = Candidate::new(value, Place::line(&path, number));
                cloud.scalars.entry(key.trim().trim_matches(['"', '\'']).to_owned()).or_default().push(candidate);
            }
        }
        for path in DATA.iter().flat_map(|pattern| guest.glob(pattern)) {
            if guest.metadata(&path).is_some_and(|metadata| metadata.is_file()) {
                secrets(guest, &path, &mut cloud.secrets);
            }
        }
        cloud
    })
}

fn secrets(guest: &Guest<'_>, path: &str, found: &mut Vec<Candidate>) {
    // The pickled object is no text, but keeps the user data as one.
    let text = if path.ends_with(".pkl") {
        guest.bytes(path, super::TEXT_CAP).map(|bytes| Text::new(path, &bytes).into())
    } else {
        guest.text(path)
    };
    let Some(text) = text else { return };
    if text.content().starts_with("\u{1f}\u{fffd}") {
        guest.problem(path, "compressed", format!("{path} is compressed: whether it holds a secret is not known"));
        return;
    }
    let mut in_passwords = false;
    for (number, line) in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with('#') {
            continue;
        }
        if let Some(what) = secret_of(trimmed, in_passwords) {
            found.push(Candidate::new(format!("{path}: {what}"), Place::line(path, number)));
        }
        if !line.starts_with([' ', '\t', '-']) {
            in_passwords = trimmed.starts_with("chpasswd:");
        }
    }
}

/// What kind of secret a line gives.
fn secret_of(line: &str, in_passwords: bool) -> Option<&'static str> {
    let lower = line.trim_start_matches("- ").to_ascii_lowercase();
    if lower.contains("private key-----") {
        return Some("private key");
    }
    if lower.contains("chpasswd") && lower.contains('|') {
        return Some("password set by a script");
    }
    let (key, value) = lower.split_once([':', '='])?;
    let key = key.trim().trim_matches(['"', '\'', '{', ' ']);
    let value = value.trim();
    let named = |names: &[&str]| names.contains(&key);
    if named(&["password", "passwd", "plain_text_passwd", "hashed_passwd", "hashed-password", "chpasswd_hash"])
        && !value.is_empty()
    {
        return Some("password");
    }
    let credential =
        ["secret_access_key", "aws_secret", "api_key", "apikey", "auth_token", "access_token", "client_secret"];
    if credential.iter().any(|name| key.ends_with(name)) && !value.is_empty() {
        return Some("credential");
    }
    // The list below chpasswd: name:password.
    (in_passwords && !named(&["expire", "list", "users", "name", "type", "chpasswd"]) && !value.is_empty())
        .then_some("password")
}
