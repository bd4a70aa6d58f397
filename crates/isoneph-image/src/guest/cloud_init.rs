//! cloud-init: what it would do to logins at first boot, and secrets in what it was given.
//!
//! Of its YAML only the scalars at the left margin are read; a file that sets one of them in another way is not understood
//! and stays silent about it, which leaves cloud-init's own default. What a seed in the guest gives comes over the files.

use super::{Candidate, Effective, Guest, Known, Place, Text, cloud_secrets};
use std::collections::BTreeMap;

/// What cloud-init's configuration says.
#[derive(Clone, Debug, Default)]
pub struct CloudInit {
    /// Whether there is a configuration.
    pub found: bool,
    scalars: BTreeMap<String, Vec<Candidate>>,
    /// Secrets in user data, vendor data and configuration: what it is, and where.
    pub secrets: Vec<Candidate>,
    /// Public keys that it puts into accounts at first boot: where.
    pub keys: Vec<Candidate>,
}

impl CloudInit {
    /// The value of a key at the left margin; the last file wins.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Effective> {
        Effective::last_of(self.scalars.get(key).cloned().unwrap_or_default())
    }
}

const DATA: [&str; 10] = [
    "/var/lib/cloud/seed/*/user-data*",
    "/var/lib/cloud/seed/*/vendor-data*",
    "/var/lib/cloud/seed/*/meta-data*",
    "/var/lib/cloud/instance/*.txt*",
    "/var/lib/cloud/instances/*/*.txt*",
    "/var/lib/cloud/instances/*/obj.pkl",
    "/var/lib/cloud/instances/*/scripts/*",
    "/var/lib/cloud/scripts/*/*",
    "/etc/cloud/cloud.cfg",
    "/etc/cloud/cloud.cfg.d/*.cfg",
];

/// Where data lies that cloud-init takes without a network.
const SEEDS: &str = "/var/lib/cloud/seed/*";

impl CloudInit {
    /// Takes the scalars of a text. Its margin is where its first line begins; a value may stand on the line below its key.
    fn take(&mut self, guest: &Guest<'_>, text: &Text) {
        let path = text.path();
        let mut margin = None;
        let mut open: Option<(String, Place)> = None;
        let lines = text.lines().filter(|(_, line)| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with('#') && line != "---"
        });
        for (number, line) in lines {
            let depth = line.len() - line.trim_start().len();
            let outside = depth <= *margin.get_or_insert(depth);
            let line = line.trim_start();
            if outside && line.starts_with('{') {
                guest.problem(path, "not-understood", format!("{path}:{number}: YAML in braces is not read"));
            }
            let named = line.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '"' | '\''));
            match line.split_once(':').filter(|_| named && outside) {
                Some((key, value)) => {
                    self.close(open.take());
                    let key = key.trim().trim_matches(['"', '\'']).to_owned();
                    match bare(value) {
                        "" => open = Some((key, Place::line(path, number))),
                        value => self.scalar(key, value, Place::line(path, number)),
                    }
                }
                None => {
                    // The first line below is the value, were it the first member of a list.
                    if let Some((key, _)) = open.take() {
                        self.scalar(key, bare(line), Place::line(path, number));
                    }
                }
            }
        }
        self.close(open);
    }

    fn scalar(&mut self, key: String, value: &str, place: Place) {
        self.scalars.entry(key).or_default().push(Candidate::new(value, place));
    }

    /// A key without any value.
    fn close(&mut self, open: Option<(String, Place)>) {
        if let Some((key, place)) = open {
            self.scalar(key, "", place);
        }
    }
}

/// Beginnings of public keys of OpenSSH.
const KEYS: [&str; 4] = ["ssh-rsa AAAA", "ssh-ed25519 AAAA", "ecdsa-sha2-nistp", "sk-ssh-ed25519@openssh.com AAAA"];

/// Lines that give an account a key, or have one fetched. Those of `ssh_keys` name the host's own.
fn keys(text: &Text) -> Vec<Candidate> {
    let lines = text.settings(&['#']);
    let gives = |line: &str| {
        let fetched = line.trim_start_matches("- ").strip_prefix("ssh_import_id:");
        let fetched = fetched.is_some_and(|value| !matches!(bare(value), "[]" | "null" | "~"));
        fetched || KEYS.iter().any(|key| line.contains(key)) && !line.contains("_public:")
    };
    let found = lines.filter(|(_, line)| gives(line));
    found
        .map(|(number, _)| {
            let path = text.path();
            Candidate::new(format!("{path} (cloud-init lets a key in)"), Place::line(path, number))
        })
        .collect()
}

/// A value without its comment and quotes.
fn bare(value: &str) -> &str {
    let value = value.split(" #").next().unwrap_or_default().trim();
    value.strip_prefix("!!bool ").unwrap_or(value).trim_matches(['"', '\''])
}

/// Reads its configuration and the data left in the image.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<CloudInit> {
    guest.watched(|| {
        let mut cloud = CloudInit::default();
        let main = "/etc/cloud/cloud.cfg".to_owned();
        for path in [main].into_iter().chain(guest.files_ending("/etc/cloud/cloud.cfg.d", ".cfg")) {
            let Some(text) = guest.text(&path) else { continue };
            cloud.found = true;
            cloud.take(guest, &text);
            cloud.keys.extend(keys(&text));
        }
        // User data has the last word, before it the vendor's.
        for path in ["vendor-data", "user-data"].iter().flat_map(|name| guest.glob(&format!("{SEEDS}/{name}*"))) {
            let Some(text) = guest.text(&path).filter(|text| !text.content().trim().is_empty()) else { continue };
            let first = text.content().lines().next().unwrap_or_default().trim_end();
            cloud.found = true;
            if first == "#cloud-config" {
                cloud.take(guest, &text);
                cloud.keys.extend(keys(&text));
            } else if !first.starts_with("#!") {
                let why = format!("{path}: this kind of data for cloud-init is not read");
                guest.problem(&path, "not-understood", why);
            }
        }
        for path in DATA.iter().flat_map(|pattern| guest.glob(pattern)) {
            if guest.metadata(&path).is_some_and(|metadata| metadata.is_file()) {
                cloud.secrets.extend(cloud_secrets::found(guest, &path));
            }
        }
        cloud
    })
}
