//! What the guest is set to: one module a subsystem, each giving the effective configuration and how it came about.
//!
//! A [`Guest`] reads the tree for all of them: texts are kept, every path that is there but cannot be read becomes a
//! [`Problem`], and [`Guest::watched`] hands those to whoever depended on them. Parsers take text and never fail: what
//! they do not understand they leave out, where leaving it out cannot make anything look safer than it is.

pub(crate) mod access_list;
pub mod accounts;
pub mod audit;
mod audit_files;
pub mod boot;
pub mod boot_commands;
mod boot_unified;
pub mod cloud_init;
mod cloud_secrets;
pub mod crontab;
pub mod end_of_life;
pub mod firewall;
pub mod glob;
mod grub_variables;
pub mod hygiene;
pub mod inetd;
pub mod ini;
pub mod listening;
pub mod logging;
pub mod login_defs;
pub mod modprobe;
pub mod mounts;
pub mod os;
pub mod packages;
pub mod pam;
pub mod pam_run;
mod place;
pub mod rsyslog;
pub mod security_module;
pub mod shell;
pub mod sshd;
mod sudo_defaults;
pub mod sudo_rights;
pub mod sudoers;
pub mod sysctl;
pub mod systemd;
mod text;
pub mod time_sync;
mod tuned;
pub mod updates;
pub mod walk;

pub use place::{Candidate, Effective, Known, Place, Problem};
pub use text::{Text, words};

use crate::tree::{Entry, Kind, Metadata, Tree, TreeError};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Bytes of a configuration file that are read; a larger one is stated as a problem.
const TEXT_CAP: u64 = 8 << 20;
/// Texts kept in memory, in bytes; past it they are read anew.
const KEPT_TEXT: usize = 32 << 20;
/// Problems listed at most: a damaged image has as many as it has files.
const LISTED_PROBLEMS: usize = 2000;

/// The guest's tree, with what was read of it.
pub struct Guest<'t> {
    tree: &'t Tree,
    texts: RefCell<Texts>,
    problems: RefCell<Vec<Problem>>,
}

#[derive(Default)]
struct Texts {
    bytes: usize,
    kept: BTreeMap<String, Result<Option<Rc<Text>>, Problem>>,
}

impl<'t> Guest<'t> {
    /// A view of a tree.
    #[must_use]
    pub fn new(tree: &'t Tree) -> Self {
        Self { tree, texts: RefCell::default(), problems: RefCell::default() }
    }

    /// The tree.
    #[must_use]
    pub fn tree(&self) -> &'t Tree {
        self.tree
    }

    /// Everything that could not be read so far, sorted, each once.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.problems.borrow().clone();
        problems.sort();
        problems.dedup();
        problems
    }

    /// Runs a reading and hands over what could not be read in it.
    pub fn watched<T>(&self, read: impl FnOnce() -> T) -> Known<T> {
        let mark = self.problems.borrow().len();
        let facts = read();
        let mut problems = self.problems.borrow()[mark..].to_vec();
        problems.sort();
        problems.dedup();
        Known { facts, problems }
    }

    /// States that something at a path could not be made out.
    pub fn problem(&self, path: &str, code: &str, message: impl Into<String>) {
        let problem = Problem { path: path.to_owned(), code: code.to_owned(), message: message.into() };
        self.note(problem);
    }

    fn note(&self, problem: Problem) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() > LISTED_PROBLEMS * 4 {
            problems.sort();
            problems.dedup();
            problems.truncate(LISTED_PROBLEMS);
        }
        problems.push(problem);
    }

    /// Gives what was found; absence is `None`, and so is failure, which becomes a problem.
    fn found<T>(&self, path: &str, result: Result<T, TreeError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) if error.is_absent() => None,
            Err(error) => {
                self.note(problem_of(path, &error));
                None
            }
        }
    }

    /// The text of a file, links followed; `None` when it is absent, or could not be read or is no text (a problem). A
    /// device, as in a link to `/dev/null`, reads as empty.
    pub fn text(&self, path: &str) -> Option<Rc<Text>> {
        if let Some(kept) = self.texts.borrow().kept.get(path) {
            return match kept {
                Ok(text) => text.clone(),
                Err(problem) => {
                    self.note(problem.clone());
                    None
                }
            };
        }
        let read = match self.tree.read(path, TEXT_CAP) {
            // What is no text says nothing, which is not the same as setting nothing.
            Ok(bytes) if bytes.contains(&0) => Err(not_text(path)),
            Ok(bytes) => Ok(Some(Rc::new(Text::new(path, &bytes)))),
            Err(error) if error.is_absent() && self.leads_to_null(path) => Ok(Some(Rc::new(Text::new(path, b"")))),
            Err(TreeError::WrongKind { found: Kind::CharacterDevice, .. }) => Ok(Some(Rc::new(Text::new(path, b"")))),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(problem_of(path, &error)),
        };
        let mut texts = self.texts.borrow_mut();
        texts.bytes += path.len() + read.as_ref().ok().and_then(Option::as_ref).map_or(0, |text| text.content().len());
        if texts.bytes > KEPT_TEXT {
            *texts = Texts::default();
        }
        texts.kept.insert(path.to_owned(), read.clone());
        drop(texts);
        read.unwrap_or_else(|problem| {
            self.note(problem);
            None
        })
    }

    /// Whether a path is a link to the null device, which masks a unit or a drop-in. The device need not exist.
    #[must_use]
    pub fn leads_to_null(&self, path: &str) -> bool {
        self.tree.link_target(path).is_ok_and(|target| target == "/dev/null" || target.ends_with("/../dev/null"))
    }

    /// The bytes of a file of at most `cap` bytes.
    pub fn bytes(&self, path: &str, cap: u64) -> Option<Vec<u8>> {
        self.found(path, self.tree.read(path, cap))
    }

    /// What the inode says, links followed.
    pub fn metadata(&self, path: &str) -> Option<Metadata> {
        self.found(path, self.tree.metadata(path))
    }

    /// What the inode says; a last link is not followed.
    pub fn link_metadata(&self, path: &str) -> Option<Metadata> {
        self.found(path, self.tree.symlink_metadata(path))
    }

    /// Whether there is anything at the path, links followed.
    pub fn exists(&self, path: &str) -> bool {
        self.metadata(path).is_some()
    }

    /// The target of the link at the path, as written.
    pub fn link_target(&self, path: &str) -> Option<String> {
        let metadata = self.link_metadata(path)?;
        if !metadata.is_symlink() {
            return None;
        }
        self.found(path, self.tree.link_target(path))
    }

    /// The path without links.
    pub fn canonical(&self, path: &str) -> Option<String> {
        self.found(path, self.tree.canonical(path))
    }

    /// The names in a directory, sorted by their bytes; none when it is absent.
    pub fn list(&self, path: &str) -> Vec<Entry> {
        match self.tree.list(path) {
            Err(TreeError::WrongKind { .. }) => Vec::new(),
            other => self.found(path, other).unwrap_or_default(),
        }
    }

    /// The paths of the entries of a directory whose names end so.
    pub fn files_ending(&self, directory: &str, ending: &str) -> Vec<String> {
        let entries = self.list(directory);
        let ending = |entry: &&Entry| entry.name.ends_with(ending) && entry.name.len() > ending.len();
        entries.iter().filter(ending).map(|entry| join(directory, &entry.name)).collect()
    }
}

fn problem_of(path: &str, error: &TreeError) -> Problem {
    Problem { path: path.to_owned(), code: error.code().to_owned(), message: error.to_string() }
}

/// A file of zeroes, of another encoding or of a program, where a text was asked for.
fn not_text(path: &str) -> Problem {
    let message = format!("{path} holds zero bytes: it is no text that its program reads");
    Problem { path: path.to_owned(), code: "not-text".to_owned(), message }
}

/// A name below a directory.
#[must_use]
pub fn join(directory: &str, name: &str) -> String {
    format!("{}/{name}", directory.trim_end_matches('/'))
}

/// The last component of a path.
#[must_use]
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
