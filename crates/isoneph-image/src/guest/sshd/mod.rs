//! The OpenSSH server: what `sshd -T` would print for the guest, and for each Match block.
//!
//! After sshd_config(5): the first value of a keyword wins, options of the command line come before the file, Include is
//! expanded in place and inherits the Match block it stands in, values of a Match block override the global ones for the
//! connections that match. `Match all` is every connection.

mod algorithms;
mod command_line;
mod defaults;
mod parse;

pub use algorithms::{AlgorithmKind, Build, algorithms};
pub use defaults::{Version, default_of};
pub use parse::{Block, Line};

use super::packages::{Package, Packages, upstream_numbers};
use super::systemd::Manager;
use super::{Candidate, Effective, Guest, Known};

/// The server's configuration.
#[derive(Clone, Debug, Default)]
pub struct Sshd {
    /// Whether the server is in the guest.
    pub installed: bool,
    /// The package it came in.
    pub package: Option<Package>,
    /// The version of OpenSSH, where the package says.
    pub version: Option<Version>,
    /// Whose defaults it has.
    pub build: Build,
    /// The configuration file; empty when there is none.
    pub path: String,
    /// Lines outside of Match blocks, options of the command line first.
    pub global: Vec<Line>,
    /// Match blocks in their order.
    pub blocks: Vec<Block>,
}

const INTERACTIVE: &str = "kbdinteractiveauthentication";
/// The older way to say it.
const CHALLENGE: &str = "challengeresponseauthentication";
const PACKAGES: [&str; 4] = ["openssh-server", "openssh-server-pam", "openssh-server-krb5", "openssh"];
const PROGRAMS: [&str; 4] = ["/usr/sbin/sshd", "/usr/sbin/sshd.pam", "/usr/sbin/sshd.krb5", BUILT];
/// Where a server lies that was built by hand.
const BUILT: &str = "/usr/local/sbin/sshd";
/// Other SSH servers: they let people in by rules of their own, which are not read.
const OTHERS: [&str; 5] =
    ["/usr/sbin/dropbear", "/usr/bin/dropbear", "/usr/sbin/tinysshd", "/usr/bin/tinysshd", "/usr/sbin/lsh"];

/// Reads the server's configuration.
#[must_use]
pub fn read(guest: &Guest<'_>, packages: &Packages, manager: &Manager) -> Known<Sshd> {
    guest.watched(|| {
        let package =
            packages.any(&PACKAGES).filter(|package| package.name != "openssh" || !has_server_package(packages));
        let program = PROGRAMS.iter().any(|path| guest.exists(path));
        let version = package.map(|package| upstream_numbers(&package.version)).and_then(|numbers| {
            Some(Version { major: *numbers.first()?, minor: numbers.get(1).copied().unwrap_or(0) })
        });
        let build = package.map_or(Build::default(), |package| Build::of(&package.version));
        let installed = program || package.is_some();
        let mut sshd = Sshd { installed, package: package.cloned(), version, build, ..Sshd::default() };
        if let Some(other) = OTHERS.iter().find(|path| guest.exists(path)) {
            guest.problem(other, "other-server", format!("{other} is an SSH server whose settings are not read"));
        }
        if !sshd.installed {
            return sshd;
        }
        if guest.exists(BUILT) {
            let why = "an OpenSSH server that no package brought: where its configuration lies is not known";
            guest.problem(BUILT, "built-server", why);
        }
        let options = command_line::read(guest, manager);
        command_line::note_other_servers(guest, manager);
        // SUSE keeps the vendor's file in /usr/etc; a file in /etc replaces it.
        let paths = ["/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config"].map(str::to_owned);
        let path =
            options.config.clone().or_else(|| paths.into_iter().find(|path| guest.link_metadata(path).is_some()));
        sshd.global = options.lines;
        if let Some(path) = path {
            parse::read(guest, &path, &mut sshd);
            sshd.path = path;
        }
        sshd
    })
}

/// On Alpine the package `openssh` only pulls the others in.
fn has_server_package(packages: &Packages) -> bool {
    packages.get("openssh-server").is_some()
}

impl Sshd {
    /// The value of a keyword for connections no Match block changes. `Match all` blocks come before the global lines.
    #[must_use]
    pub fn effective(&self, keyword: &str) -> Option<Effective> {
        let lines = self.lines_for(None).chain(&self.global).filter(|line| line.keyword == keyword);
        Effective::first_of(lines.map(Line::candidate).collect())
    }

    /// All values of a keyword that adds up, global and `Match all`.
    #[must_use]
    pub fn all(&self, keyword: &str) -> Vec<Candidate> {
        let lines = self.lines_for(None).chain(&self.global).filter(|line| line.keyword == keyword);
        lines.map(Line::candidate).collect()
    }

    /// All values of a list for everybody, or for the connections of a block: those that Match blocks give add up among
    /// themselves and replace the global ones.
    #[must_use]
    pub fn list(&self, block: Option<&Block>, keyword: &str) -> Vec<Candidate> {
        let of = |line: &&Line| line.keyword == keyword;
        let matched: Vec<Candidate> = self.lines_for(block).filter(of).map(Line::candidate).collect();
        if matched.is_empty() { self.global.iter().filter(of).map(Line::candidate).collect() } else { matched }
    }

    /// The lines of Match blocks that hold for everybody and for a block, in the order of the file; those of a block that
    /// was made of several come last.
    fn lines_for<'a>(&'a self, block: Option<&'a Block>) -> impl Iterator<Item = &'a Line> {
        let is_own = |own: &Block| block.is_some_and(|block| std::ptr::eq(own, block));
        let made = block.filter(|_| !self.blocks.iter().any(is_own));
        let holds = move |own: &&Block| own.is_for_all() || block.is_some_and(|block| std::ptr::eq(*own, block));
        self.blocks.iter().filter(holds).chain(made).flat_map(|own| &own.lines)
    }

    /// Whether the server asks questions (keyboard-interactive), with what says so. `None`: that hangs on a version which
    /// is not known. Until 8.6 `ChallengeResponseAuthentication` was an option of its own, on unless switched off, and
    /// being on switched the other on; since 8.7 it is another name for it.
    #[must_use]
    pub fn interactive(&self, block: Option<&Block>) -> Option<(bool, Vec<Candidate>)> {
        let lines = || self.lines_for(block).chain(&self.global);
        let first = |names: &[&str]| lines().find(|line| names.contains(&line.keyword.as_str()));
        let on = |line: Option<&Line>, default: bool| {
            line.map_or(default, |line| !matches!(line.value().to_ascii_lowercase().as_str(), "no" | "false"))
        };
        let (challenge, own, either) = (first(&[CHALLENGE]), first(&[INTERACTIVE]), first(&[CHALLENGE, INTERACTIVE]));
        let before = on(challenge, true) || on(own, false);
        let since = on(either, true);
        let is_on = match self.version {
            Some(version) if version < Version::new(8, 7) => before,
            Some(_) => since,
            None => (before == since).then_some(since)?,
        };
        Some((is_on, [challenge, own].into_iter().flatten().map(Line::candidate).collect()))
    }

    /// The blocks for some connections that set one of the keywords.
    pub fn blocks_setting<'a>(&'a self, keywords: &'a [&str]) -> impl Iterator<Item = &'a Block> {
        self.blocks
            .iter()
            .filter(|block| !block.is_for_all())
            .filter(move |block| block.lines.iter().any(|line| keywords.contains(&line.keyword.as_str())))
    }

    /// The value of a keyword for the connections of a block. A `Match all` that stands earlier comes first.
    #[must_use]
    pub fn effective_in(&self, block: &Block, keyword: &str) -> Option<Effective> {
        let lines = self.lines_for(Some(block)).chain(&self.global).filter(|line| line.keyword == keyword);
        Effective::first_of(lines.map(Line::candidate).collect())
    }
}
