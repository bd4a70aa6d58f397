//! Users, groups and password schemes. A hash is looked at and dropped: nothing here holds one.

use super::{Guest, Known, Place, Text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What the password field of an account says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// No password is asked for.
    Empty,
    /// No hash at all: the account has no password to give.
    None,
    /// The field refers to the shadow file.
    Shadowed,
    /// DES, the first eight characters count.
    Des,
    /// BSDi's extended DES.
    Bsdi,
    /// MD5.
    Md5,
    /// Sun's MD5.
    SunMd5,
    /// The hash of Windows NT.
    Nt,
    /// SHA-1.
    Sha1,
    /// bcrypt.
    Bcrypt,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// scrypt.
    Scrypt,
    /// yescrypt.
    Yescrypt,
    /// GOST yescrypt.
    GostYescrypt,
    /// Looks like a hash of a scheme that is not known here.
    Unknown,
}

impl Scheme {
    /// Tells the scheme of a field, without its lock sign.
    #[must_use]
    pub fn of(field: &str) -> Self {
        let hash = field.trim_start_matches('!');
        if field.is_empty() {
            return Self::Empty;
        }
        if let Some(rest) = hash.strip_prefix('$') {
            return match rest.split(['$', ',']).next().unwrap_or_default() {
                "1" => Self::Md5,
                "2" | "2a" | "2b" | "2x" | "2y" => Self::Bcrypt,
                "3" => Self::Nt,
                "5" => Self::Sha256,
                "6" => Self::Sha512,
                "7" => Self::Scrypt,
                "y" => Self::Yescrypt,
                "gy" => Self::GostYescrypt,
                "md5" => Self::SunMd5,
                "sha1" => Self::Sha1,
                _ => Self::Unknown,
            };
        }
        let in_alphabet = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/'));
        // Of DES there is a longer form, one block more for every eight characters of the password (bigcrypt).
        let blocks = |hash: &str| hash.len() >= 13 && (hash.len() - 2).is_multiple_of(11);
        match hash {
            "x" => Self::Shadowed,
            hash if blocks(hash) && in_alphabet(hash) => Self::Des,
            hash if hash.len() == 20 && hash.starts_with('_') && in_alphabet(&hash[1..]) => Self::Bsdi,
            // No sign of a lock is as long as a hash.
            hash if hash.len() >= 13 && !hash.starts_with('*') => Self::Unknown,
            _ => Self::None,
        }
    }

    /// Whether hashes of the scheme fall to a search today, or cannot be told to resist it.
    #[must_use]
    pub fn is_weak(self) -> bool {
        matches!(self, Self::Des | Self::Bsdi | Self::Md5 | Self::SunMd5 | Self::Nt | Self::Sha1)
    }
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Name.
    pub name: String,
    /// Number.
    pub uid: u32,
    /// Primary group.
    pub gid: u32,
    /// Home directory.
    pub home: String,
    /// Login shell; empty stands for `/bin/sh`.
    pub shell: String,
    /// What the passwd file's own field says.
    pub passwd: Scheme,
    /// What the shadow file says; `None` without an entry.
    pub shadow: Option<Scheme>,
    /// Whether the password is locked: no password fits.
    pub locked: bool,
    /// Line in the passwd file.
    pub place: Place,
    /// Line in the shadow file.
    pub shadow_place: Option<Place>,
}

impl Account {
    /// Whether somebody can get a shell by it.
    #[must_use]
    pub fn has_shell(&self) -> bool {
        let program = super::base_name(&self.shell);
        !matches!(program, "nologin" | "false" | "true" | "sync" | "shutdown" | "halt" | "git-shell" | "tty-nologin")
    }
}

/// An entry of the shadow file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// Name.
    pub name: String,
    /// What the field says.
    pub scheme: Scheme,
    /// Whether it is locked.
    pub locked: bool,
    /// Where it stands.
    pub place: Place,
}

/// All users and groups.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    /// Users in the order of the file.
    pub users: Vec<Account>,
    /// Entries of the shadow file.
    pub shadow: Vec<Shadow>,
    /// Whether there is a shadow file.
    pub has_shadow: bool,
    /// Group number → name.
    pub groups: BTreeMap<u32, String>,
    /// Entries that refer to a network directory (`+…`).
    pub foreign: Vec<Place>,
}

/// Reads passwd, shadow and group.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<Accounts> {
    guest.watched(|| {
        let mut accounts = Accounts::default();
        if let Some(text) = guest.text("/etc/shadow") {
            accounts.has_shadow = true;
            accounts.shadow = shadow(guest, &text);
        }
        match guest.text("/etc/passwd") {
            Some(text) => {
                passwd(guest, &text, &mut accounts);
                if accounts.users.is_empty() {
                    guest.problem("/etc/passwd", "damaged", "/etc/passwd names no user: no account is known");
                }
                if let Some(place) = accounts.foreign.first() {
                    let why = format!("{place} takes in accounts of a network directory, which is not in the guest");
                    guest.problem("/etc/passwd", "network-directory", why);
                }
            }
            None if guest.exists("/etc/passwd") => {}
            None => guest.problem("/etc/passwd", "absent", "there is no /etc/passwd: no account is known"),
        }
        elsewhere(guest);
        for path in ["/etc/group", "/usr/lib/group"] {
            let Some(text) = guest.text(path) else { continue };
            for (_, line) in text.settings(&['#']) {
                let mut fields = line.split(':');
                if let (Some(name), Some(gid)) = (fields.next(), fields.nth(1).and_then(|gid| gid.parse().ok())) {
                    accounts.groups.entry(gid).or_insert_with(|| name.to_owned());
                }
            }
        }
        accounts
    })
}

/// Accounts that stand neither in passwd nor in shadow are not read: those of nss-altfiles and of systemd's user records.
fn elsewhere(guest: &Guest<'_>) {
    const SWITCH: &str = "/etc/nsswitch.conf";
    let alternative = "/usr/lib/passwd";
    let switch = guest.link_metadata(SWITCH).and_then(|_| guest.text(SWITCH));
    let named = |text: &Text| {
        let mut lines = text.settings(&['#']).filter_map(|(_, line)| line.strip_prefix("passwd:"));
        lines.any(|sources| sources.split_whitespace().any(|source| source == "altfiles"))
    };
    if switch.as_deref().is_some_and(named) && guest.link_metadata(alternative).is_some() {
        guest.problem(alternative, "not-read", format!("{alternative} holds accounts as well, which are not read"));
    }
    for path in ["/etc/userdb/*.user", "/usr/lib/userdb/*.user"].iter().flat_map(|pattern| guest.glob(pattern)) {
        guest.problem(&path, "not-read", format!("{path} is an account of systemd's own kind, which is not read"));
    }
}

/// A line that no program takes may be what is left of an account.
fn not_understood(guest: &Guest<'_>, place: &Place) {
    guest.problem(&place.path, "not-understood", format!("{place} is no entry of an account"));
}

fn shadow(guest: &Guest<'_>, text: &Text) -> Vec<Shadow> {
    let entry = |(number, line): (u32, &str)| {
        let mut fields = line.split(':');
        let (Some(name), Some(field)) = (fields.next().filter(|name| !name.is_empty()), fields.next()) else {
            not_understood(guest, &Place::line(text.path(), number));
            return None;
        };
        let scheme = Scheme::of(field);
        let locked = field.starts_with(['!', '*']) || scheme == Scheme::None;
        Some(Shadow { name: name.to_owned(), scheme, locked, place: Place::line(text.path(), number) })
    };
    text.settings(&['#']).filter_map(entry).collect()
}

fn passwd(guest: &Guest<'_>, text: &Text, accounts: &mut Accounts) {
    let by_name: BTreeMap<&str, &Shadow> = accounts.shadow.iter().rev().map(|e| (e.name.as_str(), e)).collect();
    for (number, line) in text.settings(&['#']) {
        let place = Place::line(text.path(), number);
        let fields: Vec<&str> = line.split(':').collect();
        if line.starts_with(['+', '-']) {
            accounts.foreign.push(place);
            continue;
        }
        let (Some(name), Some(field), Some(uid), Some(gid)) = (
            fields.first().filter(|name| !name.is_empty()),
            fields.get(1),
            fields.get(2).and_then(|uid| uid.parse().ok()),
            fields.get(3).and_then(|gid| gid.parse().ok()),
        ) else {
            not_understood(guest, &place);
            continue;
        };
        let entry = by_name.get(name);
        let passwd = Scheme::of(field);
        let own_lock = field.starts_with(['!', '*']) || passwd == Scheme::None;
        let locked = match passwd {
            Scheme::Shadowed => entry.is_none_or(|entry| entry.locked),
            _ => own_lock,
        };
        accounts.users.push(Account {
            name: (*name).to_owned(),
            uid,
            gid,
            home: fields.get(5).copied().unwrap_or_default().to_owned(),
            shell: fields.get(6).copied().unwrap_or_default().to_owned(),
            passwd,
            shadow: entry.map(|entry| entry.scheme),
            locked,
            place,
            shadow_place: entry.map(|entry| entry.place.clone()),
        });
    }
}

impl Accounts {
    /// The numbers of all users.
    #[must_use]
    pub fn user_ids(&self) -> BTreeSet<u32> {
        self.users.iter().map(|user| user.uid).collect()
    }

    /// The name of a user number, else the number.
    #[must_use]
    pub fn user_name(&self, uid: u32) -> String {
        self.users.iter().find(|user| user.uid == uid).map_or_else(|| uid.to_string(), |user| user.name.clone())
    }

    /// The name of a group number, else the number.
    #[must_use]
    pub fn group_name(&self, gid: u32) -> String {
        self.groups.get(&gid).cloned().unwrap_or_else(|| gid.to_string())
    }

    /// The home directories, each once, with a user that has it. Those of daemons that are system directories are left
    /// out by whoever looks for personal files.
    #[must_use]
    pub fn homes(&self) -> Vec<(&str, &Account)> {
        let mut seen = BTreeSet::new();
        let real = self.users.iter().filter(|user| user.home.starts_with('/') && user.home != "/nonexistent");
        real.filter(|user| seen.insert(user.home.as_str())).map(|user| (user.home.as_str(), user)).collect()
    }
}
