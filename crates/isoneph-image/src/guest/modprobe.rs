//! Which kernel modules modprobe refuses to load. After modprobe.d(5).

use super::ini::drop_ins;
use super::{Candidate, Guest, Known, Place, glob};

const FOLDERS: [&str; 5] =
    ["/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"];

/// The commands that bear on loading.
#[derive(Clone, Debug, Default)]
pub struct Modprobe {
    /// Pattern of module names → the command run instead of loading; the first that fits counts.
    installs: Vec<(String, Candidate)>,
    blacklist: Vec<(String, Candidate)>,
}

/// How a module stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocking {
    /// The command run instead of loading it, when that command does nothing.
    pub install: Option<Candidate>,
    /// The line that takes its aliases away.
    pub blacklist: Option<Candidate>,
}

/// Reads the folders.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<Modprobe> {
    guest.watched(|| {
        let mut modprobe = Modprobe::default();
        let folders: Vec<String> = FOLDERS.iter().map(|folder| (*folder).to_owned()).collect();
        for path in drop_ins(guest, &folders, ".conf") {
            let Some(text) = guest.text(&path) else { continue };
            for (number, line) in text.joined_lines() {
                let mut words = line.split_whitespace();
                let place = Place::line(&path, number);
                let (command, module) = (words.next(), words.next());
                let rest = words.collect::<Vec<_>>().join(" ");
                match (command, module) {
                    (Some("install"), Some(module)) if !rest.is_empty() => {
                        modprobe.installs.push((underscored(module), Candidate::new(rest, place)));
                    }
                    (Some("blacklist"), Some(module)) => {
                        modprobe.blacklist.push((underscored(module), Candidate::new(line.trim(), place)));
                    }
                    _ => {}
                }
            }
        }
        modprobe
    })
}

fn underscored(module: &str) -> String {
    module.trim().replace('-', "_")
}

impl Modprobe {
    /// What keeps a module from being loaded.
    #[must_use]
    pub fn blocking(&self, module: &str) -> Blocking {
        let module = underscored(module);
        let install = self.installs.iter().find(|(pattern, _)| glob::matches(pattern, &module, false));
        let does_nothing = |command: &str| {
            let program = command.split_whitespace().next().unwrap_or_default();
            matches!(
                program,
                "/bin/false" | "/bin/true" | "/usr/bin/false" | "/usr/bin/true" | "false" | "true" | "/sbin/nologin"
            ) && command.split_whitespace().count() == 1
        };
        Blocking {
            install: install.map(|(_, command)| command.clone()).filter(|command| does_nothing(&command.value)),
            blacklist: self.blacklist.iter().find(|(name, _)| *name == module).map(|(_, line)| line.clone()),
        }
    }
}
