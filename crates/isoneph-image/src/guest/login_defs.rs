//! `/etc/login.defs`: names and values of the shadow tools; the last of a name wins.

use super::ini::drop_ins;
use super::{Candidate, Effective, Guest, Known, Place};
use std::collections::BTreeMap;

/// The values, by name.
#[derive(Clone, Debug, Default)]
pub struct LoginDefs {
    values: BTreeMap<String, Vec<Candidate>>,
    /// Whether there is such a file.
    pub found: bool,
}

/// Reads the file, the vendor's on SUSE, and its drop-ins.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<LoginDefs> {
    guest.watched(|| {
        let mut definitions = LoginDefs::default();
        let main =
            ["/etc/login.defs", "/usr/etc/login.defs"].into_iter().find(|path| guest.link_metadata(path).is_some());
        // Only where the vendor's own file lies below /usr do the tools read drop-ins; elsewhere nobody looks at them.
        let layered = guest.link_metadata("/usr/etc/login.defs").is_some();
        let folders = ["/etc/login.defs.d".to_owned(), "/usr/etc/login.defs.d".to_owned()];
        let added = if layered { drop_ins(guest, &folders, ".defs") } else { Vec::new() };
        let paths = main.map(str::to_owned).into_iter().chain(added);
        for path in paths {
            let Some(text) = guest.text(&path) else { continue };
            definitions.found = true;
            for (number, line) in text.settings(&['#']) {
                let mut words = line.split_whitespace();
                if let (Some(name), Some(value)) = (words.next(), words.next()) {
                    let candidate = Candidate::new(value.trim_matches('"'), Place::line(&path, number));
                    definitions.values.entry(name.to_owned()).or_default().push(candidate);
                }
            }
        }
        definitions
    })
}

impl LoginDefs {
    /// The effective value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Effective> {
        Effective::last_of(self.values.get(name).cloned().unwrap_or_default())
    }

    /// The smallest number of an ordinary user, 1000 unless the file says otherwise.
    #[must_use]
    pub fn first_user(&self) -> u32 {
        self.get("UID_MIN").and_then(|value| value.value().parse().ok()).unwrap_or(1000)
    }
}
