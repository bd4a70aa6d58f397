//! What starts when the guest boots: systemd's units, links, masks and presets, SysV scripts, OpenRC's run levels.
//!
//! Order of directories and meaning of links after systemd.unit(5), of presets after systemd.preset(5). A unit counts as
//! started when the default target pulls it in, directly or through others; a link below a target nobody reaches starts
//! nothing.

mod graph;
mod openrc;
mod preset;
mod unit;

pub use unit::Unit;

use super::{Guest, Known, Place, base_name, boot_commands, join};
use std::collections::{BTreeMap, BTreeSet};

/// Where units are looked for, the stronger first.
const DIRECTORIES: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// How a service stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no such service.
    NotFound,
    /// It can never be started.
    Masked(Place),
    /// It is there, and nothing starts it at boot.
    Disabled(Place),
    /// A link asks for it, from a target that nothing reaches.
    Linked(Place),
    /// It is started at boot.
    Started(Place),
}

impl State {
    /// Whether it runs after boot.
    #[must_use]
    pub fn is_started(&self) -> bool {
        matches!(self, Self::Started(_))
    }

    /// Whether anything asks for it, reached or not.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        matches!(self, Self::Started(_) | Self::Linked(_))
    }

    /// The place that says so.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::NotFound => None,
            Self::Masked(place) | Self::Disabled(place) | Self::Linked(place) | Self::Started(place) => Some(place),
        }
    }

    /// `not-found`, `masked`, `disabled`, `linked`, `enabled`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Masked(_) => "masked",
            Self::Disabled(_) => "disabled",
            Self::Linked(_) => "linked",
            Self::Started(_) => "enabled",
        }
    }
}

/// A link in a `.wants`, `.requires` or `.upholds` folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pull {
    /// The unit that pulls.
    from: String,
    /// The unit that is pulled.
    to: String,
    path: String,
}

/// What manages the guest's services, with everything that decides what starts.
#[derive(Clone, Debug, Default)]
pub struct Manager {
    /// Directories of units that exist, the stronger first, each once.
    directories: Vec<String>,
    /// Unit name → file that it is loaded from.
    files: BTreeMap<String, String>,
    /// Unit name → other names that lead to it.
    aliases: BTreeMap<String, Vec<String>>,
    /// Folders below the directories (drop-ins, wants), by path.
    folders: BTreeSet<String>,
    pulls: Vec<Pull>,
    masked: BTreeMap<String, Place>,
    /// Started unit → the place that pulls it in.
    started: BTreeMap<String, Place>,
    /// SysV scripts that the run levels 2 to 5 start, with the link.
    sysv: BTreeMap<String, Place>,
    /// OpenRC services of the run levels that boot passes through.
    openrc: BTreeMap<String, Place>,
    scripts: BTreeMap<String, Place>,
    presets: preset::Presets,
    first_boot: bool,
    /// Whether the first boot also takes away links that presets do not want.
    disables: bool,
    /// Commands that boot runs beside the services.
    pub(crate) commands: Vec<boot_commands::Command>,
}

/// Reads everything that decides what starts.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<Manager> {
    guest.watched(|| {
        let mut manager = Manager::default();
        let mut canonical = BTreeSet::new();
        for directory in DIRECTORIES {
            if guest.canonical(directory).is_some_and(|path| canonical.insert(path)) {
                manager.directories.push(directory.to_owned());
            }
        }
        for directory in manager.directories.clone() {
            manager.read_directory(guest, &directory);
        }
        manager.name_aliases(guest);
        manager.presets = preset::read(guest);
        // systemd takes a boot for the first when the machine has no identity file, or one that says so.
        let identity = guest.text("/etc/machine-id");
        manager.first_boot = match &identity {
            Some(text) => text.content().trim() == "uninitialized",
            None => guest.link_metadata("/etc/machine-id").is_none(),
        };
        manager.disables = manager.first_boot && preset::first_boot_disables(guest);
        manager.read_scripts(guest);
        manager.started = manager.reach(guest);
        manager.commands = boot_commands::read(guest, &manager);
        manager.take_commands(guest);
        if !manager.found() {
            let why = "neither units of systemd nor init scripts were found: what boot starts is not known";
            guest.problem("/usr/lib/systemd/system", "no-service-manager", why);
        }
        manager
    })
}

impl Manager {
    fn read_directory(&mut self, guest: &Guest<'_>, directory: &str) {
        for entry in guest.list(directory) {
            let path = join(directory, &entry.name);
            let Ok(metadata) = &entry.metadata else {
                guest.problem(&path, "unreadable", format!("{path}: its inode cannot be read"));
                continue;
            };
            if metadata.is_directory() {
                for suffix in [".wants", ".requires", ".upholds"] {
                    if let Some(from) = entry.name.strip_suffix(suffix) {
                        self.read_pulls(guest, &path, from);
                    }
                }
                self.folders.insert(path);
            } else if !self.files.contains_key(&entry.name) {
                let empty = metadata.is_file() && metadata.size == 0;
                if empty || guest.leads_to_null(&path) {
                    self.masked.insert(entry.name.clone(), Place::file(&path));
                }
                self.files.insert(entry.name, path);
            }
        }
    }

    fn name_aliases(&mut self, guest: &Guest<'_>) {
        let mut aliases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in self.files.keys() {
            let real = self.real_name(guest, name);
            if real != *name {
                aliases.entry(real).or_default().push(name.clone());
            }
        }
        self.aliases = aliases;
    }

    fn read_pulls(&mut self, guest: &Guest<'_>, folder: &str, from: &str) {
        for entry in guest.list(folder) {
            let path = join(folder, &entry.name);
            let hidden = self.pulls.iter().any(|pull| pull.from == from && pull.to == entry.name);
            // A link to the null device in a stronger directory hides the same link in a weaker one.
            let to = if guest.leads_to_null(&path) { String::new() } else { entry.name.clone() };
            if !hidden {
                self.pulls.push(Pull { from: from.to_owned(), to, path });
            }
        }
    }

    /// Whether the guest is managed by systemd.
    #[must_use]
    pub fn has_systemd(&self) -> bool {
        self.files.contains_key("sysinit.target") || self.files.contains_key("basic.target")
    }

    /// Whether anything that starts services was found at all.
    #[must_use]
    pub fn found(&self) -> bool {
        self.has_systemd() || !self.scripts.is_empty()
    }

    /// How a unit stands, by full name, such as `auditd.service`.
    #[must_use]
    pub fn unit_state(&self, guest: &Guest<'_>, name: &str) -> State {
        let real = self.real_name(guest, name);
        if let Some(place) = self.masked.get(name).or_else(|| self.masked.get(&real)) {
            return State::Masked(place.clone());
        }
        let Some(file) = self.fragment(&real) else { return State::NotFound };
        if let Some(place) = self.started.get(&real) {
            return State::Started(place.clone());
        }
        if let Some(pull) = self.pulls.iter().find(|pull| pull.to == name || pull.to == real) {
            return State::Linked(Place::file(&pull.path));
        }
        if self.first_boot && self.presets.enables(&real) && self.is_installable(guest, &real) {
            return State::Linked(self.presets.place());
        }
        State::Disabled(Place::file(file))
    }

    fn is_installable(&self, guest: &Guest<'_>, name: &str) -> bool {
        let unit = self.load(guest, name);
        unit.is_some_and(|unit| {
            !unit.values("Install", "WantedBy").is_empty() || !unit.values("Install", "RequiredBy").is_empty()
        })
    }

    /// How a service stands, by name without `.service`, whatever manages it.
    #[must_use]
    pub fn service(&self, guest: &Guest<'_>, name: &str) -> State {
        if self.has_systemd() {
            let state = self.unit_state(guest, &format!("{name}.service"));
            if state != State::NotFound {
                return state;
            }
        }
        match (self.openrc.get(name).or_else(|| self.sysv.get(name)), self.scripts.get(name)) {
            (Some(place), _) => State::Started(place.clone()),
            (None, Some(place)) => State::Disabled(place.clone()),
            (None, None) => State::NotFound,
        }
    }

    /// The link of a SysV run level that asks for a service, whether or not a unit stands before the script.
    #[must_use]
    pub fn run_level_link(&self, name: &str) -> Option<&Place> {
        self.sysv.get(name)
    }

    /// The strongest state among several names of one service.
    #[must_use]
    pub fn any_service(&self, guest: &Guest<'_>, names: &[&str]) -> (String, State) {
        let rank = |state: &State| match state {
            State::Started(_) => 4,
            State::Linked(_) => 3,
            State::Disabled(_) => 2,
            State::Masked(_) => 1,
            State::NotFound => 0,
        };
        let mut best = (names.first().map_or(String::new(), |name| (*name).to_owned()), State::NotFound);
        for name in names {
            let state = self.service(guest, name);
            if rank(&state) > rank(&best.1) {
                best = ((*name).to_owned(), state);
            }
        }
        best
    }

    /// The names of all unit files.
    pub fn unit_names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Names and places of everything that boot starts: units, SysV scripts, OpenRC services.
    pub fn started(&self) -> impl Iterator<Item = (&str, &Place)> {
        let all = self.started.iter().chain(&self.openrc).chain(&self.sysv);
        all.map(|(name, place)| (name.as_str(), place))
    }
}

pub(crate) fn script_name(link: &str) -> Option<&str> {
    let rest = link.strip_prefix('S')?;
    let name = rest.trim_start_matches(|character: char| character.is_ascii_digit());
    (name.len() + 2 == rest.len()).then_some(base_name(name))
}
