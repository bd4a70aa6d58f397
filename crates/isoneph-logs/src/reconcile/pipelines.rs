//! From an operation to the pipeline's run that made it: event → session of a role → run or commit → reviewers.

use std::collections::{BTreeMap, HashMap};

use super::Operation;
use super::actor::{is_anybodys, is_named};
use super::changes::Windows;
use crate::changes::{Change, ChangeKind};

/// Shorter pieces of a session's name are no commits, and numbers of runs only behind one of [`BEFORE_NUMBER`].
const SHORTEST: usize = 5;
/// What a session's name says before a number that it is one of a run: `run-4711` is no day and no year.
#[rustfmt::skip]
const BEFORE_NUMBER: [&str; 24] = [
    "run", "build", "pipeline", "job", "workflow", "deploy", "deployment", "release", "gitlab", "gl", "github", "gh",
    "actions", "githubactions", "ado", "azdo", "azure", "devops", "jenkins", "ci", "cd", "circleci", "buildkite",
    "terraform",
];
/// How much of a commit people write.
const SHORT_COMMIT: usize = 7;

/// Whether a session's name says which run it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    Surely,
    /// A number that may be something else's, or a name that is anybody's.
    Perhaps,
}

/// Runs, by what sessions are named after, and by the roles that they take on.
pub(super) struct RunIndex {
    by_word: HashMap<String, Vec<usize>>,
    by_role: HashMap<String, Windows>,
    /// Those with a role in which `*` stands for any text.
    of_patterns: Windows,
}

impl RunIndex {
    pub(super) fn new(changes: &[Change]) -> RunIndex {
        let (by_word, by_role) = (HashMap::new(), HashMap::new());
        let mut index = RunIndex { by_word, by_role, of_patterns: Windows::default() };
        for (number, run) in changes.iter().enumerate().filter(|(_, c)| c.kind == ChangeKind::Pipeline) {
            let commit = run.commit.get(..SHORT_COMMIT).unwrap_or_default();
            for word in [run.session.as_str(), run.id.as_str(), commit] {
                if !word.is_empty() {
                    index.by_word.entry(word.to_lowercase()).or_default().push(number);
                }
            }
            index.add_roles(run, number);
        }
        index.by_role.values_mut().chain([&mut index.of_patterns]).for_each(Windows::order);
        index
    }

    fn add_roles(&mut self, run: &Change, number: usize) {
        let from = run.from.map_or(i64::MIN, |from| from.0);
        let until = run.until_at_the_latest.or(run.until).map_or(i64::MAX, |until| until.0);
        for role in &run.actors {
            let windows = if role.contains('*') {
                &mut self.of_patterns
            } else {
                self.by_role.entry(last_name(role)).or_default()
            };
            windows.add(from, until, number);
        }
    }

    /// The runs whose session the operation's may be: named by the session, or by run or commit in its name. One whose
    /// name is anybody's may be of any run of its role at that time.
    pub(super) fn of(&self, operation: &Operation, changes: &[Change]) -> Vec<(usize, Named)> {
        let Some(session) = operation.session.as_deref().filter(|session| !session.is_empty()) else {
            return Vec::new();
        };
        if self.by_word.is_empty() {
            return Vec::new();
        }
        let mut found: BTreeMap<usize, Named> = BTreeMap::new();
        let mut note = |run: usize, named: Named| {
            let kept = found.entry(run).or_insert(named);
            *kept = named.min(*kept);
        };
        let session = session.to_lowercase();
        self.by_word.get(&session).into_iter().flatten().for_each(|run| note(*run, Named::Surely));
        for (word, named) in pieces(&session) {
            let hash = word.len() >= SHORT_COMMIT && word.bytes().all(|byte| byte.is_ascii_hexdigit());
            let by_commit = if hash { self.by_word.get(&word[..SHORT_COMMIT]) } else { None };
            let by_commit = by_commit.into_iter().flatten().filter(|run| is_commit(&changes[**run], word));
            by_commit.for_each(|run| note(*run, named));
            let by_run = self.by_word.get(word).into_iter().flatten();
            by_run.filter(|run| changes[**run].id.eq_ignore_ascii_case(word)).for_each(|run| note(*run, named));
        }
        if found.is_empty() && is_anybodys(&session) {
            return self.of_role(operation).into_iter().map(|run| (run, Named::Perhaps)).collect();
        }
        found.into_iter().collect()
    }

    /// The runs that take on the operation's role and may have gone on at its time.
    fn of_role(&self, operation: &Operation) -> Vec<usize> {
        let Some(at) = operation.time else { return Vec::new() };
        let roles = [&operation.actor_name, &operation.issuer].into_iter().flatten().map(|role| last_name(role));
        let lists = roles.filter_map(|role| self.by_role.get(&role)).chain([&self.of_patterns]);
        let mut found: Vec<usize> = lists.flat_map(|windows| windows.around(at, 0)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What stands last in a name or an ARN, in lower case.
fn last_name(role: &str) -> String {
    role.trim().rsplit(['/', ':']).next().unwrap_or_default().to_lowercase()
}

/// The pieces of a session's name that may be the number of a run, or a commit: whole words of it.
fn pieces(session: &str) -> Vec<(&str, Named)> {
    let words: Vec<&str> =
        session.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let named = |(place, word): (usize, &&str)| {
        let before = place.checked_sub(1).map(|before| words[before]);
        match before {
            _ if word.len() >= SHORTEST => Some(Named::Surely),
            Some(before) if is_number(word) && !is_number(&before) => {
                let is_a_runs = BEFORE_NUMBER.contains(&before) && !begins_a_date(&words[place..]);
                Some(if is_a_runs { Named::Surely } else { Named::Perhaps })
            }
            _ => None,
        }
    };
    words.iter().enumerate().filter_map(|(place, word)| Some((*word, named((place, word))?))).collect()
}

/// Whether words begin with a year and a month.
fn begins_a_date(words: &[&str]) -> bool {
    let is_year = |word: &str| word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    let is_month = |word: &str| word.len() == 2 && word.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month));
    matches!(words, [year, month, ..] if is_year(year) && is_month(month))
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
    let in_its_time = in_its_time(run, operation);
    if in_its_time == Some(false) { in_its_time } else { in_its_time.filter(|_| !run.actors.is_empty()) }
}

/// Whether the operation was done while the run went on. Of one whose end is not told that stays open.
fn in_its_time(run: &Change, operation: &Operation) -> Option<bool> {
    let at = operation.time?;
    match (run.from, run.until) {
        (Some(from), _) if at < from => Some(false),
        (_, Some(until)) if at < until => Some(true),
        (_, Some(until)) if at >= run.until_at_the_latest.unwrap_or(until) => Some(false),
        _ => None,
    }
}
