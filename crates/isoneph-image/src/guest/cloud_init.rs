//! cloud-init: what it would do to logins at first boot, and secrets in what it was given.
//!
//! Of its YAML only the scalars at the left margin are read; a file that sets one of them in another way is not understood
//! and stays silent about it, which leaves cloud-init's own default.

use super::{Candidate, Effective, Guest, Known, Place, cloud_secrets};
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
                cloud.secrets.extend(cloud_secrets::found(guest, &path));
            }
        }
        cloud
    })
}
