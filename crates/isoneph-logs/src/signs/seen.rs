//! What the logs show.

use std::collections::BTreeSet;

use isoneph_model::GapCode;
use isoneph_tables::Instant;

use super::catalogue::SignKind;
use super::fold::{Folded, Key};

/// What the logs show, row by row.
#[derive(Debug, Clone, Default)]
pub struct Signs {
    pub(super) rows: Vec<SeenSign>,
    /// How many are in none of the rows.
    pub dropped: u64,
    /// The accounts whose logs were looked at.
    pub(super) accounts: BTreeSet<(String, Option<String>)>,
}

/// A row: what one actor did on one day, in one place and to one end.
#[derive(Debug, Clone)]
pub struct SeenSign {
    pub(super) key: Key,
    pub(super) folded: Folded,
    pub(super) to: Vec<String>,
    pub(super) outside: Result<bool, GapCode>,
}

impl SeenSign {
    /// What it is a sign of.
    pub fn kind(&self) -> SignKind {
        self.key.kind
    }

    /// What happened, as the catalogue names it.
    pub fn what(&self) -> &str {
        &self.key.what
    }

    /// The operation in one spelling.
    pub fn operation_name(&self) -> &str {
        &self.key.name
    }

    /// Who gets it.
    pub fn to(&self) -> &[String] {
        &self.to
    }

    /// Whether it leads outside, or why that cannot be told.
    pub fn outside(&self) -> Result<bool, GapCode> {
        self.outside
    }

    /// Whether it was done.
    pub fn carried_out(&self) -> Option<bool> {
        self.key.carried_out
    }

    /// How many events it was.
    pub fn events(&self) -> u64 {
        self.folded.events
    }

    /// The first and the last time.
    pub fn times(&self) -> (Option<Instant>, Option<Instant>) {
        (self.folded.first.time, self.folded.last)
    }
}

impl Signs {
    /// The rows, by cloud, account, kind and what they are.
    pub fn rows(&self) -> &[SeenSign] {
        &self.rows
    }
}
