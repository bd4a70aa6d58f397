//! From an operation to the pipeline's run that made it: event → session of a role → run or commit → reviewers.

use std::collections::HashMap;

use super::Operation;
use super::actor::is_named;
use crate::changes::{Change, ChangeKind};

/// Shorter pieces of a session's name are no commits, and numbers of runs only behind one of [`BEFORE_NUMBER`].
const SHORTEST: usize = 5;
/// What a session's name says before a number that it is one of a run: `run-4711` is no day and no year.
const BEFORE_NUMBER: [&str; 5] = ["run", "build", "pipeline", "job", "workflow"];
/// How much of a commit people write.
const SHORT_COMMIT: usize = 7;

/// Runs, by what sessions are named after.
pub(super) struct RunIndex {
    by_word: HashMap<String, Vec<usize>>,
}

impl RunIndex {
    pub(super) fn new(changes: &[Change]) -> RunIndex {
        let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, run) in changes.iter().enumerate().filter(|(_, c)| c.kind == ChangeKind::Pipeline) {
            let commit = run.commit.get(..SHORT_COMMIT).unwrap_or_default();
            for word in [run.session.as_str(), run.id.as_str(), commit] {
                if !word.is_empty() {
                    by_word.entry(word.to_lowercase()).or_default().push(number);
                }
            }
        }
        RunIndex { by_word }
    }

    /// The runs whose session the operation's may be: named by the session, or by run or commit in its name.
    pub(super) fn of(&self, operation: &Operation, changes: &[Change]) -> Vec<usize> {
        let Some(session) = operation.session.as_deref().filter(|session| !session.is_empty()) else {
            return Vec::new();
        };
        if self.by_word.is_empty() {
            return Vec::new();
        }
        let session = session.to_lowercase();
        let mut found: Vec<usize> = self.by_word.get(&session).cloned().unwrap_or_default();
        for word in pieces(&session) {
            let hash = word.len() >= SHORT_COMMIT && word.bytes().all(|byte| byte.is_ascii_hexdigit());
            let by_commit = if hash { self.by_word.get(&word[..SHORT_COMMIT]) } else { None };
            let by_commit = by_commit.into_iter().flatten().filter(|run| is_commit(&changes[**run], word));
            found.extend(by_commit);
            let by_run = self.by_word.get(word).into_iter().flatten();
            found.extend(by_run.filter(|run| changes[**run].id.eq_ignore_ascii_case(word)));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The pieces of a session's name that may be the number of a run, or a commit.
fn pieces(session: &str) -> impl Iterator<Item = &str> {
    let mut before = "";
    session.split(|c: char| !c.is_ascii_alphanumeric()).filter(move |word| {
        let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let is_meant = word.len() >= SHORTEST || is_number && BEFORE_NUMBER.contains(&before);
        before = word;
        is_meant
    })
}

fn is_commit(run: &Change, word: &str) -> bool {
    let commit = run.commit.to_lowercase();
    commit.starts_with(word) || word.starts_with(&commit)
}

/// Whether the operation is of this run. Anybody can name a session after one, at any time: only the role that the run
/// takes on says that the session is its own.
pub(super) fn is_of(run: &Change, operation: &Operation) -> Option<bool> {
    if !run.accounts.is_empty() {
        let account = operation.account.as_deref()?;
        if !run.names_account(&operation.provider, account) {
            return Some(false);
        }
    }
    if !run.actors.is_empty() && !run.actors.iter().any(|role| is_named(operation, role)) {
        return Some(false);
    }
    if run.from.is_some() || run.until.is_some() {
        let at = operation.time?;
        if run.from.is_some_and(|from| at < from)
            || run.until_at_the_latest.or(run.until).is_some_and(|until| at >= until)
        {
            return Some(false);
        }
    }
    (!run.actors.is_empty()).then_some(true)
}
