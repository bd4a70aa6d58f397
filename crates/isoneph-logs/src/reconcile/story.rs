//! Operations told as stories: what one actor did in one account, one line instead of a hundred.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use isoneph_tables::Instant;
use serde::Serialize;

use super::operation::{Approval, Operation};
use crate::operations::{Act, OperationClass, Reversible};

/// After a pause this long, in microseconds, another story begins.
const PAUSE: i64 = 3_600_000_000;
/// The most targets that a story names.
const MAX_TARGETS: usize = 8;

/// What one actor did in one account, without an hour's pause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Story {
    /// Its identity: `story:` and the `uid` of its first operation.
    pub uid: String,
    /// The cloud.
    pub provider: String,
    /// The account; `None` where the log does not say.
    pub account: Option<String>,
    /// Who; `None` where the log does not say.
    pub actor: Option<String>,
    /// The first operation's time, in microseconds since 1970.
    #[serde(serialize_with = "time")]
    pub from: Option<Instant>,
    /// The last operation's time, in microseconds since 1970.
    #[serde(serialize_with = "time")]
    pub until: Option<Instant>,
    /// How many operations.
    pub operations: u64,
    /// Of them, how many were done.
    pub carried_out: u64,
    /// How many were refused or failed.
    pub failed: u64,
    /// How many were done and cannot be taken back.
    pub irreversible: u64,
    /// How many of each class.
    pub classes: BTreeMap<OperationClass, u64>,
    /// How many of each operation, by its name as written.
    pub names: BTreeMap<String, u64>,
    /// Some of what it was done to.
    pub targets: BTreeSet<String>,
    /// The regions.
    pub regions: BTreeSet<String>,
    /// How many were done, by how they were approved.
    pub approvals: BTreeMap<Approval, u64>,
    /// Of how many that were done the approval cannot be told.
    pub approval_open: u64,
    /// How many were done with nobody's approval but the actor's.
    pub own_approver: u64,
    /// How many were done by somebody who had not proved a second factor.
    pub without_mfa: u64,
    /// Of how many that were done by somebody the log does not tell.
    pub mfa_open: u64,
    /// How many were done by an identity for emergencies.
    pub break_glass: u64,
    /// How many failed for good while others of their class were done.
    pub half_done: u64,
    /// How many were done under no written procedure.
    pub without_procedure: u64,
    /// How many were done and nobody reviewed.
    pub unreviewed: u64,
}

fn time<S: serde::Serializer>(time: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|instant| instant.0).serialize(serializer)
}

impl Story {
    fn begin(first: &Operation) -> Story {
        Story {
            uid: format!("story:{}", first.uid),
            provider: first.provider.to_string(),
            account: first.account.as_deref().map(str::to_owned),
            actor: first.actor.as_deref().map(str::to_owned),
            ..Story::default()
        }
    }

    fn add(&mut self, operation: &Operation) {
        self.from = self.from.into_iter().chain(operation.time).min();
        self.until = self.until.into_iter().chain(operation.time).max();
        self.operations += 1;
        *self.classes.entry(operation.class).or_default() += 1;
        *self.names.entry(operation.operation.to_string()).or_default() += 1;
        self.regions.extend(operation.region.as_deref().map(str::to_owned));
        let targets = operation.targets.iter().flatten();
        for target in targets.take(MAX_TARGETS.saturating_sub(self.targets.len())) {
            self.targets.insert(target.clone());
        }
        self.half_done += u64::from(operation.half_done == Some(true));
        match operation.carried_out {
            Some(true) => self.add_done(operation),
            Some(false) => self.failed += 1,
            None => {}
        }
    }

    fn add_done(&mut self, operation: &Operation) {
        self.carried_out += 1;
        self.irreversible += u64::from(operation.reversible == Reversible::No);
        match &operation.approval {
            Some(approved) => {
                *self.approvals.entry(approved.how).or_default() += 1;
                self.own_approver += u64::from(approved.by_actor_alone == Some(true));
            }
            None => self.approval_open += 1,
        }
        if operation.unattended == Some(false) {
            self.without_mfa += u64::from(operation.mfa == Some(false));
            self.mfa_open += u64::from(operation.mfa.is_none());
        }
        self.break_glass += u64::from(operation.break_glass == Some(true));
        self.without_procedure += u64::from(operation.procedure.as_deref() == Some(""));
        self.unreviewed += u64::from(operation.reviewer.as_deref() == Some(""));
    }
}

/// Puts operations, in story order, into stories, and finds those that were left half done.
pub(super) fn tell(operations: &mut [Operation]) -> Vec<Story> {
    let mut stories = Vec::new();
    let mut start = 0;
    while start < operations.len() {
        let end = end_of(operations, start);
        let chapter = &mut operations[start..end];
        find_half_done(chapter);
        let mut story = Story::begin(&chapter[0]);
        for operation in chapter {
            operation.story = stories.len();
            story.add(operation);
        }
        stories.push(story);
        start = end;
    }
    stories
}

fn end_of(operations: &[Operation], start: usize) -> usize {
    let continues = |pair: &[Operation]| {
        let (one, next) = (&pair[0], &pair[1]);
        let together = match (one.time, next.time) {
            (Some(one), Some(next)) => next.0.saturating_sub(one.0) <= PAUSE,
            _ => false,
        };
        // An unknown actor is not the same as another unknown actor.
        together
            && one.actor.is_some()
            && (&one.provider, &one.account, &one.actor) == (&next.provider, &next.account, &next.actor)
    };
    start + 1 + operations[start..].windows(2).take_while(|pair| continues(pair)).count()
}

/// A failure is half of a deed when others of its class were done in the story and it was not made good later. Asking
/// whether something would be done is no deed.
fn find_half_done(chapter: &mut [Operation]) {
    let done: HashSet<OperationClass> =
        chapter.iter().filter(|o| o.carried_out == Some(true)).map(|o| o.class).collect();
    let mut later = Later::default();
    for operation in chapter.iter_mut().rev() {
        operation.half_done = match operation.carried_out {
            Some(true) => {
                later.add(operation);
                Some(false)
            }
            Some(false) if is_dry_run(operation) => Some(false),
            Some(false) => Some(done.contains(&operation.class) && !later.makes_good(operation)),
            None => None,
        };
    }
}

/// Whether the error says that nothing was to be done: that of AWS, and the one that Kubernetes is given here.
fn is_dry_run(operation: &Operation) -> bool {
    operation.error_code.as_deref().is_some_and(|code| code.trim_start_matches("Client.").starts_with("DryRun"))
}

/// What was done later than what is looked at, by name, the last first.
#[derive(Default)]
struct Later {
    exactly: HashSet<(Arc<str>, Option<Vec<String>>)>,
    done: HashMap<Arc<str>, Vec<Vec<String>>>,
}

impl Later {
    /// The most deeds of one name that are looked at for one that has more targets than what failed.
    const MOST: usize = 256;

    fn add(&mut self, operation: &Operation) {
        self.exactly.insert((Arc::clone(&operation.name), operation.targets.clone()));
        let targets = operation.targets.clone().unwrap_or_default();
        self.done.entry(Arc::clone(&operation.name)).or_default().push(targets);
    }

    /// Whether the same was done later: to the same, or, since what is made has no name before, to that and more.
    fn makes_good(&self, failed: &Operation) -> bool {
        let wanted = failed.targets.as_deref().unwrap_or_default();
        let covers = |done: &Vec<String>| wanted.iter().all(|target| done.contains(target));
        let named = !wanted.is_empty() || failed.act == Act::Create;
        self.exactly.contains(&(Arc::clone(&failed.name), failed.targets.clone()))
            || (named && self.done.get(&failed.name).is_some_and(|all| all.iter().rev().take(Later::MOST).any(covers)))
    }
}

/// Finds when a record that was stopped was set going again.
pub(super) fn find_resumed(operations: &mut [Operation]) {
    let mut resumed: HashMap<RecordKey, Vec<Instant>> = HashMap::new();
    for operation in operations.iter().filter(|o| o.resumes_logging && o.carried_out == Some(true)) {
        for target in operation.targets.iter().flatten() {
            resumed.entry(record_key(operation, target)).or_default().extend(operation.time);
        }
    }
    resumed.values_mut().for_each(|times| times.sort_unstable());
    for operation in operations.iter_mut().filter(|o| o.weakens_logging == Some(true) && o.carried_out == Some(true)) {
        let Some(at) = operation.time else { continue };
        let later = operation.targets.iter().flatten().filter_map(|target| {
            resumed.get(&record_key(operation, target))?.iter().find(|time| **time >= at).copied()
        });
        operation.resumed_at = later.min();
    }
}

/// Cloud, account, region where names are those of a region, and the record's name.
type RecordKey = (Arc<str>, Option<Arc<str>>, Option<Arc<str>>, String);

/// Which record an operation speaks of. AWS takes a trail's name for its ARN; elsewhere only the whole path is one's own.
fn record_key(operation: &Operation, target: &str) -> RecordKey {
    let is_aws = &*operation.provider == "aws";
    let name =
        if is_aws { target.rsplit(['/', ':']).next().unwrap_or(target).to_owned() } else { target.to_lowercase() };
    let region = operation.region.clone().filter(|_| is_aws);
    (Arc::clone(&operation.provider), operation.account.clone(), region, name)
}
