//! A store judged, and what came out held against what was planted.

use std::fs;
use std::ops::Range;
use std::path::Path;

use isoneph_logs::changes::{ReadOptions, read};
use isoneph_logs::coverage::{self, CoverageBuilder, CoverageInputs};
use isoneph_logs::ingest::{Manifest, each_batch, each_batch_of_rows};
use isoneph_logs::operations::Catalogue;
use isoneph_logs::reconcile::{self, Approval, Reconciler, Reconciliation, Records};
use isoneph_logs::signs::{self, Inside, SignCatalogue, SignFinder};
use serde_json::{Value, json};

use crate::Failure;

pub(crate) fn run(store: &Path, folder: &Path) -> Result<(), Failure> {
    let manifest = Manifest::load(store)?.ok_or("there is no store")?;
    let mut changes = Vec::new();
    for name in ["changes.csv", "runs.csv"] {
        let file = read(name, &fs::read(folder.join(name))?, &ReadOptions::default())?;
        changes.extend(file.changes);
    }
    let catalogue = Catalogue::proposed()?;
    let (mut reconciler, mut builder) = (Reconciler::new(&catalogue), CoverageBuilder::default());
    let known = SignCatalogue::shipped()?;
    let mut finder = SignFinder::new(&known);
    let columns: Vec<&str> =
        reconcile::COLUMNS.iter().chain(coverage::COLUMNS).chain(signs::COLUMNS).copied().collect();
    for part in manifest.part_paths(store) {
        each_batch::<Failure>(&part, &columns, &mut |batch| {
            reconciler.observe_batch(batch)?;
            finder.mark_batch(batch)?;
            Ok(builder.observe_batch(batch)?)
        })?;
        let marked = finder.take_marked(&part);
        if !marked.is_empty() {
            look(&part, marked, &mut finder)?;
        }
    }
    for (part, rows) in finder.take_last() {
        look(&part, rows, &mut finder)?;
    }
    let records = Records { changes: Some(changes), ..Records::default() };
    let reconciled = reconciler.finish(&records);
    let covered = builder.finish(&CoverageInputs::default());
    let found = found(&reconciled);
    let truth: Value = serde_json::from_slice(&fs::read(folder.join("truth.json"))?)?;
    let signs = finder.finish(Inside::default());
    println!("{found} and {} silences; {} signs", covered.silences.len(), signs.rows().len());
    if found == truth { Ok(()) } else { Err(format!("planted was {truth}").into()) }
}

/// Looks into rows that may be signs.
fn look(part: &Path, rows: Vec<Range<usize>>, finder: &mut SignFinder<'_>) -> Result<(), Failure> {
    let columns: Vec<&str> = reconcile::COLUMNS.iter().chain(signs::MORE_COLUMNS).copied().collect();
    each_batch_of_rows::<Failure>(part, &columns, rows, &mut |batch| Ok(finder.observe_batch(batch)?))
}

/// What came out, in the words of what was planted.
fn found(reconciled: &Reconciliation) -> Value {
    let done = || reconciled.operations.iter().filter(|operation| operation.carried_out == Some(true));
    let attended = || done().filter(|operation| operation.unattended != Some(true));
    let how = |wanted: &[Approval]| {
        done().filter(|o| o.approval.as_ref().is_some_and(|approved| wanted.contains(&approved.how))).count()
    };
    let own =
        |alone: Option<bool>| done().filter(|o| o.approval.as_ref().is_some_and(|a| a.by_actor_alone == alone)).count();
    json!({
        "events": reconciled.seen.events, "done": done().count(),
        "without_mfa": attended().filter(|operation| operation.mfa == Some(false)).count(),
        "mfa_open": attended().filter(|operation| operation.mfa.is_none()).count(),
        "own_approver": own(Some(true)),
        "half_done": reconciled.operations.iter().filter(|operation| operation.half_done == Some(true)).count(),
        "approved": how(&[Approval::Change, Approval::Pipeline]),
        "not_approved": how(&[Approval::NotApproved, Approval::OutsideWindow, Approval::Nothing]),
    })
}
