//! How long a deletion can be taken back, and the copies that it leaves by its own order.

use std::borrow::Cow;

use isoneph_tables::Instant;

use super::names_of;
use crate::operations::Reversible;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Whether a deletion can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recovery {
    /// It is final.
    No,
    /// It can, for so many days at most.
    Within(i64),
    /// It can, and nobody knows how long; what an inventory then does not show is gone.
    WhileListed,
}

/// The longest waiting times that can be asked for, in days, as the manuals of the services have them.
const LONGEST: [(&str, i64); 3] =
    [("kms:schedulekeydeletion", 30), ("secretsmanager:deletesecret", 30), ("ec2:deregisterimage", 365)];

impl Recovery {
    pub(super) fn of(provider: &str, operation_name: &str, reversible: Reversible) -> Recovery {
        if reversible == Reversible::No {
            return Recovery::No;
        }
        let longest = LONGEST.iter().find(|(name, _)| provider == "aws" && *name == operation_name);
        longest.map_or(Recovery::WhileListed, |(_, days)| Recovery::Within(*days))
    }

    /// Whether what was deleted can be got back, by an inventory that no longer shows it: what waits for its end is often
    /// not listed either.
    pub(super) fn can_be_taken_back(self, at: Option<Instant>, gone_by: Option<Instant>) -> bool {
        match (self, gone_by) {
            (Recovery::No, _) | (Recovery::WhileListed, Some(_)) => false,
            (_, None) => true,
            (Recovery::Within(_), Some(gone_by)) => self.latest(at).is_none_or(|latest| gone_by < latest),
        }
    }

    /// The latest moment at which it can be got back.
    pub(super) fn latest(self, at: Option<Instant>) -> Option<Instant> {
        match self {
            Recovery::Within(days) => at.map(|at| Instant(at.0.saturating_add(days * DAY))),
            Recovery::No | Recovery::WhileListed => None,
        }
    }
}

/// Deletions that can be told to make a copy first; the log then names it beside the thing.
const COPYING: [&str; 6] = [
    "rds:deletedbinstance",
    "rds:deletedbcluster",
    "redshift:deletecluster",
    "elasticache:deletecachecluster",
    "elasticache:deletereplicationgroup",
    "memorydb:deletecluster",
];

/// The copies that a deletion made of a thing.
pub(super) fn copies(operation_name: &str, id: &str, targets: &[Cow<'_, str>]) -> Vec<String> {
    if !COPYING.contains(&operation_name) {
        return Vec::new();
    }
    let own = last(id);
    targets.iter().map(|target| last(target)).filter(|name| *name != own).collect()
}

/// Whether an operation deletes such copies.
pub(super) fn deletes_copies(operation_name: &str) -> bool {
    const COPIES: [&str; 5] = [
        "rds:deletedbsnapshot",
        "rds:deletedbclustersnapshot",
        "redshift:deleteclustersnapshot",
        "elasticache:deletesnapshot",
        "memorydb:deletesnapshot",
    ];
    COPIES.contains(&operation_name)
}

/// The last name that a thing goes by.
fn last(id: &str) -> String {
    names_of(id).last().unwrap_or_default()
}
